"""Shortest ways through a grid that pick up one thing after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workedpapers.checks import Ints, as_seed, positive_int
from workedpapers.skill_compression.episodes.grid import ACTIONS, PICK, GridWorld

__all__ = ["GridEpisodes", "grid_demonstrations", "shortest_way"]

#: Draws for each episode that is wanted, before a length is called impossible.
TRIES = 2000


@dataclass(frozen=True)
class GridEpisodes:
    """What a planner did in a grid, with the truth.

    Parameters
    ----------
    observations : list of ndarray
        Cell times five plus action, for `SegmentModel` with emission "option".
    actions : list of ndarray
        Actions alone, for tokenizers.
    boundaries : list of ndarray
        Whether a way to the next thing begins at each step.
    skills : list of ndarray
        Kind of the thing that each step leads to.
    world : GridWorld
        The grid.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> seen = sc.grid_demonstrations(sc.grid_world(seed=1), episodes=3, seed=0)
    >>> [len(one) for one in seen.actions]
    [16, 16, 16]
    """

    observations: list[Ints]
    actions: list[Ints]
    boundaries: list[npt.NDArray[np.bool_]]
    skills: list[Ints]
    world: GridWorld


def _walk(world: GridWorld, start: int, rows: Ints) -> tuple[Ints, Ints, Ints]:
    """Cells, actions and the place among the goals, rows of ``world.kinds``, of each step."""
    cell, cells, actions, leg = start, [], [], []
    for place, row in enumerate(rows):
        action = -1
        while action != PICK:
            action = int(world.ways[row, cell])
            cells.append(cell)
            actions.append(action)
            leg.append(place)
            cell = int(world.moves[cell, action])
    return np.array(cells), np.array(actions), np.array(leg)


def _lengths(world: GridWorld, starts: Ints, rows: Ints) -> Ints:
    """Steps of each way, without walking it."""
    cell, total = starts, np.zeros(len(starts))
    for row in rows.T:
        total += world.distances[row, cell] + 1
        cell = world.arrivals[row, cell]
    return total.astype(np.intp)


def shortest_way(world: GridWorld, start: int, goals: Any) -> Ints:
    """Actions that pick up the nearest thing of each kind in turn.

    Parameters
    ----------
    world : GridWorld
        The grid.
    start : int
        Cell to begin in.
    goals : array_like
        Kinds of things, in order.

    Returns
    -------
    ndarray
        Actions, 0 to 4: up, down, left, right, pick up.

    Raises
    ------
    ValueError
        If the start is no free cell, or there is no thing of a kind.

    See Also
    --------
    grid_demonstrations : Many of them.

    Notes
    -----
    Each way is as short as any to the nearest thing of its kind. The next one begins where it ends,
    so the whole need not be the shortest of all orders of things of one kind.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> world = sc.grid_world(seed=1)
    >>> sc.shortest_way(world, start=0, goals=[2, 8]).tolist()
    [1, 1, 4, 1, 4]
    """
    if start not in world.free:
        raise ValueError(f"start: expected a free cell, got {start}.")
    wanted = np.atleast_1d(np.asarray(goals))
    if wanted.size == 0 or not np.isin(wanted, world.kinds).all():
        raise ValueError(f"goals: expected some of {world.kinds.tolist()}, got {goals}.")
    return _walk(world, int(start), np.searchsorted(world.kinds, wanted))[1]


def _orders(rng: np.random.Generator, kinds: int, count: int, length: int) -> Ints:
    """Numbers of kinds at random, never one twice in a row; never at all if there are enough."""
    if kinds >= length:
        return rng.random((count, kinds)).argsort(1)[:, :length]
    jump = rng.integers(1, max(kinds, 2), (count, length))
    jump[:, 0] = rng.integers(0, kinds, count)
    return np.asarray(np.cumsum(jump, axis=1) % kinds, np.intp)


def grid_demonstrations(
    world: GridWorld, episodes: int = 500, *, pickups: int = 3, steps: int | None = 16,
    seed: int = 0,
) -> GridEpisodes:  # fmt: skip
    """Episodes of a planner that picks up things of kinds drawn at random.

    Parameters
    ----------
    world : GridWorld
        The grid.
    episodes : int
        Number of episodes.
    pickups : int
        Things in an episode, of different kinds if there are enough of them.
    steps : int or None
        Length that all episodes have, or None for as long as it takes. Others are drawn again.
    seed : int
        Of starts and kinds.

    Returns
    -------
    GridEpisodes
        Cells, actions and the truth.

    Raises
    ------
    ValueError
        If an argument is out of range, or hardly any way has that many steps.

    See Also
    --------
    grid_world : Where grids come from.

    Notes
    -----
    The authors' demonstrations have exactly 16 steps, three pick-ups, and a pick-up as the last.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> seen = sc.grid_demonstrations(sc.grid_world(seed=1), episodes=2, steps=None, seed=0)
    >>> [one.tolist().count(4) for one in seen.actions]
    [3, 3]
    """
    rng = np.random.default_rng(as_seed(seed))
    count, things = positive_int(episodes, "episodes"), positive_int(pickups, "pickups")
    wanted = None if steps is None else positive_int(steps, "steps", least=things)
    starts, rows = np.zeros(0, np.intp), np.zeros((0, things), np.intp)
    for _ in range(TRIES):
        more = rng.choice(world.free, count)
        orders = _orders(rng, len(world.kinds), count, things)
        fit = np.full(count, True) if wanted is None else _lengths(world, more, orders) == wanted
        starts = np.concatenate([starts, more[fit]])[:count]
        rows = np.concatenate([rows, orders[fit]])[:count]
        if len(starts) == count:
            return _walked(world, starts, rows)
    raise ValueError(f"steps: expected a length that ways have, got {steps}.")


def _walked(world: GridWorld, starts: Ints, rows: Ints) -> GridEpisodes:
    walks = [_walk(world, int(start), row) for start, row in zip(starts, rows, strict=True)]
    return GridEpisodes(
        observations=[cells * len(ACTIONS) + actions for cells, actions, _ in walks],
        actions=[actions for _, actions, _ in walks],
        boundaries=[np.diff(leg, prepend=-1) > 0 for _, _, leg in walks],
        skills=[world.kinds[row[leg]] for (_, _, leg), row in zip(walks, rows, strict=True)],
        world=world,
    )
