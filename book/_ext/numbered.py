"""Numbers of figures and tables that the text refers to.

A code cell with a label, ``# %% label="fig-meg-power"``, is figure or table such and such of its page.
The label is an anchor, and ``{ref}`fig-meg-power``` says "Figure 3". The number comes before the
caption, whether Python drew the figure or the browser does: the style sheet takes it from the
cell.
"""

import re
from collections import Counter
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

#: what a label begins with -> what the thing is called
KINDS = {"fig": "Figure", "tab": "Table"}

_LOG = logging.getLogger(__name__)


def number_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Give each labelled cell of a page its number, and make it known to references."""
    counts: Counter[str] = Counter()
    numbers: dict[str, str] = {}
    standard = app.env.get_domain("std")
    for cell in doctree.findall(nodes.container):
        label = (cell.get("cell_metadata") or {}).get("label")
        if cell.get("nb_element") != "cell_code" or not label:
            continue
        kind = KINDS.get(label.partition("-")[0])
        if kind is None or label in standard.labels:
            _LOG.warning(
                f"label {label!r}: expected one that begins with fig- or tab- and is not taken",
                location=cell,
            )
            continue
        counts[kind] += 1
        numbers[label] = f"{kind} {counts[kind]}"
        cell["ids"].append(label)
        standard.labels[label] = app.env.docname, label, numbers[label]
        standard.anonlabels[label] = app.env.docname, label
    app.env.metadata[app.env.docname]["wp_numbers"] = numbers


def hand_to_style(
    app: Sphinx, page: str, template: str, context: dict, doctree: Any
) -> None:
    """Write each number where the style sheet finds it."""
    for label, number in (
        app.env.metadata.get(page, {}).get("wp_numbers", {}).items()
    ):
        context["body"] = re.sub(
            rf'<div class="cell([^>]*) id="{re.escape(label)}">',
            rf"""<div class="cell\1 id="{label}" style="--wp-number: '{number}. '">""",
            context["body"],
            count=1,
        )


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the hooks."""
    app.connect("doctree-read", number_cells)
    app.connect("html-page-context", hand_to_style, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
