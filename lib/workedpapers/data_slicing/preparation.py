"""From what a user gives to rows that can be searched: binned, checked and split."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workedpapers.checks import Floats, Ints, as_float_array, positive_array
from workedpapers.data_slicing.binning.bins import Bins
from workedpapers.data_slicing.binning.cutting import tree_cuts
from workedpapers.data_slicing.binning.distinct import (
    BinOptions,
    Distinct,
    codes_of,
    distinct_values,
    make_bins,
)
from workedpapers.data_slicing.binning.frames import Kind, as_frame
from workedpapers.data_slicing.engines.database import database_engine, open_table
from workedpapers.data_slicing.engines.memory import MemoryEngine, narrow_codes
from workedpapers.data_slicing.engines.population import Population
from workedpapers.data_slicing.settings import FinderSettings
from workedpapers.data_slicing.significance.testing import Test

__all__ = ["Prepared", "prepared"]

#: Share of rows that a tree learns its edges from.
TREE_SHARE = 0.3


@dataclass(frozen=True)
class Prepared:
    """Rows that can be searched.

    Parameters
    ----------
    engine : MemoryEngine or DatabaseEngine
        Where sums are computed.
    in_memory : bool
        Which of the two it is.
    clusters : ndarray or None
        Number of the cluster of each row.
    holdout : MemoryEngine or None
        Rows set aside.
    """

    engine: Any
    in_memory: bool
    clusters: Ints | None = None
    holdout: MemoryEngine | None = None


def prepared(settings: FinderSettings, X: Any, loss: Any, weights: Any, clusters: Any) -> Prepared:
    """Check and bin what is to be searched."""
    if isinstance(settings.engine, str) and settings.engine == "memory":
        return _in_memory(settings, X, loss, weights, clusters)
    for name, wrong in (
        ("clusters", clusters is not None), ("holdout", settings.holdout > 0),
        ("bins", settings.tree), ("test", settings.test is Test.PERMUTATION),
        ("search", settings.search == "best-first"),
    ):  # fmt: skip
        if wrong:
            raise ValueError(f"{name}: expected the default with an engine, got another value.")
    table = open_table(settings.engine, X)
    engine = database_engine(
        table, loss, lambda rows: _options(settings, settings.least(rows)), weights
    )
    return Prepared(engine, in_memory=False)


def _options(settings: FinderSettings, least: int) -> BinOptions:
    return BinOptions(settings.bins, settings.heavy, settings.edges, settings.pool, least)


def _read(X: Any) -> pd.DataFrame:
    if isinstance(X, (str, Path)):
        path = str(X)
        return pd.read_csv(path) if path.endswith(".csv") else _parquet(path)
    return as_frame(X)


def _parquet(path: str) -> pd.DataFrame:
    """A Parquet file as a frame, without holding it twice."""
    from pyarrow import parquet

    frame: pd.DataFrame = parquet.read_table(path).to_pandas(split_blocks=True, self_destruct=True)
    return frame


def _column(frame: pd.DataFrame, value: Any, name: str) -> tuple[pd.DataFrame, Any]:
    """Values that were given, or those of a column, which then is none to be searched."""
    if not isinstance(value, str):
        return frame, value
    if value not in frame.columns:
        raise ValueError(f"{name}: expected a column of X, got {value!r}.")
    return frame.drop(columns=value), frame[value].to_numpy()


def _same_length(values: Any, rows: int, name: str) -> None:
    if len(values) != rows:
        raise ValueError(f"{name}: expected {rows} values, one for each row, got {len(values)}.")


def _in_memory(
    settings: FinderSettings, X: Any, loss: Any, weights: Any, clusters: Any
) -> Prepared:
    frame = as_frame(_read(X))
    frame, loss = _column(frame, loss, "loss")
    frame, weights = _column(frame, weights, "weights")
    frame, clusters = _column(frame, clusters, "clusters")
    frame = as_frame(frame)
    losses = as_float_array(loss, "loss", ndim=1)
    _same_length(losses, len(frame), "loss")
    if weights is not None:
        weights = positive_array(weights, "weights", zero=True)
        _same_length(weights, len(frame), "weights")
        if not weights.sum() > 0:
            raise ValueError("weights: expected a sum above 0, got 0.")
    groups: Ints | None = None
    if clusters is not None:
        _same_length(clusters, len(frame), "clusters")
        groups = np.asarray(pd.factorize(np.asarray(clusters))[0], dtype=np.intp)
        if groups.min() < 0:
            raise ValueError("clusters: expected a value for each row, got missing ones.")
        if settings.test is Test.PERMUTATION:
            raise ValueError("clusters: expected none with test='permutation'.")
    # not the plain seed: a user's data may come from the same stream
    rng = np.random.default_rng([settings.seed, 9032])
    aside = _split(len(frame), settings.holdout, groups, rng)
    tree = _split(len(frame), TREE_SHARE if settings.tree else 0.0, groups, rng) & ~aside
    columns, codes = _binned(settings, frame, losses, aside, tree)
    table = narrow_codes(codes, [len(bins) + 1 for bins in columns])
    searched = np.flatnonzero(~(aside | tree))
    engine = _engine(columns, table, losses, weights, searched)
    return Prepared(
        engine, True, None if groups is None else groups[searched],
        _engine(columns, table, losses, weights, np.flatnonzero(aside)) if aside.any() else None,
    )  # fmt: skip


def _split(rows: int, share: float, groups: Ints | None, rng: np.random.Generator) -> Any:
    """Rows of a share, whole clusters together."""
    if not share:
        return np.zeros(rows, dtype=bool)
    if groups is None:
        return rng.random(rows) < share
    return (rng.random(int(groups.max()) + 1) < share)[groups]


def _binned(
    settings: FinderSettings, frame: pd.DataFrame, losses: Floats, aside: Any, tree: Any
) -> tuple[tuple[Bins, ...], list[Any]]:
    """Bins of each column and codes of all rows.

    Bins never see the losses, so that all rows may make them; a tree does, and sees only rows
    that are not searched.
    """
    options = _options(settings, settings.least(len(frame)))
    unknown = [name for name in settings.edges if name not in frame.columns]
    if unknown:
        raise ValueError(f"bins: expected columns of X, got {unknown}.")
    columns, codes = [], []
    learn = np.flatnonzero(tree)
    for name in frame.columns:
        found = distinct_values(frame[name], name)
        bins = make_bins(found, options)
        if settings.tree and found.kind in (Kind.NUMBER, Kind.DATE):
            part = distinct_values(frame[name].iloc[learn], name)
            bins = _tree_bins(found, part, options, losses[learn])
        columns.append(bins)
        # of a byte or two, so that a table of codes is smaller than the table itself
        codes.append(codes_of(found, bins).astype(np.min_scalar_type(len(bins) + 1)))
    return tuple(columns), codes


def _tree_bins(found: Distinct, part: Distinct, options: BinOptions, losses: Floats) -> Bins:
    """Bins of a number with the edges that a tree found on other rows."""
    assert part.place is not None
    seen = part.place >= 0
    totals = np.bincount(part.place[seen], losses[seen] - losses.mean(), minlength=len(part.values))
    # no leaf is smaller than half a quantile, or than what could be searched at all
    searchable = options.least * len(losses) / max(int(found.counts.sum()), 1)
    least = max(1, int(searchable), len(losses) // (2 * options.bins))
    edges = tree_cuts(part.values, part.counts, totals.astype(np.float64), options.bins, least)
    given = BinOptions(
        options.bins, options.heavy, {found.name: _shown(edges, found)}, options.pool,
        options.least,
    )  # fmt: skip
    return make_bins(found, given)


def _shown(edges: Floats, found: Distinct) -> Any:
    """Edges as they are given by a user: dates as dates."""
    if found.kind is Kind.DATE:
        return pd.to_datetime(edges.astype("int64"), unit="us").tolist()
    return edges.tolist()


def _engine(
    columns: tuple[Bins, ...], codes: Any, losses: Floats, weights: Floats | None, rows: Ints
) -> MemoryEngine:
    if not len(rows):
        raise ValueError("holdout: expected rows that are left to search, got none.")
    every = len(rows) == len(losses)
    loss = losses if every else losses[rows]
    weight = weights if weights is None or every else weights[rows]
    everybody = Population.of(loss, weight)
    residual = loss - everybody.mean
    if weight is not None:
        residual = weight * residual
    return MemoryEngine(columns, codes if every else codes[:, rows], residual, everybody, weight)
