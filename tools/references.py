"""Hold the headline cells of the chapters against committed references.

    python -m tools.references check [NAME ...]     run the chapters with nbval and compare
    python -m tools.references refresh [NAME ...]   write the references anew, show the difference

A headline cell carries the tag ``headline`` and prints rounded, seeded figures. Its printed text
lies in ``tests/notebooks/references/NAME.json``. All other cells of a chapter must run without an
error, whatever they show.
"""

import argparse
import difflib
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat

from tools.build import Page, is_chapter, pages_in_order
from tools.house import BUILD, EXECUTED, ROOT

REFERENCES = ROOT / "tests" / "notebooks" / "references"
NOTEBOOKS = BUILD / "nbval"


def headlines(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The headline cells of a notebook."""
    return [cell for cell in notebook.cells if "headline" in cell.metadata.get("tags", [])]


def printed(cell: nbformat.NotebookNode) -> str:
    """What a cell printed."""
    return "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stdout")


def first_line(cell: nbformat.NotebookNode) -> str:
    """What names a headline cell in a reference: the first line of its code."""
    return cell.source.split("\n", 1)[0]


def with_references(page: Page, reference: list[dict[str, str]]) -> nbformat.NotebookNode:
    """The page's notebook as nbval wants it: references behind headline cells, others ignored.

    Raises
    ------
    ValueError : if the page has no headline cell, or others than the reference knows.
    """
    notebook = nbformat.from_dict(page.notebook)
    cells = headlines(notebook)
    have, known = [first_line(cell) for cell in cells], [entry["cell"] for entry in reference]
    if not have or have != known:
        raise ValueError(
            f"book/{page.name}.py: its headline cells begin {have}, the reference knows {known}. "
            f"Tag at least one cell that prints figures, and run `make references`."
        )
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell not in cells:
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "nbval-ignore-output"]
    for cell, entry in zip(cells, reference, strict=True):
        cell.execution_count = 1  # nbval takes a cell without one for a cell that was not run
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=entry["printed"])]
    return notebook


def path_of(page: Page) -> Path:
    """File of a chapter's reference."""
    return REFERENCES / f"{page.name}.json"


def check(pages: list[Page]) -> int:
    """Run the chapters and compare."""
    NOTEBOOKS.mkdir(parents=True, exist_ok=True)
    files = []
    for page in pages:
        path = path_of(page)
        reference = json.loads(path.read_text("utf-8")) if path.exists() else []
        try:
            notebook = with_references(page, reference)
        except ValueError as error:
            print(error)
            return 1
        files.append(NOTEBOOKS / f"{page.name}.ipynb")
        nbformat.write(notebook, files[-1])
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval",
        "--nbval-current-env",
        "-q",
        "-p",
        "no:cacheprovider",
    ]
    command += ["-n", str(min(len(files), os.cpu_count() or 1)), "--dist", "loadfile"]
    return subprocess.run([*command, *map(str, files)], cwd=ROOT, check=False).returncode


def refresh(pages: list[Page]) -> int:
    """Build the book and take its headline outputs as the new references."""
    if subprocess.run([sys.executable, "-m", "tools.build"], cwd=ROOT, check=False).returncode:
        return 1
    REFERENCES.mkdir(parents=True, exist_ok=True)
    for page in pages:
        executed = nbformat.read(EXECUTED / f"{page.digest}.ipynb", as_version=4)
        fresh = [{"cell": first_line(c), "printed": printed(c)} for c in headlines(executed)]
        if silent := [entry["cell"] for entry in fresh if not entry["printed"].strip()]:
            print(f"book/{page.name}.py: headline cells that print nothing: {silent}")
            return 1
        text = json.dumps(fresh, indent=1, ensure_ascii=False) + "\n"
        old = path_of(page).read_text("utf-8") if path_of(page).exists() else ""
        changed = list(
            difflib.unified_diff(
                old.splitlines(), text.splitlines(), "committed", "now", lineterm=""
            )
        )
        print(f"{page.name}: " + ("\n" + "\n".join(changed) if changed else "no difference"))
        path_of(page).write_text(text, "utf-8")
    return 0


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("command", choices=("check", "refresh"))
    parser.add_argument("names", nargs="*", help="chapters; default: all")
    options = parser.parse_args()
    chapters = [page for page in pages_in_order() if is_chapter(page)]
    names = [page.name for page in chapters]
    if unknown := set(options.names) - set(names):
        print(f"There is no chapter {', '.join(sorted(unknown))}. There are: {', '.join(names)}.")
        return 2
    chosen = [page for page in chapters if not options.names or page.name in options.names]
    return check(chosen) if options.command == "check" else refresh(chosen)


if __name__ == "__main__":
    sys.exit(main())
