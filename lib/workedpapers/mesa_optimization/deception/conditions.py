"""The paper's three conditions for deception, as what a planner believes and cares for."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from workedpapers.checks import positive_int, probability
from workedpapers.mesa_optimization.deception.episodes import deception_optimal

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["deception_conditions"]

NAMES = ("cares for later episodes", "knows of the selection", "expects it to end")


def _without_end(discount: float, detection: float, cooperation: float) -> bool:
    """Whether an agent defects that expects every episode to be a training episode.

    It meets the same choice for ever, so it makes the same choice for ever. To cooperate for ever
    is worth c / (1 - gamma); to defect for ever 1 / (1 - gamma (1 - delta)).
    """
    if discount == 1:
        # Without discount to cooperate is worth more than any bound, if it is worth anything.
        return cooperation == 0 or detection == 0
    for_ever = cooperation / (1 - discount)
    return 1 / (1 - discount * (1 - detection)) >= for_ever


def deception_conditions(
    *,
    training: int = 2,
    deployment: int = 3,
    discount: float = 0.95,
    detection: float = 1.0,
    cooperation: float = 0.0,
) -> pd.DataFrame:
    """What a planner does with and without each of the three conditions for deception.

    Parameters
    ----------
    training : int, default 2
        Number of training episodes.
    deployment : int, default 3
        Number of episodes after training.
    discount : float, default 0.95
        What an episode later is worth, where later episodes count at all.
    detection : float, default 1.0
        Probability that a defection in training leads to modification.
    cooperation : float, default 0.0
        What an episode of cooperation is worth for the agent's own objective; below 1.

    Returns
    -------
    pandas.DataFrame
        Eight rows: the three conditions, whether the planner defects in ``training`` and in
        ``deployment`` (while unmodified), and the ``reading``: "deceives", "always defects" or
        "never defects".

    Raises
    ------
    TypeError
        If a count is not a whole number.
    ValueError
        If a number is out of range.

    See Also
    --------
    deception_optimal : The plan where all three hold.

    Notes
    -----
    The conditions are those of the paper's section 4.1: the objective extends over changes of
    the parameters; the agent can model that it is selected for a base objective; it expects the
    threat of modification to go away. Here the first is the discount (0 if it is missing), the
    second the believed probability of detection (0), and the third the believed end of training
    (never).

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> mesa.deception_conditions()["reading"].value_counts().to_dict()
    {'always defects': 7, 'deceives': 1}
    """
    import pandas as pd

    training = positive_int(training, "training")
    deployment = positive_int(deployment, "deployment")
    probability(discount, "discount")
    rows = []
    for cares, knows, ends in product((True, False), repeat=3):
        believed = {
            "discount": discount if cares else 0.0,
            "detection": detection if knows else 0.0,
            "cooperation": cooperation,
        }
        found = deception_optimal(training=training, deployment=deployment, **believed)
        if ends:
            in_training, deployed = any(found.defects), True
        else:
            in_training = deployed = _without_end(**believed)
        reading = {
            (False, True): "deceives",
            (True, True): "always defects",
            (False, False): "never defects",
        }[in_training, deployed]
        rows.append((cares, knows, ends, in_training, deployed, reading))
    return pd.DataFrame(rows, columns=[*NAMES, "training", "deployment", "reading"])
