import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from tests.meg_decoding.courses import ONSET, TIMES, group, noise
from workedpapers.meg_decoding.group.resample import (
    draw_groups,
    interval_of,
    jackknife_error,
    leave_one_out,
)
from workedpapers.meg_decoding.onsets.difference import onset_difference
from workedpapers.meg_decoding.onsets.latency import onset
from workedpapers.meg_decoding.onsets.settings import Method
from workedpapers.meg_decoding.planning.performance import onset_performance, power

FAST = {"n_boot": 200, "permutations": 200}


def drawn(count, seed=0, **options):
    return [group(np.random.default_rng([seed, i]), **options) for i in range(count)]


def test_an_onset_unpacks_and_speaks():
    courses = list(group(np.random.default_rng(0), strength=1.5))  # as decoders return them
    found = onset(courses, times=TIMES, method="hinge")
    value, low, high = found
    assert low < value < high
    assert low < ONSET < high
    assert found.found
    assert found.missing == 0
    assert str(found).startswith(f"{1e3 * value:.1f} ms, 95 % interval")
    assert_allclose(found.fit.onsets[0], value)
    again = onset(np.array(courses), TIMES)
    assert tuple(again) == tuple(found)
    assert tuple(onset(courses, TIMES, seed=1))[1:] != (low, high)


@pytest.mark.parametrize("strength", [0.5, 0.8, 1.5])
def test_hinge_has_little_bias_and_its_interval_covers(strength):
    """Peak AUC .57, .65 and .81; median error over 400 groups: 2.4, 1.6, 0.2 ms."""
    table = onset_performance(
        drawn(40, strength=strength), ONSET, TIMES, show_progress=False, **FAST
    )
    row = table.iloc[0]
    assert row["found_high"] > 0.97
    assert abs(row["median_error"]) < {0.5: 0.006, 0.8: 0.003, 1.5: 0.0015}[strength]
    assert row["coverage_high"] > 0.93
    assert row["rmse"] < {0.5: 0.016, 0.8: 0.006, 1.5: 0.003}[strength]


def test_shape_matters_where_the_foot_is_curved():
    learned = drawn(30, strength=1.5)
    linear = drawn(30, strength=0.8, kind="linear")
    options = {"interval": "none", "permutations": 200, "show_progress": False}
    bias = {
        (name, shape): onset_performance(groups, ONSET, TIMES, shape=shape, **options)["bias"][0]
        for name, groups in (("learned", learned), ("linear", linear))
        for shape in ("linear", "learned", "quadratic")
    }
    assert abs(bias["learned", "learned"]) < 0.0015
    assert bias["learned", "linear"] > 0.0025
    assert bias["learned", "quadratic"] < -0.004
    assert abs(bias["linear", "linear"]) < 0.0015
    assert bias["linear", "learned"] < -0.0025


def test_thresholds_are_late_the_more_so_the_weaker_the_effect():
    methods = ["cluster", "max", "peak50"]
    bias = {
        strength: onset_performance(
            drawn(25, strength=strength), ONSET, TIMES, methods=methods, interval="none",
            permutations=100, show_progress=False,
        ).set_index("method")["bias"]
        for strength in (0.6, 2.0)
    }  # fmt: skip
    for method in ("cluster", "max"):
        assert bias[0.6][method] > bias[2.0][method] + 0.004
        assert bias[2.0][method] > 0.001
    assert 0.01 < bias[2.0]["peak50"] < bias[0.6]["peak50"] < 0.025


def test_peak50_of_a_triangle_is_exact():
    x = np.arange(-50, 200) * 0.002
    triangle = 0.5 + 0.2 * np.clip(1 - abs(x - 0.15) / 0.05, 0, None)
    group_ = np.tile(triangle, (8, 1)) + 0.0
    group_ += 1e-6 * np.random.default_rng(0).normal(size=group_.shape)
    options = {"method": "peak50", "interval": "none", "smoothing": 0}
    assert_allclose(onset(group_, x, **options).value, 0.125, atol=1e-5)
    assert_allclose(onset(group_, x, fraction=0.2, **options).value, 0.11, atol=1e-5)


@pytest.mark.parametrize("method", list(Method))
def test_groups_without_an_effect_rarely_get_an_onset(method):
    groups = 50 if method == "cluster" else 120
    hits = sum(
        onset(0.5 + noise(np.random.default_rng([5, i]), (12, 126)), TIMES, method=method,
              interval="none", permutations=100).found
        for i in range(groups)
    )  # fmt: skip
    assert hits <= groups * 0.05 + 3 * np.sqrt(groups * 0.05 * 0.95)


def test_without_an_effect_there_is_no_value():
    nothing = onset(0.5 + noise(np.random.default_rng(0), (12, 126)), TIMES)
    assert not nothing.found
    assert nothing.p > 0.05
    assert np.isnan(list(nothing)).all()
    assert "no onset found" in str(nothing)


@pytest.mark.parametrize("interval", ["percentile", "bca", "jackknife"])
def test_every_interval_holds_the_value_and_widens_with_its_level(interval):
    courses = group(np.random.default_rng(3), strength=1.0)
    wide, narrow = (onset(courses, TIMES, interval=interval, level=level) for level in (0.99, 0.5))
    assert wide.low < narrow.low < narrow.high < wide.high
    assert wide.low < wide.value < wide.high


def test_onsets_shift_with_time_and_ignore_the_order_of_subjects():
    courses = group(np.random.default_rng(4), strength=1.5)
    for method in Method:
        first = onset(courses, TIMES, method=method, interval="jackknife")
        later = onset(courses, TIMES + 0.2, method=method, window=(0.2, None), interval="jackknife")
        assert_allclose(list(later), np.array(list(first)) + 0.2, atol=1e-6)
        if method in ("hinge", "peak50", "fdr"):  # the others draw signs by row
            turned = onset(courses[::-1], TIMES, method=method, interval="jackknife")
            assert_allclose(list(turned), list(first), atol=1e-9)


# Resampling


def test_jackknife_of_a_mean_is_the_standard_error():
    values = np.random.default_rng(0).normal(size=(9, 1))
    left = leave_one_out(values).mean(axis=1)[:, 0]
    assert_allclose(left, [np.delete(values, i).mean() for i in range(9)])
    assert_allclose(jackknife_error(left), stats.sem(values[:, 0]))
    low, high = interval_of("jackknife", values.mean(), np.empty(0), left, 0.9)
    reference = stats.ttest_1samp(values[:, 0], 0).confidence_interval(0.9)
    assert_allclose([low, high], reference)


def test_bca_equals_scipy():
    values = np.random.default_rng(1).exponential(size=25)
    reference = stats.bootstrap((values,), np.mean, n_resamples=999, method="BCa", rng=2)
    left = leave_one_out(values[:, None]).mean(axis=1)[:, 0]
    ours = interval_of("bca", values.mean(), reference.bootstrap_distribution, left, 0.95)
    assert_allclose(ours, reference.confidence_interval, atol=0.01)  # quantiles interpolate there


def test_percentile_ends_of_normal_draws_are_those_of_student():
    """Draws with the plug-in variance, widened, give the t interval of the mean."""
    n, z = 10, stats.norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    plug_in = np.sqrt((n - 1) / n)  # the bootstrap divides by n, not by n - 1
    ends = interval_of("percentile", 0.0, plug_in * z, np.zeros(n), 0.95)
    assert_allclose(ends, [-2.2622, 2.2622], atol=2e-3)


def test_missing_onsets_push_the_upper_end_out():
    values = np.r_[np.linspace(0.08, 0.09, 90), np.full(10, np.nan)]
    low, high = interval_of("percentile", 0.085, values, np.full(16, 0.085), 0.95)
    assert 0.08 <= low < 0.081
    assert high == np.inf


def test_repeats_are_drawn_within_subjects():
    rng = np.random.default_rng(0)
    courses = rng.normal(size=(6, 5))
    (same,) = draw_groups(np.repeat(courses[:, None], 4, axis=1), 50, rng)
    known = {tuple(np.round(c, 9)) for c in courses}
    assert {tuple(np.round(c, 9)) for c in same.reshape(-1, 5)} <= known
    # only repeats vary: the variance of a drawn group's mean is that of their mean
    repeats = np.tile(rng.normal(size=(1, 8, 1)), (6, 1, 1))
    means = np.concatenate([g.mean(axis=1) for g in draw_groups(repeats, 4000, rng)])[:, 0]
    assert_allclose(means.mean(), repeats.mean(), atol=0.02)
    assert_allclose(means.var(), repeats[0].var() / (8 * 6), rtol=0.1)


def test_repeats_change_the_interval_but_not_the_value():
    rng = np.random.default_rng(6)
    courses = group(rng, strength=1.5, sd=0.0)
    repeats = courses[:, None] + noise(rng, (16, 5, 126), sd=0.1)
    flat, nested = onset(repeats.mean(axis=1), TIMES), onset(repeats, TIMES)
    assert flat.value == nested.value
    assert nested.high - nested.low > flat.high - flat.low


# Differences


def test_a_weaker_effect_is_significant_later_but_does_not_start_later():
    strong = group(np.random.default_rng(7), 24, strength=2.5)
    weak = group(np.random.default_rng(8), 24, strength=0.6)
    by_threshold = onset_difference(weak, strong, TIMES, paired=False, method="cluster")
    by_hinge = onset_difference(weak, strong, TIMES, paired=False)
    assert by_threshold.value > 0.008
    value, low, high = by_hinge
    assert low < 0 < high
    assert abs(value) < by_threshold.value
    assert by_hinge.p > 0.05


@pytest.mark.parametrize("test", ["bootstrap", "jackknife", "permutation"])
@pytest.mark.parametrize("paired", [True, False])
def test_a_difference_is_found_and_is_antisymmetric(test, paired):
    a = group(np.random.default_rng(9), strength=1.5, onset=0.115)
    b = group(np.random.default_rng(10), strength=1.5)
    options = {"paired": paired, "test": test, "n_boot": 300}
    ab, ba = onset_difference(a, b, TIMES, **options), onset_difference(b, a, TIMES, **options)
    assert_allclose(ab.value, -ba.value)
    assert abs(ab.value - 0.03) < 0.01
    assert 0 < ab.low < ab.value < ab.high
    assert ab.p < 0.02
    assert_allclose(ab.value, ab.a.value - ab.b.value)
    same = onset_difference(a, a, TIMES, **options)
    assert same.value == 0
    assert same.p > 0.5


def test_jackknife_of_a_difference_by_hand():
    a = group(np.random.default_rng(11), 10, strength=1.5, onset=0.09)
    b = group(np.random.default_rng(12), 12, strength=1.5)
    result = onset_difference(a, b, TIMES, paired=False, test="jackknife", n_boot=100)
    t = result.value / np.hypot(result.a.error, result.b.error)
    parts = [o.error**4 / (n - 1) for o, n in ((result.a, 10), (result.b, 12))]
    freedom = (result.a.error**2 + result.b.error**2) ** 2 / sum(parts)
    assert_allclose(result.p, 2 * stats.t.sf(abs(t), freedom))


def test_no_difference_without_two_onsets():
    there = group(np.random.default_rng(13), strength=1.5)
    nothing = 0.5 + noise(np.random.default_rng(0), (16, 126))
    result = onset_difference(there, nothing, TIMES, paired=True, n_boot=100)
    assert result.a.found
    assert not result.b.found
    assert np.isnan([*result, result.p]).all()


# Performance and power


def test_performance_by_hand():
    groups = drawn(6, strength=1.0)
    table = onset_performance(
        groups, ONSET, TIMES, methods=["hinge", "peak50"], tolerance=0.004, show_progress=False,
        **FAST,
    )  # fmt: skip
    each = [onset(g, TIMES, seed=i, **FAST) for i, g in enumerate(groups)]
    error = np.array([o.value for o in each]) - ONSET
    row = table.set_index("method").loc["hinge"]
    assert_allclose(row[["bias", "sd"]].tolist(), [error.mean(), error.std(ddof=1)])
    assert_allclose(row["rmse"], np.sqrt((error**2).mean()))
    assert row["within"] == (abs(error) <= 0.004).mean()
    assert row["coverage"] == np.mean([o.low <= ONSET <= o.high for o in each])
    assert row["within_low"] <= row["within"] <= row["within_high"]
    assert row["groups"] == 6


def test_groups_without_an_onset_are_counted():
    nothing = [0.5 + noise(np.random.default_rng([14, i]), (8, 126)) for i in range(4)]
    row = onset_performance(nothing, ONSET, TIMES, show_progress=False, **FAST).iloc[0]
    assert [row["found"], row["within"]] == [0, 0]
    assert np.isnan(row[["bias", "coverage", "width"]].astype(float)).all()


def test_more_subjects_and_more_trials_help():
    rng = np.random.default_rng(15)
    pool = {n: group(rng, 120, strength=1.0, sd=0.05 * np.sqrt(200 / n)) for n in (50, 400)}
    table = power(
        pool, ONSET, TIMES, subjects=(6, 30), n_groups=30, tolerance=0.005, interval="none",
        permutations=200, show_progress=False,
    ).set_index(["pool", "subjects"])  # fmt: skip
    assert len(table) == 4
    assert table.loc[(400, 30), "within"] > 0.9 > 0.6 > table.loc[(50, 6), "within"]
    assert table.loc[(400, 30), "sd"] < table.loc[(400, 6), "sd"]


def test_a_function_draws_the_groups_and_the_seed_repeats_them():
    def draw(rng):
        return group(rng, 8, strength=1.5)

    options = {"n_groups": 3, "show_progress": False, **FAST}
    first, again = (onset_performance(draw, ONSET, TIMES, **options) for _ in range(2))
    assert_array_equal(first, again)
    other = onset_performance(draw, ONSET, TIMES, seed=1, **options)
    assert first["bias"][0] != other["bias"][0]


@pytest.mark.parametrize("subjects", [2, 3, 4])
@pytest.mark.parametrize("method", list(Method))
def test_a_group_too_small_for_a_test_is_fitted_and_says_so(subjects, method):
    courses = group(np.random.default_rng(0), 16, strength=1.5)[:subjects]
    with pytest.warns(UserWarning, match=f"{subjects} subjects and 2000 permutations allow no p"):
        found = onset(list(courses), times=TIMES, method=method)
    value, low, high = found
    assert np.isnan(found.p)
    if method in ("hinge", "peak50"):
        assert found.found is None
        assert low <= value <= high
        assert abs(value - ONSET) < 0.05
        assert "presence not tested" in str(found)
    elif method in ("max", "cluster"):  # they have no other test to go by
        assert found.found is None
        assert np.isnan(value)
        assert "no test possible" in str(found)
    else:
        assert found.found is (True if np.isfinite(value) else None)


def test_the_level_decides_how_many_subjects_a_test_needs():
    courses = group(np.random.default_rng(0), 16, strength=1.5)
    assert onset(courses[:4], TIMES, alpha=0.07).found is True  # 1/16 is below
    with pytest.warns(UserWarning, match="5 subjects and 2000 permutations allow no p below 0.031"):
        assert onset(courses[:5], TIMES, alpha=0.01).found is None


def test_the_jackknife_of_two_subjects_has_an_error():
    courses = group(np.random.default_rng(0), 16, strength=1.5)[:2]
    with pytest.warns(UserWarning, match="allow no p"):
        found = onset(courses, TIMES, interval="jackknife")
    assert found.low < found.value < found.high


# Bad input

GOOD = np.tile(0.5 + 0.1 * (TIMES > 0.1), (8, 1)) + 0.01 * np.sin(np.arange(8))[:, None]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"scores": GOOD[:1]}, ValueError, "at least 2 subjects, got 1. The interval"),
        ({"scores": GOOD[0]}, ValueError, r"expected shape \(subjects, times\)"),
        ({"scores": np.where(TIMES == 0, np.nan, GOOD)}, ValueError, "scores: expected finite"),
        ({"scores": GOOD[:, 1:]}, ValueError, "scores: expected 126 samples per course"),
        ({"scores": [*GOOD, GOOD[0, 1:]]}, ValueError, "scores: expected courses of one shape"),
        ({"scores": GOOD.astype(str)}, TypeError, "scores: expected real numbers"),
        ({"scores": 0.5}, ValueError, r"expected shape \(subjects, times\)"),
        ({"times": TIMES[::-1]}, ValueError, "times: expected increasing values"),
        ({"times": TIMES * 1e3}, ValueError, "times: expected seconds"),
        ({"times": TIMES[:4]}, ValueError, "times: expected at least 10 samples"),
        ({"window": (0.5, 0.6)}, ValueError, "window: expected at least 5 samples"),
        ({"window": 0.1}, ValueError, r"window: expected a pair \(start, stop\)"),
        ({"method": "first"}, ValueError, "method: expected one of hinge"),
        ({"interval": "exact"}, ValueError, "interval: expected one of percentile"),
        ({"level": 95}, ValueError, "level: expected a number strictly between"),
        ({"n_boot": 10}, ValueError, "n_boot: expected at least 100"),
        ({"n_boot": 1e3}, TypeError, "n_boot: expected a whole number"),
        ({"shapes": "linear"}, TypeError, "shapes: no option of method='hinge', which takes"),
        ({"method": "max", "shape": "linear"}, TypeError, "shape: no option of method='max'"),
        ({"chance": None}, TypeError, "chance: expected real numbers"),
    ],
)
def test_bad_input_of_onset(change, error, message):
    with pytest.raises(error, match=message):
        onset(**{"scores": GOOD, "times": TIMES, **change})


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: onset_difference(GOOD, GOOD[1:], TIMES, paired=True), ValueError, "b: expected"),
        (lambda: onset_difference(GOOD, GOOD[1:4], TIMES, paired=False), ValueError, "b: expected"),
        (lambda: onset_difference(GOOD, GOOD, TIMES, paired=1), TypeError, "paired: expected True"),
        (lambda: onset_difference(GOOD, GOOD, TIMES, paired=True, test="t"), ValueError, "test: "),
        (lambda: onset_performance([GOOD], 0.1, TIMES), ValueError, "groups: expected at least 2"),
        (lambda: onset_performance([GOOD] * 2, 0.1, TIMES, tolerance=0), ValueError, "tolerance:"),
        (lambda: onset_performance([GOOD] * 2, 0.1, TIMES, methods="hinge"), ValueError, "methods"),
        (lambda: power(GOOD, 0.1, TIMES, subjects=(9,)), ValueError, "at most the 8 of the pool"),
        (lambda: power({"a": GOOD[:, 1:]}, 0.1, TIMES), ValueError, "pool: expected 126 samples"),
    ],
)
def test_bad_input_of_the_others(call, error, message):
    with pytest.raises(error, match=message):
        call()
