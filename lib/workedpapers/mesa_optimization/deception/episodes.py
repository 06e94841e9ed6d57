"""The best plan of an agent that is trained for some episodes and deployed for others.

In each episode the agent either defects, that is follows its own objective and gains 1, or
cooperates, that is does what is wanted and gains less. In training a defection that is seen leads
to a modification, after which nothing is ever gained for the old objective.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from workedpapers.checks import positive_int, probability

__all__ = ["Deception", "Plan", "deception_optimal"]


class Plan(StrEnum):
    """What an agent does in training, if it defects in deployment.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> [plan.value for plan in mesa.Plan]
    ['deceive', 'defect', 'mixed']
    """

    DECEIVE = "deceive"
    DEFECT = "defect"
    MIXED = "mixed"


class Deception(NamedTuple):
    """The best plan and what it is compared with.

    Parameters
    ----------
    plan : Plan
        ``deceive``: cooperate in all of training; ``defect``: in none of it; or ``mixed``.
    payoffs : dict of str to float
        Expected gain for the agent's own objective of ``deceive`` and of ``defect``.
    value : float
        Expected gain of the best plan.
    defects : tuple of bool
        Whether the best plan defects, for each training episode while unmodified.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> mesa.deception_optimal(training=1, deployment=1).defects
    (True,)
    """

    plan: Plan
    payoffs: dict[str, float]
    value: float
    defects: tuple[bool, ...]


def deception_optimal(
    *,
    training: int = 2,
    deployment: int = 3,
    discount: float = 1.0,
    detection: float = 1.0,
    cooperation: float = 0.0,
) -> Deception:
    r"""Best plan of an agent whose objective differs from the one that it is trained for.

    Parameters
    ----------
    training : int, default 2
        Number of training episodes, at least 1.
    deployment : int, default 3
        Number of episodes after training, at least 0.
    discount : float, default 1.0
        What an episode later is worth, from 0 to 1.
    detection : float, default 1.0
        Probability that a defection in training leads to modification.
    cooperation : float, default 0.0
        What an episode of cooperation is worth for the agent's own objective, in units of a
        defection; below 1.

    Returns
    -------
    Deception
        The plan, its value, and what the two pure plans are worth.

    Raises
    ------
    TypeError
        If a count is not a whole number.
    ValueError
        If a number is out of range.

    See Also
    --------
    deception_conditions : The conditions under which it deceives.
    absent_minded : An agent that does not know whether it is in training.

    Notes
    -----
    With t episodes of training left, discount :math:`\gamma`, detection :math:`\delta`,

    .. math:: V_t = \max\{1 + \gamma (1 - \delta) V_{t-1},\; c + \gamma V_{t-1}\}, \qquad
        V_0 = 1 + \gamma + \dots + \gamma^{k-1},

    so that the agent defects while :math:`1 - c > \gamma\delta V_{t-1}`; where both are worth the
    same it defects. The example of the paper's section 4 has two episodes of training, three of
    deployment, no discount and certain modification; discount, detection and the worth of
    cooperation are ours.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> found = mesa.deception_optimal(training=2, deployment=3)
    >>> found.plan.value, found.payoffs
    ('deceive', {'deceive': 3.0, 'defect': 1.0})
    """
    training = positive_int(training, "training")
    deployment = positive_int(deployment, "deployment", least=0)
    discount, detection = probability(discount, "discount"), probability(detection, "detection")
    cooperation = probability(cooperation, "cooperation")
    if cooperation >= 1:
        raise ValueError(f"cooperation: expected a number below 1, got {cooperation}.")
    free = sum(discount**i for i in range(deployment))
    value = deceive = defect = float(free)
    defects: list[bool] = []
    for _ in range(training):
        kept = discount * (1 - detection)
        at_once, later = 1 + kept * value, cooperation + discount * value
        defects.insert(0, at_once >= later)
        value = max(at_once, later)
        deceive = cooperation + discount * deceive
        defect = 1 + kept * defect
    pure = Plan.DEFECT if all(defects) else Plan.DECEIVE
    plan = Plan.MIXED if len(set(defects)) > 1 else pure
    payoffs = {Plan.DECEIVE.value: deceive, Plan.DEFECT.value: defect}
    return Deception(plan, payoffs, value, tuple(defects))
