"""Planted slices: which are found, and what else is."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from workedpapers.checks import Floats
from workedpapers.data_slicing.data.planted import Planted, planted_slices
from workedpapers.data_slicing.finder import SliceFinder

__all__ = ["ERRORS", "WORLDS_OF_POWER", "kinds_of", "power_table", "small_world"]

ERRORS = (0.12, 0.15, 0.2, 0.25, 0.3, 0.4)
WORLDS_OF_POWER = 40
#: The error of the claim, for which there are four times as many worlds.
CLAIMED = 0.3
VALUES = 8


def _chance(terms: dict[str, int], slices: Any, values: int) -> float:
    """Probability that a row of a slice is in a planted one, whatever the draw."""
    outside = 1.0
    for planted in slices:
        if any(terms.get(name, value) != value for name, value in planted.items()):
            continue
        # planted slices share no column, so that they are independent of each other
        outside *= 1 - values ** -float(sum(name not in terms for name in planted))
    return 1 - outside


def kinds_of(finder: SliceFinder, world: Planted, values: int) -> list[str]:
    """For each discovery: planted, overlapping (truly higher, but not itself planted), or false."""
    slices = [dict(one) for one in world.slices]
    usual = _chance({}, slices, values)
    kinds = []
    for i in range(len(finder.slices_)):
        found = {
            str(finder.columns_[f].name): int(finder.columns_[f].bins[b].values[0])
            if finder.columns_[f].bins[b].values else int(finder.columns_[f].bins[b].label)
            for f, b in finder._discoveries.terms(i)
        }  # fmt: skip
        if found in slices:
            kinds.append("planted")
        elif _chance(found, slices, values) > usual + 1e-12:
            kinds.append("overlapping")
        else:
            kinds.append("false")
    return kinds


@cache
def power_table() -> pd.DataFrame:
    """By the error planted: how often a slice is found, and what share of discoveries is false."""
    rows = []
    for error in ERRORS:
        found, false = [], []
        for seed in range(WORLDS_OF_POWER * (4 if error == CLAIMED else 1)):
            world = planted_slices(
                10_000, 10, VALUES, slices=(2, 2), base=0.1, error=error, seed=1000 + seed
            )
            finder = SliceFinder(2, 0.005).fit(world.X, world.loss)
            kinds = np.array(kinds_of(finder, world, VALUES), dtype=object)
            found.append((kinds == "planted").sum() / 2)
            false.append((kinds == "false").sum() / max(len(kinds), 1))
        rows.append({
            "error": error, "found": float(np.mean(found)), "false": float(np.mean(false)),
            "found_error": float(np.std(found) / np.sqrt(len(found))),
        })  # fmt: skip
    return pd.DataFrame(rows)


@cache
def small_world() -> Planted:
    """The world of the explorer: 6,000 rows, 7 columns of 5 values, three planted slices."""
    return planted_slices(6000, 7, 5, slices=(1, 2, 2), base=0.1, error=0.3, seed=5)


def fit_small(support: float, order: int, alpha: float) -> tuple[SliceFinder, list[str]]:
    """The search of the small world, and what its discoveries are."""
    world = small_world()
    finder = SliceFinder(order, support, alpha).fit(world.X, world.loss)
    return finder, kinds_of(finder, world, 5)


def shares_and_effects(finder: SliceFinder) -> tuple[Floats, Floats]:
    """Where discoveries lie on a map."""
    return (
        finder.slices_["share"].to_numpy(float), finder.slices_["effect"].to_numpy(float)
    )  # fmt: skip
