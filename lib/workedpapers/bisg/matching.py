"""From columns of names and places to rows of the tables.

Only distinct values are cleaned and looked up; the rows then take the result by number. In a long
column of text, what is a key as it stands is first found by Arrow's hash join. A column of
categories is encoded already: its categories are looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workedpapers.bisg.cleaning import PLACEHOLDER_PHRASES, PLACEHOLDER_WORDS, clean_name, find
from workedpapers.bisg.codes import Code, Match, Place
from workedpapers.bisg.geography import Geography
from workedpapers.bisg.name_table import NameTable
from workedpapers.bisg.places import Coding, area_code, is_military

Rows = NDArray[np.intp]
Numbers = NDArray[np.int8]

LONG = 20_000


def distinct(column: pd.Series) -> tuple[Rows, list[object]]:
    """Return the position of each row's value among the distinct ones, -1 if missing, and those.

    Values that cannot be hashed (lists, say) count as different from one another.
    """
    try:
        codes, values = pd.factorize(column)
    except TypeError:
        missing = column.isna().to_numpy()
        codes = np.where(missing, -1, np.cumsum(~missing) - 1)
        return codes.astype(np.intp), [v for v, m in zip(column, missing, strict=True) if not m]
    if column.dtype == object and any(isinstance(v, (bool, np.bool_)) for v in column.unique()):
        # True and 1 are equal, though only one of them could be a code
        return distinct(column.map(lambda v: [v] if isinstance(v, (bool, np.bool_)) else v))
    return codes.astype(np.intp, copy=False), values.tolist()


def spread(codes: Rows, values: NDArray[Any], missing: int) -> NDArray[Any]:
    """Give each row the entry of its distinct value, or `missing` where the code is -1."""
    extended = np.append(values, np.array([missing], dtype=values.dtype))
    return extended.take(codes, mode="wrap")  # -1 wraps to the last entry


def arrow_text(column: pd.Series) -> Any | None:
    """Return a long column as one Arrow array of text, or None if it holds anything else.

    A short one is None too: building the hash table of a dictionary takes 15 ms.
    """
    text = column.dtype == object or isinstance(column.dtype, pd.StringDtype)
    if len(column) < LONG or not text:
        return None
    try:
        import pyarrow as pa

        array = pa.array(column, from_pandas=True)
    except (ImportError, TypeError, ValueError):  # Arrow's own errors are of these kinds
        return None
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    return array if pa.types.is_string(array.type) or pa.types.is_large_string(array.type) else None


def _split(array: Any, table: NameTable | Geography) -> tuple[Rows, NDArray[np.bool_], Rows, Any]:
    """Find the rows whose text is a key as it stands; encode the others.

    Returns the row of each text (n where not found), which texts are missing, where the ones
    not found are, and those in dictionary encoding.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if "keys" not in table._arrow:
        table._arrow["keys"] = pa.array(list(table.row), array.type)
    found = pc.index_in(array, value_set=table._arrow["keys"].cast(array.type))
    rows = found.fill_null(len(table)).to_numpy(zero_copy_only=False).astype(np.intp)
    missing = array.is_null().to_numpy(zero_copy_only=False)
    other = pc.and_(found.is_null(), array.is_valid())
    at = np.flatnonzero(other.to_numpy(zero_copy_only=False))
    return rows, missing, at, array.filter(other).dictionary_encode()


def _categories(
    column: pd.Series, look: Callable[[pd.Series], tuple[Rows, Numbers]], none: int, missing: Code
) -> tuple[Rows, Numbers]:
    """Look up the categories of a column and give each row the result of its own."""
    rows, how = look(pd.Series(column.cat.categories))
    codes = column.cat.codes.to_numpy().astype(np.intp, copy=False)
    return spread(codes, rows, none), spread(codes, how, missing.number)


# Names ----------------------------------------------------------------------------------------


def match_names(
    column: pd.Series,
    table: NameTable,
    *,
    ignore_placeholders: bool = False,
    unlisted: bool = False,
) -> tuple[Rows, Numbers]:
    """Row of the table for each name, and how it matched.

    Parameters
    ----------
    column : Series
        Names of any type, missing values included.
    table : NameTable
        The table, with n names.
    ignore_placeholders : bool
        Whether words such as UNKNOWN are passed over.
    unlisted : bool
        Whether a name in no list takes row n + 1.

    Returns
    -------
    tuple of arrays of shape (len(column),)
        Rows, n where there is none; numbers of `Match`.
    """
    rows, how = _match_names(column, table, ignore_placeholders)
    if unlisted:
        at = how == Match.NOT_IN_TABLE.number
        rows[at], how[at] = len(table) + 1, Match.OTHER_NAMES.number
    return rows, how


def _match_names(column: pd.Series, table: NameTable, ignore: bool) -> tuple[Rows, Numbers]:
    get, none = table.row.get, len(table)
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _categories(
            column, lambda names: _match_names(names, table, ignore), none, Match.MISSING
        )
    array = arrow_text(column)
    if array is None:
        codes, values = distinct(column)
        found = [find(value, get, ignore_placeholders=ignore) for value in values]
        rows = np.array([none if row is None else row for row, _ in found], dtype=np.intp)
        how = np.array([step.number for _, step in found], dtype=np.int8)
        return spread(codes, rows, none), spread(codes, how, Match.MISSING.number)
    rows, missing, at, encoded = _split(array, table)
    how = np.full(len(rows), Match.EXACT.number, dtype=np.int8)
    how[missing] = Match.MISSING.number
    aside = table.is_phrase | table.is_placeholder if ignore else table.is_phrase
    if aside.any():
        words = aside[rows]
        rows[words], how[words] = none, Match.PLACEHOLDER.number
    if len(at):
        new_rows, new_how = _match_distinct(encoded.dictionary, get, none, ignore)
        index = encoded.indices.to_numpy(zero_copy_only=False)
        rows[at], how[at] = new_rows[index], new_how[index]
    return rows, how


def _match_distinct(texts: Any, get: Any, none: int, ignore: bool) -> tuple[Rows, Numbers]:
    """Match distinct texts, none of which is a key as it stands."""
    import pyarrow.compute as pc

    n = len(texts)
    rows, how = np.full(n, none, dtype=np.intp), np.full(n, Match.EXACT.number, dtype=np.int8)
    plain = pc.ascii_is_alpha(texts)  # one plain word: upper case is all that cleaning can do
    words = pc.ascii_upper(texts.filter(plain)).to_pylist()
    is_plain = plain.to_numpy(zero_copy_only=False)
    rows[is_plain] = np.fromiter(map(get, words, repeat(none)), np.intp, len(words))
    how[is_plain & (rows == none)] = Match.NOT_IN_TABLE.number
    aside = PLACEHOLDER_PHRASES | PLACEHOLDER_WORDS if ignore else PLACEHOLDER_PHRASES
    for i in np.flatnonzero(is_plain)[[word in aside for word in words]].tolist():
        rows[i], how[i] = none, Match.PLACEHOLDER.number
    rest, at = texts.filter(pc.invert(plain)).to_pylist(), np.flatnonzero(~is_plain)
    keys = [clean_name(text) for text in rest]
    rows[at] = np.fromiter(map(get, keys, repeat(none)), np.intp, len(rest))
    how[at] = Match.CLEANED.number
    again = (rows[at] == none) | np.fromiter((key in aside for key in keys), bool, len(keys))
    for i in np.flatnonzero(again).tolist():
        row, step = find(rest[i], get, ignore_placeholders=ignore)
        rows[at[i]], how[at[i]] = none if row is None else row, step.number
    return rows, how


def is_name(how: Numbers) -> NDArray[np.bool_]:
    """Whether a name is evidence, by any step."""
    return how <= Match.OTHER_NAMES.number


# Places ---------------------------------------------------------------------------------------


def match_areas(
    column: pd.Series, geography: Geography, *, three_digit: bool = False
) -> tuple[Rows, Numbers]:
    """Row of the geography for each place, and what became of it.

    Parameters
    ----------
    column : Series
        Codes of any type, missing values included.
    geography : Geography
        The places, m of them.
    three_digit : bool
        Whether a ZIP code that is no inhabited area takes the row m + 1 + j of the j-th of the
        three-digit areas.

    Returns
    -------
    tuple of arrays of shape (len(column),)
        Rows, m where there is none; numbers of `Place`.
    """
    none = len(geography)
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _categories(
            column,
            lambda codes: match_areas(codes, geography, three_digit=three_digit),
            none,
            Place.MISSING,
        )
    array = arrow_text(column)
    if array is None:
        codes, values = distinct(column)
        found, fate = _find_areas(values, geography, three_digit)
        return spread(codes, found, none), spread(codes, fate, Place.MISSING.number)
    rows, missing, at, encoded = _split(array, geography)
    how = np.full(len(rows), Place.MATCHED.number, dtype=np.int8)
    how[missing] = Place.MISSING.number
    if len(at):
        index = encoded.indices.to_numpy(zero_copy_only=False)
        found, fate = _find_areas(encoded.dictionary.to_pylist(), geography, three_digit)
        rows[at], how[at] = found[index], fate[index]
    if not geography.inhabited.all():
        empty = np.flatnonzero(~np.append(geography.inhabited, True)[np.minimum(rows, none)])
        if len(empty):
            which = [geography.areas[row] for row in rows[empty]]
            rows[empty], how[empty] = _find_areas(which, geography, three_digit)
    return rows, how


def _find_areas(
    values: Sequence[object], geography: Geography, three_digit: bool
) -> tuple[Rows, Numbers]:
    """Row of each distinct code, and what became of it."""
    none, form = len(geography), geography.form
    zips = geography.coding is Coding.ZIP
    rows, fate = np.full(len(values), none, dtype=np.intp), np.empty(len(values), dtype=np.int8)
    for i, value in enumerate(values):
        code, padded = area_code(value, form)
        row = geography.row.get(code) if code else None
        if not code:
            what = Place.MALFORMED if code is None else Place.MISSING
        elif row is not None and geography.inhabited[row]:
            rows[i], what = row, Place.PADDED if padded else Place.MATCHED
        elif zips and not padded and is_military(code):
            what = Place.MILITARY
        else:
            what = Place.UNKNOWN if row is None else Place.EMPTY
            wider = geography.three_digit.row.get(code[:3]) if three_digit else None
            if wider is not None and geography.three_digit.inhabited[wider]:
                rows[i], what = none + 1 + wider, Place.THREE_DIGIT
        fate[i] = what.number
    return rows, fate


def is_place(fate: Numbers) -> NDArray[np.bool_]:
    """Whether a place is evidence."""
    return fate <= Place.THREE_DIGIT.number


def labelled(numbers: NDArray[Any], labels: Sequence[str]) -> pd.Categorical[Any]:
    """Column of labels, stored as small numbers."""
    return pd.Categorical.from_codes(numbers, pd.Index([str(label) for label in labels]))
