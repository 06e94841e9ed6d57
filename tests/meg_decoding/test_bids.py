"""Recordings written by mne-bids and read back. The published ones are not read: 0.9 GB a run."""

import sys
import types

import mne
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from workedpapers.datasets import DatasetError
from workedpapers.meg_decoding import openneuro as module
from workedpapers.meg_decoding.bids import load_bids
from workedpapers.meg_decoding.head import sensors
from workedpapers.meg_decoding.openneuro import ds000117_images, load_ds000117

mne_bids = pytest.importorskip("mne_bids")

SFREQ, FIRST = 1100.0, 3000
CODES = [5, 13, 6, 14, 17, 7, 15, 4096, 5, 13]  # of ds000117, with a scrambled face and a button
NAMES = {5: "IniFF", 6: "ImmFF", 7: "DelFF", 13: "IniUF", 14: "ImmUF", 15: "DelUF", 17: "IniSF",
         4096: "btnR"}  # fmt: skip
FACES = {"familiar": [5, 6, 7], "unfamiliar": [13, 14, 15]}
PEAK, LAG = 0.1, 0.0345  # s from picture to answer, and from trigger to picture


def kind_of(code):
    return {"F": "familiar", "U": "unfamiliar"}.get(NAMES[code][-2])


def picture(k, code):
    letter = {"F": "f", "U": "u", "S": "s"}.get(NAMES[code][-2])
    return "n/a" if code == 4096 else f"meg/{letter}{k:03d}.bmp"


def recording(artefact=0.0):
    """Six sensors; each picture is answered by a bump after 100 ms, twice as high for familiar.

    ``artefact`` is a step in the first magnetometer 300 ms after the first picture.
    """
    kinds = [*sensors().kinds[:6], "stim"]
    info = mne.create_info([*sensors().names[:6], "STI101"], SFREQ, kinds)
    layout = mne.channels.read_meg_canonical_info("neuromag", verbose="ERROR")
    for channel, place in zip(info["chs"], layout["chs"], strict=False):
        channel.update({key: place[key] for key in ("loc", "coil_type", "unit", "coord_frame")})
    info["dev_head_t"], info["line_freq"] = layout["dev_head_t"], 50
    t = np.arange(round(22 * SFREQ)) / SFREQ
    X = 1e-15 * np.random.default_rng(0).normal(size=(7, len(t)))
    X[6] = 0
    for k, code in enumerate(CODES):
        start = round((1.5 + 2 * k) * SFREQ)
        X[6, start : start + 20] = code
        size = {"familiar": 2e-12, "unfamiliar": 1e-12}.get(kind_of(code), 0.0)
        X[:6] += size * np.exp(-0.5 * ((t - start / SFREQ - LAG - PEAK) / 0.02) ** 2)
    X[kinds.index("mag"), round(1.8 * SFREQ) : round(2 * SFREQ)] += artefact
    raw = mne.io.RawArray(X, info, first_samp=FIRST, verbose="ERROR")
    raw.set_meas_date(1e9)
    return raw


def write(root, folder, runs=("01", "02"), subject="01", shift=0.0, drop=(), artefact=0.0):
    """A data set in BIDS with the names, columns and triggers of ds000117."""
    for run in runs:
        raw = recording(artefact)
        raw.save(folder / f"{run}_raw.fif", verbose="ERROR", overwrite=True)
        raw = mne.io.read_raw_fif(folder / f"{run}_raw.fif", verbose="ERROR")
        start = [round((1.5 + 2 * k) * SFREQ) for k in range(len(CODES))]
        path = mne_bids.BIDSPath(subject=subject, session="meg", task="facerecognition", run=run,
                                 datatype="meg", root=root)  # fmt: skip
        mne_bids.write_raw_bids(raw, path, overwrite=True, verbose="ERROR")
        table = pd.DataFrame({
            "onset": np.array(start) / SFREQ + shift, "duration": 0.0,
            "trial_type": [NAMES[c] for c in CODES], "value": CODES, "sample": start,
            "stim_file": [picture(k, c) for k, c in enumerate(CODES)],
        })  # fmt: skip
        file = path.copy().update(suffix="events", extension=".tsv").fpath
        table.drop(columns=list(drop)).to_csv(file, sep="\t", index=False)
    return root


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw")
    return write(tmp_path_factory.mktemp("bids"), folder)


def read(root, **options):
    settings = {"subject": "01", "session": "meg", "task": "facerecognition", "runs": ["01"],
                "conditions": FACES, "delay": LAG}  # fmt: skip
    return load_bids(root, **(settings | options))


FACE_CODES = [c for c in CODES if kind_of(c)]
FACE_PICTURES = [picture(k, c)[4:-4] for k, c in enumerate(CODES) if kind_of(c)]


def test_trials_have_their_condition_picture_and_run(root):
    epochs = read(root, runs=["01", "02"])
    table = epochs.metadata
    assert list(table) == ["subject", "run", "condition", "event", "image", "identity"]
    assert table["event"].tolist() == [str(c) for c in FACE_CODES] * 2
    assert table["condition"].tolist() == [kind_of(c) for c in FACE_CODES] * 2
    assert table["image"].tolist() == FACE_PICTURES * 2
    assert table["identity"].equals(table["image"].rename("identity"))
    assert table["run"].tolist() == ["01"] * 8 + ["02"] * 8
    assert epochs.event_id == {"familiar": 1, "unfamiliar": 2}
    assert_array_equal(epochs.events[:, 2] == 1, table["condition"] == "familiar")
    assert epochs.get_channel_types(unique=True) == ["grad", "mag"]


def test_a_head_that_moved_between_runs_is_pointed_out(tmp_path):
    root = write(tmp_path / "bids", tmp_path)
    file = next(root.rglob("*run-02_meg.fif"))
    raw = mne.io.read_raw_fif(file, preload=True, verbose="ERROR")
    raw.info["dev_head_t"]["trans"][2, 3] += 0.01
    raw.save(file, overwrite=True, verbose="ERROR")
    with pytest.warns(RuntimeWarning, match="head"):
        epochs = read(root, runs=["01", "02"])
    assert len(epochs) == 16


@pytest.mark.parametrize("sfreq", [None, 125.0, 250.0, 1100.0])
def test_answers_come_at_their_time_and_size_at_any_sampling(root, sfreq):
    epochs = read(root, sfreq=sfreq)
    rate = SFREQ if sfreq is None else sfreq
    assert epochs.info["sfreq"] == rate
    assert_allclose(epochs.times[[0, -1]], [-0.1, 0.5], atol=1 / rate)
    for condition, size in (("familiar", 2e-12), ("unfamiliar", 1e-12)):
        answer = epochs[condition].get_data().mean(axis=(0, 1))
        # The time of the bump is its centre of mass, finer than one sample.
        centre = (answer * epochs.times).sum() / answer.sum()
        assert_allclose(centre, PEAK, atol=0.002)
        assert_allclose(answer.max(), size, rtol=0.03)


def test_a_forgotten_delay_moves_the_answer_by_its_length(root):
    late = read(root, delay=0.0)
    answer = late["familiar"].get_data().mean(axis=(0, 1))
    assert_allclose(late.times[answer.argmax()], PEAK + LAG, atol=0.001)


def test_conditions_may_be_names_or_numbers_of_any_column(root):
    by_number = read(root)
    by_name = read(root, conditions={"familiar": ["IniFF", "ImmFF", "DelFF"],
                                     "unfamiliar": ["IniUF", "ImmUF", "DelUF"]})  # fmt: skip
    assert_array_equal(by_number.get_data(), by_name.get_data())
    first = read(root, conditions={"familiar": ["5"], "unfamiliar": [13]}, column="value")
    assert len(first) == 4
    assert first.metadata["event"].tolist() == ["5", "13", "5", "13"]


def test_people_may_be_told_from_the_names_of_pictures(root):
    epochs = read(root, identity=lambda name: name[0])
    assert set(epochs.metadata["identity"]) == {"f", "u"}


def test_rejection_leaves_out_the_trial_with_an_artefact_and_says_so(tmp_path):
    root = write(tmp_path / "bids", tmp_path, runs=["01"], artefact=5e-11)
    clean, all_trials = read(root, reject={"mag": 1e-11}), read(root)
    assert len(all_trials) == 8
    assert clean.metadata["image"].tolist() == FACE_PICTURES[1:]
    assert sum(reasons == ("MEG 0111",) for reasons in clean.drop_log) == 1


def test_a_low_pass_filter_spreads_the_answer_both_ways(root):
    narrow, wide = read(root, h_freq=6.0), read(root)
    at = np.argmin(np.abs(wide.times - PEAK))
    ratio = narrow["familiar"].average().data / wide["familiar"].average().data.max()
    before, after = at - 60, at + 60  # 55 ms away, nearly three widths of the answer
    unfiltered = wide["familiar"].average().data / wide["familiar"].average().data.max()
    assert (ratio[:, at] < 0.95).all()
    assert (ratio[:, [before, after]] > 2 * unfiltered[:, [before, after]]).all()


def test_rejecting_a_whole_condition_is_an_error(root):
    with pytest.raises(ValueError, match="no epoch of condition 'familiar' is left"):
        read(root, reject={"mag": 1.5e-12})


def test_without_pictures_there_are_no_pictures(tmp_path):
    write(tmp_path / "bids", tmp_path, runs=["01"], drop=["stim_file"])
    epochs = read(tmp_path / "bids")
    assert list(epochs.metadata) == ["subject", "run", "condition", "event"]
    with pytest.raises(ValueError, match="identity: expected a column 'stim_file'"):
        read(tmp_path / "bids", identity=str.upper)


def test_broken_tables_are_named(tmp_path):
    root = write(tmp_path / "bids", tmp_path, runs=["01"])
    file = next(root.rglob("*_events.tsv"))
    table = pd.read_csv(file, sep="\t", dtype=str, keep_default_na=False)
    for change, message in [
        ({"onset": ["n/a", *table["onset"][1:]]}, "expected a number as each onset, got 'n/a'"),
        ({"stim_file": ["n/a", *table["stim_file"][1:]]}, r"1 event\(s\) wanted have no stim_file"),
    ]:
        table.assign(**change).to_csv(file, sep="\t", index=False)
        with pytest.raises(ValueError, match=message):
            read(root)
    table.drop(columns="onset").to_csv(file, sep="\t", index=False)
    with pytest.raises(ValueError, match="expected column\\(s\\) 'onset'"):
        read(root)
    file.unlink()
    with pytest.raises(FileNotFoundError, match="No events sub-01"):
        read(root)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"conditions": {"familiar": [5]}}, ValueError, "conditions: expected two names"),
        ({"conditions": {"a": 5, "b": [6]}}, TypeError, "conditions: expected a list .* 'a'"),
        ({"conditions": {"a": [5], "b": ["5"]}}, ValueError, "conditions: expected no entry in"),
        ({"conditions": {"a": [5], "b": [99]}}, ValueError, "conditions: no event of 'b'"),
        ({"column": "stim_type"}, ValueError, "column: expected 'stim_type'"),
        ({"runs": []}, ValueError, "runs: expected a list of runs"),
        ({"runs": "01"}, ValueError, "runs: expected a list of runs"),
        ({"runs": ["07"]}, FileNotFoundError, "No recording sub-01.*run-07"),
        ({"subject": "02"}, FileNotFoundError, "No recording sub-02"),
        ({"sfreq": 2000.0}, ValueError, "sfreq: expected .* at most the 1100.0 Hz"),
        ({"tmin": 0.1}, ValueError, "tmin, tmax: expected tmin < 0 < tmax"),
        ({"delay": np.inf}, ValueError, "delay: expected a finite"),
        ({"datatype": "fmri"}, ValueError, "datatype: expected 'meg' or 'eeg'"),
    ],
)
def test_bad_arguments_are_named(root, options, error, message):
    with pytest.raises(error, match=message):
        read(root, **options)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="root: no folder"):
        read(tmp_path / "nowhere")


# ds000117


@pytest.fixture
def server(monkeypatch, tmp_path):
    """A module openneuro whose download writes what was asked for, and notes the request."""
    asked = []

    def download(*, dataset, target_dir, include):
        asked.append((dataset, list(include)))
        for pattern in include:
            if pattern.endswith(".bmp"):
                from PIL import Image

                file = target_dir / pattern
                file.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(np.full((4, 4), 90, np.uint8)).save(file)
            else:
                subject, run = pattern[4:6], pattern.split("run-")[1][:2]
                write(target_dir, tmp_path, runs=[run], subject=subject)

    monkeypatch.setitem(sys.modules, "openneuro", types.SimpleNamespace(download=download))
    monkeypatch.setenv("WORKEDPAPERS_DATA", str(tmp_path / "cache"))
    return asked


def test_the_data_set_is_downloaded_once_and_read(server, tmp_path):
    epochs = load_ds000117("02", runs=["01"])
    assert server == [("ds000117", ["sub-02/ses-meg/meg/*run-01*"])]
    assert (tmp_path / "cache" / "ds000117" / "sub-02").is_dir()
    assert epochs.info["sfreq"] == 125
    assert epochs.metadata["event"].tolist() == [str(c) for c in FACE_CODES]
    answer = epochs["familiar"].get_data().mean(axis=(0, 1))
    assert_allclose(epochs.times[answer.argmax()], PEAK, atol=0.5 / 125 + 1e-3)
    again = load_ds000117("02", runs=["01"])
    assert len(server) == 1
    assert_array_equal(again.get_data(), epochs.get_data())


def test_all_subjects_are_a_list(server, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "SUBJECTS", ("01", "02"))
    every = load_ds000117("all", path=tmp_path / "mine", runs=["03"], sfreq=None, h_freq=None)
    assert [e.metadata["subject"].iloc[0] for e in every] == ["01", "02"]
    assert (tmp_path / "mine" / "sub-01").is_dir()


def test_pictures_of_the_data_set_are_where_they_say(server, tmp_path):
    paths = ds000117_images(["f001", "u002", "f001"])
    assert [p.name for p in paths] == ["f001.bmp", "u002.bmp", "f001.bmp"]
    assert all(p.is_file() for p in paths)
    assert server == [("ds000117", ["stimuli/meg/f001.bmp", "stimuli/meg/u002.bmp"])]
    with pytest.raises(ValueError, match="names: expected at least one picture"):
        ds000117_images([])


def test_events_that_are_not_at_the_triggers_are_pointed_out(tmp_path):
    write(tmp_path / "data", tmp_path, runs=["01"], shift=LAG)
    with pytest.warns(UserWarning, match=r"events are not at the triggers \(\+34\.[45] ms\)"):
        load_ds000117("01", path=tmp_path / "data", runs=["01"], sfreq=None, h_freq=None)


def test_a_library_that_is_missing_is_named_with_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "openneuro", None)
    with pytest.raises(ImportError, match=r"openneuro-py.*\n?.*meg_decoding-openneuro"):
        load_ds000117("01", path=tmp_path)
    monkeypatch.setitem(sys.modules, "mne_bids", None)
    with pytest.raises(ImportError, match=r"mne-bids.*\n?.*meg_decoding-openneuro"):
        load_ds000117("01", path=tmp_path)
    with pytest.raises(ImportError, match="mne-bids"):
        load_bids(tmp_path, subject="01", task="a", conditions=FACES)


def test_a_download_that_fails_or_stops_says_what_and_where(monkeypatch, tmp_path):
    def fails(**_):
        raise ConnectionError("no route")

    monkeypatch.setitem(sys.modules, "openneuro", types.SimpleNamespace(download=fails))
    with pytest.raises(DatasetError, match=r"sub-01, 2 run\(s\), 1.8 GB[\s\S]*no route[\s\S]*hand"):
        load_ds000117("01", path=tmp_path)
    stops = types.SimpleNamespace(download=lambda **_: None)
    monkeypatch.setitem(sys.modules, "openneuro", stops)
    with pytest.raises(DatasetError, match=r"ended without 4 file\(s\)"):
        load_ds000117("01", path=tmp_path)


def test_unknown_subjects_and_runs_are_refused_before_anything_else():
    with pytest.raises(ValueError, match="subject: expected '01' to '16' or 'all', got '17'"):
        load_ds000117("17")
    for runs in ["01", [], ["07"]]:
        with pytest.raises(ValueError, match="runs: expected some of 01, 02"):
            load_ds000117("01", runs=runs)
