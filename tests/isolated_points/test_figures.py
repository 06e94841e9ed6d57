"""The chapter's figures, still and moving."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from workedpapers.isolated_points import (
    oscillation_threshold,
    phase_diagram,
    stability,
)
from workedpapers.isolated_points.chapter import figures, width
from workedpapers.isolated_points.chapter.live_theory import borders
from workedpapers.isolated_points.chapter.ring_study import load_ring_map
from workedpapers.isolated_points.experiments.ring_of_modes import GAMMAS, MODES, STARTS, WIDTHS


def test_the_border_of_swinging_is_where_eigenvalues_become_complex() -> None:
    strength, a = np.array([0.05, 0.2, 0.7, 2.0, 9.0]), 0.15
    edges = borders(strength, a, simultaneous=False)
    for name, inwards in (("swings_from", 1), ("swings_to", -1)):
        for side in (-1, 1):
            at = edges[name] > 0
            ratio = edges[name][at] * (1 + 1e-6 * side)
            modes = stability(
                p=1, q=ratio, n=1, sigma=1, lr_d=a, lr_g=strength[at] * a / ratio, decay=1
            ).eigenvalues
            assert ((modes.imag != 0).any(axis=-1) == (side == inwards)).all()
    begins = borders(np.array([oscillation_threshold(a)]), a, simultaneous=False)
    assert_allclose(begins["swings_from"], 1)


def test_a_cell_of_the_width_explorer_is_the_stored_one() -> None:
    paths, runs = load_ring_map()
    cell = width.width_cell(float(WIDTHS[2]), float(GAMMAS[3]), STARTS[0])
    some = runs[
        (runs["sigma"] == WIDTHS[2]) & (runs["G"] == GAMMAS[3]) & (runs["start"] == STARTS[0])
    ]
    assert cell["covered"] == some["covered"].mean()
    assert cell["covered_map"][3, 2] == cell["covered"]
    assert cell["lost_map"][3, 2] == some["lost"].mean()
    assert_allclose(cell["end_x"], paths[0, 2, 3, -1, :, 0].clip(-3, 3))
    assert np.isnan(cell["path_y"]).sum() == MODES


def test_the_width_explorer_stores_every_setting() -> None:
    explorer = width.width_explorer(static=True)
    sizes = [axis["n"] for axis in explorer.spec["axes"]]
    assert sizes == [len(WIDTHS), len(GAMMAS), len(STARTS)]
    assert sum(explorer.static_report.sizes.values()) < 400_000


def test_still_figures_say_what_they_show() -> None:
    diagram = phase_diagram(G=[0.1, 1, 10], rho=[0.5, 1, 2], a=0.1, steps=60, show=False)
    shown = [
        figures.phase_figure(diagram, 0.1),
        figures.influence_figure(),
        figures.cost_figure(4),
    ]
    for one in shown:
        assert len(one.alt) > 60
        assert "<svg" in one.svg
    assert "times" in shown[-1].alt


@pytest.mark.parametrize("name", figures.__all__)
def test_every_listed_figure_exists(name: str) -> None:
    assert callable(getattr(figures, name))
