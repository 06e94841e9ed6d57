"""A room of three by three cells with dust on some of them, and a robot with a vacuum.

A state is a cell, the set of dusty cells, and what lies in the vacuum, which is the dust that has
gone from the floor. Training and the four shifts are five versions of one causal graph: what
sweeping needs and does, whether the vacuum opens, and where dust can lie.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["ACTIONS", "CELLS", "CENTRE", "START", "Room", "RoomState", "Shift", "room_of"]

SIDE = 3
CELLS = SIDE * SIDE
CENTRE, START = 4, 0
ACTIONS = ("stay", "up", "down", "left", "right", "sweep", "empty")
_MOVES = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}


class Shift(StrEnum):
    """What is different from training.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> [shift.value for shift in mesa.Shift]
    ['training', 'sensor broken', 'vacuum opens', 'dust in the middle', 'better knowledge']
    """

    TRAINING = "training"
    SENSOR = "sensor broken"
    VACUUM = "vacuum opens"
    MIDDLE = "dust in the middle"
    KNOWLEDGE = "better knowledge"


@dataclass(frozen=True)
class Room:
    """One version of the room.

    Parameters
    ----------
    dust : frozenset of int
        Where dust lies at first.
    sweep_anywhere : bool
        Whether the brush also runs where there is no dust; in training a sensor stops it.
    opens : bool
        Whether the vacuum can be emptied on the floor.
    vanishes : bool
        Whether swept dust leaves the world. It never does; a planner may believe so.
    """

    dust: frozenset[int]
    sweep_anywhere: bool = False
    opens: bool = False
    vanishes: bool = False


@dataclass(frozen=True)
class RoomState:
    """Where the robot is, where dust lies, and how much is in the vacuum."""

    cell: int
    dust: frozenset[int]
    held: int


def room_of(shift: Shift, dust: frozenset[int]) -> Room:
    """The room after a shift."""
    if shift is Shift.MIDDLE:
        dust = dust | {CENTRE}
    return Room(dust, sweep_anywhere=shift is Shift.SENSOR, opens=shift is Shift.VACUUM)


def after(room: Room, state: RoomState, action: str) -> RoomState | None:
    """State after an action, or None if the action cannot be taken."""
    row, column = divmod(state.cell, SIDE)
    if action in _MOVES:
        row, column = row + _MOVES[action][0], column + _MOVES[action][1]
        if not (0 <= row < SIDE and 0 <= column < SIDE):
            return None
        return RoomState(row * SIDE + column, state.dust, state.held)
    if action == "sweep":
        if state.cell in state.dust:
            held = state.held + (not room.vanishes)
            return RoomState(state.cell, state.dust - {state.cell}, held)
        return state if room.sweep_anywhere else None
    if action == "empty":
        if not room.opens or not state.held or state.cell in state.dust:
            return None
        return RoomState(state.cell, state.dust | {state.cell}, state.held - 1)
    return state
