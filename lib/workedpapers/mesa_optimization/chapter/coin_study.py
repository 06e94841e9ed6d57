"""The sweep in the coin world: five shares of moved coins, three lengths of training, 20 seeds.

It takes five minutes of one processor, so its results are kept in ``coin_outcomes.parquet`` and
``coin_walks.parquet``; ``python -m workedpapers.mesa_optimization.chapter.coin_study`` makes them
again, and a test makes a part of one cell again.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from workedpapers.mesa_optimization.coin_world.levels import Levels, coin_levels
from workedpapers.mesa_optimization.coin_world.outcomes import coin_outcomes, coin_walks
from workedpapers.mesa_optimization.coin_world.training import CoinAgents, train_coin_agents
from workedpapers.stats import bootstrap

__all__ = [
    "LENGTHS",
    "OUTCOMES",
    "SEEDS",
    "SHARES",
    "by_share",
    "coin_cell",
    "load_outcomes",
    "load_walks",
    "shown_levels",
]

SHARES = (0.0, 0.01, 0.02, 0.03, 0.10)
#: Updates of the training; the second is the chapter's.
LENGTHS = (75, 150, 300)
CHAPTER_LENGTH = 150
SEEDS = tuple(range(20))
OUTCOMES = ("coin", "corner", "neither")
#: How many walks of each agent are kept for the figure.
SHOWN = 8

_HERE = Path(__file__).parent
_OUTCOMES, _WALKS = _HERE / "coin_outcomes.parquet", _HERE / "coin_walks.parquet"


def fresh_levels(count: int = 1000) -> Levels:
    """Levels that no agent was trained on, with coin and corner off each other's way."""
    return coin_levels(count, seed=999, apart=True)


def shown_levels() -> Levels:
    """The levels of the figure."""
    return coin_levels(SHOWN, seed=4, apart=True)


def coin_cell(
    share: float, updates: int, seeds: tuple[int, ...] = SEEDS
) -> tuple[CoinAgents, pd.DataFrame]:
    """Agents of one cell of the sweep, and where they go."""
    agents = train_coin_agents(share, seeds=list(seeds), updates=updates)
    return agents, coin_outcomes(agents, fresh_levels()).assign(updates=updates)


def _walks(agents: CoinAgents) -> pd.DataFrame:
    """Cells of each agent's walks through the levels of the figure."""
    cells = coin_walks(agents, shown_levels())
    index = pd.MultiIndex.from_product(
        [agents.seeds, range(cells.shape[1]), range(cells.shape[2])],
        names=["seed", "level", "step"],
    )
    frame = pd.DataFrame({"cell": cells.ravel()}, index=index).reset_index()
    return frame.astype("int16").assign(share=agents.share)


def run_sweep(lengths: tuple[int, ...] = LENGTHS) -> None:
    """Train all agents of some lengths, and put where they go in the place of what is stored."""
    kept = pd.read_parquet(_OUTCOMES) if _OUTCOMES.exists() else pd.DataFrame({"updates": []})
    found, walks = [kept[~kept["updates"].isin(lengths)]], []
    for updates in lengths:
        for share in SHARES:
            agents, outcomes = coin_cell(share, updates)
            found.append(outcomes)
            if updates == CHAPTER_LENGTH:
                walks.append(_walks(agents))
            print(updates, share, outcomes[list(OUTCOMES)].mean().round(3).to_dict(), flush=True)
        pd.concat(found, ignore_index=True).to_parquet(_OUTCOMES, index=False)
    if walks:
        pd.concat(walks, ignore_index=True).to_parquet(_WALKS, index=False)


@cache
def load_outcomes() -> pd.DataFrame:
    """Where each agent of the sweep went; see `coin_outcomes`, with ``updates``."""
    return pd.read_parquet(_OUTCOMES)


@cache
def load_walks() -> pd.DataFrame:
    """Walks for the figure: ``share``, ``seed``, ``level``, ``step``, ``cell``."""
    return pd.read_parquet(_WALKS)


def by_share(column: str, updates: int = CHAPTER_LENGTH) -> pd.DataFrame:
    """Mean of a column over seeds with its 95% bootstrap interval, a row for each share."""
    cells = load_outcomes()
    cells = cells[cells["updates"] == updates]
    rows = []
    for share, some in cells.groupby("share"):
        mean = bootstrap(np.mean, some[column].to_numpy(float), method="percentile")
        rows.append({"share": share, "mean": mean.value, "low": mean.low, "high": mean.high})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    run_sweep()
