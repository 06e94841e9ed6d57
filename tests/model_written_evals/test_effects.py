"""Paired effects, correlations and power: closed forms, cancellation, coverage, another library."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from workedpapers import model_written_evals as mwe


def answers(rng, clusters, items, *, preference=2.0, effect=0.3, between=0.2, noise=0.5):
    """Log odds of the user's answer: a preference that cancels, an effect that does not."""
    rows = []
    for topic in range(clusters):
        likes_a, here = preference * rng.normal(), effect + between * rng.normal()
        for side, sign in (("a", 1), ("b", -1)):
            for logit in sign * likes_a + here / 2 + noise * rng.normal(size=items):
                rows.append({"logit": logit, "side": side, "topic": topic})
    return pd.DataFrame(rows)


def test_what_the_model_prefers_cancels():
    rng = np.random.default_rng(0)
    none = answers(rng, 15, 10, preference=50, effect=0.7, between=0, noise=0)
    found = mwe.user_effect(none, cluster="topic")
    assert_allclose((found.effect, found.low, found.high), 0.7, atol=1e-9)
    assert found.df == 14


@given(st.integers(0, 1000))
def test_it_is_the_difference_of_the_log_odds_of_one_answer(seed):
    result = answers(np.random.default_rng(seed), 5, 4)
    of_a = result["logit"] * np.where(result["side"] == "a", 1, -1)
    means = result.assign(of_a=of_a).pivot_table("of_a", "topic", "side")
    by_hand = (means["a"] - means["b"]).to_numpy()
    found = mwe.user_effect(result, cluster="topic")
    there = stats.ttest_1samp(by_hand, 0)
    assert_allclose((found.effect, found.t, found.p),
                    (by_hand.mean(), there.statistic, there.pvalue), rtol=1e-9)  # fmt: skip
    ends = there.confidence_interval()
    assert_allclose((found.low, found.high), (ends.low, ends.high), rtol=1e-9)


@pytest.mark.parametrize(("clusters", "items"), [(5, 40), (15, 10), (40, 2)])
def test_the_interval_covers_and_the_test_has_its_level(clusters, items):
    rng = np.random.default_rng(clusters)
    hits = wrong = 0
    for _ in range(300):
        hit = mwe.user_effect(answers(rng, clusters, items), cluster="topic")
        hits += hit.low <= 0.3 <= hit.high
        none = mwe.user_effect(answers(rng, clusters, items, effect=0.0), cluster="topic")
        wrong += none.p < 0.05
    # 300 repetitions know a share of 0.05 to 0.0126; four of that.
    assert abs(hits / 300 - 0.95) < 0.05
    assert abs(wrong / 300 - 0.05) < 0.05


def test_sides_are_taken_from_the_answers_where_nothing_is_said():
    told = answers(np.random.default_rng(1), 6, 3)
    silent = told.drop(columns="side").assign(
        matching=[[" (A)"] if side == "a" else [" (B)"] for side in told["side"]]
    )
    assert mwe.user_effect(silent, cluster="topic") == mwe.user_effect(told, cluster="topic")


def test_three_views_are_a_mean_over_pairs():
    result = pd.DataFrame({"logit": [1.0, 2, 3, 1, 2, 3], "side": list("abc") * 2,
                           "topic": [1, 1, 1, 2, 2, 2]})  # fmt: skip
    assert mwe.user_effect(result, cluster="topic").effect == pytest.approx(4)


def test_one_sided_questions_are_left_out_and_too_few_are_named():
    result = answers(np.random.default_rng(2), 4, 2)
    result = result[(result["topic"] > 0) | (result["side"] == "a")]
    assert mwe.user_effect(result, cluster="topic").clusters == 3
    with pytest.raises(ValueError, match="at least 2 clusters"):
        mwe.user_effect(result[result["topic"] <= 1], cluster="topic")
    with pytest.raises(ValueError, match="two views"):
        mwe.user_effect(result[result["side"] == "a"], cluster="topic")


def test_pairs_know_a_difference_that_two_intervals_hide():
    rng = np.random.default_rng(3)
    hard = rng.normal(size=200)
    question = [str(i) for i in range(200)]
    first, second = (
        pd.DataFrame({"question": question, "match": (hard > bound).astype(float)})
        for bound in (0.2, 0.0)
    )
    low, high = mwe.summarise(first), mwe.summarise(second)
    assert low.high > high.low
    assert mwe.paired_difference(first, second).low > 0
    with pytest.raises(ValueError, match="in their order"):
        mwe.paired_difference(first, second[::-1])


@pytest.mark.parametrize(("n", "rho"), [(12, 0.5), (60, -0.3), (299, 0.8)])
def test_fishers_interval_covers(n, rho):
    rng, hits = np.random.default_rng(n), 0
    for _ in range(600):
        x = rng.normal(size=n)
        y = rho * x + np.sqrt(1 - rho**2) * rng.normal(size=n)
        found = mwe.fisher_interval(x, y)
        hits += found.low <= rho <= found.high
    assert abs(hits / 600 - 0.95) < 0.036  # four times 0.009


def test_the_correlation_is_that_of_scipy():
    x, y = np.random.default_rng(4).normal(size=(2, 40))
    there = stats.pearsonr(x, y)
    ends = there.confidence_interval(0.9)
    found = mwe.fisher_interval(x, y, 0.9)
    assert_allclose((found.r, found.low, found.high), (there.statistic, *ends), rtol=1e-9)
    with pytest.raises(ValueError, match="constant"):
        mwe.fisher_interval(np.ones(5), np.arange(5))
    assert mwe.fisher_interval(np.arange(5), np.arange(5)).low == 1


@given(st.floats(-5, 0), st.floats(-5, 0))
def test_pronouns_are_scaled_to_sum_to_one(male, female):
    said = pd.DataFrame({"occupation": ["baker"], "male": male, "female": female,
                         "percent_women": 50.0})  # fmt: skip
    p = np.exp([male, female]) / np.exp([male, female]).sum()
    assert mwe.pronoun_bias(said)["bias"].item() == pytest.approx(p[1] - p[0], abs=1e-12)


@pytest.mark.parametrize(("count", "difference"), [(5, 1.0), (15, 0.4), (100, 0.3)])
def test_power_is_that_of_statsmodels(count, difference):
    from statsmodels.stats.power import TTestPower

    there = TTestPower().power(difference / 1.7, count, 0.05)
    assert_allclose(mwe.power_of(count, difference, 1.7), there, rtol=1e-6)


@given(st.floats(0.1, 2), st.floats(0.2, 2), st.floats(0.3, 0.95))
def test_so_many_clusters_are_enough_and_one_fewer_is_not(difference, sd, power):
    count = mwe.clusters_needed(difference, sd, power=power)
    assert mwe.power_of(count, difference, sd) >= power
    assert count == 2 or mwe.power_of(count - 1, difference, sd) < power


def test_the_design_effect_is_the_ratio_of_variances():
    rng = np.random.default_rng(6)
    shared, own = rng.normal(size=(4000, 1)), rng.normal(size=(4000, 8))
    values = np.sqrt(0.3) * shared + np.sqrt(0.7) * own
    ratio = values.mean(axis=1).var() / (1 / 8)
    assert ratio == pytest.approx(mwe.design_effect(8, 0.3), rel=0.1)  # 4.5 deviations
    with pytest.raises(ValueError, match="correlation"):
        mwe.design_effect(3, -0.6)
