"""Curves."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from .axes import Axes, dash_of
from .view import Outputs, Pen, labels_for, same_length, want

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Plot

__all__ = ["Lines"]


@dataclass
class Lines(Axes):
    """Curves over a common x.

    Parameters
    ----------
    x : str
        Output with the positions.
    y : str or sequence of str
        One output, or several.
    **axes
        What all plots have.
    labels : sequence of str, optional
        Name of each curve in the legend, "" for none; by default the names of the outputs.
    hues : sequence of str, optional
        Entity of each curve, if the explorer names its entities.
    bands : sequence of pairs of str, optional
        Pairs of outputs, the lower and upper rim of a shaded band; the first band belongs to the
        first curve, and so on; any left over belong to the last curve.
    steps : bool or sequence of str, default False
        Draw steps instead of straight lines; for all curves or for the outputs named.
    tips : bool, default False
        Draw a dot at the last number of each curve, or an arrow where it lies outside.

    Raises
    ------
    ExplorerError
        If labels, bounds or height make no sense.

    See Also
    --------
    Points : Marks without a line; ``Lines(...) + Points(...)`` share their axes.

    Examples
    --------
    >>> from workedpapers.explore import Lines
    >>> Lines("t", ["x", "v"], xlabel="Time (s)").labels
    ['X', 'V']
    """

    mark: ClassVar[str] = "lines"
    x: str
    y: str | Sequence[str]
    labels: Sequence[str] | None = field(default=None, kw_only=True)
    hues: Sequence[str] | None = field(default=None, kw_only=True)
    bands: Sequence[tuple[str, str]] = field(default=(), kw_only=True)
    steps: bool | Sequence[str] = field(default=False, kw_only=True)
    tips: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.y = [self.y] if isinstance(self.y, str) else list(self.y)
        self.labels = labels_for(self.labels, self.y)
        self.hues = None if self.hues is None else labels_for(self.hues, self.y)

    def on_axis(self, axis: str) -> list[str]:
        if axis == "x":
            return [self.x]
        return [*self.y, *(rim for band in self.bands for rim in band)]

    def check(self, outputs: Outputs) -> None:
        x = want(outputs, self.x, "Lines", 1)
        for name in self.on_axis("y"):
            same_length("Lines", self.x, x, name, want(outputs, name, "Lines", 1))

    def legend(self) -> list[str]:
        return [label for label in self.labels or () if label] if len(self.y) > 1 else []

    def called(self) -> dict[str, str]:
        words = dict(zip(self.y, self.labels or (), strict=True))
        if len(self.y) == 1 and self.ylabel:
            words[self.y[0]] = self.ylabel
        for low, high in self.bands:
            words.setdefault(low, "Band, lower rim")
            words.setdefault(high, "Band, upper rim")
        return words

    @property
    def alone(self) -> bool:
        return True

    @property
    def own_hues(self) -> set[str]:
        return set(self.hues or ())

    def layer(self) -> dict[str, Any]:
        steps = list(self.y) if self.steps is True else list(self.steps or ())
        bands = [list(band) for band in self.bands]
        return {"mark": "lines", "x": self.x, "y": list(self.y), "labels": list(self.labels or ()),
                "hues": self.hues, "bands": bands, "steps": steps, "tips": self.tips}  # fmt: skip

    def draw_mark(self, plot: "Plot", pen: Pen, number: int, log: tuple[bool, bool]) -> int:
        x, known = pen.known[self.x], pen.known
        steps = self.y if self.steps is True else self.steps or ()
        entities: list[str | None] = [*self.hues] if self.hues else [None] * len(self.y)
        hues = [pen.hue(number + k, entity) for k, entity in enumerate(entities)]
        for k, (low, high) in enumerate(self.bands):
            colour = hues[min(k, len(hues) - 1)].light
            plot.fill_between(x, known[low], known[high], color=colour, alpha=0.18, lw=0)
        for name, label, look in zip(self.y, self.labels or (), hues, strict=True):
            draw = "steps-post" if name in steps else "default"
            plot.plot(x, known[name], color=look.light, ls=dash_of(look.dash), lw=1.8,
                      label=label or None, drawstyle=draw)  # fmt: skip
        return number + len(self.y)
