"""Views without axes of numbers on both sides: bars, pictures, numbers and sentences."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .errors import ExplorerError
from .formats import check_format
from .template import Template, fields, to_json
from .view import Limits, Outputs, View, alt_fields, known_colormap, labels_for, same_length, want

__all__ = ["Bars", "Controls", "Number", "Picture", "Sentence"]


@dataclass
class Bars(View):
    """Groups of bars, one group per category.

    Parameters
    ----------
    categories : output with the names, or the names themselves.
    y : one output, or several: one bar of each per category.
    labels : name of each output in the legend.
    ylabel : what is measured, with its unit.
    ylim : bounds; by default from 0 to the highest value over the grid.
    horizontal : lay the bars on their side, which leaves room for long names.
    digits : decimals of the number at the end of each bar; ``None`` writes none.
    """

    categories: str | Sequence[str]
    y: str | Sequence[str]
    labels: Sequence[str] | None = field(default=None, kw_only=True)
    ylabel: str = field(default="", kw_only=True)
    ylim: Limits = field(default=None, kw_only=True)
    horizontal: bool = field(default=False, kw_only=True)
    digits: int | None = field(default=None, kw_only=True)
    height: int = field(default=280, kw_only=True)
    alt: Template | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        self.y = [self.y] if isinstance(self.y, str) else list(self.y)
        self.labels = labels_for(self.labels, self.y)

    def names(self) -> set[str]:
        """Outputs and controls that the view needs."""
        first = {self.categories} if isinstance(self.categories, str) else set()
        return first | set(self.y) | alt_fields(self.alt)

    def on_axis(self, axis: str) -> list[str]:
        """Outputs measured along an axis."""
        return list(self.y) if axis == "y" else []

    def check(self, outputs: Outputs) -> None:
        """Check kind and shape, or raise `ExplorerError`."""
        named = isinstance(self.categories, str)
        words = want(outputs, self.categories, "Bars", 1, kinds="s") if named else self.categories
        for name in self.y:
            values = want(outputs, name, "Bars", 1)
            same_length("Bars", "categories", np.asarray(words), name, values)

    def to_json(self) -> dict[str, Any]:
        """The same for the browser."""
        categories = self.categories if isinstance(self.categories, str) else list(self.categories)
        return {"type": "bars", "categories": categories, "y": list(self.y),
                "labels": list(self.labels or ()), "ylabel": self.ylabel, "ylim": self.ylim,
                "horizontal": self.horizontal, "digits": self.digits, "height": self.height,
                "alt": None if self.alt is None else to_json(self.alt)}  # fmt: skip


@dataclass
class Picture(View):
    """A table of numbers as an image, without axes.

    Parameters
    ----------
    image : output of shape (rows, columns), or (rows, columns, 3) for red, green and blue.
    alt : template that says what is seen; required.
    limits : numbers shown as black and white; by default 0 and 1, or 0 and 255 for whole numbers.
    colormap : of a table with one number per pixel.
    label : title above it.
    smooth : blend neighbouring pixels when enlarged.
    width : largest width in pixels.
    """

    image: str
    alt: Template
    limits: tuple[float, float] | None = field(default=None, kw_only=True)
    colormap: str = field(default="gray", kw_only=True)
    label: str = field(default="", kw_only=True)
    smooth: bool = field(default=False, kw_only=True)
    width: int = field(default=420, kw_only=True)

    def __post_init__(self) -> None:
        if not self.alt:
            raise ExplorerError(f"Picture {self.image!r} needs an alt text")
        known_colormap("Picture", self.colormap)

    def names(self) -> set[str]:
        """Outputs and controls that the view needs."""
        return {self.image} | alt_fields(self.alt)

    def check(self, outputs: Outputs) -> None:
        """Check kind and shape, or raise `ExplorerError`."""
        image = want(outputs, self.image, "Picture", 2, 3)
        if image.ndim == 3 and image.shape[2] != 3:
            raise ExplorerError(f"Picture: {self.image!r} has shape {image.shape}; colours need 3")

    def to_json(self) -> dict[str, Any]:
        """The same for the browser."""
        return {"type": "picture", "image": self.image, "alt": to_json(self.alt),
                "limits": self.limits, "colormap": self.colormap, "label": self.label,
                "smooth": self.smooth, "width": self.width}  # fmt: skip


@dataclass
class Number(View):
    """One number or word, large, with its name and unit; a dash where it is NaN."""

    name: str
    label: str = field(default="", kw_only=True)
    unit: str = field(default="", kw_only=True)
    digits: int | None = field(default=None, kw_only=True)
    format: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        if self.digits is not None:
            self.format = f".{self.digits}f"
        check_format(self.format)

    def names(self) -> set[str]:
        """Outputs and controls that the view needs."""
        return {self.name}

    def check(self, outputs: Outputs) -> None:
        """Check kind and shape, or raise `ExplorerError`."""
        if self.name in outputs:
            want(outputs, self.name, "Number", 0, kinds="fibs")

    def to_json(self) -> dict[str, Any]:
        """The same for the browser."""
        label = self.label or self.name.replace("_", " ").capitalize()
        return {"type": "number", "name": self.name, "label": label, "unit": self.unit,
                "format": self.format}  # fmt: skip


@dataclass
class Sentence(View):
    """A sentence: a string output by its name, or a template."""

    text: Template

    def __post_init__(self) -> None:
        if isinstance(self.text, str) and self.text.isidentifier():
            self.text = f"{{{self.text}}}"

    def names(self) -> set[str]:
        """Outputs and controls that the view needs."""
        return fields(self.text)

    def check(self, outputs: Outputs) -> None:
        """Nothing to check here: the template is tried at every setting."""

    def to_json(self) -> dict[str, Any]:
        """The same for the browser."""
        return {"type": "sentence", "text": to_json(self.text)}


@dataclass
class Controls(View):
    """Controls at this place of the figure, and not under it.

    On a phone a reader then sees what moves together with the control that moves it.

    Parameters
    ----------
    of : name of a control, or names of several.
    """

    of: str | Sequence[str]

    def __post_init__(self) -> None:
        self.of = [self.of] if isinstance(self.of, str) else list(self.of)
        if not self.of or not all(isinstance(name, str) for name in self.of):
            raise ExplorerError(f"Controls: {self.of!r} are not names of controls")

    def names(self) -> set[str]:
        """Outputs and controls that the view needs: none."""
        return set()

    def check(self, outputs: Outputs) -> None:
        """Nothing to check here: the explorer knows the controls."""

    def to_json(self) -> dict[str, Any]:
        """The same for the browser."""
        return {"type": "controls", "of": list(self.of)}
