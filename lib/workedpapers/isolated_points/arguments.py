"""Checks of arguments that several rooms share, and the orders of play."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import Floats, as_float_array, one_of, positive_array

__all__ = [
    "UPDATES",
    "Update",
    "as_points",
    "as_update",
    "masses",
    "one_number",
    "points",
    "whole",
]


class Update(StrEnum):
    """Who moves first; see `workedpapers.isolated_points.simulation.dynamics`."""

    ALTERNATING = "alternating"
    SIMULTANEOUS = "simultaneous"
    GENERATOR_FIRST = "generator_first"


UPDATES = tuple(Update)


def as_update(update: str) -> Update:
    """Return the order of play of that name; `ValueError` if there is none."""
    return Update(one_of(update, "update", UPDATES))


def one_number(value: ArrayLike, name: str, *, zero: bool = False) -> float:
    """Return ``value`` as one number above 0, or at least 0 with ``zero``."""
    number = positive_array(value, name, zero=zero)
    if number.ndim:
        raise ValueError(f"{name}: expected one number, got {value!r}.")
    return float(number)


def whole(value: ArrayLike, name: str, *, least: int = 1) -> NDArray[np.int64]:
    """Return ``value`` as an array of whole numbers of at least ``least``."""
    array = np.asarray(value)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name}: expected whole numbers, got dtype {array.dtype}.")
    if array.size == 0:
        raise ValueError(f"{name}: expected at least one value, got an empty array.")
    if (array < least).any():
        raise ValueError(f"{name}: expected at least {least}, got {array[array < least].flat[0]}.")
    return array.astype(np.int64)


def as_points(value: ArrayLike, name: str, *, finite: bool = True) -> Floats:
    """Return points as an array of shape (n, d) or (B, n, d); a list of numbers is n points in 1-D.

    Raises `TypeError` or `ValueError` that names the argument.
    """
    if finite:
        array = as_float_array(value, name)
    else:
        array = np.asarray(value)
        # Positions of a diverged setting are NaN; anything but floats is checked in full.
        array = array.astype(float) if array.dtype.kind == "f" else as_float_array(value, name)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim < 2 or array.size == 0:
        raise ValueError(
            f"{name}: expected points of shape (n,), (n, d) or (B, n, d), got shape "
            f"{np.shape(value)}."
        )
    return array


def points(value: ArrayLike, name: str) -> Floats:
    """Return ``value`` as an array of points, shape (n, d); shape (n,) is n points on a line."""
    array = as_points(value, name)
    if array.ndim != 2:
        raise ValueError(f"{name}: expected shape (n, d) or (n,), got {array.shape}.")
    return array


def masses(value: ArrayLike | None, name: str, count: int) -> Floats:
    """Return ``count`` positive masses; None is 1 / count each, a number is given to each."""
    if value is None:
        return np.full(count, 1 / count)
    array = positive_array(value, name)
    if array.ndim > 1 or (array.ndim == 1 and len(array) != count):
        raise ValueError(f"{name}: expected one number or {count} numbers, got {array.shape}.")
    return np.broadcast_to(array, (count,)).copy()
