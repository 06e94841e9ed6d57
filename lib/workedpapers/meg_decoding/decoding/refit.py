"""An explicit ridge regression for one training set, at many times at once.

It serves where one operator cannot: scaling inside each fold, a penalty chosen inside each fold,
training sets that are not the complement of the test set, and coefficients for other times.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workedpapers.checks import Ints, Reals

from ..classifiers.lda import products, training_rule
from ..classifiers.ridge import project_out, solve_each, solve_ridge, unpenalised_basis
from ..preprocessing.scaling import spread_of
from .settings import Task

GRID = np.logspace(-4, 3, 15)  # of alpha="auto", in units of trace(K) / n


def penalties(task: Task, A: Reals) -> Reals:
    r"""Absolute penalties at the times of A, shape (b,).

    A relative one is in units of :math:`\bar w\,\mathrm{tr}(AA')/n`, the mean squared norm of all
    epochs times their mean weight; labels are not used.

    Parameters
    ----------
    task : settings.
    A : centred and scaled features of all epochs, shape (b, n, p).
    """
    if isinstance(task.alpha, float):
        return np.full(len(A), task.alpha, A.dtype)
    norms = np.einsum("bnp,bnp->b", A, A) / A.shape[1]
    # At a time when nothing varies any positive number will do.
    scale = np.where(norms > 0, norms, 1) * np.mean(task.root_weights**2)
    return (task.penalty * scale).astype(A.dtype)


@dataclass(frozen=True)
class FoldFit:
    """A ridge regression of the labels on p features, at b times, or the LDA made of it.

    Parameters
    ----------
    mean : weighted mean of the training features, shape (b, 1, p).
    spread : what they are divided by, shape (b, 1, p), or None.
    slopes : of the features on the centred confounds, shape (b, k, p), or None.
    confound_mean : shape (k,), or None.
    train : scaled training features, shape (b, n, p), or None if ``solution`` is primal.
    solution : dual coefficients, shape (b, n, c), or coefficients of the features, (b, p, c).
    response : weighted mean of the training labels, shape (c,), or constants, shape (b, c).
    alpha : shape (b,), or (b, problems) if each has its own.
    """

    mean: Reals
    spread: Reals | None
    slopes: Reals | None
    confound_mean: Reals | None
    train: Reals | None
    solution: Reals
    response: Reals
    alpha: Reals

    @property
    def beta(self) -> Reals:
        """Coefficients in the units of the features, shape (b, p, c)."""
        scaled = (
            self.solution if self.train is None else self.train.transpose(0, 2, 1) @ self.solution
        )
        return scaled if self.spread is None else scaled / self.spread.transpose(0, 2, 1)

    def scores(self, A: Reals, confounds: Reals | None) -> Reals:
        """Decision values of other epochs, shape (b, m, c), the confounds' share taken off.

        Parameters
        ----------
        A : features, shape (b, m, p).
        confounds : shape (m, k), or None.
        """
        centred = A - self.mean
        if confounds is not None and self.slopes is not None and self.confound_mean is not None:
            centred -= (confounds - self.confound_mean) @ self.slopes
        if self.train is not None and self.solution.shape[2] > A.shape[1]:
            # Many columns: go by the small kernel between test and training epochs.
            if self.spread is not None:
                centred /= self.spread
            kernel = centred @ self.train.transpose(0, 2, 1)
            return np.asarray(kernel @ self.solution + self.response[..., None, :])
        return np.asarray(centred @ self.beta + self.response[..., None, :])


def fit_fold(task: Task, A: Reals, Y: Reals, train: Ints) -> FoldFit:
    """Fit the training epochs of a fold.

    Parameters
    ----------
    task : settings.
    A : centred features of all epochs, shape (b, n, p).
    Y : targets of all epochs, shape (n, c), or those of several problems side by side. With
        ``alpha="auto"`` each problem chooses its own penalty.
    train : numbers of the training epochs.
    """
    weights = task.root_weights[train]
    B = A[:, train]
    mean = B.mean(axis=1, keepdims=True)
    B -= mean
    spread = None
    if task.scale == "fold":
        spread = spread_of(B, mean)
        B *= 1 / spread
    shift, slopes, confound_mean, F = None, None, None, None
    if (weights != weights[0]).any():
        shift = np.einsum("n,bnp->bp", weights**2 / (weights**2).sum(), B)[:, None]
        B -= shift
        mean = mean + (shift if spread is None else shift * spread)
    if task.confounds is not None:
        F = task.confounds[train]
        confound_mean = np.average(F, axis=0, weights=weights**2).astype(F.dtype)
        centred = F - confound_mean
        inner = centred.T * weights**2
        slopes = np.linalg.solve(inner @ centred, inner) @ B
        B -= centred @ slopes
        slopes = slopes if spread is None else slopes * spread
    if (weights != 1).any():
        B *= weights[:, None]
    Q = unpenalised_basis(weights, F)
    labels = project_out(weights[:, None] * Y[train], Q)
    response = np.average(Y[train], axis=0, weights=weights**2).astype(Y.dtype)
    _, n, p = B.shape
    Bt = B.transpose(0, 2, 1)
    kept: Reals | None = B
    if task.alpha == "auto":
        trace = np.einsum("bnp,bnp->b", B, B)
        # At a time when nothing varies any positive number will do.
        grid = np.where(trace > 0, trace, 1)[:, None] / (weights**2).sum() * GRID
        problems = Y.shape[1] // task.targets.shape[1]
        alpha, solution = solve_each(B @ Bt, labels, Q, grid, problems)
        alpha = alpha[:, 0] if problems == 1 else alpha
    elif p >= n:
        alpha = penalties(task, A)
        solution = solve_ridge(B @ Bt, labels, alpha)
    else:
        alpha = penalties(task, A)
        solution, kept = solve_ridge(Bt @ B, Bt @ labels, alpha), None
    if task.classifier == "lda":
        c = task.targets.shape[1]
        residual = penalised_products(labels, Bt, solution, alpha, c)
        rule = training_rule(residual, Y[train], weights, Q, equal_priors=task.equal_priors)
        solution, response = rule.turn(solution), rule.constant
    return FoldFit(mean, spread, slopes, confound_mean, kept, solution, response, alpha)


def penalised_products(
    labels: Reals, Bt: Reals, solution: Reals, alpha: Reals, columns: int
) -> Reals:
    r"""Residual products :math:`Y'EY` of a training set, for `lda.training_rule`.

    They are :math:`a Y'(K + aI)^{-1}Y`, and :math:`Y'Y - Y'B\beta` with fewer features than epochs.

    Parameters
    ----------
    labels : Y, weighted and projected, shape (n, c).
    Bt : B', shape (b, p, n).
    solution : as in `FoldFit`.
    alpha : a, shape (b,), or (b, P) if each problem has its own.
    columns : of one problem.

    Returns
    -------
    Shape (b, P, columns, columns).
    """
    if solution.shape[1] == len(labels):
        return alpha.reshape(len(alpha), -1, 1, 1) * products(labels, solution, columns)
    return products(labels, labels, columns) - products(Bt @ labels, solution, columns)
