"""Bandits: exact values, and recurrent agents walked through their tree."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose

from workedpapers import mesa_optimization as mesa
from workedpapers.mesa_optimization.bandits.agents import LAST, _slopes, task_list
from workedpapers.mesa_optimization.bandits.exact_values import _first_is_larger
from workedpapers.mesa_optimization.chapter.diversity_study import (
    NUMBERS,
    diversity_cell,
    load_diversity,
)
from workedpapers.mesa_optimization.learning.gated import backward, cell, gated_network, outputs


def test_anchors() -> None:
    assert_allclose(mesa.bayes_bandit_value(arms=2, pulls=10), 6.021786, atol=5e-7)
    assert_allclose(mesa.bayes_bandit_value(arms=2, pulls=20), 12.431265, atol=5e-7)
    assert_allclose(mesa.bandit_rule_value("greedy"), 6.005811, atol=5e-7)
    assert_allclose(mesa.bandit_rule_value("thompson"), 5.7045, atol=5e-5)
    assert_allclose(mesa.bandit_rule_value("ucb"), 5.921, atol=5e-4)
    assert 6.6 < mesa.bayes_bandit_value(arms=5, pulls=10) < 6.7


def best_of_all_policies(pulls: int) -> float:
    """Value of the best of all deterministic policies for two arms, by listing them."""
    nodes = [h for n in range(pulls) for h in product((0, 1), repeat=n)]  # what was paid so far
    best = 0.0
    for choice in product((0, 1), repeat=len(nodes)):
        policy = dict(zip(nodes, choice, strict=True))
        total = 0.0
        for paid in product((0, 1), repeat=pulls):
            counts, p = np.ones((2, 2)), 1.0
            for t in range(pulls):
                arm = policy[paid[:t]]
                p *= counts[arm, paid[t]] / counts[arm].sum()
                counts[arm, paid[t]] += 1
            total += p * sum(paid)
        best = max(best, total)
    return best


@pytest.mark.parametrize("pulls", [1, 2, 3])
def test_dynamic_programming_is_the_best_of_all_policies(pulls: int) -> None:
    assert_allclose(mesa.bayes_bandit_value(pulls=pulls), best_of_all_policies(pulls))


def test_limits_of_the_values() -> None:
    assert mesa.bayes_bandit_value(arms=1, pulls=7) == pytest.approx(3.5)
    assert mesa.bandit_rule_value("random", pulls=9) == pytest.approx(4.5)
    values = [mesa.bayes_bandit_value(arms=k, pulls=6) for k in (1, 2, 3)]
    assert values == sorted(values)
    for rule in mesa.BanditRule:
        assert mesa.bandit_rule_value(rule, pulls=6) <= values[1] + 1e-12


def test_the_comparison_of_posteriors_is_that_of_draws() -> None:
    rng = np.random.default_rng(0)
    for one, other in [((2, 1), (1, 3)), ((0, 4), (0, 0)), ((5, 2), (5, 2))]:
        x = rng.beta(one[0] + 1, one[1] + 1, 200_000)
        y = rng.beta(other[0] + 1, other[1] + 1, 200_000)
        assert_allclose(_first_is_larger(one, other), (x > y).mean(), atol=0.005)


def test_the_gradient_through_time() -> None:
    rng = np.random.default_rng(1)
    weights = [
        p.astype(float) + 0.3 * rng.normal(size=p.shape) for p in gated_network(3, 4, 2, [0, 1])
    ]
    x, slope = rng.normal(size=(2, 5, 2, 6, 3))

    def run():
        h, steps, total = np.zeros((2, 6, 4)), [], 0.0
        for one, g in zip(x, slope, strict=True):
            step = cell(weights, one, h)
            h = step.after
            steps.append(step)
            total += (outputs(weights, h) * g).sum()
        return total, steps

    gradients = backward(weights, run()[1], list(slope))
    for weight, gradient in zip(weights, gradients, strict=True):
        at = tuple(rng.integers(n) for n in weight.shape)
        kept = weight[at]
        weight[at] = kept + 1e-5
        above = run()[0]
        weight[at] = kept - 1e-5
        below = run()[0]
        weight[at] = kept
        assert_allclose((above - below) / 2e-5, gradient[at], rtol=1e-5, atol=1e-8)


def test_the_gradient_of_the_policy_loss() -> None:
    rng = np.random.default_rng(2)
    scores = rng.normal(size=(3, 1, 4, 3))
    arm = rng.integers(0, 2, (3, 1, 4)).astype(float)
    goal, advantage = rng.normal(size=(2, 3, 1, 4))

    def loss(s: np.ndarray) -> float:
        log_p = s[..., :2] - np.log(np.exp(s[..., :2]).sum(-1, keepdims=True))
        p = np.exp(log_p)
        taken = np.where(arm > 0, log_p[..., 1], log_p[..., 0])
        entropy = -(p * log_p).sum(-1)
        return float((-taken * advantage - 0.3 * entropy + 0.05 * (s[..., 2] - goal) ** 2).mean())

    slope = _slopes(scores, arm, advantage, goal, 0.3)
    for at in np.ndindex(scores.shape):
        step = np.zeros_like(scores)
        step[at] = 1e-6
        assert_allclose((loss(scores + step) - loss(scores - step)) / 2e-6, slope[at], atol=1e-7)


def brute(agents: mesa.BanditAgents, sampled: bool) -> float:
    """Value of the first agent by going through every history."""
    weights = [p[:1].astype(float) for p in agents.parameters]

    def go(h, last, counts, left) -> float:
        if not left:
            return 0.0
        step = cell(weights, last, h)
        score = outputs(weights, step.after)[0, 0, :2]
        policy = np.exp(score) / np.exp(score).sum() if sampled else np.eye(2)[score.argmax()]
        total = 0.0
        for arm, paid in product((0, 1), (0, 1)):
            p = policy[arm] * counts[arm, paid] / counts[arm].sum()
            if p:
                after = counts.copy()
                after[arm, paid] += 1
                told = LAST[2 * arm + paid][None, None]
                total += p * (paid + go(step.after, told, after, left - 1))
        return total

    start = np.zeros((1, 1, agents.hidden))
    return go(start, np.zeros((1, 1, 4)), np.ones((2, 2)), agents.pulls)


@pytest.mark.parametrize("sampled", [False, True])
def test_the_tree_is_every_history(sampled: bool) -> None:
    agents = mesa.train_bandit_agents(seeds=[3, 4], pulls=4, updates=30)
    assert_allclose(
        mesa.bandit_agent_value(agents, sampled=sampled)[0], brute(agents, sampled), rtol=1e-5
    )


def test_an_agent_is_the_same_alone_and_among_others() -> None:
    alone = mesa.train_bandit_agents(seeds=[1], updates=20, tasks=8, cue=3)
    among = mesa.train_bandit_agents(seeds=[0, 1], updates=20, tasks=8, cue=3)
    for one, both in zip(alone.parameters, among.parameters, strict=True):
        assert_allclose(one[0], both[1], atol=1e-5)


def test_training_beats_the_random_rule() -> None:
    agents = mesa.train_bandit_agents(seeds=[0], pulls=5, updates=150)
    best = mesa.bayes_bandit_value(pulls=5)
    assert 2.7 < mesa.bandit_agent_value(agents)[0] <= best + 1e-6


def test_lists_of_tasks_are_nested() -> None:
    (few, cues), (many, longer) = task_list(7, 4, 3), task_list(7, 9, 3)
    assert_allclose(many[:4], few)
    assert_allclose(longer[:4], cues)


def test_known_chances_are_scored_by_hand() -> None:
    agents = mesa.train_bandit_agents(seeds=[0], pulls=3, updates=1)
    sure = np.array([[[1.0, 1.0], [0.0, 0.0]]])
    assert mesa.bandit_agent_value(agents, chances=sure)[0] == pytest.approx(1.5)


def test_the_stored_study_is_whole() -> None:
    found = load_diversity()
    assert found.groupby("tasks").size().to_dict() == dict.fromkeys(NUMBERS, 5)
    assert (found["training"] <= found["best_arm"] + 1e-6).all()
    assert (found["fresh"] <= mesa.bayes_bandit_value() + 1e-6).all()


@pytest.mark.slow
def test_a_part_of_the_study_comes_out_again() -> None:
    # Processors round differently, and a thousand updates enlarge it.
    again = diversity_cell(16, seeds=(0,)).iloc[0]
    kept = load_diversity().query("tasks == 16")
    assert abs(again["fresh"] - kept["fresh"].mean()) < 0.15
    assert abs(again["training"] - kept["training"].iloc[0]) < 0.3


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="rule: expected one of"):
        mesa.bandit_rule_value("softmax")
    with pytest.raises(ValueError, match="arms: expected at most 5"):
        mesa.bayes_bandit_value(arms=6)
    with pytest.raises(ValueError, match="pulls: expected at most 60"):
        mesa.bayes_bandit_value(pulls=61)
    with pytest.raises(ValueError, match="seeds"):
        mesa.train_bandit_agents(seeds=[])
    agents = mesa.train_bandit_agents(seeds=[0], updates=1, cue=2, tasks=2)
    with pytest.raises(ValueError, match="cues: expected cues"):
        mesa.bandit_agent_value(agents)
    with pytest.raises(ValueError, match="cues: expected shape"):
        mesa.bandit_agent_value(agents, cues=np.zeros((1, 1, 3)))
    plain = mesa.train_bandit_agents(seeds=[0], updates=1, pulls=30)
    with pytest.raises(ValueError, match="tree"):
        mesa.bandit_agent_value(plain)
    with pytest.raises(ValueError, match="chances: expected shape"):
        mesa.bandit_agent_value(plain, chances=np.zeros((2, 1, 2)))
