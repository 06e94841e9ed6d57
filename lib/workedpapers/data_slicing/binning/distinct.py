"""The distinct values of a column and how often each comes, from which its bins are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workedpapers.checks import Floats, Ints
from workedpapers.data_slicing.binning.bins import Bins, category_bins, number_bins
from workedpapers.data_slicing.binning.frames import Kind, kind_of_column

__all__ = ["BinOptions", "Distinct", "codes_of", "distinct_values", "make_bins", "microseconds"]


@dataclass(frozen=True)
class BinOptions:
    """How columns are binned.

    Parameters
    ----------
    bins : int
        Bins of a number that have no edges of their own.
    heavy : float
        Share of rows from which on a value has its own bin.
    edges : mapping
        For some columns a number of bins, or inner edges.
    pool : bool
        Whether rare categories are pooled.
    least : int
        Rows below which a category is rare.
    """

    bins: int
    heavy: float
    edges: Mapping[Any, int | Sequence[Any]]
    pool: bool
    least: int


@dataclass(frozen=True)
class Distinct:
    """What a column holds, value by value.

    Parameters
    ----------
    name : hashable
        The column.
    kind : Kind
        What it holds.
    values : ndarray or list
        Distinct values: numbers in order (dates in microseconds), categories in any order.
    counts : ndarray
        Rows of each.
    missing : int
        Rows without a value.
    place : ndarray or None
        Place of each row's value among the distinct ones, -1 if missing; None in a database.
    """

    name: Any
    kind: Kind
    values: Any
    counts: Ints
    missing: int
    place: Ints | None = None


def microseconds(values: Any) -> Floats:
    """Dates as microseconds since 1970."""
    stamps = pd.to_datetime(pd.Series(np.asarray(values, dtype=object)))
    if getattr(stamps.dt, "tz", None) is not None:
        stamps = stamps.dt.tz_convert("UTC").dt.tz_localize(None)
    numbers = stamps.astype("datetime64[us]").astype("int64").to_numpy(float)
    return np.asarray(numbers, dtype=np.float64)


def distinct_values(column: pd.Series[Any], name: Any) -> Distinct:
    """Distinct values of a column in memory."""
    kind = kind_of_column(column, str(name))
    if kind is Kind.NUMBER and column.dtype == object:
        column = column.astype(float)
    ranks, found = pd.factorize(column)
    place = np.asarray(ranks, dtype=np.intp)
    counts = np.bincount(place[place >= 0], minlength=len(found))
    missing = int((place < 0).sum())
    if kind in (Kind.CATEGORY, Kind.BOOLEAN):
        values: Any = [v.item() if isinstance(v, np.generic) else v for v in found]
        return Distinct(name, kind, values, counts, missing, place)
    dates = kind is Kind.DATE
    numbers: Floats = microseconds(found) if dates else np.asarray(found, dtype=np.float64)
    order = np.argsort(numbers, kind="stable")
    rank = np.empty(len(order) + 1, dtype=np.intp)
    rank[order] = np.arange(len(order))
    rank[-1] = -1  # what is missing has place -1
    return Distinct(name, kind, numbers[order], counts[order], missing, rank[place])


def make_bins(column: Distinct, options: BinOptions) -> Bins:
    """Bins of a column.

    Raises
    ------
    ValueError
        If edges are given for a column that has no order.
    """
    wanted = options.edges.get(column.name)
    if column.kind in (Kind.CATEGORY, Kind.BOOLEAN):
        if wanted is not None:
            raise ValueError(
                f"bins: expected edges for numbers or dates, got some for column {column.name!r}, "
                f"which holds a {column.kind.value}."
            )
        return category_bins(
            column.name, column.kind, column.values, column.counts, column.missing,
            least=options.least, pool=options.pool,
        )  # fmt: skip
    bins, edges = options.bins, None
    if isinstance(wanted, (int, np.integer)):
        bins = int(wanted)
    elif wanted is not None:
        given = list(wanted)
        edges = microseconds(given) if column.kind is Kind.DATE else np.asarray(given, dtype=float)
    return number_bins(
        column.name, column.kind, column.values, column.counts, column.missing,
        bins=bins, heavy=options.heavy, edges=None if edges is None else edges.tolist(),
    )  # fmt: skip


def codes_of(column: Distinct, bins: Bins) -> Ints:
    """Code of each row."""
    assert column.place is not None
    codes = np.append(bins.assign(column.values), bins.missing_code)
    return codes[column.place]
