"""The Maxwell filter on fields of known sources, at the 306 sensors of a Neuromag helmet."""

import mne
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tests.meg_decoding.bids_recordings import (
    FACES,
    LAG,
    MAGS,
    ORIGIN,
    PEAK,
    WHITE,
    device_to_head,
    helmet_recording,
    raw_of,
    topography,
    write,
    write_site_files,
)
from workedpapers.meg_decoding.recordings.bids import load_bids
from workedpapers.meg_decoding.recordings.maxwell import Maxwell, destination_of, maxwell_filtered
from workedpapers.meg_decoding.simulation.head import sensors

pytest.importorskip("mne_bids")

HELMET = sensors()
SFREQ, SECONDS = 250.0, 10
T = np.arange(round(SFREQ * SECONDS)) / SFREQ
BRAIN, ROOM = np.sin(2 * np.pi * 10 * T), np.sin(2 * np.pi * 3 * T)
#: Two runs between which the head moved by 25 mm and nodded by 11 degrees.
HEADS = [device_to_head(), device_to_head((0.01, 0.01, -0.02), 0.2)]
#: Broken in the second run: the gradiometer and the magnetometer that see the source best.
SEEN = np.abs(topography(device=HEADS[1]))
NOISY, FLAT = int(np.argmax(SEEN * ~MAGS)), int(np.argmax(SEEN * MAGS))


def sensed(field):
    """What the channels measure of a field, given in T at the points of the coils."""
    along = (HELMET.normals * field).sum(axis=1) * HELMET.weights
    return np.add.reduceat(along, HELMET.starts)


def raw_with(X, seed=0, **options):
    noise = WHITE * np.random.default_rng(seed).normal(size=X.shape)
    return raw_of(X + noise, HELMET.names, HELMET.kinds, SFREQ, **options)


def filtered(raw, destination=None, **settings):
    how = Maxwell(origin=ORIGIN, find_bads=False, **settings)
    return maxwell_filtered(raw, how, destination or raw.info["dev_head_t"], "it")[0]


def amplitude(raw, course):
    """Regression of each channel on a course."""
    return raw.get_data()[:306] @ course / (course @ course)


def likeness(a, b):
    """Correlation of two patterns, for magnetometers and gradiometers."""
    return [np.corrcoef(a[kind], b[kind])[0, 1] for kind in (MAGS, ~MAGS)]


def mags(pattern):
    return np.linalg.norm(pattern[MAGS])


UNIFORM = sensed(np.broadcast_to([6e-12, 3e-12, 7e-12], HELMET.points.shape))  # about 10 pT


@pytest.mark.parametrize(
    "position", [(0.02, -0.02, 0.06), (0.03, -0.03, 0.07), (0.02, -0.04, 0.075)]
)
def test_a_source_in_the_head_keeps_its_pattern(position):
    pattern = topography(position)
    after = amplitude(filtered(raw_with(np.outer(pattern, BRAIN))), BRAIN)
    assert min(likeness(after, pattern)) > 0.999
    assert mags(after - pattern) < 0.05 * mags(pattern)


def test_a_uniform_field_goes_and_the_source_stays():
    pattern = topography()
    both = filtered(raw_with(np.outer(pattern, BRAIN) + np.outer(UNIFORM, ROOM)))
    assert mags(amplitude(both, ROOM)) < mags(UNIFORM) / 5000
    assert min(likeness(amplitude(both, BRAIN), pattern)) > 0.999


def test_the_site_s_files_mend_gains_and_cross_talk(tmp_path):
    rng = np.random.default_rng(1)
    gains = np.where(MAGS, 1 + 0.02 * rng.normal(size=306), 1.0)  # what to multiply data by
    leak = np.eye(306) + 0.02 * np.eye(306, k=1)
    calibration, cross_talk = write_site_files(tmp_path, gains, np.linalg.inv(leak))
    pattern = topography()
    true = np.outer(pattern, BRAIN) + np.outer(UNIFORM, ROOM)
    raw = raw_with(leak @ (true / gains[:, None]))
    without, mended = filtered(raw), filtered(raw, calibration=calibration, cross_talk=cross_talk)
    assert mags(amplitude(without, ROOM)) > mags(UNIFORM) / 100
    assert mags(amplitude(mended, ROOM)) < mags(UNIFORM) / 5000
    assert min(likeness(amplitude(without, BRAIN), pattern)) < 0.9
    assert min(likeness(amplitude(mended, BRAIN), pattern)) > 0.999


def test_over_time_too_a_magnet_close_by_goes():
    # A magnetic dipole 25 cm from the middle of the helmet, too near for the outer expansion.
    r = HELMET.points - [0.05, 0.2, -0.15]
    d = np.linalg.norm(r, axis=1)[:, None]
    moment = np.array([1e-6, 2e-6, 1e-6])  # A m^2
    field = 1e-7 * (3 * r * (r @ moment)[:, None] / d**5 - moment / d**3)
    magnet = sensed(field)
    drift = np.cumsum(np.random.default_rng(2).normal(size=len(T)))
    drift = (drift - drift.mean()) / drift.std()
    pattern = topography()
    raw = raw_with(np.outer(magnet, drift) + np.outer(pattern, BRAIN))
    once, over_time = filtered(raw), filtered(raw, st_duration=10.0, st_correlation=0.9)
    left = [mags(amplitude(one, drift)) / mags(magnet) for one in (once, over_time)]
    assert left[1] < left[0] / 10
    assert min(likeness(amplitude(over_time, BRAIN), pattern)) > 0.99


def test_auto_fits_the_sphere_of_the_digitised_head():
    raw = raw_with(np.outer(topography(), BRAIN), digitised=True)
    auto, _ = maxwell_filtered(raw.copy(), Maxwell(find_bads=False), HEADS[0], "it")
    assert_allclose(auto.get_data(), filtered(raw).get_data(), rtol=1e-6, atol=1e-18)


# In BIDS


def read(root, **options):
    settings = {"subject": "01", "session": "meg", "task": "facerecognition", "runs": ["01", "02"],
                "conditions": FACES, "delay": LAG}  # fmt: skip
    return load_bids(root, **(settings | options))


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    """Two runs of one source in a head that moved in between, with a noisy and a flat channel."""
    raws = [helmet_recording(device=device) for device in HEADS]
    rng = np.random.default_rng(3)
    raws[1]._data[NOISY] += 5e-11 * rng.normal(size=raws[1].n_times)
    raws[1]._data[FLAT] = 0
    return write(tmp_path_factory.mktemp("moved") / "bids", raws=raws)


def answers(epochs):
    """Pattern of the answer to familiar faces, for each run."""
    at = np.argmin(np.abs(epochs.times - PEAK))
    familiar = epochs[(epochs.metadata["condition"] == "familiar").to_numpy()]
    return [
        familiar[(familiar.metadata["run"] == run).to_numpy()].get_data()[:, :, at].mean(axis=0)
        for run in ("01", "02")
    ]


@pytest.mark.filterwarnings("ignore:.*dev_head_t.*:RuntimeWarning")
def test_runs_with_the_head_elsewhere_are_brought_to_one_position(moved):
    bads = [NOISY, FLAT]
    good = np.delete(np.arange(306), bads)
    before = [np.delete(a, bads) for a in answers(read(moved))]
    kinds = MAGS[good]
    assert min(np.corrcoef(before[0][k], before[1][k])[0, 1] for k in (kinds, ~kinds)) < 0.9
    for reference, device in zip(("01", "02"), HEADS, strict=True):
        epochs = read(moved, maxwell=Maxwell(reference, origin=ORIGIN))
        first, second = answers(epochs)
        pattern = topography(device=device)
        assert min(likeness(first, second)) > 0.99
        assert min(*likeness(first, pattern), *likeness(second, pattern)) > 0.99
        assert_allclose(epochs.info["dev_head_t"]["trans"], device["trans"], atol=1e-6)
        assert epochs.info["bads"] == []
        assert epochs.info["description"] == (
            "Computed by the Maxwell filter: sub-01_ses-meg_task-facerecognition_run-01_meg: none; "
            "sub-01_ses-meg_task-facerecognition_run-02_meg: "
            + ", ".join(HELMET.names[i] for i in sorted([NOISY, FLAT]))
        )
    # In the last of these, run 02 is where it was: the broken channels show what they missed.
    assert_allclose(second[[NOISY, FLAT]], 2 * pattern[[NOISY, FLAT]], rtol=0.1)


def test_the_reference_is_the_first_run_or_a_point(moved):
    first = read(moved, maxwell=Maxwell(origin=ORIGIN, find_bads=False), runs=["02"])
    assert_allclose(first.info["dev_head_t"]["trans"], HEADS[1]["trans"], atol=1e-6)
    straight = Maxwell((0.0, 0.0, 0.04), origin=ORIGIN, find_bads=False)
    epochs = read(moved, maxwell=straight, runs=["01"])
    assert_array_equal(epochs.info["dev_head_t"]["trans"][:3, :3], np.eye(3))
    assert_allclose(epochs.info["dev_head_t"]["trans"][:3, 3], [0, 0, 0.04])


def test_channels_that_a_table_calls_bad_are_computed_from_the_others(moved):
    table = next(moved.rglob("*run-02_channels.tsv"))
    good = table.read_text()
    bad = good
    for name in (HELMET.names[NOISY], HELMET.names[FLAT]):
        line = next(line for line in good.splitlines() if line.startswith(name))
        bad = bad.replace(line, line.replace("\tgood", "\tbad"))
    how = Maxwell("02", origin=ORIGIN, find_bads=False)
    missed = 2 * topography(device=HEADS[1])[[NOISY, FLAT]]
    spoilt = read(moved, maxwell=how)
    try:
        table.write_text(bad)
        mended = read(moved, maxwell=how)
    finally:
        table.write_text(good)
    assert (answers(spoilt)[1][[NOISY, FLAT]] / missed < 0.7).all()
    assert_allclose(answers(mended)[1][[NOISY, FLAT]], missed, rtol=0.1)
    assert HELMET.names[NOISY] in mended.info["description"]
    assert HELMET.names[NOISY] not in spoilt.info["description"]


def test_what_a_maxwell_filter_cannot_do_is_named(moved, tmp_path):
    for options, message in [
        ({"maxwell": Maxwell("03", origin=ORIGIN)}, "reference one of the runs, 01, 02, got '03'"),
        ({"maxwell": Maxwell(), "runs": ["01"]}, "no sphere can be fitted .*run-01.*digitization"),
        ({"maxwell": Maxwell(), "datatype": "eeg"}, "maxwell: expected None for datatype 'eeg'"),
    ]:
        with pytest.raises(ValueError, match=message):
            read(moved, **options)
    once = filtered(raw_with(np.zeros((306, len(T)))))
    with pytest.raises(ValueError, match="expected None, since it was Maxwell filtered before"):
        filtered(once, HEADS[0])
    raw = raw_with(np.zeros((306, len(T))))
    raw.info["dev_head_t"] = None
    with pytest.raises(ValueError, match="it has no position of the head"):
        filtered(raw, HEADS[0])
    with pytest.raises(ValueError, match="reference run 01 has no position of the head"):
        destination_of(["01"], lambda run: raw, Maxwell())


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"calibration": "none.dat"}, FileNotFoundError, "calibration: no file none.dat"),
        ({"cross_talk": "none.fif"}, FileNotFoundError, "cross_talk: no file none.fif"),
        ({"st_duration": 0.0}, ValueError, "st_duration: expected positive seconds, got 0.0"),
        ({"st_correlation": 1.5}, ValueError, "st_correlation: expected .* 0 and 1, got 1.5"),
        ({"int_order": 0}, ValueError, "int_order: expected at least 1, got 0"),
        ({"origin": "head"}, ValueError, "origin: expected 'auto' or 3 metres, got 'head'"),
        ({"origin": (0, 0)}, ValueError, "origin: expected 3 coordinates in metres"),
        ({"reference": (0, np.nan, 0)}, ValueError, "reference: expected finite numbers"),
    ],
)
def test_settings_that_make_no_sense_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        Maxwell(**settings)


def test_mne_itself_agrees_on_the_whole_chain(moved):
    # The steps written out with MNE alone, at the recording's own sampling.
    file = next(moved.rglob("*run-01_meg.fif"))
    raw = mne.io.read_raw_fif(file, preload=True, verbose="ERROR")
    raw.crop(1.0, 12.0).pick("meg")
    raw = mne.preprocessing.maxwell_filter(raw, origin=ORIGIN, verbose="ERROR")
    raw.filter(None, 40.0, verbose="ERROR")
    ours = read(moved, runs=["01"], crop=(1.0, 12.0), h_freq=40.0,
                maxwell=Maxwell(origin=ORIGIN, find_bads=False))  # fmt: skip
    theirs = mne.Epochs(raw, ours.events, tmin=-0.1, tmax=0.5, baseline=(None, 0), preload=True,
                        verbose="ERROR")  # fmt: skip
    assert_allclose(ours.get_data(), theirs.get_data(), rtol=1e-6, atol=1e-19)
