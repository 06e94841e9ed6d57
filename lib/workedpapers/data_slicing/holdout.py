"""What was found, on rows that had no part in finding it."""

from __future__ import annotations

import numpy as np

from workedpapers.checks import Floats
from workedpapers.data_slicing.engines.memory import MemoryEngine
from workedpapers.data_slicing.search.slice_table import SliceTable
from workedpapers.data_slicing.significance.multiplicity import benjamini_hochberg
from workedpapers.data_slicing.significance.tails import finite_population_tail

__all__ = ["confirmed"]


def confirmed(aside: MemoryEngine, table: SliceTable, side: str, alpha: float) -> dict[str, Floats]:
    """Effect and p-value of each discovery on the rows set aside, and whether it holds there.

    What is chosen as the largest is too large: the winner's curse. These rows did not choose.
    """
    n, weight, total = np.zeros(len(table), np.intp), np.zeros(len(table)), np.zeros(len(table))
    groups = table.crosses()
    for tally in aside.tallies(list(groups)):
        for cross, shape, place in tally.parts():
            at = groups[cross]
            cells = np.ravel_multi_index(tuple(table.bins[at, : len(cross)].T), shape)
            n[at], total[at] = tally.n[place][cells], tally.total[place][cells]
            weight[at] = n[at] if tally.weight is None else tally.weight[place][cells]
    everybody = aside.population
    rest = everybody.weight - weight
    effect = np.full(len(table), np.nan)
    some = (weight > 0) & (rest > 0)
    effect[some] = total[some] / weight[some] + total[some] / rest[some]
    p = np.ones(len(table))
    inside = (n > 0) & (n < everybody.rows)
    p[inside] = finite_population_tail(n[inside], total[inside], everybody, side)
    q = benjamini_hochberg(p) if len(p) else p
    return {"holdout_effect": effect, "holdout_p": p, "confirmed": q <= alpha}
