"""Estimators for scikit-learn's and MNE's own tools: one fit for all times.

`TimeResolvedRidge` stands where ``SlidingEstimator(make_pipeline(StandardScaler(),
RidgeClassifier()))`` stood, `TimeResolvedLDA` where ``LinearDiscriminantAnalysis(solver="lsqr",
shrinkage=...)`` was the last step; `GeneralizingRidge` and `GeneralizingLDA` stand where
GeneralizingEstimator stood. They import scikit-learn, so that the package loads this module only
when it is asked for.
"""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from workedpapers.checks import (
    Floats,
    Ints,
    Reals,
    as_float_array,
    one_of,
    positive_array,
    probability,
)
from workedpapers.threads import one_thread

from ..classifiers.lda import log_odds
from ..classifiers.roc import class_auc, weighted_class_auc
from .all_times import LinearFits, TrainingSet, decision_values, epochs_of, fit_lda, fit_ridge
from .scores import correct
from .settings import targets_of

if TYPE_CHECKING:  # scikit-learn has no types

    class BaseEstimator:
        """Its parameters are those of ``__init__``."""

    class ClassifierMixin:
        """Its kind is that of a classifier."""
else:
    from sklearn.base import BaseEstimator, ClassifierMixin

SUMMARIES: dict[str, Callable[..., Any]] = {"mean": np.mean, "max": np.max}

__all__ = ["GeneralizingLDA", "GeneralizingRidge", "TimeResolvedLDA", "TimeResolvedRidge"]


class _TimeResolved(ClassifierMixin, BaseEstimator, metaclass=ABCMeta):
    """What the estimators share; each one says how coefficients are found."""

    scale: bool
    scoring: str
    multiclass: str
    class_weight: str | Mapping[Any, float] | None
    summary: str | None

    _own_time = True  # whether a decoder is tested at the time of its training alone

    @one_thread
    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit a decoder at each time.

        Parameters
        ----------
        X : array_like
            Epochs, shape (n, p, t).
        y : array_like
            Labels, shape (n,); no measurements such as reaction times.
        sample_weight : array_like or None
            Weight of each epoch in means, scales and errors, at least 0, shape (n,).

        Returns
        -------
        Self
            The estimator itself.

        Raises
        ------
        TypeError, ValueError
            For shapes, values or parameters that do not fit.
        """
        data = epochs_of(X)
        labels = _labels(y, len(data))
        weights = _weights(sample_weight, len(data))
        self._check_parameters()
        if not isinstance(self.scale, (bool, np.bool_)):
            raise TypeError(f"scale: expected True or False, got {self.scale!r}.")
        one_of(self.scoring, "scoring", ("roc_auc", "accuracy"))
        one_of(self.multiclass, "multiclass", ("ovo", "ovr"))
        if self.summary is not None:
            one_of(self.summary, "summary", SUMMARIES)
        if weights is not None and not weights.all():
            data, labels, weights = data[weights > 0], labels[weights > 0], weights[weights > 0]
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"y: expected at least two classes, got only one class, {self.classes_}."
            )
        found = self._solve(data, self._training_set(codes, weights))
        self.coef_, self.intercept_ = found.beta, found.constant
        self._covariance, self._inner = found.covariance, found.inner
        self.n_features_in_ = data.shape[1]
        return self

    @property
    def filters_(self) -> Reals:
        """Coefficients as `mne.decoding.get_coef` takes them, (p, t) or (classes, p, t)."""
        check_is_fitted(self)
        return _by_class(self.coef_)

    @property
    def patterns_(self) -> Reals:
        """Patterns of the decision values, (p, t) or (classes, p, t), see `patterns`.

        LDA of three or more classes has none, since its discriminants are defined up to a
        function common to all classes.
        """
        check_is_fitted(self)
        # Scores of several classes sum to a constant: their covariance lacks one rank.
        inverse = np.linalg.pinv(self._inner, hermitian=True, rcond=1e-11)
        return _by_class(self._covariance @ inverse)

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
        values = self._values(X)
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
        values = self._values(X)
        chosen = values[..., 0] > 0 if values.shape[-1] == 1 else values.argmax(axis=-1)
        labels: NDArray[Any] = self.classes_[chosen.astype(int)]
        return labels

    def score(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Reals | float:
        """AUC or accuracy at each time, or one number if ``summary`` says so.

        Parameters
        ----------
        X : array_like
            Epochs, shape (n, p, t).
        y : array_like
            Labels of the training set, shape (n,).
        sample_weight : array_like or None
            Weight of each epoch, at least 0, shape (n,); a pair of epochs counts in the AUC with
            the product of their weights.

        Returns
        -------
        array of float or float
            Shape (t,), or for training and test times, (t, u); a number with a ``summary``.

        Raises
        ------
        ValueError
            For labels that the training set lacks, or without an epoch of a class for the AUC.
        """
        values, labels = self._values(X), np.asarray(y)
        if labels.shape != values.shape[:1]:
            raise ValueError(f"y: expected {len(values)} labels, got shape {labels.shape}.")
        unknown = np.setdiff1d(labels, self.classes_)
        if len(unknown):
            raise ValueError(f"y: expected labels of the training set, got {unknown[0]!s}.")
        codes = np.searchsorted(self.classes_, labels)
        found = self._scored(values, codes, _weights(sample_weight, len(labels)))
        return found if self.summary is None else float(SUMMARIES[self.summary](found))

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn is told: epochs have three dimensions."""
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        return tags

    @abstractmethod
    def _check_parameters(self) -> None:
        """Raise an error for a penalty that does not fit."""

    @abstractmethod
    def _solve(self, X: Reals, train: TrainingSet) -> LinearFits:
        """Decoders of all times."""

    def _training_set(self, codes: Ints, weights: Floats | None) -> TrainingSet:
        sample_weight = np.ones(len(codes)) if weights is None else weights
        factor = _class_weights(self.class_weight, self.classes_, codes)[codes]
        targets = targets_of(codes, len(self.classes_))
        return TrainingSet(
            targets, sample_weight, np.sqrt(sample_weight * factor), self.class_weight == "balanced"
        )

    def _scored(self, values: Reals, codes: Ints, weights: Floats | None) -> Reals:
        """AUC or accuracy of decision values with a last axis for the classes."""
        classes = len(self.classes_)
        if self.scoring == "accuracy":
            right = correct(np.moveaxis(values, 0, -2), codes)
            accuracy: Reals = np.average(right, axis=-1, weights=weights)
            return accuracy
        counted = codes if weights is None else codes[weights > 0]
        if len(np.unique(counted)) < classes:
            raise ValueError("y: expected every class, for the AUC is not defined without one.")
        by_column = np.ascontiguousarray(np.moveaxis(self._ranked(values), 0, -1))  # (..., c, n)
        columns = np.moveaxis(by_column, -2, 0)
        if weights is None:
            return class_auc(columns, codes, classes, self.multiclass)
        return weighted_class_auc(columns, codes, classes, self.multiclass, weights)

    def _ranked(self, values: Reals) -> Reals:
        """What the AUC compares, of the shape of ``values``."""
        return values

    @one_thread
    def _values(self, X: ArrayLike) -> Reals:
        """Decision values with a last axis for the classes, (n, t, c) or (n, t, u, c)."""
        data = self._checked(X)
        if self._own_time:
            found = decision_values(data, self.coef_, self.intercept_)
        else:
            beta = self.coef_.transpose(2, 0, 1)  # (c, t, p)
            found = np.moveaxis(beta[:, None] @ data + self.intercept_.T[:, None, :, None], 0, -1)
        if not np.isfinite(found).all():
            as_float_array(data, "X")  # says where
        return found

    def _checked(self, X: ArrayLike) -> Reals:
        check_is_fitted(self)
        data, (t, p, _) = epochs_of(X), self.coef_.shape
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
    class_weight : str or mapping or None
        "balanced" gives every class the same total weight; a mapping from labels to weights, 1 for
        those it lacks, weighs the epochs of a class; None does neither.
    summary : str or None
        None for a score at each time; "mean" or "max" over all times for one number, which
        `sklearn.model_selection.GridSearchCV` needs.

    Attributes
    ----------
    classes_ : object
        Labels in order.
    coef_ : object
        Shape (t, p, c), in the units of the data; c = 1 for two classes.
    intercept_ : object
        Shape (t, c).
    filters_, patterns_ : object
        Coefficients and patterns for `mne.decoding.get_coef`, shape (p, t) for two classes, else
        (classes, p, t).

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
        class_weight: str | Mapping[Any, float] | None = None,
        summary: str | None = None,
    ) -> None:
        self.alpha = alpha
        self.scale = scale
        self.scoring = scoring
        self.multiclass = multiclass
        self.class_weight = class_weight
        self.summary = summary

    def _check_parameters(self) -> None:
        if not self.alpha > 0:
            raise ValueError(f"alpha: expected a positive number, got {self.alpha}.")

    def _solve(self, X: Reals, train: TrainingSet) -> LinearFits:
        return fit_ridge(X, train, bool(self.scale), float(self.alpha))


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
    class_weight : str or mapping or None
        As in `TimeResolvedRidge`. Priors are the classes' shares of the weights, equal with
        "balanced".
    summary : str or None
        None for a score at each time; "mean" or "max" over all times for one number, which
        `sklearn.model_selection.GridSearchCV` needs.

    Attributes
    ----------
    classes_ : object
        Labels in order.
    coef_ : object
        Shape (t, p, c), in the units of the data; c = 1 for two classes.
    intercept_ : object
        Shape (t, c).
    filters_, patterns_ : object
        Coefficients and patterns for `mne.decoding.get_coef`, shape (p, t) for two classes, else
        (classes, p, t).

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
        class_weight: str | Mapping[Any, float] | None = None,
        summary: str | None = None,
    ) -> None:
        self.shrinkage = shrinkage
        self.scale = scale
        self.scoring = scoring
        self.multiclass = multiclass
        self.class_weight = class_weight
        self.summary = summary

    @property
    def patterns_(self) -> Reals:
        """Patterns of the log odds of two classes, (p, t), see `patterns`."""
        check_is_fitted(self)
        if len(self.classes_) > 2:
            raise AttributeError(
                "patterns_: discriminants of three or more classes are defined up to a function "
                "common to all; take those of TimeResolvedRidge, which span the same maps."
            )
        return super().patterns_

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
        values = self._values(X)
        if values.shape[-1] == 1:
            values = np.concatenate([np.zeros_like(values), values], axis=-1)
        share = np.exp(values - values.max(axis=-1, keepdims=True))
        probability_: Reals = share / share.sum(axis=-1, keepdims=True)
        return probability_

    def _check_parameters(self) -> None:
        probability(self.shrinkage, "shrinkage", open_interval=True)

    def _solve(self, X: Reals, train: TrainingSet) -> LinearFits:
        if len(X) == len(self.classes_):
            raise ValueError(
                f"X: expected more epochs than the {len(X)} classes; none varies within."
            )
        return fit_lda(X, train, bool(self.scale), float(self.shrinkage))

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
    class_weight, summary : str or mapping or None
        As in `TimeResolvedRidge`.

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
    class_weight, summary : str or mapping or None
        As in `TimeResolvedLDA`.

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


def _labels(y: ArrayLike, n: int) -> NDArray[Any]:
    """Labels of classes, shape (n,)."""
    if y is None:
        raise ValueError("y: a classifier requires y to be passed, but the target y is None.")
    labels = np.asarray(y)
    if labels.shape != (n,):
        raise ValueError(f"y: expected {n} labels, got shape {labels.shape}.")
    if labels.dtype.kind == "f":
        as_float_array(labels, "y")
        if (labels != np.floor(labels)).any():
            raise ValueError(
                f"y: expected classes, got real numbers such as {labels[labels % 1 != 0][0]:g}. "
                "Unknown label type: continuous. See decode for what a label is."
            )
    return labels


def _weights(sample_weight: ArrayLike | None, n: int) -> Floats | None:
    """Weights, shape (n,), at least 0 and not all 0."""
    if sample_weight is None:
        return None
    weights = positive_array(sample_weight, "sample_weight", zero=True)
    if weights.shape != (n,):
        raise ValueError(f"sample_weight: expected {n} values, got shape {weights.shape}.")
    if not weights.any():
        raise ValueError("sample_weight: expected a weight above zero, got none.")
    return weights


def _class_weights(
    class_weight: str | Mapping[Any, float] | None, classes: NDArray[Any], codes: Ints
) -> Floats:
    """Weight of each class, shape (classes,)."""
    if class_weight is None:
        return np.ones(len(classes))
    if isinstance(class_weight, Mapping):
        labels = classes.tolist()
        strange = [label for label in class_weight if label not in labels]
        if strange:
            raise ValueError(
                f"class_weight: expected weights of {labels}, got one of {strange[0]!r}."
            )
        return positive_array([class_weight.get(k, 1.0) for k in labels], "class_weight")
    if not isinstance(class_weight, str) or class_weight != "balanced":
        raise ValueError(
            f"class_weight: expected 'balanced', a mapping or None, got {class_weight!r}."
        )
    # As in scikit-learn, by numbers of epochs: n / (classes n_k)
    return len(codes) / (len(classes) * np.bincount(codes))


def _by_class(values: Reals) -> Reals:
    """From (t, p, c) to (p, t), or (c, p, t)."""
    turned = values.transpose(2, 1, 0)
    return turned[0] if len(turned) == 1 else turned
