import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.stats import nct, ttest_1samp
from scipy.stats import t as student_t

from workedpapers.meg_decoding.group.bayes import bayes_factor, bayes_factor_t


def test_published_values():
    # Rouder et al. 2009, on Grider and Malmberg: t(79) = 2.24 and 2.03, unit scale, for the null
    assert_allclose(1 / bayes_factor_t([2.24, 2.03], 80, scale=1.0), [1.02, 1.56], atol=0.005)
    # the sleep data (Student 1908), as in the manual of R's BayesFactor: 17.25888 for r = 0.707
    extra = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    other = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
    value = bayes_factor((extra - other)[:, None], chance=0.0, tail="two-sided")
    assert_allclose(value, [17.25888], rtol=1e-6)


def by_quadrature(t, n, scale):
    """Mass below and above zero, from the noncentral t and the Cauchy prior."""

    def density(d):
        prior = 1 / (np.pi * scale * (1 + (d / scale) ** 2))
        return nct.pdf(t, n - 1, d * np.sqrt(n)) * prior / student_t.pdf(t, n - 1)

    parts = [(-np.inf, 0), (0, np.inf)]
    return [quad(density, *ends, epsabs=1e-12, epsrel=1e-10)[0] for ends in parts]


@settings(max_examples=25, deadline=None)
@given(st.floats(-5, 5), st.integers(3, 60), st.floats(0.2, 1.5))
def test_equals_quadrature_over_effect_sizes(t, n, scale):
    below, above = by_quadrature(t, n, scale)
    for tail, expected in (
        ("two-sided", below + above),
        ("greater", 2 * above),
        ("less", 2 * below),
    ):
        assert_allclose(bayes_factor_t(t, n, scale=scale, tail=tail), expected, rtol=1e-7)


@given(st.floats(-30, 30), st.integers(2, 5000), st.floats(0.05, 3))
def test_relations(t, n, scale):
    both, up, down = (
        float(bayes_factor_t(t, n, scale=scale, tail=tail))
        for tail in ("two-sided", "greater", "less")
    )
    assert_allclose(up + down, 2 * both, rtol=1e-9)
    assert_allclose(bayes_factor_t(-t, n, scale=scale, tail="less"), up, rtol=1e-9)
    assert (up > down) == (t > 0) or abs(t) < 1e-6


def test_a_prior_without_width_says_nothing_and_nothing_favours_the_null():
    assert_allclose(bayes_factor_t([-2.0, 0.0, 3.0], 20, scale=1e-6), 1, atol=1e-4)
    shrinking = [float(bayes_factor_t(0.0, n)) for n in (10, 100, 1000)]
    assert shrinking == sorted(shrinking, reverse=True)
    assert shrinking[0] < 1


def test_each_time_stands_alone():
    scores = 0.5 + 0.05 * np.random.default_rng(0).normal(size=(12, 6, 3)) + 0.02
    value = bayes_factor(scores)
    assert value.shape == (6, 3)
    t = ttest_1samp(scores[:, 4, 1], 0.5).statistic
    assert_allclose(value[4, 1], bayes_factor_t(t, 12, tail="greater"))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: bayes_factor_t(np.nan, 10), ValueError, "t: expected finite"),
        (lambda: bayes_factor_t(1.0, 1), ValueError, "subjects: expected at least 2"),
        (lambda: bayes_factor_t(1.0, 10, scale=0), ValueError, "scale: expected a positive"),
        (lambda: bayes_factor_t(1.0, 10, tail="up"), ValueError, "tail: expected one of"),
        (lambda: bayes_factor(np.zeros((1, 4))), ValueError, "scores: expected at least 2"),
        (lambda: bayes_factor(0.5), ValueError, "scores: expected at least 2"),
        (lambda: bayes_factor(np.ones((5, 4))), ValueError, "subjects do not differ at sample 0"),
        (lambda: bayes_factor(["a", "b"]), TypeError, "scores: expected real numbers"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
