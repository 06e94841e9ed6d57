"""The settings of a simulation: read, checked and brought to one shape."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from workedpapers.checks import Floats, as_float_array, positive_array
from workedpapers.isolated_points.arguments import Update, as_points, as_update
from workedpapers.isolated_points.kernels import Kernel, Rows, as_kernel
from workedpapers.isolated_points.rules import UpdateRule, as_rule

__all__ = ["SimulationSettings"]


@dataclass(frozen=True)
class SimulationSettings:
    """B settings with n true and N generated points each, in d dimensions.

    Attributes
    ----------
    true : ndarray
        Shape (B, n, d).
    true_mass : ndarray
        p, shape (B, n).
    generated : ndarray
        Starting points, shape (B, N, d).
    generated_mass : ndarray
        q, shape (B, N).
    lr_d, lr_g, decay, noise, warm_up : ndarray
        Shape (B,); see `simulate`.
    kernel : Kernel
        Shared, or with a width for each setting.
    update : Update
        Who moves first.
    rule : UpdateRule
        How the players use their gradients.
    batched : bool
        False when there is one setting and results have no batch axis.
    """

    true: Floats
    true_mass: Floats
    generated: Floats
    generated_mass: Floats
    lr_d: Floats
    lr_g: Floats
    decay: Floats
    noise: Floats
    warm_up: Floats
    kernel: Kernel
    update: Update
    rule: UpdateRule
    batched: bool

    @classmethod
    def checked(
        cls,
        true: ArrayLike,
        generated: ArrayLike,
        *,
        sigma: ArrayLike | None,
        lr_d: ArrayLike,
        lr_g: ArrayLike,
        decay: ArrayLike,
        true_mass: ArrayLike | None,
        generated_mass: ArrayLike | None,
        kernel: str | Kernel,
        update: str,
        rule: str | UpdateRule,
        noise: ArrayLike,
        warm_up: ArrayLike,
    ) -> SimulationSettings:
        """Check the arguments of `simulate` and give each the leading batch axis.

        Raises `TypeError` or `ValueError`, naming the argument, what was expected and what came.
        """
        x, y = as_points(true, "true"), as_points(generated, "generated")
        for name, points in (("true", x), ("generated", y)):
            if points.ndim > 3:
                raise ValueError(
                    f"{name}: expected at most 3 dimensions, got shape {points.shape}."
                )
        if x.shape[-1] != y.shape[-1]:
            raise ValueError(
                f"generated: expected points in {x.shape[-1]} dimension(s) as true, got "
                f"{y.shape[-1]}."
            )
        shared, how = as_kernel(kernel, sigma), as_rule(rule)
        arrays: dict[str, tuple[Floats, int]] = {  # and how many axes one setting has
            "true": (x, 2),
            "generated": (y, 2),
            "true_mass": (_masses(true_mass, "true_mass", x.shape[-2]), 1),
            "generated_mass": (_masses(generated_mass, "generated_mass", y.shape[-2]), 1),
            "lr_d": (_per_setting(lr_d, "lr_d"), 0),
            "lr_g": (_per_setting(lr_g, "lr_g"), 0),
            "decay": (_per_setting(decay, "decay"), 0),
            "noise": (_per_setting(noise, "noise"), 0),
            "warm_up": (_warm_up(warm_up), 0),
        }
        lengths = {name: len(value) for name, (value, own) in arrays.items() if value.ndim > own}
        lengths |= {
            name: part.settings
            for name, part in (("sigma", shared), ("rule", how))
            if part.settings is not None
        }
        size = max(lengths.values(), default=1)
        for name, length in lengths.items():
            if length not in (1, size):
                raise ValueError(
                    f"{name}: expected 1 or {size} settings along the first axis, got {length}."
                )
        if shared.settings is not None and shared.settings < size:
            shared = shared.at(np.zeros(size, dtype=np.intp))
        whole = {
            name: np.broadcast_to(value, (size, *value.shape[value.ndim - own :])).copy()
            for name, (value, own) in arrays.items()
        }
        a = whole["lr_d"] * whole["decay"]
        endless = np.isinf(whole["warm_up"])
        if (endless & ~((a > 0) & (a < 2))).any():
            raise ValueError(
                "warm_up: expected a finite number where lr_d * decay is not in (0, 2)."
            )
        return cls(
            **whole, kernel=shared, update=as_update(update), rule=how, batched=bool(lengths)
        )

    def __len__(self) -> int:
        return len(self.lr_d)

    def at(self, rows: Rows) -> SimulationSettings:
        """Return some of the settings, as a batch."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        picked: dict[str, Any] = {
            name: v[rows] for name, v in values.items() if isinstance(v, np.ndarray)
        }
        return replace(self, kernel=self.kernel.at(rows), rule=self.rule.at(rows), **picked)

    @property
    def keep(self) -> Floats:
        """What the discriminator's steps of one round leave of it, (1 - a)^m, shape (B,)."""
        return (1 - self.lr_d * self.decay) ** self.rule.discriminator_steps

    @property
    def round_rate(self) -> Floats:
        """Weight with which one round sees its points: that of one step, or of m in a row."""
        return self.lr_d if self.rule.discriminator_steps == 1 else self.training(1)

    def training(self, rounds: ArrayLike) -> Floats:
        r"""Weight of something seen in each of some rounds: :math:`\eta_d \sum_{s<km} (1-a)^s`.

        ``rounds`` may be infinite where 0 < a < 2; the sum is then 1 / decay.
        """
        given = np.asarray(rounds, dtype=float) * self.rule.discriminator_steps
        k = np.broadcast_to(given, self.lr_d.shape)
        a = self.lr_d * self.decay
        with np.errstate(all="ignore"):
            slow = -np.expm1(k * np.log1p(-a))  # exact for tiny a too, where 1 - (1-a)^k is not
            left = np.where(np.isinf(k), 0.0, _power(1 - a, np.where(np.isinf(k), 0, k)))
            forgotten = np.where(a < 1, slow, 1 - left)
            return np.where(a > 0, forgotten / self.decay, self.lr_d * k)


def _power(base: Floats, exponent: Floats) -> Floats:
    """Whole powers of numbers of either sign, with 0 to the 0 equal to 1."""
    sign = np.where((base < 0) & (exponent % 2 == 1), -1.0, 1.0)
    power: Floats = sign * np.abs(base) ** exponent
    return power


def _masses(value: ArrayLike | None, name: str, count: int) -> Floats:
    """Masses of shape (n,) or (B, n); one number is the mass of each point."""
    mass = as_float_array(1 / count if value is None else value, name)
    if mass.ndim > 2 or (mass.ndim > 0 and mass.shape[-1] not in (1, count)):
        raise ValueError(
            f"{name}: expected one number, {count} numbers, or an array of shape (B, {count}) or "
            f"(B, 1), got shape {mass.shape}."
        )
    if mass.ndim == 1 and mass.shape != (count,):
        raise ValueError(f"{name}: expected {count} numbers, got shape {mass.shape}.")
    if (mass < 0).any():
        raise ValueError(f"{name}: expected masses of at least 0, got {mass.min()}.")
    return np.broadcast_to(mass, (*mass.shape[:-1], count))


def _per_setting(value: ArrayLike, name: str) -> Floats:
    numbers = positive_array(value, name, zero=True)
    if numbers.ndim > 1:
        raise ValueError(f"{name}: expected a number or shape (B,), got shape {numbers.shape}.")
    return numbers


def _warm_up(value: ArrayLike) -> Floats:
    steps = np.asarray(value)
    if steps.dtype.kind not in "iuf":
        raise TypeError(f"warm_up: expected a number of steps, got {value!r}.")
    steps = steps.astype(np.float64)
    if steps.ndim > 1:
        raise ValueError(f"warm_up: expected a number or shape (B,), got shape {steps.shape}.")
    if not ((steps >= 0) & (np.rint(steps) == steps)).all():
        raise ValueError(f"warm_up: expected whole numbers of at least 0, or inf, got {value!r}.")
    return steps
