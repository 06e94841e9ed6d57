"""Views with axes: curves, points and maps, alone or over each other.

A view says what to draw, not how: the browser (`frontend/src/xy.js`) and `still` read the same
objects. Names refer to outputs of `compute`; where a single number is wanted, as for a reference
line or a marker, a control will do as well.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from .errors import ExplorerError
from .template import Template, to_json
from .view import Limits, Outputs, View, alt_fields, known_colormap, labels_for, same_length, want

__all__ = ["Axes", "HeatMap", "Lines", "Overlay", "Points", "Rule"]

SMALLEST_HANDLE = 13


@dataclass(frozen=True)
class Rule:
    """A reference line across the plot, at a number, an output or a control."""

    x: float | str | None = None
    y: float | str | None = None
    label: str = ""

    def __post_init__(self) -> None:
        if (self.x is None) == (self.y is None):
            raise ExplorerError("a Rule needs x or y, and not both")

    def to_json(self) -> dict[str, Any]:
        """The line as the browser reads it."""
        return {"x": self.x, "y": self.y, "label": self.label}


@dataclass(kw_only=True)
class Axes(View):
    """What every view with a horizontal and a vertical axis has.

    Parameters
    ----------
    xlabel, ylabel : what is measured, with its unit.
    xlim, ylim : bounds. By default they hold all values over the grid, so that the axes stay
        still; ``"float"`` lets them follow the values.
    xlog, ylog : logarithmic axes. An output on one is stored with a relative error bound.
    equal : one unit of x is as long as one unit of y; bounds are widened for it, never cut.
    rules : reference lines.
    height : of the plot, in pixels.
    alt : template for screen readers; by default the axis labels and the explorer's text.
    """

    mark: ClassVar[str] = ""
    xlabel: str = ""
    ylabel: str = ""
    xlim: Limits = None
    ylim: Limits = None
    xlog: bool = False
    ylog: bool = False
    equal: bool = False
    rules: Sequence[Rule] = ()
    height: int = 280
    alt: Template | None = None

    def __post_init__(self) -> None:
        for word, limits in (("xlim", self.xlim), ("ylim", self.ylim)):
            if isinstance(limits, str):
                if limits != "float":
                    raise ExplorerError(f"{word} must be two numbers, 'float' or None")
            elif limits is not None and not (len(limits) == 2 and limits[0] < limits[1]):
                raise ExplorerError(f"{word} = {limits!r} must be two numbers, the lower first")
        _equal_or_log(self.equal, self.xlog or self.ylog)
        if not 80 <= self.height <= 900:
            raise ExplorerError(f"height {self.height} is not between 80 and 900 pixels")

    def __add__(self, other: "View") -> "Overlay":
        """Draw two views in the same axes."""
        return Overlay([*_marks(self), *_marks(other)])

    @abstractmethod
    def layer(self) -> dict[str, Any]:
        """The marks alone, as the browser reads them."""

    @abstractmethod
    def on_axis(self, axis: str) -> list[str]:
        """Outputs measured along ``"x"`` or ``"y"``."""

    def names(self) -> set[str]:
        """Outputs and controls that the view needs."""
        at = {end for rule in self.rules for end in (rule.x, rule.y) if isinstance(end, str)}
        return at | set(self.on_axis("x") + self.on_axis("y")) | alt_fields(self.alt)

    def to_json(self) -> dict[str, Any]:
        """The same for the browser."""
        return Overlay([self]).to_json()


@dataclass
class Lines(Axes):
    """Curves over a common x.

    Parameters
    ----------
    x : output with the positions.
    y : one output, or several.
    labels : name of each curve in the legend; by default the names of the outputs.
    bands : pairs of outputs, the lower and upper rim of a shaded band; the first band belongs to
        the first curve, and so on; any left over belong to the last curve.
    steps : draw steps instead of straight lines; for all curves or for the outputs named.
    """

    mark: ClassVar[str] = "lines"
    x: str
    y: str | Sequence[str]
    labels: Sequence[str] | None = field(default=None, kw_only=True)
    bands: Sequence[tuple[str, str]] = field(default=(), kw_only=True)
    steps: bool | Sequence[str] = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.y = [self.y] if isinstance(self.y, str) else list(self.y)
        self.labels = labels_for(self.labels, self.y)

    def on_axis(self, axis: str) -> list[str]:
        """Outputs measured along an axis."""
        if axis == "x":
            return [self.x]
        return [*self.y, *(rim for band in self.bands for rim in band)]

    def check(self, outputs: Outputs) -> None:
        """Check kind and shape, or raise `ExplorerError`."""
        x = want(outputs, self.x, "Lines", 1)
        for name in self.on_axis("y"):
            same_length("Lines", self.x, x, name, want(outputs, name, "Lines", 1))

    def layer(self) -> dict[str, Any]:
        """The marks alone, as the browser reads them."""
        steps = list(self.y) if self.steps is True else list(self.steps or ())
        bands = [list(band) for band in self.bands]
        labels = list(self.labels or ())
        return {"mark": "lines", "x": self.x, "y": list(self.y), "labels": labels, "bands": bands,
                "steps": steps}  # fmt: skip


@dataclass
class Points(Axes):
    """Points in the plane.

    Parameters
    ----------
    x, y : outputs with the coordinates, each a number or an array.
    color : output with a number per point, shown by the colour map; by default one colour.
    size : diameter in pixels, or output with one per point.
    label : name in the legend.
    labels : a word for each point, written beside it.
    trails : while playing, draw the last so many positions behind each point.
    hollow : draw rings instead of discs, through which other points are seen.
    handles : control `Handles` whose points these are, in the same order: they can be dragged.
        Those of a list of numbers move along x, at the height that `y` says.
    """

    mark: ClassVar[str] = "points"
    x: str
    y: str
    color: str | None = field(default=None, kw_only=True)
    size: float | str = field(default=9, kw_only=True)
    label: str = field(default="", kw_only=True)
    labels: Sequence[str] | None = field(default=None, kw_only=True)
    trails: int = field(default=0, kw_only=True)
    hollow: bool = field(default=False, kw_only=True)
    handles: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.handles is not None and not isinstance(self.size, str):
            self.size = max(self.size, SMALLEST_HANDLE)

    def on_axis(self, axis: str) -> list[str]:
        """Outputs measured along an axis."""
        return [self.x if axis == "x" else self.y]

    def names(self) -> set[str]:
        """Outputs and controls that the view needs."""
        extra = {name for name in (self.color, self.size) if isinstance(name, str)}
        return super().names() | extra

    def check(self, outputs: Outputs) -> None:
        """Check kind and shape, or raise `ExplorerError`."""
        x = np.atleast_1d(want(outputs, self.x, "Points", 0, 1))
        others = [self.y] + [n for n in (self.color, self.size) if isinstance(n, str)]
        for name in others:
            y = np.atleast_1d(want(outputs, name, "Points", 0, 1))
            same_length("Points", self.x, x, name, y)
        if self.labels is not None and len(self.labels) != len(x):
            raise ExplorerError(f"Points: {len(self.labels)} labels for {len(x)} points")

    def layer(self) -> dict[str, Any]:
        """The marks alone, as the browser reads them."""
        return {"mark": "points", "x": self.x, "y": self.y, "color": self.color,
                "size": self.size, "label": self.label, "trails": self.trails,
                "hollow": self.hollow, "handles": self.handles,
                "labels": None if self.labels is None else list(self.labels)}  # fmt: skip


@dataclass
class HeatMap(Axes):
    """A table of numbers as colours; row i lies at ``y[i]``, column j at ``x[j]``.

    Parameters
    ----------
    z : output with the numbers, ``(len(y), len(x))``.
    x, y : outputs with evenly spaced positions, or the first and last position; on a logarithmic
        axis they are evenly spaced in the logarithm.
    zlabel : what the colours measure, with its unit.
    zlim : bounds of the colours, as for the axes.
    colormap : ``"viridis"``, ``"diverging"`` (symmetric around 0 by default) or ``"gray"``.
    marker : outputs or controls where a ring is drawn.
    """

    mark: ClassVar[str] = "heatmap"
    z: str
    x: str | tuple[float, float]
    y: str | tuple[float, float]
    zlabel: str = field(default="", kw_only=True)
    zlim: Limits = field(default=None, kw_only=True)
    colormap: str = field(default="viridis", kw_only=True)
    marker: tuple[str, str] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        known_colormap("HeatMap", self.colormap)

    def on_axis(self, axis: str) -> list[str]:
        """Outputs measured along an axis."""
        place = self.x if axis == "x" else self.y
        return [place] if isinstance(place, str) else []

    def names(self) -> set[str]:
        """Outputs and controls that the view needs."""
        return super().names() | {self.z} | set(self.marker or ())

    def check(self, outputs: Outputs) -> None:
        """Check kind and shape, or raise `ExplorerError`."""
        z = want(outputs, self.z, "HeatMap", 2)
        for axis, place, length in (("x", self.x, z.shape[1]), ("y", self.y, z.shape[0])):
            if isinstance(place, str):
                positions = want(outputs, place, "HeatMap", 1)
                if len(positions) != length:
                    raise ExplorerError(
                        f"HeatMap: {axis} = {place!r} has {len(positions)} positions, "
                        f"{self.z!r} has shape {z.shape}"
                    )
        for name in self.marker or ():
            if name in outputs:
                want(outputs, name, "HeatMap marker", 0)

    def layer(self) -> dict[str, Any]:
        """The marks alone, as the browser reads them."""
        return {"mark": "heatmap", "z": self.z, "x": self.x, "y": self.y, "zlabel": self.zlabel,
                "colormap": self.colormap, "marker": self.marker, "zlim": self.zlim}  # fmt: skip


@dataclass
class Overlay(View):
    """Several marks in the same axes, as in ``Lines(...) + Points(...)``.

    Labels, limits and height are those of the first mark that states them.
    """

    marks: Sequence[Axes]

    def __post_init__(self) -> None:
        if not self.marks or not all(isinstance(m, Axes) for m in self.marks):
            raise ExplorerError("only Lines, Points and HeatMap can share their axes")
        _equal_or_log(self.stated("equal"), self.stated("xlog") or self.stated("ylog"))

    def __add__(self, other: "View") -> "Overlay":
        """Draw two views in the same axes."""
        return Overlay([*_marks(self), *_marks(other)])

    def names(self) -> set[str]:
        """Outputs and controls that the view needs."""
        return set().union(*(mark.names() for mark in self.marks))

    def check(self, outputs: Outputs) -> None:
        """Check kind and shape, or raise `ExplorerError`."""
        for mark in self.marks:
            mark.check(outputs)

    def stated(self, word: str) -> Any:
        """The first value of an attribute that is not its default."""
        default = Axes.__dataclass_fields__[word].default
        return next((v for m in self.marks if (v := getattr(m, word)) != default), default)

    def to_json(self) -> dict[str, Any]:
        """The same for the browser."""
        words = ("xlabel", "ylabel", "xlim", "ylim", "xlog", "ylog", "equal", "height")
        rules = [rule.to_json() for mark in self.marks for rule in mark.rules]
        alt = self.stated("alt")
        return {
            "type": "xy",
            **{word: self.stated(word) for word in words},
            "layers": [mark.layer() for mark in self.marks],
            "rules": rules,
            "alt": None if alt is None else to_json(alt),
        }


def _equal_or_log(equal: bool, log: bool) -> None:
    if equal and log:
        raise ExplorerError("equal scales need linear axes: not together with xlog or ylog")


def _marks(view: View) -> list[Axes]:
    if isinstance(view, Overlay):
        return list(view.marks)
    if isinstance(view, Axes):
        return [view]
    raise ExplorerError(f"{type(view).__name__} has no axes to share")
