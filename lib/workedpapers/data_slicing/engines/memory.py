"""Sums in memory, with numpy: the default."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from workedpapers.checks import Floats, Ints
from workedpapers.data_slicing.binning.bins import Bins
from workedpapers.data_slicing.engines.population import Population
from workedpapers.data_slicing.engines.tallies import Codes, Cross, Tally, batches, partials

__all__ = ["MemoryEngine", "narrow_codes"]

Terms = Sequence[tuple[int, int]]


def narrow_codes(codes: list[Any], sizes: Sequence[int]) -> Codes:
    """Codes of all columns in one array of the narrowest type."""
    largest = max(sizes, default=0)
    kind = np.uint8 if largest < 255 else np.uint16 if largest < 65_535 else np.int32
    table = np.empty((len(codes), len(codes[0])), dtype=kind)
    for place, column in zip(table, codes, strict=True):
        place[:] = column
    return table


@dataclass(frozen=True)
class MemoryEngine:
    """Rows in memory.

    Parameters
    ----------
    columns : tuple of Bins
        The bins of each column.
    codes : ndarray, shape (columns, rows)
        Code of each row.
    residual : ndarray
        w (loss - mean) of each row.
    population : Population
        Moments of the loss.
    weights : ndarray or None
        Weight of each row.
    kept : tuple of ndarray or None
        For each column the bins that are still looked at: code k + 1 is bin ``kept[f][k]`` and
        code 0 all others. None before they are known: then codes are bins.
    """

    columns: tuple[Bins, ...]
    codes: Codes
    residual: Floats
    population: Population
    weights: Floats | None = None
    kept: tuple[Ints, ...] | None = None

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of codes of each column."""
        if self.kept is None:
            return tuple(len(column) for column in self.columns)
        return tuple(len(kept) + 1 for kept in self.kept)

    def narrowed(self, kept: Sequence[Ints]) -> MemoryEngine:
        """The same rows with codes for some bins only, from an engine whose codes are bins."""
        table = np.empty_like(self.codes)
        for f, bins in enumerate(kept):
            codes = np.zeros(max(len(self.columns[f]), 1), dtype=table.dtype)
            codes[bins] = np.arange(1, len(bins) + 1)
            np.take(codes, self.codes[f], out=table[f])
        return replace(self, codes=table, kept=tuple(kept))

    def tallies(self, crosses: Sequence[Cross], squares: bool = False) -> Iterator[Tally]:
        """Sums of all cells of the crosses, a batch of crosses at a time."""
        square = self._square() if squares else None
        for batch in batches(crosses, self.sizes):
            yield partials(self.codes, self.residual, batch, self.sizes, self.weights, square)

    def squares(self) -> float:
        """Sum of w (loss - mean)^2 of all rows."""
        return float(self._square().sum())

    def _square(self) -> Floats:
        if self.weights is None:
            return self.residual * self.residual
        return self.residual * self.residual / np.where(self.weights > 0, self.weights, 1)

    def rows_of(self, terms: Terms) -> npt.NDArray[np.bool_]:
        """Which rows are in a slice, given as pairs of column and bin."""
        inside = np.ones(len(self.residual), dtype=bool)
        for f, code in terms:
            inside &= self.codes[f] == self.code_of(f, code)
        return inside

    def code_of(self, f: int, bin_: int) -> int:
        """Code of a bin; -1 if it is not looked at."""
        if self.kept is None:
            return bin_
        found = np.flatnonzero(self.kept[f] == bin_)
        return int(found[0]) + 1 if len(found) else -1

    def within(self, terms: Terms, without: Sequence[Terms] = ()) -> MemoryEngine:
        """The rows of a slice alone, those of others left out; the population stays."""
        inside = self.rows_of(terms)
        for other in without:
            inside &= ~self.rows_of(other)
        return self.at(np.flatnonzero(inside))

    def at(self, rows: Ints) -> MemoryEngine:
        """Some rows alone; the population stays."""
        return replace(
            self, codes=self.codes[:, rows], residual=self.residual[rows],
            weights=None if self.weights is None else self.weights[rows],
        )  # fmt: skip

    def shuffled(self, rng: np.random.Generator) -> MemoryEngine:
        """The same rows with their losses, and weights, in another order."""
        order = rng.permutation(len(self.residual))
        return replace(
            self, residual=self.residual[order],
            weights=None if self.weights is None else self.weights[order],
        )  # fmt: skip

    def covered(self, slices: Sequence[Terms]) -> list[tuple[float, float]]:
        """Weight, and sum of w (loss - mean), in the union of the first one, two, ... slices."""
        union = np.zeros(len(self.residual), dtype=bool)
        found = []
        for terms in slices:
            union |= self.rows_of(terms)
            weight = union.sum() if self.weights is None else self.weights[union].sum()
            found.append((float(weight), float(self.residual[union].sum())))
        return found
