"""The ring of eight modes, and the map that is kept of it."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from workedpapers.isolated_points import ring as ring_of
from workedpapers.isolated_points.chapter.ring_study import load_ring_map
from workedpapers.isolated_points.experiments import ring_of_modes
from workedpapers.isolated_points.experiments.ring_of_modes import (
    FRAMES,
    GAMMAS,
    MODES,
    SEEDS,
    STARTS,
    STEPS,
    WIDTHS,
    ring_map,
    ring_run,
    start_points,
    summary,
)


def test_modes_are_equally_spaced_on_a_circle() -> None:
    places = ring_of(5, radius=3.0)
    assert_allclose(np.linalg.norm(places, axis=1), 3)
    edges = np.linalg.norm(places - np.roll(places, 1, axis=0), axis=1)
    assert_allclose(edges, edges[0])


def test_starts_lie_where_they_should_and_follow_the_seed() -> None:
    box, near = start_points("in a box", 3), start_points("on one mode", 3)
    assert box.shape == near.shape == (MODES, 2)
    assert np.abs(box).max() <= 1.2
    assert np.linalg.norm(near - ring_of()[0], axis=1).max() < 0.3
    assert_array_equal(box, start_points("in a box", 3))
    assert not np.array_equal(box, start_points("in a box", 4))


def test_points_that_begin_on_their_modes_stay_and_cover_all(monkeypatch) -> None:
    monkeypatch.setattr(ring_of_modes, "start_points", lambda start, seed: ring_of())
    path, frame = ring_run(0.1, 0.2, seeds=[0, 1], steps=50, keep="last")
    assert_allclose(path[:, -1], [ring_of()] * 2, atol=1e-12)
    assert frame["covered"].tolist() == [8, 8]
    assert frame["lost"].tolist() == [0, 0]


def test_a_seed_gives_the_same_run_alone_and_among_others() -> None:
    together, _ = ring_run(0.3, 0.8, seeds=[0, 1, 2], steps=60)
    alone, _ = ring_run(0.3, 0.8, seeds=1, steps=60)
    assert_allclose(together[1], alone[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"start": "nowhere"}, "start: expected one of"),
        ({"G": -1.0}, "G: expected numbers above 0"),
    ],
)
def test_what_does_not_fit_is_refused(change, says) -> None:
    with pytest.raises(ValueError, match=says):
        ring_run(**({"sigma": 0.1, "G": 1.0, "steps": 5} | change))


def test_the_map_is_every_combination_in_order() -> None:
    paths, runs = ring_map([0.2, 0.4], [0.5], starts=STARTS, seeds=2, steps=80, workers=1)
    assert paths.shape == (2, 2, 1, 41, 8, 2)
    assert runs.groupby(["start", "sigma", "G"]).size().tolist() == [2] * 4
    here, frame = ring_run(0.4, 0.5, start=STARTS[1], seeds=np.arange(2), steps=80, keep=2)
    assert_allclose(paths[1, 1, 0], here[0])
    rows = runs[(runs["start"] == STARTS[1]) & (runs["sigma"] == 0.4)]
    assert rows["covered"].tolist() == frame["covered"].tolist()


def test_the_kept_map_is_what_the_code_makes() -> None:
    paths, runs = load_ring_map()
    assert paths.shape == (2, len(WIDTHS), len(GAMMAS), FRAMES, 8, 2)
    assert len(runs) == 2 * len(WIDTHS) * len(GAMMAS) * SEEDS
    # A cell in which points settle: runs that diverge enlarge differences of rounding.
    i, j = 6, 1
    path, frame = ring_run(
        WIDTHS[i], GAMMAS[j], start="in a box", seeds=np.arange(3), keep=STEPS // (FRAMES - 1)
    )
    assert_allclose(paths[1, i, j], path[0], atol=1e-4)
    cell = (runs["start"] == "in a box") & (runs["sigma"] == WIDTHS[i]) & (runs["G"] == GAMMAS[j])
    kept = runs[cell & (runs["seed"] < 3)].reset_index(drop=True)
    assert kept["covered"].tolist() == frame["covered"].tolist()
    assert kept["lost"].tolist() == frame["lost"].tolist()


def test_the_summary_is_the_mean_inside_its_interval() -> None:
    runs = pd.DataFrame(
        {"start": "in a box", "sigma": 0.1, "G": 1.0, "covered": [1, 2, 3, 6], "lost": [0, 0, 0, 0]}
    )
    (row,) = summary(runs).to_dict("records")
    assert row["covered"] == 3
    assert row["covered_low"] < 3 < row["covered_high"]
    assert row["lost_low"] == row["lost"] == row["lost_high"] == 0
    assert row["runs"] == 4
