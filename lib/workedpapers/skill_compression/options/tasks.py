"""A task in a grid for one agent, with gymnasium's interface."""

from __future__ import annotations

from typing import Any

import numpy as np

from workedpapers.checks import Floats, Ints, as_seed, positive_int
from workedpapers.skill_compression.episodes.grid import ACTIONS, PICK, GridWorld

__all__ = ["GridTask"]


class GridTask:
    """Pick up things of given kinds in order.

    Parameters
    ----------
    world : GridWorld
        The grid.
    goals : array_like
        Kinds of things.
    limit : int
        Steps after which an episode is cut off.
    rewarded : bool
        Whether each right pick-up has a reward of 1; else the last one alone.

    Raises
    ------
    ValueError
        If there is no thing of a kind.

    See Also
    --------
    learn_tasks : Q-learning in many of them at once.

    Notes
    -----
    ``reset`` and ``step`` take and return what gymnasium's environments do, so that its agents
    and wrappers can be put around it; gymnasium itself is not needed.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> world = sc.grid_world(seed=1)
    >>> task = sc.GridTask(world, goals=[2, 8])
    >>> state, told = task.reset(seed=0)
    >>> for action in sc.shortest_way(world, told["cell"], [2, 8]):
    ...     state, reward, terminated, truncated, told = task.step(action)
    >>> reward, terminated, truncated
    (1.0, True, False)
    """

    def __init__(
        self, world: GridWorld, goals: Any, *, limit: int = 100, rewarded: bool = False
    ) -> None:
        self.world, self.rewarded = world, rewarded
        self.goals: Ints = np.atleast_1d(np.asarray(goals))
        self.limit = positive_int(limit, "limit")
        if self.goals.size == 0 or not np.isin(self.goals, world.kinds).all():
            raise ValueError(f"goals: expected some of {world.kinds.tolist()}, got {goals}.")
        self._rng = np.random.default_rng(0)
        self._cell = self._done = self._age = 0

    @property
    def n_states(self) -> int:
        """Number of states: a cell for each number of things picked up."""
        return self.world.count * len(self.goals)

    @property
    def n_actions(self) -> int:
        """Number of actions."""
        return len(ACTIONS)

    def _told(self) -> dict[str, Any]:
        return {"cell": self._cell, "done": self._done}

    def _state(self) -> int:
        return self.world.count * min(self._done, len(self.goals) - 1) + self._cell

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Begin in a free cell.

        Parameters
        ----------
        seed : int or None
            Of the starts from now on, if given.
        options : dict or None
            A ``cell`` to begin in, if any.

        Returns
        -------
        state : int
            Cell, plus the number of cells for each thing picked up.
        told : dict
            The ``cell``, and how many things are ``done``.
        """
        if seed is not None:
            self._rng = np.random.default_rng(as_seed(seed))
        wanted = (options or {}).get("cell")
        if wanted is not None and wanted not in self.world.free:
            raise ValueError(f"options: expected a free cell, got {wanted}.")
        self._cell = int(self._rng.choice(self.world.free) if wanted is None else wanted)
        self._done = self._age = 0
        return self._state(), self._told()

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        """Take an action.

        Parameters
        ----------
        action : int
            0 to 4: up, down, left, right, pick up.

        Returns
        -------
        state : int
            As from `reset`.
        reward : float
            0 or 1.
        terminated, truncated : bool
            Whether all is picked up; whether the time is over.
        told : dict
            As from `reset`.
        """
        if not 0 <= int(action) < len(ACTIONS):
            raise ValueError(f"action: expected 0 to {len(ACTIONS) - 1}, got {action}.")
        right = int(action) == PICK and (
            self._done < len(self.goals)
            and self.world.things.ravel()[self._cell] == self.goals[self._done]
        )
        self._cell = int(self.world.moves[self._cell, int(action)])
        self._done, self._age = self._done + int(right), self._age + 1
        terminated = self._done == len(self.goals)
        reward = float(right and (self.rewarded or terminated))
        return self._state(), reward, terminated, self._age >= self.limit, self._told()

    def render(self) -> Floats:
        """The grid as a picture, of shape (64, 64, 3).

        Returns
        -------
        ndarray
            Red, green and blue from 0 to 1.
        """
        return self.world.picture(self._cell)
