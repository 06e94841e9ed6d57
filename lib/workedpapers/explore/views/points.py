"""Points in the plane."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from workedpapers.plotting import colormap

from ..errors import ExplorerError
from .axes import MARKERS, Axes
from .view import Outputs, Pen, labels_for, same_length, want

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Plot

__all__ = ["Points"]

SMALLEST_HANDLE = 13


@dataclass
class Points(Axes):
    """Points in the plane; one that lies outside the window is an arrow at its rim.

    Parameters
    ----------
    x, y : str
        Outputs with the coordinates, each a number or an array.
    **axes
        What all plots have.
    color : str, optional
        Output with a number per point, shown by the colour map; by default one colour.
    size : float or str, default 9
        Diameter in pixels, or output with one per point.
    label : str, default ""
        Name in the legend.
    labels : sequence of str, optional
        A word for each point, written beside it.
    hue : str, optional
        Entity of all points, if the explorer names its entities.
    hues : sequence of str, optional
        Entity of each point.
    trails : int, default 0
        While playing, draw the last so many positions behind each point.
    hollow : bool, default False
        Draw rings instead of discs, through which other points are seen.
    handles : str, optional
        Control `Handles` whose points these are, in the same order: they can be dragged. Those
        of a list of numbers move along x, at the height that `y` says.

    Raises
    ------
    ExplorerError
        If labels, bounds or height make no sense.

    See Also
    --------
    Marker : One mark that moves two sliders.

    Examples
    --------
    >>> from workedpapers.explore import Points
    >>> Points("x", "y", handles="corners").size
    13
    """

    mark: ClassVar[str] = "points"
    x: str
    y: str
    color: str | None = field(default=None, kw_only=True)
    size: float | str = field(default=9, kw_only=True)
    label: str = field(default="", kw_only=True)
    labels: Sequence[str] | None = field(default=None, kw_only=True)
    hue: str | None = field(default=None, kw_only=True)
    hues: Sequence[str] | None = field(default=None, kw_only=True)
    trails: int = field(default=0, kw_only=True)
    hollow: bool = field(default=False, kw_only=True)
    handles: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.hue is not None and self.hues is not None:
            raise ExplorerError("Points: hue or hues, and not both")
        if self.handles is not None and not isinstance(self.size, str):
            self.size = max(self.size, SMALLEST_HANDLE)

    def on_axis(self, axis: str) -> list[str]:
        return [self.x if axis == "x" else self.y]

    def names(self) -> set[str]:
        return super().names() | {n for n in (self.color, self.size) if isinstance(n, str)}

    def check(self, outputs: Outputs) -> None:
        x = np.atleast_1d(want(outputs, self.x, "Points", 0, 1))
        others = [self.y] + [n for n in (self.color, self.size) if isinstance(n, str)]
        for name in others:
            y = np.atleast_1d(want(outputs, name, "Points", 0, 1))
            same_length("Points", self.x, x, name, y)
        if self.labels is not None and len(self.labels) != len(x):
            raise ExplorerError(f"Points: {len(self.labels)} labels for {len(x)} points")
        if self.hues is not None:
            labels_for(self.hues, [str(i) for i in range(len(x))])

    def legend(self) -> list[str]:
        return [self.label] if self.label else []

    @property
    def own_hues(self) -> set[str]:
        return {self.hue} if self.hue else set(self.hues or ())

    @property
    def moved(self) -> dict[str, str]:
        return super().moved | ({self.handles: "points"} if self.handles else {})

    def layer(self) -> dict[str, Any]:
        return {"mark": "points", "x": self.x, "y": self.y, "color": self.color,
                "size": self.size, "label": self.label, "trails": self.trails,
                "hollow": self.hollow, "handles": self.handles, "hue": self.hue,
                "hues": None if self.hues is None else list(self.hues),
                "labels": None if self.labels is None else list(self.labels)}  # fmt: skip

    def draw_mark(self, plot: "Plot", pen: Pen, number: int, log: tuple[bool, bool]) -> int:
        x, y = np.atleast_1d(pen.known[self.x]), np.atleast_1d(pen.known[self.y])
        size = np.asarray(pen.at(self.size), dtype=float)
        looks = [pen.hue(number, name) for name in self.hues or [self.hue]]  # type: ignore[list-item]
        shape = "o" if self.handles is not None else MARKERS[looks[0].marker]
        colour: Any = [look.light for look in looks] if self.hues else looks[0].light
        if self.color:
            values = np.atleast_1d(np.asarray(pen.known[self.color], dtype=float))
            colour = colormap("viridis", (values - values.min()) / (np.ptp(values) or 1))
        if self.handles is not None and not self.hollow:
            plot.scatter(x, y, s=((size + 6) * 0.72) ** 2, c=colour, zorder=3, clip_on=False)
            plot.scatter(x, y, s=((size + 3) * 0.72) ** 2, c="white", zorder=3, clip_on=False)
        if self.hollow:
            ring = {"facecolors": "none", "edgecolors": colour, "linewidths": 1.6}
        else:
            ring = {"c": colour, "edgecolors": "white", "linewidths": 0.7}
        plot.scatter(x, y, s=(size * 0.72) ** 2, marker=shape, label=self.label or None, zorder=3,
                     clip_on=False, **ring)  # fmt: skip
        for word, at_x, at_y in zip(self.labels or (), x, y, strict=False):
            plot.annotate(word, (at_x, at_y), (5, 4), textcoords="offset points", fontsize=8)
        return number + bool(self.label)
