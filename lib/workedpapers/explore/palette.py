"""Colours, dashes and colour maps: the same file serves the browser and the still."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["colormap", "palette"]


@cache
def palette() -> dict[str, Any]:
    """Colours of series in light and dark, dashes, markers, and stops of the colour maps."""
    return json.loads(Path(__file__).with_name("static").joinpath("palette.json").read_text())


def colormap(name: str, values: np.ndarray) -> np.ndarray:
    """Red, green and blue, from 0 to 1, of numbers from 0 to 1."""
    stops = np.array([_rgb(stop) for stop in palette()["colormap"][name]])
    places = np.clip(values, 0, 1) * (len(stops) - 1)
    return np.stack([np.interp(places, np.arange(len(stops)), stops[:, k]) for k in range(3)], -1)


def _rgb(text: str) -> tuple[float, ...]:
    return tuple(int(text[i : i + 2], 16) / 255 for i in (1, 3, 5))
