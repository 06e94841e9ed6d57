"""One run: from a recording to its epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["TYPES", "band_pass", "check_sampling", "crop_run", "cut_epochs", "select_channels"]

#: Types of channel that are read; the reference channels of some helmets serve Maxwell filters.
TYPES = {"meg": ("mag", "grad", "ref_meg"), "eeg": ("eeg",)}

_PAD = 0.1  # s on both sides, where resampling may ring; cut off afterwards
_SEARCH = 0.5  # s, in which some number of samples is whole, or nearly so, at both rates


def check_sampling(raw: Any, sfreq: float | None) -> None:
    """Raise `ValueError` unless a recording can be resampled to ``sfreq``, in Hz."""
    if sfreq is not None and not 0 < sfreq <= raw.info["sfreq"]:
        raise ValueError(
            f"sfreq: expected more than 0 and at most the {raw.info['sfreq']} Hz of the "
            f"recording, got {sfreq}."
        )


def select_channels(
    raw: Any, datatype: str, others: Sequence[str], eog: Sequence[str], name: str
) -> None:
    """Keep the channels of a recording that are of one data type or of other types.

    Parameters
    ----------
    raw : object
        `mne.io.Raw`, changed in place, as by all functions of this module.
    datatype : str
        "meg" or "eeg".
    others : sequence of str
        Further types, of each of which there must be a channel.
    eog : sequence of str
        Names of channels that are of type "eog".
    name : str
        Of the recording, for messages, as in all functions of this module.

    Raises
    ------
    ValueError
        If there is no channel of such a name or type.
    """
    import mne

    unknown = [channel for channel in eog if channel not in raw.ch_names]
    if unknown:
        raise ValueError(f"eog: expected channels of {name}, got {unknown[0]!r}.")
    raw.set_channel_types(dict.fromkeys(eog, "eog"), on_unit_change="ignore", verbose="ERROR")
    found = raw.get_channel_types()
    has = f"the types of {name} and its channels.tsv are {', '.join(sorted(set(found)))}"
    if not set(found) & set(TYPES[datatype]):
        raise ValueError(f"datatype: no channel is {' or '.join(TYPES[datatype])}; {has}.")
    absent = [kind for kind in others if kind not in found]
    if absent:
        raise ValueError(f"reject: no channel is {absent[0]}; {has}.")
    raw.pick([i for i, kind in enumerate(found) if kind in (*TYPES[datatype], *others)])
    # Old files of Neuromag call all magnetometers T1 or T2, whatever they are.
    with mne.utils.use_log_level("ERROR"):
        mne.channels.fix_mag_coil_types(raw.info, use_cal=True)


def crop_run(raw: Any, crop: tuple[float, float], name: str) -> None:
    """Leave what lies between two times, in seconds from the first sample of the recording.

    Raises
    ------
    ValueError
        If the recording ends before.
    """
    seconds = raw.n_times / raw.info["sfreq"]
    if crop[1] > seconds:
        raise ValueError(
            f"crop: expected an end of at most {seconds:g} s, where {name} ends, got {crop[1]}."
        )
    raw.crop(crop[0], min(crop[1], raw.times[-1]), verbose="ERROR")


def band_pass(raw: Any, l_freq: float | None, h_freq: float | None, order: int | None) -> None:
    """Filter all channels, by MNE's FIR filter or by a Butterworth filter there and back."""
    if l_freq is None and h_freq is None:
        return
    how: dict[str, Any] = {"method": "fir"}
    if order is not None:
        how = {"method": "iir", "iir_params": {"order": order, "ftype": "butter", "output": "sos"}}
    raw.load_data(verbose="ERROR").filter(l_freq, h_freq, picks="all", verbose="ERROR", **how)


def cut_epochs(
    raw: Any,
    samples: NDArray[Any],
    table: pd.DataFrame,
    codes: Mapping[str, int],
    *,
    kinds: Sequence[str],
    tmin: float,
    tmax: float,
    sfreq: float | None,
    name: str,
) -> Any:
    """Epochs of a run, resampled, without baseline or rejection.

    Parameters
    ----------
    samples : array
        Where time zero is, counted as MNE does from the start of the acquisition.
    table : DataFrame
        Metadata of the events, with a column condition.
    codes : mapping
        Number of each condition.
    kinds : sequence of str
        Types of channels.
    tmin, tmax, sfreq : float or float or None
        As in `load_bids`.

    Raises
    ------
    ValueError
        If no epoch lies within the recording.
    """
    import mne

    events = np.column_stack([samples, np.zeros_like(samples), table["condition"].map(codes)])
    start, end = tmin, tmax
    if sfreq is not None:
        start, end = -_before(tmin, raw.info["sfreq"], sfreq) / raw.info["sfreq"], tmax + _PAD
    raw.load_data(verbose="ERROR")  # else MNE raises an error for events after the end
    epochs = mne.Epochs(
        raw, events, dict(codes), start, end, baseline=None, picks=list(kinds), metadata=table,
        preload=True, on_missing="ignore", event_repeated="error", verbose="ERROR",
    )  # fmt: skip
    if len(epochs) == 0:
        raise ValueError(f"{name}: no epoch of either condition lies in what is read of it.")
    if sfreq is not None:
        epochs.resample(sfreq, method="polyphase", verbose="ERROR")
        epochs.crop(tmin, tmax)
    epochs.set_annotations(None)  # those called bad have done their work
    return epochs


def _before(tmin: float, rate: float, sfreq: float) -> int:
    """Samples of the recording before time zero that an epoch begins with, to be resampled.

    Their time is a whole number of the new samples too, so that time zero is one of these. MNE
    would otherwise move all times to the nearest such number, by up to half a sample.
    """
    n = np.ceil((_PAD - tmin) * rate - 1e-6) + np.arange(np.ceil(_SEARCH * rate) + 1)
    new = n * sfreq / rate
    return int(n[np.argmin(np.round(np.abs(new - np.round(new)), 9))])
