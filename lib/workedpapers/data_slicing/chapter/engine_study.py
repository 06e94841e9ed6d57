"""What each engine costs, and that all find the same slices.

The same search, tables of 8 columns with 8 values, order 3, one thread each: numpy in memory,
DuckDB over a Parquet file, Spark in local mode over the same file. Wall seconds of the second of
two runs, so that starting a machine is not counted. Spark needs Java, so results are kept in
``engines.parquet``; this file, run as a module, makes them again.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from workedpapers.data_slicing.data.planted import planted_slices
from workedpapers.data_slicing.finder import SliceFinder

__all__ = ["load_engines", "run_study"]

RESULTS = Path(__file__).with_name("engines.parquet")
ROWS = {"memory": (10_000, 100_000, 1_000_000, 3_000_000),
        "DuckDB": (10_000, 100_000, 1_000_000, 3_000_000),
        "Spark": (10_000, 100_000, 1_000_000)}  # fmt: skip
COLUMNS = (5, 10, 20, 40)


def _timed(run: Callable[[], SliceFinder]) -> tuple[SliceFinder, float]:
    run()
    begin = time.perf_counter()
    finder = run()
    return finder, time.perf_counter() - begin


def _spark(folder: str) -> Any:
    session = (
        import_module("pyspark.sql").SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "1")
        .config("spark.driver.memory", "3g").config("spark.local.dir", folder).getOrCreate()
    )  # fmt: skip
    session.sparkContext.setLogLevel("ERROR")
    return session


def _apart(one: SliceFinder, other: SliceFinder) -> float:
    """Largest difference between the mean losses of the same slices; infinite if the slices, or
    their sizes, are others."""
    a, b = (
        {tuple(f.tested_.terms(i)): (f.tested_.n[i], f.tested_.total[i])
         for i in range(len(f.tested_))}
        for f in (one, other)
    )  # fmt: skip
    if a.keys() != b.keys() or any(a[key][0] != b[key][0] for key in a):
        return float("inf")
    return max(float(abs(a[key][1] - b[key][1]) / a[key][0]) for key in a)


def run_study() -> None:
    """Run every engine at every size, and keep seconds and differences."""
    ibis = import_module("ibis")
    rows = []

    def keep(**row: Any) -> None:
        rows.append(row)
        print(row, flush=True)
        pd.DataFrame(rows).to_parquet(RESULTS, index=False)

    with tempfile.TemporaryDirectory() as folder:
        session = _spark(folder)
        spark = ibis.pyspark.connect(session)
        for size in sorted({n for sizes in ROWS.values() for n in sizes}):
            world = planted_slices(size, 8, 8, slices=(1, 2, 2), error=0.3, seed=0)
            path = str(Path(folder, f"{size}.parquet"))
            world.X.assign(loss=world.loss).to_parquet(path)
            usual, spent = _timed(lambda: SliceFinder(3).fit(world.X, world.loss))  # noqa: B023
            keep(engine="memory", rows=size, columns=8, seconds=spent, difference=0.0)
            other, spent = _timed(
                lambda: SliceFinder(3, engine="duckdb").fit(path, loss="loss")  # noqa: B023
            )
            keep(engine="DuckDB", rows=size, columns=8, seconds=spent,
                 difference=_apart(usual, other))  # fmt: skip
            if size in ROWS["Spark"]:
                session.read.parquet(path).createOrReplaceTempView("rows")
                other, spent = _timed(lambda: SliceFinder(3, engine=spark).fit("rows", loss="loss"))
                keep(engine="Spark", rows=size, columns=8, seconds=spent,
                     difference=_apart(usual, other))  # fmt: skip
        session.stop()
    for columns in COLUMNS:
        world = planted_slices(10_000, columns, 8, slices=(1, 2), error=0.3, seed=0)
        _, spent = _timed(
            lambda: SliceFinder(3, search="enumerate").fit(world.X, world.loss)  # noqa: B023
        )
        keep(engine="memory", rows=10_000, columns=columns, seconds=spent, difference=0.0)


@cache
def load_engines() -> pd.DataFrame:
    """Wall ``seconds`` by ``engine``, ``rows`` and ``columns``, and the largest ``difference`` of
    a mean from that in memory."""
    return pd.read_parquet(RESULTS)


if __name__ == "__main__":
    run_study()
