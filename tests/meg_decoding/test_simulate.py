"""The simulation keeps what it promises: where the effect starts, what is noise, who is who."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from workedpapers.meg_decoding.simulation.head import sensors
from workedpapers.meg_decoding.simulation.scenario import Scenario, draw_images
from workedpapers.meg_decoding.simulation.simulate import (
    simulate_arrays,
    simulate_group,
    simulate_subject,
    to_epochs,
)
from workedpapers.meg_decoding.simulation.sources import (
    SOURCES,
    background_mixing,
    bump,
    evoked_courses,
    familiarity_courses,
    pink_noise,
    true_course,
)

MAG = sensors().kinds == "mag"
PLAIN = {"subject_sd": 0, "gain_jitter": 0, "latency_jitter": 0, "noise": 0}


def small(subject=0, trials=40, **settings):
    return simulate_arrays(subject, trials, **settings)


@pytest.fixture(scope="module")
def many():
    return [simulate_arrays(i, 200) for i in range(4)]


# What the brain does


def test_a_bump_is_zero_before_its_start_and_one_at_its_peak():
    t = np.linspace(-0.1, 0.5, 6001)
    b = bump(t, 0.06, 0.095, 6)
    assert_array_equal(b[t <= 0.06], 0)
    assert_allclose(b.max(), 1, atol=1e-5)
    assert_allclose(t[b.argmax()], 0.095, atol=1e-4)
    # The curvature at the peak is that of the Gaussian which the text names.
    h = 1e-4
    curvature = (bump([0.095 + h], 0.06, 0.095, 6)[0] - 1) * 2 / h**2
    assert_allclose(curvature, -1 / (0.035 / np.sqrt(6)) ** 2, rtol=0.01)


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 0.45))
def test_nothing_familiar_happens_up_to_the_onset(onset):
    t = np.linspace(-0.1, 0.5, 601)
    course = familiarity_courses(t, onset)
    assert_array_equal(course[:, t <= onset], 0)
    early, late = t > onset + 1e-9, t > max(onset, 0.18) + 1e-9
    assert (course[1:4][:, early] > 0).all()
    assert (course[4][late] >= 0).all()
    assert (course[0] == 0).all()


def test_the_late_effect_peaks_300_ms_after_the_picture_unless_the_onset_is_later():
    t = np.linspace(0, 0.8, 801)
    assert_allclose(t[familiarity_courses(t, 0.085)[4].argmax()], 0.3, atol=1e-3)
    assert_allclose(t[familiarity_courses(t, 0.4)[4].argmax()], 0.45, atol=1e-3)


def test_the_true_course_is_in_nanoampere_metres_and_scales_with_the_effect():
    t = np.array([0.0, 0.085, 0.1, 0.115])
    course = true_course(t, effect=2)
    assert list(course.columns) == list(SOURCES)
    ramp = np.array([0, 0, 0.5, 1]) * np.exp(-np.array([0, 0, 0.015, 0.03]) / 0.25)
    assert_allclose(course["rFFA"], 2 * 11 * ramp, rtol=1e-9)
    assert_array_equal(course["V1"], 0)


def test_without_noise_and_differences_a_trial_is_the_lead_field_times_the_currents():
    """The averages of the conditions differ by a field of rank five with the true course."""
    run = small(effect=1.5, luminance_gain=0, **PLAIN)
    familiar, other = run.X[run.y == 1], run.X[run.y == 0]
    assert_allclose(familiar, np.broadcast_to(familiar[:1], familiar.shape))
    difference = (familiar[0] - other[0]).astype(float)
    assert_array_equal(difference[:, run.times <= 0.085], 0)
    course = 1e-9 * true_course(run.times, effect=1.5).to_numpy()
    mixing, *_ = np.linalg.lstsq(course[:, 1:], difference.T, rcond=1e-6)
    for kind in (MAG, ~MAG):
        fitted = (course[:, 1:] @ mixing).T[kind]
        assert_allclose(fitted, difference[kind], atol=1e-4 * np.abs(difference[kind]).max())


# The effect and the null


@pytest.mark.parametrize("onset", [0.0, 0.085, 0.31])
def test_with_noise_the_effect_changes_familiar_trials_only_and_only_after_the_onset(onset):
    null, run = small(onset=onset, effect=0), small(onset=onset, effect=1)
    assert_array_equal(null.y, run.y)
    changed = null.X != run.X
    assert not changed[run.y == 0].any()
    assert not changed[..., run.times <= onset].any()
    assert changed[run.y == 1][..., run.times > onset].mean() > 0.99


def test_without_effect_conditions_differ_no_more_than_by_chance():
    """Where pictures change nothing, trials are exchangeable: squared t values average df/(df-2).

    The mean over sensors and times varies with the few independent patterns of the background,
    so it is taken over 24 subjects and compared with its own standard error.
    """
    means = []
    for subject in range(24):
        run = small(subject, effect=0, luminance_gain=0, sfreq=100, luminance_confound=2)
        a, b = run.X[run.y == 1].astype(float), run.X[run.y == 0].astype(float)
        after = run.times > 0.05
        pooled = (a.var(axis=0, ddof=1) + b.var(axis=0, ddof=1)) / 20
        t = (a.mean(axis=0) - b.mean(axis=0)) / np.sqrt(pooled)
        means.append((t[:, after] ** 2).mean())
    expected = 38 / 36
    error = np.std(means, ddof=1) / np.sqrt(len(means))
    assert abs(np.mean(means) - expected) < 3 * error
    assert error < 0.15


def test_without_luminance_gain_the_confound_leaves_the_brain_alone():
    a = small(luminance_gain=0, luminance_confound=0)
    b = small(luminance_gain=0, luminance_confound=2)
    assert_array_equal(a.X, b.X)
    assert not a.metadata["luminance"].equals(b.metadata["luminance"])


def test_a_planted_confound_shows_in_v1_alone_and_from_60_ms_on():
    run = small(effect=0, luminance_confound=2, luminance_gain=0.3, **PLAIN)
    difference = run.X[run.y == 1].mean(axis=0) - run.X[run.y == 0].mean(axis=0)
    # The baseline correction of float32 data leaves rounding errors, far below a femtotesla.
    assert np.abs(difference[MAG][:, run.times <= 0.06]).max() < 1e-18
    power = (difference[MAG] ** 2).sum(axis=0)
    assert_allclose(run.times[power.argmax()], 0.096, atol=1e-9)
    size = np.linalg.svd(difference[MAG], compute_uv=False)
    assert size[1] < 1e-4 * size[0], "one source, one pattern"
    # 40 trials show each of the 40 pictures once: the difference is 2 sd of 30 % of V1's answer.
    plain = small(effect=0, luminance_gain=0, **PLAIN).X[0]
    v1 = evoked_courses(run.times)
    only_v1 = (v1[0] > 0) & (np.abs(v1[1:]).max(axis=0) < 1e-4 * v1[0].max())
    assert only_v1.sum() >= 1
    assert_allclose(
        difference[MAG][:, only_v1], 0.6 * plain[MAG][:, only_v1], rtol=0.05, atol=1e-16
    )


# Amplitudes, noise and time


def test_amplitudes_are_those_of_recordings(many):
    """A few hundred fT and about 100 fT/cm in the average; more noise than signal in a trial."""
    for run in many:
        evoked = run.X.mean(axis=0)
        assert 200e-15 < np.abs(evoked[MAG]).max() < 900e-15
        assert 5e-12 < np.abs(evoked[~MAG]).max() < 30e-12
        assert 250e-15 < run.X[:, MAG].std() < 500e-15
        assert 5e-12 < run.X[:, ~MAG].std() < 12e-12


def test_the_average_peaks_near_100_and_170_ms(many):
    run = simulate_arrays(0, 40, effect=0, noise=0, subject_sd=0)
    strength = np.sqrt((run.X.mean(axis=0)[MAG].astype(float) ** 2).mean(axis=0))
    inner = strength[1:-1]
    peaks = run.times[1:-1][(inner > strength[:-2]) & (inner > strength[2:])]
    assert np.abs(peaks - 0.1).min() < 0.012
    assert np.abs(peaks - 0.17).min() < 0.012
    for one in many:
        whole = np.sqrt((one.X.mean(axis=0)[MAG].astype(float) ** 2).mean(axis=0))
        assert 0.14 < one.times[whole.argmax()] < 0.2


def test_the_baseline_has_mean_zero(many):
    run = many[0]
    mean = run.X[..., run.times <= 0].mean(axis=-1)
    assert np.abs(mean[:, MAG]).max() < 1e-5 * run.X[:, MAG].std()
    assert np.abs(mean[:, ~MAG]).max() < 1e-5 * run.X[:, ~MAG].std()


def test_sensor_noise_has_the_stated_size():
    """In combinations of sensors that the 80 patterns of the background do not reach."""
    run = small(effect=0, gain_jitter=0, latency_jitter=0, subject_sd=0, luminance_gain=0)
    mixing = background_mixing(np.zeros(270))
    for kind, sd in ((MAG, 25e-15), (~MAG, 5e-13)):
        left, *_ = np.linalg.svd(mixing[kind], full_matrices=True)
        free = left[:, 80:]
        residual = np.einsum("sk,nst->nkt", free, run.X[:, kind] - run.X[:, kind].mean(axis=0))
        base = (run.times <= 0).sum()
        expected = sd * np.sqrt((1 + 1 / base) * (1 - 1 / 40))  # baseline and average taken off
        assert_allclose(residual[..., run.times > 0].std(), expected, rtol=0.02)


def test_background_power_falls_as_one_over_the_frequency():
    series = pink_noise(4000, 512, 250.0, np.random.default_rng(0))
    window = np.hanning(512)
    power = (np.abs(np.fft.rfft(series * window)) ** 2).mean(axis=0)
    frequency = np.fft.rfftfreq(512, 1 / 250)
    band = (frequency > 3) & (frequency < 110)
    slope, _ = np.polyfit(np.log(frequency[band]), np.log(power[band]), 1)
    assert_allclose(slope, -1, atol=0.05)
    assert_allclose(series.var(), 1, atol=0.1)


@pytest.mark.parametrize("sfreq", [125.0, 500.0])
def test_the_noise_per_hertz_does_not_depend_on_the_sampling(sfreq):
    def density(rate, low=5, high=50):
        length = round(1.2 * rate)
        series = pink_noise(3000, length, rate, np.random.default_rng(1))
        power = (np.abs(np.fft.rfft(series)) ** 2).mean(axis=0) / (length * rate)
        frequency = np.fft.rfftfreq(length, 1 / rate)
        return power[(frequency >= low) & (frequency <= high)].mean()

    assert_allclose(density(sfreq), density(250.0), rtol=0.05)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from([100.0, 125.0, 250.0, 1000.0]), st.floats(-0.3, -0.05), st.floats(0.2, 0.9))
def test_times_lie_on_the_grid_of_the_sampling(sfreq, tmin, tmax):
    t = Scenario(sfreq=sfreq, tmin=tmin, tmax=tmax).times
    assert_allclose(np.diff(t), 1 / sfreq)
    assert (t == 0).sum() == 1
    assert abs(t[0] - tmin) <= 0.5 / sfreq + 1e-9
    assert abs(t[-1] - tmax) <= 0.5 / sfreq + 1e-9


# Subjects and seeds


def test_the_same_seed_gives_the_same_recording_and_another_does_not():
    a, b, c = small(seed=5), small(seed=5), small(seed=6)
    assert_array_equal(a.X, b.X)
    assert a.metadata.equals(b.metadata)
    assert not np.array_equal(a.X, c.X)


def test_a_subject_does_not_depend_on_the_size_of_the_group():
    options = {"trials": 40, "seed": 3, "sfreq": 100.0}
    three, two = simulate_group(3, **options), simulate_group(2, **options)
    for a, b in zip(three, two, strict=False):
        assert_array_equal(a.get_data(), b.get_data())
    alone = simulate_subject(2, **options)
    assert_array_equal(three[2].get_data(), alone.get_data())
    assert not np.array_equal(three[0].get_data(), three[1].get_data())


def test_subjects_differ_in_pattern_strength_and_latency_unless_told_not_to():
    quiet = {"noise": 0, "gain_jitter": 0, "latency_jitter": 0, "luminance_gain": 0, "effect": 0}
    runs = [small(i, **quiet) for i in range(6)]
    evoked = np.array([run.X[0] for run in runs]).astype(float)
    peaks = {float(runs[0].times[(e[MAG] ** 2).sum(axis=0).argmax()]) for e in evoked}
    assert len(peaks) > 1
    sizes = np.abs(evoked[:, MAG]).max(axis=(1, 2))
    assert sizes.std() / sizes.mean() > 0.05
    patterns = np.array([e[MAG][:, (e[MAG] ** 2).sum(axis=0).argmax()] for e in evoked])
    correlation = np.corrcoef(patterns)[np.triu_indices(6, 1)]
    assert (correlation < 0.999).all()
    assert correlation.mean() > 0.5, "subjects differ, but are not strangers"
    alike = [small(i, **quiet, subject_sd=0).X[0] for i in range(2)]
    assert_array_equal(*alike)


def test_all_subjects_see_the_same_pictures():
    def pictures(subject):
        table = small(subject).metadata.drop_duplicates().sort_values("image")
        return table.reset_index(drop=True)

    assert pictures(0).equals(pictures(1))
    assert small(0).metadata["image"].tolist() != small(1).metadata["image"].tolist()


def test_the_onset_of_subjects_varies_as_told():
    truths = [small(i, onset_sd=0.01, sfreq=50).truth for i in range(60)]
    onsets = np.array([truth["onset"] for truth in truths])
    assert_allclose(onsets.mean(), 0.085, atol=0.004)
    assert_allclose(onsets.std(), 0.01, rtol=0.3)
    assert small(onset=0.085).truth["onset"] == 0.085
    # Each subject's own onset is where it starts.
    run, null = small(1, onset_sd=0.02), small(1, onset_sd=0.02, effect=0)
    changed = (run.X != null.X).any(axis=(0, 1))
    assert_array_equal(run.times[changed], run.times[run.times > run.truth["onset"]])


# Pictures and metadata


@settings(max_examples=40, deadline=None)
@given(
    people=st.integers(1, 10),
    extra=st.integers(0, 10),
    confound=st.floats(-3, 3),
    seed=st.integers(0, 1000),
)
def test_pictures_are_nested_and_as_bright_as_told(people, extra, confound, seed):
    images = 2 * max(people + extra, 2)
    scene = Scenario(images=images, identities=2 * people, luminance_confound=confound)
    table = draw_images(scene, np.random.SeedSequence(seed)).table
    assert table["image"].is_unique
    assert len(table) == images
    assert table["identity"].nunique() == 2 * people
    assert (table.groupby("identity")["condition"].nunique() == 1).all()
    counts = table["identity"].value_counts()
    assert counts.max() - counts.min() <= 1
    by = table.groupby("condition")
    within = by["luminance"].std(ddof=0)
    gap = by["luminance"].mean()
    assert_allclose(gap["familiar"] - gap["unfamiliar"], confound * within.iloc[0], atol=1e-12)
    assert_allclose(by["contrast"].mean(), 0.2)


@settings(max_examples=20, deadline=None)
@given(st.integers(40, 90))
def test_metadata_agree_with_the_trials(trials):
    run = simulate_arrays(0, trials, sfreq=25, noise=0)
    assert run.X.shape == (trials, 306, len(run.times))
    assert run.X.dtype == np.float32
    assert_array_equal(run.y, run.metadata["condition"] == "familiar")
    assert run.y.sum() == trials // 2
    shown = run.metadata["image"].value_counts()
    assert len(shown) == 40
    by_condition = run.metadata.groupby("condition")["image"].value_counts()
    spread = by_condition.groupby("condition").agg(lambda c: c.max() - c.min())
    assert (spread <= 1).all()


def test_trials_with_one_picture_resemble_each_other_where_told():
    def between(image_sd):
        run = simulate_arrays(0, 160, effect=0, noise=0, gain_jitter=0.1, image_sd=image_sd,
                              luminance_gain=0, sfreq=50)  # fmt: skip
        peak = run.X[:, MAG][..., np.argmin(np.abs(run.times - 0.16))].astype(float)
        groups = run.metadata["image"].to_numpy()
        means = np.array([peak[groups == g].mean(axis=0) for g in np.unique(groups)])
        return means.var(axis=0).sum() / peak.var(axis=0).sum()

    assert between(0) < 0.4
    assert between(1.0) > 0.9


def test_epochs_carry_sensors_units_events_and_truth():
    run = small(sfreq=100.0, onset=0.12)
    epochs = to_epochs(run)
    assert epochs.get_channel_types(unique=True) == ["grad", "mag"]
    assert tuple(epochs.ch_names) == sensors().names
    assert_allclose(epochs.times, run.times, atol=1e-12)
    assert_allclose(epochs.get_data(), run.X, rtol=1e-4, atol=1e-17)
    assert epochs.baseline == (epochs.tmin, 0)
    assert {ch["unit"].real for ch in epochs.info["chs"]} == {112, 201}  # T and T/m
    places = np.array([ch["loc"][:3] for ch in epochs.info["chs"]])
    assert_allclose(places, sensors().positions)
    assert len(epochs["familiar"]) == len(epochs["unfamiliar"]) == 20
    assert (epochs["familiar"].metadata["condition"] == "familiar").all()
    assert json.loads(epochs.info["description"])["onset"] == 0.12
    assert list(epochs.metadata) == ["condition", "image", "identity", "luminance", "contrast"]


def test_epochs_survive_being_written(tmp_path):
    import mne

    epochs = to_epochs(small(sfreq=50.0))
    epochs.save(tmp_path / "some-epo.fif", verbose="ERROR")
    again = mne.read_epochs(tmp_path / "some-epo.fif", verbose="ERROR")
    assert_allclose(again.get_data(), epochs.get_data(), rtol=1e-5, atol=1e-18)
    assert json.loads(again.info["description"]) == json.loads(epochs.info["description"])


# Bad input


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"trials": 0}, ValueError, "trials: expected at least 1"),
        ({"trials": 39}, ValueError, "trials: expected at least images = 40"),
        ({"trials": 100.0}, TypeError, "trials: expected a whole number"),
        ({"onset": -0.01}, ValueError, "onset: expected at least 0"),
        ({"onset": 0.5}, ValueError, "onset: expected less than tmax"),
        ({"onset": "85 ms"}, TypeError, "onset: expected a number"),
        ({"effect": float("nan")}, ValueError, "effect: expected a finite number"),
        ({"noise": -1}, ValueError, "noise: expected at least 0"),
        ({"sfreq": 0}, ValueError, "sfreq: expected more than 0"),
        ({"tmin": 0}, ValueError, "tmin, tmax: expected tmin < 0 < tmax"),
        ({"tmax": 3}, ValueError, "tmax: expected at most 1.9 s"),
        ({"images": 7}, ValueError, "images: expected an even number"),
        ({"images": 2}, ValueError, "images: expected an even number of at least 4"),
        ({"identities": 42}, ValueError, "identities: expected at most images"),
        ({"subject_sd": -0.1}, ValueError, "subject_sd: expected at least 0"),
        ({"luminance": 1}, TypeError, "luminance"),
        ({"seed": -1}, ValueError, "seed: expected at least 0"),
        ({"subject": 1.5}, TypeError, "subject: expected a whole number"),
    ],
)
def test_bad_settings_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        simulate_arrays(**settings)


def test_a_group_of_nobody_and_a_course_before_the_picture_are_refused():
    with pytest.raises(ValueError, match="subjects: expected at least 1, got 0"):
        simulate_group(0)
    with pytest.raises(ValueError, match="onset: expected at least 0"):
        true_course([0.0, 0.1], onset=-0.1)
    with pytest.raises(ValueError, match="times: expected at least one value"):
        true_course([])
