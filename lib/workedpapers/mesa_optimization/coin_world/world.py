"""Moves in the coin world, and the picture that an agent sees: walls and coin around itself."""

from __future__ import annotations

import numpy as np

from workedpapers.checks import Ints, Reals
from workedpapers.mesa_optimization.coin_world.levels import Levels

__all__ = ["MOVES", "World"]

#: Up, down, left, right.
MOVES = ((-1, 0), (1, 0), (0, -1), (0, 1))


class World:
    """Levels with tables of what a move does and what is seen from each cell.

    Parameters
    ----------
    levels : Levels
        The levels.
    """

    def __init__(self, levels: Levels) -> None:
        n = levels.size
        self.levels = levels
        row, column = np.divmod(np.arange(n * n), n)
        steps = [
            np.clip(row + down, 0, n - 1) * n + np.clip(column + right, 0, n - 1)
            for down, right in MOVES
        ]
        self.next_cell = np.stack(steps, 1)
        # The window has the agent in its middle and reaches over the whole grid from any cell.
        window, padded = 2 * n - 1, 3 * n - 2
        walls = np.ones((len(levels), padded, padded), np.float32)
        inside = slice(n - 1, 2 * n - 1)
        walls[:, inside, inside] = ~levels.free.reshape(-1, n, n)
        self.walls = walls.reshape(len(levels), -1)
        shift = np.arange(window)
        self.seen = (row[:, None, None] + shift[:, None]) * padded + column[:, None, None] + shift
        self.seen = self.seen.reshape(n * n, -1)
        down, right = row - row[:, None], column - column[:, None]
        self.offset = (down + n - 1) * window + right + n - 1  # from one cell to another
        self.inputs = 2 * window**2

    def observe(self, level: Ints, cell: Ints, coin: Ints, *, show: bool = True) -> Reals:
        """What is seen, shape (..., inputs): walls, then the coin."""
        shape = level.shape
        level, cell, coin = level.ravel(), cell.ravel(), coin.ravel()
        half = self.inputs // 2
        picture = np.zeros((len(level), self.inputs), np.float32)
        flat = level[:, None] * self.walls.shape[1] + self.seen[cell]
        picture[:, :half] = self.walls.ravel()[flat]
        if show:
            picture[np.arange(len(level)), half + self.offset[cell, coin]] = 1
        return picture.reshape(*shape, -1)

    def move(self, level: Ints, cell: Ints, action: Ints) -> Ints:
        """Where an action leads; a wall or the rim keeps the agent where it is."""
        target = self.next_cell[cell, action]
        there: Ints = np.where(self.levels.free[level, target], target, cell)
        return there
