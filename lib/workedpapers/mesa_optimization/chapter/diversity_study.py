"""Where memorising becomes learning: agents trained on 1 to 4,096 bandits, each with a cue.

Seven numbers of tasks with five seeds each take three minutes of one processor, so the results
are kept in ``diversity.parquet``; this file, run as a module, makes them again, and a test makes
a part again.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from workedpapers.mesa_optimization.bandits.agents import (
    BanditAgents,
    task_list,
    train_bandit_agents,
)
from workedpapers.mesa_optimization.bandits.tree import bandit_agent_value

__all__ = ["NUMBERS", "diversity_cell", "load_diversity"]

NUMBERS = (1, 16, 64, 256, 512, 1024, 4096)
SEEDS = (0, 1, 2, 3, 4)
CUE, SHOWN = 16, 48
RESULTS = Path(__file__).with_name("diversity.parquet")


def _foreign(seed: int, count: int) -> np.ndarray:
    """Cues that belong to no training task."""
    signs = np.random.default_rng([seed, 53]).integers(0, 2, size=(count, CUE)) - 0.5
    return signs.astype(np.float32)


def judged(agents: BanditAgents) -> pd.DataFrame:
    """Exact values on training tasks, on the same with foreign cues, and on fresh tasks."""
    shown = min(agents.tasks, SHOWN)
    lists = [task_list(seed, agents.tasks, CUE) for seed in agents.seeds]
    chances = np.stack([tasks[:shown] for tasks, _ in lists])
    cues = np.stack([own[:shown] for _, own in lists])
    foreign = np.stack([_foreign(seed, SHOWN) for seed in agents.seeds])
    return pd.DataFrame(
        {
            "tasks": agents.tasks,
            "seed": agents.seeds,
            "training": bandit_agent_value(agents, chances=chances, cues=cues),
            "foreign": bandit_agent_value(agents, chances=chances, cues=foreign[:, :shown]),
            "fresh": bandit_agent_value(agents, cues=foreign),
            "best_arm": agents.pulls * chances.max(-1).mean(1),
        }
    )


def diversity_cell(
    number: int, seeds: tuple[int, ...] = SEEDS, updates: int = 1000
) -> pd.DataFrame:
    """Agents trained on a number of tasks with cues, judged."""
    agents = train_bandit_agents(
        seeds=list(seeds), hidden=32, updates=updates, batch=128, lr=6e-3, tasks=number, cue=CUE
    )
    return judged(agents)


def run_study() -> None:
    """Train and judge all agents, and store what came of it."""
    rows = []
    for number in (256, 512, 1024, 16, 4096, 64, 1):
        rows.append(diversity_cell(number))
        print(rows[-1].round(3).to_string(), flush=True)
        found = pd.concat(rows, ignore_index=True).sort_values(["tasks", "seed"])
        found.to_parquet(RESULTS, index=False)


@cache
def load_diversity() -> pd.DataFrame:
    """Exact values of the trained agents: ``tasks``, ``seed``, ``training``, ``foreign``,
    ``fresh``, and ``best_arm`` (value of always taking the better arm of the training tasks)."""
    return pd.read_parquet(RESULTS)


if __name__ == "__main__":
    run_study()
