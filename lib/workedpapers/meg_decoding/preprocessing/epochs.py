"""One door for recordings: `mne.Epochs` or a plain array becomes a checked `Epoched`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import Floats, Ints, Reals, as_float_array, columns_present

from .from_mne import event_names, is_mne, picked_numbers, read_mne

__all__ = ["Epoched", "as_epoched"]


@dataclass(frozen=True, eq=False)
class Epoched:
    """Epochs with labels, as every function of this package uses them.

    Parameters
    ----------
    X : array of float
        Shape (n, p, t), in the units of the recording; float64 or float32.
    codes : array of int
        Shape (n,), the number of each epoch's class in ``classes``.
    classes : array
        Sorted labels; with two classes the second one is the positive class.
    groups : array of int or None
        Shape (n,), the number of each epoch's group, or None.
    times : array of float
        Shape (t,), in seconds, increasing.
    ch_names, ch_types : tuple of str
        One for each channel.
    info : object
        `mne.Info` of these channels, or None.

    See Also
    --------
    pseudo_trials : Which returns one.
    fit_whitener : Which takes one.

    Notes
    -----
    Every decoder takes it in place of epochs and labels. It is made by
    ``preprocessing.epochs.as_epoched``.

    Chapter: :ref:`meg-own-data`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((80, 6, 5))  # epochs, channels, times
    >>> y = np.repeat(["cat", "dog"], 40)
    >>> X[y == "dog", 0, 2:] += 2  # the first channel tells them apart from the third time on
    >>> data = meg.pseudo_trials(X, y, size=1)  # as they are, in another order
    >>> data
    <Epoched: 80 epochs (cat: 40, dog: 40) x 6 channels x 5 times, 0 to 4 s>
    >>> data.y[0], data.with_data(data.X[:, :3]).X.shape
    ('cat', (80, 3, 5))
    """

    X: Reals
    codes: Ints
    classes: NDArray[Any]
    groups: Ints | None
    times: Floats
    ch_names: tuple[str, ...]
    ch_types: tuple[str, ...]
    info: Any = field(default=None, repr=False, compare=False)

    @property
    def y(self) -> NDArray[Any]:
        """The label of each epoch, shape (n,)."""
        return self.classes[self.codes]

    def with_data(self, X: Reals, times: Floats | None = None) -> Epoched:
        """Return the same epochs with other values, and other times if they changed.

        Parameters
        ----------
        X : array of float
            Shape (n, p, t).
        times : array of float, optional
            Seconds, shape (t,); by default those that were.

        Returns
        -------
        Epoched
            With the same labels and groups.
        """
        return replace(self, X=X, times=self.times if times is None else times)

    def __repr__(self) -> str:
        n, p, t = self.X.shape
        sizes = np.bincount(self.codes, minlength=len(self.classes))
        classes = ", ".join(f"{c}: {s}" for c, s in zip(self.classes, sizes, strict=True))
        groups = "" if self.groups is None else f", {self.groups.max() + 1} groups"
        return (
            f"<Epoched: {n} epochs ({classes}) x {p} channels x {t} times, "
            f"{self.times[0]:g} to {self.times[-1]:g} s{groups}>"
        )


def as_epoched(
    epochs: Any,
    y: str | ArrayLike | None = None,
    *,
    groups: str | ArrayLike | None = None,
    times: ArrayLike | None = None,
    channel_types: ArrayLike | None = None,
    picks: Any = None,
    dtype: type[np.floating[Any]] | str = "float64",
) -> Epoched:
    """Check a recording and its labels.

    Parameters
    ----------
    epochs : object
        `mne.Epochs` or `mne.EpochsArray`; `mne.time_frequency.EpochsTFR`, whose channels at each
        frequency become channels; a list of `mne.Evoked`, or of source estimates, one a trial; an
        array of shape (n_epochs, n_channels, n_times); or an `Epoched`, which passes unchanged if
        no other argument is given.
    y : str or array_like or None
        Labels, shape (n_epochs,), or the name of a column of ``epochs.metadata``. None takes the
        names of the events of mne epochs.
    groups : str or array_like or None
        Which image, session or block each epoch belongs to, as ``y``.
    times : array_like or None
        Shape (n_times,), seconds; required to have meaning for arrays, where the default is 0, 1,
        2, ... Not allowed with mne epochs, which have their own.
    channel_types : array_like or None
        One for each channel of an array, such as "grad"; channels of one type share a unit. All
        are of one type by default.
    picks : object
        Channels, as MNE takes them: types, names or numbers; bad ones are left out unless they are
        named. The default is the good MEG, EEG, sEEG and ECoG channels of MNE's objects, and all
        channels of others. Of arrays and source estimates numbers alone.
    dtype : type or str
        "float64" or "float32", in which everything is computed.

    Raises
    ------
    TypeError
        Wrong kinds of arguments.
    ValueError
        Wrong shapes or lengths, missing labels, fewer than two classes, NaN or infinite values
        (the channels are named), channels that are flat over all epochs and times (they are named:
        drop them), times that do not increase.
    """
    if isinstance(epochs, Epoched):
        given = [name for name, value in [("y", y), ("groups", groups), ("times", times),
                                          ("picks", picks)] if value is not None]  # fmt: skip
        if given:
            raise ValueError(f"{given[0]}: expected None for an Epoched, which holds its own.")
        return epochs.with_data(epochs.X.astype(_float_type(dtype), copy=False))
    metadata, info = None, None
    if is_mne(epochs):
        if times is not None or channel_types is not None:
            raise ValueError("times, channel_types: expected None for mne epochs.")
        X, names, types, seconds, info, metadata = read_mne(epochs, picks)
        X = _array(X)
        if y is None:
            y = event_names(epochs)
    else:
        X = _array(epochs)
        p = X.shape[1]
        names = tuple(f"channel {i}" for i in range(p))
        types = _types(channel_types, p)
        seconds = _times(times, X.shape[2])
        if picks is not None:
            chosen = picked_numbers(picks, p)
            X, names = X[:, chosen], tuple(names[i] for i in chosen)
            types = tuple(types[i] for i in chosen)
    n = len(X)
    codes, classes = _labels(y, "y", n, metadata)
    if len(classes) < 2:
        raise ValueError(f"y: expected at least two classes, got only {classes.tolist()}.")
    members = None if groups is None else _labels(groups, "groups", n, metadata)[0]
    _check_channels(X, names)
    kind = _float_type(dtype)
    return Epoched(X.astype(kind, copy=False), codes, classes, members, seconds, names, types, info)


def _float_type(dtype: Any) -> type[np.floating[Any]]:
    kind = np.dtype(dtype)
    if kind not in (np.dtype("float64"), np.dtype("float32")):
        raise ValueError(f"dtype: expected float64 or float32, got {kind}.")
    return np.float64 if kind == np.dtype("float64") else np.float32


def _array(value: Any) -> Reals:
    if np.ma.is_masked(value):
        as_float_array(value, "epochs")  # says that, and how many
    X = np.asarray(value)
    if X.dtype.kind not in "iuf":
        raise TypeError(
            f"epochs: expected mne epochs or an array of real numbers, got "
            f"{type(value).__name__} of dtype {X.dtype}"
            + (", that is one recording: cut it into epochs." if hasattr(value, "info") else ".")
        )
    if X.ndim != 3:
        raise ValueError(f"epochs: expected shape (n_epochs, n_channels, n_times), got {X.shape}.")
    if 0 in X.shape:
        raise ValueError(f"epochs: expected no empty dimension, got shape {X.shape}.")
    return X if X.dtype.kind == "f" else X.astype(np.float64)


def _times(times: ArrayLike | None, t: int) -> Floats:
    if times is None:
        return np.arange(t, dtype=float)
    seconds = as_float_array(times, "times", ndim=1)
    if len(seconds) != t:
        raise ValueError(f"times: expected {t} values, one for each sample, got {len(seconds)}.")
    late = np.flatnonzero(np.diff(seconds) <= 0)
    if len(late):
        i = int(late[0])
        raise ValueError(
            f"times: expected increasing seconds, got {seconds[i]:g} before {seconds[i + 1]:g} "
            f"at index {i}."
        )
    step = float(np.median(np.diff(seconds))) if t > 1 else 0.0
    if step >= 1:
        raise ValueError(f"times: expected seconds, got steps of {step:g}. Are they milliseconds?")
    return seconds


def _types(channel_types: ArrayLike | None, p: int) -> tuple[str, ...]:
    if channel_types is None:
        return ("data",) * p
    types = tuple(str(kind) for kind in np.asarray(channel_types).ravel())
    if len(types) != p:
        raise ValueError(f"channel_types: expected {p} values, one a channel, got {len(types)}.")
    return types


def _labels(value: Any, name: str, n: int, metadata: Any) -> tuple[Ints, NDArray[Any]]:
    """Numbers of the labels and the sorted labels; ``value`` may name a column."""
    if value is None:
        raise TypeError(f"{name}: expected labels, one for each epoch, got None.")
    if isinstance(value, str):
        if metadata is None:
            raise TypeError(
                f"{name}={value!r}: names a column of epochs.metadata, but there is no metadata. "
                f"Give an array."
            )
        columns_present(metadata, "epochs.metadata", [value])
        value = metadata[value]
    labels = pd.Series(np.asarray(value)) if np.ndim(value) == 1 else None
    if np.ma.is_masked(value):
        raise ValueError(f"{name}: expected no missing label, got masked ones.")
    if labels is None:
        raise ValueError(f"{name}: expected one dimension, got shape {np.shape(value)}.")
    if len(labels) != n:
        raise ValueError(f"{name}: expected {n} labels, one for each epoch, got {len(labels)}.")
    if labels.isna().any():
        first = int(np.flatnonzero(labels.isna())[0])
        raise ValueError(f"{name}: expected no missing label, got one at epoch {first}.")
    try:
        unique, codes = np.unique(labels.to_numpy(), return_inverse=True)
    except TypeError:
        raise TypeError(f"{name}: expected labels of one kind, got a mixture of types.") from None
    if labels.dtype.kind == "f":
        _check_numbers(unique, name, n)
    return codes.astype(np.intp), unique


def _check_numbers(unique: NDArray[Any], name: str, n: int) -> None:
    """Raise `ValueError` if real numbers are measurements, not numbers of classes or groups."""
    expected = "classes" if name == "y" else "numbers of groups"
    if name == "y" and len(unique) > max(10, n // 4):
        raise ValueError(f"{name}: expected classes, got {len(unique)} different real numbers.")
    broken = unique[unique != np.floor(unique)]
    if len(broken):
        raise ValueError(
            f"{name}: expected {expected}, got real numbers such as {broken[0]:g}. If they are "
            f"names, give them as strings."
        )


def _check_channels(X: Reals, names: tuple[str, ...]) -> None:
    # A sum is finite only if all its terms are; the slow search runs when there is something.
    if not np.isfinite(X.sum()):
        bad = np.asarray(~np.isfinite(X).all(axis=(0, 2)))
        if bad.any():
            raise ValueError(
                f"epochs: expected finite values, got NaN or infinity in {_listed(names, bad)}."
            )
    # Most channels differ already between the first two samples; look at the others closely.
    flat = np.ptp(X[:2, :, :2], axis=(0, 2)) == 0
    flat[flat] = np.ptp(X[:, flat], axis=(0, 2)) == 0
    if flat.any():
        raise ValueError(
            f"epochs: {_listed(names, flat)} flat over all epochs and times. "
            f"Drop flat channels first."
        )


def _listed(names: tuple[str, ...], which: NDArray[np.bool_]) -> str:
    some = [names[i] for i in np.flatnonzero(which)]
    shown = ", ".join(some[:5]) + (", ..." if len(some) > 5 else "")
    return f"{len(some)} channel(s) ({shown})"
