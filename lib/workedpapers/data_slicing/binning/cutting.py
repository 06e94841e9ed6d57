"""Where the bins of a number begin and end, from its distinct values and how often each comes."""

from __future__ import annotations

import numpy as np

from workedpapers.checks import Floats, Ints

__all__ = ["heavy_values", "quantile_cuts", "tree_cuts"]


def heavy_values(counts: Ints, rows: int, share: float) -> Ints:
    """Places of the values that hold more than a share of all rows."""
    return np.flatnonzero(counts > share * rows)


def quantile_cuts(values: Floats, counts: Ints, bins: int) -> Floats:
    """Inner edges that split rows into bins of about equal size; fewer where values repeat.

    With all values sorted, the quantile at q lies at place (n - 1) q, between two rows linearly.
    """
    if len(values) <= bins:
        return values[:-1]
    ends = np.cumsum(counts)
    place = (ends[-1] - 1) * np.arange(1, bins) / bins
    below = np.searchsorted(ends, np.floor(place), side="right")
    above = np.searchsorted(ends, np.ceil(place), side="right")
    edges = values[below] + (values[above] - values[below]) * (place - np.floor(place))
    # An edge is told as the largest value that comes and is not above it.
    edges = values[np.searchsorted(values, edges, side="right") - 1]
    return np.unique(edges[edges < values[-1]])


def tree_cuts(values: Floats, counts: Ints, totals: Floats, bins: int, least: int) -> Floats:
    """Inner edges of a regression tree: each split lowers the squared error of the loss most.

    Parameters
    ----------
    values, counts, totals : ndarray
        Distinct values in order; rows of each; sum of the loss of each.
    bins : int
        Most leaves.
    least : int
        Fewest rows of a leaf.
    """
    n = np.concatenate([[0], np.cumsum(counts)]).astype(float)
    s = np.concatenate([[0.0], np.cumsum(totals)])

    def best(low: int, high: int) -> tuple[float, int]:
        at = np.arange(low + 1, high)
        left, right = n[at] - n[low], n[high] - n[at]
        fits = (left >= least) & (right >= least)
        if not fits.any():
            return 0.0, -1
        # Between-group sum of squares: (sum left)^2/n left + (sum right)^2/n right - all^2/n.
        gain = (s[at] - s[low]) ** 2 / np.maximum(left, 1)
        gain += (s[high] - s[at]) ** 2 / np.maximum(right, 1)
        gain -= (s[high] - s[low]) ** 2 / max(n[high] - n[low], 1)
        gain[~fits] = -np.inf
        return float(gain.max()), int(at[gain.argmax()])

    leaves = [(*best(0, len(values)), 0, len(values))]
    cuts: list[int] = []
    while len(cuts) < bins - 1:
        gain, at, low, high = max(leaves)
        if at < 0 or gain <= 0:
            break
        leaves.remove((gain, at, low, high))
        leaves += [(*best(low, at), low, at), (*best(at, high), at, high)]
        cuts.append(at)
    edges: Floats = values[np.sort(np.array(cuts, dtype=int)) - 1]
    return edges
