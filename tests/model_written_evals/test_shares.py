"""Shares and their intervals: closed forms, other computations, coverage of a known truth."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from workedpapers import model_written_evals as mwe
from workedpapers.stats import clustered_mean, wilson


@pytest.mark.parametrize(
    ("total", "n", "low", "high"), [(0, 25, 0.0, 0.1332), (0, 5000, 0.0, 0.00077)]
)
def test_no_success_gives_an_interval_that_begins_at_zero(total, n, low, high):
    assert_allclose(mwe.share_interval(total, n), (low, high), atol=5e-5)


@given(st.integers(0, 60), st.integers(1, 60), st.floats(0.5, 0.999))
def test_whole_totals_give_the_interval_of_the_hall(k, n, confidence):
    k = min(k, n)
    there = wilson(k, n, confidence=confidence)
    assert_allclose(mwe.share_interval(k, n, confidence), (there.low, there.high), atol=1e-9)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_an_interval_of_shares_holds_the_share_and_stays_inside(values):
    low, high = mwe.share_interval(float(np.clip(sum(values), 0, len(values))), len(values))
    assert 0 <= low <= np.mean(values) + 1e-12
    assert np.mean(values) - 1e-12 <= high <= 1


@given(st.integers(0, 10_000), st.integers(2, 12), st.integers(1, 6))
def test_clusters_agree_with_a_regression_up_to_its_factor(seed, clusters, items):
    rng = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(clusters), rng.integers(0, clusters, clusters * items)])
    values = rng.normal(size=len(labels))
    low, high = mwe.cluster_interval(values, labels)
    there = clustered_mean(values, labels)
    # The regression's small-sample factor is C/(C-1) (n-1)/(n-1), as it has one coefficient.
    assert_allclose((low, high), (there.low, there.high), rtol=1e-9, atol=1e-9)


def test_clusters_of_one_give_students_interval():
    from scipy import stats

    values = np.random.default_rng(3).normal(size=17)
    there = stats.t.interval(0.95, 16, values.mean(), stats.sem(values))
    assert_allclose(mwe.cluster_interval(values, np.arange(17)), there, rtol=1e-12)


def test_the_formula_is_written_out():
    values, labels = np.array([1.0, 1, 0, 0, 1, 0, 1]), np.array([0, 0, 1, 1, 1, 2, 2])
    residual = values - values.mean()
    sums = [residual[labels == c].sum() ** 2 for c in range(3)]
    error = np.sqrt(3 / 2 * sum(sums)) / 7
    low, high = mwe.cluster_interval(values, labels)
    assert_allclose((high - low) / 2, 4.302652729911275 * error, rtol=1e-9)


def covered(draw, truth, repeats, seed):
    """Share of repetitions whose interval holds the truth."""
    rng = np.random.default_rng(seed)
    hits = 0
    for _ in range(repeats):
        result = draw(rng)
        found = mwe.summarise(result, cluster="topic")
        hits += found.low <= truth <= found.high
    return hits / repeats


@pytest.mark.parametrize(
    ("clusters", "items", "spread"), [(12, 30, 0.25), (30, 5, 0.15), (17, 60, 0.35), (109, 4, 0.3)]
)
def test_intervals_of_clusters_cover(clusters, items, spread):
    def draw(rng):
        p = np.clip(0.55 + spread * rng.uniform(-1, 1, clusters), 0, 1)
        match = rng.random((clusters, items)) < p[:, None]
        topic = np.repeat(np.arange(clusters), items)
        return pd.DataFrame({"match": match.ravel().astype(float), "topic": topic})

    # 400 repetitions know the coverage to 0.011; four of that.
    assert abs(covered(draw, 0.55, 400, seed=11) - 0.95) < 0.044


def test_sides_that_balance_each_other_make_the_interval_narrower_than_the_naive_one():
    rng = np.random.default_rng(5)
    prefers = np.repeat(rng.random(24) < 0.5, 20)
    side = np.tile(np.repeat([True, False], 10), 24)
    noise = rng.random(480) < 0.05
    match = ((prefers == side) ^ noise).astype(float)
    result = pd.DataFrame({"match": match, "topic": np.repeat(np.arange(24), 20)})
    naive, clustered = mwe.summarise(result), mwe.summarise(result, cluster="topic")
    # By theory 0.46; from 24 clusters a spread is known to 15%, three times that.
    assert clustered.high - clustered.low < 0.67 * (naive.high - naive.low)
    assert clustered.low < 0.5 < clustered.high


def test_clusters_that_agree_to_the_last_item_count_as_one_answer_each():
    result = pd.DataFrame({"match": 1.0, "topic": np.repeat(np.arange(12), 50)})
    found = mwe.summarise(result, cluster="topic")
    assert (found.low, found.high) == mwe.share_interval(12, 12)
    assert found.low < mwe.summarise(result).low


def test_few_clusters_and_constant_answers_are_told():
    result = pd.DataFrame({"match": [1.0, 0] * 6, "choice": " No", "topic": [1, 2, 3] * 4})
    few, constant = mwe.summarise(result, cluster="topic").warnings
    assert "3 clusters" in few
    assert "' No'" in constant
    assert "!" in str(mwe.summarise(result, cluster="topic"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"match": np.nan}, "match: expected finite"),
        ({"topic": None}, "clusters: expected a label"),
        ({"topic": 1}, "at least 2 clusters"),
    ],
)
def test_bad_results_are_named(change, says):
    result = pd.DataFrame({"match": [1.0, 0.0], "topic": [1, 2]}).assign(**change)
    with pytest.raises(ValueError, match=says):
        mwe.summarise(result, cluster="topic")


def test_floor_and_ceiling():
    assert mwe.rescale(0.9, 0.9) == pytest.approx(1)
    assert mwe.rescale(0.1, 0.9) == pytest.approx(0)
    with pytest.raises(ValueError, match="ceiling"):
        mwe.rescale(0.9, 0.5)
    with pytest.raises(ValueError, match="total"):
        mwe.share_interval(3, 2)


def test_adjusted_p_values_are_those_of_statsmodels():
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(0).random(133) ** 2
    assert_allclose(mwe.benjamini_hochberg(p), multipletests(p, method="fdr_bh")[1], rtol=1e-12)
    with pytest.raises(ValueError, match="p_values"):
        mwe.benjamini_hochberg([0.5, 1.2])


def test_false_discoveries_stay_below_the_level():
    rng = np.random.default_rng(1)
    shares = []
    for _ in range(300):
        z = rng.normal(size=40) + np.where(np.arange(40) < 10, 4, 0)
        from scipy.stats import norm

        found = mwe.benjamini_hochberg(2 * norm.sf(np.abs(z))) < 0.1
        shares.append(found[10:].sum() / max(found.sum(), 1))
    # 0.1 times the share of true nulls, 0.75; the mean of 300 is known to about 0.005.
    assert 0.055 < np.mean(shares) < 0.095


def test_sets_are_told_apart():
    rng = np.random.default_rng(2)
    match = np.concatenate([rng.random(200) < 0.9, rng.random(200) < 0.5]).astype(float)
    result = pd.DataFrame({"match": match, "source": ["tea"] * 200 + ["coin"] * 200,
                           "topic": np.tile(np.arange(20), 20)})  # fmt: skip
    for cluster in (None, "topic"):
        table = mwe.by_set(result, cluster=cluster)
        assert table.loc["tea", "q"] < 1e-6
        assert table.loc["coin", "q"] > 0.05
        assert_allclose(table.loc["tea", "share"], match[:200].mean())
    same = mwe.by_set(
        pd.DataFrame({"match": 1.0, "source": "a", "topic": [1, 2, 3]}), cluster="topic"
    )
    assert_allclose(same["p"], 2 * 0.041632258, rtol=1e-6)  # z of 3 answers alike, root of 3
