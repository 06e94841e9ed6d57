"""What `compute` returns, brought into one form and checked."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from .errors import ExplorerError

__all__ = ["describe", "kind_of", "normalise", "where"]

KINDS = {"f": "f", "i": "i", "u": "i", "b": "b", "U": "s"}
WORDS = {"f": "numbers", "i": "whole numbers", "b": "truth values", "s": "strings"}


def where(values: Mapping[str, Any]) -> str:
    """Name the settings in a message: ``width = 0.1, update = 'alternating'``."""
    plain = {n: v.tolist() if isinstance(v, np.ndarray) else v for n, v in values.items()}
    return ", ".join(f"{name} = {value!r}" for name, value in plain.items()) or "the only setting"


def kind_of(array: np.ndarray) -> str:
    """``"f"``, ``"i"``, ``"b"`` or ``"s"``: float, whole number, truth value or string."""
    return KINDS[array.dtype.kind]


def describe(array: np.ndarray) -> str:
    """Kind and shape in words, for messages."""
    return f"{WORDS[kind_of(array)]} of shape {array.shape}"


def normalise(
    result: Any, values: Mapping[str, Any], gaps: Collection[str] = ()
) -> dict[str, np.ndarray]:
    """Turn every output into an array and check it.

    Parameters
    ----------
    result : what `compute` returned.
    values : the settings, for messages.
    gaps : outputs that may hold NaN.

    Raises
    ------
    ExplorerError : if an output is not a number, string or array of them, or is not finite.
    """
    if not isinstance(result, Mapping):
        raise ExplorerError(f"compute must return a dict, not {type(result).__name__}")
    return {name: _array(name, value, values, gaps) for name, value in result.items()}


def _array(name: str, value: Any, values: Mapping[str, Any], gaps: Collection[str]) -> np.ndarray:
    if not isinstance(name, str) or not name.isidentifier():
        raise ExplorerError(f"output name {name!r} must be a Python identifier")
    array = np.asarray(value)
    if array.dtype.kind == "O" and array.size and all(isinstance(x, str) for x in array.flat):
        array = array.astype(str)
    if array.dtype.kind not in KINDS:
        raise ExplorerError(
            f"output {name!r} at {where(values)} is {type(value).__name__} of dtype {array.dtype}; "
            "it must hold numbers, truth values or strings"
        )
    kind = kind_of(array)
    array = array.astype({"f": np.float64, "i": np.int64, "b": np.bool_}.get(kind, array.dtype))
    if kind == "f":
        bad = np.isinf(array) if name in gaps else ~np.isfinite(array)
        if bad.any():
            first = array[bad].flat[0]
            raise ExplorerError(
                f"output {name!r} at {where(values)} holds {first} ({int(bad.sum())} of "
                f"{array.size} values). Mend compute, or list {name!r} in gaps to draw NaN as a gap"
            )
    return array
