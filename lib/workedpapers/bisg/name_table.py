"""Name tables: one door for the built-in ones and for a user's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workedpapers.bisg.categories import convert
from workedpapers.bisg.cells import Shares, cells_of, columns_of, marginal_of, read_frame, sizes_of
from workedpapers.bisg.cleaning import PLACEHOLDER_PHRASES, PLACEHOLDER_WORDS, clean_name
from workedpapers.bisg.codes import Kind
from workedpapers.bisg.model import shrink
from workedpapers.checks import Floats, one_of

#: What smoothing takes for the bearers of a name where nobody says how many there are.
FEWEST_BEARERS = 25.0


@dataclass(frozen=True, eq=False)
class NameTable:
    """P(race | name) in a stated population.

    Build one with `NameTable.from_frame`; the built-in ones come from `load_names`.

    Parameters
    ----------
    label : str
        Short name, such as ``"rosenman"``.
    kind : {"surname", "first", "middle"}
        Kind of the names.
    names : array of n str
        Keys as `clean_name` gives them, all different.
    p_race : array of shape (n, k)
        Rows that sum to 1.
    categories : tuple of k str
        The groups.
    marginal : array of shape (k,)
        Shares of the groups in the whole population that the table describes, people whose names
        are not listed included.
    population : str
        That population, in words.
    counts : array of shape (n,), optional
        Number of bearers, where known.
    bearers : array of shape (n,), optional
        What smoothing takes for the counts.
    same_people : str
        Key of the geographies that describe the same people; they share a marginal.
    people : float, optional
        Number of people in the whole population, where known.

    See Also
    --------
    Geography : The same for places.

    Notes
    -----
    P(r | s) belongs to the people in whom it was counted. What is carried to others is
    P(s | r), which is proportional to P(r | s) / P(r); hence the marginal. See the chapter,
    section "The idea in ten lines".

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> register = pd.DataFrame({"name": ["Larsen", "Okafor"], "white": [97, 2], "black": [1, 90],
    ...                          "hispanic": 1, "asian": 1, "other": [2, 3]})
    >>> table = bisg.NameTable.from_frame(register, label="parish register")
    >>> table
    <NameTable parish register: 2 names (surname), parish register>
    >>> table.names.tolist(), table.shares(bisg.FIVE).round(3).tolist()
    (['LARSEN', 'OKAFOR'], [0.497, 0.457, 0.01, 0.01, 0.025])
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
    _memo: dict[Any, Floats] = field(default_factory=dict, init=False, repr=False)
    _arrow: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        return f"<NameTable {self.label}: {len(self):,} names ({self.kind}), {self.population}>"

    @cached_property
    def row(self) -> dict[str, int]:
        """Row of each key."""
        return dict(zip(self.names.tolist(), range(len(self.names)), strict=True))

    @cached_property
    def is_placeholder(self) -> NDArray[np.bool_]:
        """Whether each name may be an entry that is none, shape (n + 1,); the last is False."""
        return self._flags(PLACEHOLDER_WORDS)

    @cached_property
    def is_phrase(self) -> NDArray[np.bool_]:
        """Whether each name is an entry that is none, shape (n + 1,); the last is False."""
        return self._flags(PLACEHOLDER_PHRASES)

    def _flags(self, keys: frozenset[str]) -> NDArray[np.bool_]:
        flags = np.zeros(len(self) + 1, dtype=bool)
        flags[[self.row[key] for key in keys if key in self.row]] = True
        return flags

    def weights(self) -> Floats:
        """How many bearers smoothing assumes: counts if known, else a lower bound, else 25.

        Returns
        -------
        array of shape (n,)
            Numbers of people.
        """
        if self.bearers is not None:
            return self.bearers
        return np.full(len(self), FEWEST_BEARERS) if self.counts is None else self.counts

    def shares(self, groups: Sequence[str]) -> Floats:
        """Shares of the groups in the table's population.

        Parameters
        ----------
        groups : sequence of str
            The groups wanted; six collapse to five.

        Returns
        -------
        array of shape (len(groups),)
            Shares, which sum to 1.
        """
        return convert(self.marginal, self.categories, groups, f"names {self.label!r}")

    def probabilities(
        self, groups: Sequence[str], marginal: Floats, smoothing: float = 0.0
    ) -> Floats:
        """P(race | name) for the groups, smoothed toward a marginal.

        Parameters
        ----------
        groups : sequence of str
            The groups wanted; six collapse to five.
        marginal : array of shape (len(groups),)
            Shares of the groups among the people that smoothing adds.
        smoothing : float
            How many such people are added to each name.

        Returns
        -------
        array of shape (n, len(groups))
            Rows that sum to 1.
        """
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
        marginal: Shares | None = None,
        label: str = "own names",
        population: str = "",
    ) -> NameTable:
        """Make a table of your own from counts or probabilities.

        Parameters
        ----------
        source : DataFrame, str or Path
            A data frame, or the path of a CSV or Parquet file, with a column of names and one
            column for each of the five groups or of the six Census groups, or with the Census
            Bureau's own columns ``pctwhite`` and so on, where ``(S)`` marks a suppressed share.
        kind : {"surname", "first", "middle"}
            Kind of the names.
        name : str
            The column of names. Names are cleaned; those that become equal are added up if the
            cells are counts, and refused if they are probabilities.
        values : {"auto", "counts", "probabilities"}
            Probabilities are rows that sum to 1 (within 0.01). ``"auto"`` takes whole numbers for
            counts if some row does not sum to 1.
        count : str, optional
            Column of bearers beside probabilities; ignored if the table has no such column.
        marginal : mapping, Series or sequence of float, optional
            Shares of the groups in the population described. Default: the total of the counts.
            Probabilities without counts need it.
        label, population : str
            How results name the table and the people it describes.

        Returns
        -------
        NameTable
            The names of the table.

        Raises
        ------
        ValueError
            Missing column, negative or non-finite cell, row that does not sum to 1, empty or
            duplicate name, group without anybody, missing marginal.
        TypeError
            Cells that are not numbers, names that are not text.

        Warns
        -----
        UserWarning
            If rows sum to 1 only within 0.01, and were rescaled.
        """
        one_of(kind, "kind", Kind)
        what = f"names ({label})"
        frame = read_frame(source, what, name)
        groups = columns_of(frame, what)
        raw = frame[name].tolist()
        keys = np.array([clean_name(value) for value in raw], dtype=object)
        if (keys == "").any():
            at = int(np.flatnonzero(keys == "")[0])
            raise ValueError(f"{what}: expected a name in A-Z in row {at}, got {raw[at]!r}")
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
            raise ValueError(
                f"{what}: expected every name once after cleaning, got {twice!r} more than once"
            )
        if (cells.sum(axis=1) == 0).any():
            raise ValueError(f"{what}: expected probabilities, got a row that is all zero")
        p = cells / cells.sum(axis=1, keepdims=True)
        shares = marginal_of(marginal, p, sizes, groups, what)
        return cls(label, kind, keys, p, groups, shares, population or label, sizes)
