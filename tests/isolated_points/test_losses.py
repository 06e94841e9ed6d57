"""The game's value, averages of iterates, cost, and bad input that numpy would not name."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose

from workedpapers import isolated_points as ip
from workedpapers.isolated_points.simulation import cost

THREE = {"true": [-5.0, 0.0, 5.0], "lr_d": 0.1, "lr_g": 0.45}


@pytest.mark.parametrize("method", ["lattice", "history"])
@pytest.mark.parametrize("update", ["alternating", "simultaneous", "generator_first"])
def test_the_value_is_what_the_discriminator_shows(method, update):
    game = {"true": [0.0, 1.0], "generated": [0.3, 2.0, -1.0], "lr_d": 0.2, "lr_g": 0.3}
    masses = {"true_mass": [0.7, 0.3], "generated_mass": [0.2, 0.5, 0.3]}
    run = ip.simulate(**game, **masses, steps=20, update=update, method=method)
    assert run.value.shape == run.generator_loss.shape == (21,)
    for k in (0, 1, 7, 20):
        at_true = run.discriminator(game["true"], k) @ masses["true_mass"]
        at_generated = run.discriminator(run.generated[k], k) @ masses["generated_mass"]
        assert_allclose(run.value[k], at_true - at_generated, atol=1e-10)
        assert_allclose(run.generator_loss[k], -at_generated, atol=1e-10)


def test_the_value_of_a_batch_and_of_one_that_breaks():
    run = ip.simulate([0.0], [[[0.5]], [[0.5]]], lr_d=1.0, lr_g=0.1, decay=[4.0, 1.0], steps=900)
    assert run.value.shape == (2, 901)
    assert np.isnan(run.value[0, -1])
    assert np.isfinite(run.value[1]).all()
    assert_allclose(run.setting(1).value, run.value[1], atol=1e-12)
    with pytest.raises(ValueError, match=r"^value: each step needs every position"):
        _ = ip.simulate([0.0], [0.5], lr_d=0.1, lr_g=0.1, steps=9, keep=2).value


def test_at_rest_the_value_is_the_squared_discrepancy_over_the_decay():
    for start in ([-4.2, 0.9, 5.8], [-0.3, 0.4, 5.8]):  # all modes found, and a collapse
        run = ip.simulate(**THREE, generated=start, decay=0.8, steps=4000)
        expected = ip.mmd(THREE["true"], run.final, sigma=1.0) / 0.8
        assert_allclose(run.value[-1], expected, atol=1e-9)
    assert run.value[-1] > 0.1  # the collapsed one


def test_a_rising_loss_says_nothing_at_first():
    """It rises while the discriminator learns, whatever becomes of the run."""
    starts = {"found": [-4.2, 0.9, 5.8], "collapsed": [-0.3, 0.4, 5.8]}
    losses = {k: ip.simulate(**THREE, generated=y, steps=3000).generator_loss
              for k, y in starts.items()}  # fmt: skip
    for loss in losses.values():
        assert (np.diff(loss[:8]) > 0).all()
    assert abs(losses["found"][-1]) < 1e-3 < 0.05 < losses["collapsed"][-1]


def test_averages_are_what_they_are_called():
    path = np.random.default_rng(0).normal(size=(2, 30, 3, 1))
    mean = ip.averaged(path, axis=1)
    assert_allclose(mean[:, 11], path[:, :12].mean(axis=1))
    slow = ip.averaged(path, ema=0.9, axis=1)
    assert_allclose(slow[:, 1], 0.9 * path[:, 0] + 0.1 * path[:, 1])
    assert_allclose(ip.averaged(path, ema=0.0, axis=1), path)
    with pytest.raises(ValueError, match=r"^ema"):
        ip.averaged(path, ema=1.0)


def test_an_average_stills_a_neutral_swing_and_frees_no_collapsed_pair():
    circle = ip.dirac_gan(1.0, 0.0, lr_d=0.2, lr_g=0.2, steps=3000).theta
    assert np.abs(circle[-100:]).max() > 0.9
    assert np.abs(ip.averaged(circle)[-100:]).max() < 0.01
    run = ip.simulate(**THREE, generated=[-0.3, 0.4, 5.8], steps=3000)
    last = ip.averaged(run.generated, ema=0.99)[-1]
    assert_allclose(last, run.final, atol=1e-3)


def test_an_average_has_the_amplitude_that_its_formula_says():
    mu, e = 0.9987 * np.exp(0.3j), 0.95
    swing = (mu ** np.arange(4000)).real
    left = np.abs(ip.averaged(swing, ema=e)[-200:]).max() / np.abs(swing[-200:]).max()
    assert_allclose(left, (1 - e) / abs(mu - e), rtol=0.02)


# -- cost ------------------------------------------------------------------------------------------


def test_a_history_that_costs_its_square_is_told_before_it_is_paid(monkeypatch):
    game = {"true": [0.0], "generated": [0.5], "lr_d": 0.1, "lr_g": 0.1, "decay": 0.0,
            "steps": 60, "method": "history"}  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ip.simulate(**game)
    monkeypatch.setattr(cost, "_LONG", 1e-9)
    with pytest.warns(RuntimeWarning, match=r"60 steps will take about .* square of the steps"):
        ip.simulate(**game)


def test_costs_grow_as_they_are_said_to():
    run = ip.simulate(np.zeros((1, 3)), np.ones((5, 3)), lr_d=0.1, lr_g=0.1, steps=2)
    free = ip.simulate(np.zeros((1, 3)), np.ones((5, 3)), lr_d=0.1, lr_g=0.1, steps=2, decay=0.0)
    ten, hundred = (cost.cost_of(free.settings, "history", k, k, 1) for k in (10**5, 10**6))
    assert 90 < hundred.seconds / ten.seconds < 110
    assert hundred.history == 8 * 10**6 * 5 * 3
    bounded = [cost.cost_of(run.settings, "history", k, 263, 1).seconds for k in (10**5, 10**6)]
    assert 9 < bounded[1] / bounded[0] < 11


def test_absurd_steps_are_refused_by_name():
    game = {"true": [0.0], "generated": [0.5], "lr_d": 0.1, "lr_g": 0.1}
    with pytest.raises(ValueError, match=r"^steps: 1,000,000,000,000 steps give .* GB"):
        ip.simulate(**game, steps=10**12)
    with pytest.raises(ValueError, match=r"^steps: the discriminator's history"):
        ip.simulate(**game, steps=10**12, decay=0.0, method="history", keep="last")


# -- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: ip.simulate([[0.0], [1.0, 2.0]], [0.5], lr_d=1, lr_g=1, steps=3), ValueError,
         "true"),
        (lambda: ip.simulate([0.0], [[0.5], [1.0, 2.0]], lr_d=1, lr_g=1, steps=3), ValueError,
         "generated"),
        (lambda: ip.simulate([0.0], [0.5], lr_d=[[1], [1, 2]], lr_g=1, steps=3), ValueError,
         "lr_d"),
        (lambda: ip.simulate([0.0], [0.5], lr_d=1, lr_g=1, steps=3, noise=1, seed="x"), TypeError,
         "seed"),
        (lambda: ip.simulate([0.0], [0.5], lr_d=1, lr_g=1, steps=3, noise=1, seed=-1), ValueError,
         "seed"),
        (lambda: ip.random_settings(3, seed=-1), ValueError, "seed"),
        (lambda: ip.coverage([[0.0], [1.0, 2.0]], [0.5], 1.0), ValueError, "true"),
        (lambda: ip.stability(p=[[1], [1, 2]], q=1, sigma=1, lr_d=1, lr_g=1, decay=1), ValueError,
         "p"),
    ],
)  # fmt: skip
def test_what_numpy_would_not_name_is_named(call, error, says):
    with pytest.raises(error, match=f"^{says}: "):
        call()


def test_a_generator_that_stands_still_is_allowed_in_theory_as_in_simulation():
    rates = {"sigma": 1.0, "lr_d": 0.1, "lr_g": 0.0, "decay": 1.0}
    found = ip.stability(p=1.0, q=1.0, **rates)
    assert found.regime == "neutral"
    assert found.G == 0
    assert_allclose(np.sort(found.eigenvalues.real), [0.9, 1.0])
    run = ip.simulate([0.0], [0.5], steps=20, **rates)
    assert (run.generated == 0.5).all()
    momentum = ip.stability(p=1.0, q=0.5, n=2, **rates, rule=ip.UpdateRule(momentum_g=0.5))
    assert momentum.regime == "neutral"
