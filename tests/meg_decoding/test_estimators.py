import mne
import numpy as np
import pytest
from mne.decoding import (
    GeneralizingEstimator,
    SlidingEstimator,
    cross_val_multiscore,
    get_coef,
)
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import RidgeClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator

from tests.meg_decoding.small_recordings import recording
from workedpapers.meg_decoding.decoding.activation import patterns
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


@pytest.mark.parametrize("p", [4, 30])
@pytest.mark.parametrize("classes", [None, "balanced", {"a": 3.0}])
def test_weights_are_those_of_scikit_learn(p, classes):
    X, y = recording(26, p, 3)
    X, y = X[np.r_[0:20, 21, 23]], y[np.r_[0:20, 21, 23]]
    w = np.random.default_rng(1).uniform(0.2, 3, len(y))
    mine = TimeResolvedRidge(2.0, class_weight=classes).fit(X, y, sample_weight=w)
    for t in range(3):
        peer = make_pipeline(StandardScaler(), RidgeClassifier(2.0, class_weight=classes))
        parts = {"standardscaler__sample_weight": w, "ridgeclassifier__sample_weight": w}
        expected = peer.fit(X[..., t], y, **parts).decision_function(X[..., t])
        assert_allclose(mine.decision_function(X)[:, t], expected, atol=1e-8)


@pytest.mark.parametrize("ours", [TimeResolvedRidge, TimeResolvedLDA])
@pytest.mark.parametrize("p", [4, 30])
@pytest.mark.parametrize("classes", [2, 3])
def test_whole_weights_are_repetitions_in_fit_and_score(ours, p, classes):
    X, y = recording(24, p, 3, classes=classes)
    times = np.random.default_rng(2).integers(0, 3, 24)
    weighted = ours().fit(X, y, sample_weight=times)
    again, labels = np.repeat(X, times, axis=0), np.repeat(y, times)
    repeated = ours().fit(again, labels)
    assert_allclose(weighted.decision_function(X), repeated.decision_function(X), atol=1e-8)
    if classes == 2:
        assert_allclose(weighted.patterns_, repeated.patterns_, atol=1e-8)
    for scoring in ("roc_auc", "accuracy"):
        weighted.scoring = scoring
        # Rounded, so that some values are equal.
        expected = weighted.score(again, labels)
        assert_allclose(weighted.score(X, y, sample_weight=times), expected, atol=1e-12)


def test_weighted_area_is_that_of_scikit_learn_and_ties_count_one_half():
    X, y = recording(30, 1, 2)
    X = np.round(2 * X) / 2
    w = np.random.default_rng(0).uniform(0, 2, 30)
    fitted = TimeResolvedRidge(scale=False).fit(X, y)
    values = fitted.decision_function(X)
    expected = [roc_auc_score(y, values[:, t], sample_weight=w) for t in range(2)]
    assert_allclose(fitted.score(X, y, sample_weight=w), expected, atol=1e-12)


def test_balanced_discriminant_analysis_has_equal_priors():
    X, y = recording(31, 4, 1)
    fitted = TimeResolvedLDA(0.3, class_weight="balanced", scale=False).fit(X, y)
    middle = (X[y == "a"].mean(axis=0) + X[y == "b"].mean(axis=0)) / 2
    assert_allclose(fitted.decision_function(middle[None]), 0, atol=1e-10)


@pytest.mark.parametrize("p", [4, 30])
@pytest.mark.parametrize("classes", [2, 3])
def test_mne_takes_filters_and_patterns(p, classes):
    X, y = recording(30, p, 3, classes=classes)
    fitted = TimeResolvedRidge(alpha=2.0).fit(X, y)
    expected = patterns(X, y, scale="fixed", alpha=2.0).values
    assert_allclose(get_coef(fitted, "patterns_"), expected, atol=1e-9)
    beta = get_coef(fitted, "filters_")
    assert beta.shape == ((p, 3) if classes == 2 else (3, p, 3))
    assert_array_equal(beta[..., 0].ravel(), fitted.coef_[0].T.ravel())


def test_patterns_of_discriminant_analysis_are_those_of_two_classes():
    X, y = recording(30, 5, 1)
    fitted = TimeResolvedLDA(0.2, scale=False).fit(X, y)
    within = sum(np.trace(np.cov(X[y == k, :, 0].T, bias=True)) * (y == k).sum() for k in "ab")
    options = {"classifier": "lda", "scale": None, "alpha": 0.25 * within / 5}
    # Shrinkage gives 1 - s of the covariance, so that scores are larger and patterns smaller.
    assert_allclose(get_coef(fitted, "patterns_"), 0.8 * patterns(X, y, **options).values)
    X, y = recording(30, 5, 3, classes=3)
    assert not hasattr(TimeResolvedLDA().fit(X, y), "patterns_")
    assert get_coef(TimeResolvedLDA().fit(X, y), "filters_").shape == (3, 5, 3)


def test_a_search_over_penalties_takes_a_summary():
    X, y = recording(36, 8, 3)
    grid = {"alpha": [0.1, 10.0]}
    search = GridSearchCV(TimeResolvedRidge(summary="mean"), grid, cv=3).fit(X, y)
    means = [cross_val_multiscore(TimeResolvedRidge(a), X, y, cv=StratifiedKFold(3)).mean()
             for a in grid["alpha"]]  # fmt: skip
    assert_allclose(search.cv_results_["mean_test_score"], means)
    fitted = TimeResolvedRidge().fit(X, y)
    assert TimeResolvedRidge(summary="max").fit(X, y).score(X, y) == fitted.score(X, y).max()


@pytest.mark.parametrize(
    ("parameters", "y", "weights", "says"),
    [
        ({}, [0.1, 0.5, 0.1, 0.5, 0.3, 0.2], None, "y: expected classes, got real numbers"),
        ({}, list("ababab"), [1, 1, 1, 1, 1, -1], "sample_weight: expected numbers at least 0"),
        ({}, list("ababab"), np.zeros(6), "sample_weight: expected a weight above zero"),
        ({}, list("ababab"), np.ones(5), "sample_weight: expected 6 values"),
        ({"class_weight": "x"}, list("ababab"), None, "class_weight: expected 'balanced'"),
        ({"class_weight": {"a": -1}}, list("ababab"), None, "class_weight: expected numbers above"),
        ({"class_weight": {"c": 1}}, list("ababab"), None, "class_weight: expected weights of"),
        ({}, None, None, "requires y to be passed"),
        ({"summary": "x"}, list("ababab"), None, "summary: expected one of mean, max"),
    ],
)
def test_bad_labels_weights_and_summaries_are_named(parameters, y, weights, says):
    X = np.random.default_rng(0).standard_normal((6, 2, 2))
    with pytest.raises(ValueError, match=says):
        TimeResolvedRidge(**parameters).fit(X, y, sample_weight=weights)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_missing_values_are_named_where_they_are(bad):
    X, y = recording(20, 4, 3)
    fitted = TimeResolvedRidge().fit(X, y)
    X[3, 1, 2] = bad
    with pytest.raises(
        ValueError, match=r"X: expected finite numbers, got .* at index \(3, 1, 2\)"
    ):
        fitted.predict(X)
    with pytest.raises(
        ValueError, match=r"X: expected finite numbers, got .* at index \(3, 1, 2\)"
    ):
        TimeResolvedRidge().fit(X, y)


#: What the checks of scikit-learn ask for and these estimators leave alone.
WORDS = "refused, in the words of this library"
EXCEPTIONS = {
    "check_complex_data": WORDS,
    "check_dtype_object": "refused, for numbers are expected",
    "check_estimators_empty_data_messages": WORDS,
    "check_estimators_nan_inf": WORDS,
    "check_fit2d_predict1d": WORDS,
    "check_n_features_in_after_fitting": WORDS,
    "check_supervised_y_2d": "refused, for labels have one dimension",
}


def wide(X):
    """Tables as epochs of a single time; the rest as it is."""
    if hasattr(X, "tocsr"):
        return X
    table = np.asarray(X)
    return table[..., None] if table.ndim == 2 else X


class OneTime:
    """Before an estimator: two dimensions in, and no dimension for the time out."""

    def fit(self, X, y, sample_weight=None):
        return super().fit(wide(X), y, sample_weight)

    def decision_function(self, X):
        return super().decision_function(wide(X))[:, 0]

    def predict(self, X):
        return super().predict(wide(X))[:, 0]

    def score(self, X, y, sample_weight=None):
        return super().score(wide(X), y, sample_weight)[0]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        return tags


class OneTimeRidge(OneTime, TimeResolvedRidge):
    pass


class OneTimeLDA(OneTime, TimeResolvedLDA):
    def predict_proba(self, X):
        return super().predict_proba(wide(X))[:, 0]


@pytest.mark.parametrize("kind", [OneTimeRidge, OneTimeLDA])
def test_they_pass_the_checks_of_scikit_learn(kind):
    tags = get_tags(kind.__mro__[2]())
    assert tags.input_tags.three_d_array
    assert not tags.input_tags.two_d_array
    # Its checks are written for two dimensions: epochs of a single time have these.
    results = check_estimator(kind(), expected_failed_checks=EXCEPTIONS, on_skip=None)
    failed = {each["check_name"] for each in results if each["status"] == "xfail"}
    assert failed == set(EXCEPTIONS)  # no exception that is none
    assert sum(each["status"] == "passed" for each in results) > 50
