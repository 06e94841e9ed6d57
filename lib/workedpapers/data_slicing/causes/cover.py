r"""The few slices that explain the many: a greedy choice, each tested on what the others leave.

Causes are kept in the order of their mean loss, the worst first, and each row belongs to the first
cause that it lies in. The rows of a cause have one expected loss, :math:`\mu_k`, those outside of
all causes have :math:`\mu_0`. Start with no cause. Take the discovery whose rows stick out most
from what is expected of them; give it its rows; measure the means anew. Stop when nothing left is
as significant as the k-th discovery among M tests has to be, :math:`p \le \alpha k / M`. A parent
and a child can both be causes, if the child is worse than the rest of the parent.

Everything follows from sums: those of each discovery, and the rows it shares with each cause.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from workedpapers.checks import Floats, Ints
from workedpapers.data_slicing.engines.population import Population, standardised
from workedpapers.data_slicing.search.slice_table import SliceTable
from workedpapers.data_slicing.significance.tails import pearson3_tail

__all__ = ["Cover", "greedy_cover", "shared_with"]


@dataclass(frozen=True)
class Cover:
    """Causes among some discoveries.

    Parameters
    ----------
    places : ndarray
        Place of each cause among the discoveries, the strongest first.
    effect, error : ndarray
        Mean of the rows that belong to each, less that of the rows outside of all causes; and its
        standard error.
    shared : ndarray, shape (discoveries, causes)
        Weight of the rows of a discovery that belong to a cause.
    """

    places: Ints
    effect: Floats
    error: Floats
    shared: Floats


def shared_with(engine: Any, table: SliceTable, part: Any) -> tuple[Floats, Floats]:
    """Weight, and sum of residuals, of the rows of each slice among some rows."""
    groups = table.crosses()
    weight, total = np.zeros(len(table)), np.zeros(len(table))
    if not len(table):
        return weight, total
    for tally in part.tallies(list(groups)):
        weights = tally.n if tally.weight is None else tally.weight
        for cross, shape, place in tally.parts():
            slices = groups[cross]
            codes = _codes(engine, cross, table.bins[slices, : len(cross)])
            cells = np.ravel_multi_index(tuple(codes.T), shape)
            weight[slices] = weights[place][cells]
            total[slices] = tally.total[place][cells]
    return weight, total


def _codes(engine: Any, cross: tuple[int, ...], bins: Ints) -> Ints:
    """Codes of bins in an engine that may be narrowed."""
    if engine.kept is None:
        return bins
    codes = np.empty_like(bins)
    for j, f in enumerate(cross):
        codes[:, j] = np.searchsorted(engine.kept[f], bins[:, j]) + 1
    return codes


@dataclass
class _Choice:
    """The causes chosen so far, and the rows that belong to each."""

    engine: Any
    table: SliceTable
    sign: float
    chosen: list[int] = field(default_factory=list)
    shared: dict[int, Floats] = field(default_factory=dict)
    excess: dict[int, float] = field(default_factory=dict)
    spread: dict[int, float] = field(default_factory=dict)

    def rank(self, place: int) -> tuple[float, int]:
        """Worse means come first."""
        mean = float(self.table.total[place] / max(self.table.weight[place], 1e-300))
        return (-(abs(mean) if self.sign == 0 else self.sign * mean), place)

    def _own(self, place: int) -> None:
        """Find the rows that belong to a cause: its own, without those of worse ones."""
        worse = [other for other in self.chosen if self.rank(other) < self.rank(place)]
        part = self.engine.within(
            self.table.terms(place), [self.table.terms(other) for other in worse]
        )
        self.shared[place], total = shared_with(self.engine, self.table, part)
        own = self.shared[place][place]
        self.excess[place] = float(total[place] / own) if own > 0 else 0.0
        self.spread[place] = part.squares() / own - self.excess[place] ** 2 if own > 0 else 0.0

    def add(self, place: int) -> None:
        """Give a new cause its rows, some of which belonged to others."""
        losing = [
            other for other in self.chosen
            if self.rank(other) > self.rank(place) and self.shared[other][place] > 0
        ]  # fmt: skip
        self.chosen.append(place)
        for one in (place, *losing):
            self._own(one)

    def drop(self, place: int) -> None:
        """Take a cause away; its rows go to others."""
        self.chosen.remove(place)
        for other in self.chosen:
            if self.rank(other) > self.rank(place):
                self._own(other)

    def outside(self) -> tuple[float, float]:
        """Weight, and mean residual, of the rows outside of all causes."""
        inside = sum(float(self.shared[one][one]) for one in self.chosen)
        total = sum(self.excess[one] * float(self.shared[one][one]) for one in self.chosen)
        weight = float(self.engine.population.weight) - inside
        return weight, -total / weight if weight > 0 else 0.0

    def left(self) -> Floats:
        """Sum of residuals of each slice less what is expected of its rows."""
        _, base = self.outside()
        rest = self.table.total - base * self.table.weight
        for one in self.chosen:
            rest = rest - (self.excess[one] - base) * self.shared[one]
        return rest

    def standardised(self) -> tuple[Floats, Floats]:
        """What is left of each slice, in standard deviations, and its skewness.

        Rows of a cause may vary more than others, as errors of 40% do beside errors of 10%.
        """
        everybody: Population = self.engine.population
        left = self.left()
        z, skewness = standardised(self.table.n, left, everybody)
        weight, base = self.outside()
        whole = everybody.spread**2 * everybody.weight
        for one in self.chosen:
            own = float(self.shared[one][one])
            whole -= own * (self.spread[one] + self.excess[one] ** 2)
        outside = max(whole / weight - base**2, 0.0) if weight > 0 else 0.0
        local = outside * self.table.weight
        for one in self.chosen:
            local = local + (self.spread[one] - outside) * self.shared[one]
        usual = everybody.spread**2 * self.table.weight
        ratio = np.divide(local, usual, out=np.ones(len(usual)), where=usual > 0)
        return z / np.sqrt(np.maximum(ratio, 1e-9)), skewness

    def effects(self) -> tuple[Floats, Floats]:
        """Effect and standard error of each cause."""
        everybody: Population = self.engine.population
        weight, base = self.outside()
        own = np.array([self.shared[one][one] for one in self.chosen])
        effect = np.array([self.excess[one] for one in self.chosen]) - base
        spread = np.array([self.spread[one] for one in self.chosen])
        error = np.sqrt(spread / np.maximum(own, 1e-9) + everybody.spread**2 / max(weight, 1e-9))
        return effect, error


def _away(values: Floats, sign: float) -> Floats:
    """Values in the direction that counts."""
    away: Floats = np.abs(values) if sign == 0 else sign * values
    return away


def greedy_cover(
    engine: Any,
    table: SliceTable,
    *,
    alpha: float,
    tested: int,
    side: str = "higher",
    most: int = 30,
) -> Cover:
    """Choose causes among discoveries.

    Parameters
    ----------
    engine : MemoryEngine or DatabaseEngine
        Where shared rows are counted.
    table : SliceTable
        The discoveries.
    alpha : float
        Rate of false discoveries.
    tested : int
        How many slices were tested.
    side : {"higher", "lower", "both"}
        Direction of a discovery.
    most : int
        Most causes.
    """
    sign = {"higher": 1.0, "lower": -1.0, "both": 0.0}[side]
    choice = _Choice(engine, table, sign)
    levels = table.level
    while len(choice.chosen) < min(most, len(table)):
        z, skewness = choice.standardised()
        out = _away(z, sign)
        out[choice.chosen] = -np.inf
        # The same rows may have several names: take the shortest.
        best = np.flatnonzero(out >= out.max() - 1e-9 * abs(out.max()))
        pick = int(best[np.argmin(levels[best])])
        facing = np.sign(z[pick]) if sign == 0 else sign
        p = pearson3_tail(facing * z[pick : pick + 1], facing * skewness[pick : pick + 1])[0]
        p *= 2 if sign == 0 else 1
        # The first one is a discovery, whatever its p-value.
        level = alpha * (len(choice.chosen) + 1) / max(tested, 1) if choice.chosen else 1.0
        if out[pick] <= 0 or p > level:
            break
        choice.add(pick)
    return _kept(choice, alpha / max(tested, 1))


def _kept(choice: _Choice, level: float) -> Cover:
    """Drop, one at a time, causes whose rows later ones have taken."""
    from scipy import special

    while len(choice.chosen) > 1:
        effect, error = choice.effects()
        z = _away(effect, choice.sign) / np.maximum(error, 1e-300)
        weakest = int(z.argmin())
        if special.ndtr(-z[weakest]) <= level * len(choice.chosen):
            break
        choice.drop(choice.chosen[weakest])
    effect, error = choice.effects()
    columns = [choice.shared[one] for one in choice.chosen]
    shared = np.stack(columns, axis=1) if columns else np.zeros((len(choice.table), 0))
    return Cover(np.array(choice.chosen, dtype=np.intp), effect, error, shared)
