"""Checks of arguments, with messages that name the argument, what was expected and what came."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "Floats",
    "as_float_array",
    "columns_present",
    "one_of",
    "positive",
    "positive_array",
    "positive_int",
    "probability",
]

#: An array of double precision, what `as_float_array` returns.
Floats = npt.NDArray[np.float64]


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def as_float_array(
    value: npt.ArrayLike, name: str, *, ndim: int | None = None, empty: bool = False
) -> Floats:
    """Return ``value`` as a finite float array.

    Parameters
    ----------
    value : array-like of numbers.
    name : the argument's name, for the message.
    ndim : the number of dimensions that it must have, or None for any.
    empty : whether an array with no element is allowed.

    Raises
    ------
    TypeError : if the values are not real numbers.
    ValueError : if the number of dimensions is wrong, or if it is empty or holds NaN or infinity.
    """
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"{name}: expected real numbers, got {_shown(value)} of dtype {array.dtype}."
        )
    if ndim is not None and array.ndim != ndim:
        raise ValueError(
            f"{name}: expected {ndim} dimension(s), got {array.ndim} with shape {array.shape}."
        )
    if array.size == 0 and not empty:
        raise ValueError(f"{name}: expected at least one value, got an empty array.")
    array = array.astype(np.float64)
    bad = ~np.isfinite(array)
    if bad.any():
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(
            f"{name}: expected finite numbers, got {array[first]} at index {first} "
            f"({int(bad.sum())} such value(s) of {array.size})."
        )
    return array


def positive_array(value: npt.ArrayLike, name: str, *, zero: bool = False) -> Floats:
    """Return ``value`` as a float array of numbers above 0, or at least 0 with ``zero``."""
    array = as_float_array(value, name)
    wrong = array < 0 if zero else array <= 0
    if wrong.any():
        expected = "at least 0" if zero else "above 0"
        raise ValueError(f"{name}: expected numbers {expected}, got {array[wrong].flat[0]}.")
    return array


def positive(value: float, name: str, *, zero: bool = False) -> float:
    """Return ``value`` as a finite float above 0, or at least 0 with ``zero``."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
        raise TypeError(f"{name}: expected a number, got {_shown(value)}.")
    if not np.isfinite(value) or value < 0 or (value == 0 and not zero):
        expected = "of at least 0" if zero else "above 0"
        raise ValueError(f"{name}: expected a finite number {expected}, got {value}.")
    return float(value)


def positive_int(value: int, name: str, *, least: int = 1) -> int:
    """Return ``value`` as an int of at least ``least``; `TypeError` or `ValueError` otherwise."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name}: expected a whole number, got {_shown(value)}.")
    if value < least:
        raise ValueError(f"{name}: expected at least {least}, got {value}.")
    return int(value)


def probability(value: float, name: str, *, open_interval: bool = False) -> float:
    """Return ``value`` as a float in [0, 1], or in (0, 1) when ``open_interval``."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
        raise TypeError(f"{name}: expected a number from 0 to 1, got {_shown(value)}.")
    inside = 0 < value < 1 if open_interval else 0 <= value <= 1
    if not inside:
        bounds = "strictly between 0 and 1" if open_interval else "from 0 to 1"
        raise ValueError(f"{name}: expected a number {bounds}, got {value}.")
    return float(value)


def one_of(value: str, name: str, options: Iterable[str]) -> str:
    """Return ``value`` if it is one of ``options``; `ValueError` with the list otherwise."""
    listed = list(options)
    if value not in listed:
        raise ValueError(f"{name}: expected one of {', '.join(listed)}; got {_shown(value)}.")
    return value


def columns_present(frame: Any, name: str, needed: Iterable[str]) -> None:
    """Raise `ValueError` that names each column of ``needed`` that ``frame`` lacks."""
    have = list(frame.columns)
    missing = [column for column in needed if column not in have]
    if missing:
        raise ValueError(
            f"{name}: expected column(s) {', '.join(map(repr, missing))}; "
            f"it has {', '.join(map(repr, have)) or 'none'}."
        )
