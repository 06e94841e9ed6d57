"""The most promising conjunctions first, for as long as a budget lasts.

A conjunction is worth looking at once all its parts are known to be large enough. Its promise is
the mean of how far its parts are out, in standard deviations. Rows are kept as bits.
"""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from workedpapers.checks import Floats, Ints
from workedpapers.data_slicing.engines.memory import MemoryEngine
from workedpapers.data_slicing.engines.population import standardised
from workedpapers.data_slicing.search.slice_table import SliceTable
from workedpapers.data_slicing.search.space import Inspection, conjunctions

__all__ = ["best_first_slices"]

#: Conjunctions that are counted together.
BATCH = 256

Parts = tuple[int, ...]
Bits = npt.NDArray[np.uint64]


@dataclass
class _Search:
    """What is known so far: sizes and promises of slices, and what waits."""

    engine: MemoryEngine
    order: int
    least: int
    sign: float
    predicates: list[tuple[int, int]]
    bits: Bits
    promise: dict[Parts, float] = field(default_factory=dict)
    limit: dict[Parts, float] = field(default_factory=dict)
    partners: dict[int, set[int]] = field(default_factory=dict)
    waiting: list[tuple[float, int, int, Parts, float]] = field(default_factory=list)
    seen: set[Parts] = field(default_factory=set)
    found: list[tuple[Parts, int, float, float]] = field(default_factory=list)

    def count(self, batch: list[Parts]) -> list[tuple[Parts, int, float, float]]:
        """Rows, weight and sum of residuals of some conjunctions of one length each."""
        rows = [np.bitwise_and.reduce(self.bits[list(parts)]) for parts in batch]
        sizes = np.bitwise_count(np.array(rows)).sum(axis=1)
        done = []
        for parts, bits, n in zip(batch, rows, sizes.tolist(), strict=True):
            if n < self.least:
                continue
            inside = np.flatnonzero(np.unpackbits(bits.view(np.uint8)))
            weight = float(n)
            if self.engine.weights is not None:
                weight = float(self.engine.weights[inside].sum())
            done.append((parts, int(n), weight, float(self.engine.residual[inside].sum())))
        return done

    def learn(self, counted: list[tuple[Parts, int, float, float]]) -> None:
        """Note slices that are large enough, and let what they complete wait in line."""
        if not counted:
            return
        n = np.array([one[1] for one in counted])
        total = np.array([one[3] for one in counted])
        z, _ = standardised(n, total, self.engine.population)
        promises = np.abs(z) if self.sign == 0 else self.sign * z
        limits = self._limits(n, total)
        for one, promise, limit in zip(counted, promises.tolist(), limits.tolist(), strict=True):
            self.promise[one[0]] = promise
            self.limit[one[0]] = limit
            if len(one[0]) == 2:
                a, b = one[0]
                self.partners.setdefault(a, set()).add(b)
                self.partners.setdefault(b, set()).add(a)
        self.found += counted
        for parts, *_ in counted:
            if len(parts) < self.order:
                self._extend(parts)

    def _limits(self, n: Ints, total: Floats) -> Floats:
        """No part of a slice with enough rows has a mean beyond this, less the mean of all."""
        everybody = self.engine.population
        low, high = everybody.least - everybody.mean, everybody.most - everybody.mean
        if self.engine.weights is not None or self.sign == 0:
            return np.full(len(n), max(high, -low))
        if self.sign < 0:
            low, high, total = -high, -low, -total
        # All rows that are left out have the least loss, and as many as can be are left out.
        return np.minimum((total - n * low) / self.least + low, high)

    def _extend(self, parts: Parts) -> None:
        if len(parts) == 1:
            column = self.predicates[parts[0]][0]
            others = [
                p for p, (f, _) in enumerate(self.predicates)
                if f != column and (p,) in self.promise
            ]  # fmt: skip
        else:
            sets = [self.partners.get(p, set()) for p in parts]
            others = sorted(set.intersection(*sets))
        for other in others:
            child = tuple(sorted((*parts, other)))
            if child in self.seen:
                continue
            parents = [child[:i] + child[i + 1 :] for i in range(len(child))]
            if not all(parent in self.promise for parent in parents):
                continue
            self.seen.add(child)
            promise = sum(self.promise[parent] for parent in parents) / len(parents)
            limit = min(self.limit[parent] for parent in parents)
            heapq.heappush(self.waiting, (-promise, len(child), len(self.seen), child, limit))


def _bits(engine: MemoryEngine, kept: list[Ints]) -> tuple[list[tuple[int, int]], Bits]:
    """Predicates that are large enough, and their rows as bits in words of 64."""
    rows = len(engine.residual)
    predicates = [(f, int(b)) for f, bins in enumerate(kept) for b in bins]
    words = -(-rows // 64)
    packed = np.zeros((len(predicates), words * 8), dtype=np.uint8)
    for place, (f, b) in zip(packed, predicates, strict=True):
        bits = np.packbits(engine.codes[f] == b)
        place[: len(bits)] = bits
    return predicates, packed.view(np.uint64)


def best_first_slices(
    engine: MemoryEngine,
    kept: list[Ints],
    order: int,
    least: int,
    *,
    side: str = "higher",
    budget: int | None = None,
    seconds: float | None = None,
) -> tuple[SliceTable, Inspection]:
    """Slices in the order in which they were looked at, until a budget is used up.

    Parameters
    ----------
    engine : MemoryEngine
        Rows in memory, with bins as codes.
    kept : list of ndarray
        Bins of each column that are large enough.
    order : int
        Most predicates of a slice.
    least : int
        Fewest rows of a slice.
    side : {"higher", "lower", "both"}
        Direction of a slice that is looked for.
    budget : int, optional
        Most conjunctions to inspect.
    seconds : float, optional
        Most seconds to search.
    """
    end = None if seconds is None else time.monotonic() + seconds
    predicates, bits = _bits(engine, kept)
    sign = {"higher": 1.0, "lower": -1.0, "both": 0.0}[side]
    search = _Search(engine, order, least, sign, predicates, bits)
    inspected = sum(len(column) for column in engine.columns)
    unseen = conjunctions([len(bins) for bins in kept], order) - len(predicates)
    if predicates:
        search.learn(search.count([(p,) for p in range(len(predicates))]))
    while search.waiting:
        room = BATCH if budget is None else min(BATCH, budget - inspected)
        if room <= 0 or (end is not None and time.monotonic() > end):
            break
        batch = [heapq.heappop(search.waiting)[3] for _ in range(min(room, len(search.waiting)))]
        inspected += len(batch)
        unseen -= len(batch)
        search.learn(search.count(batch))
    bound = float("nan")
    if search.waiting:
        away = max(item[4] for item in search.waiting)
        bound = engine.population.mean + (away if sign >= 0 else -away)
    space = conjunctions([len(column) for column in engine.columns], order)
    complete = not search.waiting
    report = Inspection(
        "best-first", space, min(inspected, space), complete, bound, 0 if complete else unseen
    )
    return _table(search, order), report


def _table(search: _Search, order: int) -> SliceTable:
    rows = search.engine.population.rows
    found = [one for one in search.found if one[1] < rows]
    columns = np.full((len(found), order), -1, dtype=np.intp)
    bins = np.full((len(found), order), -1, dtype=np.intp)
    for i, (parts, *_) in enumerate(found):
        for j, p in enumerate(parts):
            columns[i, j], bins[i, j] = search.predicates[p]

    def numbers(place: int, kind: Any) -> Any:
        return np.array([one[place] for one in found], dtype=kind)

    return SliceTable(columns, bins, numbers(1, np.intp), numbers(2, float), numbers(3, float))
