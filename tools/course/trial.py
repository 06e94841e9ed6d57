"""Run a student's copy where there is nothing but Jupyter: ``python -m tools.course.trial NAME``.

It makes an environment of its own with a kernel and nothing else, and runs the copy in it from
the first cell on, which has to install everything. The project comes from this checkout in place
of its published address. It needs a network of packages, minutes, and a gigabyte or two; the
environment is removed at the end.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.build import is_chapter, pages_in_order
from tools.course.copies import Copies
from tools.house import ROOT

JUPYTER = ("ipykernel", "nbclient")
WIDGET = "application/vnd.jupyter.widget-view+json"

_RUN = """\
import json, sys, time
import nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], as_version=4)
client = NotebookClient(notebook, timeout=1800, kernel_name="python3")
seconds = []
with client.setup_kernel():
    for number, cell in enumerate(notebook.cells):
        start = time.perf_counter()
        client.execute_cell(cell, number)
        seconds.append(time.perf_counter() - start)
notebook.metadata["seconds"] = seconds
nbformat.write(notebook, sys.argv[1])
"""


def fresh_environment(folder: Path) -> Path:
    """Make an environment with nothing but a kernel.

    Parameters
    ----------
    folder : Path
        Where to make it.

    Returns
    -------
    Path
        Its Python.
    """
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", *JUPYTER], check=True)
    return python


def run_copy(python: Path, notebook: NotebookNode, folder: Path, **settings: str) -> NotebookNode:
    """Run a notebook with another Python.

    Parameters
    ----------
    python : Path
        The Python of an environment with a kernel.
    notebook : NotebookNode
        What to run.
    folder : Path
        An empty folder to run it in.
    **settings : str
        Variables of the environment, beside those of this process.

    Returns
    -------
    NotebookNode
        The notebook with its outputs, and the seconds of each cell in its metadata.

    Raises
    ------
    subprocess.CalledProcessError
        If a cell fails.
    """
    path = folder / "copy.ipynb"
    nbformat.write(notebook, path)
    unseen = {"PYTHONPATH", "WORKEDPAPERS_BUILD", "WORKEDPAPERS_RECORDS"}
    inherited = {name: value for name, value in os.environ.items() if name not in unseen}
    command = [python, "-c", _RUN, path]
    subprocess.run(command, cwd=folder, env={**inherited, **settings}, check=True)
    return nbformat.read(path, as_version=4)


def size(folder: Path) -> int:
    """Bytes of all files of a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def report(name: str, ran: NotebookNode, before: int, after: int) -> None:
    """Print what running a copy took and gave."""
    seconds = ran.metadata["seconds"]
    outputs = [output for cell in ran.cells if cell.cell_type == "code" for output in cell.outputs]
    live = sum(WIDGET in output.get("data", {}) for output in outputs)
    print(
        f"{name}: {len(ran.cells)} cells ran, the first in {seconds[0]:.0f} s and the others in "
        f"{sum(seconds[1:]):.0f} s; the environment grew from {before / 1e6:.0f} MB to "
        f"{after / 1e6:.0f} MB; {live} live figures",
        flush=True,
    )


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    chapters = {page.name: page for page in pages_in_order() if is_chapter(page)}
    parser.add_argument("names", nargs="*", default=list(chapters), help="chapters; default: all")
    parser.add_argument("--source", default=ROOT.as_uri(), help="address of the project for pip")
    parser.add_argument("--torch", help="index of packages that has torch's build for processors")
    options = parser.parse_args()
    settings = {"WORKEDPAPERS_SOURCE": options.source}
    if options.torch:
        settings["PIP_EXTRA_INDEX_URL"] = options.torch
    for name in options.names:
        student = Copies.of(name, chapters[name].notebook).student()
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            python = fresh_environment(Path(folder, "environment"))
            before = size(Path(folder, "environment"))
            print(f"{name}: environment in {time.perf_counter() - start:.0f} s", flush=True)
            ran = run_copy(python, student, Path(folder), **settings)
            report(name, ran, before, size(Path(folder, "environment")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
