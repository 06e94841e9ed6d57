"""How near a network comes to the exact model, on three sets of Simple Colors.

It takes two minutes of one processor, so the results are kept in ``network.parquet``;
``python -m workedpapers.skill_compression.chapter.network_study`` makes them again.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from workedpapers.skill_compression.episodes.colors import simple_colors
from workedpapers.skill_compression.measures.scores import boundary_scores
from workedpapers.skill_compression.neural.amortised import AmortisedModel
from workedpapers.skill_compression.segments.model import SegmentModel

__all__ = ["load_network", "one_set"]

SETS, EPISODES, PRICE = range(3), 500, 0.1
_RESULTS = Path(__file__).with_name("network.parquet")


def one_set(number: int, iterations: int = 1000) -> list[dict[str, Any]]:
    """Network and exact model on one set: a row each."""
    data = simple_colors(EPISODES, seed=100 + number)
    exact = SegmentModel(10, 8, PRICE, seed=number).fit(data.observations)
    network = AmortisedModel(10, 8, PRICE, seed=number, iterations=iterations)
    network.fit(data.observations)
    least = exact.nll_ + PRICE * exact.code_length_
    ours, theirs = (
        boundary_scores(found, data.boundaries).f1
        for found in (exact.boundaries(data.observations), network.boundaries(data.observations))
    )
    code, used = network.code_length_, network.n_skills_used_
    rows = [
        ("exact sums", least, exact.code_length_, exact.n_skills_used_, ours),
        ("network", network.objective_, code, used, theirs),
        ("its skills, exact sums", network.exact_objective_, code, used, None),
    ]
    return [
        {
            "set": number, "method": name, "objective": cost, "code": code, "skills": skills,
            "f1": f1,
        }
        for name, cost, code, skills, f1 in rows
    ]  # fmt: skip


def run_study() -> None:
    """Fit and measure everything, and store it."""
    rows: list[dict[str, Any]] = []
    for number in SETS:
        rows += one_set(number)
        print(pd.DataFrame(rows[-3:]).round(3).to_string(), flush=True)
        pd.DataFrame(rows).to_parquet(_RESULTS, index=False)


@cache
def load_network() -> pd.DataFrame:
    """All rows: ``set``, ``method``, ``objective``, ``code``, ``skills``, ``f1``."""
    return pd.read_parquet(_RESULTS)


if __name__ == "__main__":
    run_study()
