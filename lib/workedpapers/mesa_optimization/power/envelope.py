"""Which program is the shortest way to solve N mazes: predicted by the formula, and measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from workedpapers.checks import positive_int
from workedpapers.mesa_optimization.power.mazes import random_mazes
from workedpapers.mesa_optimization.power.solvers import PROGRAMS, program_bits, table_bits

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MazeEnvelope", "maze_envelope"]


class MazeEnvelope(NamedTuple):
    """Programs for mazes, and the numbers of mazes from which each is the shortest.

    Parameters
    ----------
    programs : pandas.DataFrame
        A row for each program: ``code`` (bits to build it, f), ``left`` (bits of table that it
        leaves for one maze), ``run_time`` (bits that it finds itself, x).
    switches : pandas.DataFrame
        A row for each program on the envelope: from which number of mazes it is best,
        ``predicted`` on some mazes and ``measured`` on others.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> found = mesa.maze_envelope(mazes=5, size=5, seed=0)
    >>> found.programs.index[0]
    'table'
    """

    programs: pd.DataFrame
    switches: pd.DataFrame


def _switches(code: np.ndarray, left: np.ndarray, most: int) -> dict[str, int]:
    """From which number of mazes each program is the shortest: least f + N left."""
    numbers = np.arange(1, most + 1)
    best = (code + numbers[:, None] * left).argmin(1)
    names = list(PROGRAMS)
    changed = np.flatnonzero(np.diff(best, prepend=-1))
    return {names[best[i]]: int(numbers[i]) for i in changed}


def maze_envelope(
    *, mazes: int = 400, size: int = 9, walls: float = 0.2, seed: int = 1, most: int = 2000
) -> MazeEnvelope:
    r"""Weigh programs from a table to a search, and predict when to switch between them.

    Parameters
    ----------
    mazes : int, default 400
        Mazes to fit on; as many fresh ones are measured.
    size : int, default 9
        Side of the grid.
    walls : float, default 0.2
        Probability of a wall.
    seed : int, default 1
        Of the mazes.
    most : int, default 2000
        Largest number of mazes that is asked for.

    Returns
    -------
    MazeEnvelope
        The programs with their bits, and the switches.

    Raises
    ------
    TypeError
        If a count is not a whole number.
    ValueError
        If a number is out of range.

    See Also
    --------
    optimal_runtime_power : The formula for a smooth cost.

    Notes
    -----
    To solve N mazes takes :math:`f + N b` bits, with f the bits of the program and b those that
    it leaves to a table. With :math:`x = b_0 - b` for what it finds at run time, the least of
    them is the greatest :math:`x - f/N`, which is the formula of Hubinger et al. (2019) without
    its constant. The crossing of any *two* programs follows from their f and b; what can fail is
    that f and b of some mazes tell the envelope of others. Programs, mazes and the measure of
    length (deflate) are ours.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> found = mesa.maze_envelope(mazes=20, size=7, seed=0)
    >>> float(found.programs.loc["search", "left"])
    0.0
    """
    import pandas as pd

    mazes, most = positive_int(mazes, "mazes"), positive_int(most, "most", least=2)
    drawn = random_mazes(2 * mazes, size=size, walls=walls, seed=seed)
    bits = np.array([[table_bits(name, maze) for name in PROGRAMS] for maze in drawn])
    left, fresh = bits[:mazes].mean(0), bits[mazes:].mean(0)
    code = np.array([program_bits(name) for name in PROGRAMS], float)
    programs = pd.DataFrame(
        {"code": code, "left": left, "run_time": left[0] - left},
        index=pd.Index(PROGRAMS, name="program"),
    )
    found = {
        "predicted": _switches(code, left, most),
        "measured": _switches(code, fresh, most),
    }
    switches = pd.DataFrame(found, dtype="Int64")
    switches = switches.reindex([name for name in PROGRAMS if name in switches.index])
    return MazeEnvelope(programs, switches.rename_axis("program"))
