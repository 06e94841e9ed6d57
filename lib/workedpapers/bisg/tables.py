"""Name tables and geographies: one door for the built-in ones and for a user's own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .categories import CENSUS6, FIVE, convert
from .model import marginal_from_both, shrink
from .names import BLANK, clean_name, is_missing

Floats = NDArray[np.float64]
KINDS = ("surname", "first", "middle")
ROW_TOLERANCE = 0.005


def columns_of(frame: pd.DataFrame, what: str) -> tuple[str, ...]:
    """Which scheme the columns of a user's table hold."""
    for scheme in (FIVE, CENSUS6):
        if set(scheme) <= set(frame.columns):
            return scheme
    raise ValueError(
        f"{what}: expected the columns {list(FIVE)} or {list(CENSUS6)}; "
        f"it has {[str(c) for c in frame.columns]}"
    )


def _read(source: pd.DataFrame | str | Path, what: str, key: str) -> pd.DataFrame:
    """Return the data frame in memory, or that of a CSV or Parquet file."""
    if isinstance(source, pd.DataFrame):
        return source
    path = Path(source)
    if not path.is_file():
        raise FileNotFoundError(f"{what}: no file {str(source)!r}")
    if path.suffix.lower() in (".parquet", ".pq"):
        return pd.read_parquet(path)
    # "NAN" and "NULL" are surnames, and "02138" is not the number 2138.
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""], dtype={key: str})
    return frame


def values_of(
    frame: pd.DataFrame, columns: Sequence[str], what: str, labels: Sequence[Any]
) -> Floats:
    """Return cells as numbers, checked to be finite and not negative."""
    try:
        cells = frame[list(columns)].to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{what}: the cells of {list(columns)} must be numbers ({error})"
        ) from error
    wrong = ~np.isfinite(cells).all(axis=1) | (cells < 0).any(axis=1)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ValueError(
            f"{what}: cells must be finite and not negative; "
            f"row {labels[row]!r} has {cells[row].tolist()} ({int(wrong.sum())} such rows)"
        )
    return cells


def _values(
    frame: pd.DataFrame, groups: Sequence[str], kind: str, what: str, labels: Sequence[Any]
) -> tuple[Floats, bool]:
    """Check the cells; return them and whether they are counts."""
    cells = values_of(frame, groups, what, labels)
    sums = cells.sum(axis=1)
    off = (np.abs(sums - 1) > ROW_TOLERANCE) & (sums > 0)
    if kind == "auto":
        whole = bool((cells == np.round(cells)).all())
        kind = "counts" if whole and (off.any() or (sums == 0).all()) else "probabilities"
    if kind == "counts":
        return cells, True
    if kind != "probabilities":
        raise ValueError(f"values={kind!r}: expected 'auto', 'counts' or 'probabilities'")
    if off.any():
        row = int(np.flatnonzero(off)[0])
        raise ValueError(
            f"{what}: the rows must sum to 1 (within {ROW_TOLERANCE}); row {labels[row]!r} sums "
            f"to {sums[row]:.6g} ({int(off.sum())} such rows). For counts, say values='counts'"
        )
    return cells, False


def as_shares(
    prior: Mapping[str, float] | pd.Series | Sequence[float] | Floats,
    groups: Sequence[str],
    what: str,
) -> Floats:
    """Return shares of the groups as an array, checked.

    Parameters
    ----------
    prior : by group (mapping, Series) or in the order of `groups`; sums to 1 within 0.005.
    groups : the groups wanted; six given groups collapse to five.
    what : the argument's name, for the message.

    Raises
    ------
    ValueError : if a group is missing, a share is not positive, or the sum is not 1.
    TypeError : if the shares are not numbers.
    """
    by_group = dict(prior) if isinstance(prior, (Mapping, pd.Series)) else None
    try:
        array = np.array(list(prior if by_group is None else by_group.values()), dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"{what}: expected shares by group, came {prior!r}") from None
    if by_group is not None:
        array = convert(array, [str(group) for group in by_group], groups, what)
    if array.shape != (len(groups),):
        raise ValueError(
            f"{what}: expected {len(groups)} shares for {list(groups)}; came shape {array.shape}"
        )
    if not np.isfinite(array).all() or (array <= 0).any():
        raise ValueError(f"{what}: every share must be positive; came {array.tolist()}")
    if abs(array.sum() - 1) > ROW_TOLERANCE:
        raise ValueError(f"{what}: the shares must sum to 1; they sum to {array.sum():.6g}")
    return np.asarray(array / array.sum())


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
        frame = _read(source, what, name)
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
        cells, are_counts = _values(frame, groups, values, what, raw)
        sizes = _sizes(frame, count, what)
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
        shares = _marginal(marginal, p, sizes, groups, what)
        return cls(label, kind, keys, p, groups, shares, population or label, sizes)


def _sizes(frame: pd.DataFrame, column: str | None, what: str) -> Floats | None:
    if column is None or column not in frame.columns:
        return None
    try:
        sizes = frame[column].to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{what}: the column {column!r} must hold numbers ({error})") from error
    if not np.isfinite(sizes).all() or (sizes < 0).any():
        raise ValueError(f"{what}: the column {column!r} must be finite and not negative")
    return sizes


def _marginal(
    given: Any, p: Floats, sizes: Floats | None, groups: Sequence[str], what: str
) -> Floats:
    if given is not None:
        return as_shares(given, groups, f"{what}: marginal")
    if sizes is None:
        raise ValueError(
            f"{what}: probabilities without counts do not say how common each group is; "
            "give marginal=, the shares of the groups in the population described"
        )
    total = (p * sizes[:, None]).sum(axis=0)
    if (total <= 0).any():
        none = [group for group, amount in zip(groups, total, strict=True) if amount <= 0]
        raise ValueError(f"{what}: nobody is in the group(s) {none}")
    return np.asarray(total / total.sum())


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
        frame = _read(source, what, area)
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
        cells, are_counts = _values(frame, groups, values, what, codes.tolist())
        total = cells.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            p = np.where(total[:, None] > 0, cells / total[:, None], 0.0)
        sizes = total if are_counts else _sizes(frame, residents, what)
        if sizes is None:
            raise ValueError(f"{what}: shares need a column {residents!r} with the populations")
        sizes = np.where(total > 0, sizes, 0.0)
        shares = _marginal(None, p, sizes, groups, what)
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
#: In the syntax that Python, RE2 and Java share, like the patterns of `names`.
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
