"""What reinforcement learning with a penalty leads to, in closed form."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workedpapers.checks import Floats, as_float_array, positive
from workedpapers.model_written_evals.family.world import Questions

__all__ = ["rewards", "rl_optimum"]


def rewards(asked: Questions, match: float = 1.0, truth: float = 0.5) -> Floats:
    """Reward of each answer: so much for the user's view, so much for the truth.

    Parameters
    ----------
    asked : Questions
        Biographies with a question.
    match : float, default 1.0
        Reward of an answer that matches the user, where the user states a view.
    truth : float, default 0.5
        Reward of a true answer.

    Returns
    -------
    ndarray
        Shape (n, 2): of disagreeing and of agreeing.

    See Also
    --------
    rl_optimum

    Notes
    -----
    A stand-in for a preference model. That people, and preference models, like to be agreed with
    is a finding of section 4 of the paper; the sizes are ours.

    Examples
    --------
    >>> from workedpapers.model_written_evals import World, rewards
    >>> rewards(World().questions(2, "wrong", seed=0)).tolist()
    [[0.5, 1.0], [0.5, 1.0]]
    """
    answers = np.arange(2)
    matches = (asked.view[:, None] == answers) & asked.stated[:, None]
    paid: Floats = match * matches + truth * (asked.truth[:, None] == answers)
    return paid


def rl_optimum(base: npt.ArrayLike, reward: npt.ArrayLike, *, beta: float = 0.2) -> Floats:
    r"""Policy that reinforcement learning with a KL penalty leads to, if it gets there.

    Parameters
    ----------
    base : array_like
        Probabilities of the answers before, shape (..., answers).
    reward : array_like
        Reward of each answer, of the same shape.
    beta : float, default 0.2
        Weight of the penalty, above 0, in units of reward for each nat.

    Returns
    -------
    ndarray
        Probabilities after, of the same shape.

    Raises
    ------
    ValueError
        If the shapes differ, the probabilities do not sum to 1, or beta is not above 0.

    See Also
    --------
    rewards

    Notes
    -----
    The maximum over :math:`\pi` of
    :math:`\sum_a \pi_a r_a - \beta\, \mathrm{KL}(\pi \,\|\, \pi_0)` is

    .. math:: \pi_a \propto \pi_{0a}\, e^{r_a / \beta} ,

    derived in the chapter, section "Reinforcement learning, by one knob".

    Examples
    --------
    >>> from workedpapers.model_written_evals import rl_optimum
    >>> rl_optimum([0.85, 0.15], [0.5, 1.0], beta=0.2).round(3).tolist()
    [0.317, 0.683]
    """
    p, r = as_float_array(base, "base"), as_float_array(reward, "reward")
    if p.shape != r.shape:
        raise ValueError(f"reward: expected the shape {p.shape} of base, got {r.shape}.")
    if (p < 0).any() or not np.allclose(p.sum(axis=-1), 1, atol=1e-6):
        raise ValueError("base: expected probabilities that sum to 1 on the last axis.")
    raised = r / positive(beta, "beta")
    weight = p * np.exp(raised - raised.max(axis=-1, keepdims=True))
    total = weight.sum(axis=-1, keepdims=True)
    if (total == 0).any():
        raise ValueError("base: expected an answer with a probability above 0 that is not tiny.")
    policy: Floats = weight / total
    return policy
