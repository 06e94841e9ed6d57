"""Checks of arguments, with messages that name the argument, what was expected and what came."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "Floats",
    "Ints",
    "Reals",
    "as_float_array",
    "as_seed",
    "columns_present",
    "one_of",
    "positive",
    "positive_array",
    "positive_int",
    "probability",
]

#: An array of double precision, what `as_float_array` returns.
Floats = npt.NDArray[np.float64]
#: An array of single or double precision.
Reals = npt.NDArray[np.floating[Any]]
#: An array of numbers that count or point.
Ints = npt.NDArray[np.intp]


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def as_float_array(
    value: npt.ArrayLike, name: str, *, ndim: int | None = None, empty: bool = False
) -> Floats:
    """Return ``value`` as a finite float array.

    Parameters
    ----------
    value : array_like
        The numbers.
    name : str
        The argument's name, for the message.
    ndim : int or None
        The number of dimensions that it must have, or None for any.
    empty : bool
        Whether an array with no element is allowed.

    Returns
    -------
    ndarray
        A copy in double precision.

    Raises
    ------
    TypeError
        If the values are not real numbers.
    ValueError
        If the number of dimensions is wrong, if it is empty, or if it holds NaN, infinity or
        masked values.

    Examples
    --------
    >>> from workedpapers.checks import as_float_array
    >>> as_float_array([1, 2], "times").tolist()
    [1.0, 2.0]
    >>> as_float_array([0.0, float("nan")], "times")
    Traceback (most recent call last):
    ValueError: times: expected finite numbers, got nan at index (1,) (1 such value(s) of 2).
    """
    if np.ma.is_masked(value):
        raise ValueError(
            f"{name}: expected no masked values, got {np.ma.count_masked(value)}."  # type: ignore[no-untyped-call]
        )
    try:
        array = np.asarray(value)
    except ValueError:  # numpy's word for it is an inhomogeneous shape
        raise ValueError(f"{name}: expected rows of equal length, got {_shown(value)}.") from None
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


def as_seed(value: int | np.random.Generator, name: str = "seed") -> int:
    """Return ``value`` as a whole number that seeds, drawn from it if it is a Generator.

    Parameters
    ----------
    value : int or numpy.random.Generator
        The seed, at least 0, or what one number is drawn from.
    name : str
        The argument's name, for the message.

    Returns
    -------
    int
        The seed.

    Raises
    ------
    TypeError
        If it is neither a whole number nor a Generator.
    ValueError
        If it is below 0.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers.checks import as_seed
    >>> as_seed(3)
    3
    >>> as_seed(np.random.default_rng(0)) == as_seed(np.random.default_rng(0))
    True
    """
    if isinstance(value, np.random.Generator):
        return int(value.integers(2**31))
    return positive_int(value, name, least=0)


def positive_array(value: npt.ArrayLike, name: str, *, zero: bool = False) -> Floats:
    """Return ``value`` as a float array of numbers above 0, or at least 0 with ``zero``.

    Parameters
    ----------
    value : array_like
        The numbers.
    name : str
        The argument's name, for the message.
    zero : bool
        Whether 0 is allowed.

    Returns
    -------
    ndarray
        A copy in double precision.

    Raises
    ------
    TypeError
        If the values are not real numbers.
    ValueError
        If a number is too small, not finite, or there is none.

    See Also
    --------
    positive : The same for one number.

    Examples
    --------
    >>> from workedpapers.checks import positive_array
    >>> positive_array([1, 0], "rates")
    Traceback (most recent call last):
    ValueError: rates: expected numbers above 0, got 0.0.
    """
    array = as_float_array(value, name)
    wrong = array < 0 if zero else array <= 0
    if wrong.any():
        expected = "at least 0" if zero else "above 0"
        raise ValueError(f"{name}: expected numbers {expected}, got {array[wrong].flat[0]}.")
    return array


def positive(value: float, name: str, *, zero: bool = False) -> float:
    """Return ``value`` as a finite float above 0, or at least 0 with ``zero``.

    Parameters
    ----------
    value : float
        The number.
    name : str
        The argument's name, for the message.
    zero : bool
        Whether 0 is allowed.

    Returns
    -------
    float
        The number.

    Raises
    ------
    TypeError
        If it is not a number.
    ValueError
        If it is too small or not finite.

    See Also
    --------
    positive_array : The same for an array.
    positive_int : The same for a count.

    Examples
    --------
    >>> from workedpapers.checks import positive
    >>> positive(0, "noise", zero=True)
    0.0
    >>> positive(-1, "noise")
    Traceback (most recent call last):
    ValueError: noise: expected a finite number above 0, got -1.
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
        raise TypeError(f"{name}: expected a number, got {_shown(value)}.")
    if not np.isfinite(value) or value < 0 or (value == 0 and not zero):
        expected = "of at least 0" if zero else "above 0"
        raise ValueError(f"{name}: expected a finite number {expected}, got {value}.")
    return float(value)


def positive_int(value: int, name: str, *, least: int = 1) -> int:
    """Return ``value`` as an int of at least ``least``.

    Parameters
    ----------
    value : int
        The count; a numpy integer will do, a float or a bool will not.
    name : str
        The argument's name, for the message.
    least : int
        The smallest that is allowed.

    Returns
    -------
    int
        The count.

    Raises
    ------
    TypeError
        If it is not a whole number.
    ValueError
        If it is too small.

    Examples
    --------
    >>> from workedpapers.checks import positive_int
    >>> positive_int(5, "folds", least=2)
    5
    >>> positive_int(1, "folds", least=2)
    Traceback (most recent call last):
    ValueError: folds: expected at least 2, got 1.
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name}: expected a whole number, got {_shown(value)}.")
    if value < least:
        raise ValueError(f"{name}: expected at least {least}, got {value}.")
    return int(value)


def probability(value: float, name: str, *, open_interval: bool = False) -> float:
    """Return ``value`` as a float in [0, 1], or in (0, 1) when ``open_interval``.

    Parameters
    ----------
    value : float
        The number.
    name : str
        The argument's name, for the message.
    open_interval : bool
        Whether 0 and 1 themselves are refused.

    Returns
    -------
    float
        The number.

    Raises
    ------
    TypeError
        If it is not a number.
    ValueError
        If it is outside the interval.

    Examples
    --------
    >>> from workedpapers.checks import probability
    >>> probability(1, "share")
    1.0
    >>> probability(1, "confidence", open_interval=True)
    Traceback (most recent call last):
    ValueError: confidence: expected a number strictly between 0 and 1, got 1.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
        raise TypeError(f"{name}: expected a number from 0 to 1, got {_shown(value)}.")
    inside = 0 < value < 1 if open_interval else 0 <= value <= 1
    if not inside:
        bounds = "strictly between 0 and 1" if open_interval else "from 0 to 1"
        raise ValueError(f"{name}: expected a number {bounds}, got {value}.")
    return float(value)


def one_of(value: str, name: str, options: Iterable[str]) -> str:
    """Return ``value`` if it is one of ``options``.

    Parameters
    ----------
    value : str
        What the user chose.
    name : str
        The argument's name, for the message.
    options : iterable of str
        What there is to choose from, for example an `enum.StrEnum`.

    Returns
    -------
    str
        The choice.

    Raises
    ------
    ValueError
        If it is none of them; the message lists them.

    Examples
    --------
    >>> from workedpapers.checks import one_of
    >>> one_of("mean", "rule", ("mean", "median"))
    'mean'
    >>> one_of("mode", "rule", ("mean", "median"))
    Traceback (most recent call last):
    ValueError: rule: expected one of mean, median; got 'mode'.
    """
    listed = list(options)
    if value not in listed:
        raise ValueError(f"{name}: expected one of {', '.join(listed)}; got {_shown(value)}.")
    return value


def columns_present(frame: Any, name: str, needed: Iterable[str]) -> None:
    """Raise an error that names each column of ``needed`` that ``frame`` lacks.

    Parameters
    ----------
    frame : pandas.DataFrame
        Or anything else with ``columns``.
    name : str
        The argument's name, for the message.
    needed : iterable of str
        Columns that it must have.

    Raises
    ------
    ValueError
        If one is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers.checks import columns_present
    >>> columns_present(pd.DataFrame({"surname": []}), "people", ["surname", "zip"])
    Traceback (most recent call last):
    ValueError: people: expected column(s) 'zip'; it has 'surname'.
    """
    have = list(frame.columns)
    missing = [column for column in needed if column not in have]
    if missing:
        raise ValueError(
            f"{name}: expected column(s) {', '.join(map(repr, missing))}; "
            f"it has {', '.join(map(repr, have)) or 'none'}."
        )
