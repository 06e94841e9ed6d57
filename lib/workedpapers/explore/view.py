"""What every view is, and the checks that views share."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from .errors import ExplorerError
from .outputs import kind_of
from .template import Template, fields

__all__ = [
    "Limits",
    "Outputs",
    "View",
    "alt_fields",
    "known_colormap",
    "labels_for",
    "same_length",
    "want",
]

Limits = tuple[float, float] | Literal["float"] | None
Outputs = Mapping[str, np.ndarray]
COLORMAPS = ("viridis", "diverging", "gray")


class View(ABC):
    """Anything that shows outputs."""

    @abstractmethod
    def names(self) -> set[str]:
        """Outputs and controls that the view needs."""

    @abstractmethod
    def check(self, outputs: Outputs) -> None:
        """Raise `ExplorerError` if an output has the wrong kind or shape."""

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """The view as the browser reads it."""


def alt_fields(alt: Template | None) -> set[str]:
    """Names that an optional template refers to."""
    return set() if alt is None else fields(alt)


def labels_for(labels: Sequence[str] | None, names: Sequence[str]) -> list[str]:
    """Labels as a list, one for each name."""
    if isinstance(labels, str) or (labels is not None and len(labels) != len(names)):
        raise ExplorerError(f"{labels!r} are not {len(names)} labels, one for each of {names}")
    return list(labels or [name.replace("_", " ").capitalize() for name in names])


def known_colormap(view: str, colormap: str) -> None:
    """Raise `ExplorerError` unless there is such a colour map."""
    if colormap not in COLORMAPS:
        raise ExplorerError(f"{view}: colormap {colormap!r} is not one of {COLORMAPS}")


def want(outputs: Outputs, name: Any, view: str, *ndims: int, kinds: str = "fib") -> np.ndarray:
    """One output, if it has one of the dimensions and kinds wanted."""
    if name not in outputs:
        raise ExplorerError(f"{view} draws {name!r}, but compute returns {sorted(outputs)}")
    array = outputs[name]
    if array.ndim not in ndims or kind_of(array) not in kinds:
        wanted = " or ".join(
            ("a single value", "a list", "a table", "a colour table")[n] for n in ndims
        )
        raise ExplorerError(f"{view}: {name!r} has shape {array.shape} and kind {array.dtype}; "
                            f"it must be {wanted}")  # fmt: skip
    return array


def same_length(view: str, x: str, xs: np.ndarray, y: str, ys: np.ndarray) -> None:
    """Raise `ExplorerError` unless two outputs have the same length."""
    if len(xs) != len(ys):
        raise ExplorerError(f"{view}: {x!r} has {len(xs)} values, {y!r} has {len(ys)}")
