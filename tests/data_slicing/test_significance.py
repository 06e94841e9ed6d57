"""P-values against scipy, against the distribution they are of, and under the null."""

from fractions import Fraction
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from workedpapers import data_slicing as ds
from workedpapers.data_slicing.chapter.null_study import null_runs
from workedpapers.data_slicing.engines.population import Population, standardised
from workedpapers.data_slicing.significance.tails import (
    finite_population_tail,
    hypergeometric_tail,
    pearson3_tail,
)
from workedpapers.data_slicing.significance.welch import contrast, welch_tail


def test_pearson3_is_scipys() -> None:
    z = np.linspace(-4, 8, 49)
    for skew in (-2.5, -0.7, -0.01, 0.0, 0.01, 0.5, 1.0, 3.0):
        expected = stats.pearson3.sf(z, skew) if skew else stats.norm.sf(z)
        assert_allclose(pearson3_tail(z, np.full(len(z), skew)), expected, rtol=1e-6, atol=1e-300)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.data())
def test_the_hypergeometric_tail_is_exact(rows, data) -> None:
    ones = data.draw(st.integers(0, rows))
    n = data.draw(st.integers(0, rows))
    k = data.draw(st.integers(0, rows))
    ways = sum(comb(ones, j) * comb(rows - ones, n - j) for j in range(k, n + 1))
    expected = float(Fraction(ways, comb(rows, n)))
    found = hypergeometric_tail(np.array([k]), rows, ones, np.array([n]))
    assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_moments_are_those_of_draws_without_replacement() -> None:
    rng = np.random.default_rng(0)
    loss = rng.exponential(size=40)
    everybody = Population.of(loss)
    n = 9
    sums = np.array([rng.permutation(loss - loss.mean())[:n].sum() for _ in range(60_000)])
    z, skew = standardised(np.full(len(sums), n), sums, everybody)
    assert abs(z.mean()) < 0.02
    assert abs(z.std() - 1) < 0.01
    assert abs(stats.skew(z) - skew[0]) < 0.05


def test_p_values_are_as_often_small_as_they_say() -> None:
    rng = np.random.default_rng(1)
    n = np.tile([30, 100, 600], 1500)
    for loss in (rng.exponential(size=2000) ** 1.5, (rng.random(2000) < 0.1).astype(float)):
        everybody = Population.of(loss)
        dealt = [rng.permutation(loss - loss.mean()) for _ in range(1500)]
        total = np.array([one[:k].sum() for one in dealt for k in (30, 100, 600)])
        for side in ("higher", "lower", "both"):
            p = finite_population_tail(n, total, everybody, side).reshape(1500, 3)
            share = (p <= 0.01).mean(axis=0)
            assert (share < 0.01 + 4 * np.sqrt(0.01 / 1500)).all(), (side, share)


def test_a_side_is_the_other_side_of_minus_the_loss() -> None:
    rng = np.random.default_rng(2)
    for loss in (rng.exponential(size=500), (rng.random(500) < 0.2).astype(float)):
        n = np.array([20, 60, 200])
        total = np.array([(loss - loss.mean())[:k].sum() for k in n])
        one = finite_population_tail(n, total, Population.of(loss), "lower")
        other = finite_population_tail(n, -total, Population.of(-loss), "higher")
        assert_allclose(one, other, rtol=1e-12)


def test_welch_is_scipys() -> None:
    rng = np.random.default_rng(3)
    loss = rng.exponential(size=300)
    inside = rng.random(300) < 0.2
    d = loss - loss.mean()
    n = np.array([inside.sum()])
    found = contrast(n, n * 1.0, np.array([d[inside].sum()]), np.array([(d[inside] ** 2).sum()]),
                     Population.of(loss))  # fmt: skip
    for side, word in (("higher", "greater"), ("lower", "less"), ("both", "two-sided")):
        expected = stats.ttest_ind(loss[inside], loss[~inside], equal_var=False, alternative=word)
        assert_allclose(welch_tail(found, side), expected.pvalue, rtol=1e-9)
    assert_allclose(found.effect, loss[inside].mean() - loss[~inside].mean())


def test_benjamini_hochberg_is_scipys() -> None:
    p = np.random.default_rng(4).random(200) ** 3
    assert_allclose(ds.benjamini_hochberg(p), stats.false_discovery_control(p))


def test_benjamini_hochberg_with_tests_that_were_not_done() -> None:
    p = np.random.default_rng(4).random(200) ** 3
    padded = stats.false_discovery_control(np.r_[p, np.ones(300)])[:200]
    assert_allclose(ds.benjamini_hochberg(p, 500), padded)
    with pytest.raises(ValueError, match="tests: expected at least 200"):
        ds.benjamini_hochberg(p, 199)


def test_lord_spends_less_than_it_has() -> None:
    # Without a discovery all levels together are at most half of alpha.
    levels = ds.lord(np.ones(20_000), 0.05)
    assert 0 < levels.sum() < 0.025
    assert (np.diff(levels[1:]) <= 0).all()
    richer = ds.lord(np.r_[0.0, np.ones(500)], 0.05)
    assert (richer[1:] > levels[1:501]).all()


def test_lord_by_its_formula() -> None:
    rng = np.random.default_rng(5)
    p = rng.random(60) ** 4
    levels = ds.lord(p, 0.1)
    found: list[int] = []
    t = np.arange(1, 61)
    gamma = 0.0772 * np.log(np.maximum(t, 2)) / (t * np.exp(np.sqrt(np.log(t))))
    for i in range(60):
        level = gamma[i] * 0.05
        for j, at in enumerate(found):
            level += (0.05 if j == 0 else 0.1) * gamma[i - at - 1]
        assert_allclose(levels[i], level)
        if p[i] <= level:
            found.append(i)
    assert len(found) > 2


@pytest.mark.slow
def test_false_alarms_on_shuffled_losses_are_as_rare_as_promised() -> None:
    # A part of the stored study: fresh shuffles, orders up to 2.
    runs = 40
    found = null_runs(range(10_000, 10_000 + runs), order=2)
    any_false = found.assign(any=found["false"] > 0).groupby(["test", "loss", "support"])["any"]
    share = any_false.mean()
    assert (share["exact"] <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)).all(), share
    assert share["welch", "minus-log-loss", 0.002] > 0.5


def test_permutation_bounds_the_chance_of_any_false_alarm() -> None:
    world = ds.planted_slices(1500, 5, 4, slices=[{"x0": 1, "x1": 2}], error=0.8, seed=0)
    finder = ds.SliceFinder(2, 20, test="permutation", permutations=99).fit(world.X, world.loss)
    assert finder.slices_["slice"][0] == "x0 1 & x1 2"
    assert finder.q_.min() == 0.01  # none of 99 shuffles is as extreme
    rng = np.random.default_rng(0)
    empty = [
        ds.SliceFinder(2, 20, test="permutation", permutations=39, alpha=0.1, seed=k)
        .fit(world.X, rng.permutation(world.loss)).slices_.empty
        for k in range(20)
    ]  # fmt: skip
    assert sum(empty) >= 14


def test_clusters_count_once() -> None:
    # Each of 60 people has 40 rows of one loss: rows look like evidence, people are.
    rng = np.random.default_rng(6)
    person = np.repeat(np.arange(60), 40)
    naive, honest = 0, 0
    for _ in range(30):
        site = rng.integers(0, 6, 60)[person]
        loss = rng.normal(size=60)[person] + 0.1 * rng.normal(size=2400)
        X = pd.DataFrame({"site": site.astype(str)})
        naive += len(ds.SliceFinder(1).fit(X, loss).slices_) > 0
        honest += len(ds.SliceFinder(1).fit(X, loss, clusters=person).slices_) > 0
    assert naive > 20
    assert honest < 8


def test_clusters_of_one_row_are_close_to_no_clusters() -> None:
    world = ds.planted_slices(4000, 5, 4, slices=(1,), error=0.3, seed=2)
    loss = np.random.default_rng(2).normal(size=4000) + 0.1 * world.inside[:, 0]
    usual = ds.SliceFinder(1).fit(world.X, loss)
    other = ds.SliceFinder(1).fit(world.X, loss, clusters=np.arange(4000))
    assert usual.slices_["slice"][0] == other.slices_["slice"][0]
    z = stats.norm.isf(np.clip(usual.p_, 1e-12, 1)), stats.norm.isf(np.clip(other.p_, 1e-12, 1))
    assert np.abs(z[0] - z[1])[usual.p_ > 1e-4].max() < 0.2


def test_weights_are_repeated_rows_on_average() -> None:
    world = ds.planted_slices(3000, 4, 3, slices=(1,), error=0.5, seed=4)
    twice = ds.SliceFinder(1).fit(world.X, world.loss, weights=np.full(3000, 2.0))
    once = ds.SliceFinder(1).fit(world.X, world.loss + 1e-13 * np.arange(3000))
    assert_allclose(twice.slices_["mean"], once.slices_["mean"], atol=1e-6)
    assert_allclose(twice.p_, once.p_, rtol=1e-3, atol=1e-12)
