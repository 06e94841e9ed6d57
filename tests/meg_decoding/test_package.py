"""The package hands on its names, loads nothing before it is asked, and says where to look."""

import dataclasses
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

from workedpapers import meg_decoding
from workedpapers.meg_decoding.decoding.settings import DecodingOptions, DecodingSettings
from workedpapers.meg_decoding.onsets.settings import FitOptions, OnsetOptions, OnsetSettings
from workedpapers.meg_decoding.simulation.scenario import Scenario, ScenarioOptions

PACKAGE = Path(meg_decoding.__file__).parent
ROOMS = sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))


def loaded_after(statement):
    """Modules that a fresh interpreter has loaded after a statement."""
    code = f"{statement}\nimport sys, json\nprint(json.dumps(list(sys.modules)))"
    shown = subprocess.run(
        [sys.executable, "-c", code], check=True, text=True, capture_output=True
    ).stdout
    return set(json.loads(shown.splitlines()[-1]))


def test_the_package_loads_no_library_before_it_is_asked():
    loaded = loaded_after("import workedpapers.meg_decoding")
    assert not loaded & {"numpy", "pandas", "scipy", "scipy.stats", "sklearn", "mne", "matplotlib"}


def test_decoding_is_there_without_tests_estimators_or_recordings():
    loaded = loaded_after("from workedpapers.meg_decoding import decode, patterns, permute")
    assert not loaded & {"scipy.stats", "sklearn", "mne", "matplotlib"}


def test_every_name_is_handed_on():
    names = meg_decoding.__all__
    assert sorted(names) == sorted(set(names))
    for name in names:
        assert getattr(meg_decoding, name).__name__ == name
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = meg_decoding.no_such_name


def test_no_module_bears_the_name_of_what_is_handed_on():
    modules = {path.stem for path in PACKAGE.rglob("*.py")} | {room.name for room in ROOMS}
    assert not modules & set(meg_decoding.__all__)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_says_what_each_of_its_files_holds(room):
    text = (room / "__init__.py").read_text("utf-8")
    assert f"``{room.name}``" in meg_decoding.__doc__
    for path in room.glob("*.py"):
        assert path.stem == "__init__" or f"`{path.stem}`" in text, path


def defaults(function):
    """Keyword arguments of a function and their defaults."""
    parameters = inspect.signature(function).parameters.values()
    return {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}


def test_options_are_those_that_the_settings_check():
    checked = defaults(DecodingSettings.checked)
    assert set(DecodingOptions.__annotations__) == set(checked)
    assert defaults(meg_decoding.decode) == checked
    checked = defaults(OnsetSettings.checked)
    assert defaults(meg_decoding.onset) == checked
    assert set(OnsetOptions.__annotations__) - set(FitOptions.__annotations__) == set(checked) - {
        "method",
        "seed",
    }
    fields = {field.name for field in dataclasses.fields(Scenario)}
    assert set(ScenarioOptions.__annotations__) == fields - {"trials", "onset", "effect"}


@pytest.mark.parametrize("name", meg_decoding.__all__)
def test_no_public_function_hides_its_options(name):
    signature = inspect.signature(getattr(meg_decoding, name))
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            assert str(parameter.annotation).startswith("Unpack["), parameter
