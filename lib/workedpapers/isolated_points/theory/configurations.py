r"""Equilibria of any number of points at any distance, and their stability.

At rest :math:`f^* = \frac1\lambda [\sum_i p_i K(\cdot,x_i) - \sum_j q_j K(\cdot,y_j)]`, whose
gradient is zero at each :math:`y_j`. Where the equilibria lie depends on masses and width alone;
whether they are stable depends on the rates too.

A small change of f acts through its gradients :math:`g_i` at the nd coordinates of the points,
and what the points do to f is a combination of :math:`\partial_y K(\cdot, y_j)`. So with
:math:`C_{ij} = \partial_x\partial_y K(y_i,y_j)` and :math:`A_i = \nabla^2 f^*(y_i)`

.. math::
    g_i^{k+1} = (1-a) g_i^k - \eta_d \sum_j q_j C_{ij} u_j^k, \qquad
    u_i^{k+1} = u_i^k + \eta_g q_i (g_i^{k+1} + A_i u_i^k)

is a closed system of 2nd numbers. Everything in f that is orthogonal to the
:math:`\partial_y K(\cdot, y_j)` multiplies by 1 - a.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import Floats
from workedpapers.isolated_points.arguments import Update, as_update, masses, one_number, points

__all__ = [
    "ConfigurationStability",
    "configuration_stability",
    "equilibrium",
    "force",
]


def _hessians(z: Floats, centres: Floats, sigma: float) -> Floats:
    """Second derivatives of K(., centre) at each point: shape (len(z), len(centres), d, d)."""
    d = (z[:, None] - centres[None]) / sigma
    k = np.exp(-0.5 * (d**2).sum(axis=-1))[..., None, None]
    outer: Floats = d[..., :, None] * d[..., None, :]
    # (z z^T / sigma^2 - 1) K / sigma^2
    bend: Floats = k * (outer - np.eye(z.shape[1])) / sigma**2
    return bend


def _gradients(z: Floats, centres: Floats, sigma: float) -> Floats:
    """First derivatives of K(., centre) at each point: shape (len(z), len(centres), d)."""
    d = z[:, None] - centres[None]
    out: Floats = -np.exp(-0.5 * (d**2).sum(axis=-1, keepdims=True) / sigma**2) * d / sigma**2
    return out


def _system(
    true: ArrayLike, generated: ArrayLike, p: ArrayLike | None, q: ArrayLike | None, sigma: float
) -> tuple[Floats, Floats, Floats, Floats, float]:
    x, y = points(true, "true"), points(generated, "generated")
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"generated: expected points of dimension {x.shape[1]}, got {y.shape[1]}.")
    width = one_number(sigma, "sigma")
    return x, y, masses(p, "p", len(x)), masses(q, "q", len(y)), width


def force(
    true: ArrayLike,
    generated: ArrayLike,
    *,
    p: ArrayLike | None = None,
    q: ArrayLike | None = None,
    sigma: float,
) -> Floats:
    r"""Gradient of :math:`\lambda f^*` at each generated point.

    Parameters
    ----------
    true, generated : array_like
        Points, shapes (m, d) and (n, d), or (m,) and (n,) on a line.
    p, q : array_like or None
        Masses, one number or one each; None is 1 / m and 1 / n.
    sigma : float
        Kernel width.

    Returns
    -------
    ndarray
        Shape (n, d), in units of mass over length.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If shapes do not fit or a mass or the width is not positive.

    See Also
    --------
    equilibrium : Where there is none.

    Notes
    -----
    :math:`\sum_i p_i \nabla K(y, x_i) - \sum_j q_j \nabla K(y, y_j)` at each generated y. Chapter,
    section "Bad minima: mode collapse".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> r = float(ip.collapse_radius(2, 2.0, 1.0))
    >>> bool(abs(ip.force([0.0], [-r, r], p=1.0, q=1.0, sigma=1.0)).max() < 1e-12)
    True
    """
    x, y, p, q, sigma = _system(true, generated, p, q, sigma)
    attraction = np.einsum("j,ijd->id", p, _gradients(y, x, sigma))
    repulsion = np.einsum("j,ijd->id", q, _gradients(y, y, sigma))
    total: Floats = attraction - repulsion
    return total


def equilibrium(
    true: ArrayLike,
    start: ArrayLike,
    *,
    p: ArrayLike | None = None,
    q: ArrayLike | None = None,
    sigma: float,
) -> Floats:
    r"""Find the equilibrium near ``start``: positions with no force on any point.

    It finds unstable equilibria as well as stable ones.

    Parameters
    ----------
    true, start : array_like
        Points, shapes (m, d) and (n, d), or (m,) and (n,) on a line.
    p, q : array_like or None
        Masses, one number or one each; None is 1 / m and 1 / n.
    sigma : float
        Kernel width.

    Returns
    -------
    ndarray
        Positions, shape (n, d).

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If no equilibrium is found from there; far away the force vanishes too, and a point that has
        run more than 20 widths from every true point counts as lost.

    See Also
    --------
    configuration_stability : Whether it holds.

    Notes
    -----
    Newton's method on `force`, by least squares, so that directions in which nothing changes
    (rotations) do no harm. Chapter, section "Bad minima: mode collapse".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> ip.equilibrium([0.0], [-0.5, 0.6], p=1.0, q=1.0, sigma=1.0).ravel().round(4).tolist()
    [-0.6798, 0.6798]
    """
    from scipy.optimize import least_squares

    x, y, p, q, sigma = _system(true, start, p, q, sigma)
    shape = y.shape
    scale = q.max() / sigma

    def pull(flat: Floats) -> Floats:
        scaled: Floats = force(x, flat.reshape(shape), p=p, q=q, sigma=sigma) / scale
        return scaled.ravel()

    found = least_squares(pull, y.ravel(), x_scale=sigma, xtol=1e-15, ftol=1e-15, gtol=1e-15)
    rest: Floats = found.x.reshape(shape)
    lost = np.linalg.norm(rest[:, None] - x[None], axis=-1).min(axis=1) > 20 * sigma
    if np.abs(found.fun).max() > 1e-9 or lost.any():
        raise ValueError(
            f"start: expected points near an equilibrium; the search ended with a force of "
            f"{np.abs(found.fun).max():.1e} in units of q / sigma and {int(lost.sum())} lost."
        )
    return rest


@dataclass(frozen=True)
class ConfigurationStability:
    """Modes of a configuration; see `configuration_stability`.

    Attributes
    ----------
    eigenvalues : ndarray of complex
        Shape (2 n d,), the largest modulus first.
    rate : float
        The largest modulus.
    unstable : int
        How many eigenvalues lie outside the unit circle, by more than 1e-8.
    neutral : int
        How many lie on it, to 1e-8. A configuration that can be turned has such modes.
    stable : bool
        Whether all lie inside, and 0 < lr_d decay < 2.
    residual : float
        Largest force on a point, in units of q / sigma; 0 at an equilibrium.
    """

    eigenvalues: NDArray[np.complex128]
    rate: float
    unstable: int
    neutral: int
    stable: bool
    residual: float


def configuration_stability(
    true: ArrayLike,
    generated: ArrayLike,
    *,
    p: ArrayLike | None = None,
    q: ArrayLike | None = None,
    sigma: float,
    lr_d: float,
    lr_g: float,
    decay: float,
    update: str = Update.ALTERNATING,
) -> ConfigurationStability:
    r"""Linear stability of an equilibrium of several points, with all their interactions.

    Parameters
    ----------
    true, generated : array_like
        Points, shapes (m, d) and (n, d), or (m,) and (n,) on a line; ``generated`` must be an
        equilibrium, as `equilibrium` finds it.
    p, q : array_like or None
        Masses, one number or one each; None is 1 / m and 1 / n.
    sigma : float
        Kernel width.
    lr_d, lr_g, decay : float
        As in `stability`, all above 0.
    update : {"alternating", "simultaneous", "generator_first"}
        Who moves first.

    Returns
    -------
    ConfigurationStability
        Fields ``eigenvalues`` (2nd,), ``rate``, ``unstable``, ``neutral``, ``stable``,
        ``residual``.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If a force above 1e-6 q / sigma is left, or an argument is out of range.

    See Also
    --------
    stability : One true point, in closed form.
    assignment_stability : Isolated true points, one after the other.

    Notes
    -----
    A closed system for the displacements :math:`u_i` and the slopes :math:`g_i` at the nd
    coordinates of the points, with :math:`C_{ij} = \partial_x\partial_y K(y_i,y_j)` and :math:`A_i
    = \nabla^2 f^*(y_i)`:

    .. math::
        g_i^{k+1} = (1-a) g_i^k - \eta_d \sum_j q_j C_{ij} u_j^k, \qquad
        u_i^{k+1} = u_i^k + \eta_g q_i (g_i^{k+1} + A_i u_i^k) .

    Derived in the chapter, section "When does a good minimum hold?".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> masses = {"p": 1.0, "q": 1.0, "sigma": 1.0}
    >>> pair = ip.equilibrium([0.0], [-0.5, 0.6], **masses)
    >>> rates = {"lr_d": 0.1, "decay": 1.0}
    >>> for lr_g in (0.1, 0.5):
    ...     found = ip.configuration_stability([0.0], pair, **masses, lr_g=lr_g, **rates)
    ...     print(found.stable, found.unstable)
    True 0
    False 4
    """
    x, y, p, q, sigma = _system(true, generated, p, q, sigma)
    rates = {"lr_d": lr_d, "lr_g": lr_g, "decay": decay}
    for name, value in rates.items():
        one_number(value, name)
    residual = float(np.abs(force(x, y, p=p, q=q, sigma=sigma)).max() * sigma / q.max())
    if residual > 1e-6:
        raise ValueError(
            f"generated: expected an equilibrium, got a force of {residual:.1e} q / sigma. "
            f"Pass it through `equilibrium` first."
        )
    n, d = y.shape
    own = _hessians(y, y, sigma)
    curvature = np.einsum("j,ijab->iab", p, _hessians(y, x, sigma))
    curvature = (curvature - np.einsum("j,ijab->iab", q, own)) / decay
    blocks = np.zeros((n, d, n, d))
    blocks[np.arange(n), :, np.arange(n), :] = curvature
    A = blocks.reshape(n * d, n * d)
    C = -own.transpose(0, 2, 1, 3).reshape(n * d, n * d)  # d/dx d/dy K = - d/dx d/dx K
    Q, one = np.diag(np.repeat(q, d)), np.eye(n * d)
    keep = 1 - lr_d * decay
    # Both players' moves as matrices on (g, u), so that an order of play is a product:
    #     g' = (1 - a) g - eta_d C Q u,   u' = u + eta_g Q (g + A u)
    discriminator = np.block([[keep * one, -lr_d * C @ Q], [0 * one, one]])
    generator = np.block([[one, 0 * one], [lr_g * Q, one + lr_g * Q @ A]])
    order = as_update(update)
    if order == Update.ALTERNATING:
        step = generator @ discriminator
    elif order == Update.GENERATOR_FIRST:
        step = discriminator @ generator
    else:
        step = discriminator + generator - np.eye(2 * n * d)
    modes = np.linalg.eigvals(step)
    modes = modes[np.argsort(-np.abs(modes))]
    moduli = np.abs(modes)
    return ConfigurationStability(
        eigenvalues=modes.astype(np.complex128),
        rate=float(moduli[0]),
        unstable=int((moduli > 1 + 1e-8).sum()),
        neutral=int((np.abs(moduli - 1) <= 1e-8).sum()),
        stable=bool((moduli < 1 - 1e-8).all() and abs(keep) < 1),
        residual=residual,
    )
