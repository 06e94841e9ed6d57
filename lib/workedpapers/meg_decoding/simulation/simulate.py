r"""Recordings of faces, familiar or not, in which the moment the brain tells them apart is known.

One trial i of one subject, at the sensors, before baseline correction:

.. math:: X_i(t) = \sum_{s} L_s\, g_{is} \bigl[ (1 + c_{is})\, a_s\, S_s(t - d - d_i)
    + y_i\, \beta\, E_s(t) \bigr] + B n_i(t) + \epsilon_i(t).

:math:`L_s` is the lead field of source s (see `sources`), :math:`S` what any face evokes, with
strength :math:`a_s` and delay :math:`d` of the subject, delay :math:`d_i` and gain :math:`g_{is}`
of the trial; :math:`c_{is}` what the picture itself changes, of which its luminance is a part in
V1. :math:`E` is what familiarity adds, exactly zero up to the onset, and :math:`y_i` is 1 for a
familiar face. :math:`n` is pink noise, in 80 combinations :math:`B` of 270 background dipoles,
:math:`\epsilon` the white noise of the sensors. Neither has a memory from trial to trial.

No filter is applied. A low-pass filter as used on recordings would smear the onset.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workedpapers.checks import Floats, Ints, positive_int
from workedpapers.progress import progress_bar

from .head import sensors
from .scenario import Images, Scenario, ScenarioOptions, draw_images
from .sources import (
    BACKGROUND,
    SENSOR_NOISE,
    SOURCES,
    background_mixing,
    evoked_courses,
    familiarity_courses,
    pink_noise,
    source_mixing,
)

if TYPE_CHECKING:
    import mne

__all__ = ["Recording", "simulate_arrays", "simulate_group", "simulate_subject", "to_epochs"]

_BACKGROUND = 6e-9  # standard deviation of a background dipole, 0 to 125 Hz, in A m

# Standard deviations between subjects for subject_sd = 1.
_STRENGTH_SD, _EFFECT_SD = 0.25, 0.3  # of the logarithm
_DELAY_SD, _SHIFT_SD = 0.004, 0.003  # s, m
_TURN_SD, _BACKGROUND_TURN_SD = 0.25, 1.0  # radians


class Recording(NamedTuple):
    """One subject as arrays.

    Parameters
    ----------
    X : array of float
        The field, baseline corrected, shape (trials, 306, t), single precision; T in
        magnetometers, T/m in gradiometers. Rescale before you square: 1e-13 to the fourth power is
        below what single precision holds.
    y : array of int
        1 for a familiar face, 0 for an unfamiliar one, shape (trials,).
    times : array of float
        Seconds after the picture, shape (t,).
    metadata : DataFrame
        One row for each trial: condition, image, identity, luminance, contrast.
    truth : dict
        Every setting, and the ``onset`` and ``effect`` that this subject has.
    """

    X: NDArray[np.float32]
    y: Ints
    times: Floats
    metadata: pd.DataFrame
    truth: dict[str, Any]


class _Subject(NamedTuple):
    """What sets a subject apart."""

    mixing: Floats  # sources to sensors, shape (306, 5)
    background: Floats  # shape (306, 80)
    strength: Floats  # a, shape (5,)
    delay: float
    onset: float
    effect: float


def simulate_arrays(
    subject: int = 0,
    trials: int = 200,
    onset: float = 0.085,
    effect: float = 1.0,
    seed: int = 0,
    **settings: Unpack[ScenarioOptions],
) -> Recording:
    """Simulate one subject as plain arrays, which is the fast way for many replicates.

    Parameters
    ----------
    subject : int
        Number of the subject, from 0. Subject i is the same in a group of any size.
    trials : int
        Number of trials, half of them with familiar faces.
    onset : float
        When the effect of familiarity starts, in seconds.
    effect : float
        Its size; 0 for none.
    seed : int
        Seed of the pictures and, with ``subject``, of everything else.
    **settings : Unpack[ScenarioOptions]
        The other fields of `Scenario`.

    Returns
    -------
    Recording
        With one seed, only what depends on a setting changes with it: recordings with
        ``effect=0`` and ``effect=1`` are identical up to the onset, noise included.

    Raises
    ------
    TypeError, ValueError
        From `Scenario`, or if ``subject`` or ``seed`` is not a whole number of at least 0.

    See Also
    --------
    simulate_subject : The same as MNE epochs.
    simulate_group : Several subjects.
    true_course : The truth that was planted.

    Notes
    -----
    The head is that of Sarvas 1987, doi:10.1088/0031-9155/32/1/004; the sources are ours, see
    ``simulation.simulate`` for the equation.

    Chapter: :ref:`meg-ten-lines`.

    Examples
    --------
    >>> from workedpapers import meg_decoding as meg
    >>> person = meg.simulate_arrays(0, trials=40, onset=0.085, tmax=0.2)
    >>> person.X.shape, int(person.y.sum())
    ((40, 306, 76), 20)
    >>> person.truth["onset"]
    0.085
    """
    scene = Scenario(trials=trials, onset=onset, effect=effect, **settings)
    subject = positive_int(subject, "subject", least=0)
    seed = positive_int(seed, "seed", least=0)
    images = draw_images(scene, np.random.SeedSequence(seed, spawn_key=(0,)))
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1, subject)))
    who = _draw_subject(scene, rng)
    shown = _draw_order(images, trials, rng)
    metadata = images.table.iloc[shown].reset_index(drop=True)
    y = (metadata["condition"] == "familiar").to_numpy().astype(np.intp)
    currents = _currents(scene, who, images.change[shown], y, rng)
    X = _field(scene, who, currents, rng)
    X -= X[..., scene.times <= 0].mean(axis=-1, keepdims=True)
    truth = asdict(scene) | {
        "subject": subject,
        "seed": seed,
        "onset": who.onset,
        "effect": who.effect,
    }
    return Recording(X, y, scene.times, metadata, truth)


def _draw_subject(scene: Scenario, rng: np.random.Generator) -> _Subject:
    sd, n = scene.subject_sd, len(SOURCES)
    mixing = source_mixing(
        sd * _SHIFT_SD * rng.normal(size=(n, 3)), sd * _TURN_SD * rng.normal(size=n)
    )
    background = background_mixing(sd * _BACKGROUND_TURN_SD * rng.normal(size=BACKGROUND))
    strength, delay = rng.normal(size=n), rng.normal()
    onset, effect = rng.normal(), rng.normal()
    return _Subject(
        mixing,
        background,
        _lognormal(strength, sd * _STRENGTH_SD),
        sd * _DELAY_SD * delay,
        max(scene.onset + scene.onset_sd * onset, 0.0),
        scene.effect * float(_lognormal(np.array(effect), sd * _EFFECT_SD)),
    )


def _lognormal(standard: Floats, sd: float) -> Floats:
    """Positive factors with mean 1."""
    return np.exp(sd * standard - sd**2 / 2)


def _draw_order(images: Images, trials: int, rng: np.random.Generator) -> Ints:
    """Which image each trial shows: each as often as the others of its condition, give or take
    one, in random order.
    """
    familiar = (images.table["condition"] == "familiar").to_numpy()
    shown = []
    for mask, count in ((familiar, trials // 2), (~familiar, trials - trials // 2)):
        which = rng.permutation(np.flatnonzero(mask))
        shown.append(np.resize(which, count))
    return rng.permutation(np.concatenate(shown))


def _currents(
    scene: Scenario, who: _Subject, change: Floats, y: Ints, rng: np.random.Generator
) -> Floats:
    """Current of each source in each trial, in A m, shape (trials, 5, t)."""
    gain = 1 + scene.gain_jitter * rng.normal(size=(len(y), len(SOURCES), 1))
    delay = who.delay + scene.latency_jitter * rng.normal(size=(len(y), 1))
    evoked = who.strength[:, None] * evoked_courses(scene.times - delay)
    familiar = who.effect * familiarity_courses(scene.times, who.onset)
    return gain * ((1 + change[..., None]) * evoked + y[:, None, None] * familiar)


def _field(
    scene: Scenario, who: _Subject, currents: Floats, rng: np.random.Generator
) -> NDArray[np.float32]:
    """What the sensors measure, shape (trials, 306, t), single precision."""
    if scene.noise == 0:
        quiet: NDArray[np.float32] = np.matmul(who.mixing, currents).astype(np.float32)
        return quiet
    trials, _, t = currents.shape
    pink = pink_noise(trials * who.background.shape[1], t, scene.sfreq, rng)
    latent = np.concatenate(
        [currents.astype(np.float32), pink.reshape(trials, -1, t)], axis=1, dtype=np.float32
    )
    mixing = np.hstack([who.mixing, scene.noise * _BACKGROUND * who.background])
    X: NDArray[np.float32] = np.matmul(mixing.astype(np.float32), latent)
    white = rng.standard_normal(X.shape, dtype=np.float32)
    density = np.sqrt(scene.sfreq / 250)  # the noise per hertz is that at 250 Hz
    sd = [SENSOR_NOISE[kind] * scene.noise * density for kind in sensors().kinds]
    white *= np.array(sd, dtype=np.float32)[:, None]
    X += white
    return X


def to_epochs(recording: Recording) -> mne.EpochsArray:
    """The recording as MNE epochs, with sensors, events and metadata.

    ``epochs.info["description"]`` holds the truth of the recording as JSON. The head is a sphere
    in the frame of the helmet, so the transformation from device to head is the identity.

    Parameters
    ----------
    recording : Recording
        What `simulate_arrays` returned.

    Returns
    -------
    mne.EpochsArray
        With the events familiar and unfamiliar.

    See Also
    --------
    simulate_arrays : Which makes the recording.

    Notes
    -----
    Source: the layout is that of `mne.channels.read_meg_canonical_info`.

    Chapter: :ref:`meg-ten-lines`.

    Examples
    --------
    >>> from workedpapers import meg_decoding as meg
    >>> epochs = meg.to_epochs(meg.simulate_arrays(0, trials=40, tmax=0.2))
    >>> epochs.metadata.columns.tolist()
    ['condition', 'image', 'identity', 'luminance', 'contrast']
    """
    import mne

    truth = recording.truth
    info = mne.create_info(list(sensors().names), truth["sfreq"], list(sensors().kinds))
    layout = mne.channels.read_meg_canonical_info("neuromag", verbose="ERROR")
    for channel, place in zip(info["chs"], layout["chs"], strict=True):
        channel.update({key: place[key] for key in ("loc", "coil_type", "unit", "coord_frame")})
    info["dev_head_t"] = layout["dev_head_t"]
    info["description"] = json.dumps(truth)
    trials = len(recording.y)
    # One event every two seconds, longer than any epoch here; codes 1 and 2.
    events = np.column_stack(
        [
            np.arange(1, trials + 1) * round(2 * truth["sfreq"]),
            np.zeros(trials, int),
            np.where(recording.y == 1, 1, 2),
        ]
    )
    return mne.EpochsArray(
        recording.X,
        info,
        events,
        tmin=float(recording.times[0]),
        event_id={"familiar": 1, "unfamiliar": 2},
        baseline=(None, 0),
        metadata=recording.metadata,
        verbose="ERROR",
    )


def simulate_subject(
    subject: int = 0,
    trials: int = 200,
    onset: float = 0.085,
    effect: float = 1.0,
    seed: int = 0,
    **settings: Unpack[ScenarioOptions],
) -> mne.EpochsArray:
    """Simulate one subject as MNE epochs: `simulate_arrays` followed by `to_epochs`.

    Parameters
    ----------
    subject : int
        Number of the subject, from 0.
    trials : int
        Number of trials, half of them with familiar faces.
    onset : float
        When the effect of familiarity starts, in seconds.
    effect : float
        Its size; 0 for none.
    seed : int
        Seed of the pictures and, with the number of the subject, of everything else.
    **settings : Unpack[ScenarioOptions]
        The other fields of `Scenario`.

    Returns
    -------
    mne.EpochsArray
        With metadata: condition, image, identity, luminance, contrast.

    Raises
    ------
    TypeError, ValueError
        As `simulate_arrays`.

    See Also
    --------
    simulate_arrays : The same as arrays.
    simulate_group : Several subjects.

    Notes
    -----
    Source: as of `simulate_arrays`.

    Chapter: :ref:`meg-ten-lines`.

    Examples
    --------
    >>> from workedpapers import meg_decoding as meg
    >>> epochs = meg.simulate_subject(0, trials=40, tmax=0.2)
    >>> len(epochs), len(epochs.ch_names), sorted(epochs.event_id)
    (40, 306, ['familiar', 'unfamiliar'])
    """
    return to_epochs(simulate_arrays(subject, trials, onset, effect, seed, **settings))


def simulate_group(
    subjects: int = 4,
    trials: int = 200,
    onset: float = 0.085,
    effect: float = 1.0,
    seed: int = 0,
    **settings: Unpack[ScenarioOptions],
) -> list[mne.EpochsArray]:
    """Simulate subjects who saw the same pictures, as a list of MNE epochs.

    Parameters
    ----------
    subjects : int
        How many, at least 1. Subject i does not depend on it.
    trials : int
        Number of trials, half of them with familiar faces.
    onset : float
        When the effect of familiarity starts, in seconds.
    effect : float
        Its size; 0 for none.
    seed : int
        Seed of the pictures and, with the number of the subject, of everything else.
    **settings : Unpack[ScenarioOptions]
        The other fields of `Scenario`.

    Returns
    -------
    list of mne.EpochsArray
        One for each subject.

    Raises
    ------
    TypeError, ValueError
        From `Scenario`, or if a count is not a whole number.

    See Also
    --------
    simulate_subject : One subject.
    plan : Groups drawn from a pool.

    Notes
    -----
    Source: as of `simulate_arrays`.

    Chapter: :ref:`meg-ten-lines`.

    Examples
    --------
    >>> from workedpapers import meg_decoding as meg
    >>> group = meg.simulate_group(2, trials=40, tmax=0.2)
    >>> [len(epochs) for epochs in group]
    [40, 40]
    """
    subjects = positive_int(subjects, "subjects")
    numbers = progress_bar(range(subjects), desc="Simulating", unit="subject", total=subjects)
    return [simulate_subject(i, trials, onset, effect, seed, **settings) for i in numbers]
