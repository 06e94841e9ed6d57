"""The text of the chapters, as it stands in ``book/*.py``, without building them."""

import tomllib
from pathlib import Path

import pytest

from tools.house import BOOK
from tools.notebooks import read_source

SOURCES = sorted(BOOK.glob("*.py"))
COLUMNS = tomllib.loads((BOOK / "ruff.toml").read_text("utf-8"))["line-length"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_code_is_no_wider_than_its_box_on_the_page(source: Path) -> None:
    cells = read_source(source.read_text("utf-8")).cells
    lines = [line for c in cells if c.cell_type == "code" for line in c.source.splitlines()]
    assert not [line for line in lines if len(line) > COLUMNS]
