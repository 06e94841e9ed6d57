"""BIRDiE: against enumeration, and its intervals against worlds that are known."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import gammaln

from workedpapers import bisg
from workedpapers.bisg import FIVE


def proba_of(p):
    full = np.zeros((len(p), 5))
    full[:, : p.shape[1]] = p
    return pd.DataFrame(full, columns=list(FIVE))


def exact(p, y, alpha):
    """Mean of theta over every assignment of people to the groups, theta integrated out."""
    k, levels = p.shape[1], 2
    total, mean = 0.0, np.zeros((k, levels))
    for z in product(range(k), repeat=len(p)):
        weight = np.prod(p[np.arange(len(p)), z])
        n = np.zeros((k, levels))
        np.add.at(n, (list(z), y), 1)
        a = alpha + n
        weight *= np.exp((gammaln(a).sum(axis=1) - gammaln(a.sum(axis=1))).sum())
        total += weight
        mean += weight * a / a.sum(axis=1, keepdims=True)
    return mean / total


def test_the_sampler_finds_what_enumeration_finds():
    rng = np.random.default_rng(0)
    p, y = rng.dirichlet([1, 1], size=7), np.array([0, 1, 1, 0, 1, 1, 1])
    fit = bisg.birdie(proba_of(p), y, prior=0.7, draws=20_000, chains=2, seed=1, progress=False)
    found = fit.estimates["value"].to_numpy().reshape(5, 2)[:2]
    assert_allclose(found, exact(p, y, np.full((2, 2), 0.7)), atol=0.01)
    assert fit.rhat < 1.01


def test_em_finds_a_fixed_point_and_lies_near_the_mean_of_the_posterior():
    rng = np.random.default_rng(1)
    p = rng.dirichlet([2, 1, 0.8, 0.5, 0.4], size=3000)
    race = (rng.random(3000)[:, None] > np.cumsum(p, axis=1)).sum(axis=1).clip(0, 4)
    y = rng.random(3000) < np.array([0.3, 0.6, 0.45, 0.5, 0.4])[race]
    em = bisg.birdie(proba_of(p), y, method="em")
    gibbs = bisg.birdie(proba_of(p), y, draws=400, progress=False)
    assert_allclose(em.estimates["value"], gibbs.estimates["value"], atol=0.05)
    assert em.estimates["low"].isna().all()
    theta = em.estimates["value"].to_numpy().reshape(5, 2)
    share = p * theta[:, y.astype(int)].T
    assert_allclose(em.posterior, share / share.sum(axis=1, keepdims=True), atol=1e-6)


def test_with_certain_groups_it_counts():
    race, y = np.arange(500) % 5, (np.arange(500) % 7 < 3).astype(int)
    fit = bisg.birdie(proba_of(np.eye(5)[race]), y, prior=1e-6, draws=400, progress=False)
    counted = [y[race == j].mean() for j in range(5)]
    yes = fit.estimates[fit.estimates["outcome"] == 1]
    assert_allclose(yes["value"], counted, atol=0.02)
    assert (yes["low"] < counted).all()
    assert (yes["high"] > counted).all()


def test_strata_are_fitted_apart_and_added_up_by_their_people():
    race, x = np.arange(1000) % 2, np.repeat(["a", "b"], [700, 300])
    y = np.where(x == "a", race == 0, race == 1)
    fit = bisg.birdie(proba_of(np.eye(2)[race]), y, by=x, method="em", prior=1.0)
    strata = fit.strata[fit.strata["outcome"]].set_index(["stratum", "group"])["value"]
    assert_allclose(strata["a"][["white", "black"]], [1, 0], atol=1e-9)
    assert_allclose(strata["b"][["white", "black"]], [0, 1], atol=1e-9)
    whole = fit.estimates[fit.estimates["outcome"]].set_index("group")["value"]
    assert_allclose(whole[["white", "black"]], [0.7, 0.3], atol=1e-9)


THETA = np.array([0.3, 0.6, 0.45, 0.5, 0.4])  # people treated differently by their group


def world(seed, n=400):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet([1.0, 0.7, 0.5, 0.3, 0.25], size=n)
    race = (rng.random(n)[:, None] > np.cumsum(p, axis=1)).sum(axis=1).clip(0, 4)
    return proba_of(p), rng.random(n) < THETA[race]


@pytest.mark.slow
def test_intervals_cover_in_two_hundred_worlds_where_those_of_the_weighted_mean_do_not():
    # 200 worlds: chance alone moves a coverage of 0.95 by 0.015. Bounds set before measuring.
    hits, weighted = np.zeros(5), np.zeros(5)
    for seed in range(200):
        proba, y = world(seed)
        fit = bisg.birdie(proba, y, draws=300, warmup=60, chains=1, seed=seed, progress=False)
        yes = fit.estimates[fit.estimates["outcome"]]
        hits += ((yes["low"] <= THETA) & (yes["high"] >= THETA)).to_numpy()
        other = bisg.weighted_means(y.astype(float), proba)
        weighted += ((other["low"] <= THETA) & (other["high"] >= THETA)).to_numpy()
    assert (hits / 200 >= 0.90).all(), hits
    assert abs(hits.mean() / 200 - 0.95) <= 0.03, hits
    assert weighted[:2].mean() / 200 < 0.8, weighted


def test_rows_that_abstain_are_left_out_and_the_index_is_kept():
    proba, y = world(0, 60)
    proba.iloc[::3] = np.nan
    proba.index = np.arange(60) + 7
    fit = bisg.birdie(proba, pd.Series(y, proba.index), draws=50, progress=False)
    assert fit.posterior.index.tolist() == proba.dropna().index.tolist()
    assert_allclose(fit.posterior.sum(axis=1), 1)
    again = bisg.birdie(proba, pd.Series(y, proba.index), draws=50, progress=False)
    pd.testing.assert_frame_equal(again.estimates, fit.estimates)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda p, y: ((p, y[:-1]), {}), ValueError, "outcome: expected 60 rows"),
        (
            lambda p, y: ((p, pd.Series(y, p.index + 1)), {}),
            ValueError,
            "outcome: expected the index",
        ),
        (lambda p, y: ((p, [None, *y[1:]]), {}), ValueError, "outcome: expected a value in every"),
        (lambda p, y: ((p, [1] * 60), {}), ValueError, "at least two outcomes"),
        (lambda p, y: ((p * np.nan, y), {}), ValueError, "only rows that abstain"),
        (lambda p, y: ((p.to_numpy(), y), {}), TypeError, "proba: expected a DataFrame"),
        (lambda p, y: ((p, y), {"by": [1]}), ValueError, "by: expected 60 rows"),
        (lambda p, y: ((p, y), {"method": "stan"}), ValueError, "method: expected one of"),
        (lambda p, y: ((p, y), {"prior": -1}), ValueError, "prior: expected"),
        (lambda p, y: ((p, y), {"confidence": 1}), ValueError, "confidence"),
    ],
)
def test_bad_requests_are_refused_by_name(change, error, message):
    arguments, options = change(*world(0, 60))
    with pytest.raises(error, match=message):
        bisg.birdie(*arguments, **options)
