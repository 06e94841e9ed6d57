"""Hold the headline cells of the chapters against committed references.

    python -m tools.references compare [NAME ...]   with what the last build printed; seconds
    python -m tools.references check [NAME ...]     run the chapters once more with nbval
    python -m tools.references refresh [NAME ...]   write the references anew, show the difference

A headline cell carries the tag ``headline`` and prints rounded, seeded figures, or shows them in a
table. The text of both lies in ``tests/notebooks/references/NAME.json``. All other cells of a
chapter must run without an error, whatever they show. The second run of ``check`` shows that two
runs agree.
"""

import argparse
import difflib
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat

from tools.build import Page, as_built, is_chapter, pages_in_order
from tools.house import BOOK, BUILD, ROOT
from tools.notebooks import read_chapter

REFERENCES = ROOT / "tests" / "notebooks" / "references"
NOTEBOOKS = BUILD / "nbval"


def headlines(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The headline cells of a notebook."""
    return [cell for cell in notebook.cells if "headline" in cell.metadata.get("tags", [])]


def printed(cell: nbformat.NotebookNode) -> str:
    """What a cell printed."""
    return "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stdout")


def shown(cell: nbformat.NotebookNode) -> str:
    """The text of what a cell showed, such as a table."""
    results = [o.data for o in cell.outputs if o.output_type in ("execute_result", "display_data")]
    return "\n".join(data["text/plain"] for data in results if "text/plain" in data)


def entry_of(cell: nbformat.NotebookNode) -> dict[str, str]:
    """Reference of a headline cell: its name, what it printed, and what it showed, if anything."""
    entry = {"cell": first_line(cell), "printed": printed(cell), "shown": shown(cell)}
    return {key: text for key, text in entry.items() if text or key == "cell"}


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
        cell.outputs = []
        if "printed" in entry:
            text = entry["printed"]
            cell.outputs.append(nbformat.v4.new_output("stream", name="stdout", text=text))
        if "shown" in entry:
            data = {"text/plain": entry["shown"]}
            cell.outputs.append(nbformat.v4.new_output("execute_result", data=data))
    # What a cell shows is compared as text; its HTML follows from the same cells.
    text_alone = nbformat.v4.new_code_cell(
        "get_ipython().display_formatter.active_types = ['text/plain']"
    )
    notebook.cells.insert(0, text_alone)
    return notebook


def path_of(page: Page) -> Path:
    """File of a chapter's reference."""
    return REFERENCES / f"{page.name}.json"


def references_of(page: Page) -> list[dict[str, str]]:
    """The committed references of a chapter; none where it is new."""
    path = path_of(page)
    return json.loads(path.read_text("utf-8")) if path.exists() else []


def printed_by_build(page: Page) -> list[dict[str, str]]:
    """What the headline cells of a chapter printed when it was last built.

    Raises
    ------
    FileNotFoundError
        If this code has not been executed; `make book` does it.
    """
    executed = read_chapter((BOOK / f"{page.name}.py").read_text("utf-8"))
    return [entry_of(cell) for cell in headlines(executed)]


def difference(before: str, now: str) -> str:
    """Two texts line by line, as `diff` shows it; empty where they are equal."""
    lines = difflib.unified_diff(
        before.splitlines(), now.splitlines(), "committed", "now", lineterm=""
    )
    return "\n".join(lines)


def as_text(entries: list[dict[str, str]]) -> str:
    """References as they are committed."""
    return json.dumps(entries, indent=1, ensure_ascii=False) + "\n"


def compare(pages: list[Page]) -> int:
    """Compare what the last build printed with the references; nothing is executed."""
    wrong = 0
    for page in pages:
        committed, now = references_of(page), printed_by_build(page)
        if not now or committed != now:
            wrong += 1
            print(f"{page.name}: the build printed something else than the reference knows")
            print(difference(as_text(committed), as_text(now)) or "there is no headline cell")
        else:
            print(f"{page.name}: {len(now)} headline cells as committed")
    return int(wrong > 0)


def check(pages: list[Page]) -> int:
    """Run the chapters once more and compare."""
    NOTEBOOKS.mkdir(parents=True, exist_ok=True)
    files = []
    for page in pages:
        try:
            notebook = with_references(page, references_of(page))
        except ValueError as error:
            print(error)
            return 1
        files.append(NOTEBOOKS / f"{page.name}.ipynb")
        nbformat.write(notebook, files[-1])
    # Slow machines take long to start a kernel; how long a cell may take is no matter of ours.
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
        *("--nbval", "--nbval-current-env", "--nbval-kernel-startup-timeout", "3600"),
        *("--nbval-cell-timeout", "3600"),
        *("-n", str(min(len(files), os.cpu_count() or 1)), "--dist", "loadfile"),
        *map(str, files),
    ]
    environment = {**os.environ, **as_built(records=NOTEBOOKS)}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def refresh(pages: list[Page]) -> int:
    """Build the book and take its headline outputs as the new references."""
    if subprocess.run([sys.executable, "-m", "tools.build"], cwd=ROOT, check=False).returncode:
        return 1
    REFERENCES.mkdir(parents=True, exist_ok=True)
    for page in pages:
        fresh = printed_by_build(page)
        if silent := [entry["cell"] for entry in fresh if len(entry) == 1]:
            print(f"book/{page.name}.py: headline cells that print nothing: {silent}")
            return 1
        committed = path_of(page).read_text("utf-8") if path_of(page).exists() else ""
        changed = difference(committed, as_text(fresh))
        print(f"{page.name}: " + ("\n" + changed if changed else "no difference"))
        path_of(page).write_text(as_text(fresh), "utf-8")
    return 0


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("command", choices=("compare", "check", "refresh"))
    parser.add_argument("names", nargs="*", help="chapters; default: all")
    options = parser.parse_args()
    chapters = [page for page in pages_in_order() if is_chapter(page)]
    names = [page.name for page in chapters]
    if unknown := set(options.names) - set(names):
        print(f"There is no chapter {', '.join(sorted(unknown))}. There are: {', '.join(names)}.")
        return 2
    chosen = [page for page in chapters if not options.names or page.name in options.names]
    command = {"compare": compare, "check": check, "refresh": refresh}[options.command]
    return command(chosen)


if __name__ == "__main__":
    sys.exit(main())
