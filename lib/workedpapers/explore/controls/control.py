"""What every control has."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from ..errors import ExplorerError
from ..told import inherit_docstrings

__all__ = ["Control", "distinct_strings"]


@dataclass
class Control(ABC):
    """What every control has: a name that is a keyword of `compute`, a label and a place.

    Parameters
    ----------
    name : str
        Keyword of `compute`.
    more : bool, default False
        Fold the control away under "More", with its `hint`. Leave two or three unfolded.
    hint : str, default ""
        A few words on what the control does.
    """

    kind: ClassVar[str]
    name: str
    more: bool = field(default=False, kw_only=True)
    hint: str = field(default="", kw_only=True)

    def __init_subclass__(cls) -> None:
        inherit_docstrings(cls)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.isidentifier():
            raise ExplorerError(f"control name {self.name!r} must be a Python identifier")

    @property
    @abstractmethod
    def default(self) -> Any:
        """Value at the start and after a reset."""

    @property
    def format(self) -> str:
        """Format of the value in sentences."""
        return ""

    @property
    def is_input(self) -> bool:
        """Whether `compute` gets the value."""
        return True

    @abstractmethod
    def check(self, value: Any) -> Any:
        """Return a value as `compute` gets it.

        Parameters
        ----------
        value : object
            What a reader, or an author, sets.

        Returns
        -------
        object
            The same, of the type that the control has.

        Raises
        ------
        ExplorerError
            If the control cannot have it.
        """

    def setting(self, value: Any) -> Any:
        """Return a value as the browser has it: checked, and one that a reader could set.

        Parameters
        ----------
        value : object
            What an author sets.

        Returns
        -------
        object
            The same as plain JSON.

        Raises
        ------
        ExplorerError
            If the control cannot have it.
        """
        checked = self.check(value)
        return checked.tolist() if isinstance(checked, np.ndarray) else checked

    @abstractmethod
    def sample(self, rng: np.random.Generator) -> Any:
        """Draw a value that a reader could set.

        Parameters
        ----------
        rng : numpy.random.Generator
            Where chance comes from.

        Returns
        -------
        object
            A value of the control.
        """

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Tell the browser of the control.

        Returns
        -------
        dict
            What it needs to know, as plain JSON.
        """

    def _head(self, label: str | None) -> dict[str, Any]:
        text = label if label is not None else self.name.replace("_", " ").capitalize()
        return {"kind": self.kind, "name": self.name, "label": text, "default": self.default,
                "more": self.more, "hint": self.hint}  # fmt: skip


def distinct_strings(control: Control, options: Sequence[str], least: int) -> tuple[str, ...]:
    """Options as a tuple, if they are strings, enough of them and all different."""
    if isinstance(options, str) or not all(isinstance(option, str) for option in options):
        raise ExplorerError(f"{control.kind} {control.name}: options must be a list of strings")
    if len(options) < least:
        raise ExplorerError(f"{control.kind} {control.name}: needs at least {least} options")
    if len(set(options)) != len(options):
        raise ExplorerError(f"{control.kind} {control.name}: two options are the same")
    return tuple(options)
