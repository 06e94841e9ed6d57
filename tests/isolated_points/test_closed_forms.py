import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from tests.isolated_points.naive import Naive
from workedpapers.isolated_points.arguments import UPDATES
from workedpapers.isolated_points.theory.assignments import assignment_stability, simplex
from workedpapers.isolated_points.theory.closed_forms import (
    collapse_critical_lr_g,
    collapse_radius,
    critical_lr_g,
    expulsion_threshold,
    flip_lr_g,
    hopf_lr_g,
    oscillation_threshold,
)
from workedpapers.isolated_points.theory.configurations import (
    configuration_stability,
    equilibrium,
    force,
)
from workedpapers.isolated_points.theory.linear import mean_mode, stability
from workedpapers.isolated_points.theory.propulsion import (
    self_propulsion_speed,
    self_propulsion_threshold,
)

POINT = {"p": 1.0, "q": 1.0, "sigma": 1.0, "lr_d": 0.1, "decay": 1.0}


def settings_at_random(seed):
    rng = np.random.default_rng(seed)
    return {
        "p": rng.uniform(0.1, 2),
        "q": rng.uniform(0.1, 2),
        "n": int(rng.integers(1, 4)),
        "sigma": rng.uniform(0.3, 3),
        "lr_d": rng.uniform(0.05, 2),
        "decay": rng.uniform(0.05, 1.1),
        "update": UPDATES[rng.integers(3)],
    }


@given(st.integers(0, 10**6))
def test_the_critical_rate_parts_stable_from_unstable(seed):
    setting = settings_at_random(seed)
    end = float(critical_lr_g(**setting))
    scan = np.geomspace(1e-4, 1e4, 400)
    stable = stability(lr_g=scan, **setting).stable
    off = np.abs(scan / max(end, 1e-300) - 1) > 1e-9
    np.testing.assert_array_equal(stable[off], (scan < end)[off])


@given(st.integers(0, 10**6))
def test_at_the_boundary_an_eigenvalue_is_where_it_should_be(seed):
    setting = settings_at_random(seed)
    hopf, flip = float(hopf_lr_g(**setting)), float(flip_lr_g(**setting))
    if np.isfinite(flip):
        modes = stability(lr_g=flip, **setting).eigenvalues[:2]
        assert np.abs(modes + 1).min() < 1e-6
    if np.isfinite(hopf):
        modes = stability(lr_g=hopf, **setting).eigenvalues[:2]
        assert_allclose(np.prod(modes).real, 1, rtol=1e-9)
        if hopf < flip:
            assert_allclose(np.abs(modes), 1, rtol=1e-9)


def test_boundaries_in_the_dimensionless_numbers():
    a, rho = 0.2, 1.7
    setting = {"p": 1 / rho, "q": 1.0, "sigma": 1.0, "lr_d": 1.0, "decay": a}
    to_G = 1 / (rho * a**2)
    assert_allclose(hopf_lr_g(**setting) * to_G, 1 / ((rho - 1) * (1 - a)))
    together = {**setting, "update": "simultaneous"}
    assert_allclose(hopf_lr_g(**together) * to_G, 1 / (rho - 1 + a))
    rho = 0.6
    setting["p"], to_G = 1 / rho, 1 / (rho * a**2)
    flip = 2 * (2 - a) / (a * (2 - a - 2 * rho * (1 - a)))
    assert_allclose(flip_lr_g(**setting) * to_G, flip)
    assert np.isinf(hopf_lr_g(**setting))
    together = {**setting, "update": "simultaneous"}
    assert_allclose(flip_lr_g(**together) * to_G, 2 * (2 - a) / (a * (2 - a - 2 * rho)))


def test_hopf_in_a_simulation_of_a_surplus_point():
    twice = {"p": 1.0, "q": 2.0, "sigma": 1.0, "lr_d": 0.1, "decay": 1.0}
    assert_allclose(hopf_lr_g(**twice), 1 / 18)  # G = 1 / 0.9, and G = 20 lr_g
    base = {"p": 1 / 3, "q": 2 / 3, "sigma": 1.0, "lr_d": 0.1, "decay": 1.0}
    end = float(hopf_lr_g(**base))
    held, lost = (
        np.abs(Naive([0.0], [1e-3], rest=[0.0], lr_g=f * end, **base).run(900)[-60:]).max()
        for f in (0.97, 1.03)
    )
    assert held < 5e-4
    assert lost > 5e-3


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("a", [1e-6, 0.1, 0.5, 0.99])
def test_the_matched_point_begins_to_swing_at_the_threshold(update, a):
    G = float(oscillation_threshold(a, update))
    for factor, regime in [(1 - 1e-3, "monotone"), (1 + 1e-3, "oscillating")]:
        found = stability(p=1, q=1, sigma=1, lr_d=1, decay=a, lr_g=factor * G * a**2, update=update)
        assert (found.eigenvalues.imag != 0).all() == (regime == "oscillating")
    assert_allclose(oscillation_threshold(1e-9, update), 0.25, rtol=1e-6)


# -- surplus -------------------------------------------------------------------------------------


def test_radius_of_a_pair():
    assert_allclose(collapse_radius(2, 2, 1.0), 0.6798, atol=5e-5)
    assert_allclose(collapse_radius(2, 1.2, 1.0), 0.3486, atol=5e-5)


@given(st.integers(2, 6), st.floats(1.01, 12), st.floats(0.1, 9))
def test_on_the_simplex_no_force_is_left(n, rho, sigma):
    y = float(collapse_radius(n, rho, sigma)) * simplex(n, n)
    left = force(np.zeros((1, n)), y, p=1.0, q=rho / n, sigma=sigma)
    assert np.abs(left).max() * sigma < 1e-12


@pytest.mark.parametrize(("n", "dim"), [(2, 1), (2, 3), (3, 2), (4, 3)])
def test_simulated_surplus_comes_to_rest_at_the_radius(n, dim):
    rng = np.random.default_rng(n)
    start = 0.5 * simplex(n, dim) + 0.02 * rng.normal(size=(n, dim))
    run = Naive(np.zeros((1, dim)), start, p=1.0, q=2 / n, sigma=1.0, lr_d=0.5, lr_g=0.6, decay=1.0)
    distance = np.linalg.norm(run.run(900)[-1], axis=1)
    assert_allclose(distance, collapse_radius(n, 2.0, 1.0), rtol=2e-3)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_the_simplex_is_lost_when_its_edge_is_two_widths(n):
    end = float(expulsion_threshold(n))
    radius = collapse_radius(n, end, 1.0)
    assert_allclose(radius * np.sqrt(2 * n / (n - 1)), 2)
    for factor, lost in [(0.99, 0), (1.01, n - 1)]:
        y = float(collapse_radius(n, factor * end, 1.0)) * simplex(n, n - 1)
        found = configuration_stability(
            np.zeros((1, n - 1)), y, p=1.0, q=factor * end / n,
            sigma=1.0, lr_d=0.1, lr_g=1e-3, decay=1.0,
        )  # fmt: skip
        assert found.unstable == lost
        assert found.neutral == (n - 1) * (n - 2) // 2  # its rotations


@pytest.mark.parametrize("n", [2, 3, 4])
def test_expulsion_in_a_simulation(n):
    rng = np.random.default_rng(n)
    ends = []
    for factor in (0.85, 1.2):
        rho = factor * float(expulsion_threshold(n))
        y = float(collapse_radius(n, rho, 1.0)) * simplex(n, n - 1)
        y = y + 0.02 * rng.normal(size=y.shape)
        setting = {"p": 1.0, "q": rho / n, "sigma": 1.0, "lr_d": 1.0, "decay": 1.0, "lr_g": 0.1}
        path = Naive(np.zeros((1, n - 1)), y, rest=y, **setting).run(800)
        ends.append(np.linalg.norm(path[-1], axis=1).max())
    assert ends[0] < 1.2
    assert ends[1] > 1.6


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("dim", [1, 2, 3])
@pytest.mark.parametrize("rho", [1.1, 2.0, 4.0])
def test_a_fast_generator_escapes_the_collapsed_pair(update, dim, rho):
    base = {"p": 1.0, "q": rho / 2, "sigma": 0.7, "lr_d": 0.1, "decay": 1.2, "update": update}
    end = float(collapse_critical_lr_g(dim=dim, **base))
    y = float(collapse_radius(2, rho, 0.7)) * simplex(2, dim)
    below, above = (
        configuration_stability(np.zeros((1, dim)), y, lr_g=f * end, **base) for f in (0.99, 1.01)
    )
    assert below.unstable == 0
    assert above.unstable > 0


def test_escape_from_the_collapsed_pair_in_a_simulation():
    base = {"p": 1.0, "q": 1.0, "sigma": 1.0, "lr_d": 0.2, "decay": 1.0}
    end = float(collapse_critical_lr_g(**base))
    y = float(collapse_radius(2, 2.0, 1.0)) * simplex(2, 1)
    nudged = y + np.array([[1e-3], [0.0]])
    stays, leaves = (
        np.abs(Naive([0.0], nudged, rest=y, lr_g=f * end, **base).run(700)[-40:] - y).max()
        for f in (0.9, 1.1)
    )
    assert stays < 1e-3 < 0.05 < leaves
    assert collapse_critical_lr_g(**{**base, "q": 2.5}) == 0  # 5 > e^(3/2): expelled anyway


# -- configurations ------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3))
def test_one_true_point_alone_is_the_case_in_closed_form(seed, dim):
    setting = settings_at_random(seed)
    n, lr_g = setting.pop("n"), 0.1
    found = configuration_stability(np.zeros((1, dim)), np.zeros((n, dim)), lr_g=lr_g, **setting)
    closed = stability(n=n, lr_g=lr_g, dim=dim, **setting)
    modes = np.repeat(closed.eigenvalues, closed.multiplicities)
    # The general system also counts gradients that the points, all in one place, cannot tell apart.
    modes = np.append(modes, np.full(dim * (n - 1), closed.discriminator))
    assert_allclose(np.sort(np.abs(found.eigenvalues)), np.sort(np.abs(modes)), atol=1e-5)
    assert_allclose(found.eigenvalues.sum(), modes.sum(), rtol=1e-9)


@pytest.mark.parametrize("update", UPDATES)
def test_a_configuration_of_several_points_contracts_at_its_rate(update):
    true, start = [0.0, 2.2, 5.0], [-0.4, 0.5, 5.0]
    p, q = [0.5, 0.2, 0.3], [0.3, 0.3, 0.25]
    setting = {"p": p, "q": q, "sigma": 1.0}
    rest = equilibrium(true, start, **setting)
    assert np.abs(force(true, rest, **setting)).max() < 1e-9
    rates = {"lr_d": 0.3, "lr_g": 1.0, "decay": 1.0, "update": update}
    found = configuration_stability(true, rest, **setting, **rates)
    assert found.stable
    path = Naive(true, rest + 1e-5, rest=rest, **setting, **rates).run(260)
    away = np.abs(path - rest).max(axis=(1, 2))
    assert found.eigenvalues[0].imag == 0 < found.eigenvalues[0].real  # no swing to average over
    measured = (away[-1] / away[60]) ** (1 / 200)
    assert_allclose(measured, found.rate, rtol=0.002)


def test_far_points_do_not_change_each_others_modes():
    rates = {"sigma": 1.0, "lr_d": 0.2, "lr_g": 0.5, "decay": 1.0}
    both = configuration_stability([0.0, 12.0], [0.0, 12.0], p=[1.0, 0.4], q=[0.8, 0.4], **rates)
    alone = [stability(p=p, q=q, **rates).eigenvalues for p, q in [(1.0, 0.8), (0.4, 0.4)]]
    assert_allclose(np.sort(np.abs(both.eigenvalues)), np.sort(np.abs(alone).ravel()), rtol=1e-9)


def test_near_matched_points_are_slower_by_the_gram_matrix_of_their_gradients():
    # Matched, f* = 0: every mode is that of one point, with kappa times an eigenvalue of C.
    gap, rates = 1.5, {"sigma": 1.0, "lr_d": 0.2, "lr_g": 0.1, "decay": 1.0}
    near = configuration_stability([0.0, gap], [0.0, gap], p=0.5, q=0.5, **rates)
    mixed = (1 - gap**2) * np.exp(-(gap**2) / 2)
    kappa = 0.2 * 0.1 * 0.25 * np.array([1 + mixed, 1 - mixed])
    assert_allclose(np.sort(near.eigenvalues), np.sort(mean_mode(0.2, 0, kappa).ravel()))
    assert near.rate > stability(p=0.5, q=0.5, **rates).rate + 1e-3


def test_no_equilibrium_is_said_not_to_be_one():
    rates = {"sigma": 1.0, "lr_d": 0.2, "lr_g": 0.5, "decay": 1.0}
    with pytest.raises(ValueError, match="expected an equilibrium"):
        configuration_stability([0.0], [0.5], **rates)
    with pytest.raises(ValueError, match="near an equilibrium"):
        equilibrium([0.0], [-25.0, 25.0], sigma=1.0)
    with pytest.raises(ValueError, match="dimension 1"):
        force([0.0], [[0.0, 1.0]], sigma=1.0)


def test_every_assignment_of_equal_points_is_judged():
    setting = {"q": 0.25, "sigma": 1.0, "lr_d": 0.1, "lr_g": 0.2, "decay": 1.0, "dim": 4}
    found = assignment_stability([1, 2, 0, 1], **setting)
    assert found["rest"].tolist() == ["on the point", "around it", "missed", "on the point"]
    assert found["stable"].all()
    assert_allclose(found["radius"], [0, 0.6798, np.nan, 0], atol=5e-5)
    sizes = assignment_stability([3, 4, 5, 1], **setting)
    assert sizes["rest"].tolist() == ["around it", "expelled", "expelled", "on the point"]
    assert sizes["stable"].tolist() == [True, False, False, True]
    line = assignment_stability([3, 1, 0, 0], **{**setting, "dim": 1})
    assert line["rest"][0] == "no simplex"
    assert line["stable"].isna().tolist() == [True, False, False, False]


@pytest.mark.parametrize("dim", [1, 2])
def test_an_assignment_with_a_pair_is_lost_to_a_fast_generator(dim):
    base = {"q": 0.5, "sigma": 1.0, "lr_d": 0.1, "decay": 1.0, "dim": dim}
    end = float(collapse_critical_lr_g(p=0.5, **base))
    below, above = (assignment_stability([2, 0], lr_g=f * end, **base) for f in (0.98, 1.02))
    assert below["stable"].all()
    assert not above["stable"][0]
    good = assignment_stability([1, 1], lr_g=1.02 * end, **base)
    assert good["stable"].all()


# -- self-propulsion -----------------------------------------------------------------------------


def lone(lr_g, update, decay=1.0, q=1 / 3, sigma=1.0, lr_d=0.1, steps=900):
    """Final velocity of a point with a nudge and nothing near it."""
    run = Naive(
        [1e6], [0.01], p=1e-9, q=q, sigma=sigma, lr_d=lr_d, lr_g=lr_g, decay=decay, update=update
    )
    run.centres, run.weights = np.array([[0.0]]), np.array([-q])
    path = run.run(steps)[:, 0, 0]
    return path[-1] - path[-2]


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("G", [2.0, 4.0, 30.0])
def test_a_lone_point_runs_at_the_exact_speed(update, G):
    setting = {"q": 1 / 3, "sigma": 1.0, "lr_d": 0.1, "lr_g": 0.9 * G, "decay": 1.0}
    speed = self_propulsion_speed(update=update, **setting)
    assert_allclose(lone(0.9 * G, update), speed, rtol=1e-9)
    limit = self_propulsion_speed(update=update, time="continuous", **setting)
    assert abs(limit / speed - 1) > 0.01  # ten steps of memory are not continuous time


@pytest.mark.parametrize("update", UPDATES)
def test_a_lone_point_without_decay(update):
    speed = self_propulsion_speed(q=1.0, sigma=0.3, lr_d=0.1, lr_g=0.1, decay=0.0, update=update)
    assert_allclose(lone(0.1, update, 0.0, 1.0, 0.3, 0.1, 300), speed, rtol=1e-6)
    limit = {"q": 1.0, "sigma": 50.0, "lr_d": 0.01, "lr_g": 0.04, "decay": 0.0, "update": update}
    assert_allclose(self_propulsion_speed(**limit), 0.02, rtol=1e-4)
    assert_allclose(self_propulsion_speed(time="continuous", **limit), 0.02, rtol=1e-9)


@pytest.mark.parametrize("update", UPDATES)
def test_the_threshold_of_self_propulsion_is_the_instability_of_rest(update):
    base = {"q": 0.7, "sigma": 1.3, "lr_d": 0.2, "decay": 0.8, "update": update}
    end = self_propulsion_threshold(**base)
    for factor, moves in [(0.999, False), (1.001, True)]:
        speed = self_propulsion_speed(lr_g=factor * end, **base)
        assert (speed > 0) is moves
        regime = stability(p=0, lr_g=factor * end, **base).regime
        assert regime == ("diverging" if moves else "neutral")


@given(st.floats(1.2, 60), st.floats(0.3, 5))
def test_discrete_time_approaches_continuous_time(G, sigma):
    errors = []
    for a in (0.002, 0.001):
        setting = {"q": 1.0, "sigma": sigma, "lr_d": a, "lr_g": G * a * sigma**2, "decay": 1.0}
        speed = self_propulsion_speed(**setting)
        limit = self_propulsion_speed(time="continuous", **setting)
        errors.append(abs(speed / limit - 1))
    assert errors[1] < 0.01
    assert 1.7 < errors[0] / errors[1] < 2.5


def test_the_integral_agrees_with_quadrature():
    from scipy.integrate import quad

    for G in (1.5, 4.0, 40.0):
        setting = {"q": 1.0, "sigma": 1.0, "lr_d": 0.1, "lr_g": 0.1 * G, "decay": 1.0}
        v = self_propulsion_speed(time="continuous", **setting) / 0.1
        total = quad(lambda s, v=v: s * np.exp(-s - v**2 * s**2 / 2), 0, np.inf)[0]
        assert_allclose(G * total, 1, rtol=1e-8)


# -- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: collapse_radius(1, 2, 1), "n:"),
        (lambda: collapse_radius(2, 1.0, 1), "mass_ratio:"),
        (lambda: collapse_radius(2, np.nan, 1), "mass_ratio:"),
        (lambda: collapse_radius(2, 2, 0), "sigma:"),
        (lambda: expulsion_threshold(1), "n:"),
        (lambda: critical_lr_g(**{**POINT, "decay": 0}), "decay:"),
        (lambda: hopf_lr_g(**{**POINT, "p": 0}), "p:"),
        (lambda: flip_lr_g(**POINT, update="never"), "update:"),
        (lambda: collapse_critical_lr_g(**{**POINT, "q": 0.5}), "mass_ratio:"),
        (lambda: oscillation_threshold(1.5), "a:"),
        (lambda: self_propulsion_speed(q=1, sigma=1, lr_d=1, lr_g=1, decay=1.0), "decay:"),
        (lambda: self_propulsion_speed(q=1, sigma=1, lr_d=1, lr_g=-1, decay=0.1), "lr_g:"),
        (lambda: self_propulsion_threshold(q=[1, 2], sigma=1, lr_d=1, decay=0.1), "q:"),
        (lambda: simplex(4, 2), "dim:"),
        (lambda: assignment_stability([-1], q=1, sigma=1, lr_d=1, lr_g=1, decay=0.5), "counts:"),
        (lambda: assignment_stability([1], q=1, sigma=1, lr_d=1, lr_g=1, decay=0), "decay:"),
    ],
)
def test_bad_input_is_named(call, word):
    with pytest.raises(ValueError, match=word):
        call()


def test_bad_types_are_named():
    with pytest.raises(TypeError, match="n:"):
        collapse_radius(2.5, 2, 1)
