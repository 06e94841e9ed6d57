"""The loader of ds000117 on files of its form. The published ones are not read: 0.9 GB a run."""

import sys
import types

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tests.meg_decoding.bids_recordings import (
    FACE_CODES,
    FACE_PICTURES,
    PEAK,
    SFREQ,
    device_to_head,
    helmet_recording,
    recording,
    starts,
    topography,
    write,
    write_site_files,
)
from workedpapers.datasets import DatasetError
from workedpapers.meg_decoding.recordings import openneuro as module
from workedpapers.meg_decoding.recordings.openneuro import PROTOCOLS, ds000117_images, load_ds000117

pytest.importorskip("mne_bids")

#: The recordings as they are: the tests of all that is not about filters are quicker so.
PLAIN = {"maxwell": None, "crop": None, "h_freq": None, "sfreq": None, "reject": None}
FOLDER = "sub-{0}/ses-meg/meg/sub-{0}_ses-meg_task-facerecognition_run-{1}"
SITE = ["derivatives/meg_derivatives/sss_cal.dat", "derivatives/meg_derivatives/ct_sparse.fif"]


def raw_files(subject, *runs):
    names = [FOLDER.format(subject, run) for run in runs]
    return [*(f"{n}_meg.fif" for n in names), *(f"{n}_events.tsv" for n in names)]


def make(root, file, **options):
    """Write one file of the data set, as a server would send it."""
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    if file.endswith(".bmp"):
        from PIL import Image

        Image.fromarray(np.full((4, 4), 90, np.uint8)).save(root / file)
    elif file in SITE:
        write_site_files((root / file).parent)
    elif file.endswith("_proc-sss_meg.fif"):
        raw = recording(**options)
        raw.apply_function(lambda x: 3 * x, picks="meg", verbose="ERROR")
        raw.save(root / file, verbose="ERROR", overwrite=True)
    elif not (root / file).is_file():
        subject, run = file.split("sub-")[1][:2], file.split("run-")[1][:2]
        write(root, runs=[run], subject=subject, **options)


@pytest.fixture
def server(monkeypatch, tmp_path):
    """A module openneuro whose download writes what was asked for, and notes the request."""
    asked = []

    def download(*, dataset, tag, target_dir, include):
        asked.append(include)
        assert (dataset, tag) == ("ds000117", "1.1.0")
        (target_dir / "README").write_text("openneuro-py adds this.")
        for file in include:
            make(target_dir, file, **options)

    options = {}
    monkeypatch.setitem(sys.modules, "openneuro", types.SimpleNamespace(download=download))
    monkeypatch.setenv("WORKEDPAPERS_DATA", str(tmp_path / "cache"))
    return types.SimpleNamespace(asked=asked, options=options, root=tmp_path / "cache/ds000117")


# Time zero


def test_the_published_numbers_say_that_onsets_of_the_tables_hold_the_delay():
    # Of the first pictures of sub-01, run-01: ds000117's onset_sample, and ds003645's onsets in
    # seconds, 34 ms later than the triggers and counted from one sample of 250 Hz.
    table = np.array([26628, 29972])
    published = np.array([24.2098181818, 27.2498181818])
    with_delay = (published * 250 - 1) * SFREQ / 250
    triggers = with_delay - 0.034 * SFREQ
    assert_allclose(triggers, [26589, 29933], atol=1e-3)
    assert (np.abs(with_delay - np.round(with_delay)) > 0.3).all()
    rounded = round(module.SCREEN_DELAY * SFREQ)
    assert rounded == 38
    assert_array_equal(table - np.round(triggers), rounded + 1)
    # The onsets of 2018 in the same rows.
    assert_allclose((table - 550) / 1000, [26.078, 29.422], atol=1e-12)


TABLES = {
    "trigger + 34.5 ms, counted from 1": lambda first: (first + 39) / SFREQ,
    "trigger": lambda first: first / SFREQ,
    "2018": lambda first: (first + 39 - 550) / 1000,
}


@pytest.mark.parametrize("settings", [PLAIN, PLAIN | {"sfreq": 250.0}])
def test_time_zero_is_the_picture_whatever_the_table_s_onsets_are(tmp_path, settings):
    results = []
    for i, onset in enumerate(TABLES.values()):
        root = write(tmp_path / f"{i}", runs=["01"], onset=onset)
        results.append(load_ds000117("01", path=root, runs=["01"], **settings))
    answer = results[0]["familiar"].get_data().mean(axis=(0, 1))
    times = results[0].times
    # The answer's time is its centre of mass. Triggers are at whole samples, the delay is not.
    assert_allclose((answer * times).sum() / answer.sum(), PEAK, atol=0.5 / SFREQ + 1e-3)
    for other in results[1:]:
        assert_array_equal(other.get_data(), results[0].get_data())
        assert other.metadata.equals(results[0].metadata)
    faces = [start for start, code in zip(starts(), [5, 13, 6, 14, 17, 7, 15, 4096, 5, 13],
                                          strict=True) if code in FACE_CODES]  # fmt: skip
    if settings["sfreq"] is None:
        assert_array_equal(results[0].events[:, 0] - 3000, np.array(faces) + 38)


def test_buttons_held_while_a_picture_comes_change_nothing(tmp_path):
    plain = write(tmp_path / "plain", runs=["01"])
    raw = recording()
    for start, button in [(starts()[2], 4096), (starts()[5], 256)]:
        raw._data[-1, start - 5 : start + 40] += button
    held = write(tmp_path / "held", runs=["01"], raws=[raw])
    one, other = (load_ds000117(path=root, runs=["01"], **PLAIN) for root in (plain, held))
    assert_array_equal(one.get_data(), other.get_data())


def test_a_table_of_other_pictures_than_the_triggers_is_named(tmp_path):
    root = write(tmp_path / "bids", runs=["01"])
    file = next(root.rglob("*_events.tsv"))
    lines = file.read_text().splitlines()
    file.write_text("\n".join([lines[0], *lines[2:]]) + "\n")
    with pytest.raises(
        ValueError, match=r"run-01_meg.fif: the table has 7 events .* has 8.* row 1"
    ):
        load_ds000117("01", path=root, runs=["01"], **PLAIN)


def test_a_recording_without_triggers_is_named(tmp_path):
    root = write(tmp_path / "bids", runs=["01"], raws=[recording().drop_channels("STI101")])
    with pytest.raises(ValueError, match=r"expected a trigger channel STI101.*load_bids without"):
        load_ds000117("01", path=root, runs=["01"], **PLAIN)


# Protocols


def test_the_pipeline_s_protocol_is_that_of_its_configuration():
    assert PROTOCOLS["mne-bids-pipeline"] == {
        "runs": ("01", "02"), "maxwell": "mne", "crop": (0, 300), "l_freq": None, "h_freq": 40.0,
        "iir_order": None, "tmin": -0.2, "tmax": 0.5, "sfreq": 125.0,
        "reject": {"grad": 4000e-13, "mag": 4e-12},
    }  # fmt: skip


def test_the_pipeline_s_protocol_brings_both_runs_to_the_second_s_head(server):
    heads = [device_to_head(), device_to_head((0.01, 0.01, -0.02), 0.2)]
    write(server.root, raws=[helmet_recording(device=head, digitised=True) for head in heads])
    with pytest.raises(ValueError, match="crop: expected an end of at most 22 s"):
        load_ds000117()
    assert server.asked == [SITE]
    epochs = load_ds000117(crop=(0, 18))
    assert epochs.info["sfreq"] == 125
    assert_allclose(epochs.times[[0, -1]], [-0.2, 0.496])
    assert epochs.info["lowpass"] == 40
    assert epochs.metadata["image"].tolist() == FACE_PICTURES[:6] * 2
    assert_allclose(epochs.info["dev_head_t"]["trans"], heads[1]["trans"], atol=1e-6)
    [step] = epochs.info["proc_history"]
    assert set(step["max_info"]["sss_cal"])
    assert set(step["max_info"]["sss_ctc"])
    assert step["max_info"]["max_st"] == {}
    answer = epochs["familiar"].average()
    pattern = topography(device=heads[1])
    at = answer.data[:, np.argmin(np.abs(answer.times - PEAK))]
    assert np.corrcoef(at, pattern)[0, 1] > 0.99
    # Without run 02 the first one is the reference.
    alone = load_ds000117(runs=["01"], crop=(0, 18))
    assert_allclose(alone.info["dev_head_t"]["trans"], heads[0]["trans"], atol=1e-6)


def test_the_protocol_of_2019_reads_the_authors_recordings_without_blinks(server):
    server.options["blink"] = 300e-6
    epochs = load_ds000117("03", protocol="henson2019", runs=["02", "04"])
    names = [f"derivatives/meg_derivatives/{FOLDER.format('03', run)}_proc-sss_meg.fif"
             for run in ("02", "04")]  # fmt: skip
    events = [f"{FOLDER.format('03', run)}_events.tsv" for run in ("02", "04")]
    assert server.asked == [[*names, *events]]
    assert epochs.info["sfreq"] == 200
    assert_allclose(epochs.times[[0, -1]], [-0.1, 0.5])
    assert (epochs.info["highpass"], epochs.info["lowpass"]) == (1, 40)
    assert epochs.metadata["image"].tolist() == (FACE_PICTURES[:2] + FACE_PICTURES[3:]) * 2
    assert [r for r in epochs.drop_log if r] == [("EOG",)] * 2
    assert epochs.get_channel_types(unique=True) == ["grad", "mag"]
    assert len(load_ds000117("03", protocol="henson2019", runs=["02"], reject=None)) == 8


def test_recordings_of_the_authors_are_other_files_than_the_raw_ones(server):
    raw = load_ds000117("02", runs=["01"], **PLAIN)
    theirs = load_ds000117("02", runs=["01"], **(PLAIN | {"maxwell": "authors"}))
    assert_allclose(theirs.get_data(), 3 * raw.get_data(), rtol=1e-4, atol=1e-18)


# Downloads


def test_the_data_set_is_downloaded_once_and_read(server):
    epochs = load_ds000117("02", runs=["01"], **(PLAIN | {"sfreq": 125.0}))
    assert server.asked == [raw_files("02", "01")]
    assert {path.name for path in server.root.iterdir()} >= {"sub-02", "README"}
    assert not list(server.root.glob("unfinished*"))
    assert epochs.info["sfreq"] == 125
    assert epochs.metadata["event"].tolist() == [str(c) for c in FACE_CODES]
    again = load_ds000117("02", runs=["01"], **(PLAIN | {"sfreq": 125.0}))
    assert len(server.asked) == 1
    assert_array_equal(again.get_data(), epochs.get_data())
    load_ds000117("02", runs=["01", "02"], **PLAIN)
    assert server.asked[1:] == [raw_files("02", "02")]


def test_names_of_files_are_no_patterns_to_openneuro_py(server):
    # A name with wild cards would mean other files in one version of openneuro-py than in another.
    load_ds000117("02", runs=["01"], **(PLAIN | {"maxwell": "authors"}))
    ds000117_images(["f001"])
    asked = [file for request in server.asked for file in request]
    assert len(asked) == 3
    assert not any(set(file) & set("*?[]{}!|\\") or file.endswith("/") for file in asked)


def test_all_subjects_are_a_list(server, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "SUBJECTS", ("01", "02"))
    every = load_ds000117("all", path=tmp_path / "mine", runs=["03"], **PLAIN)
    assert [e.metadata["subject"].iloc[0] for e in every] == ["01", "02"]
    assert (tmp_path / "mine" / "sub-01").is_dir()


def test_all_runs_have_a_name(server, monkeypatch):
    monkeypatch.setattr(module, "RUNS", ("02", "05"))
    epochs = load_ds000117("04", runs="all", **PLAIN)
    assert epochs.metadata["run"].unique().tolist() == ["02", "05"]


def test_pictures_of_the_data_set_are_where_they_say(server):
    paths = ds000117_images(["f001", "u002", "f001"])
    assert [p.name for p in paths] == ["f001.bmp", "u002.bmp", "f001.bmp"]
    assert all(p.is_file() for p in paths)
    assert server.asked == [["stimuli/meg/f001.bmp", "stimuli/meg/u002.bmp"]]
    with pytest.raises(ValueError, match="names: expected at least one picture"):
        ds000117_images([])


def test_a_download_that_stops_half_way_is_not_taken_for_whole(server, monkeypatch):
    def stops(*, target_dir, include, **_):
        for file in include[:1]:
            (target_dir / file).parent.mkdir(parents=True, exist_ok=True)
            (target_dir / file).write_bytes(b"half of a recording")
        raise KeyboardInterrupt

    whole = sys.modules["openneuro"]
    monkeypatch.setitem(sys.modules, "openneuro", types.SimpleNamespace(download=stops))
    with pytest.raises(KeyboardInterrupt):
        load_ds000117("01", runs=["01"], **PLAIN)
    (half,) = server.root.rglob("*_meg.fif")
    assert half.read_bytes() == b"half of a recording"
    half.unlink()  # what openneuro-py does with it is its own matter: it resumes
    monkeypatch.setitem(sys.modules, "openneuro", whole)
    assert len(load_ds000117("01", runs=["01"], **PLAIN)) == 8
    assert server.asked == [raw_files("01", "01")]


def test_a_library_that_is_missing_is_named_with_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "openneuro", None)
    with pytest.raises(ImportError, match=r"openneuro-py.*\n?.*meg_decoding-openneuro"):
        load_ds000117("01", path=tmp_path)
    monkeypatch.setitem(sys.modules, "mne_bids", None)
    with pytest.raises(ImportError, match=r"mne-bids.*\n?.*meg_decoding-openneuro"):
        load_ds000117("01", path=tmp_path)
    with pytest.raises(ImportError, match="mne-bids"):
        module.load_bids(tmp_path, subject="01", task="a", conditions=module.CONDITIONS)


def test_a_download_that_fails_or_stops_says_what_and_where(monkeypatch, tmp_path):
    def fails(**_):
        raise ConnectionError("no route")

    monkeypatch.setitem(sys.modules, "openneuro", types.SimpleNamespace(download=fails))
    with pytest.raises(
        DatasetError, match=r"sub-01, 6 file\(s\), 1.8 GB[\s\S]*no route[\s\S]*resume.*by hand, put"
    ):
        load_ds000117("01", path=tmp_path)
    stops = types.SimpleNamespace(download=lambda **_: None)
    monkeypatch.setitem(sys.modules, "openneuro", stops)
    with pytest.raises(DatasetError, match=r"ended without 6 file\(s\)"):
        load_ds000117("01", path=tmp_path)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"subject": "17"}, ValueError, "subject: expected '01' to '16' or 'all', got '17'"),
        ({"protocol": "jas2018"}, ValueError, "protocol: expected one of mne-bids-pipeline, hens"),
        ({"runs": "01"}, ValueError, "runs: expected a list of some of 01, 02"),
        ({"runs": []}, ValueError, "runs: expected a list of some of 01, 02"),
        ({"runs": ["07"]}, ValueError, "runs: expected a list of some of 01, 02"),
        ({"maxwell": "sss"}, ValueError, "maxwell: expected one of mne, authors; got 'sss'"),
        ({"delay": 0.0}, TypeError, "delay: expected one of the settings runs, maxwell, crop"),
    ],
)
def test_choices_that_there_are_not_are_refused_before_anything_else(options, error, message):
    with pytest.raises(error, match=message):
        load_ds000117(**options)
