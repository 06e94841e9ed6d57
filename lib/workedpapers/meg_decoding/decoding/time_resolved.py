"""Time-resolved decoding: at each time, how well do the sensors tell the classes apart?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from workedpapers.checks import Floats, Ints
from workedpapers.threads import one_thread

from ..preprocessing.whitening import Whitener
from .engine import (
    Chunk,
    closed_form_predictions,
    flatten_constant_times,
    operator,
    predict_chunks,
    time_chunks,
)
from .scores import Scores, correct, fold_auc, pair_auc
from .settings import DecodingSettings

__all__ = ["decode"]


@one_thread
def decode(
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
) -> Scores:
    r"""Decode the classes at each time by ridge regression or LDA, cross-validated in closed form.

    Parameters
    ----------
    epochs : object
        `mne.Epochs`; an array of shape (n_epochs, n_channels, n_times); an `Epoched`; also
        `mne.time_frequency.EpochsTFR`, whose channels at each frequency are channels here, and a
        list of `mne.Evoked` or of source estimates, one a trial.
    y : str or array_like or None
        Labels, shape (n_epochs,), or the name of a column of ``epochs.metadata``. The positive
        class is the second one in sorted order.
    classifier : str
        "ridge" for ridge regression on the labels, -1 and +1; "lda" for linear discriminant
        analysis with the within-class scatter shrunk to :math:`S_W + aI`, as in scikit-learn with
        ``shrinkage`` s where :math:`a = \tfrac{s}{1 - s} \mathrm{tr}(S_W) / p` (their covariance
        is :math:`1 - s` times ours). Decision values are log odds then. With two classes both have
        the same AUC in every fold; accuracy may differ, and with more classes LDA is not misled by
        a class that lies between two others.
    cv : object
        Number of stratified folds (shuffled by ``seed``), "loo" for leave-one-out, a splitter of
        scikit-learn, or pairs (train, test).
    groups : str or array_like or None
        Image, session or block of each epoch, or a column's name. A group is never split between
        training and test.
    times : array_like or None
        Seconds of each sample, for arrays.
    channel_types : array_like or None
        Of an array's channels; see ``scale="type"``.
    picks : object
        Channels, as MNE takes them: types such as "hbo", names or numbers; of arrays and source
        estimates numbers alone. The default is the good MEG, EEG, sEEG and ECoG channels of MNE's
        objects, and all channels of others.
    whiten : bool or str or Whitener
        Multivariate noise normalisation: True for the noise before time 0, "all" for that of all
        times, (start, end) in seconds, or a `Whitener`.
    scale : str or None
        "fixed" divides each channel at each time by its standard deviation over all epochs, which
        sees no label; "fold" does so inside each training set, as a pipeline with StandardScaler;
        "type" divides all channels of a type by one number; None does nothing. The default is None
        for whitened data, else "fixed".
    alpha : float or str or None
        Ridge penalty as in scikit-learn; "auto" picks, for each fold and time, the one with the
        smallest leave-one-out error of the ridge regression inside the training set, for LDA too.
    penalty : float or None
        The same in units of the mean squared norm of an epoch, :math:`a = \lambda\,
        \mathrm{tr}(K)/n`, so that it means the same for any number of channels and any unit. The
        default is 0.03, or 1 for whitened data.
    confounds : array_like or None
        Features of the images, shape (n_epochs,) or (n_epochs, k), whose linear share is taken out
        of labels and channels with coefficients of the training set. Scores are then what the
        channels know beyond the confounds. LDA is that of the channels without them; the priors
        stay.
    class_weight : str or None
        "balanced" gives every class the same total weight. AUC hardly changes with the sizes of
        the classes; the threshold of ``accuracy`` does. LDA takes the priors to be equal then,
        else the classes' shares of the weights in each training set.
    sample_weight : array_like or None
        Positive weight of each epoch.
    window : int
        Number of neighbouring samples decoded together. Times are the centres of windows, so an
        effect shows up to half a window early.
    window_mode : str
        "stack" uses the channels of all samples as features, "mean" averages them.
    multiclass : str
        AUC of three or more classes: "ovo" for the mean over pairs of classes, each among the
        epochs of these two alone (Hand and Till 2001); "ovr" for the mean over classes, each
        against all others.
    dtype : str
        "float64", or "float32" for half the memory, and less time where channels outnumber epochs.
    seed : int or Generator
        Of the folds.

    Returns
    -------
    Scores
        With ``times`` in seconds and ``auc``.

    Raises
    ------
    TypeError, ValueError
        With the name of the argument, what was expected and what came; also for
        labels, groups or folds that do not fit the epochs.

    See Also
    --------
    generalise : Train at one time, test at another.
    permute : The test of one recording.
    group_test : The test of a group.
    TimeResolvedRidge : The same inside scikit-learn and MNE.

    Notes
    -----
    Sources: Treder 2018, arXiv:1803.10016, for the closed form; Hastie, Buja and Tibshirani 1995,
    doi:10.1214/aos/1176324456, for LDA by regression.

    The predictions for the epochs :math:`\tau` of a fold, by a fit of all the others, are

    .. math:: \hat y_\tau = y_\tau - E_{\tau\tau}^{-1} (E y)_\tau, \qquad E = a (K + aI)^{-1} - QQ',

    with the kernel K of the epochs and the constant and confounds in Q; E serves all folds.

    Chapter: :ref:`meg-ten-lines` and :ref:`meg-one-person`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((80, 6, 5))  # epochs, channels, times
    >>> y = np.repeat(["cat", "dog"], 40)
    >>> X[y == "dog", 0, 2:] += 2  # the first channel tells them apart from the third time on
    >>> scores = meg.decode(X, y, times=[-0.1, 0.0, 0.1, 0.2, 0.3])
    >>> scores
    <Scores: 80 epochs, 2 classes, 5 folds, 5 times from -0.1 to 0.3 s; AUC at most 0.925, at 0.2 s>
    >>> scores.auc.round(2).tolist()
    [0.37, 0.58, 0.82, 0.92, 0.9]
    """
    settings = DecodingSettings.checked(
        epochs, y, classifier=classifier, cv=cv, groups=groups, times=times,
        channel_types=channel_types, picks=picks, whiten=whiten, scale=scale, alpha=alpha,
        penalty=penalty, confounds=confounds, class_weight=class_weight,
        sample_weight=sample_weight, window=window, window_mode=window_mode, multiclass=multiclass,
        dtype=dtype, seed=seed,
    )  # fmt: skip
    return decode_checked(settings)


def decode_checked(settings: DecodingSettings, *, show: bool = True) -> Scores:
    """Decode what `prepare` has checked; ``show`` the progress bar."""
    codes, classes = settings.data.codes, len(settings.data.classes)
    n, t, c = len(codes), len(settings.times), settings.targets.shape[1]
    total, tested = np.zeros((n, t, c), settings.targets.dtype), np.zeros(n, int)
    hits = np.zeros((n, t))
    areas = np.full((len(settings.folds), t), np.nan)
    fold_accuracy = np.empty((len(settings.folds), t))
    alpha = np.empty((len(settings.folds), t))
    pairs = np.empty(t)
    for _, test in settings.folds:
        tested[test] += 1
    chunks = predict_chunks(settings, settings.targets, show=show)
    if settings.leave_one_out:
        chunks = _leave_one_out_chunks(settings, pairs, show)
    for chunk in chunks:
        at = chunk.times
        alpha[:, at] = chunk.alpha
        for fold, (scores, (_, test)) in enumerate(
            zip(chunk.predictions, settings.folds, strict=True)
        ):
            right = correct(scores, codes[test])
            fold_accuracy[fold, at] = right.mean(axis=1)
            hits[test, at] += right.T
            total[test, at] += scores.transpose(1, 0, 2)
            if not settings.leave_one_out:
                areas[fold, at] = fold_auc(settings, scores, codes[test])
    with np.errstate(invalid="ignore"):
        predictions = total / tested[:, None, None].astype(total.dtype)
    return Scores(
        times=settings.times,
        auc=pairs if settings.leave_one_out else areas.mean(axis=0),
        fold_auc=None if settings.leave_one_out else areas,
        accuracy=fold_accuracy.mean(axis=0),
        balanced_accuracy=_balanced(hits, tested, codes, classes),
        predictions=predictions[..., 0] if c == 1 else predictions,
        alpha=alpha,
        classes=settings.data.classes,
        y=settings.data.y,
        settings=settings.record,
    )


def _leave_one_out_chunks(settings: DecodingSettings, pairs: Floats, show: bool) -> Iterator[Chunk]:
    """Leave-one-out predictions; the AUC of pairs is written to ``pairs`` on the way."""
    if not settings.closed_form:
        raise ValueError(
            "cv: leaving out single epochs needs the closed form, that is scale='fixed', 'type' "
            "or None and an alpha that is not 'auto'."
        )
    for times in time_chunks(settings, 1, "decoding", show):
        E, alpha = operator(settings, times)
        pairs[times] = pair_auc(settings, E)
        pairs[times][settings.constant_times[times]] = 0.5
        found = closed_form_predictions(settings, E, settings.targets)
        flatten_constant_times(settings, times, found)
        yield Chunk(times, found, np.tile(alpha, (len(settings.folds), 1)))


def _balanced(hits: Floats, tested: Ints, codes: Ints, classes: int) -> Floats:
    """Mean over classes of the share of tests that found the class."""
    shares = [hits[codes == k].sum(axis=0) / tested[codes == k].sum() for k in range(classes)]
    mean: Floats = np.mean(shares, axis=0)
    return mean
