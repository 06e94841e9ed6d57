r"""Discriminators under any update rule: each coefficient passes through the rule's filter.

A discriminator is a sum of bumps K(., z) and, with a gradient penalty or consensus, of dipoles
:math:`m\cdot\partial_z K(\cdot, z)`. Its gradient in the space of the kernel is

.. math:: D(f) = \sum_i p_i K(\cdot, x_i) - \sum_j q_j K(\cdot, y_j) - \lambda f
    - \sum_i \gamma p_i\, \nabla f(x_i)\cdot\partial_x K(\cdot, x_i),

the last sum from a penalty :math:`\frac\gamma2\sum_i p_i\lVert\nabla f(x_i)\rVert^2`. Consensus of
strength c makes it :math:`(1 + c\lambda) D - c\sum_j q_j^2\, \nabla f(y_j)\cdot\partial_y
K(\cdot, y_j)`, and adds to what pulls a generated point :math:`c\,\nabla D(y_j) - c\, q_j
\nabla^2 f(y_j)\nabla f(y_j)`.

All of this is linear in the coefficients of bumps and dipoles, so the filter
:math:`f' = f + \eta_d(\alpha D + \beta m)`, :math:`m' = \gamma m + D` acts on each. A coefficient
therefore has three rows: of f, of its memory m, and of the look ahead that extragradient takes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from workedpapers.checks import Floats
from workedpapers.isolated_points.kernels import Gaussian
from workedpapers.isolated_points.rules import Optimiser
from workedpapers.isolated_points.simulation.history import TOLERANCE
from workedpapers.isolated_points.simulation.lattice import SPACING, STEPS, UNIT, Nodes
from workedpapers.isolated_points.simulation.settings import SimulationSettings

__all__ = ["Filtered", "FilteredHistory", "FilteredLattice", "filtered_memory"]

F, M, AHEAD = 0, 1, 2  # rows of a coefficient: f, its memory, and the look ahead


class Filtered(ABC):
    """Discriminators of several settings under a rule with memory, looks, penalty or consensus."""

    def __init__(self, settings: SimulationSettings) -> None:
        self.settings = settings
        rule = settings.rule
        self.on = rule.filters[0]
        self.penalty = np.broadcast_to(rule.gradient_penalty, len(settings))[:, None]
        self.consensus = np.broadcast_to(rule.consensus, len(settings))[:, None]
        self.penalised, self.agrees = bool(self.penalty.any()), bool(self.consensus.any())

    @abstractmethod
    def value(self, x: Floats, row: int = F) -> Floats:
        """The discriminators at points of shape (B, n, d), shape (B, n)."""

    @abstractmethod
    def gradient(self, y: Floats, row: int = F) -> Floats:
        """Gradient of the discriminators at points, shape (B, N, d)."""

    @property
    @abstractmethod
    def lost(self) -> NDArray[np.bool_]:
        """Which settings cannot be followed any more, shape (B,)."""

    @abstractmethod
    def _coefficients(self) -> list[Floats]:
        """All coefficients, each of shape (3, B, ...)."""

    @abstractmethod
    def _place(self, y: Floats) -> None:
        """Make room for bumps at new points."""

    @abstractmethod
    def _add(self, row: int, y: Floats, amount: Floats, dipoles: dict[str, Floats]) -> None:
        """Add ``amount``, shape (B,), of a look at points y, and dipoles, to a row."""

    def train(self, y: Floats) -> None:
        """One round of the discriminator in front of generated points."""
        self._place(y)
        for _ in range(self.settings.rule.discriminator_steps):
            self._step(y, F, F)

    def look(self, y: Floats) -> None:
        """Look ahead: where a step in front of these points would lead."""
        self._place(y)
        self._step(y, F, AHEAD)

    def correct(self, y: Floats) -> None:
        """Step from f with the gradient that the look ahead has."""
        self._place(y)
        self._step(y, AHEAD, F)

    def pull(self, y: Floats) -> Floats:
        """What a generated point of mass 1 climbs: the gradient, with consensus more."""
        return self.gradient(y)

    def _step(self, y: Floats, source: int, target: int) -> None:
        s, on = self.settings, self.on
        dipoles: dict[str, Floats] = {}
        if self.penalised:
            strength = (self.penalty * s.true_mass)[..., None]
            dipoles["true"] = -strength * self.gradient(s.true, source)
        if self.agrees:
            strength = (self.consensus * s.generated_mass**2)[..., None]
            dipoles["generated"] = -strength * self.gradient(y, source)
        more = 1 + self.consensus[:, 0] * s.decay
        for c in self._coefficients():
            # Of bumps and dipoles that are there, D is -lambda f:
            #     f' = f + eta_d (alpha D + beta m),   m' = gamma m + D
            D = _like(c, -more * s.decay) * c[source]
            moved = c[F] + _like(c, s.lr_d * on.gain) * D
            if s.rule.has_memory:
                moved += _like(c, s.lr_d * on.carry) * c[M]
                c[M] = _like(c, on.keep) * c[M] + D
            c[target] = moved
        self._add(target, y, more * s.lr_d * on.gain, _times(dipoles, s.lr_d * on.gain))
        if s.rule.has_memory:
            self._add(M, y, more, dipoles)

    def _begin(self) -> None:
        """Warm up in front of the starting points."""
        s = self.settings
        counted = np.where(np.isinf(s.warm_up), 0, s.warm_up).astype(int)
        self._place(s.generated)
        for k in range(counted.max()):
            for _ in range(s.rule.discriminator_steps):
                self._step(s.generated, F, F)
            for c in self._coefficients():  # those with fewer steps begin later
                c[:, k < counted.max() - counted] = 0
        endless = np.isinf(s.warm_up)
        if endless.any():
            weight = np.divide(1, s.decay, out=np.zeros_like(s.decay), where=endless)
            self._add(F, s.generated, weight, self._resting_dipoles(weight))

    def _resting_dipoles(self, weight: Floats) -> dict[str, Floats]:
        """Dipoles of a discriminator that has come to rest, where ``weight`` is 1 / decay.

        With strengths w at places z they are c_i = -(w_i / decay) grad f(z_i), f being the sum
        of the bumps and of the dipoles themselves: a linear system.
        """
        s = self.settings
        if self.penalised:
            name, z, strength = "true", s.true, self.penalty * s.true_mass
        elif self.agrees:
            share = self.consensus / (1 + self.consensus * s.decay[:, None])
            name, z, strength = "generated", s.generated, share * s.generated_mass**2
        else:
            return {}
        strength = strength * weight[:, None]
        bumps = s.kernel.expansion_gradient(z, s.true, s.true_mass)
        bumps -= s.kernel.expansion_gradient(z, s.generated, s.generated_mass)
        bumps *= weight[:, None, None]
        size, count, dim = z.shape
        columns = []
        for unit in np.eye(count * dim).reshape(-1, count, dim):
            field = s.kernel.dipole_gradient(z, z, np.broadcast_to(unit, z.shape))
            columns.append((strength[..., None] * field).reshape(size, -1))
        system = np.eye(count * dim) + np.stack(columns, axis=-1)
        right = -(strength[..., None] * bumps).reshape(size, -1, 1)
        return {name: np.asarray(np.linalg.solve(system, right), dtype=float).reshape(z.shape)}


def _like(coefficient: Floats, number: Floats) -> Floats:
    """A number for each setting, to multiply a row of a coefficient of shape (3, B, ...)."""
    size, *rest = coefficient.shape[1:]
    return np.broadcast_to(number, size).reshape(size, *(1,) * len(rest))


def _times(dipoles: dict[str, Floats], factor: Floats) -> dict[str, Floats]:
    factor = np.reshape(factor, (-1, 1, 1))
    return {name: factor * moment for name, moment in dipoles.items()}


def filtered_memory(settings: SimulationSettings, rounds: int) -> int:
    """Number of rounds that must be remembered, at most rounds + 1.

    The least after which what is left of a bump, in f and in the memory, stays below `TOLERANCE` of
    the most that there was of it.
    """
    s, (gain, carry, keep) = settings, settings.rule.filters[0]
    a = s.lr_d * s.decay
    if s.rule.optimiser == Optimiser.EXTRAGRADIENT:
        gain, carry, keep = 1 - a, 0 * a, 0 * a  # f' = f - a (1 - a) f
    f, m = np.ones(len(s)) * gain, np.ones(len(s))  # m in units of eta_d
    most = np.hypot(f, m)
    for k in range(1, rounds + 1):
        for _ in range(s.rule.discriminator_steps):
            f, m = f - gain * a * f + carry * m, keep * m - a * f
        size = np.hypot(f, carry * m)
        most = np.maximum(most, size)
        if (size <= TOLERANCE * most).all():
            return k
    return rounds + 1


class FilteredHistory(Filtered):
    """Any kernel, any dimension: bumps at the last sets of points that were looked at.

    ``length`` is the number of looks that are remembered.
    """

    def __init__(self, settings: SimulationSettings, length: int) -> None:
        super().__init__(settings)
        size, count, dim = settings.generated.shape
        self.trail = np.zeros((size, length, count, dim))
        self.age_weight = np.zeros((3, size, length))
        self.true_weight = np.zeros((3, size))
        self.dipoles = np.zeros((3, *settings.true.shape)) if self.penalised else None
        self.looks = 0
        if settings.warm_up.any():
            self._begin()

    @property
    def lost(self) -> NDArray[np.bool_]:
        """A history never loses a point."""
        return np.zeros(len(self.settings), dtype=bool)

    def value(self, x: Floats, row: int = F) -> Floats:  # noqa: D102
        s = self.settings
        total = s.kernel.expansion(x, s.true, self.true_weight[row, :, None] * s.true_mass)
        if self.looks:
            total -= s.kernel.expansion(x, *self._generated(row))
        if self.dipoles is not None:
            total += s.kernel.dipoles(x, s.true, self.dipoles[row])
        return total

    def gradient(self, y: Floats, row: int = F) -> Floats:  # noqa: D102
        s = self.settings
        pull = s.kernel.expansion_gradient(y, s.true, self.true_weight[row, :, None] * s.true_mass)
        if self.looks:
            pull -= s.kernel.expansion_gradient(y, *self._generated(row))
        if self.dipoles is not None:
            pull += s.kernel.dipole_gradient(y, s.true, self.dipoles[row])
        return pull

    def _generated(self, row: int) -> tuple[Floats, Floats]:
        size, length, count, dim = self.trail.shape
        used = min(self.looks, length)
        weight = self.age_weight[row, :, :used, None] * self.settings.generated_mass[:, None, :]
        return self.trail[:, :used].reshape(size, used * count, dim), weight.reshape(size, -1)

    def _coefficients(self) -> list[Floats]:
        held = [self.age_weight, self.true_weight]
        return held if self.dipoles is None else [*held, self.dipoles]

    def _place(self, y: Floats) -> None:
        self.slot = self.looks % self.age_weight.shape[2]
        self.trail[:, self.slot] = y
        self.age_weight[:, :, self.slot] = 0
        self.looks += 1

    def _add(self, row: int, y: Floats, amount: Floats, dipoles: dict[str, Floats]) -> None:
        self.age_weight[row, :, self.slot] += amount
        self.true_weight[row] += amount
        if self.dipoles is not None:
            self.dipoles[row] += dipoles["true"]


class _FilteredNodes(Nodes):
    """Coefficients on the nodes of one Gaussian.

    ``field`` has the rows f, m and look ahead, and a fourth with the bumps of the true points.
    """

    def __init__(self, settings: SimulationSettings, weight: float, gaussian: Gaussian) -> None:
        super().__init__(settings, gaussian, rows=4)
        self.weight = weight
        self.locate(settings.true[..., 0])
        self.deposit(3, settings.true_mass)

    def value_at(self, y: Floats, row: int) -> Floats:
        return self.weight * self._sum(y, row)

    def slope_at(self, y: Floats, row: int) -> Floats:
        # g'(t) = -2 t g(t), in units of sigma
        self.locate(y)
        return self.weight * self._sum(y, row, -2 * self._arms()) / self.sigma

    def bend_at(self, y: Floats, row: int) -> Floats:
        # g''(t) = (4 t^2 - 2) g(t), in units of sigma^2
        self.locate(y)
        return self.weight * self._sum(y, row, 4 * self._arms() ** 2 - 2) / self.sigma**2

    def add(self, row: int, y: Floats, amount: Floats) -> None:
        """Add one look: the true points' bumps less those of generated points at y."""
        self.field[row] += amount[:, None] * self.field[3]
        self.locate(y)
        self.deposit(row, -amount[:, None] * self.settings.generated_mass)

    def add_dipoles(self, row: int, y: Floats, moment: Floats) -> None:
        # m d/dz K(x, z) = c sum_u g(x - u) m g'(z - u)
        self.locate(y)
        amount = -2 * self._arms() * self.value * (UNIT * moment / self.sigma).reshape(-1, 1)
        np.add.at(self.field[row].reshape(-1), self.index.ravel(), amount.ravel())

    def _arms(self) -> Floats:
        return self.offset[:, None] - SPACING * STEPS

    def _sum(self, y: Floats, row: int, factor: Floats | float = 1.0) -> Floats:
        """Sum over the nodes around each point, of one row, shape (B, N)."""
        self.locate(y)
        near = self.field[row].reshape(-1).take(self.index)
        total: Floats = np.einsum("pk,pk->p", near, self.value * factor).reshape(y.shape)
        return total


class FilteredLattice(Filtered):
    """Sums of Gaussians on a line, on the nodes of module `lattice`; all rules.

    Here every step touches all nodes, because each rule mixes the rows. A setting whose points
    leave the longest lattice is lost.
    """

    def __init__(self, settings: SimulationSettings, parts: list[tuple[float, Gaussian]]) -> None:
        super().__init__(settings)
        self.scales = [_FilteredNodes(settings, weight, gaussian) for weight, gaussian in parts]
        self.flat: list[tuple[Floats, Floats]] = []
        if settings.warm_up.any():
            self._begin()

    @property
    def lost(self) -> NDArray[np.bool_]:
        """Which settings have left the longest lattice, shape (B,)."""
        lost = self.scales[0].lost
        for scale in self.scales[1:]:
            lost = lost | scale.lost
        return lost

    def value(self, x: Floats, row: int = F) -> Floats:  # noqa: D102
        points = self._flat(x)
        return _total([scale.value_at(points, row) for scale in self.scales])

    def gradient(self, y: Floats, row: int = F) -> Floats:  # noqa: D102
        points = self._flat(y)
        return _total([scale.slope_at(points, row) for scale in self.scales])[..., None]

    def pull(self, y: Floats) -> Floats:  # noqa: D102
        slope = self.gradient(y)
        if not self.agrees:
            return slope
        # c grad D(y_j) - c q_j f''(y_j) f'(y_j), with D = sum p K - sum q K - lambda f
        s = self.settings
        points = self._flat(y)
        bend = _total([scale.bend_at(points, F) for scale in self.scales])[..., None]
        witness = s.kernel.expansion_gradient(y, s.true, s.true_mass)
        witness -= s.kernel.expansion_gradient(y, y, s.generated_mass)
        toward_rest = witness - s.decay[:, None, None] * slope
        c, q = self.consensus[..., None], s.generated_mass[..., None]
        return slope + c * (toward_rest - q * bend * slope)

    def _coefficients(self) -> list[Floats]:
        return [scale.field[:3] for scale in self.scales]

    def _place(self, y: Floats) -> None:
        points = self._flat(y)
        for scale in self.scales:
            scale.locate(points)

    def _add(self, row: int, y: Floats, amount: Floats, dipoles: dict[str, Floats]) -> None:
        where = {"true": self.settings.true, "generated": y}
        points = self._flat(y)
        for scale in self.scales:
            scale.add(row, points, amount)
            for name, moment in dipoles.items():
                scale.add_dipoles(row, self._flat(where[name]), moment[..., 0])

    def _flat(self, y: Floats) -> Floats:
        """Points without their one coordinate; the same array for the same points."""
        for given, flat in self.flat:
            if given is y:
                return flat
        self.flat = [(y, y[..., 0]), *self.flat[:2]]
        return self.flat[0][1]


def _total(parts: list[Floats]) -> Floats:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total
