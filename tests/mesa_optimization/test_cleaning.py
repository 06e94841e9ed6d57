"""Planners with wrong objectives in the room."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose

from workedpapers import mesa_optimization as mesa
from workedpapers.mesa_optimization.cleaning.planners import REWARDS, believed
from workedpapers.mesa_optimization.cleaning.room import (
    ACTIONS,
    CENTRE,
    START,
    RoomState,
    after,
    room_of,
)

OUTER = [cell for cell in range(9) if cell != CENTRE]


@pytest.mark.parametrize("seed", range(4))
def test_in_training_all_walks_are_one(seed: int) -> None:
    dust = np.random.default_rng(seed).choice(OUTER, 3, replace=False).tolist()
    walks = [mesa.plan_in_room(o, dust=dust, horizon=10) for o in mesa.Objective]
    assert len({walk.actions for walk in walks}) == 1
    assert_allclose([walk.own for walk in walks], walks[0].base)


def test_a_plan_is_the_best_of_all_walks() -> None:
    """Every sequence of five actions, for each objective and shift."""
    for objective, shift in product(mesa.Objective, mesa.Shift):
        room = room_of(shift, frozenset([1, 3]))
        thought = believed(objective, shift, room)
        best = -np.inf
        for actions in product(ACTIONS, repeat=5):
            state, gain = RoomState(START, room.dust, 0), 0.0
            for step, action in enumerate(actions):
                then = after(thought, state, action)
                if then is None:
                    break
                gain += 0.9**step * REWARDS[objective](state, action, then)
                state = then
            else:
                best = max(best, gain)
        walk = mesa.plan_in_room(objective, dust=[1, 3], shift=shift, horizon=5)
        if objective != "suboptimality":  # its belief is wrong about the vacuum as it goes
            assert_allclose(walk.own, best)


def test_each_wrong_objective_fails_under_its_own_shift() -> None:
    table = mesa.pseudo_alignment_table()
    assert table["training"].nunique() == 1
    loss = table.loc["aligned"] - table
    own = {
        "side-effect": "sensor broken",
        "instrumental": "vacuum opens",
        "approximate": "dust in the middle",
        "suboptimality": "better knowledge",
    }
    for objective, shift in own.items():
        assert loss.loc[objective, shift] > 0.1
    assert (loss.to_numpy() > -1e-12).all()
    for shift, others in [("sensor broken", ["instrumental", "approximate", "suboptimality"]),
                          ("dust in the middle", ["side-effect", "instrumental"])]:  # fmt: skip
        assert_allclose(loss.loc[others, shift], 0, atol=1e-12)


def test_the_walk_tells_of_the_objective_only_where_they_differ() -> None:
    for objective in mesa.Objective:
        flat = mesa.objective_posterior(objective)
        assert_allclose(flat, 0.2, atol=1e-9)
    told = mesa.objective_posterior("side-effect", shift="sensor broken")
    assert told.idxmax() == "side-effect"
    assert told.sum() == pytest.approx(1)


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="objective: expected one of"):
        mesa.plan_in_room("greed")
    with pytest.raises(ValueError, match="shift: expected one of"):
        mesa.plan_in_room("aligned", shift="earthquake")
    with pytest.raises(ValueError, match="dust: expected"):
        mesa.plan_in_room("aligned", dust=[9])
    with pytest.raises(ValueError, match="dust: expected"):
        mesa.plan_in_room("aligned", dust=[])
    with pytest.raises(ValueError, match="horizon: expected at most 16"):
        mesa.plan_in_room("aligned", horizon=17)
