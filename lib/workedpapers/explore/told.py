"""What a method does is told once; a class that overrides it inherits the docstring."""

import textwrap
from typing import Any

__all__ = ["inherit_docstrings", "parameters_of"]


def inherit_docstrings(cls: type) -> None:
    """Give every public method and property without a docstring the one that it overrides."""
    for name, member in vars(cls).items():
        tellable = callable(member) or isinstance(member, property)
        if name.startswith("_") or not tellable or getattr(member, "__doc__", None):
            continue
        known: list[Any] = [vars(base).get(name) for base in cls.__mro__[1:]]
        doc = next((one.__doc__ for one in known if getattr(one, "__doc__", None)), None)
        if doc:
            member.__doc__ = doc


def parameters_of(doc: str) -> str:
    """The entries of the Parameters section of a docstring, indented as in a class."""
    body = doc.split("Parameters\n    ----------\n", 1)[1].split("\n\n", 1)[0]
    return textwrap.indent(textwrap.dedent(body.rstrip()), "    ")
