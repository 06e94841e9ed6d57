"""Adam for a stack of agents: every array has a leading axis of agents."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from workedpapers.checks import Reals

__all__ = ["Adam"]


@dataclass
class Adam:
    """Adam with a bound on the length of each agent's gradient.

    Parameters
    ----------
    lr : float
        Step length at the start.
    clip : float
        An agent's gradient is shortened to this length where it is longer.
    betas : tuple of float
        Memory of the mean and of the square of the gradient.
    eps : float
        Added to the root of the second, so that nothing is divided by 0.

    Notes
    -----
    Kingma and Ba, ICLR 2015.
    """

    lr: float
    clip: float
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    steps: int = 0
    first: list[Reals] = field(default_factory=list)
    second: list[Reals] = field(default_factory=list)

    def step(self, parameters: list[Reals], gradients: list[Reals], share: float = 1.0) -> None:
        """Move the parameters in place, by ``share`` of the step length."""
        if not self.first:
            self.first = [np.zeros_like(p) for p in parameters]
            self.second = [np.zeros_like(p) for p in parameters]
        self.steps += 1
        one, two = self.betas
        square = sum((g.reshape(len(g), -1) ** 2).sum(1) for g in gradients)
        shorten = np.minimum(1, self.clip / (np.sqrt(square) + 1e-8))
        lr = share * self.lr / (1 - one**self.steps)
        for p, g, m, v in zip(parameters, gradients, self.first, self.second, strict=True):
            g = g * shorten.reshape(-1, *[1] * (g.ndim - 1))
            # m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) g^2,   p <- p - lr m / sqrt(v)
            m *= one
            m += (1 - one) * g
            v *= two
            v += (1 - two) * g * g
            p -= (lr * m / (np.sqrt(v / (1 - two**self.steps)) + self.eps)).astype(p.dtype)
