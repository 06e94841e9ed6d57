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

*Several discriminator steps* in a row, m of them on the same points, are one step of another
length: :math:`1 - a` becomes :math:`(1-a)^m`, and :math:`\eta_d` becomes
:math:`(1-(1-a)^m)/\lambda`. Other rules than plain gradient steps: module
`workedpapers.isolated_points.theory.step_matrices`.

*Without decay* nothing is forgotten, and the states of rest are not one but many: every f whose
slope at the point is zero. About an f that has bent there on the way, the multiplier of the
curvature is :math:`\beta = -\eta_g q f''(x)`, and a pair has modulus :math:`\sqrt{1-\beta}`. To
first order about f = 0 a point circles for ever; about the f that it has made by then it is damped.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import Floats, as_float_array, positive_array
from workedpapers.isolated_points.arguments import Update, as_update, whole
from workedpapers.isolated_points.rules import UpdateRule, as_rule
from workedpapers.isolated_points.theory.step_matrices import (
    difference_modes,
    field_of,
    mean_modes,
    quiet_modes,
)

__all__ = ["REGIMES", "Regime", "Stability", "effective_sigma", "mean_mode", "stability"]


class Regime(StrEnum):
    """What becomes of a small displacement."""

    MONOTONE = "monotone"
    OSCILLATING = "oscillating"
    DIVERGING = "diverging"
    NEUTRAL = "neutral"
    UNKNOWN = "unknown"  # of a measurement that failed


#: Values of `Stability.regime`.
REGIMES = (Regime.MONOTONE, Regime.OSCILLATING, Regime.DIVERGING, Regime.NEUTRAL)

_ON_THE_CIRCLE = 1e-12  # a modulus this close to 1 counts as 1 in closed form ...
_ON_THE_CIRCLE_BY_MATRIX = 1e-7  # ... and for eigenvalues of a matrix, which round where they meet


@dataclass(frozen=True)
class Stability:
    """Modes of n generated points about one true point, as `stability` finds them.

    Every field is a number, or an array of the common shape of the arguments.

    Parameters
    ----------
    eigenvalues : ndarray of complex
        Shape (..., k): those of the mean mode, two for plain gradient steps and four for rules
        with memory (zeros for memories that are not used), the larger modulus first; then, if some
        n is above 1, those of the relative modes, one or two, NaN where n = 1. All NaN where there
        is no equilibrium (decay 0 and masses that differ).
    multiplicities : ndarray of int
        How often each eigenvalue occurs: dim for the mean mode and dim (n - 1) for the relative.
    rate : float
        Largest modulus of these eigenvalues. A displacement of the points shrinks by this factor
        per step in the long run.
    slowest : str
        "mean" or "relative", the mode that `rate` belongs to.
    stable : bool
        Whether displacements vanish exponentially and the discriminator comes to rest too.
    regime : str
        What the slowest mode does: "monotone", "oscillating" (stable, and its eigenvalue is
        complex or negative), "diverging", or "neutral" (the modulus is 1: linear theory does not
        decide).
    discriminator : float or complex
        The multiplier of all that is left of the discriminator, 1 - a for plain steps.
    a, beta, kappa, G, rho : float
        The dimensionless numbers of the notes of `stability`; with several discriminator steps
        those of the one step that equals them. G is infinite without decay, rho where p = 0.
    surplus : float
        nq - p, the generated mass that is too much; below 0, what is lacking.
    n : int
        Number of points.
    dim : int
        Dimension of the data.
    update : str
        Who moves first.
    rule : UpdateRule
        How both players use their gradients.

    See Also
    --------
    stability : Makes it.

    Notes
    -----
    Chapter, section "Three numbers decide".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> found = ip.stability(p=1.0, q=1.0, sigma=1.0, lr_d=0.1, lr_g=0.4, decay=1.0)
    >>> found.regime, found.stable, round(found.rate, 4), round(found.G, 4)
    ('oscillating', True, 0.9487, 4.0)
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
    rule: UpdateRule


def control_numbers(
    p: Floats,
    q: Floats,
    n: NDArray[np.int64],
    sigma: Floats,
    lr_d: Floats,
    lr_g: Floats,
    decay: Floats,
    curvature: Floats | None = None,
) -> tuple[Floats, Floats, Floats]:
    """Return a, beta and kappa of the module's docstring; beta is NaN where it has no value."""
    if curvature is None:
        deficit = p - n * q
        deficit = np.where(np.abs(deficit) <= 1e-12 * p, 0.0, deficit)  # 3 * 0.1 is not 0.3
        with np.errstate(divide="ignore", invalid="ignore"):
            pull = np.where(deficit == 0, 0.0, deficit / np.where(decay > 0, decay, np.nan))
        curvature = -pull / sigma**2  # f*'' = -(Delta / lambda sigma^2)
    # a = eta_d lambda,   beta = -eta_g q f*'',   kappa = eta_d eta_g n q^2 / sigma^2
    return lr_d * decay, -lr_g * q * curvature, lr_d * lr_g * n * q**2 / sigma**2


def one_round(a: Floats, lr_d: Floats, steps: int) -> tuple[Floats, Floats]:
    """The a and lr_d of the one step that equals ``steps`` steps of the discriminator."""
    if steps == 1:
        return a, lr_d
    # 1 - a' = (1 - a)^m,   eta_d' = (1 - (1 - a)^m) / lambda, which is m eta_d without decay
    whole_round = 1 - (1 - a) ** steps
    longer = np.divide(whole_round, a, out=np.full_like(a, float(steps)), where=a > 0)
    return whole_round, lr_d * longer


def mean_mode(
    a: ArrayLike, beta: ArrayLike, kappa: ArrayLike, update: str = Update.ALTERNATING
) -> NDArray[np.complex128]:
    """Return both eigenvalues of the mean mode, shape (..., 2), the larger modulus first."""
    a, beta, kappa = (np.asarray(v, dtype=float) for v in (a, beta, kappa))
    # In delta = eigenvalue - 1 the equation is delta^2 + s delta + e = 0, with s = 2 - tr and
    # e = 1 - tr + det: eigenvalues next to 1, the ones that matter, keep all their digits.
    s = a + beta + (0 if as_update(update) == Update.SIMULTANEOUS else kappa)
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
    update: str = Update.ALTERNATING,
    rule: str | UpdateRule = "gradient",
    resting_curvature: ArrayLike | None = None,
    dim: int = 1,
) -> Stability:
    r"""Linear stability of n generated points that sit on one isolated true point.

    Numbers may be arrays; they broadcast, and so do the results.

    Parameters
    ----------
    p : array_like
        Mass of the true point, at least 0. With p = 0 this is a lone point at rest.
    q : array_like
        Mass of each generated point.
    n : array_like of int
        How many generated points sit there, at least 1.
    sigma : array_like
        Kernel width, in the units of the data; for a sum of Gaussians see `effective_sigma`.
    lr_d, lr_g : array_like
        Learning rates of the discriminator, above 0, and of the generator, at least 0.
    decay : array_like
        Weight decay (regularisation) of the discriminator, at least 0.
    update : {"alternating", "simultaneous", "generator_first"}
        Who moves first.
    rule : str or UpdateRule
        How both players use their gradients: "gradient", "nesterov", "optimistic",
        "extragradient", or an `UpdateRule` with momentum, several discriminator steps, consensus
        or a penalty.
    resting_curvature : array_like or None
        Second derivative at the point of the discriminator that is at rest, where it is known.
        None is the curvature of the equilibrium that decay selects. Without decay any f without
        a slope may be at rest, and this says about which one.
    dim : int
        Dimension of the data; enters the multiplicities alone.

    Returns
    -------
    Stability
        Eigenvalues, rate, regime and the dimensionless numbers.

    Raises
    ------
    TypeError
        If an argument is not numeric, or n not whole.
    ValueError
        If an argument is out of range, NaN or empty, or a name is unknown.

    See Also
    --------
    configuration_stability : Any arrangement of points.
    phase_diagram : The same measured from simulations.

    Notes
    -----
    With :math:`a = \eta_d\lambda`, :math:`\beta = \eta_g q (p - nq)/\lambda\sigma^2` and
    :math:`\kappa = \eta_d\eta_g n q^2/\sigma^2` the mean mode of alternating updates has trace
    :math:`2 - a - \beta - \kappa` and determinant :math:`(1-a)(1-\beta)`, and differences between
    points multiply by :math:`1 - \beta`. One point is stable iff :math:`\rho < 1 + 1/G(1-a)` and
    :math:`\kappa < (2-a)(2-\beta)`; two or more need :math:`0 < \beta < 2` as well, so a true point
    that has more than its mass cannot keep them. Derived in the chapter, section "Three numbers
    decide".

    Without decay there is an equilibrium only if the masses match. About f = 0 it is neutral
    (alternating, :math:`\kappa < 4`) or diverging; about an f of known curvature it is damped. If
    the masses differ, the discriminator grows without bound and any step is at last too long:
    eigenvalues and rate are NaN, the regime is "diverging".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> found = ip.stability(p=1, q=1, sigma=1.0, lr_d=0.1, lr_g=[0.01, 0.4, 200], decay=1.0)
    >>> found.regime.tolist(), found.rate.round(4).tolist()
    (['monotone', 'oscillating', 'diverging'], [0.9889, 0.9487, 18.0501])

    Without decay, about f = 0 and about an f that the point has bent by -0.2:

    >>> free = {"p": 1, "q": 1, "sigma": 1.0, "lr_d": 0.1, "lr_g": 0.4, "decay": 0.0}
    >>> ip.stability(**free).regime
    'neutral'
    >>> round(ip.stability(**free, resting_curvature=-0.2).rate, 4)
    0.9592
    """
    order, how = as_update(update), as_rule(rule)
    dim = int(whole(dim, "dim"))
    count = whole(n, "n")
    numbers = (
        positive_array(p, "p", zero=True),
        positive_array(q, "q"),
        positive_array(sigma, "sigma"),
        positive_array(lr_d, "lr_d"),
        positive_array(lr_g, "lr_g", zero=True),
        positive_array(decay, "decay", zero=True),
    )
    bent = None
    if resting_curvature is not None:
        bent = as_float_array(resting_curvature, "resting_curvature")
    shape = np.broadcast_shapes(
        count.shape, *(v.shape for v in numbers), *how.shapes, () if bent is None else bent.shape
    )
    n = np.broadcast_to(count, shape)
    p, q, sigma, lr_d, lr_g, decay = (np.broadcast_to(number, shape) for number in numbers)
    a, beta, kappa = control_numbers(p, q, n, sigma, lr_d, lr_g, decay, bent)
    modes: NDArray[np.complex128]
    quiet: NDArray[Any]
    if how.is_plain:
        a, lr_d = one_round(a, lr_d, how.discriminator_steps)
        kappa = lr_d * lr_g * n * q**2 / sigma**2
        modes, apart = mean_mode(a, beta, kappa, order), (1 - beta)[..., None].astype(complex)
        quiet, circle = 1 - a, _ON_THE_CIRCLE
    else:
        field = field_of(
            how, a=a, beta=beta, kappa=kappa, p=p, sigma=sigma, lr_d=lr_d, lr_g=lr_g, decay=decay
        )
        modes, apart = mean_modes(field, how, order), difference_modes(field, how)
        quiet, circle = quiet_modes(field, how)[..., 0], _ON_THE_CIRCLE_BY_MATRIX
    mean_count = modes.shape[-1]
    multiplicities = np.full(modes.shape, dim)
    if (n > 1).any():
        several = (n > 1)[..., None]
        modes = np.concatenate([modes, np.where(several, apart, np.nan)], axis=-1)
        repeats = np.broadcast_to(dim * (n - 1)[..., None], apart.shape)
        multiplicities = np.concatenate([multiplicities, repeats], axis=-1)

    moduli = np.where(multiplicities > 0, np.abs(modes), 0.0)  # NaN stays where nothing is at rest
    rate = moduli.max(axis=-1)
    # Without decay f does not fade; about a known f it is at rest all the same.
    fades = np.abs(quiet) if bent is None else np.where(decay > 0, np.abs(quiet), 0.0)
    largest = np.fmax(rate, fades)
    stable = np.isfinite(rate) & (largest < 1 - circle)
    decides = np.take_along_axis(modes, np.argmax(moduli, axis=-1)[..., None], axis=-1)[..., 0]
    turning = (decides.imag != 0) | (decides.real < 0)
    regime = np.where(turning, Regime.OSCILLATING.value, Regime.MONOTONE.value)
    regime = np.where(np.abs(largest - 1) <= circle, Regime.NEUTRAL.value, regime)
    grows = ~np.isfinite(rate) | (largest > 1 + circle)
    regime = np.where(grows, Regime.DIVERGING.value, regime)
    with np.errstate(divide="ignore", over="ignore"):
        # G = eta_g q p / (eta_d lambda^2 sigma^2),   rho = n q / p
        strength = lr_g * q * p / (lr_d * decay**2 * sigma**2)
        rho = n * q / p
    slowest = np.where(np.argmax(moduli, axis=-1) >= mean_count, "relative", "mean")

    def plain(value: Any) -> Any:
        return value[()] if value.ndim else value.item()

    return Stability(
        eigenvalues=modes,
        multiplicities=multiplicities,
        rate=plain(rate),
        slowest=plain(slowest),
        stable=plain(stable),
        regime=plain(regime),
        discriminator=plain(quiet),
        a=plain(a),
        beta=plain(beta),
        kappa=plain(kappa),
        G=plain(strength),
        rho=plain(rho),
        surplus=plain(n * q - p),
        n=plain(n),
        dim=dim,
        update=order,
        rule=how,
    )


def effective_sigma(scales: ArrayLike, weights: ArrayLike | None = None) -> float:
    r"""Width of the Gaussian with the curvature at 0 of a sum of Gaussians.

    Parameters
    ----------
    scales : array_like
        Widths, shape (s,).
    weights : array_like or None
        Positive, shape (s,), not normalised; None is 1 each.

    Returns
    -------
    float
        The width that linear theory sees.

    Raises
    ------
    TypeError
        If a number is none.
    ValueError
        If a width or weight is not positive, or the lengths differ.

    See Also
    --------
    Sum : The kernel itself.

    Notes
    -----
    Linear theory sees of :math:`K = \sum_s w_s e^{-r^2/2\sigma_s^2}` its curvature at 0 alone, so

    .. math:: \sigma_{\mathrm{eff}}^{-2} = \sum_s w_s / \sigma_s^2 .

    Chapter, section "Other kernels".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> round(ip.effective_sigma([1.0, 4.0]), 4)
    0.9701
    """
    scales = np.atleast_1d(positive_array(scales, "scales"))
    given = np.ones_like(scales) if weights is None else positive_array(weights, "weights")
    weights = np.atleast_1d(given)
    if weights.shape != scales.shape:
        raise ValueError(f"weights: expected shape {scales.shape}, got {weights.shape}.")
    # sigma_eff^-2 = sum_s w_s / sigma_s^2
    return float((weights / scales**2).sum() ** -0.5)
