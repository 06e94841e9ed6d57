"""Ten fresh sets of each kind of colours, every method: what it finds, measured on fresh episodes.

It takes two minutes of one processor, so the results are kept in ``colors.parquet``;
``python -m workedpapers.skill_compression.chapter.study`` makes them again, and a test a part.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workedpapers.skill_compression.episodes.colors import (
    ColorEpisodes,
    conditional_colors,
    simple_colors,
)
from workedpapers.skill_compression.measures.pieces import tokenizer_baseline
from workedpapers.skill_compression.measures.scores import boundary_scores
from workedpapers.skill_compression.segments.model import SegmentModel

__all__ = ["METHODS", "SEEDS", "load_colors", "one_cell"]

SEEDS = tuple(range(10))
EPISODES = 500
_RESULTS = Path(__file__).with_name("colors.parquet")

#: Methods for each set: arguments of `SegmentModel`, or of `tokenizer_baseline`.
METHODS: dict[str, dict[str, dict[str, Any]]] = {
    "simple": {
        "price 0": {"penalty": 0.0},
        "price 0.02": {"penalty": 0.02},
        "price 0.1": {"penalty": 0.1},
        "price 0.3": {"penalty": 0.3, "restarts": 3},
        "price 1": {"penalty": 1.0, "restarts": 10},
        "dual": {"penalty": "dual", "reconstruction": 0.02},
        "two-part": {"n_skills": 30, "max_duration": 9, "penalty": "two-part"},
        "unigram, to 3": {"kind": "unigram", "max_length": 3},
        "unigram, to 8": {"kind": "unigram", "max_length": 8, "vocabulary": 16},
        "bpe": {"kind": "bpe"},
    },
    "conditional": {
        "price 0.1, frame before": {"penalty": 0.1, "emission": "previous"},
        "price 0.1, frames x 4": {"penalty": 0.1, "emission": "previous", "power": 4.0},
        "price 0.1, segment": {"penalty": 0.1, "emission": "context", "restarts": 5},
        "dual": {
            "penalty": "dual", "emission": "previous", "reconstruction": 0.02, "restarts": 5,
        },
        "two-part": {
            "n_skills": 30, "max_duration": 9, "penalty": "two-part", "emission": "context",
        },
        "unigram, to 3": {"kind": "unigram", "max_length": 3, "vocabulary": 12},
        "unigram, to 8": {"kind": "unigram", "max_length": 8, "vocabulary": 24},
        "bpe": {"kind": "bpe", "vocabulary": 12},
    },
}  # fmt: skip


def _drawn(kind: str, seed: int) -> ColorEpisodes:
    maker = simple_colors if kind == "simple" else conditional_colors
    return maker(EPISODES, seed=seed)


def one_cell(kind: str, method: str, seed: int) -> dict[str, Any]:
    """One method on one set: fitted on it, measured on a fresh one (tokenizers on their own)."""
    data, fresh = _drawn(kind, 100 + seed), _drawn(kind, 200 + seed)
    options = dict(METHODS[kind][method])
    if "kind" in options:
        found = tokenizer_baseline(data, **options)
        scores = boundary_scores(found.boundaries, data.boundaries)
        said = {
            "nll": np.nan, "code_length": found.code_length, "skills": found.n_skills_used,
            "codebook": found.codebook_length, "segments": found.segments,
        }  # fmt: skip
    else:
        options = {"n_skills": 10, "max_duration": 8, "seed": seed, **options}
        model = SegmentModel(**options).fit(data.observations, data.context)
        told = model.describe(fresh.observations, fresh.context)
        boundaries = model.boundaries(fresh.observations, fresh.context)
        scores = boundary_scores(boundaries, fresh.boundaries)
        said = {
            "nll": told.nll, "code_length": told.code_length, "skills": told.skills_used,
            "codebook": told.codebook_length, "segments": told.segments,
        }  # fmt: skip
    return {"set": kind, "method": method, "seed": seed, **said, **scores._asdict()}


def run_study() -> None:
    """Fit and measure everything, and store it."""
    rows = []
    for kind, methods in METHODS.items():
        for method in methods:
            rows += [one_cell(kind, method, seed) for seed in SEEDS]
            some = pd.DataFrame(rows[-len(SEEDS) :])
            print(kind, method, some.drop(columns=["set", "method"]).mean().round(3).to_dict())
    pd.DataFrame(rows).to_parquet(_RESULTS, index=False)


@cache
def load_colors() -> pd.DataFrame:
    """All cells: ``set``, ``method``, ``seed`` and what was measured."""
    return pd.read_parquet(_RESULTS)


if __name__ == "__main__":
    run_study()
