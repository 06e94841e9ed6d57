"""Solutions of Simple Colors that the likelihood, and even the code length, cannot tell apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workedpapers.checks import Ints, positive_int
from workedpapers.skill_compression.episodes.colors import FRAMES, ColorEpisodes
from workedpapers.skill_compression.segments.descriptions import entropy

__all__ = ["block_degeneracy"]


def _counts(rows: Ints) -> Ints:
    """How often each distinct row occurs."""
    return np.unique(rows, axis=0, return_counts=True)[1]


def block_degeneracy(data: ColorEpisodes, *, max_duration: int = 9) -> pd.DataFrame:
    """Cost of describing blocks of one colour each, of two and of three, and of single frames.

    Parameters
    ----------
    data : ColorEpisodes
        Without noise, from `simple_colors`.
    max_duration : int
        Longest duration D, which sets the price of naming a duration.

    Returns
    -------
    pandas.DataFrame
        A row for each solution: ``skills``, ``nll`` and ``code_length`` in nats an episode,
        ``codebook`` and ``two_part`` in nats for all episodes, ``precision``, ``recall``, ``f1``.

    Raises
    ------
    ValueError
        If a block is not three equal frames.

    Notes
    -----
    Skills of b colours have the code length (6 / b) H(blocks of b), which for independent colours
    is the same for every b. The code ignores that there are 3^b of them; the codebook pays
    log D + 3 b log C for each. The single frames have a Markov prior with nine states, so that
    their likelihood is that of the colours, and the code 18 (H + log 3). Derived in the chapter,
    section "Three solutions, one likelihood, one code length".

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> table = sc.block_degeneracy(sc.simple_colors(episodes=500, seed=0))
    >>> table["skills"].tolist()
    [9, 3, 9, 27]
    >>> bool(table.loc["2 colours", "code_length"] < table.loc["1 colour", "code_length"] + 0.02)
    True
    """
    longest = positive_int(max_duration, "max_duration", least=3 * FRAMES)
    frames = np.asarray(data.observations)
    blocks = frames[:, ::FRAMES]
    if frames.shape[1] % FRAMES or (np.repeat(blocks, FRAMES, axis=1) != frames).any():
        raise ValueError("data: expected blocks of three equal frames, got others.")
    episodes, count = blocks.shape
    colours = len(np.unique(blocks))
    single = entropy(_counts(blocks.reshape(-1, 1)))
    rows = {
        "1 frame, Markov": {
            "skills": FRAMES * colours,
            "nll": count * single,
            "code_length": FRAMES * count * (single + np.log(FRAMES)),
            # Each names a duration and a colour; a row of the Markov table has a successor, or,
            # at a block's end, as many frequencies as there are colours.
            "codebook": FRAMES * colours * (np.log(longest) + np.log(colours))
            + colours * 2 * np.log(FRAMES * colours)
            + colours * (colours - 1) * 0.5 * np.log(episodes),
            "precision": 1 / FRAMES,
            "recall": 1.0,
        }
    }
    for size in (1, 2, 3):
        counts = _counts(blocks.reshape(-1, size))
        skills, length = len(counts), count / size * entropy(counts)
        rows[f"{size} colour" + "s" * (size > 1)] = {
            "skills": skills,
            "nll": length,
            "code_length": length,
            "codebook": skills * (np.log(longest) + size * FRAMES * np.log(colours)),
            "precision": 1.0,
            "recall": 1 / size,
        }
    table = pd.DataFrame(rows.values(), index=pd.Index(rows, name="skills are"))
    table.insert(4, "two_part", episodes * table["nll"] + table["codebook"])
    table["f1"] = 2 * table["precision"] * table["recall"] / (table["precision"] + table["recall"])
    return table
