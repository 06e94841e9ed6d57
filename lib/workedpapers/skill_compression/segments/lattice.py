"""All segments that episodes can be cut into, each distinct one numbered once.

Skills are independent draws, so a pass over an episode needs one weight for each distinct segment,
whatever the number of skills. Coloured frames repeat: 500 episodes of 18 frames hold 57,000
segments of up to 8 frames, and about 500 distinct ones. Segments are numbered by their symbols,
and by the symbol before them where a skill's emission depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workedpapers.checks import Ints
from workedpapers.skill_compression.episodes.padded import Padded

__all__ = ["Lattice", "distinct_segments", "every_segment"]


@dataclass(frozen=True)
class Lattice:
    """Numbered segments of episodes.

    Parameters
    ----------
    index : ndarray
        Number of the segment of length ``d + 1`` that ends before step ``t + 1`` of episode ``n``,
        at ``[t, d, n]``; ``count`` where there is none.
    episodes : Padded
        Where they were cut from.
    episode, start, length : ndarray
        One place of each distinct segment.
    longest : int
        Longest duration D.
    """

    index: Ints
    episodes: Padded
    episode: Ints
    start: Ints
    length: Ints
    longest: int

    @property
    def count(self) -> int:
        """Number of distinct segments."""
        return len(self.length)

    @property
    def total(self) -> float:
        """Number of episodes."""
        return self.episodes.total

    def symbols(self) -> Ints:
        """Symbols of each distinct segment, padded with -1, of shape (count, D)."""
        steps = np.arange(self.longest)
        at = np.minimum(self.start[:, None] + steps, self.episodes.values.shape[1] - 1)
        found = self.episodes.values[self.episode[:, None], at]
        return np.where(steps < self.length[:, None], found, -1)

    def before(self) -> Ints:
        """Symbol before each distinct segment."""
        inside = self.episodes.values[self.episode, np.maximum(self.start - 1, 0)]
        return np.where(self.start > 0, inside, self.episodes.context[self.episode])


def _valid(episodes: Padded, longest: int) -> np.ndarray:
    """Whether there is a segment at [t, d, n]: it begins inside and ends inside."""
    steps = episodes.values.shape[1]
    t, d = np.arange(steps)[:, None, None], np.arange(longest)[None, :, None]
    return (d <= t) & (t < episodes.lengths)


def distinct_segments(episodes: Padded, longest: int, with_context: bool) -> Lattice:
    """Number segments of symbols so that equal ones have one number."""
    count, steps = episodes.values.shape
    longest = min(longest, steps)
    valid = _valid(episodes, longest)
    size = int(episodes.values.max()) + 1
    index = np.zeros((steps, longest, count), np.int64)
    # A segment is what comes before it, then its symbols: renumbered at each length, so that the
    # numbers stay small.
    code = np.zeros((count, steps), np.int64)
    if with_context:
        code[:, 0], code[:, 1:] = episodes.context, episodes.values[:, :-1]
    places, lengths, total = [], [], 0
    for d in range(longest):
        span = steps - d
        code = code[:, :span] * size + episodes.values[:, d:]
        inside = valid[d:, d].T
        found, first, back = np.unique(code[inside], return_index=True, return_inverse=True)
        numbers = np.zeros_like(code)
        numbers[inside] = back.ravel()
        index[d:, d] = np.where(inside, numbers + total, -1).T
        places.append(np.argwhere(inside)[first])
        lengths.append(np.full(len(found), d + 1))
        total += len(found)
        code = numbers
    index[~valid] = total
    episode, start = np.concatenate(places).T
    return Lattice(index, episodes, episode, start, np.concatenate(lengths), longest)


def every_segment(episodes: Padded, longest: int) -> Lattice:
    """Number each segment on its own, as for vectors, which hardly repeat."""
    steps = episodes.values.shape[1]
    longest = min(longest, steps)
    valid = _valid(episodes, longest)
    end, d, episode = np.nonzero(valid)
    index = np.full(valid.shape, len(end), np.int64)
    index[valid] = np.arange(len(end))
    return Lattice(index, episodes, episode, end - d, d + 1, longest)
