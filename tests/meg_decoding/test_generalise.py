import mne
import numpy as np
import pytest
from mne.decoding import GeneralizingEstimator
from numpy.testing import assert_allclose
from sklearn.linear_model import RidgeClassifier
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.meg_decoding.small_recordings import mne_epochs, recording, splits
from workedpapers.meg_decoding.decoding.generalisation import generalise
from workedpapers.meg_decoding.decoding.time_resolved import decode

mne.set_log_level("ERROR")


@pytest.mark.parametrize(("n", "p"), [(40, 10), (24, 50)])
def test_it_is_the_generalizing_estimator_of_mne(n, p):
    X, y = recording(n, p)
    X = X * np.logspace(-13, -6, p)[:, None] + np.linspace(-1e-6, 1e-6, p)[:, None]
    folds = splits(y)
    ours = generalise(X, y, cv=folds, scale="fold", alpha=2.0)
    peer = make_pipeline(StandardScaler(), RidgeClassifier(alpha=2.0))
    for number, (train, test) in enumerate(folds):
        theirs = GeneralizingEstimator(peer, scoring="roc_auc", verbose=False)
        expected = theirs.fit(X[train], y[train]).score(X[test], y[test])
        assert_allclose(ours.fold_auc[number], expected, atol=1e-12)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"scale": "fold"},
        {"alpha": "auto"},
        {"whiten": "all"},
        {"window": 3},
        {"window": 2, "window_mode": "mean"},
        {"confounds": np.random.default_rng(0).standard_normal((36, 2))},
        {"class_weight": "balanced"},
        {"dtype": "float32", "scale": "fold"},
        {"groups": np.arange(36) // 2},
    ],
    ids=str,
)
@pytest.mark.parametrize("classes", [2, 3])
def test_the_diagonal_is_decode(options, classes):
    X, y = recording(36, 50, t=6, classes=classes)
    if "groups" in options:
        y = np.repeat(np.array(list("abc"[:classes]))[np.arange(18) % classes], 2)
    times = np.linspace(-0.1, 0.4, 6)
    plain = decode(X, y, times=times, cv=3, **options)
    crossed = generalise(X, y, times=times, cv=3, **options)
    assert_allclose(crossed.diagonal, plain.auc, atol=1e-12)
    assert_allclose(crossed.times, plain.times)
    assert_allclose(crossed.test_times, plain.times)


def test_a_lasting_pattern_generalises_and_a_reversed_one_goes_below_chance():
    rng = np.random.default_rng(1)
    y = np.arange(120) % 2
    X = rng.standard_normal((120, 8, 6))
    X[:, 0, :3] += 2 * y[:, None]
    X[:, 0, 3:] -= 2 * y[:, None]
    auc = generalise(X, y).auc
    assert auc[:3, :3].min() > 0.75
    assert auc[3:, 3:].min() > 0.75
    assert auc[:3, 3:].max() < 0.25
    assert auc[3:, :3].max() < 0.25


@pytest.mark.parametrize("options", [{"scale": "fixed"}, {"whiten": "all"}, {"window": 2}])
def test_other_epochs_are_scored_by_decoders_of_all_training_epochs(options):
    X, y = recording(40, 9, t=6)
    Z, z = recording(26, 9, t=4, seed=5)
    found = generalise(
        X, y, test=Z, y_test=z, test_times=[0.1, 0.2, 0.3, 0.4], alpha=2.0, **options
    )
    width = options.get("window", 1)
    assert found.auc.shape == (6 - width + 1, 4 - width + 1)
    if options == {"scale": "fixed"}:
        for t in range(6):
            pipeline = make_pipeline(StandardScaler(), RidgeClassifier(alpha=2.0))
            pipeline.fit(X[:, :, t], y)
            expected = [roc_auc_score(z, pipeline.decision_function(Z[:, :, u])) for u in range(4)]
            assert_allclose(found.auc[t], expected, atol=1e-12)
    # Epochs that were trained on are fitted: all but the same ones are told apart too well.
    copies = X + 1e-9 * np.random.default_rng(0).standard_normal(X.shape)
    itself = generalise(X, y, test=copies, y_test=y, alpha=2.0, **options)
    assert itself.auc.diagonal().mean() > decode(X, y, alpha=2.0, **options).auc.mean()
    with pytest.raises(ValueError, match="test: expected epochs that are not among the training"):
        generalise(X, y, test=np.concatenate([Z[..., [0, 1, 2, 3, 0, 1]], X[7:8]]),
                   y_test=np.append(z, y[7]), alpha=2.0, **options)  # fmt: skip


def test_epochs_of_mne_and_the_table_of_results():
    epochs = mne_epochs(24, t=12)
    found = generalise(epochs, "condition", cv=3, groups="image", scale="type")
    frame = found.to_frame()
    assert frame.index.name == "train"
    assert_allclose(frame.to_numpy(), found.auc)
    assert "12 x 12 times, 3 fold(s)" in repr(found)
    other = mne_epochs(24, t=12, seed=1)
    again = generalise(epochs, "condition", test=other, y_test="condition", scale="type")
    assert again.auc.shape == (12, 12)


def test_bad_input_is_named():
    X, y = recording(20, 4, 3)
    with pytest.raises(ValueError, match="single epochs have no AUC"):
        generalise(X, y, cv="loo")
    with pytest.raises(ValueError, match="expected test epochs"):
        generalise(X, y, y_test=y)
    with pytest.raises(ValueError, match="test: expected the channels"):
        generalise(X, y, test=X[:, :2], y_test=y)
    with pytest.raises(ValueError, match=r"y_test: expected the classes \['a', 'b'\]"):
        generalise(X, y, test=X, y_test=np.where(y == "a", "c", "b"))
    with pytest.raises(ValueError, match="confounds: expected None"):
        generalise(X, y, test=-X, y_test=y, confounds=np.arange(20))
    with pytest.raises(ValueError, match="window: expected at most 1"):
        generalise(X, y, test=X[:, :, :1], y_test=y, window=2)
    with pytest.raises(ValueError, match="training and test times differ"):
        _ = generalise(X, y, test=X[:, :, :2], y_test=y).diagonal


def test_where_nothing_varies_nothing_is_decoded():
    X, y = recording(30, 8, 6, effect=3.0)
    X[:, :, 0] = np.arange(8)  # a constant sample, as the last one of some baselines
    found = generalise(X, y, cv=3).auc
    assert (found[0] == 0.5).all()
    assert (found[:, 0] == 0.5).all()
    assert (found[2:, 2:] > 0.8).all()
    other = X.copy()
    other[:, :, 5] = 7.0
    across = generalise(X, y, test=other, y_test=y).auc
    assert (across[:, 5] == 0.5).all()
    assert (across[2:, 2:5] > 0.8).all()
