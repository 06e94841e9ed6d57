"""What the house is made of, read from its folders: which packages are papers, which are the hall.

The hall is what the first import contract of ``pyproject.toml`` permits everybody to import. Every
other package of the library is a paper, and has a chapter, tests and a benchmark of its name.
"""

import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BOOK, LIBRARY, BUILD = ROOT / "book", ROOT / "lib" / "workedpapers", ROOT / "_build"
EXECUTED, RECORDS, HTML = BUILD / "executed", BUILD / "records", BUILD / "html"


@cache
def hall() -> frozenset[str]:
    """Names of the modules and packages that all papers share."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    shared = settings["tool"]["importlinter"]["contracts"][0]["ignore_imports"]
    return frozenset(line.split("-> workedpapers.")[1] for line in shared)


@cache
def papers() -> tuple[str, ...]:
    """Names of the papers' packages, sorted."""
    packages = sorted(path.parent.name for path in LIBRARY.glob("*/__init__.py"))
    return tuple(name for name in packages if name not in hall())
