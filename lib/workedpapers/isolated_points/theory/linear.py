r"""Linear theory: what a small displacement of the generated points does.

The discriminator is a function :math:`f` in the space of the kernel :math:`K`, the generator a
set of points :math:`y_j` of mass :math:`q` each:

.. math::
    f_{k+1} &= (1-\eta_d\lambda) f_k
        + \eta_d \Big[\sum_i p_i K(\cdot, x_i) - \sum_j q K(\cdot, y_j^k)\Big], \\
    y_j^{k+1} &= y_j^k + \eta_g q \nabla f_{k+1}(y_j^k).

These are *alternating* updates, discriminator first. With *simultaneous* updates the points follow
:math:`f_k`; with *generator first* they follow :math:`f_k` and the discriminator then sees
:math:`y^{k+1}`.

Let n points sit on one true point of mass p, far from all others, and
:math:`\Delta = p - nq`. Then :math:`f^* = (\Delta/\lambda) K(\cdot, x)` is at rest. Write
:math:`y_j = x + u_j` and :math:`g = \nabla(f - f^*)(x)`. Since
:math:`\partial_x \partial_y K = I/\sigma^2` and
:math:`\nabla^2 f^* = -(\Delta/\lambda\sigma^2) I` at x, to first order

.. math::
    g^{k+1} = (1-a) g^k - \frac{\eta_d q}{\sigma^2} \sum_j u_j^k, \qquad
    u_j^{k+1} = (1-\beta) u_j^k + \eta_g q\, g^{k+1},

    a = \eta_d\lambda, \qquad \beta = \frac{\eta_g q \Delta}{\lambda\sigma^2}, \qquad
    \kappa = \frac{\eta_d \eta_g n q^2}{\sigma^2}.

Differences between points multiply by :math:`1-\beta` in each step. The mean and
:math:`\eta_g q g` follow a 2 by 2 matrix for each coordinate, whose trace and determinant are

============================  =====================  ==============================
update                        trace                  determinant
============================  =====================  ==============================
alternating, generator first  2 - a - beta - kappa   (1 - a)(1 - beta)
simultaneous                  2 - a - beta           (1 - a)(1 - beta) + kappa
============================  =====================  ==============================

What is left of the discriminator, every function whose gradient at x is zero, multiplies by
:math:`1-a` and moves no point. All depends on four numbers: a, n, :math:`\rho = nq/p` and
:math:`G = \eta_g q p / (\eta_d \lambda^2 \sigma^2)`, through :math:`\kappa = G a^2 \rho` and
:math:`\beta = G a (1-\rho)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workedpapers.isolated_points.arguments import Floats, order_of, positive, whole

#: Values of `Stability.regime`.
REGIMES = ("monotone", "oscillating", "diverging", "neutral")

_ON_THE_CIRCLE = 1e-12  # a modulus this close to 1 counts as 1


@dataclass(frozen=True)
class Stability:
    """Modes of n generated points about one true point; see `stability`.

    Every field is a number, or an array of the common shape of the arguments.

    Attributes
    ----------
    eigenvalues : complex, shape (..., 2), or (..., 3) if some n is above 1: the two eigenvalues of
        the mean mode, the larger modulus first, and the multiplier of the relative modes, NaN
        where n = 1. All NaN where there is no equilibrium (decay 0 and masses that differ).
    multiplicities : how often each eigenvalue occurs: dim, dim and dim (n - 1).
    rate : largest modulus of these eigenvalues. A displacement of the points shrinks by this
        factor per step in the long run.
    slowest : "mean" or "relative", the mode that `rate` belongs to.
    stable : whether displacements vanish exponentially and the discriminator settles too.
    regime : what the slowest mode does: "monotone", "oscillating" (stable, and its eigenvalue is
        complex or negative), "diverging", or "neutral" (the modulus is 1: linear theory does not
        decide).
    discriminator : 1 - a, the multiplier of all that is left of the discriminator.
    a, beta, kappa, G, rho : the dimensionless numbers of the module's docstring. G is infinite
        without decay, rho where p = 0.
    surplus : nq - p, the generated mass that is too much; below 0, what is lacking.
    n, dim, update : as given.
    """

    eigenvalues: Any
    multiplicities: Any
    rate: Any
    slowest: Any
    stable: Any
    regime: Any
    discriminator: Any
    a: Any
    beta: Any
    kappa: Any
    G: Any
    rho: Any
    surplus: Any
    n: Any
    dim: int
    update: str


def control_numbers(
    p: Floats,
    q: Floats,
    n: NDArray[np.int64],
    sigma: Floats,
    lr_d: Floats,
    lr_g: Floats,
    decay: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Return a, beta and kappa of the module's docstring; beta is NaN where it has no value."""
    deficit = p - n * q
    deficit = np.where(np.abs(deficit) <= 1e-12 * p, 0.0, deficit)  # 3 * 0.1 is not 0.3
    with np.errstate(divide="ignore", invalid="ignore"):
        pull = np.where(deficit == 0, 0.0, deficit / np.where(decay > 0, decay, np.nan))
    return lr_d * decay, lr_g * q * pull / sigma**2, lr_d * lr_g * n * q**2 / sigma**2


def mean_mode(
    a: ArrayLike, beta: ArrayLike, kappa: ArrayLike, update: str = "alternating"
) -> NDArray[np.complex128]:
    """Return both eigenvalues of the mean mode, shape (..., 2), the larger modulus first."""
    a, beta, kappa = (np.asarray(v, dtype=float) for v in (a, beta, kappa))
    # In delta = eigenvalue - 1 the equation is delta^2 + s delta + e = 0, with s = 2 - tr and
    # e = 1 - tr + det: eigenvalues next to 1, the ones that matter, keep all their digits.
    s = a + beta + (0 if order_of(update) == "simultaneous" else kappa)
    e = kappa + a * beta
    root = np.sqrt((s / 2) ** 2 - e + 0j)
    far = -s / 2 - np.where(s < 0, -root, root)
    with np.errstate(invalid="ignore"):  # NaN, where there is no equilibrium, stays NaN
        near = np.divide(e, far, out=np.zeros_like(far), where=far != 0)
    swap = np.where(root.imag != 0, near.imag > 0, np.abs(1 + near) > np.abs(1 + far))
    return 1 + np.stack([np.where(swap, near, far), np.where(swap, far, near)], axis=-1)


def stability(
    *,
    p: ArrayLike,
    q: ArrayLike,
    n: ArrayLike = 1,
    sigma: ArrayLike,
    lr_d: ArrayLike,
    lr_g: ArrayLike,
    decay: ArrayLike,
    update: str = "alternating",
    dim: int = 1,
) -> Stability:
    """Linear stability of n generated points that sit on one isolated true point.

    See the module's docstring for the derivation. With alternating updates and one point it is
    stable iff rho < 1 + 1 / (G (1 - a)) and kappa < (2 - a)(2 - beta); two or more points need
    0 < beta < 2 as well, so a true point that has more than its mass cannot keep them.

    Parameters
    ----------
    p : mass of the true point, at least 0. With p = 0 this is a lone point at rest.
    q : mass of each generated point.
    n : how many generated points sit there, at least 1.
    sigma : kernel width, in the units of the data; for a sum of Gaussians see `effective_sigma`.
    lr_d, lr_g : learning rates of the discriminator and of the generator.
    decay : weight decay (regularisation) of the discriminator, at least 0.
    update : "alternating", "simultaneous" or "generator_first".
    dim : dimension of the data; enters the multiplicities alone.

    Any argument but the last two may be an array; they broadcast, and so do the results.

    Raises
    ------
    TypeError : if an argument is not numeric, or n not whole.
    ValueError : if an argument is out of range, NaN or empty, or `update` is unknown.

    Notes
    -----
    Without decay there is an equilibrium only if the masses match. It is then neutral
    (alternating, kappa < 4) or diverging. If they differ, the discriminator grows without bound
    and any step is at last too long: eigenvalues and rate are NaN, the regime is "diverging".
    """
    order_of(update)
    dim = int(whole(dim, "dim"))
    given = (
        positive(p, "p", zero=True),
        positive(q, "q"),
        whole(n, "n"),
        positive(sigma, "sigma"),
        positive(lr_d, "lr_d"),
        positive(lr_g, "lr_g"),
        positive(decay, "decay", zero=True),
    )
    p, q, n, sigma, lr_d, lr_g, decay = np.broadcast_arrays(*given)
    a, beta, kappa = control_numbers(p, q, n, sigma, lr_d, lr_g, decay)
    modes = mean_mode(a, beta, kappa, update)
    multiplicities = np.full(modes.shape, dim)
    if (n > 1).any():
        relative = np.where(n > 1, 1 - beta, np.nan)
        modes = np.concatenate([modes, relative[..., None]], axis=-1)
        multiplicities = np.concatenate([multiplicities, (dim * (n - 1))[..., None]], axis=-1)

    moduli = np.where(multiplicities > 0, np.abs(modes), 0.0)  # NaN stays where nothing is at rest
    rate = moduli.max(axis=-1)
    largest = np.fmax(rate, np.abs(1 - a))
    stable = np.isfinite(rate) & (largest < 1 - _ON_THE_CIRCLE)
    decides = np.take_along_axis(modes, np.argmax(moduli, axis=-1)[..., None], axis=-1)[..., 0]
    turning = (decides.imag != 0) | (decides.real < 0)
    regime = np.where(turning, "oscillating", "monotone")
    regime = np.where(np.abs(largest - 1) <= _ON_THE_CIRCLE, "neutral", regime)
    regime = np.where(~np.isfinite(rate) | (largest > 1 + _ON_THE_CIRCLE), "diverging", regime)
    with np.errstate(divide="ignore", over="ignore"):
        strength = lr_g * q * p / (lr_d * decay**2 * sigma**2)
        rho = n * q / p
    slowest = np.where(np.argmax(moduli, axis=-1) == 2, "relative", "mean")

    def plain(value: Any) -> Any:
        return value[()] if value.ndim else value.item()

    return Stability(
        eigenvalues=modes,
        multiplicities=multiplicities,
        rate=plain(rate),
        slowest=plain(slowest),
        stable=plain(stable),
        regime=plain(regime),
        discriminator=plain(1 - a),
        a=plain(a),
        beta=plain(beta),
        kappa=plain(kappa),
        G=plain(strength),
        rho=plain(rho),
        surplus=plain(n * q - p),
        n=plain(n),
        dim=dim,
        update=update,
    )


def effective_sigma(scales: ArrayLike, weights: ArrayLike | None = None) -> float:
    r"""Width of the Gaussian with the curvature at 0 of a sum of Gaussians.

    Linear theory sees of :math:`K = \sum_s w_s e^{-r^2/2\sigma_s^2}` its curvature at 0 alone, so

    .. math:: \sigma_{\mathrm{eff}}^{-2} = \sum_s w_s / \sigma_s^2 .

    Parameters
    ----------
    scales : widths, shape (s,).
    weights : positive, shape (s,), not normalised; None is 1 each.

    Raises
    ------
    ValueError : if a width or weight is not positive, or the lengths differ.
    """
    scales = np.atleast_1d(positive(scales, "scales"))
    weights = (
        np.ones_like(scales) if weights is None else np.atleast_1d(positive(weights, "weights"))
    )
    if weights.shape != scales.shape:
        raise ValueError(f"weights: expected shape {scales.shape}, got {weights.shape}.")
    return float((weights / scales**2).sum() ** -0.5)
