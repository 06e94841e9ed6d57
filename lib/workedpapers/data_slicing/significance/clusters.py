"""Rows that belong together, as the visits of one patient do.

Such rows are no independent draws: a slice of 100 rows from 3 patients tells little. The sum of a
slice is tested against the spread of the sums of its clusters, with a t distribution that has one
degree of freedom less than there are clusters inside the slice.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from workedpapers.checks import Floats, Ints
from workedpapers.data_slicing.engines.memory import MemoryEngine
from workedpapers.data_slicing.search.slice_table import SliceTable

__all__ = ["clustered_tail"]


def clustered_tail(
    engine: MemoryEngine, table: SliceTable, clusters: Ints, side: str = "higher"
) -> Floats:
    r"""P-values of slices whose rows come in clusters.

    With :math:`u_c` the sum of residuals of cluster c inside the slice less its share of the
    slice's mean, the variance of the sum is :math:`\frac{G}{G-1} \sum_c u_c^2`, G clusters.
    """
    p = np.ones(len(table))
    for cross, places in table.crosses().items():
        key = np.zeros(len(engine.residual), dtype=np.intp)
        shape = [len(engine.columns[f]) for f in cross]
        for f, size in zip(cross, shape, strict=True):
            key = key * size + engine.codes[f]
        cells = np.ravel_multi_index(tuple(table.bins[places, : len(cross)].T), shape)
        p[places] = _one_cross(engine, table.take(places), key, cells, clusters, side)
    return p


def _one_cross(
    engine: MemoryEngine, table: SliceTable, key: Ints, cells: Ints, clusters: Ints, side: str
) -> Floats:
    pairs, where = np.unique(key * (clusters.max() + 1) + clusters, return_inverse=True)
    cell = pairs // (clusters.max() + 1)
    total = np.bincount(where, engine.residual)
    weight = np.bincount(where, engine.weights)  # of every row 1 where there are no weights
    mean = np.zeros(int(cell.max()) + 2)
    groups = np.bincount(cell, minlength=len(mean)).astype(float)
    sums, weights = (np.bincount(cell, x, minlength=len(mean)) for x in (total, weight))
    np.divide(sums, weights, out=mean, where=weights > 0)
    spread = np.bincount(cell, (total - weight * mean[cell]) ** 2, minlength=len(mean))
    g, variance = groups[cells], spread[cells]
    variance = variance * g / np.maximum(g - 1, 1) * (1 - table.n / engine.population.rows)
    t = np.divide(table.total, np.sqrt(variance), out=np.zeros(len(g)), where=variance > 0)
    t = {"higher": t, "lower": -t, "both": np.abs(t)}[side]
    p = special.stdtr(np.maximum(g - 1, 1), -t) * (2 if side == "both" else 1)
    return np.where((g > 1) & (variance > 0), np.minimum(p, 1.0), 1.0)
