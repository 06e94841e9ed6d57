"""The slices that were looked at, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workedpapers.checks import Floats, Ints

__all__ = ["SliceTable"]


@dataclass(frozen=True)
class SliceTable:
    """Slices with their sums.

    Parameters
    ----------
    columns, bins : ndarray, shape (slices, order)
        Column and bin of each predicate; columns ascend, and -1 fills up.
    n : ndarray
        Rows of each slice.
    weight : ndarray
        Sum of weights.
    total : ndarray
        Sum of w (loss - mean).
    """

    columns: Ints
    bins: Ints
    n: Ints
    weight: Floats
    total: Floats

    def __len__(self) -> int:
        return len(self.n)

    @property
    def level(self) -> Ints:
        """Number of predicates of each slice."""
        levels: Ints = (self.columns >= 0).sum(axis=1)
        return levels

    def terms(self, i: int) -> list[tuple[int, int]]:
        """Pairs of column and bin of one slice."""
        pairs = zip(self.columns[i].tolist(), self.bins[i].tolist(), strict=True)
        return [(f, b) for f, b in pairs if f >= 0]

    def take(self, places: Ints) -> SliceTable:
        """Some of the slices."""
        return SliceTable(
            self.columns[places], self.bins[places], self.n[places], self.weight[places],
            self.total[places],
        )  # fmt: skip

    def crosses(self) -> dict[tuple[int, ...], Ints]:
        """Places of the slices of each cross."""
        if not len(self):
            return {}
        order = np.lexsort(self.columns.T[::-1])
        sorted_columns = self.columns[order]
        new = np.flatnonzero((np.diff(sorted_columns, axis=0) != 0).any(axis=1)) + 1
        groups = np.split(order, new)
        return {
            tuple(f for f in self.columns[group[0]].tolist() if f >= 0): group for group in groups
        }

    @classmethod
    def joined(cls, tables: Sequence[SliceTable], order: int) -> SliceTable:
        """Several tables as one."""

        def wide(array: Ints) -> Ints:
            return np.pad(array, ((0, 0), (0, order - array.shape[1])), constant_values=-1)

        if not tables:
            none = np.zeros((0, order), dtype=np.intp)
            return cls(none, none, np.zeros(0, np.intp), np.zeros(0), np.zeros(0))
        return cls(
            np.concatenate([wide(table.columns) for table in tables]),
            np.concatenate([wide(table.bins) for table in tables]),
            np.concatenate([table.n for table in tables]),
            np.concatenate([table.weight for table in tables]),
            np.concatenate([table.total for table in tables]),
        )
