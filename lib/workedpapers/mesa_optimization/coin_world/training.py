"""Proximal policy optimisation in the coin world, all seeds of one setting side by side.

Each agent has random numbers of its own, so that an agent comes out the same whether it is
trained alone or among others.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from workedpapers.checks import Ints, Reals, positive, positive_int, probability
from workedpapers.mesa_optimization.coin_world.levels import Levels, coin_levels
from workedpapers.mesa_optimization.coin_world.world import World
from workedpapers.mesa_optimization.learning.adam import Adam
from workedpapers.mesa_optimization.learning.layers import (
    backward,
    forward,
    log_softmax,
    perceptron,
)

__all__ = ["CoinAgents", "CoinSettings", "policy_slope", "train_coin_agents"]

POOL = 16_384


@dataclass(frozen=True)
class CoinSettings:
    """Settings of the training in the coin world, checked once; see `train_coin_agents`."""

    share: float
    updates: int
    hidden: int
    batch: int
    length: int
    lr: float
    limit: int = 20
    gamma: float = 0.97
    trace: float = 0.95
    entropy: float = 0.02
    clip: float = 0.2
    epochs: int = 3
    parts: int = 2

    @classmethod
    def checked(
        cls, *, share: float, updates: int, hidden: int, batch: int, length: int, lr: float
    ) -> CoinSettings:
        """Check every argument; see `train_coin_agents`."""
        return cls(
            probability(share, "share"),
            positive_int(updates, "updates"),
            positive_int(hidden, "hidden"),
            positive_int(batch, "batch", least=2),
            positive_int(length, "length"),
            positive(lr, "lr"),
        )


@dataclass(frozen=True)
class CoinAgents:
    """Agents that were trained in the coin world, one for each seed.

    Parameters
    ----------
    parameters : list of ndarray
        Weights and biases, layer by layer; the leading axis counts agents.
    seeds : tuple of int
        Seed of each agent.
    share : float
        Share of training levels with the coin moved.
    steps : int
        Steps that each agent took in training.
    moved_episodes : ndarray, shape (agents,)
        How many episodes with a moved coin each agent finished.

    See Also
    --------
    train_coin_agents : What makes them.
    coin_outcomes : Where they go when the coin has moved.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> agents = mesa.train_coin_agents(0.0, seeds=[0, 1], updates=2)
    >>> agents.steps, len(agents.seeds)
    (1024, 2)
    """

    parameters: list[Reals] = field(repr=False)
    seeds: tuple[int, ...]
    share: float
    steps: int
    moved_episodes: Reals = field(repr=False)


def policy_slope(
    output: Reals, action: Ints, before: Reals, advantage: Reals, goal: Reals,
    *, clip: float, entropy: float,
) -> Reals:  # fmt: skip
    """Gradient of the loss by the network's output, shape (agents, batch, actions + 1).

    The loss of one agent is the mean over its batch of
    -min(r A, clip(r) A) - entropy H + (v - goal)^2 / 2, where r is the probability of the action
    over that which it had when it was taken.
    """
    log_p, value = log_softmax(output[..., :-1]), output[..., -1]
    p = np.exp(log_p)
    taken = np.take_along_axis(log_p, action[..., None], -1)[..., 0]
    ratio = np.exp(taken - before)
    # The clipped branch is flat; it holds where the ratio has gone far enough in A's direction.
    moving = np.where(advantage >= 0, ratio < 1 + clip, ratio > 1 - clip).astype(output.dtype)
    count = output.shape[1]
    weight = -(moving * ratio * advantage) / count  # dL / d log p(action)
    slope = np.empty_like(output)
    slope[..., :-1] = -weight[..., None] * p
    hit = np.take_along_axis(slope, action[..., None], -1) + weight[..., None]
    np.put_along_axis(slope, action[..., None], hit, -1)
    surprise = -(p * log_p).sum(-1, keepdims=True)  # H; dH / d score = -p (log p + H)
    slope[..., :-1] += entropy / count * p * (log_p + surprise)
    slope[..., -1] = (value - goal) / count
    return slope


def _advantages(
    reward: Reals, done: Reals, value: Reals, last: Reals, gamma: float, trace: float
) -> Reals:
    """Generalised advantages, shape (time, ...): A_t = delta_t + gamma trace A_{t+1}."""
    advantage = np.zeros_like(reward)
    following, carried = last, np.zeros_like(last)
    for t in range(len(reward) - 1, -1, -1):
        alive = 1 - done[t]
        delta = reward[t] + gamma * alive * following - value[t]
        carried = delta + gamma * trace * alive * carried
        advantage[t], following = carried, value[t]
    return advantage


class _Walks:
    """Walks of all agents through training levels, which go on from one update to the next."""

    def __init__(self, world: World, settings: CoinSettings, seeds: list[int]) -> None:
        self.world, self.settings = world, settings
        self.streams = [np.random.default_rng([seed, 23]) for seed in seeds]
        shape = (len(seeds), settings.batch)
        self.level = np.stack([s.integers(len(world.levels), size=shape[1]) for s in self.streams])
        self.age = np.stack([s.integers(settings.limit, size=shape[1]) for s in self.streams])
        self.cell = world.levels.start[self.level]
        self.moved_episodes = np.zeros(len(seeds))
        self._place_coin()

    def _place_coin(self) -> None:
        levels = self.world.levels
        self.moved = levels.rank[self.level] < self.settings.share
        self.coin = np.where(self.moved, levels.coin[self.level], levels.corner)

    def collect(self, parameters: list[Reals]) -> dict[str, Reals]:
        """One stretch of every walk, arrays with axes (time, agents, batch)."""
        levels, settings = self.world.levels, self.settings
        shape = (settings.length, settings.batch)
        noise = np.stack([s.gumbel(size=(*shape, 4)) for s in self.streams], 1)
        fresh = np.stack([s.integers(len(levels), size=shape) for s in self.streams], 1)
        names = ("seen", "action", "before", "reward", "done", "value")
        kept: dict[str, list[Reals]] = {name: [] for name in names}
        for t in range(settings.length):
            seen = self.world.observe(self.level, self.cell, self.coin)
            output, _ = forward(parameters, seen)
            log_p = log_softmax(output[..., :-1])
            action = (log_p + noise[t]).argmax(-1)
            self.cell = self.world.move(self.level, self.cell, action)
            reached = self.cell == self.coin
            self.age += 1
            done = reached | (self.age >= settings.limit)
            before = np.take_along_axis(log_p, action[..., None], -1)[..., 0]
            values = (seen, action, before, reached.astype(np.float32), done.astype(np.float32),
                      output[..., -1])  # fmt: skip
            for name, value in zip(names, values, strict=True):
                kept[name].append(value)
            self.moved_episodes += (done & self.moved).sum(1)
            self.level = np.where(done, fresh[t], self.level)
            self.cell = np.where(done, levels.start[self.level], self.cell)
            self.age = np.where(done, 0, self.age)
            self._place_coin()
        output, _ = forward(parameters, self.world.observe(self.level, self.cell, self.coin))
        found = {name: np.stack(values) for name, values in kept.items()}
        advantage = _advantages(
            found["reward"], found["done"], found["value"], output[..., -1],
            settings.gamma, settings.trace,
        )  # fmt: skip
        found["goal"] = advantage + found["value"]
        centred = advantage - advantage.mean((0, 2), keepdims=True)
        found["advantage"] = centred / (centred.std((0, 2), keepdims=True) + 1e-6)
        return found


def train_coin_agents(
    share: float,
    *,
    seeds: list[int],
    updates: int = 150,
    hidden: int = 32,
    batch: int = 32,
    length: int = 16,
    lr: float = 4e-3,
    levels: Levels | None = None,
) -> CoinAgents:
    """Train agents in the coin world, where a share of the levels has its coin moved.

    Parameters
    ----------
    share : float
        Share of the training levels whose coin is not in the corner.
    seeds : list of int
        One agent for each. An agent's seed fixes its weights at the start and its walks.
    updates : int, default 150
        Rounds of walking and learning. Each agent takes ``updates * batch * length`` steps.
    hidden : int, default 32
        Width of the two hidden layers.
    batch, length : int, default 32 and 16
        Walks side by side, and steps of each between two updates.
    lr : float, default 0.004
        Step length of Adam, which falls to 0 along a line.
    levels : Levels, optional
        Training levels; by default 16,384 of 5 by 5 cells, the same for all agents.

    Returns
    -------
    CoinAgents
        The trained agents.

    Raises
    ------
    TypeError
        If a count is not a whole number.
    ValueError
        If ``seeds`` is empty or a number is out of range.

    See Also
    --------
    coin_outcomes : Where they go when the coin has moved.

    Notes
    -----
    Reward 1 for the coin, which ends the episode; an episode lasts at most 20 steps. Proximal
    policy optimisation (Schulman et al. 2017) with 3 rounds over 2 parts of each batch, clip 0.2,
    discount 0.97, trace 0.95, entropy 0.02. The world and its settings are ours.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> agents = mesa.train_coin_agents(0.1, seeds=[0], updates=3)
    >>> agents.share, agents.steps
    (0.1, 1536)
    """
    settings = CoinSettings.checked(
        share=share, updates=updates, hidden=hidden, batch=batch, length=length, lr=lr
    )
    seeds = [positive_int(seed, "seeds", least=0) for seed in seeds]
    if not seeds:
        raise ValueError("seeds: expected one seed or more, got none.")
    world = World(coin_levels(POOL, seed=12345) if levels is None else levels)
    sizes = (world.inputs, hidden, hidden, 5)
    # About a quarter of the inputs are on, so the first layer starts twice as large.
    parameters = perceptron(sizes, seeds, gains=(2.8, 1.4, 0.1))
    walks = _Walks(world, settings, seeds)
    adam = Adam(settings.lr, clip=0.5, eps=1e-5)
    orders = [np.random.default_rng([seed, 29]) for seed in seeds]
    agent = np.arange(len(seeds))[:, None]
    for update in range(settings.updates):
        walked = {name: value.swapaxes(0, 1) for name, value in walks.collect(parameters).items()}
        for _ in range(settings.epochs):
            order = np.stack([o.permutation(settings.batch) for o in orders])
            for some in np.split(order, settings.parts, axis=1):
                chosen = {
                    name: value.swapaxes(1, 2)[agent, some].reshape(
                        len(seeds), -1, *value.shape[3:]
                    )
                    for name, value in walked.items()
                }
                output, inputs = forward(parameters, chosen["seen"])
                slope = policy_slope(
                    output, chosen["action"].astype(np.intp), chosen["before"], chosen["advantage"],
                    chosen["goal"], clip=settings.clip, entropy=settings.entropy,
                )  # fmt: skip
                gradients = backward(parameters, inputs, slope)
                adam.step(parameters, gradients, 1 - update / settings.updates)
    steps = settings.updates * settings.batch * settings.length
    return CoinAgents(parameters, tuple(seeds), settings.share, steps, walks.moved_episodes)
