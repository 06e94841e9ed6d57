r"""Permutation tests of temporal generalisation, corrected over all cells by the largest statistic.

A fold's decoders of all permutations at training time t have dual coefficients
:math:`D_t = (K_t + aI)^{-1} Y`, one column for each permutation, since :math:`K_t = A_t A_t'`
does not depend on labels. With :math:`B_u` the test epochs at time u, their decision values are

.. math:: B_u A_t' D_t ,

a product of the small kernel :math:`B_u A_t'` (test by training epochs) with :math:`D_t`; with
fewer channels than epochs, of :math:`B_u` with :math:`A_t' D_t`. The n values of a cell are
counted and forgotten, so that memory does not grow with the number of cells times n.

Two null hypotheses. *Labels are unrelated to the recording* at the training and at the test time:
then labels may be permuted everywhere. Rejecting it does not show that anything generalises. A
decoder of noise points in some direction; where the classes differ strongly they lie apart along
any direction, and the AUC is far above or below 0.5, which permuted labels never show. *Nothing is
carried over* from t to u, for one of the two holds nothing: then the labels of the training
epochs may be permuted while the test epochs keep theirs, and the AUC is compared with that of
decoders of noise on the very same test epochs. By itself this second test is too liberal where
training and test data are correlated, as on the diagonal: two epochs of different folds test each
other, and true labels make these two tests alike, permuted ones do not. If neither time holds
anything, the first test is exact, so that transfer takes the larger p of the two.

With an effect at two of six times (AUC 0.97 or more) the first test found, at a corrected p of
0.05, a cell where one of the times had no effect in 32% of 400 simulated recordings of 80 epochs
and 60 channels, and in 75% with 60 epochs and 8 channels; the test of transfer in 3% of either.
It found all true cells with 60 channels and half of them with 8, where decoders of noise often
point along the effect by accident.

Sources: King and Dehaene 2014, doi:10.1016/j.tics.2014.01.002; for permutations and the largest
statistic see `permute`; Berger 1982, Technometrics 24:295, for the larger of two p
(intersection-union tests).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from workedpapers.checks import Floats, Ints, Reals, positive_int
from workedpapers.progress import progress_bar
from workedpapers.threads import one_thread

from ..classifiers.lda import log_odds
from ..classifiers.roc import class_auc_of_each
from ..decoding.engine import scaled_features
from ..decoding.folds import Fold
from ..decoding.refit import DualFit, PrimalFit, fit_fold
from ..decoding.settings import Classifier, DecodingOptions, DecodingSettings, targets_of
from .exchangeability import chosen_scheme, permuted_codes
from .over_times import DIGITS, as_p, corrected_p, threshold_of

__all__ = ["GeneralisationTest", "permute_generalise"]

_CHUNK = 2**20  # decision values held at once


@dataclass(frozen=True, eq=False)
class GeneralisationTest:
    """AUC for each training time and test time, and how often chance does as well.

    Parameters
    ----------
    times, test_times : array of float
        Seconds, shapes (t,) and (u,); training and test times.
    observed : array of float
        Shape (t, u), AUC as of `generalise`.
    pvalues : array of float
        Shape (t, u), one-sided p of each cell by itself, (b + 1) / (n + 1), for labels being
        unrelated to the recording.
    pvalues_transfer : array of float
        Shape (t, u), one-sided p for nothing being carried over, with the family-wise error over
        all cells controlled; see `permute_generalise`.
    largest : array of float
        Shape (n,), the largest AUC of all cells under each permutation.
    settings : dict
        DecodingOptions.

    See Also
    --------
    permute_generalise : Which makes it.

    Notes
    -----
    Sources: as those of `permute_generalise`.

    Chapter: :ref:`meg-generalise`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((80, 6, 5))  # epochs, channels, times
    >>> y = np.repeat(["cat", "dog"], 40)
    >>> X[y == "dog", 0, 2:] += 2  # the first channel tells them apart from the third time on
    >>> test = meg.permute_generalise(X, y, n=49)
    >>> test.to_frame().shape
    (25, 6)
    >>> bool((test.pvalues_transfer >= test.pvalues_corrected).all())
    True
    """

    times: Floats
    test_times: Floats
    observed: Floats
    pvalues: Floats
    pvalues_transfer: Floats
    largest: Floats = field(repr=False)
    settings: dict[str, Any] = field(repr=False)

    @property
    def pvalues_corrected(self) -> Floats:
        """``pvalues`` with the family-wise error over all cells controlled, shape (t, u)."""
        return corrected_p(self.largest, self.observed)

    def threshold(self, level: float = 0.05) -> float:
        """Smallest AUC of the null maxima that an AUC must exceed to be significant anywhere.

        It belongs to ``pvalues_corrected``.

        Parameters
        ----------
        level : float
            Family-wise error rate; with n permutations at least 1 / (n + 1).

        Returns
        -------
        float
            An AUC.
        """
        return threshold_of(self.largest, level)

    def to_frame(self) -> pd.DataFrame:
        """One row a cell: train, test (seconds), auc, p, p_corrected, p_transfer.

        Returns
        -------
        DataFrame
            Training times in the outer order.
        """
        return pd.DataFrame(
            {
                "train": np.repeat(self.times, len(self.test_times)),
                "test": np.tile(self.test_times, len(self.times)),
                "auc": self.observed.ravel(),
                "p": self.pvalues.ravel(),
                "p_corrected": self.pvalues_corrected.ravel(),
                "p_transfer": self.pvalues_transfer.ravel(),
            }
        )

    def __repr__(self) -> str:
        on = (self.pvalues_corrected.diagonal() <= 0.05).sum()
        off = (self.pvalues_transfer <= 0.05).sum() - on
        return (
            f"<GeneralisationTest: {len(self.largest)} permutations, {len(self.times)} x "
            f"{len(self.test_times)} times; with corrected p <= 0.05 the classes are told apart at "
            f"{on} times, and in {off} cells from one time to another>"
        )


@one_thread
def permute_generalise(
    epochs: Any,
    y: str | ArrayLike | None = None,
    *,
    n: int = 1000,
    exchange: str = "auto",
    **options: Unpack[DecodingOptions],
) -> GeneralisationTest:
    """Train at each time and test at every time, under permuted labels.

    On the diagonal read ``pvalues_corrected``: the classes can be told apart. The permutations
    are those of `permute` with the same ``seed``, which has the same AUC and ``pvalues`` there.

    Off the diagonal read ``pvalues_transfer``: a decoder trained at one time holds at the other.
    If the classes differ strongly at some times, ``pvalues_corrected`` calls many decoders
    significant there that were trained on noise, for it asks whether labels are related to either
    time. ``pvalues_transfer`` is the larger of it and of a p under permuted labels of the training
    epochs alone, for the AUC less its mean under these permutations, in units of their standard
    deviation; corrected by the largest as well.

    This is the test of a single recording. For a group, `generalise` each subject and give the
    maps to `group_test_maps`.

    Time grows as n, the number of epochs squared, and the number of times squared: half the
    sampling rate (`mne.Epochs.decimate`) takes a quarter of it. ``dtype="float32"`` saves a
    third. Memory is that of three copies of the recording and of a few numbers for each epoch,
    class and permutation.

    Parameters
    ----------
    epochs : object
        As in `decode`.
    y : str or array_like, optional
        As in `decode`.
    n : int
        Number of permutations.
    exchange : str
        What may change places; see `permute`. With confounds the test is approximate, for permuted
        labels lose their relation to the confounds as well.
    **options : Unpack[DecodingOptions]
        The keyword arguments of `decode`, without ``class_weight``, which makes the fits depend on
        labels, and ``cv="loo"``. ``alpha="auto"`` is chosen anew for each permutation.

    Returns
    -------
    GeneralisationTest
        The AUC as of `generalise`, and how often chance does as well.

    Raises
    ------
    ValueError
        As `decode`; if an option is not allowed here, an epoch is tested twice, or there are fewer
        than n arrangements of the labels.

    See Also
    --------
    generalise : Without a test.
    permute : The test of the diagonal alone.
    group_test_maps : The test of a group.

    Notes
    -----
    A fold's decision values under all permutations are :math:`B_u A_t' D_t` with the dual
    coefficients :math:`D_t = (K_t + aI)^{-1} Y`, one column for each permutation.

    Sources: King and Dehaene 2014, doi:10.1016/j.tics.2014.01.002; Nichols and Holmes 2002,
    doi:10.1002/hbm.1058; Berger 1982, Technometrics 24:295. The test of transfer is ours.

    Chapter: :ref:`meg-generalise`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((80, 6, 5))  # epochs, channels, times
    >>> y = np.repeat(["cat", "dog"], 40)
    >>> X[y == "dog", 0, 2:] += 2  # the first channel tells them apart from the third time on
    >>> test = meg.permute_generalise(X, y, n=99)
    >>> (test.pvalues_transfer <= 0.05).astype(int)[1:3].tolist()
    [[0, 0, 0, 0, 0], [0, 0, 1, 0, 1]]
    """
    n = positive_int(n, "n")
    if options.get("class_weight") is not None:
        raise ValueError(
            "class_weight: expected None, for the weights would move with the labels, and every "
            "permutation would need fits of its own. AUC hardly depends on them; permute() can."
        )
    settings = DecodingSettings.checked(epochs, y, **options)
    if len(settings.data.classes) == 2:  # LDA has the AUC of ridge regression, under any labels
        settings = replace(settings, classifier=Classifier.RIDGE)
    if settings.leave_one_out:
        raise ValueError("cv='loo': single epochs have no AUC; use folds.")
    scheme = chosen_scheme(settings.data, exchange)
    drawn = permuted_codes(settings, n, scheme, np.random.default_rng([settings.record["seed"], 1]))
    codes = np.vstack([settings.data.codes, drawn])  # the data as they are come first
    # An offset common to all epochs and times would only cost digits.
    level = settings.data.X.mean(axis=(0, 2), keepdims=True)
    settings = replace(settings, data=settings.data.with_data(settings.data.X - level))
    tests = [_test_epochs(settings, fold) for fold in settings.folds]
    shape = (len(settings.times), len(settings.times))
    observed, reached, steps = np.empty(shape), np.empty(shape, dtype=np.intp), np.empty(shape)
    largest, largest_step = np.zeros(n), np.full(n, -np.inf)
    for k in progress_bar(range(shape[0]), desc="permuting", unit="training time"):
        cells, tested_as_they_are = _row(settings, codes, tests, k)
        observed[k] = cells[0]
        reached[k] = (cells[1:] >= cells[0]).sum(axis=0)
        np.maximum(largest, cells[1:].max(axis=1), out=largest)
        z = _standardised(tested_as_they_are)
        z[:, k] = -np.inf  # on the diagonal there is nothing to be carried over
        steps[k] = z[0]
        np.maximum(largest_step, z[1:].max(axis=1), out=largest_step)
    corrected = corrected_p(largest, observed)
    transfer = np.maximum(corrected, corrected_p(largest_step, steps))
    np.fill_diagonal(transfer, corrected.diagonal())
    record = settings.record | {"exchange": str(scheme)}
    return GeneralisationTest(
        settings.times, settings.times, observed, as_p(reached, n), transfer, largest, record
    )


def _standardised(values: Floats) -> Floats:
    """Distance from the mean of each column, in its standard deviations; 0 if all are equal."""
    spread = values.std(axis=0)
    z: Floats = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1)
    return z


def _test_epochs(settings: DecodingSettings, fold: Fold) -> Reals:
    """Test epochs without the confounds' share at each time, shape (t, m, p)."""
    train, test = fold
    X = np.ascontiguousarray(settings.data.X[test].transpose(2, 0, 1))
    if settings.confounds is None:
        return X
    weights = settings.root_weights[train] ** 2
    centre = np.average(settings.confounds[train], axis=0, weights=weights)
    F = (settings.confounds - centre).astype(X.dtype)
    inner = F[train].T * weights
    slopes = np.linalg.solve(inner @ F[train], inner) @ settings.data.X[train].transpose(2, 0, 1)
    return X - F[test] @ slopes


def _row(settings: DecodingSettings, codes: Ints, tests: list[Reals], k: int) -> Floats:
    """AUC of decoders trained at time k under N label vectors.

    Parameters
    ----------
    settings : DecodingSettings
        Settings.
    codes : array of int
        Class numbers, shape (N, epochs).
    tests : list of array
        For each fold its test epochs, shape (t, m, p).
    k : int
        Which training time.

    Returns
    -------
    array of float
        Shape (2, N, u): tested on labels that are permuted too, and on the data's own, the first
        row.
    """
    n, classes, u = len(codes), len(settings.data.classes), len(settings.times)
    Y = targets_of(codes.T.ravel(), classes, settings.targets.dtype)
    Y = Y.reshape(len(settings.targets), -1)  # (epochs, N * c)
    A, mean, spread = scaled_features(settings, slice(k, k + 1))
    total = np.zeros((2, n, u))
    for (train, test), X in zip(settings.folds, tests, strict=True):
        fit = fit_fold(settings, A, Y, train)
        inputs, weights = _factors(fit, X, mean[0, 0], spread[0, 0])
        weights = np.ascontiguousarray(weights.reshape(n, -1, weights.shape[1]).swapaxes(0, 1))
        constants = fit.response.reshape(n, -1).T[:, :, None, None]  # LDA's, one for each class
        m, labels = len(test), codes[:, None, test]
        step = max(1, _CHUNK // (n * len(weights) * m))
        for start in range(0, u, step):
            some = inputs[start : start + step].reshape(-1, inputs.shape[2])
            values: Reals = (weights @ some.T).reshape(len(weights), n, -1, m)
            if settings.classifier is Classifier.LDA:
                values = log_odds(values + constants, axis=0)
            both = class_auc_of_each(values, [labels, labels[:1]], classes, settings.multiclass)
            total[:, :, start : start + step] += both
    total /= len(settings.folds)
    total[:, :, settings.constant_times | settings.constant_times[k]] = 0.5
    return np.round(total, DIGITS)


def _factors(fit: PrimalFit | DualFit, X: Reals, mean: Reals, spread: Reals) -> tuple[Reals, Reals]:
    """Two factors whose product are a fold's decision values less the constant of each decoder.

    Parameters
    ----------
    fit : PrimalFit or DualFit
        Of the training epochs at one time, with r columns of labels.
    X : array of float
        Test epochs at all times, shape (t, m, p).
    mean, spread : array of float
        What `scaled_features` took off and divided by, shape (window * p,).

    Returns
    -------
    inputs : array of float
        Shape (u, m, q), for q training epochs or features, whichever is less work.
    weights : array of float
        Shape (r, q).
    """
    p, width, r = X.shape[2], len(mean), fit.response.shape[-1]
    shifts = range(width // p)
    u = len(X) - len(shifts) + 1
    offset = mean + spread * fit.mean[0, 0]  # of the training epochs
    if isinstance(fit, PrimalFit) or width * r <= fit.train.shape[1] * (width + r):
        features = np.concatenate([X[s : s + u] for s in shifts], axis=2)
        return features - offset, fit.beta[0].T / spread
    rows = fit.train[0] / (spread if fit.spread is None else spread * fit.spread[0, 0])
    parts = [X[s : s + u].reshape(-1, p) @ rows[:, s * p : (s + 1) * p].T for s in shifts]
    kernel = sum(parts[1:], start=parts[0]).reshape(u, X.shape[1], -1)
    return kernel - offset @ rows.T, fit.dual[0].T
