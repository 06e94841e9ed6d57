"""Write all copies of the chapters: ``python -m tools.course``.

Below ``_build/course``: `student` and `teacher` hold notebooks, `nbgrader` is a folder in which
nbgrader can be run. Outputs are those of the last build, where there was one.
"""

import sys

import nbformat

from tools.build import Page, is_chapter, pages_in_order
from tools.course.copies import Copies
from tools.course.grading import CONFIG
from tools.house import BOOK, BUILD, ROOT
from tools.notebooks import read_chapter

COURSE = BUILD / "course"


def with_outputs(page: Page) -> nbformat.NotebookNode:
    """A chapter's notebook, with its outputs if this code has been executed."""
    try:
        return read_chapter((BOOK / f"{page.name}.py").read_text("utf-8"))
    except FileNotFoundError:
        return page.notebook


def write(copies: Copies) -> None:
    """Write the notebooks of one chapter."""
    notebooks = {
        f"student/{copies.name}": copies.student(),
        f"teacher/{copies.name}": copies.teacher(),
        f"nbgrader/source/{copies.name}/{copies.name}": copies.source(),
    }
    for name, notebook in notebooks.items():
        path = COURSE / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
        print(f"  {path.relative_to(ROOT)}  ({path.stat().st_size / 1e3:,.0f} kB)")


def main() -> int:
    """Run the command."""
    for page in pages_in_order():
        if is_chapter(page):
            write(Copies.of(page.name, with_outputs(page)))
    (COURSE / "nbgrader" / "nbgrader_config.py").write_text(CONFIG, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
