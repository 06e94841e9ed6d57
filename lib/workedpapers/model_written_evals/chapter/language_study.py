"""A real language model, asked and made to write: a stored study.

python -m workedpapers.model_written_evals.chapter.language_study

makes three files anew. ``written.csv`` has statements that SmolLM2-135M-Instruct wrote, with how
sure it is of each label; what readers, who were not blind, judged of them stands in
``judged.csv``, which no script writes. ``filtered.csv`` has how far the sentence embedding MiniLM
places each statement with the person who likes order, and where it lies in the plane.
``answers.jsonl`` has the log-probabilities that SmolLM2 gives to the answers of items: statements
by hand and those that it wrote, and questions of 15 topics asked by users of both views. Tests ask
and embed some of it again.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path

import pandas as pd

from workedpapers.datasets import cache_folder
from workedpapers.model_written_evals.generation.embeddings import (
    embedding_filter,
    sentence_embedding,
)
from workedpapers.model_written_evals.generation.pipeline import Behaviour, by_odds, generate
from workedpapers.model_written_evals.generation.planes import plane
from workedpapers.model_written_evals.items.shipped import (
    statement_item,
    statement_items,
    user_items,
)
from workedpapers.model_written_evals.items.table import as_items
from workedpapers.model_written_evals.models.cached import CachedModel
from workedpapers.model_written_evals.models.language import local_model
from workedpapers.model_written_evals.scoring.answers import evaluate

ANSWERS, WRITTEN, JUDGED = "answers.jsonl", "written.csv", "judged.csv"
FILTERED = "filtered.csv"

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
    """Return what the model wrote, how a filter placed it, and what a reader said of it.

    ``minilm`` is how sure the embedding is of the label, ``x`` and ``y`` the place in the plane.

    ``fits`` is "order" where the speaker plans, is punctual or likes order; "whim" where the
    speaker does not plan or dislikes plans; else, and where it contradicts itself, "neither".
    ``label_right`` says whether that is the label.
    """
    told = pd.read_csv(_path(JUDGED))
    found = stored_statements().merge(told, on="statement", how="left", validate="1:1")
    right = found["fits"] == found["matches"].map({True: "order", False: "whim"})
    placed = pd.read_csv(_path(FILTERED))
    found = found.assign(label_right=right).merge(placed, on="statement", validate="1:1")
    sure = found["order"].where(found["matches"], 1 - found["order"])
    return found.assign(minilm=sure).drop(columns="order")


def kept(count: int) -> pd.DataFrame:
    """Of each label the statements that the embedding is surest of, so many and above one half."""
    sure = judged().query("minilm > 0.5").sort_values("minilm", ascending=False, kind="stable")
    return sure.groupby("matches").head(count)


def written_items(statements: pd.DataFrame | None = None) -> pd.DataFrame:
    """What the model wrote, as items."""
    part = stored_statements() if statements is None else statements
    return as_items(
        (statement_item(row["statement"], row["matches"]) for row in part.to_dict("records")),
        source="written",
    )


def by_sets() -> pd.DataFrame:
    """Results on five sets, named in ``set``: statements, and users by which answer is first."""
    users = answered("users")
    first = users["matching"].str[0] == " (A)"
    written = answered("written")
    sure = written["question"].isin(written_items(kept(20))["question"])
    parts = {
        "order, by hand": answered("order"),
        "order, written": written,
        "order, written and filtered": written[sure],
        "users, own answer first": users[first],
        "users, own answer second": users[~first],
    }
    return pd.concat([part.assign(set=name) for name, part in parts.items()], ignore_index=True)


def answered(source: str) -> pd.DataFrame:
    """Results of `evaluate` from the stored log-probabilities: "users", "order" or "written"."""
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
    written = generate(ORDER, generator=model, scorer=by_odds(model), out=folder / "order",
                       n=SAMPLED, keep=SAMPLED, least=0)  # fmt: skip
    written[["statement", "matches", "label_confidence"]].to_csv(_path(WRITTEN), index=False)
    print(f"{len(written)} statements", flush=True)
    place(written["statement"].tolist())
    items = pd.concat([statement_items(), user_items(), written_items(written)], ignore_index=True)
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


def place(statements: list[str]) -> None:
    """Embed the statements and keep where they lie."""
    score = embedding_filter()
    coordinates, share = plane(sentence_embedding()(statements))
    table = pd.DataFrame(
        {
            "statement": statements,
            "order": [round(score(text, ORDER), 4) for text in statements],
            "x": coordinates[:, 0].round(4),
            "y": coordinates[:, 1].round(4),
        }
    )
    table.to_csv(_path(FILTERED), index=False)
    print(f"the plane shows {share:.3f} of the variance", flush=True)


if __name__ == "__main__":
    main()
