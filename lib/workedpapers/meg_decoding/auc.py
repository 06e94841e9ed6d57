r"""Area under the ROC curve of many columns at once, with mid-ranks for ties.

.. math:: \mathrm{AUC} = P(s_+ > s_-) + \tfrac12 P(s_+ = s_-)

It does not change when the classes differ in size, nor when all scores are shifted or scaled.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def auc(scores: Floats, positive: NDArray[np.bool_]) -> NDArray[np.float64]:
    """AUC along the last axis.

    Parameters
    ----------
    scores : shape (..., m).
    positive : shape (m,), or any shape that broadcasts with ``scores``.

    Returns
    -------
    Shape (...), from 0 to 1; NaN where one of the two classes is absent.
    """
    positive = np.broadcast_to(positive, scores.shape)
    order = np.argsort(scores, axis=-1)
    ranked = np.take_along_axis(positive, order, axis=-1)
    ahead = np.cumsum(~ranked, axis=-1, dtype=np.int32)  # negatives below or at each place
    wins = np.asarray(np.where(ranked, ahead, 0).sum(axis=-1, dtype=np.int64), dtype=np.float64)
    values = np.take_along_axis(scores, order, axis=-1)
    tied = (values[..., 1:] == values[..., :-1]).any(axis=-1)
    if tied.any():
        wins[tied] = _wins_with_ties(scores[tied], positive[tied])
    n1 = positive.sum(axis=-1)
    pairs = n1 * (scores.shape[-1] - n1)
    return np.divide(wins, pairs, out=np.full(wins.shape, np.nan), where=pairs > 0)


def _wins_with_ties(scores: Floats, positive: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Pairs that the positives win, a tie counting half, from the sum of their mid-ranks."""
    from scipy.stats import rankdata

    n1 = positive.sum(axis=-1)
    ranks = rankdata(scores, axis=-1)
    return np.asarray(np.where(positive, ranks, 0).sum(axis=-1) - n1 * (n1 + 1) / 2)


def class_auc(
    scores: Floats, codes: NDArray[np.intp], classes: int, multiclass: str
) -> NDArray[np.float64]:
    """AUC of two or more classes.

    Parameters
    ----------
    scores : shape (k, ..., m), one decision value for each class, or k = 1 for two classes.
    codes : shape (m,) or one that broadcasts with (..., m); class numbers from 0.
    classes : number of classes.
    multiclass : "ovo" for the mean over ordered pairs of classes, each among the epochs of these
        two alone (Hand and Till 2001; does not depend on the sizes of the classes); "ovr" for
        the mean over classes, each against all others.

    Returns
    -------
    Shape (...); equals ``sklearn.metrics.roc_auc_score(..., average="macro")``.
    """
    if len(scores) == 1:
        return auc(scores[0], codes == 1)
    if multiclass == "ovr":
        return np.mean([auc(scores[k], codes == k) for k in range(classes)], axis=0)
    found = [
        (_auc_among(scores[a], codes, a, b) + _auc_among(scores[b], codes, b, a)) / 2
        for a, b in combinations(range(classes), 2)
    ]
    return np.mean(found, axis=0)


def _auc_among(scores: Floats, codes: NDArray[np.intp], a: int, b: int) -> NDArray[np.float64]:
    """AUC of class a against class b, among the epochs of these two."""
    if codes.ndim == 1:
        among = (codes == a) | (codes == b)
        return auc(scores[..., among], codes[among] == a)
    # Who belongs to a and b differs from row to row. Epochs of other classes become negatives
    # above everybody, against whom nobody wins; the number of pairs is put right afterwards.
    other = (codes != a) & (codes != b)
    above = scores.max(axis=-1, keepdims=True) + 1 + np.arange(scores.shape[-1])
    value = auc(np.where(other, above, scores), codes == a)
    negatives = (codes == b).sum(axis=-1)
    return value * (negatives + other.sum(axis=-1)) / negatives
