"""Which predictions survive in a neural GAN: many seeds for a few settings.

Twenty seeds of ten settings take ten minutes, so the results are kept in ``networks.csv``;
``python -m workedpapers.isolated_points.chapter.networks`` makes them again, and a test makes one
of them again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workedpapers.isolated_points.experiments.neural import train_ring
from workedpapers.parallel import in_parallel
from workedpapers.stats import bootstrap

__all__ = ["SETTINGS", "load_networks", "train_networks"]

RESULTS = Path(__file__).with_name("networks.csv")
SEEDS = 20
#: Fast and slow generators, then weak and strong regularisation, each with both orders of updates.
SETTINGS: dict[str, dict[str, Any]] = {
    **{
        f"lr_g = {lr_g:g}, {update}": {"lr_d": 0.3, "lr_g": lr_g, "decay": 0.1, "update": update}
        for lr_g in (0.1, 1.0, 3.0)
        for update in ("alternating", "simultaneous")
    },
    **{
        f"decay = {decay:g}, {update}": {"lr_d": 0.1, "lr_g": 1.0, "decay": decay, "update": update}
        for decay in (0.0, 1.0)
        for update in ("alternating", "simultaneous")
    },
}


def _train(at: tuple[str, int, int]) -> dict[str, Any]:
    import torch

    torch.set_num_threads(1)
    name, seed, steps = at
    final = train_ring(**SETTINGS[name], steps=steps, seed=seed, show_progress=False).final
    means = {str(key): value for key, value in final.round(4).items()}
    return {"setting": name, "seed": seed, **means}


def train_networks(
    settings: tuple[str, ...] = tuple(SETTINGS),
    *,
    seeds: int = SEEDS,
    steps: int = 1500,
    workers: int | None = None,
) -> pd.DataFrame:
    """Train a small GAN on a ring of eight Gaussians, for settings by name and several seeds.

    Returns
    -------
    Data frame with a row for each run: `setting`, `seed`, and the means over the last third of
    training, as in `RingRun.final`: `coverage`, `precision`, `movement`, `diverged`.
    """
    todo = [(name, seed, steps) for name in settings for seed in range(seeds)]
    return pd.DataFrame(in_parallel(_train, todo, desc="Networks", unit="run", workers=workers))


def load_networks() -> pd.DataFrame:
    """The chapter's runs, as they were trained once; see `train_networks`."""
    return pd.read_csv(RESULTS)


def coverage_by_setting(runs: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Mean coverage with its 95% bootstrap interval over seeds, and the share that diverged.

    Returns
    -------
    Data frame with a row for each `setting`: `coverage`, `low`, `high`, `movement` (median, in
    radii of the data per 25 steps), `diverged`, `runs`.
    """
    rows = []
    for name, some in runs.groupby("setting", sort=False):
        values = some["coverage"].to_numpy(float)
        mean, low, high = bootstrap(np.mean, values, method="percentile", seed=seed)
        rows.append(
            {
                "setting": name,
                "coverage": mean,
                "low": low,
                "high": high,
                "movement": some["movement"].median(),
                "diverged": some["diverged"].mean(),
                "runs": len(some),
            }
        )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    train_networks().to_csv(RESULTS, index=False)
