"""Every public name is documented as numpydoc parses it, and its example runs.

pytest tests/hall/test_docstrings.py -k bisg
"""

import doctest
import importlib
import inspect
import re
from collections.abc import Iterator
from enum import Enum
from typing import Any

import pytest
from numpydoc.docscrape import get_doc_object
from numpydoc.validate import ERROR_MSGS, validate

from tools.house import hall, papers

#: What numpydoc may complain of, and why: all else is an error.
PERMITTED = {
    "GL01",  # the summary stands on the line of the opening quotes
    "SA01",  # a See Also only where there is a sibling
    "ES01",  # a summary that says all needs no second paragraph
    "SS05",  # "Returns" may begin a summary
    "PR08",  # a description may begin with a symbol, such as p or sigma
    "PR09",  # ... and end with a formula
    "RT02",  # a single result may be named
    "RT04",
    "RT05",
    "SA04",  # a sibling's name says enough
}
ALIASES = {"Floats", "Ints", "Reals"}  # names of types, which cannot bear a docstring
METHOD = {"EX01"}  # a class has one example for all its methods
ENUM = {"PR01"}  # its parameters are those of enum.Enum
_RAISES = re.compile(r"^\s*raise |\b(as_float_array|columns_present|one_of|positive\w*)\(", re.M)

MODULES = [*sorted(hall()), *papers()]


def public(module: str) -> list[str]:
    """Dotted names of the functions and classes that a module hands on, not loaded yet."""
    loaded = importlib.import_module(f"workedpapers.{module}")
    names = [name for name in loaded.__all__ if not name.isupper() and name not in ALIASES]
    return [f"workedpapers.{module}.{name}" for name in names]


def named(name: str) -> Any:
    """The object of a dotted name."""
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def methods(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Public methods and properties that a class defines itself."""
    for key, member in vars(value).items() if inspect.isclass(value) else ():
        known = isinstance(member, (property, classmethod, staticmethod))
        if not key.startswith("_") and (known or inspect.isfunction(member)):
            yield f"{name}.{key}", getattr(value, key)


def faults(name: str, permitted: set[str]) -> list[str]:
    """What numpydoc finds in the docstring of a name."""
    found = validate(name)["errors"]
    return [f"{name}: {code} {text}" for code, text in found if code not in permitted]


NAMES = [name for module in MODULES for name in public(module)]


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_documented_as_numpydoc_parses_it(name: str) -> None:
    value = named(name)
    assert set(ERROR_MSGS) >= PERMITTED
    enum = inspect.isclass(value) and issubclass(value, Enum)
    found = faults(name, PERMITTED | ENUM if enum else PERMITTED)
    for method, member in methods(name, value):
        # A dataclass or a named tuple gives its fields as members: they are told in Parameters.
        if inspect.isroutine(member) or isinstance(member, property):
            found += faults(method, PERMITTED | METHOD)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", NAMES)
def test_its_example_runs(name: str) -> None:
    value = named(name)
    finder = doctest.DocTestFinder(recurse=inspect.isclass(value))
    runner = doctest.DocTestRunner(
        optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS, verbose=False
    )
    report: list[str] = []
    tried = 0
    for example in finder.find(value, name, globs={}):
        tried += runner.run(example, out=report.append).attempted
    assert tried, f"{name}: no example"
    assert not report, "".join(report)


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_raises_and_where_it_comes_from(name: str) -> None:
    value = named(name)
    told = get_doc_object(value)
    if inspect.isroutine(value):
        if _RAISES.search(inspect.getsource(value)):
            assert told["Raises"], f"{name}: raises, and does not say what"
        if name.split(".")[1] in papers():
            assert told["Notes"], f"{name}: no Notes with the equation or the source"
