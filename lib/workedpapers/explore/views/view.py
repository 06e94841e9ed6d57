"""What every view tells of itself, and the checks that views share."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

import numpy as np

from workedpapers.plotting import Hue, hue

from ..errors import ExplorerError
from ..outputs import kind_of
from ..template import Template, fields
from ..told import inherit_docstrings

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Plot

__all__ = [
    "Limits",
    "Outputs",
    "Pen",
    "Room",
    "View",
    "alt_fields",
    "known_colormap",
    "labels_for",
    "same_length",
    "want",
]

Limits = tuple[float, float] | Literal["float"] | None
Outputs = Mapping[str, np.ndarray]
COLORMAPS = ("viridis", "diverging", "gray")
#: What has no entity of its own in a figure that names its entities.
NEUTRAL = Hue(0, "#566170", "#a9b4c1", (), "circle")


class Room(NamedTuple):
    """The place that a view gets on a page, and what it needs to know to say how tall it will be.

    Attributes
    ----------
    width : int
        Of the view, in pixels.
    known : mapping
        Values and outputs at the start.
    fill : callable
        Fills in a template at the start.
    controls : callable
        Height of the controls of some names, in pixels, in a width.
    """

    width: int
    known: Mapping[str, Any]
    fill: Callable[[Template], str]
    controls: Callable[[Sequence[str], int], int]


@dataclass(frozen=True)
class Pen:
    """What a view needs to draw itself in a still.

    Attributes
    ----------
    known : mapping
        Values and outputs at the start.
    entities : sequence of str
        Those that the scene names, in the order of their hues.
    """

    known: Mapping[str, Any]
    entities: Sequence[str] = ()

    def hue(self, number: int, entity: str | None = None) -> Hue:
        """Colour, dash and marker: of an entity, or of the series with this number."""
        if entity is not None:
            return hue(list(self.entities).index(entity))
        return NEUTRAL._replace(dash=hue(number).dash) if self.entities else hue(number)

    def at(self, place: Any) -> Any:
        """What a name stands for, or the number itself."""
        return self.known[place] if isinstance(place, str) else place


class View(ABC):
    """Anything that shows outputs. A view overrides what it has more of than nothing."""

    def __init_subclass__(cls) -> None:
        inherit_docstrings(cls)

    #: Whether a still shows the view as a plot.
    drawn: ClassVar[bool] = False

    @abstractmethod
    def names(self) -> set[str]:
        """Name the outputs and controls that the view needs.

        Returns
        -------
        set of str
            Their names.
        """

    @abstractmethod
    def check(self, outputs: Outputs) -> None:
        """Check that the outputs can be drawn.

        Parameters
        ----------
        outputs : mapping
            What `compute` returns, as arrays.

        Raises
        ------
        ExplorerError
            If one has the wrong kind or shape, or is not there.
        """

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Tell the browser of the view.

        Returns
        -------
        dict
            What it needs to know, as plain JSON.
        """

    @property
    def parts(self) -> "list[View]":
        """Views inside this one, or itself."""
        return [self]

    @property
    def marks(self) -> "list[View]":
        """What is drawn in the view's axes, or itself."""
        return [self]

    @property
    def placed(self) -> list[str]:
        """Names of the controls that stand here."""
        return []

    def on_axis(self, axis: str) -> list[str]:
        """Name the outputs measured along an axis.

        Parameters
        ----------
        axis : str
            ``"x"`` or ``"y"``.

        Returns
        -------
        list of str
            Their names.
        """
        return []

    def logarithmic(self, axis: str) -> bool:
        """Say whether an axis is logarithmic.

        Parameters
        ----------
        axis : str
            ``"x"`` or ``"y"``.

        Returns
        -------
        bool
            Whether it is.
        """
        return False

    @property
    def entities(self) -> set[str]:
        """Entities that the view shows."""
        return set()

    @property
    def moved(self) -> dict[str, str]:
        """Controls that are moved by dragging in the view, and what for: points or a mark."""
        return {}

    def called(self) -> dict[str, str]:
        """Say what readers call the outputs.

        Returns
        -------
        dict
            Words by name.
        """
        return {}

    @abstractmethod
    def height_in(self, room: Room) -> int:
        """Say how tall the view will be on a page.

        Parameters
        ----------
        room : Room
            The place that it gets.

        Returns
        -------
        int
            Height in pixels.
        """

    @property
    def still_height(self) -> int:
        """Height in a still, in hundredths of an inch."""
        return 0

    def draw(self, plot: "Plot", pen: Pen) -> None:  # noqa: B027
        """Draw the view in a still.

        Parameters
        ----------
        plot : matplotlib.axes.Axes
            Where.
        pen : Pen
            Values, and looks of entities.
        """

    def words(self, room: Room) -> list[tuple[str, str, str]]:
        """Say what stands beside the plots of a still.

        Parameters
        ----------
        room : Room
            Values at the start.

        Returns
        -------
        list of tuple
            For each paragraph a label, what is strong, and what follows.
        """
        return []


def alt_fields(alt: Template | None) -> set[str]:
    """Names that an optional template refers to."""
    return set() if alt is None else fields(alt)


def labels_for(labels: Sequence[str] | None, names: Sequence[str]) -> list[str]:
    """Labels as a list, one for each name."""
    if isinstance(labels, str) or (labels is not None and len(labels) != len(names)):
        raise ExplorerError(f"{labels!r} are not {len(names)} labels, one for each of {names}")
    return list(labels or [name.replace("_", " ").capitalize() for name in names])


def known_colormap(view: str, colormap: str) -> None:
    """Raise `ExplorerError` unless there is such a colour map."""
    if colormap not in COLORMAPS:
        raise ExplorerError(f"{view}: colormap {colormap!r} is not one of {COLORMAPS}")


def want(outputs: Outputs, name: Any, view: str, *ndims: int, kinds: str = "fib") -> np.ndarray:
    """One output, if it has one of the dimensions and kinds wanted."""
    if name not in outputs:
        raise ExplorerError(f"{view} draws {name!r}, but compute returns {sorted(outputs)}")
    array = outputs[name]
    if array.ndim not in ndims or kind_of(array) not in kinds:
        wanted = " or ".join(
            ("a single value", "a list", "a table", "a colour table")[n] for n in ndims
        )
        raise ExplorerError(f"{view}: {name!r} has shape {array.shape} and kind {array.dtype}; "
                            f"it must be {wanted}")  # fmt: skip
    return array


def same_length(view: str, x: str, xs: np.ndarray, y: str, ys: np.ndarray) -> None:
    """Raise `ExplorerError` unless two outputs have the same length."""
    if len(xs) != len(ys):
        raise ExplorerError(f"{view}: {x!r} has {len(xs)} values, {y!r} has {len(ys)}")
