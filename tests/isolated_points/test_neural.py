import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from workedpapers.isolated_points.experiments.neural import (
    REGULARISERS,
    coverage_and_precision,
    ring,
    train_ring,
)

torch = pytest.importorskip("torch")

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
@pytest.mark.parametrize("regulariser", REGULARISERS)
def test_first_step_is_the_gradient_step_that_is_documented(update, regulariser):
    """One step with free points and loss "linear", against gradients by finite differences."""
    from workedpapers.isolated_points.experiments.neural import _Game

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        real = np.array([[0.3, -0.8]])  # one data point, so that a batch is no matter of chance
        game = _Game(torch, real, 0.1, 0.2, 0.7, update)
        game.loss, game.regulariser = "linear", regulariser
        game.build("points", 4, 3)
        for w in game.judging:
            w.data = w.data.double()
        game.real, game.moving = game.real.double(), [game.moving[0].detach().double()]
        game.moving[0].requires_grad_()
        start = [w.detach().numpy().copy() for w in game.judging]
        y = game.moving[0].detach().numpy().copy()

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
    game.play(1, 1)
    for w, expected in zip(game.judging, trained, strict=True):
        assert_allclose(w.detach().numpy(), expected, atol=1e-6)
    expected = y + 0.2 * differences(lambda z: f(followed, z).mean(), y)
    assert_allclose(game.moving[0].detach().numpy(), expected, atol=1e-8)


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
