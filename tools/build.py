"""Build the book: execute every chapter that changed, then make the pages.

    python -m tools.build                 the whole book
    python -m tools.build --only bisg     execute one chapter; the others keep their last results

A chapter is executed again when its code, the part of the library that it uses, the pinned
versions or Python itself changed, and only then. A cell that fails fails the build, which then
names the chapter and the cell and shows the traceback.
"""

import argparse
import asyncio
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tools.course.publish import publish
from tools.house import BOOK, BUILD, EXECUTED, HTML, LIBRARY, RECORDS, ROOT, papers
from tools.notebooks import code_digest, read_source

LOG = BUILD / "sphinx.log"
CELL_SECONDS = 3600  # a guard against a cell that never ends, not a limit on slow machines

#: pages that read what other pages or the benchmarks recorded -> the files they read
READS = {"scoreboard": "_build/records/*.json", "benchmarks": "benchmarks/results/*.json"}

Failed = (CellExecutionError, CellTimeoutError, DeadKernelError)


@dataclass(frozen=True)
class Page:
    """One page of the book that holds code."""

    name: str
    notebook: nbformat.NotebookNode

    @property
    def digest(self) -> str:
        """Digest of the page's code."""
        return code_digest(self.notebook)

    @property
    def code(self) -> str:
        """All code of the page."""
        return "\n".join(c.source for c in self.notebook.cells if c.cell_type == "code")


def as_built(records: Path) -> dict[str, str]:
    """Environment in which chapters are executed: no progress bars, the same sums in each run."""
    return {
        "WORKEDPAPERS_BUILD": "1",
        "WORKEDPAPERS_RECORDS": str(records),
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
    }


def pages_in_order() -> list[Page]:
    """Pages with code, in the order of the table of contents."""
    toc = (ROOT / "_toc.yml").read_text("utf-8")
    names = re.findall(r"\b(?:root|file):\s*book/(\w+)", toc)
    sources = [BOOK / f"{name}.py" for name in names]
    return [Page(p.stem, read_source(p.read_text("utf-8"))) for p in sources if p.exists()]


def is_chapter(page: Page) -> bool:
    """Whether a page is a paper's chapter: the paper's package has the same name."""
    return page.name in papers()


@cache
def hall_and_papers() -> tuple[list[Path], dict[str, list[Path]]]:
    """Files of the hall, and of each paper's package."""
    hall: list[Path] = []
    rooms: dict[str, list[Path]] = {}
    for path in sorted(LIBRARY.rglob("*")):
        parts = path.relative_to(LIBRARY).parts
        if path.is_dir() or "__pycache__" in parts or "frontend" in parts:
            continue
        if parts[0] in papers():
            rooms.setdefault(parts[0], []).append(path)
        else:
            hall.append(path)
    return hall, rooms


def key_of(page: Page) -> str:
    """Digest of everything that a page's outputs depend on."""
    hall, rooms = hall_and_papers()
    used = [
        path
        for room, paths in rooms.items()
        if re.search(rf"\b{room}\b", page.code)
        for path in paths
    ]
    read = sorted(ROOT.glob(READS[page.name])) if page.name in READS else []
    digest = hashlib.sha256(f"{page.digest} {sys.version}".encode())
    for path in [ROOT / "constraints.txt", *hall, *used, *read]:
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_current(page: Page, key: str) -> bool:
    """Whether the stored outputs of a page are those of its present key."""
    record = EXECUTED / f"{page.name}.json"
    return (
        record.exists()
        and json.loads(record.read_text("utf-8"))["key"] == key
        and (EXECUTED / f"{page.digest}.ipynb").exists()
    )


async def execute(page: Page, key: str, label: str) -> bool:
    """Execute a page and store its outputs; False, with a report, if a cell failed."""
    print(f"  {label} {page.name}: executing", flush=True)
    start = time.perf_counter()
    notebook = nbformat.from_dict(page.notebook)
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        startup_timeout=CELL_SECONDS,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(BOOK)}},
    )
    try:
        await client.async_execute()
    except Failed as error:
        report(page, notebook, error)
        return False
    seconds = time.perf_counter() - start
    nbformat.write(notebook, EXECUTED / f"{page.digest}.ipynb")
    (EXECUTED / f"{page.name}.json").write_text(json.dumps({"key": key}), "utf-8")
    print(f"  {label} {page.name}: done in {seconds:.1f} s", flush=True)
    return True


def report(page: Page, notebook: nbformat.NotebookNode, error: Exception) -> None:
    """Print the chapter, the cell and the traceback; withdraw the page that is now stale."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    run = [i for i, cell in enumerate(cells) if cell.get("execution_count") or cell.outputs]
    bad = next(
        (i for i, c in enumerate(cells) if any(o.output_type == "error" for o in c.outputs)),
        run[-1] if run else 0,
    )
    text = str(error)
    if not sys.stdout.isatty():
        text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    line = "=" * 78
    print(
        f"\n{line}\nbook/{page.name}.py: code cell {bad + 1} of {len(cells)} failed\n{line}\n"
        f"{text.strip()}\n{line}\n",
        flush=True,
    )
    (HTML / "book" / f"{page.name}.html").unlink(missing_ok=True)


async def execute_all(pages: list[Page], jobs: int) -> bool:
    """Execute the pages that need it, some at a time; pages that read records come last."""
    EXECUTED.mkdir(parents=True, exist_ok=True)
    total, done, ok = len(pages), 0, True
    gate = asyncio.Semaphore(jobs)

    async def one(page: Page) -> bool:
        nonlocal done
        async with gate:
            done += 1
            label, key = f"[{done}/{total}]", key_of(page)
            if is_current(page, key):
                print(f"  {label} {page.name}: unchanged", flush=True)
                return True
            # Both go together, so that an interrupted run leaves no page without its record.
            for record in (EXECUTED, RECORDS):
                (record / f"{page.name}.json").unlink(missing_ok=True)
            return await execute(page, key, label)

    for last in (False, True):
        batch = [page for page in pages if (page.name in READS) is last]
        ok = all(await asyncio.gather(*(one(page) for page in batch))) and ok
    return ok


def forget_others(pages: list[Page]) -> None:
    """Remove results of pages and of code that are no longer in the book."""
    wanted = {f"{page.digest}.ipynb" for page in pages} | {f"{page.name}.json" for page in pages}
    for folder, keep in ((EXECUTED, wanted), (RECORDS, {f"{p.name}.json" for p in pages})):
        for path in folder.glob("*"):
            if path.name not in keep:
                path.unlink()


def make_pages() -> bool:
    """Run Jupyter Book with warnings as errors; False if it warned."""
    run = "from jupyter_book.cli.main import main; main()"
    options = ["build", str(ROOT), "-W", "-n", "--keep-going", "-q"]
    command = [sys.executable, "-c", run, *options]
    with LOG.open("w", encoding="utf-8") as log:
        result = subprocess.run(
            command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, check=False
        )
    text = re.sub(r"\x1b\[[0-9;]*m", "", LOG.read_text("utf-8"))
    if result.returncode:
        print(text[-6000:])
        print(f"The pages could not be made without warnings. The whole log: {LOG}")
    return result.returncode == 0 and (HTML / "index.html").exists()


def make_copies(pages: list[Page]) -> bool:
    """Write the chapters' copies for courses; False, with a report, if one cannot be written."""
    start = time.perf_counter()
    print("Making the copies for courses:", flush=True)
    try:
        written = publish(page.name for page in pages if is_chapter(page))
    except ValueError as error:
        print(f"  {error}")
        return False
    print(f"  {', '.join(written) or 'unchanged'}: done in {time.perf_counter() - start:.1f} s")
    return True


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", help="name of the one chapter to execute if it changed")
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 4))
    options = parser.parse_args()
    os.environ.update(as_built(records=RECORDS))
    RECORDS.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    pages = pages_in_order()
    chosen = [page for page in pages if options.only in (None, page.name)]
    if not chosen:
        print(f"--only: expected one of {', '.join(p.name for p in pages)}; got {options.only}.")
        return 2
    print(f"Executing {len(chosen)} page(s), {options.jobs} at a time:", flush=True)
    if not asyncio.run(execute_all(chosen, options.jobs)):
        print("The book was not built: a chapter failed. See above.")
        return 1
    executed = time.perf_counter() - start
    if options.only:
        print(f"Executed in {executed:.1f} s. The pages are made by `make book`.")
        return 0
    forget_others(pages)
    print("Making the pages:", flush=True)
    if not make_pages():
        return 1
    print(f"  done in {time.perf_counter() - start - executed:.1f} s")
    if not make_copies(pages):
        return 1
    print(f"\nThe book is at {HTML / 'index.html'}")
    print("Open it in a browser, or run `make serve` and follow the link.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
