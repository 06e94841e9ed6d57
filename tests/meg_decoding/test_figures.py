"""Figures say in words what they show; explorers hold the stored study and fit into a page."""

import numpy as np
import pytest

from workedpapers.meg_decoding.chapter import explorers, figures, study, tables, topography
from workedpapers.meg_decoding.onsets.settings import Method
from workedpapers.meg_decoding.simulation.head import sensors

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (figures.course_figure, "hinge"),
        (figures.method_figure, "hinge at the weak effect"),
        (figures.confound_figure, "no effect, nothing done: found in"),
        (figures.leakage_figure, "Split at random"),
        (figures.power_figure, "200 trials, 16 subjects"),
        (figures.detection_figure, "single subjects, medium effect, decoding"),
        (figures.pattern_figure, "at 128 ms"),
        (lambda: figures.pattern_figure("mag"), "at 304 ms"),
    ],
)
def test_a_figure_is_drawn_and_described(make, words):
    shown = make()
    assert words in shown.alt
    assert "nan" not in shown.alt
    assert shown.svg.startswith("<svg")
    assert len(shown.svg) < 400_000


@pytest.mark.parametrize("make", [explorers.onset_explorer, explorers.generalisation_explorer])
def test_an_explorer_fits_into_a_page(make):
    explorer = make(static=True)
    assert explorer.static_report.total < 400_000


def test_the_explorer_shows_the_stored_group():
    held = study.load_study()
    for onset, trials, subjects in ((60.0, 100, 8), (170.0, 400, 32)):
        cell = explorers.grid_cell(onset, 1.25, trials, subjects)
        at = (
            study.GRID["onset"].index(onset / 1e3),
            study.GRID["effect"].index(1.25),
            study.GRID["trials"].index(trials),
            study.GRID["subjects"].index(subjects),
        )
        np.testing.assert_array_equal(cell["mean"], held["grid_mean"][at])
        for m, method in enumerate(Method):
            np.testing.assert_allclose(cell[method], 1e3 * held["grid_onset"][(*at, m, 0)])


def test_a_cell_without_an_onset_says_so():
    held = study.load_study()["grid_onset"].to_numpy()
    at = np.argwhere(np.isnan(held[..., 0, 0]))
    assert len(at) > 0
    onset, effect, trials, subjects = (
        study.GRID[name][i] for name, i in zip(study.GRID, at[0], strict=True)
    )
    cell = explorers.grid_cell(1e3 * onset, effect, trials, subjects)
    assert not cell["found"]
    assert cell["hinge_text"] == "none"
    assert np.isnan(cell["hinge_row"]).all()


def test_the_square_has_its_diagonal():
    cell = explorers.square(85.0, 2.3)
    np.testing.assert_allclose(np.diagonal(cell["auc"]) + 0.5, cell["diagonal"])
    assert cell["peak"] == cell["diagonal"].max()


def test_maps_lie_nose_up_and_join_gradiometers():
    helmet = sensors()
    flat = topography.flat_positions()
    place = helmet.positions[helmet.kinds == "mag"]
    assert np.linalg.norm(flat, axis=1).max() == pytest.approx(1)
    assert np.corrcoef(flat[:, 0], place[:, 0])[0, 1] > 0.9
    assert np.corrcoef(flat[:, 1], place[:, 1])[0, 1] > 0.9
    values = np.zeros(306)
    values[helmet.kinds == "grad"] = 3.0
    np.testing.assert_allclose(topography.map_values(values, "grad"), 3.0)
    assert not topography.map_values(values, "mag").any()
    one = np.zeros(306)
    one[np.flatnonzero(helmet.kinds == "grad")[0]] = 2.0
    joined = topography.map_values(one, "grad")
    assert joined.max() == pytest.approx(np.sqrt(2))
    assert (joined > 0).sum() == 1
    with pytest.raises(ValueError, match="kind: expected one of"):
        topography.map_values(values, "eeg")


def test_tables_count_every_group():
    table = tables.method_table()
    assert len(table) == len(Method) * len(study.EFFECTS)
    assert (table["groups"] == 50).all()
    assert (tables.false_alarm_table()["groups"] == 200).all()
    assert tables.power_table()["within"].between(0, 1).all()
    found = tables.detection_table()
    assert (found["detected"] <= found["ever"]).all()
    worlds = tables.control_table()
    assert set(worlds["analysis"]) == {"naive", "regressed", "matched"}
    assert (worlds.loc[worlds["analysis"] != "matched", "groups"] == 20).all()


def test_errors_of_made_up_answers():
    answers = np.array([[0.09, 0.08, 0.1, 0.01], [0.1, 0.09, 0.11, 0.01], [np.nan] * 4])
    row = tables.error_columns(answers, 0.085)
    assert row["found"] == pytest.approx(2 / 3)
    assert row["bias"] == pytest.approx(10)
    assert row["coverage"] == pytest.approx(0.5)
    assert row["width"] == pytest.approx(20)
