# ruff: noqa: PD003, PD004 (Ibis calls them isnull and notnull)
"""The same sums where the data are: an Ibis expression for DuckDB, Spark and others.

Only counts leave the database: first the distinct values of each column, from which bins are made
as in memory, then the sums of each cross. Codes are computed once and kept by the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workedpapers.checks import Ints
from workedpapers.data_slicing.binning.bins import Bin, Bins
from workedpapers.data_slicing.binning.distinct import (
    BinOptions,
    Distinct,
    make_bins,
    microseconds,
)
from workedpapers.data_slicing.binning.frames import Kind
from workedpapers.data_slicing.engines.population import Population
from workedpapers.data_slicing.engines.tallies import Cross, Tally, batches, cells_of

__all__ = ["DatabaseEngine", "database_engine", "open_table"]

#: More distinct values than this are not fetched to be binned.
MOST_VALUES = 1_000_000
#: The largest finite number.
LARGEST = float(np.finfo(np.float64).max)
#: Crosses that are summed in one query.
TOGETHER = 48

Terms = Sequence[tuple[int, int]]


def _ibis() -> Any:
    try:
        return import_module("ibis")
    except ImportError as error:
        raise ImportError(
            "engine: a database needs ibis-framework with a backend, for example "
            "`pip install 'ibis-framework[duckdb]'`"
        ) from error


def open_table(engine: Any, source: Any) -> Any:
    """The table to search: of a connection and a name, or of DuckDB and a file.

    Raises
    ------
    TypeError
        If the engine is no connection of Ibis, or the source no name, path or table.
    """
    ibis = _ibis()
    if isinstance(source, ibis.expr.types.Table):
        return source
    if engine == "duckdb":
        connection = ibis.duckdb.connect()
        if isinstance(source, (str, Path)):
            name = str(source)
            return connection.read_csv(name) if name.endswith(".csv") else (
                connection.read_parquet(name)
            )  # fmt: skip
        return connection.create_table("rows", source)
    if not isinstance(engine, ibis.backends.BaseBackend):
        raise TypeError(
            f"engine: expected 'memory', 'duckdb' or a connection of Ibis, got {engine!r}."
        )
    if not isinstance(source, str):
        raise TypeError(f"X: expected a table's name, got {type(source).__name__}.")
    return engine.table(source)


def _kind(ibis_type: Any, name: str) -> Kind:
    if ibis_type.is_boolean():
        return Kind.BOOLEAN
    if ibis_type.is_numeric():
        return Kind.NUMBER
    if ibis_type.is_string():
        return Kind.CATEGORY
    if ibis_type.is_timestamp() or ibis_type.is_date():
        return Kind.DATE
    raise TypeError(f"X: expected numbers, texts, booleans or dates in column {name!r}, "
                    f"got {ibis_type}.")  # fmt: skip


def _clean(table: Any, name: str) -> Any:
    """A column with NULL where a floating number is NaN."""
    column = table[name]
    if column.type().is_floating() and _knows_nan(table):
        return column.isnan().ifelse(None, column)
    return column.cast("float64") if column.type().is_decimal() else column


def _knows_nan(table: Any) -> bool:
    """Whether the engine has a NaN; SQLite has only NULL."""
    return bool(table.get_backend().has_operation(_ibis().expr.operations.IsNan))


def _distinct(table: Any, name: str) -> Distinct:
    """Distinct values of a column and how often each comes."""
    kind = _kind(table[name].type(), name)
    values = table.select(value=_clean(table, name))
    counted = values.group_by("value").agg(n=values.count()).limit(MOST_VALUES + 1).to_pandas()
    if len(counted) > MOST_VALUES:
        raise ValueError(
            f"X: expected at most {MOST_VALUES:,} distinct values in column {name!r}, got more: "
            "round them, or leave the column out."
        )
    empty = counted["value"].isna()
    missing = int(counted.loc[empty, "n"].sum())
    counted = counted[~empty]
    counts = counted["n"].to_numpy(np.intp)
    if kind in (Kind.CATEGORY, Kind.BOOLEAN):
        return Distinct(name, kind, counted["value"].tolist(), counts, missing)
    found = counted["value"].to_numpy()
    numbers = microseconds(found) if kind is Kind.DATE else found.astype(float)
    order = np.argsort(numbers, kind="stable")
    return Distinct(name, kind, numbers[order], counts[order], missing)


def _literal(ibis: Any, value: Any, kind: Kind) -> Any:
    if kind is Kind.DATE:
        return ibis.literal(pd.Timestamp(int(value), unit="us").to_pydatetime())
    if kind is Kind.NUMBER:
        return ibis.literal(float(value))
    return ibis.literal(value)


def _holds(ibis: Any, column: Any, one: Bin, kind: Kind) -> Any:
    """Whether a row is in a bin."""
    if one.missing:
        return column.isnull()

    def equal(value: Any) -> Any:
        return column == _literal(ibis, value, kind)

    if one.values:
        return reduce(lambda a, b: a | b, [equal(value) for value in one.values])
    if one.rest:
        return column.notin(list(one.rest)) & column.notnull()
    parts = [column.notnull(), *(~equal(hole) for hole in one.holes)]
    if one.low is not None:
        parts.append(column > _literal(ibis, one.low, kind))
    if one.high is not None:
        parts.append(column <= _literal(ibis, one.high, kind))
    return reduce(lambda a, b: a & b, parts)


def _number(row: Any, name: str) -> float:
    return float(row[name].iloc[0])


def _population(ibis: Any, rows: Any, weighted: bool) -> Population:
    """Moments of column ``loss`` with weights ``w``."""
    # engines order NaN above all numbers, and not every one can ask for it, or for infinity
    bad = (rows.loss.isnull() | ~(rows.loss.abs() <= LARGEST)).sum()
    first = rows.agg(
        n=rows.count(), bad=bad, weight=rows.w.sum(), total=(rows.w * rows.loss).sum(),
        least=rows.loss.min(), most=rows.loss.max(), lightest=rows.w.min(),
    ).to_pandas()  # fmt: skip
    n = int(first["n"].iloc[0])
    if not n:
        raise ValueError("X: expected at least one row, got an empty table.")
    if int(first["bad"].iloc[0]):
        raise ValueError(f"loss: expected finite numbers, got {int(first['bad'].iloc[0])} others.")
    if not _number(first, "lightest") >= 0 or not _number(first, "weight") > 0:
        raise ValueError("weights: expected numbers of at least 0 with a sum above 0.")
    weight, least, most = (_number(first, name) for name in ("weight", "least", "most"))
    mean = _number(first, "total") / weight
    d = rows.loss - mean
    r = rows.w * d
    second = rows.agg(
        two=(r * r).mean(), three=(r * r * r).mean(), spread=(r * d).sum(),
        low=(rows.loss == least).sum(), high=(rows.loss == most).sum(),
    ).to_pandas()  # fmt: skip
    variance = _number(second, "two") if least < most else 0.0
    skewness = _number(second, "three") / variance**1.5 if variance > 0 else 0.0
    ones = int(second["high"].iloc[0])
    two_valued = not weighted and least < most and ones + int(second["low"].iloc[0]) == n
    return Population(
        n, weight, mean, variance, skewness, float(np.sqrt(_number(second, "spread") / weight)),
        least, most, ones if two_valued else -1,
    )  # fmt: skip


@dataclass(frozen=True)
class DatabaseEngine:
    """Rows in a database.

    Parameters
    ----------
    source : ibis.Table
        The columns, with ``__loss`` and ``__w``.
    columns : tuple of Bins
        The bins of each column.
    population : Population
        Moments of the loss.
    weighted : bool
        Whether rows have weights.
    coded : ibis.Table
        Codes c0, c1, ..., the residual r and the weight w of each row.
    kept : tuple of ndarray or None
        As in `MemoryEngine`.
    """

    source: Any
    columns: tuple[Bins, ...]
    population: Population
    weighted: bool
    coded: Any
    kept: tuple[Ints, ...] | None = None

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of codes of each column."""
        if self.kept is None:
            return tuple(len(column) for column in self.columns)
        return tuple(len(kept) + 1 for kept in self.kept)

    def narrowed(self, kept: Sequence[Ints]) -> DatabaseEngine:
        """The same rows with codes for some bins only, which the engine computes and keeps."""
        coded = _coded(self.source, self.columns, self.population, kept).cache()
        return replace(self, coded=coded, kept=tuple(kept))

    def tallies(self, crosses: Sequence[Cross], squares: bool = False) -> Iterator[Tally]:
        """Sums of all cells of the crosses, a batch of crosses at a time."""
        sizes = self.sizes
        for batch in batches(crosses, sizes):
            tally = Tally.empty(batch, sizes, self.weighted, squares)
            parts = list(tally.parts())
            for start in range(0, len(parts), TOGETHER):
                group = parts[start : start + TOGETHER]
                self._fill(tally, group, sizes, squares)
            yield tally

    def _fill(self, tally: Tally, parts: list[Any], sizes: Sequence[int], squares: bool) -> None:
        ibis, t = _ibis(), self.coded
        queries = []
        for i, (cross, _, _) in enumerate(parts):
            cell = reduce(lambda key, f: key * sizes[f] + t[f"c{f}"].cast("int64"), cross[1:],
                          t[f"c{cross[0]}"].cast("int64"))  # fmt: skip
            sums = {"n": t.count(), "total": t.r.sum()}
            if self.weighted:
                sums["weight"] = t.w.sum()
            if squares:
                sums["square"] = (t.r * t.d).sum()
            counted = t.group_by(cell=cell).agg(**sums)
            queries.append(counted.mutate(part=ibis.literal(i)))
        found = (ibis.union(*queries) if len(queries) > 1 else queries[0]).to_pandas()
        start = np.array([place.start for _, _, place in parts])
        at = start[found["part"].to_numpy(np.intp)] + found["cell"].to_numpy(np.intp)
        tally.n[at] = found["n"]
        for name in ("total", "weight", "square"):
            into = getattr(tally, name)
            if into is not None:
                into[at] = found[name]
        assert at.max(initial=0) < sum(cells_of(shape) for shape in tally.shapes)

    def squares(self) -> float:
        """Sum of w (loss - mean)^2 of all rows."""
        found = self.coded.agg(s=(self.coded.r * self.coded.d).sum()).to_pandas()
        return float(found["s"].fillna(0.0).iloc[0])

    def code_of(self, f: int, bin_: int) -> int:
        """Code of a bin; -1 if it is not looked at."""
        if self.kept is None:
            return bin_
        found = np.flatnonzero(self.kept[f] == bin_)
        return int(found[0]) + 1 if len(found) else -1

    def _holds(self, terms: Terms) -> Any:
        parts = [self.coded[f"c{f}"] == self.code_of(f, b) for f, b in terms]
        return reduce(lambda a, b: a & b, parts)

    def within(self, terms: Terms, without: Sequence[Terms] = ()) -> DatabaseEngine:
        """The rows of a slice alone, those of others left out; the population stays."""
        inside = reduce(lambda a, b: a & ~self._holds(b), without, self._holds(terms))
        return replace(self, coded=self.coded.filter(inside))

    def covered(self, slices: Sequence[Terms]) -> list[tuple[float, float]]:
        """Weight, and sum of w (loss - mean), in the union of the first one, two, ... slices."""
        if not slices:
            return []
        t, union, sums = self.coded, None, {}
        for i, terms in enumerate(slices):
            here = self._holds(terms)
            union = here if union is None else union | here
            sums[f"w{i}"] = t.w.sum(where=union)
            sums[f"r{i}"] = t.r.sum(where=union)
        found = t.agg(**sums).to_pandas().fillna(0.0)
        return [(_number(found, f"w{i}"), _number(found, f"r{i}")) for i in range(len(slices))]


def _coded(
    source: Any, columns: Sequence[Bins], everybody: Population, kept: Sequence[Ints] | None
) -> Any:
    """Codes, residuals and weights of all rows, as an expression."""
    ibis = _ibis()
    codes = {}
    for f, bins in enumerate(columns):
        column = _clean(source, bins.name)
        if bins.kind is Kind.NUMBER:
            column = column.cast("float64")
        elif bins.kind is Kind.DATE:
            column = column.cast("timestamp")
        shown = list(enumerate(range(len(bins)))) if kept is None else [
            (code, int(bin_)) for code, bin_ in enumerate(kept[f], start=1)
        ]  # fmt: skip
        branches = [
            (_holds(ibis, column, bins.bins[bin_], bins.kind), ibis.literal(code, type="int32"))
            for code, bin_ in shown
        ]
        none = ibis.literal(0, type="int32")
        codes[f"c{f}"] = ibis.cases(*branches, else_=none) if branches else none
    d = source["__loss"] - everybody.mean
    return source.select(**codes, r=source["__w"] * d, d=d, w=source["__w"])


def database_engine(
    table: Any,
    loss: str,
    options_of: Any,
    weights: str | None = None,
) -> DatabaseEngine:
    """Bins and moments of a table in a database.

    Parameters
    ----------
    table : ibis.Table
        The rows.
    loss, weights : str
        Its columns with the loss and the weights.
    options_of : callable
        Gives the `BinOptions` for a number of rows.

    Raises
    ------
    TypeError
        If the loss is not a column's name, or a column holds something that cannot be binned.
    ValueError
        If a column is missing or the loss is not finite.
    """
    ibis = _ibis()
    for name, value in (("loss", loss), ("weights", weights)):
        if value is None and name == "weights":
            continue
        if not isinstance(value, str):
            raise TypeError(f"{name}: expected the name of a column, got {type(value).__name__}.")
        if value not in table.columns:
            raise ValueError(f"{name}: expected a column of the table, got {value!r}.")
    names = [name for name in table.columns if name not in (loss, weights)]
    if not names:
        raise ValueError("X: expected at least one column, got none.")
    w = ibis.literal(1.0) if weights is None else table[weights].cast("float64")
    rows = table.select(loss=table[loss].cast("float64"), w=w)
    everybody = _population(ibis, rows, weights is not None)
    options: BinOptions = options_of(everybody.rows)
    columns = tuple(make_bins(_distinct(table, name), options) for name in names)
    source = table.mutate(__loss=table[loss].cast("float64"), __w=w)
    coded = _coded(source, columns, everybody, None)
    return DatabaseEngine(source, columns, everybody, weights is not None, coded)
