"""The mark that says "here", and that can be dragged."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .axes import Axes
from .view import Outputs, Pen, want

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Plot

__all__ = ["Marker"]


@dataclass
class Marker(Axes):
    """A ring at the present settings. Dragging it, or pressing an arrow key, moves the sliders.

    Parameters
    ----------
    x, y : str
        Sliders or outputs that say where it stands. An axis on which it stands at a slider can
        be dragged.
    **axes
        What all plots have.
    label : str, default ""
        Written beside it.
    hue : str, optional
        Entity whose colour it takes.

    See Also
    --------
    Handles : Many points that are dragged.
    Rule : A line that is dragged along one axis.

    Examples
    --------
    >>> from workedpapers.explore import Marker
    >>> from workedpapers.explore import HeatMap
    >>> len((HeatMap("z", "x", "y") + Marker("mean", "width", label="here")).marks)
    2
    """

    mark: ClassVar[str] = "marker"
    x: str
    y: str
    label: str = field(default="", kw_only=True)
    hue: str | None = field(default=None, kw_only=True)

    def on_axis(self, axis: str) -> list[str]:
        return []

    def names(self) -> set[str]:
        return super().names() | {self.x, self.y}

    def check(self, outputs: Outputs) -> None:
        for name in (self.x, self.y):
            if name in outputs:
                want(outputs, name, "Marker", 0)

    @property
    def own_hues(self) -> set[str]:
        return {self.hue} if self.hue else set()

    @property
    def moved(self) -> dict[str, str]:
        return super().moved | {self.x: "mark", self.y: "mark"}

    def layer(self) -> dict[str, Any]:
        return {"mark": "marker", "x": self.x, "y": self.y, "label": self.label, "hue": self.hue}

    def draw_mark(self, plot: "Plot", pen: Pen, number: int, log: tuple[bool, bool]) -> int:
        x, y = float(np.asarray(pen.known[self.x])), float(np.asarray(pen.known[self.y]))
        colour = pen.hue(number, self.hue).light if self.hue else "black"
        plot.plot([x], [y], "o", ms=9, mfc="none", mec="white", mew=3, zorder=4)
        plot.plot([x], [y], "o", ms=9, mfc="none", mec=colour, mew=1.4, zorder=4)
        if self.label:
            plot.annotate(self.label, (x, y), (7, 5), textcoords="offset points", fontsize=8)
        return number
