"""Maps."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from workedpapers.plotting import colormap

from ..errors import ExplorerError
from .axes import Axes
from .view import Limits, Outputs, Pen, known_colormap, want

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Plot

__all__ = ["HeatMap"]


@dataclass
class HeatMap(Axes):
    """A table of numbers as colours; row i lies at ``y[i]``, column j at ``x[j]``.

    Parameters
    ----------
    z : str
        Output with the numbers, ``(len(y), len(x))``.
    x, y : str or pair of float
        Outputs with evenly spaced positions, or the first and last position; on a logarithmic
        axis they are evenly spaced in the logarithm.
    **axes
        What all plots have.
    zlabel : str, default ""
        What the colours measure, with its unit.
    zlim : pair of float, or "float", optional
        Bounds of the colours, as for the axes.
    colormap : str, default "viridis"
        ``"viridis"``, ``"diverging"`` (symmetric around 0 by default) or ``"gray"``.
    marker : pair of str, optional
        Outputs or controls where a ring is drawn; for one that is dragged add a `Marker`.

    Raises
    ------
    ExplorerError
        If there is no such colour map, or bounds or height make no sense.

    See Also
    --------
    Picture : A table as an image, without axes.

    Examples
    --------
    >>> from workedpapers.explore import HeatMap
    >>> HeatMap("z", "x", "y", zlabel="Height (m)").called()
    {'z': 'Height (m)'}
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
        place = self.x if axis == "x" else self.y
        return [place] if isinstance(place, str) else []

    def names(self) -> set[str]:
        return super().names() | {self.z} | set(self.marker or ())

    def check(self, outputs: Outputs) -> None:
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

    def legend(self) -> list[str]:
        return [self.zlabel + "----------"]

    def called(self) -> dict[str, str]:
        return {self.z: self.zlabel} if self.zlabel else {}

    @property
    def gridded(self) -> bool:
        return False

    def layer(self) -> dict[str, Any]:
        return {"mark": "heatmap", "z": self.z, "x": self.x, "y": self.y, "zlabel": self.zlabel,
                "colormap": self.colormap, "marker": self.marker, "zlim": self.zlim}  # fmt: skip

    def draw_mark(self, plot: "Plot", pen: Pen, number: int, log: tuple[bool, bool]) -> int:
        from matplotlib.colors import ListedColormap

        z = np.asarray(pen.known[self.z], dtype=float)
        low, high = self.zlim if isinstance(self.zlim, tuple) else (np.nanmin(z), np.nanmax(z))
        if self.colormap == "diverging" and not isinstance(self.zlim, tuple):
            high = max(abs(low), abs(high))
            low = -high
        places = ((self.x, z.shape[1], log[0]), (self.y, z.shape[0], log[1]))
        edges = [cell_edges(pen.at(place), n, logarithmic) for place, n, logarithmic in places]
        table = ListedColormap(colormap(self.colormap, np.linspace(0, 1, 64)))
        image = plot.pcolormesh(*edges, z, cmap=table, vmin=low, vmax=high, rasterized=True)
        plot.figure.colorbar(image, ax=plot, label=self.zlabel, pad=0.02)
        if self.marker:
            x, y = (pen.known[name] for name in self.marker)
            plot.plot([x], [y], "o", ms=9, mfc="none", mec="white", mew=3)
            plot.plot([x], [y], "o", ms=9, mfc="none", mec="black", mew=1.4)
        return number


def cell_edges(places: Any, n: int, log: bool) -> np.ndarray:
    """Edges of n cells whose middles lie evenly, if `log` in the logarithm, between two places."""
    first, last = np.log([places[0], places[-1]]) if log else (places[0], places[-1])
    half = (last - first) / max(n - 1, 1) / 2
    edges = np.linspace(first - half, last + half, n + 1)
    return np.exp(edges) if log else edges
