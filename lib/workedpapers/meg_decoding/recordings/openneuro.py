"""Famous and unfamiliar faces: the recordings of Wakeman and Henson (2015) from OpenNeuro.

Data set ds000117 (CC0): 16 people, six runs each of 0.85 to 0.9 GB, 306 channels of MEG at
1100 Hz, doi:10.1038/sdata.2015.1. Each picture was shown twice, the second time at once or later.

**When time is zero.** A picture was on the screen 34.5 ms after its trigger. The onsets in the
events tables hold this delay already. The first pictures of sub-01, run-01 have the onset_sample
26628 and 29972. The same recording is published as ds003645, where they are at 24.2098 and
27.2498 s after a script had added 34 ms; without these, and counted from 0, their triggers are
at the samples 26589 and 29933, whole numbers as triggers are. The difference is 39 samples:
34.5 ms are 37.95 samples, rounded 38, and one more if the tables count from 1. To add 34.5 ms
to these onsets would put time zero 34.5 ms late. In version 1.0.3 of 2018 the onsets are wrong
besides: (onset_sample - 550) / 1000 in place of onset_sample / 1100. So this loader takes the
times from the trigger channel, and from the tables only which picture was shown.

The tests of this module read files of the same form, made by the simulator. The published
recordings are too large for that.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack, overload

import numpy as np

from workedpapers.checks import one_of
from workedpapers.datasets import DatasetError, cache_folder
from workedpapers.progress import progress_bar

from .bids import import_mne_bids, load_bids
from .events import trigger_onsets
from .maxwell import Maxwell

if TYPE_CHECKING:
    import mne

__all__ = ["DATASET", "PROTOCOLS", "VERSION", "ds000117_images", "fetch_files", "load_ds000117"]

DATASET = "ds000117"
#: All readers of the book get the same files.
VERSION = "1.1.0"
SUBJECTS = tuple(f"{i:02d}" for i in range(1, 17))
RUNS = tuple(f"{i:02d}" for i in range(1, 7))
#: Triggers: first showing, immediate repeat, delayed repeat.
CONDITIONS = {"familiar": [5, 6, 7], "unfamiliar": [13, 14, 15]}
#: From the trigger to the picture on the screen, in seconds.
SCREEN_DELAY = 0.0345
#: Bits of the trigger channel that are not pictures: buttons.
BUTTONS = 4096 + 256
#: Electrodes about the eyes, which the recordings call EEG.
EOG = ("EEG061", "EEG062")

_TASK, _SESSION = "facerecognition", "meg"
_DERIVATIVES = "derivatives/meg_derivatives"
_CALIBRATION, _CROSS_TALK = f"{_DERIVATIVES}/sss_cal.dat", f"{_DERIVATIVES}/ct_sparse.fif"
_REFERENCE_RUN = "02"
_RUN_GB = 0.9


def beyond_200_microvolts(eyes: Any) -> tuple[bool, str]:
    """Whether an epoch of EOG, shape (n_channels, n_times) in V, ever is, and why it goes."""
    return bool(np.abs(eyes).max() > 200e-6), "EOG"


class FilteredBy(StrEnum):
    """Whose Maxwell filter, see `load_ds000117`."""

    MNE = "mne"
    AUTHORS = "authors"


class ProtocolOptions(TypedDict, total=False):
    """Keyword arguments of `load_ds000117` that replace those of a protocol."""

    runs: Sequence[str] | Literal["all"]
    maxwell: Literal["mne", "authors"] | None
    crop: tuple[float, float] | None
    l_freq: float | None
    h_freq: float | None
    iir_order: int | None
    tmin: float
    tmax: float
    sfreq: float | None
    reject: Mapping[str, Any] | None


#: Settings of published analyses.
PROTOCOLS: dict[str, ProtocolOptions] = {
    # The configuration for this data set in mne-bids-pipeline, and the pipeline's defaults.
    "mne-bids-pipeline": {
        "runs": ("01", "02"), "maxwell": "mne", "crop": (0, 300), "l_freq": None, "h_freq": 40.0,
        "iir_order": None, "tmin": -0.2, "tmax": 0.5, "sfreq": 125.0,
        "reject": {"grad": 4000e-13, "mag": 4e-12},
    },
    # Henson et al. 2019, doi:10.3389/fnins.2019.00300.
    "henson2019": {
        "runs": RUNS, "maxwell": "authors", "crop": None, "l_freq": 1.0, "h_freq": 40.0,
        "iir_order": 5, "tmin": -0.1, "tmax": 0.5, "sfreq": 200.0,
        "reject": {"eog": beyond_200_microvolts},
    },
}  # fmt: skip


@overload
def load_ds000117(
    subject: Literal["all"],
    *,
    protocol: str = ...,
    path: str | Path | None = ...,
    **changes: Unpack[ProtocolOptions],
) -> list[mne.BaseEpochs]: ...
@overload
def load_ds000117(
    subject: str = ...,
    *,
    protocol: str = ...,
    path: str | Path | None = ...,
    **changes: Unpack[ProtocolOptions],
) -> mne.BaseEpochs: ...
def load_ds000117(
    subject: str = "01",
    *,
    protocol: str = "mne-bids-pipeline",
    path: str | Path | None = None,
    **changes: Unpack[ProtocolOptions],
) -> Any:
    """Famous ("familiar") against unfamiliar faces, downloaded on the first call.

    Time zero is 34.5 ms after the trigger, as in mne-biomag-group-demo. The two protocols take
    the onsets of the tables instead, 0.9 ms or one sample later, as those count from 1.

    Parameters
    ----------
    subject : str
        "01" to "16", or "all".
    protocol : str
        Whose settings are used.

        - "mne-bids-pipeline" is its configuration for this data set: the first 300 s of runs 01
          and 02, bad channels searched for, Maxwell filter to the head position of run 02, low
          pass at 40 Hz, 125 Hz, -0.2 to 0.5 s, peak-to-peak limits. The pipeline resamples the
          runs, which rounds each onset to a sample of 8 ms; here epochs are resampled.
        - "henson2019" is that of Henson et al. 2019 for MEG: all runs, Maxwell-filtered by the
          data's authors, 1 to 40 Hz by a Butterworth filter of order 5 there and back, 200 Hz,
          -0.1 to 0.5 s, without trials in which an eye electrode passes 200 µV.

        For latencies take ``runs="all", crop=None, sfreq=250``: at 125 Hz a sample lasts 8 ms.
        Jas et al. 2018 (doi:10.3389/fnins.2018.00530) also used ICA and autoreject, which are not
        here.
    path : str or Path or None
        Folder of the data set; by default ``ds000117`` in `workedpapers.datasets.cache_folder`.
        Files that are there are not downloaded again.
    **changes : Unpack[ProtocolOptions]
        What differs from the protocol: runs, a list of "01" to "06" or "all"; and, as in
        `load_bids`, crop, l_freq, h_freq, iir_order, tmin, tmax, sfreq and reject. And maxwell:

        - "mne" filters the raw recordings here, with the site's calibration and cross-talk, by
          SSS with MNE's defaults, to the position of run 02, or of the first run where that is
          not among them. A run of 300 s takes about 2.6 GB of memory.
        - "authors" reads the recordings that the data's authors filtered with MaxFilter 2.2: tSSS,
          movement compensation, position of run 04.
        - None leaves the raw recordings as they are.

    Returns
    -------
    object
        Epochs with metadata as of `load_bids`, or for "all" a list of them. Each picture is taken
        to show a person of its own, so identity and image are the same.

    Raises
    ------
    ImportError
        If mne-bids, or for a download openneuro-py, is not installed.
    DatasetError
        If the download fails, as without a network, or leaves a file out.
    TypeError
        For a keyword that is not among the settings.
    ValueError
        For a subject, run, protocol or Maxwell filter that there is not; if the trigger channel is
        missing or has other events than the table; else as `load_bids`.

    See Also
    --------
    load_bids : Any data set in BIDS.
    ds000117_images : The pictures.

    Notes
    -----
    Sources: Wakeman and Henson 2015, doi:10.1038/sdata.2015.1 (the data); Henson et al. 2019,
    doi:10.3389/fnins.2019.00300, and mne-bids-pipeline (the protocols).

    Chapter: :ref:`meg-own-data` and :ref:`meg-clock`.

    Examples
    --------
    >>> from workedpapers import meg_decoding as meg
    >>> people = meg.load_ds000117("all")  # doctest: +SKIP
    >>> meg.load_ds000117("17")
    Traceback (most recent call last):
        ...
    ValueError: subject: expected '01' to '16' or 'all', got '17'.
    """
    chosen = list(SUBJECTS) if subject == "all" else [subject]
    unknown = [s for s in chosen if s not in SUBJECTS]
    if unknown:
        raise ValueError(f"subject: expected '01' to '16' or 'all', got {unknown[0]!r}.")
    settings: dict[str, Any] = {**PROTOCOLS[one_of(protocol, "protocol", PROTOCOLS)]}
    strange = sorted(set(changes) - set(settings))
    if strange:
        raise TypeError(f"{strange[0]}: expected one of the settings {', '.join(settings)}.")
    settings |= changes
    runs, maxwell = settings.pop("runs"), settings.pop("maxwell")
    runs = RUNS if runs == "all" else runs
    if isinstance(runs, str) or not runs or not set(runs) <= set(RUNS):
        raise ValueError(
            f"runs: expected a list of some of {', '.join(RUNS)} or 'all', got {runs!r}."
        )
    filtered = None if maxwell is None else FilteredBy(one_of(maxwell, "maxwell", FilteredBy))
    import_mne_bids()  # before anything is downloaded
    root = cache_folder() / DATASET if path is None else Path(path).expanduser()
    every = [
        _subject(root, who, list(runs), filtered, settings)
        for who in progress_bar(
            chosen, desc=f"Reading {DATASET}", unit="subject", show=len(chosen) > 1
        )
    ]
    return every if subject == "all" else every[0]


def _subject(
    root: Path, who: str, runs: list[str], filtered: FilteredBy | None, settings: dict[str, Any]
) -> mne.BaseEpochs:
    """Epochs of one subject, downloaded if needed."""
    authors = filtered is FilteredBy.AUTHORS
    files = [
        *_files(who, runs, authors),
        *([_CALIBRATION, _CROSS_TALK] if filtered is FilteredBy.MNE else []),
    ]
    fetch_files(root, files, f"sub-{who}", f"{_RUN_GB * len(runs):.1f} GB")
    how = None
    if filtered is FilteredBy.MNE:
        reference = _REFERENCE_RUN if _REFERENCE_RUN in runs else runs[0]
        how = Maxwell(reference, calibration=root / _CALIBRATION, cross_talk=root / _CROSS_TALK)
    return load_bids(
        root, subject=who, session=_SESSION, task=_TASK, runs=runs, conditions=CONDITIONS,
        derivatives=root / _DERIVATIVES if authors else None,
        processing="sss" if authors else None,
        column=("value", "trigger"),
        onsets=partial(trigger_onsets, channel="STI101", other_bits=BUTTONS), delay=SCREEN_DELAY,
        maxwell=how, eog=EOG if "eog" in (settings["reject"] or ()) else (), **settings,
    )  # fmt: skip


def _files(who: str, runs: list[str], authors: bool) -> list[str]:
    """Recordings and events of some runs, as paths in the data set."""
    folder = f"sub-{who}/ses-{_SESSION}/meg"
    names = [f"{folder}/sub-{who}_ses-{_SESSION}_task-{_TASK}_run-{run}" for run in runs]
    recording = f"{_DERIVATIVES}/{{}}_proc-sss_meg.fif" if authors else "{}_meg.fif"
    # Other files of a run, such as channels.tsv, differ between versions of the data set.
    return [*(recording.format(name) for name in names), *(f"{name}_events.tsv" for name in names)]


def ds000117_images(names: Sequence[str], *, path: str | Path | None = None) -> list[Path]:
    """Paths of the pictures of the data set, for `image_features`, downloaded if needed.

    Parameters
    ----------
    names : sequence of str
        As in the column image of the metadata, such as "f013".
    path : str or Path or None
        As in `load_ds000117`.

    Returns
    -------
    list of Path
        One for each name, in their order.

    Raises
    ------
    ImportError, DatasetError
        As in `load_ds000117`.
    ValueError
        If there are no names.

    See Also
    --------
    load_ds000117 : The recordings.
    image_features : Which takes the paths.

    Notes
    -----
    Source: Wakeman and Henson 2015, doi:10.1038/sdata.2015.1.

    Chapter: :ref:`meg-brighter`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from workedpapers import meg_decoding as meg
    >>> folder = Path(tempfile.mkdtemp())
    >>> (folder / "stimuli" / "meg").mkdir(parents=True)
    >>> (folder / "stimuli" / "meg" / "f013.bmp").touch()  # as if it was downloaded
    >>> [path.name for path in meg.ds000117_images(["f013"], path=folder)]
    ['f013.bmp']
    """
    root = cache_folder() / DATASET if path is None else Path(path).expanduser()
    files = [f"stimuli/meg/{name}.bmp" for name in dict.fromkeys(names)]
    if not files:
        raise ValueError("names: expected at least one picture, got none.")
    fetch_files(root, files, "pictures", f"{0.022 * len(files):.1f} MB")
    return [root / f"stimuli/meg/{name}.bmp" for name in names]


def fetch_files(root: Path, files: list[str], name: str, size: str) -> None:
    """Download those of the files that are not there.

    openneuro-py checks the size of each file and, below 1 GiB, its MD5 digest. What it has not
    finished stays in a folder of its own, where the next call resumes; so a file in its place is
    whole. A name without wild cards stands for just that file in all versions of openneuro-py;
    it adds the description of the data set, README and CHANGES.

    Parameters
    ----------
    root : Path
        Folder of the data set.
    files : list of str
        Paths inside it, with forward slashes and no wild cards.
    name : str
        What they are, for messages and the folder.
    size : str
        How large they are, for messages.

    Raises
    ------
    ImportError
        If openneuro-py is not installed.
    DatasetError
        If the download fails or leaves a file out.
    """
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
    unfinished = root / f"unfinished-{name}"
    try:
        unfinished.mkdir(parents=True, exist_ok=True)
        openneuro.download(dataset=DATASET, tag=VERSION, target_dir=unfinished, include=missing)
    except Exception as error:  # every transport has errors of its own; all mean the same here
        raise DatasetError(
            f"Could not download {DATASET} {VERSION} from OpenNeuro ({name}, "
            f"{len(missing)} file(s), {size}; CC0, doi:10.1038/sdata.2015.1).\n"
            f"  because   {type(error).__name__}: {error}\n"
            f"Call again to resume. {by_hand}"
        ) from error
    left = [file for file in missing if not (unfinished / file).is_file()]
    if left:
        raise DatasetError(
            f"The download of {DATASET} ended without {len(left)} file(s), the first of which is "
            f"{left[0]}. In a notebook openneuro-py before 2026.7.1 returns too early. {by_hand}"
        )
    for file in [path for path in unfinished.rglob("*") if path.is_file()]:
        place = root / file.relative_to(unfinished)
        place.parent.mkdir(parents=True, exist_ok=True)
        file.replace(place)
    shutil.rmtree(unfinished)
