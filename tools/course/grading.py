"""Places to answer, and what nbgrader needs to know of them.

Each solution becomes, in this order: a code cell for each of its code cells; its hidden test; and
a cell for an answer in words, which a person grades. The marks between which nbgrader removes text
are its own.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import nbformat
from nbformat import NotebookNode

from tools.course.exercises import Exercise, Part, Place, announced

CODE_STUB = "# Your solution."
WORDS_STUB = "*Your answer.*"
#: minutes of work for which there is a point
MINUTES_A_POINT = 5

#: settings with which nbgrader makes the copies that `tools.course.copies` makes for students
CONFIG = f'''\
"""Settings of nbgrader for this folder: `nbgrader generate_assignment NAME` makes `release`."""

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "worked-papers"
c.ClearSolutions.code_stub = {{"python": "{CODE_STUB}"}}
c.ClearSolutions.text_stub = "{WORDS_STUB}"
c.ClearSolutions.enforce_metadata = False
c.ExecutePreprocessor.timeout = 600  # seconds for one cell
'''


def points_of(exercise: Exercise, *, tested: bool) -> tuple[int, int]:
    """Points for an exercise: those of its hidden test, and those of its words.

    There is one for every five minutes. Where there is a test, it gives half of them, and the one
    that is left over.
    """
    points = max(2, round(exercise.minutes / MINUTES_A_POINT))
    test = (points + 1) // 2 if tested else 0
    return test, points - test


def to_answer(parts: Iterable[Part], *, solved: bool) -> Iterator[NotebookNode]:
    """Cells of a chapter with its solutions turned into places to answer.

    Parameters
    ----------
    parts : iterable of Part
        The chapter.
    solved : bool
        Whether the places hold the solutions, between nbgrader's marks, or nothing.

    Yields
    ------
    NotebookNode
        The cells, those to answer in with the metadata of nbgrader.
    """
    for exercise, run in groupby(parts, _solved_exercise):
        if exercise is None:
            yield from (part.cell for part in run)
        else:
            yield from _places(exercise, list(run), solved)


def _solved_exercise(part: Part) -> Exercise | None:
    return part.exercise if part.place in (Place.SOLUTION, Place.TEST) else None


def _places(exercise: Exercise, parts: list[Part], solved: bool) -> Iterator[NotebookNode]:
    tests = [part.cell for part in parts if part.place is Place.TEST]
    code = [p.cell for p in parts if p.place is Place.SOLUTION and p.cell.cell_type == "code"]
    words = [p.cell.source for p in parts if p.cell.cell_type == "markdown" and p.cell.source]
    test_points, words_points = points_of(exercise, tested=bool(tests))
    asked = "\n".join(filter(None, map(announced, tests)))
    for number, cell in enumerate(code, 1):
        head = f"{asked}\n" if asked and number == len(code) else ""
        body = _marked("SOLUTION", cell.source) if solved else CODE_STUB
        name = f"{exercise.label}-code" + (f"-{number}" if number > 1 else "")
        yield _cell("code", head + body, name, solution=True)
    if len(tests) > 1:
        raise ValueError(f"exercise {exercise.label}: expected one hidden test, got {len(tests)}")
    for cell in tests:
        body = f"\n{_marked('HIDDEN TESTS', _unannounced(cell))}" if solved else ""
        text = "# A hidden test runs here when the work is collected."
        yield _cell("code", text + body, f"{exercise.label}-test", points=test_points)
    text = "\n\n".join(words) if solved else WORDS_STUB
    yield _cell("markdown", text, f"{exercise.label}-words", solution=True, points=words_points)


def _marked(what: str, source: str) -> str:
    return f"### BEGIN {what}\n{source}\n### END {what}"


def _unannounced(test: NotebookNode) -> str:
    """A hidden test without the lines that students are shown."""
    return str(test.source[len(announced(test)) :]).lstrip("\n")


def _cell(
    kind: str, source: str, name: str, *, solution: bool = False, points: int = 0
) -> NotebookNode:
    """A cell that nbgrader knows: with points it grades it, without a solution it locks it."""
    known: dict[str, Any] = {
        "grade": points > 0,
        "grade_id": name,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points:
        known["points"] = points
    make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    return make(source, metadata={"nbgrader": known})
