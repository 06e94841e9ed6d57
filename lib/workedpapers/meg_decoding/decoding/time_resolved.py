"""Time-resolved decoding: at each time, how well do the sensors tell the classes apart?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from workedpapers.checks import Floats, Ints
from workedpapers.threads import one_thread

from ..preprocessing.whitening import Whitener
from .engine import Chunk, closed_form_predictions, operator, predict_chunks, settle, time_chunks
from .scores import Scores, correct, fold_auc, pair_auc
from .settings import Task, prepare

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
) -> Scores:
    r"""Decode the classes at each time by ridge regression or LDA, cross-validated in closed form.

    Parameters
    ----------
    epochs : `mne.Epochs`, an array of shape (n_epochs, n_channels, n_times), or an `Epoched`.
    y : labels, shape (n_epochs,), or the name of a column of ``epochs.metadata``. The positive
        class is the second one in sorted order.
    classifier : "ridge" for ridge regression on the labels, -1 and +1; "lda" for linear
        discriminant analysis with the within-class scatter shrunk to :math:`S_W + aI`, as in
        scikit-learn with ``shrinkage`` s where :math:`a = \tfrac{s}{1 - s} \mathrm{tr}(S_W) / p`
        (their covariance is :math:`1 - s` times ours). Decision values are log odds then. With
        two classes both have the same AUC in every fold; accuracy may differ, and with more
        classes LDA is not misled by a class that lies between two others. See `lda`.
    cv : number of stratified folds (shuffled by ``seed``), "loo" for leave-one-out, a splitter of
        scikit-learn, or pairs (train, test).
    groups : image, session or block of each epoch, or a column's name. A group is never split
        between training and test.
    times : seconds of each sample, for arrays.
    channel_types : of an array's channels; see ``scale="type"``.
    whiten : multivariate noise normalisation: True for the noise before time 0, "all" for that
        of all times, (start, end) in seconds, or a `Whitener`.
    scale : "fixed" divides each channel at each time by its standard deviation over all epochs,
        which sees no label; "fold" does so inside each training set, as a pipeline with
        StandardScaler; "type" divides all channels of a type by one number; None does nothing.
        The default is None for whitened data, else "fixed".
    alpha : ridge penalty as in scikit-learn; "auto" picks, for each fold and time, the one with
        the smallest leave-one-out error of the ridge regression inside the training set, for
        LDA too.
    penalty : the same in units of the mean squared norm of an epoch, :math:`a = \lambda\,
        \mathrm{tr}(K)/n`, so that it means the same for any number of channels and any unit.
        The default is 0.03, or 1 for whitened data.
    confounds : features of the images, shape (n_epochs,) or (n_epochs, k), whose linear share is
        taken out of labels and channels with coefficients of the training set. Scores are then
        what the channels know beyond the confounds. LDA is that of the channels without them;
        the priors stay.
    class_weight : "balanced" gives every class the same total weight. AUC hardly changes with
        the sizes of the classes; the threshold of ``accuracy`` does. LDA takes the priors to
        be equal then, else the classes' shares of the weights in each training set.
    sample_weight : positive weight of each epoch.
    window : number of neighbouring samples decoded together. Times are the centres of windows,
        so an effect shows up to half a window early.
    window_mode : "stack" uses the channels of all samples as features, "mean" averages them.
    multiclass : AUC of three or more classes, "ovo" or "ovr"; see `auc.class_auc`.
    dtype : "float64", or "float32" for half the time and memory.
    seed : of the folds.

    Returns
    -------
    `Scores`, with ``times`` in seconds and ``auc``.

    Raises
    ------
    TypeError, ValueError : with the name of the argument, what was expected and what came; see
        `as_epoched` for the data and `make_folds` for the folds.

    Sources: Treder 2018, arXiv:1803.10016, for the closed form, see `model`; Hastie, Buja and
    Tibshirani 1995, doi:10.1214/aos/1176324456, for LDA by regression, see `lda`.
    """
    task = prepare(
        epochs, y, classifier=classifier, cv=cv, groups=groups, times=times,
        channel_types=channel_types, whiten=whiten, scale=scale, alpha=alpha, penalty=penalty,
        confounds=confounds, class_weight=class_weight, sample_weight=sample_weight,
        window=window, window_mode=window_mode, multiclass=multiclass, dtype=dtype, seed=seed,
    )  # fmt: skip
    return decode_task(task)


def decode_task(task: Task, *, show: bool = True) -> Scores:
    """Decode what `prepare` has checked; ``show`` the progress bar."""
    codes, classes = task.data.codes, len(task.data.classes)
    n, t, c = len(codes), len(task.times), task.targets.shape[1]
    total, tested = np.zeros((n, t, c), task.targets.dtype), np.zeros(n, int)
    hits = np.zeros((n, t))
    areas = np.full((len(task.folds), t), np.nan)
    fold_accuracy = np.empty((len(task.folds), t))
    alpha = np.empty((len(task.folds), t))
    pairs = np.empty(t)
    for _, test in task.folds:
        tested[test] += 1
    chunks = _one_out_chunks(task, pairs, show) if task.one_out else predict_chunks(
        task, task.targets, show=show
    )  # fmt: skip
    for chunk in chunks:
        at = chunk.times
        alpha[:, at] = chunk.alpha
        for fold, (scores, (_, test)) in enumerate(zip(chunk.predictions, task.folds, strict=True)):
            right = correct(scores, codes[test])
            fold_accuracy[fold, at] = right.mean(axis=1)
            hits[test, at] += right.T
            total[test, at] += scores.transpose(1, 0, 2)
            if not task.one_out:
                areas[fold, at] = fold_auc(task, scores, codes[test])
    with np.errstate(invalid="ignore"):
        predictions = total / tested[:, None, None].astype(total.dtype)
    return Scores(
        times=task.times,
        auc=pairs if task.one_out else areas.mean(axis=0),
        fold_auc=None if task.one_out else areas,
        accuracy=fold_accuracy.mean(axis=0),
        balanced_accuracy=_balanced(hits, tested, codes, classes),
        predictions=predictions[..., 0] if c == 1 else predictions,
        alpha=alpha,
        classes=task.data.classes,
        y=task.data.y,
        settings=task.settings,
    )


def _one_out_chunks(task: Task, pairs: Floats, show: bool) -> Any:
    """Leave-one-out predictions; the AUC of pairs is written to ``pairs`` on the way."""
    if not task.closed_form:
        raise ValueError(
            "cv: leaving out single epochs needs the closed form, that is scale='fixed', 'type' "
            "or None and an alpha that is not 'auto'."
        )
    for times in time_chunks(task, 1, "decoding", show):
        E, alpha = operator(task, times)
        pairs[times] = pair_auc(task, E)
        pairs[times][task.still[times]] = 0.5
        found = closed_form_predictions(task, E, task.targets)
        settle(task, times, found)
        yield Chunk(times, found, np.tile(alpha, (len(task.folds), 1)))


def _balanced(hits: Floats, tested: Ints, codes: Ints, classes: int) -> Floats:
    """Mean over classes of the share of tests that found the class."""
    shares = [hits[codes == k].sum(axis=0) / tested[codes == k].sum() for k in range(classes)]
    return np.mean(shares, axis=0)
