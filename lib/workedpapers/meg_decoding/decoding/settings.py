"""What is to be decoded and how: the options that all decoders share, checked once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Self, TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import (
    Floats,
    Ints,
    Reals,
    as_float_array,
    as_seed,
    one_of,
    positive_int,
)

from ..classifiers.roc import Multiclass
from ..preprocessing.epochs import Epoched, as_epoched
from ..preprocessing.scaling import check_scales, constant_times, moving_average, type_scales
from ..preprocessing.whitening import Whitener, whitener
from .folds import Fold, are_complements, leaves_one_out, make_folds

PENALTY = 0.03  # of data that are not whitened, in units of trace(K) / n
PENALTY_WHITENED = 1.0


class Classifier(StrEnum):
    """Linear classifiers."""

    RIDGE = "ridge"
    LDA = "lda"


class Scale(StrEnum):
    """What channels are divided by, see `decode`."""

    AUTO = "auto"
    FIXED = "fixed"
    TYPE = "type"
    FOLD = "fold"


class WindowMode(StrEnum):
    """What becomes of the samples of a window."""

    STACK = "stack"
    MEAN = "mean"


class DecodingOptions(TypedDict, total=False):
    """Keyword arguments of `decode`, which documents them; the other decoders take them too."""

    classifier: str
    cv: Any
    groups: str | ArrayLike | None
    times: ArrayLike | None
    channel_types: ArrayLike | None
    picks: Any
    whiten: bool | str | tuple[float, float] | Whitener
    scale: str | None
    alpha: float | str | None
    penalty: float | None
    confounds: ArrayLike | None
    class_weight: str | None
    sample_weight: ArrayLike | None
    window: int
    window_mode: str
    multiclass: str
    dtype: str
    seed: int | np.random.Generator


@dataclass(frozen=True)
class DecodingSettings:
    """Epochs, folds and the settings of the classifier, made by `checked`.

    Parameters
    ----------
    data : Epoched
        Epochs, whitened and scaled by type if asked.
    folds : list of tuple
        Pairs of training and test epochs.
    targets : array of float
        Shape (n, c), -1 and +1; one column for two classes, else one a class.
    root_weights : array of float
        Shape (n,), square roots of the epochs' weights.
    confounds : array of float or None
        Shape (n, k), or None.
    scale : Scale or None
        "fixed", "fold" or None, as far as still to be done.
    alpha : float or str or None
        Absolute penalty, "auto", or None for the relative ``penalty``.
    penalty : float
        In units of the mean squared norm of an epoch.
    window : int
        Number of samples whose channels are stacked.
    averaged : int
        Number of samples that were averaged beforehand.
    multiclass : Multiclass
        Which AUC of three or more classes.
    classifier : Classifier
        Which classifier.
    equal_priors : bool
        Whether LDA takes the classes to be equally frequent.
    whitener : Whitener or None
        The one applied, or None.
    divisor : array of float or None
        What channels were divided by, shape (p, 1), with ``scale="type"``, or None.
    record : dict
        What was asked for, to be kept with the result.
    """

    data: Epoched
    folds: list[Fold]
    targets: Reals
    root_weights: Reals
    confounds: Reals | None
    scale: Scale | None
    alpha: float | str | None
    penalty: float
    window: int
    averaged: int
    multiclass: Multiclass
    classifier: Classifier
    equal_priors: bool
    whitener: Whitener | None
    divisor: Reals | None
    record: dict[str, Any]

    @classmethod
    def checked(
        cls,
        epochs: Any,
        y: str | ArrayLike | None = None,
        *,
        classifier: str = "ridge",
        cv: Any = 5,
        groups: str | ArrayLike | None = None,
        times: ArrayLike | None = None,
        channel_types: ArrayLike | None = None,
        picks: Any = None,
        whiten: bool | str | tuple[float, float] | Whitener = False,
        scale: str | None = "auto",
        alpha: float | str | None = None,
        penalty: float | None = None,
        confounds: ArrayLike | None = None,
        class_weight: str | None = None,
        sample_weight: ArrayLike | None = None,
        window: int = 1,
        window_mode: str = "stack",
        multiclass: str = "ovo",
        dtype: str = "float64",
        seed: int | np.random.Generator = 0,
    ) -> Self:
        """Check the arguments of `decode`, which documents them, and make the folds."""
        kind_of_classifier = Classifier(one_of(classifier, "classifier", Classifier))
        raw = as_epoched(
            epochs,
            y,
            groups=groups,
            times=times,
            channel_types=channel_types,
            picks=picks,
            dtype=dtype,
        )
        n, _, t = raw.X.shape
        seed = as_seed(seed)
        folds = make_folds(raw, cv, seed)
        whitening = whitener(raw, whiten)
        scaling = _scale(scale, whitening is not None)
        divisor = None
        if whitening is not None:
            if scaling is Scale.TYPE:
                raise ValueError("scale: whitened channels have no types; use None or 'fixed'.")
            data = whitening.apply(raw)
        elif scaling is Scale.TYPE:
            divisor = type_scales(raw).astype(raw.X.dtype)[:, None]
            data = raw.with_data(raw.X / divisor)
        else:
            data = raw
        if whitening is None and scaling in (None, Scale.TYPE):
            check_scales(data)
        window = positive_int(window, "window")
        if window > t:
            raise ValueError(f"window: expected at most {t} samples, the length of the epochs.")
        averaged = 1
        if one_of(window_mode, "window_mode", WindowMode) == WindowMode.MEAN:
            data, window, averaged = moving_average(data, window), 1, window
        which_auc = Multiclass(one_of(multiclass, "multiclass", Multiclass))
        if alpha is not None and penalty is not None:
            raise ValueError("alpha, penalty: give the absolute or the relative one, not both.")
        if penalty is None:
            penalty = PENALTY if whitening is None else PENALTY_WHITENED
        penalty = _strength(penalty, "penalty")
        dtype_used = data.X.dtype
        weights = _weights(raw, sample_weight, class_weight).astype(dtype_used)
        record = {
            "classifier": classifier,
            "cv": cv if isinstance(cv, (int, str)) else type(cv).__name__,
            "folds": len(folds),
            "groups": raw.groups is not None,
            "whiten": whitening is not None,
            "scale": None if scaling is None else str(scaling),
            "alpha": alpha,
            "penalty": penalty if alpha is None else None,
            "confounds": confounds is not None,
            "class_weight": class_weight,
            "window": window * averaged,
            "window_mode": window_mode,
            "multiclass": multiclass,
            "dtype": str(dtype_used),
            "seed": seed,
        }
        return cls(
            data=data,
            folds=folds,
            targets=targets_of(raw.codes, len(raw.classes), dtype_used),
            root_weights=np.sqrt(weights),
            confounds=_confounds(confounds, folds, n, dtype_used),
            scale=None if scaling is Scale.TYPE else scaling,
            alpha=_alpha(alpha),
            penalty=penalty,
            window=window,
            averaged=averaged,
            multiclass=which_auc,
            classifier=kind_of_classifier,
            equal_priors=class_weight == "balanced",
            whitener=whitening,
            divisor=divisor,
            record=record,
        )

    @property
    def times(self) -> Floats:
        """Centres of the windows, seconds."""
        t, w = self.data.times, self.window
        return t if w == 1 else (t[: len(t) - w + 1] + t[w - 1 :]) / 2

    @cached_property
    def constant_times(self) -> NDArray[np.bool_]:
        """Windows in which epochs do not differ, shape (t,): nothing can be decoded there."""
        return constant_times(self.data.X, self.window)

    @property
    def closed_form(self) -> bool:
        """Whether one operator E serves all folds."""
        return (
            self.scale != Scale.FOLD
            and self.alpha != "auto"
            and are_complements(self.folds, len(self.targets))
        )

    @property
    def leave_one_out(self) -> bool:
        """Whether each fold tests a single epoch."""
        return leaves_one_out(self.folds)


def targets_of(codes: Ints, classes: int, dtype: Any = np.float64) -> Reals:
    """Labels as -1 and +1: one column (class 1 positive) for two classes, else one a class."""
    if classes == 2:
        return np.where(codes == 1, 1, -1).astype(dtype)[:, None]
    return np.where(codes[:, None] == np.arange(classes), 1, -1).astype(dtype)


def _scale(scale: str | None, whitened: bool) -> Scale | None:
    """What is done; "auto" leaves whitened channels as they are."""
    if scale is None:
        return None
    chosen = Scale(one_of(scale, "scale", Scale))
    if chosen is not Scale.AUTO:
        return chosen
    return None if whitened else Scale.FIXED


def _strength(value: float | str, name: str, expected: str = "a positive number") -> float:
    """A ridge penalty, positive and finite."""
    if isinstance(value, (str, bool)) or np.ndim(value) or not np.isreal(value):
        raise TypeError(f"{name}: expected {expected}, got {value!r}.")
    if not 0 < value < np.inf:
        raise ValueError(f"{name}: expected a positive number, got {value}.")
    return float(value)


def _alpha(alpha: float | str | None) -> float | str | None:
    if alpha is None or alpha == "auto":
        return alpha
    return _strength(alpha, "alpha", "a positive number, 'auto' or None")


def _weights(data: Epoched, sample_weight: ArrayLike | None, class_weight: str | None) -> Floats:
    """Positive weight of each epoch, shape (n,)."""
    n = len(data.codes)
    weights = np.ones(n)
    if sample_weight is not None:
        weights = as_float_array(sample_weight, "sample_weight", ndim=1)
        if len(weights) != n:
            raise ValueError(f"sample_weight: expected {n} values, got {len(weights)}.")
        if (weights <= 0).any():
            raise ValueError(
                f"sample_weight: expected positive weights, got {weights.min():g}; leave epochs "
                f"out instead of giving them no weight."
            )
    if class_weight is not None:
        if one_of(class_weight, "class_weight", ("balanced",)) and sample_weight is not None:
            raise ValueError("class_weight, sample_weight: give one of the two, not both.")
        sizes = np.bincount(data.codes)
        weights = (n / (len(sizes) * sizes))[data.codes]
    return weights


def _confounds(confounds: ArrayLike | None, folds: list[Fold], n: int, dtype: Any) -> Reals | None:
    """Confounds that have a coefficient in every training set, shape (n, k)."""
    if confounds is None:
        return None
    F = as_float_array(confounds, "confounds")
    F = F[:, None] if F.ndim == 1 else F
    if F.ndim != 2 or len(F) != n:
        raise ValueError(f"confounds: expected shape ({n}, k), one row an epoch, got {F.shape}.")
    for number, (train, _) in enumerate(folds):
        inside = F[train] - F[train].mean(axis=0)
        spread = inside.std(axis=0)
        # Columns that do not vary in a training set, or repeat each other, have no coefficient.
        if (spread == 0).any() or np.linalg.matrix_rank(inside / spread) < F.shape[1]:
            raise ValueError(
                f"confounds: expected columns that vary and are linearly independent in every "
                f"training set; those of fold {number} are not."
            )
    return F.astype(dtype)
