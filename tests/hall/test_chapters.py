"""The text of the chapters, as it stands in ``book/*.py``, without building them."""

import re
import tomllib
from pathlib import Path

import pytest

from tools.house import BOOK, papers
from tools.notebooks import read_source

SOURCES = sorted(BOOK.glob("*.py"))
COLUMNS = tomllib.loads((BOOK / "ruff.toml").read_text("utf-8"))["line-length"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_code_is_no_wider_than_its_box_on_the_page(source: Path) -> None:
    cells = read_source(source.read_text("utf-8")).cells
    lines = [line for c in cells if c.cell_type == "code" for line in c.source.splitlines()]
    assert not [line for line in lines if len(line) > COLUMNS]


def prose(source: Path) -> str:
    """What a reader reads of a page before the exercises: no code, headings, box or question."""
    cells = read_source(source.read_text("utf-8")).cells
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    text = re.sub(r":::\{div\} wp-box.*?:::", "", text, flags=re.DOTALL)
    text = re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^\*\*.*?\*\*\n\n", "", text.lstrip(), count=1, flags=re.DOTALL)
    return re.sub(r"\s+", " ", text)


def terms() -> list[str]:
    """The terms of the glossary."""
    text = (BOOK / "glossary.md").read_text("utf-8")
    inside = text.split(":::{glossary}\n")[1].split("\n:::")[0]
    return [line for line in inside.splitlines() if line and not line.startswith(" ")]


def used(text: str) -> list[str]:
    """The terms that a text introduces, in order."""
    roles = re.findall(r"\{term\}`([^`]+)`", text)
    return [role.split("<")[-1].rstrip(">") for role in roles]


CHAPTERS = [BOOK / f"{name}.py" for name in papers()]


def test_the_glossary_is_sorted_and_has_each_term_once() -> None:
    assert terms() == sorted(set(terms()), key=str.lower)


def test_every_term_is_used_and_every_term_used_is_in_the_glossary() -> None:
    assert {term for page in CHAPTERS for term in used(prose(page))} == set(terms())


@pytest.mark.parametrize("source", CHAPTERS, ids=lambda path: path.stem)
def test_a_term_is_bold_where_a_chapter_first_uses_it(source: Path) -> None:
    text = prose(source)
    found = used(text)
    assert len(found) == len(set(found))
    for term in found:
        before = re.split(r"\{term\}`(?:[^`<]*<)?" + re.escape(term), text)[0]
        before = re.sub(r"\{[^}]*\}`[^`]*`|`[^`]*`|\([^)]*\.md\)", "", before)  # roles, code
        assert not re.search(rf"(?<![\w-]){re.escape(term)}s?(?![\w-])", before, re.IGNORECASE), (
            term
        )


@pytest.mark.parametrize("source", CHAPTERS, ids=lambda path: path.stem)
def test_exercises_have_ids_that_are_numbered_within_the_chapter(source: Path) -> None:
    text = source.read_text("utf-8")
    labels = re.findall(r"\{exercise-start\}\n# :label: ([a-z]+)-(\d+)\n", text)
    assert len(labels) == text.count("{exercise-start}") >= 1
    assert [int(number) for _, number in labels] == list(range(1, len(labels) + 1))
    assert len({word for word, _ in labels}) == 1


def test_no_two_chapters_share_the_word_of_their_exercises() -> None:
    words = [re.search(r":label: ([a-z]+)-1\n", page.read_text("utf-8")) for page in CHAPTERS]
    assert len({word[1] for word in words if word}) == len(CHAPTERS)


@pytest.mark.parametrize("source", CHAPTERS, ids=lambda path: path.stem)
def test_no_data_frame_is_printed_as_text(source: Path) -> None:
    assert ".to_string(" not in source.read_text("utf-8")


def test_labels_of_figures_bear_the_word_of_their_chapter() -> None:
    for page in CHAPTERS:
        text = page.read_text("utf-8")
        word = re.search(r":label: ([a-z]+)-1\n", text)
        assert word
        labels = re.findall(r'^# %%.* label="([^"]+)"', text, re.MULTILINE)
        assert not [label for label in labels if label.split("-")[1] != word[1]]
        assert len(labels) == len(set(labels))
