"""Colab beside Binder: a chapter's button opens its notebook, where it is published.

Colab opens notebooks from a branch of a repository and knows no chapter in ``.py``. So the workflow
`book` puts the copies of the chapters on a branch of their own, and the buttons lead there. Pages
that are no chapters read files of the repository and have no such button.
"""

from typing import Any

from sphinx.application import Sphinx

from tools.course.publish import on_colab
from tools.house import papers


def lead_to_notebook(
    app: Sphinx, page: str, template: str, context: dict, doctree: Any
) -> None:
    """Point the Colab button of a chapter to its notebook; take that of another page away."""
    name = page.removeprefix("book/")
    for group in context.get("header_buttons", []):
        if group.get("label") != "launch-buttons":
            continue
        colab = [
            button for button in group["buttons"] if button.get("text") == "Colab"
        ]
        for button in colab:
            if name in papers():
                button["url"] = on_colab(name)
            else:
                group["buttons"].remove(button)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the hook, after the theme's own."""
    app.connect("html-page-context", lead_to_notebook, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
