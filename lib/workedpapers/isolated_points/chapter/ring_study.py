"""The map of the ring of eight modes that the chapter shows, as it was computed once.

It takes a quarter of an hour, so its results are kept in ``ring_runs.parquet`` (one row for each
run) and ``ring_paths.parquet`` (one row for each position that is drawn);
``python -m workedpapers.isolated_points.chapter.ring_study`` makes them again, and a test makes
some of its cells again.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workedpapers.checks import Floats
from workedpapers.isolated_points.experiments.ring_of_modes import (
    FRAMES,
    GAMMAS,
    MODES,
    STARTS,
    STEPS,
    WIDTHS,
    ring_map,
)

__all__ = ["load_ring_map"]

RUNS, PATHS = (Path(__file__).with_name(f"ring_{name}.parquet") for name in ("runs", "paths"))


@cache
def load_ring_map() -> tuple[Floats, pd.DataFrame]:
    """The chapter's `ring_map`, as it was computed once."""
    paths = pd.read_parquet(PATHS)
    shape = (len(STARTS), len(WIDTHS), len(GAMMAS), FRAMES, MODES, 2)
    places = paths[["x", "y"]].to_numpy(float).reshape(shape)
    return places, pd.read_parquet(RUNS).astype({"start": str})


def as_table(places: Floats) -> pd.DataFrame:
    """Positions of shape (starts, widths, G, kept, 8, 2) as a table with named axes."""
    steps = np.linspace(0, STEPS, FRAMES).astype(int)
    axes: list[Any] = [list(map(str, STARTS)), WIDTHS, GAMMAS, steps, np.arange(MODES)]
    index: Any = pd.MultiIndex.from_product(axes, names=["start", "sigma", "G", "step", "point"])
    flat = places.astype(np.float32).reshape(-1, 2)
    table = pd.DataFrame(flat, columns=["x", "y"], index=index).reset_index()
    return table.astype({"start": "category", "step": "int16", "point": "int8"})


def keep(places: Floats, runs: pd.DataFrame) -> None:
    """Write both tables."""
    small = {"start": "category", "seed": "int16", "covered": "int16", "lost": "int16"}
    as_table(places).to_parquet(
        PATHS, index=False, compression="zstd", compression_level=19,
        use_dictionary=["start", "sigma", "G", "step", "point"], use_byte_stream_split=["x", "y"],
    )  # fmt: skip
    runs.astype(small).to_parquet(RUNS, index=False, compression="zstd")


def main() -> None:
    """Compute the chapter's map and keep it."""
    keep(*ring_map())


if __name__ == "__main__":
    main()
