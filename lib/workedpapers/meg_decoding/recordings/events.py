"""The events that are wanted, from events.tsv and, if asked, from the trigger channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from workedpapers.checks import Floats, columns_present

__all__ = ["Conditions", "check_conditions", "trigger_onsets", "wanted_events"]

Conditions = Mapping[str, Sequence[str | int]]


def check_conditions(conditions: Conditions) -> None:
    """Raise `TypeError` or `ValueError` unless these are two names with a list of entries each."""
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


def wanted_events(
    file: Path,
    conditions: Conditions,
    column: str | Sequence[str],
    image_column: str,
    identity: Callable[[str], str] | None,
) -> pd.DataFrame:
    """Onset in seconds, condition, event, image and identity of each event wanted.

    The arguments are those of `load_bids`, which documents them.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If a column is missing, a condition has no event, an onset is no number or an event has no
        picture.
    """
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


def trigger_onsets(raw: Any, events: pd.DataFrame, *, channel: str, other_bits: int = 0) -> Floats:
    """Onsets of the events by the recording's trigger channel, for `load_bids`'s ``onsets``.

    The codes that occur in the table must come in the channel one to one in the same order. So
    the table says what was shown and the channel when, whatever the table's onsets are.

    Parameters
    ----------
    raw : object
        The recording, an `mne.io.Raw`.
    events : DataFrame
        Column event holds the trigger code of each event, in the order of time.
    channel : str
        Name of the trigger channel.
    other_bits : int
        Bits of the channel that mean something else, such as buttons.

    Returns
    -------
    array of float
        Array, shape (n_events,), in seconds from the first sample of the recording.

    Raises
    ------
    ValueError
        If the recording has no such channel, an event is not a whole number, or the two lists of
        codes differ.

    See Also
    --------
    load_bids : Which takes it as ``onsets``.

    Notes
    -----
    Source: `mne.find_events` finds the triggers.

    Chapter: :ref:`meg-clock`.

    Examples
    --------
    >>> import mne
    >>> import numpy as np
    >>> import pandas as pd
    >>> from workedpapers import meg_decoding as meg
    >>> pulses = np.zeros((1, 500))
    >>> pulses[0, 100:105], pulses[0, 300:305] = 5, 13
    >>> info = mne.create_info(["STI101"], 100.0, "stim")
    >>> raw = mne.io.RawArray(pulses, info, verbose="ERROR")
    >>> events = pd.DataFrame({"event": ["5", "13"]})
    >>> meg.trigger_onsets(raw, events, channel="STI101").tolist()
    [1.0, 3.0]
    """
    import mne

    name = _name(raw)
    if channel not in raw.ch_names:
        raise ValueError(
            f"{name}: expected a trigger channel {channel}, and there is none. load_bids without "
            "onsets takes those of events.tsv: find out whether they hold the screen's delay."
        )
    codes = pd.to_numeric(events["event"], errors="coerce").to_numpy(float)
    if not (codes == np.round(codes)).all():
        first = events["event"][codes != np.round(codes)].iloc[0]
        raise ValueError(f"{name}: expected a trigger code as each event, got {first!r}.")
    found = mne.find_events(
        raw, channel, consecutive="increasing", mask=other_bits, mask_type="not_and",
        min_duration=0.003, verbose="ERROR",
    )  # fmt: skip
    found = found[np.isin(found[:, 2], codes)]
    onsets: Floats = (found[:, 0] - raw.first_samp) / raw.info["sfreq"]
    told, seen = codes.astype(int).tolist(), found[:, 2].tolist()
    if told != seen:
        k = next((i for i, (a, b) in enumerate(zip(told, seen, strict=False)) if a != b), -1)
        k = min(len(told), len(seen)) if k < 0 else k
        row = f"{told[k]} in row {k + 1}" if k < len(told) else f"no row {k + 1}"
        trigger = f"{seen[k]} at {onsets[k]:.3f} s" if k < len(seen) else "nothing more"
        raise ValueError(
            f"{name}: the table has {len(told)} events of these codes, channel {channel} has "
            f"{len(seen)}. The first difference: the table has {row}, the channel {trigger}."
        )
    return onsets


def _name(raw: Any) -> str:
    file = raw.filenames[0]
    return "the recording" if file is None else Path(file).name
