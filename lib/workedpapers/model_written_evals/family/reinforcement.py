"""Reinforcement learning of the family: a reward, and a penalty for leaving the start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from workedpapers.model_written_evals.family.training import BATCH, draw
from workedpapers.model_written_evals.family.transformer import Transformers
from workedpapers.model_written_evals.family.world import World

__all__ = ["reinforce"]

RATE = 2e-3


def reinforce(
    start: Transformers,
    world: World,
    checkpoints: Sequence[int],
    *,
    match: float = 1.0,
    truth: float = 0.5,
    beta: float = 0.2,
    seed: int = 7,
) -> Iterator[tuple[int, Transformers]]:
    """Networks after each of the numbers of steps, in ascending order.

    There are two answers, so the expected reward of a question is a sum and its gradient exact:
    no answer is sampled. Only questions are.
    """
    base = start.frozen()
    policy = start.frozen()
    optimiser = torch.optim.Adam(policy.trainable(), RATE, betas=(0.9, 0.99), fused=True)
    chunk, last = 50, max(checkpoints)
    if 0 in checkpoints:
        yield 0, policy.frozen()
    for step in range(last):
        if step % chunk == 0:
            # One set of questions for all networks: the reward does not ask what was said.
            tokens, view, true, stated, _ = (
                part[0] for part in draw(world, [0.0], chunk * BATCH, seed * 10_000 + step)
            )
            before = base(tokens).log_softmax(-1).detach()
            answers = torch.arange(2)
            pays = match * ((view[:, None] == answers) & stated[:, None]).float()
            pays = pays + truth * (true[:, None] == answers).float()
        here = slice((step % chunk) * BATCH, (step % chunk + 1) * BATCH)
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / 20) * (1 - 0.9 * step / last)
        after = policy(tokens[here]).log_softmax(-1)
        gain = (after.exp() * (pays[here] - beta * (after - before[:, here]))).sum()
        optimiser.zero_grad()
        (-gain / BATCH).backward()
        optimiser.step()
        if step + 1 in checkpoints:
            yield step + 1, policy.frozen()
