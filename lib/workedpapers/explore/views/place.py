"""Controls among the views."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import ExplorerError
from .view import Outputs, Room, View

__all__ = ["Controls"]


@dataclass
class Controls(View):
    """Controls at this place of the figure, and not under it.

    On a phone a reader then sees what moves together with the control that moves it.

    Parameters
    ----------
    of : str or sequence of str
        Name of a control, or names of several.

    Raises
    ------
    ExplorerError
        If they are not names.

    See Also
    --------
    Columns : Views side by side.

    Examples
    --------
    >>> from workedpapers.explore import Controls
    >>> Controls("step").of
    ['step']
    """

    of: str | Sequence[str]

    def __post_init__(self) -> None:
        self.of = [self.of] if isinstance(self.of, str) else list(self.of)
        if not self.of or not all(isinstance(name, str) for name in self.of):
            raise ExplorerError(f"Controls: {self.of!r} are not names of controls")

    def names(self) -> set[str]:
        return set()

    def check(self, outputs: Outputs) -> None:
        return None  # nothing to check here: the explorer knows the controls

    @property
    def placed(self) -> list[str]:
        return list(self.of)

    def to_json(self) -> dict[str, Any]:
        return {"type": "controls", "of": list(self.of)}

    def height_in(self, room: Room) -> int:
        return room.controls(list(self.of), room.width)
