"""Searchlight over sensors: decode from each sensor and its neighbours alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import as_float_array
from workedpapers.progress import progress_bar
from workedpapers.threads import one_thread

from ..preprocessing.epochs import Epoched
from .settings import DecodingOptions, DecodingSettings
from .time_resolved import decode_checked

__all__ = ["neighbours", "searchlight"]


@one_thread
def searchlight(
    epochs: Any,
    y: str | ArrayLike | None = None,
    *,
    adjacency: Any = None,
    positions: ArrayLike | None = None,
    radius: float = 0.04,
    windows: Sequence[tuple[float, float]] | None = None,
    **options: Unpack[DecodingOptions],
) -> pd.DataFrame:
    """AUC of each sensor's neighbourhood at each time.

    Parameters
    ----------
    epochs : object
        As in `decode`.
    y : str or array_like, optional
        As in `decode`.
    adjacency : object
        Which channels are neighbours, shape (p, p), dense or sparse, such as that of
        `mne.channels.find_ch_adjacency`; every channel is its own neighbour.
    positions : array_like or None
        Of the channels, shape (p, 3), in metres; by default those of mne epochs. Used with
        ``radius`` if there is no ``adjacency``.
    radius : float
        In metres; channels at most that far apart are neighbours.
    windows : sequence of tuple or None
        (start, end) in seconds; the mean over each, ends included, is decoded. None decodes each
        time.
    **options : Unpack[DecodingOptions]
        The keyword arguments of `decode`. Whitening mixes sensors a little, so that a strict
        searchlight goes without.

    Returns
    -------
    DataFrame
        Data frame of AUC with channels as rows and times (centres of windows) in seconds as
        columns.

    Raises
    ------
    TypeError, ValueError
        As `decode`; if neighbours are unknown or of the wrong shape, or a window holds no sample.

    See Also
    --------
    decode : From all channels.
    patterns : Maps of a decoder of all channels.

    Notes
    -----
    Source: Kriegeskorte, Goebel and Bandettini 2006, doi:10.1073/pnas.0600244103.

    Chapter: :ref:`meg-scale`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((80, 6, 5))  # epochs, channels, times
    >>> y = np.repeat(["cat", "dog"], 40)
    >>> X[y == "dog", 0, 2:] += 2  # the first channel tells them apart from the third time on
    >>> places = np.arange(6)[:, None] * [0.02, 0, 0]  # channels in a row, 2 cm apart
    >>> found = meg.searchlight(X, y, positions=places, radius=0.03)
    >>> found[4].round(1).tolist()  # at the last time: the first channel and its neighbour
    [0.9, 0.9, 0.6, 0.7, 0.7, 0.6]
    """
    settings = DecodingSettings.checked(epochs, y, **options)
    near = neighbours(settings.data, adjacency, positions, radius)
    if windows is not None:
        settings = replace(settings, data=_averaged(settings.data, windows))
    rows = []
    names = settings.data.ch_names
    shown = progress_bar(range(len(names)), desc="searchlight", unit="channel")
    for channel in shown:
        rows.append(decode_checked(_restricted(settings, near[channel]), show=False).auc)
    return pd.DataFrame(
        rows, index=pd.Index(names, name="channel"), columns=pd.Index(settings.times, name="time")
    )


def neighbours(
    data: Epoched, adjacency: Any = None, positions: ArrayLike | None = None, radius: float = 0.04
) -> NDArray[np.bool_]:
    """Which channels are neighbours, shape (p, p); see `searchlight` for the arguments."""
    p = data.X.shape[1]
    if adjacency is not None:
        dense = adjacency.toarray() if hasattr(adjacency, "toarray") else np.asarray(adjacency)
        if dense.shape != (p, p):
            raise ValueError(f"adjacency: expected shape ({p}, {p}), got {dense.shape}.")
        near: NDArray[np.bool_] = (dense != 0) | np.eye(p, dtype=bool)
        return near
    if positions is None:
        if data.info is None:
            raise ValueError("searchlight: expected adjacency or positions for arrays.")
        positions = np.array([channel["loc"][:3] for channel in data.info["chs"]])
    places = as_float_array(positions, "positions", ndim=2)
    if places.shape != (p, 3):
        raise ValueError(f"positions: expected shape ({p}, 3), got {places.shape}.")
    if p > 1 and np.ptp(places, axis=0).max() == 0:
        raise ValueError("positions: all channels are at one place; give adjacency or positions.")
    if not radius > 0:
        raise ValueError(f"radius: expected metres above 0, got {radius}.")
    distance = np.sqrt(((places[:, None] - places) ** 2).sum(axis=2))
    within: NDArray[np.bool_] = distance <= radius
    return within


def _restricted(settings: DecodingSettings, members: NDArray[np.bool_]) -> DecodingSettings:
    names = np.flatnonzero(members)
    data = replace(
        settings.data,
        X=settings.data.X[:, members],
        ch_names=tuple(settings.data.ch_names[i] for i in names),
        ch_types=tuple(settings.data.ch_types[i] for i in names),
        info=None,
    )
    return replace(settings, data=data)


def _averaged(data: Epoched, windows: Sequence[tuple[float, float]]) -> Epoched:
    columns, centres = [], []
    for start, end in windows:
        inside = (data.times >= start) & (data.times <= end)
        if not inside.any():
            raise ValueError(f"windows: no sample from {start:g} to {end:g} s.")
        columns.append(data.X[:, :, inside].mean(axis=2))
        centres.append((start + end) / 2)
    return data.with_data(np.stack(columns, axis=2), np.array(centres, dtype=float))
