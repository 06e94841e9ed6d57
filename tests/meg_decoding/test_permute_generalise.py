import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import binom

from tests.meg_decoding.small_recordings import mne_epochs, recording
from workedpapers.meg_decoding.decoding.generalisation import generalise
from workedpapers.meg_decoding.decoding.settings import DecodingSettings
from workedpapers.meg_decoding.permutation import over_cells
from workedpapers.meg_decoding.permutation.exchangeability import permuted_codes
from workedpapers.meg_decoding.permutation.over_cells import GeneralisationTest, permute_generalise
from workedpapers.meg_decoding.permutation.over_times import permute

LUMINANCE = np.random.default_rng(0).standard_normal(36)
WEIGHTS = np.linspace(0.5, 2, 36)


@pytest.mark.parametrize("p", [6, 70])
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"scale": "type"},
        {"scale": None, "penalty": 1.0},
        {"scale": "fold"},
        {"whiten": "all"},
        {"window": 3},
        {"window": 2, "window_mode": "mean"},
        {"confounds": LUMINANCE},
        {"confounds": np.column_stack([LUMINANCE, WEIGHTS]), "window": 2, "scale": "fold"},
        {"sample_weight": WEIGHTS},
        {"alpha": "auto"},
        {"alpha": "auto", "scale": "fold", "confounds": LUMINANCE, "sample_weight": WEIGHTS},
        {"multiclass": "ovr", "alpha": 2.0},
        {"classifier": "lda"},
        {"classifier": "lda", "alpha": "auto", "scale": "fold", "sample_weight": WEIGHTS},
        {"classifier": "lda", "confounds": LUMINANCE, "window": 2, "multiclass": "ovr"},
    ],
    ids=lambda options: " ".join(options) or "plain",
)
def test_it_is_generalise_with_each_permuted_label_vector(p, classes, options):
    X, y = recording(36, p, t=6, classes=classes)
    X = X + np.linspace(-100, 100, p)[:, None]
    settings = DecodingSettings.checked(X, y, cv=3, seed=4, **options)
    codes = permuted_codes(settings, 4, "auto", np.random.default_rng([4, 1]))
    null = np.stack(
        [generalise(X, settings.data.classes[c], cv=settings.folds, **options).auc for c in codes]
    )
    test = permute_generalise(X, y, n=4, cv=3, seed=4, **options)
    observed = generalise(X, y, cv=3, seed=4, **options)
    assert_allclose(test.observed, observed.auc, atol=1e-12)
    assert_allclose(test.largest, null.max(axis=(1, 2)), atol=1e-12)
    counts = (null > observed.auc - 1e-9).sum(axis=0)
    assert_allclose(test.pvalues, (counts + 1) / 5)
    assert_allclose(test.times, observed.times)
    assert_allclose(test.test_times, observed.test_times)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"alpha": "auto", "classes": 3},
        {"scale": "fold", "p": 60},
        {"classifier": "lda", "classes": 3},
        {"groups": np.arange(40) // 4},
        {"groups": np.arange(40) // 2, "exchange": "groups"},
    ],
    ids=lambda options: " ".join(options) or "plain",
)
def test_its_diagonal_is_permute(options):
    options = dict(options)
    X, y = recording(40, options.pop("p", 8), t=6, effect=0.5, classes=options.pop("classes", 2))
    if "exchange" in options:
        y = np.arange(40) // 2 % 2
    options["times"] = np.linspace(-0.1, 0.4, 6)
    plain = permute(X, y, n=99, seed=3, cv=4, **options)
    crossed = permute_generalise(X, y, n=99, seed=3, cv=4, **options)
    assert (crossed.observed.diagonal() == plain.observed).all()
    assert (crossed.pvalues.diagonal() == plain.pvalues).all()
    assert (crossed.largest >= plain.null.max(axis=1)).all()
    assert crossed.settings == plain.settings


def test_blocks_of_test_times_do_not_change_the_result(monkeypatch):
    X, y = recording(36, 50, t=7)
    whole = permute_generalise(X, y, n=30, cv=3)
    # The package exports the function under the name of its module.
    monkeypatch.setattr(over_cells, "_CHUNK", 31 * 12 * 3)
    parts = permute_generalise(X, y, n=30, cv=3)
    assert (parts.observed == whole.observed).all()
    assert (parts.pvalues == whole.pvalues).all()
    assert (parts.largest == whole.largest).all()
    assert (parts.pvalues_transfer == whole.pvalues_transfer).all()


def test_noise_is_found_as_often_as_the_level_says():
    rng = np.random.default_rng(6)
    tests, level = 300, 0.05
    anywhere, one = 0, 0
    for seed in range(tests):
        noise = rng.standard_normal((20, 6, 4)).cumsum(axis=2)
        test = permute_generalise(noise, np.arange(20) % 2, n=39, cv=2, seed=seed)
        anywhere += test.pvalues_corrected.min() <= level
        one += test.pvalues[0, 3] <= level
    # Ties between AUCs of so few epochs make the test a little conservative.
    for count in (anywhere, one):
        assert binom.ppf(0.001, tests, 0.6 * level) <= count <= binom.ppf(0.999, tests, level)


def test_transfer_compares_with_decoders_of_permuted_labels_on_the_test_epochs_as_they_are():
    X, y = recording(36, 20, t=5, effect=0.6)
    options = {"scale": None, "alpha": 3.0}
    settings = DecodingSettings.checked(X, y, cv=3, seed=2, **options)
    drawn = permuted_codes(settings, 30, "auto", np.random.default_rng([2, 1]))
    trained = settings.data.classes[np.vstack([settings.data.codes, drawn])]
    auc = np.zeros((31, 5, 5))
    for train, test in settings.folds:
        epochs = {"test": X[test], "y_test": y[test]}
        auc += [generalise(X[train], labels[train], **epochs, **options).auc for labels in trained]
    z = (auc - auc.mean(axis=0)) / auc.std(axis=0)
    off = ~np.eye(5, dtype=bool)
    largest = z[1:, off].max(axis=1)
    alone = ((largest[:, None, None] > z[0] - 1e-9).sum(axis=0) + 1) / 31
    test = permute_generalise(X, y, n=30, cv=3, seed=2, **options)
    expected = np.where(off, np.maximum(alone, test.pvalues_corrected), test.pvalues_corrected)
    assert_allclose(test.pvalues_transfer, expected)
    assert (alone > test.pvalues_corrected)[off].any()
    assert (alone < test.pvalues_corrected)[off].any()


def noisy(rng, n, p, effects, amplitude):
    """Noise that lasts, and one of two patterns at some times, {time: which}."""
    y = rng.permutation(np.arange(n) % 2)
    X = rng.standard_normal((n, p, 5))
    for t in range(1, 5):
        X[:, :, t] = 0.8 * X[:, :, t - 1] + 0.6 * X[:, :, t]
    patterns = rng.standard_normal((2, p))
    for t, which in effects.items():
        X[:, :, t] += amplitude * np.where(y, 1, -1)[:, None] * patterns[which]
    return X, y


def test_a_strong_effect_makes_false_cells_but_for_the_test_of_transfer():
    # A decoder of noise points somewhere, and two classes far apart differ along any direction.
    rng = np.random.default_rng(8)
    recordings, level = 120, 0.05
    false = np.zeros(2)
    for seed in range(recordings):
        X, y = noisy(rng, 40, 8, {3: 0, 4: 1}, 1.0)
        test = permute_generalise(X, y, n=39, cv=2, seed=seed)
        none = np.ones((5, 5), bool)
        none[3, 3] = none[4, 4] = False
        for kind, p in enumerate((test.pvalues_corrected, test.pvalues_transfer)):
            false[kind] += (p[none] <= level).any()
    assert false[0] > 0.3 * recordings
    assert false[1] <= binom.ppf(0.999, recordings, level)


def test_a_pattern_is_found_where_it_generalises():
    X, y = noisy(np.random.default_rng(7), 80, 40, {1: 0, 2: 0, 4: 1}, 0.7)
    test = permute_generalise(X, y, n=199)
    expected = np.zeros((5, 5), bool)
    expected[1:3, 1:3] = expected[4, 4] = True
    assert ((test.pvalues_transfer <= 0.05) == expected).all()
    found = test.pvalues_corrected <= 0.05
    assert found[expected].all()
    assert ((test.observed > test.threshold(0.05)) == found).all()
    assert (test.pvalues_corrected >= test.pvalues).all()
    assert (test.pvalues_transfer >= test.pvalues_corrected).all()
    assert "199 permutations, 5 x 5 times" in repr(test)
    assert "3 times" in repr(test)
    assert "2 cells" in repr(test)


def test_nothing_is_found_where_nothing_varies():
    X, y = recording(41, 60, t=5)
    X[:, :, 0] = 0
    X[:, :, 1] = np.linspace(-0.1, 3.3, 60)
    test = permute_generalise(X, y, n=20)
    for part in (test.observed[:2], test.observed[:, :2]):
        assert (part == 0.5).all()
    assert (test.pvalues[:2] == 1).all()
    assert (test.pvalues[:, :2] == 1).all()
    assert (test.pvalues_transfer[:, :2] == 1).all()
    assert (test.observed[2:, 2:] != 0.5).all()


def test_pvalues_are_counts_and_the_table_has_a_row_for_each_cell():
    test = GeneralisationTest(
        np.array([0.0, 0.1]),
        np.array([0.0, 0.1, 0.2]),
        np.array([[0.5, 0.6, 0.7], [0.8, 0.65, 0.55]]),
        np.full((2, 3), 0.25),
        np.full((2, 3), 0.75),
        np.array([0.6, 0.7, 0.55]),
        {},
    )
    assert_allclose(test.pvalues_corrected, np.array([[4, 3, 2], [1, 2, 4]]) / 4)
    assert test.threshold(0.5) == 0.6
    with pytest.raises(ValueError, match=r"level: expected at least 0\.25"):
        test.threshold(0.05)
    frame = test.to_frame()
    assert list(frame) == ["train", "test", "auc", "p", "p_corrected", "p_transfer"]
    assert frame.loc[3].tolist() == [0.1, 0.0, 0.8, 0.25, 0.25, 0.75]


def test_epochs_of_mne_with_groups():
    epochs = mne_epochs(24, t=12)
    options = {"cv": 3, "groups": "image", "scale": "type"}
    test = permute_generalise(epochs, "condition", n=30, **options)
    assert test.settings["exchange"] == "groups"
    assert_allclose(test.observed, generalise(epochs, "condition", **options).auc)
    assert_allclose(test.times, epochs.times)


X, Y = recording(20, 4, 3)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"n": 0}, "n: expected at least 1"),
        ({"exchange": "rows"}, "exchange: expected one of"),
        ({"exchange": "within"}, "exchange='within': expected groups"),
        ({"cv": "loo"}, "single epochs have no AUC"),
        ({"class_weight": "balanced"}, "class_weight: expected None"),
        ({"cv": [(range(10), range(10, 20)), (range(5), range(5, 20))]}, "at most once"),
        ({"cv": 10, "n": 2000}, "n: expected at most 1024"),
        ({"penalty": -1}, "penalty: expected a positive number"),
    ],
)
def test_bad_input_is_named(options, says):
    with pytest.raises(ValueError, match=says):
        permute_generalise(X, Y, **options)
