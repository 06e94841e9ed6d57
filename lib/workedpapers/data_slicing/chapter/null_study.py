"""False alarms: Adult's losses dealt to its rows at random, so that every discovery is false.

500 shuffles of two losses, each looked at from both sides, with two tests, two supports and two
orders, take ten minutes of one processor; ``null_runs.parquet`` keeps how many slices each run
discovered. This file, run as a module, makes it again, and a test makes a part again.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from workedpapers.checks import Floats
from workedpapers.data_slicing.chapter.predictions import load_losses
from workedpapers.data_slicing.engines.memory import MemoryEngine
from workedpapers.data_slicing.finder import SliceFinder
from workedpapers.data_slicing.search.slice_table import SliceTable
from workedpapers.data_slicing.significance.multiplicity import benjamini_hochberg
from workedpapers.data_slicing.significance.permuted import squares_of, sums_of
from workedpapers.data_slicing.significance.tails import finite_population_tail
from workedpapers.data_slicing.significance.welch import contrast, welch_tail

__all__ = ["LOSSES", "SUPPORTS", "load_null_runs", "null_runs"]

RESULTS = Path(__file__).with_name("null_runs.parquet")
#: Loss as a reader meets it -> which values, and from which side.
LOSSES = {
    "log-loss": ("log-loss", "higher"),
    "minus-log-loss": ("log-loss", "lower"),
    "error": ("error", "higher"),
    "correct": ("error", "lower"),
}
SUPPORTS = (0.01, 0.002)
RUNS, ALPHA = 500, 0.05


@cache
def _world(values: str, order: int) -> tuple[MemoryEngine, SliceTable]:
    """Adult's rows with a loss, and all slices of the smaller support."""
    X, log_loss, error = load_losses("Adult")
    loss = log_loss if values == "log-loss" else error
    finder = SliceFinder(max_order=order, min_support=min(SUPPORTS)).fit(X, loss)
    return finder._ready.engine, finder.tested_


def _one_run(values: str, order: int, seed: int) -> Iterator[dict[str, object]]:
    engine, table = _world(values, order)
    shuffled = engine.shuffled(np.random.default_rng([seed, 16]))
    total = sums_of(shuffled, table)
    dealt = SliceTable(table.columns, table.bins, table.n, table.weight, total)
    square = squares_of(shuffled, dealt)
    found = contrast(table.n, table.weight, total, square, engine.population)
    level = table.level
    for loss, (which, side) in LOSSES.items():
        if which != values:
            continue
        tails: dict[str, Floats] = {
            "exact": finite_population_tail(table.n, total, engine.population, side),
            "welch": welch_tail(found, side),
        }
        for test, p in tails.items():
            for support in SUPPORTS:
                for most in sorted({min(2, order), order}):
                    asked = (table.n >= np.ceil(support * engine.population.rows)) & (level <= most)
                    q = benjamini_hochberg(p[asked])
                    yield {
                        "run": seed, "loss": loss, "test": test, "support": support,
                        "order": most, "false": int((q <= ALPHA).sum()),
                    }  # fmt: skip


def null_runs(runs: range, order: int = 3) -> pd.DataFrame:
    """False discoveries of some shuffles."""
    rows = [
        row for seed in runs for values in ("log-loss", "error")
        for row in _one_run(values, order, seed)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def run_study() -> None:
    """Shuffle, test, and keep what came of it."""
    parts: list[pd.DataFrame] = []
    for start in range(0, RUNS, 20):
        parts.append(null_runs(range(start, start + 20)))
        found = pd.concat(parts, ignore_index=True)
        share = found.assign(any=found["false"] > 0).groupby(
            ["test", "order", "loss", "support"]
        )["any"].mean()  # fmt: skip
        print(start + 20, share.round(3).to_dict(), flush=True)
        kept = found.astype({"loss": "category", "test": "category", "run": "int16"})
        kept.to_parquet(RESULTS, index=False, compression="zstd")


@cache
def load_null_runs() -> pd.DataFrame:
    """False discoveries ``false`` by ``run``, ``loss``, ``test``, ``support`` and ``order``."""
    return pd.read_parquet(RESULTS)


if __name__ == "__main__":
    run_study()
