"""Groups of decoding courses with a known onset, for tests and measurements."""

import numpy as np
from scipy.special import ndtr

TIMES = np.arange(-25, 101) * 0.004  # -0.1 to 0.4 s, 250 Hz
ONSET = 0.085


def separation(times, *, kind, onset, strength, ramp=0.03, half_life=0.1, clutter=1.0):
    """The classes' distance d' over time.

    The signal grows along a line for `ramp` seconds, then decays. A "linear" decoder sees it as
    it is; a "learned" one has weights with noise of size `clutter`; a "smooth" signal grows along
    a raised cosine.
    """
    after = np.clip(times - onset, 0, None)
    share = np.minimum(after / ramp, 1)
    if kind == "smooth":
        share = (1 - np.cos(np.pi * share)) / 2
    signal = strength * share * 0.5 ** (np.clip(after - ramp, 0, None) / half_life)
    return signal**2 / np.hypot(signal, clutter) if kind == "learned" else signal


def noise(rng, shape, correlation=0.4, sd=0.05):
    """Stationary AR(1) noise along the last axis."""
    white = rng.normal(size=shape)
    out = np.empty(shape)
    out[..., 0] = white[..., 0]
    for i in range(1, shape[-1]):
        out[..., i] = correlation * out[..., i - 1] + np.sqrt(1 - correlation**2) * white[..., i]
    return sd * out


def group(rng, subjects=16, times=TIMES, *, strength=1.0, spread=0.3, kind="learned", onset=ONSET,
          **of_noise):  # fmt: skip
    """AUC courses, shape (subjects, times); amplitudes differ by a log-normal factor."""
    gains = strength * np.exp(spread * rng.normal(size=(subjects, 1)))
    d = separation(times, strength=gains, onset=onset, kind=kind)
    return (
        0.5 * (strength == 0)
        + ndtr(d / np.sqrt(2)) * (strength > 0)
        + noise(rng, (subjects, len(times)), **of_noise)
    )
