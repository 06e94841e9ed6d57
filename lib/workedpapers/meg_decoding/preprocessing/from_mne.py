"""What MNE has of a recording: epochs, also of power, evoked responses, source estimates."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from workedpapers.checks import Floats

__all__ = ["Recording", "event_names", "is_mne", "picked_numbers", "read_mne"]


class Recording(NamedTuple):
    """Values and what is known of them.

    Parameters
    ----------
    X : array
        Shape (n, p, t).
    names, types : tuple of str
        Of the p channels.
    times : array of float
        Seconds, shape (t,).
    info : object
        `mne.Info` of these channels; None if they are no sensors.
    metadata : object
        Data frame with a row for each epoch, or None.
    """

    X: Any
    names: tuple[str, ...]
    types: tuple[str, ...]
    times: Floats
    info: Any
    metadata: Any


def is_mne(epochs: Any) -> bool:
    """Whether this is an object of MNE that holds epochs, or a list of objects, one a trial."""
    if isinstance(epochs, (list, tuple)):
        return bool(epochs) and all(_is_evoked(one) or _is_source(one) for one in epochs)
    return hasattr(epochs, "get_data") and hasattr(epochs, "info") and hasattr(epochs, "events")


def read_mne(epochs: Any, picks: Any) -> Recording:
    """Read what `is_mne` accepts.

    Parameters
    ----------
    epochs : object
        An object of MNE, or a list.
    picks : object
        As in ``preprocessing.epochs.as_epoched``.

    Raises
    ------
    ValueError
        No channel, or trials that differ in channels or times.
    """
    if isinstance(epochs, (list, tuple)):
        return _sources(epochs, picks) if _is_source(epochs[0]) else _evoked(epochs, picks)
    chosen, info = _channels(epochs.info, picks)
    names, types = tuple(info["ch_names"]), tuple(info.get_channel_types())
    times = np.asarray(epochs.times, dtype=float)
    if not hasattr(epochs, "freqs"):
        X = epochs.get_data(picks=chosen, copy=False)
        return Recording(X, names, types, times, info, epochs.metadata)
    X = np.asarray(epochs.get_data(picks=chosen))
    if X.ndim != 4:
        raise ValueError(
            f"epochs: expected power by epoch, channel, frequency and time, got shape {X.shape}."
        )
    if np.iscomplexobj(X):
        raise TypeError("epochs: expected power, got complex values; take their squared size.")
    n, _, _, t = X.shape
    at = [f"{frequency:g} Hz" for frequency in epochs.freqs]
    together = tuple(f"{name} {where}" for name in names for where in at)
    each = tuple(np.repeat(types, len(at)).tolist())
    return Recording(X.reshape(n, -1, t), together, each, times, None, epochs.metadata)


def event_names(epochs: Any) -> NDArray[Any]:
    """The condition of each epoch: the name of its event, or the comment of an evoked response."""
    if isinstance(epochs, (list, tuple)):
        if _is_source(epochs[0]):
            raise TypeError("y: expected labels, one for each source estimate, got None.")
        return np.array([one.comment for one in epochs])
    names = {number: name for name, number in epochs.event_id.items()}
    return np.array([names[number] for number in epochs.events[:, 2]])


def picked_numbers(picks: Any, p: int) -> list[int]:
    """Channels by their numbers, or by a mask."""
    chosen = np.atleast_1d(np.asarray(picks))
    if chosen.dtype == bool and chosen.shape == (p,):
        chosen = np.flatnonzero(chosen)
    inside = chosen.dtype.kind in "iu" and chosen.ndim == 1 and len(chosen)
    if not inside or chosen.min() < 0 or chosen.max() >= p or len(set(chosen)) < len(chosen):
        raise ValueError(
            f"picks: expected different numbers from 0 to {p - 1}, for there are no names, got "
            f"{picks!r}."
        )
    return [int(i) for i in chosen]


def _is_evoked(one: Any) -> bool:
    return hasattr(one, "info") and hasattr(one, "comment") and hasattr(one, "nave")


def _is_source(one: Any) -> bool:
    return all(hasattr(one, name) for name in ("vertices", "data", "times", "subject"))


def _channels(info: Any, picks: Any) -> tuple[list[int], Any]:
    """Numbers of the chosen channels, and their `mne.Info`."""
    import mne

    if picks is None:
        found = mne.pick_types(
            info, meg=True, eeg=True, seeg=True, ecog=True, ref_meg=False, exclude="bads"
        )
        if not len(found):
            kinds = ", ".join(sorted(set(info.get_channel_types())))
            raise ValueError(
                f"epochs: expected at least one good MEG, EEG, sEEG or ECoG channel, got {kinds}. "
                f"Say with picks which others are meant."
            )
    else:
        # What MNE means by picks, at the price of one sample a channel.
        sample = mne.EvokedArray(np.zeros((len(info["ch_names"]), 1)), info, verbose="ERROR")
        kept = sample.pick(picks, exclude="bads", verbose="ERROR").ch_names
        found = [info["ch_names"].index(name) for name in kept]
    return [int(i) for i in found], mne.pick_info(info, found)


def _evoked(trials: Any, picks: Any) -> Recording:
    first = trials[0]
    for number, one in enumerate(trials):
        if one.ch_names != first.ch_names or not np.array_equal(one.times, first.times):
            raise ValueError(
                f"epochs: expected evoked responses of the same channels and times, got others at "
                f"{number}."
            )
    bads = sorted({bad for one in trials for bad in one.info["bads"]})
    info = first.info.copy()
    info["bads"] = bads
    chosen, info = _channels(info, picks)
    X = np.stack([one.data[chosen] for one in trials])
    names, types = tuple(info["ch_names"]), tuple(info.get_channel_types())
    return Recording(X, names, types, np.asarray(first.times, dtype=float), info, None)


def _sources(trials: Any, picks: Any) -> Recording:
    first = trials[0]
    for number, one in enumerate(trials):
        if one.data.shape != first.data.shape or not np.array_equal(one.times, first.times):
            raise ValueError(
                f"epochs: expected source estimates of the same places and times, got others at "
                f"{number}."
            )
    X = np.stack([one.data for one in trials])
    if X.ndim == 4:  # vectors at each place
        X = X.reshape(len(X), -1, X.shape[-1])
    chosen = list(range(X.shape[1])) if picks is None else picked_numbers(picks, X.shape[1])
    names = tuple(f"source {i}" for i in chosen)
    return Recording(
        X[:, chosen], names, ("source",) * len(chosen), np.asarray(first.times, float), None, None
    )
