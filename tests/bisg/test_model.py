import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from tests.bisg.worlds import enumerated_world, everybody, tables_of
from workedpapers import bisg
from workedpapers.bisg import FIVE, model

shares = st.lists(st.floats(0.01, 1), min_size=5, max_size=5).map(lambda v: np.array(v) / sum(v))


def raw(frame, **options):
    return bisg.predict(frame, smoothing=0, **options)[list(FIVE)].to_numpy()


@pytest.mark.parametrize("seed", range(5))
def test_every_combination_of_evidence_is_bayes_by_counting(seed):
    joint, surnames, firsts, areas = enumerated_world(seed)
    last, first, geography = tables_of(joint, surnames, firsts, areas)
    people = everybody(surnames, firsts, areas)
    names = {"surname": last, "first": first}
    uses = {"surname": ("last", 1), "first": ("first", 2), "geo": ("area", 3)}
    for kinds in [("surname",), ("first",), ("geo",), ("surname", "geo"), ("first", "geo"),
                  ("first", "surname"), ("first", "surname", "geo")]:  # fmt: skip
        columns = {kind: uses[kind][0] for kind in kinds}
        ours = raw(people, **columns, names=names, geography=geography)
        hidden = tuple(axis for kind, (_, axis) in uses.items() if kind not in kinds)
        counted = np.broadcast_to(joint.sum(axis=hidden, keepdims=True), joint.shape)
        counted = counted.reshape(len(FIVE), -1).T
        assert_allclose(ours, counted / counted.sum(axis=1, keepdims=True), rtol=1e-9)


def test_names_measured_elsewhere_are_right_where_names_depend_on_race_alone():
    joint, surnames, firsts, areas = enumerated_world(3)
    last, first, geography = tables_of(joint, surnames, firsts, areas)
    elsewhere = joint * np.linspace(0.2, 3, 5)[:, None, None, None]  # another mix, same customs
    elsewhere /= elsewhere.sum()
    last_elsewhere, first_elsewhere, _ = tables_of(elsewhere, surnames, firsts, areas)
    people = everybody(surnames, firsts, areas)
    use = {"surname": "last", "first": "first", "geo": "area", "geography": geography}
    home = raw(people, **use, names={"surname": last, "first": first})
    away = raw(people, **use, names={"surname": last_elsewhere, "first": first_elsewhere})
    assert_allclose(away, home, rtol=1e-9)


def test_prior_shift_without_place_is_bayes_in_the_target_population():
    joint, surnames, firsts, areas = enumerated_world(4)
    last, _, _ = tables_of(joint, surnames, firsts, areas)
    target = np.array([0.1, 0.2, 0.3, 0.25, 0.15])
    people = everybody(surnames, firsts, areas)
    ours = raw(people, surname="last", names=last, prior=target)
    race = joint.sum(axis=(1, 2, 3))
    moved = joint * (target / race)[:, None, None, None]
    counted = np.broadcast_to(moved.sum(axis=(2, 3), keepdims=True), joint.shape)
    counted = counted.reshape(5, -1).T
    assert_allclose(ours, counted / counted.sum(axis=1, keepdims=True), rtol=1e-9)


def test_prior_shift_with_a_place_is_bayes_where_groups_are_commoner_everywhere():
    joint, surnames, firsts, areas = enumerated_world(6)
    last, _, geography = tables_of(joint, surnames, firsts, areas)
    target = np.array([0.3, 0.1, 0.2, 0.15, 0.25])
    people = everybody(surnames, firsts, areas)
    ours = raw(people, surname="last", geo="area", names=last, geography=geography, prior=target)
    moved = joint * (target / joint.sum(axis=(1, 2, 3)))[:, None, None, None]
    counted = np.broadcast_to(moved.sum(axis=2, keepdims=True), joint.shape).reshape(5, -1).T
    assert_allclose(ours, counted / counted.sum(axis=1, keepdims=True), rtol=1e-9)


@given(shares, shares, shares)
def test_posterior_ignores_the_scale_of_a_likelihood_and_the_order(prior, a, b):
    p = model.posterior(prior, [a, b])
    assert_allclose(model.posterior(prior, [3 * b, 0.2 * a]), p, rtol=1e-12)
    assert_allclose(p.sum(), 1)


@given(shares, shares, st.floats(0.1, 1e5), st.floats(0, 100))
def test_shrink_moves_toward_the_marginal_and_keeps_the_sum(p, marginal, bearers, pseudo):
    moved = model.shrink(p[None], [bearers], marginal, pseudo)[0]
    assert_allclose(moved.sum(), 1)
    weight = pseudo / (bearers + pseudo)
    assert_allclose(moved - p, weight * (marginal - p), atol=1e-12)


def test_impossible_evidence_is_nan_not_a_number():
    assert np.isnan(model.posterior([0.5, 0.5], [[1, 0], [0, 1]])).all()


@given(st.lists(shares, min_size=2, max_size=6), shares, st.integers(0, 10**6))
def test_the_two_normalisations_undo_one_another(rows, prior, seed):
    p = np.array(rows)
    size = np.random.default_rng(seed).dirichlet(np.ones(len(p)))
    prior = size @ p  # the marginal that these rows and sizes imply
    back = model.race_given_name(model.name_given_race(p, prior, size), prior)
    assert_allclose(back, p, rtol=1e-10)
    assert_allclose(model.name_given_race(p, prior, size).sum(axis=0), 1, rtol=1e-10)


def test_marginals_are_recovered_from_the_two_conditionals():
    rng = np.random.default_rng(0)
    joint = rng.dirichlet(np.ones(60)).reshape(12, 5)
    joint[3, 1:] = 0
    joint[4] = 0
    joint /= joint.sum()
    place, race = joint.sum(axis=1), joint.sum(axis=0)
    given_place = joint / np.where(place > 0, place, 1)[:, None]
    found_race, found_place = model.marginal_from_both(given_place, joint / race)
    assert_allclose(found_race, race, rtol=1e-12)
    assert_allclose(found_place, place, rtol=1e-12, atol=1e-15)


def test_tables_without_a_common_row_are_refused():
    with pytest.raises(ValueError, match="expected a row that links every group"):
        model.marginal_from_both(np.eye(2), np.eye(2))


@given(st.lists(st.lists(st.integers(0, 40_000), min_size=5, max_size=5).filter(any),
                min_size=1, max_size=20))  # fmt: skip
def test_hidden_counts_are_recovered_up_to_a_common_factor(counts):
    counts = np.array(counts)
    total = counts.sum(axis=1)
    found = model.recover_counts(counts / total[:, None])
    assert (found == total // np.gcd.reduce(counts, axis=1)).all()


def test_shares_that_are_no_fractions_are_said_to_be_none():
    assert model.recover_counts([[np.sqrt(0.5), 1 - np.sqrt(0.5)]])[0] == -1
