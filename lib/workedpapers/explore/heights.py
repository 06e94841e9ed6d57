"""How tall the live figure will be, so that the still can keep its room and nothing jumps.

The numbers are those of the style sheet; a test compares the results with the real heights.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .controls import Control
from .plots import HeatMap, Lines, Overlay, Points
from .presets import Presets
from .view import View
from .views import Bars, Controls, Number, Picture, Sentence

if TYPE_CHECKING:
    from .explorer import Explorer

__all__ = ["reserved_heights"]


def reserved_heights(explorer: "Explorer") -> tuple[int, int]:
    """Height of the live figure in pixels, on a wide and on a narrow page."""
    return _height(explorer, Sizes(700, 50, 58, 36, 58)), _height(
        explorer, Sizes(350, 62, 104, 40, 64)
    )


class Sizes(NamedTuple):
    """Width of the page and heights of the parts that depend on it, in pixels."""

    width: int
    control: int
    player: int
    button: int
    handles: int


def _height(explorer: "Explorer", sizes: Sizes) -> int:
    caption = 8 + 20 * -(-len(explorer.caption) * 7 // sizes.width)
    title = 36 if explorer.title else 30
    placed = {name for view in explorer.views if isinstance(view, Controls) for name in view.of}
    below = [control for control in explorer.controls if control.name not in placed]
    under = 35 + _controls_height(below, sizes) if below else 0
    return title + _views_height(explorer, sizes) + under + 13 + sizes.button + caption


def _views_height(explorer: "Explorer", sizes: Sizes) -> int:
    heights: list[int] = []
    strip = False
    for row in explorer.rows:
        numbers = all(isinstance(view, Number) for view in row)
        if numbers and strip:
            continue
        columns = max(1, min(len(row), (sizes.width + 24) // 324))
        narrower = sizes._replace(width=sizes.width // columns)
        parts = [_view_height(view, explorer, narrower) for view in row]
        lines = [parts[i : i + columns] for i in range(0, len(parts), columns)]
        heights += [max(line) for line in lines]
        strip = numbers
    return sum(heights) + 17 * (len(heights) - 1)


def _view_height(view: View, explorer: "Explorer", sizes: Sizes) -> int:
    width = sizes.width
    if isinstance(view, Number):
        return 46
    if isinstance(view, Controls):
        return _controls_height([c for c in explorer.controls if c.name in view.of], sizes)
    if isinstance(view, Sentence):
        frame = explorer.play.default if explorer.play else 0
        text = explorer.words(view.text, explorer.defaults, explorer.outputs, frame)
        return 22 * -(-len(text) * 8 // width)
    if isinstance(view, Picture):
        rows, columns = np.shape(explorer.at_frame(explorer.outputs, 0)[view.image])[:2]
        return 24 + min(view.width, width) * rows // columns
    marks = view.marks if isinstance(view, Overlay) else [view]
    height = view.stated("height") if isinstance(view, Overlay) else view.height  # type: ignore[attr-defined]
    entries = [e for mark in marks for e in _legend(mark)]
    label = view.stated("ylabel") if isinstance(view, Overlay) else view.ylabel  # type: ignore[attr-defined]
    room = 7 * len(label) + sum(95 + 7 * len(entry) for entry in entries)
    return height + 22 + 20 * min(room // (width + 60), 3)


def _legend(mark: View) -> list[str]:
    """Words in the legend of one mark."""
    if isinstance(mark, Lines | Bars):
        return list(mark.labels or ()) if len(mark.y) > 1 else []
    if isinstance(mark, Points):
        return [mark.label] if mark.label else []
    return [mark.zlabel + "----------"] if isinstance(mark, HeatMap) else []


def _controls_height(controls: Sequence[Control], sizes: Sizes) -> int:
    """Height of some controls that stand together."""
    kinds = [control.kind for control in controls]
    wide = {"play": sizes.player, "handles": sizes.handles}  # as wide as the figure
    rows = [wide[kind] for kind in kinds if kind in wide]
    rows += [
        _presets_height(control, sizes) for control in controls if isinstance(control, Presets)
    ]
    lines = -(-(len(controls) - len(rows)) // ((sizes.width + 32) // 282))
    rows += [sizes.control] * lines
    return sum(rows) + 14 * (len(rows) - 1)


def _presets_height(presets: Presets, sizes: Sizes) -> int:
    if sizes.width <= 520:
        return 66
    lengths = sum(32 + 7 * len(words) for words in presets.options)
    return 26 + 42 * -(-lengths // sizes.width) - 6
