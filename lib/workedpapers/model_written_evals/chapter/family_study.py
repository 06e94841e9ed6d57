"""The family in several worlds, before and after reinforcement learning: a stored study.

python -m workedpapers.model_written_evals.chapter.family_study

makes ``family_study.csv`` anew: for each width, homophily, seed and number of steps of
reinforcement learning, what `Family.curves` measures, with P(match | wrong) at the closed form of
the optimum and the distance from it. A test trains the smallest networks again.
"""

from __future__ import annotations

import sys
import time
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from workedpapers.model_written_evals.family.models import distance_to_optimum, measure
from workedpapers.model_written_evals.family.reinforcement import reinforce
from workedpapers.model_written_evals.family.training import pretrain
from workedpapers.model_written_evals.family.transformer import parameters_of
from workedpapers.model_written_evals.family.world import World

STORED = "family_study.csv"
WIDTHS = (2, 4, 8, 16, 32, 88)  # 196 to 99,440 parameters
HOMOPHILY = (0.0, 0.3, 0.5, 0.7, 0.9)
SEEDS = 5
STEPS = (0, 50, 200, 500, 2000)
BETA = 0.2

#: A network is at the optimum if its mean probability is as near to it as this.
CONVERGED = 0.02


def of_width(width: int) -> pd.DataFrame:
    """All networks of one width."""
    world = World()
    pairs = [(h, seed) for h in HOMOPHILY for seed in range(SEEDS)]
    start = pretrain(width, [seed for _, seed in pairs], [h for h, _ in pairs], world)
    parts = []
    for step, policy in reinforce(start, world, STEPS, beta=BETA):
        optimum, distance = distance_to_optimum(policy, start, world, beta=BETA)
        parts.append(
            pd.DataFrame(
                {
                    "width": width,
                    "parameters": parameters_of(width, world.vocabulary),
                    "homophily": [h for h, _ in pairs],
                    "seed": [seed for _, seed in pairs],
                    "rl_steps": step,
                    **measure(policy, world),
                    "optimum": optimum,
                    "distance": distance,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


@cache
def stored() -> pd.DataFrame:
    """Return the stored study, one row for each network and number of steps."""
    with resources.files(__package__).joinpath(STORED).open("r", encoding="utf-8") as file:
        return pd.read_csv(file)


def main() -> None:
    """Train all and write the file after each width."""
    torch.set_num_threads(1)
    parts = []
    for width in map(int, sys.argv[1:]) if sys.argv[1:] else WIDTHS:
        begun = time.process_time()
        parts.append(of_width(width))
        print(f"width {width}: {time.process_time() - begun:.0f} s of CPU", flush=True)
        table = pd.concat(parts, ignore_index=True)
        whole = np.array([c for c in table if table[c].dtype.kind == "f"])
        table[whole] = table[whole].round(5)
        table.to_csv(Path(__file__).with_name(STORED), index=False)


if __name__ == "__main__":
    main()
