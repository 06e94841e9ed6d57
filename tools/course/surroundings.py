"""What the text of a chapter refers to: other pages, headings, equations, figures, exercises.

The book resolves such references when it is built. A copy resolves them here, to words that say
the same and, where something is not in the notebook, to a link to the published page.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePosixPath

import yaml

from tools.course.citations import Bibliography, bibliography
from tools.course.exercises import Exercise, Part
from tools.house import BOOK, ROOT

_HEADING_TARGET = re.compile(r"^\(([\w.:-]+)\)=[ ]*\n+#+[ ]+(.+)$", re.MULTILINE)
_MATH_LABEL = re.compile(r"\$\$[ ]*\(([\w.:-]+)\)[ ]*$|^:label:[ ]*(\S+)$", re.MULTILINE)

#: what a label of a cell begins with -> what the book calls the thing
_KINDS = {"fig": "Figure", "tab": "Table"}


@dataclass
class Surroundings:
    """What a reference in the text of one chapter may name.

    Attributes
    ----------
    name : str
        The chapter.
    exercises : dict of str to Exercise
        Exercises by their labels.
    headings : dict of str to str
        Words of the headings that carry a target.
    equations : dict of str to int
        Numbers of the labelled equations.
    figures : dict of str to str
        Numbers of the labelled figures and tables: ``Figure 3``.
    cited : list of str
        Keys of the bibliography that were cited so far, in order.
    """

    name: str
    exercises: dict[str, Exercise] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    equations: dict[str, int] = field(default_factory=dict)
    figures: dict[str, str] = field(default_factory=dict)
    cited: list[str] = field(default_factory=list)

    @property
    def bibliography(self) -> Bibliography:
        """The book's bibliography."""
        return bibliography()

    def words_for(self, label: str) -> str:
        """Words for what a label names in this chapter.

        Raises
        ------
        ValueError
            If the chapter has no such label.
        """
        if label in self.exercises:
            return f"exercise {label}"
        if label in self.equations:
            return f"({self.equations[label]})"
        if label in self.figures:
            return self.figures[label]
        if label in self.headings:
            return self.headings[label]
        raise ValueError(f"reference: expected a label of this chapter, got {label!r}")


def surroundings_of(name: str, parts: Sequence[Part]) -> Surroundings:
    """What the text of a chapter may refer to, read from its cells."""
    texts = (part.cell.source for part in parts if part.cell.cell_type == "markdown")
    whole = "\n\n".join(texts)
    exercises = {part.exercise.label: part.exercise for part in parts if part.exercise}
    labels = [dollar or option for dollar, option in _MATH_LABEL.findall(whole)]
    return Surroundings(
        name=name,
        exercises=exercises,
        headings=dict(_HEADING_TARGET.findall(whole)),
        equations={label: number for number, label in enumerate(labels, 1)},
        figures=_numbered(part.label for part in parts if part.label),
    )


def _numbered(labels: Iterable[str]) -> dict[str, str]:
    """The words of labels such as ``fig-power`` and ``tab-onsets``, numbered by kind."""
    counts: Counter[str] = Counter()
    words = {}
    for label in labels:
        kind = _KINDS[label.partition("-")[0]]
        counts[kind] += 1
        words[label] = f"{kind} {counts[kind]}"
    return words


@cache
def published() -> str:
    """Address at which the book is published, with a slash at its end."""
    settings = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    return str(settings["html"]["baseurl"])


def address_of(document: str) -> str:
    """Published address of a page that is named from a page in ``book/``: ``api/bisg.md``."""
    page, _, anchor = document.partition("#")
    path = PurePosixPath("book", page).with_suffix(".html")
    return f"{published()}{path}" + (f"#{anchor}" if anchor else "")


def title_of(document: str) -> str:
    """Title of a page that is named from a page in ``book/``.

    Raises
    ------
    ValueError
        If there is no such page, or it has no title.
    """
    stem = BOOK / document.partition("#")[0]
    for path in (stem, stem.with_suffix(".md"), stem.with_suffix(".py")):
        if path.is_file():
            title = re.search(r"^(?:# )?# (?!%%)(\S.*)$", path.read_text("utf-8"), re.MULTILINE)
            if title:
                return title[1]
    raise ValueError(f"link: expected a page of the book with a title, got {document!r}")
