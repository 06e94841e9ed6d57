r"""One step of training as a matrix, for every update rule.

In the notation of `workedpapers.isolated_points.theory.linear`, with the scaled slope
:math:`s = \eta_g q g`, the two players' gradients times their rates are

.. math:: \eta_d D = -a\, s - \kappa\, u, \qquad \eta_g F = s - \beta\, u .

*A gradient penalty* of strength :math:`\gamma` at the true point acts on the slope alone: a in the
first of these becomes :math:`a + \eta_d\gamma p/\sigma^2`, while :math:`\beta` stays.

*Consensus* of strength c lets both players descend on half the squared norm of the gradient field.
With :math:`\nu = c\,\eta_d n q^2/\sigma^2`, and :math:`A = -\beta/\eta_g q` for the curvature of
the resting discriminator,

.. math::
    \eta_d D_c &= -[(1 + c\lambda) a + \nu]\, s - [(1 + c\lambda)\kappa - \nu\beta]\, u, \\
    \eta_g F_c &= (1 - c q A - c\lambda)\, s
        - [(1 - c q A)\beta + c\,\eta_g n q^2/\sigma^2]\, u .

Each player passes its gradient through its filter (module `workedpapers.isolated_points.rules`), so
that the state is :math:`(s, m_d, u, m_g)` with the two memories. Differences between points see no
s: their state is :math:`(u, m_g)`, and their :math:`\eta_g F` is :math:`-\beta u`, with consensus
:math:`-(1 - c q A)\beta u`.

Derived in the chapter, section "Which tricks move the dot?".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workedpapers.checks import Floats
from workedpapers.isolated_points.arguments import Update
from workedpapers.isolated_points.rules import Filter, Optimiser, UpdateRule

__all__ = ["Field", "difference_modes", "field_of", "mean_modes", "quiet_modes"]

Complexes = NDArray[np.complex128]


@dataclass(frozen=True)
class Field:
    """The gradients of the module's docstring, times the rates; each number of one shape.

    Attributes
    ----------
    slope_d, place_d : ndarray
        Coefficients of s and of u in the discriminator's.
    slope_g, place_g : ndarray
        The same in the generator's.
    apart : ndarray
        Coefficient of a difference of two places in the generator's.
    quiet : ndarray
        Coefficient of f, where f has no slope at the true point, in the discriminator's.
    """

    slope_d: Floats
    place_d: Floats
    slope_g: Floats
    place_g: Floats
    apart: Floats
    quiet: Floats


def field_of(
    rule: UpdateRule,
    *,
    a: Floats,
    beta: Floats,
    kappa: Floats,
    p: Floats,
    sigma: Floats,
    lr_d: Floats,
    lr_g: Floats,
    decay: Floats,
) -> Field:
    """The linearised game, with what the rule adds to it."""
    penalty = lr_d * np.asarray(rule.gradient_penalty) * p / sigma**2
    c = np.asarray(rule.consensus)
    with np.errstate(divide="ignore", invalid="ignore"):
        bend = np.where(beta == 0, 0.0, -beta / lr_g)  # q A
        nu = np.where(kappa == 0, 0.0, c * kappa / lr_g)  # c lr_d n q^2 / sigma^2
        answer = c * kappa / lr_d  # c lr_g n q^2 / sigma^2
    return Field(
        slope_d=-((1 + c * decay) * a + nu + penalty),
        place_d=-((1 + c * decay) * kappa - nu * beta),
        slope_g=1 - c * bend - c * decay,
        place_g=-((1 - c * bend) * beta + answer),
        apart=-(1 - c * bend) * beta,
        quiet=-(1 + c * decay) * a,
    )


def mean_modes(field: Field, rule: UpdateRule, update: Update) -> Complexes:
    """Eigenvalues of a step for (s, m_d, u, m_g), shape (..., 4), the largest modulus first."""
    if rule.optimiser == Optimiser.EXTRAGRADIENT:
        F = _square([[field.slope_d, field.place_d], [field.slope_g, field.place_g]])
        one = np.eye(2)
        first, second = F * [[1], [0]], F * [[0], [1]]  # each player's own row
        look = one + F
        if update == Update.ALTERNATING:
            look = (one + second) @ (one + first)
        elif update == Update.GENERATOR_FIRST:
            look = (one + first) @ (one + second)
        return _sorted(one + F @ look)
    on_d, on_g = rule.filters
    zero, one = np.zeros_like(field.slope_d), np.ones_like(field.slope_d)
    D = _square(
        [
            [1 + on_d.gain * field.slope_d, on_d.carry, on_d.gain * field.place_d, zero],
            [field.slope_d, on_d.keep, field.place_d, zero],
            [zero, zero, one, zero],
            [zero, zero, zero, one],
        ]
    )
    G = _square(
        [
            [one, zero, zero, zero],
            [zero, one, zero, zero],
            [on_g.gain * field.slope_g, zero, 1 + on_g.gain * field.place_g, on_g.carry],
            [field.slope_g, zero, field.place_g, on_g.keep],
        ]
    )
    D = np.linalg.matrix_power(D, rule.discriminator_steps)
    if update == Update.ALTERNATING:
        return _sorted(G @ D)
    if update == Update.GENERATOR_FIRST:
        return _sorted(D @ G)
    return _sorted(D + G - np.eye(4))


def difference_modes(field: Field, rule: UpdateRule) -> Complexes:
    """Eigenvalues of a step for a difference of two points, shape (..., 2)."""
    return _alone(field.apart, rule, rule.filters[1])


def quiet_modes(field: Field, rule: UpdateRule) -> Complexes:
    """Eigenvalues of a step for what no point feels of the discriminator, shape (..., 2)."""
    return _alone(field.quiet, rule, rule.filters[0]) ** rule.discriminator_steps


def _alone(rate: Floats, rule: UpdateRule, on: Filter) -> Complexes:
    """Modes of one player whose gradient times its rate is ``rate`` times its own place."""
    if rule.optimiser == Optimiser.EXTRAGRADIENT:
        mode = 1 + rate * (1 + rate)
        return np.stack([mode, np.zeros_like(mode)], axis=-1).astype(complex)
    return _sorted(_square([[1 + on.gain * rate, on.carry], [rate, on.keep]]))


def _square(rows: list[list[Floats]]) -> Floats:
    """Matrices of shape (..., k, k) from rows of entries of shape (...)."""
    flat = np.broadcast_arrays(*(entry for row in rows for entry in row))
    return np.stack(flat, axis=-1).reshape(*flat[0].shape, len(rows), len(rows)).astype(float)


def _sorted(matrices: Floats) -> Complexes:
    """Eigenvalues, the largest modulus first; NaN where a matrix is not finite."""
    sound = np.asarray(np.isfinite(matrices).all(axis=(-2, -1)))[..., None]
    modes = np.linalg.eigvals(np.where(sound[..., None], matrices, 0.0)).astype(complex)
    order = np.argsort(-np.abs(modes), axis=-1, kind="stable")
    modes = np.take_along_axis(modes, order, axis=-1)
    return np.where(sound, modes, np.nan)
