"""Interpolation on a regular grid: the reference that the browser's code is tested against.

Along each axis the value at a point is a weighted sum of its neighbours: the two nearest nodes
(multilinear) or the four nearest (Keys' cubic convolution, IEEE Trans. ASSP 29 (1981) 1153).
Keys' rule for a missing neighbour at the rim, ``f[-1] = 3 f[0] - 3 f[1] + f[2]``, keeps the cubic
exact for quadratics up to the rim.

Beside a gap (NaN) the nearest nodes that hold a number stand in, as long as they have at least
half of the multilinear weight; so a gap begins half-way between the nodes.
"""

import math
from collections.abc import Sequence

import numpy as np

__all__ = ["axis_weights", "interpolate"]


def axis_weights(position: float, n: int, method: str) -> tuple[int, np.ndarray]:
    """Weights of the nodes around a position on one axis.

    Parameters
    ----------
    position : in units of nodes, from 0 to n - 1.
    n : number of nodes.
    method : ``"nearest"``, ``"linear"`` or ``"cubic"``.

    Returns
    -------
    Number of the first node, and the weights of it and the nodes that follow; they sum to 1.
    """
    position = min(max(position, 0.0), n - 1.0)
    if method == "nearest" or n == 1:
        return math.floor(position + 0.5), np.ones(1)
    cell = min(math.floor(position), n - 2)
    t = position - cell
    if method == "linear" or n == 2:
        return cell, np.array([1 - t, t])
    before = ((-0.5 * t + 1) * t - 0.5) * t
    at = (1.5 * t - 2.5) * t * t + 1
    after = ((-1.5 * t + 2) * t + 0.5) * t
    beyond = (0.5 * t - 0.5) * t * t
    weights = np.array([before, at, after, beyond])
    first = cell - 1
    if first < 0:
        weights = np.array([at + 3 * before, after - 3 * before, beyond + before])
        return 0, weights
    if first + 3 >= n:
        weights = np.array([before + beyond, at - 3 * beyond, after + 3 * beyond])
    return first, weights


def interpolate(grid: np.ndarray, positions: Sequence[float], methods: Sequence[str]) -> np.ndarray:
    """Value between the nodes of a grid.

    Parameters
    ----------
    grid : the first ``len(positions)`` axes are grid axes, the rest belong to the value.
    positions : in units of nodes, one per grid axis.
    methods : ``"nearest"``, ``"linear"`` or ``"cubic"``, one per grid axis.
    """
    value = grid
    for position, method in zip(positions, methods, strict=True):
        first, weights = axis_weights(position, value.shape[0], method)
        if len(weights) == 1:
            value = value[first]
            continue
        used = np.flatnonzero(weights)
        value = np.tensordot(weights[used], value[first + used], axes=1)
    if value.dtype.kind == "f" and np.isnan(value).any():
        value = np.where(np.isnan(value), _beside_gap(grid, positions, methods), value)
    return value


def _beside_gap(grid: np.ndarray, positions: Sequence[float], methods: Sequence[str]) -> np.ndarray:
    """Mean of the nearest nodes that hold a number, if they have at least half of the weight."""
    linear = ["linear" if method == "cubic" else method for method in methods]
    held = np.isfinite(grid)
    parts = [np.where(held, grid, 0.0), held.astype(float)]
    for position, method in zip(positions, linear, strict=True):
        first, weights = axis_weights(position, parts[0].shape[0], method)
        rows = slice(first, first + len(weights))
        parts = [np.tensordot(weights, part[rows], axes=1) for part in parts]
    total, weight = parts
    known = weight >= 0.5
    return np.where(known, total / np.where(known, weight, 1.0), np.nan)
