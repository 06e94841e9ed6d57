"""How well generated points cover the true ones, and how far two weighted sets are apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import Floats, as_float_array
from workedpapers.isolated_points.arguments import as_points
from workedpapers.isolated_points.kernels import Kernel, as_kernel, squared_distances

__all__ = ["Coverage", "coverage", "mmd"]

Counts = NDArray[np.intp]


@dataclass(frozen=True)
class Coverage:
    """Coverage of the true points by the generated ones, each field of shape (...).

    Parameters
    ----------
    coverage : ndarray
        Share of the true mass with a generated point within the radius (mode coverage, a recall),
        from 0 to 1.
    covered : ndarray of int
        Number of true points with one.
    precision : ndarray
        Share of the generated mass within the radius of a true point, from 0 to 1.
    hits : ndarray of int
        Number of generated points within the radius of a true point.
    diverged : ndarray of int
        Number of generated points that are not finite or beyond ``beyond`` of all true ones.
    radius, beyond : float
        Distances in the units of the data.

    See Also
    --------
    coverage : Makes it.

    Notes
    -----
    Chapter, section "On your own data".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> found = ip.coverage([0.0, 5.0], [0.1, 0.2], radius=0.5)
    >>> float(found.coverage), int(found.covered), float(found.precision)
    (0.5, 1, 1.0)
    """

    coverage: Floats
    covered: Counts
    precision: Floats
    hits: Counts
    diverged: Counts
    radius: float
    beyond: float


def coverage(
    true: ArrayLike,
    generated: ArrayLike,
    radius: float,
    *,
    beyond: float = np.inf,
    true_mass: ArrayLike | None = None,
    generated_mass: ArrayLike | None = None,
) -> Coverage:
    r"""Count true points that are found, and generated points that are lost.

    A generated point of mass 0 covers nothing: it does not take part in the game.

    Parameters
    ----------
    true : array_like
        Shape (n, d) or (..., n, d), or (n,) in one dimension.
    generated : array_like
        Shape (N, d) or (..., N, d), or (N,) in one dimension; the leading axes are settings or
        steps, so that `Run.generated` gives the coverage over time. Values that are not finite,
        the mark of a diverged setting, are allowed, and count as far from everything.
    radius : float
        Above 0, in the units of the data. A distance equal to it is within.
    beyond : float
        At least ``radius``; points farther than this from every true point count as diverged.
    true_mass, generated_mass : array_like or None
        At least 0 and not all 0, shapes that broadcast to (..., n) and (..., N); None is equal
        masses.

    Returns
    -------
    Coverage
        Shares and counts, each of shape (...).

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If shapes do not fit, or a distance or mass is out of range.

    See Also
    --------
    mmd : A distance between the two sets.

    Notes
    -----
    Recall is the share of p on the true points with :math:`\min_j |x_i - y_j| \le r`, precision
    the share of q on the generated points with :math:`\min_i |x_i - y_j| \le r`. Chapter, section
    "On your own data".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> found = ip.coverage([0.0, 5.0], [0.1, 30.0], radius=0.5, beyond=10.0)
    >>> int(found.covered), int(found.diverged), float(found.precision)
    (1, 1, 0.5)
    """
    x, y = as_points(true, "true"), as_points(generated, "generated", finite=False)
    if x.shape[-1] != y.shape[-1]:
        raise ValueError(
            f"generated: expected points in {x.shape[-1]} dimension(s) as true, got {y.shape[-1]}."
        )
    if not 0 < radius < np.inf:
        raise ValueError(f"radius: expected a positive number, got {radius}.")
    if not beyond >= radius:
        raise ValueError(f"beyond: expected at least radius = {radius}, got {beyond}.")
    finite = np.asarray(np.isfinite(y).all(axis=-1))
    try:
        distance = np.sqrt(squared_distances(np.where(finite[..., None], y, 0.0), x))
    except ValueError:
        raise ValueError(
            f"generated: expected leading axes that match those of true, of shape {x.shape}; "
            f"got shape {y.shape}."
        ) from None
    distance = np.where(finite[..., None], distance, np.inf)  # (..., N, n)
    p = _weights(true_mass, "true_mass", (*distance.shape[:-2], distance.shape[-1]))
    q = _weights(generated_mass, "generated_mass", distance.shape[:-1])
    found = ((distance <= radius) & (q > 0)[..., None]).any(axis=-2)
    nearest = distance.min(axis=-1)
    hit = nearest <= radius
    return Coverage(
        coverage=(p * found).sum(axis=-1),
        covered=found.sum(axis=-1),
        precision=(q * hit).sum(axis=-1),
        hits=hit.sum(axis=-1),
        diverged=((nearest > beyond) | np.isinf(nearest)).sum(axis=-1),
        radius=float(radius),
        beyond=float(beyond),
    )


def _weights(mass: ArrayLike | None, name: str, shape: tuple[int, ...]) -> Floats:
    """Masses of that shape, divided by their sum over the last axis."""
    given = as_float_array(1.0 if mass is None else mass, name)
    try:
        weight = np.broadcast_to(given, shape)
    except ValueError:
        raise ValueError(
            f"{name}: expected a shape that broadcasts to {shape}, got {given.shape}."
        ) from None
    total = weight.sum(axis=-1, keepdims=True)
    if (weight < 0).any() or (total == 0).any():
        raise ValueError(f"{name}: expected masses of at least 0 that are not all 0.")
    share: Floats = weight / total
    return share


def mmd(
    x: ArrayLike,
    y: ArrayLike,
    kernel: str | Kernel = "gaussian",
    *,
    sigma: ArrayLike | None = None,
    x_weights: ArrayLike | None = None,
    y_weights: ArrayLike | None = None,
    squared: bool = True,
    unbiased: bool = False,
) -> Floats:
    r"""Maximum mean discrepancy between two weighted sets of points.

    Moving or rotating both sets together changes nothing, nor does stretching both and the width
    alike. It need not be 0 for masses p and q that differ, even at the same place.

    Parameters
    ----------
    x, y : array_like
        Shapes (n, d) and (m, d), or (..., n, d) and (..., m, d), or (n,) in one dimension.
    kernel : str or Kernel
        As in `simulate`.
    sigma : array_like or None
        As in `simulate`; a width for each setting needs points of shape (B, n, d).
    x_weights, y_weights : array_like or None
        v and w, shapes that broadcast to (..., n) and (..., m), of any sign; None is 1 / n and
        1 / m.
    squared : bool
        Whether to return the square.
    unbiased : bool
        Whether to leave out the terms i = j of the two sets, with weights scaled to make up for
        it. Then the expected value over samples with equal weights is that of the distributions,
        and the result may be negative. Weights must sum to 1.

    Returns
    -------
    ndarray
        Shape (...), at least 0 unless ``unbiased``.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If shapes do not fit, weights do not sum to 1 where they must, or ``unbiased`` comes
        without ``squared``.

    See Also
    --------
    coverage : Which points are found.
    Run : Whose value, at rest, is this square over the decay.

    Notes
    -----
    .. math:: \mathrm{MMD}^2 = \sum_{ij} v_i v_j K(x_i, x_j) - 2 \sum_{ij} v_i w_j K(x_i, y_j)
        + \sum_{ij} w_i w_j K(y_i, y_j)

    It is the squared norm of :math:`\sum_i v_i K(\cdot, x_i) - \sum_j w_j K(\cdot, y_j)`, the
    direction in which the discriminator is pushed, in the function space of the kernel; with
    points held in place it comes to rest at :math:`1/\lambda` times this function. Gretton et al.,
    J. Mach. Learn. Res. 13 (2012) 723, equations 3 and 5. Chapter, section "On your own data".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> float(ip.mmd([0.0], [1.0], sigma=1.0)).__round__(4)  # 2 - 2 exp(-1/2)
    0.7869
    """
    x, y = as_points(x, "x"), as_points(y, "y")
    if x.shape[-1] != y.shape[-1]:
        raise ValueError(
            f"y: expected points in {x.shape[-1]} dimension(s) as x, got {y.shape[-1]}."
        )
    shared = as_kernel(kernel, sigma)
    if shared.settings is not None and {x.shape[:-2], y.shape[:-2]} != {(shared.settings,)}:
        raise ValueError(
            f"sigma: a width for each of {shared.settings} settings expects x and y of shape "
            f"(B, n, d), got {x.shape} and {y.shape}."
        )
    if unbiased and not squared:
        raise ValueError("squared: expected True with unbiased=True, which may be negative.")
    try:
        lead = np.broadcast_shapes(x.shape[:-2], y.shape[:-2])
    except ValueError:
        raise ValueError(
            f"y: expected leading axes that match those of x, of shape {x.shape}; got {y.shape}."
        ) from None
    v = _signed(x_weights, "x_weights", (*lead, x.shape[-2]))
    w = _signed(y_weights, "y_weights", (*lead, y.shape[-2]))

    def form(one: Floats, other: Floats, left: Floats, right: Floats) -> Floats:
        between = shared.value(squared_distances(one, other))
        total: Floats = np.einsum("...i,...ij,...j->...", left, between, right)
        return total

    within = [form(x, x, v, v), form(y, y, w, w)]
    if unbiased:
        within = [
            _off_diagonal(total, weight, name, shared)
            for total, weight, name in zip(within, (v, w), ("x_weights", "y_weights"), strict=True)
        ]
    square = within[0] - 2 * form(x, y, v, w) + within[1]
    if unbiased:
        return square
    square = np.maximum(square, 0.0)  # rounding alone can make it negative
    return square if squared else np.sqrt(square)


def _signed(weights: ArrayLike | None, name: str, shape: tuple[int, ...]) -> Floats:
    given = as_float_array(1 / shape[-1] if weights is None else weights, name)
    try:
        return np.broadcast_to(given, shape)
    except ValueError:
        raise ValueError(
            f"{name}: expected a shape that broadcasts to {shape}, got {given.shape}."
        ) from None


def _off_diagonal(total: Floats, weight: Floats, name: str, kernel: Kernel) -> Floats:
    """Weighted mean of the kernel over pairs of different points."""
    if weight.shape[-1] < 2:
        raise ValueError(f"{name}: unbiased expects at least 2 points, got {weight.shape[-1]}.")
    if not np.allclose(weight.sum(axis=-1), 1, rtol=0, atol=1e-9):
        raise ValueError(f"{name}: unbiased expects weights that sum to 1.")
    same = (weight**2).sum(axis=-1)
    if (same >= 1).any():
        raise ValueError(f"{name}: unbiased expects more than one point with a weight.")
    at_zero = kernel.value(np.zeros((*weight.shape[:-1], 1)))[..., 0]
    different: Floats = (total - same * at_zero) / (1 - same)
    return different
