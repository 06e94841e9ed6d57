"""Time: one frame after another."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..errors import ExplorerError
from .control import Control

__all__ = ["Play"]


@dataclass
class Play(Control):
    """A player that runs through frames.

    With `over`, `compute` is called without the player, and each output named in `over` has a
    leading axis of `frames`: the player shows one frame after another. Without `over`, `compute`
    gets the number of the frame, from 0; a static page then needs a mirror.

    Parameters
    ----------
    name : str
        Name of the frame number in templates, and keyword of `compute` without `over`.
    frames : int
        How many, at least 2.
    over : sequence of str, optional
        Outputs with a leading axis of frames.
    fps : float, default 30
        Frames per second at normal speed.
    label, unit : str, optional
        What the reader sees.
    start, scale : float, default 0 and 1
        Frame i is shown as ``start + scale * i``.
    loop : bool, default False
        Begin again after the last frame.
    value : int, default 0
        The frame at the start.
    more : bool, default False
        Fold the control away under "More".
    hint : str, default ""
        A few words on what it does.

    Raises
    ------
    ExplorerError
        If the number of frames, the pace or the start makes no sense.

    See Also
    --------
    Slider : A number that does not move by itself.

    Notes
    -----
    A figure off the screen does not play, and after a pause the player goes on where it was.

    Examples
    --------
    >>> from workedpapers.explore import Play
    >>> Play("step", 300, fps=60, value=40).default
    40
    """

    kind: ClassVar[str] = "play"
    frames: int
    over: Sequence[str] = ()
    fps: float = 30.0
    label: str | None = None
    unit: str = ""
    start: float = 0.0
    scale: float = 1.0
    loop: bool = False
    value: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.frames, bool) or int(self.frames) != self.frames or self.frames < 2:
            raise ExplorerError(f"play {self.name}: frames {self.frames!r} is not a number above 1")
        if not 0 < self.fps <= 120:
            raise ExplorerError(f"play {self.name}: fps {self.fps} is not in (0, 120]")
        if isinstance(self.over, str):
            raise ExplorerError(f"play {self.name}: over must be a list of names")
        self.over = tuple(self.over)
        self.value = self.check(self.value)

    @property
    def default(self) -> int:
        return self.value

    @property
    def is_input(self) -> bool:
        return not self.over

    @property
    def format(self) -> str:
        if float(self.start).is_integer() and float(self.scale).is_integer():
            return "d"
        return f".{max(0, -math.floor(math.log10(abs(self.scale))))}f"

    def check(self, value: Any) -> int:
        whole = isinstance(value, int | float | np.number) and float(value).is_integer()
        if not whole or not 0 <= value < self.frames:
            raise ExplorerError(f"play {self.name}: {value!r} is not a frame below {self.frames}")
        return int(value)

    def sample(self, rng: np.random.Generator) -> int:
        return int(rng.integers(self.frames))

    def to_json(self) -> dict[str, Any]:
        shown = {
            "frames": self.frames,
            "over": list(self.over),
            "fps": self.fps,
            "unit": self.unit,
            "format": self.format,
            "start": self.start,
            "scale": self.scale,
            "loop": self.loop,
        }
        return {**self._head(self.label), **shown}
