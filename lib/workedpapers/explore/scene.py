"""What an author says of a figure: the function, its controls, and what is drawn and told of it.

A scene knows neither widgets nor pages. `Explorer` shows one; `freeze`, `still`, `report` and
`compare` read it.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from workedpapers.plotting import PALETTE

from .controls.control import Control
from .controls.handles import Handles
from .controls.play import Play
from .controls.presets import Presets
from .controls.slider import Slider
from .errors import ExplorerError
from .formats import format_value
from .mirror import Mirror
from .outputs import normalise
from .storage.grid import call
from .template import Describe, fields, is_template, render
from .views.columns import Columns
from .views.view import View

__all__ = ["ALT", "Scene", "Values", "rows_of"]

#: Output that holds the sentences of a callable alt.
ALT = "alt_text_"


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


@dataclass
class Scene:
    """What an author says of a figure, checked when it is made.

    Parameters
    ----------
    compute : callable
        Called with the controls as keywords; returns a mapping from names to outputs.
    controls : sequence of Control
        What the reader moves.
    rows : sequence of View
        What is drawn, from top to bottom.
    caption : str
        Says what the figure shows.
    alt : template or callable
        Says in words what is seen.
    title, name : str
        A few words above the figure; its anchor on the page.
    mirror : Mirror, optional
        The function in JavaScript.
    gaps : collection of str
        Outputs that may hold NaN.
    entities : sequence of str
        Things that have a hue of their own, in all views and in the text around the figure.

    Raises
    ------
    ExplorerError
        If the parts do not fit each other.

    See Also
    --------
    Explorer : The widget around a scene.

    Examples
    --------
    >>> from workedpapers.explore import Number, Scene, Slider
    >>> scene = Scene(
    ...     lambda side: {"area": side**2}, [Slider("side", 0, 10, value=3)], [Number("area")],
    ...     caption="A square.", alt="The area is {area} m².")
    >>> scene.describe(scene.defaults, scene.outputs)
    'The area is 9 m².'
    """

    compute: Callable[..., Mapping[str, Any]]
    controls: list[Control]
    rows: list[View]
    caption: str
    alt: Describe
    title: str = ""
    name: str = ""
    mirror: Mirror | None = None
    gaps: Collection[str] = ()
    entities: Sequence[str] = ()
    outputs: dict[str, np.ndarray] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.controls = _checked_controls(self.controls)
        self.entities = _checked_entities(self.entities)
        self._check_texts()
        self.outputs = self.evaluate(self.defaults)
        self._check_views()
        self.name = self.name or slug(self.title) or self.key
        if slug(self.name) != self.name:
            raise ExplorerError(
                f"name {self.name!r} must be lower-case words, joined by hyphens, as in a link"
            )

    # Its parts

    @cached_property
    def play(self) -> Play | None:
        """The player, if there is one."""
        return next((c for c in self.controls if isinstance(c, Play)), None)

    @property
    def inputs(self) -> list[Control]:
        """Controls that `compute` gets."""
        return [control for control in self.controls if control.is_input]

    @property
    def settable(self) -> dict[str, Control]:
        """Controls that have a value, by name: the inputs, and the player."""
        return {c.name: c for c in self.controls if not isinstance(c, Presets)}

    @property
    def defaults(self) -> dict[str, Any]:
        """Values at the start."""
        return {control.name: control.default for control in self.inputs}

    @property
    def views(self) -> list[View]:
        """Every view, row after row."""
        return [part for row in self.rows for part in row.parts]

    @cached_property
    def formats(self) -> dict[str, str]:
        """Formats of the controls in sentences."""
        return {control.name: control.format for control in self.controls}

    @property
    def first_frame(self) -> int:
        """The player's frame at the start."""
        return self.play.default if self.play else 0

    @property
    def key(self) -> str:
        """A name that ties the still to the figure; the same in every build."""
        first = self.describe(self.defaults, self.outputs)
        names = ",".join(
            f"{c.name}={c.default if isinstance(c, Handles) else format_value(c.default)}"
            for c in self.settable.values()
        )
        text = f"{self.title}{self.caption}{first}{names}"
        return "x" + hashlib.sha256(text.encode()).hexdigest()[:12]

    # The function and its words

    def evaluate(self, values: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Compute the outputs at some settings.

        Parameters
        ----------
        values : mapping
            Values of controls; those not named are at their start.

        Returns
        -------
        dict
            Arrays by name.
        """
        values = {c.name: c.check(values.get(c.name, c.default)) for c in self.inputs}
        outputs = normalise(call(self.compute, values), values, self.gaps)
        if self.play:
            _check_frames(self.play, outputs)
        if callable(self.alt):
            outputs[ALT] = np.asarray(str(self.alt(Values(values), Values(outputs))))
        if not self.describe(values, outputs).strip():
            raise ExplorerError(f"alt is empty at {dict(values)!r}")
        return outputs

    def at_frame(self, outputs: Mapping[str, np.ndarray], frame: int) -> dict[str, np.ndarray]:
        """Pick one frame of the player.

        Parameters
        ----------
        outputs : mapping
            What `evaluate` gives.
        frame : int
            Which.

        Returns
        -------
        dict
            The outputs as that frame shows them.
        """
        over = self.play.over if self.play else ()
        return {name: (a[frame] if name in over else a) for name, a in outputs.items()}

    @property
    def known(self) -> dict[str, Any]:
        """Values and outputs at the start."""
        return {**self.defaults, **self.at_frame(self.outputs, self.first_frame)}

    @property
    def alt_template(self) -> Any:
        """The alt text as a template."""
        return f"{{{ALT}}}" if callable(self.alt) else self.alt

    def words(
        self, template: Any, values: Mapping[str, Any], outputs: Mapping[str, Any], frame: int = 0
    ) -> str:
        """Fill in a template at some settings.

        Parameters
        ----------
        template : template
            The words.
        values, outputs : mapping
            Settings, and what `evaluate` gives at them.
        frame : int, default 0
            Of the player.

        Returns
        -------
        str
            The sentence.
        """
        known = {**values, **self.at_frame(outputs, frame)}
        if self.play:
            at = values.get(self.play.name, frame)
            known[self.play.name] = self.play.start + self.play.scale * at
        return render(template, known, self.formats)

    def describe(self, values: Mapping[str, Any], outputs: Mapping[str, Any]) -> str:
        """Fill in the alt text at some settings.

        Parameters
        ----------
        values, outputs : mapping
            Settings, and what `evaluate` gives at them.

        Returns
        -------
        str
            The sentence.
        """
        return self.words(self.alt_template, values, outputs, self.first_frame)

    # Checks

    def _check_texts(self) -> None:
        if not isinstance(self.caption, str) or not self.caption.strip():
            raise ExplorerError("an explorer needs a caption: what does the figure show?")
        if callable(self.alt):
            if self.mirror is not None:
                raise ExplorerError(
                    "a callable alt cannot run beside a mirror: use a template, or return the "
                    "sentence from compute and mirror as 'words' and write alt='{words}'"
                )
        elif not is_template(self.alt) or not self.alt:
            raise ExplorerError("an explorer needs an alt text that says what is seen")
        else:
            fields(self.alt)

    def _check_views(self) -> None:
        first = self.at_frame(self.outputs, 0)
        names = set(first) | set(self.settable)
        if clash := {c.name for c in self.controls} & set(first):
            raise ExplorerError(f"{sorted(clash)} name both a control and an output")
        _check_places([name for view in self.views for name in view.placed], self.controls)
        for view in self.views:
            if missing := view.names() - names:
                raise ExplorerError(
                    f"{type(view).__name__} draws {sorted(missing)}, but compute returns "
                    f"{sorted(first)}"
                )
            view.check(first)
            if unknown := view.entities - set(self.entities):
                raise ExplorerError(
                    f"{type(view).__name__}: {sorted(unknown)} are not among the entities "
                    f"{list(self.entities)}"
                )
            for mark in view.marks:
                self._check_moved(mark, first)

    def _check_moved(self, mark: View, outputs: Mapping[str, np.ndarray]) -> None:
        """Raise `ExplorerError` unless what is dragged has the controls that it moves."""
        kind = type(mark).__name__
        moved = {name: self.settable.get(name) for name in mark.moved}
        for name, what in mark.moved.items():
            if what == "points" and not isinstance(moved[name], Handles):
                known = [c.name for c in self.controls if isinstance(c, Handles)]
                raise ExplorerError(f"{kind}: handles = {name!r} is not one of the Handles {known}")
            if what == "points":
                points, handles = np.size(outputs[mark.on_axis("x")[0]]), moved[name]
                if points != handles.count:  # type: ignore[union-attr]
                    raise ExplorerError(
                        f"{kind}: {mark.on_axis('x')[0]!r} has {points} points, but the handles "
                        f"{name!r} are {handles.count}"  # type: ignore[union-attr]
                    )
        marks = [moved[name] for name, what in mark.moved.items() if what == "mark"]
        if marks and not any(isinstance(control, Slider) for control in marks):
            raise ExplorerError(f"{kind}: {list(mark.moved)} name no slider that it could move")


def _check_frames(play: Play, outputs: Mapping[str, np.ndarray]) -> None:
    for name in play.over:
        if name not in outputs or outputs[name].shape[:1] != (play.frames,):
            found = outputs[name].shape if name in outputs else "not there"
            raise ExplorerError(
                f"play {play.name}: output {name!r} needs a leading axis of {play.frames} frames; "
                f"it is {found}"
            )


def _checked_controls(controls: Sequence[Control]) -> list[Control]:
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


def _checked_entities(entities: Sequence[str]) -> list[str]:
    if isinstance(entities, str) or not all(isinstance(name, str) and name for name in entities):
        raise ExplorerError(f"entities must be a list of names, not {entities!r}")
    if len(set(entities)) != len(entities) or len(entities) > len(PALETTE):
        raise ExplorerError(f"entities must be at most {len(PALETTE)} different names")
    return list(entities)


def _check_places(placed: Sequence[str], controls: Sequence[Control]) -> None:
    """Raise `ExplorerError` unless every control named among the views is there, and once."""
    known = [control.name for control in controls]
    if missing := [name for name in placed if name not in known]:
        raise ExplorerError(f"Controls: {missing} are not among the controls {known}")
    if twice := sorted({name for name in placed if placed.count(name) > 1}):
        raise ExplorerError(f"Controls: {twice} have two places")


def rows_of(view: Sequence[View | Sequence[View]] | View) -> list[View]:
    """The views from top to bottom; a list among them becomes `Columns`."""
    given = [view] if isinstance(view, View) else list(view)
    try:
        rows = [row if isinstance(row, View) else Columns(*row) for row in given]
    except (TypeError, ExplorerError):
        rows = []
    if not rows:
        raise ExplorerError("view must be a list of views, or of rows of views")
    return rows


def slug(text: str) -> str:
    """Lower-case words joined by hyphens, as an anchor has them."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
