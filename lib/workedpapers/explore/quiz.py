"""Predict, then move: a question that a figure answers once the reader has answered it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .errors import ExplorerError
from .formats import check_format, format_value
from .scene import Scene, slug
from .template import Template, fields

__all__ = ["KEY", "Estimate", "Pick", "Quiz", "Sketch", "answer_key"]

#: Entry of an output's metadata under which a notebook holds what its figures are.
KEY = "workedpapers"
_ELEMENT = re.compile(r"^(\w+)(?:\[(\d+)\])?$")


@dataclass(frozen=True)
class Pick:
    """The answer is one of a few.

    Parameters
    ----------
    options : sequence of str
        At least two, all different.
    right : template
        The right one; or a template that is filled in at the revealed state, such as
        ``"{regime}"`` or a `Choose`, and gives one of them.

    See Also
    --------
    Quiz : The question.

    Examples
    --------
    >>> from workedpapers.explore import Pick
    >>> Pick(["It swings.", "It creeps."], "It swings.").right
    'It swings.'
    """

    options: Sequence[str]
    right: Template

    def __post_init__(self) -> None:
        if isinstance(self.options, str) or len(set(self.options)) < 2:
            raise ExplorerError("Pick: options must be at least two different strings")

    def solve(self, scene: Scene, values: Mapping[str, Any]) -> dict[str, Any]:
        """Find the right answer.

        Parameters
        ----------
        scene : Scene
            The figure.
        values : mapping
            Values of its controls at the revealed state.

        Returns
        -------
        dict
            What the browser and the answer key need.

        Raises
        ------
        ExplorerError
            If the figure has no such answer.
        """
        outputs = scene.evaluate(values)
        right = scene.words(self.right, values, outputs, _frame(scene, values))
        if right not in self.options:
            raise ExplorerError(f"Pick: {right!r} is not one of {list(self.options)}")
        return {"kind": "pick", "options": list(self.options), "right": right, "answer": right}


@dataclass(frozen=True)
class Estimate:
    """The answer is a number, which the figure computes.

    Parameters
    ----------
    output : str
        Output with the number, or one of a list, such as ``"share[1]"``.
    within : float
        Largest difference that counts as right.
    unit : str, default ""
        Written behind it.
    format : str, default ".3g"
        Format of the right number.

    See Also
    --------
    Quiz : The question.

    Examples
    --------
    >>> from workedpapers.explore import Estimate
    >>> Estimate("rate", within=0.02).format
    '.3g'
    """

    output: str
    within: float
    unit: str = ""
    format: str = ".3g"

    def __post_init__(self) -> None:
        check_format(self.format)
        if not self.within > 0:
            raise ExplorerError(f"Estimate: within must be above 0, not {self.within}")

    def solve(self, scene: Scene, values: Mapping[str, Any]) -> dict[str, Any]:
        """Find the right answer.

        Parameters
        ----------
        scene : Scene
            The figure.
        values : mapping
            Values of its controls at the revealed state.

        Returns
        -------
        dict
            What the browser and the answer key need.

        Raises
        ------
        ExplorerError
            If the figure has no such answer.
        """
        right = float(_output(scene, values, self.output))
        if not np.isfinite(right):
            raise ExplorerError(f"Estimate: {self.output!r} is {right} at the revealed state")
        apart = "" if self.unit in ("", *"°%′″") else " "
        shown = f"{format_value(right, self.format)}{apart}{self.unit}"
        return {"kind": "estimate", "right": right, "within": self.within, "unit": self.unit,
                "format": self.format, "answer": shown}  # fmt: skip


@dataclass(frozen=True)
class Sketch:
    """The answer is a curve, which the reader draws.

    Parameters
    ----------
    x, y : str
        Outputs with the positions and the values of the right curve.
    within : float
        Largest mean distance from it, in units of y, that counts as right.
    xlabel, ylabel : str
        What is measured.
    ylim : pair of float
        Bounds between which the reader draws.
    knots : int, default 7
        Number of places at which the curve is drawn, by hand or by the arrow keys.

    See Also
    --------
    Quiz : The question.

    Examples
    --------
    >>> from workedpapers.explore import Sketch
    >>> Sketch("t", "x", 0.2, "Time (s)", "Displacement (m)", (-1, 1)).knots
    7
    """

    x: str
    y: str
    within: float
    xlabel: str
    ylabel: str
    ylim: tuple[float, float]
    knots: int = 7

    def __post_init__(self) -> None:
        if not self.within > 0 or self.knots < 3 or self.ylim[0] >= self.ylim[1]:
            raise ExplorerError("Sketch: within must be above 0, knots at least 3, ylim rising")

    def solve(self, scene: Scene, values: Mapping[str, Any]) -> dict[str, Any]:
        """Find the right answer.

        Parameters
        ----------
        scene : Scene
            The figure.
        values : mapping
            Values of its controls at the revealed state.

        Returns
        -------
        dict
            What the browser and the answer key need.

        Raises
        ------
        ExplorerError
            If the figure has no such answer.
        """
        x, y = (_output(scene, values, name).astype(float) for name in (self.x, self.y))
        if x.ndim != 1 or x.shape != y.shape or not np.isfinite(x).all():
            raise ExplorerError(f"Sketch: {self.x!r} and {self.y!r} are no curve")
        places = np.linspace(x[0], x[-1], self.knots)
        known = np.isfinite(y)
        heights = np.interp(places, x[known], y[known])
        pairs = ", ".join(f"({a:.3g}, {b:.3g})" for a, b in zip(places, heights, strict=True))
        every = max(1, len(x) // 200)
        return {"kind": "sketch", "x": x[::every].tolist(),
                "y": [v if np.isfinite(v) else None for v in y[::every].tolist()],
                "within": self.within, "knots": places.tolist(), "right": heights.tolist(),
                "xlabel": self.xlabel, "ylabel": self.ylabel, "ylim": list(self.ylim),
                "answer": f"through {pairs}"}  # fmt: skip


@dataclass(frozen=True)
class Quiz:
    """A question about a figure: the reader answers, and then the figure shows it.

    ``explorer.ask(Quiz(...))`` is the figure with the question. Its controls wait until the
    reader has answered.

    Parameters
    ----------
    id : str
        Stable name, such as ``"bisg-q1"``: the anchor, and the entry in the answer key.
    question : str
        What the reader is asked.
    answer : Pick, Estimate or Sketch
        How it is answered, and what is right.
    start : mapping, optional
        Values of controls while the reader thinks; those not named stay at their start.
    reveal : mapping, optional
        Values of controls that show the answer, besides those of `start`.
    why : template, default ""
        Said after the answer; filled in at the revealed state.
    minutes : int, default 2
        For a teacher's plan.

    Raises
    ------
    ExplorerError
        If the id is no anchor, or there is no question.

    See Also
    --------
    answer_key : The quizzes of an executed notebook, with their answers.

    Examples
    --------
    >>> from workedpapers.explore import Estimate, Quiz
    >>> from workedpapers.explore import Explorer, Number, Slider
    >>> square = Explorer(
    ...     lambda side: {"area": side**2}, [Slider("side", 0, 10)], [Number("area")],
    ...     caption="A square.", alt="The area is {area}.", static=False)
    >>> asked = square.ask(Quiz(
    ...     "square-q1", "How large is the area at side 3?", Estimate("area", within=0.5),
    ...     reveal={"side": 3.0}, why="The area is {side} times {side}."))
    >>> asked.quiz["answer"], asked.quiz["why"]
    ('9', 'The area is 3.0 times 3.0.')
    """

    id: str
    question: str
    answer: Pick | Estimate | Sketch
    start: Mapping[str, Any] = field(default_factory=dict)
    reveal: Mapping[str, Any] = field(default_factory=dict)
    why: Template = ""
    minutes: int = 2

    def __post_init__(self) -> None:
        if slug(self.id) != self.id or not self.id:
            raise ExplorerError(f"quiz: id {self.id!r} must be lower-case words and hyphens")
        if not self.question.strip():
            raise ExplorerError(f"quiz {self.id}: the question is empty")
        if self.why:
            fields(self.why)

    def solve(self, scene: Scene) -> dict[str, Any]:
        """Find the right answer, and fill in what is said of it.

        Parameters
        ----------
        scene : Scene
            The figure.

        Returns
        -------
        dict
            The quiz, as the browser and the answer key read it.
        """
        start, reveal = (_settings(scene, self.id, v) for v in (self.start, self.reveal))
        values = {**scene.defaults, **start, **reveal}
        solved = self.answer.solve(scene, values)
        why = scene.words(self.why, values, scene.evaluate(values), _frame(scene, values))
        return {"id": self.id, "question": self.question, **solved, "start": start,
                "reveal": reveal, "why": why, "minutes": self.minutes}  # fmt: skip


def _settings(scene: Scene, quiz: str, values: Mapping[str, Any]) -> dict[str, Any]:
    known = scene.settable
    if missing := [name for name in values if name not in known]:
        raise ExplorerError(f"quiz {quiz} sets {missing}, which are not among {sorted(known)}")
    return {name: known[name].setting(value) for name, value in values.items()}


def _frame(scene: Scene, values: Mapping[str, Any]) -> int:
    return int(values.get(scene.play.name, scene.play.default)) if scene.play else 0


def _output(scene: Scene, values: Mapping[str, Any], name: str) -> np.ndarray:
    outputs = scene.at_frame(scene.evaluate(values), _frame(scene, values))
    found = _ELEMENT.match(name)
    if not found or found[1] not in outputs:
        raise ExplorerError(f"quiz: {name!r} is not among the outputs {sorted(outputs)}")
    return outputs[found[1]] if found[2] is None else outputs[found[1]][int(found[2])]


def answer_key(notebook: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The quizzes of an executed notebook, with their answers.

    Parameters
    ----------
    notebook : mapping
        A notebook as `nbformat` reads it, or the same as plain JSON.

    Returns
    -------
    list of dict
        One for each quiz, in order, with ``id``, ``question``, ``kind`` (``"pick"``,
        ``"estimate"`` or ``"sketch"``), ``options`` of a pick, ``answer`` in words, ``why``,
        ``minutes``, and ``figure``, the name of the figure that it is built of.

    See Also
    --------
    Quiz : One of them.

    Notes
    -----
    A displayed explorer notes what it is in the metadata of its output, under
    ``"workedpapers"``: ``{"figure": ..., "quiz": {...}}``.

    Examples
    --------
    >>> from workedpapers.explore import answer_key
    >>> output = {"metadata": {"workedpapers": {"figure": "f", "quiz": {"id": "q", "answer": "9"}}}}
    >>> answer_key({"cells": [{"outputs": [output]}]})
    [{'figure': 'f', 'id': 'q', 'answer': '9'}]
    """
    return [{"figure": note["figure"], **note["quiz"]} for note in _notes(notebook)
            if note.get("quiz")]  # fmt: skip


def _notes(notebook: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for cell in notebook.get("cells", ()):
        for output in cell.get("outputs", ()):
            note = output.get("metadata", {}).get(KEY)
            if note:
                yield note
