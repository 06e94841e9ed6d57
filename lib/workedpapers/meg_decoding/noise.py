"""Noise whose power falls with frequency, as that of a brain at rest does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["pink_noise"]

_PINK_TO = 125.0  # Hz


def pink_noise(
    count: int, length: int, sfreq: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Series whose power falls as 1/f from 1 Hz on, with variance 1 between 0 and 125 Hz.

    They are the first part of periodic series of twice the length, so that the end of a trial
    does not know its beginning.
    """
    from scipy import fft

    period = fft.next_fast_len(2 * length, real=True)
    frequency = fft.rfftfreq(period, 1 / sfreq)
    # Power per hertz; a bin's coefficient has a real and an imaginary part, and a twin at -f.
    power = 1 / np.maximum(frequency, 1.0) / (1 + np.log(_PINK_TO))
    power[0] = 0
    scale = np.sqrt(power * frequency[1]) * period / 2
    parts = rng.standard_normal((count, len(frequency), 2), dtype=np.float32)
    parts *= scale.astype(np.float32)[:, None]
    spectrum = parts.view(np.complex64)[..., 0]
    return np.asarray(fft.irfft(spectrum, period, axis=-1)[:, :length])
