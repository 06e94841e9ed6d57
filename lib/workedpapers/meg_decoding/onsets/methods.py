"""Ways to read an onset off the courses of a group; each maps groups to onsets in seconds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control

from workedpapers.checks import Floats, probability

from ..group.courses import Window, window_mask
from ..group.resample import leave_one_out
from ..group.statistics import Tail, cluster_test, cluster_threshold, max_t_null, p_values, t_values
from .change_point import fit_change_point, rise_ends
from .settings import Method, OnsetSettings

__all__ = ["Estimator", "estimator", "first_cluster", "noise_correlation"]

#: From groups, shape (groups, subjects, times), to onsets, shape (groups,), NaN if none.
Estimator = Callable[[Floats], Floats]


def noise_correlation(courses: Floats) -> float:
    """Correlation of neighbouring samples of the noise, in [0, 0.95].

    The noise is what the subjects differ by. They differ in amplitude too, which is smooth in
    time and would pass for correlation; steps between samples hardly feel it. Steps over one and
    two samples of an AR(1) process with correlation r have variances in the ratio 1 to 1 + r.
    """
    deviation = courses - courses.mean(axis=0)
    one = np.diff(deviation, axis=1)
    two = deviation[:, 2:] - deviation[:, :-2]
    if not (one**2).sum() > 0:
        return 0.0
    return float(np.clip((two**2).mean() / (one**2).mean() - 1, 0, 0.95))


def _first(found: NDArray[np.bool_], times: Floats) -> Floats:
    return np.where(found.any(axis=-1), times[found.argmax(axis=-1)], np.nan)


def first_cluster(t: Floats, threshold: float, mass: float) -> NDArray[np.bool_]:
    """Samples of runs with t above the threshold whose sum of t is at least ``mass``.

    Parameters
    ----------
    t : array of float
        Shape (groups, times).
    """
    above = t > threshold
    total = np.cumsum(np.where(above, t, 0.0), axis=1)
    before = np.concatenate([np.zeros((len(t), 1)), total[:, :-1]], axis=1)
    starts = above & ~np.concatenate([np.zeros((len(t), 1), bool), above[:, :-1]], axis=1)
    stops = above & ~np.concatenate([above[:, 1:], np.zeros((len(t), 1), bool)], axis=1)
    # total grows only within runs: carry the value before a run's start forward, and the
    # value at its stop backward
    carried = np.maximum.accumulate(np.where(starts, before, 0.0), axis=1)
    ahead = np.where(stops, total, np.inf)[:, ::-1]
    returned = np.minimum.accumulate(ahead, axis=1)[:, ::-1]
    with np.errstate(invalid="ignore"):
        return above & (returned - carried >= mass * (1 - 1e-9))


def estimator(settings: OnsetSettings, courses: Floats, times: Floats) -> Estimator:
    """Return the function that maps groups to onsets.

    What a test compares with is found once, from the group as it is: the critical t of "max",
    the critical mass of "cluster". Drawn groups are held against the same bar.

    Parameters
    ----------
    settings : OnsetSettings
        The method and what belongs to it.
    courses : array of float
        The group as it is, shape (subjects, times).
    times : array of float
        Seconds, shape (times,).
    """
    chance, window, alpha = settings.chance, settings.window, settings.alpha
    mask = window_mask(times, window)
    within, inside = times[mask], courses[:, mask] - chance
    if settings.method is Method.HINGE:
        correlation = noise_correlation(courses)

        def change_point(groups: Floats) -> Floats:
            fit = fit_change_point(
                groups.mean(axis=1), times, chance=chance, window=window,
                correlation=correlation, **settings.fit,
            )  # fmt: skip
            return fit.onsets

        return change_point
    if settings.method is Method.PEAK50:
        fraction, smoothing = settings.fit.get("fraction", 0.5), settings.fit.get("smoothing", 0.02)
        return lambda groups: _crossing(
            groups.mean(axis=1), times, chance, window, fraction=fraction, smoothing=smoothing
        )
    if settings.method is Method.FDR:

        def false_discovery(groups: Floats) -> Floats:
            p = p_values(t_values(groups[..., mask] - chance), groups.shape[1], Tail.GREATER)
            return _first(false_discovery_control(p, axis=1) <= alpha, within)

        return false_discovery
    if settings.method is Method.MAX:
        rng = np.random.default_rng(settings.seed)
        bar = _critical(max_t_null(inside, draws=settings.permutations, rng=rng), alpha)
        return lambda groups: _first(t_values(groups[..., mask] - chance) >= bar, within)

    _, null = cluster_test(inside, draws=settings.permutations, seed=settings.seed)
    mass, threshold = _critical(null, alpha), cluster_threshold(len(inside), 1)
    return lambda groups: _first(
        first_cluster(t_values(groups[..., mask] - chance), threshold, mass), within
    )


def _critical(null: Floats, alpha: float) -> float:
    """Smallest null value that at most a share alpha of them reaches; infinite if there is none."""
    ordered = np.sort(null)
    reached = 1 - np.searchsorted(ordered, ordered, side="left") / len(ordered)
    enough = ordered[reached <= alpha]
    return float(enough[0]) * (1 - 1e-12) if len(enough) else float("inf")


def _crossing(
    means: Floats,
    times: Floats,
    chance: float,
    window: Window,
    *,
    fraction: float,
    smoothing: float,
) -> Floats:
    """Last upward crossing of a fraction of the first major peak, between samples by a line."""
    if not probability(fraction, "fraction") > 0:
        raise ValueError(f"fraction: expected a number above 0, got {fraction}.")
    peaks = rise_ends(means, times, chance=chance, window=window, fraction=1.0, smoothing=smoothing)
    row = np.arange(len(means))
    level = chance + fraction * (means[row, peaks] - chance)
    index = np.arange(len(times))
    start = int(window_mask(times, window).argmax())
    low = (means < level[:, None]) & (index < peaks[:, None]) & (index >= start)
    last = np.where(low.any(axis=1), len(times) - 1 - low[:, ::-1].argmax(axis=1), start - 1)
    before, after = means[row, last], means[row, last + 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (level - before) / (after - before)
    at = times[last] + share * (times[last + 1] - times[last])
    at = np.where(last < start, times[start], at)
    return np.where(peaks < 0, np.nan, at)


def onsets_without_one(estimate: Estimator, courses: Floats) -> Floats:
    """Onsets of the groups that lack one subject, shape (subjects,)."""
    return estimate(leave_one_out(courses))
