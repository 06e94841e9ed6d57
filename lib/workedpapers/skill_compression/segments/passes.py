"""Exact sums over all segmentations: forward filtering, backward smoothing.

With w(s) the weight of a segment, the sum over all ways to cut the first t steps is

    a(t) = sum_d a(t - d) w(t - d, t),    a(0) = 1,

computed with logarithms, or as it stands where no product can leave the range of a float, which
is three times as fast. The shares P(d | t) = a(t - d) w(t - d, t) / a(t) say how long the
segment is that ends at t, if one ends there. From the end back, the probability m(t) that a
boundary is at t follows without any further exponential,

    m(t - d) += m(t) P(d | t),    m(T) = 1,

and m(t) P(d | t) is the probability of the segment. Nothing overflows, however long the episode.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workedpapers.checks import Floats, Ints
from workedpapers.skill_compression.segments.lattice import Lattice

__all__ = ["Posterior", "best_path", "log_sums", "posterior"]

#: Stands for the logarithm of zero: differences of it are still numbers.
NEVER = -1e30


@dataclass(frozen=True)
class Posterior:
    """What a pass over the segmentations of a lattice gives.

    Parameters
    ----------
    log_sum : ndarray
        Logarithm of the sum over segmentations, of each distinct episode.
    uses : ndarray
        Expected uses of each distinct segment, over all episodes.
    starts : ndarray
        Probability that a segment begins at each step, of shape (episodes, steps).
    """

    log_sum: Floats
    uses: Floats
    starts: Floats


def _gathered(lattice: Lattice, weight: Floats, none: float) -> Floats:
    """Weight of the segment at each [t, d, n], and ``none`` where there is none."""
    return np.append(weight, np.full((*weight.shape[:-1], 1), none), axis=-1).T[lattice.index]


def _plain(lattice: Lattice, log_weight: Floats) -> bool:
    """Whether the product of weights over any segmentation is far inside the range of a float."""
    steps = lattice.episodes.values.shape[1]
    return bool(steps * np.abs(log_weight / lattice.length).max() < 600)


def _forward_plain(weights: Floats, keep: bool) -> tuple[Floats, Floats]:
    """As `_forward`, from weights and not their logarithms."""
    steps, longest = weights.shape[:2]
    a = np.zeros((steps + longest + 1, *weights.shape[2:]))
    a[steps] = 1.0
    now = np.empty(weights.shape[1:])
    for t in range(steps):
        np.multiply(weights[t], a[steps - t : steps - t + longest], out=now)
        total = np.add.reduce(now, axis=0, out=a[steps - t - 1])
        if keep:
            # Behind an episode's end all is 0, and nothing is asked for.
            np.divide(now, np.maximum(total, 1e-300), out=weights[t])
    return np.log(np.maximum(a[steps::-1], 1e-300)), weights


def _forward(weights: Floats, keep: bool) -> tuple[Floats, Floats]:
    """log a(t), of shape (steps + 1, ...), and the shares P(d | t) in the place of weights."""
    steps, longest = weights.shape[:2]
    # log a(t) is kept backwards behind D rows of zero probability, so that the last D values are
    # one slice in the order of the durations.
    a = np.full((steps + longest + 1, *weights.shape[2:]), NEVER)
    a[steps] = 0.0
    for t in range(steps):
        now = weights[t] + a[steps - t : steps - t + longest]
        top = now.max(0)
        now -= top
        np.exp(now, out=now)
        total = now.sum(0)
        a[steps - t - 1] = top + np.log(total)
        if keep:
            np.divide(now, total, out=weights[t])
    return a[steps::-1], weights


def _filtered(lattice: Lattice, log_weight: Floats, keep: bool) -> tuple[Floats, Floats]:
    """log a(t) and the shares, by the faster way where it is safe."""
    if _plain(lattice, log_weight):
        return _forward_plain(_gathered(lattice, np.exp(log_weight), 0.0), keep)
    return _forward(_gathered(lattice, log_weight, NEVER), keep)


def log_sums(lattice: Lattice, log_weight: Floats) -> Floats:
    """Logarithm of the sum over all segmentations of each episode.

    ``log_weight`` may have a leading axis: several sets of weights at once.
    """
    a, _ = _filtered(lattice, log_weight, keep=False)
    return a[lattice.episodes.lengths, np.arange(a.shape[1])].T


def posterior(lattice: Lattice, log_weight: Floats) -> Posterior:
    """Exact posterior over segmentations, for the logarithm of a weight of each segment."""
    a, shares = _filtered(lattice, log_weight, keep=True)
    steps, longest, count = shares.shape
    each = np.arange(count)
    boundary = np.zeros((steps + longest + 1, count))  # backwards, as in _forward
    boundary[steps - lattice.episodes.lengths, each] = 1.0
    for t in range(steps - 1, -1, -1):
        shares[t] *= boundary[steps - t - 1]
        boundary[steps - t : steps - t + longest] += shares[t]
    log_sum = a[lattice.episodes.lengths, each]
    shares *= lattice.episodes.weight
    counted = np.bincount(lattice.index.ravel(), shares.ravel(), lattice.count + 1)[:-1]
    starts = boundary[steps:0:-1].T * (np.arange(steps) < lattice.episodes.lengths[:, None])
    return Posterior(log_sum, np.asarray(counted, np.float64), starts)


def best_path(lattice: Lattice, log_weight: Floats) -> list[Ints]:
    """Most probable segmentation of each distinct episode, as numbers of segments."""
    weights = _gathered(lattice, log_weight, NEVER)
    steps, longest, count = weights.shape
    a = np.full((steps + longest + 1, count), NEVER)
    a[steps] = 0.0
    choice = np.zeros((steps, count), np.int64)
    for t in range(steps):
        now = weights[t] + a[steps - t : steps - t + longest]
        choice[t] = now.argmax(0)
        a[steps - t - 1] = now.max(0)
    paths = []
    for n, length in enumerate(lattice.episodes.lengths):
        path, t = [], int(length)
        while t > 0:
            d = int(choice[t - 1, n])
            path.append(int(lattice.index[t - 1, d, n]))
            t -= d + 1
        paths.append(np.array(path[::-1], np.int64))
    return paths
