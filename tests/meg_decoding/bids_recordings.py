"""Small recordings in BIDS, with the names, columns and triggers of ds000117."""

import mne
import numpy as np
import pandas as pd

from workedpapers.meg_decoding.simulation.head import CENTRE, lead_field, sensors

SFREQ, FIRST = 1100.0, 3000
CODES = [5, 13, 6, 14, 17, 7, 15, 4096, 5, 13]  # with a scrambled face and a button
NAMES = {5: "IniFF", 6: "ImmFF", 7: "DelFF", 13: "IniUF", 14: "ImmUF", 15: "DelUF", 17: "IniSF",
         4096: "btnR"}  # fmt: skip
FACES = {"familiar": [5, 6, 7], "unfamiliar": [13, 14, 15]}
PEAK, LAG = 0.1, 0.0345  # s from picture to answer, and from trigger to picture
SECONDS = 22
ORIGIN = (0.0, 0.0, 0.04)  # of the head's sphere, in head coordinates
MAGS = sensors().kinds == "mag"
WHITE = np.where(MAGS, 5e-15, 2e-13)[:, None]  # noise of 306 sensors, T and T/m a sample


def kind_of(code):
    return {"F": "familiar", "U": "unfamiliar"}.get(NAMES[code][-2])


def picture(k, code):
    letter = {"F": "f", "U": "u", "S": "s"}.get(NAMES[code][-2])
    return "n/a" if code == 4096 else f"meg/{letter}{k:03d}.bmp"


FACE_CODES = [c for c in CODES if kind_of(c)]
FACE_PICTURES = [picture(k, c)[4:-4] for k, c in enumerate(CODES) if kind_of(c)]


def starts(sfreq=SFREQ):
    """Sample of each trigger, counted from the recording's first sample."""
    return np.array([round((1.5 + 2 * k) * sfreq) for k in range(len(CODES))])


def device_to_head(shift=(0.0, 0.0, 0.0), tilt=0.0):
    """Head whose sphere is in the middle of the helmet, then moved in metres and nodding."""
    rotation = np.array(
        [[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]]
    )
    matrix = np.eye(4)
    matrix[:3, :3] = rotation
    matrix[:3, 3] = np.array(ORIGIN) - rotation @ (CENTRE + np.array(shift))
    return mne.transforms.Transform("meg", "head", matrix)


def topography(position=(0.02, -0.04, 0.075), device=None):
    """What 306 sensors see of a tangential dipole fixed in the head, 20 nAm, shape (306,)."""
    matrix = (device or device_to_head())["trans"]
    to_device = np.linalg.inv(matrix)
    centre = to_device[:3, :3] @ np.array(ORIGIN) + to_device[:3, 3]
    place = to_device[:3, :3] @ np.array(position) + to_device[:3, 3]
    moment = to_device[:3, :3] @ np.cross(np.array(position) - ORIGIN, [0, 0, 1])
    moment *= 20e-9 / np.linalg.norm(moment)
    return lead_field(place[None], centre=centre)[:, 0] @ moment


def raw_of(X, names, kinds, sfreq, device=None, digitised=False):
    """Recording of MEG channels, which come first, and others."""
    layout = mne.channels.read_meg_canonical_info("neuromag", verbose="ERROR")
    info = mne.create_info(list(names), sfreq, list(kinds))
    for channel, place in zip(info["chs"], layout["chs"], strict=False):
        if channel["kind"] == place["kind"]:
            channel.update({key: place[key] for key in ("loc", "coil_type", "unit", "coord_frame")})
    info["dev_head_t"] = device or device_to_head()
    info["line_freq"] = 50
    raw = mne.io.RawArray(X, info, first_samp=FIRST, verbose="ERROR")
    raw.set_meas_date(1e9)
    if digitised:
        up = np.random.default_rng(0).normal(size=(60, 3))
        up[:, 2] = np.abs(up[:, 2])
        shape = ORIGIN + 0.09 * up / np.linalg.norm(up, axis=1)[:, None]
        points = {"nasion": (0, 0.1, 0), "lpa": (-0.08, 0, 0), "rpa": (0.08, 0, 0)}
        montage = mne.channels.make_dig_montage(**points, hsp=shape, coord_frame="head")
        raw.set_montage(montage, on_missing="ignore")
    return raw


def recording(
    artefact=0.0, blink=0.0, pattern=None, sfreq=SFREQ, device=None, digitised=False, noise=1e-15
):
    """Each picture is answered by a bump after 100 ms, twice as high for familiar faces.

    ``artefact`` is a step in the first magnetometer 300 ms after the first picture, ``blink`` one
    of an eye electrode after the third. ``pattern`` is what the sensors see of the bump, by
    default the same in six of them.
    """
    pattern = np.ones(6) if pattern is None else pattern
    p = len(pattern)
    names = [*sensors().names[:p], "EEG061", "EEG062", "STI101"]
    t = np.arange(round(SECONDS * sfreq)) / sfreq
    X = np.zeros((p + 3, len(t)))
    X[:p] = noise * np.random.default_rng(0).normal(size=(p, len(t)))
    for start, code in zip(starts(sfreq), CODES, strict=True):
        X[-1, start : start + round(0.018 * sfreq)] = code
        size = {"familiar": 2e-12, "unfamiliar": 1e-12}.get(kind_of(code), 0.0)
        wave = np.exp(-0.5 * ((t - start / sfreq - LAG - PEAK) / 0.02) ** 2)
        X[:p] += size * np.outer(pattern, wave)
    X[np.flatnonzero(MAGS)[0], round(1.8 * sfreq) : round(2 * sfreq)] += artefact
    X[p, round(5.8 * sfreq) : round(6 * sfreq)] += blink
    kinds = [*sensors().kinds[:p], "eeg", "eeg", "stim"]
    return raw_of(X, names, kinds, sfreq, device, digitised)


def helmet_recording(device=None, **options):
    """As `recording`, with the field of a dipole in the head at 306 sensors, at 250 Hz."""
    pattern = 1e12 * topography(device=device)
    return recording(pattern=pattern, device=device, sfreq=250.0, noise=WHITE, **options)


def write_site_files(folder, gains=None, decoupler=None):
    """Fine calibration and cross-talk correction, as sss_cal.dat and ct_sparse.fif."""
    from mne._fiff.constants import FIFF
    from mne._fiff.proc_history import _write_mf_data
    from mne._fiff.write import (
        end_block,
        start_and_end_file,
        start_block,
        write_int,
        write_string,
    )
    from scipy.sparse import csc_array

    folder.mkdir(parents=True, exist_ok=True)
    layout = mne.channels.read_meg_canonical_info("neuromag", verbose="ERROR")
    names = [name.replace(" ", "") for name in layout["ch_names"]]
    # One number a channel: the gain of a magnetometer, the imbalance of a gradiometer.
    numbers = np.where(MAGS, 1.0 if gains is None else gains, 0.0)
    calibration = {"ch_names": names, "locs": np.array([c["loc"] for c in layout["chs"]]),
                   "imb_cals": [[number] for number in numbers]}  # fmt: skip
    mne.preprocessing.write_fine_calibration(folder / "sss_cal.dat", calibration)
    record = {"ch_names": layout["ch_names"],
              "decoupler": csc_array(np.eye(306) if decoupler is None else decoupler)}  # fmt: skip
    with start_and_end_file(folder / "ct_sparse.fif") as file:
        start_block(file, FIFF.FIFFB_DATA_CORRECTION)
        write_string(file, FIFF.FIFF_COMMENT, "cross-talk compensation matrix")
        write_string(file, FIFF.FIFF_CREATOR, "simulator")
        write_int(file, FIFF.FIFF_MEAS_DATE, [0, 0])
        _write_mf_data(file, {"sss_ctc": record}, kind="sss_ctc")
        end_block(file, FIFF.FIFFB_DATA_CORRECTION)
    return folder / "sss_cal.dat", folder / "ct_sparse.fif"


def write(root, runs=("01", "02"), subject="01", drop=(), onset=None, raws=None, **options):
    """A data set with the recordings ``raws``, or one recording for all runs.

    ``onset`` computes the table's onsets from the samples of the triggers.
    """
    import mne_bids

    root.mkdir(parents=True, exist_ok=True)
    for i, run in enumerate(runs):
        raw = recording(**options) if raws is None else raws[i]
        file = root.parent / f"{root.name}-{subject}-{run}_raw.fif"
        raw.save(file, verbose="ERROR", overwrite=True)
        raw = mne.io.read_raw_fif(file, verbose="ERROR")
        path = mne_bids.BIDSPath(subject=subject, session="meg", task="facerecognition", run=run,
                                 datatype="meg", root=root)  # fmt: skip
        mne_bids.write_raw_bids(raw, path, overwrite=True, verbose="ERROR")
        first = starts(raw.info["sfreq"])
        table = pd.DataFrame({
            "onset": first / raw.info["sfreq"] if onset is None else onset(first),
            "duration": 0.0, "trial_type": [NAMES[c] for c in CODES], "value": CODES,
            "sample": first, "stim_file": [picture(k, c) for k, c in enumerate(CODES)],
        })  # fmt: skip
        events = path.copy().update(suffix="events", extension=".tsv").fpath
        table.drop(columns=list(drop)).to_csv(events, sep="\t", index=False)
        file.unlink()
    return root
