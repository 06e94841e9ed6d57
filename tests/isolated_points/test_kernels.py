import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from tests.isolated_points.plain import PHI
from workedpapers.isolated_points.kernels import (
    Gaussian,
    InverseMultiquadric,
    Kernel,
    Laplace,
    Sum,
    as_kernel,
)

KINDS = {"gaussian": Gaussian, "laplace": Laplace, "inverse_multiquadric": InverseMultiquadric}
seeds = st.integers(0, 10**6)


@pytest.mark.parametrize("name", KINDS)
@given(st.just(0.0) | st.floats(1e-100, 20), st.floats(0.1, 10))
def test_value_and_slope_are_those_of_the_formula(name, r, sigma):
    kernel = KINDS[name](sigma)
    assert_allclose(kernel.value(np.array(r * r)), PHI[name][0](r, sigma), rtol=1e-10)
    by_distance = 2 * r * kernel.slope(np.array(r * r))  # d phi(r^2) / dr
    assert_allclose(by_distance, PHI[name][1](r, sigma), rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("name", KINDS)
@given(seeds, st.integers(1, 4))
def test_gradient_of_an_expansion_is_its_difference_quotient(name, seed, dimension):
    rng = np.random.default_rng(seed)
    kernel = KINDS[name](rng.uniform(0.5, 2))
    x = rng.normal(size=(1, 3, dimension))
    centres, weights = rng.normal(size=(1, 5, dimension)), rng.normal(size=(1, 5))
    gaps = np.linalg.norm(x[0, :, None] - centres[0], axis=-1)
    x = x + (gaps.min() < 0.05) * 10.0  # keep away from the kink of Laplace
    found = kernel.expansion_gradient(x, centres, weights)
    for axis in range(dimension):
        step = 1e-5 * np.eye(dimension)[axis]
        ahead, behind = (kernel.expansion(x + s * step, centres, weights) for s in (1, -1))
        assert_allclose(found[..., axis], (ahead - behind) / 2e-5, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("name", KINDS)
@given(seeds)
def test_matrices_are_symmetric_positive_definite_and_largest_on_the_diagonal(name, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(8, 2)) * rng.uniform(0.1, 10)
    matrix = KINDS[name](1.5).matrix(x, x)
    assert_allclose(matrix, matrix.T)
    assert_allclose(np.diag(matrix), 1)
    assert np.linalg.eigvalsh(matrix).min() > -1e-12
    assert matrix.max() <= 1


def test_sum_is_the_weighted_sum_and_nests():
    inner = Sum([Gaussian(1.0), Laplace(2.0)], [0.5, 3.0])
    outer = Sum([inner, InverseMultiquadric(0.3)], [2.0, 1.0])
    d2 = np.linspace(0, 9, 7)
    for part in ("value", "slope"):
        one, two, three = (
            getattr(k, part)(d2) for k in (Gaussian(1.0), Laplace(2.0), InverseMultiquadric(0.3))
        )
        assert_allclose(getattr(outer, part)(d2), 2 * (0.5 * one + 3 * two) + three)


def test_a_width_for_each_setting_is_used_for_its_setting_only():
    widths = np.array([0.5, 1.0, 2.0])
    points = np.random.default_rng(0).normal(size=(3, 4, 2))
    together = Gaussian(widths).matrix(points, points)
    for b, width in enumerate(widths):
        assert_allclose(together[b], Gaussian(width).matrix(points[b], points[b]))
        assert Gaussian(widths).at(np.array([b])).sigma == [width]
    assert Sum([Gaussian(widths), Laplace(1.0)]).settings == 3


def test_blocks_of_centres_add_up(monkeypatch):
    rng = np.random.default_rng(1)
    x, c, w = rng.normal(size=(2, 3, 2)), rng.normal(size=(2, 50, 2)), rng.normal(size=(2, 50))
    whole = Gaussian().expansion(x, c, w), Gaussian().expansion_gradient(x, c, w)
    monkeypatch.setattr("workedpapers.isolated_points.kernels._BLOCK", 42)
    assert_allclose(Gaussian().expansion(x, c, w), whole[0], rtol=1e-12, atol=1e-14)
    assert_allclose(Gaussian().expansion_gradient(x, c, w), whole[1], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("kernel", [Gaussian(3.0), InverseMultiquadric(2.0)])
def test_in_many_dimensions_matrix_products_give_the_same_gradient(kernel, monkeypatch):
    rng = np.random.default_rng(3)
    x, c, w = rng.normal(size=(2, 7, 30)), rng.normal(size=(2, 400, 30)), rng.normal(size=(2, 400))
    far = 5.0 + 1e3 * np.eye(30)[0]  # away from the origin: the square is expanded about x
    quick = [kernel.expansion_gradient(x + far, c + far, w), kernel.expansion(x + far, c + far, w)]
    monkeypatch.setattr("workedpapers.isolated_points.kernels._MANY_DIMENSIONS", 99)
    slow = [kernel.expansion_gradient(x, c, w), kernel.expansion(x, c, w)]
    for one, other in zip(quick, slow, strict=True):
        assert_allclose(one, other, rtol=0, atol=1e-12 * np.abs(other).max())


def test_where_the_square_would_lose_digits_it_is_not_expanded():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(1, 5, 10))
    c = np.concatenate([x[:, :3] + 1e-6, 1e6 + x], axis=1)  # the spread is a million widths
    w = np.ones((1, c.shape[1]))
    gaps = x[0, :, None] - c[0]
    exact = -(np.exp(-(gaps**2).sum(-1) / 2)[..., None] * gaps).sum(axis=1)
    assert_allclose(Gaussian(1.0).expansion_gradient(x, c, w)[0], exact, atol=1e-14)


@pytest.mark.parametrize("kernel", [Gaussian(0.7), InverseMultiquadric(1.3)])
def test_dipoles_are_derivatives_of_bumps(kernel):
    kernel = Sum([kernel, Gaussian(2.0)], [0.3, 2.0])
    rng, h = np.random.default_rng(5), 1e-6
    x, c, m = (rng.normal(size=(2, n, 2)) for n in (3, 4, 4))
    ends = [kernel.expansion(x, c[:, j : j + 1] + s * h * m[:, j : j + 1], np.ones((2, 1)))
            for j in range(4) for s in (1, -1)]  # fmt: skip
    by_difference = sum(ends[2 * j] - ends[2 * j + 1] for j in range(4)) / (2 * h)
    assert_allclose(kernel.dipoles(x, c, m), by_difference, atol=1e-8)
    slope = np.stack(
        [(kernel.dipoles(x + h * e, c, m) - kernel.dipoles(x - h * e, c, m)) / (2 * h)
         for e in np.eye(2)], axis=-1,
    )  # fmt: skip
    assert_allclose(kernel.dipole_gradient(x, c, m), slope, atol=1e-8)


def test_weights_sum_to_one_on_request():
    kernels = [Gaussian(1.0), Gaussian(4.0)]
    assert Sum(kernels).matrix([[0.0]], [[0.0]]) == 2
    scaled = Sum(kernels, [1.0, 3.0], normalised=True)
    assert scaled.weights.tolist() == scaled.at(np.array([0])).weights.tolist() == [0.25, 0.75]


def test_laplace_does_not_push_at_its_kink_but_does_right_beside_it():
    kernel = Laplace(2.0)
    here = np.zeros((1, 1, 2))
    assert (kernel.expansion_gradient(here, here, np.ones((1, 1))) == 0).all()
    beside = kernel.expansion_gradient(here + np.array([1e-9, 0]), here, np.ones((1, 1)))
    assert_allclose(beside[0, 0], [-0.5, 0], atol=1e-9)


def test_a_kernel_of_ones_own_needs_only_value_and_slope():
    class Cauchy(Kernel):
        def value(self, squared_distance):
            return 1 / (1 + squared_distance)

        def slope(self, squared_distance):
            return -1 / (1 + squared_distance) ** 2

    assert as_kernel(Cauchy()).matrix([[0.0]], [[2.0]]) == 0.2


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: Gaussian(0), ValueError, "sigma"),
        (lambda: Gaussian([1.0, -1]), ValueError, "sigma"),
        (lambda: Gaussian(math.nan), ValueError, "sigma"),
        (lambda: Gaussian("wide"), TypeError, "sigma"),
        (lambda: Laplace(np.ones((2, 2))), ValueError, "sigma"),
        (lambda: Sum([]), ValueError, "kernels"),
        (lambda: Sum(["gaussian"]), TypeError, "kernels"),
        (lambda: Sum([Gaussian()], [1, 2]), ValueError, "weights"),
        (lambda: Sum([Gaussian()], [0]), ValueError, "weights"),
        (lambda: Sum([Gaussian([1, 2]), Gaussian([1, 2, 3])]), ValueError, "kernels"),
        (lambda: as_kernel("cubic"), ValueError, "kernel"),
        (lambda: as_kernel(3), TypeError, "kernel"),
        (lambda: as_kernel(Gaussian(), 1.0), ValueError, "sigma"),
        (lambda: Gaussian().matrix([[0.0]], [[0.0, 1.0]]), ValueError, "y"),
        (lambda: Gaussian().matrix([[0.0]], [[np.inf]]), ValueError, "y"),
    ],
)
def test_bad_input_is_named(make, error, says):
    with pytest.raises(error, match=f"^{says}"):
        make()
