"""How tall the figure will be, so that the still can keep its room and nothing jumps.

The numbers are those of the style sheet; a test compares the results with the real heights.
"""

from collections.abc import Sequence
from typing import NamedTuple

from .controls.control import Control
from .controls.presets import Presets
from .scene import Scene
from .views.columns import Columns, stack_height
from .views.view import Room

__all__ = ["reserved_heights"]


class Sizes(NamedTuple):
    """Heights of the parts that depend on the width of the page, in pixels."""

    control: int
    player: int
    button: int
    handles: int


WIDE, NARROW = Sizes(50, 58, 36, 58), Sizes(62, 104, 40, 64)
FOLD = 38  # "More", folded


def reserved_heights(scene: Scene) -> tuple[int, int]:
    """Height of the live figure in pixels, on a wide and on a narrow page."""
    return _height(scene, 700), _height(scene, 350)


def _sizes(width: int) -> Sizes:
    return WIDE if width > 520 else NARROW


def _height(scene: Scene, width: int) -> int:
    by_name = {control.name: control for control in scene.controls}

    def controls(names: Sequence[str], across: int) -> int:
        return _controls_height([by_name[name] for name in names], across, _sizes(width))

    room = Room(
        width,
        scene.known,
        lambda text: scene.words(text, scene.defaults, scene.outputs, scene.first_frame),
        controls,
    )
    placed = {name for view in scene.views for name in view.placed}
    below = [control.name for control in scene.controls if control.name not in placed]
    caption = 8 + 20 * -(-len(scene.caption) * 7 // width)
    title = 36 if scene.title else 30
    under = 35 + controls(below, width) if below else 0
    return title + _views_height(scene, room) + under + 13 + _sizes(width).button + caption


def _views_height(scene: Scene, room: Room) -> int:
    heights: list[int] = []
    strip = False
    for row in scene.rows:
        parts = row.parts
        numbers = all(view.to_json()["type"] == "number" for view in parts)
        if numbers and strip:
            continue
        heights.append(row.height_in(room))
        strip = numbers
        if isinstance(row, Columns):
            strip = row.all_numbers
    return stack_height(heights)


def _controls_height(controls: Sequence[Control], width: int, sizes: Sizes) -> int:
    """Height of some controls that stand together."""
    shown = [control for control in controls if not control.more]
    wide = {"play": sizes.player, "handles": sizes.handles}  # as wide as the figure
    rows = [wide[control.kind] for control in shown if control.kind in wide]
    rows += [_presets_height(control, width) for control in shown if isinstance(control, Presets)]
    lines = -(-(len(shown) - len(rows)) // max((width + 32) // 282, 1))
    rows += [sizes.control] * lines + [FOLD] * (len(shown) < len(controls))
    return sum(rows) + 14 * (len(rows) - 1)


def _presets_height(presets: Presets, width: int) -> int:
    if width <= 520:
        return 66
    lengths = sum(24 + 6.4 * len(words) for words in presets.options)
    return 37 * -(-int(lengths) // (width - 60)) - 5
