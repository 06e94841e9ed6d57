"""What is asked of a simulation, and the pictures that its subjects see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypedDict

import numpy as np
import pandas as pd

from workedpapers.checks import Floats, positive_int

from .sources import SOURCES

__all__ = ["Images", "Scenario", "ScenarioOptions", "draw_images"]


class ScenarioOptions(TypedDict, total=False):
    """Fields of `Scenario`, which documents them, but for trials, onset and effect."""

    sfreq: float
    tmin: float
    tmax: float
    images: int
    identities: int
    luminance_confound: float
    luminance_gain: float
    image_sd: float
    subject_sd: float
    onset_sd: float
    noise: float
    gain_jitter: float
    latency_jitter: float


@dataclass(frozen=True)
class Scenario:
    """The settings of a simulated experiment, checked.

    Parameters
    ----------
    trials : int
        Trials of a subject, half of them (rounded down) with familiar faces; at least as many as
        images.
    onset : float
        When the effect of familiarity starts, in seconds, at least 0 and before ``tmax``.
    effect : float
        Its size. 1 adds up to 10 nA m to the right fusiform face area; 0 is the null.
    sfreq : float
        Samples per second, in Hz.
    tmin, tmax : float
        First and last time of a trial, in seconds; the baseline is from tmin to 0.
    images : int
        Pictures in all, an even number, half of them of familiar people; at least 4.
    identities : int
        People in all, an even number, at most as many as images.
    luminance_confound : float
        By how many standard deviations familiar pictures are brighter. The pictures are drawn so
        that the difference is exactly this.
    luminance_gain : float
        Relative change of the early response of V1 for a picture that is one standard deviation
        brighter; contrast has half of this effect.
    image_sd : float
        Standard deviation of a relative change of each source's response that belongs to the
        picture alone, whatever its luminance. Above 0, trials with one picture resemble each
        other, and cross-validation must split by picture.
    subject_sd : float
        Differences between subjects, as a multiple of the usual ones: standard deviations of 25 %
        in the strength of a source, 30 % in the effect, 4 ms in latency, 3 mm and 0.25 radians in
        place and direction of a source, and other directions of the background. 0 makes everybody
        alike.
    onset_sd : float
        Standard deviation of the onset between subjects, in seconds.
    noise : float
        Noise of brain and sensors, as a multiple of the usual one (25 fT in magnetometers and 5
        fT/cm in gradiometers at 250 Hz, and background of about 300 fT); 0 for none.
    gain_jitter : float
        Relative standard deviation of a source's current from trial to trial.
    latency_jitter : float
        Standard deviation of the latency of what any face evokes from trial to trial, in seconds.
        The effect of familiarity does not move.

    Raises
    ------
    TypeError, ValueError
        That names the setting, what was expected and what came.

    See Also
    --------
    simulate_arrays : Which takes the fields.

    Notes
    -----
    Source: the design is ours.

    Chapter: :ref:`meg-ten-lines`.

    Examples
    --------
    >>> from workedpapers import meg_decoding as meg
    >>> scene = meg.Scenario(trials=100, tmin=-0.1, tmax=0.3)
    >>> len(scene.times)
    101
    >>> meg.Scenario(trials=10)
    Traceback (most recent call last):
        ...
    ValueError: trials: expected at least images = 40, so that each is shown, got 10.
    """

    trials: int = 200
    onset: float = 0.085
    effect: float = 1.0
    sfreq: float = 250.0
    tmin: float = -0.1
    tmax: float = 0.5
    images: int = 40
    identities: int = 20
    luminance_confound: float = 0.0
    luminance_gain: float = 0.3
    image_sd: float = 0.0
    subject_sd: float = 1.0
    onset_sd: float = 0.0
    noise: float = 1.0
    gain_jitter: float = 0.25
    latency_jitter: float = 0.005

    def __post_init__(self) -> None:
        for name in ("trials", "images", "identities"):
            positive_int(getattr(self, name), name)
        for name in ("onset", "effect", "sfreq", "tmin", "tmax", "luminance_confound",
                     "luminance_gain"):  # fmt: skip
            _finite(getattr(self, name), name)
        for name in ("onset", "image_sd", "subject_sd", "onset_sd", "noise", "gain_jitter",
                     "latency_jitter"):  # fmt: skip
            if _finite(getattr(self, name), name) < 0:
                raise ValueError(f"{name}: expected at least 0, got {getattr(self, name)}.")
        if self.sfreq <= 0:
            raise ValueError(f"sfreq: expected more than 0 Hz, got {self.sfreq}.")
        if not self.tmin < 0 < self.tmax:
            raise ValueError(f"tmin, tmax: expected tmin < 0 < tmax, got {self.tmin}, {self.tmax}.")
        if self.tmax - self.tmin > 1.9:  # the epochs' events are two seconds apart
            raise ValueError(f"tmax: expected at most 1.9 s after tmin, got {self.tmax}.")
        if self.onset >= self.tmax:
            raise ValueError(f"onset: expected less than tmax = {self.tmax} s, got {self.onset}.")
        for name, least in (("images", 4), ("identities", 2)):
            if getattr(self, name) % 2 or getattr(self, name) < least:
                raise ValueError(
                    f"{name}: expected an even number of at least {least}, got "
                    f"{getattr(self, name)}."
                )
        if self.identities > self.images:
            raise ValueError(
                f"identities: expected at most images = {self.images}, got {self.identities}."
            )
        if self.trials < self.images:
            raise ValueError(
                f"trials: expected at least images = {self.images}, so that each is shown, got "
                f"{self.trials}."
            )

    @property
    def times(self) -> Floats:
        """Seconds after the picture, on the grid of multiples of 1 / sfreq."""
        first, last = round(self.tmin * self.sfreq), round(self.tmax * self.sfreq)
        return np.arange(first, last + 1) / self.sfreq


class Images(NamedTuple):
    """The pictures of an experiment.

    Parameters
    ----------
    table : DataFrame
        One row for each: condition, image, identity, luminance (mean, 0 black to 1 white) and
        contrast (standard deviation in the same units).
    change : array of float
        Relative change of what each source answers, shape (images, 5).
    """

    table: pd.DataFrame
    change: Floats


def draw_images(scene: Scenario, seed: np.random.SeedSequence) -> Images:
    """Draw the pictures: images within identities within conditions.

    Luminance and contrast are standardised within each condition, so that the conditions differ
    by exactly what ``luminance_confound`` says: not by chance, and not in contrast.
    """
    rng = np.random.default_rng(seed)
    half, people = scene.images // 2, scene.identities // 2
    rows = []
    for letter, condition in (("F", "familiar"), ("U", "unfamiliar")):
        for j in range(half):
            who = f"{letter}{j % people + 1:02d}"
            rows.append((condition, f"{who}_{j // people + 1:02d}", who))
    table = pd.DataFrame(rows, columns=["condition", "image", "identity"])
    bright, contrast = (_standardised(rng.normal(size=(2, half))) for _ in range(2))
    bright += scene.luminance_confound * np.array([[0.5], [-0.5]])
    table["luminance"] = 0.45 + 0.08 * bright.ravel()
    table["contrast"] = 0.20 + 0.04 * contrast.ravel()
    change = scene.image_sd * rng.normal(size=(scene.images, len(SOURCES)))
    early = scene.luminance_gain * (bright + contrast / 2)
    change[:, SOURCES.index("V1")] += early.ravel()
    return Images(table, change)


def _standardised(values: Floats) -> Floats:
    """Each row with mean 0 and standard deviation 1."""
    values = values - values.mean(axis=1, keepdims=True)
    scaled: Floats = values / values.std(axis=1, keepdims=True)
    return scaled


def _finite(value: float, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
        raise TypeError(f"{name}: expected a number, got {value!r}.")
    if not np.isfinite(value):
        raise ValueError(f"{name}: expected a finite number, got {value}.")
    return float(value)
