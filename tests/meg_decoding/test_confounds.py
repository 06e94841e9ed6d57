"""Balance, decoding and matching of picture features, against other ways to the same number."""

import itertools
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from workedpapers.meg_decoding.simulation.scenario import Scenario, draw_images
from workedpapers.meg_decoding.stimuli.feature_decoding import balance, decode_features
from workedpapers.meg_decoding.stimuli.matching import match

Y = np.repeat(["familiar", "unfamiliar"], 20)


def pictures(confound=0.0, seed=0, images=40, identities=20):
    scene = Scenario(
        trials=images, images=images, identities=identities, luminance_confound=confound
    )
    return draw_images(scene, np.random.SeedSequence(seed)).table


def features(confound=0.0, seed=0, **options):
    return pictures(confound, seed, **options)[["luminance", "contrast"]]


def noise(n=40, columns=2, seed=0):
    values = np.random.default_rng(seed).normal(size=(n, columns))
    return pd.DataFrame(values, columns=[f"f{i}" for i in range(columns)])


# Balance


@given(st.floats(-3, 3))
def test_balance_finds_the_planted_difference(confound):
    table = balance(features(confound), Y)
    # Planted in standard deviations with n in the denominator; here it is n - 1.
    expected = -confound * np.sqrt(19 / 20)  # unfamiliar minus familiar
    assert_allclose(table.loc["luminance", "smd"], expected, atol=1e-9)
    assert_allclose(table.loc["contrast", "smd"], 0, atol=1e-9)
    assert_allclose(table["variance_ratio"], 1)


def test_balance_by_hand_and_without_units():
    frame = pd.DataFrame({"a": [1.0, 3.0, 4.0, 8.0], "plain": [2, 2, 2, 2], "split": [0, 0, 1, 1]})
    table = balance(frame, [0, 0, 1, 1])
    assert_allclose(table.loc["a", "smd"], (6 - 2) / np.sqrt((2 + 8) / 2))
    assert_allclose(table.loc["a", "variance_ratio"], 4)
    assert table.loc["a", ["mean 0", "mean 1", "difference"]].tolist() == [2, 6, 4]
    assert table.loc["plain", "smd"] == 0
    assert np.isnan(table.loc["split", "smd"])
    assert_allclose(balance(1000 * frame[["a"]] + 7, [0, 0, 1, 1])["smd"], table["smd"][["a"]])


# Decoding


def test_scores_are_those_of_a_pipeline_of_scikit_learn():
    from sklearn.linear_model import Ridge
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import KFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    frame = noise(60, 4)
    y = (np.random.default_rng(5).random(60) < 0.4).astype(int)
    splits = list(KFold(4).split(frame))
    ours = decode_features(frame, y, splits, penalty=3.0, permutations=20, resamples=100)
    right = pairs = 0.0
    for train, test in splits:
        model = make_pipeline(StandardScaler(), Ridge(alpha=3.0))
        model.fit(frame.iloc[train], y[train])
        theirs = model.predict(frame.iloc[test])
        assert_allclose(ours.scores[test], theirs - y[train].mean(), atol=1e-12)
        n = y[test].sum() * (1 - y[test]).sum()
        right += n * roc_auc_score(y[test], theirs)
        pairs += n
    assert_allclose(ours.auc.value, right / pairs)
    assert ours.auc.low <= ours.auc.value <= ours.auc.high


def test_a_planted_confound_is_decoded_and_its_absence_is_not():
    clear = decode_features(features(2.0), Y, permutations=200)
    assert clear.auc.value > 0.75
    assert clear.auc.low > 0.5
    assert clear.p_value < 0.01
    none = decode_features(features(0.0), Y, permutations=200)
    assert none.p_value > 0.05
    assert len(clear.null) == 200


def test_the_order_of_rows_scale_and_names_of_conditions_do_not_matter():
    frame = features(1.0)
    splits = [(np.arange(40) % 4 != f, np.arange(40) % 4 == f) for f in range(4)]
    splits = [(np.flatnonzero(a), np.flatnonzero(b)) for a, b in splits]
    base = decode_features(frame, Y, splits, permutations=20, resamples=100)
    scaled = decode_features(frame * [100, 0.01] - 3, Y, splits, permutations=20, resamples=100)
    assert_allclose(scaled.scores, base.scores, atol=1e-9)
    swapped = decode_features(
        frame, np.where(Y == "familiar", 1, 0), splits, permutations=20, resamples=100
    )
    assert_allclose(swapped.scores, -base.scores, atol=1e-12)
    assert_allclose(swapped.auc.value, base.auc.value)


def test_p_values_of_noise_are_uniform():
    """Of 60 data sets without any effect, about a tenth has p up to 0.1."""
    p = [decode_features(noise(24, 2, seed), np.arange(24) % 2, 4, permutations=99,
                         resamples=100).p_value for seed in range(60)]  # fmt: skip
    # Binomial: fewer than 1 or more than 14 of 60 at 0.1 has probability below 0.003.
    assert 1 <= (np.array(p) <= 0.1).sum() <= 14
    assert 0.35 < np.mean(p) < 0.65


def test_groups_are_held_out_together_and_permuted_together():
    table = pictures(0.0, images=40, identities=8)
    rng = np.random.default_rng(0)
    # A feature that only names the identity: found again in other pictures of the same person.
    named = pd.DataFrame({"x": table["identity"].map(dict(zip(
        table["identity"].unique(), rng.normal(size=8), strict=True)))
        + 0.01 * rng.normal(size=40)})  # fmt: skip
    by_group = decode_features(named, Y, 4, table["identity"], permutations=300)
    # Eight people can be split in 70 ways: the null holds few values.
    assert len(np.unique(np.round(by_group.null, 9))) <= 70 * 4
    assert by_group.p_value >= 1 / 71
    with pytest.raises(ValueError, match="cv: "):
        decode_features(named, Y, [(np.arange(20), np.arange(20, 40))])


def test_folds_that_split_a_group_are_refused():
    person = np.arange(40) // 2
    halves = [(np.arange(0, 40, 2), np.arange(1, 40, 2))]  # each person on both sides
    with pytest.raises(ValueError, match="trains and tests on epochs of one group"):
        decode_features(noise(), Y, halves, person, permutations=20)


def test_conditions_that_cross_the_groups_are_permuted_by_row():
    frame, y = noise(40), np.arange(40) % 2
    result = decode_features(frame, y, 4, np.arange(40) // 10, permutations=50, resamples=100)
    assert len(np.unique(result.null)) > 20


def test_trials_of_one_picture_on_both_sides_are_pointed_out():
    table = pictures()
    trials = table.loc[np.repeat(np.arange(40), 5)].reset_index(drop=True)
    inputs = trials[["luminance", "contrast"]]
    with pytest.warns(UserWarning, match="both in training and in test"):
        decode_features(inputs, trials["condition"], permutations=20, resamples=100)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        decode_features(
            inputs, trials["condition"], 5, trials["image"], permutations=20, resamples=100
        )


def test_leave_one_out_has_no_pairs_and_says_so():
    from sklearn.model_selection import LeaveOneOut

    with pytest.raises(ValueError, match="no test fold holds both conditions"):
        decode_features(noise(), Y, LeaveOneOut(), permutations=20)


def test_plain_features_are_at_chance_exactly():
    frame = pd.DataFrame({"a": np.full(40, 0.1), "b": 1.0})
    with pytest.warns(UserWarning, match="same features"):
        result = decode_features(frame, Y, permutations=20, resamples=100)
    assert result.auc == (0.5, 0.5, 0.5)
    assert result.p_value == 1


# Matching


def best_by_enumeration(distance, allowed):
    """Most pairs, then least distance, over all one-to-one assignments."""
    n, m = distance.shape
    best = (0, 0.0)
    for columns in itertools.permutations(range(m), n):
        inside = [(i, j) for i, j in enumerate(columns) if allowed[i, j]]
        total = sum(distance[i, j] for i, j in inside)
        best = min(best, (-len(inside), total))
    return -best[0], best[1]


@settings(max_examples=40, deadline=None)
@given(st.integers(3, 5), st.integers(5, 6), st.integers(0, 10_000), st.floats(0.2, 3))
def test_matching_is_the_best_of_all(n, m, seed, caliper):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(n + m, 2)), columns=["a", "b"])
    y = np.repeat([0, 1], [n, m])
    sd = np.sqrt((frame[:n].var() + frame[n:].var()) / 2).to_numpy()
    apart = (frame.to_numpy()[:n, None] - frame.to_numpy()[None, n:]) / sd
    distance, allowed = np.linalg.norm(apart, axis=-1), (np.abs(apart) <= caliper).all(axis=-1)
    count, total = best_by_enumeration(distance, allowed)
    if count < 2:
        with pytest.raises(ValueError, match="caliper: expected two pairs or more"):
            match(frame, y, caliper=caliper)
        return
    matched = match(frame, y, caliper=caliper)
    assert len(matched.pairs) == count
    assert_allclose(matched.pairs["distance"].sum(), total)
    assert_array_equal(matched.keep, np.sort(matched.pairs[["0", "1"]].to_numpy().ravel()))
    assert np.bincount(y[matched.keep]).tolist() == [count, count]


def test_matching_takes_the_planted_difference_away():
    frame = features(1.0)
    matched = match(frame, Y, caliper=0.4)
    assert_allclose(matched.before["smd"], balance(frame, Y)["smd"])
    assert abs(matched.before.loc["luminance", "smd"]) > 0.9
    assert matched.after["smd"].abs().max() <= 0.4
    kept = frame.iloc[matched.keep]
    again = balance(kept, Y[matched.keep])
    assert_allclose(matched.after["difference"], again["difference"])
    assert_allclose(matched.after["sd"], matched.before["sd"])
    assert 4 <= len(matched.keep) < 40


def test_groups_are_kept_or_left_out_as_a_whole():
    table = pictures(1.0)
    trials = table.loc[np.repeat(np.arange(40), 3)].reset_index(drop=True)
    inputs = trials[["luminance", "contrast"]]
    by_trial = match(inputs, trials["condition"], groups=trials["image"], caliper=0.4)
    by_image = match(table[["luminance", "contrast"]], Y, caliper=0.4)
    assert_array_equal(
        np.unique(trials["image"][by_trial.keep]), np.unique(table["image"][by_image.keep])
    )
    assert len(by_trial.keep) == 3 * len(by_image.keep)
    assert set(by_trial.pairs["familiar"]) <= set(table["image"][:20])
    assert_allclose(np.sort(by_trial.pairs["distance"]), np.sort(by_image.pairs["distance"]))


def test_without_a_caliper_all_of_the_smaller_condition_are_paired():
    frame = noise(30)
    matched = match(frame, np.repeat([0, 1], [10, 20]), caliper=np.inf)
    assert len(matched.pairs) == 10


# Bad input


@pytest.mark.parametrize("function", [balance, decode_features, match])
def test_bad_tables_are_named(function):
    for frame, y, error, message in [
        (noise().to_numpy(), Y, TypeError, "features: expected a DataFrame"),
        (noise()[[]], Y, ValueError, "features: expected at least one column"),
        (noise().assign(f0="a"), Y, TypeError, "features: expected numbers in column 'f0'"),
        (noise().replace(noise().iloc[0, 0], np.nan), Y, ValueError, "features: expected finite"),
        (noise(), Y[:-1], ValueError, "y: expected one label for each of 40 rows"),
        (noise(), np.arange(40) % 3, ValueError, "y: expected two conditions, got 3"),
        (noise(), np.zeros(40), ValueError, "y: expected two conditions, got 1"),
        (noise(), np.where(np.arange(40) < 2, np.nan, 1), ValueError, "got 2 missing"),
        (noise(), np.arange(40) == 0, ValueError, "y: expected two rows or more"),
    ]:
        with pytest.raises(error, match=message):
            function(frame, y)


def test_bad_settings_are_named():
    frame = noise()
    for options, error, message in [
        ({"cv": 1}, ValueError, "cv: expected at least 2"),
        ({"cv": "five"}, TypeError, "cv: expected a number of folds"),
        ({"cv": []}, ValueError, "cv: expected at least one split"),
        ({"cv": [(np.arange(30), np.arange(20, 40))]}, ValueError, "without common rows"),
        ({"cv": [(np.arange(10), np.arange(20, 40))]}, ValueError, "cv: expected both conditions"),
        ({"groups": [1, 2]}, ValueError, "groups: expected 40 labels"),
        ({"groups": [None] * 40}, ValueError, "groups: expected a label in each row"),
        ({"penalty": -1}, ValueError, "penalty: expected"),
        ({"permutations": 5}, ValueError, "permutations: expected at least 20"),
        ({"resamples": 5}, ValueError, "resamples: expected at least 100"),
        ({"confidence": 1.0}, ValueError, "confidence: expected"),
    ]:
        with pytest.raises(error, match=message):
            decode_features(frame, Y, **options)
    with pytest.raises(ValueError, match="caliper: expected more than 0"):
        match(frame, Y, caliper=0)
    with pytest.raises(ValueError, match="groups: expected one condition in each group"):
        match(frame, Y, groups=np.arange(40) % 5)
    with pytest.raises(ValueError, match="groups: expected two groups or more"):
        match(frame, Y, groups=np.where(Y == "familiar", 0, np.arange(40)))
