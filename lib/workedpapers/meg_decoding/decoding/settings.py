"""What is to be decoded and how: the options that all decoders share, checked once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import Floats, Ints, Reals, as_float_array, one_of, positive_int

from ..preprocessing.epochs import Epoched, as_epoched
from ..preprocessing.scaling import check_scales, moving_average, still_times, type_scales
from ..preprocessing.whitening import Whitener, whitener
from .folds import Fold, are_complements, leaves_one_out, make_folds

PENALTY = 0.03  # of data that are not whitened, in units of trace(K) / n
PENALTY_WHITENED = 1.0


class Options(TypedDict, total=False):
    """Keyword arguments of `decode`, which the other decoders take too."""

    classifier: str
    cv: Any
    groups: str | ArrayLike | None
    times: ArrayLike | None
    channel_types: ArrayLike | None
    whiten: bool | str | Whitener
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
    seed: int


@dataclass(frozen=True)
class Task:
    """Checked epochs, folds and the settings of the classifier.

    Parameters
    ----------
    data : epochs, whitened and scaled by type if asked.
    folds : pairs of training and test epochs.
    targets : shape (n, c), -1 and +1; one column for two classes, else one a class.
    root_weights : shape (n,), square roots of the epochs' weights.
    confounds : shape (n, k), or None.
    scale : "fixed", "fold" or None, as far as still to be done.
    alpha : absolute penalty, "auto", or None for the relative ``penalty``.
    penalty : in units of the mean squared norm of an epoch.
    window : number of samples whose channels are stacked.
    averaged : number of samples that were averaged beforehand.
    multiclass : "ovo" or "ovr".
    classifier : "ridge" or "lda".
    equal_priors : whether LDA takes the classes to be equally frequent.
    whitener : the one applied, or None.
    divisor : what channels were divided by, shape (p, 1), with ``scale="type"``, or None.
    settings : what was asked for, for the record.
    """

    data: Epoched
    folds: list[Fold]
    targets: Reals
    root_weights: Reals
    confounds: Reals | None
    scale: str | None
    alpha: float | str | None
    penalty: float
    window: int
    averaged: int
    multiclass: str
    classifier: str
    equal_priors: bool
    whitener: Whitener | None
    divisor: Reals | None
    settings: dict[str, Any]

    @property
    def times(self) -> Floats:
        """Centres of the windows, seconds."""
        t, w = self.data.times, self.window
        return t if w == 1 else (t[: len(t) - w + 1] + t[w - 1 :]) / 2

    @cached_property
    def still(self) -> NDArray[np.bool_]:
        """Windows in which epochs do not differ, shape (t,): nothing can be decoded there."""
        return still_times(self.data.X, self.window)

    @property
    def closed_form(self) -> bool:
        """Whether one operator E serves all folds."""
        return (
            self.scale != "fold"
            and self.alpha != "auto"
            and are_complements(self.folds, len(self.targets))
        )

    @property
    def one_out(self) -> bool:
        """Whether each fold tests a single epoch."""
        return leaves_one_out(self.folds)


def targets_of(codes: Ints, classes: int, dtype: Any = np.float64) -> Reals:
    """Labels as -1 and +1: one column (class 1 positive) for two classes, else one a class."""
    if classes == 2:
        return np.where(codes == 1, 1, -1).astype(dtype)[:, None]
    return np.where(codes[:, None] == np.arange(classes), 1, -1).astype(dtype)


def prepare(
    epochs: Any,
    y: str | ArrayLike | None = None,
    *,
    classifier: str = "ridge",
    cv: Any = 5,
    groups: str | ArrayLike | None = None,
    times: ArrayLike | None = None,
    channel_types: ArrayLike | None = None,
    whiten: bool | str | Whitener = False,
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
    seed: int = 0,
) -> Task:
    """Check the arguments of `decode`, which documents them, and make the folds."""
    one_of(classifier, "classifier", ("ridge", "lda"))
    raw = as_epoched(
        epochs, y, groups=groups, times=times, channel_types=channel_types, dtype=dtype
    )
    n, _, t = raw.X.shape
    folds = make_folds(raw, cv, seed)
    whitening = whitener(raw, whiten)
    if scale == "auto":
        scale = "fixed" if whitening is None else None
    if scale is not None:
        one_of(scale, "scale", ("auto", "fixed", "type", "fold"))
    divisor = None
    if whitening is not None:
        if scale == "type":
            raise ValueError("scale: whitened channels have no types; use None or 'fixed'.")
        data = whitening.apply(raw)
    elif scale == "type":
        divisor = type_scales(raw).astype(raw.X.dtype)[:, None]
        data = raw.with_data(raw.X / divisor)
    else:
        data = raw
    if whitening is None and scale in (None, "type"):
        check_scales(data)
    window = positive_int(window, "window")
    if window > t:
        raise ValueError(f"window: expected at most {t} samples, the length of the epochs.")
    averaged = 1
    if one_of(window_mode, "window_mode", ("stack", "mean")) == "mean":
        data, window, averaged = moving_average(data, window), 1, window
    one_of(multiclass, "multiclass", ("ovo", "ovr"))
    if alpha is not None and penalty is not None:
        raise ValueError("alpha, penalty: give the absolute or the relative one, not both.")
    strength = _penalty(penalty, whitening is not None)
    kind = data.X.dtype
    weights = _weights(raw, sample_weight, class_weight).astype(kind)
    asked = {
        "classifier": classifier,
        "cv": cv if isinstance(cv, (int, str)) else type(cv).__name__, "folds": len(folds),
        "groups": raw.groups is not None, "whiten": whitening is not None, "scale": scale,
        "alpha": alpha, "penalty": strength if alpha is None else None,
        "confounds": confounds is not None, "class_weight": class_weight,
        "window": window * averaged, "window_mode": window_mode,
        "multiclass": multiclass, "dtype": str(kind), "seed": seed,
    }  # fmt: skip
    return Task(
        data=data,
        folds=folds,
        targets=targets_of(raw.codes, len(raw.classes), kind),
        root_weights=np.sqrt(weights),
        confounds=_confounds(confounds, folds, n, kind),
        scale=None if scale == "type" else scale,
        alpha=_alpha(alpha),
        penalty=strength,
        window=window,
        averaged=averaged,
        multiclass=multiclass,
        classifier=classifier,
        equal_priors=class_weight == "balanced",
        whitener=whitening,
        divisor=divisor,
        settings=asked,
    )


def _alpha(alpha: float | str | None) -> float | str | None:
    if alpha is None or (isinstance(alpha, str) and alpha == "auto"):
        return alpha
    if isinstance(alpha, (str, bool)) or not np.isreal(alpha):
        raise TypeError(f"alpha: expected a positive number, 'auto' or None, got {alpha!r}.")
    if not 0 < alpha < np.inf:
        raise ValueError(f"alpha: expected a positive number, got {alpha}.")
    return float(alpha)


def _penalty(penalty: float | None, whitened: bool) -> float:
    if penalty is None:
        return PENALTY_WHITENED if whitened else PENALTY
    if isinstance(penalty, (str, bool)) or not np.isreal(penalty):
        raise TypeError(f"penalty: expected a positive number, got {penalty!r}.")
    if not 0 < penalty < np.inf:
        raise ValueError(f"penalty: expected a positive number, got {penalty}.")
    return float(penalty)


def _weights(data: Epoched, sample_weight: ArrayLike | None, class_weight: str | None) -> Floats:
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
