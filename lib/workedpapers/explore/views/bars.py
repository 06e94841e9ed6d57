"""Groups of bars."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..template import Template, to_json
from .view import Limits, Outputs, Pen, Room, View, alt_fields, labels_for, same_length, want

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Plot

__all__ = ["Bars"]


@dataclass
class Bars(View):
    """Groups of bars, one group per category.

    Parameters
    ----------
    categories : str or sequence of str
        Output with the names, or the names themselves.
    y : str or sequence of str
        One output, or several: one bar of each per category.
    labels : sequence of str, optional
        Name of each output in the legend.
    hues : sequence of str, optional
        Entity of each output, if the explorer names its entities.
    ylabel : str, default ""
        What is measured, with its unit.
    ylim : pair of float, or "float", optional
        Bounds; by default from 0 to the highest value over the grid.
    horizontal : bool, default False
        Lay the bars on their side, which leaves room for long names.
    digits : int, optional
        Decimals of the number at the end of each bar; by default none is written.
    height : int, default 280
        Of the plot, in pixels.
    alt : template, optional
        For screen readers.

    Raises
    ------
    ExplorerError
        If there are not as many labels as outputs.

    See Also
    --------
    Lines : Curves.

    Examples
    --------
    >>> from workedpapers.explore import Bars
    >>> Bars(["oak", "ash"], ["before", "after"], ylabel="Share (%)").labels
    ['Before', 'After']
    """

    drawn: ClassVar[bool] = True
    categories: str | Sequence[str]
    y: str | Sequence[str]
    labels: Sequence[str] | None = field(default=None, kw_only=True)
    hues: Sequence[str] | None = field(default=None, kw_only=True)
    ylabel: str = field(default="", kw_only=True)
    ylim: Limits = field(default=None, kw_only=True)
    horizontal: bool = field(default=False, kw_only=True)
    digits: int | None = field(default=None, kw_only=True)
    height: int = field(default=280, kw_only=True)
    alt: Template | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        self.y = [self.y] if isinstance(self.y, str) else list(self.y)
        self.labels = labels_for(self.labels, self.y)
        self.hues = None if self.hues is None else labels_for(self.hues, self.y)

    def names(self) -> set[str]:
        first = {self.categories} if isinstance(self.categories, str) else set()
        return first | set(self.y) | alt_fields(self.alt)

    def on_axis(self, axis: str) -> list[str]:
        return list(self.y) if axis == "y" else []

    def check(self, outputs: Outputs) -> None:
        named = isinstance(self.categories, str)
        words = want(outputs, self.categories, "Bars", 1, kinds="s") if named else self.categories
        for name in self.y:
            values = want(outputs, name, "Bars", 1)
            same_length("Bars", "categories", np.asarray(words), name, values)

    @property
    def entities(self) -> set[str]:
        return set(self.hues or ())

    def called(self) -> dict[str, str]:
        words = dict(zip(self.y, self.labels or (), strict=True))
        return {self.y[0]: self.ylabel} if len(self.y) == 1 and self.ylabel else words

    def to_json(self) -> dict[str, Any]:
        categories = self.categories if isinstance(self.categories, str) else list(self.categories)
        return {"type": "bars", "categories": categories, "y": list(self.y), "hues": self.hues,
                "labels": list(self.labels or ()), "ylabel": self.ylabel, "ylim": self.ylim,
                "horizontal": self.horizontal, "digits": self.digits, "height": self.height,
                "alt": None if self.alt is None else to_json(self.alt)}  # fmt: skip

    def height_in(self, room: Room) -> int:
        entries = self.labels or () if len(self.y) > 1 else ()
        needed = 7 * len(self.ylabel) + sum(95 + 7 * len(entry) for entry in entries)
        return self.height + 22 + 20 * min(needed // (room.width + 60), 3)

    @property
    def still_height(self) -> int:
        return self.height + 30

    def draw(self, plot: "Plot", pen: Pen) -> None:
        words = [str(w) for w in pen.at(self.categories)]
        places, wide = np.arange(len(words)), 0.8 / len(self.y)
        for k, (name, label) in enumerate(zip(self.y, self.labels or (), strict=True)):
            at = places + (k - (len(self.y) - 1) / 2) * wide
            look = {"color": pen.hue(k, self.hues[k] if self.hues else None).light, **stripes(k)}
            put = plot.barh if self.horizontal else plot.bar
            put(at, pen.known[name], wide * 0.9, label=label, **look)
        if self.horizontal:
            plot.set_yticks(places, words)
            plot.invert_yaxis()
        else:
            plot.set_xticks(places, words)
        if isinstance(self.ylim, tuple):
            (plot.set_xlim if self.horizontal else plot.set_ylim)(*self.ylim)
        plot.set_title(self.ylabel, loc="left", fontsize=9)


def stripes(number: int) -> dict[str, Any]:
    """Stripes over the bars of every series but the first."""
    return {"hatch": "/\\"[1 - number % 2] * 3, "edgecolor": "white", "lw": 0} if number else {}
