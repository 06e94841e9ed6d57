import mne
import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import LinearRegression, Ridge

from tests.meg_decoding.small_recordings import mne_epochs, recording, standardised
from workedpapers.meg_decoding.decoding.activation import patterns


@pytest.mark.parametrize(("n", "p"), [(40, 6), (20, 30)])
def test_pattern_is_covariance_times_coefficients_over_variance_of_scores(n, p):
    X, y = recording(n, p)
    A, sign = standardised(X), np.where(y == "b", 1.0, -1.0)
    found = patterns(X, y, alpha=2.0).values
    for t in range(5):
        w = Ridge(alpha=2.0).fit(A[:, :, t], sign).coef_ / X[:, :, t].std(axis=0)
        cov = np.cov(X[:, :, t].T)
        assert_allclose(found[:, t], cov @ w / (w @ cov @ w), atol=1e-9)


def test_several_classes_use_the_covariance_of_their_scores():
    X, y = recording(45, 6, classes=3)
    A = standardised(X)
    found = patterns(X, y, alpha=2.0).values
    for t in range(5):
        Y = np.where(y[:, None] == np.array(list("abc")), 1.0, -1.0)
        W = (Ridge(alpha=2.0).fit(A[:, :, t], Y).coef_ / X[:, :, t].std(axis=0)).T
        cov = np.cov(X[:, :, t].T)
        expected = cov @ W @ np.linalg.pinv(W.T @ cov @ W, rcond=1e-9)
        assert_allclose(found[:, :, t].T, expected, atol=1e-8)


@pytest.mark.parametrize("whiten", [False, "all"])
def test_the_planted_pattern_comes_back_through_noise_and_whitening(whiten):
    rng = np.random.default_rng(0)
    n, p = 30_000, 5
    y = np.arange(n) % 2
    mixing = rng.standard_normal((p, p))
    planted = np.array([1.0, -0.5, 0.0, 0.0, 0.25]) * 1e-13
    noise = 1e-13 * np.einsum("pq,nqt->npt", mixing, rng.standard_normal((n, p, 2)))
    X = noise + np.where(y == 1, 0.5, -0.5)[:, None, None] * planted[:, None]
    found = patterns(X, y, whiten=whiten).values[:, 1]
    direction = found @ planted / np.linalg.norm(found) / np.linalg.norm(planted)
    assert direction > 0.995  # the means have a standard error of about 5 % of the pattern


def test_units_and_whitening_leave_the_pattern_in_sensor_units():
    X, y = recording(40, 6)
    units = np.logspace(-3, 3, 6)[:, None]
    plain = patterns(X, y).values
    assert_allclose(patterns(X * units, y).values, plain * units, rtol=1e-8)
    # Hardly any penalty: the decoder is the same for whitened channels.
    exact = {"alpha": 1e-9}
    white = patterns(X, y, whiten="all", **exact).values
    assert_allclose(white, patterns(X, y, **exact).values, atol=1e-6)


def test_confounds_are_taken_out_of_patterns():
    X, y = recording(40, 6)
    F = np.random.default_rng(1).standard_normal(40)
    of_f = LinearRegression().fit(F[:, None], X[:, :, 3])
    residual = X[:, :, 3] - of_f.predict(F[:, None])
    sign = np.where(y == "b", 1.0, -1.0)
    of_y = LinearRegression().fit(F[:, None], sign)
    scale = X[:, :, 3].std(axis=0)
    w = (
        Ridge(alpha=2.0, fit_intercept=False)
        .fit(residual / scale, sign - of_y.predict(F[:, None]))
        .coef_
        / scale
    )
    cov = residual.T @ residual
    found = patterns(X, y, alpha=2.0, confounds=F).values[:, 3]
    assert_allclose(found, cov @ w / (w @ cov @ w), atol=1e-9)


def test_mne_epochs_give_evoked_patterns():
    epochs = mne_epochs(24)
    found = patterns(epochs, "condition")
    evoked = found.to_evoked()
    assert isinstance(evoked, mne.Evoked)
    assert evoked.ch_names == epochs.ch_names
    assert_allclose(evoked.times, epochs.times, atol=1e-12)
    assert_allclose(evoked.data, found.values)
    several = patterns(epochs, "run", cv=2)
    assert_allclose(several.to_evoked(1).data, several.values[1])
    with pytest.raises(ValueError, match="label: expected one of"):
        several.to_evoked("x")


def test_bad_input_is_named():
    X, y = recording(20, 4, 3)
    with pytest.raises(ValueError, match="window: expected 1"):
        patterns(X, y, window=2)
    for options in ({"scale": "fold"}, {"alpha": "auto"}):
        with pytest.raises(ValueError, match="no folds"):
            patterns(X, y, **options)
    with pytest.raises(ValueError, match="expected patterns of mne epochs"):
        patterns(X, y).to_evoked()
