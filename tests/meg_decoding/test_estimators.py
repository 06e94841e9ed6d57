import mne
import numpy as np
import pytest
from mne.decoding import GeneralizingEstimator, SlidingEstimator, cross_val_multiscore
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.meg_decoding.small_recordings import recording
from workedpapers.meg_decoding.decoding.estimators import (
    GeneralizingLDA,
    GeneralizingRidge,
    TimeResolvedLDA,
    TimeResolvedRidge,
)
from workedpapers.meg_decoding.decoding.time_resolved import decode

mne.set_log_level("ERROR")
LDA_PAIRS = [(TimeResolvedLDA, SlidingEstimator), (GeneralizingLDA, GeneralizingEstimator)]
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


@pytest.mark.parametrize(("ours", "theirs"), LDA_PAIRS)
@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("p", [7, 60])
@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("shrinkage", [0.1, 0.7])
def test_discriminant_analysis_is_that_of_mne(ours, theirs, classes, p, scale, shrinkage):
    X, y = recording(36, p, classes=classes)
    X, y = X[np.r_[0:30, 32]], y[np.r_[0:30, 32]]  # classes of unequal size
    Z, z = recording(21, p, classes=classes, seed=1)
    steps = [StandardScaler()] if scale else []
    lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage)
    peer = theirs(make_pipeline(*steps, lda), verbose=False).fit(X, y)
    mine = ours(shrinkage, scale, scoring="accuracy").fit(X, y)
    assert_allclose(mine.predict_proba(Z), peer.predict_proba(Z), atol=1e-9)
    assert_array_equal(mine.predict(Z), peer.predict(Z))
    assert_allclose(mine.score(Z, z), peer.score(Z, z))
    found, expected = mine.decision_function(Z), peer.decision_function(Z)
    assert found.shape == expected.shape
    if classes > 2:  # up to a function common to all classes
        found, expected = found[..., 1:] - found[..., :1], expected[..., 1:] - expected[..., :1]
    assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("ours", "theirs"), LDA_PAIRS)
@pytest.mark.parametrize(
    ("classes", "kind", "scoring"), [(2, "ovo", "roc_auc"), (3, "ovo", "roc_auc_ovo"),
                                     (3, "ovr", "roc_auc_ovr")],
)  # fmt: skip
def test_mnes_cross_validation_of_discriminant_analysis(ours, theirs, classes, kind, scoring):
    X, y = recording(36, 10, classes=classes)
    folds = StratifiedKFold(3)
    mine = cross_val_multiscore(ours(0.2, multiclass=kind), X, y, cv=folds)
    lda = LinearDiscriminantAnalysis(solver="eigen", shrinkage=0.2)
    peer = theirs(make_pipeline(StandardScaler(), lda), scoring=scoring, verbose=False)
    assert_allclose(mine, cross_val_multiscore(peer, X, y, cv=folds), atol=1e-12)


def test_discriminant_analysis_decodes_as_decode_does_with_the_penalty_of_its_shrinkage():
    X, y = recording(40, 8, classes=3)
    train, test = next(StratifiedKFold(4).split(X, y))
    s, t = 0.4, 3
    fitted = TimeResolvedLDA(s, scale=False).fit(X[train], y[train])
    A = X[train, :, t]
    within = sum(np.cov(A[y[train] == k].T, bias=True) * (y[train] == k).sum() for k in "abc")
    alpha = s / (1 - s) * np.trace(within) / 8
    found = decode(X, y, classifier="lda", cv=[(train, test)], scale=None, alpha=alpha)
    # The covariances differ by the factor 1 - s, which only the quadratic terms and priors notice.
    prior = np.log([(y[train] == k).mean() for k in "abc"])
    delta = (fitted.decision_function(X[test])[:, t] - prior) * (1 - s) + prior
    odds = np.stack(
        [delta[:, k] - np.logaddexp.reduce(np.delete(delta, k, axis=1), axis=1) for k in range(3)],
        axis=1,
    )
    assert_allclose(found.predictions[test, t], odds, atol=1e-10)


def test_a_time_at_which_nothing_varies_has_the_priors():
    X, y = recording(21, 4, 2, classes=3)
    X[:, :, 0] = 5.0
    found = TimeResolvedLDA(0.3).fit(X, y).predict_proba(X)[:, 0]
    assert_allclose(found, np.tile([np.mean(y == k) for k in "abc"], (21, 1)), atol=1e-12)


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_mnes_cross_validation_takes_them(ours, theirs):
    X, y = recording(36, 10)
    folds = StratifiedKFold(3)
    mine = cross_val_multiscore(ours(alpha=2.0), X, y, cv=folds)
    peer = make_pipeline(StandardScaler(), RidgeClassifier(alpha=2.0))
    expected = cross_val_multiscore(theirs(peer, scoring="roc_auc", verbose=False), X, y, cv=folds)
    assert_allclose(mine, expected, atol=1e-12)


@pytest.mark.parametrize(
    ("ours", "name"),
    [
        (TimeResolvedRidge, "alpha"), (GeneralizingRidge, "alpha"),
        (TimeResolvedLDA, "shrinkage"), (GeneralizingLDA, "shrinkage"),
    ],
)  # fmt: skip
def test_they_keep_the_conventions_of_scikit_learn(ours, name):
    X, y = recording(20, 4, 3)
    before = ours(**{name: 0.5}, scale=False, multiclass="ovr")
    copy = clone(before)
    assert copy.get_params() == before.get_params()
    assert getattr(copy.set_params(**{name: 0.2}), name) == 0.2
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


@pytest.mark.parametrize(
    ("shrinkage", "X", "y", "error", "says"),
    [
        (0, (6, 2, 2), "aabbab", ValueError, "shrinkage: expected a number strictly between 0"),
        (1, (6, 2, 2), "aabbab", ValueError, "shrinkage: expected a number strictly between 0"),
        ("auto", (6, 2, 2), "aabbab", TypeError, "shrinkage: expected a number"),
        (0.1, (2, 2, 2), "ab", ValueError, "X: expected more epochs than the 2 classes"),
        (0.1, (6, 2, 2), "aaaaaa", ValueError, "at least two classes"),
    ],
)
def test_bad_training_data_of_discriminant_analysis_are_named(shrinkage, X, y, error, says):
    data = np.random.default_rng(0).standard_normal(X)
    with pytest.raises(error, match=says):
        TimeResolvedLDA(shrinkage).fit(data, list(y))


def test_scaling_is_on_or_off():
    X, y = recording(20, 4, 3)
    with pytest.raises(TypeError, match="scale: expected True or False, got 'fold'"):
        TimeResolvedRidge(scale="fold").fit(X, y)


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
