r"""What a current in the head does at the sensors: a sphere, and 306 coils around it.

In a conductor with spherical symmetry the field outside of a current dipole does not depend on
the radii or conductivities of the shells, and has a closed form (Sarvas 1987, doi:10.1088/
0031-9155/32/1/004, equation 25). With the origin at the sphere's centre, a dipole of moment
:math:`Q` at :math:`r_0` makes at :math:`r` the field

.. math:: B(r) = \frac{\mu_0}{4 \pi F^2}
    \bigl[ F \, Q \times r_0 - (Q \times r_0 \cdot r) \nabla F \bigr],

.. math:: F = a (r a + r^2 - r_0 \cdot r), \qquad
    \nabla F = \Bigl(\frac{a^2}{r} + \frac{a \cdot \vec a}{a} + 2a + 2r\Bigr) r
    - \Bigl(a + 2r + \frac{\vec a \cdot r}{a}\Bigr) r_0,

where :math:`\vec a = r - r_0`. Only :math:`Q \times r_0` enters: a radial dipole is silent.

The sensors are those of a Neuromag Vectorview, in the layout that MNE-Python ships: at each of
102 places one magnetometer (T) and two planar gradiometers (T/m). A coil measures the mean of the
field over its area, here by 16 points for a magnetometer and 8 for a gradiometer; these are the
points that MNE-Python calls "accurate" (its file ``coil_def.dat``, types 3024 and 3012).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import Floats, Ints, as_float_array

__all__ = ["CENTRE", "Sensors", "lead_field", "sarvas", "sensors"]

#: Centre of the head's sphere, in metres, in the frame of the helmet (x right, y front, z up).
CENTRE = np.array([0.0, -0.005, -0.005])

_MU0_OVER_4PI = 1e-7  # T m / A


class Sensors(NamedTuple):
    """The helmet.

    Parameters
    ----------
    names : tuple of str
        Names of the channels, 306.
    kinds : array of str
        "mag" (tesla) or "grad" (tesla per metre) for each channel, shape (306,).
    positions : array of float
        Where the channels are, in metres, shape (306, 3).
    points, normals : array of float
        Where and along what the coils measure, in metres, shape (3264, 3).
    weights : array of float
        Of the points, shape (3264,).
    starts : array of int
        The first point of each channel, shape (306,).
    """

    names: tuple[str, ...]
    kinds: NDArray[np.str_]
    positions: Floats
    points: Floats
    normals: Floats
    weights: Floats
    starts: Ints


def _magnetometer() -> tuple[Floats, Floats]:
    """Points in the coil's frame, shape (16, 3), and weights: the mean over a square of 21 mm."""
    side = np.array([-7.875e-3, -2.625e-3, 2.625e-3, 7.875e-3])
    x, y = (axis.ravel() for axis in np.meshgrid(side, side, indexing="ij"))
    return np.column_stack([x, y, np.full(16, 3e-4)]), np.full(16, 1 / 16)


def _gradiometer() -> tuple[Floats, Floats]:
    """Points in the coil's frame, shape (8, 3), and weights: difference of two loops, 16.8 mm."""
    x, y = (
        axis.ravel()
        for axis in np.meshgrid([-1.079e-2, -5.891e-3, 5.891e-3, 1.079e-2], [-6.713e-3, 6.713e-3])
    )
    return np.column_stack([x, y, np.full(8, 3e-4)]), 14.9858 * np.sign(x)


@lru_cache(maxsize=1)
def sensors() -> Sensors:
    """The 306 channels of a Neuromag helmet. Needs mne, which holds the positions."""
    import mne

    info = mne.channels.read_meg_canonical_info("neuromag", verbose="ERROR")
    kinds = np.array(info.get_channel_types())
    points, normals, weights, starts = [], [], [], [0]
    for channel, kind in zip(info["chs"], kinds, strict=True):
        place, axes = channel["loc"][:3], channel["loc"][3:].reshape(3, 3)  # rows: x, y, z
        local, weight = _magnetometer() if kind == "mag" else _gradiometer()
        points.append(place + local @ axes)
        normals.append(np.broadcast_to(axes[2], local.shape))
        weights.append(weight)
        starts.append(starts[-1] + len(weight))
    return Sensors(
        names=tuple(info["ch_names"]),
        kinds=kinds,
        positions=np.array([channel["loc"][:3] for channel in info["chs"]]),
        points=np.concatenate(points),
        normals=np.concatenate(normals),
        weights=np.concatenate(weights),
        starts=np.array(starts[:-1]),
    )


def sarvas(
    points: ArrayLike, normals: ArrayLike, dipoles: ArrayLike, *, centre: ArrayLike = CENTRE
) -> Floats:
    r"""Component along ``normals`` of the field of unit dipoles in a sphere.

    Parameters
    ----------
    points : array_like
        Where the field is wanted, in metres, outside the sphere, shape (p, 3).
    normals : array_like
        Unit vectors, shape (p, 3).
    dipoles : array_like
        Positions inside the sphere, in metres, shape (d, 3).
    centre : array_like
        The sphere's centre, in metres, shape (3,).

    Returns
    -------
    array of float
        Array, shape (p, d, 3), in T per A m: the field of moment :math:`Q` is the sum over the
        last axis with :math:`Q`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a finite array of vectors in three dimensions, or if a point is not
        farther from the centre than every dipole.

    Notes
    -----
    Source: Sarvas 1987, equation 25, with :math:`(Q \times r_0) \cdot v = Q \cdot (r_0 \times v)`.
    """
    origin = as_float_array(centre, "centre", ndim=1)
    if origin.shape != (3,):
        raise ValueError(f"centre: expected 3 coordinates, got {len(origin)}.")
    r = _vectors(points, "points") - origin
    n = _vectors(normals, "normals")
    r0 = _vectors(dipoles, "dipoles") - origin
    if n.shape != r.shape:
        raise ValueError(f"normals: expected the shape of points, {r.shape}, got {n.shape}.")
    length = np.linalg.norm(r, axis=1)[:, None]
    if length.min() <= np.linalg.norm(r0, axis=1).max():
        raise ValueError(
            "dipoles: expected each to be nearer to the centre than every point, got one at "
            f"{np.linalg.norm(r0, axis=1).max():.4f} m and a point at {length.min():.4f} m."
        )
    r_r0, n_r, n_r0 = r @ r0.T, (n * r).sum(axis=1)[:, None], n @ r0.T
    a = np.sqrt(np.maximum(length**2 - 2 * r_r0 + (r0**2).sum(axis=1), 0))
    a_r = length**2 - r_r0  # the vector a times the vector r
    F = a * (length * a + length**2 - r_r0)
    along = (a**2 / length + a_r / a + 2 * a + 2 * length) * n_r
    along -= (a + 2 * length + a_r / a) * n_r0  # the gradient of F along the normal
    v = n[:, None, :] / F[..., None] - r[:, None, :] * (along / F**2)[..., None]
    return _MU0_OVER_4PI * np.cross(r0, v)


def lead_field(dipoles: ArrayLike, *, centre: ArrayLike = CENTRE) -> Floats:
    """What each channel of the helmet measures of unit dipoles along x, y and z.

    Parameters
    ----------
    dipoles : array_like
        Positions, in metres, shape (d, 3).
    centre : array_like
        The sphere's centre, in metres, shape (3,).

    Returns
    -------
    array of float
        Array, shape (306, d, 3), in T per A m for magnetometers and T/m per A m for gradiometers.

    Raises
    ------
    TypeError, ValueError
        As in `sarvas`.
    """
    helmet = sensors()
    field = sarvas(helmet.points, helmet.normals, dipoles, centre=centre)
    field *= helmet.weights[:, None, None]
    return np.add.reduceat(field, helmet.starts, axis=0)


def _vectors(value: ArrayLike, name: str) -> Floats:
    array = as_float_array(value, name, ndim=2)
    if array.shape[1] != 3:
        raise ValueError(f"{name}: expected shape (n, 3), got {array.shape}.")
    return array
