import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from tests.bisg.worlds import enumerated_world, tables_of
from workedpapers import bisg
from workedpapers.bisg import FIVE

COUNTS = pd.DataFrame(
    [[70, 10, 5, 3, 2], [30, 40, 5, 7, 8], [0, 50, 90, 10, 10]],
    columns=list(FIVE), index=["ABBOT", "BAKER", "COOK"],
)  # fmt: skip


def test_counts_are_divided_by_columns_and_by_rows():
    names = bisg.p_name_given_race(COUNTS)
    races = bisg.p_race_given_name(COUNTS)
    assert_allclose(names, COUNTS / COUNTS.sum())
    assert_allclose(races, COUNTS.div(COUNTS.sum(axis=1), axis=0))
    assert names.index.tolist() == races.index.tolist() == COUNTS.index.tolist()


def test_each_comes_from_the_other_through_the_prior():
    prior = COUNTS.sum() / COUNTS.to_numpy().sum()
    names = bisg.p_name_given_race(COUNTS)
    races = bisg.p_race_given_name(names, prior)
    assert_allclose(races, bisg.p_race_given_name(COUNTS))
    back = bisg.p_name_given_race(races.assign(count=COUNTS.sum(axis=1)), prior)
    assert_allclose(back, names)


def test_another_prior_carries_the_answer_to_another_population():
    joint, surnames, firsts, areas = enumerated_world(1)
    table, _, _ = tables_of(joint, surnames, firsts, areas)
    target = np.array([0.1, 0.3, 0.2, 0.15, 0.25])
    race = joint.sum(axis=(1, 2, 3))
    counted = (joint.sum(axis=(2, 3)) * (target / race)[:, None]).T
    expected = counted / counted.sum(axis=1, keepdims=True)
    assert_allclose(bisg.p_race_given_name(table, target), expected)
    here = bisg.p_race_given_name(table)
    assert_allclose(bisg.shift_prior(here, race, target), expected)
    assert_allclose(bisg.shift_prior(here, race, race), here)
    counts = pd.DataFrame(joint.sum(axis=(2, 3)).T * 1e6, columns=list(FIVE)).round()
    assert_allclose(bisg.p_race_given_name(counts, target), expected, rtol=1e-4)


def test_a_prior_that_contradicts_the_counts_is_refused():
    prior = dict(zip(FIVE, [0.9, 0.01, 0.03, 0.03, 0.03], strict=True))
    with pytest.raises(ValueError, match=r"prior: .* P\('ABBOT' \| black\) would be 2\.94"):
        bisg.p_name_given_race(COUNTS, prior)


def test_real_tables_have_columns_that_sum_to_the_share_listed():
    table = bisg.load_names("census2010")
    assert_allclose(bisg.p_name_given_race(table).sum(), 1)
    whole = bisg.p_name_given_race(table, table.marginal)
    listed = table.counts.sum()
    bearers = (table.p_race * table.counts[:, None]).sum(axis=0)
    assert_allclose(whole.sum(), bearers / listed / table.marginal)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: bisg.p_name_given_race(bisg.load_names("rosenman")),
            ValueError,
            "expected a table with counts",
        ),
        (lambda: bisg.p_name_given_race(bisg.p_race_given_name(COUNTS)), ValueError, "'count'"),
        (lambda: bisg.p_name_given_race(COUNTS / 7.3), ValueError, "got 12.3.* in row 'ABBOT'"),
        (lambda: bisg.p_name_given_race(-COUNTS), ValueError, "not negative"),
        (lambda: bisg.p_name_given_race(COUNTS.assign(asian=0)), ValueError, r"\['asian'\]"),
        (lambda: bisg.p_name_given_race(COUNTS, [1, 2]), ValueError, "prior: expected 5"),
        (lambda: bisg.p_name_given_race(COUNTS, "much"), TypeError, "prior: expected shares"),
        (lambda: bisg.p_name_given_race({"a": 1}), TypeError, "DataFrame or NameTable, got dict"),
        (lambda: bisg.p_name_given_race(COUNTS.iloc[:0]), ValueError, "no rows"),
        (
            lambda: bisg.p_race_given_name(COUNTS / COUNTS.sum()),
            ValueError,
            "prior: expected shares",
        ),
        (lambda: bisg.p_race_given_name(COUNTS / 7.3, [0.2] * 5), ValueError, "at most 1"),
        (
            lambda: bisg.shift_prior(COUNTS, [0.2] * 5, [0.3] * 5),
            ValueError,
            "target: expected shares",
        ),
    ],
)
def test_bad_tables_are_refused_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call()
