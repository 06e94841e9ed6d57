import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from tests.meg_decoding.courses import ONSET, TIMES, group
from workedpapers.meg_decoding.onsets.change_point import KAPPAS, fit_change_point, rise, rise_ends


def ramp(knot, times=TIMES, slope=8.0, top=0.4):
    """Flat, then a line, then flat again at a height above chance."""
    return 0.5 + np.minimum(slope * np.clip(times - knot, 0, None), top)


def by_search(course, end, kappa):
    """Least squares at each knot of a fine grid, by the library's general solver."""
    x, y = TIMES[: end + 1], course[: end + 1]
    best = (np.inf, np.nan, None)
    for knot in np.arange(0, x[-2], 0.0001):
        shape = rise(np.clip(x - knot, 0, None), kappa)
        design = np.column_stack([np.ones_like(x), shape])
        weights, left, *_ = np.linalg.lstsq(design, y, rcond=None)
        if weights[1] > 0 and len(left) and left[0] < best[0]:
            best = (left[0], knot, weights)
    return best


@pytest.mark.parametrize("shape", ["linear", "quadratic"])
def test_profile_equals_search_over_knots(shape):
    rng = np.random.default_rng(1)
    for strength in (0.8, 1.5):
        course = group(rng, strength=strength).mean(axis=0)
        fit = fit_change_point(course[None], TIMES, shape=shape)
        end = int(np.argmin(abs(TIMES - fit.ends[0])))
        _, knot, (level, slope) = by_search(course, end, KAPPAS[shape][0])
        assert_allclose(fit.onsets[0], knot, atol=2.5e-4)
        assert_allclose(fit.baselines[0, 0], level, atol=2e-4)
        assert_allclose(fit.slopes[0, 0], slope, rtol=0.03)


def test_weights_are_likelihoods_of_the_searched_fits():
    course = group(np.random.default_rng(2), strength=1.5).mean(axis=0)
    fit = fit_change_point(course[None], TIMES)
    end = int(np.argmin(abs(TIMES - fit.ends[0])))
    left = np.array([by_search(course, end, kappa)[0] for kappa in fit.kappas])
    weights = np.exp(-0.5 * (end + 1 - 4) * (left / left.min() - 1))
    assert_allclose(fit.weights[0], weights / weights.sum(), atol=0.01)
    assert_allclose(fit.onsets, (fit.weights * fit.knots).sum(axis=1))


@given(st.floats(0.03, 0.2))
def test_a_straight_ramp_without_noise_is_recovered(knot):
    fit = fit_change_point(ramp(knot)[None], TIMES, shape="linear", smoothing=0)
    assert_allclose(fit.onsets[0], knot, atol=5e-5)
    assert_allclose(fit.slopes[0, 0], 8.0, rtol=2e-3)
    shown = fit.ends[0] >= TIMES
    assert_allclose(fit.predict(TIMES)[0, shown], ramp(knot)[shown], atol=1e-3)
    assert np.isnan(fit.predict(TIMES)[0, ~shown]).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.2, 3), st.floats(-0.05, 0.05), st.sampled_from([*KAPPAS]))
def test_invariances(seed, scale, shift, shape):
    courses = group(np.random.default_rng(seed), 3, strength=1.5)
    fit = fit_change_point(courses, TIMES, shape=shape)
    scaled = fit_change_point(0.5 + scale * (courses - 0.5), TIMES, shape=shape)
    assert_allclose(scaled.onsets, fit.onsets, atol=1e-6)
    later = fit_change_point(courses, TIMES + shift, window=(shift, None), shape=shape)
    assert_allclose(later.onsets, fit.onsets + shift, atol=1e-6)
    alone = [fit_change_point(c[None], TIMES, shape=shape).onsets[0] for c in courses]
    assert_allclose(alone, fit.onsets, atol=1e-9)
    assert_allclose(fit.weights.sum(axis=1), 1)
    assert (fit.onsets >= 0).all()
    assert (fit.onsets < fit.ends).all()


def test_rise_between_line_and_parabola():
    r = np.linspace(0, 0.1, 50)
    assert_allclose(rise(r, 0.0), r)
    assert_allclose(rise(r, 1e-9), r, atol=1e-9)
    assert_allclose(rise(r, 1e4) * 1e4, r**2, rtol=1e-9)
    assert_allclose(rise(r, np.inf), r**2)


def test_a_course_below_chance_has_no_onset():
    flat = np.full((1, len(TIMES)), 0.5)
    for course in (flat, flat - 0.1 * (TIMES > 0.1)):
        assert np.isnan(fit_change_point(course, TIMES).onsets[0])
    # ... and one that only falls has no rise, though it lies above chance
    falls = fit_change_point(0.9 - TIMES[None], TIMES, window=(-0.1, None))
    assert np.isnan(falls.onsets[0])


def bump(centre, height, width=0.02):
    return height * np.exp(-0.5 * ((TIMES - centre) / width) ** 2)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [(0.1, 0.06, 0.12), (0.06, 0.1, 0.12), (0.03, 0.1, 0.3)],
    ids=["lower second peak", "higher second peak", "first peak below half is noise"],
)
def test_rise_ends_on_the_first_major_peak(first, second, expected):
    course = 0.5 + bump(0.12, first) + bump(0.3, second)
    (peak,) = rise_ends(course[None], TIMES, chance=0.5, window=(0, None), fraction=1.0)
    assert_allclose(TIMES[peak], expected, atol=0.005)
    (end,) = rise_ends(course[None], TIMES, chance=0.5, window=(0, None), fraction=0.5, smoothing=0)
    assert_allclose(TIMES[end], expected - 0.02 * np.sqrt(2 * np.log(2)), atol=0.005)


def test_a_clipped_peak_and_a_window_that_ends_on_the_rise():
    clipped = np.minimum(0.5 + bump(0.15, 0.6, 0.04), 0.9)
    free = fit_change_point(0.5 + bump(0.15, 0.6, 0.04)[None], TIMES)
    assert_allclose(fit_change_point(clipped[None], TIMES).onsets, free.onsets, atol=0.008)
    short = fit_change_point(
        ramp(ONSET)[None], TIMES, shape="linear", window=(0, 0.096), smoothing=0
    )
    assert_allclose(short.onsets[0], ONSET, atol=5e-4)
    assert short.ends[0] <= 0.096 + 1e-9


def test_activity_before_the_window_is_part_of_the_baseline():
    course = ramp(ONSET) + bump(-0.05, 0.2, 0.005)
    assert_allclose(
        fit_change_point(course[None], TIMES, shape="linear").onsets[0], ONSET, atol=0.008
    )


def test_baseline_at_chance_or_fitted():
    lifted = ramp(ONSET)[None] + 0.01
    fit = fit_change_point(lifted, TIMES, shape="linear", smoothing=0)
    assert_allclose([fit.onsets[0], fit.baselines[0, 0]], [ONSET, 0.51], atol=2e-4)
    held = fit_change_point(lifted, TIMES, shape="linear", baseline="chance", smoothing=0)
    assert held.baselines[0, 0] == 0.5
    assert held.onsets[0] < ONSET - 0.001  # the lift passes for a rise


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shape": "cubic"}, "shape: expected one of linear, learned, quadratic"),
        ({"baseline": "mean"}, "baseline: expected one of fit, chance"),
        ({"fraction": 0.0}, "fraction: expected a number above 0"),
        ({"fraction": 1.5}, "fraction: expected a number from 0 to 1"),
        ({"correlation": 1.0}, r"correlation: expected a number in \[0, 1\)"),
        ({"smoothing": -0.1}, "smoothing: expected 0 or a positive number"),
        ({"window": (0.5, None)}, "window: expected at least 5 samples"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        fit_change_point(ramp(ONSET)[None], TIMES, **options)
