import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats as scipy_stats

from workedpapers import stats


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_solves_its_defining_equation(counts: tuple[int, int]) -> None:
    """Each end p satisfies (p - phat)^2 = z^2 p (1 - p) / n."""
    successes, trials = counts
    value, *ends = stats.wilson(successes, trials)
    z = scipy_stats.norm.ppf(0.975)
    assert 0 <= ends[0] <= value <= ends[1] <= 1
    for end in ends:
        assert_allclose((end - value) ** 2, z**2 * end * (1 - end) / trials, atol=1e-12)


def test_wilson_narrows_with_confidence() -> None:
    wide, narrow = stats.wilson(3, 10, confidence=0.99), stats.wilson(3, 10, confidence=0.5)
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize(
    ("successes", "trials", "says"), [(3, 2, "successes"), (-1, 2, "successes"), (0, 0, "trials")]
)
def test_wilson_refuses_impossible_counts(successes: int, trials: int, says: str) -> None:
    with pytest.raises(ValueError, match=f"{says}: expected"):
        stats.wilson(successes, trials)


def test_bootstrap_of_a_mean_is_near_the_t_interval() -> None:
    sample = np.random.default_rng(1).normal(3, 2, 400)
    found = stats.bootstrap(np.mean, sample, resamples=4000)
    low, high = scipy_stats.t.interval(0.95, 399, loc=sample.mean(), scale=scipy_stats.sem(sample))
    assert found.value == sample.mean()
    assert_allclose([found.low, found.high], [low, high], atol=0.03)


def test_bootstrap_is_seeded_and_pairs_rows() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=200)
    y = x + 0.01 * rng.normal(size=200)

    def difference(a: np.ndarray, b: np.ndarray, axis: int) -> np.ndarray:
        return a.mean(axis=axis) - b.mean(axis=axis)

    paired = stats.bootstrap(difference, x, y, paired=True, seed=5)
    assert paired == stats.bootstrap(difference, x, y, paired=True, seed=5)
    apart = stats.bootstrap(difference, x, y, seed=5)
    assert paired.high - paired.low < 0.1 * (apart.high - apart.low)


@pytest.mark.parametrize(
    ("samples", "says"),
    [
        ((), "samples: expected at least one"),
        (([1.0],), r"samples\[0\]: expected at least 2"),
        (([1.0, np.nan],), r"samples\[0\]: expected finite"),
        (([1.0, 1.0, 1.0],), "does not vary"),
    ],
)
def test_bootstrap_refuses(samples: tuple, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        stats.bootstrap(np.mean, *samples)


def test_clusters_of_copies_count_once() -> None:
    """Copying each value k times changes nothing but the number of observations."""
    values = np.random.default_rng(3).normal(size=50)
    once = stats.clustered_mean(values, np.arange(50))
    copied = stats.clustered_mean(np.repeat(values, 8), np.repeat(np.arange(50), 8))
    assert_allclose(copied.value, once.value)
    # The small-sample factor (n - 1) / (n - k) differs: 1 against 399 / 399.
    assert_allclose(copied.high - copied.low, once.high - once.low, rtol=0.02)


def test_clustered_mean_agrees_with_the_closed_form() -> None:
    values = np.array([1.0, 2.0, 4.0, 4.0, 9.0, 10.0])
    groups = np.array(["a", "a", "b", "b", "c", "c"])
    centred = values - values.mean()
    sums = np.array([centred[groups == g].sum() for g in "abc"])
    # Cluster sandwich with the correction G / (G - 1) * (n - 1) / (n - 1).
    variance = (3 / 2) * (sums**2).sum() / len(values) ** 2
    half = scipy_stats.t.ppf(0.975, 2) * np.sqrt(variance)
    found = stats.clustered_mean(values, groups)
    assert_allclose(found, [values.mean(), values.mean() - half, values.mean() + half])


@pytest.mark.parametrize(
    ("clusters", "says"),
    [(["a"], "expected 2 labels"), (["a", "a"], "at least 2"), (["a", None], "1 NaN")],
)
def test_clustered_mean_refuses(clusters: list, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        stats.clustered_mean([1.0, 2.0], np.array(clusters, dtype=object))
