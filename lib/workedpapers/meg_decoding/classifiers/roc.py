r"""Area under the ROC curve of many columns at once, with mid-ranks for ties.

.. math:: \mathrm{AUC} = P(s_+ > s_-) + \tfrac12 P(s_+ = s_-)

It does not change when the classes differ in size, nor when all scores are shifted or scaled.

Without ties it takes no more than the ranks of the positives, and a sort that carries the labels
along gives them: the label takes the place of the last bits of each score. Scores that no other
bit tells apart come out as neighbours, and columns with such neighbours are ranked again, exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workedpapers.checks import Floats, Ints, Reals


class Multiclass(StrEnum):
    """Which AUC of three or more classes, see `class_auc`."""

    OVO = "ovo"
    OVR = "ovr"


_BLOCK = 2**16  # scores sorted at a time


def auc(scores: Reals, positive: NDArray[np.bool_]) -> Floats:
    """AUC along the last axis.

    Parameters
    ----------
    scores : array of float
        Shape (..., m).
    positive : array of bool
        Shape (m,), or any shape that broadcasts with ``scores``.

    Returns
    -------
    array of float
        Shape (...), from 0 to 1; NaN where one of the two classes is absent.
    """
    return auc_of_each(scores, [positive])[0]


def auc_of_each(scores: Reals, positives: Sequence[NDArray[np.bool_]]) -> list[Floats]:
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
    return [_area(sums, positive, m) for positive, sums in zip(positives, ranks, strict=True)]


def _area(sums: Floats, positive: NDArray[np.bool_], m: int) -> Floats:
    """AUC from the sums of the positives' ranks among m scores; NaN without pairs."""
    wins, pairs = ordered_pairs(sums, positive.sum(axis=-1), m)
    area = np.full(wins.shape, np.nan)
    np.divide(wins, pairs, out=area, where=pairs > 0)
    return area


def ordered_pairs(sums: Any, positives: Any, m: int) -> tuple[Any, Any]:
    """Pairs in which the positive has the larger score, ties as one half, and all pairs.

    Parameters
    ----------
    sums : object
        Of the positives' ranks among all m scores, any shape.
    positives : object
        Their number, of a shape that broadcasts.
    m : int
        Number of scores.
    """
    wins = sums - positives * (positives + 1) / 2
    return wins, np.broadcast_to(positives * (m - positives), wins.shape)


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


def _rank_sums(scores: Reals, labels: list[NDArray[np.int64]], room: Floats) -> Floats:
    """Sums of the positives' ranks, which count from 1; equal scores share the mean of theirs.

    Parameters
    ----------
    scores : array of float
        Shape (..., m).
    labels : list of array of int
        Sets of the same shape, of 0 and 1, the next one of 0 and 2, and so on.
    room : array of float
        Two rows for intermediate results.

    Returns
    -------
    array of float
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
            sums[place, again] = mid_rank_sums(scores[again], each[again] > 0)
    return sums


def mid_rank_sums(scores: Reals, positive: NDArray[np.bool_]) -> Floats:
    """Sums of the positives' ranks along the last axis, for scores of which any may be equal."""
    from scipy.stats import rankdata

    sums: Floats = (rankdata(scores, axis=-1) * positive).sum(axis=-1)
    return sums


def class_auc(scores: Reals, codes: Ints, classes: int, multiclass: str) -> Floats:
    """AUC of two or more classes.

    Parameters
    ----------
    scores : array of float
        Shape (k, ..., m), one decision value for each class, or k = 1 for two classes.
    codes : array of int
        Shape (m,) or one that broadcasts with (..., m); class numbers from 0.
    classes : int
        Number of classes.
    multiclass : str
        "ovo" for the mean over ordered pairs of classes, each among the epochs of these two alone
        (Hand and Till 2001; does not depend on the sizes of the classes); "ovr" for the mean over
        classes, each against all others.

    Returns
    -------
    array of float
        Shape (...); equals ``sklearn.metrics.roc_auc_score(..., average="macro")``.
    """
    return class_auc_of_each(scores, [codes], classes, multiclass)[0]


def weighted_class_auc(
    scores: Reals, codes: Ints, classes: int, multiclass: str, weights: Floats
) -> Floats:
    """AUC in which each pair of epochs counts with the product of their weights.

    Parameters
    ----------
    scores, codes, classes, multiclass : array or int or str
        As in `class_auc`, with ``codes`` of shape (m,).
    weights : array of float
        Shape (m,), at least 0.

    Returns
    -------
    array of float
        Shape (...); with whole weights it equals `class_auc` of epochs that are repeated as often.
    """

    def area(a: int, others: list[int]) -> Floats:
        first, rest = np.flatnonzero(codes == a), np.flatnonzero(np.isin(codes, others))
        column = scores[0] if len(scores) == 1 else scores[a]
        w, v = weights[first], weights[rest]
        order = np.argsort(column[..., rest], axis=-1)
        below = np.concatenate([[0], v])[np.concatenate([np.zeros_like(order[..., :1]), order + 1],
                                                        axis=-1)].cumsum(axis=-1)  # fmt: skip
        ranked = np.take_along_axis(column[..., rest], order, axis=-1).reshape(-1, len(rest))
        won = np.empty(len(ranked))
        rows = zip(ranked, column[..., first].reshape(len(ranked), -1),
                   below.reshape(len(ranked), -1), strict=True)  # fmt: skip
        for number, (row, own, sums) in enumerate(rows):
            # weight of the others below, and that of equal ones by half
            least, most = (sums[np.searchsorted(row, own, side)] for side in ("left", "right"))
            won[number] = w @ (least + most) / 2
        share: Floats = won.reshape(column.shape[:-1]) / (w.sum() * v.sum())
        return share

    return over_classes(area, classes, multiclass)


def class_auc_of_each(
    scores: Reals, codes: Sequence[Ints], classes: int, multiclass: str
) -> list[Floats]:
    """AUC of the same decision values with several sets of class numbers; see `class_auc`."""
    if len(scores) == 1:
        return auc_of_each(scores[0], [each == 1 for each in codes])
    return [_several(scores, each, classes, multiclass) for each in codes]


def over_classes(area: Callable[[int, list[int]], Floats], classes: int, multiclass: str) -> Floats:
    """The AUC of two or more classes from areas of one class against others: what is meant by it.

    Parameters
    ----------
    area : callable
        Of a class against a list of other classes.
    classes : int
        Number of classes.
    multiclass : str
        "ovo" or "ovr", see `class_auc`.
    """
    if classes == 2:
        return area(1, [0])
    every = range(classes)
    if multiclass == Multiclass.OVR:
        areas = [area(k, [j for j in every if j != k]) for k in every]
    else:
        areas = [(area(a, [b]) + area(b, [a])) / 2 for a, b in combinations(every, 2)]
    mean: Floats = np.mean(areas, axis=0)
    return mean


def _several(scores: Reals, codes: Ints, classes: int, multiclass: str) -> Floats:
    """AUC of three or more classes."""

    def area(a: int, others: list[int]) -> Floats:
        if len(others) == 1:
            return _auc_among(scores[a], codes, a, others[0])
        return auc(scores[a], codes == a)

    return over_classes(area, classes, multiclass)


def _auc_among(scores: Reals, codes: Ints, a: int, b: int) -> Floats:
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
    area: Floats = value * (negatives + other.sum(axis=-1)) / negatives
    return area
