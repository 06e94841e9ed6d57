r"""Area under the ROC curve of many columns at once, with mid-ranks for ties.

.. math:: \mathrm{AUC} = P(s_+ > s_-) + \tfrac12 P(s_+ = s_-)

It does not change when the classes differ in size, nor when all scores are shifted or scaled.

Without ties it takes no more than the ranks of the positives, and a sort that carries the labels
along gives them: the label takes the place of the last bits of each score. Scores that no other
bit tells apart come out as neighbours, and columns with such neighbours are ranked again, exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

_BLOCK = 2**16  # scores sorted at a time


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
    return auc_of_each(scores, [positive])[0]


def auc_of_each(
    scores: Floats, positives: Sequence[NDArray[np.bool_]]
) -> list[NDArray[np.float64]]:
    """AUC of the same scores with several sets of labels, from one sort; see `auc`."""
    m = scores.shape[-1]
    labels = [
        np.broadcast_to(positive.astype(np.int64) << place, scores.shape)
        for place, positive in enumerate(positives)
    ]
    ranks = np.empty((len(labels), *scores.shape[:-1]))
    room = np.empty((2, max(min(_BLOCK, scores.size), m)))
    for block in _blocks(scores.shape):
        ranks[:, *block] = _rank_sums(scores[block], [each[block] for each in labels], room)
    found = []
    for positive, sums in zip(positives, ranks, strict=True):
        n1 = positive.sum(axis=-1)
        wins = sums - n1 * (n1 + 1) / 2
        pairs = np.broadcast_to(n1 * (m - n1), wins.shape)
        found.append(np.divide(wins, pairs, out=np.full(wins.shape, np.nan), where=pairs > 0))
    return found


def _blocks(shape: tuple[int, ...]) -> Iterator[tuple[int | slice, ...]]:
    """Indices that cut an array into blocks of whole columns that a processor's cache holds."""
    axis, size = len(shape) - 1, shape[-1]
    while axis and size * shape[axis - 1] <= _BLOCK:
        axis -= 1
        size *= shape[axis]
    if not axis:
        yield ()
        return
    step = max(1, _BLOCK // size)
    for outer in np.ndindex(shape[: axis - 1]):
        for start in range(0, shape[axis - 1], step):
            yield (*outer, slice(start, start + step))


def _rank_sums(
    scores: Floats, labels: list[NDArray[np.int64]], room: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sums of the positives' ranks, which count from 1; equal scores share the mean of theirs.

    Parameters
    ----------
    scores : shape (..., m).
    labels : sets of the same shape, of 0 and 1, the next one of 0 and 2, and so on.
    room : two rows for intermediate results.

    Returns
    -------
    Shape (sets, ...).
    """
    shape, m, sets = scores.shape, scores.shape[-1], len(labels)
    keys, other = (row[: scores.size].reshape(-1, m) for row in room)
    np.add(scores, 0.0, out=keys.reshape(shape))  # no negative zeros
    bits, out = keys.view(np.int64), other.view(np.int64)
    bits &= -(1 << sets)
    for each in labels:
        bits.reshape(shape)[...] |= each
    keys.sort(axis=-1)
    # The end of a column next to the start of another may raise a doubt without cause: no harm.
    flat, gaps = bits.reshape(-1), out.reshape(-1)[1:]
    np.bitwise_xor(flat[1:], flat[:-1], out=gaps)
    tied = np.flatnonzero(gaps.view(np.uint64) < 1 << sets) // m
    odd = np.flatnonzero(~np.isfinite(keys[:, -1]))  # an infinity with a label is sorted last
    sums = np.empty((sets, len(keys)))
    for place in range(sets):
        np.bitwise_and(bits, 1 << place, out=out)
        np.left_shift(out, 62 - place, out=out)  # the bits of 2.0, or of 0.0
        np.matmul(other, np.arange(1, m + 1) / 2, out=sums[place])
    sums = sums.reshape(sets, *shape[:-1])
    if len(tied) or len(odd):
        columns = np.zeros(len(keys), bool)
        columns[tied] = columns[odd] = True
        again = columns.reshape(shape[:-1])
        for place, each in enumerate(labels):
            sums[place, again] = _mid_rank_sums(scores[again], each[again] > 0)
    return sums


def _mid_rank_sums(scores: Floats, positive: NDArray[np.bool_]) -> NDArray[np.float64]:
    from scipy.stats import rankdata

    return np.asarray((rankdata(scores, axis=-1) * positive).sum(axis=-1))


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
    return class_auc_of_each(scores, [codes], classes, multiclass)[0]


def class_auc_of_each(
    scores: Floats, codes: Sequence[NDArray[np.intp]], classes: int, multiclass: str
) -> list[NDArray[np.float64]]:
    """AUC of the same decision values with several sets of class numbers; see `class_auc`."""
    if len(scores) == 1:
        return auc_of_each(scores[0], [each == 1 for each in codes])
    return [_several(scores, each, classes, multiclass) for each in codes]


def _several(
    scores: Floats, codes: NDArray[np.intp], classes: int, multiclass: str
) -> NDArray[np.float64]:
    """AUC of three or more classes."""
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
    above = (np.abs(scores).max() or 1) * np.arange(2, 2 + scores.shape[-1])
    value = auc(np.where(other, above, scores), codes == a)
    negatives = (codes == b).sum(axis=-1)
    return value * (negatives + other.sum(axis=-1)) / negatives
