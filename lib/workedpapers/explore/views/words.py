"""Numbers and sentences."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..formats import check_format, format_value
from ..template import Template, fields, to_json
from .view import Outputs, Room, View, want

__all__ = ["Number", "Sentence"]


@dataclass
class Number(View):
    """One number or word, large, with its name and unit; a dash where it is NaN.

    Parameters
    ----------
    name : str
        Output or control.
    label : str, default ""
        What readers call it; by default its name.
    unit : str, default ""
        Written behind it.
    digits : int, optional
        Decimals.
    format : str, default ""
        A format of the format language, for example ``".3g"``.
    hue : str, optional
        Entity that it belongs to.

    Raises
    ------
    ExplorerError
        If the format is not understood.

    See Also
    --------
    Sentence : Words with numbers in them.

    Examples
    --------
    >>> from workedpapers.explore import Number
    >>> Number("rate", digits=2).format
    '.2f'
    """

    name: str
    label: str = field(default="", kw_only=True)
    unit: str = field(default="", kw_only=True)
    digits: int | None = field(default=None, kw_only=True)
    format: str = field(default="", kw_only=True)
    hue: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.digits is not None:
            self.format = f".{self.digits}f"
        check_format(self.format)

    def names(self) -> set[str]:
        return {self.name}

    def check(self, outputs: Outputs) -> None:
        if self.name in outputs:
            want(outputs, self.name, "Number", 0, kinds="fibs")

    @property
    def entities(self) -> set[str]:
        return {self.hue} if self.hue else set()

    def called(self) -> dict[str, str]:
        return {self.name: self.label or self.name}

    @property
    def heading(self) -> str:
        """What stands above the number."""
        return self.label or self.name.replace("_", " ").capitalize()

    def to_json(self) -> dict[str, Any]:
        return {"type": "number", "name": self.name, "label": self.heading, "unit": self.unit,
                "format": self.format, "hue": self.hue}  # fmt: skip

    def height_in(self, room: Room) -> int:
        return 46

    def words(self, room: Room) -> list[tuple[str, str, str]]:
        value = room.known[self.name]
        missing = np.asarray(value).dtype.kind == "f" and bool(np.isnan(value))
        number = "–" if missing else format_value(value, self.format)
        return [(f"{self.heading}: ", number, f" {self.unit}")]


@dataclass
class Sentence(View):
    """A sentence: a string output by its name, or a template.

    Parameters
    ----------
    text : template
        ``"The rate is {rate:.2f}."``, a `Choose`, or a list of both; or the name of an output.

    See Also
    --------
    Choose : One of several sentences.

    Examples
    --------
    >>> from workedpapers.explore import Sentence
    >>> Sentence("message").text
    '{message}'
    """

    text: Template

    def __post_init__(self) -> None:
        if isinstance(self.text, str) and self.text.isidentifier():
            self.text = f"{{{self.text}}}"

    def names(self) -> set[str]:
        return fields(self.text)

    def check(self, outputs: Outputs) -> None:
        return None  # nothing to check here: the template is tried at every setting

    def to_json(self) -> dict[str, Any]:
        return {"type": "sentence", "text": to_json(self.text)}

    def height_in(self, room: Room) -> int:
        return 22 * -(-len(room.fill(self.text)) * 8 // room.width)

    def words(self, room: Room) -> list[tuple[str, str, str]]:
        return [(room.fill(self.text), "", "")]
