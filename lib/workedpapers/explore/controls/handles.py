"""Points that a reader drags in a plot: a control whose value is a short list of positions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..errors import ExplorerError
from .control import Control
from .slider import Slider, round_step

__all__ = ["Handles"]

Bound = float | Sequence[float]


@dataclass
class Handles(Control):
    """A few numbers, or points in the plane, that are dragged in a plot.

    ``Points(..., handles=name)`` says in which one. Every coordinate also has a slider of its
    own, in a group that unfolds, so that nothing needs a mouse. `compute` gets an array of shape
    (n,) or (n, 2); a mirror gets the same as lists. No grid holds every position, so a static
    page needs a mirror.

    Parameters
    ----------
    name : str
        Keyword of `compute`.
    value : sequence of float, or of pairs
        Start; n numbers, or n pairs of x and y.
    low, high : float or pair of float
        Bounds, included; for points a number, or a pair for x and y.
    step : float, optional
        Distance between settings, counted from `low`. By default about 100 round settings by
        slider, and 500 by dragging.
    label, unit : str, optional
        What the reader sees.
    labels : sequence of str, optional
        Name of each; by default "Point 1" and so on.
    more : bool, default False
        Fold the sliders away under "More"; the points stay in the plot.
    hint : str, default ""
        A few words on what they do.

    Raises
    ------
    ExplorerError
        If the shape of the start is another, or it lies outside the bounds.

    See Also
    --------
    Marker : A mark whose coordinates are two sliders.

    Examples
    --------
    >>> from workedpapers.explore import Handles
    >>> Handles("corners", [[1, 0], [-1, 0]], -2, 2).count
    2
    """

    kind: ClassVar[str] = "handles"
    value: Sequence[float] | Sequence[Sequence[float]]
    low: Bound
    high: Bound
    step: float | None = None
    label: str | None = None
    unit: str = ""
    labels: Sequence[str] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        start = self._array(self.value)
        if start.size == 0:
            raise ExplorerError(f"handles {self.name}: value is empty")
        if start.ndim > 2 or start.ndim == 0 or (start.ndim == 2 and start.shape[1] != 2):
            raise ExplorerError(
                f"handles {self.name}: value must be n numbers or n pairs of x and y; its shape "
                f"is {start.shape}"
            )
        self.shape = start.shape
        lows, highs = self._bound("low"), self._bound("high")
        # A slider checks bounds and step, and knows the settings that the keyboard reaches.
        self.sliders = [
            Slider(self.name, low, high, step=self.step)
            for low, high in zip(lows, highs, strict=True)
        ]
        self.value = self.check(self.value).tolist()
        if self.labels is None:
            self.labels = [f"Point {i + 1}" for i in range(self.count)]
        elif isinstance(self.labels, str) or len(self.labels) != self.count:
            raise ExplorerError(f"handles {self.name}: labels must be {self.count} strings")

    def _array(self, value: Any) -> np.ndarray:
        try:
            array = np.asarray(value)
        except ValueError:
            array = np.array(None)
        if array.size and array.dtype.kind not in "fiu":
            raise ExplorerError(f"handles {self.name}: {value!r} are not numbers, or not in pairs")
        return array.astype(float)

    def _bound(self, word: str) -> list[float]:
        bound = self._array(getattr(self, word))
        axes = len(self.shape)
        if bound.shape not in ((), (2,) if axes == 2 else ()):
            pair = " or a pair of them" if axes == 2 else ""
            raise ExplorerError(f"handles {self.name}: {word} must be a number{pair}")
        bounds: list[float] = np.broadcast_to(bound, (axes,)).tolist()
        return bounds

    @property
    def count(self) -> int:
        """Number of points."""
        return int(self.shape[0])

    @property
    def default(self) -> list[Any]:
        return list(self.check(self.value).tolist())

    @property
    def _fine(self) -> list[float]:
        """Distance between the places where a dragged point comes to rest, by axis."""
        return [self.step or round_step((s.high - s.low) / 500) for s in self.sliders]

    @property
    def format(self) -> str:
        decimals = (len(f"{x:.10f}".rstrip("0").split(".")[1]) for x in self._fine)
        return f".{max(decimals)}f"

    def check(self, value: Any) -> np.ndarray:
        array = self._array(value)
        if array.shape != self.shape:
            raise ExplorerError(
                f"handles {self.name}: the value has shape {array.shape}, not {self.shape}"
            )
        if not np.isfinite(array).all():
            raise ExplorerError(f"handles {self.name}: {array.tolist()} holds a NaN or infinity")
        columns = array.reshape(self.count, -1).T
        for axis, column, slider in zip("xy", columns, self.sliders, strict=False):
            outside = column[(column < slider.low) | (column > slider.high)]
            if outside.size:
                of = f"{axis} = " if len(self.sliders) == 2 else ""
                raise ExplorerError(
                    f"handles {self.name}: {of}{outside[0]} is not in [{slider.low}, {slider.high}]"
                )
        return array

    def sample(self, rng: np.random.Generator) -> list[Any]:
        columns = []
        for axis in self._axes():
            raw = rng.uniform(axis["low"], axis["high"], self.count)
            steps = np.round((raw - axis["origin"]) / axis["fine"])
            rounded = [float(f"{x:.12g}") for x in axis["origin"] + steps * axis["fine"]]
            columns.append(np.clip(rounded, axis["low"], axis["high"]))
        return list(np.stack(columns, axis=-1).reshape(self.shape).tolist())

    def _axes(self) -> list[dict[str, Any]]:
        """What the browser needs to know of each coordinate."""
        axes = []
        for slider, fine in zip(self.sliders, self._fine, strict=True):
            settings = slider._settings().tolist()
            origin = slider.low if self.step else 0.0
            ends = {"low": slider.low, "high": settings[-1]}
            axes.append({**ends, "origin": origin, "fine": fine, "settings": settings})
        return axes

    def to_json(self) -> dict[str, Any]:
        shown = {"unit": self.unit, "format": self.format, "labels": list(self.labels or ())}
        return {**self._head(self.label), **shown, "axes": self._axes()}
