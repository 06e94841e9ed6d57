"""Epochs of two conditions from any recording in BIDS, with the picture of each trial."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workedpapers.checks import columns_present
from workedpapers.progress import progress

if TYPE_CHECKING:
    import mne

__all__ = ["load_bids"]

Conditions = Mapping[str, Sequence[str | int]]

_PAD = 0.1  # s on both sides, where resampling may ring; cut off afterwards
_NAMES = ("trial_type", "stim_type", "value", "trigger")


def load_bids(
    root: str | Path,
    *,
    subject: str,
    task: str,
    conditions: Conditions,
    session: str | None = None,
    runs: Sequence[str] | None = None,
    column: str | Sequence[str] = _NAMES,
    image_column: str = "stim_file",
    identity: Callable[[str], str] | None = None,
    delay: float = 0.0,
    tmin: float = -0.1,
    tmax: float = 0.5,
    sfreq: float | None = None,
    l_freq: float | None = None,
    h_freq: float | None = None,
    reject: Mapping[str, float] | None = None,
    datatype: str = "meg",
) -> mne.BaseEpochs:
    """Read one subject's trials of two conditions.

    Parameters
    ----------
    root : folder of the BIDS data set.
    subject, task, session : as in the names of the files, without "sub-" and so on.
    conditions : exactly two names, each with the entries of ``column`` that belong to it, as
        ``{"familiar": ["IniFF", "ImmFF"], "unfamiliar": [13, 14]}``.
    runs : the runs to read, as in the names of the files; None if the files name no run.
    column : column of events.tsv that holds the entries; of several, the first that holds any.
    image_column : column that names the picture of each event.
    identity : from a picture's name, without folder and ending, to the name of the person. By
        default every picture is a person of its own.
    delay : seconds from the event to the picture on the screen; added to all onsets.
    tmin, tmax : first and last time of an epoch, in seconds after the picture. The baseline is
        from tmin to 0.
    sfreq : samples per second of the result, at most those of the recording; None to keep them.
        Resampling is polyphase, so that times stay exact.
    l_freq, h_freq : edges of a zero-phase FIR band-pass filter of the whole run, in Hz; None for
        no edge. A filter without delay spreads a response backwards in time too: the narrower
        the band, the earlier the onset seems.
    reject : largest peak-to-peak range by channel type, in T, T/m or V; epochs beyond are left
        out and listed in ``drop_log``, as are those in spans annotated as bad.
    datatype : "meg" or "eeg".

    Returns
    -------
    MNE epochs, baseline corrected, with the events of both conditions in the order of time, and
    metadata: subject, run, condition, event (the entry of ``column``) and, if there is
    ``image_column``, image and identity. Epochs that the recording does not hold in full, with
    0.1 s on both sides if resampled, are left out too. Runs are put together although the head
    may have moved between them; MNE then warns.

    Raises
    ------
    ImportError : if mne-bids is not installed.
    FileNotFoundError : if a recording or its events are not there.
    TypeError, ValueError : that names the argument, what was expected and what came; also if a
        condition has no event, an event no picture, or if no epoch of a condition is left.
    """
    mne_bids = import_mne_bids()
    import mne

    _check(conditions, tmin, tmax, delay, datatype)
    if not Path(root).is_dir():
        raise FileNotFoundError(f"root: no folder {root}.")
    if isinstance(runs, str) or (runs is not None and len(runs) == 0):
        raise ValueError(f"runs: expected a list of runs such as ['01'], or None, got {runs!r}.")
    parts = []
    names: Sequence[str | None] = [None] if runs is None else list(runs)
    for run in progress(names, desc=f"Reading subject {subject}", unit="run"):
        path = mne_bids.BIDSPath(
            root=root, subject=subject, session=session, task=task, run=run, datatype=datatype,
            suffix=datatype,
        )  # fmt: skip
        if not path.fpath.exists():
            raise FileNotFoundError(f"No recording {path.basename} in {path.directory}.")
        table = _events(path, conditions, column, image_column, identity)
        raw = mne_bids.read_raw_bids(path, verbose="ERROR")
        if sfreq is not None and not 0 < sfreq <= raw.info["sfreq"]:
            raise ValueError(
                f"sfreq: expected more than 0 and at most the {raw.info['sfreq']} Hz of the "
                f"recording, got {sfreq}."
            )
        table.insert(0, "run", "" if run is None else str(run))
        table.insert(0, "subject", subject)
        if l_freq is not None or h_freq is not None:
            raw.load_data(verbose="ERROR").filter(l_freq, h_freq, verbose="ERROR")
        pad = 0.0 if sfreq is None else _PAD
        sample = np.round((table.pop("onset") + delay) * raw.info["sfreq"]).astype(int)
        codes = {name: i + 1 for i, name in enumerate(conditions)}
        events = np.column_stack(
            [sample + raw.first_samp, np.zeros_like(sample), table["condition"].map(codes)]
        )
        part = mne.Epochs(
            raw, events, codes, tmin - pad, tmax + pad, baseline=None, picks=datatype,
            metadata=table, preload=True, on_missing="ignore", event_repeated="error",
            verbose="ERROR",
        )  # fmt: skip
        if sfreq is not None:
            part.resample(sfreq, method="polyphase", verbose="ERROR")
            part.crop(tmin, tmax)
        part.set_annotations(None)  # those called bad have done their work
        parts.append(part)
    epochs = parts[0]
    if len(parts) > 1:
        epochs = mne.concatenate_epochs(parts, on_mismatch="warn", verbose="WARNING")
    epochs.apply_baseline((None, 0), verbose="ERROR")
    if reject:
        epochs.drop_bad(reject=dict(reject), verbose="ERROR")
    for name in conditions:
        if not (epochs.metadata["condition"] == name).any():
            raise ValueError(
                f"no epoch of condition {name!r} is left: all are outside of the recording or "
                "beyond reject. See the sizes of peak-to-peak ranges, and units (T, T/m, V)."
            )
    return epochs


def import_mne_bids() -> Any:
    """The module mne_bids, or an `ImportError` that says what to install."""
    try:
        import mne_bids
    except ImportError as error:
        raise ImportError(
            "Recordings in BIDS are read by mne-bids, which is not installed: "
            "pip install 'workedpapers[meg_decoding-openneuro]'"
        ) from error
    return mne_bids


def _check(conditions: Conditions, tmin: float, tmax: float, delay: float, datatype: str) -> None:
    if not isinstance(conditions, Mapping) or len(conditions) != 2:
        raise ValueError(
            f"conditions: expected two names, each with its entries, got {conditions!r}."
        )
    entries: list[str] = []
    for name, listed in conditions.items():
        if isinstance(listed, (str, int)) or len(listed) == 0:
            raise TypeError(f"conditions: expected a list of entries for {name!r}, got {listed!r}.")
        entries += [str(entry) for entry in listed]
    if len(set(entries)) != len(entries):
        raise ValueError(f"conditions: expected no entry in both, got {conditions!r}.")
    if not tmin < 0 < tmax:
        raise ValueError(f"tmin, tmax: expected tmin < 0 < tmax, got {tmin}, {tmax}.")
    if not np.isfinite(delay):
        raise ValueError(f"delay: expected a finite number of seconds, got {delay}.")
    if datatype not in ("meg", "eeg"):
        raise ValueError(f"datatype: expected 'meg' or 'eeg', got {datatype!r}.")


def _events(
    path: Any,
    conditions: Conditions,
    column: str | Sequence[str],
    image_column: str,
    identity: Callable[[str], str] | None,
) -> pd.DataFrame:
    """Onset in seconds, condition, event, image and identity of each event wanted."""
    file = path.copy().update(suffix="events", extension=".tsv").fpath
    if not file.is_file():
        raise FileNotFoundError(f"No events {file.name} in {file.parent}.")
    # Entries are compared as they are written, so that 5 and "5" are one.
    table = pd.read_csv(file, sep="\t", dtype=str, keep_default_na=False)
    columns_present(table, file.name, ["onset"])
    offered = [column] if isinstance(column, str) else list(column)
    wanted = {str(entry): name for name, listed in conditions.items() for entry in listed}
    there = [name for name in offered if name in table]
    if not there:
        raise ValueError(
            f"column: expected {' or '.join(map(repr, offered))} in {file.name}; it has "
            f"{', '.join(map(repr, table.columns))}."
        )
    # With several columns on offer, the entries say which one is meant.
    use = next((name for name in there if table[name].isin(list(wanted)).any()), there[0])
    missing = [
        name
        for name, listed in conditions.items()
        if not table[use].isin([str(entry) for entry in listed]).any()
    ]
    if missing:
        found = sorted(set(table[use]))
        raise ValueError(
            f"conditions: no event of {missing[0]!r} in column {use!r} of {file.name}; it holds "
            f"{', '.join(found[:20])}."
        )
    table = table[table[use].isin(list(wanted))].reset_index(drop=True)
    onset = pd.to_numeric(table["onset"], errors="coerce")
    if not np.isfinite(onset).all():
        first = table["onset"][~np.isfinite(onset)].iloc[0]
        raise ValueError(f"{file.name}: expected a number as each onset, got {first!r}.")
    result = pd.DataFrame(
        {"onset": onset, "condition": table[use].map(wanted), "event": table[use]}
    )
    if image_column not in table:
        if identity is not None:
            raise ValueError(f"identity: expected a column {image_column!r} in {file.name}.")
        return result
    without = table[image_column].isin(["n/a", ""])
    if without.any():
        raise ValueError(f"{file.name}: {without.sum()} event(s) wanted have no {image_column}.")
    result["image"] = [PurePosixPath(name).stem for name in table[image_column]]
    result["identity"] = result["image"].map(identity) if identity else result["image"]
    return result
