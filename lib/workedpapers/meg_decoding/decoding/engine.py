"""Held-out predictions at all times: one operator for all folds, or a fit for each fold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from workedpapers.checks import Reals
from workedpapers.progress import progress

from ..classifiers.lda import Rule, log_odds, products, training_rule
from ..classifiers.ridge import (
    Residuals,
    held_out,
    project_out,
    residuals_from_features,
    residuals_from_kernel,
    unpenalised_basis,
)
from ..preprocessing.scaling import spread_of
from .refit import fit_fold, penalties
from .settings import Task

_CHUNK = 2**21  # numbers held for one chunk of times; small enough for a processor's cache


@dataclass(frozen=True)
class Chunk:
    """Held-out predictions of all folds at some times.

    Parameters
    ----------
    times : which times.
    predictions : for each fold, shape (b, m, c).
    alpha : penalties, shape (folds, b).
    """

    times: slice
    predictions: list[Reals]
    alpha: Reals


def predict_chunks(
    task: Task, Y: Reals, *, desc: str = "decoding", show: bool = True
) -> Iterator[Chunk]:
    """Held-out predictions, a few times at a time.

    Parameters
    ----------
    task : what to decode.
    Y : shape (n, c), targets; each column is a problem of its own.
    desc, show : of the progress bar.
    """
    for times in time_chunks(task, Y.shape[1], desc, show):
        if task.closed_form:
            E, alpha = operator(task, times)
            found = closed_form_predictions(task, E, Y)
            settle(task, times, found)
            yield Chunk(times, found, np.tile(alpha, (len(task.folds), 1)))
        else:
            A = features(task, times)
            found, penalties = [], []
            for train, test in task.folds:
                fit = fit_fold(task, A, Y, train)
                confounds = None if task.confounds is None else task.confounds[test]
                scores = fit.scores(A[:, test], confounds)
                found.append(decision_values(task, scores))
                penalties.append(fit.alpha)
            settle(task, times, found)
            yield Chunk(times, found, np.array(penalties))


def settle(task: Task, times: slice, predictions: list[Reals]) -> None:
    """Where nothing varies, give all epochs of a fold one value in place of what rounding left.

    Rounding errors depend on the labels, and their ranks would tell the classes apart.
    """
    still = np.flatnonzero(task.still[times])
    if len(still):
        for found in predictions:
            found[still] = found[still].mean(axis=1, keepdims=True)


def time_chunks(task: Task, columns: int, desc: str, show: bool) -> Iterator[slice]:
    """Slices of times that fit into the cache, with a progress bar."""
    n, p, _ = task.data.X.shape
    step = max(1, _CHUNK // (n * (n + p * task.window + columns)))
    starts = range(0, len(task.times), step)
    for start in progress(starts, desc=desc, unit="chunk", show=show):
        yield slice(start, min(start + step, len(task.times)))


def features(task: Task, times: slice) -> Reals:
    """Epochs at these times, centred and scaled, shape (b, n, p * window)."""
    return scaled_features(task, times)[0]


def scaled_features(task: Task, times: slice) -> tuple[Reals, Reals, Reals]:
    """Features as `features`, and the means and scales they are freed of, (b, 1, p * window)."""
    last = times.stop + task.window - 1
    A = np.ascontiguousarray(task.data.X[:, :, times.start : last].transpose(2, 0, 1))
    mean = A.mean(axis=1, keepdims=True)
    A -= mean
    spread = np.ones_like(mean)
    if task.scale is not None:
        # With scale="fold" this is for accuracy alone: each fold scales again.
        spread = spread_of(A, mean)
        A *= 1 / spread
    return _stacked(A, task.window), _stacked(mean, task.window), _stacked(spread, task.window)


def _stacked(A: Reals, window: int) -> Reals:
    """Neighbouring times side by side, shape (b, n, p * window)."""
    if window == 1:
        return A
    b = len(A) - window + 1
    return np.concatenate([A[s : s + b] for s in range(window)], axis=2)


def operator(task: Task, times: slice) -> tuple[Residuals, Reals]:
    r"""E at these times, and the penalties.

    The kernel of a window is the sum of the kernels of its samples.
    """
    n, p, _ = task.data.X.shape
    weights, b = task.root_weights, times.stop - times.start
    Q = unpenalised_basis(weights, task.confounds)
    plain = task.confounds is None and (weights == weights[0]).all()  # Q'A = 0 already
    if p * task.window < n:
        A = features(task, times)
        alpha = penalties(task, A)
        return residuals_from_features(_weighted(A, weights, Q, plain), alpha, Q), alpha
    A = features(replace(task, window=1), slice(times.start, times.stop + task.window - 1))
    alpha = penalties(task, A)
    A = _weighted(A, weights, Q, plain)
    K = A @ A.transpose(0, 2, 1)
    if task.window > 1:
        K = sum((K[s : s + b] for s in range(1, task.window)), start=K[:b].copy())
        if task.alpha is None:
            alpha = np.lib.stride_tricks.sliding_window_view(alpha, task.window).sum(axis=1)
        alpha = alpha[:b]
    return residuals_from_kernel(K, alpha, Q), alpha


def _weighted(A: Reals, weights: Reals, Q: Reals, plain: bool) -> Reals:
    if (weights != 1).any():
        A = A * weights[:, None]
    return A if plain else project_out(A, Q)


def closed_form_predictions(task: Task, E: Residuals, Y: Reals) -> list[Reals]:
    """Predictions for each fold's test epochs, shape (b, m, c), the confounds' share taken off."""
    weights = task.root_weights
    weighted = Y * weights[:, None]
    found = [held_out(E, weighted, test, weights) for _, test in task.folds]
    rules = held_out_rules(task, E, Y, found) if task.classifier == "lda" else []
    if task.confounds is not None:
        alone = confounds_alone(task)
        for fold, (train, test) in enumerate(task.folds):
            found[fold] -= held_out(alone, weighted, test, weights)
            found[fold] += np.average(Y[train], axis=0, weights=weights[train] ** 2)
    for fold, rule in enumerate(rules):
        train, _ = task.folds[fold]
        centred = found[fold] - np.average(Y[train], axis=0, weights=weights[train] ** 2)
        found[fold] = decision_values(task, rule.turn(centred) + rule.constant[:, None])
    return found


def held_out_rules(task: Task, E: Residuals, Y: Reals, predictions: list[Reals]) -> list[Rule]:
    """What turns each fold's predictions into discriminants, from the closed form; see `lda`.

    Parameters
    ----------
    task : with folds whose training sets hold all other epochs.
    E : of all epochs.
    Y : targets, shape (n, P * c).
    predictions : as of `held_out`, the confounds' share included.
    """
    weights, c, equal = task.root_weights, task.targets.shape[1], task.equal_priors
    weighted = Y * weights[:, None]
    whole = E.apply(weighted)
    together = products(weighted, whole, c)
    rules = []
    for (train, test), predicted in zip(task.folds, predictions, strict=True):
        errors = weighted[test] - predicted * weights[test, None]
        residual = together - products(whole[:, test], errors, c)
        confounds = None if task.confounds is None else task.confounds[train]
        Q = unpenalised_basis(weights[train], confounds)
        rules.append(training_rule(residual, Y[train], weights[train], Q, equal_priors=equal))
    return rules


def decision_values(task: Task, values: Reals) -> Reals:
    """What a classifier is judged by: log odds for LDA, shape (b, m, P * c) as ``values``."""
    if task.classifier == "ridge":
        return values
    return log_odds(values.reshape(*values.shape[:2], -1, task.targets.shape[1])).reshape(
        values.shape
    )


def confounds_alone(task: Task) -> Residuals:
    """E of the regression on the constant and the confounds, without the recording."""
    return Residuals(None, unpenalised_basis(task.root_weights, task.confounds)[None])
