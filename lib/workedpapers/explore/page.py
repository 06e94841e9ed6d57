"""A figure as a page of the book carries it: without widgets, and legible without scripts."""

import html
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

__all__ = ["bare_html", "place_html"]

_BLOCK = re.compile(r'<script type="text/plain" class="wp-\w+".*?</script>', re.DOTALL)
_ANSWER = re.compile(r"<details class=\"wp-answer\">.*?</details>", re.DOTALL)


def place_html(spec: Mapping[str, Any], store: bytes, still: str) -> str:
    """The still, and the data of the live figure, which the book's loader puts in its place.

    Parameters
    ----------
    spec : mapping
        What the browser reads of a frozen `Explorer`.
    store : bytes
        Its data.
    still : str
        The figure for readers without JavaScript.

    Returns
    -------
    str
        HTML. Each block of data carries its digest, so that two figures can share it.
    """
    lean = {key: value for key, value in spec.items() if key != "mirror"}
    mirror = _block("wp-mirror", spec["mirror"]) if "mirror" in spec else ""
    return (
        f'<div class="wp-place" id="{spec["name"]}">{still}{_questions(spec["quiz"])}'
        f"{_block('wp-spec', json.dumps(lean, ensure_ascii=False, separators=(',', ':')))}"
        f"{_block('wp-store', b64encode(store).decode())}{mirror}</div>"
    )


def bare_html(place: str) -> str:
    """What is left of a figure where no script runs: its still, and a question without its answer.

    Parameters
    ----------
    place : str
        HTML of `place_html`, or any other, which stays as it is.

    Returns
    -------
    str
        HTML without data.

    Examples
    --------
    >>> from workedpapers.explore import bare_html
    >>> bare_html('<p>A.</p><script type="text/plain" class="wp-store">x</script>')
    '<p>A.</p>'
    """
    return _ANSWER.sub("", _BLOCK.sub("", place))


def _block(kind: str, text: str) -> str:
    safe = text.replace("</script", "<\\/script")
    digest = sha256(text.encode()).hexdigest()[:16]
    return f'<script type="text/plain" class="{kind}" data-digest="{digest}">{safe}</script>'


def _questions(quiz: Mapping[str, Any] | None) -> str:
    """A quiz for readers without JavaScript, and for print: the question, and a folded answer."""
    if quiz is None:
        return ""
    options = "".join(f"<li>{html.escape(option)}</li>" for option in quiz.get("options", ()))
    told = html.escape(f"{quiz['answer'].rstrip('.')}. {quiz['why']}")
    return (
        '<div class="wp-asked"><p><strong>Predict, then move.</strong> '
        f"{html.escape(quiz['question'])}</p>{f'<ul>{options}</ul>' if options else ''}"
        f'<details class="wp-answer"><summary>Answer</summary><p>{told}</p></details></div>'
    )
