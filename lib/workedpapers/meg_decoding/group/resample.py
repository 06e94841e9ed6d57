"""Groups drawn again from a group: the bootstrap over subjects, the jackknife, their intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import t as student_t

from workedpapers.checks import Floats

__all__ = [
    "IntervalKind",
    "bootstrap",
    "draw_counts",
    "draw_groups",
    "interval_of",
    "jackknife_error",
    "leave_one_out",
    "subject_courses",
]


class IntervalKind(StrEnum):
    """Kinds of interval, see `interval_of`."""

    PERCENTILE = "percentile"
    BCA = "bca"
    JACKKNIFE = "jackknife"
    NONE = "none"


_CHUNK = 4_000_000  # numbers held at a time


def subject_courses(scores: Floats) -> Floats:
    """One course per subject, shape (subjects, times): the mean over repeats, if there are any."""
    return scores if scores.ndim == 2 else scores.mean(axis=1)


def draw_groups(scores: Floats, draws: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Groups of as many subjects, drawn with replacement; each subject's repeats as well.

    Parameters
    ----------
    scores : array of float
        Shape (subjects, times), or (subjects, repeats, times): then the repeats of each drawn
        subject are drawn with replacement too (the hierarchical bootstrap).
    draws : int
        Number of groups.

    Yields
    ------
    array of float
        Arrays of shape (some draws, subjects, times); ``draws`` in all.
    """
    n, samples = len(scores), scores.shape[-1]
    size = max(1, _CHUNK // (n * samples))
    for start in range(0, draws, size):
        who = rng.integers(n, size=(min(size, draws - start), n))
        if scores.ndim == 2:
            yield scores[who]
            continue
        repeats = scores.shape[1]
        groups = np.empty((*who.shape, samples))
        for subject in range(n):
            mine = who == subject
            share = draw_counts(repeats, int(mine.sum()), rng)
            groups[mine] = share / repeats @ scores[subject]
        yield groups


def draw_counts(units: int, draws: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """How often each of n units is drawn with replacement, shape (draws, n); n in each row."""
    return rng.multinomial(units, np.full(units, 1 / units), size=draws)


def bootstrap(
    statistic: Callable[[Floats], Floats], scores: Floats, draws: int, rng: np.random.Generator
) -> Floats:
    """A statistic of groups that are drawn again, shape (draws,).

    Parameters
    ----------
    statistic : callable
        From groups, shape (groups, subjects, times), to numbers, shape (groups,).
    scores, draws, rng : array of float or int or numpy.random.Generator
        See `draw_groups`.
    """
    return np.concatenate([statistic(groups) for groups in draw_groups(scores, draws, rng)])


def leave_one_out(courses: Floats) -> Floats:
    """Every group that lacks one subject, shape (subjects, subjects - 1, times)."""
    n = len(courses)
    index = np.arange(n - 1)[None, :] + (np.arange(n - 1)[None, :] >= np.arange(n)[:, None])
    return courses[index]


def jackknife_error(values: Floats) -> float:
    r"""Standard error from the statistic of every group that lacks one of n subjects.

    .. math:: s = \sqrt{\frac{n-1}{n} \sum_i (v_i - \bar v)^2}

    Notes
    -----
    Source: Miller, Patterson and Ulrich, Psychophysiology 35 (1998) 99, equation 2.
    """
    n = len(values)
    return float(np.sqrt((n - 1) / n * ((values - values.mean()) ** 2).sum()))


def interval_of(
    kind: IntervalKind, value: float, drawn: Floats, jackknife: Floats, level: float
) -> tuple[float, float]:
    r"""Ends of an interval.

    Parameters
    ----------
    kind : IntervalKind
        ``"percentile"`` takes quantiles of the drawn values, a little further
        out than the level says, as small groups need (Hesterberg, American Statistician 69 (2015)
        371: the tail is that of a normal variable beyond :math:`\sqrt{n/(n-1)}\, t_{n-1}`);
        ``"bca"`` shifts quantiles for bias and skewness (Efron 1987); ``"jackknife"`` is the value
        plus or minus its standard error times the quantile of Student's t with n - 1 degrees of
        freedom.
    value : float
        Of the group as it is.
    drawn : array of float
        Of the drawn groups. NaN, no onset found, counts as later than all others.
    jackknife : array of float
        Of the groups that lack one subject.
    level : float
        Coverage, in (0, 1).

    Returns
    -------
    tuple of float
        (low, high). An end is infinite if too many drawn groups have no onset, NaN if the kind is
        "none" or the jackknife meets a group without an onset.
    """
    kind = IntervalKind(kind)
    if kind is IntervalKind.NONE:
        return float("nan"), float("nan")
    tail = np.array([0.5 - level / 2, 0.5 + level / 2])
    if kind is IntervalKind.JACKKNIFE:
        half = student_t.ppf(tail[1], len(jackknife) - 1) * jackknife_error(jackknife)
        return float(value - half), float(value + half)
    ordered = np.where(np.isnan(drawn), np.inf, drawn)
    if kind is IntervalKind.PERCENTILE:
        n = len(jackknife)
        tail = ndtr(np.sqrt(n / (n - 1)) * student_t.ppf(tail, n - 1))
    if kind is IntervalKind.BCA and np.isfinite(jackknife).all():
        below = (ordered < value).mean() + 0.5 * (ordered == value).mean()
        shift = ndtri(np.clip(below, 0.5 / len(ordered), 1 - 0.5 / len(ordered)))
        gap = jackknife.mean() - jackknife
        spread = (gap**2).sum() ** 1.5
        skew = (gap**3).sum() / (6 * spread) if spread > 0 else 0.0
        z = shift + ndtri(tail)
        tail = ndtr(shift + z / (1 - skew * z))
    low, high = np.quantile(ordered, tail, method="inverted_cdf")
    return float(low), float(high)
