"""What the tables hold of the people of a data frame, and what looks wrong with their columns."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workedpapers.bisg.cells import column_hint, kind_of
from workedpapers.bisg.codes import Kind, Place, UnknownZip, Unlisted
from workedpapers.bisg.geography import Geography
from workedpapers.bisg.matching import (
    Numbers,
    Rows,
    is_name,
    is_place,
    match_areas,
    match_names,
)
from workedpapers.bisg.name_table import NameTable
from workedpapers.bisg.settings import PredictionSettings

_FREQUENT = 0.001  # share of rows with a placeholder that is worth a warning
_MANY_UNKNOWN = 0.05  # share of well-formed codes that are unknown and worth a warning
_FEW_WORDS, _FEW_CODES = 5, 20  # below so many of either nothing is said


def columns_asked(
    surname: str | None, first: str | None, middle: str | None, geo: str | None
) -> dict[str, str]:
    """Return the columns that are to be used, by what they hold."""
    given = {"surname": surname, "first": first, "middle": middle, "geo": geo}
    columns = {key: value for key, value in given.items() if value is not None}
    if not columns:
        raise ValueError(
            "surname, first, middle, geo: expected the name of a column in one of them, got none"
        )
    return columns


def as_frame(frame: object, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return a data frame, or the columns asked for of a table that speaks Arrow (polars, ...)."""
    if isinstance(frame, pd.DataFrame):
        return frame
    if not hasattr(frame, "__arrow_c_stream__"):
        raise TypeError(f"frame: expected a pandas DataFrame, got {kind_of(frame)}")
    import pyarrow as pa

    table = pa.table(frame)
    wanted = [name for name in dict.fromkeys(columns.values()) if name in table.column_names]
    # A column is missing: keep all, so that the message can name them.
    chosen = table.select(wanted) if set(columns.values()) <= set(wanted) else table
    converted: pd.DataFrame = chosen.to_pandas()
    return converted


def column_of(frame: pd.DataFrame, argument: str, column: object) -> pd.Series:
    """Return one column of the frame, or say which argument named it wrongly."""
    try:
        found = frame[column]
    except (KeyError, TypeError, IndexError):
        raise ValueError(
            f"{argument}: expected a column of the frame, got {column!r}; "
            f"it has {column_hint(column, frame.columns)}"
        ) from None
    if not isinstance(found, pd.Series):
        raise ValueError(
            f"{argument}: expected one column, got {found.shape[1]} of the name {column!r}"
        )
    return found


def columns_in(frame: object, columns: Mapping[str, str]) -> tuple[dict[str, pd.Series], pd.Index]:
    """Return the columns asked for as Series, and the index that they share."""
    table = as_frame(frame, columns)
    return {key: column_of(table, key, value) for key, value in columns.items()}, table.index


class Evidence:
    """What was found of each person in the tables.

    Parameters
    ----------
    rows : list of arrays of shape (n,)
        Row of each factor.
    seen : list of arrays of shape (n,)
        Whether each kind of evidence was found.
    how : dict of arrays of shape (n,)
        For each kind the number of its `Match` or `Place`.
    """

    def __init__(self, n: int) -> None:
        self.n = n
        self.rows: list[Rows] = []
        self.seen: list[NDArray[np.bool_]] = []
        self.how: dict[str, Numbers] = {}

    @classmethod
    def of(cls, series: Mapping[str, pd.Series], settings: PredictionSettings) -> Evidence:
        """Match the columns, and warn of what looks wrong."""
        found = cls(len(next(iter(series.values()))))
        for kind, table in zip(settings.kinds, settings.tables, strict=True):
            unlisted = kind == Kind.SURNAME and settings.unlisted is Unlisted.CENSUS
            rows, how = match_names(
                series[kind], table,
                ignore_placeholders=settings.ignore_placeholders, unlisted=unlisted,
            )  # fmt: skip
            if not settings.ignore_placeholders:
                _warn_of_placeholders(kind, table, rows)
            found._add(kind, rows, how, is_name(how))
        if settings.geography is not None:
            three_digit = settings.unknown_zip is UnknownZip.THREE_DIGIT
            rows, how = match_areas(series["geo"], settings.geography, three_digit=three_digit)
            _warn_of_unknown_areas(settings.geography, series["geo"], how)
            found._add("geo", rows, how, is_place(how))
        return found

    def _add(self, kind: str, rows: Rows, how: Numbers, seen: NDArray[np.bool_]) -> None:
        self.rows.append(rows)
        self.seen.append(seen)
        self.how[kind] = how

    @property
    def bits(self) -> Numbers:
        """Which kinds were found; the i-th adds 2**i."""
        bits = np.zeros(self.n, dtype=np.int8)
        for position, flag in enumerate(self.seen):
            bits |= flag.astype(np.int8) << np.int8(position)
        return bits


def _warn_of_placeholders(kind: str, table: NameTable, rows: Rows) -> None:
    words = table.is_placeholder[np.minimum(rows, len(table))]
    number = int(words.sum())
    if number >= _FEW_WORDS and number > _FREQUENT * len(rows):
        examples = [table.names[row] for row in dict.fromkeys(rows[words][:1000].tolist())]
        warnings.warn(
            f"{kind}: {number} of {len(rows)} rows hold a word that is seldom a name "
            f"({', '.join(examples[:3])}), and were read as names; "
            "placeholders='ignore' passes over them",
            UserWarning,
            stacklevel=4,
        )


def _warn_of_unknown_areas(geography: Geography, column: pd.Series, fate: Numbers) -> None:
    formed = fate < Place.MALFORMED.number
    unknown = fate == Place.UNKNOWN.number
    number, of = int(unknown.sum()), int(formed.sum())
    if number < _FEW_CODES or number < _MANY_UNKNOWN * of:
        return
    example = column.iloc[int(np.flatnonzero(unknown)[0])]
    found = f"geo: expected areas of {geography.label!r}, got {number} of {of} codes unknown to it"
    message = f"{found}, such as {example!r}. {geography.advice}".strip()
    if number == of:
        raise ValueError(message)
    warnings.warn(message, UserWarning, stacklevel=4)
