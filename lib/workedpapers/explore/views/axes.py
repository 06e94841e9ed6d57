"""Plots: axes, the marks that share them, reference lines and names of regions.

A view says what to draw, not how: the browser (`frontend/src/xy.js`) and the still read the same
objects. Names refer to outputs of `compute`; where a single number is wanted, as for a reference
line or a mark, a control will do as well.
"""

import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import ExplorerError
from ..template import Template, to_json
from ..told import parameters_of
from .view import Limits, Outputs, Pen, Room, View, alt_fields

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Plot

__all__ = ["MARKERS", "Axes", "Overlay", "Region", "Rule", "dash_of"]

MARKERS = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D"}
Place = float | str


@dataclass(frozen=True)
class Rule:
    """A reference line across the plot, at a number, an output or a control.

    Parameters
    ----------
    x, y : float or str, optional
        Where it stands; one of the two.
    label : str, default ""
        Written beside it.
    hue : str, optional
        Entity whose colour it takes.
    drag : bool, default False
        The line stands at a slider, and dragging it moves the slider.

    Raises
    ------
    ExplorerError
        If neither x nor y is given, or both.

    See Also
    --------
    Marker : A mark that is dragged along both axes.

    Examples
    --------
    >>> from workedpapers.explore import Rule
    >>> Rule(y=0.5, label="chance").label
    'chance'
    """

    x: Place | None = None
    y: Place | None = None
    label: str = ""
    hue: str | None = None
    drag: bool = False

    def __post_init__(self) -> None:
        if (self.x is None) == (self.y is None):
            raise ExplorerError("a Rule needs x or y, and not both")
        if self.drag and not isinstance(self.at, str):
            raise ExplorerError(f"a Rule that is dragged stands at a slider, not at {self.at!r}")

    @property
    def at(self) -> Place:
        """Where it stands."""
        return self.y if self.x is None else self.x  # type: ignore[return-value]

    def to_json(self) -> dict[str, Any]:
        """Tell the browser of the line.

        Returns
        -------
        dict
            What it needs to know, as plain JSON.
        """
        return {"x": self.x, "y": self.y, "label": self.label, "hue": self.hue, "drag": self.drag}


@dataclass(frozen=True)
class Region:
    """The name of a region, written inside a plot.

    Parameters
    ----------
    text : str
        The name.
    x, y : float or str
        Its middle, in the units of the axes: numbers, outputs or controls.
    hue : str, optional
        Entity whose colour it takes.

    See Also
    --------
    Rule : A line, with its name.

    Examples
    --------
    >>> from workedpapers.explore import Region
    >>> Region("swings", 3.0, 0.5).text
    'swings'
    """

    text: str
    x: Place
    y: Place
    hue: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Tell the browser of the name.

        Returns
        -------
        dict
            What it needs to know, as plain JSON.
        """
        return {"text": self.text, "x": self.x, "y": self.y, "hue": self.hue}


@dataclass(kw_only=True)
class Axes(View):
    """What every view with a horizontal and a vertical axis has.

    Parameters
    ----------
    xlabel : str, default ""
        What is measured along x, with its unit.
    ylabel : str, default ""
        What is measured along y, with its unit.
    xlim, ylim : pair of float, or "float", optional
        Bounds. By default they hold all values over the grid, so that the axes stay still;
        ``"float"`` lets them follow the values. Points outside are arrows at the rim.
    xlog, ylog : bool, default False
        Logarithmic axes. An output on one is stored with a relative error bound.
    equal : bool, default False
        One unit of x is as long as one unit of y; bounds are widened for it, never cut.
    rules : sequence of Rule, optional
        Reference lines.
    regions : sequence of Region, optional
        Names of regions.
    height : int, default 280
        Of the plot, in pixels.
    alt : template, optional
        For screen readers; by default the axis labels and the explorer's text.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.__doc__ and "**axes" in cls.__doc__:
            shared = parameters_of(Axes.__doc__ or "")
            cls.__doc__ = re.sub(r"    \*\*axes\n +[^\n]*", lambda _: shared, cls.__doc__)

    mark: ClassVar[str] = ""
    drawn: ClassVar[bool] = True
    xlabel: str = ""
    ylabel: str = ""
    xlim: Limits = None
    ylim: Limits = None
    xlog: bool = False
    ylog: bool = False
    equal: bool = False
    rules: Sequence[Rule] = ()
    regions: Sequence[Region] = ()
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

    def __add__(self, other: View) -> "Overlay":
        """Draw two views in the same axes."""
        return Overlay([*_axes(self), *_axes(other)])

    @abstractmethod
    def layer(self) -> dict[str, Any]:
        """Tell the browser of the marks alone.

        Returns
        -------
        dict
            What it needs to know, as plain JSON.
        """

    @abstractmethod
    def draw_mark(self, plot: "Plot", pen: Pen, number: int, log: tuple[bool, bool]) -> int:
        """Draw the marks alone in a still.

        Parameters
        ----------
        plot : matplotlib.axes.Axes
            Where.
        pen : Pen
            Values, and looks of entities.
        number : int
            Of the first series.
        log : tuple of bool
            Whether the x and the y axis are logarithmic.

        Returns
        -------
        int
            Number of the next series.
        """

    def legend(self) -> list[str]:
        """List the words in the legend.

        Returns
        -------
        list of str
            One for each entry.
        """
        return []

    @property
    def alone(self) -> bool:
        """Whether the marks fill the plot from side to side, so that no room is left beside."""
        return False

    @property
    def gridded(self) -> bool:
        """Whether lines of the axes are seen behind the marks."""
        return True

    @property
    def own_hues(self) -> set[str]:
        """Entities of the marks."""
        return set()

    def names(self) -> set[str]:
        lines = [rule.at for rule in self.rules]
        words = [place for region in self.regions for place in (region.x, region.y)]
        at = {place for place in (*lines, *words) if isinstance(place, str)}
        return at | set(self.on_axis("x") + self.on_axis("y")) | alt_fields(self.alt)

    def logarithmic(self, axis: str) -> bool:
        return bool(getattr(self, f"{axis}log"))

    @property
    def entities(self) -> set[str]:
        lines = {rule.hue for rule in self.rules if rule.hue}
        names = {region.hue for region in self.regions if region.hue}
        return lines | names | self.own_hues

    @property
    def moved(self) -> dict[str, str]:
        return {str(rule.at): "mark" for rule in self.rules if rule.drag}

    def to_json(self) -> dict[str, Any]:
        return Overlay([self]).to_json()

    def height_in(self, room: Room) -> int:
        return Overlay([self]).height_in(room)

    @property
    def still_height(self) -> int:
        return self.height + 30

    def draw(self, plot: "Plot", pen: Pen) -> None:
        Overlay([self]).draw(plot, pen)


@dataclass
class Overlay(View):
    """Several marks in the same axes, as in ``Lines(...) + Points(...)``.

    Labels, limits and height are those of the first mark that states them.

    Parameters
    ----------
    shared : sequence of Axes
        The marks, from the lowest to the highest.

    Raises
    ------
    ExplorerError
        If a view without axes is among them.

    See Also
    --------
    Lines, Points, HeatMap, Marker : The marks.

    Examples
    --------
    >>> from workedpapers.explore import Lines, Points
    >>> both = Lines("t", "x") + Points("now", "here")
    >>> [mark.mark for mark in both.marks]
    ['lines', 'points']
    """

    drawn: ClassVar[bool] = True
    shared: Sequence[Axes]

    def __post_init__(self) -> None:
        if not self.shared or not all(isinstance(m, Axes) for m in self.shared):
            raise ExplorerError("only Lines, Points, HeatMap and Marker can share their axes")
        _equal_or_log(self.stated("equal"), self.stated("xlog") or self.stated("ylog"))

    def __add__(self, other: View) -> "Overlay":
        """Draw two views in the same axes."""
        return Overlay([*_axes(self), *_axes(other)])

    @property
    def marks(self) -> list[View]:
        return list(self.shared)

    def names(self) -> set[str]:
        return set().union(*(mark.names() for mark in self.shared))

    def check(self, outputs: Outputs) -> None:
        for mark in self.shared:
            mark.check(outputs)

    def on_axis(self, axis: str) -> list[str]:
        return [name for mark in self.shared for name in mark.on_axis(axis)]

    def logarithmic(self, axis: str) -> bool:
        return bool(self.stated(f"{axis}log"))

    @property
    def entities(self) -> set[str]:
        return set().union(*(mark.entities for mark in self.shared))

    @property
    def moved(self) -> dict[str, str]:
        return {name: kind for mark in self.shared for name, kind in mark.moved.items()}

    def called(self) -> dict[str, str]:
        return {name: words for mark in self.shared for name, words in mark.called().items()}

    def stated(self, word: str) -> Any:
        """Find what the marks say of their common axes.

        Parameters
        ----------
        word : str
            Name of an attribute of `Lines` and the other marks.

        Returns
        -------
        object
            The first value that is not the default.
        """
        default = Axes.__dataclass_fields__[word].default
        return next((v for m in self.shared if (v := getattr(m, word)) != default), default)

    def to_json(self) -> dict[str, Any]:
        words = ("xlabel", "ylabel", "xlim", "ylim", "xlog", "ylog", "equal", "height")
        alt = self.stated("alt")
        return {
            "type": "xy",
            **{word: self.stated(word) for word in words},
            "layers": [mark.layer() for mark in self.shared],
            "rules": [rule.to_json() for mark in self.shared for rule in mark.rules],
            "regions": [name.to_json() for mark in self.shared for name in mark.regions],
            "alt": None if alt is None else to_json(alt),
        }

    def height_in(self, room: Room) -> int:
        entries = [word for mark in self.shared for word in mark.legend()]
        needed = 7 * len(self.stated("ylabel")) + sum(95 + 7 * len(entry) for entry in entries)
        return int(self.stated("height")) + 22 + 20 * min(needed // (room.width + 60), 3)

    @property
    def still_height(self) -> int:
        return int(self.stated("height")) + 30

    def draw(self, plot: "Plot", pen: Pen) -> None:
        plot.grid(all(mark.gridded for mark in self.shared))
        plot.set_axisbelow(True)
        if all(mark.alone for mark in self.shared):
            plot.margins(x=0)
        log, number = (self.logarithmic("x"), self.logarithmic("y")), 0
        for mark in self.shared:
            number = mark.draw_mark(plot, pen, number, log)
            for rule in mark.rules:
                _draw_rule(plot, rule, pen)
            for name in mark.regions:
                plot.text(float(pen.at(name.x)), float(pen.at(name.y)), name.text, ha="center",
                          va="center", fontsize=8.5, fontweight="bold")  # fmt: skip
        plot.set_xlabel(self.stated("xlabel"))
        plot.set_title(self.stated("ylabel"), loc="left", fontsize=9)
        for axis in ("x", "y"):
            if self.logarithmic(axis):
                getattr(plot, f"set_{axis}scale")("log")
            limits = self.stated(f"{axis}lim")
            if limits not in (None, "float"):
                getattr(plot, f"set_{axis}lim")(*limits)


def _draw_rule(plot: "Plot", rule: Rule, pen: Pen) -> None:
    draw = plot.axhline if rule.x is None else plot.axvline
    colour = pen.hue(0, rule.hue).light if rule.hue else "#20262e"
    draw(float(pen.at(rule.at)), color=colour, lw=1, ls=(0, (2, 2)))


def dash_of(dash: Sequence[float]) -> Any:
    """A dash of the palette as matplotlib has it."""
    return (0, tuple(length / 2 for length in dash)) if dash else "-"


def _equal_or_log(equal: bool, log: bool) -> None:
    if equal and log:
        raise ExplorerError("equal scales need linear axes: not together with xlog or ylog")


def _axes(view: View) -> list[Axes]:
    if isinstance(view, Overlay):
        return list(view.shared)
    if isinstance(view, Axes):
        return [view]
    raise ExplorerError(f"{type(view).__name__} has no axes to share")
