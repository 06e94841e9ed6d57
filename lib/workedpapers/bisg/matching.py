"""From columns of names and places to rows of the tables.

Only the distinct values of a column are cleaned and looked up; the rows then take the result by
number. A million people have about 150,000 distinct surnames.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .names import EXACT, MISSING, NOT_IN_TABLE, find
from .tables import Geography, NameTable, area_code

Codes = NDArray[np.intp]
Small = NDArray[np.int8]

#: What became of a place.
PLACES = ("matched", "unknown area", "no residents", "malformed", "missing")
AREA_MATCHED, AREA_UNKNOWN, AREA_EMPTY, AREA_MALFORMED, AREA_MISSING = range(5)


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


def spread(codes: Codes, values: NDArray[np.generic], missing: int) -> NDArray[np.generic]:
    """Give each row the entry of its distinct value, or `missing` where the code is -1."""
    extended = np.append(values, np.array([missing], dtype=values.dtype))
    return extended.take(codes, mode="wrap")  # -1 wraps to the last entry


def match_names(column: pd.Series, table: NameTable) -> tuple[Codes, Small]:
    """Row of the table for each name, and how it matched.

    Parameters
    ----------
    column : names of any type, missing values included.
    table : the names table, with n names.

    Returns
    -------
    Rows, shape (len(column),), n where there is none; positions in `names.MATCHES`.
    """
    codes, values = distinct(column)
    get, none = table.row.get, len(table)
    rows = np.fromiter((_plain(get, value, none) for value in values), np.intp, len(values))
    how = np.full(len(values), EXACT, dtype=np.int8)
    for i in np.flatnonzero(rows == none).tolist():
        row, step = find(values[i], get)
        how[i] = step
        if row is not None:
            rows[i] = row
    return spread(codes, rows, none), spread(codes, how, MISSING)  # type: ignore[return-value]


def _plain(get: object, value: object, none: int) -> int:
    return get(value, none) if type(value) is str else none  # type: ignore[operator]


def match_areas(column: pd.Series, geography: Geography) -> tuple[Codes, Small]:
    """Row of the geography for each place, m where there is none, and what became of it."""
    codes, values = distinct(column)
    get, none = geography.row.get, len(geography)
    rows = np.full(len(values), none, dtype=np.intp)
    how = np.full(len(values), AREA_MATCHED, dtype=np.int8)
    for i, value in enumerate(values):
        code = value if type(value) is str and value in geography.row else None
        if code is None:
            code = area_code(value, geography.digits)
        if not code:
            how[i] = AREA_MALFORMED if code is None else AREA_MISSING
            continue
        row = get(code)
        if row is None:
            how[i] = AREA_UNKNOWN
        elif not geography.inhabited[row]:
            how[i] = AREA_EMPTY
        else:
            rows[i] = row
    return spread(codes, rows, none), spread(codes, how, AREA_MISSING)  # type: ignore[return-value]


def matched(how: Small) -> NDArray[np.bool_]:
    """Whether a name was found, by any step."""
    return how < NOT_IN_TABLE


def labelled(codes: NDArray[Any], labels: Sequence[str]) -> pd.Categorical[Any]:
    """Column of labels, stored as small numbers."""
    return pd.Categorical.from_codes(codes, pd.Index(list(labels)))
