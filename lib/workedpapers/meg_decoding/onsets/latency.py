"""The onset of an effect in a group's courses, in seconds, with an interval."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt

from workedpapers.checks import Floats

from ..group.courses import Scores, Window, as_scores, as_times, window_mask
from ..group.resample import IntervalKind, bootstrap, interval_of, jackknife_error, subject_courses
from ..group.statistics import max_t_null, share_at_least, t_values
from .change_point import ChangePointFit, fit_change_point
from .methods import estimator, noise_correlation, onsets_without_one
from .settings import FitOptions, Method, OnsetSettings

__all__ = ["Onset", "onset"]

_BY_OWN_TEST = (Method.FDR, Method.CLUSTER)


@dataclass(frozen=True, eq=False)
class Onset:
    """An onset latency; unpacks to ``value, low, high``.

    Parameters
    ----------
    value, low, high : float
        Seconds; NaN if no effect was found. ``high`` is infinite if too many drawn groups have no
        onset.
    found : bool or None
        Whether there is an effect to time at all, see `onset`; None if the group is too small to
        tell.
    p : float
        Of that test; NaN if the group is too small for it.
    method, interval, level : str or float
        How value and interval were made.
    subjects : int
        Number of them.
    error : float
        Jackknife standard error in seconds; NaN if a group that lacks one subject has none.
    missing : float
        Share of drawn groups without an onset.
    drawn : array of float
        Onsets of the drawn groups, shape (n_boot,).
    fit : ChangePointFit or None
        The fitted change point, for the method "hinge"; None for the others.

    See Also
    --------
    onset : Which makes it.

    Notes
    -----
    Bootstrap of onsets after Rousselet, doi:10.1101/2023.11.13.566864; jackknife error after
    Miller, Patterson and Ulrich, Psychophysiology 35 (1998) 99.

    Chapter: :ref:`meg-onset`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> times = np.arange(-25, 75) / 250
    >>> rng = np.random.default_rng(0)
    >>> rise = np.clip(times - 0.085, 0, 0.06)  # begins at 85 ms
    >>> rise = rise**2 / np.hypot(rise, 0.02)  # with the foot of a decoder's AUC
    >>> scores = 0.5 + 4 * rise + 0.03 * rng.standard_normal((12, 100))
    >>> found = meg.onset(scores, times, n_boot=200)
    >>> found.found, found.subjects, found.drawn.shape
    (True, 12, (200,))
    >>> [round(1e3 * seconds) for seconds in found]
    [83, 75, 87]
    """

    value: float
    low: float
    high: float
    found: bool | None
    p: float
    method: str
    interval: str
    level: float
    subjects: int
    error: float = float("nan")
    missing: float = float("nan")
    drawn: Floats = field(default_factory=lambda: np.empty(0), repr=False)
    fit: ChangePointFit | None = field(default=None, repr=False)

    def __iter__(self) -> Iterator[float]:
        return iter((self.value, self.low, self.high))

    def __str__(self) -> str:
        if not np.isfinite(self.value):
            test = "no test possible" if np.isnan(self.p) else f"p = {self.p:.2g}"
            return f"no onset found ({test}, {self.subjects} subjects)"
        ends = f"{1e3 * self.low:.1f} to {1e3 * self.high:.1f}"
        return (
            f"{1e3 * self.value:.1f} ms, {100 * self.level:g} % interval {ends} ms "
            f"({self.method}, {self.subjects} subjects"
            f"{', presence not tested' if self.found is None else ''})"
        )


def onset(
    scores: Scores,
    times: npt.ArrayLike,
    *,
    method: str = "hinge",
    chance: float = 0.5,
    window: Window = (0.0, None),
    interval: str = "percentile",
    level: float = 0.95,
    n_boot: int = 1000,
    alpha: float = 0.05,
    permutations: int = 2000,
    seed: int | np.random.Generator = 0,
    **options: Unpack[FitOptions],
) -> Onset:
    r"""Onset of an effect that raises the scores of a group above chance.

    Parameters
    ----------
    scores : array_like
        One course per subject, shape (subjects, times); or (subjects, repeats, times), for folds,
        blocks or repeated cross-validations. At least two subjects.
    times : array_like
        Seconds, increasing, shape (times,). Some samples before the effect are needed: the
        baseline is fitted to them.
    method : str
        What is called the onset.

        - ``"hinge"`` (default): the knot of a flat line that starts to rise, fitted to the mean
          over subjects, see `fit_change_point`. Options: ``shape``, ``baseline``, ``fraction``,
          ``smoothing``.
        - ``"peak50"``: where the mean comes to half of its first major peak. Late by half of the
          rise, whatever the noise. Options: ``fraction`` (0.5), ``smoothing``.
        - ``"max"``, ``"fdr"``, ``"cluster"``: the first significant time, see `group_test`. Late
          by an amount that grows with the noise. A conventional measure, no estimate of the onset.
    chance : float
        Level without an effect. For an effect that lowers the scores, give their negatives.
    window : tuple of float
        Seconds, where the onset and the peak are looked for.
    interval : str
        ``"percentile"`` (default) or ``"bca"`` of the bootstrap over subjects, ``"jackknife"``, or
        ``"none"``. With repeats, the repeats of each drawn subject are drawn as well. The
        differences between subjects already contain the noise of the repeats, so this second stage
        makes the interval slightly wider than its level asks for.
    level : float
        Coverage of the interval.
    n_boot : int
        Number of drawn groups.
    alpha : float
        Level of the test for an effect.
    permutations : int
        Sign flips of that test.
    seed : int or Generator
        Of the resampling and the flips.
    **options : Unpack[FitOptions]
        Of the methods "hinge" and "peak50", see there: shape, baseline, fraction, smoothing.

    Returns
    -------
    Onset
        There is an effect to time if the largest t over the window exceeds that of random
        signs of the subjects (`max_t_null`) at level alpha; else ``found`` is False and value, low
        and high are NaN. So of groups without an effect at most a share alpha gets an onset. The
        methods "fdr" and "cluster" go by their own test instead.

        A group of fewer than five cannot reach a level of 0.05: its :math:`2^n` sign flips allow
        no smaller p than :math:`2^{-n}`. Then the fit is returned untested, with ``found`` None.

    Raises
    ------
    TypeError, ValueError
        Shapes that do not fit, missing values, times that do not increase, a window without
        samples, fewer than two subjects, unknown methods or options.

    Warns
    -----
    UserWarning
        If the group, or ``permutations``, is too small for the test.

    See Also
    --------
    onset_difference : Of two conditions or groups.
    group_test : Which times are above chance.
    onset_performance : How good it is where the truth is known.

    Notes
    -----
    Source: the design and its measured errors are told in the chapter; bootstrap of onsets after
    Rousselet, doi:10.1101/2023.11.13.566864.

    The model of ``"hinge"`` is :math:`y(t) = b + a f_\kappa((t - \tau)_+)` with :math:`f_\kappa(r)
    = r^2 / \sqrt{r^2 + \kappa^2}`, and the onset is :math:`\tau`.

    Chapter: :ref:`meg-onset`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> times = np.arange(-25, 75) / 250
    >>> rng = np.random.default_rng(0)
    >>> rise = np.clip(times - 0.085, 0, 0.06)  # begins at 85 ms
    >>> rise = rise**2 / np.hypot(rise, 0.02)  # with the foot of a decoder's AUC
    >>> scores = 0.5 + 4 * rise + 0.03 * rng.standard_normal((12, 100))
    >>> found = meg.onset(scores, times, n_boot=200)
    >>> print(found)
    83.2 ms, 95 % interval 75.4 to 86.9 ms (hinge, 12 subjects)
    >>> value, low, high = found
    >>> round(1e3 * value), low < 0.085 < high
    (83, True)
    """
    settings = OnsetSettings.checked(
        method=method, chance=chance, window=window, interval=interval, level=level,
        n_boot=n_boot, alpha=alpha, permutations=permutations, seed=seed, **options,
    )  # fmt: skip
    x = as_times(times)
    data = as_scores(scores, x)
    if len(data) < 2:
        raise ValueError(
            f"scores: expected at least 2 subjects, got {len(data)}. The interval and the test "
            f"for an effect rest on differences between subjects."
        )
    return onset_checked(data, x, settings)


def onset_checked(data: Floats, times: Floats, settings: OnsetSettings) -> Onset:
    """`onset` of scores, times and settings that were checked."""
    courses = subject_courses(data)
    estimate = estimator(settings, courses, times)
    rng = np.random.default_rng(settings.seed)
    testable = _warn_unless_testable(len(courses), settings)
    inside = courses[:, window_mask(times, settings.window)] - settings.chance
    p = effect_p(inside, settings.permutations, rng)
    p = p if testable else float("nan")
    value = float(estimate(courses[None])[0])
    own_test = settings.method in _BY_OWN_TEST
    found: bool | None = bool(np.isfinite(value) and (p <= settings.alpha or own_test))
    if not testable and not found:
        found = None
    known: dict[str, Any] = {
        "found": found, "p": p, "method": str(settings.method),
        "interval": str(settings.interval), "level": settings.level, "subjects": len(courses),
    }  # fmt: skip
    if found is False or np.isnan(value):
        nan = float("nan")
        return Onset(nan, nan, nan, **known)
    by_fit = settings.method in (Method.HINGE, Method.PEAK50)
    if len(courses) == 2 and not by_fit:
        jackknife = np.full(2, np.nan)  # one subject alone has no t
    else:
        jackknife = onsets_without_one(estimate, courses)
    drawn = np.empty(0)
    if settings.interval in (IntervalKind.PERCENTILE, IntervalKind.BCA):
        drawn = bootstrap(estimate, data, settings.n_boot, rng)
    low, high = interval_of(settings.interval, value, drawn, jackknife, settings.level)
    fit = None
    if settings.method is Method.HINGE:
        fit = fit_change_point(
            courses.mean(axis=0)[None], times, chance=settings.chance, window=settings.window,
            correlation=noise_correlation(courses), **settings.fit,
        )  # fmt: skip
    return Onset(
        value,
        low,
        high,
        **known,
        error=jackknife_error(jackknife),
        missing=float(np.isnan(drawn).mean()) if len(drawn) else float("nan"),
        drawn=drawn,
        fit=fit,
    )


def _warn_unless_testable(subjects: int, settings: OnsetSettings) -> bool:
    """Whether any p of the sign flips can be as small as alpha."""
    permutations, alpha = settings.permutations, settings.alpha
    least = 1 / min(2.0**subjects, permutations)
    if least <= alpha:
        return True
    warnings.warn(
        f"onset: {subjects} subjects and {permutations} permutations allow no p below "
        f"{least:.2g}, so that an effect cannot be tested for at alpha = {alpha:g}. The onset is "
        f"reported as if there were one.",
        UserWarning,
        stacklevel=4,
    )
    return False


def effect_p(effects: Floats, permutations: int, rng: np.random.Generator) -> float:
    """p of the largest t over time, by sign flips of the subjects; see `max_t_null`."""
    null = max_t_null(effects, draws=permutations, rng=rng)
    return float(share_at_least(null, t_values(effects).max()[None])[0])
