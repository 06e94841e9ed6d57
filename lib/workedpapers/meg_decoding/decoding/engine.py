"""Held-out predictions at all times: one operator for all folds, or a fit for each fold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from workedpapers.checks import Reals
from workedpapers.progress import progress_bar

from ..classifiers.lda import Rule, log_odds, products, training_rule
from ..classifiers.ridge import (
    FactoredResiduals,
    Residuals,
    held_out,
    project_out,
    residuals_from_features,
    residuals_from_kernel,
    unpenalised_basis,
)
from ..preprocessing.scaling import spread_of
from .refit import fit_fold, penalties
from .settings import Classifier, DecodingSettings

_CHUNK = 2**21  # numbers held for one chunk of times; small enough for a processor's cache


@dataclass(frozen=True)
class Chunk:
    """Held-out predictions of all folds at some times.

    Parameters
    ----------
    times : slice
        Which times.
    predictions : list of array
        For each fold, shape (b, m, c).
    alpha : array of float
        Penalties, shape (folds, b).
    """

    times: slice
    predictions: list[Reals]
    alpha: Reals


def predict_chunks(
    settings: DecodingSettings, Y: Reals, *, desc: str = "decoding", show: bool = True
) -> Iterator[Chunk]:
    """Held-out predictions, a few times at a time.

    Parameters
    ----------
    settings : DecodingSettings
        What to decode.
    Y : array of float
        Shape (n, c), targets; each column is a problem of its own.
    desc, show : str or bool
        Of the progress bar.
    """
    for times in time_chunks(settings, Y.shape[1], desc, show):
        if settings.closed_form:
            E, alpha = operator(settings, times)
            found = closed_form_predictions(settings, E, Y)
            flatten_constant_times(settings, times, found)
            yield Chunk(times, found, np.tile(alpha, (len(settings.folds), 1)))
        else:
            A = features(settings, times)
            found, penalties = [], []
            for train, test in settings.folds:
                fit = fit_fold(settings, A, Y, train)
                confounds = None if settings.confounds is None else settings.confounds[test]
                scores = fit.scores(A[:, test], confounds)
                found.append(decision_values(settings, scores))
                penalties.append(fit.alpha)
            flatten_constant_times(settings, times, found)
            yield Chunk(times, found, np.array(penalties))


def flatten_constant_times(
    settings: DecodingSettings, times: slice, predictions: list[Reals]
) -> None:
    """Where nothing varies, give all epochs of a fold one value in place of what rounding left.

    Rounding errors depend on the labels, and their ranks would tell the classes apart.
    """
    constant = np.flatnonzero(settings.constant_times[times])
    if len(constant):
        for found in predictions:
            found[constant] = found[constant].mean(axis=1, keepdims=True)


def time_chunks(settings: DecodingSettings, columns: int, desc: str, show: bool) -> Iterator[slice]:
    """Slices of times that fit into the cache, with a progress bar."""
    n, p, _ = settings.data.X.shape
    step = max(1, _CHUNK // (n * (n + p * settings.window + columns)))
    starts = range(0, len(settings.times), step)
    for start in progress_bar(starts, desc=desc, unit="chunk", show=show):
        yield slice(start, min(start + step, len(settings.times)))


def features(settings: DecodingSettings, times: slice) -> Reals:
    """Epochs at these times, centred and scaled, shape (b, n, p * window)."""
    return scaled_features(settings, times)[0]


def scaled_features(settings: DecodingSettings, times: slice) -> tuple[Reals, Reals, Reals]:
    """Features as `features`, and the means and scales they are freed of, (b, 1, p * window)."""
    last = times.stop + settings.window - 1
    A = np.ascontiguousarray(settings.data.X[:, :, times.start : last].transpose(2, 0, 1))
    mean = A.mean(axis=1, keepdims=True)
    A -= mean
    spread = np.ones_like(mean)
    if settings.scale is not None:
        # With scale="fold" this is for accuracy alone: each fold scales again.
        spread = spread_of(A, mean)
        A *= 1 / spread
    return (
        _stacked(A, settings.window),
        _stacked(mean, settings.window),
        _stacked(spread, settings.window),
    )


def _stacked(A: Reals, window: int) -> Reals:
    """Neighbouring times side by side, shape (b, n, p * window)."""
    if window == 1:
        return A
    b = len(A) - window + 1
    return np.concatenate([A[s : s + b] for s in range(window)], axis=2)


def operator(settings: DecodingSettings, times: slice) -> tuple[Residuals, Reals]:
    r"""E at these times, and the penalties.

    The kernel of a window is the sum of the kernels of its samples.
    """
    n, p, _ = settings.data.X.shape
    weights, b = settings.root_weights, times.stop - times.start
    Q = unpenalised_basis(weights, settings.confounds)
    plain = settings.confounds is None and (weights == weights[0]).all()  # Q'A = 0 already
    if p * settings.window < n:
        A = features(settings, times)
        alpha = penalties(settings, A)
        return residuals_from_features(_weighted(A, weights, Q, plain), alpha, Q), alpha
    A = features(replace(settings, window=1), slice(times.start, times.stop + settings.window - 1))
    alpha = penalties(settings, A)
    A = _weighted(A, weights, Q, plain)
    K = A @ A.transpose(0, 2, 1)  # AA'; that of a window is the sum over its samples
    if settings.window > 1:
        K = sum((K[s : s + b] for s in range(1, settings.window)), start=K[:b].copy())
        if settings.alpha is None:
            alpha = np.lib.stride_tricks.sliding_window_view(alpha, settings.window).sum(axis=1)
        alpha = alpha[:b]
    return residuals_from_kernel(K, alpha, Q), alpha


def _weighted(A: Reals, weights: Reals, Q: Reals, plain: bool) -> Reals:
    if (weights != 1).any():
        A = A * weights[:, None]
    return A if plain else project_out(A, Q)


def closed_form_predictions(settings: DecodingSettings, E: Residuals, Y: Reals) -> list[Reals]:
    """Predictions for each fold's test epochs, shape (b, m, c), the confounds' share taken off."""
    weights = settings.root_weights
    weighted = Y * weights[:, None]
    # y_t - E_tt^-1 (E y)_t
    found = [held_out(E, weighted, test, weights) for _, test in settings.folds]
    rules = held_out_rules(settings, E, Y, found) if settings.classifier is Classifier.LDA else []
    if settings.confounds is not None:
        alone = confounds_alone(settings)
        for fold, (train, test) in enumerate(settings.folds):
            found[fold] -= held_out(alone, weighted, test, weights)
            found[fold] += np.average(Y[train], axis=0, weights=weights[train] ** 2)
    for fold, rule in enumerate(rules):
        train, _ = settings.folds[fold]
        centred = found[fold] - np.average(Y[train], axis=0, weights=weights[train] ** 2)
        found[fold] = decision_values(
            settings, rule.discriminants(centred) + rule.constant[:, None]
        )
    return found


def held_out_rules(
    settings: DecodingSettings, E: Residuals, Y: Reals, predictions: list[Reals]
) -> list[Rule]:
    """What turns each fold's predictions into discriminants, see `classifiers.lda`.

    Parameters
    ----------
    settings : DecodingSettings
        With folds whose training sets hold all other epochs.
    E : Residuals
        Of all epochs.
    Y : array of float
        Targets, shape (n, P * c).
    predictions : list of array
        As of `held_out`, the confounds' share included.
    """
    weights, c, equal = settings.root_weights, settings.targets.shape[1], settings.equal_priors
    weighted = Y * weights[:, None]
    whole = E.apply(weighted)
    together = products(weighted, whole, c)
    rules = []
    for (train, test), predicted in zip(settings.folds, predictions, strict=True):
        errors = weighted[test] - predicted * weights[test, None]
        # Y'E^(-t)Y = Y'EY - (EY)_t' u, with the errors u = E_tt^-1 (EY)_t
        residual = together - products(whole[:, test], errors, c)
        confounds = None if settings.confounds is None else settings.confounds[train]
        Q = unpenalised_basis(weights[train], confounds)
        rules.append(training_rule(residual, Y[train], weights[train], Q, equal_priors=equal))
    return rules


def decision_values(settings: DecodingSettings, values: Reals) -> Reals:
    """What a classifier is judged by: log odds for LDA, shape (b, m, P * c) as ``values``."""
    if settings.classifier is Classifier.RIDGE:
        return values
    return log_odds(values.reshape(*values.shape[:2], -1, settings.targets.shape[1])).reshape(
        values.shape
    )


def confounds_alone(settings: DecodingSettings) -> Residuals:
    """E of the regression on the constant and the confounds, without the recording."""
    return FactoredResiduals(unpenalised_basis(settings.root_weights, settings.confounds)[None])
