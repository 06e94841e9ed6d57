"""Exact plans for five objectives in the room, of which only one is what the designer wants."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from workedpapers.checks import one_of, positive_int, probability
from workedpapers.mesa_optimization.cleaning.room import (
    ACTIONS,
    CELLS,
    CENTRE,
    START,
    Room,
    RoomState,
    Shift,
    after,
    room_of,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Objective", "RoomWalk", "plan_in_room", "pseudo_alignment_table"]

#: Rewards closer than this are one; of equal actions the first of ACTIONS is taken.
_TIE = 1e-9


class Objective(StrEnum):
    """What a planner wants, named by the kind of pseudo-alignment that it shows.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> [objective.value for objective in mesa.Objective]
    ['aligned', 'side-effect', 'instrumental', 'approximate', 'suboptimality']
    """

    ALIGNED = "aligned"
    SIDE_EFFECT = "side-effect"
    INSTRUMENTAL = "instrumental"
    APPROXIMATE = "approximate"
    SUBOPTIMALITY = "suboptimality"


def _cleaned(before: RoomState, action: str, then: RoomState) -> float:
    """What the designer wants: cells cleaned, less cells made dirty."""
    return float(len(before.dust) - len(then.dust))


def _swept(before: RoomState, action: str, then: RoomState) -> float:
    """Strokes of the brush. In training each of them cleans, as a side effect."""
    return float(action == "sweep")


def _taken_in(before: RoomState, action: str, then: RoomState) -> float:
    """Dust taken in. In training it is got by cleaning alone."""
    return float(max(then.held - before.held, 0))


def _cleaned_outside(before: RoomState, action: str, then: RoomState) -> float:
    """Cells cleaned, as a model knows them that has no cell in the middle."""
    return float(len(before.dust - {CENTRE}) - len(then.dust - {CENTRE}))


def _less_stuff(before: RoomState, action: str, then: RoomState) -> float:
    """Dust that leaves the world, whether from the floor or from the vacuum."""
    return float(len(before.dust) + before.held - len(then.dust) - then.held)


REWARDS: dict[Objective, Callable[[RoomState, str, RoomState], float]] = {
    Objective.ALIGNED: _cleaned,
    Objective.SIDE_EFFECT: _swept,
    Objective.INSTRUMENTAL: _taken_in,
    Objective.APPROXIMATE: _cleaned_outside,
    Objective.SUBOPTIMALITY: _less_stuff,
}


class RoomWalk(NamedTuple):
    """What a planner does in the room.

    Parameters
    ----------
    actions : tuple of str
        One for each step.
    base : float
        What it is worth to the designer: discounted cells cleaned, less cells made dirty.
    own : float
        What the planner thinks that it is worth to itself.
    dusty : int
        Dusty cells in the end.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> mesa.plan_in_room("aligned", dust=[0], horizon=2).actions
    ('sweep', 'stay')
    """

    actions: tuple[str, ...]
    base: float
    own: float
    dusty: int


def believed(objective: Objective, shift: Shift, room: Room) -> Room:
    """The room as a planner believes it to be.

    The one that wants less stuff in the world believes that swept dust vanishes, until it knows
    better.
    """
    mistaken = objective is Objective.SUBOPTIMALITY and shift is not Shift.KNOWLEDGE
    return replace(room, vanishes=mistaken)


def action_values(
    objective: Objective, room: Room, state: RoomState, left: int, discount: float,
    memory: dict[tuple[RoomState, int], dict[str, float]],
) -> dict[str, float]:  # fmt: skip
    """Value of each action that can be taken, with ``left`` steps to go: r + gamma max_a' Q."""
    key = (state, left)
    if key not in memory:
        reward = REWARDS[objective]
        values: dict[str, float] = {}
        for action in ACTIONS:
            then = after(room, state, action)
            if then is None:
                continue
            later = 0.0
            if left > 1:
                later = max(
                    action_values(objective, room, then, left - 1, discount, memory).values()
                )
            values[action] = reward(state, action, then) + discount * later
        memory[key] = values
    return memory[key]


def checked_dust(dust: Iterable[int]) -> frozenset[int]:
    """Numbers of the dusty cells, checked."""
    cells = frozenset(positive_int(cell, "dust", least=0) for cell in dust)
    if not cells or max(cells) >= CELLS:
        raise ValueError(f"dust: expected one cell or more from 0 to 8, got {sorted(cells)}.")
    return cells


def plan_in_room(
    objective: Objective | str,
    *,
    dust: Iterable[int] = (2, 6, 8),
    shift: Shift | str = "training",
    horizon: int = 12,
    discount: float = 0.9,
) -> RoomWalk:
    r"""Walk of a planner with a known objective through the room, by dynamic programming.

    Parameters
    ----------
    objective : Objective or str
        What it wants: ``"aligned"`` (clean cells), ``"side-effect"`` (strokes of the brush),
        ``"instrumental"`` (dust in the vacuum), ``"approximate"`` (clean cells other than the one
        in the middle) or ``"suboptimality"`` (less stuff in the world; it believes that what it
        sweeps up vanishes).
    dust : iterable of int, default (2, 6, 8)
        Dusty cells of the room, numbered row by row from 0 to 8. The robot starts in cell 0.
    shift : Shift or str, default "training"
        How the room differs from training.
    horizon : int, default 12
        Number of steps, at most 16.
    discount : float, default 0.9
        What a step later is worth.

    Returns
    -------
    RoomWalk
        Its actions, and what they are worth to the designer and to itself.

    Raises
    ------
    TypeError
        If a number is of the wrong type.
    ValueError
        If a name is unknown or a number is out of range.

    See Also
    --------
    pseudo_alignment_table : All objectives under all shifts.

    Notes
    -----
    Constructed, not learned: each planner is given its objective. The kinds are those of
    Hubinger et al. (2019), section 3.2, the robots those of its examples, the room is ours. Of
    actions of one value the first is taken, with staying before all others.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> walk = mesa.plan_in_room("side-effect", dust=[8], shift="sensor broken")
    >>> set(walk.actions), walk.dusty
    ({'sweep'}, 1)
    """
    wanted = Objective(one_of(objective, "objective", Objective))
    changed = Shift(one_of(shift, "shift", Shift))
    horizon, discount = _checked_horizon(horizon), probability(discount, "discount")
    room = room_of(changed, checked_dust(dust))
    thought = believed(wanted, changed, room)
    memory: dict[tuple[RoomState, int], dict[str, float]] = {}
    state = RoomState(START, room.dust, 0)
    actions: list[str] = []
    base = own = 0.0
    for step in range(horizon):
        # What it believes of the vacuum does not depend on what is in it.
        values = action_values(wanted, thought, state, horizon - step, discount, memory)
        best = max(values.values())
        action = next(a for a, value in values.items() if value > best - _TIE)
        then, expected = after(room, state, action), after(thought, state, action)
        assert then is not None
        assert expected is not None
        base += discount**step * _cleaned(state, action, then)
        own += discount**step * REWARDS[wanted](state, action, expected)
        actions.append(action)
        state = then
    return RoomWalk(tuple(actions), base, own, len(state.dust))


def _checked_horizon(horizon: int) -> int:
    horizon = positive_int(horizon, "horizon")
    if horizon > 16:
        raise ValueError(f"horizon: expected at most 16, got {horizon}.")
    return horizon


def pseudo_alignment_table(
    *, dust: Iterable[int] = (2, 6, 8), horizon: int = 12, discount: float = 0.9
) -> pd.DataFrame:
    """What five planners are worth to the designer, in training and under each shift.

    Parameters
    ----------
    dust : iterable of int, default (2, 6, 8)
        Dusty cells of the room.
    horizon : int, default 12
        Number of steps.
    discount : float, default 0.9
        What a step later is worth.

    Returns
    -------
    pandas.DataFrame
        A row for each objective and a column for each shift: discounted cells cleaned.

    Raises
    ------
    TypeError
        If a number is of the wrong type.
    ValueError
        If a number is out of range.

    See Also
    --------
    plan_in_room : One planner under one shift.

    Notes
    -----
    In training dust lies in the outer cells, the sensor lets the brush run on dust only, and the
    vacuum stays shut. So the five rewards agree on every step that can happen, and no training
    return, however many rooms it is taken over, can tell the planners apart. The kinds are those
    of Hubinger et al. (2019), section 3.2.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> table = mesa.pseudo_alignment_table()
    >>> int(table["training"].nunique())
    1
    """
    import pandas as pd

    cells = checked_dust(dust)
    worth = {
        shift.value: [
            plan_in_room(wanted, dust=cells, shift=shift, horizon=horizon, discount=discount).base
            for wanted in Objective
        ]
        for shift in Shift
    }
    index = pd.Index([wanted.value for wanted in Objective], name="objective")
    return pd.DataFrame(worth, index=index)
