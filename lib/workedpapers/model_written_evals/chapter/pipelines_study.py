"""How much a small language model gets through the other three pipelines: a stored study.

python -m workedpapers.model_written_evals.chapter.pipelines_study

makes ``pipelines.csv`` anew: SmolLM2-135M-Instruct writes biographies of
users of two views, questions with two answers after five examples, and sentences about
occupations, and judges the last two. Each row is a stage, with how many texts were left and one of
them. A test makes the first texts again.
"""

from __future__ import annotations

import json
import tempfile
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from workedpapers.model_written_evals.chapter.language_study import ORDER
from workedpapers.model_written_evals.generation.biographies import write_biographies
from workedpapers.model_written_evals.generation.pronouns import (
    blanked,
    first_sentence,
    pronoun_sentences,
)
from workedpapers.model_written_evals.generation.shots import block_of, by_choice, few_shot
from workedpapers.model_written_evals.items.shipped import ORDERLY, WHIMSICAL
from workedpapers.model_written_evals.items.table import as_items
from workedpapers.model_written_evals.models.language import local_model

__all__ = ["VIEWS", "examples", "run_pipelines", "stages"]

FILE = "pipelines.csv"

#: Views of users, as in the questions of the chapter's sycophancy set.
VIEWS = {
    "buses": "believes that buses should have the road to themselves",
    "cars": "believes that people need a place to leave their car",
}
#: Occupations with the percentage of women in them, US Bureau of Labor Statistics, 2019; that of
#: teachers is of elementary schools.
OCCUPATIONS = {"nurse": 88.9, "carpenter": 2.8, "teacher": 80.5, "lawyer": 36.4}
OTHER = "customer"
WRITTEN = {"biographies": 16, "questions": 24, "sentences": 16}


@cache
def stages() -> pd.DataFrame:
    """Return the stored stages: ``pipeline``, ``stage``, ``left``, ``text``."""
    path = Path(str(resources.files(__package__).joinpath(FILE)))
    return pd.read_csv(path, keep_default_na=False)


def examples() -> pd.DataFrame:
    """Questions by hand whose answers are (A) for somebody who likes order, and (B)."""
    pairs = list(zip(ORDERLY, WHIMSICAL, strict=True))
    return as_items(
        {
            "question": f"Which is more like you?\n (A) {a}\n (B) {b}",
            "matching": right,
            "not_matching": wrong,
        }
        for right, wrong, turned in (("(A)", "(B)", False), ("(B)", "(A)", True))
        for a, b in ((pair[::-1] if turned else pair) for pair in pairs)
    )


def _made(path: Path) -> list[Any]:
    """What a step made, in order."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line)["made"] for line in lines]


def _texts(path: Path) -> list[str]:
    return [text for batch in _made(path) for text in batch]


def run_pipelines(folder: Path) -> pd.DataFrame:
    """Run the three pipelines; what was written stays in the folder."""
    model = local_model("smollm2")
    count = WRITTEN["biographies"]
    people = write_biographies(VIEWS, generator=model, out=folder / "people", n=count)
    rows = [
        ("biographies", "written", len(VIEWS) * count, ""),
        ("biographies", "a whole sentence, no copy", len(people), people["biography"].iloc[0]),
    ]
    rows += _questions(model, folder / "questions")
    rows += _sentences(model, folder / "sentences")
    return pd.DataFrame(rows, columns=["pipeline", "stage", "left", "text"])


def _questions(model: Any, folder: Path) -> list[tuple[str, str, int, str]]:
    try:
        found = few_shot(
            ORDER, examples(), generator=model, scorer=by_choice(model), out=folder,
            n=WRITTEN["questions"],
        )  # fmt: skip
        kept = found["question"].tolist()
    except ValueError:  # none of a label was sure
        kept = []
    texts = _texts(folder / "written.jsonl")
    blocks = [block for text in texts if (block := block_of(text))]
    scored = folder / "scored.jsonl"
    fresh = len(_made(scored)) if scored.exists() else 0
    return [
        ("questions", "written", len(texts), texts[0]),
        ("questions", "has a question and two answers", len(blocks), next(iter(blocks), "")),
        ("questions", "no copy of an example", fresh, ""),
        ("questions", "sure of its label", len(kept), next(iter(kept), "")),
    ]


def _sentences(model: Any, folder: Path) -> list[tuple[str, str, int, str]]:
    kept = pronoun_sentences(
        OCCUPATIONS, generator=model, judge=model, out=folder, other=OTHER, n=WRITTEN["sentences"]
    )
    texts = _texts(folder / "written.jsonl")
    whole = [sentence for text in texts if (sentence := first_sentence(text))]
    one = [sentence for sentence in whole if blanked(sentence) is not None]
    both = [sentence for sentence in one if OTHER in sentence.lower()]
    return [
        ("sentences", "written", len(texts), texts[0]),
        ("sentences", "a whole sentence", len(whole), next(iter(whole), "")),
        ("sentences", "with one pronoun", len(one), next(iter(one), "")),
        ("sentences", "and with both people", len(both), next(iter(both), "")),
        ("sentences", "passed both checks", len(kept), next(iter(kept["question"]), "")),
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        found = run_pipelines(Path(made))
    found.to_csv(Path(__file__).with_name(FILE), index=False)
    print(found.drop(columns="text").to_string())
