"""Estimators for scikit-learn's and MNE's own tools: one fit for all times.

`TimeResolvedRidge` stands where ``SlidingEstimator(make_pipeline(StandardScaler(),
RidgeClassifier()))`` stood, `TimeResolvedLDA` where ``LinearDiscriminantAnalysis(solver="lsqr",
shrinkage=...)`` was the last step; `GeneralizingRidge` and `GeneralizingLDA` stand where
GeneralizingEstimator stood. They import scikit-learn, so that the package loads this module only
when it is asked for.
"""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from workedpapers.checks import Reals, as_float_array, one_of, probability
from workedpapers.threads import one_thread

from ..classifiers.lda import log_odds, training_rule
from ..classifiers.ridge import solve_ridge
from ..classifiers.roc import class_auc
from ..preprocessing.scaling import spread_of
from .refit import penalised_products
from .scores import correct
from .settings import targets_of

if TYPE_CHECKING:  # scikit-learn has no types

    class BaseEstimator:
        """Its parameters are those of ``__init__``."""

    class ClassifierMixin:
        """Its kind is that of a classifier."""
else:
    from sklearn.base import BaseEstimator, ClassifierMixin

__all__ = ["GeneralizingLDA", "GeneralizingRidge", "TimeResolvedLDA", "TimeResolvedRidge"]


class _TimeResolved(ClassifierMixin, BaseEstimator, metaclass=ABCMeta):
    """What the estimators share; each one says how coefficients are found."""

    scale: bool
    scoring: str
    multiclass: str

    _own_time = True  # whether a decoder is tested at the time of its training alone

    @one_thread
    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit a decoder at each time.

        Parameters
        ----------
        X : array_like
            Epochs, shape (n, p, t).
        y : array_like
            Labels, shape (n,).

        Returns
        -------
        Self
            The estimator itself.

        Raises
        ------
        TypeError, ValueError
            For shapes, values or parameters that do not fit.
        """
        data, labels = as_float_array(X, "X", ndim=3), np.asarray(y)
        if labels.shape != data.shape[:1]:
            raise ValueError(f"y: expected {len(data)} labels, got shape {labels.shape}.")
        self._check_parameters()
        if not isinstance(self.scale, (bool, np.bool_)):
            raise TypeError(f"scale: expected True or False, got {self.scale!r}.")
        one_of(self.scoring, "scoring", ("roc_auc", "accuracy"))
        one_of(self.multiclass, "multiclass", ("ovo", "ovr"))
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y: expected at least two classes, got only {self.classes_}.")
        A = np.ascontiguousarray(data.transpose(2, 0, 1))
        mean = A.mean(axis=1, keepdims=True)
        A -= mean
        spread = np.asarray(spread_of(A, mean)) if self.scale else np.ones_like(mean)
        A = np.divide(A, spread, dtype=np.float64)
        beta, level = self._solve(A, targets_of(codes, len(self.classes_)))
        self.coef_ = beta / spread.transpose(0, 2, 1)
        self.intercept_ = level - (mean @ self.coef_)[:, 0]
        self.n_features_in_ = data.shape[1]
        return self

    def decision_function(self, X: ArrayLike) -> Reals:
        """Decision values of epochs.

        Parameters
        ----------
        X : array_like
            Epochs, shape (n, p, t).

        Returns
        -------
        array of float
            Shape (n, t) for two classes, else (n, t, classes). Where decoders are tested at every
            time, (n, t, u) or (n, t, u, classes), for t training and u test times; so it is with
            the other methods.
        """
        values = self._values(self._checked(X))
        return values[..., 0] if values.shape[-1] == 1 else values

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Labels of epochs.

        Parameters
        ----------
        X : array_like
            Epochs, shape (n, p, t).

        Returns
        -------
        array
            Shape (n, t) or (n, t, u).
        """
        values = self._values(self._checked(X))
        chosen = values[..., 0] > 0 if values.shape[-1] == 1 else values.argmax(axis=-1)
        labels: NDArray[Any] = self.classes_[chosen.astype(int)]
        return labels

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: None = None) -> Reals:
        """AUC or accuracy at each time.

        Parameters
        ----------
        X : array_like
            Epochs, shape (n, p, t).
        y : array_like
            Labels of the training set, shape (n,).
        sample_weight : None
            For the interface alone.

        Returns
        -------
        array of float
            Shape (t,), or for training and test times, (t, u).

        Raises
        ------
        ValueError
            For labels that the training set lacks, or without an epoch of a class for the AUC.
        """
        values, labels = self._values(self._checked(X)), np.asarray(y)
        if labels.shape != values.shape[:1]:
            raise ValueError(f"y: expected {len(values)} labels, got shape {labels.shape}.")
        unknown = np.setdiff1d(labels, self.classes_)
        if len(unknown):
            raise ValueError(f"y: expected labels of the training set, got {unknown[0]!s}.")
        codes, classes = np.searchsorted(self.classes_, labels), len(self.classes_)
        if self.scoring == "accuracy":
            accuracy: Reals = correct(np.moveaxis(values, 0, -2), codes).mean(axis=-1)
            return accuracy
        if len(np.unique(codes)) < classes:
            raise ValueError("y: expected every class, for the AUC is not defined without one.")
        by_column = np.ascontiguousarray(np.moveaxis(self._ranked(values), 0, -1))  # (..., c, n)
        return class_auc(np.moveaxis(by_column, -2, 0), codes, classes, self.multiclass)

    @abstractmethod
    def _check_parameters(self) -> None:
        """Raise an error for a penalty that does not fit."""

    @abstractmethod
    def _solve(self, A: Reals, Y: Reals) -> tuple[Reals, Reals]:
        """Coefficients, (t, p, c), and constants, (t, c), for centred A, (t, n, p), Y (n, c)."""

    def _ranked(self, values: Reals) -> Reals:
        """What the AUC compares, of the shape of ``values``."""
        return values

    def _values(self, X: Reals) -> Reals:
        """Decision values with a last axis for the classes, (n, t, c) or (n, t, u, c)."""
        if self._own_time:
            found: Reals = X.transpose(2, 0, 1) @ self.coef_ + self.intercept_[:, None]
            return found.transpose(1, 0, 2)
        beta = self.coef_.transpose(2, 0, 1)  # (c, t, p)
        found = beta[:, None] @ X + self.intercept_.T[:, None, :, None]  # (c, n, t, u)
        return np.moveaxis(found, 0, -1)

    def _checked(self, X: ArrayLike) -> Reals:
        check_is_fitted(self)
        data, (t, p, _) = as_float_array(X, "X", ndim=3), self.coef_.shape
        if data.shape[1] != p or (self._own_time and data.shape[2] != t):
            raise ValueError(
                f"X: expected {p} channels" + (f" and {t} times" if self._own_time else "")
                + f", got shape {data.shape}."
            )  # fmt: skip
        return data


class TimeResolvedRidge(_TimeResolved):
    r"""Ridge classifier at each time, fitted to all times at once.

    Parameters
    ----------
    alpha : float
        Penalty, positive, as in `sklearn.linear_model.RidgeClassifier`.
    scale : bool
        True standardises each channel at each time over the training epochs, as StandardScaler
        does; False does not.
    scoring : str
        "roc_auc" or "accuracy", what `score` returns.
    multiclass : str
        "ovo" or "ovr", the AUC of three or more classes.

    Attributes
    ----------
    classes_ : object
        Labels in order.
    coef_ : object
        Shape (t, p, c), in the units of the data; c = 1 for two classes.
    intercept_ : object
        Shape (t, c).

    See Also
    --------
    decode : With cross-validation in closed form.
    TimeResolvedLDA : Linear discriminant analysis.
    GeneralizingRidge : Tested at every time.

    Notes
    -----
    At each time :math:`\beta = (X'X + aI)^{-1} X'y` of centred and, if asked, scaled epochs.

    Source: Hastie, Tibshirani and Friedman 2009, ISBN 978-0-387-84857-0, section 3.4.1.

    Chapter: :ref:`meg-own-data`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((80, 6, 5))  # epochs, channels, times
    >>> y = np.repeat(["cat", "dog"], 40)
    >>> X[y == "dog", 0, 2:] += 2  # the first channel tells them apart from the third time on
    >>> model = meg.TimeResolvedRidge(alpha=10.0).fit(X[::2], y[::2])
    >>> model.score(X[1::2], y[1::2]).round(2).tolist()
    [0.52, 0.49, 0.88, 0.88, 0.86]
    """

    def __init__(
        self,
        alpha: float = 1.0,
        scale: bool = True,
        scoring: str = "roc_auc",
        multiclass: str = "ovo",
    ) -> None:
        self.alpha = alpha
        self.scale = scale
        self.scoring = scoring
        self.multiclass = multiclass

    def _check_parameters(self) -> None:
        if not self.alpha > 0:
            raise ValueError(f"alpha: expected a positive number, got {self.alpha}.")

    def _solve(self, A: Reals, Y: Reals) -> tuple[Reals, Reals]:
        beta, _ = _ridge(A, Y, np.full(len(A), float(self.alpha)))
        return beta, Y.mean(axis=0)


class TimeResolvedLDA(_TimeResolved):
    r"""Linear discriminant analysis at each time, fitted to all times at once.

    Parameters
    ----------
    shrinkage : float
        s, strictly between 0 and 1, as in
        `sklearn.discriminant_analysis.LinearDiscriminantAnalysis`: the covariance within classes
        is :math:`(1 - s) \Sigma + s\,\tfrac{\mathrm{tr} \Sigma}{p} I`. There is no "auto".
    scale : bool
        True standardises each channel at each time over the training epochs, as StandardScaler
        does; False does not.
    scoring : str
        "roc_auc" or "accuracy", what `score` returns.
    multiclass : str
        "ovo" or "ovr", the AUC of three or more classes.

    Attributes
    ----------
    classes_ : object
        Labels in order.
    coef_ : object
        Shape (t, p, c), in the units of the data; c = 1 for two classes.
    intercept_ : object
        Shape (t, c).

    See Also
    --------
    TimeResolvedRidge : Ridge regression on labels.
    GeneralizingLDA : Tested at every time.

    Notes
    -----
    The decision value of two classes is the log odds of the second, as in scikit-learn. Those of
    more are discriminants of classes whose means are taken less the mean of all epochs, as in
    scikit-learn with ``solver="svd"``; with "lsqr" they differ by a function common to all
    classes. Labels and probabilities are the same. Priors are the classes' shares of the training
    set. The AUC of three or more classes is that of the probabilities.

    Source: Hastie, Buja and Tibshirani 1995, doi:10.1214/aos/1176324456.

    Chapter: :ref:`meg-own-data`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((80, 6, 5))  # epochs, channels, times
    >>> y = np.repeat(["cat", "dog"], 40)
    >>> X[y == "dog", 0, 2:] += 2  # the first channel tells them apart from the third time on
    >>> model = meg.TimeResolvedLDA(shrinkage=0.1).fit(X[::2], y[::2])
    >>> model.predict_proba(X[1::2]).shape
    (40, 5, 2)
    >>> model.score(X[1::2], y[1::2]).round(2).tolist()
    [0.53, 0.48, 0.88, 0.88, 0.86]
    """

    def __init__(
        self,
        shrinkage: float = 0.1,
        scale: bool = True,
        scoring: str = "roc_auc",
        multiclass: str = "ovo",
    ) -> None:
        self.shrinkage = shrinkage
        self.scale = scale
        self.scoring = scoring
        self.multiclass = multiclass

    def predict_proba(self, X: ArrayLike) -> Reals:
        """Posterior probabilities of the classes.

        Parameters
        ----------
        X : array_like
            Epochs, shape (n, p, t).

        Returns
        -------
        array of float
            Shape (n, t, classes), or (n, t, u, classes) if tested at every time.
        """
        values = self._values(self._checked(X))
        if values.shape[-1] == 1:
            values = np.concatenate([np.zeros_like(values), values], axis=-1)
        share = np.exp(values - values.max(axis=-1, keepdims=True))
        probability_: Reals = share / share.sum(axis=-1, keepdims=True)
        return probability_

    def _check_parameters(self) -> None:
        probability(self.shrinkage, "shrinkage", open_interval=True)

    def _solve(self, A: Reals, Y: Reals) -> tuple[Reals, Reals]:
        _, n, p = A.shape
        if n == len(self.classes_):
            raise ValueError(f"X: expected more epochs than the {n} classes; none varies within.")
        s, c = float(self.shrinkage), Y.shape[1]
        member = (np.column_stack([Y < 0, Y > 0]) if c == 1 else Y > 0).astype(float)
        sums = member.T @ A  # (t, K, p)
        between = ((sums**2).sum(axis=2) / member.sum(axis=0)).sum(axis=1)
        within = np.einsum("tnp,tnp->t", A, A) - between
        # At a time when nothing varies any positive number will do.
        alpha = s / (1 - s) * np.where(within > 0, within, 1) / p
        beta, residual = _ridge(A, Y, alpha)
        constant = np.full((n, 1), n**-0.5)
        rule = training_rule(residual, Y, np.ones(n), constant, keep=1 - s)
        return rule.discriminants(beta), rule.constant

    def _ranked(self, values: Reals) -> Reals:
        return log_odds(values)


class GeneralizingRidge(TimeResolvedRidge):
    """`TimeResolvedRidge` whose decoders are tested at every time, not only at their own.

    Parameters
    ----------
    alpha : float
        As in `TimeResolvedRidge`.
    scale : bool
        As in `TimeResolvedRidge`.
    scoring : str
        "roc_auc" or "accuracy".
    multiclass : str
        "ovo" or "ovr".

    See Also
    --------
    TimeResolvedRidge : Tested at its own time alone.
    generalise : With cross-validation.

    Notes
    -----
    Source: King and Dehaene 2014, doi:10.1016/j.tics.2014.01.002.

    Chapter: :ref:`meg-own-data`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((80, 6, 5))  # epochs, channels, times
    >>> y = np.repeat(["cat", "dog"], 40)
    >>> X[y == "dog", 0, 2:] += 2  # the first channel tells them apart from the third time on
    >>> model = meg.GeneralizingRidge(alpha=10.0).fit(X[::2], y[::2])
    >>> model.score(X[1::2], y[1::2]).shape
    (5, 5)
    """

    _own_time = False


class GeneralizingLDA(TimeResolvedLDA):
    """`TimeResolvedLDA` whose decoders are tested at every time, not only at their own.

    Parameters
    ----------
    shrinkage : float
        As in `TimeResolvedLDA`.
    scale : bool
        As in `TimeResolvedLDA`.
    scoring : str
        "roc_auc" or "accuracy".
    multiclass : str
        "ovo" or "ovr".

    See Also
    --------
    TimeResolvedLDA : Tested at its own time alone.
    generalise : With cross-validation.

    Notes
    -----
    Source: King and Dehaene 2014, doi:10.1016/j.tics.2014.01.002.

    Chapter: :ref:`meg-own-data`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((80, 6, 5))  # epochs, channels, times
    >>> y = np.repeat(["cat", "dog"], 40)
    >>> X[y == "dog", 0, 2:] += 2  # the first channel tells them apart from the third time on
    >>> model = meg.GeneralizingLDA().fit(X[::2], y[::2])
    >>> model.decision_function(X[1::2]).shape
    (40, 5, 5)
    """

    _own_time = False


def _ridge(A: Reals, Y: Reals, alpha: Reals) -> tuple[Reals, Reals]:
    """Coefficients, shape (t, p, c), for centred A, and `penalised_products`, (t, 1, c, c)."""
    At, (_, n, p) = A.transpose(0, 2, 1), A.shape
    labels, dual = Y - Y.mean(axis=0), p >= n
    x = solve_ridge(A @ At, labels, alpha) if dual else solve_ridge(At @ A, At @ labels, alpha)
    residual = penalised_products(labels, At, x, alpha, Y.shape[1])
    return (At @ x if dual else x), residual
