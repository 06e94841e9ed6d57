"""All copies of the chapters in one folder, as `make course` leaves them and the book offers them.

Below ``_build/course``:

- ``chapters/NAME.ipynb``: the chapter as its page offers it
- ``student/NAME.ipynb``, ``teacher/NAME.ipynb``: without solutions, and with hidden tests too
- ``nbgrader``: a folder in which nbgrader can be run, and the same as ``nbgrader.zip``
- ``slides/NAME.html``, with their scripts in ``slides/vendor``
- ``figures/NAME.zip``: stills of the figures

A chapter is written anew when its text, its outputs or what writes it changed. The workflow
``book`` puts ``chapters`` and ``student`` on the branch `BRANCH`, from which Colab opens them.
"""

import hashlib
import io
import re
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.course.copies import Copies
from tools.course.grading import CONFIG
from tools.course.stills import CAPTIONS, captions, stills
from tools.house import BOOK, BUILD, EXECUTED, HTML, LIBRARY, ROOT
from tools.notebooks import read_chapter, read_source

COURSE = BUILD / "course"
BRANCH = "notebooks"
STATIC = LIBRARY / "explore" / "static"
FIGURES = ("explorer.css", "figures.js")  # the live figures; the book serves them from _static
VENDOR = "vendor"  # where slides look for their scripts, seen from their folder

_READ = ("pyproject.toml", "data-packages.txt", "_config.yml", "book/references.bib")
_YEAR = (1980, 1, 1, 0, 0, 0)  # the same files make the same archive


def publish(names: Iterable[str]) -> list[str]:
    """Write the copies of chapters and put them beside the pages of the book.

    Parameters
    ----------
    names : iterable of str
        The chapters.

    Returns
    -------
    list of str
        Those that were written anew.

    Raises
    ------
    ValueError
        If a chapter has something that cannot be copied; the message names the chapter.
    """
    names = list(names)
    written = [name for name in names if _write_if_changed(name)]
    if written or not (COURSE / "nbgrader.zip").exists():
        _write_nbgrader()
    _put_scripts()
    if HTML.exists():
        _put_beside_the_pages()
    return written


def on_colab(name: str, kind: str = "chapters") -> str:
    """Address at which Colab opens a chapter's copy: of the kind ``chapters`` or ``student``."""
    path = f"worked-papers/worked-papers/blob/{BRANCH}/{kind}/{name}.ipynb"
    return f"https://colab.research.google.com/github/{path}"


def with_outputs(name: str) -> NotebookNode:
    """A chapter's notebook, with the outputs of this code if it has been executed."""
    text = (BOOK / f"{name}.py").read_text("utf-8")
    try:
        return read_chapter(text)
    except FileNotFoundError:
        return read_source(text)


def _write_if_changed(name: str) -> bool:
    stamp, key = COURSE / "stamps" / name, _key(name)
    if stamp.exists() and stamp.read_text("utf-8") == key:
        return False
    try:
        copies = Copies.of(name, with_outputs(name))
    except ValueError as error:
        raise ValueError(f"book/{name}.py: {error}") from error
    _write(copies)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(key, "utf-8")
    return True


def _key(name: str) -> str:
    """Digest of all that the copies of a chapter depend on."""
    own = [BOOK / f"{name}.py", EXECUTED / f"{name}.json", *(ROOT / path for path in _READ)]
    tools = sorted(path for path in Path(__file__).parent.rglob("*") if path.is_file())
    files = [path for path in (*own, *tools) if path.exists() and "__pycache__" not in path.parts]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _write(copies: Copies) -> None:
    from tools.course.slides import slides  # takes a second to load

    name = copies.name
    _put(f"chapters/{name}.ipynb", nbformat.writes(copies.download()))
    _put(f"student/{name}.ipynb", nbformat.writes(copies.student()))
    _put(f"teacher/{name}.ipynb", nbformat.writes(copies.teacher()))
    _put(f"nbgrader/source/{name}/{name}.ipynb", nbformat.writes(copies.source()))
    _put(f"slides/{name}.html", slides(copies, VENDOR))
    pictures = stills(copies)
    files = {still.name: still.data for still in pictures}
    files[CAPTIONS] = captions(copies.title, pictures).encode()
    _put(f"figures/{name}.zip", _archive(files))


def _write_nbgrader() -> None:
    """The settings of nbgrader, and its folder as an archive."""
    _put("nbgrader/nbgrader_config.py", CONFIG)
    folder = COURSE / "nbgrader"
    kept = [folder / "nbgrader_config.py", *sorted((folder / "source").rglob("*.ipynb"))]
    _put("nbgrader.zip", _archive({str(p.relative_to(folder)): p.read_bytes() for p in kept}))


def _put_scripts() -> None:
    """What the slides load, in a folder beside them."""
    scripts = BOOK / "_static" / "vendor"
    if scripts.exists():
        shutil.copytree(scripts, COURSE / "slides" / VENDOR, dirs_exist_ok=True)
    for name in FIGURES:
        if (STATIC / name).exists():
            target = COURSE / "slides" / VENDOR / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(STATIC / name, target)


def _put_beside_the_pages() -> None:
    """Copy what readers can download into the book, whose scripts the slides then use."""
    for path in sorted(COURSE.rglob("*")):
        place = path.relative_to(COURSE)
        if path.is_file() and place.parts[0] in ("student", "teacher", "slides", "figures"):
            if VENDOR in place.parts:
                continue
            target = HTML / "course" / place
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            if place.suffix == ".html":
                target.write_text(_with_the_books_scripts(path.read_text("utf-8")), "utf-8")
    shutil.copyfile(COURSE / "nbgrader.zip", HTML / "course" / "nbgrader.zip")


def _with_the_books_scripts(page: str) -> str:
    """Slides that load what the pages of the book load."""
    for name in FIGURES:
        page = page.replace(f'"{VENDOR}/{name}"', f'"../../_static/{name}"')
    return re.sub(rf'(src|href)="{VENDOR}/', r'\1="../../_static/vendor/', page)


def _put(name: str, content: str | bytes) -> None:
    path = COURSE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def _archive(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _YEAR), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
