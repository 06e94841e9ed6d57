r"""Do the pictures themselves give the condition away, and what can be done about it?

Three tools, in the order of use. All take features with one row for each picture.

1. `balance` tells how far the conditions are apart in each feature, in standard deviations.
2. `decode_features` tells whether a decoder that sees nothing but the features finds the
   condition. A brain decoder that does no better, or no earlier, has shown nothing.
3. `match` keeps pairs of pictures that are alike. What is decoded from them does not come from
   these features. It costs trials, and says nothing about features that were not matched.

Where too few pairs are left, regress the features out of the recordings inside the training folds
instead (the argument ``confounds`` of the decoder). That keeps all trials, but takes off linear
effects only, and takes with them any true effect that goes along with the features.
"""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import Floats, Ints, as_seed, positive_int, probability
from workedpapers.stats import Interval

from ..classifiers.roc import mid_rank_sums, ordered_pairs
from ..decoding.folds import Fold, Labels, make_folds
from ..group.resample import draw_counts
from .mean_differences import balance, group_codes, two_conditions

__all__ = ["FeatureDecoding", "balance", "decode_features"]


class FeatureDecoding(NamedTuple):
    """How well features alone tell the conditions apart.

    Parameters
    ----------
    auc : Interval
        Area under the ROC curve over held-out pairs, with a bootstrap interval.
    p_value : float
        Share of label permutations that do as well (one-sided).
    null : array of float
        Their areas, shape (permutations,).
    scores : array of float
        Held-out score of each row, higher for condition 1, shape (n,).
    """

    auc: Interval
    p_value: float
    null: Floats
    scores: Floats


def decode_features(
    features: pd.DataFrame,
    y: ArrayLike,
    cv: Any = 5,
    groups: ArrayLike | None = None,
    *,
    penalty: float = 1.0,
    permutations: int = 1000,
    resamples: int = 2000,
    confidence: float = 0.95,
    seed: int | np.random.Generator = 0,
) -> FeatureDecoding:
    r"""Cross-validated decoding of the condition from picture features alone.

    A ridge classifier: with features standardised in the training rows and :math:`\tilde y` the
    labels less their training mean, a held-out row x has the score
    :math:`x^\top (X^\top X + \lambda I)^{-1} X^\top \tilde y`. The area is the share of pairs, one
    held-out row of each condition from the same fold, whose scores are in the right order; ties
    count one half. Scores of different folds come from different fits and are never compared.

    Parameters
    ----------
    features : DataFrame
        One row for each picture, one column for each feature. Rows for trials would put one
        picture in training and test; if there must be such rows, give ``groups``.
    y : array_like
        The condition of each row, two different values, shape (n,).
    cv : object
        Number of folds, or a scikit-learn splitter, or pairs of index arrays (train, test).
    groups : array_like or None
        Label of each row, such as the identity; rows of one group are held out together.
    penalty : float
        The ridge penalty, at least 0, in units of one row's squared standardised feature.
    permutations : int
        Number of label permutations, at least 20. If each group has one condition, groups are
        permuted, otherwise rows.
    resamples : int
        Number of bootstrap resamples, of groups or rows, at least 100. The decoders are not
        refitted, so the interval does not hold the luck of training.
    confidence : float
        Of the interval.
    seed : int or Generator
        Seed of folds, permutations and bootstrap.

    Returns
    -------
    FeatureDecoding
        The area with its interval, p, the permuted areas and the held-out scores.

    Raises
    ------
    TypeError, ValueError
        As `balance`; also if a training set lacks a condition or no test fold holds both, as in
        leave-one-out, where no pair can be compared.

    Warns
    -----
    UserWarning
        If identical rows are found both in training and in test.

    See Also
    --------
    balance : One feature at a time.
    match : Pairs that are alike.
    decode : The brain's answer.

    Notes
    -----
    Sources: Hastie, Tibshirani and Friedman 2009, ISBN 978-0-387-84857-0, section 3.4.1, for ridge
    regression; Ojala and Garriga 2010, JMLR 11:1833, for the permutations. That pairs are compared
    inside folds alone is ours.

    Chapter: :ref:`meg-brighter`.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> features = pd.DataFrame(
    ...     {"luminance": rng.normal(size=40), "contrast": rng.normal(size=40)}
    ... )
    >>> y = np.repeat(["familiar", "unfamiliar"], 20)
    >>> features.loc[y == "familiar", "luminance"] += 1.5
    >>> found = meg.decode_features(features, y, permutations=99, resamples=200)
    >>> found.auc.low > 0.5, found.p_value <= 0.05
    (True, True)
    """
    X, names, one = two_conditions(features, y)
    if not penalty >= 0 or not np.isfinite(penalty):
        raise ValueError(f"penalty: expected a number of at least 0, got {penalty!r}.")
    positive_int(permutations, "permutations", least=20)
    positive_int(resamples, "resamples", least=100)
    probability(confidence, "confidence", open_interval=True)
    seed = as_seed(seed)
    codes = group_codes(groups, len(X))
    if isinstance(cv, str):
        raise TypeError(f"cv: expected a number of folds, a splitter or pairs, got {cv!r}.")
    known = Labels(one.astype(np.intp), names, None if groups is None else codes)
    folds = make_folds(known, cv, seed, test_all=False)
    if any(_shares_rows(X[train], X[test]) for train, test in folds):
        warnings.warn(
            "decode_features: rows with the same features are both in training and in test. If "
            "they are trials of one picture, give one row for each picture, or groups.",
            UserWarning,
            stacklevel=2,
        )
    rng = np.random.default_rng(seed)
    labels = np.column_stack([one, _permuted(one, codes, permutations, rng)]).astype(float)
    scores = np.full(labels.shape, np.nan)
    right, pairs = np.zeros(labels.shape[1]), np.zeros(labels.shape[1])
    for train, test in folds:
        scores[test] = _ridge_scores(X[train], labels[train], X[test], penalty)
        more_right, more_pairs = _ordered_pairs(scores[test], labels[test])
        right, pairs = right + more_right, pairs + more_pairs
    if pairs[0] == 0:
        raise ValueError(
            "cv: no test fold holds both conditions, so no two held-out rows can be compared. Use "
            "larger folds."
        )
    areas = np.divide(right, pairs, out=np.full(len(pairs), 0.5), where=pairs > 0)
    null = areas[1:]
    low, high = _bootstrap(scores[:, 0], one, folds, codes, resamples, confidence, rng)
    p_value = (1 + (null >= areas[0] - 1e-12).sum()) / (1 + permutations)
    interval = Interval(float(areas[0]), min(low, float(areas[0])), max(high, float(areas[0])))
    return FeatureDecoding(interval, float(p_value), null, scores[:, 0])


def _ridge_scores(train: Floats, labels: Floats, test: Floats, penalty: float) -> Floats:
    """Scores of the test rows for every column of labels at once, shape (test, columns)."""
    mean, sd = train.mean(axis=0), train.std(axis=0)
    sd = np.where(sd > 1e-12 * (1 + np.abs(mean)), sd, np.inf)  # what does not vary says nothing
    A, B = (train - mean) / sd, (test - mean) / sd
    if penalty > 0:
        weights = np.linalg.solve(A.T @ A + penalty * np.eye(A.shape[1]), A.T)
    else:
        weights = np.linalg.pinv(A)
    scores: Floats = B @ (weights @ (labels - labels.mean(axis=0)))
    return scores


def _ordered_pairs(scores: Floats, labels: Floats) -> tuple[Floats, Floats]:
    """Number of pairs in the right order, and of all pairs, for every column."""
    # Scores that are equal but for rounding are ties.
    digits = np.round(scores / (np.abs(scores).max(axis=0) + 1e-300), 12)
    sums = mid_rank_sums(digits.T, labels.T > 0)
    return ordered_pairs(sums, labels.sum(axis=0), len(labels))


def _bootstrap(
    scores: Floats,
    one: NDArray[np.bool_],
    folds: list[Fold],
    codes: Ints,
    resamples: int,
    confidence: float,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Percentile interval: groups are drawn with replacement, pairs counted inside folds."""
    units = codes.max() + 1
    times = draw_counts(units, resamples, rng).astype(float)
    right, pairs = np.zeros(resamples), np.zeros(resamples)
    for _, test in folds:
        a, b = test[one[test]], test[~one[test]]
        order = np.sign(np.round(scores[a][:, None] - scores[b][None, :], 12)) / 2 + 0.5
        right += ((times[:, codes[a]] @ order) * times[:, codes[b]]).sum(axis=1)
        pairs += times[:, codes[a]].sum(axis=1) * times[:, codes[b]].sum(axis=1)
    areas = right[pairs > 0] / pairs[pairs > 0]  # a resample without any pair has no area
    low, high = np.quantile(areas, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return float(low), float(high)


def _permuted(
    one: NDArray[np.bool_], codes: Ints, count: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Permuted labels, shape (n, count)."""
    units = int(codes.max()) + 1
    of_unit = np.bincount(codes, weights=one) / np.bincount(codes)
    if not np.isin(of_unit, (0, 1)).all():  # conditions cross groups: rows are exchangeable
        return rng.permuted(np.tile(one[:, None], (1, count)), axis=0)
    shuffled = rng.permuted(np.tile(of_unit[:units, None] == 1, (1, count)), axis=0)
    return shuffled[codes]


def _shares_rows(train: Floats, test: Floats) -> bool:
    return not {row.tobytes() for row in train}.isdisjoint(row.tobytes() for row in test)
