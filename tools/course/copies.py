"""The chapters as notebooks that need nothing of the book: to download, for students, for teachers.

Each begins with the cell that installs what is missing. Its text is plain Markdown, its exercises
carry their numbers and labels as text.

- `download`: the whole chapter, as the page offers it and as Colab opens it.
- `teacher`: the same with outputs and with the hidden tests.
- `student`: places to answer where the solutions were.
- `source`: what nbgrader calls the source of an assignment, from which it makes what `student` is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import nbformat
from nbformat import NotebookNode

from tools.course.exercises import Part, Place, read_parts
from tools.course.grading import to_answer
from tools.course.install import install_cell
from tools.course.plain import plain
from tools.course.surroundings import Surroundings, surroundings_of

_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_WIDGET = "application/vnd.jupyter.widget-view+json"
_LIVE = 'class="wp-place"'


@dataclass(frozen=True)
class Copies:
    """All copies of one chapter.

    Attributes
    ----------
    name : str
        The chapter.
    parts : tuple of Part
        Its cells, with their text in plain Markdown.
    """

    name: str
    parts: tuple[Part, ...]

    @property
    def title(self) -> str:
        """The chapter's title."""
        return str(self.parts[0].cell.source.split("\n")[0].lstrip("# "))

    @classmethod
    def of(cls, name: str, notebook: NotebookNode) -> "Copies":
        """Read a chapter.

        Parameters
        ----------
        name : str
            The chapter.
        notebook : NotebookNode
            Its cells, with or without outputs.

        Returns
        -------
        Copies
            Its cells, ready to be copied.

        Raises
        ------
        ValueError
            If the gates of its exercises do not match, or its text uses a directive or a role for
            which there is no rule.
        """
        parts = read_parts(notebook)
        around = surroundings_of(name, parts)
        copied = [replace(part, cell=_plain_cell(part, around)) for part in parts]
        return cls(name, tuple(part for part in copied if part.cell.source.strip() or part.opens))

    def download(self) -> NotebookNode:
        """The whole chapter, its solutions folded where the notebook's program can fold."""
        kept = (part for part in self.parts if part.place is not Place.TEST)
        return self._notebook(_bare(_titled(part, folded=True)) for part in kept)

    def teacher(self) -> NotebookNode:
        """The chapter with its solutions, hidden tests, outputs and an answer key, all unfolded."""
        cells = [_unfolded(_titled(part, folded=False)) for part in self.parts]
        key = self.answers()
        return self._notebook([*cells, nbformat.v4.new_markdown_cell(key)] if key else cells)

    def answers(self) -> str:
        """The answers to the questions that figures ask, as Markdown; empty if none asks."""
        asked = quizzes([part.cell for part in self.parts])
        lines = [
            f"- **{quiz['id']}** ({quiz['minutes']} minutes): {quiz['question']}\n"
            f"  *{quiz['answer'].rstrip('.')}.* {quiz['why']}"
            for quiz in asked
        ]
        return "\n".join(["## Answers to the questions of the figures\n", *lines]) if asked else ""

    def student(self) -> NotebookNode:
        """The chapter with places to answer where the solutions were."""
        return self._notebook(map(_bare, to_answer(self.parts, solved=False)))

    def source(self) -> NotebookNode:
        """The assignment as nbgrader reads it: solutions and hidden tests between its marks."""
        return self._notebook(map(_bare, to_answer(self.parts, solved=True)))

    def _notebook(self, cells: Iterable[NotebookNode]) -> NotebookNode:
        first = nbformat.v4.new_code_cell(install_cell(self.name))
        metadata = {"kernelspec": _KERNEL, "language_info": {"name": "python"}}
        notebook = nbformat.v4.new_notebook(metadata=metadata)
        for number, cell in enumerate([first, *cells]):
            notebook.cells.append(nbformat.from_dict({**cell, "id": f"{self.name}-{number}"}))
        return notebook


def quizzes(cells: Sequence[NotebookNode]) -> list[dict[str, Any]]:
    """The questions that figures in executed cells ask, with their answers."""
    if not any(_LIVE in str(cell.get("outputs", "")) for cell in cells):
        return []
    from workedpapers.explore import answer_key

    return answer_key({"cells": cells})


def _plain_cell(part: Part, around: Surroundings) -> NotebookNode:
    """A cell with its text in plain Markdown, without what only the book reads."""
    metadata = {key: value for key, value in part.cell.metadata.items() if key == "jupyter"}
    if "hide-input" in part.tags:  # code that draws, or asks: JupyterLab's word, and Colab's
        metadata |= {"jupyter": {"source_hidden": True}, "cellView": "form"}
    cell = nbformat.from_dict({**part.cell, "metadata": metadata})
    if cell.cell_type == "markdown":
        cell.source = plain(cell.source, around)
    elif part.label:
        cell.source = f"# {around.figures[part.label]}\n{cell.source}"
    if part.place is Place.EXERCISE and part.opens and part.exercise:
        cell.source = f"### {part.exercise.heading}\n\n{cell.source}"
    return cell


def _titled(part: Part, *, folded: bool) -> NotebookNode:
    """A cell; the first one of a solution says whose it is."""
    if not (part.place is Place.SOLUTION and part.opens and part.exercise):
        return part.cell
    title = f"#### Solution of exercise {part.exercise.label}"
    cell = nbformat.from_dict({**part.cell, "source": f"{title}\n\n{part.cell.source}".strip()})
    if folded:
        cell.metadata["heading_collapsed"] = True
    return cell


def _unfolded(cell: NotebookNode) -> NotebookNode:
    """A cell that shows its code, and of its outputs those that need no kernel."""
    shown = {k: v for k, v in cell.metadata.items() if k not in ("jupyter", "cellView")}
    copy = nbformat.from_dict({**cell, "metadata": shown})
    if cell.cell_type == "code":
        copy.outputs = [_still(o) for o in cell.outputs if _WIDGET not in o.get("data", {})]
    return copy


def _still(output: NotebookNode) -> NotebookNode:
    """An output without the data of a live figure, which needs the book's script."""
    html = "".join(output.get("data", {}).get("text/html", ""))
    if _LIVE not in html:
        return output
    from workedpapers.explore.page import bare_html

    data = {**output.data, "text/html": bare_html(html)}
    return nbformat.from_dict({**output, "data": data, "metadata": {}})


def _bare(cell: NotebookNode) -> NotebookNode:
    """A code cell as if it had not run yet."""
    if cell.cell_type != "code":
        return cell
    return nbformat.from_dict({**cell, "outputs": [], "execution_count": None})
