"""How tall the live figure will be, so that the still can keep its room and nothing jumps.

The numbers are those of the style sheet; a test compares the results with the real heights.
"""

from typing import TYPE_CHECKING

import numpy as np

from .plots import HeatMap, Lines, Overlay, Points
from .view import View
from .views import Bars, Number, Picture, Sentence

if TYPE_CHECKING:
    from .explorer import Explorer

__all__ = ["reserved_heights"]


def reserved_heights(explorer: "Explorer") -> tuple[int, int]:
    """Height of the live figure in pixels, on a wide and on a narrow page."""
    return _height(explorer, 700, 50, 58, 36), _height(explorer, 350, 62, 104, 40)


def _height(explorer: "Explorer", width: int, control: int, player: int, button: int) -> int:
    caption = 8 + 20 * -(-len(explorer.caption) * 7 // width)
    title = 36 if explorer.title else 30
    return (
        title
        + _views_height(explorer, width)
        + _controls_height(explorer, width, control, player)
        + 13
        + button
        + caption
    )


def _views_height(explorer: "Explorer", width: int) -> int:
    heights: list[int] = []
    strip = False
    for row in explorer.rows:
        numbers = all(isinstance(view, Number) for view in row)
        if numbers and strip:
            continue
        columns = max(1, min(len(row), (width + 24) // 324))
        parts = [_view_height(view, explorer, width // columns) for view in row]
        lines = [parts[i : i + columns] for i in range(0, len(parts), columns)]
        heights += [max(line) for line in lines]
        strip = numbers
    return sum(heights) + 17 * (len(heights) - 1)


def _view_height(view: View, explorer: "Explorer", width: int) -> int:
    if isinstance(view, Number):
        return 46
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


def _controls_height(explorer: "Explorer", width: int, control: int, player: int) -> int:
    players = sum(c.kind == "play" for c in explorer.controls)
    handles = sum(c.kind == "handles" for c in explorer.controls)
    others = len(explorer.controls) - players - handles
    if not explorer.controls:
        return 0
    lines = -(-others // ((width + 32) // 282))
    rows = lines + players + handles
    group = 58 if width > 500 else 64
    return 35 + lines * control + players * player + handles * group + 14 * (rows - 1)
