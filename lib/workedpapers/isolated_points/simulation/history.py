r"""The discriminator as a sum over what it has seen: any kernel, any dimension.

Unrolled, with :math:`a = \eta_d \lambda` and :math:`W_k = \eta_d \sum_{s<k} (1-a)^s`, the update is

.. math:: f_k(x) = W_k \sum_i p_i K(x, x_i)
    - \eta_d \sum_{s<k} (1-a)^{s} \sum_j q_j K(x, y_j^{(s)}),

where :math:`y^{(s)}` are the generated points that the discriminator saw s steps ago. Old terms
shrink. Dropping all of age M or more leaves out at most

.. math:: \eta_d \, m \sup|K| \sum_{s \ge M} |1-a|^s
    = |1-a|^M \cdot \frac{\eta_d \, m \sup|K|}{1 - |1-a|}, \qquad m = \sum_j q_j,

and the last fraction is the scale of this sum, the most that it can ever be (:math:`m \sup|K| /
\lambda` for a up to 1). For the gradient the same holds with :math:`\sup\lVert\nabla K\rVert` in
place of :math:`\sup|K|`. A warm-up is only more of the same history. `memory` returns the least M
for which the factor :math:`|1-a|^M` is below `TOLERANCE`. Where :math:`|1-a| \ge 1`, as without
decay, nothing may be dropped.
"""

from __future__ import annotations

import numpy as np

from workedpapers.checks import Floats
from workedpapers.isolated_points.simulation.settings import SimulationSettings

__all__ = ["TOLERANCE", "History", "memory"]

TOLERANCE = 1e-12  # of the scale above


def memory(settings: SimulationSettings, steps: int) -> int:
    """Number of steps that must be remembered, the most over the settings; at most steps + 1."""
    left = float(np.abs(settings.keep).max())
    if left >= 1:
        return steps + 1
    needed = 1 if left == 0 else int(np.ceil(np.log(TOLERANCE) / np.log(left)))
    return max(1, min(needed, steps + 1))


class History:
    """State of the discriminators of several settings: a ring of the last M generated sets.

    Parameters
    ----------
    settings : B settings with N generated points in d dimensions.
    length : M, from `memory`.
    """

    def __init__(self, settings: SimulationSettings, length: int) -> None:
        self.settings, self.length = settings, length
        size, count, dimension = settings.generated.shape
        self.count: int = count
        self.true_count: int = settings.true.shape[1]  # the centres of the true points come first
        whole = self.true_count + length * count
        self.centres, self.weight = np.zeros((size, whole, dimension)), np.zeros((size, whole))
        self.centres[:, : self.true_count] = settings.true
        self.keep = settings.keep[:, None]
        self.seen = 0
        self.lost = np.zeros(size, dtype=bool)  # a history never loses a point
        if settings.warm_up.any():
            self._remember(settings.generated, *self._masses(settings.training(settings.warm_up)))
        self.masses = self._masses(settings.round_rate)

    def train(self, y: Floats) -> None:
        """One round of the discriminator in front of generated points of shape (B, N, d)."""
        self.weight[:, : self._used] *= self.keep
        self._remember(y, *self.masses)

    def _masses(self, weight: Floats) -> tuple[Floats, Floats]:
        """What a look of some weight adds at the true points and at the generated ones."""
        s = self.settings
        return weight[:, None] * s.true_mass, -weight[:, None] * s.generated_mass

    def _remember(self, y: Floats, at_true: Floats, at_generated: Floats) -> None:
        start = self.true_count + self.seen % self.length * self.count
        slot = slice(start, start + self.count)
        self.centres[:, slot] = y
        self.weight[:, slot] = at_generated
        self.weight[:, : self.true_count] += at_true
        self.seen += 1

    @property
    def _used(self) -> int:
        """Number of centres that have a weight."""
        return self.true_count + min(self.seen, self.length) * self.count

    def value(self, x: Floats) -> Floats:
        """The discriminators at points of shape (B, n, d), shape (B, n)."""
        used = self._used
        return self.settings.kernel.expansion(x, self.centres[:, :used], self.weight[:, :used])

    def gradient(self, y: Floats) -> Floats:
        """Gradient of the discriminators at points, shape (B, N, d)."""
        kernel, used = self.settings.kernel, self._used
        return kernel.expansion_gradient(y, self.centres[:, :used], self.weight[:, :used])
