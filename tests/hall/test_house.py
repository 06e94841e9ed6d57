"""The house stands: who imports whom, what an import loads, and which versions are pinned."""

import json
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PAPERS = {
    "isolated_points", "mesa_optimization", "model_written_evals", "skill_compression",
    "invariance_robustness", "data_slicing", "bisg", "astronomy_datasets", "foveated_video",
    "meg_decoding",
}  # fmt: skip
HALL_PACKAGES = {"claims", "explore"}


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


@pytest.mark.parametrize(
    "module",
    [
        "claims",
        "datasets",
        "stats",
        "plotting",
        "checks",
        "parallel",
        "progress",
        "explore",
        "bisg",
        "isolated_points",
        "meg_decoding",
    ],
)
def test_importing_a_module_loads_neither_plots_nor_other_papers_libraries(module: str) -> None:
    loaded = loaded_after(f"import workedpapers.{module}")
    assert not loaded & {"torch", "mne", "astropy", "duckdb", "matplotlib", "statsmodels"}


def test_nobody_imports_sideways_or_back() -> None:
    rooms = {
        p.name for p in (ROOT / "lib" / "workedpapers").iterdir() if (p / "__init__.py").exists()
    }
    assert rooms - HALL_PACKAGES <= PAPERS
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    kinds = {c["type"]: c for c in reversed(contracts["contracts"])}  # the first of each kind
    papers = {f"workedpapers.{room}" for room in rooms - HALL_PACKAGES}
    assert papers <= set(kinds["forbidden"]["forbidden_modules"]), "the hall knows no paper"
    assert papers <= set(kinds["independence"]["modules"]), "no paper imports another"
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([lint], cwd=ROOT, text=True, capture_output=True, check=False)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("room", sorted(PAPERS))
def test_a_paper_has_all_its_rooms_or_none(room: str) -> None:
    places = [
        ROOT / "lib" / "workedpapers" / room / "__init__.py",
        ROOT / "book" / f"{room}.py",
        ROOT / "tests" / room,
        ROOT / "benchmarks" / f"{room}.py",
    ]
    assert len({place.exists() for place in places}) == 1, [str(p) for p in places]
    assert (room in project()["optional-dependencies"]) == places[0].exists()


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
