"""Random mazes, each with a start and a goal far from each other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workedpapers.checks import positive_int, probability

__all__ = ["Maze", "random_mazes", "ways"]

#: A cell is a complex number, row + column i, so that a move is a sum.
MOVES = (1, -1, 1j, -1j)


class Maze(NamedTuple):
    """A maze that can be walked.

    Parameters
    ----------
    free : frozenset of complex
        The cells that can be reached from the start, as row + column i.
    start, goal : complex
        Two of them.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> maze = mesa.Maze(frozenset([0, 1]), 0, 1)
    >>> maze.goal in maze.free
    True
    """

    free: frozenset[complex]
    start: complex
    goal: complex


def ways(free: frozenset[complex] | set[complex], goal: complex) -> dict[complex, int]:
    """Steps from every cell that can reach the goal, in order of distance."""
    steps = {goal: 0}
    queue = [goal]
    for cell in queue:
        for move in MOVES:
            if cell + move in free and cell + move not in steps:
                steps[cell + move] = steps[cell] + 1
                queue.append(cell + move)
    return steps


def random_mazes(count: int, *, size: int = 9, walls: float = 0.2, seed: int = 0) -> list[Maze]:
    """Random mazes whose start and goal are far from each other.

    Parameters
    ----------
    count : int
        How many.
    size : int, default 9
        Side of the grid, at least 3.
    walls : float, default 0.2
        Probability that a cell is a wall, at most 0.4.
    seed : int, default 0
        Of the random numbers.

    Returns
    -------
    list of Maze
        In each two fifths of the cells or more hang together. The start is a cell farthest from
        a random one, and the goal is one farthest from the start.

    Raises
    ------
    TypeError
        If a count is not a whole number.
    ValueError
        If a number is out of range.

    See Also
    --------
    maze_envelope : What it takes to solve them.

    Notes
    -----
    A model of ours for the instances of Hubinger et al. (2019), section 2.1, that need different
    policies.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> len(mesa.random_mazes(3, size=5, seed=0))
    3
    """
    count = positive_int(count, "count")
    size = positive_int(size, "size", least=3)
    if probability(walls, "walls") > 0.4:
        raise ValueError(f"walls: expected at most 0.4, got {walls}.")
    rng = np.random.default_rng([seed, size])
    mazes: list[Maze] = []
    while len(mazes) < count:
        open_cells = np.argwhere(rng.random((size, size)) >= walls)
        cells = [complex(row, column) for row, column in open_cells]
        if not cells:
            continue
        reached = ways(set(cells), cells[rng.integers(len(cells))])
        if len(reached) < 0.4 * size**2:
            continue
        start = list(reached)[-1]
        goal = list(ways(set(reached), start))[-1]
        mazes.append(Maze(frozenset(reached), start, goal))
    return mazes
