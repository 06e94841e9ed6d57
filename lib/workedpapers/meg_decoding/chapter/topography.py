"""Maps over the helmet, seen from above."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workedpapers.checks import Floats, one_of

from ..simulation.head import sensors

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_map", "flat_positions", "map_values"]


def flat_positions() -> Floats:
    """The helmet's 102 places in the plane, nose up, shape (102, 2).

    The angle from the top becomes the distance from the middle (azimuthal equidistant); 1 is the
    angle of the lowest sensors.
    """
    helmet = sensors()
    at = helmet.positions[helmet.kinds == "mag"]
    # The sphere that fits the helmet best, by least squares: |x|^2 = 2 c x + (r^2 - |c|^2).
    design = np.column_stack([2 * at, np.ones(len(at))])
    centre = np.linalg.lstsq(design, (at**2).sum(axis=1), rcond=None)[0][:3]
    around = at - centre
    angle = np.arccos(around[:, 2] / np.linalg.norm(around, axis=1))
    direction = around[:, :2] / np.linalg.norm(around[:, :2], axis=1)[:, None]
    flat: Floats = direction * (angle / angle.max())[:, None]
    return flat


def map_values(values: Floats, kind: str) -> Floats:
    """One number for each of the 102 places.

    Parameters
    ----------
    values : array of float
        Of the channels, shape (306,).
    kind : str
        "mag" for the magnetometers, "grad" for the root mean square of the two gradiometers.
    """
    helmet = sensors()
    one_of(kind, "kind", ("mag", "grad"))
    if kind == "mag":
        mags: Floats = values[helmet.kinds == "mag"]
        return mags
    at = helmet.positions
    places = at[helmet.kinds == "mag"]
    grads = np.flatnonzero(helmet.kinds == "grad")
    distance = np.linalg.norm(at[grads][:, None] - places[None], axis=2)
    nearest = distance.argmin(axis=1)
    square = np.bincount(nearest, weights=values[grads] ** 2) / np.bincount(nearest)
    return np.sqrt(square)


def draw_map(axes: Axes, values: Floats, *, signed: bool, levels: int = 12) -> str:
    """Draw one map and say in words where it is largest.

    Parameters
    ----------
    axes : Axes
        To draw in.
    values : array of float
        One for each place, shape (102,).
    signed : bool
        Colours about zero, else from zero on.
    levels : int
        Number of steps of colour.
    """
    at = flat_positions()
    top = float(np.abs(values).max())
    steps = np.linspace(-top if signed else 0, top, levels + 1)
    colours: dict[str, Any] = {"cmap": "RdBu_r" if signed else "viridis", "levels": steps}
    axes.tricontourf(at[:, 0], at[:, 1], values, **colours)
    axes.plot(at[:, 0], at[:, 1], ".", color="0.25", ms=1)
    ring = np.linspace(0, 2 * np.pi, 100)
    axes.plot(1.04 * np.cos(ring), 1.04 * np.sin(ring), color="grey", linestyle="-", linewidth=1)
    axes.plot([-0.12, 0, 0.12], [1.04, 1.17, 1.04], color="grey", linestyle="-", linewidth=1)
    axes.set(aspect="equal", xlim=(-1.1, 1.1), ylim=(-1.1, 1.22), xticks=[], yticks=[])
    for side in axes.spines.values():
        side.set_visible(False)
    x, y = at[np.abs(values).argmax()]
    across = "right" if x > 0.2 else "left" if x < -0.2 else "middle"
    along = "front" if y > 0.2 else "back" if y < -0.2 else "centre"
    return f"{across} {along}"
