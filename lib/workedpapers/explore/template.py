"""Sentences that follow the controls, with or without Python: the alt text and the messages.

A template is a string with fields, ``"With width {width} the rate is {rate:.2f} per step"``, a
`Choose` between templates, or a list of them, which are joined. A field names a control or an
output, may pick one element, ``{distance[-1]}``, and may carry a format of `formats`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .errors import ExplorerError
from .formats import check_format, format_value

__all__ = ["Choose", "Template", "fields", "render", "to_json"]

FIELD = re.compile(r"\{\{|\}\}|\{([A-Za-z_]\w*)(?:\[(-?\d+)\])?(?::([^{}]*))?\}|[{}]")


@dataclass(frozen=True)
class Choose:
    """One of several templates, chosen by a string, whole number or truth value.

    Parameters
    ----------
    on : str
        Name of the control or output that decides.
    cases : mapping
        Template for each of its values; truth values are written ``True`` and ``False``.
    otherwise : template, optional
        For every other value. Without it, another value is an error.

    See Also
    --------
    Sentence : Shows it.

    Examples
    --------
    >>> from workedpapers.explore import Choose
    >>> from workedpapers.explore.template import render
    >>> render(Choose("big", {True: "It is big.", False: "It is small."}), {"big": True})
    'It is big.'
    """

    on: str
    cases: Mapping[Any, "Template"] = field(default_factory=dict)
    otherwise: "Template | None" = None


Template = str | Choose | Sequence["Template"]


def render(
    template: Template, values: Mapping[str, Any], formats: Mapping[str, str] | None = None
) -> str:
    """Fill in a template.

    Parameters
    ----------
    template : the template.
    values : value of every control and output, by name.
    formats : format of a field that carries none, by name.
    """
    formats = formats or {}
    if isinstance(template, Choose):
        return render(_chosen(template, values), values, formats)
    if not isinstance(template, str):
        return "".join(render(part, values, formats) for part in template)

    def fill(match: re.Match[str]) -> str:
        whole, name, index, spec = match[0], match[1], match[2], match[3]
        if whole in ("{{", "}}"):
            return whole[0]
        if name is None:
            raise ExplorerError(f"stray {whole!r} in the template {template!r}")
        if name not in values:
            raise ExplorerError(f"template {template!r} names {name!r}, which is not there")
        value = values[name]
        if index is not None:
            value = _element(value, int(index), template)
        elif np.ndim(value):
            raise ExplorerError(f"{name!r} in {template!r} is an array: pick one, as {name}[0]")
        return format_value(value, spec if spec is not None else formats.get(name, ""))

    return FIELD.sub(fill, template)


def _element(value: Any, index: int, template: str) -> Any:
    if np.ndim(value) != 1 or not -len(value) <= index < len(value):
        raise ExplorerError(f"element [{index}] in the template {template!r} is not there")
    return value[index]


def _chosen(choice: Choose, values: Mapping[str, Any]) -> Template:
    if choice.on not in values:
        raise ExplorerError(f"Choose names {choice.on!r}, which is not there")
    key = case_key(values[choice.on])
    cases = {case_key(case): template for case, template in choice.cases.items()}
    if key in cases:
        return cases[key]
    if choice.otherwise is None:
        raise ExplorerError(f"Choose has no case for {choice.on} = {key!r} and no otherwise")
    return choice.otherwise


def case_key(value: Any) -> str:
    """The spelling of a case that Python and the browser share."""
    value = value.item() if isinstance(value, np.ndarray) else value
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def fields(template: Template) -> set[str]:
    """Names that a template refers to; checks its spelling on the way."""
    if isinstance(template, Choose):
        inner = [*template.cases.values()]
        inner += [] if template.otherwise is None else [template.otherwise]
        return {template.on}.union(*(fields(part) for part in inner))
    if not isinstance(template, str):
        return set().union(*(fields(part) for part in template))
    names = set()
    for match in FIELD.finditer(template):
        if match[0] in ("{{", "}}"):
            continue
        if match[1] is None:
            raise ExplorerError(f"stray {match[0]!r} in the template {template!r}")
        check_format(match[3] or "")
        names.add(match[1])
    return names


def to_json(template: Template) -> Any:
    """The same template as the browser reads it."""
    if isinstance(template, Choose):
        cases = {case_key(case): to_json(part) for case, part in template.cases.items()}
        other = None if template.otherwise is None else to_json(template.otherwise)
        return {"on": template.on, "cases": cases, "otherwise": other}
    if isinstance(template, str):
        return template
    return [to_json(part) for part in template]


def is_template(value: Any) -> bool:
    """Whether `value` has the form of a template."""
    if isinstance(value, str | Choose):
        return True
    return isinstance(value, Sequence) and all(is_template(part) for part in value)


Describe = Template | Callable[[Any, Any], str]
