"""A slice as words, as a pandas expression and as SQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workedpapers.data_slicing.binning.bins import Bins
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


def _sql_name(name: Any) -> str:
    quoted = str(name).replace('"', '""')
    return f'"{quoted}"'


def _sql_value(value: Any, kind: Kind) -> str:
    if kind is Kind.BOOLEAN:
        return "TRUE" if value else "FALSE"
    if kind is Kind.DATE:
        return f"TIMESTAMP '{pd.Timestamp(int(value), unit='us').isoformat(sep=' ')}'"
    if kind is Kind.NUMBER or isinstance(value, (int, float)):
        return _pandas_value(value, Kind.NUMBER)
    quoted = str(value).replace("'", "''")
    return f"'{quoted}'"


@dataclass(frozen=True)
class Dialect:
    """How a language says that a column has a value, one of some, or none."""

    name: Callable[[Any], str]
    value: Callable[[Any, Kind], str]
    equal: str
    other: str
    among: str
    others: str
    both: str
    missing: str
    known: str


PANDAS = Dialect(
    _pandas_name, _pandas_value, "==", "!=", "in [{}]",
    "{name} not in [{values}] and {name}.notna()", " and ", ".isna()", ".notna()",
)  # fmt: skip
#: NULL is in no list and outside of none.
SQL = Dialect(
    _sql_name, _sql_value, "=", "<>", "IN ({})",
    "{name} NOT IN ({values})", " AND ", " IS NULL", " IS NOT NULL",
)  # fmt: skip


def _condition(bins: Bins, code: int, say: Dialect) -> str:
    """A bin as a condition in a dialect."""
    one, name = bins.bins[code], say.name(bins.name)
    if one.missing:
        return f"{name}{say.missing}"
    values = [say.value(value, bins.kind) for value in one.values]
    if len(values) == 1:
        return f"{name} {say.equal} {values[0]}"
    if values:
        return f"{name} {say.among.format(', '.join(values))}"
    if one.rest:
        rest = ", ".join(say.value(value, bins.kind) for value in one.rest)
        return say.others.format(name=name, values=rest)
    parts = []
    if one.low is not None:
        parts.append(f"{name} > {say.value(one.low, bins.kind)}")
    if one.high is not None:
        parts.append(f"{name} <= {say.value(one.high, bins.kind)}")
    parts += [f"{name} {say.other} {say.value(hole, bins.kind)}" for hole in one.holes]
    return say.both.join(parts) or f"{name}{say.known}"


def pandas_condition(bins: Bins, code: int) -> str:
    """A bin as an expression of `pandas.DataFrame.query`."""
    return _condition(bins, code, PANDAS)


def sql_condition(bins: Bins, code: int) -> str:
    """A bin as a condition of SQL."""
    return _condition(bins, code, SQL)


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
