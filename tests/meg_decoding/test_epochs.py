import mne
import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.model_selection import KFold

from tests.meg_decoding.small_recordings import mne_epochs, recording
from workedpapers.meg_decoding.decoding.folds import make_folds
from workedpapers.meg_decoding.decoding.time_resolved import decode
from workedpapers.meg_decoding.preprocessing.epochs import as_epoched
from workedpapers.meg_decoding.preprocessing.pseudo import pseudo_trials


def changed(X, index, value):
    X = X.copy()
    X[index] = value
    return X


X, Y = recording(20, 4, 3)
HALVES = [(range(10), range(10, 20))]
MIXED = X * np.array([1, 1, 1, 1e-6])[:, None]


@pytest.mark.parametrize(
    ("epochs", "y", "options", "error", "says"),
    [
        (X, np.repeat("a", 20), {}, ValueError, r"two classes, got only \['a'\]"),
        (X, Y[:-1], {}, ValueError, "y: expected 20 labels, .* got 19"),
        (X, np.r_[Y[:-1].astype(object), None], {}, ValueError, "y: .*missing label.* epoch 19"),
        (X, Y.reshape(2, 10), {}, ValueError, r"y: expected one dimension, got shape \(2, 10\)"),
        (X, None, {}, TypeError, "y: expected labels"),
        (X, "condition", {}, TypeError, "names a column of epochs.metadata"),
        (X, np.linspace(0, 1, 20), {}, ValueError, "expected classes, got 20 different"),
        (X[0], Y, {}, ValueError, r"expected shape \(n_epochs, n_channels, n_times\), got \(4, 3"),
        (X[:, :0], Y, {}, ValueError, "no empty dimension"),
        (X.astype(str), Y, {}, TypeError, "array of real numbers"),
        (X + 0j, Y, {}, TypeError, "complex128"),
        (changed(X, (3, 2, 1), np.nan), Y, {}, ValueError, r"NaN.* 1 channel\(s\) \(channel 2\)"),
        (changed(X, (3, 0, 1), np.inf), Y, {}, ValueError, r"infinity in 1 .*channel 0"),
        (changed(X, (..., 1, slice(None)), 7.0), Y, {}, ValueError, "channel 1.* flat over all"),
        (X, Y, {"times": [0, 0.1]}, ValueError, "times: expected 3 values"),
        (X, Y, {"times": [0, 0.2, 0.1]}, ValueError, "increasing seconds, got 0.2 before 0.1"),
        (X, Y, {"channel_types": ["mag"]}, ValueError, "channel_types: expected 4"),
        (X, Y, {"groups": np.arange(3)}, ValueError, "groups: expected 20 labels"),
        (X, Y, {"groups": np.arange(20) % 3}, ValueError, r"3 group\(s\), fewer than the 5 folds"),
        (X, Y, {"groups": np.arange(20) % 5, "cv": "loo"}, ValueError, "would split groups"),
        (X, Y, {"cv": 11}, ValueError, r"class a has 10 epoch\(s\), fewer than the 11 folds"),
        (X, Y, {"cv": 1}, ValueError, "cv: expected at least 2"),
        (X, Y, {"cv": True}, TypeError, "cv: expected"),
        (X, Y, {"cv": "all"}, ValueError, "cv: expected a number of folds"),
        (X, Y, {"cv": 2.5}, TypeError, "cv: expected an int"),
        (X, Y, {"cv": []}, ValueError, "at least one fold"),
        (X, Y, {"cv": [(range(10), range(9, 20))]}, ValueError, "trains and tests on epoch 9"),
        (X, Y, {"cv": [(range(10), range(15, 21))]}, ValueError, "range 0 to 19"),
        (X, Y, {"cv": [3]}, TypeError, r"pairs \(train, test\)"),
        (X, Y, {"cv": [(np.ones(20, bool), range(3))]}, TypeError, "arrays of epoch numbers"),
        (X, np.sort(Y), {"cv": KFold(2)}, ValueError, "training set of fold 0 has no epoch"),
        (X, np.sort(Y), {"cv": KFold(4)}, ValueError, "test set of fold 0 has no epoch of class b"),
        (X, Y, {"cv": HALVES, "groups": np.arange(20) % 2}, ValueError, "epochs of one group"),
        (X, Y, {"scale": "robust"}, ValueError, "scale: expected one of"),
        (X, Y, {"scale": "type", "whiten": "all"}, ValueError, "whitened channels have no types"),
        (X, Y, {"whiten": True}, ValueError, "no sample in 'baseline'"),
        (X, Y, {"whiten": 3}, TypeError, "whiten: expected a bool"),
        (X, Y, {"alpha": 0}, ValueError, "alpha: expected a positive number, got 0"),
        (X, Y, {"alpha": "best"}, TypeError, "alpha: expected"),
        (X, Y, {"alpha": 1, "penalty": 1}, ValueError, "not both"),
        (X, Y, {"penalty": -1}, ValueError, "penalty: expected a positive"),
        (X, Y, {"penalty": "1"}, TypeError, "penalty: expected a positive"),
        (X, Y, {"sample_weight": np.zeros(20)}, ValueError, "positive weights, got 0"),
        (X, Y, {"sample_weight": np.ones(3)}, ValueError, "sample_weight: expected 20"),
        (X, Y, {"class_weight": "equal"}, ValueError, "class_weight: expected one of balanced"),
        (X, Y, {"class_weight": "balanced", "sample_weight": np.ones(20)}, ValueError, "not both"),
        (X, Y, {"confounds": np.ones(20)}, ValueError, "confounds: expected columns that vary"),
        (X, Y, {"confounds": np.ones(3)}, ValueError, r"confounds: expected shape \(20, k\)"),
        (X, Y, {"confounds": np.arange(40).reshape(20, 2)}, ValueError, "linearly independent"),
        (X, Y, {"window": 0}, ValueError, "window: expected at least 1"),
        (X, Y, {"window": 4}, ValueError, "window: expected at most 3"),
        (X, Y, {"window_mode": "max"}, ValueError, "window_mode: expected one of"),
        (X, Y, {"multiclass": "ova"}, ValueError, "multiclass: expected one of"),
        (X, Y, {"dtype": "int64"}, ValueError, "dtype: expected float64 or float32"),
        (X, Y, {"cv": "loo", "scale": "fold"}, ValueError, "needs the closed form"),
    ],
)  # fmt: skip
def test_bad_input_is_named(epochs, y, options, error, says):
    with pytest.raises(error, match=says):
        decode(epochs, y, **options)


def test_channels_of_very_different_scale_draw_a_warning_unless_scaled():
    with pytest.warns(UserWarning, match=r"times as much as channel 3.*scale='fixed'"):
        decode(MIXED, Y, scale=None)
    kinds = ["grad", "grad", "grad", "mag"]
    typed = decode(MIXED, Y, scale="type", channel_types=kinds)
    assert_allclose(typed.auc, decode(X, Y, scale="type", channel_types=kinds).auc, atol=1e-12)


def test_a_channel_that_rests_at_one_time_has_no_weight_then():
    resting = changed(X, (slice(None), 1, 0), 0.1)
    without = decode(np.delete(resting, 1, axis=1)[:, :, :1], Y, alpha=1.0)
    for scale in ("fixed", "fold"):
        found = decode(resting, Y, alpha=1.0, scale=scale).predictions[:, 0]
        other = without if scale == "fixed" else decode(
            np.delete(resting, 1, axis=1)[:, :, :1], Y, alpha=1.0, scale="fold"
        )  # fmt: skip
        assert_allclose(found, other.predictions[:, 0], atol=1e-12)


def test_mne_epochs_pass_with_names_types_units_and_labels():
    epochs = mne_epochs(24)
    data = as_epoched(epochs, "condition", groups="image")
    assert data.classes.tolist() == ["famous", "unknown"]
    assert data.ch_types == ("mag",) * 4 + ("eeg",) * 4
    assert data.X.std(axis=(0, 2))[0] < 1e-12
    assert data.groups.max() == 11
    assert (data.y == epochs.metadata["condition"]).all()
    assert "24 epochs (famous: 12, unknown: 12) x 8 channels" in repr(data)
    epochs.info["bads"] = ["mag1"]
    assert "mag1" not in as_epoched(epochs, "run").ch_names
    with pytest.raises(ValueError, match=r"expected column.*'colour'; it has 'condition'"):
        as_epoched(epochs, "colour")
    with pytest.raises(ValueError, match="expected None for mne epochs"):
        as_epoched(epochs, "run", times=epochs.times)
    with pytest.raises(ValueError, match="y: expected None for an Epoched"):
        as_epoched(data, "run")
    epochs.events[:, 2] = np.arange(24) % 2 + 1
    epochs.event_id = {"left": 1, "right": 2}
    assert as_epoched(epochs).y[:3].tolist() == ["left", "right", "left"]


def test_folds_keep_groups_whole_and_classes_balanced():
    rng = np.random.default_rng(0)
    image = rng.permutation(np.arange(60) // 3)
    data = as_epoched(rng.standard_normal((60, 2, 2)), np.where(image % 2, "a", "b"), groups=image)
    folds = make_folds(data, 5, seed=3)
    assert_allclose(np.sort(np.concatenate([test for _, test in folds])), np.arange(60))
    for train, test in folds:
        assert not set(image[train]) & set(image[test])
        assert_allclose(np.bincount(data.codes[test]), [6, 6])
    assert any(
        (a[1] != b[1]).any() for a, b in zip(folds, make_folds(data, 5, seed=4), strict=True)
    )


def test_pseudo_trials_average_each_epoch_once_within_its_class_and_group():
    rng = np.random.default_rng(1)
    group = np.repeat([0, 1, 2, 3], [7, 4, 3, 6])
    y = np.where(group < 2, "a", "b")
    X = rng.standard_normal((20, 3, 4))
    X[:, 0] = group[:, None]
    X[:, 1] = np.arange(20)[:, None]
    data = pseudo_trials(X, y, size=3, groups=group, times=[0, 0.1, 0.2, 0.3], seed=2)
    assert_allclose(np.bincount(data.groups), [2, 1, 1, 2])
    assert_allclose(data.X[:, 0, 0], data.groups)  # no average crosses a group
    assert (data.y == np.where(data.groups < 2, "a", "b")).all()
    for number, size in enumerate([7, 4, 3, 6]):
        mine = data.X[data.groups == number]
        counts = [len(p) for p in np.array_split(np.arange(size), len(mine))]
        assert_allclose(
            np.average(mine, axis=0, weights=counts)[1:], X[group == number].mean(0)[1:]
        )
    single = pseudo_trials(X, y, size=1)
    assert_allclose(np.sort(single.X[:, 1, 0]), np.arange(20))
    with pytest.raises(ValueError, match="size: expected at least 1"):
        pseudo_trials(X, y, size=0)


def test_pseudo_trials_raise_the_auc():
    X, y = recording(160, 8, t=6, effect=0.4)
    averaged = pseudo_trials(X, y, size=5, seed=0)
    assert len(averaged.y) == 32
    assert decode(averaged).auc[2:].mean() > decode(X, y).auc[2:].mean() + 0.05


def test_time_frequency_epochs_have_a_channel_for_each_frequency():
    epochs = mne_epochs(24, t=20)
    rng = np.random.default_rng(0)
    power = rng.random((24, 8, 3, 20))
    tfr = mne.time_frequency.EpochsTFRArray(
        epochs.info, power, epochs.times, [4.0, 8.0, 12.0], metadata=epochs.metadata
    )
    data = as_epoched(tfr, "condition", groups="image", picks="eeg")
    assert data.ch_names[:3] == ("eeg4 4 Hz", "eeg4 8 Hz", "eeg4 12 Hz")
    assert_allclose(data.X, power[:, 4:].reshape(24, 12, 20))
    assert_allclose(decode(tfr, "condition", cv=2).auc.shape, 20)


def test_lists_of_evoked_responses_and_of_source_estimates_are_trials():
    epochs = mne_epochs(12, t=10)
    trials = list(epochs.iter_evoked())
    for one, name in zip(trials, epochs.metadata["condition"], strict=True):
        one.comment = name
    data = as_epoched(trials)
    assert_allclose(data.X, epochs.get_data(copy=False))
    assert (data.y == epochs.metadata["condition"]).all()
    values = np.random.default_rng(0).standard_normal((12, 6, 10))
    vertices = [np.arange(4), np.arange(2)]
    sources = [mne.SourceEstimate(v, vertices, tmin=-0.1, tstep=0.01) for v in values]
    data = as_epoched(sources, epochs.metadata["condition"], picks=[1, 5])
    assert data.ch_names == ("source 1", "source 5")
    assert_allclose(data.X, values[:, [1, 5]])
    with pytest.raises(ValueError, match="source estimates of the same places and times"):
        as_epoched([*sources[:-1], sources[0].copy().crop(-0.05)], np.arange(12) % 2)
    with pytest.raises(ValueError, match="evoked responses of the same channels and times"):
        as_epoched([*trials[:-1], trials[0].copy().crop(-0.05)], np.arange(12) % 2)


def test_any_type_of_channel_is_picked():
    info = mne.create_info(["S1", "S2", "d1", "d2"], 10.0, ["hbo", "hbr", "dbs", "dbs"])
    X = np.random.default_rng(0).standard_normal((8, 4, 5))
    epochs = mne.EpochsArray(X, info, verbose="ERROR")
    with pytest.raises(ValueError, match=r"got dbs, hbo, hbr\. Say with picks"):
        as_epoched(epochs, np.arange(8) % 2)
    assert as_epoched(epochs, np.arange(8) % 2, picks="dbs").ch_names == ("d1", "d2")
    assert as_epoched(epochs, np.arange(8) % 2, picks=["S2", "d1"]).ch_names == ("S2", "d1")
    epochs.info["bads"] = ["d1"]
    assert as_epoched(epochs, np.arange(8) % 2, picks="dbs").ch_names == ("d2",)
    assert as_epoched(X, np.arange(8) % 2, picks=[2]).ch_names == ("channel 2",)
    with pytest.raises(ValueError, match="picks: expected different numbers from 0 to 3"):
        as_epoched(X, np.arange(8) % 2, picks="eeg")


def test_numbers_of_groups_may_be_real_numbers_and_measurements_are_no_classes():
    X = np.random.default_rng(0).standard_normal((60, 2, 2))
    y = np.arange(60) % 2
    data = as_epoched(X, y, groups=np.arange(60.0) // 2)
    assert data.groups.max() == 29
    with pytest.raises(ValueError, match=r"groups: expected numbers of groups, got real .* 0.5"):
        as_epoched(X, y, groups=np.arange(60) / 2)
    with pytest.raises(ValueError, match=r"y: expected classes, got real numbers such as 0.25"):
        as_epoched(X, np.arange(60) % 12 / 4)


def test_masked_values_and_milliseconds_are_refused():
    X = np.random.default_rng(0).standard_normal((8, 2, 3))
    y = np.arange(8) % 2
    with pytest.raises(ValueError, match="epochs: expected no masked values, got 1"):
        as_epoched(np.ma.masked_array(X, np.arange(48).reshape(X.shape) == 5), y)
    assert as_epoched(np.ma.masked_array(X, np.zeros(X.shape, bool)), y).X.shape == X.shape
    with pytest.raises(ValueError, match="y: expected no missing label, got masked"):
        as_epoched(X, np.ma.masked_array(y, np.arange(8) == 5))
    with pytest.raises(ValueError, match="times: expected seconds, got steps of 4"):
        as_epoched(X, y, times=[-4, 0, 4])


def test_generators_seed_and_results_are_compared_without_an_error():
    X, y = recording(40, 4)
    first, second = (decode(X, y, seed=np.random.default_rng(k)) for k in (1, 1))
    assert_allclose(first.auc, second.auc)
    assert first == first
    assert first != second  # they are two results, whatever they hold
    assert (decode(X, y, seed=np.random.default_rng(2)).auc != first.auc).any()
    with pytest.raises(TypeError, match="seed: expected a whole number"):
        decode(X, y, seed="a")
    with pytest.raises(TypeError, match=r"alpha: expected a positive number.* got \[1, 10\]"):
        decode(X, y, alpha=[1, 10])
