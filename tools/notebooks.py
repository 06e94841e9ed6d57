"""The chapters as notebooks: their py:percent text, and the outputs of the last build."""

import hashlib
import json

import jupytext
import nbformat

from tools.house import EXECUTED


def read_source(text: str) -> nbformat.NotebookNode:
    """Notebook of a chapter's py:percent text, without outputs."""
    return jupytext.reads(text, fmt="py:percent")


def code_digest(notebook: nbformat.NotebookNode) -> str:
    """Digest of what a kernel sees: the code cells and their metadata, in order."""
    code = [[cell.source, cell.metadata] for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256(json.dumps(code, sort_keys=True).encode()).hexdigest()


def read_chapter(text: str) -> nbformat.NotebookNode:
    """Notebook of a chapter with the outputs that its last execution gave.

    Raises
    ------
    FileNotFoundError : if this code has not been executed; `make book` does it.
    """
    notebook = read_source(text)
    path = EXECUTED / f"{code_digest(notebook)}.ipynb"
    if not path.exists():
        title = text.split("# # ", 1)[-1].split("\n", 1)[0]
        raise FileNotFoundError(f"chapter {title!r} has not been executed; run `make book`")
    executed = nbformat.read(path, as_version=4)
    done = (cell for cell in executed.cells if cell.cell_type == "code")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            run = next(done)
            cell.outputs, cell.execution_count = run.outputs, run.execution_count
    if "widgets" in executed.metadata:
        notebook.metadata["widgets"] = executed.metadata["widgets"]
    return notebook
