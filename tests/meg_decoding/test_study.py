"""The stored study is what its functions make, and they say what they promise."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from workedpapers.meg_decoding import match, plan, simulate_arrays
from workedpapers.meg_decoding.chapter import results, study
from workedpapers.meg_decoding.chapter.study_grids import _generalised, _pool_subject
from workedpapers.meg_decoding.chapter.study_groups import _labellings, _leaky
from workedpapers.meg_decoding.onsets.settings import Method
from workedpapers.meg_decoding.planning.experiment import (
    auc_course,
    controlled_courses,
    estimates,
    mean_difference,
    recordings,
    sensor_test,
    subject_auc,
    subject_test,
)

# Ranks of a few trials may change with the library that multiplies matrices; each changes an AUC
# by at most a few thousandths.
ROUNDING = 0.004


@pytest.fixture(scope="module")
def stored():
    return study.load_study()


#: Of the values in double precision, as they were before they became tables.
DIGESTS = {
    "replicates_auc": "f9da8918ebacde8f",
    "replicates_onset": "b9eacd47a7aac5ac",
    "replicates_sensors": "05e721166a414a4f",
    "grid_mean": "f0b51753eaea73b0",
    "grid_error": "e1b9aecd29dc708d",
    "grid_onset": "350043620b9f1d43",
    "confound_mean": "2a462a02a1c28ae0",
    "confound_onset": "17c6908c758754b9",
    "null_onset": "e992d77dc4d53bfa",
    "null_example": "0a512ff7c270ba44",
    "leakage_auc": "d983fb8e4b220cf0",
    "power_within": "676bc95938cf70cf",
    "power_found": "d4f8a40843375621",
    "generalisation_auc": "de71e545bc8d4b23",
    "maps_pattern": "195324ac08b5a3c1",
    "maps_truth": "d7cd9462d7930cef",
    "diverse_onset": "43b8799b37f007dc",
    "diverse_sensors": "f81f09f2459ba59e",
    "single_first": "202e0313cb88f111",
}


def test_stored_values_are_those_of_the_study_to_the_last_bit(stored):
    found = {}
    for name, array in stored.items():
        values = np.where(np.isnan(array), np.nan, array)  # one kind of NaN
        found[name] = hashlib.sha256(values.tobytes()).hexdigest()[:16]
    assert found == DIGESTS
    assert {name.partition("_")[0] for name in stored} == set(study.PARTS)


def test_a_table_holds_an_array_with_its_axes(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "STORED", tmp_path)
    area = results.named([[0.5, 0.25], [1.0, 0.0]], effect=(0.8, 1.25), view=("a", "b"))
    answer = results.named([[0.1, np.nan]], group=range(1), quantity=("value", "low"))
    results.store("part", {"auc": area, "onset": answer})
    held = results.load_study()
    results.load_study.cache_clear()
    assert set(held) == {"part_auc", "part_onset"}
    assert held["part_auc"].identical(area)
    assert_array_equal(held["part_onset"], answer.astype(np.float32))
    table = pd.read_parquet(tmp_path / "part_auc.parquet")
    assert table.columns.tolist() == ["effect", "view", "steps"]
    assert table["steps"].tolist() == [1000, 500, 2000, 0]


def test_stored_subjects_are_made_again(stored):
    seeds = study.seeds(1, 50)
    for group, subject in ((31, 5),):
        auc = subject_auc(subject, tuple(study.EFFECTS.values()), seed=seeds[group])
        assert_allclose(stored["replicates_auc"][:, group, subject], auc, atol=ROUNDING)


def test_stored_onsets_are_made_again(stored):
    seeds = study.seeds(1, 50)
    for effect, group in ((0, 3), (2, 40)):
        courses = stored["replicates_auc"][effect, group]
        again = estimates(courses.to_numpy(), courses["time"].to_numpy(), seed=seeds[group] % 1000)
        assert_allclose(stored["replicates_onset"][effect, group], again, rtol=1e-5, atol=1e-6)


def test_the_grid_holds_the_subjects_that_it_says(stored):
    (seed,) = study.seeds(5, 1)
    onsets, effects = study.GRID["onset"], study.GRID["effect"]
    courses = np.stack(
        [subject_auc(s, effects[1:2], trials=100, onset=onsets[1], seed=seed)[0] for s in range(8)]
    )
    assert_allclose(stored["grid_mean"][1, 1, 0, 0], courses.mean(axis=0), atol=ROUNDING / 2)
    error = courses.std(axis=0, ddof=1) / np.sqrt(8)
    assert_allclose(stored["grid_error"][1, 1, 0, 0], error, atol=ROUNDING / 2)


def test_stored_labellings_are_made_again(stored):
    seed = study.seeds(2, 32)[0]
    courses = _labellings(seed, 200, 200)
    assert_allclose(stored["null_example"], courses, atol=ROUNDING)
    assert abs(courses.mean() - 0.5) < 0.01


def test_stored_leakage_is_made_again(stored):
    seed = study.seeds(4, 32)[7]
    assert_allclose(stored["leakage_auc"][:, 7], _leaky(seed, 8, {}), atol=ROUNDING)


def test_the_diagonal_of_a_square_is_the_course():
    (seed,) = study.seeds(7, 1)
    square = _generalised((0.085, 2), (2.3,))[0]
    recording = next(recordings(2, (2.3,), seed=seed, **study.LATE))
    assert_allclose(np.diagonal(square), auc_course(recording), atol=2e-3)


def test_pools_share_pictures_by_eights():
    course = _pool_subject((50, 9), 1.25)
    seed = study.seeds(6, 8)[1]
    assert_array_equal(course, subject_auc(9, (1.25,), trials=50, seed=seed)[0])


def test_everything_that_is_stored_is_in_range(stored):
    for key in ("replicates_auc", "grid_mean", "leakage_auc", "generalisation_auc", "null_example"):
        assert 0 <= stored[key].min() < 0.5 < stored[key].max() <= 1, key
    for key in ("replicates_onset", "null_onset", "grid_onset", "confound_onset"):
        value = stored[key].to_numpy()[..., 0]
        assert (value[np.isfinite(value)] >= -1e-9).all(), key
        assert (value[np.isfinite(value)] <= 0.3 + 1e-6).all(), key
    assert sum(file.stat().st_size for file in results.STORED.iterdir()) < 650_000


def test_seeds_of_parts_do_not_meet():
    all_seeds = [seed for part in range(1, 10) for seed in study.seeds(part, 60)]
    assert len(set(all_seeds)) == len(all_seeds)
    assert study.seeds(1, 5) == study.seeds(1, 50)[:5]


def test_an_effect_adds_in_proportion():
    found = list(recordings(1, (0.0, 0.7, 2.0), trials=40, seed=3))
    for recording, effect in zip(found, (0.0, 0.7, 2.0), strict=True):
        direct = simulate_arrays(1, 40, 0.085, effect, 3, tmin=-0.1, tmax=0.3)
        assert_allclose(recording.X, direct.X, atol=1e-5 * np.abs(direct.X).max())
        assert recording.truth["effect"] == pytest.approx(direct.truth["effect"])
        assert_array_equal(recording.y, direct.y)


def test_a_course_splits_as_it_is_told():
    recording = next(recordings(0, (0.0,), images=8, identities=4, image_sd=1.0, luminance_gain=0))
    by_trial = auc_course(recording, split="trial", cv=4)
    by_image = auc_course(recording, split="image", cv=4)
    late = recording.times > 0.1
    assert by_trial[late].mean() > by_image[late].mean() + 0.1
    with pytest.raises(ValueError, match="split: expected one of"):
        auc_course(recording, split="session")


def test_regressing_brightness_out_takes_off_what_it_gives():
    brighter = {"luminance_confound": 2.0, "images": 80, "seed": 1}
    found = [controlled_courses(next(recordings(s, (0.0,), **brighter))) for s in range(2)]
    early = slice(46, 53)  # 84 to 108 ms
    mean = {k: np.mean([f[k][early] for f in found]) for k in ("naive", "regressed")}
    assert mean["naive"] > 0.6
    assert mean["regressed"] < 0.53


def test_too_few_pairs_are_not_decoded():
    recording = next(recordings(0, (0.0,), trials=40, luminance_confound=2.0))
    features = recording.metadata[["luminance", "contrast"]]
    kept = match(features, recording.y, groups=recording.metadata["image"], caliper=0.3)
    assert 2 <= len(kept.pairs) < 5
    assert set(controlled_courses(recording, caliper=0.3)) == {"naive", "regressed"}
    with pytest.raises(ValueError, match="caliper: expected two pairs"):
        controlled_courses(recording, caliper=0.01)


def test_the_largest_t_over_sensors_holds_its_level_and_finds_what_is_there():
    rng = np.random.default_rng(0)
    times = np.arange(-5, 20) / 100
    found = []
    for _ in range(60):
        noise = rng.normal(size=(8, 6, 25)) * np.array([1, 1e-13, 1e-11, 1, 1, 1])[:, None]
        found.append(np.isfinite(sensor_test(noise, times, n=256)[0]))
    assert np.mean(found) < 0.17  # 60 tests at 0.05
    noise[:, 2, 15] += 4e-11
    first, p = sensor_test(noise, times, n=256)
    assert first == pytest.approx(times[15])
    assert p == pytest.approx(2 / 256)  # both signs of the group as it is
    late = noise.copy()
    late[:, 2, 15] *= -1  # two-sided
    assert sensor_test(late, times, n=256)[0] == pytest.approx(times[15])


def test_a_single_subject_with_a_large_effect_is_detected_by_both_views():
    none, large = recordings(0, (0.0, 6.0), trials=80, luminance_gain=0.0)
    decoding, single = subject_test(large, n=99)
    assert 0.085 <= decoding <= 0.14
    assert 0.085 <= single <= 0.14
    assert mean_difference(large).shape == (306, 101)
    assert np.isnan(subject_test(none, n=99)).sum() >= 1


def test_estimates_have_a_row_for_each_method(stored):
    courses = stored["replicates_auc"][2, 0]
    found = estimates(courses.to_numpy(), courses["time"].to_numpy(), interval="none")
    assert found.shape == (len(Method), 4)
    assert np.isfinite(found[:, 0]).all()
    assert np.isnan(found[:, 1:3]).all()


def test_a_plan_is_a_table_of_power():
    table = plan(trials=(40,), subjects=(5, 6), effect=4.0, pool=6, n_groups=5, show_progress=False)
    assert table["pool"].tolist() == [40, 40]
    assert table["subjects"].tolist() == [5, 6]
    assert (table["found"] > 0.8).all()
    with pytest.raises(ValueError, match="at most the 3 of the pool"):
        plan(trials=(40,), subjects=(9,), pool=3, show_progress=False)
    with pytest.raises(ValueError, match="pool: expected"):
        plan(pool=1)
