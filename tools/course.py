"""Write the chapters as notebooks for a course: with their solutions, and without.

    python -m tools.course            into _build/course/teacher and _build/course/student

A solution is what stands between a cell that opens with ``{solution-start}`` and one that opens
with ``{solution-end}``. In a student's copy its text is gone and its code cells are empty.
"""

import re
import sys

import nbformat

from tools.build import is_chapter, pages_in_order
from tools.house import BUILD, ROOT
from tools.notebooks import for_download

COURSE = BUILD / "course"
_GATE = re.compile(r"^`{3,}\{solution-(start|end)\}", re.MULTILINE)


def without_solutions(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The student's copy of a notebook.

    Raises
    ------
    ValueError : if a solution is opened and not closed, or closed and not opened.
    """
    kept, inside = [], False
    for cell in notebook.cells:
        gate = _GATE.search(cell.source) if cell.cell_type == "markdown" else None
        if gate:
            opens = gate[1] == "start"
            if opens is inside:
                raise ValueError(f"a solution's gates do not match at: {cell.source[:80]!r}")
            inside = opens
        elif not inside:
            kept.append(cell)
        elif cell.cell_type == "code":
            kept.append(nbformat.v4.new_code_cell("# Your solution."))
    if inside:
        raise ValueError("the last solution is not closed")
    copy = nbformat.from_dict(notebook)
    copy.cells = kept
    return copy


def main() -> int:
    """Run the command."""
    for page in pages_in_order():
        if not is_chapter(page):
            continue
        complete = for_download(nbformat.from_dict(page.notebook))
        for name, notebook in (("teacher", complete), ("student", without_solutions(complete))):
            path = COURSE / name / f"{page.name}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, path)
            print(f"  {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
