"""Shares of the groups, estimated from names and places."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from tests.bisg.worlds import enumerated_world, everybody, tables_of
from workedpapers import bisg
from workedpapers.bisg import FIVE
from workedpapers.bisg.population import maximise


def test_em_finds_the_maximum_that_a_general_optimiser_finds():
    rng = np.random.default_rng(0)
    likelihood, start = rng.dirichlet(np.full(5, 0.3), size=400), np.full(5, 0.2)

    def loss(free):
        pi = np.exp(free - free.max())
        pi /= pi.sum()
        return -np.log(likelihood @ pi).sum() - (start * np.log(pi)).sum()

    best = minimize(loss, np.zeros(5), tol=1e-12).x
    pi = np.exp(best) / np.exp(best).sum()
    assert_allclose(maximise(likelihood, start, FIVE).shares, pi, atol=1e-5)


def test_with_certain_groups_it_counts_and_has_the_error_of_a_share():
    race = np.repeat(np.arange(5), [400, 300, 200, 60, 40])
    estimate = maximise(np.eye(5)[race], np.full(5, 0.2), FIVE)
    share = np.bincount(race) / 1000
    assert_allclose(estimate.shares, share, atol=1e-3)
    assert_allclose(estimate.standard_error, np.sqrt(share * (1 - share) / 1000), rtol=0.01)


def test_standard_errors_are_those_of_repetition():
    shares = np.array([0.5, 0.2, 0.15, 0.1, 0.05])
    found, errors = [], []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        race = rng.choice(5, size=600, p=shares)
        signal = (rng.random(600)[:, None] > np.cumsum(CONFUSION[race], axis=1)).sum(axis=1)
        estimate = maximise(CONFUSION[:, signal.clip(0, 4)].T, np.full(5, 0.2), FIVE)
        found.append(estimate.shares)
        errors.append(estimate.standard_error)
    assert_allclose(np.mean(found, axis=0), shares, atol=0.01)
    assert_allclose(np.mean(errors, axis=0), np.std(found, axis=0), rtol=0.15)


CONFUSION = 0.7 * np.eye(5) + 0.3 / 5  # P(signal | race)


@pytest.fixture(scope="module")
def elsewhere():
    """People of a population with other shares than the tables tell."""
    people = bisg.simulate_people(60_000, seed=3)
    weight = people["race"].map({"white": 0.3, "black": 1, "hispanic": 0.7, "asian": 1, "other": 1})
    taken = np.random.default_rng(0).random(len(people)) < weight.astype(float)
    return people[taken].reset_index(drop=True)


def test_it_finds_the_shares_of_another_population_and_improves_the_answers(elsewhere):
    use = {"surname": "surname", "geo": "area", "names": "census2010"}
    truth = elsewhere["race"].value_counts(normalize=True)[list(FIVE)]
    estimate = bisg.estimate_prior(elsewhere, **use)
    assert ((estimate.shares - truth).abs() < 4 * estimate.standard_error + 0.01).all()
    usual = bisg.predict(elsewhere, **use)
    better = bisg.predict(elsewhere, **use, prior="estimate")
    given = bisg.predict(elsewhere, **use, prior=estimate.shares)
    assert_allclose(better[list(FIVE)], given[list(FIVE)], rtol=1e-9)
    loss = [
        bisg.evaluate(answer, elsewhere["race"], draws=50).set_index("metric")["value"]["log_loss"]
        for answer in (usual, better)
    ]
    assert loss[1] < loss[0] - 0.02
    assert better["reference_population"].iloc[0].startswith("the ")
    assert "shares estimated" in better["reference_population"].iloc[0]


def test_the_prior_of_the_tables_does_not_matter():
    joint, surnames, firsts, areas = enumerated_world(2)
    last, _, geography = tables_of(joint, surnames, firsts, areas)
    people = pd.concat([everybody(surnames, firsts, areas)] * 20, ignore_index=True)
    use = {"surname": "last", "geo": "area", "names": last, "geography": geography}
    a = bisg.estimate_prior(people, **use)
    assert a.people == len(people)
    assert_allclose(a.shares.sum(), 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda f: bisg.estimate_prior(f, surname="last", prior="census2010"),
            "prior: expected no",
        ),
        (lambda f: bisg.estimate_prior(f.iloc[:0], surname="last"), "a row with evidence"),
        (lambda f: bisg.estimate_prior(f), "surname, first, middle, geo: expected"),
        (
            lambda f: list(bisg.predict_batches([f], surname="last", prior="estimate")),
            "all of them",
        ),
    ],
)
def test_bad_requests_are_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call(pd.DataFrame({"last": ["Garcia"]}))
