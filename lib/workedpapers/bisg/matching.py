"""From columns of names and places to rows of the tables.

Only distinct values are cleaned and looked up; the rows then take the result by number. In a long
column of text, what is a key as it stands is first found by Arrow's hash join.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workedpapers.bisg.cleaning import CLEANED, EXACT, MISSING, NOT_IN_TABLE, clean_name, find
from workedpapers.bisg.geography import Geography, area_code
from workedpapers.bisg.name_table import NameTable

Codes = NDArray[np.intp]
Small = NDArray[np.int8]

#: What became of a place.
PLACES = ("matched", "unknown area", "no residents", "malformed", "missing")
AREA_MATCHED, AREA_UNKNOWN, AREA_EMPTY, AREA_MALFORMED, AREA_MISSING = range(5)


LONG = 20_000


def distinct(column: pd.Series) -> tuple[Codes, list[object]]:
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


def spread(codes: Codes, values: NDArray[Any], missing: int) -> NDArray[Any]:
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


def _split(array: Any, table: NameTable | Geography) -> tuple[Codes, NDArray[np.bool_], Codes, Any]:
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


def match_names(column: pd.Series, table: NameTable) -> tuple[Codes, Small]:
    """Row of the table for each name, and how it matched.

    Parameters
    ----------
    column : names of any type, missing values included.
    table : the names table, with n names.

    Returns
    -------
    Rows, shape (len(column),), n where there is none; positions in `cleaning.MATCHES`.
    """
    get, none = table.row.get, len(table)
    array = arrow_text(column)
    if array is None:
        codes, values = distinct(column)
        found = [find(value, get) for value in values]
        rows = np.array([none if row is None else row for row, _ in found], dtype=np.intp)
        how = np.array([step for _, step in found], dtype=np.int8)
        return spread(codes, rows, none), spread(codes, how, MISSING)
    rows, missing, at, encoded = _split(array, table)
    how = np.full(len(rows), EXACT, dtype=np.int8)
    how[missing] = MISSING
    if len(at):
        new_rows, new_how = _match_distinct(encoded.dictionary, get, none)
        index = encoded.indices.to_numpy(zero_copy_only=False)
        rows[at], how[at] = new_rows[index], new_how[index]
    return rows, how


def _match_distinct(texts: Any, get: Any, none: int) -> tuple[Codes, Small]:
    """Match distinct texts, none of which is a key as it stands."""
    import pyarrow.compute as pc

    n = len(texts)
    rows, how = np.full(n, none, dtype=np.intp), np.full(n, EXACT, dtype=np.int8)
    plain = pc.ascii_is_alpha(texts)  # one plain word: upper case is all that cleaning can do
    words = pc.ascii_upper(texts.filter(plain)).to_pylist()
    is_plain = plain.to_numpy(zero_copy_only=False)
    rows[is_plain] = np.fromiter(map(get, words, repeat(none)), np.intp, len(words))
    how[is_plain & (rows == none)] = NOT_IN_TABLE
    rest, at = texts.filter(pc.invert(plain)).to_pylist(), np.flatnonzero(~is_plain)
    rows[at] = np.fromiter(map(get, map(clean_name, rest), repeat(none)), np.intp, len(rest))
    how[at] = CLEANED
    for i in np.flatnonzero(rows[at] == none).tolist():
        row, how[at[i]] = find(rest[i], get)
        rows[at[i]] = none if row is None else row
    return rows, how


def match_areas(column: pd.Series, geography: Geography) -> tuple[Codes, Small]:
    """Row of the geography for each place, m where there is none, and what became of it."""
    none = len(geography)
    array = arrow_text(column)
    if array is None:
        codes, values = distinct(column)
        found, fate = _find_areas(values, geography)
        rows, how = spread(codes, found, none), spread(codes, fate, AREA_MISSING)
    else:
        rows, missing, at, encoded = _split(array, geography)
        how = np.full(len(rows), AREA_MATCHED, dtype=np.int8)
        how[missing] = AREA_MISSING
        if len(at):
            index = encoded.indices.to_numpy(zero_copy_only=False)
            found, fate = _find_areas(encoded.dictionary.to_pylist(), geography)
            rows[at], how[at] = found[index], fate[index]
    empty = ~np.append(geography.inhabited, True)[rows]
    how[empty], rows[empty] = AREA_EMPTY, none
    return rows, how


def _find_areas(values: Sequence[object], geography: Geography) -> tuple[Codes, Small]:
    """Row of each distinct code, and what became of it."""
    none = len(geography)
    rows, fate = np.full(len(values), none, dtype=np.intp), np.empty(len(values), dtype=np.int8)
    for i, value in enumerate(values):
        code = area_code(value, geography.digits)
        if not code:
            fate[i] = AREA_MALFORMED if code is None else AREA_MISSING
            continue
        rows[i] = geography.row.get(code, none)
        fate[i] = AREA_UNKNOWN if rows[i] == none else AREA_MATCHED
    return rows, fate


def matched(how: Small) -> NDArray[np.bool_]:
    """Whether a name was found, by any step."""
    return how < NOT_IN_TABLE


def labelled(codes: NDArray[Any], labels: Sequence[str]) -> pd.Categorical[Any]:
    """Column of labels, stored as small numbers."""
    return pd.Categorical.from_codes(codes, pd.Index(list(labels)))
