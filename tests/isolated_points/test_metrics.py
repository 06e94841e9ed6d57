import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from workedpapers.isolated_points.kernels import Gaussian, InverseMultiquadric, Laplace
from workedpapers.isolated_points.measurement.metrics import coverage, mmd
from workedpapers.isolated_points.simulation.dynamics import simulate

seeds = st.integers(0, 10**6)


def test_coverage_by_hand():
    found = coverage([-5, 0, 5], [-5.1, -4.9, 0.3, 9, 40], 0.2, beyond=10)
    assert found.coverage == pytest.approx(1 / 3)
    assert (found.covered, found.hits, found.diverged) == (1, 2, 1)
    assert found.precision == pytest.approx(2 / 5)


def test_coverage_by_mass_by_hand():
    found = coverage([0, 5], [0, 0, 5], 0.1, true_mass=[3, 1], generated_mass=[1, 1, 0])
    assert found.coverage == 0.75  # the point at 5 has no mass: it covers nothing
    assert found.precision == 1
    assert (found.covered, found.hits) == (1, 3)


@given(seeds, st.integers(1, 3), st.integers(1, 5), st.integers(1, 5))
def test_coverage_equals_a_count_point_by_point(seed, dimension, n, count):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, dimension)), rng.normal(size=(4, count, dimension))
    p, q = rng.uniform(0.1, 1, n), rng.uniform(0.1, 1, (4, count))
    found = coverage(x, y, 0.8, beyond=1.5, true_mass=p, generated_mass=q)
    for b in range(4):
        near = [[math.dist(xi, yj) for xi in x] for yj in y[b]]
        covered = [any(near[j][i] <= 0.8 for j in range(count)) for i in range(n)]
        hits = [min(row) <= 0.8 for row in near]
        assert found.covered[b] == sum(covered)
        assert found.hits[b] == sum(hits)
        assert found.diverged[b] == sum(min(row) > 1.5 for row in near)
        assert_allclose(found.coverage[b], (p * covered).sum() / p.sum())
        assert_allclose(found.precision[b], (q[b] * hits).sum() / q[b].sum())


def test_points_that_are_not_finite_cover_nothing_and_count_as_diverged():
    found = coverage([[0.0, 0]], [[[0, 0], [np.nan, 0]], [[np.inf, 0], [np.nan, np.nan]]], 1)
    assert found.coverage.tolist() == [1, 0]
    assert found.precision.tolist() == [0.5, 0]
    assert found.diverged.tolist() == [1, 2]


def test_coverage_over_the_steps_of_a_run():
    run = simulate([-5, 0, 5], [-4.2, 0.9, 5.8], lr_d=0.1, lr_g=0.18, steps=600)
    found = coverage(run.true, run.generated, 0.05)
    assert found.coverage.shape == (601,)
    assert (found.coverage[0], found.coverage[-1]) == (0, 1)


@given(seeds, st.integers(1, 3), st.sampled_from([Gaussian, Laplace, InverseMultiquadric]))
def test_mmd_equals_the_double_sums(seed, dimension, kind):
    rng = np.random.default_rng(seed)
    kernel = kind(rng.uniform(0.3, 3))
    x, y = rng.normal(size=(4, dimension)), rng.normal(size=(3, dimension))
    v, w = rng.dirichlet(np.ones(4)), rng.dirichlet(np.ones(3))

    def k(a, b):
        return float(kernel.value(np.array(math.dist(a, b) ** 2)))

    def double(a, b, s, t, diagonal=True):
        return sum(
            s[i] * t[j] * k(a[i], b[j])
            for i in range(len(a))
            for j in range(len(b))
            if diagonal or i != j
        )

    cross = 2 * double(x, y, v, w)
    whole = double(x, x, v, v) - cross + double(y, y, w, w)
    assert_allclose(mmd(x, y, kernel, x_weights=v, y_weights=w), whole, atol=1e-12)
    rooted = mmd(x, y, kernel, x_weights=v, y_weights=w, squared=False)
    assert_allclose(rooted**2, whole, atol=1e-12)
    pairs = double(x, x, v, v, False) / (1 - (v**2).sum()) - cross
    pairs += double(y, y, w, w, False) / (1 - (w**2).sum())
    found = mmd(x, y, kernel, x_weights=v, y_weights=w, unbiased=True)
    assert_allclose(found, pairs, atol=1e-12)


@given(st.floats(0, 9), st.floats(0.2, 4), st.floats(0, 3), st.floats(0, 3))
def test_mmd_of_two_single_points_in_closed_form(r, sigma, p, q):
    found = mmd([0.0], [r], sigma=sigma, x_weights=[p], y_weights=[q])
    closed = p * p + q * q - 2 * p * q * math.exp(-r * r / (2 * sigma * sigma))
    assert_allclose(found, closed, atol=1e-12)


@given(seeds)
def test_mmd_ignores_motion_of_both_sets_order_and_common_scale(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(5, 3)), rng.normal(size=(4, 3))
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    value = mmd(x, y, sigma=0.7)
    assert_allclose(mmd(x @ rotation + 3, y @ rotation + 3, sigma=0.7), value, atol=1e-12)
    assert_allclose(mmd(5 * x, 5 * y, sigma=3.5), value, atol=1e-12)
    assert_allclose(mmd(x[::-1], y[[2, 0, 1, 3]], sigma=0.7), value, atol=1e-12)
    assert_allclose(mmd(y, x, sigma=0.7), value, atol=1e-12)
    assert mmd(x, x[::-1], sigma=0.7) < 1e-12


def test_mmd_is_the_norm_of_the_settled_discriminator():
    run = simulate([0.0, 2], [0.5, 1], lr_d=0.1, lr_g=0, decay=0.5, warm_up=np.inf, steps=1)
    f = run.discriminator([0, 2, 0.5, 1], step=0)
    norm = 2 * (np.array([0.5, 0.5, -0.5, -0.5]) @ f)  # <f, f> = sum of weights times f, / decay
    assert_allclose(norm * 0.5**2, mmd([0.0, 2], [0.5, 1]), rtol=1e-12)


def test_unbiased_mmd_of_samples_of_one_distribution_is_zero_on_average():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 4000, 6, 1))
    values = mmd(x, y, unbiased=True)
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert abs(values.mean()) < 4 * error
    assert mmd(x, y).mean() > 10 * error  # the plain one is biased upward


def test_mmd_of_a_batch_is_that_of_each_setting():
    rng = np.random.default_rng(2)
    x, y, sigma = rng.normal(size=(3, 4, 2)), rng.normal(size=(3, 5, 2)), np.array([0.5, 1, 2])
    together = mmd(x, y, sigma=sigma, unbiased=True)
    single = [mmd(x[b], y[b], sigma=sigma[b], unbiased=True) for b in range(3)]
    assert_allclose(together, single, rtol=1e-12)
    assert_allclose(mmd(x, y[0]), [mmd(x[b], y[0]) for b in range(3)])


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: coverage([], [0], 1), ValueError, "true"),
        (lambda: coverage([0], [[0, 1]], 1), ValueError, "generated"),
        (lambda: coverage([np.nan], [0], 1), ValueError, "true"),
        (lambda: coverage([0], ["a"], 1), TypeError, "generated"),
        (lambda: coverage(np.zeros((2, 1, 1)), np.zeros((3, 1, 1)), 1), ValueError, "generated"),
        (lambda: coverage([0], [0], 0), ValueError, "radius"),
        (lambda: coverage([0], [0], math.nan), ValueError, "radius"),
        (lambda: coverage([0], [0], 1, beyond=0.5), ValueError, "beyond"),
        (lambda: coverage([0], [0], 1, true_mass=[1, 2]), ValueError, "true_mass"),
        (lambda: coverage([0], [0], 1, generated_mass=[0]), ValueError, "generated_mass"),
        (lambda: coverage([0, 1], [0], 1, true_mass=[-1, 2]), ValueError, "true_mass"),
        (lambda: mmd([0], [np.nan]), ValueError, "y"),
        (lambda: mmd([0], [[0, 1]]), ValueError, "y"),
        (lambda: mmd(np.zeros((2, 1, 1)), np.zeros((3, 1, 1))), ValueError, "y"),
        (lambda: mmd([0], [1], sigma=[1, 2]), ValueError, "sigma"),
        (lambda: mmd([0], [1], x_weights=[1, 2]), ValueError, "x_weights"),
        (lambda: mmd([0], [1, 2], unbiased=True), ValueError, "x_weights"),
        (lambda: mmd([0, 1], [1, 2], unbiased=True, y_weights=1), ValueError, "y_weights"),
        (lambda: mmd([0, 1], [1, 2], unbiased=True, y_weights=[1, 0]), ValueError, "y_weights"),
        (lambda: mmd([0, 1], [1, 2], unbiased=True, squared=False), ValueError, "squared"),
        (lambda: mmd([0], [1], "cubic"), ValueError, "kernel"),
    ],
)
def test_bad_input_is_named(make, error, says):
    with pytest.raises(error, match=f"^{says}"):
        make()
