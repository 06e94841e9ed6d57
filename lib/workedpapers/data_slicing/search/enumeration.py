"""Every conjunction that has enough rows, level by level.

A conjunction has no more rows than any of its parts. So only those are looked at whose parts are
all large enough, and none is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from workedpapers.checks import Ints
from workedpapers.data_slicing.engines.tallies import Cross, Tally
from workedpapers.data_slicing.search.slice_table import SliceTable
from workedpapers.data_slicing.search.space import Inspection, conjunctions

__all__ = ["cells_to_visit", "enumerate_slices", "frequent_bins"]

Flags = npt.NDArray[np.bool_]


def frequent_bins(engine: Any, least: int) -> list[Ints]:
    """Bins of each column that have enough rows, and not all of them."""
    kept = []
    for tally in engine.tallies([(f,) for f in range(len(engine.columns))]):
        for _, _, place in tally.parts():
            n = tally.n[place]
            kept.append(np.flatnonzero((n >= least) & (n < engine.population.rows)))
    return kept


def cells_to_visit(rows: int, sizes: Sequence[int], order: int) -> float:
    """Rows and cells that an enumeration would touch; ``sizes`` are those of `narrowed`."""
    used = [size for size in sizes if size > 1]
    crosses = conjunctions([1] * len(used), order)
    return float(crosses * rows + conjunctions(used, order))


def _slices(
    engine: Any, tally: Tally, cross: Cross, shape: tuple[int, ...], place: slice, cells: Ints
) -> SliceTable:
    """The given cells of a cross as slices."""
    codes = np.unravel_index(cells, shape)
    bins = np.stack([engine.kept[f][c - 1] for f, c in zip(cross, codes, strict=True)], axis=1)
    columns = np.broadcast_to(np.array(cross, dtype=np.intp), bins.shape)
    n = tally.n[place][cells]
    weight = n.astype(float) if tally.weight is None else tally.weight[place][cells]
    return SliceTable(columns, bins, n, weight, tally.total[place][cells])


def _candidates(cross: Cross, shape: tuple[int, ...], frequent: dict[Cross, Flags]) -> Flags:
    """Which cells have parts that are all large enough."""
    found = np.ones(shape, dtype=bool)
    for axis in range(len(cross)):
        part = frequent[cross[:axis] + cross[axis + 1 :]]
        found &= np.expand_dims(part, axis)
    return found


def _next_level(
    columns: Sequence[int], level: int, frequent: dict[Cross, Flags]
) -> Iterator[Cross]:
    """Crosses whose parts all have a slice that is large enough."""
    for cross in combinations(columns, level):
        if all(part in frequent for part in combinations(cross, level - 1)):
            yield cross


def enumerate_slices(engine: Any, order: int, least: int) -> tuple[SliceTable, Inspection]:
    """All slices with at least so many rows, and what was inspected to find them.

    Parameters
    ----------
    engine : MemoryEngine or DatabaseEngine
        Where sums are computed; already narrowed to the bins that are large enough.
    order : int
        Most predicates of a slice.
    least : int
        Fewest rows of a slice.
    """
    sizes = engine.sizes
    inspected = sum(len(column) for column in engine.columns)
    columns = [f for f, size in enumerate(sizes) if size > 1]
    frequent: dict[Cross, Flags] = {}
    tables = []
    for level in range(1, order + 1):
        before, frequent = frequent, {}
        crosses = [(f,) for f in columns] if level == 1 else list(
            _next_level(columns, level, before)
        )  # fmt: skip
        for tally in engine.tallies(crosses):
            for cross, shape, place in tally.parts():
                if level == 1:
                    candidates = np.arange(shape[0]) > 0
                else:
                    candidates = _candidates(cross, shape, before)
                    inspected += int(candidates.sum())
                n = tally.n[place].reshape(shape)
                large = candidates & (n >= least)
                if not large.any():
                    continue
                frequent[cross] = large
                cells = np.flatnonzero(large & (n < engine.population.rows))
                tables.append(_slices(engine, tally, cross, shape, place, cells))
        if not frequent:
            break
    space = conjunctions([len(column) for column in engine.columns], order)
    report = Inspection("enumerate", space, min(inspected, space), True, float("nan"))
    return SliceTable.joined(tables, order), report
