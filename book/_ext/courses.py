"""What the pages say of copies for courses: what there is to download, and what comes out.

- A chapter's Colab button leads to its notebook on the branch where the workflow `book` puts it:
  Colab opens notebooks from a branch of a repository and knows no chapter in ``.py``. Pages that
  are no chapters read files of the repository and have no such button.
- ``{copies} NAME`` lists the copies of a chapter.
- ``{questions} NAME`` lists the questions that the chapter's figures ask, with their answers.
- ``{answer} LABEL`` shows what the solution of an exercise printed when the book was built, so that
  a teacher's page types no number.
"""

from pathlib import PurePosixPath
from typing import Any

from docutils import nodes
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from tools.course.copies import quizzes
from tools.course.exercises import Part, Place, read_parts
from tools.course.publish import on_colab, with_outputs
from tools.house import BOOK, papers

#: what a teacher's page offers -> where it is in the published folder
OFFERED = {
    "Notebook for students, without the solutions": "student/{}.ipynb",
    "Notebook for teachers, with solutions, outputs and hidden tests": "teacher/{}.ipynb",
    "Slides": "slides/{}.html",
    "Stills of the figures": "figures/{}.zip",
}


def lead_to_notebook(
    app: Sphinx, page: str, template: str, context: dict, doctree: Any
) -> None:
    """Point the Colab button of a chapter to its notebook; take that of another page away."""
    name = page.removeprefix("book/")
    for group in context.get("header_buttons", []):
        if group.get("label") != "launch-buttons":
            continue
        colab = [
            button for button in group["buttons"] if button.get("text") == "Colab"
        ]
        for button in colab:
            if name in papers():
                button["url"] = on_colab(name)
            else:
                group["buttons"].remove(button)


class Copies(SphinxDirective):
    """``{copies} NAME``: links to the copies of a chapter."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The list."""
        name = self.arguments[0]
        if name not in papers():
            raise self.error(
                f"copies: expected one of {', '.join(papers())}; got {name!r}"
            )
        up = "../" * self.env.docname.count("/")
        links = {
            words: f"{up}course/{place.format(name)}"
            for words, place in OFFERED.items()
        }
        links["The students' notebook in Colab"] = on_colab(name, "student")
        found = nodes.bullet_list(classes=["wp-copies"])
        for words, address in links.items():
            link = nodes.reference("", words, refuri=address, internal=False)
            found += nodes.list_item("", nodes.paragraph("", "", link))
        return [found]


class Questions(SphinxDirective):
    """``{questions} NAME``: the answer key of the questions that the figures ask."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A list with one entry for each question."""
        chapter = self.arguments[0]
        self.env.note_dependency(str(BOOK / f"{chapter}.py"))
        asked = quizzes(with_outputs(chapter).cells)
        if not asked:
            return [nodes.paragraph(text="The figures ask no questions.")]
        return [nodes.bullet_list("", *map(_entry, asked))]


def _entry(quiz: dict[str, Any]) -> nodes.list_item:
    """One question with its answer."""
    said = f" ({quiz['minutes']} minutes): {quiz['question']} "
    answer = nodes.strong(text=f"{quiz['answer'].rstrip('.')}.")
    name = nodes.literal(text=quiz["id"])
    return nodes.list_item(
        "",
        nodes.paragraph(
            "", "", name, nodes.Text(said), answer, nodes.Text(f" {quiz['why']}")
        ),
    )


class Answer(SphinxDirective):
    """``{answer} LABEL``: what the solution of an exercise printed, above a teacher's words."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """The exercise's name, what was printed, and the words."""
        label, chapter = self.arguments[0], PurePosixPath(self.env.docname).name
        self.env.note_dependency(str(BOOK / f"{chapter}.py"))
        parts = [part for part in _parts(chapter) if _is_of(part, label)]
        if not parts:
            raise self.error(
                f"answer: expected an exercise of {chapter}, got {label!r}"
            )
        printed = "\n".join(_printed(part.cell) for part in parts).strip()
        heading = parts[0].exercise.heading if parts[0].exercise else label
        found: list[nodes.Node] = [
            nodes.paragraph("", "", nodes.strong(text=heading))
        ]
        if printed:
            found.append(nodes.literal_block(printed, printed, language="text"))
        return found + self.parse_content_to_nodes()


def _parts(chapter: str) -> list[Part]:
    return read_parts(with_outputs(chapter))


def _is_of(part: Part, label: str) -> bool:
    """Whether a part is the solution of an exercise."""
    return (
        part.place is Place.SOLUTION
        and part.exercise is not None
        and part.exercise.label == label
    )


def _printed(cell: NotebookNode) -> str:
    """What a cell printed or showed, as text."""
    if cell.cell_type != "code":
        return ""
    return "".join(
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the hook, after the theme's own, and the directives."""
    app.connect("html-page-context", lead_to_notebook, priority=600)
    app.add_directive("copies", Copies)
    app.add_directive("questions", Questions)
    app.add_directive("answer", Answer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
