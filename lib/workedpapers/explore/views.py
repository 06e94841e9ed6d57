"""How the outputs are drawn: curves, points, bars, maps, pictures, numbers and sentences.

A view says what to draw, not how: the browser (`frontend/src/`) and `still` read the same objects.
Names refer to outputs of `compute`; where a single number is wanted, a control will do as well.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from .errors import ExplorerError
from .formats import check_format
from .outputs import kind_of
from .template import Template, fields, to_json

__all__ = [
    "Bars",
    "HeatMap",
    "Lines",
    "Number",
    "Overlay",
    "Picture",
    "Points",
    "Rule",
    "Sentence",
    "View",
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

    def __add__(self, other: "View") -> "Overlay":
        """Draw two views in the same axes."""
        return Overlay([*_marks(self), *_marks(other)])


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
        if not 80 <= self.height <= 900:
            raise ExplorerError(f"height {self.height} is not between 80 and 900 pixels")

    @abstractmethod
    def layer(self) -> dict[str, Any]:
        """The marks alone, as the browser reads them."""

    @abstractmethod
    def on_axis(self, axis: str) -> list[str]:
        """Outputs measured along ``"x"`` or ``"y"``."""

    def names(self) -> set[str]:
        at = {end for rule in self.rules for end in (rule.x, rule.y) if isinstance(end, str)}
        return at | set(self.on_axis("x") + self.on_axis("y")) | _alt_fields(self.alt)

    def to_json(self) -> dict[str, Any]:
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
        the first curve, and so on.
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
        self.labels = _labels(self.labels, self.y)

    def on_axis(self, axis: str) -> list[str]:
        if axis == "x":
            return [self.x]
        return [*self.y, *(rim for band in self.bands for rim in band)]

    def check(self, outputs: Outputs) -> None:
        x = _want(outputs, self.x, "Lines", 1)
        for name in self.on_axis("y"):
            _same_length("Lines", self.x, x, name, _want(outputs, name, "Lines", 1))

    def layer(self) -> dict[str, Any]:
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
    """

    mark: ClassVar[str] = "points"
    x: str
    y: str
    color: str | None = field(default=None, kw_only=True)
    size: float | str = field(default=9, kw_only=True)
    label: str = field(default="", kw_only=True)
    labels: Sequence[str] | None = field(default=None, kw_only=True)
    trails: int = field(default=0, kw_only=True)

    def on_axis(self, axis: str) -> list[str]:
        return [self.x if axis == "x" else self.y]

    def names(self) -> set[str]:
        extra = {name for name in (self.color, self.size) if isinstance(name, str)}
        return super().names() | extra

    def check(self, outputs: Outputs) -> None:
        x = np.atleast_1d(_want(outputs, self.x, "Points", 0, 1))
        others = [self.y] + [n for n in (self.color, self.size) if isinstance(n, str)]
        for name in others:
            y = np.atleast_1d(_want(outputs, name, "Points", 0, 1))
            _same_length("Points", self.x, x, name, y)
        if self.labels is not None and len(self.labels) != len(x):
            raise ExplorerError(f"Points: {len(self.labels)} labels for {len(x)} points")

    def layer(self) -> dict[str, Any]:
        return {"mark": "points", "x": self.x, "y": self.y, "color": self.color,
                "size": self.size, "label": self.label, "trails": self.trails,
                "labels": None if self.labels is None else list(self.labels)}  # fmt: skip


@dataclass
class HeatMap(Axes):
    """A table of numbers as colours; row i lies at ``y[i]``, column j at ``x[j]``.

    Parameters
    ----------
    z : output with the numbers, ``(len(y), len(x))``.
    x, y : outputs with evenly spaced positions, or the first and last position.
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
        _known_colormap("HeatMap", self.colormap)

    def on_axis(self, axis: str) -> list[str]:
        place = self.x if axis == "x" else self.y
        return [place] if isinstance(place, str) else []

    def names(self) -> set[str]:
        return super().names() | {self.z} | set(self.marker or ())

    def check(self, outputs: Outputs) -> None:
        z = _want(outputs, self.z, "HeatMap", 2)
        for axis, place, length in (("x", self.x, z.shape[1]), ("y", self.y, z.shape[0])):
            if isinstance(place, str):
                positions = _want(outputs, place, "HeatMap", 1)
                if len(positions) != length:
                    raise ExplorerError(
                        f"HeatMap: {axis} = {place!r} has {len(positions)} positions, "
                        f"{self.z!r} has shape {z.shape}"
                    )
        for name in self.marker or ():
            if name in outputs:
                _want(outputs, name, "HeatMap marker", 0)

    def layer(self) -> dict[str, Any]:
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

    def names(self) -> set[str]:
        return set().union(*(mark.names() for mark in self.marks))

    def check(self, outputs: Outputs) -> None:
        for mark in self.marks:
            mark.check(outputs)

    def stated(self, word: str) -> Any:
        """The first value of an attribute that is not its default."""
        default = Axes.__dataclass_fields__[word].default
        return next((v for m in self.marks if (v := getattr(m, word)) != default), default)

    def to_json(self) -> dict[str, Any]:
        words = ("xlabel", "ylabel", "xlim", "ylim", "xlog", "ylog", "height")
        rules = [rule.to_json() for mark in self.marks for rule in mark.rules]
        alt = self.stated("alt")
        return {
            "type": "xy",
            **{word: self.stated(word) for word in words},
            "layers": [mark.layer() for mark in self.marks],
            "rules": rules,
            "alt": None if alt is None else to_json(alt),
        }


@dataclass
class Bars(View):
    """Groups of bars, one group per category.

    Parameters
    ----------
    categories : output with the names, or the names themselves.
    y : one output, or several: one bar of each per category.
    labels : name of each output in the legend.
    ylabel : what is measured, with its unit.
    ylim : bounds; by default from 0 to the highest value over the grid.
    horizontal : lay the bars on their side, which leaves room for long names.
    digits : decimals of the number at the end of each bar; ``None`` writes none.
    """

    categories: str | Sequence[str]
    y: str | Sequence[str]
    labels: Sequence[str] | None = field(default=None, kw_only=True)
    ylabel: str = field(default="", kw_only=True)
    ylim: Limits = field(default=None, kw_only=True)
    horizontal: bool = field(default=False, kw_only=True)
    digits: int | None = field(default=None, kw_only=True)
    height: int = field(default=280, kw_only=True)
    alt: Template | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        self.y = [self.y] if isinstance(self.y, str) else list(self.y)
        self.labels = _labels(self.labels, self.y)

    def names(self) -> set[str]:
        first = {self.categories} if isinstance(self.categories, str) else set()
        return first | set(self.y) | _alt_fields(self.alt)

    def on_axis(self, axis: str) -> list[str]:
        """Outputs measured along an axis."""
        return list(self.y) if axis == "y" else []

    def check(self, outputs: Outputs) -> None:
        named = isinstance(self.categories, str)
        words = _want(outputs, self.categories, "Bars", 1, kinds="s") if named else self.categories
        for name in self.y:
            values = _want(outputs, name, "Bars", 1)
            _same_length("Bars", "categories", np.asarray(words), name, values)

    def to_json(self) -> dict[str, Any]:
        categories = self.categories if isinstance(self.categories, str) else list(self.categories)
        return {"type": "bars", "categories": categories, "y": list(self.y),
                "labels": list(self.labels or ()), "ylabel": self.ylabel, "ylim": self.ylim,
                "horizontal": self.horizontal, "digits": self.digits, "height": self.height,
                "alt": None if self.alt is None else to_json(self.alt)}  # fmt: skip


@dataclass
class Picture(View):
    """A table of numbers as an image, without axes.

    Parameters
    ----------
    image : output of shape (rows, columns), or (rows, columns, 3) for red, green and blue.
    alt : template that says what is seen; required.
    limits : numbers shown as black and white; by default 0 and 1, or 0 and 255 for whole numbers.
    colormap : of a table with one number per pixel.
    label : title above it.
    smooth : blend neighbouring pixels when enlarged.
    width : largest width in pixels.
    """

    image: str
    alt: Template
    limits: tuple[float, float] | None = field(default=None, kw_only=True)
    colormap: str = field(default="gray", kw_only=True)
    label: str = field(default="", kw_only=True)
    smooth: bool = field(default=False, kw_only=True)
    width: int = field(default=420, kw_only=True)

    def __post_init__(self) -> None:
        if not self.alt:
            raise ExplorerError(f"Picture {self.image!r} needs an alt text")
        _known_colormap("Picture", self.colormap)

    def names(self) -> set[str]:
        return {self.image} | _alt_fields(self.alt)

    def check(self, outputs: Outputs) -> None:
        image = _want(outputs, self.image, "Picture", 2, 3)
        if image.ndim == 3 and image.shape[2] != 3:
            raise ExplorerError(f"Picture: {self.image!r} has shape {image.shape}; colours need 3")

    def to_json(self) -> dict[str, Any]:
        return {"type": "picture", "image": self.image, "alt": to_json(self.alt),
                "limits": self.limits, "colormap": self.colormap, "label": self.label,
                "smooth": self.smooth, "width": self.width}  # fmt: skip


@dataclass
class Number(View):
    """One number or word, large, with its name and unit."""

    name: str
    label: str = field(default="", kw_only=True)
    unit: str = field(default="", kw_only=True)
    digits: int | None = field(default=None, kw_only=True)
    format: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        if self.digits is not None:
            self.format = f".{self.digits}f"
        check_format(self.format)

    def names(self) -> set[str]:
        return {self.name}

    def check(self, outputs: Outputs) -> None:
        if self.name in outputs:
            _want(outputs, self.name, "Number", 0, kinds="fibs")

    def to_json(self) -> dict[str, Any]:
        label = self.label or self.name.replace("_", " ").capitalize()
        return {"type": "number", "name": self.name, "label": label, "unit": self.unit,
                "format": self.format}  # fmt: skip


@dataclass
class Sentence(View):
    """A sentence: a string output by its name, or a template."""

    text: Template

    def __post_init__(self) -> None:
        if isinstance(self.text, str) and self.text.isidentifier():
            self.text = f"{{{self.text}}}"

    def names(self) -> set[str]:
        return fields(self.text)

    def check(self, outputs: Outputs) -> None:
        """Nothing to check here: the template is tried at every setting."""

    def to_json(self) -> dict[str, Any]:
        return {"type": "sentence", "text": to_json(self.text)}


def _marks(view: View) -> list[Axes]:
    if isinstance(view, Overlay):
        return list(view.marks)
    if isinstance(view, Axes):
        return [view]
    raise ExplorerError(f"{type(view).__name__} has no axes to share")


def _alt_fields(alt: Template | None) -> set[str]:
    return set() if alt is None else fields(alt)


def _labels(labels: Sequence[str] | None, names: Sequence[str]) -> list[str]:
    if isinstance(labels, str) or (labels is not None and len(labels) != len(names)):
        raise ExplorerError(f"{labels!r} are not {len(names)} labels, one for each of {names}")
    return list(labels or [name.replace("_", " ").capitalize() for name in names])


def _known_colormap(view: str, colormap: str) -> None:
    if colormap not in COLORMAPS:
        raise ExplorerError(f"{view}: colormap {colormap!r} is not one of {COLORMAPS}")


def _want(outputs: Outputs, name: Any, view: str, *ndims: int, kinds: str = "fib") -> np.ndarray:
    if name not in outputs:
        raise ExplorerError(f"{view} draws {name!r}, but compute returns {sorted(outputs)}")
    array = outputs[name]
    if array.ndim not in ndims or kind_of(array) not in kinds:
        wanted = " or ".join(("a single value", "a list", "a table", "a colour table")[n] for n in ndims)
        raise ExplorerError(f"{view}: {name!r} has shape {array.shape} and kind {array.dtype}; "
                            f"it must be {wanted}")  # fmt: skip
    return array


def _same_length(view: str, x: str, xs: np.ndarray, y: str, ys: np.ndarray) -> None:
    if len(xs) != len(ys):
        raise ExplorerError(f"{view}: {x!r} has {len(xs)} values, {y!r} has {len(ys)}")
