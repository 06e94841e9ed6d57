"""How much of the space must be inspected before most anomalous slices are found.

All slices of a table are enumerated once, so that the truth is known. Then three searches are
replayed, one conjunction at a time: in any order; level by level, with only the support to prune;
and the most promising first. A slice is *anomalous* here if its loss is a fifth of a standard
deviation above the rest's and it is a discovery at a rate of 1%.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from workedpapers.checks import Floats
from workedpapers.data_slicing.chapter.predictions import TABLES, load_losses
from workedpapers.data_slicing.data.planted import planted_slices
from workedpapers.data_slicing.data.tables import load_compas
from workedpapers.data_slicing.engines.population import standardised
from workedpapers.data_slicing.finder import SliceFinder
from workedpapers.data_slicing.search.slice_table import SliceTable
from workedpapers.data_slicing.significance.permuted import squares_of

__all__ = ["WORLDS", "Recall", "compas_features", "effect_sizes", "recall_of", "table_of"]

EFFECT, RATE = 0.2, 0.01
WORLDS = ("Adult", "COMPAS", "German credit", "credit cards", "generator")

Key = tuple[tuple[int, int], ...]


def compas_features() -> tuple[Any, Floats]:
    """What is known of a person in the COMPAS table, and the error of the score."""
    table = load_compas()
    error = table["error"].to_numpy(float)
    return table.drop(columns=["error", "score", "recidivated"]), error


@cache
def table_of(world: str) -> tuple[Any, Floats]:
    """A table and a loss: the log-loss of a model, the error of the score, or planted errors."""
    if world == "COMPAS":
        return compas_features()
    if world == "generator":
        made = planted_slices(
            10_000, 12, 8, slices=(1, 2, 2, 2, 3, 3), base=0.1, error=0.4, seed=11
        )
        return made.X, made.loss
    assert world in TABLES
    X, log_loss, _ = load_losses(world)
    return X, log_loss


def effect_sizes(finder: SliceFinder) -> Floats:
    """Difference of means over the standard deviation, the variances of both sides averaged."""
    table, everybody = finder.tested_, finder.population_
    square = squares_of(finder._ready.engine, table)
    whole = everybody.spread**2 * everybody.weight
    rest = everybody.rows - table.n
    inside, outside = table.total / table.n, -table.total / rest
    v = np.maximum(square / table.n - inside**2, 0)
    w = np.maximum((whole - square) / rest - outside**2, 0)
    return np.asarray((inside - outside) / np.sqrt((v + w) / 2 + 1e-300), dtype=np.float64)


@dataclass(frozen=True)
class Recall:
    """What a search had inspected when it found each anomalous slice.

    Parameters
    ----------
    world : str
        The table.
    space : int
        Conjunctions of up to three predicates.
    anomalous : int
        How many slices are anomalous.
    pruned, first : ndarray
        Conjunctions inspected when the first, second, ... anomalous slice was found: with pruning
        by support alone, and with the most promising first.
    """

    world: str
    space: int
    anomalous: int
    pruned: Floats
    first: Floats

    def share(self, of: float = 0.95, priority: bool = True) -> float:
        """Share of the space that was inspected when a share of the slices was found."""
        places = self.first if priority else self.pruned
        return float(places[int(np.ceil(of * self.anomalous)) - 1] / self.space)

    def found(self, share: float = 0.05) -> float:
        """Share of the anomalous slices that were found within a share of the space."""
        return float((self.first <= share * self.space).mean())

    @property
    def gain(self) -> float:
        """How many times less is inspected with priority, for 95% of the slices."""
        return self.share(priority=False) / self.share() if self.anomalous else float("nan")


def _order(finder: SliceFinder, promise: dict[Key, float] | None) -> dict[Key, int]:
    """Number of conjunctions inspected when each slice was, in the order of a search."""
    table = finder.tested_
    frequent = {tuple(table.terms(i)) for i in range(len(table))}
    singles: list[Key] = sorted(key for key in frequent if len(key) == 1)
    order = int(table.columns.shape[1])
    # all predicates are inspected first, whatever their support
    at = sum(len(bins) for bins in finder.columns_)
    inspected: dict[Key, int] = {key: i + 1 for i, key in enumerate(singles)}
    waiting: list[tuple[float, int, int, Key]] = []
    seen: set[Key] = set()
    partners: dict[Key, set[Key]] = {key: set() for key in singles}

    def extend(key: Key) -> None:
        others = set(singles) if len(key) == 1 else set.intersection(
            *(partners[(term,)] for term in key)
        )  # fmt: skip
        for other in sorted(others):
            child = tuple(sorted((*key, *other)))
            if child in seen or len({f for f, _ in child}) < len(child):
                continue
            parents = [child[:i] + child[i + 1 :] for i in range(len(child))]
            if not all(parent in inspected for parent in parents):
                continue
            seen.add(child)
            p = 0.0 if promise is None else -float(np.mean([promise[q] for q in parents]))
            heapq.heappush(waiting, (p, len(child), len(seen), child))

    for single in singles:
        extend(single)
    while waiting:
        key = heapq.heappop(waiting)[3]
        at += 1
        if key not in frequent:
            continue
        inspected[key] = at
        if len(key) == 2:
            partners[key[:1]].add(key[1:])
            partners[key[1:]].add(key[:1])
        if len(key) < order:
            extend(key)
    return inspected


@cache
def recall_of(world: str) -> Recall:
    """Replay the searches on a table."""
    X, loss = table_of(world)
    finder = SliceFinder(3, 0.01, search="enumerate").fit(X, loss)
    table: SliceTable = finder.tested_
    z, _ = standardised(table.n, table.total, finder.population_)
    keys = [tuple(table.terms(i)) for i in range(len(table))]
    odd = np.flatnonzero((effect_sizes(finder) >= EFFECT) & (finder.q_ <= RATE))
    promise = dict(zip(keys, z.tolist(), strict=True))
    pruned, first = (_order(finder, one) for one in (None, promise))

    def places(inspected: dict[Key, int]) -> Floats:
        return np.sort(np.array([inspected[keys[i]] for i in odd], dtype=np.float64))

    return Recall(world, finder.inspection_.space, len(odd), places(pruned), places(first))
