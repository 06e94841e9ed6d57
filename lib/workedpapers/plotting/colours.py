"""Colours, dashes, markers and colour maps: one file serves Python and the browser."""

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["PALETTE", "PALETTE_DARK", "Hue", "colormap", "hue", "palette"]


@cache
def palette() -> dict[str, Any]:
    """Colours of series in light and dark, dashes, markers, and stops of the colour maps.

    Returns
    -------
    dict
        Entries ``series``, ``dash``, ``marker`` and ``colormap``, as in ``palette.json``.

    See Also
    --------
    hue : Colour, dash and marker of one entity.
    colormap : Colours of numbers.

    Examples
    --------
    >>> from workedpapers.plotting import palette
    >>> sorted(palette())
    ['colormap', 'dash', 'marker', 'series']
    """
    colours: dict[str, Any] = json.loads(
        Path(__file__).with_name("palette.json").read_text("utf-8")
    )
    return colours


#: Colours in the order in which series take them, told apart by people with any colour vision.
#: They are the ones for a light page; on a dark page the book replaces them by lighter ones of
#: the same order, `PALETTE_DARK`.
PALETTE: tuple[str, ...] = tuple(palette()["series"]["light"])
PALETTE_DARK: tuple[str, ...] = tuple(palette()["series"]["dark"])


class Hue(NamedTuple):
    """How one entity looks in every view; never colour alone.

    Parameters
    ----------
    number : int
        Place in the palette, from 0.
    light, dark : str
        Colour on a light and on a dark page, as ``"#rrggbb"``.
    dash : tuple of float
        Lengths of dashes and gaps in pixels; empty for a full line.
    marker : str
        ``"circle"``, ``"square"``, ``"triangle"`` or ``"diamond"``.

    See Also
    --------
    hue : Makes one.

    Examples
    --------
    >>> from workedpapers.plotting import Hue
    >>> Hue(0, "#0067a5", "#6cb8ee", (), "circle").marker
    'circle'
    """

    number: int
    light: str
    dark: str
    dash: tuple[float, ...]
    marker: str


def hue(number: int) -> Hue:
    """Colour, dash and marker of the series or entity with this number.

    Parameters
    ----------
    number : int
        From 0; beyond the palette it begins anew.

    Returns
    -------
    Hue
        How it looks.

    See Also
    --------
    palette : All of them.

    Examples
    --------
    >>> from workedpapers.plotting import PALETTE, hue
    >>> hue(2).marker, hue(2).light == PALETTE[2]
    ('triangle', True)
    """
    known = palette()
    return Hue(
        number % len(PALETTE),
        PALETTE[number % len(PALETTE)],
        PALETTE_DARK[number % len(PALETTE)],
        tuple(known["dash"][number % len(known["dash"])]),
        known["marker"][number % len(known["marker"])],
    )


def colormap(name: str, values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Colours of numbers from 0 to 1.

    Parameters
    ----------
    name : str
        ``"viridis"``, ``"diverging"`` or ``"gray"``.
    values : array_like
        Numbers of any shape; those outside [0, 1] take the colour of the nearer end.

    Returns
    -------
    ndarray
        Red, green and blue, from 0 to 1, in one more axis at the end.

    See Also
    --------
    palette : The stops between which colours are interpolated.

    Examples
    --------
    >>> from workedpapers.plotting import colormap
    >>> colormap("gray", [0.0, 0.5]).tolist()
    [[0.0, 0.0, 0.0], [0.5, 0.5, 0.5]]
    """
    stops = np.array([_rgb(stop) for stop in palette()["colormap"][name]])
    places = np.clip(np.asarray(values, dtype=float), 0, 1) * (len(stops) - 1)
    return np.stack([np.interp(places, np.arange(len(stops)), stops[:, k]) for k in range(3)], -1)


def _rgb(text: str) -> tuple[float, ...]:
    return tuple(int(text[i : i + 2], 16) / 255 for i in (1, 3, 5))
