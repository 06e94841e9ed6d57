"""Epochs of two conditions from any recording in BIDS, with the picture of each trial."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from workedpapers.checks import as_float_array, one_of, positive_int
from workedpapers.progress import progress_bar

from .events import Conditions, check_conditions, wanted_events
from .maxwell import Maxwell, destination_of, maxwell_filtered
from .runs import TYPES, band_pass, check_sampling, crop_run, cut_epochs, select_channels

if TYPE_CHECKING:
    import mne

__all__ = ["load_bids"]

_NAMES = ("trial_type", "stim_type", "value", "trigger")


def load_bids(
    root: str | Path,
    *,
    subject: str,
    task: str,
    conditions: Conditions,
    session: str | None = None,
    runs: Sequence[str] | None = None,
    derivatives: str | Path | None = None,
    processing: str | None = None,
    column: str | Sequence[str] = _NAMES,
    image_column: str = "stim_file",
    identity: Callable[[str], str] | None = None,
    onsets: Callable[[Any, pd.DataFrame], ArrayLike] | None = None,
    delay: float = 0.0,
    crop: tuple[float, float] | None = None,
    maxwell: Maxwell | None = None,
    l_freq: float | None = None,
    h_freq: float | None = None,
    iir_order: int | None = None,
    tmin: float = -0.1,
    tmax: float = 0.5,
    sfreq: float | None = None,
    reject: Mapping[str, Any] | None = None,
    eog: Sequence[str] = (),
    datatype: str = "meg",
) -> mne.BaseEpochs:
    """Read one subject's trials of two conditions.

    The steps are, in this order: crop, Maxwell filter, band-pass filter, epochs, resampling,
    baseline, rejection.

    Parameters
    ----------
    root : str or Path
        Folder of the BIDS data set.
    subject : str
        As in the names of the files, without "sub-".
    task : str
        As in the names of the files, without "task-".
    conditions : Conditions
        Exactly two names, each with the entries of ``column`` that belong to it, as ``{"familiar":
        ["IniFF", "ImmFF"], "unfamiliar": [13, 14]}``.
    session : str, optional
        As in the names of the files, without "ses-".
    runs : sequence of str or None
        The runs to read, as in the names of the files; None if the files name no run.
    derivatives : str or Path or None
        Folder with processed recordings, which has the same folders inside as ``root``; None to
        read those of ``root``. The events are always those of ``root``.
    processing : str or None
        "sss" for recordings named "proc-sss", and so on.
    column : str or sequence of str
        Column of events.tsv that holds the entries; of several, the first that holds any.
    image_column : str
        Column that names the picture of each event.
    identity : callable or None
        From a picture's name, without folder and ending, to the name of the person. By default
        every picture is a person of its own.
    onsets : callable or None
        Function of the recording, an `mne.io.Raw`, and of the wanted events (columns onset,
        condition, event and, if there are pictures, image and identity) to the events' seconds
        from the first sample of the recording. By default the column onset. See `trigger_onsets`.
    delay : float
        Seconds from the onset to the picture on the screen; added to all onsets. Find out whether
        the table's onsets hold it already.
    crop : tuple of float or None
        First and last second of each run that is used, counted from its first sample. Epochs that
        reach beyond are left out and listed in ``drop_log`` as NO_DATA or TOO_SHORT.
    maxwell : Maxwell or None
        Settings of a Maxwell filter of MEG recordings, or None. Afterwards the 306 channels of a
        Neuromag hold about 70 independent courses.
    l_freq, h_freq : float or None
        Edges of a zero-phase band-pass filter of the whole run, in Hz; None for no edge. A filter
        without delay spreads a response backwards in time too: the narrower the band, the earlier
        the onset seems.
    iir_order : int or None
        Order of a Butterworth filter that runs forwards and backwards; None for MNE's FIR filter.
    tmin, tmax : float
        First and last time of an epoch, in seconds after the picture. The baseline is from tmin to
        0.
    sfreq : float or None
        Samples per second of the result, at most those of the recording; None to keep them. Epochs
        are resampled (polyphase), not runs, so that no onset is rounded to a longer sample.
    reject : mapping or None
        Largest peak-to-peak range by channel type, in T, T/m or V, or a function as in
        `mne.Epochs.drop_bad`. Epochs beyond are left out and listed in ``drop_log``, as are those
        in spans annotated as bad. Channels of types other than ``datatype``, such as "eog", serve
        for this alone.
    eog : sequence of str
        Names of channels that record the eyes, where channels.tsv does not say so.
    datatype : str
        "meg" or "eeg".

    Returns
    -------
    mne.BaseEpochs
        MNE epochs, baseline corrected, with the events of both conditions in the order of time,
        and metadata: subject, run, condition, event (the entry of ``column``) and, if there is
        ``image_column``, image and identity. Epochs that the recording does not hold in full are
        left out too; to be resampled they need 0.1 s more at their end and 0.1 to 0.6 s before.

        A channel that is bad in one run is bad in all. With a Maxwell filter there is none, and
        ``info["description"]`` lists by run those that were computed from the others. Without,
        runs are put together although the head may have moved between them; MNE then warns.

    Raises
    ------
    ImportError
        If mne-bids is not installed.
    FileNotFoundError
        If a recording or its events are not there.
    TypeError, ValueError
        That names the argument, what was expected and what came; also if a condition has no event,
        an event no picture, or if no epoch of a condition is left.
    RuntimeError
        Of mne-bids, if channels.tsv names other channels than the recording.

    See Also
    --------
    load_ds000117 : One published data set.
    trigger_onsets : Times from the trigger channel.

    Notes
    -----
    Source: the steps are MNE-Python's and mne-bids'; the layout is BIDS,
    doi:10.1038/sdata.2018.110.

    Chapter: :ref:`meg-own-data`.

    Examples
    --------
    >>> from workedpapers import meg_decoding as meg
    >>> conditions = {"familiar": ["IniFF", "ImmFF"], "unfamiliar": ["Unfamiliar"]}
    >>> names = {"subject": "01", "task": "faces", "conditions": conditions}
    >>> epochs = meg.load_bids("my/data", **names)  # doctest: +SKIP
    >>> meg.load_bids("no/data", **names)
    Traceback (most recent call last):
        ...
    FileNotFoundError: root: no folder no/data.
    """
    mne_bids = import_mne_bids()
    check_conditions(conditions)
    one_of(datatype, "datatype", TYPES)
    _check_numbers(crop, iir_order, tmin, tmax, delay)
    if maxwell is not None and datatype != "meg":
        raise ValueError(f"maxwell: expected None for datatype {datatype!r}.")
    for what, folder in (("root", root), ("derivatives", derivatives)):
        if folder is not None and not Path(folder).is_dir():
            raise FileNotFoundError(f"{what}: no folder {folder}.")
    names = _run_names(runs)
    entities = {"subject": subject, "session": session, "task": task, "datatype": datatype}
    files = _recordings(mne_bids, derivatives or root, names, processing, entities)
    tables = {}
    for run in names:
        path = mne_bids.BIDSPath(
            root=root, run=run or None, suffix="events", extension=".tsv", **entities
        )
        tables[run] = wanted_events(path.fpath, conditions, column, image_column, identity)

    def read(run: str) -> Any:
        return mne_bids.read_raw_bids(files[run], verbose="ERROR")

    destination = None if maxwell is None else destination_of(names, read, maxwell)
    others = sorted(set(reject or ()) - set(TYPES[datatype]))
    codes = {name: i + 1 for i, name in enumerate(conditions)}
    parts, computed = [], []
    for run in progress_bar(names, desc=f"Reading subject {subject}", unit="run"):
        raw, name = read(run), files[run].basename
        check_sampling(raw, sfreq)
        seconds = _seconds(onsets, raw, tables[run]) + delay
        samples = raw.first_samp + np.round(seconds * raw.info["sfreq"]).astype(int)
        table = tables[run].drop(columns="onset")
        table.insert(0, "run", run)
        table.insert(0, "subject", subject)
        select_channels(raw, datatype, others, eog, name)
        if crop is not None:
            crop_run(raw, crop, name)
        if maxwell is not None:
            raw, bads = maxwell_filtered(raw, maxwell, destination, name)
            computed.append(f"{name}: {', '.join(bads) or 'none'}")
        band_pass(raw, l_freq, h_freq, iir_order)
        part = cut_epochs(
            raw, samples, table, codes, kinds=[datatype, *others], tmin=tmin, tmax=tmax,
            sfreq=sfreq, name=name,
        )  # fmt: skip
        parts.append(part)
    epochs = _together(parts)
    epochs.apply_baseline((None, 0), verbose="ERROR")
    if reject:
        epochs.drop_bad(reject=dict(reject), verbose="ERROR")
    if others:
        epochs.pick(datatype, exclude=(), verbose="ERROR")
    for name in conditions:
        if not (epochs.metadata["condition"] == name).any():
            raise ValueError(
                f"no epoch of condition {name!r} is left: all are outside of the recording or "
                "beyond reject. See the sizes of peak-to-peak ranges, and units (T, T/m, V)."
            )
    if maxwell is not None:
        epochs.info["description"] = f"Computed by the Maxwell filter: {'; '.join(computed)}"
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


def _check_numbers(
    crop: tuple[float, float] | None,
    iir_order: int | None,
    tmin: float,
    tmax: float,
    delay: float,
) -> None:
    if crop is not None:
        ends = as_float_array(crop, "crop", ndim=1)
        if len(ends) != 2 or not 0 <= ends[0] < ends[1]:
            raise ValueError(f"crop: expected (start, end) with 0 <= start < end, got {crop}.")
    if iir_order is not None:
        positive_int(iir_order, "iir_order")
    for name, value in (("tmin", tmin), ("tmax", tmax), ("delay", delay)):
        as_float_array(value, name, ndim=0)
    if not tmin < 0 < tmax:
        raise ValueError(f"tmin, tmax: expected tmin < 0 < tmax, got {tmin}, {tmax}.")


def _run_names(runs: Sequence[str] | None) -> list[str]:
    """Names of the runs, "" where the files name none."""
    if runs is None:
        return [""]
    if isinstance(runs, str) or not runs or len(set(runs)) < len(runs):
        raise ValueError(f"runs: expected a list of runs such as ['01'], or None, got {runs!r}.")
    return [str(run) for run in runs]


def _recordings(
    mne_bids: Any,
    root: str | Path,
    runs: Sequence[str],
    processing: str | None,
    entities: Mapping[str, Any],
) -> dict[str, Any]:
    """Path of the recording of each run."""
    files = {}
    for run in runs:
        path = mne_bids.BIDSPath(
            root=root, run=run or None, processing=processing, suffix=entities["datatype"],
            **entities,
        )  # fmt: skip
        if not path.fpath.exists():
            raise FileNotFoundError(f"No recording {path.basename} in {path.directory}.")
        files[run] = path
    return files


def _seconds(onsets: Callable[..., ArrayLike] | None, raw: Any, table: pd.DataFrame) -> Any:
    if onsets is None:
        return table["onset"].to_numpy()
    seconds = as_float_array(onsets(raw, table.copy()), "onsets", ndim=1)
    if len(seconds) != len(table):
        raise ValueError(f"onsets: expected {len(table)} onsets, got {len(seconds)}.")
    return seconds


def _together(parts: list[Any]) -> Any:
    import mne

    if len(parts) == 1:
        return parts[0]
    bads = {name for part in parts for name in part.info["bads"]}
    for part in parts:
        part.info["bads"] = [name for name in part.ch_names if name in bads]
    return mne.concatenate_epochs(parts, on_mismatch="warn", verbose="WARNING")
