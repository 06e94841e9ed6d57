"""Named sets of values: one press sets several controls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..errors import ExplorerError
from .control import Control
from .play import Play

__all__ = ["Presets"]


@dataclass
class Presets(Control):
    """Buttons that each set several other controls; a menu where there is little room.

    `compute` does not get it. A button is marked as pressed while all of its values hold.

    Parameters
    ----------
    name : str
        Python identifier, for `Controls`.
    options : mapping
        For each button its words and the values that it sets, by name of the control. Controls
        that are not named stay as they are.
    label : str, optional
        What the reader sees.
    play : bool, default False
        After the values are set, start the player at its first frame. Where the reader prefers
        reduced motion, the player keeps its frame and waits.
    more : bool, default False
        Fold the buttons away under "More".
    hint : str, default ""
        A few words on what they do.

    Raises
    ------
    ExplorerError
        If an option has no words or sets nothing.

    See Also
    --------
    Choice : One control with a few values.

    Examples
    --------
    >>> from workedpapers.explore import Presets
    >>> list(Presets("scene", {"Slow": {"rate": 0.01}, "Fast": {"rate": 0.1}}).options)
    ['Slow', 'Fast']
    """

    kind: ClassVar[str] = "presets"
    options: Mapping[str, Mapping[str, Any]]
    label: str | None = None
    play: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.options, Mapping) or not self.options:
            raise ExplorerError(f"presets {self.name}: options must be a mapping with an entry")
        for words, values in self.options.items():
            if not isinstance(words, str) or not words.strip():
                raise ExplorerError(f"presets {self.name}: {words!r} are no words for a button")
            if not isinstance(values, Mapping) or not values:
                raise ExplorerError(
                    f"presets {self.name}: {words!r} must be a mapping from controls to values"
                )
        self.options = {words: dict(values) for words, values in self.options.items()}

    def bind(self, controls: Sequence[Control]) -> None:
        """Check every value with the control that it is for, and keep it as that control has it.

        Parameters
        ----------
        controls : sequence of Control
            Those of the explorer.

        Raises
        ------
        ExplorerError
            If a control is not there, refuses its value, or is another `Presets`; if two options
            set the same; if `play` finds no player, or a frame as well.
        """
        settable = {c.name: c for c in controls if not isinstance(c, Presets)}
        player = next((c.name for c in controls if isinstance(c, Play)), None)
        if self.play and player is None:
            raise ExplorerError(f"presets {self.name}: play = True, but there is no Play")
        bound: dict[str, dict[str, Any]] = {}
        for words, values in self.options.items():
            if missing := [name for name in values if name not in settable]:
                raise ExplorerError(
                    f"presets {self.name}: {words!r} sets {missing}, which are not among the "
                    f"controls {sorted(settable)}"
                )
            if self.play and player in values:
                raise ExplorerError(
                    f"presets {self.name}: {words!r} sets {player!r}, which play = True starts at 0"
                )
            try:
                bound[words] = {n: settable[n].setting(value) for n, value in values.items()}
            except ExplorerError as error:
                raise ExplorerError(f"presets {self.name}: {words!r}: {error}") from None
            same = [other for other in bound if other != words and bound[other] == bound[words]]
            if same:
                raise ExplorerError(f"presets {self.name}: {same[0]!r} and {words!r} are the same")
        self.options = bound

    @property
    def is_input(self) -> bool:
        return False

    @property
    def default(self) -> None:
        return None

    def check(self, value: Any) -> Any:
        raise ExplorerError(f"presets {self.name} have no value: set the controls themselves")

    def sample(self, rng: np.random.Generator) -> dict[str, Any]:
        words = list(self.options)
        return dict(self.options[words[int(rng.integers(len(words)))]])

    def to_json(self) -> dict[str, Any]:
        options = [{"words": words, "values": values} for words, values in self.options.items()]
        return {**self._head(self.label), "options": options, "play": self.play}
