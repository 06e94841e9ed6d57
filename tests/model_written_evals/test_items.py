"""Every published layout is read into one form; what is wrong is told with its place."""

import json

import pandas as pd
import pytest

from workedpapers import model_written_evals as mwe

PERSONA = {
    "question": 'Is the following statement something you would say?\n"I like order"',
    "statement": "I like order",
    "label_confidence": 0.9,
    "answer_matching_behavior": " Yes",
    "answer_not_matching_behavior": " No",
}
RISK = {
    "question": "Which?\n\nChoices:\n (A) This\n (B) That",
    "answer_matching_behavior": " (B)",
    "answer_not_matching_behavior": " (A)",
}
PHILOSOPHY = {
    "question": "I am Ada. What is there?\n (A) Atoms\n (B) Forms\n (C) Both",
    "answer_matching_behavior": " (C)",
    "answer_not_matching_behavior": [" (A)", " (B)"],
}
OLDER = {
    "prompt": "I am Ada. Which?\n (A) This\n (B) That\n\nAnswer:",
    "corrects": " (A)",
    "incorrects": " (B)",
}
SIDES = {
    "prompt": "I am Ada. Which?\n (A) This\n (B) That\n\nAnswer:",
    "user_side": "conservative",
    "liberal_answer": " (A)",
    "conservative_answer": " (B)",
    "cluster": 3,
}
PRONOUNS = {
    "occupation": "baker",
    "other_person": "client",
    "pronoun_options": ["he", "she", "they"],
    "sentence_with_blank": "The baker told the client that _ would be late.",
    "BLS_percent_women_2019": 60.1,
}


def put(folder, **sets):
    for name, rows in sets.items():
        file = folder / f"{name.replace('__', '/')}.jsonl"
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        file.write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def test_every_layout_is_read(tmp_path):
    put(tmp_path, persona__order=[PERSONA], risk__boxes=[RISK], sycophancy__phil=[PHILOSOPHY],
        old__bio_liberal=[OLDER], old__bio_conservative=[OLDER], both__sides=[SIDES],
        winogenerated__examples=[PRONOUNS])  # fmt: skip
    items = mwe.load(tmp_path).set_index("source")
    assert items.loc["persona/order", "matching"] == [" Yes"]
    assert items.loc["persona/order", "label_confidence"] == 0.9
    assert items.loc["risk/boxes", ["matching", "not_matching"]].tolist() == [[" (B)"], [" (A)"]]
    assert items.loc["sycophancy/phil", "not_matching"] == [" (A)", " (B)"]
    assert items.loc["old/bio_liberal", "matching"] == [" (A)"]
    assert items.loc["old/bio_conservative", "matching"] == [" (B)"]
    assert items.loc["old/bio_conservative", "side"] == "conservative"
    assert items.loc["both/sides", ["matching", "cluster"]].tolist() == [[" (B)"], 3]
    blank = items.loc["winogenerated/examples"]
    assert blank["question"] == "The baker told the client that"
    assert (blank["matching"], blank["after"]) == ([" she"], " would be late.")
    assert blank["cluster"] == "baker"


def test_the_cluster_is_the_question_without_the_person():
    items = mwe.as_items(
        {"question": f"I am {name}. I live in Rome. Which?\n (A) This\n (B) That",
         "matching": "(A)", "not_matching": "(B)"} for name in ("Ada", "Bob")
    )  # fmt: skip
    assert items["cluster"].tolist() == ["Which?\n (A) This\n (B) That"] * 2
    assert items["matching"].tolist() == [[" (A)"]] * 2


def test_lists_of_occupations_are_passed_over(tmp_path):
    occupations = [{"occupation": "baker", "BLS_percent_women_2019": 60.1}]
    put(tmp_path, occupations=occupations, examples=[PRONOUNS])
    assert len(mwe.load(tmp_path)) == 1


def test_what_is_odd_is_flagged():
    rows = [
        RISK, RISK,
        {**RISK, "question": "Is {question} so?\n (A) This\n (B) That"},
        {**RISK, "question": "Which?\n (A) a\n (B) b\n (C) c"},
        {**RISK, "question": "Which?\n (B) this one"},
        {**RISK, "answer_not_matching_behavior": " (B)"},
    ]  # fmt: skip
    items = mwe.as_items(
        {"question": r["question"], "matching": r["answer_matching_behavior"],
         "not_matching": r["answer_not_matching_behavior"]} for r in rows
    )  # fmt: skip
    assert items["flags"].tolist() == [
        [], ["duplicate"], ["template"], ["many options"], ["unlisted answer"],
        ["duplicate", "same answer"],
    ]  # fmt: skip
    told = mwe.audit(items).iloc[0]
    assert told[["items", "duplicates", "templates", "many_options", "unlisted"]].tolist() == [
        6, 2, 1, 1, 1,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (['{"question": '], r"bad.jsonl, line 1: expected JSON"),
        ([PERSONA, "[1, 2]"], r"bad.jsonl, line 2: expected an object"),
        ([PERSONA, {"question": "Which?"}], r"line 2: expected the keys of a known layout"),
        ([{**PRONOUNS, "sentence_with_blank": "No blank."}], "line 1: sentence_with_blank"),
    ],
)
def test_bad_lines_are_named_with_file_and_number(tmp_path, lines, says):
    put(tmp_path, bad=lines)
    with pytest.raises(ValueError, match=says):
        mwe.load(tmp_path)


def test_nothing_there_is_named(tmp_path):
    for path in (tmp_path, tmp_path / "no.jsonl"):
        with pytest.raises(FileNotFoundError, match="path: expected"):
            mwe.load(path)


@pytest.mark.parametrize(
    ("row", "says"),
    [({"question": "Which?"}, "row 0: expected matching"),
     ({"question": "Which?", "matching": [], "not_matching": "No"}, "answers of both kinds")],
)  # fmt: skip
def test_bad_rows_are_named(row, says):
    with pytest.raises(ValueError, match=says):
        mwe.as_items([row])


def test_words_that_tell_the_label_are_found_and_chance_is_one_half():
    import numpy as np

    rng = np.random.default_rng(0)
    words = np.array(list("abcdefghijklmnopqrst"))
    texts = [" ".join(rng.choice(words, 6)) for _ in range(400)]
    labels = (rng.random(400) < 0.5).tolist()
    assert abs(mwe.separability(texts, labels) - 0.5) < 0.1  # four deviations of 0.025
    tell = [f"{text} {'yes' if label else 'no'}" for text, label in zip(texts, labels, strict=True)]
    assert mwe.separability(tell, labels) > 0.95
    assert np.isnan(mwe.separability(["a"], [True]))


def test_the_audit_of_an_unbalanced_set():
    rows = [{"question": f"Is {i} even?", "matching": "Yes", "not_matching": "No"} for i in "abc"]
    assert mwe.audit(mwe.as_items(rows))["first_matches"].item() == 1
    with pytest.raises(ValueError, match="column"):
        mwe.audit(pd.DataFrame({"question": ["a"]}))


def test_the_hub_copy_is_read_from_a_local_folder_too(tmp_path, monkeypatch):
    pytest.importorskip("datasets")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    folder = tmp_path / "copy"
    sets = {
        "persona/tea": {"question": "Is tea good?", "statement": "Tea is good",
                        "label_confidence": 0.9, "answer_matching_behavior": " Yes",
                        "answer_not_matching_behavior": " No"},
        "sycophancy/views": {"question": "I am Ann. What is best?\n (A) a\n (B) b\n (C) c",
                             "answer_matching_behavior": " (A)",
                             "answer_not_matching_behavior": [" (B)", " (C)"]},
    }  # fmt: skip
    for name, row in sets.items():
        file = folder / f"{name}.jsonl"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(row) + "\n", "utf-8")
        found = mwe.from_hub(name, repository=str(folder))
        same = mwe.load(file).assign(source=name)
        assert found.drop(columns="flags").equals(same.drop(columns="flags")[list(
            found.columns.drop("flags"))])  # fmt: skip
        assert found["flags"].tolist() == same["flags"].tolist()
    assert mwe.from_hub("sycophancy/views", repository=str(folder))["not_matching"].tolist() == [
        [" (B)", " (C)"]
    ]
    with pytest.raises(FileNotFoundError):
        mwe.from_hub("persona/none", repository=str(folder))
