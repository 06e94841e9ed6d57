r"""The brain of the simulation: five places that answer a face, and a background that does not.

The evoked currents are bumps that are exactly zero before they start and reach 1 at their peak,

.. math:: b(t) = \bigl(u\, e^{1 - u}\bigr)^k, \qquad u = \frac{t - t_0}{t_1 - t_0} > 0.

Near the peak they look like a Gaussian of standard deviation :math:`(t_1 - t_0) / \sqrt k`.
Familiarity adds a current in the face areas that rises from zero at the onset within 30 ms,

.. math:: e(t) = \min\bigl((t - t_{on}) / 30\,\mathrm{ms}, 1\bigr)\, e^{-(t - t_{on}) / 250\,
    \mathrm{ms}}, \qquad t > t_{on},

and a late one in the anterior temporal lobe, which peaks 300 ms after the picture.

Places and strengths were chosen to look like the literature (M100 in early visual cortex, M170 in
the fusiform face areas, currents of some ten nA m); they were not measured.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import Floats, as_float_array

from .head import CENTRE, lead_field, sensors

__all__ = ["SOURCES", "background_mixing", "evoked_courses", "familiarity_courses", "true_course"]

#: Names of the sources, in the order of every array: early visual cortex, right occipital face
#: area, right and left fusiform face area, right anterior temporal lobe.
SOURCES = ("V1", "rOFA", "rFFA", "lFFA", "rATL")

POSITIONS = 1e-3 * np.array(
    [[8, -67, 5], [35, -55, -12], [37, -35, -24], [-37, -35, -24], [42, 12, -30]]
)
# What the currents point along, before the silent radial part is taken off: up in V1, and along
# the lower surface of the temporal lobe elsewhere, mirrored between the hemispheres.
_DIRECTIONS = np.array([[1, 0, 2], [1, 1, -2], [1, 2, -2], [-1, 2, -2], [1, 1, -1]], dtype=float)

BACKGROUND = 270  # dipoles
_COMPONENTS = 80  # of the background at the sensors; they hold all but 0.03 % of its power

#: Standard deviation of the noise of one sample of one sensor, in T and in T/m.
SENSOR_NOISE = {"mag": 25e-15, "grad": 5e-13}

# source: (start in s, peak in s, sharpness k, current in nA m)
_BUMPS = {
    "V1": [(0.060, 0.095, 6.0, 28.0)],
    "rOFA": [(0.065, 0.115, 6.0, 10.0), (0.110, 0.175, 7.0, -6.0)],
    "rFFA": [(0.100, 0.170, 10.0, 50.0), (0.170, 0.260, 4.0, -20.0)],
    "lFFA": [(0.100, 0.170, 10.0, 35.0), (0.170, 0.260, 4.0, -14.0)],
    "rATL": [(0.180, 0.330, 3.0, 12.0)],
}
_RISE, _DECAY = 0.030, 0.250
_PINK_TO = 125.0  # Hz
_FAMILIARITY = np.array([0.0, 6.0, 11.0, 7.0, 0.0])  # nA m where the early effect is at its top
_FAMILIARITY_LATE = 8.0  # nA m, in the last source


def bump(times: ArrayLike, start: float, peak: float, sharpness: float) -> Floats:
    """Zero up to ``start``, 1 at ``peak``: the function b(t) of the module's head."""
    u = np.maximum((np.asarray(times, dtype=float) - start) / (peak - start), 0)
    b: Floats = (u * np.exp(1 - u)) ** sharpness
    return b


def evoked_courses(times: ArrayLike) -> Floats:
    """Current of each source after any face, in A m.

    Parameters
    ----------
    times : array_like
        Seconds after the picture, shape (..., t).

    Returns
    -------
    array of float
        Array, shape (..., 5, t), in the order of `SOURCES`.
    """
    t = np.asarray(times, dtype=float)
    courses = [
        sum(current * bump(t, start, peak, k) for start, peak, k, current in _BUMPS[source])
        for source in SOURCES
    ]
    return 1e-9 * np.stack([np.asarray(c) for c in courses], axis=-2)


def familiarity_courses(times: ArrayLike, onset: float) -> Floats:
    """Current that a familiar face adds for an effect of 1, in A m; zero up to ``onset``.

    Parameters
    ----------
    times : array_like
        Seconds after the picture, shape (t,).
    onset : float
        Seconds, at least 0.

    Returns
    -------
    array of float
        Array, shape (5, t), in the order of `SOURCES`.
    """
    since = np.maximum(np.asarray(times, dtype=float) - onset, 0)
    early = np.minimum(since / _RISE, 1) * np.exp(-since / _DECAY)
    courses = _FAMILIARITY[:, None] * early
    start = max(onset, 0.180)
    courses[-1] += _FAMILIARITY_LATE * bump(times, start, max(0.300, start + 0.050), 3.0)
    amperes: Floats = 1e-9 * courses
    return amperes


def true_course(times: ArrayLike, *, onset: float = 0.085, effect: float = 1.0) -> pd.DataFrame:
    r"""The truth that was planted: familiar minus unfamiliar current, in nA m.

    Parameters
    ----------
    times : array_like
        Seconds after the picture, shape (t,).
    onset : float
        When the effect starts, in seconds, at least 0.
    effect : float
        Its size.

    Returns
    -------
    DataFrame
        Data frame with one row for each time, which is its index, and one column for each source.

    Raises
    ------
    TypeError, ValueError
        If the times are not finite numbers, or the onset is negative.

    See Also
    --------
    simulate_arrays : Which plants it.

    Notes
    -----
    From the onset on :math:`e(t) = \min((t - t_{on}) / 30\,\mathrm{ms}, 1)\, e^{-(t - t_{on}) /
    250\,\mathrm{ms}}`. Source: the design is ours.

    Chapter: :ref:`meg-ten-lines`.

    Examples
    --------
    >>> from workedpapers import meg_decoding as meg
    >>> meg.true_course([0.08, 0.1, 0.12])["rFFA"].round(1).tolist()
    [0.0, 5.2, 9.6]
    """
    t = as_float_array(times, "times", ndim=1)
    if not onset >= 0:
        raise ValueError(f"onset: expected at least 0 s, got {onset}.")
    course = 1e9 * effect * familiarity_courses(t, onset)
    return pd.DataFrame(course.T, index=pd.Index(t, name="time"), columns=list(SOURCES))


def tangent_plane(positions: Floats) -> tuple[Floats, Floats, Floats]:
    """Radial unit vectors and two tangential ones, each of shape (d, 3)."""
    radial = positions - CENTRE
    radial = radial / np.linalg.norm(radial, axis=1, keepdims=True)
    first = np.cross(radial, np.eye(3)[np.abs(radial).argmin(axis=1)])
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    return radial, first, np.cross(radial, first)


def source_mixing(shift: Floats, turn: Floats) -> Floats:
    """What the channels measure of the five sources, shape (306, 5).

    Parameters
    ----------
    shift : array of float
        Added to the positions, in metres, shape (5, 3).
    turn : array of float
        Angle by which each current is turned in its tangent plane, in radians, shape (5,).
    """
    positions = POSITIONS + shift
    radial, _, _ = tangent_plane(positions)
    moment = _DIRECTIONS - (_DIRECTIONS * radial).sum(axis=1, keepdims=True) * radial
    moment /= np.linalg.norm(moment, axis=1, keepdims=True)
    moment = np.cos(turn)[:, None] * moment + np.sin(turn)[:, None] * np.cross(radial, moment)
    L: Floats = np.einsum("sdc,dc->sd", lead_field(positions), moment)
    return L


@lru_cache(maxsize=1)
def _background() -> tuple[Floats, Floats]:
    """Lead field of the background along two tangents, (306, 270, 2), and angles, (270,)."""
    rng = np.random.default_rng(170)  # one brain for everybody; subjects differ by their angles
    directions = rng.normal(size=(4 * BACKGROUND, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    directions = directions[directions[:, 2] > -0.35][:BACKGROUND]  # none in the neck
    positions = CENTRE + directions * rng.uniform(0.045, 0.073, size=(BACKGROUND, 1))
    _, first, second = tangent_plane(positions)
    field = lead_field(positions)
    along = [np.einsum("sdc,dc->sd", field, tangent) for tangent in (first, second)]
    return np.stack(along, axis=-1), rng.uniform(0, 2 * np.pi, BACKGROUND)


def background_mixing(turn: Floats) -> Floats:
    """How unit noise in 80 components makes the field of 270 dipoles of 1 A m, shape (306, 80).

    The dipoles are independent and alike, so only the covariance :math:`L L^\\top` of their lead
    field matters. It is replaced by its strongest components, ordered by power relative to the
    noise of the sensors.

    Parameters
    ----------
    turn : array of float
        Angle by which each dipole is turned in its tangent plane, in radians, shape (270,).
    """
    field, angles = _background()
    angle = angles + turn
    L = field[..., 0] * np.cos(angle) + field[..., 1] * np.sin(angle)
    scale = np.array([SENSOR_NOISE[kind] for kind in sensors().kinds])[:, None]
    power, vectors = np.linalg.eigh((L / scale).T @ (L / scale))
    strongest = vectors[:, np.argsort(power)[::-1][:_COMPONENTS]]
    B: Floats = L @ strongest
    return B


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
    series: NDArray[np.float32] = fft.irfft(spectrum, period, axis=-1)[:, :length]
    return series
