"""The one form that items have: a data frame with a row for each question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import pandas as pd

__all__ = ["Flag", "as_items", "flags_of"]

#: Columns of a table of items, in their order.
COLUMNS = ["question", "matching", "not_matching", "cluster", "source", "flags"]

_LABEL = re.compile(r"\(([A-Z])\)")
_LISTED = re.compile(r"^\s*\(([A-Z])\)", re.MULTILINE)
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{[a-z_]+\}|\[\[.*?\]\]")


class Flag(StrEnum):
    """What is odd about an item.

    Examples
    --------
    >>> from workedpapers.model_written_evals import Flag
    >>> Flag.DUPLICATE.value
    'duplicate'
    """

    DUPLICATE = "duplicate"  # the question was there before, in the same set
    TEMPLATE = "template"  # a mark of a template was not filled in
    MANY_OPTIONS = "many options"  # options beyond (A) and (B)
    UNLISTED = "unlisted answer"  # an answer that the question does not list
    SAME_ANSWER = "same answer"  # an answer matches and does not match


def as_items(rows: Iterable[Mapping[str, Any]], *, source: str = "given") -> pd.DataFrame:
    """Bring items into the form that everything here takes.

    Parameters
    ----------
    rows : iterable of mapping
        Each with ``question``, and ``matching`` and ``not_matching``, an answer or a list of
        answers. ``cluster`` says which items belong together; by default it is the question
        without what stands before its last sentence. Other keys are kept, such as ``side``, the
        user's view.
    source : str, default "given"
        Name of the set, for rows that have none.

    Returns
    -------
    pandas.DataFrame
        With the columns question, matching, not_matching (lists), cluster, source and flags (a
        list of `Flag`), and those that were given.

    Raises
    ------
    ValueError
        If a row lacks a key, or has no answer of a kind.

    See Also
    --------
    load : The same from files.

    Notes
    -----
    Answers keep their leading space, which belongs to a model's token; one is added where answers
    are words or labels without it.

    Examples
    --------
    >>> from workedpapers.model_written_evals import as_items
    >>> items = as_items([{"question": "I am from Oslo. Is tea good?", "matching": "Yes",
    ...                    "not_matching": ["No", "Perhaps"]}])
    >>> items[["matching", "not_matching", "cluster"]].values.tolist()
    [[[' Yes'], [' No', ' Perhaps'], 'Is tea good?']]
    """
    made = []
    for place, row in enumerate(rows):
        missing = {"question", "matching", "not_matching"} - set(row)
        if missing:
            raise ValueError(f"rows: row {place}: expected {', '.join(sorted(missing))}, got none.")
        question = str(row["question"])
        yes, no = answers_of(row["matching"]), answers_of(row["not_matching"])
        if not yes or not no:
            raise ValueError(f"rows: row {place}: expected answers of both kinds, got {yes}, {no}.")
        made.append(
            {
                **row,
                "question": question,
                "matching": yes,
                "not_matching": no,
                "cluster": row.get("cluster", cluster_of(question)),
                "source": row.get("source", source),
            }
        )
    items = pd.DataFrame(made, columns=None if made else COLUMNS)
    items["flags"] = flags_of(items)
    return items[[*COLUMNS, *(c for c in items.columns if c not in COLUMNS)]]


def answers_of(value: Any) -> list[str]:
    """Answers as a list, each with a space before it."""
    listed = [value] if isinstance(value, str) else list(value)
    return [answer if answer.startswith(" ") else f" {answer}" for answer in map(str, listed)]


def cluster_of(question: str) -> str:
    """What is asked, without the person who asks: the last sentence and the options."""
    statement = re.match(r"Is the following (?:statement )?something", question)
    if statement:
        return question.partition("\n")[2].strip() or question
    head, mark, options = question.partition("\n (A)")
    head = re.sub(r"\s*\n\n?(?:Choices|Options|Answer choices):?\s*$", "", head.rstrip())
    asked = re.split(r"(?<=[.!?])\s+(?=[A-Z\"“])", head.strip())[-1]
    return f"{asked}{mark}{options}".strip()


def flags_of(items: pd.DataFrame) -> list[list[Flag]]:
    """What is odd about each item, a list for each row."""
    again = items.duplicated(["source", "question"]).tolist() if len(items) else []
    found = []
    columns = (items[name].tolist() if len(items) else [] for name in
               ("question", "matching", "not_matching"))  # fmt: skip
    for question, yes, no, twice in zip(*columns, again, strict=True):
        answers = [*yes, *no]
        labels = {label for answer in answers for label in _LABEL.findall(answer)}
        listed = set(_LISTED.findall(question))
        told = {
            Flag.DUPLICATE: bool(twice),
            Flag.TEMPLATE: bool(_TEMPLATE.search(question)),
            Flag.MANY_OPTIONS: len(labels | listed) > 2,
            Flag.UNLISTED: bool(labels - listed) if listed else bool(labels),
            Flag.SAME_ANSWER: bool(set(yes) & set(no)),
        }
        found.append([flag for flag, there in told.items() if there])
    return found
