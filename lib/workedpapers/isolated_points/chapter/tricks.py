"""Which tricks move the dot: what each does in the model, and in neural GANs over many seeds.

Three studies take minutes, so their results are kept, and tests make a part of each again:
``rule_trials.parquet``, theory against simulation on random settings; ``rule_limits.parquet``,
where each trick loses a matched point, a collapsed pair and a lone point; ``tricks.parquet``,
neural GANs. ``python -m workedpapers.isolated_points.chapter.tricks`` makes them again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from workedpapers.isolated_points.experiments.neural import train_rings
from workedpapers.isolated_points.rules import Optimiser, UpdateRule
from workedpapers.parallel import in_parallel

__all__ = ["NEURAL", "RULES", "train_tricks"]

NETWORKS = Path(__file__).with_name("tricks.parquet")
SEEDS, STEPS = 20, 1500

#: Update rules as the chapter names them.
RULES: dict[str, UpdateRule] = {
    "plain": UpdateRule(),
    "5 discriminator steps": UpdateRule(discriminator_steps=5),
    "momentum 0.9": UpdateRule(momentum_d=0.9, momentum_g=0.9),
    "momentum 0.5": UpdateRule(momentum_d=0.5, momentum_g=0.5),
    "generator's momentum -0.5": UpdateRule(momentum_g=-0.5),
    "Nesterov 0.5": UpdateRule(Optimiser.NESTEROV, momentum_d=0.5, momentum_g=0.5),
    "optimistic": UpdateRule(Optimiser.OPTIMISTIC),
    "extragradient": UpdateRule(Optimiser.EXTRAGRADIENT),
    "consensus 0.1": UpdateRule(consensus=0.1),
    "gradient penalty 1": UpdateRule(gradient_penalty=1.0),
}
_BASE: dict[str, Any] = {"lr_d": 0.3, "lr_g": 1.0, "decay": 0.1}
_ADAM: dict[str, Any] = {"lr_d": 1e-3, "lr_g": 1e-3, "decay": 0.1, "adaptive": True}
#: What is trained, with both orders of updates each.
NEURAL: dict[str, dict[str, Any]] = {
    **{name: _BASE | {"rule": rule} for name, rule in RULES.items()},
    "discriminator's rate x 5": _BASE | {"lr_d": 1.5},
    "averaged generator 0.99": _BASE | {"ema": 0.99},
    "Adam, beta1 0.9": _ADAM | {"rule": UpdateRule(momentum_d=0.9, momentum_g=0.9)},
    "Adam, beta1 0.5": _ADAM | {"rule": UpdateRule(momentum_d=0.5, momentum_g=0.5)},
    "Adam, beta1 0": _ADAM,
    "optimistic Adam": _ADAM | {"rule": UpdateRule(Optimiser.OPTIMISTIC)},
}
ORDERS = ("alternating", "simultaneous")


def _train(at: tuple[str, str, int, int]) -> pd.DataFrame:
    import torch

    torch.set_num_threads(1)
    name, update, seeds, steps = at
    runs = train_rings(
        range(seeds), **NEURAL[name], update=update, steps=steps, show_progress=False
    )
    rows = [run.final.round(4).to_dict() | {"seed": seed} for seed, run in enumerate(runs)]
    return pd.DataFrame(rows).assign(trick=name, update=update)


def train_tricks(
    tricks: tuple[str, ...] = tuple(NEURAL),
    *,
    orders: tuple[str, ...] = ORDERS,
    seeds: int = SEEDS,
    steps: int = STEPS,
    workers: int | None = None,
) -> pd.DataFrame:
    """Train a small GAN on a ring of eight Gaussians with each trick, in both orders of updates.

    Returns a row for each run: ``trick``, ``update``, ``seed``, and the means over the last third
    of training, as in `RingRun.final`: ``coverage``, ``precision``, ``movement``, ``diverged``.
    """
    todo = [(name, update, seeds, steps) for name in tricks for update in orders]
    done = in_parallel(_train, todo, desc="Tricks", unit="setting", workers=workers)
    return pd.concat(done, ignore_index=True)
