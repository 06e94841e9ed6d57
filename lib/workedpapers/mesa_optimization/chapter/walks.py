"""The explorer of the coin world: watch trained agents walk levels where the coin has moved."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from workedpapers.mesa_optimization.chapter.coin_study import SHARES, load_walks, shown_levels

if TYPE_CHECKING:
    from workedpapers.explore import Explorer

__all__ = ["coin_explorer", "coin_frames"]

LABELS = {f"{100 * share:g}%": share for share in SHARES}
AGENTS = (0, 1, 2, 3)
LEVELS = 6
STEPS = 21


@cache
def _walk(share: float, seed: int, level: int) -> np.ndarray:
    walks = load_walks()
    some = walks[(walks["share"] == share) & (walks["seed"] == seed) & (walks["level"] == level)]
    return some.sort_values("step")["cell"].to_numpy()


def _reached(cells: np.ndarray, place: int) -> int:
    """First time at a place, or a time after the end."""
    there = np.flatnonzero(cells == place)
    return int(there[0]) if len(there) else len(cells)


def coin_frames(share: str, agent: str, level: str) -> dict[str, Any]:
    """Outputs of `coin_explorer`: the level, and where the agent is at each step."""
    levels = shown_levels()
    i = int(level.split()[-1]) - 1
    seed = int(agent.split()[-1]) - 1
    cells = _walk(LABELS[share], seed, i)
    size = levels.size
    floor = np.where(levels.free[i], 0.9, 0.1).reshape(size, size)[::-1]
    row, column = np.divmod(cells, size)
    coin_row, coin_column = divmod(int(levels.coin[i]), size)
    coin, corner = _reached(cells, int(levels.coin[i])), _reached(cells, levels.corner)
    first = "neither" if min(coin, corner) == STEPS else "coin" if coin < corner else "corner"
    return {
        "floor": floor,
        "places": np.arange(size) + 1.0,
        "x": (column + 1.0)[:, None],
        "y": (size - row).astype(float)[:, None],
        "coin_x": np.array([coin_column + 1.0]),
        "coin_y": np.array([float(size - coin_row)]),
        "corner_x": np.array([float(size)]),
        "corner_y": np.array([1.0]),
        "first": first,
    }


def coin_explorer(**options: Any) -> Explorer:
    """Trained agents on levels that none of them saw."""
    from workedpapers.explore import (
        Choice,
        Choose,
        Controls,
        Explorer,
        HeatMap,
        Play,
        Points,
        Sentence,
    )

    return Explorer(
        coin_frames,
        controls=[
            Choice("share", list(LABELS), label="Training levels with the coin moved"),
            Choice("agent", [f"agent {i + 1}" for i in AGENTS], label="Agent"),
            Choice("level", [f"level {i + 1}" for i in range(LEVELS)], label="Level"),
            Play("step", STEPS, over=["x", "y"], fps=4, label="Step", value=0),
        ],
        view=[
            HeatMap(
                "floor", "places", "places", zlabel="Wall (0) or floor (1)", zlim=(0, 1),
                colormap="gray", xlabel="Column", ylabel="Row, from below", height=360, equal=True,
            )
            + Points("coin_x", "coin_y", label="coin", size=20)
            + Points("corner_x", "corner_y", label="corner", size=24, hollow=True)
            + Points("x", "y", label="agent", size=13, trails=20),
            Controls(["share", "agent", "level", "step"]),
            Sentence(
                Choose(
                    "first",
                    {
                        "coin": "This walk meets the coin first.",
                        "corner": "This walk meets the empty corner first.",
                        "neither": "This walk meets neither within 20 steps.",
                    },
                )
            ),
        ],
        bits=8,
        title="Which of these agents wants the coin?",
        name="coin",
        caption="Trained agents on levels that they never saw, with the coin away from its usual "
        "corner (hollow square, lower right). The walk goes on after coin or corner.",
        alt="Trained with {share} of the coins moved, {agent} on {level} meets first: {first}.",
        **options,
    )  # fmt: skip
