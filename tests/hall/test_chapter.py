"""`make chapter` writes a chapter that builds and passes at once."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tools import chapter
from tools.house import ROOT

PARTS = """\
format: jb-book
root: book/intro
parts:
  - caption: What data hide
    chapters:
      - file: book/bisg
  - caption: The whole book
    chapters:
      - file: book/library
        sections:
          - file: book/api/explore
      - file: book/teaching
        sections:
          - file: book/teaching/bisg
"""


def trial(part: str) -> chapter.Paper:
    return chapter.Paper("trial", "A trial", "trial", part)


@pytest.mark.parametrize("name", ["Upper", "a-b", "1st", "class", "a__b", "checks", "bisg", ""])
def test_a_name_that_a_paper_cannot_bear_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="NAME: expected"):
        chapter.check_name(name)


def test_a_chapter_goes_to_the_end_of_its_part() -> None:
    toc = yaml.safe_load(chapter.into_contents(PARTS, trial("What data hide")))
    data, book = toc["parts"]
    assert [entry["file"] for entry in data["chapters"]] == ["book/bisg", "book/trial"]
    sections = [entry["file"] for entry in book["chapters"][0]["sections"]]
    assert sections == ["book/api/trial", "book/api/explore"]
    taught = [entry["file"] for entry in book["chapters"][1]["sections"]]
    assert taught == ["book/teaching/trial", "book/teaching/bisg"]


def test_a_new_part_stands_before_the_whole_book() -> None:
    toc = yaml.safe_load(chapter.into_contents(PARTS, trial("What models learn")))
    assert [part["caption"] for part in toc["parts"]] == [
        "What data hide", "What models learn", "The whole book",
    ]  # fmt: skip
    assert toc["parts"][1]["chapters"] == [{"file": "book/trial"}]


class House:
    """A copy of the house: its tracked files, with a trial chapter in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, check=True, capture_output=True,
        ).stdout.decode().split("\0")  # fmt: skip
        for name in filter(None, listed):
            if (ROOT / name).exists():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, root / name)

    def run(self, *command: str) -> str:
        """Output of a command of this environment, which must succeed."""
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root / "lib"), "NO_COLOR": "1"},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    made = House(tmp_path_factory.mktemp("trial"))
    made.run("tools.chapter", "trial_paper", "--title", "How far a mean strays")
    return made


@pytest.mark.slow
def test_its_code_has_the_style_and_the_types_of_the_house(house: House) -> None:
    files = [
        *("lib/workedpapers/trial_paper", "tests/trial_paper"),
        *("benchmarks/trial_paper.py", "book/trial_paper.py"),
    ]
    house.run("ruff", "check", *files)
    house.run("ruff", "format", "--check", *files)
    house.run("mypy", "--package", "workedpapers.trial_paper")


@pytest.mark.slow
def test_its_tests_and_those_of_the_house_pass(house: House) -> None:
    for tests in (
        "tests/trial_paper",
        "tests/hall/test_docstrings.py",
        "tests/hall/test_course.py",
    ):
        shown = house.run("pytest", "-q", "-p", "no:cacheprovider", tests, "-k", "trial_paper")
        assert " passed" in shown
    chosen = "trial_paper or chapter_test_or_benchmark or circle or permits_its_pin"
    house.run("pytest", "-q", "-p", "no:cacheprovider", "tests/hall/test_house.py", "-k", chosen)


@pytest.mark.slow
def test_it_builds_and_prints_what_its_reference_says(house: House) -> None:
    # The book of this chapter alone: what the others give is tested where they are built.
    (house.root / "_toc.yml").write_text(
        "format: jb-book\nroot: book/trial_paper\nchapters:\n  - file: book/api/trial_paper\n",
        "utf-8",
    )
    house.run("tools.build")
    assert "1 headline cells as committed" in house.run("tools.references", "compare")
    page = (house.root / "_build/html/book/trial_paper.html").read_text("utf-8")
    assert "1 reproduced" in page
    assert "predicted 0.200" in page
    assert "standard_error" in (house.root / "_build/html/book/api/trial_paper.html").read_text()


def test_every_template_is_used_and_its_marks_are_filled_in() -> None:
    assert {path.name for path in chapter.TEMPLATES.iterdir()} == set(chapter.FILES)
    for template in chapter.FILES:
        text = (chapter.TEMPLATES / template).read_text("utf-8")
        assert not re.findall(r"@[A-Z]+@", chapter.filled(text, trial("What data hide")))
