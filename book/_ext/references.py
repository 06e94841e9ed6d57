"""References in docstrings: our own names must resolve, those of other libraries are shown as code.

A name in single backticks is looked up among what the paper, or the part of the hall, of the
docstring exports. The build fails where no page documents it, and where a name that begins with
``workedpapers`` is nowhere; any other is left as it is written.
"""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.python import PythonDomain
from sphinx.util.nodes import make_refnode

from tools.house import hall, papers


@cache
def exported(module: str) -> frozenset[str]:
    """Names that a paper or a part of the hall hands on."""
    return frozenset(import_module(f"workedpapers.{module}").__all__)


def full_name(target: str, module: str) -> str | None:
    """Name of the library that is meant in a docstring of ``module``; None if it is not ours."""
    target = target.lstrip("~.")
    if target.split(".")[0] == "workedpapers":
        return target
    _, _, inside = module.partition("workedpapers.")
    owner = inside.split(".")[0]
    known = owner in (*hall(), *papers()) and target.split(".")[0] in exported(
        owner
    )
    return f"workedpapers.{owner}.{target}" if known else None


def is_module(name: str) -> bool:
    """Whether a dotted name is a module of the library, which needs no page."""
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def resolve(
    app: Sphinx, env: Any, node: nodes.Element, content: nodes.Element
) -> nodes.Element | None:
    """Link a name of ours, or show what is none as code; a name of ours without a page warns."""
    if node.get("refdomain") != "py":
        return None
    name = full_name(node["reftarget"], node.get("py:module") or "")
    if name is None or is_module(name):
        return content
    domain: PythonDomain = env.get_domain("py")
    # A field of a class is told on the class's own place.
    for target in (name, name.rpartition(".")[0]):
        if target in domain.objects and not is_module(target):
            entry = domain.objects[target]
            return make_refnode(
                app.builder,
                node["refdoc"],
                entry.docname,
                entry.node_id,
                [content],
                name,
            )
    return None


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the hook."""
    app.connect("missing-reference", resolve, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
