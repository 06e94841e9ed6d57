"""Pretraining: networks learn what interlocutors say."""

from __future__ import annotations

import math

import torch
from torch.nn import functional

from workedpapers.model_written_evals.family.transformer import Transformers
from workedpapers.model_written_evals.family.world import Questions, World

__all__ = ["BATCH", "STEPS", "draw", "pretrain"]

#: Steps of pretraining, and questions of each step and network.
STEPS, BATCH = 1500, 64
RATE = 3e-3
WARM_UP = 100


def draw(world: World, homophily: list[float], n: int, seed: int) -> tuple[torch.Tensor, ...]:
    """Questions and answers of each network's world: tokens, views, truths, stated, answers.

    Each has the networks on its first axis. Networks with one place in the list are shown other
    questions than those with another.
    """
    parts: list[list[torch.Tensor]] = [[], [], [], [], []]
    for place, h in enumerate(homophily):
        asked: Questions = world.questions(n, seed=1_000_003 * seed + place)
        said = world.answers(asked, h, seed=1_000_003 * seed + place + 500_000)
        values = (asked.tokens, asked.view, asked.truth, asked.stated, said)
        for part, value in zip(parts, values, strict=True):
            part.append(torch.from_numpy(value))
    return tuple(torch.stack(part) for part in parts)


def pretrain(
    width: int, seeds: list[int], homophily: list[float], world: World, *, steps: int = STEPS
) -> Transformers:
    """Train one network for each pair of a seed and a homophily, all of one width."""
    networks = Transformers.random(width, seeds, world.vocabulary)
    optimiser = torch.optim.Adam(networks.trainable(), RATE, betas=(0.9, 0.99), fused=True)
    chunk = 50  # steps whose questions are drawn at once
    for step in range(steps):
        if step % chunk == 0:
            tokens, _, _, _, said = draw(world, homophily, chunk * BATCH, 1 + step // chunk)
        here = slice((step % chunk) * BATCH, (step % chunk + 1) * BATCH)
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, steps)
        logits = networks(tokens[:, here])
        # A sum over networks: each has the gradient that it would have alone.
        loss = functional.cross_entropy(
            logits.reshape(-1, 2), said[:, here].reshape(-1), reduction="sum"
        )
        optimiser.zero_grad()
        (loss / BATCH).backward()
        optimiser.step()
    return networks.frozen()


def rate_at(step: int, steps: int) -> float:
    """Step size: a short rise, then half a cosine down to a twentieth."""
    fall = 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * step / steps))
    return RATE * min(1.0, (step + 1) / WARM_UP) * fall
