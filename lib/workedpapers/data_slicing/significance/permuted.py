"""The smallest p-value that shuffled losses give, over and over: Westfall and Young."""

from __future__ import annotations

from typing import Any

import numpy as np

from workedpapers.checks import Floats
from workedpapers.data_slicing.engines.memory import MemoryEngine
from workedpapers.data_slicing.search.slice_table import SliceTable
from workedpapers.data_slicing.significance.tails import finite_population_tail

__all__ = ["squares_of", "sums_of", "westfall_young"]


def sums_of(engine: Any, table: SliceTable, squares: bool = False) -> Floats:
    """Sum of residuals of each slice (of their squares), from an engine with bins as codes."""
    sums = np.zeros(len(table))
    groups = table.crosses()
    for tally in engine.tallies(list(groups), squares=squares):
        values = tally.square if squares else tally.total
        assert values is not None
        for cross, shape, place in tally.parts():
            slices = groups[cross]
            cells = np.ravel_multi_index(tuple(table.bins[slices, : len(cross)].T), shape)
            sums[slices] = values[place][cells]
    return sums


def squares_of(engine: Any, table: SliceTable) -> Floats:
    """Sum of w (loss - mean)^2 of each slice, from an engine with bins as codes.

    Of a loss of two values the sum tells it, and no row is looked at.
    """
    everybody = engine.population
    if not everybody.two_valued:
        return sums_of(engine, table, squares=True)
    low, high = everybody.least - everybody.mean, everybody.most - everybody.mean
    # each row has (d - low)(d - high) = 0, so that its square is (low + high) d - low high
    squares: Floats = (low + high) * table.total - low * high * table.n
    return squares


def westfall_young(
    engine: MemoryEngine, table: SliceTable, p: Floats, *, side: str, permutations: int, seed: int
) -> Floats:
    """Share of shuffles whose smallest p-value is as small: adjusted for everything tested.

    The losses are given to the rows in another order. Slices overlap as they do, so that the
    dependence among tests is kept. What comes out bounds the chance of *any* false alarm.
    """
    rng = np.random.default_rng([seed, 9032])
    smallest = np.empty(permutations)
    for b in range(permutations):
        total = sums_of(engine.shuffled(rng), table)
        tail = finite_population_tail(table.n, total, engine.population, side)
        smallest[b] = tail.min(initial=1.0)
    smallest.sort()
    return (1 + np.searchsorted(smallest, p, side="right")) / (1 + permutations)
