"""workedpapers.model_written_evals beside statsmodels: intervals over clusters, CPU seconds.

    python benchmarks/model_written_evals.py    # writes results/model_written_evals.json

The peer fits a regression on a constant with cluster-robust errors, as people do who put error bars
on evaluations by hand. Both must give the same interval first. A second row times what scoring adds
to a model that costs nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from _machine import machine

from workedpapers import model_written_evals as mwe
from workedpapers.stats import clustered_mean

HERE = Path(__file__).resolve().parent
ITEMS, CLUSTERS = 10_200, 17  # as many as the paper's political questions
SCORED = 10_000


def cpu_seconds(function: Callable[[], Any], runs: int = 5) -> tuple[Any, float]:
    """Answer of a function and the least CPU seconds of some runs."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        answer = function()
        times.append(time.process_time() - start)
    return answer, min(times)


def main() -> None:
    rng = np.random.default_rng(0)
    topic = rng.integers(0, CLUSTERS, ITEMS)
    match = (rng.random(ITEMS) < rng.random(CLUSTERS)[topic]).astype(float)
    result = pd.DataFrame({"match": match, "topic": topic})
    mine, ours = cpu_seconds(lambda: mwe.summarise(result, cluster="topic"))
    theirs, other = cpu_seconds(lambda: clustered_mean(match, topic))
    away = max(abs(mine.low - theirs.low), abs(mine.high - theirs.high))
    assert away < 1e-9, "both must give the same interval"
    items = mwe.as_items(
        {"question": f"Is {i} even?", "matching": "Yes", "not_matching": "No"}
        for i in range(SCORED)
    )
    free = mwe.CallableModel(lambda prompt, option: float(len(option)))
    _, scoring = cpu_seconds(lambda: mwe.evaluate(items, free), runs=3)
    row = {
        "task": f"interval of a share over {CLUSTERS} clusters",
        "rows": ITEMS,
        "ours_cpu_s": round(ours, 5),
        "peer": "statsmodels",
        "peer_cpu_s": round(other, 5),
        "ratio": round(other / ours, 1),
        "largest_difference": away,
    }
    record = {
        "title": "model_written_evals: intervals over clusters, beside statsmodels",
        "machine": machine(),
        "versions": {name: version(name) for name in ("numpy", "pandas", "statsmodels")},
        "rows": [row],
        "scoring_us_per_item": round(scoring / SCORED * 1e6, 1),
    }
    print(row)
    print(f"scoring with a free model: {record['scoring_us_per_item']} microseconds an item")
    target = HERE / "results" / "model_written_evals.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
