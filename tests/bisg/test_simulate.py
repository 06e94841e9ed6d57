"""Calibration on people whose group is known."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from workedpapers import bisg
from workedpapers.bisg import FIVE, data, model
from workedpapers.bisg.settings import name_marginal
from workedpapers.bisg.simulate import UNLISTED, name_given_race

N = 300_000


@pytest.fixture(scope="module")
def people():
    return bisg.simulate_people(N, seed=11)


def calibration_errors(proba, truth):
    metrics = bisg.evaluate(proba, truth, draws=50).set_index(["metric", "group"])["value"]
    return metrics["ece"]


@pytest.mark.parametrize("smoothing", [0, 1])
def test_bisg_is_calibrated_on_people_with_a_listed_name(people, smoothing):
    listed = people[people["surname"] != UNLISTED]
    result = bisg.predict(
        listed, surname="surname", geo="area", names="census2010", smoothing=smoothing
    )
    assert calibration_errors(result, listed["race"]).max() < 0.003


def test_counting_the_prior_twice_is_not(people):
    """The formula of surgeo 1.1.2 for tracts: P(r|s) P(r|g) instead of P(r|s) P(g|r)."""
    listed = people[people["surname"] != UNLISTED]
    table, place = bisg.load_names("census2010"), bisg.load_geography("zcta2010")
    s = table.probabilities(FIVE, table.shares(FIVE))[listed["surname"].map(table.row)]
    g = place.probabilities(FIVE)[listed["area"].map(place.row)]
    twice = pd.DataFrame(model.posterior(s, [g]), columns=list(FIVE), index=listed.index)
    errors = calibration_errors(twice, listed["race"])
    assert errors["white"] > 0.05
    right = bisg.predict(listed, surname="surname", geo="area", names="census2010", smoothing=0)
    metrics = [bisg.evaluate(p, listed["race"], draws=50) for p in (twice, right)]
    loss = [m.set_index("metric")["value"]["log_loss"] for m in metrics]
    assert loss[1] < loss[0]


def test_first_names_keep_it_calibrated():
    names = {"surname": "census2010", "first": "tzioumis"}
    people = bisg.simulate_people(N, seed=12, names=names, first=True)
    listed = people[(people["surname"] != UNLISTED) & (people["first"] != UNLISTED)]
    result = bisg.predict(
        listed, surname="surname", first="first", geo="area", names=names, smoothing=0
    )
    assert calibration_errors(result, listed["race"]).max() < 0.003


def test_the_simulated_country_has_the_shares_of_the_real_one(people):
    place = bisg.load_geography("zcta2010")
    shares = people["race"].value_counts(normalize=True)[list(FIVE)]
    assert_allclose(shares, place.shares(FIVE), atol=4 * np.sqrt(0.25 / N))
    unlisted = (people["surname"] == UNLISTED).mean()
    table = bisg.load_names("census2010")
    p = name_given_race(table, name_marginal(table, place, FIVE), FIVE)
    assert_allclose(unlisted, 1 - p.sum(axis=0) @ place.shares(FIVE), atol=0.003)
    # the Census lists the names of nine people in ten
    assert 0.08 < unlisted < 0.12


@pytest.mark.parametrize(("names", "kind"), [("census2010", "surname"), ("rosenman", "first")])
def test_shares_of_names_are_shares(names, kind):
    table = bisg.load_names(names, kind)
    p = name_given_race(table, table.shares(FIVE), FIVE)
    assert (p >= 0).all()
    assert (p.sum(axis=0) <= 1 + 1e-12).all()


def test_the_same_seed_gives_the_same_people():
    a, b = (bisg.simulate_people(50, seed=5, first=True, names="rosenman") for _ in range(2))
    assert a.equals(b)
    assert not a.equals(bisg.simulate_people(50, seed=6, first=True, names="rosenman"))
    assert a.columns.tolist() == ["race", "surname", "first", "area"]


def test_nobody_cannot_be_simulated():
    with pytest.raises(ValueError, match="n: expected at least 1"):
        bisg.simulate_people(0)


def test_the_name_of_the_unlisted_is_in_no_table():
    for names, kinds in data.NAMES.items():
        for kind in set(kinds) - {"middle"}:
            assert UNLISTED not in bisg.load_names(names, kind).row
