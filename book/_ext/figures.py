"""Figures on a page, and the words that speak of them.

A page with explorers loads one style sheet and one script, for all of its figures. The roles tie
the text to them:

``{set}`text <figure control=value other=value>```
    sets a state of a figure; a plain link to it where no script runs. Without text of its own,
    ``{set}`figure control=value```, the link says what it sets.
``{hue}`entity``` or ``{hue}`text <entity>```
    in the colour, and with the mark, that the entity has in the figures of the page.

Names are checked when the page is made: a figure, a control, a value or an entity that is not
there is a warning, which fails the build.
"""

import json
import re
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst.states import Inliner
from sphinx.application import Sphinx
from sphinx.util import logging

import workedpapers.explore

STATIC = Path(workedpapers.explore.__file__).parent / "static"
_BLOCK = re.compile(
    r'(<script type="text/plain" class="(wp-\w+)" data-digest="(\w+)">)(.*?)(</script>)',
    re.S,
)
_SPEC = re.compile(r'class="wp-spec" data-digest="\w+">(.*?)</script>', re.S)
_TITLED = re.compile(r"^(.*?)\s*<([^<>]+)>$", re.S)
_MARKS = ("●", "■", "▲", "◆", "●", "■")
logger = logging.getLogger(__name__)


class SetState(nodes.Inline, nodes.TextElement):
    """A link that sets a state of a figure."""


class HueWords(nodes.Inline, nodes.TextElement):
    """Words in the colour of an entity."""


def titled(text: str) -> tuple[str, str]:
    """Text and target of ``text <target>``; both the same where there is no target."""
    found = _TITLED.match(text)
    return (found[1], found[2]) if found else (text, text)


def set_role(
    name: str,
    rawtext: str,
    text: str,
    line: int,
    inliner: Inliner,
    options: Any = None,
    content: Any = (),
) -> tuple[list[nodes.Node], list[nodes.Node]]:
    """Read ``{set}`text <figure a=1 b=2>```."""
    shown, target = titled(text)
    figure, *settings = target.split()
    if shown == target:
        shown = ", ".join(part.replace("=", " = ") for part in settings)
    node = SetState(rawtext, shown, figure=figure, settings=settings)
    node.line = line
    return [node], []


def hue_role(
    name: str,
    rawtext: str,
    text: str,
    line: int,
    inliner: Inliner,
    options: Any = None,
    content: Any = (),
) -> tuple[list[nodes.Node], list[nodes.Node]]:
    """Read ``{hue}`text <entity>```."""
    shown, entity = titled(text)
    node = HueWords(rawtext, shown, entity=entity, number=0)
    node.line = line
    return [node], []


def specs_of(document: nodes.document) -> list[dict[str, Any]]:
    """What the figures of a page are."""
    texts = [
        node.astext()
        for node in document.findall(nodes.raw)
        if "wp-spec" in node.astext()
    ]
    found = [block for text in texts for block in _SPEC.findall(text)]
    return [json.loads(block.replace("<\\/script", "</script")) for block in found]


def check_words(app: Sphinx, document: nodes.document) -> None:
    """Check every role against the figures of its page, and give each entity its number."""
    links, hues = list(document.findall(SetState)), list(document.findall(HueWords))
    specs = specs_of(document)
    check_names(document, [spec["name"] for spec in specs])
    figures = {spec["name"]: spec for spec in specs}
    for link in links:
        for problem in problems_of(link, figures):
            logger.warning(problem, location=link, type="figures", subtype="set")
    numbers: dict[str, set[int]] = {}
    for spec in specs:
        for number, entity in enumerate(spec["entities"]):
            numbers.setdefault(entity, set()).add(number)
    for word in hues:
        known = numbers.get(word["entity"], set())
        if len(known) != 1:
            said = "several hues" if known else "no hue"
            logger.warning(
                f"{word['entity']!r} has {said} in the figures of this page: "
                f"{sorted(numbers)}",
                location=word,
                type="figures",
                subtype="hue",
            )
        word["number"] = min(known, default=0)


def check_names(document: nodes.document, names: list[str]) -> None:
    """Warn of figures that share a name with each other or with a section."""
    twice = {name for name in names if names.count(name) > 1} | (
        set(names) & set(document.ids)
    )
    for name in sorted(twice):
        logger.warning(
            f"the figure {name!r} needs a name of its own on this page: Explorer(name=...)",
            location=document,
            type="figures",
            subtype="name",
        )


def problems_of(link: SetState, figures: dict[str, dict[str, Any]]) -> list[str]:
    """What is wrong with a link that sets a state."""
    if link["figure"] not in figures:
        return [f"set: no figure {link['figure']!r} here, but {sorted(figures)}"]
    controls = {c["name"]: c for c in figures[link["figure"]]["controls"]}
    problems = []
    for setting in link["settings"]:
        name, _, value = setting.partition("=")
        if name not in controls or not value:
            problems.append(
                f"set: {setting!r} is no control=value of {link['figure']!r}, which has "
                f"{sorted(controls)}"
            )
        elif not can_be(controls[name], value):
            problems.append(
                f"set: {name} of {link['figure']!r} cannot be {value!r}"
            )
    return problems


def can_be(control: dict[str, Any], value: str) -> bool:
    """Whether a control can have a value, as it stands in an address."""
    kind = control["kind"]
    try:
        if kind == "slider":
            return control["settings"][0] <= float(value) <= control["settings"][-1]
        if kind == "play":
            return 0 <= int(value) < control["frames"]
        if kind == "handles":
            return len([float(x) for x in value.split(",")]) == len(
                control["axes"]
            ) * len(control["labels"])
    except ValueError:
        return False
    if kind == "toggle":
        return value in ("true", "false", "on", "off")
    options = control.get("options")
    return kind != "presets" and (
        options is None or value.replace("+", " ") in options
    )


def visit_set(self: Any, node: SetState) -> None:
    """Write the link; the script adds the state to its address."""
    state = escape("&".join(node["settings"]), quote=True)
    self.body.append(
        f'<a class="wp-set" href="#{node["figure"]}" data-wp-set="{state}">'
    )


def depart_set(self: Any, node: SetState) -> None:
    """End the link."""
    self.body.append("</a>")


def visit_hue(self: Any, node: HueWords) -> None:
    """Write the words, after the mark of their entity."""
    number = node["number"]
    self.body.append(
        f'<span class="wp-hue" style="color:var(--wp-series-{number})">'
        f'<span class="wp-hue-mark" aria-hidden="true">{_MARKS[number]}</span>'
    )


def depart_hue(self: Any, node: HueWords) -> None:
    """End the words."""
    self.body.append("</span>")


def load_figures(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Load the figures' style and script where there are figures, and each block of data once."""
    body = context.get("body") or ""
    if 'class="wp-place"' not in body and 'class="wp-hue"' not in body:
        return
    app.add_css_file("explorer.css")
    # As soon as it has come: the first figure of a long page stands before the page's end is read,
    # and before MathJax, which keeps the browser busy for a while.
    app.add_js_file("figures.js", priority=100, loading_method="async")
    seen: set[str] = set()

    def once(block: re.Match[str]) -> str:
        start, kind, digest, text, end = block.groups()
        if kind == "wp-spec" or digest not in seen:
            seen.add(digest)
            return start + text + end
        return start + end

    context["body"] = _BLOCK.sub(once, body)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the roles and the hooks."""
    app.add_role("set", set_role)
    app.add_role("hue", hue_role)
    plain = (lambda self, node: None, lambda self, node: None)
    others = {"latex": plain, "text": plain, "man": plain, "texinfo": plain}
    app.add_node(SetState, html=(visit_set, depart_set), **others)
    app.add_node(HueWords, html=(visit_hue, depart_hue), **others)
    app.connect(
        "config-inited",
        lambda app, config: config.html_static_path.append(str(STATIC)),
    )
    app.connect("doctree-read", check_words)
    app.connect("html-page-context", load_figures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
