"""Any table as a pandas frame, with its columns checked and told by kind."""

from __future__ import annotations

import enum
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["Kind", "as_frame", "kind_of_column"]


class Kind(enum.StrEnum):
    """What a column holds."""

    NUMBER = "number"
    CATEGORY = "category"
    BOOLEAN = "boolean"
    DATE = "date"


def as_frame(table: Any, name: str = "X") -> pd.DataFrame:
    """A pandas frame of a pandas, polars or Arrow table, or of a mapping of columns.

    Raises
    ------
    TypeError
        If it is none of these.
    ValueError
        If it has no row, no column, or two columns of one name.
    """
    if isinstance(table, pd.DataFrame):
        frame = table
    elif hasattr(table, "__arrow_c_stream__"):
        import pyarrow as pa

        frame = pa.table(table).to_pandas()
    elif isinstance(table, dict):
        frame = pd.DataFrame(table)
    elif isinstance(table, np.ndarray) and table.ndim == 2:
        frame = pd.DataFrame(table, columns=[f"x{j}" for j in range(table.shape[1])])
    else:
        raise TypeError(
            f"{name}: expected a pandas, polars or Arrow table, got {type(table).__name__}."
        )
    if not len(frame.columns):
        raise ValueError(f"{name}: expected at least one column, got none.")
    twice = frame.columns[frame.columns.duplicated()].unique().tolist()
    if twice:
        raise ValueError(f"{name}: expected columns with names of their own, got twice {twice}.")
    if not len(frame):
        raise ValueError(f"{name}: expected at least one row, got an empty table.")
    return frame


def kind_of_column(column: pd.Series[Any], name: str) -> Kind:
    """What a column holds.

    Raises
    ------
    TypeError
        If values of several types are mixed, or are of a type that cannot be binned.
    """
    kind = column.dtype
    if pd.api.types.is_bool_dtype(kind):
        return Kind.BOOLEAN
    if isinstance(kind, pd.CategoricalDtype):
        return Kind.CATEGORY
    if pd.api.types.is_datetime64_any_dtype(kind):
        return Kind.DATE
    if pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_complex_dtype(kind):
        return Kind.NUMBER
    found = pd.api.types.infer_dtype(column, skipna=True)
    kinds = {
        "string": Kind.CATEGORY, "empty": Kind.CATEGORY, "boolean": Kind.BOOLEAN,
        "integer": Kind.NUMBER, "floating": Kind.NUMBER, "mixed-integer-float": Kind.NUMBER,
        "decimal": Kind.NUMBER, "date": Kind.DATE, "datetime": Kind.DATE,
        "datetime64": Kind.DATE,
    }  # fmt: skip
    if found not in kinds:
        types = sorted({type(value).__name__ for value in column.dropna()})
        raise TypeError(
            f"X: expected values of one type in column {name!r}, got {', '.join(types)}."
        )
    return kinds[found]
