"""Estimators for scikit-learn's and MNE's own tools: one fit for all times.

`TimeResolvedRidge` stands where ``SlidingEstimator(make_pipeline(StandardScaler(),
RidgeClassifier()))`` stood, `GeneralizingRidge` where GeneralizingEstimator stood. They import
scikit-learn, so that the package loads this module only when it is asked for.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from workedpapers.checks import as_float_array, one_of

from .auc import class_auc
from .model import solve_ridge
from .scaling import spread_of
from .scores import correct
from .task import targets_of
from .threads import one_thread

__all__ = ["GeneralizingRidge", "TimeResolvedRidge"]


class TimeResolvedRidge(ClassifierMixin, BaseEstimator):
    """Ridge classifier at each time, fitted to all times at once.

    Parameters
    ----------
    alpha : penalty, positive, as in `sklearn.linear_model.RidgeClassifier`.
    scale : True standardises each channel at each time over the training epochs, as
        StandardScaler does; False does not.
    scoring : "roc_auc" or "accuracy", what `score` returns.
    multiclass : "ovo" or "ovr", the AUC of three or more classes.

    Attributes
    ----------
    classes_ : labels in order.
    coef_ : shape (t, p, c), in the units of the data; c = 1 for two classes.
    intercept_ : shape (t, c).
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

    @one_thread
    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit X, shape (n, p, t), to labels y, shape (n,).

        Raises
        ------
        TypeError, ValueError : for shapes, values or parameters that do not fit.
        """
        data, labels = as_float_array(X, "X", ndim=3), np.asarray(y)
        if labels.shape != data.shape[:1]:
            raise ValueError(f"y: expected {len(data)} labels, got shape {labels.shape}.")
        if not self.alpha > 0:
            raise ValueError(f"alpha: expected a positive number, got {self.alpha}.")
        one_of(self.scoring, "scoring", ("roc_auc", "accuracy"))
        one_of(self.multiclass, "multiclass", ("ovo", "ovr"))
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y: expected at least two classes, got only {self.classes_}.")
        Y = targets_of(codes, len(self.classes_))
        A = np.ascontiguousarray(data.transpose(2, 0, 1))
        mean = A.mean(axis=1, keepdims=True)
        A -= mean
        spread = np.asarray(spread_of(A, mean)) if self.scale else np.ones_like(mean)
        A = np.divide(A, spread, dtype=np.float64)
        At, (t, n, p) = A.transpose(0, 2, 1), A.shape
        penalty, centred = np.full(t, float(self.alpha)), Y - Y.mean(axis=0)
        if p >= n:
            beta = At @ solve_ridge(A @ At, centred, penalty)
        else:
            beta = solve_ridge(At @ A, At @ centred, penalty)
        self.coef_ = beta / spread.transpose(0, 2, 1)
        self.intercept_ = Y.mean(axis=0) - (mean @ self.coef_)[:, 0]
        self.n_features_in_ = p
        return self

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Decision values, shape (n, t) for two classes, else (n, t, classes)."""
        values = self._values(self._checked(X, times=True))
        return values[..., 0] if values.shape[-1] == 1 else values

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Labels, shape (n, t)."""
        values = self._values(self._checked(X, times=True))
        chosen = values[..., 0] > 0 if values.shape[-1] == 1 else values.argmax(axis=-1)
        return np.asarray(self.classes_[chosen.astype(int)])

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: None = None) -> NDArray[np.float64]:
        """AUC or accuracy at each time, shape (t,)."""
        return self._score(self._values(self._checked(X, times=True)), y)

    def _values(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Decision values with a last axis for the classes, (n, t, c)."""
        found = X.transpose(2, 0, 1) @ self.coef_ + self.intercept_[:, None]
        return found.transpose(1, 0, 2)

    def _score(self, values: NDArray[np.float64], y: ArrayLike) -> NDArray[np.float64]:
        labels = np.asarray(y)
        if labels.shape != values.shape[:1]:
            raise ValueError(f"y: expected {len(values)} labels, got shape {labels.shape}.")
        unknown = np.setdiff1d(labels, self.classes_)
        if len(unknown):
            raise ValueError(f"y: expected labels of the training set, got {unknown[0]!s}.")
        codes = np.searchsorted(self.classes_, labels)
        if self.scoring == "accuracy":
            return correct(np.moveaxis(values, 0, -2), codes).mean(axis=-1)
        if len(np.unique(codes)) < len(self.classes_):
            raise ValueError("y: expected every class, for the AUC is not defined without one.")
        by_column = np.ascontiguousarray(np.moveaxis(values, 0, -1))  # (..., c, n)
        return class_auc(np.moveaxis(by_column, -2, 0), codes, len(self.classes_), self.multiclass)

    def _checked(self, X: ArrayLike, times: bool) -> NDArray[np.float64]:
        check_is_fitted(self)
        data, (t, p, _) = as_float_array(X, "X", ndim=3), self.coef_.shape
        if data.shape[1] != p or (times and data.shape[2] != t):
            raise ValueError(
                f"X: expected {p} channels" + (f" and {t} times" if times else "")
                + f", got shape {data.shape}."
            )  # fmt: skip
        return data


class GeneralizingRidge(TimeResolvedRidge):
    """`TimeResolvedRidge` whose decoders are tested at every time, not only at their own."""

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Decision values, shape (n, t, u) for two classes, else (n, t, u, classes)."""
        values = self._values(self._checked(X, times=False))
        return values[..., 0] if values.shape[-1] == 1 else values

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Labels, shape (n, t, u): training times, then test times."""
        values = self._values(self._checked(X, times=False))
        chosen = values[..., 0] > 0 if values.shape[-1] == 1 else values.argmax(axis=-1)
        return np.asarray(self.classes_[chosen.astype(int)])

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: None = None) -> NDArray[np.float64]:
        """AUC or accuracy for each training and test time, shape (t, u)."""
        return self._score(self._values(self._checked(X, times=False)), y)

    def _values(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        beta = self.coef_.transpose(2, 0, 1)  # (c, t, p)
        found = beta[:, None] @ X + self.intercept_.T[:, None, :, None]  # (c, n, t, u)
        return np.moveaxis(found, 0, -1)
