"""Which cells of a chapter are an exercise, its solution and its hidden test.

An exercise stands between a line that opens ``{exercise-start}`` and one that opens
``{exercise-end}``, a solution between ``{solution-start}`` and ``{solution-end}``; both may span
several cells, and one cell may hold the end of one and the start of the next. A code cell of a
solution with the tag ``hidden-test`` tests the answer. Its first comment lines tell students in
which names to leave it; the rest stays with the teacher.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

import nbformat
from nbformat import NotebookNode

TEST = "hidden-test"

_GATE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{(?P<what>exercise|solution)-(?P<gate>start|end)\}[ ]*"
    r"(?P<argument>[^\n]*)\n(?P<options>(?::[\w-]+:[^\n]*\n)*)(?P=fence)[ ]*(?:\n|\Z)",
    re.MULTILINE,
)


class Place(StrEnum):
    """What a cell, or a piece of one, is part of."""

    TEXT = "text"
    EXERCISE = "exercise"
    SOLUTION = "solution"
    TEST = "test"


@dataclass(frozen=True)
class Exercise:
    """An exercise of a chapter.

    Attributes
    ----------
    label : str
        The name that stays: ``meg-2``.
    level : str
        What it asks for: to read, to compute and so on; may be empty.
    minutes : int
        How long it takes; 0 where the chapter does not say.
    """

    label: str
    level: str = ""
    minutes: int = 0

    @property
    def heading(self) -> str:
        """How a notebook names it: ``Exercise meg-2 (compute, 20 minutes)``."""
        said = ", ".join(filter(None, [self.level, f"{self.minutes} minutes" * (self.minutes > 0)]))
        return f"Exercise {self.label} ({said})" if said else f"Exercise {self.label}"


@dataclass(frozen=True)
class Part:
    """A cell, or a piece of a Markdown cell, and what it is part of."""

    cell: NotebookNode
    place: Place = Place.TEXT
    exercise: Exercise | None = None
    opens: bool = False  #: whether it is the first part of its exercise or solution
    tags: frozenset[str] = frozenset()  #: what the book reads: ``slide``, ``hide-input`` and others
    label: str = ""  #: the name of a figure or table that the text refers to


def read_parts(notebook: NotebookNode) -> list[Part]:
    """The cells of a notebook, divided at the gates of exercises and solutions.

    Raises
    ------
    ValueError
        If gates do not match, or a solution or a test belongs to no exercise.
    """
    reader = _Reader()
    for cell in notebook.cells:
        reader.take(cell)
    reader.end()
    return reader.parts


def announced(test: NotebookNode) -> str:
    """The comment lines that open a hidden test: where to leave an answer."""
    lines = test.source.split("\n")
    first = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return "\n".join(lines[:first])


class _Reader:
    """Reads cells one after another and knows which gate was opened last."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.exercises: dict[str, Exercise] = {}
        self.place = Place.TEXT
        self.exercise: Exercise | None = None
        self.opens = False

    def take(self, cell: NotebookNode) -> None:
        """Read one cell."""
        if cell.cell_type != "markdown":
            self._keep(cell, Place.TEST if _is_test(cell) else self.place)
            return
        begin = 0
        for gate in _GATE.finditer(cell.source):
            self._keep_text(cell, cell.source[begin : gate.start()])
            self._pass(gate)
            begin = gate.end()
        self._keep_text(cell, cell.source[begin:])

    def end(self) -> None:
        """Check that nothing is left open."""
        if self.place is not Place.TEXT:
            raise ValueError(f"{self._open()} is not closed")

    def _pass(self, gate: re.Match[str]) -> None:
        place, opening = Place(gate["what"]), gate["gate"] == "start"
        if opening is (self.place is not Place.TEXT) or (not opening and place is not self.place):
            raise ValueError(f"{gate[0].splitlines()[0]}: expected the end of {self._open()}")
        if not opening:
            self._keep_opening()
            self.place, self.exercise = Place.TEXT, None
            return
        self.exercise = self._new(gate) if place is Place.EXERCISE else self._known(gate)
        self.place, self.opens = place, True

    def _new(self, gate: re.Match[str]) -> Exercise:
        options = dict(re.findall(r"^:([\w-]+): *(.*)$", gate["options"], re.MULTILINE))
        label = options.get("label", "").strip()
        if not label or label in self.exercises:
            raise ValueError(f"{gate[0].strip()}: expected a :label: that no other exercise has")
        found = Exercise(label, options.get("level", "").strip(), int(options.get("minutes", 0)))
        self.exercises[label] = found
        return found

    def _known(self, gate: re.Match[str]) -> Exercise:
        label = gate["argument"].strip()
        if label not in self.exercises:
            raise ValueError(f"solution: expected the label of an exercise above, got {label!r}")
        return self.exercises[label]

    def _keep_text(self, cell: NotebookNode, text: str) -> None:
        if text.strip():
            piece = nbformat.from_dict({**cell, "source": text.strip("\n")})
            self._keep(piece, self.place)

    def _keep_opening(self) -> None:
        """Keep a part for what was opened and closed with nothing in between."""
        if self.opens:
            self._keep(nbformat.v4.new_markdown_cell(""), self.place)

    def _keep(self, cell: NotebookNode, place: Place) -> None:
        if place is Place.TEST and self.place is not Place.SOLUTION:
            raise ValueError(f"hidden test outside of a solution: {cell.source[:60]!r}")
        tags, label = frozenset(cell.metadata.get("tags", [])), cell.metadata.get("label", "")
        self.parts.append(Part(cell, place, self.exercise, self.opens, tags, label))
        self.opens = False

    def _open(self) -> str:
        return f"{self.place} {self.exercise.label}" if self.exercise else "nothing"


def _is_test(cell: NotebookNode) -> bool:
    return TEST in cell.metadata.get("tags", [])
