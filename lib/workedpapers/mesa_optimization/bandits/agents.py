"""Recurrent agents for two-armed bandits, trained by policy gradients, many seeds at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from workedpapers.checks import Floats, Reals, positive, positive_int
from workedpapers.mesa_optimization.learning.adam import Adam
from workedpapers.mesa_optimization.learning.gated import (
    Memory,
    backward,
    cell,
    gated_network,
    outputs,
)
from workedpapers.mesa_optimization.learning.layers import log_softmax

__all__ = ["LAST", "BanditAgents", "task_list", "train_bandit_agents"]

#: What an agent is told of its last pull, by 2 arm + paid: the arm, whether it paid, that it was.
LAST = np.array([[1, 0, 0, 1], [1, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 1]], np.float32)


@dataclass(frozen=True)
class BanditAgents:
    """Recurrent agents, one for each seed.

    Parameters
    ----------
    parameters : list of ndarray
        Weights; the leading axis counts agents.
    seeds : tuple of int
        Seed of each agent.
    pulls : int
        Number of pulls of an episode.
    tasks : int
        On how many tasks each was trained; 0 for a fresh task in each episode.
    cue : int
        Length of the cue that tells the task; 0 for none.

    See Also
    --------
    train_bandit_agents : What makes them.
    bandit_agent_value : What they are worth, exactly.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> agents = mesa.train_bandit_agents(seeds=[0], updates=1)
    >>> agents.pulls, agents.tasks, agents.cue
    (10, 0, 0)
    """

    parameters: list[Reals] = field(repr=False)
    seeds: tuple[int, ...]
    pulls: int
    tasks: int
    cue: int

    @property
    def hidden(self) -> int:
        """Number of memory cells.

        Returns
        -------
        int
            Width of the recurrent layer.
        """
        return int(self.parameters[1].shape[1])


def task_list(seed: int, count: int, cue: int) -> tuple[Floats, Reals]:
    """An agent's training tasks, shape (count, 2), and their cues of plus and minus one half.

    Longer lists begin with the shorter ones.
    """
    rng = np.random.default_rng([seed, 41])
    signs = np.random.default_rng([seed, 43]).integers(0, 2, size=(count, cue)) - 0.5
    return rng.random((count, 2)), signs.astype(np.float32)


class _Tasks:
    """Draws the tasks and cues of each update, for each agent from numbers of its own."""

    def __init__(self, seeds: list[int], count: int, cue: int, batch: int) -> None:
        self.streams = [np.random.default_rng([seed, 47]) for seed in seeds]
        self.count, self.cue, self.batch = count, cue, batch
        if count:
            self.lists = [task_list(seed, count, cue) for seed in seeds]

    def draw(self, pulls: int) -> tuple[Floats, Reals, Reals, Floats]:
        """Chances (agents, batch, 2), cues, noise of the choices, and of the payments."""
        chances, cues = [], []
        for i, stream in enumerate(self.streams):
            if self.count:
                some = stream.integers(self.count, size=self.batch)
                chances.append(self.lists[i][0][some])
                cues.append(self.lists[i][1][some])
            else:
                chances.append(stream.random((self.batch, 2)))
                signs = stream.integers(0, 2, size=(self.batch, self.cue)) - 0.5
                cues.append(signs.astype(np.float32))
        noise = np.stack([s.gumbel(size=(pulls, self.batch, 2)) for s in self.streams], 1)
        luck = np.stack([s.random((pulls, self.batch)) for s in self.streams], 1)
        return np.stack(chances), np.stack(cues), noise, luck


def _slopes(scores: Reals, arm: Reals, advantage: Reals, goal: Reals, entropy: float) -> Reals:
    """Gradient by the outputs of the mean of -A log p(arm) - entropy H + (v - goal)^2 / 20."""
    log_p = log_softmax(scores[..., :2])
    p = np.exp(log_p)
    count = arm.size // arm.shape[1]  # pulls times episodes
    slope = np.empty_like(scores)
    hit = np.stack([1 - arm, arm], -1)
    slope[..., :2] = -advantage[..., None] * (hit - p)
    surprise = -(p * log_p).sum(-1, keepdims=True)
    slope[..., :2] += entropy * p * (log_p + surprise)
    slope[..., 2] = 0.1 * (scores[..., 2] - goal)
    return slope / np.float32(count)


def train_bandit_agents(
    *,
    seeds: list[int],
    pulls: int = 10,
    hidden: int = 16,
    updates: int = 800,
    batch: int = 128,
    lr: float = 8e-3,
    tasks: int = 0,
    cue: int = 0,
) -> BanditAgents:
    """Train recurrent agents on two-armed bandits whose arms pay with uniformly drawn chances.

    Parameters
    ----------
    seeds : list of int
        One agent for each. Each has random numbers of its own.
    pulls : int, default 10
        Pulls of an episode.
    hidden : int, default 16
        Number of memory cells.
    updates : int, default 800
        Number of updates, each on ``batch`` episodes.
    batch : int, default 128
        Episodes of an update.
    lr : float, default 0.008
        Step length of Adam, which falls along a line to a twentieth.
    tasks : int, default 0
        Train on this many tasks only, drawn once for each agent; 0 for a fresh one each time.
    cue : int, default 0
        Show a vector of this length, of random signs, that tells the task. With no fixed tasks
        it tells nothing.

    Returns
    -------
    BanditAgents
        The trained agents.

    Raises
    ------
    TypeError
        If a count is not a whole number.
    ValueError
        If ``seeds`` is empty or a number is out of range.

    See Also
    --------
    bandit_agent_value : The exact value of what they learned.

    Notes
    -----
    A learned reinforcement learner in the way of Duan et al. (RL squared, 2016) and Wang et al.
    (2016): the weights are fixed in an episode, and what is learned in it is in the memory. The
    agent sees payments; the gradient weighs a choice by the arm's true chance less the mean of
    both, which has the same mean and less noise. It is the simulator that knows it.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> mesa.train_bandit_agents(seeds=[0, 1], updates=2).hidden
    16
    """
    pulls, hidden = positive_int(pulls, "pulls"), positive_int(hidden, "hidden")
    updates, batch = positive_int(updates, "updates"), positive_int(batch, "batch")
    tasks, cue = positive_int(tasks, "tasks", least=0), positive_int(cue, "cue", least=0)
    lr = positive(lr, "lr")
    seeds = [positive_int(seed, "seeds", least=0) for seed in seeds]
    if not seeds:
        raise ValueError("seeds: expected one seed or more, got none.")
    parameters = gated_network(4 + cue, hidden, 2, seeds)
    source = _Tasks(seeds, tasks, cue, batch)
    adam = Adam(lr, clip=1.0, betas=(0.9, 0.99))
    for update in range(updates):
        left = 1 - update / updates
        chances, cues, noise, luck = source.draw(pulls)
        steps, scores, arms, gains = _episode(parameters, chances, cues, noise, luck)
        # What is still to come, which the value is to tell.
        goal = np.flip(np.flip(gains, 0).cumsum(0), 0)
        slopes = _slopes(scores, arms, goal - scores[..., 2], goal, 0.01 * left)
        adam.step(parameters, backward(parameters, steps, list(slopes)), max(left, 0.05))
    return BanditAgents(parameters, tuple(seeds), pulls, tasks, cue)


def _episode(
    parameters: list[Reals], chances: Floats, cues: Reals, noise: Reals, luck: Floats
) -> tuple[list[Memory], Reals, Reals, Reals]:
    """One batch of episodes: steps, outputs, arms and gains, with time as first axis."""
    shape = chances.shape[:2]
    last = np.zeros((*shape, 4), np.float32)
    h = np.zeros((*shape, parameters[1].shape[1]), np.float32)
    steps: list[Memory] = []
    scores, arms, gains = [], [], []
    for t in range(len(noise)):
        step = cell(parameters, np.concatenate([last, cues], -1), h)
        h = step.after
        score = outputs(parameters, h)
        arm = (score[..., :2] + noise[t]).argmax(-1)
        chance = np.take_along_axis(chances, arm[..., None], -1)[..., 0]
        last = LAST[2 * arm + (luck[t] < chance)]
        steps.append(step)
        scores.append(score)
        arms.append(arm)
        gains.append(chance - chances.mean(-1))
    return (
        steps, np.stack(scores), np.stack(arms).astype(np.float32),
        np.stack(gains).astype(np.float32),
    )  # fmt: skip
