"""Statistics of a group and what they would be without an effect: t, sign flips, clusters."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from scipy.stats import t as student_t

from workedpapers.checks import Floats

__all__ = [
    "Tail",
    "cluster_test",
    "cluster_threshold",
    "max_t_null",
    "p_values",
    "share_at_least",
    "t_values",
]

_CHUNK = 2**22  # values of t held at a time


class Tail(StrEnum):
    """Which way an effect may go."""

    GREATER = "greater"
    LESS = "less"
    TWO_SIDED = "two-sided"

    def turned(self, t: Floats) -> Floats:
        """Values of t such that large ones speak for an effect."""
        if self is Tail.TWO_SIDED:
            return np.abs(t)
        return t if self is Tail.GREATER else -t

    @property
    def side(self) -> int:
        """1, -1, or 0 for both sides."""
        return {Tail.GREATER: 1, Tail.LESS: -1, Tail.TWO_SIDED: 0}[self]


def t_values(effects: Floats) -> Floats:
    """Student's t of the mean over subjects, the last axis but one; 0 / 0 counts as 0.

    Parameters
    ----------
    effects : array of float
        Score minus chance, shape (..., subjects, times), at least two subjects.
    """
    n = effects.shape[-2]
    mean = effects.mean(axis=-2)
    error = effects.std(axis=-2, ddof=1) / np.sqrt(n)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(mean == 0, 0.0, mean / error), dtype=np.float64)


def p_values(t: Floats, subjects: int, tail: str) -> Floats:
    """p-values of Student's t with ``subjects - 1`` degrees of freedom."""
    turned = Tail(tail).turned(t)
    p = np.asarray(student_t.sf(turned, subjects - 1), dtype=np.float64)
    return np.minimum(2 * p, 1) if tail == Tail.TWO_SIDED else p


def _signs(n: int, draws: int, rng: np.random.Generator) -> Floats:
    """Sign flips, shape (flips, n): all 2^n if they are no more than ``draws``."""
    if 2.0**n <= draws:
        bits = np.arange(2**n)[:, None] >> np.arange(n) & 1
        return (1 - 2 * bits).astype(np.float64)
    flips = np.asarray(1.0 - 2 * rng.integers(2, size=(draws, n)), dtype=np.float64)
    flips[0] = 1  # the group as it is belongs to its null distribution
    return flips


def max_t_null(
    effects: Floats, *, draws: int = 2000, tail: str = "greater", rng: np.random.Generator
) -> Floats:
    """Largest t over time under random signs of the subjects, shape (flips,).

    If no effect exists at any time, each subject's course could as well have had the other sign.
    The group as it is is one of the flips, so that a share of at most alpha of the flips reaches
    the observed maximum with probability of at most alpha. All 2^n flips are taken if they are
    no more than ``draws``.

    Notes
    -----
    Source: Nichols and Holmes, Human Brain Mapping 15 (2002) 1.
    """
    n = len(effects)
    flips = _signs(n, draws, rng)
    square = (effects**2).mean(axis=0)  # no sign changes it
    largest = np.empty(len(flips))
    step = max(1, _CHUNK // effects.shape[1])
    for start in range(0, len(flips), step):
        mean = flips[start : start + step] @ effects / n
        error = np.sqrt(np.maximum(square - mean**2, 0) / (n - 1))
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(mean == 0, 0.0, mean / error)
        largest[start : start + step] = Tail(tail).turned(t).max(axis=1)
    return largest


def share_at_least(null: Floats, observed: Floats) -> Floats:
    """Share of the null values that are at least as large, with tolerance for rounding."""
    ordered = np.sort(null)
    reached = np.searchsorted(ordered, observed * (1 - np.sign(observed) * 1e-9), side="left")
    return 1 - reached / len(ordered)


def cluster_test(
    effects: Floats,
    *,
    draws: int = 1000,
    tail: str = "greater",
    tfce: bool = False,
    seed: int = 0,
) -> tuple[Floats, Floats]:
    """Cluster permutation test of MNE-Python, along time, or along both axes of maps.

    Neighbouring times whose t has an uncorrected p below .05 form a cluster; its mass, the sum
    of t, is compared with the largest mass under random signs. A p-value belongs to a whole
    cluster: it licenses no statement about the cluster's first time.

    Parameters
    ----------
    effects : array of float
        Score minus chance, shape (subjects, times) or (subjects, times, times).
    draws : int
        Number of sign flips.
    tail : str
        One of `Tail`.
    tfce : bool
        No threshold, but the support of all heights.
    seed : int
        Of the flips.

    Returns
    -------
    tuple
        p of each time's cluster, 1 outside of clusters, shape (times,) or (times, times); and the
        null distribution of the largest mass.

    Notes
    -----
    Source: Maris and Oostenveld, J. Neurosci. Methods 164 (2007) 177; Sassenhagen and Draschkow,
    Psychophysiology 56 (2019) e13335, for what it does not show.
    """
    from mne.stats import permutation_cluster_1samp_test

    side = Tail(tail).side
    if tfce and side < 0:  # MNE's p of lower tails without a threshold are those of upper ones
        return cluster_test(-effects, draws=draws, tfce=True, seed=seed)
    heights = {"start": 0.0, "step": 0.2}
    with np.errstate(divide="ignore", invalid="ignore"):
        _, clusters, p, null = permutation_cluster_1samp_test(
            effects,
            n_permutations=draws,
            tail=side,
            threshold=heights if tfce else cluster_threshold(len(effects), side),
            rng=np.random.default_rng(seed),
            out_type="mask",
            verbose="ERROR",
        )
    if tfce:
        return np.asarray(p, dtype=float).reshape(effects.shape[1:]), np.asarray(null)
    by_time = np.ones(effects.shape[1:])
    for cluster, probability_ in zip(clusters, p, strict=True):
        by_time[cluster] = probability_
    return by_time, np.asarray(null)


def cluster_threshold(subjects: int, side: int) -> float:
    """Value of t whose uncorrected p is .05, negative for a negative ``side``."""
    threshold = float(student_t.ppf(1 - 0.05 / (1 if side else 2), subjects - 1))
    return -threshold if side < 0 else threshold
