"""Time courses of a group: what every function on onsets and group statistics takes in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from workedpapers.checks import Floats, as_float_array

__all__ = ["Scores", "Window", "as_scores", "as_times", "window_mask"]

#: One array, or a list with one course per subject.
Scores = npt.ArrayLike | Sequence[npt.ArrayLike]
Window = tuple[float | None, float | None]


def as_times(times: npt.ArrayLike, *, least: int = 10) -> Floats:
    """Return the times of the samples, in seconds, checked.

    Raises
    ------
    TypeError, ValueError
        If they are not real and finite, fewer than ``least``, do not increase, or step by a second
        or more, as milliseconds do.
    """
    x = as_float_array(times, "times", ndim=1)
    if len(x) < least:
        raise ValueError(f"times: expected at least {least} samples, got {len(x)}.")
    steps = np.diff(x)
    if (steps <= 0).any():
        at = int(np.argmax(steps <= 0))
        raise ValueError(
            f"times: expected increasing values, got {x[at]:g} followed by {x[at + 1]:g} "
            f"at index {at + 1}."
        )
    if np.median(steps) >= 1:
        raise ValueError(
            f"times: expected seconds, got steps of {np.median(steps):g}. Are they milliseconds?"
        )
    return x


def as_scores(
    scores: Scores, times: Floats, name: str = "scores", *, least: int = 1, repeats: bool = True
) -> Floats:
    """Return the scores of a group as an array, shape (subjects, times), checked.

    Parameters
    ----------
    scores : array_like
        Array, shape (subjects, times) or, if ``repeats``, (subjects, repeats, times); or a list
        with one such course per subject.
    times : array of float
        What `as_times` returned.
    name : str
        The argument's name, for the message.
    least : int
        The least number of subjects.
    repeats : bool
        Whether three dimensions are allowed.

    Raises
    ------
    TypeError, ValueError
        If the shape is another, the number of subjects too small, or a value is missing.
    """
    if isinstance(scores, (list, tuple)):
        shapes = [np.shape(course) for course in scores]
        if len(set(shapes)) > 1:
            raise ValueError(f"{name}: expected courses of one shape, got {sorted(set(shapes))}.")
    array = as_float_array(np.asarray(scores), name)
    if array.ndim != 2 and not (repeats and array.ndim == 3):
        wanted = "(subjects, times)" + (" or (subjects, repeats, times)" if repeats else "")
        raise ValueError(f"{name}: expected shape {wanted}, got {array.shape}.")
    if array.shape[-1] != len(times):
        raise ValueError(
            f"{name}: expected {len(times)} samples per course, one per time, got "
            f"{array.shape[-1]} with shape {array.shape}."
        )
    if len(array) < least:
        raise ValueError(f"{name}: expected at least {least} subjects, got {len(array)}.")
    return array


def window_mask(times: Floats, window: Window, *, least: int = 5) -> NDArray[np.bool_]:
    """Which samples lie in the window (start, stop), both included; None is an open end."""
    try:
        start, stop = window
    except (TypeError, ValueError):
        raise ValueError(f"window: expected a pair (start, stop), got {window!r}.") from None
    low = times[0] if start is None else as_float_array(start, "window[0]", ndim=0).item()
    high = times[-1] if stop is None else as_float_array(stop, "window[1]", ndim=0).item()
    tiny = 1e-9 * (times[-1] - times[0])  # times are sums of steps: 0 may be 1e-17
    mask: NDArray[np.bool_] = (times >= low - tiny) & (times <= high + tiny)
    if mask.sum() < least:
        raise ValueError(
            f"window: expected at least {least} samples within {window!r}, got {int(mask.sum())}; "
            f"times run from {times[0]:g} to {times[-1]:g} s."
        )
    return mask
