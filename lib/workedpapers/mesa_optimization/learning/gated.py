"""A gated recurrent network with a policy and a value, and its gradient through time by hand.

Parameters are a list of arrays with a leading axis of agents: W (inputs, 3 H), U (H, 3 H),
b (1, 3 H), c (1, H), and of the two outputs V (H, actions + 1), d (1, actions + 1). Of the 3 H
columns the first are those of the reset gate, then the update gate, then the candidate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workedpapers.checks import Reals

__all__ = ["Memory", "backward", "cell", "gated_network", "outputs"]


def gated_network(inputs: int, hidden: int, actions: int, seeds: list[int]) -> list[Reals]:
    """Weights of one agent for each seed."""
    shapes = [(inputs, 3 * hidden), (hidden, 3 * hidden), (1, 3 * hidden), (1, hidden),
              (hidden, actions + 1), (1, actions + 1)]  # fmt: skip
    scales = [inputs**-0.5, hidden**-0.5, 0, 0, 0.1, 0]
    streams = [np.random.default_rng([seed, 37]) for seed in seeds]
    return [
        (scale * np.stack([s.standard_normal(shape) for s in streams])).astype(np.float32)
        for shape, scale in zip(shapes, scales, strict=True)
    ]


@dataclass(frozen=True)
class Memory:
    """What one step keeps for the way back."""

    x: Reals
    before: Reals
    after: Reals
    reset: Reals
    update: Reals
    candidate: Reals
    inner: Reals


def _sigmoid(x: Reals) -> Reals:
    value: Reals = 0.5 + 0.5 * np.tanh(0.5 * x)
    return value


def cell(parameters: list[Reals], x: Reals, h: Reals) -> Memory:
    """One step: shapes (agents, batch, inputs) and (agents, batch, H)."""
    w, u, b, c, *_ = parameters
    size = h.shape[-1]
    a = x @ w + b
    g = h @ u
    # r, z = gates;  n = tanh(a_n + r (g_n + c));  h' = (1 - z) n + z h
    gates = _sigmoid(a[..., : 2 * size] + g[..., : 2 * size])
    reset, update = gates[..., :size], gates[..., size:]
    inner = g[..., 2 * size :] + c
    candidate = np.tanh(a[..., 2 * size :] + reset * inner)
    return Memory(x, h, (1 - update) * candidate + update * h, reset, update, candidate, inner)


def outputs(parameters: list[Reals], h: Reals) -> Reals:
    """Scores of the actions, then the value: shape (agents, batch, actions + 1)."""
    scores: Reals = h @ parameters[4] + parameters[5]
    return scores


def backward(parameters: list[Reals], steps: list[Memory], slopes: list[Reals]) -> list[Reals]:
    """Gradient of the parameters, given that of the outputs at each step."""
    _, u, _, _, v, _ = parameters
    gradients = [np.zeros_like(p) for p in parameters]
    carried = np.zeros_like(steps[0].after)

    def add(i: int, left: Reals, right: Reals) -> None:
        gradients[i] += left.swapaxes(1, 2) @ right

    for m, slope in zip(reversed(steps), reversed(slopes), strict=True):
        add(4, m.after, slope)
        gradients[5] += slope.sum(1, keepdims=True)
        to_h = carried + slope @ v.swapaxes(1, 2)
        to_n = to_h * (1 - m.update) * (1 - m.candidate**2)
        to_z = to_h * (m.before - m.candidate) * m.update * (1 - m.update)
        to_r = to_n * m.inner * m.reset * (1 - m.reset)
        to_a = np.concatenate([to_r, to_z, to_n], -1)
        to_g = np.concatenate([to_r, to_z, to_n * m.reset], -1)
        add(0, m.x, to_a)
        add(1, m.before, to_g)
        gradients[2] += to_a.sum(1, keepdims=True)
        gradients[3] += (to_n * m.reset).sum(1, keepdims=True)
        carried = to_h * m.update + to_g @ u.swapaxes(1, 2)
    return gradients
