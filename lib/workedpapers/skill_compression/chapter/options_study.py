"""Do skills help to learn new tasks? Agents in ten grids, with the options of every method.

In each of ten grids a planner gives 300 demonstrations of three pick-ups. Every method learns its
skills from them; then agents learn four new tasks of four pick-ups each, with and without a reward
on the way. It takes some minutes of one processor, so the results are kept in ``options.parquet``
and ``option_sets.parquet``; ``python -m workedpapers.skill_compression.chapter.options_study``
makes them again, and a test a part.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workedpapers.checks import Floats, Ints
from workedpapers.skill_compression.episodes.demonstrations import (
    GridEpisodes,
    grid_demonstrations,
)
from workedpapers.skill_compression.episodes.grid import GridWorld, grid_world
from workedpapers.skill_compression.measures.pieces import tokenizer_baseline
from workedpapers.skill_compression.measures.scores import boundary_scores, purity
from workedpapers.skill_compression.options.learning import learn_tasks
from workedpapers.skill_compression.options.sets import (
    OptionSet,
    actions_alone,
    options_of_model,
    options_of_pieces,
    options_of_things,
)
from workedpapers.skill_compression.segments.model import SegmentModel

__all__ = ["GRIDS", "METHODS", "load_curves", "load_sets", "samples", "sets_of"]

GRIDS = tuple(range(10))
EPISODES, TASKS, PICKUPS = 300, 4, 4
STEPS = 40_000
#: When success is measured: often at first, where the good options differ.
TIMES = (*range(100, 4_000, 100), *range(4_000, STEPS + 1, 1_000))
_HERE = Path(__file__).parent

#: Arguments of `SegmentModel`, of `tokenizer_baseline`, or none for the two ends.
METHODS: dict[str, dict[str, Any]] = {
    "actions alone": {},
    "price 0": {"penalty": 0.0, "restarts": 2},
    "price 0.1": {"penalty": 0.1, "restarts": 2},
    "dual": {"penalty": "dual", "reconstruction": 0.02},
    "two-part": {"penalty": "two-part"},
    "unigram": {"kind": "unigram", "vocabulary": 15},
    "bpe": {"kind": "bpe", "vocabulary": 15},
    "the things": {},
}


def _scored(labels: list[Ints], seen: GridEpisodes) -> float:
    return purity(np.concatenate(labels), np.concatenate(seen.skills))


def one_set(method: str, seen: GridEpisodes) -> tuple[OptionSet, dict[str, Any]]:
    """Options that a method learns from demonstrations, and what can be said of them."""
    options = METHODS[method]
    if method == "actions alone":
        return actions_alone(seen.world), {}
    if method == "the things":
        return options_of_things(seen.world), {"f1": 1.0, "purity": 1.0}
    if "kind" in options:
        pieces = tokenizer_baseline(seen.actions, max_length=12, **options)
        f1 = boundary_scores(pieces.boundaries, seen.boundaries).f1
        said = {"code_length": pieces.code_length, "f1": f1}
        return options_of_pieces(pieces, seen.world), said
    model = SegmentModel(
        10, 12, emission="option", n_actions=5, max_iter=100, tol=1e-4, **options
    ).fit(seen.observations)
    labels = [np.zeros(len(one), np.intp) for one in seen.actions]
    for row in model.segments(seen.observations).itertuples():
        labels[int(row.episode)][int(row.start) : int(row.stop)] = int(row.skill)  # type: ignore[arg-type]
    f1 = boundary_scores(model.boundaries(seen.observations), seen.boundaries).f1
    said = {
        "nll": model.nll_, "code_length": model.code_length_, "f1": f1,
        "reconstruction": model.description_.reconstruction, "purity": _scored(labels, seen),
    }  # fmt: skip
    return options_of_model(model), said


def _seen(grid: int) -> GridEpisodes:
    return grid_demonstrations(grid_world(grid), EPISODES, seed=grid)


def sets_of(grid: int) -> tuple[dict[str, OptionSet], pd.DataFrame]:
    """Options of all methods in one grid, and a row for each."""
    seen = _seen(grid)
    found, rows = {}, []
    for method in METHODS:
        found[method], said = one_set(method, seen)
        options = found[method].count - 5
        rows.append({"grid": grid, "method": method, "options": options, **said})
    return found, pd.DataFrame(rows)


def tasks_of(world: GridWorld, grid: int) -> Ints:
    """Kinds to pick up, a row for each new task; never one twice in a row."""
    rng = np.random.default_rng([grid, 1])
    count = len(world.kinds)
    first = rng.integers(0, count, (TASKS, 1))
    jumps = rng.integers(1, count, (TASKS, PICKUPS - 1))
    rows = np.concatenate([first, jumps], axis=1).cumsum(1) % count
    return np.asarray(world.kinds[rows], np.intp)


def curves_of(
    sets: dict[int, dict[str, OptionSet]], rewarded: bool, steps: int = STEPS
) -> pd.DataFrame:
    """Learning curves of all agents: a row for each grid, method, task and measurement."""
    names, worlds, goals, options = [], [], [], []
    for grid, methods in sets.items():
        world = grid_world(grid)
        for task, wanted in enumerate(tasks_of(world, grid)):
            for method, one in methods.items():
                names.append((grid, method, task))
                worlds.append(world)
                goals.append(wanted.tolist())
                options.append(one)
    curves = learn_tasks(
        worlds, goals, options, steps=steps, every=[t for t in TIMES if t <= steps],
        rewarded=rewarded,
    )  # fmt: skip
    times = len(curves.steps)
    cells = pd.DataFrame(names, columns=["grid", "method", "task"])
    cells = cells.loc[cells.index.repeat(times)].reset_index(drop=True)
    return cells.assign(
        steps=np.tile(curves.steps, len(names)), success=curves.success.ravel(), rewarded=rewarded
    )


def run_study() -> None:
    """Learn and measure everything, and store it."""
    sets, told = {}, []
    for grid in GRIDS:
        sets[grid], rows = sets_of(grid)
        told.append(rows)
        print(rows.round(3).to_string(), flush=True)
        pd.concat(told).to_parquet(_HERE / "option_sets.parquet", index=False)
    parts = [curves_of(sets, rewarded) for rewarded in (False, True)]
    cells = pd.concat(parts).astype({"success": "float32", "method": "category"})
    cells.to_parquet(_HERE / "options.parquet", index=False)


@cache
def load_curves() -> pd.DataFrame:
    """All curves: ``grid``, ``method``, ``task``, ``rewarded``, ``steps``, ``success``."""
    return pd.read_parquet(_HERE / "options.parquet").astype({"method": str})


@cache
def load_sets() -> pd.DataFrame:
    """Options of each method in each grid: how many, and how good."""
    return pd.read_parquet(_HERE / "option_sets.parquet")


@cache
def samples(rewarded: bool, share: float = 0.9) -> pd.DataFrame:
    """Steps to success, medians over the tasks of a grid: a row for each grid, a column a method.

    An agent that does not get there counts with all its steps, so that a median is never too high.
    """
    cells = load_curves()
    cells = cells[cells["rewarded"] == rewarded]
    wide = cells.pivot_table("success", ["grid", "method", "task"], "steps")
    often = wide.to_numpy() >= share - 1e-6
    twice = often[:, :-1] & often[:, 1:]
    times = wide.columns.to_numpy(float)
    first: Floats = np.where(twice.any(1), times[twice.argmax(1)], times[-1])
    by_task = pd.DataFrame({"steps": first}, wide.index)
    return by_task.pivot_table("steps", "grid", "method", aggfunc="median")[list(METHODS)]


if __name__ == "__main__":
    run_study()
