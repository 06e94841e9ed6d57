import mne
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse

from tests.meg_decoding.small_recordings import recording
from workedpapers.meg_decoding.decoding.neighbourhoods import neighbours, searchlight
from workedpapers.meg_decoding.decoding.time_resolved import decode
from workedpapers.meg_decoding.preprocessing.epochs import as_epoched


def line(p):
    """Channels on a line, 1 cm apart."""
    return np.column_stack([np.arange(p) / 100, np.zeros(p), np.zeros(p)])


def test_each_row_decodes_the_neighbourhood_alone():
    X, y = recording(30, 8, t=4)
    times = np.linspace(0, 0.3, 4)
    found = searchlight(X, y, times=times, positions=line(8), radius=0.015, cv=3, alpha=1.0)
    assert found.shape == (8, 4)
    for c in range(8):
        near = slice(max(0, c - 1), c + 2)
        assert_allclose(found.iloc[c], decode(X[:, near], y, cv=3, alpha=1.0).auc, atol=1e-12)
    assert_allclose(found.columns, times)


def test_a_local_effect_is_found_where_it_is_and_windows_average():
    rng = np.random.default_rng(0)
    y = np.arange(80) % 2
    X = rng.standard_normal((80, 20, 10))
    X[:, 11, 5:] += 1.5 * y[:, None]
    times = np.arange(10) / 10
    near = np.eye(20, k=1) + np.eye(20, k=-1)
    options = {"times": times, "windows": [(0, 0.4), (0.5, 0.9)]}
    found = searchlight(X, y, adjacency=near, **options)
    assert list(found.columns) == [0.2, 0.7]
    late = found[0.7].to_numpy()
    assert late[10:13].min() > 0.9 > 0.75 > np.delete(late, [10, 11, 12]).max()
    assert found[0.2].max() < 0.75
    again = searchlight(X, y, adjacency=sparse.csr_array(near), **options)
    assert_allclose(again, found)


def test_positions_of_mne_epochs_are_used():
    montage = mne.channels.make_standard_montage("standard_1020")
    names = ["Fz", "Cz", "Pz", "C3", "C4", "Oz"]
    info = mne.create_info(names, 100.0, "eeg").set_montage(montage)
    X, y = recording(20, 6, 3)
    epochs = mne.EpochsArray(1e-5 * X, info, verbose="ERROR")
    near = neighbours(as_epoched(epochs, y), radius=0.08)
    places = np.array([montage.get_positions()["ch_pos"][name] for name in names])
    assert near[1, 3] == (np.linalg.norm(places[1] - places[3]) <= 0.08)
    assert not near[0, 5]
    assert near.diagonal().all()
    found = searchlight(epochs, y, radius=0.08, cv=2)
    assert list(found.index) == names


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "expected adjacency or positions"),
        ({"adjacency": np.eye(3)}, r"adjacency: expected shape \(4, 4\)"),
        ({"positions": line(3)}, r"positions: expected shape \(4, 3\)"),
        ({"positions": np.zeros((4, 3))}, "all channels are at one place"),
        ({"positions": line(4), "radius": 0}, "radius: expected metres above 0"),
        ({"positions": line(4), "windows": [(5, 6)]}, "no sample from 5 to 6"),
    ],
)
def test_bad_input_is_named(options, says):
    X, y = recording(20, 4, 3)
    with pytest.raises(ValueError, match=says):
        searchlight(X, y, **options)
