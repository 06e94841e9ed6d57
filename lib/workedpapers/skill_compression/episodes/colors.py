"""The paper's two sets of coloured frames, drawn from their published frequencies.

Simple Colors: blocks of three equal frames; blocks are independent, two colours with probability
.4 and one with .2. Conditional Colors: blocks of three equal frames of four colours; each colour
has three possible successors, equally likely, so that three *rules* ("first, second, third
successor") describe behaviour that no list of colour blocks describes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workedpapers.checks import Ints, as_seed, positive_int, probability

__all__ = ["ColorEpisodes", "conditional_colors", "simple_colors"]

#: Blocks of an episode and frames of a block.
BLOCKS, FRAMES = 6, 3
#: Successors of each of the four colours.
SUCCESSORS = np.array([[0, 1, 3], [0, 1, 2], [0, 1, 3], [0, 1, 2]])


@dataclass(frozen=True)
class ColorEpisodes:
    """Episodes of coloured frames, with the truth.

    Parameters
    ----------
    observations : ndarray
        Colours from 0 on, of shape (episodes, 18).
    boundaries : ndarray
        Whether a block begins at each frame.
    skills : ndarray
        Block or rule that each frame belongs to.
    context : ndarray or None
        Colour before the first frame of each episode, where colours depend on it.
    names : tuple of str
        A letter for each colour.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> sc.simple_colors(episodes=2, seed=0).observations.shape
    (2, 18)
    """

    observations: Ints
    boundaries: npt.NDArray[np.bool_]
    skills: Ints
    context: Ints | None
    names: tuple[str, ...]


def _episodes(
    blocks: Ints, skills: Ints, context: Ints | None, names: str, noise: float,
    rng: np.random.Generator,
) -> ColorEpisodes:  # fmt: skip
    frames = np.repeat(blocks, FRAMES, axis=1)
    if noise:
        other = (frames + rng.integers(1, len(names), frames.shape)) % len(names)
        frames = np.where(rng.random(frames.shape) < noise, other, frames)
    starts = np.zeros(frames.shape, bool)
    starts[:, ::FRAMES] = True
    return ColorEpisodes(frames, starts, np.repeat(skills, FRAMES, axis=1), context, tuple(names))


def simple_colors(episodes: int = 500, *, seed: int = 0, noise: float = 0.0) -> ColorEpisodes:
    """Simple Colors: six blocks of three equal frames, each black, green or yellow.

    Parameters
    ----------
    episodes : int
        Number of episodes.
    seed : int
        Of the draws.
    noise : float
        Probability that a frame is replaced by another colour.

    Returns
    -------
    ColorEpisodes
        Frames and truth.

    Raises
    ------
    ValueError
        If there is no episode, or the noise is no probability.

    See Also
    --------
    conditional_colors : Where the colour before matters.

    Notes
    -----
    The paper's toy data, from its published code; black and yellow have probability .4, green .2,
    as the frequencies of the authors' file, .406, .403 and .191, suggest.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> data = sc.simple_colors(episodes=500, seed=0)
    >>> "".join(data.names[c] for c in data.observations[0])
    'YYYBBBBBBBBBYYYYYY'
    """
    count, flips = positive_int(episodes, "episodes"), probability(noise, "noise")
    rng = np.random.default_rng(as_seed(seed))
    blocks = rng.choice(3, (count, BLOCKS), p=[0.4, 0.2, 0.4])
    return _episodes(blocks, blocks, None, "BGY", flips, rng)


def conditional_colors(episodes: int = 500, *, seed: int = 0, noise: float = 0.0) -> ColorEpisodes:
    """Conditional Colors: six blocks of three equal frames, each following a rule.

    Parameters
    ----------
    episodes : int
        Number of episodes.
    seed : int
        Of the draws.
    noise : float
        Probability that a frame is replaced by another colour.

    Returns
    -------
    ColorEpisodes
        Frames, truth and the colour before each episode.

    Raises
    ------
    ValueError
        If there is no episode, or the noise is no probability.

    See Also
    --------
    simple_colors : Where the colour before does not matter.

    Notes
    -----
    The paper's toy data, from its published code; which three successors a colour has, and that
    they are equally likely, was counted in the authors' file.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> data = sc.conditional_colors(episodes=3, seed=0)
    >>> data.context.shape, data.observations.max() <= 3
    ((3,), np.True_)
    """
    count, flips = positive_int(episodes, "episodes"), probability(noise, "noise")
    rng = np.random.default_rng(as_seed(seed))
    rules = rng.integers(0, 3, (count, BLOCKS))
    colour = rng.integers(0, 4, count)
    context, blocks = colour, np.zeros((count, BLOCKS), np.int64)
    for place in range(BLOCKS):
        colour = blocks[:, place] = SUCCESSORS[colour, rules[:, place]]
    return _episodes(blocks, rules, context, "BGYR", flips, rng)
