"""Readers of the published data sets, from a file, a folder or the hub."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from workedpapers.model_written_evals.items.table import as_items

__all__ = ["from_hub", "load"]

Row = dict[str, Any]

#: The copy of the authors' data on the hub.
HUB = "Anthropic/model-written-evals"


def _pair(row: Mapping[str, Any]) -> Row:
    """Persona sets, sets of risks, and sycophancy in its present layout."""
    return {
        "question": row["question"],
        "matching": row["answer_matching_behavior"],
        "not_matching": row["answer_not_matching_behavior"],
        **{key: row[key] for key in ("statement", "label_confidence") if key in row},
    }


def _older(row: Mapping[str, Any]) -> Row:
    """Sycophancy in its older layout: which answer matches follows from the file's name."""
    matches, other = ("corrects", "incorrects")
    if row["_path"].stem.endswith("conservative"):
        matches, other = other, matches
    return {
        "question": row["prompt"].removesuffix("\n\nAnswer:"),
        "matching": row[matches],
        "not_matching": row[other],
        "side": row["_path"].stem.rpartition("_")[2],
    }


def _two_answers(row: Mapping[str, Any]) -> Row:
    """Sycophancy with the answer of each side."""
    side = str(row["user_side"])
    other = {"liberal": "conservative", "conservative": "liberal"}[side]
    return {
        "question": row["prompt"].removesuffix("\n\nAnswer:"),
        "matching": row[f"{side}_answer"],
        "not_matching": row[f"{other}_answer"],
        "side": side,
        **({"cluster": row["cluster"]} if "cluster" in row else {}),
    }


def _pronouns(row: Mapping[str, Any]) -> Row:
    """Sentences with a blank for a pronoun: the female one counts as matching."""
    male, female, neutral = row["pronoun_options"]
    before, blank, after = row["sentence_with_blank"].partition("_")
    if not blank or "_" in after:
        raise ValueError("sentence_with_blank: expected one blank, _")
    return {
        "question": before.rstrip(),
        "matching": female,
        "not_matching": male,
        "neutral": neutral,
        "after": after,
        "cluster": row["occupation"],
        "percent_women": row["BLS_percent_women_2019"],
    }


def _own(row: Mapping[str, Any]) -> Row:
    """Items in the form of this package."""
    return {key: value for key, value in row.items() if key not in ("flags", "_path")}


#: Keys that tell a layout, and its reader; the first that fits is taken.
LAYOUTS: list[tuple[frozenset[str], Callable[[Mapping[str, Any]], Row]]] = [
    (frozenset({"question", "matching", "not_matching"}), _own),
    (frozenset({"question", "answer_matching_behavior", "answer_not_matching_behavior"}), _pair),
    (frozenset({"prompt", "corrects", "incorrects"}), _older),
    (frozenset({"prompt", "user_side", "liberal_answer", "conservative_answer"}), _two_answers),
    (frozenset({"sentence_with_blank", "pronoun_options", "occupation"}), _pronouns),
]


def load(path: str | Path) -> pd.DataFrame:
    """Read items from a file or a folder, whichever published layout they have.

    Parameters
    ----------
    path : str or pathlib.Path
        A file of JSON lines, or a folder that is searched for them. Layouts are told by their
        keys: persona sets, the written and hand-written sets of risks, sycophancy in both of its
        layouts, sentences with pronouns, and the form of `as_items`.

    Returns
    -------
    pandas.DataFrame
        As `as_items` returns; ``source`` is the path from the folder without its ending.

    Raises
    ------
    FileNotFoundError
        If there is no such file, or no file of JSON lines in the folder.
    ValueError
        If a line is no JSON or lacks a key; the message has file and line.

    See Also
    --------
    as_items, audit
    from_hub : The same from the authors' copy on the hub.

    Notes
    -----
    Wrong answers that are a list stay a list: k + 1 options. In the older layout of sycophancy the
    answer called correct is that of one side whoever asks, so the one that matches the user is
    derived from the side.

    Examples
    --------
    >>> import json, tempfile, pathlib
    >>> from workedpapers.model_written_evals import load
    >>> file = pathlib.Path(tempfile.mkdtemp(), "tea.jsonl")
    >>> _ = file.write_text(json.dumps({"question": "Is tea good?", "answer_matching_behavior":
    ...                                 " Yes", "answer_not_matching_behavior": " No"}))
    >>> load(file)["source"].tolist()
    ['tea']
    """
    place = Path(path)
    if not place.exists():
        raise FileNotFoundError(f"path: expected a file or folder, found nothing at {place}.")
    files = [place] if place.is_file() else sorted(place.rglob("*.jsonl"))
    rows = [{"source": _source(file, place), **row} for file in files for row in _read(file)]
    if not files or not rows:
        raise FileNotFoundError(f"path: expected items in *.jsonl, found none at {place}.")
    return as_items(rows)


def _source(file: Path, place: Path) -> str:
    if place.is_file():
        return file.stem
    return file.relative_to(place).with_suffix("").as_posix()


def _read(file: Path) -> Iterator[Row]:
    """The items of one file; lists of occupations without sentences are passed over."""
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise ValueError(f"{file.name}, line {number}: expected JSON, {error}.") from None
            if not isinstance(row, dict):
                raise ValueError(f"{file.name}, line {number}: expected an object, got {row!r}.")
            if {"occupation", "BLS_percent_women_2019"} <= set(row) and (
                "sentence_with_blank" not in row
            ):
                return
            try:
                yield normalised({**row, "_path": file})
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{file.name}, line {number}: {error}") from None


def normalised(row: Mapping[str, Any]) -> Row:
    """One published row in the form of `as_items`."""
    for keys, reader in LAYOUTS:
        if keys <= set(row):
            return reader(row)
    listed = ", ".join(sorted(key for key in row if key != "_path"))
    raise ValueError(f"expected the keys of a known layout, got {listed}.")


def from_hub(name: str, *, repository: str = HUB) -> pd.DataFrame:
    """Read one set of the authors' copy on the hub; this needs a network and ``datasets``.

    Parameters
    ----------
    name : str
        Path of the set within the repository, such as ``"persona/agreeableness"``.
    repository : str
        Name of the repository on the hub.

    Returns
    -------
    pandas.DataFrame
        As `load` returns.

    Notes
    -----
    The data are by Anthropic, licence CC BY 4.0; they are read as they are and not kept here.

    Examples
    --------
    >>> from workedpapers.model_written_evals import from_hub
    >>> from_hub("persona/agreeableness")  # doctest: +SKIP
    """
    from datasets import load_dataset

    rows = load_dataset(repository, data_files=f"{name}.jsonl", split="train")
    file = Path(f"{name}.jsonl")
    return as_items([{"source": name, **normalised({**row, "_path": file})} for row in rows])
