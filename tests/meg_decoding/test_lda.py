"""LDA by the closed form against scatter matrices of training sets, and against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.special import expit, logit, logsumexp
from sklearn.covariance import EmpiricalCovariance
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LinearRegression
from sklearn.metrics import roc_auc_score

from tests.meg_decoding.small_recordings import recording, splits, standardised
from workedpapers.meg_decoding.classifiers import lda
from workedpapers.meg_decoding.classifiers.ridge import residuals_from_features, unpenalised_basis
from workedpapers.meg_decoding.decoding.activation import patterns
from workedpapers.meg_decoding.decoding.generalisation import generalise
from workedpapers.meg_decoding.decoding.neighbourhoods import searchlight
from workedpapers.meg_decoding.decoding.time_resolved import decode
from workedpapers.meg_decoding.permutation.over_times import permute

SHAPES = [(48, 10), (36, 60)]  # fewer channels than epochs, and more


def naive(A, codes, train, test, a, w=None, F=None, equal=False):
    """Log odds of the test epochs, shape (m, K); features A of shape (n, p)."""
    w = np.ones(len(A)) if w is None else w
    if F is not None:
        of_f = LinearRegression().fit(F[train], A[train], sample_weight=w[train])
        A = A - of_f.predict(F)
    scatter, means, share = np.zeros((A.shape[1],) * 2), [], []
    for k in np.unique(codes):
        rows = train[codes[train] == k]
        means.append(np.average(A[rows], axis=0, weights=w[rows]))
        centred = A[rows] - means[-1]
        scatter += (centred.T * w[rows]) @ centred
        share.append(w[rows].sum())
    total = np.sum(share)
    covariance = (scatter + a * np.eye(len(scatter))) / total
    share = np.full(len(means), 1 / len(means)) if equal else np.array(share) / total
    # The logarithm of each class's normal density, less what all classes have in common.
    log_joint = np.empty((len(test), len(means)))
    for k, mean in enumerate(means):
        far = A[test] - mean
        log_joint[:, k] = (
            np.log(share[k]) - np.sum(far * np.linalg.solve(covariance, far.T).T, axis=1) / 2
        )
    others = [logsumexp(np.delete(log_joint, k, axis=1), axis=1) for k in range(len(means))]
    return log_joint - np.stack(others, axis=1)


def expected_values(A, y, folds, a, **options):
    """`naive` at each time and fold, in the shape of ``Scores.predictions``."""
    labels, codes = np.unique(y, return_inverse=True)
    out = np.full((len(A), A.shape[2], len(labels)), np.nan)
    for number, (train, test) in enumerate(folds):
        for t in range(A.shape[2]):
            at = a if np.isscalar(a) else a[number, t]
            out[test, t] = naive(A[:, :, t], codes, train, test, at, **options)
    return out[..., 1] if len(labels) == 2 else out


@pytest.mark.parametrize(("n", "p"), SHAPES)
@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("extras", ["plain", "weights", "confounds", "both", "balanced"])
def test_closed_form_is_discriminant_analysis_refitted_in_each_fold(n, p, classes, extras):
    X, y = recording(n, p, classes=classes)
    keep = np.arange(n)[(y != "a") | (np.arange(n) % 3 > 0)]  # classes of unequal size
    X, y, n = X[keep], y[keep], len(keep)
    rng = np.random.default_rng(1)
    w = rng.uniform(0.3, 3, n) if extras in ("weights", "both") else None
    F = 5 + rng.standard_normal((n, 2)) + (y == "b")[:, None]
    F = F if extras in ("confounds", "both") else None
    options, given_weights = {}, w
    if extras == "balanced":
        options, sizes = {"class_weight": "balanced"}, np.unique(y, return_counts=True)[1]
        w = (n / (classes * sizes))[np.unique(y, return_inverse=True)[1]]
    folds = splits(y, 3)
    scores = decode(X, y, classifier="lda", cv=folds, alpha=3.0, confounds=F,
                    sample_weight=given_weights, **options)  # fmt: skip
    expected = expected_values(standardised(X), y, folds, 3.0, w=w, F=F, equal=extras == "balanced")
    assert_allclose(scores.predictions, expected, atol=1e-10, rtol=1e-10)
    chosen = expected.argmax(axis=-1) if classes > 2 else (expected > 0).astype(int)
    right = np.unique(y)[chosen] == y[:, None]
    assert_allclose(
        scores.accuracy, np.mean([right[test].mean(axis=0) for _, test in folds], axis=0)
    )
    assert scores.settings["classifier"] == "lda"


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(("n", "p"), [(48, 5), (30, 14)])
def test_windows_stack_and_scales_by_type_and_none(classes, n, p):
    X, y = recording(n, p, t=6, classes=classes)
    folds = splits(y, 3)
    use = {"classifier": "lda", "cv": folds, "alpha": 2.0}
    A = standardised(X)
    stacked = np.stack([A[:, :, t : t + 3].reshape(n, -1) for t in range(4)], axis=2)
    tight = {"atol": 1e-10, "rtol": 1e-10}
    assert_allclose(
        decode(X, y, window=3, **use).predictions, expected_values(stacked, y, folds, 2.0), **tight
    )
    assert_allclose(
        decode(X, y, scale=None, **use).predictions, expected_values(X, y, folds, 2.0), **tight
    )
    kinds = ["mag"] * 3 + ["grad"] * (p - 3)
    typed = X.copy()
    for part in (slice(0, 3), slice(3, p)):
        typed[:, part] /= (X[:, part] - X[:, part].mean(axis=(0, 2), keepdims=True)).std()
    found = decode(X, y, scale="type", channel_types=kinds, **use).predictions
    assert_allclose(found, expected_values(typed, y, folds, 2.0), **tight)
    # A relative penalty is the trace of the whole recording's scatter, whatever the weights' unit.
    w = np.random.default_rng(0).uniform(1, 2, n)
    a = 0.1 * (X**2 - X.mean(axis=0) ** 2).sum(axis=(0, 1)) / n
    relative = [
        decode(X, y, scale=None, penalty=0.1, classifier="lda", cv=folds, sample_weight=unit * w)
        for unit in (1, 7)
    ]
    for found in relative:
        by_fold = np.tile(a * w.mean(), (3, 1))
        assert_allclose(
            found.predictions, expected_values(X, y, folds, by_fold, w=w), atol=1e-9, rtol=1e-9
        )


@pytest.mark.parametrize(("n", "p"), SHAPES)
@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("alpha", [2.0, "auto"])
@pytest.mark.parametrize("extras", [False, True])
def test_scaling_and_penalties_of_each_fold(n, p, classes, alpha, extras):
    X, y = recording(n, p, t=3, classes=classes)
    rng = np.random.default_rng(2)
    w = rng.uniform(0.3, 3, n) if extras else None
    F = rng.standard_normal((n, 2)) if extras else None
    folds = splits(y, 3)
    options = {"cv": folds, "alpha": alpha, "scale": "fold", "sample_weight": w, "confounds": F}
    scores = decode(X, y, classifier="lda", **options)
    assert_allclose(scores.alpha, decode(X, y, **options).alpha)
    expected = np.empty_like(scores.predictions)
    for number, (train, test) in enumerate(folds):
        values = expected_values(
            X / X[train].std(axis=0), y, [(train, test)], scores.alpha[[number]], w=w, F=F
        )
        expected[test] = values[test]
    assert_allclose(scores.predictions, expected, atol=1e-10, rtol=1e-10)


@pytest.mark.parametrize("classes", [2, 3])
def test_balanced_classes_have_equal_priors_in_the_explicit_fit_too(classes):
    X, y = recording(48, 6, t=3, classes=classes)
    X, y = X[(y != "a") | (np.arange(48) % 3 > 0)], y[(y != "a") | (np.arange(48) % 3 > 0)]
    codes = np.unique(y, return_inverse=True)[1]
    w = (len(y) / (classes * np.bincount(codes)))[codes]
    folds = [(np.setdiff1d(train, train[:2]), test) for train, test in splits(y, 3)]
    found = decode(
        X, y, classifier="lda", cv=folds, alpha=2.0, scale=None, class_weight="balanced"
    ).predictions
    expected = expected_values(X, y, folds, 2.0, w=w, equal=True)
    assert_allclose(found, expected, atol=1e-10, rtol=1e-10)


class Shrunk(EmpiricalCovariance):
    """The covariance of a class with ``ridge`` on its diagonal, for scikit-learn."""

    def __init__(self, ridge=0.0):
        super().__init__()
        self.ridge = ridge

    def fit(self, X, y=None):
        self.covariance_ = np.cov(X.T, bias=True) + self.ridge * np.eye(X.shape[1])
        return self


@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize(("n", "p"), SHAPES)
def test_scikit_learn_with_the_same_covariance_has_the_same_probabilities(n, p, classes):
    X, y = recording(n, p, classes=classes)
    A, (train, test) = standardised(X), splits(y, 3)[0]
    mine = decode(X, y, classifier="lda", cv=[(train, test)], alpha=4.0)
    ovr = decode(X, y, classifier="lda", cv=[(train, test)], alpha=4.0, multiclass="ovr")
    for t in range(5):
        estimator = Shrunk(4.0 / len(train))
        peer = LinearDiscriminantAnalysis(solver="lsqr", covariance_estimator=estimator)
        proba = peer.fit(A[train, :, t], y[train]).predict_proba(A[test, :, t])
        found = expit(mine.predictions[test, t])
        assert_allclose(found, proba if classes > 2 else proba[:, 1], atol=1e-9)
        assert_allclose(mine.accuracy[t], peer.score(A[test, :, t], y[test]))
        if classes > 2:
            # Log odds order the epochs as probabilities do.
            for scores, kind in ((mine, "ovo"), (ovr, "ovr")):
                assert_allclose(
                    scores.auc[t], roc_auc_score(y[test], proba, multi_class=kind), atol=1e-12
                )


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("solver", ["lsqr", "eigen"])
def test_the_shrinkage_of_scikit_learn_is_a_penalty_of_each_fold(classes, solver):
    n, p, s = 48, 20, 0.3
    X, y = recording(n, p, t=2, classes=classes)
    A, (train, test) = standardised(X)[:, :, 1], splits(y, 3)[0]
    peer = LinearDiscriminantAnalysis(solver=solver, shrinkage=s).fit(A[train], y[train])
    within = sum(
        np.cov(A[train][y[train] == label].T, bias=True) * (y[train] == label).sum()
        for label in np.unique(y)
    )
    alpha = s / (1 - s) * np.trace(within) / p
    mine = decode(A[:, :, None], y, scale=None, classifier="lda", cv=[(train, test)], alpha=alpha)
    # Theirs is 1 - s times our covariance, so that discriminants less priors are 1 / (1 - s) ours.
    theirs = peer.decision_function(A[test])
    prior = np.log(peer.priors_)
    if classes == 2:
        prior = prior[1] - prior[0]
        ours = (mine.predictions[test, 0] - prior) / (1 - s) + prior
        assert_allclose(ours, theirs, atol=1e-9)
    else:
        theirs = (theirs - prior) * (1 - s) + prior
        assert_allclose(mine.predictions[test, 0], lda.log_odds(theirs), atol=1e-9)


def test_two_classes_have_the_auc_of_ridge_regression_and_a_threshold_of_their_own():
    X, y = recording(120, 8)
    keep = np.r_[np.flatnonzero(y == "a"), np.flatnonzero(y == "b")[:6]]
    X, y = X[keep], y[keep]
    for options in ({"cv": 4}, {"cv": 4, "scale": "fold"}, {"cv": "loo"}):
        ridge, found = (decode(X, y, classifier=c, **options) for c in ("ridge", "lda"))
        assert_allclose(found.auc, ridge.auc, atol=1e-12)
        # Ridge regression on labels all but forgets the rare class.
        assert found.balanced_accuracy[2:].mean() > ridge.balanced_accuracy[2:].mean() + 0.05
    grid = generalise(X, y, cv=4, classifier="lda").auc
    assert_allclose(grid, generalise(X, y, cv=4).auc, atol=1e-12)
    w = np.random.default_rng(0).uniform(0.5, 2, len(y))
    for weights in (None, w):
        ridge, found = (
            permute(X, y, n=5, cv=4, classifier=c, sample_weight=weights) for c in ("ridge", "lda")
        )
        assert_allclose(found.null, ridge.null, atol=1e-12)
        assert_allclose(found.observed, ridge.observed, atol=1e-12)


def test_a_class_between_two_others_is_found_by_lda_and_masked_by_ridge_regression():
    rng = np.random.default_rng(3)
    codes = np.arange(300) % 3
    X = rng.standard_normal((300, 2, 2))
    X[:, 0] += 3 * codes[:, None]
    ridge, found = (decode(X, codes, classifier=c) for c in ("ridge", "lda"))
    middle = codes == 1
    hits = [(scores.predictions[middle, 0].argmax(axis=1) == 1).mean() for scores in (ridge, found)]
    assert hits[0] < 0.3 < 0.8 < hits[1]
    assert found.auc.min() > ridge.auc.max()


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(("n", "p"), [(18, 5), (12, 30)])
def test_leaving_one_out_refits(n, p, classes):
    X, y = recording(n, p, t=3, classes=classes)
    F = np.random.default_rng(4).standard_normal((n, 1))
    singles = [(np.delete(np.arange(n), i), np.array([i])) for i in range(n)]
    for confounds in (None, F):
        scores = decode(X, y, classifier="lda", cv="loo", alpha=2.0, confounds=confounds)
        expected = expected_values(standardised(X), y, singles, 2.0, F=confounds)
        assert_allclose(scores.predictions, expected, atol=1e-10, rtol=1e-10)
        chosen = expected.argmax(axis=-1) if classes > 2 else (expected > 0).astype(int)
        assert_allclose(scores.accuracy, (np.unique(y)[chosen] == y[:, None]).mean(axis=0))


@pytest.mark.parametrize("multiclass", ["ovo", "ovr"])
@pytest.mark.parametrize("extras", [{}, {"weighted": True}, {"confounds": True}, {"equal": True}])
@pytest.mark.parametrize("p", [4, 20])
def test_pairs_of_three_classes_are_left_out_together(multiclass, extras, p):
    X, y = recording(14, p, t=2, classes=3, effect=1.5)
    codes = np.unique(y, return_inverse=True)[1]
    rng = np.random.default_rng(5)
    w = rng.uniform(0.5, 2, 14) if "weighted" in extras else None
    F = rng.standard_normal((14, 1)) if "confounds" in extras else None
    options = {"class_weight": "balanced"} if "equal" in extras else {"sample_weight": w}
    found = decode(X, y, classifier="lda", cv="loo", alpha=1.0, multiclass=multiclass,
                   confounds=F, **options)  # fmt: skip
    if "equal" in extras:
        w = (14 / (3 * np.bincount(codes)))[codes]
    values = []
    for k in range(3):
        for other in [j for j in range(3) if j != k] if multiclass == "ovo" else [None]:
            rest = codes != k if other is None else codes == other
            won = []
            for pair in [(i, j) for i in np.flatnonzero(codes == k) for j in np.flatnonzero(rest)]:
                train = np.delete(np.arange(14), pair)
                s = [
                    naive(A, codes, train, np.array(pair), 1.0, w=w, F=F, equal="equal" in extras)
                    for A in standardised(X).transpose(2, 0, 1)
                ]
                won.append([v[0, k] > v[1, k] for v in s])
            values.append(np.mean(won, axis=0))
    assert_allclose(found.auc, np.mean(values, axis=0), atol=1e-12)


@pytest.mark.parametrize(
    "options",
    [
        {"scale": "fold"}, {"window": 2}, {"alpha": "auto"}, {"class_weight": "balanced"},
        {"confounds": np.random.default_rng(0).standard_normal((36, 2))}, {"multiclass": "ovr"},
        {"sample_weight": np.linspace(0.5, 2, 36)},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("classes", [3, 4])
@pytest.mark.parametrize("p", [8, 50])
def test_the_diagonal_of_temporal_generalisation_is_decode(options, classes, p):
    X, y = recording(36, p, t=4, classes=classes)
    plain = decode(X, y, classifier="lda", cv=3, **options)
    crossed = generalise(X, y, classifier="lda", cv=3, **options)
    assert_allclose(crossed.diagonal, plain.auc, atol=1e-12)
    assert np.abs(plain.auc - decode(X, y, cv=3, **options).auc).max() > 0.001


def test_other_times_and_other_epochs_are_those_of_scikit_learn():
    X, y = recording(45, 9, t=3, classes=3)
    Z, z = recording(30, 9, t=2, classes=3, seed=5)
    found = generalise(X, y, test=Z, y_test=z, classifier="lda", alpha=2.0, scale=None)
    for t in range(3):
        peer = LinearDiscriminantAnalysis(solver="lsqr", covariance_estimator=Shrunk(2.0 / 45))
        peer.fit(X[:, :, t], y)
        for u in range(2):
            proba = peer.predict_proba(Z[:, :, u])
            expected = roc_auc_score(z, proba, multi_class="ovo")
            assert_allclose(found.auc[t, u], expected, atol=1e-12)


def test_a_searchlight_decodes_neighbourhoods_by_lda():
    X, y = recording(36, 5, t=3, classes=3)
    near = np.eye(5, k=1) + np.eye(5, k=-1)
    options = {"classifier": "lda", "cv": 3}
    found = searchlight(X, y, adjacency=near, **options)
    assert_allclose(found.iloc[2], decode(X[:, 1:4], y, **options).auc)


@pytest.mark.parametrize(("n", "p"), [(40, 6), (20, 30)])
def test_patterns_are_covariance_times_coefficients_over_variance_of_scores(n, p):
    X, y = recording(n, p)
    found = patterns(X, y, classifier="lda", alpha=2.0, scale=None).values
    for t in range(5):
        peer = LinearDiscriminantAnalysis(solver="lsqr", covariance_estimator=Shrunk(2.0 / n))
        w = peer.fit(X[:, :, t], y).coef_[0]
        cov = np.cov(X[:, :, t].T)
        assert_allclose(found[:, t], cov @ w / (w @ cov @ w), atol=1e-9)


def test_units_order_and_precision():
    X, y = recording(40, 60, classes=4)
    plain = decode(X, y, classifier="lda")
    assert_allclose(decode(X * 1e-13 + 3e-13, y, classifier="lda").auc, plain.auc, atol=1e-12)
    renamed = np.array(list("dcba"))[np.unique(y, return_inverse=True)[1]]
    again = decode(X, renamed, classifier="lda", cv=splits(y, 5))
    same = decode(X, y, classifier="lda", cv=splits(y, 5))
    assert_allclose(again.predictions[..., ::-1], same.predictions, atol=1e-9)
    single = decode(X, y, classifier="lda", dtype="float32").predictions
    assert single.dtype == np.float32
    assert_allclose(single, plain.predictions, rtol=1e-3, atol=1e-3)


def test_nothing_to_see_leaves_the_priors():
    y = np.repeat(["a", "b", "c"], [6, 12, 18])
    X = np.zeros((36, 4, 2))
    X[:, :, 1] = 1e-3  # at each time all epochs are alike
    folds = splits(y, 3)
    scores = decode(X, y, classifier="lda", cv=folds, alpha=1.0)
    assert_allclose(expit(scores.predictions), np.broadcast_to([1 / 6, 1 / 3, 1 / 2], (36, 2, 3)))
    equal = decode(X, y, classifier="lda", cv=folds, alpha=1.0, class_weight="balanced")
    assert_allclose(expit(equal.predictions), 1 / 3)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 5), st.integers(1, 12), st.integers(0, 2), st.floats(0.05, 50),
    st.integers(0, 99),
)  # fmt: skip
def test_the_matrix_d_is_what_woodbury_says(classes, p, k, a, seed):
    rng = np.random.default_rng(seed)
    codes = np.r_[np.arange(classes), rng.integers(0, classes, 12)]
    n = len(codes)
    root = np.sqrt(rng.uniform(0.2, 2, n))
    F = rng.standard_normal((n, k)) if k else None
    Q = unpenalised_basis(root, F)
    A = root[:, None] * rng.standard_normal((n, p))
    A -= Q @ (Q.T @ A)
    Z = root[:, None] * (codes[:, None] == np.arange(classes))
    E = residuals_from_features(A[None], np.array([a]), Q).dense()[0]
    N = (Z**2).sum(axis=0)
    C = A.T @ Z / N
    S = A.T @ A - (C * N) @ C.T + a * np.eye(p)
    D = Z.T @ (E + Q @ Q.T) @ Z
    slopes, offsets = lda.discriminant(D, N)
    R = np.linalg.solve(A.T @ A + a * np.eye(p), A.T @ Z)
    direct = np.linalg.solve(S, C)
    assert_allclose(R @ slopes / N.sum(), direct, atol=1e-9)
    quadratic = -N.sum() / 2 * (C * direct).sum(axis=0)
    assert_allclose(offsets, quadratic + np.log(N / N.sum()), atol=1e-8)


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 6), st.floats(0, 3), st.integers(0, 99))
def test_log_odds_are_those_of_the_posterior_and_do_not_tie(classes, spread, seed):
    delta = np.random.default_rng(seed).normal(0, 10**spread, (classes, 7))
    found = lda.log_odds(delta, axis=0)
    assert_allclose(found, lda.log_odds(delta.T).T)
    assert_allclose(found, lda.log_odds(delta + 17, axis=0), rtol=1e-8, atol=1e-10)
    posterior = np.exp(delta - logsumexp(delta, axis=0))
    inside = (posterior > 1e-12) & (posterior < 1 - 1e-6)
    assert_allclose(found[inside], logit(posterior[inside]), rtol=1e-6, atol=1e-6)
    assert len(np.unique(found[0])) == 7
    assert (found.argmax(axis=0) == delta.argmax(axis=0)).all()


X, Y = recording(20, 4, 3)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"classifier": "svm"}, "classifier: expected one of ridge, lda; got 'svm'"),
        ({"classifier": None}, "classifier: expected one of ridge, lda; got None"),
        ({"classifier": "lda", "alpha": 0}, "alpha: expected a positive number"),
        ({"classifier": "lda", "class_weight": "equal"}, "class_weight: expected one of balanced"),
        (
            {"classifier": "lda", "class_weight": "balanced", "sample_weight": np.ones(20)},
            "give one of the two",
        ),
        ({"classifier": "lda", "cv": "loo", "scale": "fold"}, "needs the closed form"),
    ],
)
def test_bad_input_is_named(options, says):
    with pytest.raises(ValueError, match=says):
        decode(X, Y, **options)


def test_patterns_of_several_classes_are_refused_by_name():
    X, y = recording(30, 4, 3, classes=3)
    with pytest.raises(ValueError, match="classifier: expected 'ridge' for the patterns"):
        patterns(X, y, classifier="lda")


def test_a_singular_scatter_is_named():
    with pytest.raises(ValueError, match="alpha: too small for data of this scale"):
        lda.discriminant(np.diag([1.0, -1e-17]), np.array([3.0, 4.0]))
