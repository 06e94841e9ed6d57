"""The split of optimisation power, and programs for mazes."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from workedpapers import mesa_optimization as mesa
from workedpapers.mesa_optimization.power.mazes import MOVES, ways
from workedpapers.mesa_optimization.power.solvers import (
    PROGRAMS,
    program_bits,
    search_path,
    table_bits,
)


@pytest.mark.parametrize(("n", "c"), product((1, 2, 7, 50), (0.5, 3.0, 10.0)))
def test_a_linear_cost_switches_at_n_equal_to_c(n: int, c: float) -> None:
    split = mesa.optimal_runtime_power(100.0, n, lambda x: c * x)
    assert_allclose(split.run_time, 100 / c if n > c else 0, atol=1e-6)
    assert_allclose(split.base, 0 if n > c else 100, atol=1e-6)


@given(st.floats(1, 200), st.floats(0.05, 20), st.floats(1, 500))
@settings(max_examples=30, deadline=None)
def test_a_quadratic_cost_has_its_closed_form(n: float, c: float, power: float) -> None:
    split = mesa.optimal_runtime_power(power, n, lambda x: c * x * x)
    assert_allclose(split.run_time, min(n / (2 * c), np.sqrt(power / c)), rtol=1e-4)


def test_a_limit_on_computing_binds() -> None:
    assert mesa.optimal_runtime_power(100.0, 50, lambda x: 2 * x, limit=10).run_time == 10
    assert mesa.optimal_runtime_power(100.0, 50, lambda x: 2 * x, limit=0).run_time == 0


def test_a_fixed_cost_is_found_by_search_over_a_grid() -> None:
    def cost(x: float) -> float:
        return 20 * (x > 0) + 0.3 * x**1.5

    split = mesa.optimal_runtime_power(90.0, 4, cost)
    grid = np.linspace(0, 40, 400_001)
    gain = np.where([cost(x) <= 90 for x in grid], [(90 - cost(x)) / 4 + x for x in grid], -np.inf)
    assert_allclose(split.run_time, grid[gain.argmax()], atol=1e-3)


def test_bad_costs_and_numbers_are_named() -> None:
    with pytest.raises(ValueError, match="N: expected at least 1"):
        mesa.optimal_runtime_power(10.0, 0.5, lambda x: x)
    with pytest.raises(ValueError, match="P: expected"):
        mesa.optimal_runtime_power(-1.0, 2, lambda x: x)
    with pytest.raises(TypeError, match="cost: expected a function"):
        mesa.optimal_runtime_power(10.0, 2, 3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at most P"):
        mesa.optimal_runtime_power(10.0, 2, lambda x: 11 + x)
    with pytest.raises(ValueError, match="does not fall"):
        mesa.optimal_runtime_power(10.0, 2, lambda x: 5 + 5 * np.cos(x) + x / 100)
    with pytest.raises(ValueError, match="stays"):
        mesa.optimal_runtime_power(10.0, 2, lambda x: 0.0)
    with pytest.raises(ValueError, match="finite"):
        mesa.optimal_runtime_power(10.0, 2, lambda x: float("nan"))


def all_shortest(maze: mesa.Maze) -> list[list[complex]]:
    """Every shortest path, as moves, by listing them all."""
    steps = ways(maze.free, maze.goal)

    def go(cell: complex) -> list[list[complex]]:
        if cell == maze.goal:
            return [[]]
        return [
            [move, *rest]
            for move in MOVES
            if steps.get(cell + move, -1) == steps[cell] - 1
            for rest in go(cell + move)
        ]

    return go(maze.start)


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name != "search"])
def test_bits_of_a_table_are_those_of_all_shortest_paths_listed(name: str) -> None:
    space: dict = {}
    exec(PROGRAMS[name], space)
    for maze in mesa.random_mazes(5, size=5, seed=3):
        total = 0.0
        for path in all_shortest(maze):
            cell, last, p = maze.start, 0j, 1.0
            for move in path:
                open_moves = [m for m in MOVES if cell + m in maze.free]
                weights = [
                    float(space["w"](maze.free, cell, m, maze.goal, last)) for m in open_moves
                ]
                p *= weights[open_moves.index(move)] / sum(weights)
                cell, last = cell + move, move
            total += p
        assert_allclose(table_bits(name, maze), -np.log2(total))


def test_the_search_program_walks_shortest_paths() -> None:
    for maze in mesa.random_mazes(20, size=9, seed=2):
        moves = search_path(maze)
        assert len(moves) == ways(maze.free, maze.goal)[maze.start]
        assert maze.start + sum(moves) == maze.goal
        assert table_bits("search", maze) == 0


def test_code_grows_from_table_to_search() -> None:
    assert program_bits("table") == 0
    assert program_bits("both, one cell ahead") > program_bits("both") > program_bits("no way back")


def test_the_envelope_is_that_of_the_totals() -> None:
    found = mesa.maze_envelope(mazes=30, size=7, seed=5, most=500)
    bits = found.programs
    for n in (1, 10, 100, 500):
        totals = bits["code"] + n * bits["left"]
        begun = found.switches["predicted"].dropna()
        assert begun[begun <= n].index[-1] == totals.idxmin()
    with pytest.raises(ValueError, match="walls"):
        mesa.random_mazes(1, walls=0.9)
    with pytest.raises(ValueError, match="size"):
        mesa.random_mazes(1, size=2)
