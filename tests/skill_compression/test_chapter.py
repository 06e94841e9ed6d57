"""What the chapter keeps and shows: stored options, tables, bars."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from workedpapers.skill_compression.chapter import figures, tables
from workedpapers.skill_compression.chapter.options_study import (
    GRIDS,
    METHODS,
    STEPS,
    _seen,
    load_curves,
    load_sets,
    one_set,
    samples,
)


@pytest.mark.parametrize("method", ["price 0.1", "bpe"])
def test_options_of_a_grid_come_out_again(method):
    options, said = one_set(method, _seen(3))
    stored = load_sets().query("grid == 3 and method == @method").iloc[0]
    assert options.count - 5 == stored["options"]
    for name, value in said.items():
        assert_allclose(value, stored[name], atol=1e-3)


def test_samples_are_those_of_the_curves():
    steps = samples(True)
    assert steps.index.tolist() == list(GRIDS)
    cells = load_curves().query("rewarded and grid == 4 and method == 'unigram'")
    first = []
    for _, one in cells.groupby("task"):
        curve = one.sort_values("steps")
        often = curve["success"].to_numpy() > 0.899
        found = np.flatnonzero(often[:-1] & often[1:])
        first.append(curve["steps"].iloc[found[0]] if len(found) else STEPS)
    assert steps.loc[4, "unigram"] == np.median(first)


def test_a_ratio_is_the_mean_of_the_grids():
    steps = samples(False)
    value, low, high = tables.steps_ratio("dual", "price 0", False)
    assert_allclose(np.log(value), np.log(steps["dual"] / steps["price 0"]).mean())
    assert low < value < high
    assert tables.options_table().index.tolist() == list(METHODS)


def test_a_spread_is_told_where_there_is_one():
    table = tables.over_sets("simple")
    assert table.loc["price 0.1", "Skills"] == "3.0"
    assert table.loc["price 0", "Skills"] == "6.4 (5 to 8)"
    assert table.loc["bpe", "−log likelihood (nats)"] == "none"


def test_bars_show_frames_and_segments():
    drawn = figures.segmentation(0.1, "equal neighbours")
    bars, text = drawn["bars"], drawn["cut"].replace(" ", "")
    width = figures.WIDE
    for place, letter in enumerate(text):
        assert (bars[0, place * width] == figures.FRAMES["BGY".index(letter)]).all()
    between = (bars[-1] == figures.BETWEEN).all(-1)
    assert between.sum() == len(drawn["cut"].split())
