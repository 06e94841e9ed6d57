"""What an author hands to `Explorer`, brought into one form."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .controls import Control, Play
from .errors import ExplorerError
from .handles import Handles
from .plots import Points
from .presets import Presets
from .view import View
from .views import Controls

__all__ = ["Values", "check_handles", "check_places", "checked_controls", "rows_of"]


class Values(Mapping[str, Any]):
    """Values by name, for a callable `alt`: ``v.width`` and ``v["width"]`` are the same."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_values"][name]
        except KeyError:
            raise AttributeError(f"no value named {name!r}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def checked_controls(controls: Sequence[Control]) -> list[Control]:
    """The controls as a list, if they can stand side by side."""
    controls = list(controls)
    for control in controls:
        if not isinstance(control, Control):
            raise ExplorerError(f"{control!r} is not a control")
    names = [control.name for control in controls]
    if len(set(names)) != len(names):
        raise ExplorerError(f"two controls have the same name: {names}")
    if sum(isinstance(control, Play) for control in controls) > 1:
        raise ExplorerError("an explorer has at most one Play")
    for control in controls:
        if isinstance(control, Presets):
            control.bind(controls)
    return controls


def rows_of(view: Sequence[View | Sequence[View]] | View) -> list[list[View]]:
    """The views as rows."""
    given = [view] if isinstance(view, View) else list(view)
    rows = [[row] if isinstance(row, View) else list(row) for row in given]
    if not rows or not all(isinstance(v, View) for row in rows for v in row):
        raise ExplorerError("view must be a list of views, or of rows of views")
    return rows


def check_places(views: Sequence[View], controls: Sequence[Control]) -> None:
    """Raise `ExplorerError` unless every control named among the views is there, and once."""
    placed = [name for view in views if isinstance(view, Controls) for name in view.of]
    known = [control.name for control in controls]
    if missing := [name for name in placed if name not in known]:
        raise ExplorerError(f"Controls: {missing} are not among the controls {known}")
    if twice := sorted({name for name in placed if placed.count(name) > 1}):
        raise ExplorerError(f"Controls: {twice} have two places")


def check_handles(
    mark: Points, controls: Sequence[Control], outputs: Mapping[str, np.ndarray]
) -> None:
    """Raise `ExplorerError` unless the handles of some points are there, and as many."""
    found = next((c for c in controls if c.name == mark.handles), None)
    if not isinstance(found, Handles):
        names = [c.name for c in controls if isinstance(c, Handles)]
        raise ExplorerError(f"Points: handles = {mark.handles!r} is not one of the Handles {names}")
    points = np.size(outputs[mark.x])
    if points != found.count:
        raise ExplorerError(
            f"Points: {mark.x!r} has {points} points, but the handles {found.name!r} are "
            f"{found.count}"
        )
