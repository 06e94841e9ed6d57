import itertools

import mne
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import ttest_1samp

from tests.meg_decoding.courses import TIMES, group, noise
from workedpapers.meg_decoding.group.inference import Correction, group_test
from workedpapers.meg_decoding.group.statistics import (
    cluster_test,
    cluster_threshold,
    max_t_null,
    t_values,
)
from workedpapers.meg_decoding.onsets.methods import first_cluster, noise_correlation

TAILS = ("greater", "less", "two-sided")


@pytest.mark.parametrize("tail", TAILS)
def test_uncorrected_columns_equal_scipy(tail):
    scores = group(np.random.default_rng(0), 9)
    table = group_test(scores, TIMES, correction="none", tail=tail, level=0.9)
    reference = ttest_1samp(scores, 0.5, alternative=tail)
    assert_allclose(table["t"], reference.statistic)
    assert_allclose(table["p"], reference.pvalue)
    ends = ttest_1samp(scores, 0.5).confidence_interval(0.9)
    assert_allclose(table[["low", "high"]].to_numpy().T, ends)
    assert_array_equal(table["time"], TIMES)


@pytest.mark.parametrize("tail", TAILS)
def test_max_p_equals_enumeration(tail):
    rng = np.random.default_rng(3)
    scores = 0.5 + rng.normal(size=(6, 4)) + [0, 0.5, 1.5, -1]
    effects = scores - 0.5
    fold = {"greater": lambda t: t, "less": np.negative, "two-sided": np.abs}[tail]
    null = [
        fold(ttest_1samp(effects * np.array(signs)[:, None], 0).statistic).max()
        for signs in itertools.product((1, -1), repeat=6)
    ]
    observed = fold(ttest_1samp(effects, 0).statistic)
    expected = [(np.array(null) >= value - 1e-9).mean() for value in observed]
    table = group_test(scores, TIMES[:4], correction="max", tail=tail)
    assert_allclose(table["p"], expected)
    assert_allclose(table.attrs["least_p"], (2 if tail == "two-sided" else 1) / 64)


@pytest.mark.parametrize("correction", ["cluster", "tfce"])
def test_clusters_of_both_tails_mirror(correction):
    effects = np.random.default_rng(4).normal(size=(7, 12)) + 1
    how = {"chance": 0, "correction": correction, "n": 200}
    up = group_test(effects, TIMES[:12], **how)
    down = group_test(-effects, TIMES[:12], tail="less", **how)
    assert (up["p"] < 0.05).any()
    assert_allclose(up["p"], down["p"])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["max", "fdr", "none"]))
def test_tails_mirror_and_corrections_only_raise_p(seed, correction):
    effects = np.random.default_rng(seed).normal(size=(7, 12)) + 0.3
    times = TIMES[:12]
    up = group_test(effects, times, chance=0, correction=correction)
    down = group_test(-effects, times, chance=0, correction=correction, tail="less")
    assert_allclose(up["p"], down["p"])
    plain = group_test(effects, times, chance=0, correction="none")["p"]
    least = 1 / 128 if correction == "max" else 0
    assert (np.maximum(up["p"], least) >= plain - 0.03).all()
    if correction == "fdr":
        assert_allclose(up["p"], mne.stats.fdr_correction(plain.to_numpy())[1])


@pytest.mark.parametrize(("correction", "groups"), [("max", 300), ("cluster", 60)])
def test_the_chance_of_any_false_time_is_alpha(correction, groups):
    false = 0
    for seed in range(groups):
        scores = 0.5 + noise(np.random.default_rng(seed), (10, 60), correlation=0.8)
        table = group_test(scores, TIMES[:60], correction=correction, n=200, alpha=0.2, seed=seed)
        false += bool(table["significant"].any())
    assert abs(false / groups - 0.2) < 3 * np.sqrt(0.2 * 0.8 / groups) + 1 / 200


def test_clusters_are_those_of_mne():
    effects = group(np.random.default_rng(5), 12, strength=0.8) - 0.5
    threshold = cluster_threshold(12, 1)
    t, clusters, p, _ = mne.stats.permutation_cluster_1samp_test(
        effects, threshold=threshold, n_permutations=300, tail=1, rng=np.random.default_rng(0),
        out_type="mask", verbose="ERROR",
    )  # fmt: skip
    assert_allclose(t_values(effects), t)
    by_time, _ = cluster_test(effects, draws=300)
    for cluster, value in zip(clusters, p, strict=True):
        assert_allclose(by_time[cluster], value)
    assert (by_time[t < threshold] == 1).all()
    masses = [t[cluster].sum() for cluster in clusters]
    assert len(masses) > 2
    for bar in np.sort(masses):  # each mass is reached by the clusters that have it or more
        expected = np.zeros(len(t), bool)
        for cluster, mass in zip(clusters, masses, strict=True):
            expected[cluster] |= mass >= bar
        assert_array_equal(first_cluster(t[None], threshold, bar)[0], expected)


def test_tfce_finds_what_is_there():
    scores = group(np.random.default_rng(6), 12, strength=1.5)
    table = group_test(scores, TIMES, correction="tfce", n=200)
    assert table.loc[(table["time"] > 0.12) & (table["time"] < 0.15), "significant"].all()
    assert 0 < table["p"].min() <= 0.01


def test_attributes_and_reproducibility():
    scores = group(np.random.default_rng(7), 12, strength=1.5)
    table = group_test(scores, TIMES, seed=4)
    assert_array_equal(table, group_test(scores, TIMES, seed=4))
    assert table.attrs["first"] == table.loc[table["significant"], "time"].iloc[0]
    assert table.attrs["subjects"] == 12
    none = group_test(scores[:4], TIMES)
    assert none.attrs["least_p"] == 1 / 16  # four subjects cannot be significant
    assert not none["significant"].any()
    assert np.isnan(none.attrs["first"])


def test_null_holds_the_group_itself_and_repeats_are_averaged():
    effects = group(np.random.default_rng(8), 16) - 0.5
    null = max_t_null(effects, draws=500, rng=np.random.default_rng(0))
    assert len(null) == 500
    assert_allclose(null[0], t_values(effects).max())
    repeats = np.stack([effects - 0.1, effects + 0.1], axis=1) + 0.5
    assert_allclose(group_test(repeats, TIMES)["t"], t_values(effects))


@pytest.mark.parametrize("correlation", [0.0, 0.4, 0.8])
def test_noise_correlation(correlation):
    rng = np.random.default_rng(9)
    courses = group(rng, 60, strength=1.5, correlation=correlation)
    assert_allclose(noise_correlation(courses), correlation, atol=0.04)
    assert noise_correlation(np.zeros((5, 20))) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scores": np.zeros((1, 10))}, "scores: expected at least 2 subjects, got 1"),
        ({"scores": np.zeros((5, 9))}, "scores: expected 10 samples per course"),
        ({"scores": np.zeros(10)}, r"scores: expected shape \(subjects, times\)"),
        ({"scores": np.full((5, 10), np.nan)}, "scores: expected finite numbers"),
        ({"scores": [np.zeros(10), np.zeros(9)]}, "scores: expected courses of one shape"),
        ({"times": np.zeros(10)}, "times: expected increasing values"),
        ({"times": np.arange(10) * 4.0}, "times: expected seconds"),
        ({"chance": np.nan}, "chance: expected finite"),
        ({"correction": "holm"}, f"correction: expected one of {', '.join(Correction)}"),
        ({"tail": "up"}, "tail: expected one of"),
        ({"alpha": 0}, "alpha: expected a number strictly between"),
        ({"level": 1}, "level: expected a number strictly between"),
        ({"n": 10}, "n: expected at least 100"),
    ],
)
def test_bad_input(change, message):
    good = {"scores": np.zeros((5, 10)), "times": TIMES[:10]}
    with pytest.raises(ValueError, match=message):
        group_test(**{**good, **change})
