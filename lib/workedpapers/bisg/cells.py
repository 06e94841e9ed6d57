"""Checks of the tables that users bring: columns, cells, shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workedpapers.bisg.categories import CENSUS6, FIVE, convert

Floats = NDArray[np.float64]
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


def read_frame(source: pd.DataFrame | str | Path, what: str, key: str) -> pd.DataFrame:
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


def cells_of(
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


def sizes_of(frame: pd.DataFrame, column: str | None, what: str) -> Floats | None:
    """Return the column of sizes, checked; None if there is no such column."""
    if column is None or column not in frame.columns:
        return None
    try:
        sizes = frame[column].to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{what}: the column {column!r} must hold numbers ({error})") from error
    if not np.isfinite(sizes).all() or (sizes < 0).any():
        raise ValueError(f"{what}: the column {column!r} must be finite and not negative")
    return sizes


def marginal_of(
    given: Any, p: Floats, sizes: Floats | None, groups: Sequence[str], what: str
) -> Floats:
    """Return the shares given, or those that the sizes add up to; every group must have some."""
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
