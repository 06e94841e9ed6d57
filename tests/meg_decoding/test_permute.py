import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import binom

from tests.meg_decoding.small_recordings import recording
from workedpapers.meg_decoding.decoding.engine import features
from workedpapers.meg_decoding.decoding.refit import fit_fold
from workedpapers.meg_decoding.decoding.settings import DecodingSettings, targets_of
from workedpapers.meg_decoding.decoding.time_resolved import decode
from workedpapers.meg_decoding.permutation.exchangeability import permuted_codes
from workedpapers.meg_decoding.permutation.over_times import PermutationTest, permute


def permutations_are_decoded(classes, options):
    options = dict(options)
    X, y = recording(36, options.pop("p", 8), classes=classes)
    settings = DecodingSettings.checked(X, y, cv=3, seed=4, **options)
    codes = permuted_codes(settings, 3, "auto", np.random.default_rng([4, 1]))
    test = permute(X, y, n=3, cv=3, seed=4, **options)
    for number in range(3):
        relabelled = settings.data.classes[codes[number]]
        again = decode(X, relabelled, cv=settings.folds, **options)
        assert_allclose(test.null[number], again.auc, atol=1e-12)
    assert_allclose(test.observed, decode(X, y, cv=3, seed=4, **options).auc)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    "options",
    [
        {"alpha": 1.0},
        {"scale": "fold"},
        {"p": 70},
        {"p": 70, "scale": "fold"},
        {"confounds": np.random.default_rng(0).standard_normal(36)},
        {"sample_weight": np.linspace(0.5, 2, 36)},
        {"alpha": "auto"},
        {"classifier": "lda", "alpha": "auto"},
        {"classifier": "lda", "class_weight": "balanced"},
        {"alpha": "auto", "p": 50, "scale": "fold", "sample_weight": np.linspace(0.5, 2, 36)},
        {"class_weight": "balanced"},
        {"multiclass": "ovr"},
    ],
    ids=str,
)
def test_each_permutation_is_decode_with_those_labels(classes, options):
    permutations_are_decoded(classes, options)


@pytest.mark.parametrize(
    "options",
    [
        {"alpha": 1.0}, {"scale": "fold"}, {"p": 70}, {"p": 70, "scale": "fold"},
        {"confounds": np.random.default_rng(0).standard_normal(36)},
        {"sample_weight": np.linspace(0.5, 2, 36)}, {"multiclass": "ovr"},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("classes", [3, 4])
def test_so_is_each_permutation_of_lda(classes, options):
    permutations_are_decoded(classes, {"classifier": "lda"} | options)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"p": 30, "dtype": "float32"},
        {"window": 2},
        {"multiclass": "ovr"},
        {"confounds": np.random.default_rng(0).standard_normal(24)},
        {"sample_weight": np.linspace(0.5, 2, 24)},
        {"class_weight": "balanced"},
    ],
    ids=str,
)
def test_leaving_out_pairs_under_permuted_labels_is_decode_with_those_labels(classes, options):
    options = dict(options)
    X, y = recording(24, options.pop("p", 6), classes=classes)
    test = permute(X, y, n=3, cv="loo", seed=4, **options)
    settings = DecodingSettings.checked(X, y, cv="loo", seed=4, **options)
    codes = permuted_codes(settings, 3, "auto", np.random.default_rng([4, 1]))
    assert (np.sort(codes) == np.sort(settings.data.codes)).all()
    for number in range(3):
        again = decode(X, settings.data.classes[codes[number]], cv="loo", **options)
        assert_allclose(test.null[number], again.auc, atol=1e-12)
    assert_allclose(test.observed, decode(X, y, cv="loo", **options).auc, atol=1e-12)


def test_chosen_penalties_differ_between_permutations():
    # If one penalty served all permutations, the test above would say nothing.
    X, y = recording(36, 8)
    settings = DecodingSettings.checked(X, y, cv=3, alpha="auto")
    codes = permuted_codes(settings, 20, "auto", np.random.default_rng(0))
    Y = targets_of(codes.T.ravel(), 2).reshape(36, 20)
    A = features(settings, slice(0, 5))
    alpha = fit_fold(settings, A, Y, settings.folds[0][0]).alpha
    assert alpha.shape == (5, 20)
    assert len(np.unique(alpha[0])) > 3
    for column in (0, 7):
        alone = fit_fold(settings, A, Y[:, [column]], settings.folds[0][0]).alpha
        assert_allclose(alpha[:, column], alone)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"scale": None},
        {"confounds": np.arange(41) * 1.3 % 7},
        {"window": 2},
        {"scale": "fold"},
        {"alpha": "auto"},
        {"cv": "loo"},
        {"cv": "loo", "scale": None},
        {"cv": "loo", "confounds": np.arange(41) * 1.3 % 7},
        {"cv": "loo", "window": 2},
    ],
    ids=str,
)
@pytest.mark.parametrize("p", [9, 60])
def test_nothing_is_found_at_times_at_which_nothing_varies(options, p):
    X, y = recording(41, p)
    X[:, :, 0] = 0
    X[:, :, 1] = np.linspace(-0.1, 3.3, p)
    test = permute(X, y, n=50, **options)
    still = 1 if "window" in options else 2
    assert (test.observed[:still] == 0.5).all()
    assert (test.null[:, :still] == 0.5).all()
    assert (test.pvalues[:still] == 1).all()
    assert (test.null[:, still:].std(axis=0) > 0.03).all()
    assert (decode(X, y, **options).auc[:still] == 0.5).all()


def test_labels_change_places_only_where_they_may():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((48, 3, 2))
    image = np.arange(48) // 3
    by_image = np.where(image % 2, "a", "b")
    session = np.arange(48) // 8
    free = np.arange(48) % 2

    def drawn(y, exchange="auto", **options):
        settings = DecodingSettings.checked(X, y, cv=2, **options)
        return settings, permuted_codes(settings, 50, exchange, np.random.default_rng(1))

    for settings, codes in [
        drawn(free),
        drawn(by_image, groups=image),
        drawn(free, groups=session),
    ]:
        for _, test in settings.folds:
            sizes = (codes[:, test] == 1).sum(axis=1)
            assert (sizes == (settings.data.codes[test] == 1).sum()).all()
        assert len(np.unique(codes, axis=0)) > 20
    _, codes = drawn(by_image, groups=image)
    assert (codes.reshape(50, 16, 3) == codes[:, ::3, None]).all()
    _, codes = drawn(free, groups=session)
    assert (codes.reshape(50, 6, 8).sum(axis=2) == 4).all()


def test_pvalues_are_counts_and_the_threshold_belongs_to_them():
    null = np.array([[0.5, 0.6], [0.7, 0.4], [0.55, 0.5]])
    test = PermutationTest(np.array([0.0, 0.1]), np.array([0.55, 0.65]), null, {})
    assert_allclose(test.pvalues, [3 / 4, 1 / 4])
    assert_allclose(test.pvalues_corrected, [1, 2 / 4])
    assert test.threshold(0.5) == 0.6
    assert test.threshold(0.25) == 0.7
    with pytest.raises(ValueError, match=r"level: expected at least 0\.25"):
        test.threshold(0.05)
    assert list(test.to_frame()) == ["time", "auc", "p", "p_corrected"]


def test_threshold_and_corrected_pvalues_say_the_same():
    X, y = recording(40, 10)
    test = permute(X, y, n=199, seed=3)
    assert ((test.observed > test.threshold(0.05)) == (test.pvalues_corrected <= 0.05)).all()
    assert (test.pvalues_corrected >= test.pvalues).all()
    assert "199 permutations" in repr(test)
    assert_allclose(permute(X, y, n=199, seed=3).null, test.null)
    assert not np.array_equal(permute(X, y, n=199, seed=4).null, test.null)


@pytest.mark.parametrize("options", [{"cv": 2}, {"cv": 2, "alpha": "auto"}, {"cv": "loo"}], ids=str)
def test_noise_is_found_as_often_as_the_level_says(options):
    rng = np.random.default_rng(5)
    tests, level = 150, 0.1
    found, alone = 0, 0
    for seed in range(tests):
        noise = rng.standard_normal((20, 6, 4)).cumsum(axis=2)
        test = permute(noise, np.arange(20) % 2, n=39, seed=seed, **options)
        found += test.pvalues_corrected.min() <= level
        alone += test.pvalues[0] <= level
    for count in (found, alone):
        assert binom.ppf(0.001, tests, 0.7 * level) <= count <= binom.ppf(0.999, tests, level)


def test_a_planted_effect_is_found_where_it_is():
    X, y = recording(60, 8, t=6, effect=2.0)
    test = permute(X, y, n=199)
    assert (test.pvalues_corrected[2:] == 1 / 200).all()
    assert test.pvalues_corrected[:2].min() > 0.05


X, Y = recording(20, 4, 3)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"n": 0}, "n: expected at least 1"),
        ({"exchange": "rows"}, "exchange: expected one of"),
        ({"exchange": "groups"}, "exchange='groups': expected groups"),
        ({"exchange": "groups", "groups": np.arange(20) // 2 % 10}, "each hold one class"),
        ({"cv": "loo", "alpha": "auto"}, "needs the closed form"),
        ({"cv": "loo", "n": 200_000}, "n: expected at most 184756"),
        ({"cv": [(range(10), range(10, 20)), (range(5), range(5, 20))]}, "at most once"),
        ({"cv": 10, "n": 2000}, "n: expected at most 1024"),
    ],
)
def test_bad_input_is_named(options, says):
    with pytest.raises(ValueError, match=says):
        permute(X, Y, **options)


def test_groups_of_one_class_cannot_be_permuted_within():
    with pytest.raises(ValueError, match="every group holds one class"):
        permute(X, np.arange(20) // 2 % 2, groups=np.arange(20) // 2, exchange="within")
