"""Grids and their planner against a search, tasks, options, and what they refuse."""

from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workedpapers import skill_compression as sc


def searched(world, start, kind):
    """Moves to the nearest thing of a kind, by breadth-first search over neighbours."""
    rows, columns = world.walls.shape
    seen, queue = {start}, deque([(start, 0)])
    while queue:
        cell, steps = queue.popleft()
        if world.things.ravel()[cell] == kind:
            return steps
        row, column = divmod(cell, columns)
        for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            r, c = row + down, column + right
            near = r * columns + c
            if 0 <= r < rows and 0 <= c < columns and not world.walls[r, c] and near not in seen:
                seen.add(near)
                queue.append((near, steps + 1))
    return np.inf


@given(st.integers(0, 10**6), st.integers(4, 9), st.floats(0, 4))
@settings(max_examples=25, deadline=None)
def test_ways_are_as_short_as_a_search_finds(seed, side, walls):
    world = sc.grid_world(seed, side=side, things=3, walls=min(walls, side / 2))
    for start in world.free[::5]:
        for row, kind in enumerate(world.kinds):
            way = sc.shortest_way(world, int(start), [kind])
            assert len(way) == searched(world, int(start), kind) + 1
            assert way[-1] == 4
            assert world.distances[row, start] == len(way) - 1
            assert world.things.ravel()[world.arrivals[row, start]] == kind


def test_grids_have_the_published_statistics():
    worlds = [sc.grid_world(seed) for seed in range(300)]
    assert {int((world.things >= 0).sum()) for world in worlds} == {6}
    walls = np.array([world.walls.sum() for world in worlds])
    assert abs(walls.mean() - 3.08) < 4 * np.sqrt(3.08 / 300)
    assert {int(kind) for world in worlds for kind in world.kinds} == set(range(10))


def test_demonstrations_end_with_the_third_pick_up():
    world = sc.grid_world(2)
    seen = sc.grid_demonstrations(world, 50, seed=0)
    for cells, actions, starts in zip(
        seen.observations, seen.actions, seen.boundaries, strict=True
    ):
        assert len(actions) == 16
        assert actions[-1] == 4
        assert (actions == 4).sum() == starts.sum() == 3
        # A way begins at the start and after each pick-up.
        assert starts.tolist() == [True, *(actions[:-1] == 4)]
        where = cells // 5
        assert (where[1:] == world.moves[where[:-1], actions[:-1]]).all()


def test_a_task_counts_right_things_in_order():
    world = sc.grid_world(1)
    first, second = world.kinds[:2]
    task = sc.GridTask(world, [first, second], rewarded=True, limit=60)
    _, told = task.reset(seed=3)
    rewards = []
    for action in sc.shortest_way(world, told["cell"], [second, first, second]):
        state, reward, terminated, truncated, told = task.step(int(action))
        rewards.append(reward)
        assert 0 <= state < task.n_states
        assert not truncated
    assert terminated
    assert sum(rewards) == 2.0  # the second thing counts only after the first
    task = sc.GridTask(world, [first], limit=1)
    task.reset(options={"cell": int(world.free[-1])})
    assert task.step(0)[3]


def test_a_picture_shows_every_cell():
    world = sc.grid_world(1)
    seen = world.picture(int(world.free[0]))
    assert seen.shape == (64, 64, 3)
    assert seen.min() == 0.0
    small = world.picture(pixels=10)
    assert (small[0] == 0.25).all()
    assert (small[1:-1, 1:-1].std(-1) > 0.02).sum() == 6


def test_options_are_the_ways():
    world = sc.grid_world(1)
    options = sc.options_of_things(world)
    row, cell = 2, int(world.free[5])
    steps = 0
    while True:
        action = int(options.action[5 + row, 0, cell].argmax())
        ends = options.stop[5 + row, 0, cell]
        cell, steps = int(world.moves[cell, action]), steps + 1
        if ends:
            break
    assert steps == world.distances[row, world.free[5]] + 1
    assert world.things.ravel()[cell] == world.kinds[row]


def test_with_the_true_options_an_agent_learns_sooner():
    world = sc.grid_world(1)
    goal = world.kinds[[0, 2, 1]].tolist()
    curves = sc.learn_tasks(
        [world, world], [goal, goal], [sc.options_of_things(world), sc.actions_alone(world)],
        steps=6000, every=1000, rewarded=True,
    )  # fmt: skip
    true, alone = curves.samples_to(0.9)
    assert true <= 3000
    assert alone > true
    assert curves.success[0, -1] == 1.0


def test_q_learning_over_actions_finds_shortest_ways():
    world = sc.grid_world(3, side=4, things=2, walls=1.0)
    goal = [int(world.kinds[0])]
    curves = sc.learn_tasks(
        [world], [goal], [sc.actions_alone(world)], steps=8000, every=4000, limit=40
    )
    assert curves.success[0, -1] == 1.0


def test_an_exact_model_gives_options():
    world = sc.grid_world(1)
    seen = sc.grid_demonstrations(world, 40, seed=0)
    model = sc.SegmentModel(3, 10, 0.1, "option", n_actions=5, max_iter=10).fit(seen.observations)
    options = sc.options_of_model(model)
    assert options.count == 5 + (model.skills_.share > 0.01).sum()
    np.testing.assert_allclose(options.action.sum(-1), 1)
    with pytest.raises(ValueError, match="model"):
        sc.options_of_model(sc.SegmentModel(2, 3).fit([[0, 1]]))


def test_pieces_are_carried_out_whatever_the_cell():
    world = sc.grid_world(1)
    seen = sc.grid_demonstrations(world, 60, seed=0)
    pieces = sc.tokenizer_baseline(seen.actions, kind="bpe", vocabulary=12)
    options = sc.options_of_pieces(pieces, world)
    lists = [one for one, share in pieces.pieces.items() if len(one) > 1 and share > 0.01]
    for number, one in enumerate(lists):
        found = options.action[5 + number, : len(one)].argmax(-1)
        assert (found == np.array(one)[:, None]).all()
        assert options.stop[5 + number, len(one) - 1].all()


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: sc.grid_world(kinds=11), "kinds"),
        (lambda: sc.grid_world(side=3), "things"),
        (lambda: sc.grid_demonstrations(sc.grid_world(1), 5, steps=99), "steps"),
        (lambda: sc.shortest_way(sc.grid_world(1), 0, [77]), "goals"),
        (lambda: sc.shortest_way(sc.grid_world(1), 999, [1]), "start"),
        (lambda: sc.GridTask(sc.grid_world(1), []), "goals"),
        (lambda: sc.learn_tasks([], [], []), "goals"),
        (
            lambda: sc.learn_tasks(
                [sc.grid_world(1)], [[77]], [sc.actions_alone(sc.grid_world(1))]
            ),
            "goals",
        ),
    ],
)
def test_a_wrong_argument_is_named(call, name):
    with pytest.raises(ValueError, match=f"^{name}"):
        call()
