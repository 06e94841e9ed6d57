from itertools import product

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import gammaln

from tests.bisg.worlds import enumerated_world, tables_of
from workedpapers import bisg
from workedpapers.bisg import FIVE, Geography
from workedpapers.bisg.convergence import effective_size, split_rhat


def small_world():
    """Five people in two precincts with few residents, and the tables."""
    joint, surnames, firsts, areas = enumerated_world(5)
    table, _, _ = tables_of(joint, surnames, firsts, areas)
    counts = pd.DataFrame([[3, 0, 1, 0, 0], [1, 4, 0, 0, 2], [1, 1, 1, 1, 1]], columns=list(FIVE))
    geography = Geography.from_frame(counts.assign(area=["a", "b", "c"]), values="counts")
    people = pd.DataFrame(
        {"last": ["Abbot", "Baker", "Cook", "Baker", "Xqzz"], "area": ["a", "a", "a", "b", "b"]}
    )
    return people, table, geography


def exact_posterior(people, table, geography):
    """Sum over every assignment of groups, the shares of the places integrated out."""
    likelihood = np.ones((len(people), 5))
    for i, name in enumerate(people["last"].str.upper()):
        if name in table.row:
            likelihood[i] = table.p_race[table.row[name]] / table.marginal
    result = np.zeros((len(people), 5))
    for area, rows in people.groupby("area").indices.items():
        row = geography.row[area]
        alpha = geography.p_race[row] * geography.residents[row] + 1
        weights = {}
        for groups in product(range(5), repeat=len(rows)):
            n = np.bincount(groups, minlength=5)
            log = gammaln(alpha + n).sum() - gammaln((alpha + n).sum())
            weights[groups] = np.exp(log) * np.prod(likelihood[rows, groups])
        total = sum(weights.values())
        for groups, weight in weights.items():
            result[rows, groups] += weight / total
    return result


@pytest.mark.parametrize("method", ["collapsed", "blocked"])
def test_both_samplers_find_the_posterior_that_enumeration_finds(method):
    people, table, geography = small_world()
    fit = bisg.fit_fbisg(
        people, surname="last", geo="area", names=table, geography=geography, smoothing=0,
        draws=8000, chains=2, seed=1, method=method,
    )  # fmt: skip
    exact = exact_posterior(people, table, geography)
    assert_allclose(fit.posterior, exact, atol=0.01)
    assert (fit.rhat < 1.01).all()
    assert fit.method == method


def test_it_tends_to_plain_bisg_where_many_people_live():
    people, table, geography = small_world()
    frame = pd.DataFrame(geography.p_race * 1e7, columns=list(FIVE)).round()
    big = Geography.from_frame(frame.assign(area=["a", "b", "c"]), values="counts")
    options = {"surname": "last", "geo": "area", "names": table, "geography": big, "smoothing": 0}
    plain = bisg.predict(people, **options)[list(FIVE)]
    fit = bisg.fit_fbisg(people, draws=50, **options)
    assert_allclose(fit.posterior, plain, atol=1e-4)


def test_groups_that_the_census_did_not_count_stay_possible():
    people, table, geography = small_world()
    options = {"surname": "last", "geo": "area", "names": table, "geography": geography,
               "smoothing": 0}  # fmt: skip
    plain = bisg.predict(people, **options)[list(FIVE)]
    fit = bisg.fit_fbisg(people, **options)
    assert (plain.iloc[:3]["black"] == 0).all()
    assert (fit.posterior["black"] > 0).all()


def test_the_same_seed_gives_the_same_result_and_the_index_is_kept():
    people, table, geography = small_world()
    people.index = [7, 7, 1, 2, 3]
    options = {"surname": "last", "geo": "area", "names": table, "geography": geography}
    a, b = (bisg.fit_fbisg(people, draws=20, seed=4, **options) for _ in range(2))
    pd.testing.assert_frame_equal(a.posterior, b.posterior)
    assert a.posterior.index.equals(people.index)
    other = bisg.fit_fbisg(people, draws=20, seed=5, **options)
    assert not other.posterior.equals(a.posterior)


def test_unknown_places_and_names():
    people, table, geography = small_world()
    people["area"] = ["nowhere", None, "a", "nowhere", "nowhere"]
    fit = bisg.fit_fbisg(people, surname="last", geo="area", names=table, geography=geography,
                         draws=200)  # fmt: skip
    plain = bisg.predict(people, surname="last", geo="area", names=table, geography=geography)
    assert_allclose(fit.posterior.iloc[[0, 1, 3]], plain[list(FIVE)].iloc[[0, 1, 3]])
    assert fit.posterior.iloc[4].isna().all()
    assert_allclose(fit.posterior.iloc[:4].sum(axis=1), 1)


@pytest.mark.parametrize("method", ["collapsed", "blocked"])
def test_no_people_give_no_rows(method):
    people, table, geography = small_world()
    fit = bisg.fit_fbisg(people.iloc[:0], surname="last", geo="area", names=table,
                         geography=geography, draws=10, method=method)  # fmt: skip
    assert len(fit.posterior) == 0
    assert fit.posterior.columns.tolist() == list(FIVE)


def test_real_people_in_real_places():
    people = bisg.simulate_people(3000, seed=1)
    fit = bisg.fit_fbisg(people, surname="surname", geo="area", draws=60, warmup=20, seed=0,
                         names="census2010")  # fmt: skip
    assert_allclose(fit.posterior.sum(axis=1), 1)
    assert fit.rhat.max() < 1.1
    assert (fit.ess > 40).all()
    assert fit.standard_error < 0.05
    assert fit.reference_population.startswith("residents of the United States")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"surname": "last", "geo": "place"}, ValueError, "geo: expected a column .*'place'"),
        ({"geo": "area"}, ValueError, "surname, first, middle, geo: expected"),
        ({"surname": "last", "geo": "area", "draws": 0}, ValueError, "draws"),
        ({"surname": "last", "geo": "area", "chains": 1.5}, TypeError, "chains"),
        ({"surname": "last", "geo": "area", "method": "nuts"}, ValueError, "method"),
    ],
)
def test_bad_requests_are_refused_by_name(options, error, message):
    with pytest.raises(error, match=message):
        bisg.fit_fbisg(small_world()[0], **options)


def test_contradictory_names_are_refused_without_smoothing():
    _, table, geography = small_world()
    certain = table.p_race.copy()
    certain[0], certain[1] = np.eye(5)[0], np.eye(5)[1]
    frame = pd.DataFrame(certain, columns=list(FIVE)).assign(name=table.names)
    build = bisg.NameTable.from_frame
    marginal = table.marginal
    names = {
        "surname": build(frame, marginal=marginal),
        "first": build(frame, marginal=marginal, kind="first"),
    }
    people = pd.DataFrame({"last": ["Abbot"], "first": ["Baker"], "area": ["a"]})
    options = {"surname": "last", "first": "first", "geo": "area", "geography": geography}
    with pytest.raises(ValueError, match="where names contradict one another"):
        bisg.fit_fbisg(people, names=names, smoothing=0, **options)
    assert np.isfinite(bisg.fit_fbisg(people, names=names, **options).posterior).all(axis=None)


def test_rhat_and_effective_size_of_known_chains():
    rng = np.random.default_rng(0)
    independent = rng.normal(size=(4, 2000))
    assert_allclose(split_rhat(independent), 1, atol=0.01)
    assert 6500 < effective_size(independent) < 8000 * np.log10(8000)
    apart = independent + np.arange(4)[:, None]
    assert split_rhat(apart) > 1.3
    drifting = independent + np.linspace(0, 3, 2000)
    assert split_rhat(drifting) > 1.1
    # an autoregression with coefficient a has n (1 - a) / (1 + a) effective draws
    chain = np.zeros((4, 20_000))
    for t in range(1, chain.shape[1]):
        chain[:, t] = 0.8 * chain[:, t - 1] + rng.normal(size=4)
    assert_allclose(effective_size(chain), chain.size * 0.2 / 1.8, rtol=0.15)
    constant = np.ones((4, 10))
    assert split_rhat(constant) == 1
    assert effective_size(constant) == 40
