"""What `decode` returns: scores over time, and how they came about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workedpapers.checks import Floats, Ints, Reals

from ..classifiers.lda import pair_auc_lda
from ..classifiers.ridge import Residuals, leave_pair_out
from ..classifiers.roc import class_auc, over_classes
from .engine import confounds_alone
from .settings import Classifier, DecodingSettings

__all__ = ["Scores"]


@dataclass(frozen=True, eq=False)
class Scores:
    r"""Time-resolved decoding of one recording.

    Parameters
    ----------
    times : array of float
        Shape (t,), seconds.
    auc : array of float
        Shape (t,), from 0 to 1, chance 0.5; the mean over folds, or over pairs of epochs left out
        together when ``cv="loo"``.
    fold_auc : array of float or None
        Shape (folds, t), or None when ``cv="loo"``.
    accuracy : array of float
        Shape (t,), share of held-out epochs whose class has the largest decision value, averaged
        over folds. Chance depends on the sizes of the classes.
    balanced_accuracy : array of float
        Shape (t,), the mean over classes of the share found; chance 1 / classes.
    predictions : array of float
        Held-out decision values; shape (n, t) for two classes, positive for the second class, else
        (n, t, classes); log odds of a class against the others for LDA. Averaged if an epoch was
        tested several times, NaN if never.
    alpha : array of float
        Penalty of each fold and time, shape (folds, t).
    classes : array
        Labels in order.
    y : array
        Label of each epoch, shape (n,).
    settings : dict
        DecodingOptions of the decoding.

    See Also
    --------
    decode : Which makes it.
    Generalisation : The same for pairs of times.

    Notes
    -----
    The AUC is the chance that an epoch of one class has a larger decision value than one of the
    other, :math:`P(s_+ > s_-) + \tfrac12 P(s_+ = s_-)`, among test epochs of one fold (Fawcett
    2006, doi:10.1016/j.patrec.2005.10.010).

    Chapter: :ref:`meg-one-person`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((80, 6, 5))  # epochs, channels, times
    >>> y = np.repeat(["cat", "dog"], 40)
    >>> X[y == "dog", 0, 2:] += 2  # the first channel tells them apart from the third time on
    >>> scores = meg.decode(X, y)
    >>> scores.peak[1]
    3.0
    >>> scores.to_frame()[["time", "auc"]].tail(2).round(2)
       time   auc
    3   3.0  0.92
    4   4.0  0.90
    """

    times: Floats
    auc: Floats
    fold_auc: Floats | None
    accuracy: Floats
    balanced_accuracy: Floats
    predictions: Reals = field(repr=False)
    alpha: Reals = field(repr=False)
    classes: NDArray[Any]
    y: NDArray[Any] = field(repr=False)
    settings: dict[str, Any] = field(repr=False)

    @property
    def peak(self) -> tuple[float, float]:
        """Largest AUC and its time in seconds."""
        best = int(np.argmax(self.auc))
        return float(self.auc[best]), float(self.times[best])

    def to_frame(self) -> pd.DataFrame:
        """One row a time: time, auc, accuracy, balanced_accuracy, and the AUC of each fold.

        Returns
        -------
        DataFrame
            Times in seconds; ``auc_fold_0`` and so on, if there are folds.
        """
        frame = pd.DataFrame(
            {
                "time": self.times,
                "auc": self.auc,
                "accuracy": self.accuracy,
                "balanced_accuracy": self.balanced_accuracy,
            }
        )
        for number, values in enumerate([] if self.fold_auc is None else self.fold_auc):
            frame[f"auc_fold_{number}"] = values
        return frame

    def __repr__(self) -> str:
        best, when = self.peak
        how = "leave-one-out" if self.fold_auc is None else f"{len(self.fold_auc)} folds"
        return (
            f"<Scores: {len(self.y)} epochs, {len(self.classes)} classes, {how}, "
            f"{len(self.times)} times from {self.times[0]:g} to {self.times[-1]:g} s; "
            f"AUC at most {best:.3f}, at {when:g} s>"
        )


def correct(predictions: Reals, codes: Ints) -> NDArray[np.bool_]:
    """Whether the class with the largest decision value is the true one.

    Parameters
    ----------
    predictions : array of float
        Shape (..., m, c), c = 1 for two classes.
    codes : array of int
        Shape (m,).
    """
    if predictions.shape[-1] == 1:
        chosen = (predictions[..., 0] > 0).astype(int)
    else:
        chosen = predictions.argmax(axis=-1)
    right: NDArray[np.bool_] = chosen == codes
    return right


def fold_auc(settings: DecodingSettings, values: Reals, codes: Ints) -> Floats:
    """AUC of the held-out decision values of one fold at b times.

    Parameters
    ----------
    settings : DecodingSettings
        The classes and which AUC of them.
    values : array of float
        Shape (b, m, N * c), for N sets of labels side by side.
    codes : array of int
        Class numbers, shape (m,), or (N, m).

    Returns
    -------
    array of float
        Shape (b,), or (b, N).
    """
    b, m, _ = values.shape
    columns = values.reshape(b, m, len(np.atleast_2d(codes)), -1).transpose(3, 0, 2, 1)
    columns = columns if codes.ndim == 2 else columns[:, :, 0]
    return class_auc(
        np.ascontiguousarray(columns), codes, len(settings.data.classes), settings.multiclass
    )


def pair_auc(settings: DecodingSettings, E: Residuals) -> Floats:
    """AUC from pairs of epochs that are left out together, one of each class, shape (b,).

    Scores of epochs that were left out one by one must not be pooled: leaving out an epoch of
    one class moves the mean of the labels, and the decision values, toward the other class, so
    that noise is decoded with an AUC far below 0.5 (Airola et al. 2011,
    doi:10.1016/j.csda.2010.11.018). The two epochs of a pair share one fit.
    """
    codes, classes, weights = settings.data.codes, len(settings.data.classes), settings.root_weights
    if (
        settings.classifier is Classifier.LDA and classes > 2
    ):  # with two classes, ridge orders pairs alike
        return pair_auc_lda(
            E, confounds_alone(settings), settings.targets, weights, multiclass=settings.multiclass,
            equal_priors=settings.equal_priors,
        )  # fmt: skip
    alone = None if settings.confounds is None else confounds_alone(settings)

    def area(a: int, others: list[int]) -> Floats:
        first, second = np.flatnonzero(codes == a), np.flatnonzero(np.isin(codes, others))
        y = settings.targets[:, 0 if classes == 2 else a] * weights
        gap = leave_pair_out(E, y, first, second, weights)
        if alone is not None:
            gap = gap - leave_pair_out(alone, y, first, second, weights)
        share: Floats = ((gap > 0) + 0.5 * (gap == 0)).mean(axis=(1, 2))
        return share

    return over_classes(area, classes, settings.multiclass)
