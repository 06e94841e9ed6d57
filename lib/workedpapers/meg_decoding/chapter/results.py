"""What came of the chapter's study: arrays whose axes have names, each stored as a Parquet table.

A table has one column for each axis and one for the value, and so can be read by anything that
reads Parquet. An area is a whole number of steps there, see `STEPS`: with folds of 20 and 20
trials it can be nothing else. All other values are in single precision.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

__all__ = ["ANSWER", "STORED", "as_table", "from_table", "load_study", "named", "store"]

#: Folder of the tables, one file for each array.
STORED = Path(__file__).with_name("stored")
#: What is kept of an `Onset`, along the axis "quantity".
ANSWER = ("value", "low", "high", "p")
#: Steps from 0 to 1, by the last word of an array's name. An AUC of folds of 20 and 20 trials is a
#: multiple of 1 / 2000, if means of five folds are taken; means over a group are rounded.
STEPS = {"auc": 2000, "example": 2000, "mean": 50_000, "error": 50_000}


def named(values: Any, **axes: Iterable[Any]) -> xr.DataArray:
    """Values with a name and coordinates for each axis, in the order of the keywords."""
    coordinates = {name: [str(c) if isinstance(c, str) else c for c in axis] for name, axis in
                   axes.items()}  # fmt: skip
    return xr.DataArray(np.asarray(values, dtype=float), coordinates, tuple(axes))


def as_table(name: str, array: xr.DataArray) -> pd.DataFrame:
    """One row for each value, in the order of the axes; the last axis runs fastest."""
    axes = [array[axis].to_numpy() for axis in array.dims]
    rows = np.indices(array.shape).reshape(len(axes), -1)
    columns: dict[str, Any] = {
        str(axis): values[row] for axis, values, row in zip(array.dims, axes, rows, strict=True)
    }
    steps = STEPS.get(name.rpartition("_")[2])
    flat = array.to_numpy().ravel()
    if steps is None or np.isnan(flat).any():
        return pd.DataFrame(columns | {"value": flat.astype(np.float32)})
    table = pd.DataFrame(columns | {"steps": np.round(flat * steps).astype(np.uint16)})
    table.attrs["steps from 0 to 1"] = steps
    return table


def from_table(table: pd.DataFrame) -> xr.DataArray:
    """The array of a table of `as_table`."""
    *axes, last = table.columns
    coordinates = {axis: table[axis].unique() for axis in axes}
    values = table[last].to_numpy().reshape([len(c) for c in coordinates.values()])
    if last == "steps":
        return named(values / table.attrs["steps from 0 to 1"], **coordinates)
    return named(values, **coordinates)


def store(part: str, arrays: dict[str, xr.DataArray]) -> None:
    """Keep the arrays of a part of the study."""
    STORED.mkdir(exist_ok=True)
    for key, array in arrays.items():
        name = f"{part}_{key}"
        as_table(name, array).to_parquet(
            STORED / f"{name}.parquet", compression="zstd", compression_level=19, index=False
        )
    load_study.cache_clear()


@cache
def load_study() -> dict[str, xr.DataArray]:
    """The chapter's results, as they were computed once.

    Returns
    -------
    dict
        From the name of a part, an underline and the name of an array to the array, for example
        ``"replicates_auc"``. The functions of `study_groups` and `study_grids` tell what each is.
    """
    files = sorted(STORED.glob("*.parquet"))
    return {file.stem: from_table(pd.read_parquet(file)) for file in files}
