"""A slice as words, as a pandas expression and as SQL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workedpapers.data_slicing.binning.bins import Bin, Bins
from workedpapers.data_slicing.binning.frames import Kind

__all__ = ["Slice", "pandas_condition", "slice_text", "sql_condition"]

Terms = Sequence[tuple[int, int]]


def _pandas_name(name: Any) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*", str(name)) else f"`{name}`"


def _pandas_value(value: Any, kind: Kind) -> str:
    if kind is Kind.DATE:
        return repr(pd.Timestamp(int(value), unit="us").isoformat())
    if kind is Kind.NUMBER:
        return repr(int(value)) if float(value).is_integer() else repr(float(value))
    return repr(value)


def pandas_condition(bins: Bins, code: int) -> str:
    """A bin as an expression of `pandas.DataFrame.query`."""
    one, name = bins.bins[code], _pandas_name(bins.name)
    if one.missing:
        return f"{name}.isna()"
    values = [_pandas_value(value, bins.kind) for value in one.values]
    if len(values) == 1:
        return f"{name} == {values[0]}"
    if values:
        return f"{name} in [{', '.join(values)}]"
    if one.rest:
        rest = ", ".join(_pandas_value(value, bins.kind) for value in one.rest)
        return f"{name} not in [{rest}] and {name}.notna()"
    parts = _bounds(one, name, lambda value: _pandas_value(value, bins.kind))
    parts += [f"{name} != {_pandas_value(hole, bins.kind)}" for hole in one.holes]
    return " and ".join(parts) or f"{name}.notna()"


def _bounds(one: Bin, name: str, text: Any) -> list[str]:
    parts = []
    if one.low is not None:
        parts.append(f"{name} > {text(one.low)}")
    if one.high is not None:
        parts.append(f"{name} <= {text(one.high)}")
    return parts


def _sql_value(value: Any, kind: Kind) -> str:
    if kind is Kind.BOOLEAN:
        return "TRUE" if value else "FALSE"
    if kind is Kind.DATE:
        return f"TIMESTAMP '{pd.Timestamp(int(value), unit='us').isoformat(sep=' ')}'"
    if kind is Kind.NUMBER or isinstance(value, (int, float)):
        return _pandas_value(value, Kind.NUMBER)
    quoted = str(value).replace("'", "''")
    return f"'{quoted}'"


def sql_condition(bins: Bins, code: int) -> str:
    """A bin as a condition of SQL."""
    quoted = str(bins.name).replace('"', '""')
    one, name = bins.bins[code], f'"{quoted}"'
    if one.missing:
        return f"{name} IS NULL"
    values = [_sql_value(value, bins.kind) for value in one.values]
    if len(values) == 1:
        return f"{name} = {values[0]}"
    if values:
        return f"{name} IN ({', '.join(values)})"
    if one.rest:
        rest = ", ".join(_sql_value(value, bins.kind) for value in one.rest)
        return f"{name} NOT IN ({rest})"
    parts = _bounds(one, name, lambda value: _sql_value(value, bins.kind))
    parts += [f"{name} <> {_sql_value(hole, bins.kind)}" for hole in one.holes]
    return " AND ".join(parts) or f"{name} IS NOT NULL"


def slice_text(columns: Sequence[Bins], terms: Terms) -> str:
    """A slice in words."""
    return " & ".join(columns[f].text(b) for f, b in terms)


@dataclass(frozen=True)
class Slice:
    """One slice: the rows for which all its predicates hold.

    Parameters
    ----------
    text : str
        The predicates in words.
    n : int
        Its rows.
    mean : float
        Mean loss of its rows.
    effect : float
        Mean of its rows less mean of all others.
    p, q : float
        Its p-value, and the false-discovery rate at which it is a discovery.
    query : str
        The rows as an expression of `pandas.DataFrame.query`.
    sql : str
        The rows as a condition of SQL.

    See Also
    --------
    SliceFinder.slice : Returns one.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from workedpapers import data_slicing as ds
    >>> X = pd.DataFrame({"day": np.repeat(["Mon", "Tue"], 200), "age": np.tile([20, 40], 200)})
    >>> loss = np.where((X["day"] == "Tue") & (X["age"] == 40), 1.0, 0.0)
    >>> worst = ds.SliceFinder(max_order=2).fit(X, loss).slice(0)
    >>> worst.query
    "day == 'Tue' and age == 40"
    >>> print(worst.sql)
    "day" = 'Tue' AND "age" = 40
    >>> len(X.query(worst.query)) == worst.n
    True
    """

    text: str
    n: int
    mean: float
    effect: float
    p: float
    q: float
    query: str
    sql: str
