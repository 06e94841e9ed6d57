"""The pages of the library name every function and class that users can import."""

import importlib
from io import BytesIO

import pytest
from sphinx.util.inventory import InventoryFile

from tools.house import HTML, hall, papers


@pytest.fixture(scope="module")
def documented() -> set[str]:
    """Dotted names that the built book documents."""
    inventory = InventoryFile.load(BytesIO((HTML / "objects.inv").read_bytes()), "", str.__add__)
    return {name for kind in inventory if kind.startswith("py:") for name in inventory[kind]}


@pytest.mark.site
@pytest.mark.parametrize("module", [*sorted(hall()), *papers()])
def test_every_public_name_is_on_a_page_of_the_library(module: str, documented: set[str]) -> None:
    names = importlib.import_module(f"workedpapers.{module}").__all__
    assert names
    assert not {f"workedpapers.{module}.{name}" for name in names} - documented
