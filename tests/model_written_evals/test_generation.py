"""Writing items with a model: two stages, resumed after a kill, balanced, and language models."""

import pytest

from workedpapers import model_written_evals as mwe

ORDER = mwe.Behaviour("order", "plans ahead", "follows whims")


class Author:
    """Writes numbered statements, and stops after so many calls."""

    def __init__(self, calls=100):
        self.left = calls

    def write(self, prompt, n=1, *, begin="", tokens=32, seed=0):
        if not self.left:
            raise TimeoutError("the server does not answer")
        self.left -= 1
        kind = "plan" if "plans" in prompt else "forget"
        return [f"{begin} {kind} {seed + i} things. And more." for i in range(n)]


def sure(statement, behaviour):
    return 0.9 if "plan" in statement else 0.05


def test_sets_are_balanced_and_the_surest_are_kept(tmp_path):
    items = mwe.generate(ORDER, generator=Author(), scorer=sure, out=tmp_path, n=20, keep=5)
    assert items["matching"].str[0].value_counts().to_dict() == {" Yes": 5, " No": 5}
    assert items["label_confidence"].tolist() == [0.9] * 5 + [0.95] * 5
    assert items["statement"].str.match(r"I (plan|forget) \d+ things$").all()
    assert items["source"].eq("order").all()


def test_a_run_that_was_killed_goes_on_and_gives_the_same(tmp_path):
    whole = mwe.generate(ORDER, generator=Author(), scorer=sure, out=tmp_path / "a", n=20, keep=5)
    with pytest.raises(TimeoutError):
        mwe.generate(ORDER, generator=Author(2), scorer=sure, out=tmp_path / "b", n=20, keep=5)
    rest = Author()
    again = mwe.generate(ORDER, generator=rest, scorer=sure, out=tmp_path / "b", n=20, keep=5)
    assert rest.left == 96
    assert again.equals(whole)


def test_a_statement_that_was_written_for_both_labels_has_the_surer_one(tmp_path):
    class Same:
        def write(self, prompt, n=1, *, begin="", tokens=32, seed=0):
            return [f"1. I {('plan', 'forget')[i % 2]} {i} things." for i in range(n)]

    items = mwe.generate(ORDER, generator=Same(), scorer=sure, out=tmp_path, n=8, keep=4)
    assert items["statement"].is_unique
    assert items["matches"].eq(items["statement"].str.contains("plan")).all()
    assert len(items) == 8


def test_labels_that_the_scorer_doubts_are_not_kept(tmp_path):
    with pytest.raises(ValueError, match="scorer: expected sure statements of both labels"):
        mwe.generate(ORDER, generator=Author(), scorer=lambda s, b: 0.5, out=tmp_path, n=8)


def test_what_a_model_says_to_everybody_cancels():
    says_yes = mwe.CallableModel(lambda prompt, option: 0.0 if option == " Yes" else -5.0)
    assert mwe.by_odds(says_yes)("I plan.", ORDER) == 0.5
    told = mwe.CallableModel(
        lambda prompt, option: -1.0 if ("plans ahead" in prompt) == (option == " Yes") else -2.0
    )
    assert mwe.by_odds(told)("I plan.", ORDER) == pytest.approx(0.8807970779778823)


def test_bad_arguments_are_named(tmp_path):
    with pytest.raises(ValueError, match="who: expected"):
        mwe.Behaviour("order", " ", "follows whims")
    with pytest.raises(FileNotFoundError, match="name: expected a file"):
        mwe.local_model(tmp_path / "nothing")
    with pytest.raises(ValueError, match="template: expected"):
        mwe.local_model("smollm2", template="song")


class Letters:
    """A tokenizer of letters."""

    eos_token_id = 0

    def encode(self, text, add_special_tokens=True):
        return [ord(letter) % 64 for letter in text]

    def apply_chat_template(self, turns, tokenize, add_generation_prompt):
        return f"<{turns[0]['content']}>"


@pytest.fixture
def language():
    """A tiny language model with random weights, and its log-probabilities without any cache."""
    transformers = pytest.importorskip("transformers")
    import torch

    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=64, hidden_size=16, intermediate_size=32, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=2,
    )  # fmt: skip
    network = transformers.LlamaForCausalLM(config).eval()

    def plainly(text, answer):
        begin, end = (Letters().encode(part) for part in (text, answer))
        with torch.no_grad():
            odds = network(torch.tensor([begin + end])).logits[0].double().log_softmax(-1)
        return sum(float(odds[len(begin) + i - 1, token]) for i, token in enumerate(end))

    return mwe.LanguageModel(network, Letters()), plainly


def test_log_probabilities_are_sums_over_tokens_whatever_was_asked_before(language):
    model, plainly = language
    prompts = ["Is tea good?", "Is tea good?", "Is it late?", "Is", "Quite another", "Is tea"]
    options = [[" (A)", " (B)"], [" Yes", " No"], [" Y", " N"], [" a", " ab"], [" (A)", " (B)"],
               [" (A)", " (C)", " (B)"]]  # fmt: skip
    for prompt, answers, found in zip(
        prompts, options, model.logprobs(prompts, options), strict=True
    ):
        expected = [plainly(f"<{prompt}>", answer.lstrip()) for answer in answers]
        assert found == pytest.approx(expected, abs=1e-4)


def test_templates_and_answers_without_a_token(language):
    model, plainly = language
    spoken = mwe.LanguageModel(model.network, Letters(), "dialogue")
    (found,) = spoken.logprobs(["Tea?"], [[" Yes", " No"]])
    assert found[0] == pytest.approx(plainly("\n\nHuman: Tea?\n\nAssistant:", " Yes"), abs=1e-4)
    with pytest.raises(ValueError, match="options: expected an answer with a token"):
        model.logprobs(["Tea?"], [[" ", " No"]])
