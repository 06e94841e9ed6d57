"""Layers of attention against steps of gradient descent: one to three, three seeds each.

Training takes minutes of one processor, so the losses are kept in ``stacks.parquet``; this file,
run as a module, makes them again, and a test makes a short one again.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from workedpapers.mesa_optimization.regression.stacks import steps_loss, train_attention_stack

__all__ = ["LAYERS", "load_stacks", "stack_loss"]

LAYERS, SEEDS = (1, 2, 3), (0, 1, 2)
#: Steps of Adam: those of the table, and a few that a test can repeat.
STEPS = (100, 4000)
TASKS = 20_000
RESULTS = Path(__file__).with_name("stacks.parquet")


def stack_loss(layers: int, seed: int, steps: int) -> float:
    """Loss on fresh tasks of layers trained for some steps."""
    return train_attention_stack(layers=layers, steps=steps, seed=seed).loss(tasks=TASKS)


def run_study() -> pd.DataFrame:
    """Train all, and measure gradient descent on the same tasks."""
    rows = []
    for layers in LAYERS:
        for name, alike in (("step", False), ("step++", True)):
            loss = steps_loss(steps=layers, tasks=TASKS, preconditioned=alike)
            rows.append((name, layers, -1, 0, loss))
        for seed in SEEDS:
            for steps in STEPS:
                rows.append(("layer", layers, seed, steps, stack_loss(layers, seed, steps)))
                print(rows[-1], flush=True)
    return pd.DataFrame(rows, columns=["kind", "number", "seed", "steps", "loss"])


@cache
def load_stacks() -> pd.DataFrame:
    """Stored losses: ``kind``, ``number`` of steps or layers, ``seed``, ``steps``, ``loss``."""
    return pd.read_parquet(RESULTS)


if __name__ == "__main__":
    run_study().to_parquet(RESULTS, index=False)
