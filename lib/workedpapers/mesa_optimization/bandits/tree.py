"""The exact value of a recurrent agent: walk all that can happen to it."""

from __future__ import annotations

import numpy as np

from workedpapers.checks import Floats, Reals, as_float_array
from workedpapers.mesa_optimization.bandits.agents import LAST, BanditAgents
from workedpapers.mesa_optimization.learning.gated import cell, outputs
from workedpapers.mesa_optimization.learning.layers import log_softmax

__all__ = ["bandit_agent_value"]

#: More nodes than this at the last pull are refused.
_LARGEST = 2**22


def bandit_agent_value(
    agents: BanditAgents,
    *,
    sampled: bool = False,
    chances: Floats | None = None,
    cues: Reals | None = None,
) -> Floats:
    """Exact expected number of payments of recurrent agents.

    Parameters
    ----------
    agents : BanditAgents
        The agents.
    sampled : bool, default False
        Whether arms are drawn from the policy; otherwise the likelier arm is taken. It matters:
        a trained policy that is drawn from still explores at random.
    chances : array_like, shape (agents, tasks, 2), optional
        Tasks on which to score each agent; by default the mean over uniform chances.
    cues : array_like, shape (agents, tasks, cue), optional
        Cues that are shown; required if the agents take one.

    Returns
    -------
    ndarray, shape (agents,)
        Expected payments, the mean over the tasks where they are given.

    Raises
    ------
    TypeError
        If numbers are not real.
    ValueError
        If shapes do not fit, cues are missing, or the tree is too large.

    See Also
    --------
    bayes_bandit_value : The best that can be had.

    Notes
    -----
    The likelier arm makes a tree with two branches at each pull, whether it pays or not; drawn
    arms make four. Nothing is simulated, so the value has no error. Derived in the chapter,
    section "A learned reinforcement learner".

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> agents = mesa.train_bandit_agents(seeds=[0], updates=1, pulls=4)
    >>> bool(2 <= mesa.bandit_agent_value(agents)[0] <= mesa.bayes_bandit_value(pulls=4))
    True
    """
    count = len(agents.seeds)
    if cues is None:
        if agents.cue:
            raise ValueError(f"cues: expected cues of length {agents.cue}, got none.")
        width = 1 if chances is None else np.shape(chances)[1]
        cues = np.zeros((count, width, 0), np.float32)
    shown = as_float_array(cues, "cues", ndim=3, empty=True).astype(np.float32)
    if shown.shape[0] != count or shown.shape[2] != agents.cue:
        raise ValueError(f"cues: expected shape ({count}, tasks, {agents.cue}), got {shown.shape}.")
    known = None
    if chances is not None:
        known = as_float_array(chances, "chances", ndim=3)
        if known.shape != (count, shown.shape[1], 2):
            raise ValueError(
                f"chances: expected shape ({count}, {shown.shape[1]}, 2), got {known.shape}."
            )
    nodes = shown.shape[1] * (4 if sampled else 2) ** (agents.pulls - 1)
    if nodes > _LARGEST:
        raise ValueError(f"agents: expected a tree of at most {_LARGEST:,} leaves, got {nodes:,}.")
    return _walk(agents, shown, known, sampled)


def _walk(agents: BanditAgents, cues: Reals, known: Floats | None, sampled: bool) -> Floats:
    """Sum over pulls of probability of a node times chance of the arm that is taken there."""
    count, tasks = cues.shape[:2]
    agent = np.arange(count)[:, None]
    task = np.broadcast_to(np.arange(tasks), (count, tasks))  # of each node
    weight = np.ones((count, tasks))
    paid = np.zeros((count, tasks, 2))
    unpaid = np.zeros((count, tasks, 2))
    last = np.zeros((count, tasks, 4), np.float32)
    h = np.zeros((count, tasks, agents.hidden), np.float32)
    total = np.zeros(count)
    for t in range(agents.pulls):
        h = cell(agents.parameters, np.concatenate([last, cues[agent, task]], -1), h).after
        score = outputs(agents.parameters, h)[..., :2]
        policy = np.exp(log_softmax(score)) if sampled else np.eye(2)[score.argmax(-1)]
        chance = (paid + 1) / (paid + unpaid + 2) if known is None else known[agent, task]
        total += (weight[..., None] * policy * chance).sum((1, 2))
        if t == agents.pulls - 1:
            break
        branches = [0, 1] if sampled else [None]
        parts: list[tuple[np.ndarray, ...]] = []
        for branch in branches:
            arm = np.full(weight.shape, branch) if branch is not None else score.argmax(-1)
            taken = np.take_along_axis(policy, arm[..., None], -1)[..., 0]
            p = np.take_along_axis(chance, arm[..., None], -1)[..., 0]
            one = np.eye(2)[arm]
            parts.append((weight * taken * p, paid + one, unpaid, LAST[2 * arm + 1], h, task))
            parts.append((weight * taken * (1 - p), paid, unpaid + one, LAST[2 * arm], h, task))
        joined = (np.concatenate(part, 1) for part in zip(*parts, strict=True))
        weight, paid, unpaid, last, h, task = joined
    mean: Floats = total / tasks
    return mean
