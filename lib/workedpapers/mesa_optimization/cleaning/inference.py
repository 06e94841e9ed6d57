"""Inverse reinforcement learning by Bayes: which of the known objectives a walk tells of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workedpapers.checks import one_of, positive, probability
from workedpapers.mesa_optimization.cleaning.planners import (
    Objective,
    action_values,
    believed,
    checked_dust,
    plan_in_room,
)
from workedpapers.mesa_optimization.cleaning.room import (
    START,
    RoomState,
    Shift,
    after,
    room_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

__all__ = ["objective_posterior"]


def objective_posterior(
    objective: Objective | str,
    *,
    dust: Iterable[int] = (2, 6, 8),
    shift: Shift | str = "training",
    horizon: int = 12,
    discount: float = 0.9,
    sharpness: float = 10.0,
) -> pd.Series[float]:
    r"""Probability of each objective, given the walk of a planner that has one of them.

    Parameters
    ----------
    objective : Objective or str
        What the planner wants.
    dust : iterable of int, default (2, 6, 8)
        Dusty cells of the room.
    shift : Shift or str, default "training"
        How the room differs from training.
    horizon : int, default 12
        Number of steps, at most 16.
    discount : float, default 0.9
        What a step later is worth.
    sharpness : float, default 10.0
        How strictly planners are thought to take the best action.

    Returns
    -------
    pandas.Series
        Posterior of the five objectives, equally likely at first.

    Raises
    ------
    TypeError
        If a number is of the wrong type.
    ValueError
        If a name is unknown or a number is out of range.

    See Also
    --------
    plan_in_room : The walk that is judged.

    Notes
    -----
    With Q the value of an action for an objective and :math:`\beta` the sharpness, an action has
    the likelihood :math:`e^{\beta Q(s, a)} / \sum_{a'} e^{\beta Q(s, a')}`. What comes out is the
    behavioural objective of Hubinger et al. (2019), section 1.1, among five candidates.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> mesa.objective_posterior("instrumental").round(3).unique().tolist()
    [0.2]
    >>> mesa.objective_posterior("side-effect", shift="sensor broken").idxmax()
    'side-effect'
    """
    import pandas as pd

    beta = positive(sharpness, "sharpness")
    wanted = Objective(one_of(objective, "objective", Objective))
    changed = Shift(one_of(shift, "shift", Shift))
    cells = checked_dust(dust)
    gamma = probability(discount, "discount")
    walk = plan_in_room(wanted, dust=cells, shift=changed, horizon=horizon, discount=gamma)
    room = room_of(changed, cells)
    log_odds = np.zeros(len(Objective))
    for i, candidate in enumerate(Objective):
        thought = believed(candidate, changed, room)
        memory: dict[tuple[RoomState, int], dict[str, float]] = {}
        state = RoomState(START, room.dust, 0)
        for step, action in enumerate(walk.actions):
            values = action_values(candidate, thought, state, horizon - step, gamma, memory)
            scores = beta * np.array(list(values.values()))
            log_odds[i] += beta * values[action] - np.logaddexp.reduce(scores)
            then = after(room, state, action)
            assert then is not None
            state = then
    share = np.exp(log_odds - np.logaddexp.reduce(log_odds))
    return pd.Series(share, index=[o.value for o in Objective], name="posterior")
