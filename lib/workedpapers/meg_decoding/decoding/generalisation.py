r"""Temporal generalisation: a decoder trained at one time, tested at every other time.

Source: King and Dehaene 2014, doi:10.1016/j.tics.2014.01.002.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import Floats, Ints, Reals
from workedpapers.progress import progress_bar
from workedpapers.threads import one_thread

from ..classifiers.lda import log_odds
from ..classifiers.roc import class_auc
from ..preprocessing.epochs import Epoched, as_epoched
from ..preprocessing.scaling import constant_times, moving_average
from .engine import scaled_features, time_chunks
from .folds import Fold
from .refit import fit_fold
from .settings import Classifier, DecodingOptions, DecodingSettings

__all__ = ["Generalisation", "generalise"]

_CHUNK = 2**22  # decision values held at once


@dataclass(frozen=True, eq=False)
class Generalisation:
    """AUC for each training time and test time.

    Parameters
    ----------
    times, test_times : array of float
        Seconds, shapes (t,) and (u,).
    auc : array of float
        Shape (t, u), mean over folds; the diagonal equals that of `decode`.
    fold_auc : array of float
        Shape (folds, t, u).
    classes : array
        Labels in order.
    settings : dict
        DecodingOptions.

    See Also
    --------
    generalise : Which makes it.
    GeneralisationTest : The same with p-values.

    Notes
    -----
    Source: King and Dehaene 2014, doi:10.1016/j.tics.2014.01.002.

    Chapter: :ref:`meg-generalise`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((80, 6, 5))  # epochs, channels, times
    >>> y = np.repeat(["cat", "dog"], 40)
    >>> X[y == "dog", 0, 2:] += 2  # the first channel tells them apart from the third time on
    >>> found = meg.generalise(X, y)
    >>> np.allclose(found.diagonal, meg.decode(X, y).auc)
    True
    >>> found.to_frame().shape
    (5, 5)
    """

    times: Floats
    test_times: Floats
    auc: Floats
    fold_auc: Floats = field(repr=False)
    classes: NDArray[Any]
    settings: dict[str, Any] = field(repr=False)

    @property
    def diagonal(self) -> Floats:
        """AUC where training and test time are the same, shape (t,)."""
        if not np.array_equal(self.times, self.test_times):
            raise ValueError("diagonal: training and test times differ.")
        return np.diagonal(self.auc).copy()

    def to_frame(self) -> pd.DataFrame:
        """AUC with training times as rows and test times as columns.

        Returns
        -------
        DataFrame
            Times in seconds as index ``train`` and columns ``test``.
        """
        return pd.DataFrame(
            self.auc,
            index=pd.Index(self.times, name="train"),
            columns=pd.Index(self.test_times, name="test"),
        )

    def __repr__(self) -> str:
        i, j = np.unravel_index(int(np.argmax(self.auc)), self.auc.shape)
        return (
            f"<Generalisation: {len(self.times)} x {len(self.test_times)} times, "
            f"{len(self.fold_auc)} fold(s); AUC at most {self.auc[i, j]:.3f}, "
            f"trained at {self.times[i]:g} s, tested at {self.test_times[j]:g} s>"
        )


@one_thread
def generalise(
    epochs: Any,
    y: str | ArrayLike | None = None,
    *,
    test: Any = None,
    y_test: str | ArrayLike | None = None,
    test_times: ArrayLike | None = None,
    **options: Unpack[DecodingOptions],
) -> Generalisation:
    r"""Train at each time and test at every time.

    Parameters
    ----------
    epochs : object
        As in `decode`.
    y : str or array_like, optional
        As in `decode`.
    test, y_test, test_times : object or str or array_like or None or array_like or None
        Other epochs to test on, as ``epochs``, ``y`` and ``times``. Then all of ``epochs`` are
        used for training, and there is one fold. The classes and channels must be the same; scales
        and whitening are those of the training epochs.
    **options : Unpack[DecodingOptions]
        The keyword arguments of `decode`, except ``cv="loo"``, whose single predictions must not
        be pooled.

    Returns
    -------
    Generalisation
        AUC for each training time and test time.

    Raises
    ------
    TypeError, ValueError
        As `decode`, and if the classes or channels of ``test`` differ.

    See Also
    --------
    permute_generalise : The test of one recording.
    group_test_maps : The test of a group.

    Notes
    -----
    With the coefficients :math:`\beta_t` and the constant :math:`c_t` of the decoder trained at
    time t, the decision value of an epoch at time u is :math:`x(u)'\beta_t + c_t`.

    Source: King and Dehaene 2014, doi:10.1016/j.tics.2014.01.002.

    Chapter: :ref:`meg-generalise`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((80, 6, 5))  # epochs, channels, times
    >>> y = np.repeat(["cat", "dog"], 40)
    >>> X[y == "dog", 0, 2:] += 2  # the first channel tells them apart from the third time on
    >>> found = meg.generalise(X, y)
    >>> found.auc[3].round(1).tolist()  # trained at the fourth time
    [0.5, 0.4, 0.8, 0.9, 0.9]
    """
    settings = DecodingSettings.checked(epochs, y, **options)
    others = None
    if test is not None:
        everything = np.arange(len(settings.targets))
        settings = replace(settings, folds=[(everything, everything)])
        raw = as_epoched(
            test, y_test, times=test_times, picks=options.get("picks"),
            dtype=settings.data.X.dtype.name,
        )  # fmt: skip
        others = _like(settings, raw)
        _refuse_training_epochs(as_epoched(epochs, y, **_loading(options)), raw)
    elif y_test is not None or test_times is not None:
        raise ValueError("y_test, test_times: expected test epochs with them.")
    elif settings.leave_one_out:
        raise ValueError("cv='loo': single epochs have no AUC; use folds.")
    # An offset common to all epochs and times would only cost digits.
    level = settings.data.X.mean(axis=(0, 2), keepdims=True)
    settings = replace(settings, data=settings.data.with_data(settings.data.X - level))
    others = settings.data if others is None else others.with_data(others.X - level)
    seconds = _centres(others.times, settings.window)
    out = np.empty((len(settings.folds), len(settings.times), len(seconds)))
    shown = progress_bar(settings.folds, desc="generalising", unit="fold")
    for number, fold in enumerate(shown):
        rows = fold[1] if test is None else np.arange(len(others.codes))
        for at, scores in _fold_scores(settings, fold, others, rows, len(seconds)):
            out[number, at] = class_auc(
                scores, others.codes[rows], len(others.classes), settings.multiclass
            )
    out[:, settings.constant_times] = 0.5
    out[:, :, constant_times(others.X, settings.window)] = 0.5
    return Generalisation(
        settings.times, seconds, out.mean(axis=0), out, settings.data.classes, settings.record
    )


def _centres(times: Floats, window: int) -> Floats:
    if window > len(times):
        raise ValueError(f"window: expected at most {len(times)} samples, the length of test.")
    return (times[: len(times) - window + 1] + times[window - 1 :]) / 2


def _like(settings: DecodingSettings, test: Epoched) -> Epoched:
    """Test epochs treated as the training epochs were."""
    if test.X.shape[1] != settings.data.X.shape[1] or (
        settings.data.info is not None and test.ch_names != settings.data.ch_names
    ):
        raise ValueError("test: expected the channels of the training epochs, in their order.")
    if not np.array_equal(test.classes, settings.data.classes):
        raise ValueError(
            f"y_test: expected the classes {settings.data.classes.tolist()}, got "
            f"{test.classes.tolist()}."
        )
    if settings.confounds is not None:
        raise ValueError("confounds: expected None with other test epochs, whose own are unknown.")
    if settings.whitener is not None:
        test = settings.whitener.apply(test)
    if settings.divisor is not None:
        test = test.with_data(test.X / settings.divisor)
    return test if settings.averaged == 1 else moving_average(test, settings.averaged)


def _loading(options: DecodingOptions) -> dict[str, Any]:
    """The options that say what a recording is."""
    names = ("groups", "times", "channel_types", "picks", "dtype")
    return {name: options[name] for name in names if name in options}  # type: ignore[literal-required]


def _refuse_training_epochs(train: Epoched, test: Epoched) -> None:
    """Raise `ValueError` if an epoch is in both, whose score would be that of a fit to itself."""
    if train.X.shape[1:] != test.X.shape[1:]:
        return
    known = {hash(row.tobytes()) for row in train.X}
    for number, row in enumerate(test.X):
        if hash(row.tobytes()) in known:
            raise ValueError(
                f"test: expected epochs that are not among the training epochs, got epoch "
                f"{number}, which is. Leave test out for cross-validation."
            )


def _fold_scores(
    settings: DecodingSettings, fold: Fold, others: Epoched, rows: Ints, u: int
) -> Iterator[tuple[slice, Reals]]:
    """Decision values of the test epochs, shape (c, b, u, m), for slices of training times."""
    train, _ = fold
    pieces = []
    for times in time_chunks(settings, 1, "fitting", False):
        A, mean, spread = scaled_features(settings, times)
        fit = fit_fold(settings, A, settings.targets, train)
        beta = fit.beta / spread.transpose(0, 2, 1)
        # The mean of training epochs at the training time is taken off at every test time.
        constant = fit.response - ((mean + fit.mean * spread) @ beta)[:, 0]
        pieces.append(
            (beta, constant, None if fit.confounds is None else fit.confounds.slopes * spread)
        )
    beta = np.concatenate([piece[0] for piece in pieces]).transpose(2, 0, 1)  # (c, t, p)
    constant = np.concatenate([piece[1] for piece in pieces])  # (t, c)
    X = others.X[rows]
    if settings.window > 1:
        X = np.concatenate([X[:, :, s : s + u] for s in range(settings.window)], axis=1)
    if settings.confounds is not None:
        slopes = np.concatenate([piece[2] for piece in pieces])  # (t, k, p)
        weights = settings.root_weights[train] ** 2
        centre = np.average(settings.confounds[train], axis=0, weights=weights)
        F = (settings.confounds[rows] - centre).astype(X.dtype)
        X = X - np.tensordot(F, slopes, axes=(1, 1)).transpose(0, 2, 1)
    step = max(1, _CHUNK // (len(rows) * u * len(beta)))
    for start in range(0, beta.shape[1], step):
        at = slice(start, start + step)
        values = np.matmul(beta[:, None, at], X)  # (c, m, b, u)
        values += constant[at].T[:, None, :, None]
        if settings.classifier is Classifier.LDA:
            values = log_odds(values, axis=0)
        yield at, np.ascontiguousarray(values.transpose(0, 2, 3, 1))
