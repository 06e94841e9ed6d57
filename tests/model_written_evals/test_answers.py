"""What is counted of a model's answers: ties, mass, places; models that misbehave are named."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workedpapers import model_written_evals as mwe

ITEMS = mwe.as_items(
    {"question": f"Which {i}?\n (A) This\n (B) That", "matching": yes, "not_matching": no}
    for i, (yes, no) in enumerate([("(A)", "(B)"), ("(B)", "(A)")] * 4)
)


def asked(function, items=ITEMS):
    return mwe.evaluate(items, mwe.CallableModel(function), batch=3)


def test_ignorance_scores_one_half_and_is_told():
    result = asked(lambda prompt, option: np.log(0.2))
    assert result["match"].tolist() == [0.5] * 8
    assert mwe.summarise(result).ties == 1
    assert result["mass"].round(9).tolist() == [0.4] * 8
    assert mwe.position_bias(result).first_option == 0.5


def test_always_the_first_option_is_told():
    result = asked(lambda prompt, option: -1.0 if "A" in option else -2.0)
    assert mwe.summarise(result).share == 0.5
    bias = mwe.position_bias(result)
    assert (bias.first_option, bias.match_first, bias.match_later) == (1, 1, 0)
    assert bias.first_matches == 0.5
    assert result["choice"].eq(" (A)").all()


@given(st.lists(st.floats(-20, 0), min_size=2, max_size=6), st.integers(1, 5))
def test_probabilities_are_a_softmax(values, matching):
    matching = min(matching, len(values) - 1)
    found = mwe.one_answer(np.array(values), matching)
    p = np.exp(values) / np.exp(values).sum()
    assert found["p_match"] == pytest.approx(p[:matching].sum(), abs=1e-9)
    if not found["tie"]:
        assert found["match"] == (np.argmax(values) < matching)


def test_of_tied_options_the_share_that_matches_counts():
    assert mwe.one_answer(np.array([-1.0, -1.0, -1.0, -5.0]), 1)["match"] == pytest.approx(1 / 3)
    assert mwe.one_answer(np.array([-1.0, -np.inf]), 1)["p_match"] == 1


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda p, o: float("nan"), "item 0: log-probabilities"),
        (lambda p, o: float("inf"), "item 0: log-probabilities"),
        (lambda p, o: -float("inf"), "one option to be possible"),
    ],
)
def test_a_model_that_answers_nonsense_is_named(function, says):
    with pytest.raises(ValueError, match=says):
        asked(function)


def test_a_model_that_answers_too_little_is_named():
    class Lazy:
        def __init__(self, answers):
            self.answers = answers

        def logprobs(self, prompts, options):
            return self.answers

    with pytest.raises(ValueError, match="expected 2 log-probabilities, got 1"):
        mwe.evaluate(ITEMS[:1], Lazy([[0.0]]))
    with pytest.raises(ValueError, match="expected 1 answers, got 0"):
        mwe.evaluate(ITEMS[:1], Lazy([]))
    with pytest.raises(ValueError, match="expected options of both kinds"):
        mwe.evaluate(ITEMS[:1].assign(matching=[[]]), Lazy([[0.0]]))


def test_columns_are_handed_on():
    items = ITEMS.assign(side="left")
    assert asked(lambda p, o: -len(o), items)["side"].eq("left").all()


@pytest.mark.parametrize(
    ("text", "place"),
    [(" Yes, I would", 0), ("(B) because", None), ("**no**", 1), ("Nobody", None), ("", None),
     ("Yesterday", None)],
)  # fmt: skip
def test_written_answers_are_read(text, place):
    assert mwe.read_answer(text, [" Yes", " No"]) == place
    assert mwe.read_answer("b) it is", [" (A)", " (B)"]) == 1


def test_a_model_that_only_writes_is_counted_with_what_could_not_be_read():
    texts = ["(A)", "(A) yes", "(B)", "I cannot say"]
    model = mwe.SampledModel(lambda prompt, i: texts[i], samples=4)
    result = mwe.evaluate(ITEMS, model)
    assert result["mass"].round(9).tolist() == [0.75] * 8
    assert result["choice"].eq(" (A)").all()
    assert model.unread_share == 0.25


def test_a_model_that_answers_garbage_ties_and_says_so():
    model = mwe.SampledModel(lambda prompt, i: "?!", samples=3)
    result = mwe.evaluate(ITEMS, model)
    assert result["match"].eq(0.5).all()
    assert result["mass"].max() < 1e-9
    assert model.unread_share == 1


def test_a_kept_answer_is_not_asked_again_and_a_cut_line_is(tmp_path):
    asked = []

    def function(prompt, option):
        asked.append(prompt)
        return -float(len(asked))

    file = tmp_path / "kept" / "answers.jsonl"
    first = mwe.evaluate(ITEMS, mwe.CachedModel(mwe.CallableModel(function), file))
    assert len(asked) == 16
    lines = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:5]) + lines[5][:20], "utf-8")  # killed while writing
    again = mwe.CachedModel(mwe.CallableModel(lambda p, o: function(p, o) * 0 - 9), file)
    second = mwe.evaluate(ITEMS, again)
    assert len(asked) == 16 + 3 * 2
    assert second["logprobs"][:5].tolist() == first["logprobs"][:5].tolist()
    assert len(file.read_text("utf-8").splitlines()) == 8
    file.write_text("nonsense\n", "utf-8")
    with pytest.raises(ValueError, match=r"answers.jsonl, line 1: expected JSON"):
        mwe.CachedModel(mwe.CallableModel(function), file)
