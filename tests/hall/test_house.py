"""The house stands: who imports whom, what an import loads, and which versions are pinned."""

import ast
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.house import BOOK, LIBRARY, ROOT, hall, papers


def pins() -> dict[str, str]:
    """Name -> version of constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pairs}


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def loaded_after(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after a statement."""
    code = (
        f"{statement}\nimport sys, json\nprint(json.dumps([m.split('.')[0] for m in sys.modules]))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], check=True, text=True, capture_output=True, cwd=ROOT
    ).stdout
    return set(json.loads(shown.splitlines()[-1]))


def test_importing_the_library_loads_nothing_heavy() -> None:
    heavy = {"numpy", "pandas", "scipy", "torch", "mne", "matplotlib", "ipywidgets", "pooch"}
    assert not loaded_after("import workedpapers") & heavy


@pytest.mark.parametrize("module", [*sorted(hall()), *papers()])
def test_importing_a_module_loads_neither_plots_nor_other_papers_libraries(module: str) -> None:
    loaded = loaded_after(f"import workedpapers.{module}")
    assert not loaded & {"torch", "mne", "astropy", "duckdb", "matplotlib", "statsmodels"}


def lint(root: Path) -> str:
    """What the import contracts say of a copy of the library: the broken ones, or nothing."""
    result = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "lib")},
        text=True,
        capture_output=True,
        check=False,
    )
    assert result.returncode in (0, 1), result.stdout + result.stderr
    return result.stdout if result.returncode else ""


def test_nobody_imports_sideways_back_or_in_a_circle() -> None:
    assert not lint(ROOT)


@pytest.fixture(scope="module")
def empty_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The contracts over a library that has the hall's names and two empty papers."""
    root = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", root)
    library = root / "lib" / "workedpapers"
    for name in ("", *hall(), "isolated_points", "new_paper"):
        (library / name).mkdir(parents=True, exist_ok=True)
        (library / name / "__init__.py").touch()
    for name in ("chapter", "theory"):
        (library / "new_paper" / name).mkdir()
        (library / "new_paper" / name / "__init__.py").touch()
        (library / "new_paper" / name / "figures.py").touch()
    (library / "new_paper" / "model.py").touch()
    return root


def test_a_new_paper_needs_no_contract_of_its_own(empty_house: Path) -> None:
    assert not lint(empty_house)


@pytest.mark.parametrize(
    ("module", "statement"),
    [
        ("checks/__init__.py", "import workedpapers.new_paper"),
        ("new_paper/model.py", "import workedpapers.isolated_points"),
        ("isolated_points/__init__.py", "from workedpapers.new_paper import model"),
        ("new_paper/model.py", "import torch"),
        ("stats/__init__.py", "import mne"),
        ("new_paper/model.py", "from workedpapers.new_paper.chapter import figures"),
        ("new_paper/theory/figures.py", "import workedpapers.new_paper.chapter.figures"),
        ("new_paper/model.py", "import workedpapers.new_paper.theory.figures"),
    ],
)
def test_a_forbidden_import_is_caught(empty_house: Path, module: str, statement: str) -> None:
    path = empty_house / "lib" / "workedpapers" / module
    path.write_text(statement + "\n", "utf-8")
    # A circle needs two arrows: here is the other one.
    other = empty_house / "lib" / "workedpapers" / "new_paper" / "theory" / "figures.py"
    circle = "theory.figures" in statement
    if circle:
        other.write_text("import workedpapers.new_paper.model\n", "utf-8")
    assert "BROKEN" in lint(empty_house)
    path.write_text("", "utf-8")
    if circle:
        other.write_text("", "utf-8")


def test_no_module_bears_the_name_of_what_it_defines_or_its_package_exports() -> None:
    shadowed = []
    for path in sorted(LIBRARY.rglob("*.py")):
        defined = {
            node.name
            for node in ast.parse(path.read_text("utf-8")).body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }
        if path.stem in defined:
            shadowed.append(path.relative_to(LIBRARY).as_posix())
    for name in (*hall(), *papers()):
        folder = LIBRARY / name
        inside = {path.stem for path in folder.glob("*.py")}
        inside |= {path.parent.name for path in folder.glob("*/__init__.py")}
        exported = importlib.import_module(f"workedpapers.{name}").__all__
        shadowed += [f"{name}/{one}" for one in sorted(inside.intersection(exported))]
    assert not shadowed


@pytest.mark.parametrize("name", papers())
def test_a_paper_has_all_its_rooms(name: str) -> None:
    places = [
        LIBRARY / name / "chapter" / "__init__.py",
        BOOK / f"{name}.py",
        BOOK / "api" / f"{name}.md",
        ROOT / "tests" / name / "__init__.py",
        ROOT / "benchmarks" / f"{name}.py",
    ]
    assert not [str(place) for place in places if not place.exists()]
    assert name in project()["optional-dependencies"]


def test_no_chapter_test_or_benchmark_is_without_its_paper() -> None:
    shared = {"hall", "notebooks", "site"}
    tested = {path.parent.name for path in (ROOT / "tests").glob("*/__init__.py")}
    assert tested - shared == set(papers())
    listed = {path.stem for path in (BOOK / "api").glob("*.md")}
    assert listed - {"explore", "hall"} == set(papers())


def test_every_installed_version_is_the_pinned_one() -> None:
    ours = {"pip", "setuptools", "wheel", "workedpapers"}
    # Torch adds the kind of its build to its version: 2.13.0+cpu.
    installed = {
        canonicalize_name(d.name): d.version.split("+")[0] for d in metadata.distributions()
    }
    pinned = pins()
    wrong = {
        name: (version, pinned.get(name))
        for name, version in installed.items()
        if name not in ours and pinned.get(name) != version
    }
    assert not wrong, f"installed, pinned: {wrong}"


def test_torch_and_jupyter_book_are_pinned_as_agreed() -> None:
    assert pins()["torch"] == "2.13.0"
    assert pins()["jupyter-book"] == "1.0.4.post1"


def needs(requirement: Requirement, found: set[str]) -> set[str]:
    """Names of all that pip would install for a requirement, as the installed packages tell it."""
    name = canonicalize_name(requirement.name)
    if name in found and not requirement.extras:
        return found
    found.add(name)
    try:
        told = metadata.requires(name) or []
    except metadata.PackageNotFoundError:  # not needed on this system
        return found
    for line in told:
        inner = Requirement(line)
        environments = [{"extra": extra} for extra in requirement.extras or {""}]
        if inner.marker is None or any(inner.marker.evaluate(e) for e in environments):
            needs(inner, found)
    return found


# A chapter that trains networks names torch in its own extra; nobody else's brings it along.
@pytest.mark.parametrize("name", papers())
def test_torch_comes_only_with_an_extra_that_names_it(name: str) -> None:
    named = any(Requirement(line).name == "torch" for line in extras_of(name))
    assert ("torch" in needs(Requirement(f"workedpapers[{name}]"), set())) == named


def extras_of(name: str) -> list[str]:
    """Requirements of an extra and of those of ours that it takes up."""
    lines = project()["optional-dependencies"][name]
    own = [Requirement(line) for line in lines if line.startswith("workedpapers[")]
    return [*lines, *(line for r in own for extra in r.extras for line in extras_of(extra))]


@pytest.mark.parametrize("name", papers())
def test_who_stores_tables_brings_what_reads_them(name: str) -> None:
    stored = any((LIBRARY / name).rglob("*.parquet"))
    assert not stored or any(Requirement(line).name == "pyarrow" for line in extras_of(name))


def test_what_a_requirement_needs_is_found_through_its_extras() -> None:
    assert "torch" in needs(Requirement("workedpapers[isolated_points-torch]"), set())
    assert {"mne", "scipy", "numpy"} <= needs(Requirement("workedpapers[meg_decoding]"), set())


def test_every_requirement_is_pinned_and_permits_its_pin() -> None:
    extras = project()["optional-dependencies"]
    texts = [*project()["dependencies"], *(r for group in extras.values() for r in group)]
    data = (ROOT / "data-packages.txt").read_text("utf-8").splitlines()
    texts += [line for line in data if not line.startswith("#")]
    for requirement in map(Requirement, texts):
        if requirement.name == "workedpapers":
            assert requirement.extras <= set(extras)
        else:
            version = pins()[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version), f"{requirement} but {version} is pinned"


def test_binder_installs_the_pinned_versions() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    dependencies = environment["dependencies"]
    python = next(d for d in dependencies if isinstance(d, str) and d.startswith("python="))
    assert python.removeprefix("python=") in project()["requires-python"]
    named = [d for d in dependencies if isinstance(d, str)]
    (torch,) = set(named) - {python, "pip"}  # everything else comes through pip, in pinned versions
    assert torch.startswith("pytorch-cpu>=")
    (by_pip,) = (d["pip"] for d in dependencies if isinstance(d, dict))
    assert {"jupyterlab", "jupytext", "numpy", "anywidget"} <= {x.split("==")[0] for x in by_pip}
    for line in by_pip:
        name, _, version = line.partition("==")
        assert pins()[canonicalize_name(name)] == version
    build = (ROOT / "postBuild").read_text("utf-8")
    assert "grep -v '^torch==' constraints.txt > /tmp/constraints.txt" in build
    assert "--constraint /tmp/constraints.txt --editable '.[lab]'" in build
    assert "jupytext-config set-default-viewer" in build


def test_vendored_files_are_as_pinned() -> None:
    result = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "vendor.py"), "--check"],
        text=True,
        capture_output=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_widgets_are_served_in_the_version_that_python_has() -> None:
    manifest = json.loads((ROOT / "book/_static/vendor/manifest.json").read_text("utf-8"))
    assert manifest["packages"]["anywidget"] == pins()["anywidget"]


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    hosts = ["registry.npm" + "js", "files.python" + "hosted", "pypi." + "org"]
    pattern = re.compile("|".join([*map(re.escape, hosts), r"/home/\w+/", "/ro" + "ot/"]).encode())
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True
    ).stdout.split(b"\0")
    found = [
        name.decode()
        for name in listed
        if name
        and b"_static/vendor" not in name
        and pattern.search((ROOT / name.decode()).read_bytes())
    ]
    assert not found


def test_the_commands_of_the_readme_exist() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    named = set(re.findall(r"\bmake ([a-z-]+)", readme))
    assert {"book", "test"} <= named <= targets
    ci = (ROOT / ".ci" / "run").read_text("utf-8")
    assert set(re.findall(r"make (\w+)$", ci, re.M)) == {"book", "test"}
