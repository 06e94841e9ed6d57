r"""Update rules: what a player does with the gradient that it sees.

The plain rule adds :math:`\eta` times the gradient. Others carry a memory m of earlier gradients D,

.. math:: \theta' = \theta + \eta\,(\alpha D + \beta m), \qquad m' = \gamma m + D,

which is one linear filter with three numbers:

============  =================  ===============  ===============
rule          :math:`\alpha`     :math:`\beta`    :math:`\gamma`
============  =================  ===============  ===============
gradient      1                  0                0
heavy ball    1                  :math:`\mu`      :math:`\mu`
Nesterov      :math:`1 + \mu`    :math:`\mu^2`    :math:`\mu`
optimistic    2                  -1               0
============  =================  ===============  ===============

Heavy ball and Nesterov are those of PyTorch's SGD. The optimistic rule takes twice the gradient
less the one before. *Extragradient* has no memory: both players look one step ahead and then step
from where they were, with the gradients that they would see there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from workedpapers.checks import Floats, as_float_array, one_of, positive_array, positive_int
from workedpapers.isolated_points.kernels import Rows

__all__ = ["Filter", "Optimiser", "UpdateRule", "as_rule"]


class Optimiser(StrEnum):
    """Names of the rules; "gradient" with momentum is the heavy ball."""

    GRADIENT = "gradient"
    NESTEROV = "nesterov"
    OPTIMISTIC = "optimistic"
    EXTRAGRADIENT = "extragradient"


class Filter(NamedTuple):
    """The three numbers of the module's docstring, each of shape () or (B,)."""

    gain: Floats
    carry: Floats
    keep: Floats


@dataclass(frozen=True, eq=False)
class UpdateRule:
    r"""How both players use their gradients, and what is added to their game.

    Parameters
    ----------
    optimiser : {"gradient", "nesterov", "optimistic", "extragradient"}
        What a player does with its gradient; "gradient" with momentum is the heavy ball.
    momentum_d, momentum_g : array_like
        Momentum :math:`\mu` of the discriminator and of the generator, between -1 and 1 and, where
        it may be, different for each setting of a batch, shape (B,). For "gradient" and "nesterov"
        alone.
    discriminator_steps : int
        Steps of the discriminator for each step of the generator, at least 1.
    consensus : array_like
        Strength :math:`\gamma \ge 0`, () or (B,): both players also descend on half the squared
        norm of the game's gradient field.
    gradient_penalty : array_like
        Strength :math:`\gamma \ge 0`, () or (B,): the discriminator pays
        :math:`\frac\gamma2 \sum_i p_i \lVert\nabla f(x_i)\rVert^2` at the true points.

    Raises
    ------
    TypeError
        If a number is none.
    ValueError
        If a number is out of range, the optimiser is unknown, or two parts do not go together:
        momentum with an optimiser that has none, extragradient with several discriminator steps,
        consensus with extragradient or with the penalty.

    See Also
    --------
    simulate : Trains with it.
    stability : Says what it does near a true point.

    Notes
    -----
    Momentum: Polyak 1964 and Nesterov 1983, with PyTorch's conventions; negative momentum: Gidel
    et al. 2019. Optimistic: Daskalakis et al. 2018. Extragradient: Korpelevich 1976. Consensus:
    Mescheder et al. 2017. Penalty: R1 of Mescheder et al. 2018. Several discriminator steps on the
    same points are one step of another length, exactly: with :math:`a = \eta_d\lambda`, m steps
    of :math:`\eta_d` are one of :math:`(1-(1-a)^m)/\lambda`. Chapter, section "Which tricks move
    the dot?".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> rates = {"sigma": 1.0, "lr_d": 0.1, "lr_g": 0.4, "decay": 1.0}
    >>> for rule in (ip.UpdateRule(), ip.UpdateRule(momentum_g=0.9), "optimistic"):
    ...     print(round(ip.stability(p=1.0, q=1.0, **rates, rule=rule).rate, 3))
    0.949
    1.101
    0.917
    """

    optimiser: str = Optimiser.GRADIENT
    momentum_d: ArrayLike = 0.0
    momentum_g: ArrayLike = 0.0
    discriminator_steps: int = 1
    consensus: ArrayLike = 0.0
    gradient_penalty: ArrayLike = 0.0

    def __post_init__(self) -> None:
        """Check, and make arrays of what may differ between settings."""
        checked: dict[str, object] = {
            "optimiser": Optimiser(one_of(self.optimiser, "optimiser", Optimiser)),
            "momentum_d": _momentum(self.momentum_d, "momentum_d"),
            "momentum_g": _momentum(self.momentum_g, "momentum_g"),
            "discriminator_steps": positive_int(self.discriminator_steps, "discriminator_steps"),
            "consensus": _strength(self.consensus, "consensus"),
            "gradient_penalty": _strength(self.gradient_penalty, "gradient_penalty"),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        if self.has_momentum and self.optimiser not in (Optimiser.GRADIENT, Optimiser.NESTEROV):
            raise ValueError(f"momentum: expected 0 with optimiser {self.optimiser!r}.")
        if self.optimiser == Optimiser.EXTRAGRADIENT and self.discriminator_steps > 1:
            raise ValueError(
                "discriminator_steps: expected 1 with optimiser 'extragradient', got "
                f"{self.discriminator_steps}."
            )
        if np.any(self.consensus):
            if self.optimiser == Optimiser.EXTRAGRADIENT:
                raise ValueError("consensus: expected 0 with optimiser 'extragradient'.")
            if np.any(self.gradient_penalty):
                raise ValueError("consensus: expected 0 with a gradient_penalty.")

    @property
    def has_momentum(self) -> bool:
        """Whether a player has momentum."""
        return bool(np.any(self.momentum_d) or np.any(self.momentum_g))

    @property
    def has_memory(self) -> bool:
        """Whether a player remembers earlier gradients."""
        return self.has_momentum or self.optimiser == Optimiser.OPTIMISTIC

    @cached_property
    def is_plain(self) -> bool:
        """Whether it is gradient steps alone, however many of the discriminator."""
        added = np.any(self.consensus) or np.any(self.gradient_penalty)
        return self.optimiser == Optimiser.GRADIENT and not self.has_momentum and not added

    @cached_property
    def filters(self) -> tuple[Filter, Filter]:
        """Filters of the discriminator and of the generator; for extragradient, of one look."""
        momenta = np.asarray(self.momentum_d), np.asarray(self.momentum_g)
        first, second = (_filter(Optimiser(self.optimiser), momentum) for momentum in momenta)
        return first, second

    @property
    def settings(self) -> int | None:
        """Number of settings that have numbers of their own, or None when all share them."""
        sizes = {np.size(v) for v in self._arrays().values() if np.ndim(v)}
        if len(sizes - {1}) > 1:
            raise ValueError(
                f"rule: expected numbers for equally many settings, got {sorted(sizes)}."
            )
        return max(sizes, default=None)

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Shapes of the numbers that may differ between settings."""
        return [np.shape(value) for value in self._arrays().values()]

    def at(self, rows: Rows) -> UpdateRule:
        """Return the rule of some settings of a batch.

        Parameters
        ----------
        rows : slice or ndarray of int
            Which settings.

        Returns
        -------
        UpdateRule
            The rule with their numbers.
        """
        changes = {
            name: np.asarray(value)[rows] if np.size(value) > 1 else np.reshape(value, ())
            for name, value in self._arrays().items()
        }
        return replace(self, **changes)  # type: ignore[arg-type]

    def _arrays(self) -> dict[str, ArrayLike]:
        names = ("momentum_d", "momentum_g", "consensus", "gradient_penalty")
        return {name: getattr(self, name) for name in names}


def _filter(optimiser: Optimiser, momentum: Floats) -> Filter:
    one, zero = np.ones_like(momentum), np.zeros_like(momentum)
    if optimiser == Optimiser.NESTEROV:
        return Filter(one + momentum, momentum**2, momentum)
    if optimiser == Optimiser.OPTIMISTIC:
        return Filter(2 * one, -one, zero)
    return Filter(one, momentum, momentum)


def _momentum(value: ArrayLike, name: str) -> Floats:
    momentum = as_float_array(value, name)
    if momentum.ndim > 1 or (np.abs(momentum) >= 1).any():
        raise ValueError(f"{name}: expected numbers between -1 and 1, () or (B,), got {value!r}.")
    return momentum


def _strength(value: ArrayLike, name: str) -> Floats:
    strength = positive_array(value, name, zero=True)
    if strength.ndim > 1:
        raise ValueError(f"{name}: expected a number or shape (B,), got shape {strength.shape}.")
    return strength


def as_rule(rule: str | UpdateRule) -> UpdateRule:
    """Return the rule, or the one of that optimiser's name; `TypeError` if it is neither."""
    if isinstance(rule, UpdateRule):
        return rule
    if not isinstance(rule, str):
        raise TypeError(f"rule: expected the name of an optimiser or an UpdateRule, got {rule!r}.")
    return UpdateRule(one_of(rule, "rule", Optimiser))
