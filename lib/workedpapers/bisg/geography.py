"""Geographies: shares and populations of places, built in or a user's own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workedpapers.bisg.categories import convert
from workedpapers.bisg.cells import Floats, cells_of, columns_of, marginal_of, read_frame, sizes_of
from workedpapers.bisg.cleaning import BLANK, is_missing
from workedpapers.bisg.model import marginal_from_both, shrink


@dataclass(frozen=True, eq=False)
class Geography:
    """P(race | place) and the number of residents of each place.

    Build one with `Geography.from_frame`; the built-in ones come from `bisg.load_geography`.

    Parameters
    ----------
    label : short name, such as ``"zcta2010"``.
    areas : array of m area codes, text, all different.
    p_race : array, shape (m, k), rows that sum to 1, or to 0 for a place without residents.
    residents : array of m, people; zero for an empty place.
    categories : the k groups.
    marginal : array, shape (k,), shares of the groups over all places.
    population : the people described, in words.
    digits : number of digits of an area code (5 for ZIP areas, 11 for tracts); None for codes
        that are taken as they are.
    same_people : key of the name tables that describe the same people.
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
    _memo: dict[Any, Any] = field(default_factory=dict, repr=False)
    _arrow: dict[str, Any] = field(default_factory=dict, repr=False)

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
        """Whether each area has residents."""
        return np.asarray(self.residents > 0)

    def shares(self, groups: Sequence[str]) -> Floats:
        """Shares of the groups over all places, collapsed to `groups`."""
        return convert(self.marginal, self.categories, groups, f"geography {self.label!r}")

    def probabilities(self, groups: Sequence[str], smoothing: float = 0.0) -> Floats:
        """P(race | place) for the groups; shape (m, len(groups))."""
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
    ) -> Geography:
        """Make a geography of your own from counts, or from shares and populations.

        Parameters
        ----------
        source : data frame, or path of a CSV or Parquet file, with a column of area codes and
            one column for each of the five groups or of the six Census groups.
        area : the column of codes: counties, precincts, parishes, any text or whole numbers.
        values : ``"counts"``, ``"probabilities"`` (rows sum to 1, or to 0 where nobody lives) or
            ``"auto"``: counts if all cells are whole numbers and some row does not sum to 1.
        residents : column of populations, needed beside probabilities.
        label, population : how results name the geography and the people it describes.
        digits : number of digits to which codes are padded with zeros; None leaves them alone.

        Raises
        ------
        ValueError : missing column, negative or non-finite cell, row that does not sum to 1,
            missing or duplicate code, group without anybody.
        TypeError : cells that are not numbers.
        """
        what = f"geography ({label})"
        frame = read_frame(source, what, area)
        if area not in frame.columns:
            raise ValueError(f"{what}: no column {area!r}; it has {[str(c) for c in frame]}")
        groups = columns_of(frame, what)
        if len(frame) == 0:
            raise ValueError(f"{what}: the table has no rows")
        codes = np.array([area_code(value, digits) for value in frame[area].tolist()], dtype=object)
        blank = np.array([code is None or code == "" for code in codes])
        if blank.any():
            at = int(np.flatnonzero(blank)[0])
            raise ValueError(f"{what}: row {at} has no valid code ({frame[area].iloc[at]!r})")
        if len(set(codes)) < len(codes):
            twice = pd.Series(codes)[pd.Series(codes).duplicated()].iloc[0]
            raise ValueError(f"{what}: the area {twice!r} occurs more than once")
        cells, are_counts = cells_of(frame, groups, values, what, codes.tolist())
        total = cells.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            p = np.where(total[:, None] > 0, cells / total[:, None], 0.0)
        sizes = total if are_counts else sizes_of(frame, residents, what)
        if sizes is None:
            raise ValueError(f"{what}: shares need a column {residents!r} with the populations")
        sizes = np.where(total > 0, sizes, 0.0)
        shares = marginal_of(None, p, sizes, groups, what)
        return cls(label, codes, p, sizes, groups, shares, population or label, digits)

    @classmethod
    def from_conditionals(
        cls, areas: Sequence[str], race_given_area: Floats, area_given_race: Floats, **rest: Any
    ) -> Geography:
        """Recover populations and shares from P(race | area) and P(area | race).

        The unit of population is fixed by giving one resident to the smallest inhabited area.
        """
        shares, area = marginal_from_both(race_given_area, area_given_race)
        residents = area / area[area > 0].min()
        codes = np.array(areas, dtype=object)
        return cls(
            areas=codes, p_race=race_given_area, residents=residents, marginal=shares, **rest
        )


#: Forms of a code with a fixed number of digits: what is valid, and the part that is the code.
#: In the syntax that Python, RE2 and Java share, like the patterns of `cleaning`.
CODE_FORMS = {
    5: ("^(?:[0-9]{3,5}(?:-[0-9]{4})?|[0-9]{9})$", "^[0-9]{3,5}"),
    11: ("^[0-9]{10,11}$", "^[0-9]{10,11}"),
}


def code_form(digits: int) -> tuple[str, str]:
    """Patterns of a valid code and of the part that counts; see `area_code`."""
    least = max(digits - 1, 1)
    return CODE_FORMS.get(digits, (f"^[0-9]{{{least},{digits}}}$",) * 2)


def area_code(value: object, digits: int | None) -> str | None:
    """Return an area code as text; None if it is malformed, empty if it is missing.

    With `digits`, the code is made of that many digits. Leading zeros lost on the way through a
    spreadsheet are put back: up to two for ZIP areas (``2138`` and ``2138.0`` become ``02138``,
    ``501`` becomes ``00501``), one for other codes (tracts of states 01 to 09). Of a ZIP+4 code
    (``94110-1234``, ``941101234``) the ZIP remains. Without `digits`, text is stripped and whole
    floats become whole numbers; nothing else changes.
    """
    if is_missing(value):
        return ""
    if isinstance(value, (bool, np.bool_)):
        return None
    if isinstance(value, (float, np.floating)):
        if not float(value).is_integer():
            return None if digits else str(value)
        value = int(value)
    if isinstance(value, (int, np.integer)):
        text = str(int(value))
    elif isinstance(value, str):
        text = value.strip(BLANK)
    else:
        return None
    if digits is None or not text:
        return text
    valid, part = code_form(digits)
    text = text.removesuffix(".0")
    found = re.search(part, text) if re.search(valid, text) else None
    return found.group().zfill(digits) if found else None
