"""Slides of a chapter, made of the cells that carry the tag ``slide``.

A marked cell becomes a slide with the heading that it stands under. A cell that drew a figure or a
table shows it alone; another one shows its code. The paragraph before the cell and the one after
it, which say what to expect and what is seen, become the speaker's notes. The exercises come last.
"""

from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbconvert import SlidesExporter
from nbformat import NotebookNode
from traitlets.config import Config

from tools.course.copies import Copies
from tools.course.exercises import Part, Place

SLIDE = "slide"
TEMPLATES = Path(__file__).resolve().parent / "templates"


def slides(copies: Copies, vendor: str) -> str:
    """Slides as one page of HTML.

    Parameters
    ----------
    copies : Copies
        The chapter, with the outputs of its cells.
    vendor : str
        Address of the folder with the scripts, seen from the page.

    Returns
    -------
    str
        The page. It loads nothing but files from ``vendor``.
    """
    notebook = nbformat.v4.new_notebook(cells=list(_cells(copies)))
    notebook.metadata["title"] = copies.title
    settings = Config()
    settings.SlidesExporter.reveal_url_prefix = vendor
    exporter = SlidesExporter(
        config=settings, template_name="slides", extra_template_basedirs=[str(TEMPLATES)]
    )
    page, _ = exporter.from_notebook_node(notebook)
    return str(page)


def _cells(copies: Copies) -> Iterator[NotebookNode]:
    yield _markdown(_title(copies), "slide")
    texts = [part for part in copies.parts if part.place is Place.TEXT]
    heading = ""
    for at, part in enumerate(texts):
        if part.cell.cell_type == "markdown":
            heading = next(_headings(part.cell.source), heading)
        if SLIDE in part.tags:
            yield from _slide(part, heading, texts[at - 1 : at], texts[at + 1 : at + 2])
    for part in copies.parts:
        if part.place is Place.EXERCISE and part.opens:
            yield _markdown(part.cell.source.replace("###", "##", 1), "slide")


def _title(copies: Copies) -> str:
    """The title, the question and the first paragraph of a chapter."""
    opening = next(part.cell.source for part in copies.parts if part.cell.cell_type == "markdown")
    return "\n\n".join(opening.split("\n\n")[:2])


def _headings(text: str) -> Iterator[str]:
    """The headings of a text, the last one first."""
    for line in reversed(text.split("\n")):
        if line.startswith(("## ", "### ")):
            yield line.lstrip("# ")


def _slide(
    part: Part, heading: str, before: list[Part], after: list[Part]
) -> Iterator[NotebookNode]:
    yield _markdown(f"## {heading}", "slide")
    cell = nbformat.from_dict(part.cell)
    cell.metadata = nbformat.from_dict(
        {"slideshow": {"slide_type": "-"}, "only_output": _draws(cell)}
    )
    yield cell
    notes = [*_prose(before)[-1:], *_prose(after)[:1]]
    if notes:
        yield _markdown("\n\n".join(notes), "notes")


def _draws(cell: NotebookNode) -> bool:
    """Whether a cell drew a figure or a table."""
    return any("text/html" in output.get("data", {}) for output in cell.get("outputs", []))


def _prose(parts: list[Part]) -> list[str]:
    """Paragraphs of a text, without its headings."""
    text = "".join(part.cell.source for part in parts if part.cell.cell_type == "markdown")
    return [p for p in text.split("\n\n") if p.strip() and not p.startswith("#")]


def _markdown(text: str, kind: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(text, metadata={"slideshow": {"slide_type": kind}})
