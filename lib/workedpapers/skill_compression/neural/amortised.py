"""The estimator that guesses segmentations by a network: `AmortisedModel`."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from workedpapers.checks import Floats, as_seed, positive, positive_int
from workedpapers.skill_compression.episodes.padded import Padded, symbol_episodes
from workedpapers.skill_compression.neural.network import SegmentNetwork
from workedpapers.skill_compression.segments.descriptions import entropy
from workedpapers.skill_compression.segments.families import Categorical, Emission
from workedpapers.skill_compression.segments.lattice import distinct_segments
from workedpapers.skill_compression.segments.skills import (
    Evidence,
    Skills,
    counts_of,
    objective_of,
)

__all__ = ["AmortisedModel"]

#: Heat of the relaxed draws at the beginning and at the end.
HOT, COLD = 1.0, 0.3
#: First weight of all that is not frames, and the share of learning in which it grows to 1.
TRUST, WARM = 0.05, 0.6
#: How many times as fast the parameters of skills move.
QUICK = 4.0
#: Hard draws of each episode that measure the objective.
DRAWS = 20
#: Longest step of a gradient.
CLIP = 5.0
USED = 0.01


class AmortisedModel:
    """Skills of coloured frames, with a network that guesses where segments begin.

    Parameters
    ----------
    n_skills, max_duration : int
        Most skills, longest segment.
    penalty : float
        Price of a nat of code.
    seed : int
        Of weights and draws.
    iterations, batch : int
        Steps of Adam, and episodes in each.
    rate : float
        Step size of Adam.

    Attributes
    ----------
    objective_ : float
        Objective of the fitted episodes with the network's guesses, nats an episode.
    exact_objective_ : float
        The same skills with exact sums in the place of the guesses; lower.
    code_length_ : float
        Of the exact sums: segments times the entropy of skills, nats an episode.
    n_skills_used_ : int
        Skills with more than 1% of the segments.
    history_ : list of float
        Mean cost of every hundredth batch while learning.

    See Also
    --------
    SegmentModel : Exact sums, and no network.

    Notes
    -----
    The objective of `SegmentModel` with emission "frame". What its optimum is above that of the
    exact model is the price of guessing and of gradient descent; ``exact_objective_`` tells them
    apart.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> frames = sc.simple_colors(episodes=40, seed=0).observations
    >>> model = sc.AmortisedModel(3, 4, iterations=5, seed=0).fit(frames)
    >>> model.objective_ > model.exact_objective_
    True
    """

    def __init__(
        self, n_skills: int = 10, max_duration: int = 8, penalty: float = 0.1, *, seed: int = 0,
        iterations: int = 2000, batch: int = 64, rate: float = 1e-2,
    ) -> None:  # fmt: skip
        self.n_skills = positive_int(n_skills, "n_skills")
        self.max_duration = positive_int(max_duration, "max_duration", least=2)
        self.penalty = positive(penalty, "penalty", zero=True)
        self.seed, self.iterations = as_seed(seed), positive_int(iterations, "iterations")
        self.batch, self.rate = positive_int(batch, "batch"), positive(rate, "rate")

    def fit(self, observations: Any) -> AmortisedModel:
        """Learn guesses and skills.

        Parameters
        ----------
        observations : ndarray or list of ndarray
            Symbols from 0 on, episodes of one length.

        Returns
        -------
        AmortisedModel
            Itself.

        Raises
        ------
        ValueError
            If episodes differ in length, or hold no symbols.
        """
        episodes = self._episodes(observations)
        symbols = int(episodes.values.max()) + 1
        longest = min(self.max_duration, episodes.values.shape[1])
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            self.network_ = SegmentNetwork(symbols, self.n_skills, longest)
            frames = torch.from_numpy(episodes.values)
            self.history_ = self._trained(frames)
            self.objective_ = self._measured(frames)
        family = Categorical(Emission.FRAME, symbols, symbols, longest)
        data = Evidence(distinct_segments(episodes, longest, with_context=False), family)
        self.exact_objective_ = objective_of(self.skills_, data) / episodes.total
        counted = counts_of(self.skills_, data).skill
        self.code_length_ = float(counted.sum()) / episodes.total * entropy(counted)
        self.n_skills_used_ = int((counted > USED * counted.sum()).sum())
        return self

    def boundaries(self, observations: Any) -> npt.NDArray[np.bool_]:
        """Whether the network guesses that a segment begins, at each step.

        Parameters
        ----------
        observations : ndarray or list of ndarray
            As in `fit`.

        Returns
        -------
        ndarray
            Booleans, of shape (episodes, steps).
        """
        if not hasattr(self, "network_"):
            raise ValueError("AmortisedModel: expected a fitted model, got one that is not.")
        frames = torch.from_numpy(self._episodes(observations).values)
        with torch.no_grad():
            guess = self.network_(frames, self.penalty, hard=True).boundary
        found = np.asarray(guess.numpy() > 0.5)
        found[:, 0] = True
        return found

    @property
    def skills_(self) -> Skills:
        """Shares, durations and emissions that were learned, as the exact model has them."""
        with torch.no_grad():
            ends = self.network_.hazards().double().numpy()
            share = torch.softmax(self.network_.share.double(), 0).numpy()
            table = torch.softmax(self.network_.emission.double(), 1).numpy()
        alive: Floats = np.cumprod(np.concatenate([np.ones_like(ends[:, :1]), 1 - ends], 1), 1)
        duration = np.maximum(alive[:, :-1] * ends, 1e-12)
        return Skills(share, duration / duration.sum(1, keepdims=True), table, penalty=self.penalty)

    @staticmethod
    def _episodes(observations: Any) -> Padded:
        episodes = symbol_episodes(observations, merge=False)
        if (episodes.lengths != episodes.lengths[0]).any():
            raise ValueError("observations: expected episodes of one length, got several.")
        return episodes

    def _trained(self, frames: Tensor) -> list[float]:
        # Skills, which have closed forms in EM, follow faster than the guesses; durations do not,
        # or they would settle on the many short segments that learning begins with.
        network = self.network_
        skills = [network.share, network.emission]
        guesses = [one for name, one in network.named_parameters()
                   if name not in ("share", "emission")]  # fmt: skip
        optimiser = torch.optim.Adam(
            [{"params": guesses}, {"params": skills, "lr": QUICK * self.rate}], self.rate
        )
        falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, self.iterations)
        history = []
        for step in range(self.iterations):
            rows = torch.randint(len(frames), (min(self.batch, len(frames)),))
            heat = HOT * (COLD / HOT) ** (step / self.iterations)
            trust = min(1.0, TRUST + (1 - TRUST) * step / (WARM * self.iterations))
            guess = self.network_(frames[rows], self.penalty, heat=heat, trust=trust)
            loss = guess.cost.mean()
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.network_.parameters(), CLIP)
            optimiser.step()
            falling.step()
            if step % 100 == 0:
                history.append(float(loss.detach()))
        return history

    def _measured(self, frames: Tensor) -> float:
        with torch.no_grad():
            costs = [
                self.network_(frames, self.penalty, hard=True).cost.mean() for _ in range(DRAWS)
            ]
        return float(torch.stack(costs).mean())
