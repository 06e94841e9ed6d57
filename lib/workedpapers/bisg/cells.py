"""Checks of the tables that users bring: columns, cells, shares."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workedpapers.bisg.categories import CENSUS6, FIVE, convert
from workedpapers.checks import Floats, one_of

#: How far from 1 the sum of shares may be: published tables are rounded.
ROW_TOLERANCE = 0.01
#: ... and from where on it is worth a warning that they were rescaled.
QUIET_TOLERANCE = 0.005

#: The Census Bureau's own columns, percentages of the bearers of a name.
CENSUS_PERCENT = dict(
    zip(
        ("pctwhite", "pctblack", "pctapi", "pctaian", "pct2prace", "pcthispanic"),
        CENSUS6,
        strict=True,
    )
)
SUPPRESSED = "(S)"  # what the Census prints for a share of so few people that it is secret

Shares = Mapping[str, float] | pd.Series | Sequence[float] | Floats


def kind_of(value: object) -> str:
    """Full name of a value's type, for messages: ``dict``, ``polars.dataframe.frame.DataFrame``."""
    kind = type(value)
    if kind.__module__ == "builtins":
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


def column_hint(wanted: object, have: Iterable[object]) -> str:
    """Say which columns there are, and which one differs from the wanted one only in case."""
    names = [str(name) for name in have]
    alike = [name for name in names if name.casefold() == str(wanted).casefold()]
    return f"{names}" + (f"; did you mean {alike[0]!r}?" if alike else "")


def columns_of(frame: pd.DataFrame, what: str) -> tuple[str, ...]:
    """Which scheme the columns of a user's table hold."""
    for scheme in (FIVE, CENSUS6):
        if set(scheme) <= set(frame.columns):
            return scheme
    raise ValueError(
        f"{what}: expected the columns {list(FIVE)} or {list(CENSUS6)}, "
        f"got {[str(c) for c in frame.columns]}"
    )


def read_frame(source: pd.DataFrame | str | Path, what: str, key: str) -> pd.DataFrame:
    """Return the data frame in memory, or that of a CSV or Parquet file, with one key column."""
    if isinstance(source, pd.DataFrame):
        frame = source
    else:
        path = Path(source)
        if not path.is_file():
            raise FileNotFoundError(f"{what}: expected a file, got nothing at {str(source)!r}")
        if path.suffix.lower() in (".parquet", ".pq"):
            frame = pd.read_parquet(path)
        else:
            # "NAN" and "NULL" are surnames, and "02138" is not the number 2138.
            frame = pd.read_csv(path, keep_default_na=False, na_values=[""], dtype={key: str})
    if key not in frame.columns:
        raise ValueError(
            f"{what}: expected a column {key!r}, got {column_hint(key, frame.columns)}"
        )
    if len(frame) == 0:
        raise ValueError(f"{what}: expected at least one row, got no rows")
    return census_columns(frame)


def census_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn the Census Bureau's own columns of percentages into shares of the six groups.

    What is suppressed, ``(S)``, takes what is left of the row, in equal parts, as the Bureau's
    description of its files recommends.
    """
    if not set(CENSUS_PERCENT) <= set(frame.columns):
        return frame
    text = frame[list(CENSUS_PERCENT)].astype(object)
    secret = text.apply(lambda column: column.astype(str).str.strip() == SUPPRESSED)
    cells = text.mask(secret).apply(pd.to_numeric, errors="raise").to_numpy(dtype=float) / 100
    hidden = secret.to_numpy()
    rest = np.maximum(1 - np.nansum(cells, axis=1), 0) / np.maximum(hidden.sum(axis=1), 1)
    shares = pd.DataFrame(
        np.where(hidden, rest[:, None], cells), frame.index, list(CENSUS_PERCENT.values())
    )
    others = [column for column in frame.columns if column not in shares.columns]
    return pd.concat([frame[others], shares], axis=1)


def values_of(
    frame: pd.DataFrame, columns: Sequence[str], what: str, labels: Sequence[Any]
) -> Floats:
    """Return cells as numbers, checked to be finite and not negative."""
    try:
        cells: Floats = frame[list(columns)].to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{what}: expected numbers in {list(columns)}, got {error}") from error
    wrong = ~np.isfinite(cells).all(axis=1) | (cells < 0).any(axis=1)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ValueError(
            f"{what}: expected cells that are finite and not negative, "
            f"got {cells[row].tolist()} in row {labels[row]!r} ({int(wrong.sum())} such rows)"
        )
    return cells


def cells_of(
    frame: pd.DataFrame, groups: Sequence[str], kind: str, what: str, labels: Sequence[Any]
) -> tuple[Floats, bool]:
    """Check the cells; return them and whether they are counts."""
    one_of(kind, "values", ("auto", "counts", "probabilities"))
    cells = values_of(frame, groups, what, labels)
    sums = cells.sum(axis=1)
    distance = np.where(sums > 0, np.abs(sums - 1), 0)
    off = distance > ROW_TOLERANCE + 1e-9
    if kind == "auto":
        whole = bool((cells == np.round(cells)).all())
        kind = "counts" if whole and (off.any() or (sums == 0).all()) else "probabilities"
    if kind == "counts":
        return cells, True
    if off.any():
        row = int(np.flatnonzero(off)[0])
        raise ValueError(
            f"{what}: expected rows that sum to 1 (within {ROW_TOLERANCE}), got {sums[row]:.6g} "
            f"in row {labels[row]!r} ({int(off.sum())} such rows). "
            f"For counts, say values='counts'"
        )
    if (distance > QUIET_TOLERANCE).any():
        warnings.warn(
            f"{what}: {int((distance > QUIET_TOLERANCE).sum())} row(s) sum to 1 only within "
            f"{distance.max():.3f}; they were rescaled",
            UserWarning,
            stacklevel=3,
        )
    return cells, False


def as_shares(prior: Shares, groups: Sequence[str], what: str) -> Floats:
    """Return shares of the groups as an array, checked.

    Parameters
    ----------
    prior : mapping, Series or sequence of float
        By group, or in the order of `groups`; sums to 1 within 0.01.
    groups : sequence of str
        The groups wanted; six given groups collapse to five.
    what : str
        The argument's name, for the message.

    Returns
    -------
    array of shape (len(groups),)
        The shares, which sum to 1.

    Raises
    ------
    ValueError
        If a group is missing, a share is not positive, or the sum is not 1.
    TypeError
        If the shares are not numbers.
    """
    by_group = dict(prior) if isinstance(prior, (Mapping, pd.Series)) else None
    try:
        array = np.array(list(prior if by_group is None else by_group.values()), dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"{what}: expected shares by group, got {prior!r}") from None
    if by_group is not None:
        array = convert(array, [str(group) for group in by_group], groups, what)
    if array.shape != (len(groups),):
        raise ValueError(
            f"{what}: expected {len(groups)} shares for {list(groups)}, got shape {array.shape}"
        )
    if not np.isfinite(array).all() or (array <= 0).any():
        raise ValueError(f"{what}: expected positive shares, got {array.tolist()}")
    if abs(array.sum() - 1) > ROW_TOLERANCE + 1e-9:
        raise ValueError(f"{what}: expected shares that sum to 1, got {array.sum():.6g}")
    shares: Floats = array / array.sum()
    return shares


def sizes_of(frame: pd.DataFrame, column: str | None, what: str) -> Floats | None:
    """Return the column of sizes, checked; None if there is no such column."""
    if column is None or column not in frame.columns:
        return None
    try:
        sizes: Floats = frame[column].to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{what}: expected numbers in column {column!r}, got {error}") from error
    if not np.isfinite(sizes).all() or (sizes < 0).any():
        raise ValueError(
            f"{what}: expected finite numbers of at least 0 in column {column!r}, "
            f"got {sizes.min():g} to {sizes.max():g}"
        )
    return sizes


def marginal_of(
    given: Shares | None, p: Floats, sizes: Floats | None, groups: Sequence[str], what: str
) -> Floats:
    """Return the shares given, or those that the sizes add up to; every group must have some."""
    if given is not None:
        return as_shares(given, groups, f"{what}: marginal")
    if sizes is None:
        raise ValueError(
            f"{what}: expected counts or marginal=, got probabilities alone, which do not say how "
            "common each group is; give the shares of the groups in the population described"
        )
    total: Floats = (p * sizes[:, None]).sum(axis=0)
    if (total <= 0).any():
        none = [group for group, amount in zip(groups, total, strict=True) if amount <= 0]
        raise ValueError(f"{what}: expected people in every group, got nobody in {none}")
    shares: Floats = total / total.sum()
    return shares
