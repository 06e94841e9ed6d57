"""A grid with walls and things to pick up.

As in the paper's grid world: ten by ten cells with a wall all around, six things of ten kinds that
may repeat, and three inner walls on average. The agent moves up, down, left and right, and picks
up. Things stay where they are, so that a cell and the number of things picked up are the state.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from workedpapers.checks import Floats, Ints, as_seed, positive, positive_int

__all__ = ["ACTIONS", "PICK", "GridWorld", "grid_world"]

#: Names of the actions; their numbers are their places.
ACTIONS = ("up", "down", "left", "right", "pick up")
PICK = 4
STEPS = ((-1, 0), (1, 0), (0, -1), (0, 1))
#: Colours of up to ten kinds of things, of walls, of the floor and of the agent, 0 to 1.
KINDS = np.array(
    [
        [0.12, 0.47, 0.71], [1.0, 0.5, 0.05], [0.17, 0.63, 0.17], [0.84, 0.15, 0.16],
        [0.58, 0.4, 0.74], [0.55, 0.34, 0.29], [0.89, 0.47, 0.76], [0.74, 0.74, 0.13],
        [0.09, 0.75, 0.81], [0.99, 0.83, 0.6],
    ]
)  # fmt: skip
WALL, FLOOR, AGENT = 0.25, 0.95, 0.0


@dataclass(frozen=True)
class GridWorld:
    """Walls and things of one grid, without the wall around it.

    Parameters
    ----------
    walls : ndarray
        Whether each cell is a wall, of shape (rows, columns).
    things : ndarray
        Kind of the thing in each cell, -1 where there is none.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> world = sc.grid_world(seed=1)
    >>> world.walls.shape, int((world.things >= 0).sum())
    ((8, 8), 6)
    """

    walls: npt.NDArray[np.bool_]
    things: Ints

    @property
    def count(self) -> int:
        """Number of cells, walls included."""
        return int(self.walls.size)

    @cached_property
    def kinds(self) -> Ints:
        """Kinds of things that there are."""
        return np.unique(self.things[self.things >= 0])

    @cached_property
    def free(self) -> Ints:
        """Cells that are no wall, numbered row by row."""
        return np.flatnonzero(~self.walls.ravel())

    @cached_property
    def moves(self) -> Ints:
        """Cell after each action in each cell, of shape (cells, 5); into a wall is no move."""
        rows, columns = self.walls.shape
        row, column = np.divmod(np.arange(self.count), columns)
        found = np.tile(np.arange(self.count)[:, None], (1, len(ACTIONS)))
        for action, (down, right) in enumerate(STEPS):
            r, c = row + down, column + right
            inside = (r >= 0) & (r < rows) & (c >= 0) & (c < columns)
            to = np.where(inside, r * columns + c, 0)
            found[:, action] = np.where(inside & ~self.walls.ravel()[to], to, found[:, action])
        return found

    @cached_property
    def distances(self) -> Floats:
        """Moves from each cell to the nearest thing of each kind, of shape (kinds, cells)."""
        flat = self.things.ravel()
        found = np.where(flat == self.kinds[:, None], 0.0, np.inf)
        # The distance of a cell is that of its nearest neighbour and one more, until none falls.
        while True:
            nearer = np.minimum(found, 1 + found[:, self.moves].min(2))
            nearer[:, self.walls.ravel()] = np.inf
            if (nearer == found).all():
                return np.asarray(found, np.float64)
            found = nearer

    @cached_property
    def ways(self) -> Ints:
        """First action of a shortest way to each kind, and "pick up" there: (kinds, cells).

        Of ways of one length the first in the order of the actions is taken, always the same.
        """
        to = self.distances[:, self.moves[:, :PICK]]
        return np.where(self.distances == 0, PICK, to.argmin(2))

    @cached_property
    def arrivals(self) -> Ints:
        """Cell in which the way to each kind ends, of shape (kinds, cells)."""
        found = np.tile(np.arange(self.count), (len(self.kinds), 1))
        row = np.arange(len(self.kinds))[:, None]
        while True:
            further = self.moves[found, self.ways[row, found]]
            if (further == found).all():
                return found
            found = further

    def picture(self, agent: int | None = None, *, pixels: int = 64) -> Floats:
        """Colours of all pixels, the wall around it included.

        Parameters
        ----------
        agent : int or None
            Cell of the agent.
        pixels : int
            Rows and columns of the picture, at least those of the grid and two more.

        Returns
        -------
        ndarray
            Red, green and blue from 0 to 1, of shape (pixels, pixels, 3).
        """
        rows, columns = self.walls.shape
        size = positive_int(pixels, "pixels", least=max(rows, columns) + 2)
        cells = np.full((rows + 2, columns + 2, 3), WALL)
        cells[1:-1, 1:-1] = np.where(self.walls[..., None], WALL, FLOOR)
        there = self.things >= 0
        cells[1:-1, 1:-1][there] = KINDS[self.things[there] % len(KINDS)]
        down = np.arange(size) * (rows + 2) // size
        right = np.arange(size) * (columns + 2) // size
        found = cells[down][:, right]
        if agent is not None:
            row, column = divmod(int(agent), columns)
            # The agent fills the middle of its cell, so that a thing below it is still seen.
            y, x = np.flatnonzero(down == row + 1), np.flatnonzero(right == column + 1)
            edge = max(1, len(y) // 4) if len(y) > 2 else 0
            found[y[edge] : y[len(y) - 1 - edge] + 1, x[edge] : x[len(x) - 1 - edge] + 1] = AGENT
        return np.asarray(found, np.float64)


def _connected(world: GridWorld) -> bool:
    reached = np.zeros(world.count, bool)
    reached[world.free[0]] = True
    while True:
        more = reached.copy()
        more[world.moves[reached].ravel()] = True
        if (more == reached).all():
            return bool(reached[world.free].all())
        reached = more


def grid_world(
    seed: int = 0, *, side: int = 8, things: int = 6, kinds: int = 10, walls: float = 3.08
) -> GridWorld:
    """Draw walls and things of a grid.

    Parameters
    ----------
    seed : int
        Of the draws.
    side : int
        Rows and columns, without the wall around.
    things : int
        Number of things, each in a cell of its own.
    kinds : int
        Kinds that they are drawn from, at most ten; kinds may repeat.
    walls : float
        Inner walls, as the mean of a Poisson number.

    Returns
    -------
    GridWorld
        A grid in which every cell can be reached from every other.

    Raises
    ------
    ValueError
        If an argument is out of range, or the things do not fit.

    See Also
    --------
    grid_demonstrations : Ways of a planner through such grids.

    Notes
    -----
    Size, things, kinds and the mean number of walls were counted in the authors' demonstrations;
    that the number is Poisson, and that unconnected grids are drawn again, is our choice.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> sc.grid_world(seed=1).kinds.tolist()
    [2, 3, 5, 8]
    """
    rng = np.random.default_rng(as_seed(seed))
    size, count = positive_int(side, "side", least=2), positive_int(things, "things")
    some, mean = positive_int(kinds, "kinds"), positive(walls, "walls", zero=True)
    if some > len(KINDS):
        raise ValueError(f"kinds: expected at most {len(KINDS)}, got {some}.")
    if count + 2 * mean > size**2 / 2:
        raise ValueError(
            f"things, walls: expected them to fill less than half of {size**2} cells, got {count} "
            f"things and {mean} walls."
        )
    while True:
        blocked = min(int(rng.poisson(mean)), size**2 - count - 1)
        places = rng.permutation(size**2)[: blocked + count]
        solid, kind = np.zeros(size**2, bool), np.full(size**2, -1)
        solid[places[:blocked]] = True
        kind[places[blocked:]] = rng.integers(0, some, count)
        world = GridWorld(solid.reshape(size, size), kind.reshape(size, size))
        if _connected(world):
            return world
