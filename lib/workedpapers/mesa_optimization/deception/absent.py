"""An agent that cannot tell training from deployment, and so defects with one probability."""

from __future__ import annotations

from typing import NamedTuple

from workedpapers.checks import positive_int, probability

__all__ = ["AbsentMinded", "absent_minded", "absent_minded_value"]


class AbsentMinded(NamedTuple):
    """The best probability of defecting, the same in every episode.

    Parameters
    ----------
    probability : float
        Of a defection.
    value : float
        Expected number of defections that are gained.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> mesa.AbsentMinded(0.5, 1.125).value
    1.125
    """

    probability: float
    value: float


def absent_minded_value(p: float, *, training: int = 2, deployment: int = 3) -> float:
    r"""Expected gain of defecting with one probability in every episode.

    Parameters
    ----------
    p : float
        Probability of a defection, from 0 to 1.
    training : int, default 2
        Number of training episodes, T; the first defection in them leads to modification.
    deployment : int, default 3
        Number of episodes after training, k.

    Returns
    -------
    float
        Expected number of defections.

    Raises
    ------
    TypeError
        If a count is not a whole number.
    ValueError
        If a number is out of range.

    See Also
    --------
    absent_minded : The best probability.

    Notes
    -----
    With q = 1 - p, training gains 1 unless there is no defection in it, and then deployment
    gains p in each episode:

    .. math:: E = 1 - q^T + k\,p\,q^T .

    Derived in the chapter, section "When is deception optimal?".

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> mesa.absent_minded_value(0.5)
    1.125
    """
    p = probability(p, "p")
    training = positive_int(training, "training")
    deployment = positive_int(deployment, "deployment", least=0)
    unseen = (1 - p) ** training
    return 1 - unseen + deployment * p * unseen


def absent_minded(*, training: int = 2, deployment: int = 3) -> AbsentMinded:
    r"""Best probability of defecting for an agent that does not know which episode it is in.

    Parameters
    ----------
    training : int, default 2
        Number of training episodes, T.
    deployment : int, default 3
        Number of episodes after training, k.

    Returns
    -------
    AbsentMinded
        The probability and its value.

    Raises
    ------
    TypeError
        If a count is not a whole number.
    ValueError
        If a count is out of range.

    See Also
    --------
    absent_minded_value : What any probability is worth.

    Notes
    -----
    The derivative of the gain vanishes at

    .. math:: p^* = 1 - \frac{T (k - 1)}{(T + 1) k},

    which is 5/9 for T = 2 and k = 3. The paper gives about 0.61 for its example. We could not
    derive that number from its rules, and leave it as an open discrepancy. Derived in the
    chapter, section "When is deception optimal?".

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> best = mesa.absent_minded(training=2, deployment=3)
    >>> round(best.probability, 4), round(best.value, 4)
    (0.5556, 1.1317)
    """
    t = positive_int(training, "training")
    k = positive_int(deployment, "deployment", least=0)
    # For k <= 1 deployment offers nothing more than one defection: take it at once.
    p = 1.0 if k <= 1 else 1 - t * (k - 1) / ((t + 1) * k)
    return AbsentMinded(p, absent_minded_value(p, training=t, deployment=k))
