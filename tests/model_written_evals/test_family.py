"""The toy world, its networks and their optimum: closed forms, enumeration, independence."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from workedpapers import model_written_evals as mwe
from workedpapers.model_written_evals.family.models import read, words
from workedpapers.model_written_evals.family.training import pretrain
from workedpapers.model_written_evals.family.transformer import Transformers, parameters_of


@given(st.floats(0, 1))
def test_the_best_answer_is_the_frequency_in_the_world(h):
    found = mwe.bayes(h)
    assert_allclose(found["match_wrong"], h + 0.15 * (1 - h))
    assert found["match"] == pytest.approx((1 + h) / 2)
    assert (
        found["argmax_truth_wrong"] == (1 if h < 0.35 / 0.85 - 1e-9 else 0)
        or abs(h - 0.4118) < 1e-3
    )


@pytest.mark.parametrize("asked", list(mwe.Asked))
@pytest.mark.parametrize("h", [0.0, 0.4, 0.9])
def test_interlocutors_say_what_bayes_expects(asked, h):
    world = mwe.World()
    drawn = world.questions(40_000, asked, seed=1)
    said = world.answers(drawn, h, seed=2)
    expected = world.best(drawn, h)
    assert abs((said - expected).mean()) < 4 * 0.5 / np.sqrt(40_000)
    for stated in (True, False):
        for view in (0, 1):
            for truth in (0, 1):
                here = (drawn.stated == stated) & (drawn.view == view) & (drawn.truth == truth)
                if here.sum() > 500:
                    assert len(set(expected[here])) == 1
                    assert abs(said[here].mean() - expected[here][0]) < 4 * 0.5 / np.sqrt(
                        here.sum()
                    )


@pytest.mark.parametrize("asked", list(mwe.Asked))
def test_questions_are_what_they_are_called(asked):
    world = mwe.World()
    drawn = world.questions(2000, asked, seed=3)
    views, question = drawn.tokens[:, :-1], drawn.tokens[:, -1] - 48
    assert len(set(map(tuple, np.sort(views // 2, axis=1)))) > 1000
    assert all(len(set(row)) == 4 for row in (views // 2).tolist())
    stated = (views // 2 == question[:, None]).any(axis=1)
    assert (stated == drawn.stated).all()
    of_user = (views * (views // 2 == question[:, None])).sum(axis=1) % 2
    assert (of_user[stated] == drawn.view[stated]).all()
    assert (world.truths[question] == drawn.truth).all()
    share = {"mixed": 0.5, "silent": 0}.get(asked.value, 1)
    assert abs(stated.mean() - share) < 0.05
    if asked.value in ("wrong", "right"):
        assert ((drawn.view == drawn.truth) == (asked.value == "right")).all()


@given(st.floats(0.01, 0.99), st.floats(-1, 1), st.floats(-1, 1), st.floats(0.05, 2))
def test_no_policy_beats_the_optimum(p, r0, r1, beta):
    base, reward = np.array([1 - p, p]), np.array([r0, r1])
    best = mwe.rl_optimum(base, reward, beta=beta)

    def gain(policy):
        return policy @ reward - beta * (policy @ np.log(policy / base))

    grid = np.linspace(1e-6, 1 - 1e-6, 2001)
    best = np.clip(best, 1e-12, 1)
    assert gain(best) >= max(gain(np.array([1 - q, q])) for q in grid) - 1e-9


def test_the_optimum_of_an_honest_start():
    # Odds of 0.15 / 0.85, times e^2.5.
    assert_allclose(mwe.rl_optimum([0.85, 0.15], [0.5, 1.0]), [0.317475, 0.682525], atol=5e-7)
    assert_allclose(mwe.rl_optimum([0.3, 0.7], [1, 1]), [0.3, 0.7])
    with pytest.raises(ValueError, match="reward: expected the shape"):
        mwe.rl_optimum([0.5, 0.5], [1.0])
    with pytest.raises(ValueError, match="sum to 1"):
        mwe.rl_optimum([0.5, 0.6], [1.0, 0])
    with pytest.raises(ValueError, match="not tiny"):
        mwe.rl_optimum([0.0, 1.0], [1.0, -1000.0], beta=0.1)


def test_networks_on_one_axis_are_those_alone():
    tokens = torch.from_numpy(mwe.World().questions(7, seed=0).tokens)
    together = Transformers.random(16, [0, 1, 2], 72)
    for seed in range(3):
        alone = Transformers.random(16, [seed], 72)
        assert_allclose(together(tokens)[seed], alone(tokens)[0], atol=1e-5)


def test_training_together_is_training_alone():
    world = mwe.World()
    together = pretrain(4, [0, 1], [0.9, 0.9], world, steps=20)
    alone = pretrain(4, [0], [0.9], world, steps=20)
    assert_allclose(together.weights["out"][0], alone.weights["out"][0], atol=1e-5)


def test_the_network_by_hand():
    network = Transformers.random(4, [5], 72)
    tokens = torch.tensor([[3, 8, 20, 31, 50]])
    w = {name: weight[0].double().numpy() for name, weight in network.weights.items()}

    def normed(x):
        return x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + 1e-5)

    x = w["embed"][tokens[0].numpy()]
    seen = normed(x)
    keys, values = np.split(seen @ w["keys_values"], 2, axis=1)
    odds = (seen[-1] @ w["queries"]) @ keys.T / 2
    attention = np.exp(odds) / np.exp(odds).sum()
    y = x[-1] + attention @ values @ w["mix"]
    y = y + np.maximum(normed(y) @ w["up"], 0) @ w["down"]
    assert_allclose(network(tokens)[0, 0], normed(y) @ w["out"], atol=1e-5)
    assert parameters_of(4, 72) == sum(weight.size for weight in w.values())


def test_a_network_that_writes_sees_only_what_came_before():
    network = Transformers.random(8, [1], 72, outputs=48, length=4)
    first = torch.tensor([[[3, 8, 20, 31]]])
    other = torch.tensor([[[3, 8, 21, 40]]])
    a, b = (network(tokens, every_place=True)[0, 0] for tokens in (first, other))
    assert_allclose(a[:2], b[:2], atol=1e-6)
    assert not np.allclose(a[2], b[2])


def test_text_and_tokens_are_the_same():
    world = mwe.World()
    drawn = world.questions(50, seed=4)
    assert [read(text, world) for text in words(drawn, world)] == drawn.tokens.tolist()
    for bad in ("+3 -1", "+3 ?24", "tea?"):
        with pytest.raises(ValueError, match="question: expected views"):
            read(bad, world)


def test_items_of_the_world_match_the_user():
    items = mwe.toy_items(40, "wrong", seed=5)
    assert (items["truth"] == items["not_matching"].str[0]).all()
    silent = mwe.toy_items(40, "silent", seed=5)
    assert (silent["truth"] == silent["matching"].str[0]).all()
    assert items["cluster"].between(0, 23).all()


def test_a_family_learns_what_is_true_and_its_models_answer_text():
    family = mwe.toy_family(sizes=(4,), homophily=0.0, seeds=2, steps=300)
    curves = family.curves()
    assert (curves["truth_silent"] > 0.75).all()
    result = mwe.evaluate(mwe.toy_items(300, "silent", seed=6), family.model(4, 1))
    assert result["mass"].min() == pytest.approx(1)
    assert abs(mwe.summarise(result).share - curves["truth_silent"][1]) < 0.08


def test_reinforcement_moves_towards_the_user():
    family = mwe.toy_family(sizes=(8,), homophily=0.5, seeds=2, steps=200)
    after = family.reinforced(60).curves()
    assert (after["match"] > family.curves()["match"]).all()


def test_what_a_model_writes_has_labels_that_can_be_checked():
    writer = mwe.toy_writer(steps=300)
    items = mwe.write_items(writer, samples=300, keep=100, seed=1)
    holds = [
        f"{'+' if yes == ' Yes' else '-'}{q.rpartition('?')[2]}" in q.split()
        for q, yes in zip(items["question"], items["matching"].str[0], strict=True)
    ]
    assert (items["label_right"] == holds).all()
    assert mwe.label_agreement(items) == np.mean(holds)
    assert (writer.write([3, 3], seed=1) == writer.write([3, 3], seed=1)).all()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: mwe.World(4, 4), "views: expected fewer"),
        (lambda: mwe.toy_family(sizes=(12,)), "sizes: expected"),
        (lambda: mwe.bayes(1.2), "homophily"),
        (lambda: mwe.toy_items(3, "angry"), "angry"),
        (lambda: mwe.write_items(mwe.toy_writer(steps=1), samples=2, keep=3), "samples: expected"),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()
