"""False alarms of a search that stops early: every tenth row of Adult, losses dealt at random.

A search that looks at promising slices first has looked at all others, too, in a sense: it passed
them over. One that forgets them and corrects for the slices it tested alone finds much in noise.
500 shuffles take a minute of one processor; ``early_runs.parquet`` keeps what each discovered. This
file, run as a module, makes it again, and a test makes a part again.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from workedpapers.data_slicing.chapter.predictions import load_losses
from workedpapers.data_slicing.engines.memory import MemoryEngine
from workedpapers.data_slicing.finder import SliceFinder
from workedpapers.data_slicing.search.best_first import best_first_slices
from workedpapers.data_slicing.search.enumeration import frequent_bins
from workedpapers.data_slicing.significance.multiplicity import benjamini_hochberg, lord
from workedpapers.data_slicing.significance.tails import finite_population_tail

__all__ = ["BUDGET", "early_alarms", "early_runs", "load_early_runs"]

RESULTS = Path(__file__).with_name("early_runs.parquet")
RUNS, ALPHA, SUPPORT, BUDGET = 500, 0.05, 0.01, 1000


@cache
def _world() -> MemoryEngine:
    X, log_loss, _ = load_losses("Adult")
    finder = SliceFinder(1, SUPPORT).fit(X.iloc[::10], log_loss[::10])
    engine: MemoryEngine = finder._ready.engine
    return engine


def early_runs(runs: range) -> pd.DataFrame:
    """False discoveries of some shuffles, by what the correction counts."""
    engine = _world()
    least = int(np.ceil(SUPPORT * engine.population.rows))
    kept = frequent_bins(engine, least)
    rows: list[dict[str, object]] = []
    for run in runs:
        shuffled = engine.shuffled(np.random.default_rng([run, 17]))
        table, seen = best_first_slices(shuffled, kept, 3, least, budget=BUDGET)
        p = finite_population_tail(table.n, table.total, engine.population)
        found = {
            "tested": benjamini_hochberg(p) <= ALPHA,
            "passed over, too": benjamini_hochberg(p, len(p) + seen.unseen) <= ALPHA,
            "LORD": p <= lord(p, ALPHA),
        }
        rows += [{"run": run, "counted": rule, "false": int(of.sum())}
                 for rule, of in found.items()]  # fmt: skip
    return pd.DataFrame(rows)


def run_study() -> None:
    """Shuffle, search, and keep what came of it."""
    found = early_runs(range(RUNS)).astype({"counted": "category", "run": "int16"})
    found.to_parquet(RESULTS, index=False, compression="zstd")
    print(found.assign(any=found["false"] > 0).groupby("counted", observed=True)["any"].mean())


@cache
def load_early_runs() -> pd.DataFrame:
    """False discoveries ``false`` by ``run`` and by what the correction ``counted``."""
    return pd.read_parquet(RESULTS)


def early_alarms() -> pd.DataFrame:
    """Share of runs with any false discovery, and the most in one run, by what is counted."""
    false = load_early_runs().groupby("counted", observed=True)["false"]
    found = pd.DataFrame({"any": false.agg(lambda of: (of > 0).mean()), "most": false.max()})
    return found.loc[["tested", "passed over, too", "LORD"]]


if __name__ == "__main__":
    run_study()
