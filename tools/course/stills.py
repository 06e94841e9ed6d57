"""Stills of a chapter's figures, to put on slides of one's own: SVG, and PNG of figures that move.

They are taken from the outputs of the last build. A still of a figure that moves shows its first
state. `CAPTIONS` lists each file with its caption and the words for who cannot see it.
"""

import base64
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from tools.course.copies import Copies

CAPTIONS = "captions.md"
INK = "#20262e"

_FIGURE = re.compile(r"<figure\b(?P<head>[^>]*)>(?P<body>.*?)</figure>", re.DOTALL)
_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_PNG = re.compile(r'<img\b[^>]*src="data:image/png;base64,(?P<data>[^"]+)"[^>]*>')
_ALT = re.compile(r'(?:alt|aria-label)="([^"]*)"')
_CAPTION = re.compile(r"<figcaption[^>]*>(.*?)</figcaption>", re.DOTALL)
_VARIABLE = re.compile(r"var\(--[\w-]+,\s*(#[0-9a-fA-F]+)\)")


@dataclass(frozen=True)
class Still:
    """A picture of a figure.

    Attributes
    ----------
    name : str
        Name of its file: its place in the chapter and the heading that it stands under.
    data : bytes
        What the file holds.
    alt, caption : str
        What the page says of it.
    """

    name: str
    data: bytes
    alt: str
    caption: str


def stills(copies: Copies) -> list[Still]:
    """Pictures of all figures in the outputs of a chapter, in their order."""
    found: list[Still] = []
    heading = "figure"
    for part in copies.parts:
        if part.cell.cell_type == "markdown":
            headings = re.findall(r"^#{2,3} (.+)$", part.cell.source, re.MULTILINE)
            heading = headings[-1] if headings else heading
            continue
        for figure in _figures(part.cell):
            still = _still(figure, f"{len(found) + 1:02}-{_slug(heading)}")
            found += [still] if still else []
    return found


def captions(title: str, pictures: list[Still]) -> str:
    """A list of the files with their words, and how to say where they come from."""
    lines = [f"# Figures of *{title}*", "", "Worked Papers, CC BY 4.0.", ""]
    for still in pictures:
        lines += [f"## {still.name}", "", still.caption, "", f"In words: {still.alt}", ""]
    return "\n".join(lines)


def _figures(cell: NotebookNode) -> Iterator[re.Match[str]]:
    for output in cell.outputs:
        yield from _FIGURE.finditer("".join(output.get("data", {}).get("text/html", "")))


def _still(figure: re.Match[str], name: str) -> Still | None:
    body = figure["body"]
    svg, png = _SVG.search(body), _PNG.search(body)
    alt, caption = (_words(pattern.search(body)) for pattern in (_ALT, _CAPTION))
    if svg:
        return Still(f"{name}.svg", _standalone(svg[0]).encode(), alt, caption)
    if png:
        return Still(f"{name}.png", base64.b64decode(png["data"]), alt, caption)
    return None


def _words(found: re.Match[str] | None) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", found[1])).strip() if found else ""


def _standalone(svg: str) -> str:
    """An SVG of a page as a file: with colours of its own, and no smaller than it was drawn."""
    svg = _VARIABLE.sub(r"\1", svg).replace("currentColor", INK)
    svg = re.sub(
        r'style="max-width:100%;height:auto;([^"]*)" aria-hidden="true"', r'style="\1"', svg
    )
    if "xmlns=" not in svg[: svg.index(">")]:
        svg = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{svg}\n'


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:40].strip("-")
