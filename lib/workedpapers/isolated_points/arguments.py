"""Checks of arguments that several functions share."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import as_float_array, one_of

Floats = NDArray[np.float64]

#: Who moves first: see `workedpapers.isolated_points.simulation.dynamics`.
UPDATES = ("alternating", "simultaneous", "generator_first")


def positive(value: ArrayLike, name: str, *, zero: bool = False) -> Floats:
    """Return ``value`` as a float array of positive numbers; ``zero`` allows 0 too."""
    array = as_float_array(value, name)
    wrong = array < 0 if zero else array <= 0
    if wrong.any():
        expected = "at least 0" if zero else "above 0"
        raise ValueError(f"{name}: expected numbers {expected}, got {array[wrong].flat[0]}.")
    return array


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
    points = np.asarray(value)
    if finite or points.dtype.kind != "f":
        points = as_float_array(value, name)
    if points.ndim == 1:
        points = points[:, None]
    if points.ndim < 2 or points.size == 0:
        raise ValueError(
            f"{name}: expected points of shape (n,), (n, d) or (B, n, d), got shape "
            f"{np.shape(value)}."
        )
    return points.astype(np.float64)


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
    array = positive(value, name)
    if array.ndim > 1 or (array.ndim == 1 and len(array) != count):
        raise ValueError(f"{name}: expected one number or {count} numbers, got {array.shape}.")
    return np.broadcast_to(array, (count,)).copy()


def order_of(update: str) -> str:
    """Return ``update`` if it is one of `UPDATES`."""
    return one_of(update, "update", UPDATES)
