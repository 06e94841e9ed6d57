"""One of many strings, found by typing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..errors import ExplorerError
from .control import Control, distinct_strings

__all__ = ["Lookup"]


@dataclass
class Lookup(Control):
    """One of many strings, found by typing.

    Parameters
    ----------
    name : str
        Keyword of `compute`.
    options : sequence of str
        The strings that completion offers, best first.
    value : str, optional
        Start; by default the first.
    label : str, optional
        What the reader sees.
    free : bool, default False
        Let the reader enter a string that is not among the options. Static pages then need a
        mirror, because no grid holds every string.
    placeholder : str, default ""
        What stands in the empty field.
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
    Choice : One of a few strings, all in view.

    Examples
    --------
    >>> from workedpapers.explore import Lookup
    >>> Lookup("tree", ["oak", "ash", "elm"], value="ash").default
    'ash'
    """

    kind: ClassVar[str] = "lookup"
    options: Sequence[str]
    value: str | None = None
    label: str | None = None
    free: bool = False
    placeholder: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.options = distinct_strings(self, self.options, 1)
        self._known = frozenset(self.options)
        self.value = self.check(self.options[0] if self.value is None else self.value)

    @property
    def default(self) -> str:
        return self.value  # type: ignore[return-value]

    def check(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ExplorerError(f"lookup {self.name}: {value!r} is not a string")
        if not self.free and value not in self._known:
            raise ExplorerError(
                f"lookup {self.name}: {value!r} is not in the list of {len(self.options)}"
            )
        return value

    def sample(self, rng: np.random.Generator) -> str:
        known = str(rng.choice(self.options))
        if not self.free or rng.random() < 0.5:
            return known
        return _misspelt(known, rng)

    def to_json(self) -> dict[str, Any]:
        shown = {"free": self.free, "placeholder": self.placeholder}
        return {**self._head(self.label), **shown}


def _misspelt(word: str, rng: np.random.Generator) -> str:
    """A string that a reader could type: other case, an accent, a blank, a letter more or less."""
    place = int(rng.integers(len(word) + 1))
    extra = str(rng.choice(list("aeiouznrst ÉÑçß-'.9")))
    forms = (
        word.lower(),
        f" {word} ",
        word[:place] + extra + word[place:],
        word[: place - 1] + word[place:] if place else word[1:],
        "".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), size=rng.integers(1, 12))),
    )
    return forms[int(rng.integers(len(forms)))]
