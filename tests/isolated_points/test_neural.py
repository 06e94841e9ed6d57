import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from workedpapers.isolated_points.experiments.neural import (
    coverage_and_precision,
    ring,
    train_ring,
    train_rings,
)
from workedpapers.isolated_points.experiments.training import Regulariser, TrainingSettings
from workedpapers.isolated_points.rules import UpdateRule

torch = pytest.importorskip("torch")
game_module = pytest.importorskip("workedpapers.isolated_points.experiments.game")
Game = game_module.Game

#: One step with free points, for comparison with finite differences.
SETTINGS = {
    "lr_d": 0.1, "lr_g": 0.2, "decay": 0.7, "rule": "gradient", "adaptive": False, "ema": 0.0,
    "loss": "linear", "generator": "points", "hidden": 4, "batch": 3, "steps": 1, "every": 1,
    "seeds": 0,
}  # fmt: skip

SHORT = {"lr_d": 0.3, "lr_g": 0.3, "steps": 60, "every": 20, "batch": 32, "hidden": 12}


def test_the_ring_is_one():
    centres = ring(8, radius=2.0)
    assert_allclose(np.linalg.norm(centres, axis=1), 2)
    gaps = np.linalg.norm(centres - np.roll(centres, 1, axis=0), axis=1)
    assert_allclose(gaps, 4 * np.sin(np.pi / 8))


def test_coverage_and_precision_by_counting():
    modes = np.array([[0.0, 0], [10, 0], [0, 10], [10, 10]])
    samples = np.concatenate([np.zeros((20, 2)), np.full((19, 2), 5.0), [[10.0, 0.1]]])
    # 40 samples, 10 due to each mode, 1 is a tenth: two modes are covered.
    coverage, precision = coverage_and_precision(samples, modes, 0.5)
    assert coverage == 0.5
    assert precision == 21 / 40
    more = np.concatenate([samples, np.full((20, 2), 5.0)])  # now 15 are due, and 1 is too few
    assert coverage_and_precision(more, modes, 0.5) == (0.25, 21 / 60)


def test_the_same_seed_gives_the_same_run_and_leaves_the_random_state_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    one = train_ring(**SHORT, seed=3)
    assert torch.equal(torch.rand(3), expected)
    again = train_ring(**SHORT, seed=3)
    assert_array_equal(one.samples, again.samples)
    assert one.history.equals(again.history)
    assert not np.array_equal(one.samples, train_ring(**SHORT, seed=4).samples)


def test_what_a_run_tells():
    run = train_ring(**SHORT)
    assert run.history["step"].tolist() == [0, 20, 40, 60]
    assert run.snapshots.shape == (4, 512, 2)
    assert_allclose(run.snapshots[-1], run.samples, rtol=1e-6)
    last = coverage_and_precision(run.samples, run.modes, run.near)
    assert tuple(run.history[["coverage", "precision"]].iloc[-1]) == last
    moved = np.sqrt(((run.snapshots[3] - run.snapshots[2]) ** 2).sum(axis=1).mean())
    assert_allclose(run.history["movement"].iloc[-1], moved, rtol=1e-5)
    assert np.isnan(run.history["movement"].iloc[0])
    assert run.diverged == -1


def test_training_brings_samples_to_the_ring():
    run = train_ring(lr_d=0.3, lr_g=0.3, decay=0.1, steps=600, every=100, seed=0)
    assert run.history["coverage"].iloc[0] == 0
    assert run.history["coverage"].iloc[-3:].mean() > 0.5


@pytest.mark.parametrize("seed", range(3))
def test_simultaneous_steps_are_lost_to_a_fast_generator_where_alternating_ones_are_not(seed):
    fast = {"lr_d": 0.3, "lr_g": 3.0, "decay": 0.1, "steps": 100, "every": 25, "seed": seed}
    together, in_turn = (train_ring(**fast, update=u) for u in ("simultaneous", "alternating"))
    assert together.diverged > 0 or together.history["movement"].max() > 4  # of the ring's radius
    assert in_turn.diverged == -1
    assert in_turn.history["movement"].max() < 3


@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
@pytest.mark.parametrize("regulariser", list(Regulariser))
def test_first_step_is_the_gradient_step_that_is_documented(update, regulariser):
    """One step with free points and loss "linear", against gradients by finite differences."""
    settings = {**SETTINGS, "update": update, "regulariser": regulariser}
    real = np.array([[0.3, -0.8]])  # one data point, so that a batch is no matter of chance
    game = Game(torch, real[None], TrainingSettings.checked(**settings))
    critic, points = game.discriminator.parameters, game.generator.parameters
    for w in critic:
        w.data = w.data.double()
    game.real, points[0] = game.real.double(), points[0].detach().double().requires_grad_()
    start = [w.detach().numpy()[0].copy() for w in critic]
    y = points[0].detach().numpy()[0].copy()

    def f(weights, z):
        a, b, c, d, e, g = weights
        return (np.tanh(np.tanh(z @ a.T + b) @ c.T + d) @ e.T + g)[:, 0]

    def differences(function, z, h=1e-5):
        out = np.zeros_like(z)
        for index in np.ndindex(z.shape):
            ends = []
            for sign in (1, -1):
                moved = z.copy()
                moved[index] += sign * h
                ends.append(function(moved))
            out[index] = (ends[0] - ends[1]) / (2 * h)
        return out

    def objective(weights):
        value = f(weights, real).mean() - f(weights, y).mean()
        if regulariser == "output":
            size = 0.5 * ((f(weights, real) ** 2).mean() + (f(weights, y) ** 2).mean())
        elif regulariser == "weights":
            size = sum((w**2).sum() for w in weights)
        else:
            size = (differences(lambda z: f(weights, z)[0], real) ** 2).sum()
        return value - 0.35 * size

    slopes = [
        differences(lambda w, i=i: objective([*start[:i], w, *start[i + 1 :]]), start[i])
        for i in range(6)
    ]
    trained = [w + 0.1 * s for w, s in zip(start, slopes, strict=True)]
    followed = trained if update == "alternating" else start
    game.play(1)
    for w, expected in zip(critic, trained, strict=True):
        assert_allclose(w.detach().numpy()[0], expected, atol=1e-6)
    expected = y + 0.2 * differences(lambda z: f(followed, z).mean(), y)
    assert_allclose(points[0].detach().numpy()[0], expected, atol=1e-8)


def test_several_seeds_at_once_are_the_seeds_one_by_one():
    together = train_rings([3, 5], **SHORT)
    for seed, run in zip((3, 5), together, strict=True):
        alone = train_ring(**SHORT, seed=seed)
        assert_allclose(run.samples, alone.samples, atol=1e-4)
        assert_array_equal(run.data, alone.data)


def a_player(rule, start, adaptive=False):
    parameter = torch.tensor([start], dtype=torch.float64)
    player = game_module.Player(torch, [parameter], 0.1, rule.filters[1])
    if adaptive:
        player.adapt(float(rule.momentum_g), rule.optimiser == "optimistic")
    return player


@pytest.mark.parametrize(
    ("momentum", "nesterov"), [(0.0, False), (0.6, False), (-0.4, False), (0.6, True)]
)
def test_momentum_is_that_of_pytorch(momentum, nesterov):
    rule = UpdateRule("nesterov" if nesterov else "gradient", momentum_g=momentum)
    ours = a_player(rule, 1.0)
    theirs = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
    # Its constructor refuses negative momentum; its step does not.
    torch_rule = torch.optim.SGD([theirs], lr=0.1, momentum=abs(momentum), nesterov=nesterov)
    torch_rule.param_groups[0]["momentum"] = momentum
    for _ in range(20):
        ours.follow([-torch.sin(3 * ours.parameters[0])])
        theirs.grad = torch.sin(3 * theirs.detach())
        torch_rule.step()
    assert_allclose(ours.parameters[0].numpy(), theirs.detach().numpy(), atol=1e-12)


@pytest.mark.parametrize("beta1", [0.0, 0.5, 0.9])
def test_adam_is_that_of_pytorch(beta1):
    ours = a_player(UpdateRule(momentum_g=beta1), 1.0, adaptive=True)
    theirs = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([theirs], lr=0.1, betas=(beta1, 0.999))
    for _ in range(20):
        ours.follow([-torch.sin(3 * ours.parameters[0])])
        theirs.grad = torch.sin(3 * theirs.detach())
        adam.step()
    assert_allclose(ours.parameters[0].numpy(), theirs.detach().numpy(), atol=1e-12)


def test_optimism_takes_twice_the_gradient_less_the_one_before():
    player = a_player(UpdateRule("optimistic"), 0.0)
    for gradient in (1.0, 3.0, 2.0):
        player.follow([torch.tensor([gradient], dtype=torch.float64)])
    assert_allclose(player.parameters[0].numpy(), 0.1 * (2 * 1 + (2 * 3 - 1) + (2 * 2 - 3)))


def one_game(**change):
    base = {**SETTINGS, "update": "simultaneous", "regulariser": "output", "decay": 0.0}
    return Game(torch, np.array([[[0.3, -0.8]]]), TrainingSettings.checked(**{**base, **change}))


def values(game):
    """All parameters as one vector."""
    players = (game.discriminator, game.generator)
    return np.concatenate([p.detach().numpy().ravel() for q in players for p in q.parameters])


def test_extragradient_steps_with_the_gradients_one_step_ahead():
    game = one_game(rule="extragradient")
    start = values(game)
    game.play(1)
    plain = one_game()
    plain.play(1)  # where both would be
    ahead = values(plain)
    plain.play(1)  # and what they would add there
    assert_allclose(values(game), start + (values(plain) - ahead), atol=1e-6)


def test_consensus_also_descends_on_the_norm_of_both_gradients():
    strength, h = 0.3, 1e-3
    free, bound = one_game(), one_game(rule=UpdateRule(consensus=strength))
    start = values(free)

    def norm():
        """Half the squared norm of both gradients, from one plain step at unit rate."""
        before = values(free)
        saved = [q.saved() for q in (free.discriminator, free.generator)]
        free.play(1)
        moved = values(free) - before
        for q, kept in zip((free.discriminator, free.generator), saved, strict=True):
            q.restore(kept)
        n = sum(p.numel() for p in free.discriminator.parameters)
        return 0.5 * ((moved[:n] / 0.1) ** 2).sum() + 0.5 * ((moved[n:] / 0.2) ** 2).sum()

    free.play(1)
    plain = values(free) - start
    bound.play(1)
    extra = values(bound) - start - plain
    free = one_game()
    point = free.generator.parameters[0]
    n = sum(p.numel() for p in free.discriminator.parameters)
    for k in range(point.numel()):
        ends = []
        for sign in (1, -1):
            with torch.no_grad():
                point.view(-1)[k] += sign * h
            ends.append(norm())
            with torch.no_grad():
                point.view(-1)[k] -= sign * h
        slope = (ends[0] - ends[1]) / (2 * h)
        assert_allclose(extra[n + k], -0.2 * strength * slope, rtol=0.05, atol=2e-6)


def test_an_average_is_looked_at_and_training_does_not_notice():
    plain, averaged = (train_ring(**SHORT, ema=ema) for ema in (0.0, 0.9))
    assert_array_equal(plain.history["step"], averaged.history["step"])
    # Slow to leave the start, and not equal to it.
    moved = [np.abs(run.snapshots[1] - run.snapshots[0]).mean() for run in (plain, averaged)]
    assert 0 < moved[1] < moved[0]
    none = train_ring(**SHORT, ema=0.0)
    assert_array_equal(plain.samples, none.samples)


def test_several_discriminator_steps_leave_a_generator_its_one():
    for update in ("alternating", "simultaneous"):
        game = one_game(rule=UpdateRule(discriminator_steps=3), update=update)
        game.play(2)
        assert (game.discriminator.steps, game.generator.steps) == (6, 2)


def test_own_data_in_own_units():
    rng = np.random.default_rng(0)
    data = np.array([500.0, -20, 3]) + 40 * rng.normal(size=(60, 3))
    run = train_ring(**SHORT, data=data, generator="points")
    assert run.samples.shape == (32, 3)
    assert_allclose(run.data, data)
    assert_allclose(run.samples.mean(axis=0), data.mean(axis=0), atol=40)
    assert_allclose(run.near, np.sqrt(((data - data.mean(axis=0)) ** 2).sum(axis=1).mean()) / 5)
    # The same data in other units give the same run.
    scaled = train_ring(**SHORT, data=data / 8, generator="points")
    assert_allclose(scaled.samples, run.samples / 8, rtol=1e-3, atol=1e-2)
    assert_allclose(scaled.history["coverage"], run.history["coverage"], atol=0.05)


def test_a_diverged_run_says_so():
    run = train_ring(**{**SHORT, "lr_g": 1e5}, loss="linear", generator="points")
    assert run.diverged == 20
    assert len(run.history) == 1
    assert run.final["diverged"] == 1
    assert run.final["coverage"] == 0


def test_the_library_does_not_load_torch_before_it_is_needed():
    code = (
        "import sys, workedpapers.isolated_points.experiments.neural as m; "
        "assert 'torch' not in sys.modules; print('fine')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "fine"


@pytest.mark.parametrize(
    ("change", "error", "word"),
    [
        ({"lr_d": 0}, ValueError, "lr_d"),
        ({"lr_g": -1}, ValueError, "lr_g"),
        ({"decay": -1}, ValueError, "decay"),
        ({"update": "generator_first"}, ValueError, "update"),
        ({"loss": "hinge"}, ValueError, "loss"),
        ({"regulariser": "none"}, ValueError, "regulariser"),
        ({"generator": "me"}, ValueError, "generator"),
        ({"steps": 50}, ValueError, "multiple"),
        ({"batch": 0}, ValueError, "batch"),
        ({"hidden": 2.5}, TypeError, "hidden"),
        ({"seed": -1}, ValueError, "seed"),
        ({"near": 0}, ValueError, "near"),
        ({"data": [1.0, 2.0]}, ValueError, "data"),
        ({"data": [[np.nan, 1.0]]}, ValueError, "data"),
        ({"data": np.ones((4, 2))}, ValueError, "distinct"),
        ({"modes": 0}, ValueError, "modes"),
        ({"ema": 1.0}, ValueError, "ema"),
        ({"rule": "newton"}, ValueError, "rule"),
        ({"rule": UpdateRule(momentum_g=[0.1, 0.2])}, ValueError, "rule"),
        ({"rule": "extragradient", "adaptive": True}, ValueError, "adaptive"),
    ],
)
def test_bad_input_is_named(change, error, word):
    with pytest.raises(error, match=word):
        train_ring(**{**SHORT, **change})


def test_bad_metrics_are_named():
    with pytest.raises(ValueError, match="modes"):
        coverage_and_precision([[0.0, 1]], [[0.0]], 1)
    with pytest.raises(ValueError, match="near"):
        coverage_and_precision([[0.0]], [[0.0]], 0)
