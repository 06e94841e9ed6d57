"""What an author hands to `Explorer`, brought into one form."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .controls import Control, Play
from .errors import ExplorerError
from .presets import Presets
from .view import View

__all__ = ["Values", "checked_controls", "rows_of"]


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
