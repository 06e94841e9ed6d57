"""Recordings written by mne-bids and read back. The published ones are not read: 0.9 GB a run."""

import mne
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tests.meg_decoding.bids_recordings import (
    FACE_CODES,
    FACE_PICTURES,
    FACES,
    LAG,
    PEAK,
    SECONDS,
    SFREQ,
    kind_of,
    recording,
    write,
)
from workedpapers.meg_decoding.recordings.bids import load_bids

pytest.importorskip("mne_bids")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write(tmp_path_factory.mktemp("data") / "bids")


def read(root, **options):
    settings = {"subject": "01", "session": "meg", "task": "facerecognition", "runs": ["01"],
                "conditions": FACES, "delay": LAG}  # fmt: skip
    return load_bids(root, **(settings | options))


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
    root = write(tmp_path / "bids")
    file = next(root.rglob("*run-02_meg.fif"))
    raw = mne.io.read_raw_fif(file, preload=True, verbose="ERROR")
    raw.info["dev_head_t"]["trans"][2, 3] += 0.01
    raw.save(file, overwrite=True, verbose="ERROR")
    with pytest.warns(RuntimeWarning, match="head"):
        epochs = read(root, runs=["01", "02"])
    assert len(epochs) == 16


@pytest.mark.parametrize("tmin", [-0.1, -0.2, -0.137])
@pytest.mark.parametrize("sfreq", [None, 125.0, 250.0, 333.0, 600.615, 1100.0])
def test_answers_come_at_their_time_and_size_at_any_sampling(root, sfreq, tmin):
    epochs = read(root, sfreq=sfreq, tmin=tmin)
    rate = SFREQ if sfreq is None else sfreq
    assert epochs.info["sfreq"] == rate
    assert_allclose(epochs.times[[0, -1]], [tmin, 0.5], atol=0.51 / rate)
    assert np.abs(epochs.times).min() < 0.01 / rate  # time zero is one of the samples
    for condition, size in (("familiar", 2e-12), ("unfamiliar", 1e-12)):
        answer = epochs[condition].get_data().mean(axis=(0, 1))
        # The time of the bump is its centre of mass, finer than one sample.
        centre = (answer * epochs.times).sum() / answer.sum()
        assert_allclose(centre, PEAK, atol=0.0005)
        assert_allclose(answer.max(), size, rtol=0.03)


def test_runs_put_together_keep_the_time_of_one(root):
    one, two = (read(root, runs=runs, sfreq=125, tmin=-0.2) for runs in (["01"], ["01", "02"]))
    assert_allclose(one.times, two.times, atol=1e-12)
    assert_allclose(two.get_data()[:8], one.get_data(), atol=1e-24)


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
    root = write(tmp_path / "bids", runs=["01"], artefact=5e-11)
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
    write(tmp_path / "bids", runs=["01"], drop=["stim_file"])
    epochs = read(tmp_path / "bids")
    assert list(epochs.metadata) == ["subject", "run", "condition", "event"]
    with pytest.raises(ValueError, match="identity: expected a column 'stim_file'"):
        read(tmp_path / "bids", identity=str.upper)


def test_broken_tables_are_named(tmp_path):
    root = write(tmp_path / "bids", runs=["01"])
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
        ({"runs": ["01", "01"]}, ValueError, "runs: expected a list of runs"),
        ({"crop": (5, 3)}, ValueError, "crop: expected .* 0 <= start < end, got \\(5, 3\\)"),
        ({"crop": (-1, 3)}, ValueError, "crop: expected .* 0 <= start < end"),
        ({"crop": (0, 1, 2)}, ValueError, "crop: expected .*start, end"),
        ({"crop": (0, np.inf)}, ValueError, "crop: expected finite numbers"),
        ({"crop": (0, 300)}, ValueError, "crop: expected an end of at most 22 s.*run-01.*got 300"),
        ({"crop": (0, 1)}, ValueError, "run-01_meg: no epoch of either condition lies in"),
        ({"iir_order": 0}, ValueError, "iir_order: expected at least 1"),
        ({"delay": "late"}, TypeError, "delay: expected real numbers, got 'late'"),
        ({"reject": {"meg": 1}}, ValueError, "reject: no channel is meg; the types of .*run-01"),
        ({"reject": {"ecg": 1}}, ValueError, "reject: no channel is ecg; the types of .*run-01"),
        ({"eog": ["EOG061"]}, ValueError, "eog: expected channels of .*, got 'EOG061'"),
        ({"derivatives": "nowhere"}, FileNotFoundError, "derivatives: no folder nowhere"),
        ({"processing": "sss"}, FileNotFoundError, "No recording sub-01.*proc-sss"),
        ({"runs": ["07"]}, FileNotFoundError, "No recording sub-01.*run-07"),
        ({"subject": "02"}, FileNotFoundError, "No recording sub-02"),
        ({"sfreq": 2000.0}, ValueError, "sfreq: expected .* at most the 1100.0 Hz"),
        ({"tmin": 0.1}, ValueError, "tmin, tmax: expected tmin < 0 < tmax"),
        ({"delay": np.inf}, ValueError, "delay: expected finite numbers, got inf"),
        ({"datatype": "fmri"}, ValueError, "datatype: expected one of meg, eeg; got 'fmri'"),
    ],
)
def test_bad_arguments_are_named(root, options, error, message):
    with pytest.raises(error, match=message):
        read(root, **options)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="root: no folder"):
        read(tmp_path / "nowhere")


# What is read of a run


def test_a_crop_leaves_out_the_trials_outside_of_it(root):
    # The second face's epoch starts at 3.43 s of the run and the sixth's ends at 14.03 s.
    whole, part = read(root), read(root, crop=(3.0, 14.1))
    assert part.metadata["image"].tolist() == FACE_PICTURES[1:6]
    assert [reasons for reasons in part.drop_log if reasons] == [
        ("NO_DATA",),
        *[("TOO_SHORT",)] * 2,
    ]
    assert_allclose(part.get_data(), whole[1:6].get_data(), atol=1e-20)
    assert len(read(root, crop=(0, SECONDS))) == len(whole)


def test_an_epoch_that_a_crop_cuts_is_left_out_too(root):
    # The second trigger is at 3.5 s. Resampling to 250 Hz needs at least 0.1 s more before, and
    # -0.2 s is a whole number of samples at 1100 and at 250 Hz.
    kept = [len(read(root, crop=(start, SECONDS), sfreq=sfreq))
            for start, sfreq in [(3.43, None), (3.44, None), (3.33, 250), (3.34, 250)]]  # fmt: skip
    assert kept == [7, 6, 7, 6]


def test_processed_recordings_are_read_from_their_folder_and_events_from_the_root(tmp_path):
    root = write(tmp_path / "bids", runs=["01"])
    file = next(root.rglob("*_meg.fif"))
    folder = root / "derivatives" / "meg_derivatives" / file.parent.relative_to(root)
    folder.mkdir(parents=True)
    raw = mne.io.read_raw_fif(file, preload=True, verbose="ERROR")
    raw.apply_function(lambda x: 3 * x, picks="meg", verbose="ERROR")
    raw.save(folder / file.name.replace("_meg", "_proc-sss_meg"), verbose="ERROR")
    plain = read(root)
    tripled = read(root, derivatives=folder.parents[2], processing="sss")
    assert_allclose(tripled.get_data(), 3 * plain.get_data(), rtol=1e-4, atol=1e-18)
    assert tripled.metadata.equals(plain.metadata)
    # Beside the raw recording too.
    next(folder.iterdir()).rename(file.with_name(file.name.replace("_meg", "_proc-sss_meg")))
    assert_array_equal(read(root, processing="sss").get_data(), tripled.get_data())
    assert_array_equal(read(root).get_data(), plain.get_data())


def test_bad_channels_of_one_run_in_a_table_of_the_session_are_bad_in_all(tmp_path):
    root = write(tmp_path / "bids")
    tables = sorted(root.rglob("*_channels.tsv"))
    table = pd.read_csv(tables[0], sep="\t", dtype=str, keep_default_na=False)
    # Run 01 has its own table; the other is for the session, as in ds000117.
    table.assign(status=np.where(table["name"] == "MEG 0112", "bad", "good")).to_csv(
        tables[1].parent.parent / "sub-01_ses-meg_task-facerecognition_channels.tsv",
        sep="\t", index=False,
    )  # fmt: skip
    tables[1].unlink()
    assert read(root, runs=["01"]).info["bads"] == []
    assert read(root, runs=["01", "02"]).info["bads"] == ["MEG 0112"]


def test_types_that_channels_tsv_takes_away_are_named(tmp_path):
    root = write(tmp_path / "bids", runs=["01"])
    file = next(root.rglob("*_channels.tsv"))
    table = pd.read_csv(file, sep="\t", dtype=str, keep_default_na=False)
    table["type"] = table["type"].replace(["MEGMAG", "MEGGRADPLANAR"], "MEG")  # as in 2018
    table.to_csv(file, sep="\t", index=False)
    with pytest.raises(ValueError, match=r"datatype: no channel is mag.*types of .* eeg, misc"):
        read(root)


def test_eyes_serve_to_reject_and_are_not_returned(tmp_path):
    root = write(tmp_path / "bids", runs=["01"], blink=300e-6)
    epochs = read(root, reject={"eog": 200e-6}, eog=["EEG061", "EEG062"])
    assert epochs.get_channel_types(unique=True) == ["grad", "mag"]
    assert epochs.metadata["image"].tolist() == FACE_PICTURES[:2] + FACE_PICTURES[3:]
    assert ("EEG061",) in epochs.drop_log
    assert len(read(root, reject={"eog": 400e-6}, eog=["EEG061"])) == 8


def test_a_butterworth_filter_there_and_back_halves_power_at_its_edges_twice(tmp_path):
    # |H|^2 = 1 / (1 + (f / f_c)^(2n)) once; there and back, H itself has this course.
    t = np.arange(round(SECONDS * SFREQ)) / SFREQ
    raw = recording(noise=0.0)
    for frequency, expected in [(20.0, 1 / (1 + 0.5**10)), (40.0, 0.5), (60.0, 1 / (1 + 1.5**10))]:
        raw._data[:6] = np.cos(2 * np.pi * frequency * t) * 1e-12
        root = write(tmp_path / f"{frequency:g}", runs=["01"], raws=[raw])
        after = read(root, h_freq=40.0, iir_order=5).get_data()
        before = read(root).get_data()
        gain = (after * before).sum() / (before**2).sum()
        assert_allclose(gain, expected, rtol=0.03, atol=0.002)


def test_magnetometers_with_an_old_name_get_their_true_one(tmp_path):
    raw = recording()
    for channel in raw.info["chs"]:
        if channel["coil_type"] == 3024:
            channel.update(coil_type=3022, cal=4.13e-11)  # T3 coils under the name of T1
    root = write(tmp_path / "bids", runs=["01"], raws=[raw])
    assert {c["coil_type"] for c in read(root).info["chs"]} == {3012, 3024}


def test_onsets_may_come_from_a_function(root):
    seen = []

    def later(raw, events):
        seen.append((raw.info["sfreq"], list(events)))
        return events["onset"] + 0.05

    epochs = read(root, onsets=later, delay=LAG - 0.05)
    assert_array_equal(epochs.get_data(), read(root).get_data())
    assert seen == [(SFREQ, ["onset", "condition", "event", "image", "identity"])]
    with pytest.raises(ValueError, match="onsets: expected 8 onsets, got 1"):
        read(root, onsets=lambda raw, events: [1.0])


# Another data set: EEG in BrainVision files, no sessions, runs or pictures


@pytest.fixture
def oddball(tmp_path):
    """Twelve tones; rare ones are answered by 8 µV at Pz after 300 ms, the others by nothing."""
    folder = tmp_path / "oddball" / "sub-a1" / "eeg"
    folder.mkdir(parents=True)
    stem, rate, names = "sub-a1_task-oddball", 200, ["Fz", "Cz", "Pz", "VEOG"]
    t = np.arange(26 * rate) / rate
    onset = 1.0 + 2 * np.arange(12)
    kind = np.where(np.arange(12) % 3 == 1, "rare", "frequent")
    X = np.random.default_rng(0).normal(size=(4, len(t)))  # µV
    for start in onset[kind == "rare"]:
        X[2] += 8 * np.exp(-0.5 * ((t - start - 0.3) / 0.05) ** 2)
    X[3, (t > 9.0) & (t < 9.2)] += 150  # a blink after the fifth tone
    X.T.astype("<f4").tofile(folder / f"{stem}_eeg.eeg")
    channels = "\n".join(f"Ch{i + 1}={name},,1,µV" for i, name in enumerate(names))
    (folder / f"{stem}_eeg.vhdr").write_text(
        "Brain Vision Data Exchange Header File Version 1.0\n[Common Infos]\nCodepage=UTF-8\n"
        f"DataFile={stem}_eeg.eeg\nMarkerFile={stem}_eeg.vmrk\nDataFormat=BINARY\n"
        f"DataOrientation=MULTIPLEXED\nNumberOfChannels=4\nSamplingInterval={1e6 / rate:g}\n"
        f"[Binary Infos]\nBinaryFormat=IEEE_FLOAT_32\n[Channel Infos]\n{channels}\n",
        encoding="utf-8",
    )
    (folder / f"{stem}_eeg.vmrk").write_text(
        "Brain Vision Data Exchange Marker File, Version 1.0\n[Common Infos]\nCodepage=UTF-8\n"
        f"DataFile={stem}_eeg.eeg\n[Marker Infos]\n"
    )
    tables = {
        "channels": {"name": names, "type": ["EEG"] * 3 + ["VEOG"], "units": "µV"},
        "events": {"onset": onset, "duration": 0.1, "trial_type": kind},
    }
    for name, columns in tables.items():
        pd.DataFrame(columns).to_csv(folder / f"{stem}_{name}.tsv", sep="\t", index=False)
    return tmp_path / "oddball"


def test_eeg_of_any_two_conditions_is_read(oddball):
    epochs = load_bids(
        oddball, subject="a1", task="oddball", datatype="eeg", sfreq=100, reject={"eog": 100e-6},
        conditions={"deviant": ["rare"], "standard": ["frequent"]},
    )  # fmt: skip
    assert epochs.ch_names == ["Fz", "Cz", "Pz"]
    assert list(epochs.metadata) == ["subject", "run", "condition", "event"]
    assert epochs.metadata["event"].value_counts().to_dict() == {"frequent": 8, "rare": 3}
    assert ("VEOG",) in epochs.drop_log
    difference = epochs["deviant"].average().data - epochs["standard"].average().data
    channel, sample = np.unravel_index(np.abs(difference).argmax(), difference.shape)
    assert epochs.ch_names[channel] == "Pz"
    assert_allclose(epochs.times[sample], 0.3, atol=0.03)
    assert_allclose(difference[channel, sample], 8e-6, atol=2e-6)
