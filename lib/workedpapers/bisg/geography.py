"""Geographies: shares and populations of places, built in or a user's own."""

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
from workedpapers.bisg.cells import cells_of, columns_of, marginal_of, read_frame, sizes_of
from workedpapers.bisg.model import marginal_from_both, shrink
from workedpapers.bisg.places import CodeForm, Coding, area_code
from workedpapers.checks import Floats, one_of


@dataclass(frozen=True, eq=False)
class Geography:
    """P(race | place) and the number of residents of each place.

    Build one with `Geography.from_frame`; the built-in ones come from `load_geography`.

    Parameters
    ----------
    label : str
        Short name, such as ``"zcta2010"``.
    areas : array of m str
        Area codes, all different.
    p_race : array of shape (m, k)
        Rows that sum to 1, or to 0 for a place without residents.
    residents : array of shape (m,)
        People; zero for an empty place.
    categories : tuple of k str
        The groups.
    marginal : array of shape (k,)
        Shares of the groups over all places.
    population : str
        The people described, in words.
    digits : int, optional
        Number of digits of an area code (5 for ZIP areas, 11 for tracts); None for codes that are
        taken as they are.
    same_people : str
        Key of the name tables that describe the same people.
    coding : Coding
        What the codes are: ZIP codes, GEOIDs or text.
    advice : str
        What to say when many areas are unknown.

    See Also
    --------
    NameTable : The same for names.

    Notes
    -----
    P(g | r), which Bayes' rule needs, follows from both arrays: it is proportional to
    P(r | g) times the residents of g. See the chapter, section "The idea in ten lines".

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> counts = pd.DataFrame({"area": ["north", "south"], "white": [60, 20], "black": [20, 60],
    ...                        "hispanic": 10, "asian": 5, "other": 5})
    >>> geography = bisg.Geography.from_frame(counts, label="one town")
    >>> geography
    <Geography one town: 2 areas, one town>
    >>> geography.shares(bisg.FIVE).tolist()
    [0.4, 0.4, 0.1, 0.05, 0.05]
    """

    label: str
    areas: NDArray[np.object_]
    p_race: Floats
    residents: Floats
    categories: tuple[str, ...]
    marginal: Floats
    population: str
    digits: int | None = None
    same_people: str = ""
    coding: Coding = Coding.TEXT
    advice: str = ""
    _memo: dict[Any, Floats] = field(default_factory=dict, init=False, repr=False)
    _arrow: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        return len(self.areas)

    def __repr__(self) -> str:
        return f"<Geography {self.label}: {len(self):,} areas, {self.population}>"

    @cached_property
    def row(self) -> dict[str, int]:
        """Row of each area code."""
        return dict(zip(self.areas.tolist(), range(len(self.areas)), strict=True))

    @cached_property
    def inhabited(self) -> NDArray[np.bool_]:
        """Whether each area has residents, shape (m,)."""
        return self.residents > 0

    @property
    def form(self) -> CodeForm:
        """How codes of these places are read."""
        return CodeForm.of(self.coding, self.digits)

    @cached_property
    def three_digit(self) -> Geography:
        """The areas that share the first three digits of their codes, added up."""
        return self.summed([code[:3] for code in self.areas], f"{self.label}, three digits")

    def summed(self, codes: Sequence[str], label: str, **changes: Any) -> Geography:
        """Add up areas.

        Parameters
        ----------
        codes : sequence of m str
            The larger area that each one belongs to.
        label : str
            Name of the new geography.
        **changes : dict
            Fields of the new geography that differ from those of this one.

        Returns
        -------
        Geography
            One row for each of the larger areas, in the order of their codes.
        """
        people = pd.DataFrame(self.p_race * self.residents[:, None]).groupby(list(codes)).sum()
        residents = people.to_numpy().sum(axis=1)
        with np.errstate(invalid="ignore"):
            p = np.where(residents[:, None] > 0, people.to_numpy() / residents[:, None], 0.0)
        same = {name: getattr(self, name)
                for name in ("categories", "marginal", "population", "same_people")}  # fmt: skip
        areas = people.index.to_numpy(dtype=object)
        return Geography(label, areas, p, residents, **{**same, **changes})

    def shares(self, groups: Sequence[str]) -> Floats:
        """Shares of the groups over all places.

        Parameters
        ----------
        groups : sequence of str
            The groups wanted; six collapse to five.

        Returns
        -------
        array of shape (len(groups),)
            Shares, which sum to 1.
        """
        return convert(self.marginal, self.categories, groups, f"geography {self.label!r}")

    def probabilities(self, groups: Sequence[str], smoothing: float = 0.0) -> Floats:
        """P(race | place) for the groups.

        Parameters
        ----------
        groups : sequence of str
            The groups wanted; six collapse to five.
        smoothing : float
            How many average people are added to each place.

        Returns
        -------
        array of shape (m, len(groups))
            Rows that sum to 1, or to 0 for a place without residents and without smoothing.
        """
        p = convert(self.p_race, self.categories, groups, f"geography {self.label!r}")
        return shrink(p, self.residents, self.shares(groups), smoothing)

    @classmethod
    def from_frame(
        cls,
        source: pd.DataFrame | str | Path,
        *,
        area: str = "area",
        values: str = "auto",
        residents: str = "population",
        label: str = "own geography",
        population: str = "",
        digits: int | None = None,
        coding: str | None = None,
    ) -> Geography:
        """Make a geography of your own from counts, or from shares and populations.

        Parameters
        ----------
        source : DataFrame, str or Path
            A data frame, or the path of a CSV or Parquet file, with a column of area codes and
            one column for each of the five groups or of the six Census groups.
        area : str
            The column of codes: counties, precincts, parishes, any text or whole numbers.
        values : {"auto", "counts", "probabilities"}
            Probabilities are rows that sum to 1 (within 0.01), or to 0 where nobody lives.
            ``"auto"`` takes whole numbers for counts if some row does not sum to 1.
        residents : str
            Column of populations, needed beside probabilities.
        label, population : str
            How results name the geography and the people it describes.
        digits : int, optional
            Number of digits to which codes are padded with zeros; None leaves them alone.
        coding : {"zip", "geoid", "text"}, optional
            How codes with `digits` are read. Default: ZIP codes if there are five digits, else
            GEOIDs, of which finer ones are cut.

        Returns
        -------
        Geography
            The places of the table.

        Raises
        ------
        ValueError
            Missing column, negative or non-finite cell, row that does not sum to 1, missing or
            duplicate code, group without anybody.
        TypeError
            Cells that are not numbers.

        Warns
        -----
        UserWarning
            If rows sum to 1 only within 0.01, and were rescaled.
        """
        what = f"geography ({label})"
        if coding is None:
            coding = "text" if digits is None else "zip" if digits == 5 else "geoid"
        one_of(coding, "coding", Coding)
        form = CodeForm.of(Coding(coding), digits)
        frame = read_frame(source, what, area)
        groups = columns_of(frame, what)
        read = [area_code(value, form)[0] for value in frame[area].tolist()]
        codes = np.array(read, dtype=object)
        blank = np.array([not code for code in read])
        if blank.any():
            at = int(np.flatnonzero(blank)[0])
            raise ValueError(
                f"{what}: expected a code in every row, got {frame[area].iloc[at]!r} in row {at}"
            )
        if len(set(read)) < len(read):
            twice = pd.Series(read)[pd.Series(read).duplicated()].iloc[0]
            raise ValueError(f"{what}: expected every area once, got {twice!r} more than once")
        cells, are_counts = cells_of(frame, groups, values, what, read)
        total = cells.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            p = np.where(total[:, None] > 0, cells / total[:, None], 0.0)
        sizes = total if are_counts else sizes_of(frame, residents, what)
        if sizes is None:
            raise ValueError(
                f"{what}: expected a column {residents!r} with populations beside shares, got none"
            )
        sizes = np.where(total > 0, sizes, 0.0)
        shares = marginal_of(None, p, sizes, groups, what)
        return cls(
            label, codes, p, sizes, groups, shares, population or label, digits,
            coding=Coding(coding),
        )  # fmt: skip

    @classmethod
    def from_conditionals(
        cls, areas: Sequence[str], race_given_area: Floats, area_given_race: Floats, **rest: Any
    ) -> Geography:
        """Recover populations and shares from P(race | area) and P(area | race).

        The unit of population is fixed by giving one resident to the smallest inhabited area.

        Parameters
        ----------
        areas : sequence of m str
            Codes of the areas.
        race_given_area, area_given_race : array of shape (m, k)
            Both conditional tables; rows of zeros for places without residents.
        **rest : dict
            The other fields: label, categories, population and so on.

        Returns
        -------
        Geography
            The same places with residents and shares.

        See Also
        --------
        workedpapers.bisg.model.marginal_from_both : The equation.
        """
        shares, area = marginal_from_both(race_given_area, area_given_race)
        residents = area / area[area > 0].min()
        codes = np.array(areas, dtype=object)
        return cls(
            areas=codes, p_race=race_given_area, residents=residents, marginal=shares, **rest
        )
