"""Programs between a table and a search, their length in bits, and the bits that they leave.

A program says how likely each move is; a table then tells which of the likely moves to take. What
the table needs for one maze is minus the logarithm of the probability that the program's walk goes
along *some* shortest path: the shortest code of such a path, given the program. A search leaves
nothing to tell.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import cache
from math import log2

from workedpapers.mesa_optimization.power.mazes import MOVES, Maze, ways

__all__ = ["PROGRAMS", "program_bits", "table_bits"]

#: Weight of a move from `c` in direction `k`, towards the goal `g`, after the move `last`. The
#: texts are what is weighed and what is run, so they are written short.
PROGRAMS = {
    "table": "def w(free,c,k,g,last):return 1\n",
    "no way back": "def w(free,c,k,g,last):return k!=-last\n",
    "towards the goal": (
        "def w(free,c,k,g,last):return 1+4*(abs((g-c-k).real)+abs((g-c-k).imag)"
        "<abs((g-c).real)+abs((g-c).imag))\n"
    ),
    "both": (
        "def w(free,c,k,g,last):return(k!=-last)*(1+4*(abs((g-c-k).real)+abs((g-c-k).imag)"
        "<abs((g-c).real)+abs((g-c).imag)))\n"
    ),
    "both, one cell ahead": (
        "def w(free,c,k,g,last):return(k!=-last)*(1+4*(abs((g-c-k).real)+abs((g-c-k).imag)"
        "<abs((g-c).real)+abs((g-c).imag)))*(c+k==g or any(c+k+j in free "
        "for j in(1,-1,1j,-1j)if j!=-k))\n"
    ),
    "search": (
        "def plan(free,s,g):\n d={g:0};q=[g]\n for c in q:\n  for k in 1,-1,1j,-1j:\n"
        "   if c+k in free and c+k not in d:d[c+k]=d[c]+1;q.append(c+k)\n p=[]\n"
        " while s!=g:k=min((1,-1,1j,-1j),key=lambda k:d.get(s+k,1e9));p.append(k);s+=k\n"
        " return p\n"
    ),
}


def _compressed(text: str) -> int:
    """Bits of a text, compressed as tightly as deflate can."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return 8 * len(packer.compress(text.encode()) + packer.flush())


def program_bits(name: str) -> int:
    """Bits of a program beyond those of the bare table."""
    return max(_compressed(PROGRAMS[name]) - _compressed(PROGRAMS["table"]), 0)


@cache
def _compiled(name: str) -> Callable[..., float]:
    space: dict[str, Callable[..., float]] = {}
    exec(PROGRAMS[name], space)
    return space["plan" if name == "search" else "w"]


def search_path(maze: Maze) -> list[complex]:
    """Moves of the search program."""
    moves: list[complex] = _compiled("search")(maze.free, maze.start, maze.goal)  # type: ignore[assignment]
    return moves


def table_bits(name: str, maze: Maze) -> float:
    """Bits that a table must add to a program so that it walks one maze in as few steps as it can.

    The probability of a shortest path is a sum over the moves that lead closer to the goal; what
    was done last is part of the state.
    """
    if name == "search":
        return 0.0
    weigh = _compiled(name)
    steps = ways(maze.free, maze.goal)

    @cache
    def chance(cell: complex, last: complex) -> float:
        """Probability to go on from here along a shortest path."""
        if cell == maze.goal:
            return 1.0
        moves = [move for move in MOVES if cell + move in maze.free]
        weights = [float(weigh(maze.free, cell, move, maze.goal, last)) for move in moves]
        total = sum(weights)
        closer = sum(
            weight * chance(cell + move, move)
            for move, weight in zip(moves, weights, strict=True)
            if weight and steps[cell + move] == steps[cell] - 1
        )
        return closer / total if total else 0.0

    found = chance(maze.start, 0)
    return -log2(found) if found else float("inf")
