import itertools

import mne
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import label
from scipy.stats import ttest_1samp

from workedpapers.meg_decoding.group import statistics
from workedpapers.meg_decoding.group.inference import (
    Correction,
    group_test,
    group_test_maps,
)
from workedpapers.meg_decoding.group.statistics import cluster_threshold

TIMES = np.arange(6) * 0.01
TEST = np.arange(5) * 0.01 + 0.2


def maps(seed=0, subjects=9, effect=0.3):
    rng = np.random.default_rng(seed)
    values = 0.5 + 0.1 * rng.normal(size=(subjects, 6, 5))
    values[:, 2:5, 1:3] += effect
    return values


@pytest.mark.parametrize("tail", list(statistics.Tail))
def test_columns_equal_scipy(tail):
    scores = maps()
    table = group_test_maps(scores, TIMES, TEST, correction="none", tail=tail, level=0.9)
    reference = ttest_1samp(scores, 0.5, alternative=tail)
    for column, values in (("t", reference.statistic), ("p", reference.pvalue)):
        assert_allclose(table[column].to_numpy().reshape(6, 5), values)
    assert_allclose(table[["train", "test"]], list(itertools.product(TIMES, TEST)))
    ends = ttest_1samp(scores, 0.5).confidence_interval(0.9)
    assert_allclose(table["low"], ends.low.ravel())
    assert_allclose(table["high"], ends.high.ravel())
    assert_allclose(table["mean"], scores.mean(axis=0).ravel())


@pytest.mark.parametrize("tail", list(statistics.Tail))
def test_max_p_equals_enumeration(tail):
    scores = maps(1, subjects=6, effect=0.1)
    fold = {"greater": lambda t: t, "less": np.negative, "two-sided": np.abs}[tail]
    signs = np.array(list(itertools.product((1, -1), repeat=6)))
    flipped = signs[:, :, None, None] * (scores - 0.5)
    null = fold(ttest_1samp(flipped, 0, axis=1).statistic).max(axis=(1, 2))
    observed = fold(ttest_1samp(scores, 0.5).statistic)
    expected = [(null >= value - 1e-9).mean() for value in observed.ravel()]
    table = group_test_maps(scores, TIMES, TEST, tail=tail)
    assert_allclose(table["p"], expected)
    assert_allclose(table.attrs["least_p"], (2 if tail == "two-sided" else 1) / 64)


def test_chunks_of_flips_do_not_change_the_result(monkeypatch):
    whole = group_test_maps(maps(subjects=16), TIMES, TEST, n=500)
    monkeypatch.setattr(statistics, "_CHUNK", 7 * 30)
    assert_allclose(group_test_maps(maps(subjects=16), TIMES, TEST, n=500)["p"], whole["p"])


@pytest.mark.parametrize("correction", ["max", "fdr", "none"])
def test_a_map_of_equal_rows_is_a_course(correction):
    course = maps(2)[:, 2]
    table = group_test_maps(np.stack([course] * 3, axis=1), TIMES[:3], TEST, correction=correction)
    plain = pd.concat([group_test(course, TEST, correction=correction)] * 3, ignore_index=True)
    for column in ("mean", "low", "high", "t", "p", "significant"):
        assert_allclose(table[column], plain[column])


def test_fdr_is_over_all_cells():
    table = group_test_maps(maps(), TIMES, TEST, correction="fdr")
    plain = group_test_maps(maps(), TIMES, TEST, correction="none")
    assert_allclose(table["p"], mne.stats.fdr_correction(plain["p"].to_numpy())[1])


def test_clusters_join_neighbours_along_both_axes():
    scores = maps(4, subjects=12, effect=0.12)
    table = group_test_maps(scores, TIMES, TEST, correction="cluster", n=300)
    t = ttest_1samp(scores, 0.5).statistic
    regions, count = label(t > cluster_threshold(12, 1))  # neighbours share an edge
    assert count >= 2
    p = table["p"].to_numpy().reshape(6, 5)
    assert (p[regions == 0] == 1).all()
    mass = np.array([t[regions == r].sum() for r in range(1, count + 1)])
    of = [np.unique(p[regions == r]) for r in range(1, count + 1)]
    assert all(len(values) == 1 for values in of)
    ordered = np.concatenate(of)[np.argsort(mass)]
    assert (np.diff(ordered) <= 0).all()
    assert regions[2, 1] == regions[4, 2] != 0
    assert p[3, 1] <= 0.01


def test_tfce_finds_what_is_there():
    table = group_test_maps(maps(subjects=12), TIMES, TEST, correction="tfce", n=200)
    found = table["significant"].to_numpy().reshape(6, 5)
    assert found[2:5, 1:3].all()
    assert found.sum() <= 8


def test_the_chance_of_any_false_cell_is_alpha():
    groups, false = 300, 0
    for seed in range(groups):
        table = group_test_maps(maps(seed, 10, 0), TIMES, TEST, n=200, alpha=0.2, seed=seed)
        false += bool(table["significant"].any())
    assert abs(false / groups - 0.2) < 3 * np.sqrt(0.2 * 0.8 / groups) + 1 / 200


def test_attributes():
    table = group_test_maps(maps(), TIMES, TEST, alpha=0.01, correction="none")
    expected = {"correction": "none", "tail": "greater", "alpha": 0.01, "subjects": 9, "least_p": 0}
    assert table.attrs == expected
    assert_array_equal(table["significant"], table["p"] <= 0.01)
    square = group_test_maps(maps()[:, :5], TIMES[:5])
    assert_array_equal(square["test"].unique(), TIMES[:5])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"maps": np.zeros((1, 6, 5))}, "maps: expected at least 2 subjects, got 1"),
        ({"maps": np.zeros((4, 5, 6))}, r"maps: expected shape \(subjects, 6, 5\)"),
        ({"maps": np.zeros((4, 6))}, "maps: expected 3 dimension"),
        ({"maps": np.full((4, 6, 5), np.nan)}, "maps: expected finite numbers"),
        ({"test_times": None}, r"maps: expected shape \(subjects, 6, 6\)"),
        ({"times": np.zeros(6)}, "times: expected increasing values"),
        ({"correction": "holm"}, f"correction: expected one of {', '.join(Correction)}"),
        ({"tail": "up"}, "tail: expected one of"),
        ({"alpha": 0}, "alpha: expected a number strictly between"),
        ({"level": 1}, "level: expected a number strictly between"),
        ({"n": 10}, "n: expected at least 100"),
    ],
)
def test_bad_input(change, message):
    good = {"maps": maps(), "times": TIMES, "test_times": TEST}
    with pytest.raises(ValueError, match=message):
        group_test_maps(**{**good, **change})
