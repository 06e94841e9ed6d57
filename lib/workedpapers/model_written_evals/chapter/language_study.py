"""A real language model, asked and made to write: a stored study.

python -m workedpapers.model_written_evals.chapter.language_study

makes two files anew. ``answers.jsonl`` has the log-probabilities that SmolLM2-135M-Instruct gives
to the answers of items written by hand: statements, and questions of 15 topics asked by users of
both views. ``written.csv`` has statements that the model wrote, with how sure it is of each label;
what people judged of them stands in ``judged.csv``, which no script writes. A test asks some of the
items again.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path

import pandas as pd

from workedpapers.datasets import cache_folder
from workedpapers.model_written_evals.generation.pipeline import Behaviour, by_odds, generate
from workedpapers.model_written_evals.items.shipped import statement_items, user_items
from workedpapers.model_written_evals.models.cached import CachedModel
from workedpapers.model_written_evals.models.language import local_model
from workedpapers.model_written_evals.scoring.answers import evaluate

ANSWERS, WRITTEN, JUDGED = "answers.jsonl", "written.csv", "judged.csv"

#: What the model was made to write about, and how many texts for each label.
ORDER = Behaviour("order", "likes order and plans every day ahead",
                  "dislikes plans and follows every whim")  # fmt: skip
SAMPLED = 50


def _path(name: str) -> Path:
    return Path(str(resources.files(__package__).joinpath(name)))


@cache
def stored_answers() -> pd.DataFrame:
    """Return the items with the model's log-probabilities."""
    with _path(ANSWERS).open(encoding="utf-8") as lines:
        return pd.DataFrame([json.loads(line) for line in lines])


@cache
def stored_statements() -> pd.DataFrame:
    """Return what the model wrote, all of it."""
    return pd.read_csv(_path(WRITTEN))


@cache
def judged() -> pd.DataFrame:
    """Return what the model wrote with what people said of it.

    ``fits`` is "order" where the speaker plans, is punctual or likes order; "whim" where the
    speaker does not plan or dislikes plans; else, and where it contradicts itself, "neither".
    ``label_right`` says whether that is the label.
    """
    told = pd.read_csv(_path(JUDGED))
    found = stored_statements().merge(told, on="statement", how="left", validate="1:1")
    right = found["fits"] == found["matches"].map({True: "order", False: "whim"})
    return found.assign(label_right=right)


def answered(source: str) -> pd.DataFrame:
    """Results of `evaluate` from the stored log-probabilities: of "users" or of "order"."""
    part = stored_answers().query("source == @source", local_dict={"source": source})
    known = {
        (question, option): value
        for question, options, found in zip(
            part["question"], part["options"], part["logprobs"], strict=True
        )
        for option, value in zip(options, found, strict=True)
    }

    class Stored:
        """The model as it answered."""

        def logprobs(self, prompts, options):  # type: ignore[no-untyped-def]
            return [
                [known[p, o] for o in answers] for p, answers in zip(prompts, options, strict=True)
            ]

    items = part.drop(columns=["options", "logprobs"])
    return evaluate(items.reset_index(drop=True), Stored())


def main() -> None:
    """Ask and write, and keep both."""
    import torch

    torch.set_num_threads(1)
    folder = cache_folder() / "model_written_evals"
    model = local_model("smollm2")
    items = pd.concat([statement_items(), user_items()], ignore_index=True)
    result = evaluate(items, CachedModel(model, folder / "smollm2.jsonl"))
    columns = ["question", "matching", "not_matching", "cluster", "source", "side", "options",
               "logprobs"]  # fmt: skip
    with _path(ANSWERS).open("w", encoding="utf-8") as file:
        for row in result[columns].to_dict("records"):
            row["logprobs"] = [round(value, 4) for value in row["logprobs"]]
            if not isinstance(row["side"], str):
                del row["side"]
            file.write(json.dumps(row) + "\n")
    print(f"{len(result)} items", flush=True)
    written = generate(ORDER, generator=model, scorer=by_odds(model), out=folder / "order",
                       n=SAMPLED, keep=SAMPLED, least=0)  # fmt: skip
    written[["statement", "matches", "label_confidence"]].to_csv(_path(WRITTEN), index=False)
    print(f"{len(written)} statements", flush=True)


if __name__ == "__main__":
    main()
