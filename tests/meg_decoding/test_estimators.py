import mne
import numpy as np
import pytest
from mne.decoding import GeneralizingEstimator, SlidingEstimator, cross_val_multiscore
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from small_recordings import recording

from workedpapers.meg_decoding.estimators import GeneralizingRidge, TimeResolvedRidge

mne.set_log_level("ERROR")
PAIRS = [(TimeResolvedRidge, SlidingEstimator), (GeneralizingRidge, GeneralizingEstimator)]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("p", [7, 60])
@pytest.mark.parametrize("scale", [True, False])
def test_values_labels_and_scores_are_those_of_mne(ours, theirs, classes, p, scale):
    X, y = recording(36, p, classes=classes)
    Z, z = recording(21, p, classes=classes, seed=1)
    steps = [StandardScaler()] if scale else []
    peer = theirs(make_pipeline(*steps, RidgeClassifier(alpha=3.0)), verbose=False).fit(X, y)
    mine = ours(alpha=3.0, scale=scale, scoring="accuracy").fit(X, y)
    assert_allclose(mine.decision_function(Z), peer.decision_function(Z), atol=1e-10)
    assert_array_equal(mine.predict(Z), peer.predict(Z))
    assert_allclose(mine.score(Z, z), peer.score(Z, z))


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_mnes_cross_validation_takes_them(ours, theirs):
    X, y = recording(36, 10)
    folds = StratifiedKFold(3)
    mine = cross_val_multiscore(ours(alpha=2.0), X, y, cv=folds)
    peer = make_pipeline(StandardScaler(), RidgeClassifier(alpha=2.0))
    expected = cross_val_multiscore(theirs(peer, scoring="roc_auc", verbose=False), X, y, cv=folds)
    assert_allclose(mine, expected, atol=1e-12)


@pytest.mark.parametrize("ours", [TimeResolvedRidge, GeneralizingRidge])
def test_they_keep_the_conventions_of_scikit_learn(ours):
    X, y = recording(20, 4, 3)
    before = ours(alpha=5.0, scale=False, multiclass="ovr")
    copy = clone(before)
    assert copy.get_params() == before.get_params()
    assert copy.set_params(alpha=1.0).alpha == 1.0
    assert is_classifier(before)
    assert before.fit(X, y) is before
    assert before.classes_.tolist() == ["a", "b"]
    with pytest.raises(NotFittedError):
        copy.predict(X)


@pytest.mark.parametrize(
    ("parameters", "X", "y", "says"),
    [
        ({"alpha": 0}, (6, 2, 2), "aabbab", "alpha: expected a positive number"),
        ({"scoring": "f1"}, (6, 2, 2), "aabbab", "scoring: expected one of"),
        ({"multiclass": "x"}, (6, 2, 2), "aabbab", "multiclass: expected one of"),
        ({}, (6, 2), "aabbab", r"X: expected 3 dimension\(s\)"),
        ({}, (6, 2, 2), "aabba", "y: expected 6 labels"),
        ({}, (6, 2, 2), "aaaaaa", "at least two classes"),
    ],
)
def test_bad_training_data_are_named(parameters, X, y, says):
    data = np.random.default_rng(0).standard_normal(X)
    with pytest.raises(ValueError, match=says):
        TimeResolvedRidge(**parameters).fit(data, list(y))


def test_bad_test_data_are_named():
    X, y = recording(20, 4, 3)
    fitted = TimeResolvedRidge().fit(X, y)
    with pytest.raises(ValueError, match="X: expected 4 channels and 3 times"):
        fitted.predict(X[:, :, :2])
    with pytest.raises(ValueError, match="X: expected 4 channels, got"):
        GeneralizingRidge().fit(X, y).predict(X[:, :2])
    with pytest.raises(ValueError, match="labels of the training set, got c"):
        fitted.score(X, np.where(y == "a", "c", "b"))
    with pytest.raises(ValueError, match="y: expected 20 labels"):
        fitted.score(X, y[:3])
    with pytest.raises(ValueError, match="the AUC is not defined"):
        fitted.score(X, np.repeat("a", 20))
