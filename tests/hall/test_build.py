"""The build of a small book: nothing stale is published, and a failing cell is named.

A copy of the house with one short chapter, so that its library can be changed at will.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from tools.house import LIBRARY, ROOT, hall

pytestmark = pytest.mark.slow

HEADER = """\
# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---
"""
CHAPTER = """
# %% [markdown]
# # A chapter
# Its prose.

# %% tags=["headline"]
from workedpapers.bisg import answer
from workedpapers.claims import Claim, Within, table
print("the answer is", answer())

# %%
table([Claim("trial-answer", "It is 41.", "abstract", "paper",
             Within(1, of=41, why="the page of this test says so"), answer)], "bisg")

# %% [markdown]
# ```{exercise-start}
# :label: ask-1
# :level: read
# :minutes: 1
# ```
# What is the answer?
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} ask-1
# :class: dropdown
# ```

# %%
print("solved:", answer())

# %% [markdown]
# ```{solution-end}
# ```
"""
TOC = (
    "format: jb-book\nroot: book/intro\nchapters:\n  - file: book/bisg\n  - file: book/scoreboard\n"
)


SCOREBOARD = """
# %% [markdown]
# # Scoreboard

# %%
from workedpapers.claims import scoreboard
scoreboard()
"""


@dataclass
class SmallBook:
    """A copy of the house with one chapter."""

    root: Path

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def chapter(self, text: str = CHAPTER) -> None:
        self.write("book/bisg.py", HEADER + text)

    def library(self, value: str) -> None:
        self.write("lib/workedpapers/bisg/__init__.py", f"def answer():\n    return {value}\n")

    def run(self, tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", f"tools.{tool}", *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root / "lib"), "NO_COLOR": "1"},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )

    def build(self) -> str:
        result = self.run("build")
        assert result.returncode == 0, result.stdout
        return result.stdout

    def page(self, name: str = "bisg") -> str:
        html = (self.root / "_build" / "html" / "book" / f"{name}.html").read_text("utf-8")
        return re.sub(r"\s+", " ", html)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> SmallBook:
    small = SmallBook(tmp_path_factory.mktemp("small"))
    hall_packages = [f"lib/workedpapers/{path.name}" for path in LIBRARY.iterdir()
                     if path.name in hall() and path.is_dir()]  # fmt: skip
    for name in ("book/_ext", "tools", *hall_packages):
        shutil.copytree(ROOT / name, small.root / name, ignore=shutil.ignore_patterns("node_*"))
    for name in ("_config.yml", "pyproject.toml", "constraints.txt", "book/references.bib"):
        shutil.copy(ROOT / name, small.root / name)
    for name in ("logo.svg", "logo-dark.svg", "favicon.svg", "book.css"):
        (small.root / "book" / "_static").mkdir(exist_ok=True)
        shutil.copy(ROOT / "book" / "_static" / name, small.root / "book" / "_static")
    for path in LIBRARY.glob("*.py"):
        shutil.copy(path, small.root / "lib/workedpapers")
    small.write("_toc.yml", TOC)
    small.write("book/scoreboard.py", HEADER + SCOREBOARD)
    small.write("book/intro.md", "# Small book\n\n```{tableofcontents}\n```\n")
    small.library("41")
    small.chapter()
    small.build()
    return small


def test_a_page_shows_what_its_cells_gave(book: SmallBook) -> None:
    assert "the answer is 41" in book.page()
    assert "1 reproduced" in book.page()
    assert "It is 41." in book.page("scoreboard")


def test_a_change_of_prose_executes_nothing(book: SmallBook) -> None:
    book.chapter(CHAPTER.replace("Its prose.", "Other prose."))
    shown = book.build()
    assert "bisg: unchanged" in shown
    assert "executing" not in shown
    assert "Other prose." in book.page()
    assert "the answer is 41" in book.page()
    book.chapter()


def test_a_change_of_the_library_changes_the_page_and_the_scoreboard(book: SmallBook) -> None:
    book.library("40.5")
    shown = book.build()
    assert "bisg: executing" in shown
    assert "the answer is 40.5" in book.page()
    assert "the answer is 41" not in book.page()
    assert "40.5" in book.page("scoreboard")
    book.library("41")


def test_another_papers_library_executes_nothing(book: SmallBook) -> None:
    book.build()
    book.write("lib/workedpapers/meg_decoding/__init__.py", "x = 1\n")
    assert "executing" not in book.build()


def test_a_change_of_the_hall_or_of_a_version_executes_the_chapter(book: SmallBook) -> None:
    book.build()
    for name in ("lib/workedpapers/__init__.py", "constraints.txt"):
        path = book.root / name
        path.write_text(path.read_text("utf-8") + "\n", "utf-8")
        assert "bisg: executing" in book.build()


def test_a_change_of_style_reaches_the_pages(book: SmallBook) -> None:
    book.build()
    style = book.root / "book" / "_static" / "book.css"
    style.write_text(style.read_text("utf-8") + "\n.added { color: red; }\n", "utf-8")
    book.build()
    published = book.root / "_build" / "html" / "_static" / "book.css"
    assert published.read_text("utf-8") == style.read_text("utf-8")


def test_a_failing_cell_names_chapter_cell_and_traceback(book: SmallBook) -> None:
    book.library("1 / 0")
    result = book.run("build")
    assert result.returncode == 1
    assert "book/bisg.py: code cell 1 of 3 failed" in result.stdout
    assert "ZeroDivisionError" in result.stdout
    assert "return 1 / 0" in result.stdout
    assert not (book.root / "_build/html/book/bisg.html").exists(), "a stale page is left"
    book.library("41")
    book.build()
    assert "the answer is 41" in book.page()


def test_a_measurement_outside_its_tolerance_fails_the_build(book: SmallBook) -> None:
    book.library("43")
    result = book.run("build")
    assert result.returncode == 1
    assert "Claim trial-answer measured 43; expected within 1 of 41" in result.stdout
    assert "book/bisg.py: code cell 2 of 3 failed" in result.stdout
    book.library("41")


def test_a_warning_of_sphinx_fails_the_build(book: SmallBook) -> None:
    book.chapter(CHAPTER.replace("Its prose.", "A link to [nowhere](no-such-page.md)."))
    result = book.run("build")
    assert result.returncode == 1
    assert "no-such-page" in result.stdout
    book.chapter()


def test_the_page_offers_its_notebook_and_its_source(book: SmallBook) -> None:
    book.build()
    sources = book.root / "_build/html/_sources/book"
    notebook = nbformat.read(sources / "bisg.ipynb", as_version=4)
    assert "%pip install" in notebook.cells[0].source
    assert any("answer()" in cell.source for cell in notebook.cells)
    assert (sources / "bisg.py").read_text("utf-8") == HEADER + CHAPTER
    for name in ("bisg.ipynb", "bisg.py"):
        assert f"_sources/book/{name}" in book.page()


def test_binder_opens_the_chapter(book: SmallBook) -> None:
    assert "urlpath=lab/tree/book/bisg.py" in book.page()


def test_colab_opens_a_notebook_that_is_published(book: SmallBook) -> None:
    address = "/github/worked-papers/worked-papers/blob/notebooks/"
    assert f"https://colab.research.google.com{address}chapters/bisg.ipynb" in book.page()
    assert (book.root / "_build/course/chapters/bisg.ipynb").exists()
    assert "colab.research" not in book.page("scoreboard")
    workflow = (ROOT / ".github/workflows/book.yml").read_text("utf-8")
    assert "_build/course/chapters" in workflow
    assert "_build/course/student" in workflow


def test_headline_cells_are_compared_with_their_references(book: SmallBook) -> None:
    shown = book.run("references", "refresh").stdout
    assert "the answer is 41" in shown
    assert book.run("references", "check").returncode == 0
    book.library("41.5")
    result = book.run("references", "check")
    assert result.returncode != 0
    assert "41.5" in result.stdout
    book.library("41")
    reference = book.root / "tests/notebooks/references/bisg.json"
    reference.write_text(json.dumps([]), "utf-8")
    result = book.run("references", "check")
    assert result.returncode == 1
    assert "the reference knows []" in result.stdout


def test_a_students_copy_has_no_solution(book: SmallBook) -> None:
    assert book.run("course").returncode == 0
    course = book.root / "_build" / "course"
    student, teacher = (
        nbformat.read(course / name / "bisg.ipynb", as_version=4) for name in ("student", "teacher")
    )
    assert any("solved" in cell.source for cell in teacher.cells)
    assert not any(
        "solved" in cell.source or "solution" in cell.source.replace("# Your solution.", "")
        for cell in student.cells
    )
    assert any(cell.source == "# Your solution." for cell in student.cells)
    assert any("What is the answer?" in cell.source for cell in student.cells)
