"""Bring channels to a common scale without looking at the labels; windows over time."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from workedpapers.checks import Floats, Reals

from .epochs import Epoched


def spread_of(A: Reals, mean: Reals) -> Reals:
    """Standard deviation over epochs; 1 where a channel does not vary, as in StandardScaler.

    Parameters
    ----------
    A : array of float
        Shape (b, n, p), less its mean.
    mean : array of float
        What was taken off, shape (b, 1, p); rounding errors of this size count as constant.

    Returns
    -------
    array of float
        Shape (b, 1, p).
    """
    n = A.shape[1]
    variance = np.einsum("bnp,bnp->bp", A, A)[:, None] / n
    eps = np.finfo(A.dtype).eps
    constant = variance <= n * eps * variance + (n * mean * eps) ** 2
    return np.sqrt(np.where(constant, 1, variance))


def constant_times(X: Reals, window: int = 1) -> NDArray[np.bool_]:
    """In which windows no channel differs from epoch to epoch, up to rounding.

    Parameters
    ----------
    X : array of float
        Shape (n, p, t).
    window : int
        Number of samples of a window.

    Returns
    -------
    array of bool
        Shape (t - window + 1,).
    """
    constant = np.ones(X.shape[2], bool)
    for channel in X.transpose(1, 0, 2):
        low, high = channel.min(axis=0), channel.max(axis=0)
        digits = 64 * np.finfo(X.dtype).eps * np.maximum(-low, high)
        constant &= high - low <= digits
        if not constant.any():
            break  # most often at the first channel
    windows = np.lib.stride_tricks.sliding_window_view(constant, window)
    whole: NDArray[np.bool_] = np.logical_and.reduce(windows, axis=1)
    return whole


def type_scales(data: Epoched) -> Floats:
    """One standard deviation for each type of channel, over epochs and times, shape (p,)."""
    types = np.array(data.ch_types)
    scales = np.empty(len(types))
    for kind in np.unique(types):
        members = types == kind
        part = data.X[:, members]
        part = part - part.mean(axis=(0, 2), keepdims=True)
        # Squares of single-precision teslas leave the range of float32.
        scales[members] = np.sqrt(np.mean(np.square(part, dtype=np.float64)))
    return scales


def check_scales(data: Epoched) -> None:
    """Warn if channels differ in scale by more than a thousand, for ridge favours large ones."""
    spread = data.X.std(axis=(0, 2), dtype=np.float64)
    if spread.max() > 1e3 * spread.min():
        low, high = data.ch_names[int(spread.argmin())], data.ch_names[int(spread.argmax())]
        warnings.warn(
            f"epochs: {high} varies {spread.max() / spread.min():.0f} times as much as {low}, so "
            f"that the penalty all but switches the smaller channels off. Use scale='fixed', or "
            f"scale='type' with channel_types.",
            UserWarning,
            stacklevel=4,
        )


def moving_average(data: Epoched, window: int) -> Epoched:
    """Mean over each run of ``window`` samples, placed at the centre of the run."""
    if window == 1:
        return data
    runs = np.lib.stride_tricks.sliding_window_view(data.X, window, axis=2)
    t = data.times
    centres = (t[: len(t) - window + 1] + t[window - 1 :]) / 2
    return data.with_data(runs.mean(axis=-1, dtype=data.X.dtype), centres)
