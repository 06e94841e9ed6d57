"""How well boundaries and skills agree with a truth."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from workedpapers.checks import positive_int
from workedpapers.skill_compression.episodes.padded import listed

__all__ = ["BoundaryScores", "boundary_scores", "purity"]


class BoundaryScores(NamedTuple):
    """Precision, recall and F1 of boundaries.

    Parameters
    ----------
    precision : float
        Share of the found boundaries that are true.
    recall : float
        Share of the true boundaries that were found.
    f1 : float
        Their harmonic mean.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> sc.BoundaryScores(1.0, 0.5, 2 / 3).recall
    0.5
    """

    precision: float
    recall: float
    f1: float


def _matched(found: Any, true: Any, tolerance: int) -> int:
    """Most pairs of a found and a true boundary that are near, each used once.

    Both are sorted, so pairing each with the first free one in reach is the largest matching.
    """
    pairs = i = j = 0
    while i < len(found) and j < len(true):
        if abs(found[i] - true[j]) <= tolerance:
            pairs, i, j = pairs + 1, i + 1, j + 1
        elif found[i] < true[j]:
            i += 1
        else:
            j += 1
    return pairs


def boundary_scores(found: Any, true: Any, *, tolerance: int = 0) -> BoundaryScores:
    """Precision, recall and F1 of boundaries, over all episodes together.

    Parameters
    ----------
    found, true : array_like or list of array_like
        Whether a segment begins at each step, an episode a row or an array.
    tolerance : int
        Steps by which a found boundary may be off; each true one is matched once.

    Returns
    -------
    BoundaryScores
        Precision is 1 where nothing was found, recall where there is nothing to find.

    Raises
    ------
    ValueError
        If episodes differ in number or length.

    Notes
    -----
    The published code uses no tolerance, and counts the first step, which is always a boundary;
    so does this.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> sc.boundary_scores([[1, 0, 1, 1]], [[1, 0, 1, 0]]).f1
    0.8
    """
    near = positive_int(tolerance, "tolerance", least=0)
    ours, truth = listed(found, "found"), listed(true, "true")
    if [len(one) for one in ours] != [len(one) for one in truth]:
        raise ValueError("found: expected episodes as long as those of true, got others.")
    pairs = total_found = total_true = 0
    for one, other in zip(ours, truth, strict=True):
        places, goals = np.flatnonzero(one), np.flatnonzero(other)
        pairs += _matched(places.tolist(), goals.tolist(), near)
        total_found, total_true = total_found + len(places), total_true + len(goals)
    precision = pairs / total_found if total_found else 1.0
    recall = pairs / total_true if total_true else 1.0
    f1 = 2 * precision * recall / (precision + recall) if pairs else 0.0
    return BoundaryScores(precision, recall, f1)


def purity(found: Any, true: Any) -> float:
    """Share of steps whose skill's commonest truth is their own.

    Parameters
    ----------
    found, true : array_like
        A code for each step or each segment.

    Returns
    -------
    float
        From 0 to 1; the share of the commonest truth if there is one skill.

    Raises
    ------
    ValueError
        If they differ in length or are empty.

    Notes
    -----
    The usual purity of a clustering. It does not punish many skills: with one for each step it
    is 1.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> sc.purity([0, 0, 1, 1], [5, 5, 5, 7])
    0.75
    """
    ours, truth = np.ravel(found), np.ravel(true)
    if ours.shape != truth.shape or ours.size == 0:
        raise ValueError(
            f"found: expected as many codes as in true, at least one, got {ours.size} and "
            f"{truth.size}."
        )
    _, rows = np.unique(ours, return_inverse=True)
    _, columns = np.unique(truth, return_inverse=True)
    table = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(table, (rows, columns), 1)
    return float(table.max(1).sum() / table.sum())
