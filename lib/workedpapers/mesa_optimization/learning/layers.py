"""A perceptron that gives a policy and a value, with its gradient by hand.

Parameters are lists ``[W, b, W, b, ..., W, b]``; the leading axis of each array counts agents.
The last layer has one output for each action and one for the value.
"""

from __future__ import annotations

import numpy as np

from workedpapers.checks import Reals

__all__ = ["backward", "forward", "log_softmax", "perceptron"]


def perceptron(sizes: tuple[int, ...], seeds: list[int], gains: tuple[float, ...]) -> list[Reals]:
    """Weights of one agent for each seed; layer i has the gain ``gains[i]``."""
    streams = [np.random.default_rng([seed, 17]) for seed in seeds]
    parameters: list[Reals] = []
    for n_in, n_out, gain in zip(sizes[:-1], sizes[1:], gains, strict=True):
        drawn = np.stack([stream.standard_normal((n_in, n_out)) for stream in streams])
        parameters.append((drawn * gain / np.sqrt(n_in)).astype(np.float32))
        parameters.append(np.zeros((len(seeds), 1, n_out), np.float32))
    return parameters


def forward(parameters: list[Reals], x: Reals) -> tuple[Reals, list[Reals]]:
    """Output of shape (agents, batch, outputs), and the input of every layer."""
    inputs = []
    for i in range(0, len(parameters), 2):
        if i:
            x = np.maximum(x, 0)
        inputs.append(x)
        x = x @ parameters[i]
        x += parameters[i + 1]
    return x, inputs


def backward(parameters: list[Reals], inputs: list[Reals], slope: Reals) -> list[Reals]:
    """Gradient of the parameters, given that of the output."""
    gradients: list[Reals] = []
    for i in range(len(parameters) - 2, -1, -2):
        x = inputs[i // 2]
        gradients[:0] = [x.transpose(0, 2, 1) @ slope, slope.sum(1, keepdims=True)]
        if i:
            slope = (slope @ parameters[i].transpose(0, 2, 1)) * (x > 0)
    return gradients


def log_softmax(scores: Reals) -> Reals:
    """Logarithms of the probabilities that the scores of the last axis stand for."""
    scores = scores - scores.max(-1, keepdims=True)
    shifted: Reals = scores - np.log(np.exp(scores).sum(-1, keepdims=True))
    return shifted
