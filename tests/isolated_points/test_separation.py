import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from workedpapers.isolated_points.theory.separation import (
    influence,
    influence_bound,
    isolation,
    packing_bound,
)

widths = st.floats(0.05, 20)


def brute_force(true, place, sigma, p):
    """Pulls by finite differences of the kernel, one true point after the other."""
    pulls = []
    for x, mass in zip(true, p, strict=True):
        gradient = []
        for axis in np.eye(len(place)):
            h = 1e-6 * sigma
            ends = [
                np.exp(-np.sum((place + s * h * axis - x) ** 2) / (2 * sigma**2)) for s in (1, -1)
            ]
            gradient.append(mass * (ends[0] - ends[1]) / (2 * h))
        pulls.append(np.array(gradient) * sigma)
    return np.array(pulls)


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_influence_equals_brute_force(dim):
    rng = np.random.default_rng(dim)
    true, at = rng.normal(size=(6, dim)), rng.normal(size=(9, dim))
    p, sigma = rng.uniform(0.1, 1, 6), 0.7
    found = influence(true, at, sigma, p=p)
    for i, place in enumerate(at):
        pulls = brute_force(true, place, sigma, p)
        own = np.argmin(np.linalg.norm(true - place, axis=1))
        others = np.linalg.norm(pulls.sum(axis=0) - pulls[own])
        assert found.nearest[i] == own
        assert_allclose(found.force[i], np.linalg.norm(pulls, axis=1), rtol=1e-5, atol=1e-9)
        assert_allclose(found.ratio[i], others / np.linalg.norm(pulls[own]), rtol=1e-5)
        assert_allclose(found.share[i], found.ratio[i] / (1 + found.ratio[i]), rtol=1e-12)


def test_curvature_is_that_of_the_kernel_on_a_line():
    found = influence([0.0, 3.0], [0.0, 0.4], 1.0)

    def bend(d):
        return abs(d**2 - 1) * np.exp(-(d**2) / 2)

    assert_allclose(found.curvature, [bend(3) / bend(0), bend(2.6) / bend(0.4)], rtol=1e-12)


def test_on_top_of_its_own_point_every_other_pull_is_all_there_is():
    found = influence([0.0, 3.0], [0.0], 1.0)
    assert np.isinf(found.ratio[0])
    assert found.share[0] == 1
    alone = influence([0.0], [0.0, 0.5], 1.0)
    assert_allclose(alone.ratio, 0)
    assert_allclose(alone.share, 0)


@given(st.floats(1, 12), st.floats(0.02, 0.98), widths)
def test_the_bound_holds_and_is_reached_on_the_line_between_two(separation, part, sigma):
    D = separation * sigma
    x = part * D / 2
    exact = influence([0.0, D], [x], sigma).ratio[0]
    bound = float(influence_bound(D, x, sigma))
    assert exact <= bound * (1 + 1e-9)
    if D - x >= sigma:
        s = sigma
        assert_allclose(exact, bound, rtol=1e-9)
        assert_allclose(bound, (D - x) / x * np.exp(-((D - x) ** 2 - x**2) / (2 * s**2)), rtol=1e-9)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6), st.integers(1, 3), st.floats(0.1, 3))
def test_bounds_hold_for_scattered_points_in_every_direction(seed, dim, sigma):
    rng = np.random.default_rng(seed)
    true = rng.uniform(-4, 4, size=(7, dim))
    gaps = np.linalg.norm(true[:, None] - true[None], axis=-1) + 1e9 * np.eye(7)
    radius = rng.uniform(0.05, 0.45) * gaps.min()
    isolated = isolation(true, sigma, radius=radius)
    assert_allclose(isolated.separation, gaps.min(), rtol=1e-12)
    assert_allclose(isolated.widths, gaps.min() / sigma, rtol=1e-12)
    for i in range(7):
        way = rng.normal(size=(20, dim))
        edge = true[i] + radius * way / np.linalg.norm(way, axis=1, keepdims=True)
        ratio = influence(true, edge, sigma).ratio
        assert (ratio <= isolated.bound[i] * (1 + 1e-9)).all()
    assert isolated.worst <= packing_bound(gaps.min(), radius, sigma, dim=dim) * (1 + 1e-9)


@pytest.mark.parametrize("dim", [1, 2, 3])
@pytest.mark.parametrize("widths_apart", [1.5, 3.0, 6.0])
def test_the_packing_bound_covers_a_lattice(dim, widths_apart):
    line = np.arange(-3, 4) * widths_apart
    lattice = np.stack(np.meshgrid(*[line] * dim), axis=-1).reshape(-1, dim)
    place = np.zeros(dim)
    place[0] = 0.3 * widths_apart
    exact = influence(lattice, place[None], 1.0).ratio[0]
    assert 0 < exact <= packing_bound(widths_apart, 0.3 * widths_apart, 1.0, dim=dim)


def test_the_packing_bound_adds_up_its_shells():
    D, x, by_hand = 5.0, 0.5, 0.0
    for j in range(1, 12):
        count = 5**2 - 1 if j == 1 else (2 * j + 3) ** 2 - (2 * j + 1) ** 2
        by_hand += count * (j * D - x) * np.exp(-((j * D - x) ** 2) / 2)
    assert_allclose(packing_bound(D, x, 1.0, dim=2), by_hand / (x * np.exp(-(x**2) / 2)))


@given(st.floats(0.2, 5))
def test_scaling_space_changes_nothing(scale):
    true, at = np.array([[0.0, 0], [3, 1], [-2, 4]]), np.array([[0.4, 0.2], [2.5, 1]])
    once, again = influence(true, at, 1.0), influence(scale * true, scale * at, scale)
    assert_allclose(again.ratio, once.ratio, rtol=1e-9)
    assert_allclose(again.curvature, once.curvature, rtol=1e-9)
    assert_allclose(isolation(scale * true, scale).bound, isolation(true, 1.0).bound, rtol=1e-9)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: influence([[0, 0]], [0.0], 1.0), "at:"),
        (lambda: influence([0.0, np.nan], [0.0], 1.0), "true:"),
        (lambda: influence([0.0], [0.0], 0.0), "sigma:"),
        (lambda: influence([0.0, 1.0], [0.0], 1.0, p=[1, 2, 3]), "p:"),
        (lambda: influence([], [0.0], 1.0), "true:"),
        (lambda: influence_bound(1.0, 1.0, 1.0), "offset:"),
        (lambda: influence_bound(1.0, 0.5, 1.0, neighbours=-1), "neighbours:"),
        (lambda: packing_bound(1.0, 2.0, 1.0, dim=1), "offset:"),
        (lambda: isolation([0.0], 1.0), "true:"),
        (lambda: isolation([0.0, 0.0], 1.0), "two equal"),
        (lambda: isolation([0.0, 1.0], 1.0), "radius:"),
    ],
)
def test_bad_input_is_named(call, word):
    with pytest.raises(ValueError, match=word):
        call()


def test_bad_types_are_named():
    with pytest.raises(TypeError, match="true"):
        influence(["a"], [0.0], 1.0)
    with pytest.raises(TypeError, match="dim"):
        packing_bound(3.0, 1.0, 1.0, dim=1.5)
