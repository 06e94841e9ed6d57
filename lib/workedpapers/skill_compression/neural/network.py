"""Boundaries and codes guessed by a network, and what a guess costs.

The exact model sums over all segmentations. A network that looks at the frames around guesses, for
each step t, the probability b_t that a segment begins there and the distribution c_t of its skill;
a segmentation is drawn from these guesses (VTA: Kim, Ahn and Bengio 2019). With h(z, a) the
probability that a segment of skill z ends after a steps, an episode costs

    sum_t  KL(b_t | h(z, a)) + m_t [KL(c_t | p) + lambda E_c(-log p)] - log p(x_t | z_t)
    - log h(z_T, a_T),

with m_t the drawn boundary. Its mean over draws is the objective of the exact model for the best
guesses, and above it for all others. Draws are relaxed while learning (Gumbel softmax, straight
through), and hard when the cost is measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["Guess", "SegmentNetwork"]

WIDTH = 32
#: Frames around that a guess sees, on each side: three convolutions of five.
TINY = 1e-6


@dataclass(frozen=True)
class Guess:
    """What a pass over episodes gives.

    Parameters
    ----------
    cost : Tensor
        Objective of each episode, nats.
    boundary : Tensor
        Probability of a boundary at each step.
    code : Tensor
        Expected nats of code of each episode.
    """

    cost: Tensor
    boundary: Tensor
    code: Tensor


class SegmentNetwork(nn.Module):  # type: ignore[misc, unused-ignore]
    """Guesses, and the parameters of the skills.

    Parameters
    ----------
    symbols, skills, longest : int
        Numbers of symbols and skills; longest duration.
    """

    def __init__(self, symbols: int, skills: int, longest: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inside in (symbols, WIDTH, WIDTH):
            layers += [nn.Conv1d(inside, WIDTH, 5, padding=2), nn.ReLU()]
        self.look = nn.Sequential(*layers)
        self.boundary, self.code = nn.Conv1d(WIDTH, 1, 1), nn.Conv1d(WIDTH, skills, 1)
        self.share = nn.Parameter(torch.zeros(skills))
        self.emission = nn.Parameter(2.0 * torch.randn(skills, symbols))
        # Durations begin uniform: of those that reach a steps, one in D - a + 1 ends there.
        left = longest - torch.arange(1, longest + 1)
        self.hazard = nn.Parameter(-torch.log(left.clamp(1).float()).repeat(skills, 1))

    def hazards(self) -> Tensor:
        """Probability that a segment ends after each number of steps; surely after the most."""
        inside = torch.sigmoid(self.hazard[:, :-1]).clamp(TINY, 1 - TINY)
        return torch.cat([inside, torch.full_like(self.hazard[:, :1], 1 - TINY)], 1)

    def forward(
        self, frames: Tensor, price: float, *, heat: float = 1.0, trust: float = 1.0,
        hard: bool = False,
    ) -> Guess:  # fmt: skip
        """Draw a segmentation of each episode and price it.

        Parameters
        ----------
        frames : Tensor
            Symbols, of shape (episodes, steps).
        price : float
            Of a nat of code.
        heat : float
            Of the relaxed draws.
        trust : float
            Weight of all that is not frames; below 1 at the beginning of learning, when naming a
            skill costs more than it tells.
        hard : bool
            Whether draws are hard, and costs those of the draws.
        """
        shown = functional.one_hot(frames, self.emission.shape[1]).float()
        seen = self.look(shown.transpose(1, 2))
        begins = self.boundary(seen)[:, 0]
        guess = torch.log_softmax(self.code(seen), 1).transpose(1, 2)
        share, ends = torch.log_softmax(self.share, 0), self.hazards()
        emits = torch.log_softmax(self.emission, 1)[:, frames].permute(1, 2, 0)
        naming = (guess.exp() * (guess - (1 + price) * share)).sum(2)
        coding = -(guess.exp() * share).sum(2)
        if hard:
            drawn = torch.bernoulli(torch.sigmoid(begins))
            codes = functional.one_hot(
                torch.distributions.Categorical(logits=guess).sample(), len(share)
            )
            codes = codes.float()
        else:
            noise = torch.rand_like(begins).clamp(TINY, 1 - TINY)
            soft = torch.sigmoid((begins + torch.logit(noise)) / heat)
            drawn = (soft > 0.5).float() + soft - soft.detach()
            codes = functional.gumbel_softmax(guess, heat, hard=True, dim=2)
        likely = torch.sigmoid(begins).clamp(TINY, 1 - TINY)
        first = torch.zeros_like(ends[0]).index_fill(0, torch.tensor(0), 1.0)
        skill, age = codes[:, 0], first.expand(len(frames), -1)
        cost, code = trust * naming[:, 0] - (skill * emits[:, 0]).sum(1), coding[:, 0]
        for t in range(1, frames.shape[1]):
            over = ((skill @ ends) * age).sum(1).clamp(TINY, 1 - TINY)
            b, m = likely[:, t], drawn[:, t]
            ending = b * torch.log(b / over) + (1 - b) * torch.log((1 - b) / (1 - over))
            skill = m[:, None] * codes[:, t] + (1 - m[:, None]) * skill
            older = functional.pad(age[:, :-1], (1, 0))
            age = m[:, None] * first + (1 - m[:, None]) * older
            cost = cost + trust * (ending + m * naming[:, t]) - (skill * emits[:, t]).sum(1)
            code = code + m * coding[:, t]
        over = ((skill @ ends) * age).sum(1).clamp(TINY, 1 - TINY)
        return Guess(cost - trust * torch.log(over), torch.sigmoid(begins), code)
