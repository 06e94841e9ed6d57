"""nbgrader takes the copies as they are: a solved one gets its points, an empty one gets none."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from tests.hall.test_course import SMALL
from tools.course.copies import Copies
from tools.course.exercises import Exercise
from tools.course.grading import CONFIG, points_of

TEST_POINTS, WORDS_POINTS = points_of(Exercise("bisg-1", "compute", 20), tested=True)

pytestmark = pytest.mark.slow


def nbgrader(folder: Path, *arguments: str) -> str:
    """Run a command of nbgrader in a folder, with settings of nobody else.

    It starts programs of its environment by their names, as in an environment that is activated.
    """
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    settings = {
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "HOME": str(folder),
        "PATH": programs,
    }
    result = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env={**os.environ, **settings},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    return result.stdout


def put(folder: Path, name: str, notebook: NotebookNode) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of nbgrader with one assignment, handed in solved and empty, and graded."""
    folder = tmp_path_factory.mktemp("nbgrader")
    (folder / "nbgrader_config.py").write_text(CONFIG, "utf-8")
    copies = Copies.of("bisg", SMALL)
    put(folder, "source/bisg/bisg.ipynb", copies.source())
    nbgrader(folder, "generate_assignment", "bisg")
    put(folder, "submitted/solved/bisg/bisg.ipynb", copies.source())
    put(folder, "submitted/empty/bisg/bisg.ipynb", copies.student())
    nbgrader(folder, "autograde", "bisg", "--create")
    return folder


def test_nbgrader_makes_the_copy_that_students_get(folder: Path) -> None:
    made = nbformat.read(folder / "release/bisg/bisg.ipynb", as_version=4)
    ours = Copies.of("bisg", SMALL).student()
    assert [cell.source for cell in made.cells] == [cell.source for cell in ours.cells]
    for theirs, own in zip(made.cells, ours.cells, strict=True):
        known = theirs.metadata.get("nbgrader", {})
        assert {k: known[k] for k in own.metadata.get("nbgrader", {})} == own.metadata.get(
            "nbgrader", {}
        )


@pytest.mark.parametrize("student", ["solved", "empty"])
def test_a_hidden_test_gives_its_points_to_a_solved_copy_alone(folder: Path, student: str) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission_notebook("bisg", "bisg", student)
        grades = {grade.name: grade.score for grade in submission.grades}
        assert submission.max_code_score == TEST_POINTS
        assert submission.max_written_score == WORDS_POINTS
        waiting = {grade.name for grade in submission.grades if grade.needs_manual_grade}
    assert grades["bisg-1-test"] == (TEST_POINTS if student == "solved" else 0)
    # Words that a student wrote wait for a person; a place left empty has its nought already.
    assert waiting == ({"bisg-1-words"} if student == "solved" else set())
