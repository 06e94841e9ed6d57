"""Held-out predictions against scikit-learn, refitted fold by fold."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.linalg import solve
from sklearn.linear_model import LinearRegression, Ridge, RidgeClassifier, RidgeCV
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold, LeaveOneOut, ShuffleSplit, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.meg_decoding.small_recordings import mne_epochs, recording, splits, standardised
from workedpapers.meg_decoding.decoding.refit import GRID
from workedpapers.meg_decoding.decoding.time_resolved import decode

SHAPES = [(40, 12), (24, 60)]  # fewer channels than epochs, and more


def refitted(A, Y, folds, fit):
    """Predictions of ``fit(train, time) -> function`` for each fold's test epochs."""
    out = np.full((len(A), A.shape[2], *Y.shape[1:]), np.nan)
    for train, test in folds:
        for t in range(A.shape[2]):
            out[test, t] = fit(train, t)(A[test, :, t])
    return out


@pytest.mark.parametrize(("n", "p"), SHAPES)
@pytest.mark.parametrize("weighted", [False, True])
def test_closed_form_is_ridge_refitted_in_each_fold(n, p, weighted):
    X, y = recording(n, p)
    sign = np.where(y == "b", 1.0, -1.0)
    weights = np.random.default_rng(1).uniform(0.3, 3, n) if weighted else None
    A, folds = standardised(X), splits(y)

    def fit(train, t):
        w = None if weights is None else weights[train]
        return Ridge(alpha=3.0).fit(A[train, :, t], sign[train], sample_weight=w).predict

    scores = decode(X, y, cv=folds, alpha=3.0, sample_weight=weights)
    expected = refitted(A, sign, folds, fit)
    assert_allclose(scores.predictions, expected, atol=1e-10)
    by_fold = [[roc_auc_score(y[test], expected[test, t]) for t in range(5)] for _, test in folds]
    assert_allclose(scores.fold_auc, by_fold, atol=1e-12)
    assert_allclose(scores.auc, np.mean(by_fold, axis=0), atol=1e-12)
    hits = [((expected[test] > 0) == (y[test] == "b")[:, None]).mean(axis=0) for _, test in folds]
    assert_allclose(scores.accuracy, np.mean(hits, axis=0))


@pytest.mark.parametrize(("n", "p"), SHAPES)
def test_scaling_inside_folds_is_the_pipeline_of_scikit_learn(n, p):
    X, y = recording(n, p)
    X = X * np.logspace(-13, 2, p)[:, None] + np.linspace(-1, 1, p)[:, None]
    X[:, 3, 1] = 0.1  # a channel that rests at one time, as in a reset baseline
    folds = splits(y)

    def fit(train, t):
        pipeline = make_pipeline(StandardScaler(), RidgeClassifier(alpha=2.0))
        return pipeline.fit(X[train, :, t], y[train]).decision_function

    scores = decode(X, y, cv=folds, scale="fold", alpha=2.0)
    assert_allclose(scores.predictions, refitted(X, np.ones(n), folds, fit), atol=1e-10)


@pytest.mark.parametrize("scale", ["fixed", "fold"])
def test_several_classes_are_one_column_each(scale):
    X, y = recording(48, 10, classes=3)
    A, folds = standardised(X), splits(y)

    def fit(train, t):
        steps = [StandardScaler()] if scale == "fold" else []
        pipeline = make_pipeline(*steps, RidgeClassifier(alpha=2.0))
        return pipeline.fit(A[train, :, t], y[train]).decision_function

    scores = decode(X, y, cv=folds, scale=scale, alpha=2.0)
    expected = refitted(A, np.ones((48, 3)), folds, fit)
    assert_allclose(scores.predictions, expected, atol=1e-10)
    share = (expected + 1) / 2  # adds up to 1, as scikit-learn's AUC wants it
    for t in range(5):
        by_fold = [roc_auc_score(y[test], share[test, t], multi_class="ovo") for _, test in folds]
        assert_allclose(scores.auc[t], np.mean(by_fold), atol=1e-12)


@pytest.mark.parametrize(("n", "p"), SHAPES)
@pytest.mark.parametrize("scale", ["fixed", "fold"])
@pytest.mark.parametrize("weighted", [False, True])
def test_confounds_are_regressed_out_of_labels_and_channels_in_each_training_set(
    n, p, scale, weighted
):
    X, y = recording(n, p)
    rng = np.random.default_rng(2)
    sign = np.where(y == "b", 1.0, -1.0)
    F = np.stack([sign + rng.standard_normal(n), 100 + rng.standard_normal(n)], axis=1)
    weights = rng.uniform(0.5, 2, n) if weighted else np.ones(n)
    A, folds = standardised(X), splits(y)
    expected = np.empty((n, 5))
    for train, test in folds:
        w = weights[train]
        of_y = LinearRegression().fit(F[train], sign[train], sample_weight=w)
        for t in range(5):
            B = A[:, :, t]
            if scale == "fold":
                B = B / B[train].std(axis=0)
            of_x = LinearRegression().fit(F[train], B[train], sample_weight=w)
            ridge = Ridge(alpha=2.0, fit_intercept=False).fit(
                B[train] - of_x.predict(F[train]),
                sign[train] - of_y.predict(F[train]),
                sample_weight=w,
            )
            level = np.average(sign[train], weights=w)
            expected[test, t] = ridge.predict(B[test] - of_x.predict(F[test])) + level
    scores = decode(
        X, y, cv=folds, alpha=2.0, scale=scale, confounds=F,
        sample_weight=weights if weighted else None,
    )  # fmt: skip
    assert_allclose(scores.predictions, expected, atol=1e-10)


def test_a_confound_that_channels_carry_is_decoded_without_and_not_with_control():
    rng = np.random.default_rng(3)
    n, p, t = 240, 20, 12
    y = np.arange(n) % 2
    luminance = y + 0.7 * rng.standard_normal(n)
    X = rng.standard_normal((n, p, t)) + luminance[:, None, None] * np.linspace(0, 1, p)[:, None]
    assert decode(X, y).auc.min() > 0.7
    # Twelve independent times of 240 epochs: the mean has a standard error of about 0.011.
    assert abs(decode(X, y, confounds=luminance).auc.mean() - 0.5) < 0.045


def test_penalty_chosen_inside_the_fold_is_that_of_leave_one_out_in_scikit_learn():
    X, y = recording(40, 15)
    sign = np.where(y == "b", 1.0, -1.0)
    folds = splits(y)
    scores = decode(X, y, cv=folds, alpha="auto", scale="fold")
    expected = np.empty((40, 5))
    for number, (train, test) in enumerate(folds):
        for t in range(5):
            scaler = StandardScaler().fit(X[train, :, t])
            ridge = RidgeCV(alphas=15 * GRID).fit(scaler.transform(X[train, :, t]), sign[train])
            expected[test, t] = ridge.predict(scaler.transform(X[test, :, t]))
            assert_allclose(scores.alpha[number, t], ridge.alpha_)
    assert_allclose(scores.predictions, expected, atol=1e-9)


def test_a_window_stacks_the_channels_of_its_samples():
    X, y = recording(30, 14, t=7)
    A, folds = standardised(X), splits(y)
    stacked = np.stack([A[:, :, t : t + 3].reshape(30, -1) for t in range(5)], axis=2)
    sign = np.where(y == "b", 1.0, -1.0)

    def fit(train, t):
        return Ridge(alpha=5.0).fit(stacked[train, :, t], sign[train]).predict

    expected = refitted(stacked, sign, folds, fit)
    seconds = np.linspace(0, 0.6, 7)
    scores = decode(X, y, times=seconds, cv=folds, alpha=5.0, window=3)
    assert_allclose(scores.predictions, expected, atol=1e-10)
    assert_allclose(scores.times, seconds[1:-1])
    relative = decode(X, y, cv=folds, penalty=5.0 / (14 * 3), window=3)
    assert_allclose(relative.predictions, expected, atol=1e-10)
    mean = decode(X, y, cv=folds, window=3, window_mode="mean", alpha=1.0)
    runs = np.stack([X[:, :, t : t + 3].mean(axis=2) for t in range(5)], axis=2)
    assert_allclose(mean.predictions, decode(runs, y, cv=folds, alpha=1.0).predictions, atol=1e-12)


@pytest.mark.parametrize(("n", "p"), [(16, 5), (12, 30)])
def test_leaving_one_out_refits_and_its_auc_leaves_out_pairs(n, p):
    X, y = recording(n, p, t=3)
    F = np.random.default_rng(4).standard_normal(n)
    sign = np.where(y == "b", 1.0, -1.0)
    A = standardised(X)
    for confounds in (None, F):
        scores = decode(X, y, cv="loo", alpha=2.0, confounds=confounds)
        singles = [(np.delete(np.arange(n), i), np.array([i])) for i in range(n)]
        again = decode(X, y, cv=singles, alpha=2.0, confounds=confounds)
        assert_allclose(again.auc, scores.auc)
        if confounds is None:
            expected = refitted(
                A, sign, singles,
                lambda train, t: Ridge(alpha=2.0).fit(A[train, :, t], sign[train]).predict,
            )  # fmt: skip
            assert_allclose(scores.predictions, expected, atol=1e-10)
        wins = []
        for i in np.flatnonzero(y == "b"):
            for j in np.flatnonzero(y == "a"):
                pair = np.array([i, j])
                fold = [(np.delete(np.arange(n), pair), pair)]
                wins.append(decode(X, y, cv=fold, alpha=2.0, confounds=confounds).auc)
        assert_allclose(scores.auc, np.mean(wins, axis=0), atol=1e-12)


@pytest.mark.parametrize("multiclass", ["ovo", "ovr"])
def test_leave_one_out_of_three_classes_takes_all_pairs_that_the_auc_compares(multiclass):
    X, y = recording(15, 6, t=4, classes=3)
    found = decode(X, y, cv="loo", multiclass=multiclass, alpha=1.0)
    values = []
    for label in "abc":
        for other in [c for c in "abc" if c != label] if multiclass == "ovo" else [None]:
            rest = y != label if other is None else y == other
            pairs = [(i, j) for i in np.flatnonzero(y == label) for j in np.flatnonzero(rest)]
            won = []
            for pair in pairs:
                train = np.delete(np.arange(15), pair)
                A = standardised(X)
                fits = [
                    Ridge(alpha=1.0).fit(A[train, :, t], np.where(y[train] == label, 1.0, -1.0))
                    for t in range(4)
                ]
                s = [fit.predict(A[list(pair), :, t]) for t, fit in enumerate(fits)]
                won.append([v[0] > v[1] for v in s])
            values.append(np.mean(won, axis=0))
    assert_allclose(found.auc, np.mean(values, axis=0), atol=1e-12)


def test_leave_one_out_of_noise_is_at_chance_where_pooling_is_far_below():
    rng = np.random.default_rng(5)
    X, y = rng.standard_normal((30, 8, 200)), np.arange(30) % 2
    scores = decode(X, y, cv="loo", alpha=500.0)
    pooled = [roc_auc_score(y, scores.predictions[:, t]) for t in range(200)]
    # The AUC of 30 epochs has a standard deviation of about 0.11; of 200 means, 0.008.
    assert abs(scores.auc.mean() - 0.5) < 0.03
    assert np.mean(pooled) < 0.4
    assert scores.fold_auc is None
    assert_allclose(decode(X, y, cv=LeaveOneOut(), alpha=500.0).auc, scores.auc)


def test_two_class_discriminant_analysis_has_the_same_fold_auc():
    X, y = recording(40, 12)
    A, folds = standardised(X), splits(y)
    values = np.empty((len(folds), 5))
    for number, (train, test) in enumerate(folds):
        for t in range(5):
            B, upper = A[train, :, t], y[train] == "b"
            gap = B[upper].mean(axis=0) - B[~upper].mean(axis=0)
            within = sum(
                (B[part] - B[part].mean(axis=0)).T @ (B[part] - B[part].mean(axis=0))
                for part in (upper, ~upper)
            )
            w = solve(within + 3.0 * np.eye(12), gap, assume_a="pos")
            values[number, t] = roc_auc_score(y[test], A[test, :, t] @ w)
    assert_allclose(decode(X, y, cv=folds, alpha=3.0).fold_auc, values, atol=1e-12)


@pytest.mark.parametrize("cv", [ShuffleSplit(3, test_size=0.5, random_state=0), TimeSeriesSplit(3)])
def test_folds_that_leave_epochs_unused_or_test_them_twice(cv):
    X, y = recording(40, 12)
    sign, A = np.where(y == "b", 1.0, -1.0), standardised(X)
    scores = decode(X, y, cv=cv, alpha=3.0)
    total, times_tested = np.zeros((40, 5)), np.zeros(40)
    for train, test in cv.split(X[:, :, 0], y):
        times_tested[test] += 1
        for t in range(5):
            ridge = Ridge(alpha=3.0).fit(A[train, :, t], sign[train])
            total[test, t] += ridge.predict(A[test, :, t])
    with np.errstate(invalid="ignore"):
        assert_allclose(scores.predictions, total / times_tested[:, None], atol=1e-10)


def test_units_rotations_and_the_order_of_the_channels_do_not_matter():
    X, y = recording(40, 12)
    auc = decode(X, y).auc
    rng = np.random.default_rng(6)
    assert_allclose(decode(X * rng.uniform(1e-15, 9, (12, 1)) + 3, y).auc, auc, atol=1e-12)
    assert_allclose(decode(X[:, rng.permutation(12)], y).auc, auc, atol=1e-12)
    assert_allclose(decode(X, np.where(y == "a", "b", "a")).auc, auc, atol=1e-12)
    turn = np.linalg.qr(rng.standard_normal((12, 12)))[0]
    plain = decode(X, y, scale=None).predictions
    assert_allclose(decode(turn @ X, y, scale=None).predictions, plain, atol=1e-10)
    assert_allclose(decode(7 * X, y, scale=None).predictions, plain, atol=1e-10)  # penalty scales


def test_weights_of_balanced_classes_make_both_classes_count_the_same():
    X, y = recording(60, 6, effect=0.8)
    keep = np.r_[np.flatnonzero(y == "a"), np.flatnonzero(y == "b")[:8]]
    X, y = X[keep], y[keep]
    plain, balanced = (decode(X, y, class_weight=w, cv=4) for w in (None, "balanced"))
    assert balanced.balanced_accuracy[2:].mean() > plain.balanced_accuracy[2:].mean()
    weights = np.where(y == "a", 38 / 60, 38 / 16)
    again = decode(X, y, sample_weight=weights, cv=4)
    assert_allclose(again.predictions, balanced.predictions, atol=1e-12)
    assert_allclose(again.auc, plain.auc, atol=0.15)


def test_single_precision_is_close_to_double():
    X, y = recording(40, 60)
    single, double = (decode(X, y, dtype=kind) for kind in ("float32", "float64"))
    assert single.predictions.dtype == np.float32
    assert_allclose(single.predictions, double.predictions, atol=1e-4)


def test_mne_epochs_with_columns_of_their_metadata_and_two_units():
    epochs = mne_epochs(48)
    scores = decode(epochs, y="condition", cv=4, groups="image", whiten=True)
    assert_allclose(scores.times, epochs.times)
    assert scores.auc[epochs.times > 0.06].mean() > 0.75 > scores.auc[epochs.times < 0].mean()
    array = decode(epochs.get_data(copy=False), epochs.metadata["condition"], times=epochs.times,
                   cv=4, groups=epochs.metadata["image"].to_numpy(), whiten=True)  # fmt: skip
    assert_allclose(array.auc, scores.auc, atol=1e-12)
    typed = decode(epochs, y="condition", scale="type", alpha=1.0)
    rescaled = epochs.get_data(copy=True)
    for block in (slice(0, 4), slice(4, 8)):
        part = rescaled[:, block]
        rescaled[:, block] = part / (part - part.mean(axis=(0, 2), keepdims=True)).std()
    plain = decode(rescaled, epochs.metadata["condition"], scale=None, alpha=1.0)
    assert_allclose(typed.predictions, plain.predictions, atol=1e-10)


def test_what_scores_show():
    X, y = recording()
    scores = decode(X, y, times=np.linspace(-0.2, 0.2, 5), cv=KFold(2), seed=1)
    frame = scores.to_frame()
    assert list(frame.columns[:2]) == ["time", "auc"]
    assert_allclose(frame[["auc_fold_0", "auc_fold_1"]].mean(axis=1), scores.auc)
    assert "2 folds" in repr(scores)
    best, when = scores.peak
    assert best == scores.auc.max()
    assert scores.auc[list(scores.times).index(when)] == best
