"""References in docstrings: our own names must resolve, those of other libraries are shown as code.

A name in single backticks is looked up. The build fails where it is one that the library exports
and no page documents it, or where it begins with ``workedpapers``; any other is left as it is.
"""

from functools import cache
from importlib import import_module
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from tools.house import hall, papers


@cache
def exported() -> frozenset[str]:
    """Every name that the papers and the hall hand on."""
    modules = (
        import_module(f"workedpapers.{name}") for name in (*hall(), *papers())
    )
    return frozenset(name for module in modules for name in module.__all__)


def is_ours(target: str) -> bool:
    """Whether a name is the library's, or that of something inside what it exports."""
    first = target.removeprefix("~").split(".")[0]
    return first == "workedpapers" or first in exported()


def show_as_code(
    app: Sphinx, env: Any, node: nodes.Element, content: nodes.Element
) -> nodes.Element | None:
    """Leave a name of another library as it is written; ours goes on to the warning."""
    if node.get("refdomain") == "py" and not is_ours(node["reftarget"]):
        return content
    return None


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the hook."""
    app.connect("missing-reference", show_as_code, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
