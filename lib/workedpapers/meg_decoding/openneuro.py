"""Famous and unfamiliar faces: the recordings of Wakeman and Henson (2015) from OpenNeuro.

Data set ds000117 (CC0): 16 people, six runs each of 0.85 to 0.9 GB, 306 channels of MEG at
1100 Hz, doi:10.1038/sdata.2015.1. Each picture was shown twice, the second time at once or later.
OpenNeuro publishes the size and the digest of every file; openneuro-py compares both.

The tests of this module read files of the same form, made by the simulator. The published
recordings are too large for that.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from workedpapers.datasets import DatasetError, cache_folder

from .bids import import_mne_bids, load_bids

if TYPE_CHECKING:
    import mne

__all__ = ["ds000117_images", "load_ds000117"]

DATASET = "ds000117"
SUBJECTS = tuple(f"{i:02d}" for i in range(1, 17))
RUNS = tuple(f"{i:02d}" for i in range(1, 7))
#: Triggers: first showing, immediate repeat, delayed repeat.
CONDITIONS = {"familiar": [5, 6, 7], "unfamiliar": [13, 14, 15]}
#: From the trigger to the picture on the screen, in seconds, as the analyses of the data by MNE's
#: authors have it (mne-biomag-group-demo).
SCREEN_DELAY = 0.0345
#: Peak-to-peak limits of the configuration of mne-bids-pipeline, in T/m and T.
REJECT = {"grad": 4000e-13, "mag": 4e-12}

_TASK, _SESSION = "facerecognition", "meg"
_RUN_GB = 0.9


@overload
def load_ds000117(
    subject: Literal["all"],
    *,
    path: str | Path | None = ...,
    runs: Sequence[str] = ...,
    sfreq: float | None = ...,
    l_freq: float | None = ...,
    h_freq: float | None = ...,
    tmin: float = ...,
    tmax: float = ...,
    reject: dict[str, float] | None = ...,
    delay: float = ...,
) -> list[mne.BaseEpochs]: ...
@overload
def load_ds000117(
    subject: str = ...,
    *,
    path: str | Path | None = ...,
    runs: Sequence[str] = ...,
    sfreq: float | None = ...,
    l_freq: float | None = ...,
    h_freq: float | None = ...,
    tmin: float = ...,
    tmax: float = ...,
    reject: dict[str, float] | None = ...,
    delay: float = ...,
) -> mne.BaseEpochs: ...
def load_ds000117(
    subject: str = "01",
    *,
    path: str | Path | None = None,
    runs: Sequence[str] = ("01", "02"),
    sfreq: float | None = 125.0,
    l_freq: float | None = None,
    h_freq: float | None = 40.0,
    tmin: float = -0.1,
    tmax: float = 0.5,
    reject: dict[str, float] | None = REJECT,
    delay: float = SCREEN_DELAY,
) -> Any:
    """Famous ("familiar") against unfamiliar faces, downloaded on the first call.

    Runs, sampling and rejection are those of the configuration for this data set in
    mne-bids-pipeline, without its Maxwell filter; the low-pass at 40 Hz is ours. For
    latencies take all `RUNS` and ``sfreq=250``: at 125 Hz a sample lasts 8 ms.

    Parameters
    ----------
    subject : "01" to "16", or "all".
    path : folder of the data set; by default ``ds000117`` in `workedpapers.datasets.cache_folder`.
        Files that are there are not downloaded again.
    runs : of "01" to "06".
    sfreq, l_freq, h_freq, tmin, tmax, reject : as in `load_bids`.
    delay : from the event to the picture on the screen, in seconds. The published 34.5 ms count
        from the trigger. Where the recording has its trigger channel, the events are compared
        with it, and a warning tells if they differ.

    Returns
    -------
    Epochs with metadata as of `load_bids`, or for "all" a list of them. Each picture is
    taken to show a person of its own, so identity and image are the same.

    Raises
    ------
    ImportError : if mne-bids, or for a download openneuro-py, is not installed.
    DatasetError : if the download fails, as without a network, or leaves a file out.
    ValueError : for a subject or a run that the data set does not have.
    """
    chosen = list(SUBJECTS) if subject == "all" else [subject]
    unknown = [s for s in chosen if s not in SUBJECTS]
    if unknown:
        raise ValueError(f"subject: expected '01' to '16' or 'all', got {unknown[0]!r}.")
    if isinstance(runs, str) or not runs or not set(runs) <= set(RUNS):
        raise ValueError(f"runs: expected some of {', '.join(RUNS)}, got {runs!r}.")
    mne_bids = import_mne_bids()  # before anything is downloaded
    root = _root(path)
    every = []
    for who in chosen:
        files = [_recording(who, run) for run in runs]
        needed = [*files, *(file.replace("_meg.fif", "_events.tsv") for file in files)]
        # Other files of a run, such as channels.tsv, differ between versions of the data set.
        include = [f"sub-{who}/ses-{_SESSION}/meg/*run-{run}*" for run in runs]
        _fetch(
            root, needed, include, f"sub-{who}, {len(runs)} run(s), {_RUN_GB * len(runs):.1f} GB"
        )
        for run in runs:
            _compare_with_triggers(mne_bids, root, who, run)
        epochs = load_bids(
            root, subject=who, session=_SESSION, task=_TASK, runs=runs, conditions=CONDITIONS,
            column=("value", "trigger"), delay=delay, tmin=tmin, tmax=tmax, sfreq=sfreq,
            l_freq=l_freq, h_freq=h_freq, reject=reject,
        )  # fmt: skip
        every.append(epochs)
    return every if subject == "all" else every[0]


def ds000117_images(names: Sequence[str], *, path: str | Path | None = None) -> list[Path]:
    """Paths of the pictures of the data set, for `image_features`, downloaded if needed.

    Parameters
    ----------
    names : as in the column image of the metadata, such as "f013".
    path : as in `load_ds000117`.

    Raises
    ------
    ImportError, DatasetError : as in `load_ds000117`.
    """
    root = _root(path)
    files = [f"stimuli/meg/{name}.bmp" for name in dict.fromkeys(names)]
    if not files:
        raise ValueError("names: expected at least one picture, got none.")
    _fetch(root, files, files, f"{len(files)} picture(s), {0.022 * len(files):.1f} MB")
    return [root / f"stimuli/meg/{name}.bmp" for name in names]


def _root(path: str | Path | None) -> Path:
    return cache_folder() / DATASET if path is None else Path(path).expanduser()


def _recording(subject: str, run: str) -> str:
    folder = f"sub-{subject}/ses-{_SESSION}/meg"
    return f"{folder}/sub-{subject}_ses-{_SESSION}_task-{_TASK}_run-{run}_meg.fif"


def _fetch(root: Path, files: list[str], include: list[str], what: str) -> None:
    """Download what is included, unless all the files are there."""
    missing = [file for file in files if not (root / file).is_file()]
    if not missing:
        return
    try:
        import openneuro
    except ImportError as error:
        raise ImportError(
            f"Downloading {DATASET} needs openneuro-py, which is not installed: "
            "pip install 'workedpapers[meg_decoding-openneuro]'"
        ) from error
    by_hand = f"To do it by hand, put {missing[0]} and so on into {root}."
    try:
        root.mkdir(parents=True, exist_ok=True)
        openneuro.download(dataset=DATASET, target_dir=root, include=include)
    except Exception as error:  # every transport has errors of its own; all mean the same here
        raise DatasetError(
            f"Could not download {DATASET} from OpenNeuro ({what}; CC0, "
            f"doi:10.1038/sdata.2015.1).\n  because   {type(error).__name__}: {error}\n{by_hand}"
        ) from error
    left = [file for file in missing if not (root / file).is_file()]
    if left:
        raise DatasetError(
            f"The download of {DATASET} ended without {len(left)} file(s), the first of which is "
            f"{left[0]}. {by_hand}"
        )


def _compare_with_triggers(mne_bids: Any, root: Path, subject: str, run: str) -> None:
    """Warn if the events of a run are not where its trigger channel has them."""
    import mne
    import pandas as pd

    path = root / _recording(subject, run)
    raw = mne.io.read_raw_fif(path, allow_maxshield="yes", verbose="ERROR")
    if "STI101" not in raw.ch_names:
        return
    # Bits 4096 and 256 are the buttons.
    found = mne.find_events(
        raw, "STI101", consecutive="increasing", mask=4096 + 256, mask_type="not_and",
        min_duration=0.003, verbose="ERROR",
    )  # fmt: skip
    table = pd.read_csv(str(path).replace("_meg.fif", "_events.tsv"), sep="\t", dtype=str)
    column = "value" if "value" in table else "trigger"
    offsets = []
    for code in (str(c) for listed in CONDITIONS.values() for c in listed):
        told = table.loc[table[column] == code, "onset"].astype(float).to_numpy()
        seen = (found[found[:, 2] == int(code), 0] - raw.first_samp) / raw.info["sfreq"]
        if len(told) and len(seen):
            nearest = np.abs(told[:, None] - seen[None, :]).argmin(axis=1)
            offsets += list(told - seen[nearest])
    if not offsets or abs(np.median(offsets)) > 0.002:
        shown = "no trigger matches" if not offsets else f"{1e3 * np.median(offsets):+.1f} ms"
        warnings.warn(
            f"{DATASET} sub-{subject} run-{run}: the events are not at the triggers ({shown}). "
            "The delay counts from the triggers: look at both before you trust a latency.",
            stacklevel=3,
        )
