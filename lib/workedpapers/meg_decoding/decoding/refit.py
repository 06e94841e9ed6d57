"""An explicit ridge regression for one training set, at many times at once.

It serves where one operator cannot: scaling inside each fold, a penalty chosen inside each fold,
training sets that are not the complement of the test set, and coefficients for other times.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from workedpapers.checks import Ints, Reals

from ..classifiers.lda import products, training_rule
from ..classifiers.ridge import project_out, solve_each, solve_ridge, unpenalised_basis
from ..preprocessing.scaling import spread_of
from .settings import Classifier, DecodingSettings, Scale

GRID = np.logspace(-4, 3, 15)  # of alpha="auto", in units of trace(K) / n


def penalties(settings: DecodingSettings, A: Reals) -> Reals:
    r"""Absolute penalties at the times of A, shape (b,).

    A relative one is in units of :math:`\bar w\,\mathrm{tr}(AA')/n`, the mean squared norm of all
    epochs times their mean weight; labels are not used.

    Parameters
    ----------
    settings : DecodingSettings
        Settings.
    A : array of float
        Centred and scaled features of all epochs, shape (b, n, p).
    """
    if isinstance(settings.alpha, float):
        return np.full(len(A), settings.alpha, A.dtype)
    norms = np.einsum("bnp,bnp->b", A, A) / A.shape[1]
    # a = lambda * mean(w) * tr(AA') / n; at a time when nothing varies any positive number will do.
    scale = np.where(norms > 0, norms, 1) * np.mean(settings.root_weights**2)
    alpha: Reals = (settings.penalty * scale).astype(A.dtype)
    return alpha


@dataclass(frozen=True)
class ConfoundRegression:
    """A regression of the features on the confounds, at b times.

    Parameters
    ----------
    slopes : array of float
        Shape (b, k, p), in the units of the features.
    mean : array of float
        Weighted mean of the confounds in the training set, shape (k,).
    """

    slopes: Reals
    mean: Reals

    def share(self, confounds: Reals) -> Reals:
        """What the confounds, shape (m, k), explain of the features, shape (b, m, p)."""
        # (f - f_mean)' (F'WF)^-1 F'W A
        return (confounds - self.mean) @ self.slopes


@dataclass(frozen=True)
class FoldFit(ABC):
    """A ridge regression of the labels on p features, at b times, or the LDA made of it.

    Parameters
    ----------
    mean : array of float
        Weighted mean of the training features, shape (b, 1, p).
    spread : array of float or None
        What they are divided by, shape (b, 1, p), if they were scaled in the fold.
    confounds : ConfoundRegression or None
        What is taken off the features, if there are confounds.
    response : array of float
        Weighted mean of the training labels, shape (c,), or constants, shape (b, c).
    alpha : array of float
        Shape (b,), or (b, problems) if each has its own.
    """

    mean: Reals
    spread: Reals | None
    confounds: ConfoundRegression | None
    response: Reals
    alpha: Reals

    @property
    @abstractmethod
    def scaled_beta(self) -> Reals:
        """Coefficients of the scaled features, shape (b, p, c)."""

    @property
    def beta(self) -> Reals:
        """Coefficients in the units of the features, shape (b, p, c)."""
        beta = self.scaled_beta
        return beta if self.spread is None else beta / self.spread.transpose(0, 2, 1)

    def centred(self, A: Reals, confounds: Reals | None) -> Reals:
        """Features of other epochs less their training mean and the confounds' share.

        Parameters
        ----------
        A : array of float
            Features, shape (b, m, p).
        confounds : array of float or None
            Shape (m, k), where the fit has some.
        """
        centred = A - self.mean
        if self.confounds is not None and confounds is not None:
            centred -= self.confounds.share(confounds)
        return centred

    def scores(self, A: Reals, confounds: Reals | None) -> Reals:
        """Decision values of other epochs, shape (b, m, c); see `centred` for the arguments."""
        # f(x) = y_mean + (x - x_mean)' beta
        return self.centred(A, confounds) @ self.beta + self.response[..., None, :]


@dataclass(frozen=True)
class PrimalFit(FoldFit):
    """A fit that holds coefficients of the features: fewer features than epochs.

    Parameters
    ----------
    coefficients : array of float
        Of the scaled features, shape (b, p, c).
    """

    coefficients: Reals

    @property
    def scaled_beta(self) -> Reals:
        """Coefficients of the scaled features."""
        return self.coefficients


@dataclass(frozen=True)
class DualFit(FoldFit):
    """A fit that holds one coefficient for each training epoch.

    Parameters
    ----------
    train : array of float
        Scaled training features, shape (b, n, p).
    dual : array of float
        Coefficients of the training epochs, shape (b, n, c).
    """

    train: Reals
    dual: Reals

    @property
    def scaled_beta(self) -> Reals:
        """Coefficients of the scaled features."""
        return self.train.transpose(0, 2, 1) @ self.dual  # beta = A'x

    def scores(self, A: Reals, confounds: Reals | None) -> Reals:
        """Decision values of other epochs."""
        if self.dual.shape[2] <= A.shape[1]:
            return super().scores(A, confounds)
        # Many columns: go by the small kernel between test and training epochs.
        centred = self.centred(A, confounds)
        if self.spread is not None:
            centred /= self.spread
        # f(x) = y_mean + (x - x_mean)' A' x_dual
        return centred @ self.train.transpose(0, 2, 1) @ self.dual + self.response[..., None, :]


def fit_fold(settings: DecodingSettings, A: Reals, Y: Reals, train: Ints) -> PrimalFit | DualFit:
    """Fit the training epochs of a fold.

    Parameters
    ----------
    settings : DecodingSettings
        The classifier, its penalty, weights and confounds.
    A : array of float
        Centred features of all epochs, shape (b, n, p).
    Y : array of float
        Targets of all epochs, shape (n, c), or those of several problems side by side. With
        ``alpha="auto"`` each problem chooses its own penalty.
    train : array of int
        Numbers of the training epochs.
    """
    weights = settings.root_weights[train]
    F = None if settings.confounds is None else settings.confounds[train]
    B, mean, spread, confounds = _training_features(settings, A[:, train], weights, F)
    Q = unpenalised_basis(weights, F)
    labels = project_out(weights[:, None] * Y[train], Q)
    _, n, p = B.shape
    Bt = B.transpose(0, 2, 1)
    dual = settings.alpha == "auto" or p >= n
    if settings.alpha == "auto":
        trace = np.einsum("bnp,bnp->b", B, B)
        # At a time when nothing varies any positive number will do.
        grid = np.where(trace > 0, trace, 1)[:, None] / (weights**2).sum() * GRID
        problems = Y.shape[1] // settings.targets.shape[1]
        alpha, solution = solve_each(B @ Bt, labels, Q, grid, problems)
        alpha = alpha[:, 0] if problems == 1 else alpha
    else:
        alpha = penalties(settings, A)
        if dual:
            solution = solve_ridge(B @ Bt, labels, alpha)  # (BB' + aI) x = y
        else:
            solution = solve_ridge(Bt @ B, Bt @ labels, alpha)  # (B'B + aI) beta = B'y
    response = np.average(Y[train], axis=0, weights=weights**2).astype(Y.dtype)
    if settings.classifier is Classifier.LDA:
        residual = penalised_products(labels, Bt, solution, alpha, settings.targets.shape[1])
        rule = training_rule(residual, Y[train], weights, Q, equal_priors=settings.equal_priors)
        solution, response = rule.discriminants(solution), rule.constant
    if dual:
        return DualFit(mean, spread, confounds, response, alpha, B, solution)
    return PrimalFit(mean, spread, confounds, response, alpha, solution)


def _training_features(
    settings: DecodingSettings, B: Reals, weights: Reals, F: Reals | None
) -> tuple[Reals, Reals, Reals | None, ConfoundRegression | None]:
    """Training features freed of mean, scale and confounds, times root weights; and these three.

    Parameters
    ----------
    settings : DecodingSettings
        Whether features are scaled here.
    B : array of float
        Features of the training epochs, shape (b, n, p). It is overwritten.
    weights : array of float
        Root weights of the training epochs, shape (n,).
    F : array of float or None
        Their confounds, shape (n, k).
    """
    mean = B.mean(axis=1, keepdims=True)
    B -= mean
    spread, confounds = None, None
    if settings.scale is Scale.FOLD:
        spread = spread_of(B, mean)
        B *= 1 / spread
    if (weights != weights[0]).any():
        # sum_i w_i b_i / sum_i w_i
        shift = np.einsum("n,bnp->bp", weights**2 / (weights**2).sum(), B)[:, None]
        B -= shift
        mean = mean + (shift if spread is None else shift * spread)
    if F is not None:
        centre = np.average(F, axis=0, weights=weights**2).astype(F.dtype)
        centred = F - centre
        inner = centred.T * weights**2
        slopes = np.linalg.solve(inner @ centred, inner) @ B  # (F'WF)^-1 F'W B
        B -= centred @ slopes
        slopes = slopes if spread is None else slopes * spread
        confounds = ConfoundRegression(slopes, centre)
    if (weights != 1).any():
        B *= weights[:, None]
    return B, mean, spread, confounds


def penalised_products(
    labels: Reals, Bt: Reals, solution: Reals, alpha: Reals, columns: int
) -> Reals:
    r"""Residual products :math:`Y'EY` of a training set, for `training_rule`.

    They are :math:`a Y'(K + aI)^{-1}Y`, and :math:`Y'Y - Y'B\beta` with fewer features than epochs.

    Parameters
    ----------
    labels : array of float
        Y, weighted and projected, shape (n, c).
    Bt : array of float
        B', shape (b, p, n).
    solution : array of float
        As in `FoldFit`.
    alpha : array of float
        a, shape (b,), or (b, P) if each problem has its own.
    columns : int
        Of one problem.

    Returns
    -------
    array of float
        Shape (b, P, columns, columns).
    """
    if solution.shape[1] == len(labels):
        # Y'EY = a Y'x
        return alpha.reshape(len(alpha), -1, 1, 1) * products(labels, solution, columns)
    # Y'EY = Y'Y - (B'Y)' beta
    return products(labels, labels, columns) - products(Bt @ labels, solution, columns)
