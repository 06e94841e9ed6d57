"""Do two conditions, or two groups, differ in their onset?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Unpack

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student_t

from workedpapers.checks import Floats, one_of

from ..group.courses import Scores, Window, as_scores, as_times
from ..group.resample import IntervalKind, bootstrap, interval_of, jackknife_error, subject_courses
from .latency import Onset, onset_checked
from .methods import Estimator, estimator, onsets_without_one
from .settings import FitOptions, OnsetSettings

__all__ = ["DifferenceTest", "OnsetDifference", "onset_difference"]

FEWEST = 5  # with four subjects no sign-flip test comes below 1/16


class DifferenceTest(StrEnum):
    """Tests of a difference of onsets."""

    BOOTSTRAP = "bootstrap"
    JACKKNIFE = "jackknife"
    PERMUTATION = "permutation"


@dataclass(frozen=True, eq=False)
class OnsetDifference:
    """Onset of a minus onset of b; unpacks to ``value, low, high``.

    Parameters
    ----------
    value, low, high : float
        Seconds; NaN if one of the two has no onset.
    p : float
        Two-sided, of no difference; NaN likewise.
    test, paired : str or bool
        How p was made.
    a, b : Onset
        The two `Onset` values, each with its own interval.
    drawn : array of float
        Differences of the drawn groups (under the null hypothesis, for "permutation").

    See Also
    --------
    onset_difference : Which makes it.

    Notes
    -----
    Sources: as those of `onset_difference`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> times = np.arange(-25, 75) / 250
    >>> rng = np.random.default_rng(0)
    >>> rise = np.clip(times - 0.085, 0, 0.06)  # begins at 85 ms
    >>> rise = rise**2 / np.hypot(rise, 0.02)  # with the foot of a decoder's AUC
    >>> scores = 0.5 + 4 * rise + 0.03 * rng.standard_normal((12, 100))
    >>> later = np.roll(scores, 10, axis=1)  # by 40 ms
    >>> found = meg.onset_difference(later, scores, times, paired=True, n_boot=200)
    >>> found.low > 0, found.p < 0.05
    (True, True)
    """

    value: float
    low: float
    high: float
    p: float
    test: str
    paired: bool
    a: Onset
    b: Onset
    drawn: Floats = field(default_factory=lambda: np.empty(0), repr=False)

    def __iter__(self) -> Iterator[float]:
        return iter((self.value, self.low, self.high))


def onset_difference(
    a: Scores,
    b: Scores,
    times: npt.ArrayLike,
    *,
    paired: bool,
    test: str = "bootstrap",
    method: str = "hinge",
    chance: float = 0.5,
    window: Window = (0.0, None),
    level: float = 0.95,
    n_boot: int = 1000,
    alpha: float = 0.05,
    permutations: int = 2000,
    seed: int = 0,
    **options: Unpack[FitOptions],
) -> OnsetDifference:
    """Difference of the onsets of two conditions or groups.

    That one course is significant earlier than another is no evidence that it starts earlier:
    the stronger effect crosses a threshold first. This function compares the onsets themselves.

    Parameters
    ----------
    a, b : array_like
        As the scores in `onset`. If paired, row i of both is the same subject.
    times : array_like
        Seconds, shape (times,), of both.
    paired : bool
        Whether the subjects are the same. They are then drawn together.
    test : str
        How p is made.

        - ``"bootstrap"`` (default): twice the share of drawn differences beyond zero.
        - ``"jackknife"``: difference over its jackknife error, against Student's t (Miller et
          al. 1998; Ulrich and Miller 2001).
        - ``"permutation"``: a and b change places in random subjects (paired) or subjects are
          dealt anew (unpaired). Its null hypothesis is that a and b do not differ in anything,
          so that a small p may come from other differences as well: with equal onsets and
          signals of strength 0.7 and 2, a quarter of the simulated p-values were below .05,
          against a tenth with the other two tests.

        The interval is that of the bootstrap, or of the jackknife if that is the test.
    method : str
        As in `onset`.
    chance : float
        As in `onset`.
    window : tuple of float
        As in `onset`.
    level : float
        As in `onset`.
    n_boot : int
        As in `onset`; also the number of permutations of the test for a difference.
    alpha : float
        As in `onset`.
    permutations : int
        As in `onset`.
    seed : int
        As in `onset`.
    **options : Unpack[FitOptions]
        As in `onset`: shape, baseline, fraction, smoothing.

    Returns
    -------
    OnsetDifference
        With the onsets of both.

    Raises
    ------
    TypeError, ValueError
        As `onset`; or paired groups of different size.

    See Also
    --------
    onset : Of one group.

    Notes
    -----
    Sources: Miller, Patterson and Ulrich, Psychophysiology 35 (1998) 99; Ulrich and Miller,
    Psychophysiology 38 (2001) 816.

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
    >>> weaker = 0.5 + (scores - 0.5) / 2
    >>> found = meg.onset_difference(scores, weaker, times, paired=True, n_boot=200)
    >>> found.low < 0 < found.high
    True
    """
    settings = OnsetSettings.checked(
        method=method, chance=chance, window=window, level=level, n_boot=n_boot, alpha=alpha,
        permutations=permutations, seed=seed, **options,
    )  # fmt: skip
    x = as_times(times)
    data = [as_scores(s, x, name, least=FEWEST) for s, name in ((a, "a"), (b, "b"))]
    how = DifferenceTest(one_of(test, "test", DifferenceTest))
    if not isinstance(paired, (bool, np.bool_)):
        raise TypeError(f"paired: expected True or False, got {paired!r}.")
    paired = bool(paired)
    if paired and data[0].shape != data[1].shape:
        raise ValueError(
            f"b: expected the shape of a, {data[0].shape}, since they are paired; "
            f"got {data[1].shape}."
        )
    alone = onset_checked(data[0], x, settings), onset_checked(data[1], x, settings)
    if not (alone[0].found and alone[1].found):
        nan = float("nan")
        return OnsetDifference(nan, nan, nan, nan, test, paired, *alone)
    value = alone[0].value - alone[1].value
    courses = [subject_courses(d) for d in data]
    each = [estimator(settings, c, x) for c in courses]
    left = [onsets_without_one(e, c) for e, c in zip(each, courses, strict=True)]
    rng = np.random.default_rng(seed)
    if how is DifferenceTest.JACKKNIFE:
        error, freedom = _jackknife(left, paired)
        half = student_t.ppf(0.5 + settings.level / 2, freedom) * error
        if np.isnan(error):
            p = float("nan")
        else:
            p = 2 * student_t.sf(abs(value) / error, freedom) if error > 0 else float(value == 0)
        return OnsetDifference(value, value - half, value + half, float(p), test, paired, *alone)
    drawn = _drawn(data, each, paired, n_boot, rng)
    smaller = left[0] if len(left[0]) <= len(left[1]) else left[1]
    # a drawn pair without an onset counts as beyond both ends
    low = -interval_of(IntervalKind.PERCENTILE, -value, -drawn, smaller, settings.level)[1]
    high = interval_of(IntervalKind.PERCENTILE, value, drawn, smaller, settings.level)[1]
    if how is DifferenceTest.BOOTSTRAP:
        beyond = min((~(drawn > 0)).sum(), (~(drawn < 0)).sum())
        p = min(1.0, 2 * (beyond + 1) / (n_boot + 1))
        return OnsetDifference(value, low, high, float(p), test, paired, *alone, drawn)
    null = _permutation(courses, each, paired, n_boot, rng)
    beyond = (~(np.abs(null) < abs(value) - 1e-12)).sum()  # and so does a permuted one
    return OnsetDifference(
        value, low, high, float((beyond + 1) / (n_boot + 1)), test, paired, *alone, null
    )


def _jackknife(left: list[Floats], paired: bool) -> tuple[float, float]:
    """Standard error of the difference and its degrees of freedom (Welch's if unpaired)."""
    if paired:
        return jackknife_error(left[0] - left[1]), len(left[0]) - 1
    square = [jackknife_error(v) ** 2 for v in left]
    total = sum(square)
    parts = sum(s**2 / (len(v) - 1) for s, v in zip(square, left, strict=True))
    return float(np.sqrt(total)), total**2 / parts if parts > 0 else len(left[0]) - 1


def _drawn(
    data: list[Floats], each: list[Estimator], paired: bool, draws: int, rng: np.random.Generator
) -> Floats:
    """Differences of the onsets of groups that are drawn again."""
    if not paired:
        return bootstrap(each[0], data[0], draws, rng) - bootstrap(each[1], data[1], draws, rng)
    samples = data[0].shape[-1]

    def difference(both: Floats) -> Floats:
        return each[0](both[..., :samples]) - each[1](both[..., samples:])

    # Side by side, so that a subject brings both courses.
    return bootstrap(difference, np.concatenate(data, axis=-1), draws, rng)


def _permutation(
    courses: list[Floats], each: list[Estimator], paired: bool, draws: int, rng: np.random.Generator
) -> Floats:
    a, b = courses
    out = np.empty(draws)
    size = max(1, 2_000_000 // (a.size + b.size))
    for start in range(0, draws, size):
        many = min(size, draws - start)
        if paired:
            swap = rng.integers(2, size=(many, len(a), 1)).astype(bool)
            first, second = np.where(swap, b, a), np.where(swap, a, b)
        else:
            every = np.concatenate([a, b])
            order = rng.permuted(np.tile(np.arange(len(every)), (many, 1)), axis=1)
            first, second = every[order[:, : len(a)]], every[order[:, len(a) :]]
        out[start : start + many] = each[0](first) - each[1](second)
    return out
