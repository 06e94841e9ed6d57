import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from workedpapers import bisg
from workedpapers.bisg import FIVE


@pytest.fixture(scope="module")
def proba():
    rng = np.random.default_rng(0)
    return pd.DataFrame(rng.dirichlet([2, 1, 0.7, 0.3, 0.2], size=60_000), columns=list(FIVE))


def test_with_certain_groups_both_estimators_are_the_plain_means():
    race = np.arange(50) % 5
    certain = pd.DataFrame(np.eye(5)[race], columns=list(FIVE))
    outcome = np.random.default_rng(1).random(50)
    plain = [outcome[race == j].mean() for j in range(5)]
    assert_allclose(bisg.weighted_means(outcome, certain)["value"], plain)
    assert_allclose(bisg.threshold_means(outcome, certain)["value"], plain)


@pytest.mark.parametrize(("direct", "through_place"), [(0.2, 0.0), (0.0, 0.3), (-0.1, 0.2)])
def test_estimators_tend_to_what_the_formula_says(proba, direct, through_place):
    race, y, m = bisg.simulate_outcomes(
        proba, direct=direct, through_place=through_place, base=0.4, seed=2
    )
    expected = bisg.expected_means(proba, m, threshold=0.6)
    truth = [y[race == group].mean() for group in FIVE]
    assert_allclose(truth, expected["truth"], atol=0.03)
    weighted = bisg.weighted_means(y, proba, confidence=0.9999)
    assert expected["weighted"].between(weighted["low"], weighted["high"]).all()
    cut = bisg.threshold_means(y, proba, threshold=0.6, confidence=0.9999)
    assert expected["threshold"].between(cut["low"], cut["high"]).all()


def test_bias_of_the_weighted_mean_is_the_covariance_within(proba):
    p = proba["black"].to_numpy()
    _, _, m = bisg.simulate_outcomes(proba, direct=0.2, through_place=0.3, base=0.4)
    expected = bisg.expected_means(proba, m).set_index("group")
    # Cov(1_r, Y | Z) = p (1 - p) delta for the group itself
    assert_allclose(expected.loc["black", "weighted_bias"], -(p * (1 - p) * 0.2).mean() / p.mean())


def test_what_acts_through_the_place_alone_leaves_the_weighted_mean_unbiased(proba):
    _, _, m = bisg.simulate_outcomes(proba, direct=0.0, through_place=0.3, base=0.4)
    expected = bisg.expected_means(proba, m)
    assert_allclose(expected["weighted_bias"], 0, atol=1e-12)
    assert abs(expected.set_index("group").loc["black", "threshold_bias"]) > 0.02


def test_abstaining_rows_are_left_out_and_an_empty_group_is_nan(proba):
    some = proba.iloc[:100].copy()
    some.iloc[::2] = np.nan
    y = np.arange(100.0)
    pd.testing.assert_frame_equal(
        bisg.weighted_means(y, some), bisg.weighted_means(y[1::2], some.iloc[1::2])
    )
    assert np.isnan(bisg.threshold_means(y, some, threshold=1.0)["value"]).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda p: bisg.weighted_means(np.ones(3), p),
            "outcome: expected 60000 rows as proba has, got 3",
        ),
        (lambda p: bisg.weighted_means(pd.Series(np.ones(len(p)), index=p.index + 1), p), "index"),
        (lambda p: bisg.weighted_means(np.full(len(p), np.nan), p), "outcome: expected finite"),
        (lambda p: bisg.weighted_means(np.ones(len(p)), p * np.nan), "only rows that abstain"),
        (lambda p: bisg.threshold_means(np.ones(len(p)), p, threshold=2), "threshold"),
        (lambda p: bisg.expected_means(p, np.ones((2, 5))), "mean_outcome: expected shape"),
        (
            lambda p: bisg.simulate_outcomes(p, direct=0.9, through_place=0),
            "expected probabilities of the outcome",
        ),
        (
            lambda p: bisg.simulate_outcomes(p, direct=0, through_place=0, group="x"),
            "group: expected one of .*'x'",
        ),
    ],
)
def test_bad_input_is_refused_by_name(proba, call, message):
    with pytest.raises(ValueError, match=message):
        call(proba)
