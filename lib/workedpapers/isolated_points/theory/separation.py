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

from workedpapers.checks import Floats, positive_array
from workedpapers.isolated_points.arguments import masses, one_number, points, whole

__all__ = ["Influence", "Isolation", "influence", "influence_bound", "isolation", "packing_bound"]


def _pull(distance: Floats, sigma: Floats | float) -> Floats:
    """h(d) of the module's docstring, in units of sigma."""
    s = distance / sigma
    pull: Floats = s * np.exp(-0.5 * s**2)
    return pull


def _strongest_pull(at_least: Floats, sigma: Floats | float) -> Floats:
    """Largest h(d) over all d >= at_least: h itself beyond its peak at sigma."""
    return _pull(np.maximum(at_least, sigma), sigma)


@dataclass(frozen=True)
class Influence:
    """What k places feel of m true points; see `influence`.

    Attributes
    ----------
    nearest : ndarray of int
        Shape (k,), index of each place's own true point, the nearest one.
    force : ndarray
        Shape (k, m), size of each true point's pull, in units of mass / sigma.
    ratio : ndarray
        Shape (k,), size of the sum of all other pulls over that of its own; infinite on top of its
        own true point, where that is zero.
    share : ndarray
        Shape (k,), ratio / (1 + ratio): 0 is isolated, 1 is all from others.
    curvature : ndarray
        Shape (k,), the same comparison for second derivatives (largest eigenvalue by size): it is
        this that changes the linear theory, and it is finite on top of a true point.
    """

    nearest: NDArray[np.intp]
    force: Floats
    ratio: Floats
    share: Floats
    curvature: Floats


def influence(
    true: ArrayLike, at: ArrayLike, sigma: float, *, p: ArrayLike | None = None
) -> Influence:
    r"""Compare the pull of the nearest true point with that of all others, exactly.

    Parameters
    ----------
    true : array_like
        True points, shape (m, d), or (m,) on a line.
    at : array_like
        Places, shape (k, d) or (k,).
    sigma : float
        Kernel width, in the units of the data.
    p : array_like or None
        Masses of the true points, one number or (m,); None is 1 / m each.

    Returns
    -------
    Influence
        Fields ``nearest`` (k,), ``force`` (k, m), ``ratio``, ``share`` and ``curvature`` (k,).

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If shapes do not fit, or sigma or a mass is not positive.

    See Also
    --------
    influence_bound : A bound in closed form for one neighbour.
    isolation : The same for a whole set of true points.

    Notes
    -----
    The pull of :math:`x_i` on y is :math:`-p_i\,\frac{y - x_i}{\sigma^2} K(y, x_i)`. Derived in the
    chapter, section "What isolation means".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> felt = ip.influence([-5.0, 0.0, 5.0], [0.5], sigma=1.0)
    >>> int(felt.nearest[0]), f"{felt.ratio[0]:.1e}"
    (1, '4.1e-04')
    """
    x, z = points(true, "true"), points(at, "at")
    if x.shape[1] != z.shape[1]:
        raise ValueError(f"at: expected places of dimension {x.shape[1]}, got {z.shape[1]}.")
    width = one_number(sigma, "sigma")
    p = masses(p, "p", len(x))
    d = (z[:, None] - x[None]) / width
    r2 = (d**2).sum(axis=-1)
    nearest = r2.argmin(axis=1)
    weight = p * np.exp(-0.5 * r2)
    pulls = -weight[..., None] * d
    bend = weight[..., None, None] * (d[..., :, None] * d[..., None, :] - np.eye(x.shape[1]))
    rows = np.arange(len(z))

    def size_of_bend(matrices: Floats) -> Floats:
        size: Floats = np.abs(np.linalg.eigvalsh(matrices)).max(axis=-1)
        return size

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

    Parameters
    ----------
    separation : array_like
        D, least distance of the other true points from the own one.
    offset : array_like
        x, distance from the own true point; above 0 and below D.
    sigma : array_like
        Kernel width.
    neighbours : array_like of int
        N, how many others there are; masses equal.

    Returns
    -------
    ndarray
        The bound, of the arguments' common shape.

    Raises
    ------
    TypeError
        If an argument is not numeric, or N not whole.
    ValueError
        If an argument is not positive or the offset not below D.

    See Also
    --------
    packing_bound : For any number of true points.

    Notes
    -----
    .. math:: N\,\frac{h(\max(D - x, \sigma))}{h(x)}, \qquad h(d) = d\,e^{-d^2/2\sigma^2},

    which stays a bound when D - x is below the peak at :math:`\sigma`. Derived in the chapter,
    section "What isolation means".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> ip.influence_bound([3.0, 5.0], 0.5, 1.0).round(5).tolist()
    [0.24894, 0.00041]
    """
    D, x, width = (
        positive_array(v, name)
        for v, name in ((separation, "separation"), (offset, "offset"), (sigma, "sigma"))
    )
    if (x >= D).any():
        raise ValueError("offset: expected below the separation, got one that is not.")
    count = whole(neighbours, "neighbours", least=0)
    # N h(max(D - x, sigma)) / h(x)
    return np.asarray(count * _strongest_pull(D - x, width) / _pull(x, width))


def packing_bound(separation: float, offset: float, sigma: float, *, dim: int) -> float:
    r"""Bound of the others' pull over the own one, for any number of true points.

    Parameters
    ----------
    separation : float
        D, least distance between any two true points.
    offset : float
        x, distance from the own true point; above 0 and below D.
    sigma : float
        Kernel width.
    dim : int
        Dimension d of the data.

    Returns
    -------
    float
        The bound.

    Raises
    ------
    TypeError
        If an argument is not numeric, or d not whole.
    ValueError
        If an argument is not positive or the offset not below D.

    See Also
    --------
    influence_bound : For a number of neighbours that is known.

    Notes
    -----
    Balls of radius D/2 around the true points do not overlap, so at most :math:`(2j+3)^d` of them,
    its own among them, are nearer than (j + 1) D to a true point. Since h falls with the distance,
    to use up this allowance as near as possible is the worst case:

    .. math:: \sum_{j\ge1} c_j \frac{h(\max(jD - x, \sigma))}{h(x)}, \qquad
        c_1 = 5^d - 1, \quad c_j = (2j+3)^d - (2j+1)^d .

    Derived in the chapter, section "What isolation means".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> f"{ip.packing_bound(6.0, 0.5, 1.0, dim=2):.1e}"
    '8.1e-05'
    """
    dim = int(whole(dim, "dim"))
    influence_bound(separation, offset, sigma)  # checks
    shells = np.arange(1, int(40 * sigma / separation + offset / separation) + 3, dtype=float)
    counts = (2 * shells + 3) ** dim - (2 * shells + 1) ** dim
    counts[0] = 5.0**dim - 1
    # sum_j c_j h(max(j D - x, sigma)) / h(x)
    pulls = _strongest_pull(shells * separation - offset, sigma)
    return float((counts * pulls).sum() / _pull(np.array(float(offset)), sigma))


@dataclass(frozen=True)
class Isolation:
    """How far apart true points are, in kernel widths; see `isolation`.

    Attributes
    ----------
    separation : float
        Least distance between two true points, in the units of the data.
    widths : float
        The same in kernel widths.
    pair : tuple of int
        Indices of the two.
    bound : ndarray
        Shape (m,), for each true point: at the distance ``radius`` from it, in whatever direction,
        the others' pull is at most this times its own.
    worst : float
        The largest of these.
    radius : float
        In the units of the data.
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

    Parameters
    ----------
    true : array_like
        At least two points, shape (m, d), or (m,) on a line.
    sigma : float
        Kernel width.
    radius : float or None
        Below the separation; None is sigma, where the own pull is largest.
    p : array_like or None
        Masses, one number or (m,); None is 1 / m each.

    Returns
    -------
    Isolation
        Fields ``separation``, ``widths``, ``pair``, ``bound`` (m,), ``worst`` and ``radius``.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If there are fewer than two points, two coincide, shapes do not fit, or an argument is out
        of range.

    See Also
    --------
    influence : The pulls at given places.

    Notes
    -----
    For true point i the sum over the others of :math:`p_j h(\max(D_{ij} - x, \sigma)) / (p_i
    h(x))`, x the radius: a bound for every place on the sphere of that radius around it, whatever
    the direction. Derived in the chapter, section "What isolation means".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> found = ip.isolation([-5.0, 0.0, 5.0], sigma=1.0)
    >>> found.widths, found.pair, round(found.worst, 4)
    (5.0, (0, 1), 0.0044)
    """
    x = points(true, "true")
    if len(x) < 2:
        raise ValueError(f"true: expected at least 2 points, got {len(x)}.")
    width = one_number(sigma, "sigma")
    offset = one_number(width if radius is None else radius, "radius")
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
    pulls = np.where(apart > 0, _strongest_pull(apart - offset, width), 0)
    bound = pulls @ p / (p * float(_pull(np.array(offset), width)))
    return Isolation(
        separation=separation,
        widths=separation / width,
        pair=(int(first), int(second)),
        bound=bound,
        worst=float(bound.max()),
        radius=offset,
    )
