"""Name tables: one door for the built-in ones and for a user's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workedpapers.bisg.categories import convert
from workedpapers.bisg.cells import Floats, cells_of, columns_of, marginal_of, read_frame, sizes_of
from workedpapers.bisg.cleaning import clean_name
from workedpapers.bisg.model import shrink

KINDS = ("surname", "first", "middle")


@dataclass(frozen=True, eq=False)
class NameTable:
    """P(race | name) in a stated population.

    Build one with `NameTable.from_frame`; the built-in ones come from `bisg.load_names`.

    Parameters
    ----------
    label : short name, such as ``"rosenman"``.
    kind : ``"surname"``, ``"first"`` or ``"middle"``.
    names : array of n keys as `clean_name` gives them, all different.
    p_race : array, shape (n, k), rows that sum to 1.
    categories : the k groups.
    marginal : array, shape (k,), shares of the groups in the whole population that the table
        describes, people whose names are not listed included.
    population : that population, in words.
    counts : array of n bearers, or None where unknown.
    bearers : array of n, what smoothing takes for the counts; see `shrink`.
    same_people : key of the geographies that describe the same people; they share a marginal.
    people : number of people in the whole population, or None where unknown.
    """

    label: str
    kind: str
    names: NDArray[np.object_]
    p_race: Floats
    categories: tuple[str, ...]
    marginal: Floats
    population: str
    counts: Floats | None = None
    bearers: Floats | None = None
    same_people: str = ""
    people: float | None = None
    _memo: dict[Any, Any] = field(default_factory=dict, repr=False)
    _arrow: dict[str, Any] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        return f"<NameTable {self.label}: {len(self):,} names ({self.kind}), {self.population}>"

    @cached_property
    def row(self) -> dict[str, int]:
        """Row of each key."""
        return dict(zip(self.names.tolist(), range(len(self.names)), strict=True))

    def weights(self) -> Floats:
        """How many bearers smoothing assumes: the counts if known, else a lower bound, else 25."""
        if self.bearers is not None:
            return self.bearers
        return np.full(len(self), 25.0) if self.counts is None else self.counts

    def shares(self, groups: Sequence[str]) -> Floats:
        """Shares of the groups in the table's population, collapsed to `groups`."""
        return convert(self.marginal, self.categories, groups, f"names {self.label!r}")

    def probabilities(
        self, groups: Sequence[str], marginal: Floats, smoothing: float = 0.0
    ) -> Floats:
        """P(race | name) for the groups, smoothed toward `marginal`; shape (n, len(groups))."""
        p = convert(self.p_race, self.categories, groups, f"names {self.label!r}")
        return shrink(p, self.weights(), marginal, smoothing)

    @classmethod
    def from_frame(
        cls,
        source: pd.DataFrame | str | Path,
        *,
        kind: str = "surname",
        name: str = "name",
        values: str = "auto",
        count: str | None = "count",
        marginal: Mapping[str, float] | pd.Series | Sequence[float] | None = None,
        label: str = "own names",
        population: str = "",
    ) -> NameTable:
        """Make a table of your own from counts or probabilities.

        Parameters
        ----------
        source : data frame, or path of a CSV or Parquet file, with a column of names and one
            column for each of the five groups or of the six Census groups.
        kind : ``"surname"``, ``"first"`` or ``"middle"``.
        name : the column of names. Names are cleaned; those that become equal are added up if
            the cells are counts, and refused if they are probabilities.
        values : ``"counts"``, ``"probabilities"`` (rows sum to 1 within 0.005) or ``"auto"``:
            counts if all cells are whole numbers and some row does not sum to 1.
        count : column of bearers beside probabilities; ignored if the table has no such column.
        marginal : shares of the groups in the population described. Default: the total of the
            counts. Probabilities without counts need it.
        label, population : how results name the table and the people it describes.

        Raises
        ------
        ValueError : missing column, negative or non-finite cell, row that does not sum to 1,
            empty or duplicate name, group without anybody, missing marginal.
        TypeError : cells that are not numbers, names that are not text.
        """
        if kind not in KINDS:
            raise ValueError(f"kind={kind!r}: expected one of {list(KINDS)}")
        what = f"names ({label})"
        frame = read_frame(source, what, name)
        if name not in frame.columns:
            raise ValueError(f"{what}: no column {name!r}; it has {[str(c) for c in frame]}")
        groups = columns_of(frame, what)
        if len(frame) == 0:
            raise ValueError(f"{what}: the table has no rows")
        raw = frame[name].tolist()
        keys = np.array([clean_name(value) for value in raw], dtype=object)
        if (keys == "").any():
            at = int(np.flatnonzero(keys == "")[0])
            raise ValueError(f"{what}: row {at} has no name in A-Z ({raw[at]!r})")
        cells, are_counts = cells_of(frame, groups, values, what, raw)
        sizes = sizes_of(frame, count, what)
        if are_counts:
            summed = pd.DataFrame(cells).groupby(keys, sort=False).sum()
            keys, cells = summed.index.to_numpy(dtype=object), summed.to_numpy()
            sizes = cells.sum(axis=1)
            listed = sizes > 0
            keys, cells, sizes = keys[listed], cells[listed], sizes[listed]
        elif len(set(keys)) < len(keys):
            twice = pd.Series(keys)[pd.Series(keys).duplicated()].iloc[0]
            raise ValueError(f"{what}: the name {twice!r} occurs more than once after cleaning")
        if (cells.sum(axis=1) == 0).any():
            raise ValueError(f"{what}: a row of probabilities is all zero")
        p = cells / cells.sum(axis=1, keepdims=True)
        shares = marginal_of(marginal, p, sizes, groups, what)
        return cls(label, kind, keys, p, groups, shares, population or label, sizes)
