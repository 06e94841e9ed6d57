import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from tests.isolated_points.naive import Naive, contraction
from workedpapers.isolated_points.arguments import UPDATES
from workedpapers.isolated_points.simulation.dynamics import simulate
from workedpapers.isolated_points.theory.linear import (
    REGIMES,
    effective_sigma,
    mean_mode,
    stability,
)

SETTING = {"p": 1 / 3, "q": 1 / 3, "n": 1, "sigma": 1.0, "lr_d": 0.1, "lr_g": 0.18, "decay": 1.0}


def random_setting(rng):
    return {
        "p": rng.uniform(0.2, 1.5),
        "q": rng.uniform(0.2, 1.5),
        "n": int(rng.integers(1, 4)),
        "sigma": rng.uniform(0.5, 2),
        "lr_d": rng.uniform(0.05, 0.6),
        "lr_g": 10 ** rng.uniform(-2, 0.3),
        "decay": rng.uniform(0.3, 1.5),
        "update": UPDATES[rng.integers(3)],
    }


def numerical_jacobian(setting, dim, h=1e-4):
    """Derivative of one step of the naive, nonlinear dynamics about rest.

    State: gradient of f at the true point (made by two opposite kernel terms h away from it)
    and the points' positions. No formula of the theory enters.
    """
    setting = dict(setting)
    n, sigma = setting.pop("n"), setting["sigma"]

    def step(state):
        slope, u = state[:dim], state[dim:].reshape(n, dim)
        run = Naive(np.zeros((1, dim)), u, rest=np.zeros((n, dim)), **setting)
        run.centres = np.concatenate([run.centres, h * np.eye(dim), -h * np.eye(dim)])
        made = slope * sigma**2 / (2 * h)
        run.weights = np.concatenate([run.weights, made, -made])
        run.step()
        return np.concatenate([run.gradient(np.zeros((1, dim)))[0], run.y.ravel()])

    size = dim * (n + 1)
    return np.stack([(step(h * e) - step(-h * e)) / (2 * h) for e in np.eye(size)], axis=1)


def spectrum(found):
    """All eigenvalues of the points' modes, each as often as it is said to occur."""
    return np.repeat(found.eigenvalues, found.multiplicities)


@pytest.mark.parametrize("dim", [1, 2, 3])
@pytest.mark.parametrize("seed", range(12))
def test_eigenvalues_are_those_of_the_jacobian_of_the_nonlinear_dynamics(dim, seed):
    setting = random_setting(np.random.default_rng((dim, seed)))
    numeric = np.linalg.eigvals(numerical_jacobian(setting, dim))
    left = list(numeric)
    for value in spectrum(stability(dim=dim, **setting)):
        nearest = int(np.argmin(np.abs(np.array(left) - value)))
        assert abs(left[nearest] - value) < 2e-3  # a double root is found to the root of 1e-7
        left.pop(nearest)
    assert not left
    theory = spectrum(stability(dim=dim, **setting))
    assert_allclose(numeric.sum(), theory.sum(), rtol=1e-6)  # the trace has no such trouble
    assert_allclose(np.prod(numeric), np.prod(theory), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("seed", range(30))
def test_measured_contraction_is_the_predicted_rate(seed):
    setting = random_setting(np.random.default_rng(seed + 100))
    found = stability(**setting)
    n = setting.pop("n")
    start = 1e-5 * np.random.default_rng(seed).normal(size=(n, 1))
    path = Naive([0.0], start, rest=np.zeros((n, 1)), **setting).run(70)[:, :, 0]
    small = np.abs(path).max(axis=1) < 3e-3  # beyond, the force is no longer linear
    path = path[: len(path) if small.all() else int(np.argmin(small))]
    measured = [contraction(path.mean(axis=1), 0)]
    if n > 1:
        apart = np.abs(path[:, 0] - path[:, 1])
        last = min(20, len(apart) - 1)
        measured.append((apart[last] / apart[0]) ** (1 / last))
    assert_allclose(max(measured), found.rate, rtol=0.01)


def final(setting, start, steps):
    setting = dict(setting)
    n = setting.pop("n", 1)
    return Naive([0.0], np.full((n, 1), start), rest=np.zeros((n, 1)), **setting).run(steps)


def test_hopf_boundary_of_a_heavy_point():
    # rho = 3: a point with three times the mass of its true point holds below the boundary.
    base = {"p": 1 / 3, "q": 1.0, "sigma": 1.0, "lr_d": 0.1, "decay": 1.0}
    below, above = ({**base, "lr_g": x} for x in (0.15, 0.18))
    assert stability(**below).stable
    assert stability(**above).regime == "diverging"
    assert np.abs(stability(**above).eigenvalues.imag).min() > 0
    assert np.abs(final(below, 1e-3, 900)[-50:]).max() < 5e-4
    circling = np.abs(final(above, 1e-3, 900)[-60:, 0, 0])
    assert 0.01 < circling.max() < 3  # a limit cycle: neither gone nor at rest


def test_flip_boundary():
    base = {"p": 1.0, "q": 1.0, "sigma": 1.0, "lr_d": 0.5, "decay": 1.0}
    below, above = ({**base, "lr_g": kappa / 0.5} for kappa in (2.95, 3.05))
    assert_allclose([stability(**s).kappa for s in (below, above)], [2.95, 3.05])
    assert stability(**below).regime == "oscillating"
    assert stability(**above).regime == "diverging"
    assert np.abs(final(below, 1e-3, 500)[-1]).max() < 1e-10
    assert np.abs(final(above, 1e-3, 400)[-50:]).max() > 0.1


def test_simultaneous_updates_lose_a_matched_point_at_a_g_of_one():
    base = {"p": 1.0, "q": 1.0, "sigma": 1.0, "lr_d": 0.05, "decay": 1.0}
    for G, holds in [(16, True), (24, False)]:
        setting = {**base, "lr_g": 0.05 * G, "update": "simultaneous"}
        assert stability(**setting).stable is holds
        assert (np.abs(final(setting, 1e-3, 600)[-1]).max() < 1e-4) == holds
        assert stability(**{**setting, "update": "alternating"}).stable


@given(st.floats(0.01, 0.9), st.floats(0.05, 30), st.floats(0.05, 4))
def test_one_point_is_stable_below_rho_of_one_plus_one_over_g(a, G, rho):
    # p = q / rho with q = sigma = lr_d = 1: decay = a, and G fixes lr_g.
    found = stability(p=1 / rho, q=1, sigma=1, lr_d=1, lr_g=G * rho * a**2, decay=a)
    assert_allclose([found.a, found.G, found.rho], [a, G, rho])
    assert_allclose(found.kappa, G * a**2 * rho, rtol=1e-9)
    assert_allclose(found.beta, G * a * (1 - rho), rtol=1e-9, atol=1e-12)
    static = rho < 1 + 1 / (G * (1 - a))
    too_long = found.kappa > (2 - a) * (2 - found.beta)
    assert found.stable == (static and not too_long)


def test_for_small_steps_the_matched_point_begins_to_swing_at_a_quarter():
    for G, regime in [(0.24, "monotone"), (0.26, "oscillating")]:
        for update in UPDATES:
            found = stability(p=1, q=1, sigma=1, lr_d=0.01, lr_g=0.01 * G, decay=1, update=update)
            assert found.regime == regime
    # Beyond, the rate of alternating updates is sqrt(1 - a) whatever the width and the rate.
    found = stability(p=1, q=1, sigma=[0.5, 1, 2], lr_d=0.1, lr_g=2, decay=1)
    assert_allclose(found.rate, np.sqrt(0.9))


scales = st.floats(0.1, 10)


@given(st.integers(0, 10**6), scales, scales, scales, scales)
def test_changes_of_units_change_nothing(seed, space, mass, amplitude, clock):
    one = random_setting(np.random.default_rng(seed))
    same = [
        {"sigma": one["sigma"] * space, "lr_g": one["lr_g"] * space**2},
        {"p": one["p"] * mass, "q": one["q"] * mass, "lr_g": one["lr_g"] / mass**2},
        # f as a multiple of itself, which is a kernel with another amplitude
        {"lr_d": one["lr_d"] * amplitude, "decay": one["decay"] / amplitude,
         "lr_g": one["lr_g"] / amplitude},
        {"p": one["p"] * clock, "q": one["q"] * clock, "lr_d": one["lr_d"] / clock,
         "decay": one["decay"] * clock, "lr_g": one["lr_g"] / clock},
    ]  # fmt: skip
    found = stability(**one)
    for change in same:
        other = stability(**{**one, **change})
        assert_allclose(other.eigenvalues, found.eigenvalues, rtol=1e-6, atol=1e-6)
        assert_allclose([other.G, other.rho, other.a], [found.G, found.rho, found.a])


@given(st.integers(0, 10**6))
def test_generator_first_has_the_alternating_spectrum(seed):
    setting = random_setting(np.random.default_rng(seed)) | {"update": "alternating"}
    first = stability(**{**setting, "update": "generator_first"})
    assert_array_equal(first.eigenvalues, stability(**setting).eigenvalues)


def test_equal_points_on_their_share_approach_it_slower_than_exponentially():
    found = stability(p=1.0, q=0.5, n=2, sigma=1, lr_d=0.5, lr_g=1.0, decay=1)
    assert found.regime == "neutral"
    assert found.slowest == "relative"
    assert not found.stable
    # The cubic force leaves r = sigma^2 sqrt(lambda / (6 lr_g q^2 k)) for a pair.
    path = Naive([0.0], [-0.1, 0.1], p=1.0, q=0.5, sigma=1, lr_d=0.5, lr_g=1.0, decay=1).run(2500)
    assert_allclose(path[-1, 1, 0], (100 + 6 * 0.25 * 2500) ** -0.5, rtol=0.01)


def test_a_surplus_drives_two_points_apart_and_a_deficit_draws_them_together():
    for q, regime in [(0.6, "diverging"), (0.4, "monotone")]:
        setting = {"p": 1.0, "q": q, "sigma": 1.0, "lr_d": 0.1, "lr_g": 0.01, "decay": 1.0}
        found = stability(n=2, **setting)
        assert found.regime == regime
        assert_allclose(found.surplus, 2 * q - 1)
        run = Naive([0.0], [-1e-3, 1e-3], rest=[0.0, 0.0], **setting).run(300)
        assert (run[-1, 1, 0] > 1e-3) == (q == 0.6)


def test_without_decay_there_is_rest_only_with_matched_masses():
    free = {"sigma": 1.0, "lr_d": 0.5, "decay": 0.0}
    matched = {"p": 1.0, "q": 1.0, **free}
    assert stability(lr_g=1.0, **matched).regime == "neutral"
    assert stability(lr_g=8.1, **matched).regime == "diverging"
    assert stability(lr_g=1.0, update="simultaneous", **matched).regime == "diverging"
    assert stability(p=1 / 3, q=1 / 9, n=3, lr_g=1, **free).regime == "neutral"  # to rounding
    lacking = stability(p=1.0, q=0.5, lr_g=0.2, **free)
    assert lacking.regime == "diverging"
    assert np.isnan(lacking.rate)
    assert np.isnan(lacking.eigenvalues).all()
    # Its discriminator grows for ever, until any step of the point is too long.
    run = Naive([0.0], [1e-6], p=1.0, q=0.5, lr_g=0.2, **free)
    path = np.abs(run.run(300)[:, 0, 0])
    assert path[30:60].max() < 1e-6
    assert path.max() > 1


def test_a_discriminator_that_overshoots_is_unstable_even_where_the_points_are_not():
    found = stability(p=1, q=1, sigma=1, lr_d=1, lr_g=1.0, decay=2.1, update="simultaneous")
    assert found.rate < 1 < abs(found.discriminator)
    assert not found.stable
    assert found.regime == "diverging"


def test_a_lone_point_may_lie_anywhere():
    found = stability(p=0, q=1, sigma=1, lr_d=0.1, lr_g=0.05, decay=1)
    assert found.regime == "neutral"
    assert_allclose(found.eigenvalues[0], 1)
    assert np.isinf(found.rho)
    assert stability(p=0, q=1, sigma=1, lr_d=0.1, lr_g=0.12, decay=1).regime == "diverging"


def test_arrays_broadcast_and_agree_with_numbers():
    lr_g = np.geomspace(1e-3, 30, 40)
    n = np.array([[1], [2]])
    many = stability(**{**SETTING, "q": 0.2, "lr_g": lr_g, "n": n}, dim=2)
    assert many.eigenvalues.shape == (2, 40, 3)
    assert many.rate.shape == many.regime.shape == many.stable.shape == (2, 40)
    assert set(np.unique(many.regime)) <= set(REGIMES)
    assert_array_equal(many.multiplicities[:, 0], [[2, 2, 0], [2, 2, 2]])
    for i in (0, 1):
        for j in range(0, 40, 7):
            one = stability(**{**SETTING, "q": 0.2, "lr_g": lr_g[j], "n": i + 1}, dim=2)
            assert_allclose(many.eigenvalues[i, j][: 2 + i], one.eigenvalues)
            assert (many.rate[i, j], many.regime[i, j]) == (one.rate, one.regime)
            assert (many.slowest[i, j], many.stable[i, j]) == (one.slowest, one.stable)


def test_numbers_give_numbers():
    found = stability(**SETTING)
    assert isinstance(found.rate, float)
    assert isinstance(found.regime, str)
    assert found.stable is True
    assert found.eigenvalues.shape == (2,)
    assert_allclose(found.rate, np.abs(found.eigenvalues).max())
    assert_allclose(found.eigenvalues, mean_mode(0.1, 0, 0.002))


def test_a_sum_of_gaussians_acts_through_its_curvature():
    scales, weights = np.array([0.5, 2.0]), np.array([0.3, 1.5])

    def kernel(r):
        return (weights * np.exp(-(r**2) / (2 * scales**2))).sum()

    h = 1e-3
    curvature = -(kernel(h) - 2 * kernel(0) + kernel(-h)) / h**2
    assert_allclose(effective_sigma(scales, weights) ** -2, curvature, rtol=1e-5)
    assert_allclose(effective_sigma([0.7]), 0.7)
    assert_allclose(effective_sigma([1.0, 1.0]), 2**-0.5)


@pytest.mark.parametrize(
    ("change", "error", "word"),
    [
        ({"p": -0.1}, ValueError, "p:"),
        ({"q": 0}, ValueError, "q:"),
        ({"sigma": [1, 0]}, ValueError, "sigma:"),
        ({"lr_d": -1}, ValueError, "lr_d:"),
        ({"lr_g": np.nan}, ValueError, "lr_g:"),
        ({"decay": -1}, ValueError, "decay:"),
        ({"n": 0}, ValueError, "n:"),
        ({"n": 1.5}, TypeError, "n:"),
        ({"q": "much"}, TypeError, "q:"),
        ({"q": []}, ValueError, "q:"),
        ({"dim": 0}, ValueError, "dim:"),
        ({"update": "sometimes"}, ValueError, "update:"),
    ],
)
def test_bad_input_is_named(change, error, word):
    with pytest.raises(error, match=word):
        stability(**{**SETTING, **change})


def test_bad_scales_are_named():
    with pytest.raises(ValueError, match="weights"):
        effective_sigma([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="scales"):
        effective_sigma([1.0, -2.0])


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(1, 3))
def test_rate_is_the_largest_modulus_and_decides_the_regime(seed, dim):
    found = stability(dim=dim, **random_setting(np.random.default_rng(seed)))
    assert_allclose(found.rate, np.abs(spectrum(found)).max())
    assert found.stable == (found.rate < 1 and abs(found.discriminator) < 1)
    assert found.stable == (found.regime in ("monotone", "oscillating"))


def test_without_decay_the_rate_is_that_about_the_discriminator_that_is_reached():
    """f never forgets: rest is a continuum, and the f that a run makes has a curvature."""
    true, start = np.array([-5.0, 0.0, 5.0]), [-4.2, 0.9, 5.8]
    rates = {"sigma": 1.0, "lr_d": 0.1, "lr_g": 3.6, "decay": 0.0}
    run = simulate(true, start, steps=1500, method="history", show=False, **rates)
    assert_allclose(run.final[:, 0], true, atol=1e-6)
    rest, h = run.final, 1e-3
    curvature = (run.gradient(rest + h) - run.gradient(rest - h))[:, 0] / (2 * h)
    about_zero = stability(p=1 / 3, q=1 / 3, **rates)
    assert about_zero.regime == "neutral"
    assert_allclose(about_zero.rate, 1)
    found = stability(p=1 / 3, q=1 / 3, resting_curvature=curvature, **rates)
    assert_allclose(found.rate, [0.8835, 0.8647, 0.8836], atol=1e-4)
    assert_allclose(found.rate, np.sqrt(1 + 3.6 / 3 * curvature), rtol=1e-12)
    assert (found.regime == "oscillating").all()
    assert found.stable.all()
    # Measured from the shrinking of the swing over 40 steps.
    jump = np.abs(np.diff(run.generated[:, :, 0], axis=0))
    measured = (jump[60:100].max(axis=0) / jump[20:60].max(axis=0)) ** (1 / 40)
    assert_allclose(measured, [0.8842, 0.8677, 0.8843], atol=1e-4)
    assert_allclose(measured, found.rate, rtol=5e-3)


def test_a_known_curvature_takes_the_place_of_the_one_at_rest():
    setting = {"p": 0.7, "q": 0.4, "n": 1, "sigma": 1.2, "lr_d": 0.1, "lr_g": 0.3, "decay": 0.5}
    rest = -(0.7 - 0.4) / (0.5 * 1.2**2)
    known = stability(**setting, resting_curvature=rest)
    assert_allclose(known.eigenvalues, stability(**setting).eigenvalues)
    assert known.stable == stability(**setting).stable
    with pytest.raises(TypeError, match="resting_curvature"):
        stability(**setting, resting_curvature="bent")
