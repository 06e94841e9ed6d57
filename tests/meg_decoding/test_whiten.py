import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.covariance import ledoit_wolf

from tests.meg_decoding.small_recordings import recording
from workedpapers.meg_decoding.decoding.time_resolved import decode
from workedpapers.meg_decoding.preprocessing.epochs import as_epoched
from workedpapers.meg_decoding.preprocessing.whitening import fit_whitener

TIMES = np.linspace(-0.2, 0.2, 10)


def data_of(n=60, p=6, seed=0, **options):
    X, y = recording(n, p, t=10, seed=seed, **options)
    return as_epoched(X * np.logspace(-13, -5, p)[:, None], y, times=TIMES)


def residuals(data, inside):
    X = data.X[:, :, inside]
    return (X - X.mean(axis=0)).transpose(1, 0, 2).reshape(X.shape[1], -1)


@pytest.mark.parametrize("noise", ["baseline", "all", (-0.15, 0.05)])
def test_whitened_noise_has_unit_covariance_as_the_shrinkage_goes_to_zero(noise):
    data = data_of()
    inside = {"baseline": TIMES < 0, "all": TIMES < 9}.get(
        noise if isinstance(noise, str) else "", (TIMES >= -0.15) & (TIMES <= 0.05)
    )
    white = fit_whitener(data, noise, shrinkage=1e-9).apply(data)
    B = residuals(white, inside)
    assert_allclose(B @ B.T / B.shape[1], np.eye(6), atol=1e-6)


def test_shrinkage_mixes_correlations_with_the_identity_and_keeps_variances():
    data = data_of()
    B = residuals(data, TIMES < 0)
    full = B @ B.T / B.shape[1]
    found = fit_whitener(data, shrinkage=0.3)
    assert_allclose(np.diag(found.covariance), np.diag(full), rtol=1e-10)
    off = ~np.eye(6, dtype=bool)
    assert_allclose(found.covariance[off], 0.7 * full[off], rtol=1e-8)
    assert_allclose(found.matrix @ found.covariance @ found.matrix.T, np.eye(6), atol=1e-8)
    only_scale = fit_whitener(data, shrinkage=1.0).matrix
    assert_allclose(only_scale, np.diag(1 / np.sqrt(np.diag(full))), rtol=1e-8, atol=1e-3)


def test_ledoit_wolf_is_that_of_scikit_learn_on_standardised_noise():
    data = data_of()
    B = residuals(data, TIMES < 0)
    R, share = ledoit_wolf((B / B.std(axis=1, keepdims=True)).T, assume_centered=True)
    found = fit_whitener(data, shrinkage="ledoit-wolf")
    assert_allclose(found.shrinkage, share, rtol=1e-6)
    spread = np.sqrt(np.diag(found.covariance))
    assert_allclose(found.covariance / np.outer(spread, spread), R, rtol=1e-4, atol=1e-6)


def test_labels_are_not_used_and_units_do_not_matter():
    data = data_of()
    other = as_epoched(data.X, np.roll(data.y, 7), times=TIMES)
    assert_allclose(fit_whitener(other).matrix, fit_whitener(data).matrix, rtol=1e-12)
    scaled = data.with_data(data.X * np.logspace(3, -3, 6)[:, None])
    white = fit_whitener(data).apply(data).X
    assert_allclose(fit_whitener(scaled).apply(scaled).X, white, atol=1e-8)


def test_whitening_helps_where_noise_is_shared_among_channels():
    rng = np.random.default_rng(2)
    y = np.arange(80) % 2
    shared = 5 * rng.standard_normal((80, 1, 10))
    X = shared + rng.standard_normal((80, 16, 10))
    X[:, :4, 5:] += y[:, None, None]
    whitened = decode(X, y, times=TIMES, whiten=True, penalty=1.0)
    plain = decode(X, y, times=TIMES, scale="fixed", penalty=1.0)
    assert whitened.auc[5:].mean() > plain.auc[5:].mean() + 0.02
    assert whitened.settings["whiten"]


def test_a_whitener_can_be_given():
    data = data_of()
    assert_allclose(
        decode(data, whiten=fit_whitener(data, "all")).auc, decode(data, whiten="all").auc
    )
    with pytest.raises(ValueError, match="for 6 channels, the epochs have 4"):
        decode(data_of(p=4), whiten=fit_whitener(data))


@pytest.mark.parametrize(
    ("noise", "shrinkage", "says"),
    [
        ("noise", 0.1, "noise: expected one of baseline, all"),
        ((1.0, 2.0), 0.1, "no sample in"),
        ("all", 0, "more than 0"),
        ("all", 1.5, "from 0 to 1"),
        ("all", "oas", "shrinkage: expected one of ledoit-wolf"),
    ],
)
def test_bad_input_is_named(noise, shrinkage, says):
    with pytest.raises(ValueError, match=says):
        fit_whitener(data_of(), noise, shrinkage=shrinkage)


def test_a_channel_without_noise_is_named():
    data = data_of()
    X = data.X.copy()
    X[:, 2, TIMES < 0] = 1.0
    with pytest.raises(ValueError, match="channel 2 does not vary"):
        fit_whitener(data.with_data(X))
