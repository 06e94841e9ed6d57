r"""How isolated are the points? What a generated point feels of true points that are not its own.

A true point of mass p at distance d pulls with :math:`p\,h(d)/\sigma^2`, where
:math:`h(d) = d\,e^{-d^2/2\sigma^2}` rises to its peak at :math:`d = \sigma` and falls after it. A
generated point at distance x from its own true point is at least D - x from one that is D away
from that, so while :math:`D - x \ge \sigma`

.. math:: \frac{\text{pull of the other}}{\text{pull of its own}}
    \le \frac{D-x}{x} \exp\Big(-\frac{(D-x)^2 - x^2}{2\sigma^2}\Big)

with equality on the line between the two. These are pulls of true points without any generated
ones. A true point that has its share of generated points on it pulls nobody: the two cancel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workedpapers.isolated_points.arguments import Floats, masses, points, positive, whole


def _pull(distance: Floats, sigma: Floats | float) -> Floats:
    """h(d) of the module's docstring, in units of sigma."""
    s = distance / sigma
    return np.asarray(s * np.exp(-0.5 * s**2))


def _strongest_pull(at_least: Floats, sigma: Floats | float) -> Floats:
    """Largest h(d) over all d >= at_least: h itself beyond its peak at sigma."""
    return _pull(np.maximum(at_least, sigma), sigma)


@dataclass(frozen=True)
class Influence:
    """What k places feel of m true points; see `influence`.

    Attributes
    ----------
    nearest : shape (k,), index of each place's own true point, the nearest one.
    force : shape (k, m), size of each true point's pull, in units of mass / sigma.
    ratio : shape (k,), size of the sum of all other pulls over that of its own; infinite on top
        of its own true point, where that is zero.
    share : shape (k,), ratio / (1 + ratio): 0 is isolated, 1 is all from others.
    curvature : shape (k,), the same comparison for second derivatives (largest eigenvalue by
        size): it is this that changes the linear theory, and it is finite on top of a true point.
    """

    nearest: NDArray[np.intp]
    force: Floats
    ratio: Floats
    share: Floats
    curvature: Floats


def influence(
    true: ArrayLike, at: ArrayLike, sigma: float, *, p: ArrayLike | None = None
) -> Influence:
    """Compare the pull of the nearest true point with that of all others, exactly.

    Parameters
    ----------
    true : shape (m, d), or (m,) on a line.
    at : places, shape (k, d) or (k,).
    sigma : kernel width, in the units of the data.
    p : masses of the true points, one number or (m,); None is 1 / m each.

    Raises
    ------
    TypeError, ValueError : if shapes do not fit, or sigma or a mass is not positive.
    """
    x, z = points(true, "true"), points(at, "at")
    if x.shape[1] != z.shape[1]:
        raise ValueError(f"at: expected places of dimension {x.shape[1]}, got {z.shape[1]}.")
    positive(sigma, "sigma")
    p = masses(p, "p", len(x))
    d = (z[:, None] - x[None]) / sigma
    r2 = (d**2).sum(axis=-1)
    nearest = r2.argmin(axis=1)
    weight = p * np.exp(-0.5 * r2)
    pulls = -weight[..., None] * d
    bend = weight[..., None, None] * (d[..., :, None] * d[..., None, :] - np.eye(x.shape[1]))
    rows = np.arange(len(z))

    def size_of_bend(matrices: Floats) -> Floats:
        return np.asarray(np.abs(np.linalg.eigvalsh(matrices)).max(axis=-1))

    own, own_bend = pulls[rows, nearest].copy(), bend[rows, nearest].copy()
    force = np.linalg.norm(pulls, axis=-1)
    pulls[rows, nearest], bend[rows, nearest] = 0, 0  # subtracting it later would lose digits
    others = np.linalg.norm(pulls.sum(axis=1), axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        own_size = np.linalg.norm(own, axis=-1)
        ratio = np.where(others == 0, 0.0, others / own_size)
        share = np.where(others == 0, 0.0, others / (others + own_size))
        curvature = size_of_bend(bend.sum(axis=1)) / size_of_bend(own_bend)  # own is 0 at sigma
    return Influence(nearest=nearest, force=force, ratio=ratio, share=share, curvature=curvature)


def influence_bound(
    separation: ArrayLike, offset: ArrayLike, sigma: ArrayLike, *, neighbours: ArrayLike = 1
) -> Floats:
    r"""Bound of the others' pull over the own one, for neighbours at one distance or farther.

    .. math:: N\,\frac{h(\max(D - x, \sigma))}{h(x)},

    the module's formula, which stays a bound when D - x is below the peak at sigma.

    Parameters
    ----------
    separation : D, least distance of the other true points from the own one.
    offset : x, distance from the own true point; above 0 and below D.
    sigma : kernel width.
    neighbours : N, how many others there are; masses equal.

    Returns
    -------
    Array of the arguments' common shape.

    Raises
    ------
    TypeError, ValueError : if an argument is not positive or the offset not below D.
    """
    D, x, sigma = (
        positive(v, name)
        for v, name in ((separation, "separation"), (offset, "offset"), (sigma, "sigma"))
    )
    if (x >= D).any():
        raise ValueError("offset: expected below the separation, got one that is not.")
    count = whole(neighbours, "neighbours", least=0)
    return np.asarray(count * _strongest_pull(D - x, sigma) / _pull(x, sigma))


def packing_bound(separation: float, offset: float, sigma: float, *, dim: int) -> float:
    r"""Bound of the others' pull over the own one, for any number of true points.

    Balls of radius D/2 around the true points do not overlap, so at most :math:`(2j+3)^d` of
    them, its own among them, are nearer than (j + 1) D to a true point. Since h falls with the
    distance, to use up this allowance as near as possible is the worst case:

    .. math:: \sum_{j\ge1} c_j \frac{h(\max(jD - x, \sigma))}{h(x)}, \qquad
        c_1 = 5^d - 1, \quad c_j = (2j+3)^d - (2j+1)^d .

    Parameters
    ----------
    separation : D, least distance between any two true points.
    offset : x, distance from the own true point; above 0 and below D.
    sigma : kernel width.
    dim : dimension d of the data.

    Raises
    ------
    TypeError, ValueError : as `influence_bound`.
    """
    dim = int(whole(dim, "dim"))
    influence_bound(separation, offset, sigma)  # checks
    shells = np.arange(1, int(40 * sigma / separation + offset / separation) + 3, dtype=float)
    counts = (2 * shells + 3) ** dim - (2 * shells + 1) ** dim
    counts[0] = 5.0**dim - 1
    pulls = _strongest_pull(shells * separation - offset, sigma)
    return float((counts * pulls).sum() / _pull(np.asarray(offset), sigma))


@dataclass(frozen=True)
class Isolation:
    """How far apart true points are, in kernel widths; see `isolation`.

    Attributes
    ----------
    separation : least distance between two true points, in the units of the data.
    widths : the same in kernel widths.
    pair : indices of the two.
    bound : shape (m,), for each true point: at the distance ``radius`` from it, in whatever
        direction, the others' pull is at most this times its own.
    worst : the largest of these.
    radius : in the units of the data.
    """

    separation: float
    widths: float
    pair: tuple[int, int]
    bound: Floats
    worst: float
    radius: float


def isolation(
    true: ArrayLike, sigma: float, *, radius: float | None = None, p: ArrayLike | None = None
) -> Isolation:
    r"""How isolated these true points are for a kernel of width sigma.

    For true point i the sum over the others of
    :math:`p_j h(\max(D_{ij} - x, \sigma)) / (p_i h(x))`, x the radius: a bound for every place on
    the sphere of that radius around it, whatever the direction.

    Parameters
    ----------
    true : at least two points, shape (m, d), or (m,) on a line.
    sigma : kernel width.
    radius : None is sigma, where the own pull is largest. Below the separation.
    p : masses, one number or (m,); None is 1 / m each.

    Raises
    ------
    TypeError, ValueError : if there are fewer than two points, two coincide, shapes do not fit,
        or an argument is out of range.
    """
    x = points(true, "true")
    if len(x) < 2:
        raise ValueError(f"true: expected at least 2 points, got {len(x)}.")
    positive(sigma, "sigma")
    offset = float(positive(sigma if radius is None else radius, "radius"))
    p = masses(p, "p", len(x))
    distance = np.linalg.norm(x[:, None] - x[None], axis=-1)
    np.fill_diagonal(distance, np.inf)
    first, second = np.unravel_index(distance.argmin(), distance.shape)
    separation = float(distance[first, second])
    if separation == 0:
        raise ValueError(f"true: expected distinct points, got two equal: {first} and {second}.")
    if offset >= separation:
        raise ValueError(f"radius: expected below the separation {separation:.3g}, got {offset}.")
    apart = np.where(np.isfinite(distance), distance, 0)
    pulls = np.where(apart > 0, _strongest_pull(apart - offset, sigma), 0)
    bound = pulls @ p / (p * float(_pull(np.asarray(offset), sigma)))
    return Isolation(
        separation=separation,
        widths=separation / float(sigma),
        pair=(int(first), int(second)),
        bound=bound,
        worst=float(bound.max()),
        radius=offset,
    )
