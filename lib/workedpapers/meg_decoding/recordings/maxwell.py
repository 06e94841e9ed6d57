"""Maxwell filter: what comes from the head, brought to one position of the head.

Signal space separation (Taulu and Kajola 2005, doi:10.1063/1.1935742) expands the field around
the helmet in two series of spherical harmonics, one of sources inside and one of sources outside
of the array of sensors. The second is left out. The first says what the sensors would measure
with the head elsewhere in the helmet, and what a broken sensor would have measured. With
``st_duration`` also goes what inside and outside share over time (tSSS; Taulu and Simola 2006,
doi:10.1088/0031-9155/51/7/008).

All the computation is MNE-Python's: `mne.preprocessing.find_bad_channels_maxwell` and
`mne.preprocessing.maxwell_filter`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workedpapers.checks import as_float_array, positive_int, probability
from workedpapers.threads import one_thread

__all__ = ["Maxwell", "destination_of", "maxwell_filtered"]

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Maxwell:
    """Settings of the Maxwell filter of `load_bids`; the defaults are those of MNE-Python.

    Parameters
    ----------
    reference : str or Point or None
        Position of the head that all runs are brought to: the name of one of the runs; None for
        the first; or, for a head held straight, where the origin of the helmet is in head
        coordinates, in metres.
    calibration, cross_talk : str or Path or None
        The site's files, such as sss_cal.dat and ct_sparse.fif, or None.
    st_duration : float or None
        Length of the buffers of tSSS, in seconds; None for SSS without time.
    st_correlation : float
        Above which tSSS takes two courses for the same, from 0 to 1.
    origin : str or Point
        Of the expansions, in head coordinates in metres; "auto" fits a sphere to the digitised
        shape of the head.
    int_order : int
        Order of the expansion of sources inside, at least 1.
    find_bads : bool
        Whether to search for flat and noisy channels first. They, and those marked bad in
        channels.tsv, do not enter the filter, which then computes what they should have shown.

    Raises
    ------
    FileNotFoundError, TypeError, ValueError
        That names the field, what was expected and what came.

    See Also
    --------
    load_bids : Which takes it.

    Notes
    -----
    Sources: Taulu and Kajola 2005, doi:10.1063/1.1935742 (SSS); Taulu and Simola 2006,
    doi:10.1088/0031-9155/51/7/008 (tSSS).

    Chapter: :ref:`meg-own-data`.

    Examples
    --------
    >>> from workedpapers import meg_decoding as meg
    >>> settings = meg.Maxwell(reference="02", st_duration=10.0)
    >>> settings.st_correlation, settings.int_order
    (0.98, 8)
    """

    reference: str | Point | None = None
    calibration: str | Path | None = None
    cross_talk: str | Path | None = None
    st_duration: float | None = None
    st_correlation: float = 0.98
    origin: str | Point = "auto"
    int_order: int = 8
    find_bads: bool = True

    def __post_init__(self) -> None:
        for name in ("calibration", "cross_talk"):
            file = getattr(self, name)
            if file is not None and not Path(file).is_file():
                raise FileNotFoundError(f"{name}: no file {file}.")
        if self.st_duration is not None and as_float_array(self.st_duration, "st_duration") <= 0:
            raise ValueError(f"st_duration: expected positive seconds, got {self.st_duration}.")
        probability(self.st_correlation, "st_correlation", open_interval=True)
        positive_int(self.int_order, "int_order")
        if isinstance(self.origin, str):
            if self.origin != "auto":
                raise ValueError(f"origin: expected 'auto' or 3 metres, got {self.origin!r}.")
        else:
            _point(self.origin, "origin")
        if self.reference is not None and not isinstance(self.reference, str):
            _point(self.reference, "reference")


def _point(value: Point, name: str) -> None:
    if len(as_float_array(value, name, ndim=1)) != 3:
        raise ValueError(f"{name}: expected 3 coordinates in metres, got {value!r}.")


def destination_of(runs: Sequence[str], read: Callable[[str], Any], how: Maxwell) -> Any:
    """Position of the head that all runs are brought to.

    Parameters
    ----------
    runs : sequence of str
        Their names.
    read : callable
        From a name to the recording, an `mne.io.Raw`.
    how : Maxwell
        The settings.

    Returns
    -------
    object
        `mne.transforms.Transform` from device to head coordinates, or the point that was given.

    Raises
    ------
    ValueError
        If the reference is not one of the runs, or knows no position of the head.
    """
    if how.reference is not None and not isinstance(how.reference, str):
        return how.reference
    run = runs[0] if how.reference is None else how.reference
    if run not in runs:
        raise ValueError(
            f"maxwell: expected as reference one of the runs, {', '.join(runs)}, got {run!r}."
        )
    transform = read(run).info["dev_head_t"]
    if transform is None:
        raise ValueError(f"maxwell: the reference run {run} has no position of the head.")
    return transform


@one_thread
def maxwell_filtered(raw: Any, how: Maxwell, destination: Any, name: str) -> tuple[Any, list[str]]:
    """The filtered recording, and the names of the channels that were computed from the others.

    Parameters
    ----------
    raw : object
        `mne.io.Raw`; its bad channels are taken as bad.
    how : Maxwell
        The settings.
    destination : object
        As of `destination_of`.
    name : str
        Of the recording, for messages.

    Raises
    ------
    ValueError
        If the recording was Maxwell filtered before, knows no position of the head, or no shape of
        the head that "auto" could fit.
    """
    import mne

    if any(step["max_info"]["sss_info"] for step in raw.info["proc_history"]):
        raise ValueError(f"maxwell: expected None, since {name} was Maxwell filtered before.")
    if raw.info["dev_head_t"] is None:
        raise ValueError(f"maxwell: {name} has no position of the head.")
    if isinstance(how.origin, str):
        try:
            mne.bem.fit_sphere_to_headshape(raw.info, verbose="ERROR")
        except (RuntimeError, ValueError) as error:
            raise ValueError(
                f"maxwell: no sphere can be fitted to the head of {name} ({error}); give the "
                "origin in metres."
            ) from error
    shared = {
        "origin": how.origin, "int_order": how.int_order, "calibration": how.calibration,
        "cross_talk": how.cross_talk, "verbose": "ERROR",
    }  # fmt: skip
    raw.load_data(verbose="ERROR")
    if how.find_bads:
        noisy, flat = mne.preprocessing.find_bad_channels_maxwell(raw, **shared)
        raw.info["bads"] = sorted({*raw.info["bads"], *noisy, *flat})
    meg = mne.pick_types(raw.info, meg=True, exclude=())
    bads = [raw.ch_names[i] for i in meg if raw.ch_names[i] in raw.info["bads"]]
    filtered = mne.preprocessing.maxwell_filter(
        raw, destination=destination, st_duration=how.st_duration,
        st_correlation=how.st_correlation, **shared,
    )  # fmt: skip
    return filtered, bads
