"""What linear theory predicts for one matched point, and what a run shows: for `live`.

Near a true point of mass p with one generated point of mass q = rho p, slope of the discriminator
and distance of the point follow a linear map. In units of a = lr_d decay its two eigenvalues are
1 - a mu with mu^2 - S mu + G = 0, where

    G = lr_g q p / (lr_d decay^2 sigma^2),
    S = 1 + G - (1 - a) G rho  if the updates alternate,  S = 1 + G - G rho  if simultaneous.

The point swings if S^2 < 4 G. It is stable if S > a G and S < 2 / a + a G / 2.

Like `live_run` this file uses only operations that round alike in Python and in the browser
wherever a word depends on the result.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Mode", "borders", "matched_mode", "measured_mode"]

Floats = npt.NDArray[np.float64]

#: Steps from which eigenvalues are measured, and the fewest of them.
WINDOW, FEWEST = 40, 6
#: Steps shorter than this, in kernel widths, are rest.
REST = 1e-9
#: Shares of the squared steps that a fit may leave open: with one eigenvalue, and with two.
ONE, TWO = 1e-10, 1e-5


@dataclass(frozen=True)
class Mode:
    """Two eigenvalues; NaN where there is none.

    Attributes
    ----------
    real, imaginary : parts of the two.
    rate : the larger modulus: distance after a step over distance before it.
    """

    real: tuple[float, float]
    imaginary: tuple[float, float]
    rate: float


NOTHING = Mode((math.nan, math.nan), (math.nan, math.nan), math.nan)


def _roots(trace: float, det: float) -> Mode:
    """Roots of z^2 - trace z + det."""
    gap = trace * trace - 4 * det
    if gap < 0:
        half = math.sqrt(-gap) / 2
        return Mode((trace / 2, trace / 2), (half, -half), math.sqrt(det))
    half = math.sqrt(gap) / 2
    real = (trace / 2 + half, trace / 2 - half)
    return Mode(real, (0.0, 0.0), max(abs(real[0]), abs(real[1])))


def matched_mode(
    lr_d: float, lr_g: float, decay: float, sigma: float, p: float, q: float, simultaneous: bool
) -> Mode:
    """Eigenvalues at a true point of mass p that has one generated point of mass q.

    There is no such equilibrium, and all is NaN, if `decay` is 0 and the masses differ.
    """
    if decay == 0 and p != q:
        return NOTHING
    a, width = lr_d * decay, sigma * sigma
    beta = 0.0 if p == q else lr_g * q * (p - q) / (decay * width)
    kappa = lr_d * lr_g * q * q / width
    if simultaneous:
        return _roots(2 - a - beta, (1 - a) * (1 - beta) + kappa)
    return _roots(2 - a - beta - kappa, (1 - a) * (1 - beta))


def borders(G: Floats, a: float, simultaneous: bool) -> dict[str, Floats]:
    """Where a matched point swings and where it is stable, as ratios of mass by G.

    Returns
    -------
    ``swings_from`` and ``swings_to``: it swings between these ratios q / p; ``stable_from`` and
    ``stable_to``: it is stable between these.
    """
    u = 1.0 if simultaneous else 1 - a
    root = np.sqrt(G)
    middle = (1 + G) / (u * G)
    flip = (2 / a + a * G / 2) / (u * G) if a > 0 else np.full_like(G, np.inf)
    return {
        "swings_from": middle - 2 * root / (u * G),
        "swings_to": middle + 2 * root / (u * G),
        "stable_from": middle - flip,
        "stable_to": middle - a / u,
    }


def measured_mode(places: Floats, sigma: float) -> Mode:
    """Eigenvalues that fit the last moves of one point.

    Moves v satisfy v[k + 2] = t v[k + 1] - d v[k] near an equilibrium, whose place need not be
    known. Least squares gives t and d, every triple of moves with the same weight. One eigenvalue
    is given where one is enough. All is NaN where the point did not move by `REST` or where no
    two eigenvalues fit, as far from equilibrium.

    Parameters
    ----------
    places : the point before each step and after the last, shape (steps + 1,).
    """
    moves = np.diff(places)
    moving = np.flatnonzero(np.abs(moves) > REST * sigma)
    end = int(moving[-1]) + 1 if len(moving) else 0
    v = moves[max(end - WINDOW, 0) : end].tolist()
    if len(v) < FEWEST:
        return NOTHING
    xx = xy = yy = xz = yz = zz = 0.0
    for x, y, z in zip(v, v[1:], v[2:], strict=False):
        weight = 1 / (x * x + y * y + z * z)
        xx, xy, yy = xx + x * x * weight, xy + x * y * weight, yy + y * y * weight
        xz, yz, zz = xz + x * z * weight, yz + y * z * weight, zz + z * z * weight
    single = yz / yy
    if zz - single * yz < ONE * zz:
        return Mode((single, math.nan), (0.0, math.nan), abs(single))
    det = xx * yy - xy * xy
    trace = (yz * xx - xz * xy) / det
    back = (xz * yy - yz * xy) / det
    if not zz - trace * yz - back * xz < TWO * zz:
        return NOTHING
    return _roots(trace, -back)
