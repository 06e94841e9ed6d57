"""workedpapers.skill_compression beside a loop over the samples: the same draws, CPU seconds.

    python benchmarks/skill_compression.py       # prints a table, writes results/skill_compression.json

The peer is to be the tool that people use for this today. Both must give the same result first.
"""

from __future__ import annotations

import json
import statistics
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
from _machine import machine

from workedpapers import skill_compression

HERE = Path(__file__).resolve().parent
REPEATS, N = 20_000, 25


def peer() -> float:
    """The spread of the means, sample by sample."""
    rng = np.random.default_rng(0)
    means = [statistics.fmean(rng.normal(0, 1.0, N)) for _ in range(REPEATS)]
    return statistics.pstdev(means)


def cpu_seconds(function: object) -> tuple[float, float]:
    """Answer of a function and the least CPU seconds of three runs."""
    times = []
    for _ in range(3):
        start = time.process_time()
        answer = function()  # type: ignore[operator]
        times.append(time.process_time() - start)
    return answer, min(times)


def main() -> None:
    mine, ours = cpu_seconds(
        lambda: skill_compression.spread_of_means(1.0, N, repeats=REPEATS, seed=0)
    )
    theirs, other = cpu_seconds(peer)
    assert abs(mine - theirs) < 1e-12, "both must give the same result"
    row = {
        "task": f"spread of the means of {N} draws",
        "rows": REPEATS,
        "ours_cpu_s": round(ours, 5),
        "peer": "loop over the samples",
        "peer_cpu_s": round(other, 5),
        "ratio": round(other / ours, 1),
        "largest_difference": abs(mine - theirs),
    }
    record = {
        "title": "skill_compression: the spread of means, beside a loop",
        "machine": machine(),
        "versions": {"numpy": version("numpy")},
        "rows": [row],
    }
    print(row)
    target = HERE / "results" / "skill_compression.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
