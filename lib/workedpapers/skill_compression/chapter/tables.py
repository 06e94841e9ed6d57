"""Tables of the chapter: means over sets, and what lies between the least and the most."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workedpapers.skill_compression.chapter.options_study import (
    METHODS,
    STEPS,
    load_sets,
    samples,
)
from workedpapers.skill_compression.chapter.study import load_colors
from workedpapers.stats import bootstrap

__all__ = ["options_table", "over_sets", "steps_ratio"]

#: Columns of the stored study, as a reader knows them, and their digits.
COLUMNS = {
    "nll": ("−log likelihood (nats)", 3),
    "code_length": ("Code (nats)", 2),
    "skills": ("Skills", 1),
    "codebook": ("Codebook (nats)", 0),
    "recall": ("Recall", 2),
    "f1": ("F1", 2),
}


def _spread(values: Any, digits: int) -> str:
    """Mean, and the least and the most where they differ from it."""
    known = np.asarray(values, float)
    if np.isnan(known).all():
        return "none"
    mean, low, high = (f"{one:.{digits}f}" for one in (known.mean(), known.min(), known.max()))
    whole = digits == 1 and (known == known.round()).all()  # numbers of skills
    low, high = (f"{known.min():.0f}", f"{known.max():.0f}") if whole else (low, high)
    return mean if f"{known.min():.{digits}f}" == f"{known.max():.{digits}f}" else (
        f"{mean} ({low} to {high})"
    )  # fmt: skip


def over_sets(kind: str) -> pd.DataFrame:
    """What each method finds in ten sets of colours: means, with the least and the most."""
    cells = load_colors()
    rows = {
        method: {head: _spread(some[name], digits) for name, (head, digits) in COLUMNS.items()}
        for method, some in cells[cells["set"] == kind].groupby("method", sort=False)
    }
    return pd.DataFrame(rows.values(), index=pd.Index(rows, name="Method"))


def _median(steps: pd.Series) -> str:
    """Median over grids with its interval; "above" where agents ran out of steps."""
    found = bootstrap(np.median, steps.to_numpy(), method="percentile")

    def told(value: float) -> str:
        return f"{value / 1000:.1f}" if value < STEPS else f"above {STEPS / 1000:.0f}"

    if found.value >= STEPS:
        return told(found.value)
    return f"{told(found.value)} ({told(found.low)} to {told(found.high)})"


def options_table() -> pd.DataFrame:
    """Options of each method, and how many steps agents with them need."""
    told = load_sets()
    rows = {}
    for method in METHODS:
        some = told[told["method"] == method]
        rows[method] = {
            "Reward at the end": _median(samples(False)[method]),
            "At each pick-up": _median(samples(True)[method]),
            "Options": _spread(some["options"], 1),
            "Action cost (nats)": _spread(some["reconstruction"], 3),
            "F1": _spread(some["f1"], 2),
        }
    return pd.DataFrame(rows.values(), index=pd.Index(rows, name="Options from"))


def steps_ratio(method: str, other: str, rewarded: bool) -> tuple[float, float, float]:
    """Steps with one method over those with another in the same grid: geometric mean, interval."""
    steps = samples(rewarded)
    found = bootstrap(np.mean, np.log(steps[method] / steps[other]), method="percentile")
    low, value, high = np.exp([found.low, found.value, found.high])
    return float(value), float(low), float(high)
