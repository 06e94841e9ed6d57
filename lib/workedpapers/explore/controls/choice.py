"""One of a few strings, and on or off."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..errors import ExplorerError
from .control import Control, distinct_strings

__all__ = ["Choice", "Toggle"]


@dataclass
class Choice(Control):
    """One of a few strings.

    Parameters
    ----------
    name : str
        Keyword of `compute`.
    options : sequence of str
        The strings, at least two.
    value : str, optional
        Start; by default the first.
    label : str, optional
        What the reader sees.
    more : bool, default False
        Fold the control away under "More".
    hint : str, default ""
        A few words on what it does.

    Raises
    ------
    ExplorerError
        If two options are the same, or the start is not one of them.

    See Also
    --------
    Lookup : One of many strings, found by typing.

    Examples
    --------
    >>> from workedpapers.explore import Choice
    >>> Choice("order", ["alternating", "simultaneous"]).default
    'alternating'
    """

    kind: ClassVar[str] = "choice"
    options: Sequence[str]
    value: str | None = None
    label: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.options = distinct_strings(self, self.options, 2)
        self.value = self.check(self.options[0] if self.value is None else self.value)

    @property
    def default(self) -> str:
        return self.value  # type: ignore[return-value]

    def check(self, value: Any) -> str:
        if value not in self.options:
            raise ExplorerError(f"{self.kind} {self.name}: {value!r} is not one of {self.options}")
        return str(value)

    def sample(self, rng: np.random.Generator) -> str:
        return str(rng.choice(self.options))

    def to_json(self) -> dict[str, Any]:
        return {**self._head(self.label), "options": list(self.options)}


@dataclass
class Toggle(Control):
    """On or off; `compute` gets a `bool`.

    Parameters
    ----------
    name : str
        Keyword of `compute`.
    value : bool, default False
        Start.
    label : str, optional
        What the reader sees.
    more : bool, default False
        Fold the control away under "More".
    hint : str, default ""
        A few words on what it does.

    See Also
    --------
    Choice : One of a few strings.

    Examples
    --------
    >>> from workedpapers.explore import Toggle
    >>> Toggle("envelope", value=True).default
    True
    """

    kind: ClassVar[str] = "toggle"
    value: bool = False
    label: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.value = self.check(self.value)

    @property
    def default(self) -> bool:
        return self.value

    def check(self, value: Any) -> bool:
        if not isinstance(value, bool | np.bool_):
            raise ExplorerError(f"toggle {self.name}: {value!r} is not True or False")
        return bool(value)

    def sample(self, rng: np.random.Generator) -> bool:
        return bool(rng.integers(2))

    def to_json(self) -> dict[str, Any]:
        return self._head(self.label)
