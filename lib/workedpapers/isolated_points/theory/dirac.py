r"""The Dirac-GAN: the smallest GAN that does not converge, and what it has to do with kernels.

Mescheder, Geiger and Nowozin, *Which Training Methods for GANs do actually Converge?*, ICML 2018,
https://arxiv.org/abs/1801.04406. The data are one point at 0, the generator one point at
:math:`\theta`, the discriminator is linear, :math:`f(x) = \psi x`, and tries to be large at the
data. With a function :math:`\varphi` of the discriminator's output and weight decay
:math:`\lambda`

.. math::
    \psi' = (1 - \eta_d\lambda)\psi - \eta_d\, \theta\, \varphi'(-\psi\theta), \qquad
    \theta' = \theta + \eta_g\, \psi\, \varphi'(\mp\psi\theta).

*Loss* "linear" (Wasserstein GAN) has :math:`\varphi' = 1`, "minimax" and "non-saturating"
:math:`\varphi'(t) = 1 / (1 + e^t)`, with the signs - and +. A penalty
:math:`\frac\lambda2 |\nabla f|^2` on the gradient is the same as weight decay here.

**A special case.** With the kernel :math:`K(x, y) = x y` and all masses 1, the dynamics of
`workedpapers.isolated_points.theory.linear` keeps :math:`f = \psi x` and is this one, loss
"linear". A Gaussian kernel becomes it when the width grows: with equal masses q and
:math:`\psi = \nabla f(0)`,

.. math:: \psi' = (1-a)\psi - \frac{\eta_d q}{\sigma^2}\theta\,[1 + O(\theta^2/\sigma^2)], \qquad
    \theta' = \theta + \eta_g q\,\psi\,[1 + O(\theta^2/\sigma^2)],

so rates :math:`\eta_d q/\sigma^2` and :math:`\eta_g q` here are those of the Dirac-GAN, and the
difference is of order :math:`1/\sigma^2`. Linear theory agrees at every width: the mean mode of
matched masses has the same matrix, with :math:`\beta = 0`.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import Floats, one_of, positive_array, positive_int
from workedpapers.isolated_points.arguments import Update, as_update, one_number
from workedpapers.isolated_points.theory.linear import mean_mode

__all__ = ["LOSSES", "DiracLoss", "DiracRun", "dirac_eigenvalues", "dirac_gan", "kernel_settings"]


class DiracLoss(StrEnum):
    """What is made of the discriminator's output; see the module's docstring."""

    LINEAR = "linear"
    MINIMAX = "minimax"
    NON_SATURATING = "non-saturating"


LOSSES = tuple(DiracLoss)


class DiracRun(NamedTuple):
    """Trajectory of a Dirac-GAN: the parameters of both players.

    Attributes
    ----------
    theta, psi : ndarray
        Of the generator and of the discriminator, shape (steps + 1,) each.
    """

    theta: Floats
    psi: Floats


def _number(value: float, name: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{name}: expected a finite number, got {value!r}.")
    return number


def _slope(t: float) -> float:
    """1 / (1 + e^t), without overflow."""
    return 0.5 * (1 - math.tanh(t / 2))


def dirac_gan(
    theta0: float,
    psi0: float,
    *,
    lr_d: float,
    lr_g: float,
    decay: float = 0.0,
    update: str = Update.ALTERNATING,
    steps: int = 500,
    loss: str = DiracLoss.LINEAR,
) -> DiracRun:
    r"""Train a Dirac-GAN by gradient descent.

    Parameters
    ----------
    theta0, psi0 : float
        Where generator and discriminator start.
    lr_d, lr_g : float
        Learning rates, above 0.
    decay : float
        Weight decay of the discriminator, or strength of a gradient penalty; at least 0.
    update : {"alternating", "simultaneous", "generator_first"}
        Who moves first; "alternating" is the discriminator.
    steps : int
        Number of steps of each player, at least 1.
    loss : {"linear", "minimax", "non-saturating"}
        The function of the discriminator's output; see the notes.

    Returns
    -------
    DiracRun
        Two arrays of shape (steps + 1,), ``theta`` and ``psi``. Where a run diverges beyond 1e100
        the rest is infinite.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If an argument is out of range.

    See Also
    --------
    dirac_eigenvalues : What it does near its equilibrium.
    kernel_settings : A kernel GAN that does the same.

    Notes
    -----
    .. math::
        \psi' = (1 - \eta_d\lambda)\psi - \eta_d\, \theta\, \varphi'(-\psi\theta), \qquad
        \theta' = \theta + \eta_g\, \psi\, \varphi'(\mp\psi\theta),

    with :math:`\varphi' = 1` for loss "linear" and :math:`1/(1+e^t)` for the others, with - for
    "minimax" and + for "non-saturating". Mescheder et al. 2018. Chapter, section "Without
    regularisation, and two orders of updates".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> run = ip.dirac_gan(1.0, 0.0, lr_d=0.2, lr_g=0.2, update="simultaneous", steps=40)
    >>> round(float(run.theta[-1] ** 2 + run.psi[-1] ** 2), 2)  # (1 + 0.04)^40
    4.8
    """
    as_update(update)
    one_of(loss, "loss", LOSSES)
    for name, value in {"lr_d": lr_d, "lr_g": lr_g, "decay": decay}.items():
        one_number(value, name, zero=name == "decay")
    theta, psi = _number(theta0, "theta0"), _number(psi0, "psi0")
    sign = 1.0 if loss == DiracLoss.NON_SATURATING else -1.0

    def trained(theta: float, psi: float) -> float:
        push = 1.0 if loss == DiracLoss.LINEAR else _slope(-psi * theta)
        return (1 - lr_d * decay) * psi - lr_d * theta * push

    def moved(theta: float, psi: float) -> float:
        return theta + lr_g * psi * (
            1.0 if loss == DiracLoss.LINEAR else _slope(sign * psi * theta)
        )

    path = np.full((positive_int(steps, "steps") + 1, 2), np.inf)
    path[0] = theta, psi
    for k in range(1, len(path)):
        if update == Update.ALTERNATING:
            psi = trained(theta, psi)
            theta = moved(theta, psi)
        elif update == Update.SIMULTANEOUS:
            theta, psi = moved(theta, psi), trained(theta, psi)
        else:
            theta = moved(theta, psi)
            psi = trained(theta, psi)
        if max(abs(theta), abs(psi)) > 1e100:
            break
        path[k] = theta, psi
    return DiracRun(path[:, 0].copy(), path[:, 1].copy())


def dirac_eigenvalues(
    *,
    lr_d: ArrayLike,
    lr_g: ArrayLike,
    decay: ArrayLike = 0.0,
    update: str = Update.ALTERNATING,
    loss: str = DiracLoss.LINEAR,
) -> NDArray[np.complex128]:
    r"""Eigenvalues of one step of a Dirac-GAN about its equilibrium (0, 0).

    Parameters
    ----------
    lr_d, lr_g, decay : array_like
        As in `dirac_gan`; they broadcast.
    update : {"alternating", "simultaneous", "generator_first"}
        Who moves first.
    loss : {"linear", "minimax", "non-saturating"}
        As in `dirac_gan`.

    Returns
    -------
    ndarray of complex
        Shape (..., 2), the larger modulus first.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If an argument is out of range.

    See Also
    --------
    stability : The same for a kernel GAN.

    Notes
    -----
    With :math:`\kappa = \eta_d\eta_g\varphi'(0)^2` and a = lr_d decay they are those of `stability`
    at :math:`\beta = 0`. Without decay

    .. math:: \mu = 1 \pm i\sqrt\kappa \text{ (simultaneous)}, \qquad
        \mu = 1 - \frac\kappa2 \pm \sqrt{\Big(1-\frac\kappa2\Big)^2 - 1} \text{ (alternating)},

    so simultaneous steps always spiral out, :math:`|\mu| = \sqrt{1+\kappa}`, and alternating ones
    circle, :math:`|\mu| = 1`, up to :math:`\kappa = 4`. Mescheder et al. 2018, lemmas 2.4 and 2.5.
    Chapter, section "Without regularisation, and two orders of updates".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> for update in ("alternating", "simultaneous"):
    ...     print(abs(ip.dirac_eigenvalues(lr_d=0.2, lr_g=0.2, update=update)).round(4).tolist())
    [1.0, 1.0]
    [1.0198, 1.0198]
    """
    lr_d, lr_g = positive_array(lr_d, "lr_d"), positive_array(lr_g, "lr_g")
    slope = 1.0 if one_of(loss, "loss", LOSSES) == DiracLoss.LINEAR else 0.5
    kappa = lr_d * lr_g * slope**2
    a = lr_d * positive_array(decay, "decay", zero=True)
    a, kappa = np.broadcast_arrays(a, kappa)
    return mean_mode(a, np.zeros_like(a), kappa, update)


def kernel_settings(
    *, lr_d: float, lr_g: float, decay: float = 0.0, sigma: float, mass: float = 1.0
) -> dict[str, float]:
    r"""Settings of a kernel GAN that does what a Dirac-GAN with these rates does.

    Parameters
    ----------
    lr_d, lr_g, decay : float
        Of the Dirac-GAN with loss "linear".
    sigma : float
        Width of the Gaussian kernel.
    mass : float
        q, of both points.

    Returns
    -------
    dict of str to float
        Keyword arguments p, q, sigma, lr_d, lr_g, decay of `stability`.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If an argument is out of range.

    See Also
    --------
    dirac_gan : The Dirac-GAN.

    Notes
    -----
    One true and one generated point of equal mass q: :math:`\eta_d = \sigma^2\eta_d^D/q`,
    :math:`\eta_g = \eta_g^D/q`, and lr_d decay unchanged. Trajectories agree up to terms of order
    :math:`\theta^2/\sigma^2`, linear theory exactly. Chapter, section "Without regularisation, and
    two orders of updates".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> same = ip.kernel_settings(lr_d=0.2, lr_g=0.2, decay=0.5, sigma=3.0)
    >>> modes = ip.dirac_eigenvalues(lr_d=0.2, lr_g=0.2, decay=0.5)
    >>> bool(abs(ip.stability(**same).eigenvalues - modes).max() < 1e-12)
    True
    """
    given = {"lr_d": lr_d, "lr_g": lr_g, "decay": decay, "sigma": sigma, "mass": mass}
    for name, value in given.items():
        one_number(value, name, zero=name == "decay")
    stretch = sigma**2 / mass
    return {
        "p": mass,
        "q": mass,
        "sigma": sigma,
        "lr_d": lr_d * stretch,
        "lr_g": lr_g / mass,
        "decay": decay / stretch,
    }
