"""Fits of one training set at all times, and decision values: what the estimators compute.

A few times are in hand at once, so that the epochs of these stay in the processor's cache from
their first use to their last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from workedpapers.checks import Floats, Reals, as_float_array

from ..classifiers.lda import training_rule
from ..classifiers.ridge import solve_ridge
from ..preprocessing.scaling import spread_of
from .refit import penalised_products

__all__ = ["LinearFits", "TrainingSet", "decision_values", "epochs_of", "fit_lda", "fit_ridge"]

_CHUNK = 2**20  # numbers held for one chunk of times


class TrainingSet(NamedTuple):
    """Labels and weights of the training epochs.

    Parameters
    ----------
    Y : array of float
        Targets, -1 and +1, shape (n, c).
    sample_weight : array of float
        Weights by which epochs count in means and scales, shape (n,).
    root_weights : array of float
        Roots of the weights by which errors count, those of the classes included, shape (n,).
    equal_priors : bool
        Whether LDA takes the classes to be equally frequent.
    """

    Y: Reals
    sample_weight: Floats
    root_weights: Floats
    equal_priors: bool

    @property
    def labels(self) -> Reals:
        """Targets less their weighted mean, times root weights."""
        return (self.Y - self.mean) * self.root_weights[:, None]

    @property
    def mean(self) -> Reals:
        """Weighted mean of the targets, shape (c,)."""
        mean: Reals = np.average(self.Y, axis=0, weights=self.root_weights**2)
        return mean


class LinearFits(NamedTuple):
    """Decoders of all times, in the units of the data.

    Parameters
    ----------
    beta : array of float
        Coefficients, shape (t, p, c).
    constant : array of float
        Shape (t, c).
    covariance : array of float
        Of the channels with the decision values in the training set, shape (t, p, c).
    inner : array of float
        Covariance of the decision values, shape (t, c, c).
    """

    beta: Reals
    constant: Reals
    covariance: Reals
    inner: Reals


Solution = tuple[Reals, Reals, Reals]  # coefficients, scores of the training set, constants


def epochs_of(X: ArrayLike) -> Reals:
    """Epochs as an array, without a copy where that can be; values are looked at later."""
    if type(X) is np.ndarray and X.dtype.kind == "f" and X.ndim == 3 and X.size:
        return X
    return as_float_array(X, "X", ndim=3)


def fit_ridge(X: Reals, train: TrainingSet, scale: bool, alpha: float) -> LinearFits:
    """Ridge regression at each time.

    Parameters
    ----------
    X : array of float
        Epochs, shape (n, p, t).
    train : TrainingSet
        Labels and weights.
    scale : bool
        Whether channels are divided by their standard deviation.
    alpha : float
        Penalty.
    """
    labels, mean = train.labels, train.mean

    def solve(A: Reals) -> Solution:
        beta, scores, _ = _ridge(A, labels, np.full(len(A), alpha))
        return beta, scores, np.broadcast_to(mean, (len(A), len(mean)))

    return _fit(X, train, scale, solve)


def fit_lda(X: Reals, train: TrainingSet, scale: bool, shrinkage: float) -> LinearFits:
    """Linear discriminant analysis at each time, see `fit_ridge`."""
    s, labels, weights = shrinkage, train.labels, train.root_weights
    c, p = train.Y.shape[1], X.shape[1]
    positive = train.Y > 0
    member = (np.column_stack([~positive, positive]) if c == 1 else positive) * weights[:, None]
    sizes = (member**2).sum(axis=0)
    Q = weights[:, None] / np.sqrt((weights**2).sum())

    def solve(A: Reals) -> Solution:
        between = (((member.T @ A) ** 2).sum(axis=2) / sizes).sum(axis=1)
        within = np.einsum("tnp,tnp->t", A, A) - between
        # At a time when nothing varies any positive number will do.
        alpha = s / (1 - s) * np.where(within > 0, within, 1) / p
        beta, scores, residual = _ridge(A, labels, alpha)
        rule = training_rule(
            residual, train.Y, weights, Q, equal_priors=train.equal_priors, keep=1 - s
        )
        return rule.discriminants(beta), rule.discriminants(scores), rule.constant

    return _fit(X, train, scale, solve)


def decision_values(X: Reals, beta: Reals, constant: Reals) -> Reals:
    """Decision values of each decoder at its own time, shape (n, t, c).

    Parameters
    ----------
    X : array of float
        Epochs, shape (n, p, t).
    beta, constant : array of float
        As in `LinearFits`.
    """
    n, p, t = X.shape
    values = np.empty((n, t, beta.shape[2]))
    for at in _chunks(n * p, t):
        A = np.ascontiguousarray(X[:, :, at].transpose(2, 0, 1))
        values[:, at] = (A @ beta[at] + constant[at, None]).transpose(1, 0, 2)
    return values


def _chunks(numbers: int, t: int) -> Iterator[slice]:
    step = max(1, _CHUNK // numbers)
    for start in range(0, t, step):
        yield slice(start, start + step)


def _fit(
    X: Reals, train: TrainingSet, scale: bool, solve: Callable[[Reals], Solution]
) -> LinearFits:
    """Centre, scale and weight the epochs of a few times, solve, and undo the scale."""
    n, p, t = X.shape
    c = train.Y.shape[1]
    found = LinearFits(
        np.empty((t, p, c)), np.empty((t, c)), np.empty((t, p, c)), np.empty((t, c, c))
    )
    weights, share = train.root_weights, train.sample_weight / train.sample_weight.sum()
    alike = bool((share == share[0]).all())
    even = alike and bool((weights == weights[0]).all())
    for at in _chunks(n * (n + p), t):
        A = X[:, :, at].transpose(2, 0, 1).astype(np.float64, order="C")
        mean = A.mean(axis=1, keepdims=True)
        if not np.isfinite(mean).all():
            as_float_array(X, "X")  # says where
        A -= mean
        if not alike:
            # sum_i w_i a_i / sum_i w_i
            shift = (share @ A)[:, None]
            A -= shift
            mean += shift
        spread: Any = 1.0
        if scale:
            weighted = A if alike else A * np.sqrt(share * n)[:, None]
            spread = spread_of(weighted, mean)
            A *= 1 / spread
        if not even:  # weights of classes count here, as in a classifier behind a scaler
            shift = (weights**2 / (weights**2).sum() @ A)[:, None]
            A -= shift
            mean = mean + shift * spread
        if (weights != 1).any():
            A *= weights[:, None]
        beta, scores, constant = solve(A)
        turned = spread if np.ndim(spread) == 0 else spread.transpose(0, 2, 1)
        found.beta[at] = beta / turned
        found.constant[at] = constant - (mean @ found.beta[at])[:, 0]
        total = (weights**2).sum()
        found.covariance[at] = A.transpose(0, 2, 1) @ scores / total * turned
        found.inner[at] = scores.transpose(0, 2, 1) @ scores / total
    return found


def _ridge(A: Reals, labels: Reals, alpha: Reals) -> Solution:
    """Coefficients, (t, p, c), scores, (t, n, c), and `penalised_products`, (t, 1, c, c)."""
    At, (_, n, p) = A.transpose(0, 2, 1), A.shape
    dual = p >= n
    x = solve_ridge(A @ At, labels, alpha) if dual else solve_ridge(At @ A, At @ labels, alpha)
    residual = penalised_products(labels, At, x, alpha, labels.shape[1])
    if dual:
        # (K + aI) x = y, so that the scores K x are y - a x
        return At @ x, labels - alpha[:, None, None] * x, residual
    return x, A @ x, residual
