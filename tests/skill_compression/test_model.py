"""The equation against limits, scaling and simulation; bad input is named."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from workedpapers import skill_compression
from workedpapers.claims import table
from workedpapers.skill_compression.chapter.claims import CLAIMS
from workedpapers.skill_compression.chapter.figures import spread_explorer, spread_over_n


def test_a_single_draw_strays_as_far_as_itself() -> None:
    assert skill_compression.standard_error(3.0, 1) == 3.0


@given(st.floats(0.01, 100), st.integers(1, 10_000))
def test_four_times_as_many_draws_halve_it(sigma: float, n: int) -> None:
    once, again = skill_compression.standard_error(sigma, [n, 4 * n])
    assert_allclose(once, 2 * again, rtol=1e-12)


@pytest.mark.parametrize("n", [2, 10, 50])
def test_simulation_agrees(n: int) -> None:
    measured = skill_compression.spread_of_means(2.0, n, repeats=20_000, seed=3)
    # Five times the standard deviation of the measured spread, 1 / sqrt(2 repeats).
    assert_allclose(measured, skill_compression.standard_error(2.0, n), rtol=5 / np.sqrt(40_000))


@pytest.mark.parametrize(
    ("sigma", "n", "says"),
    [(0, 1, "sigma: expected"), (np.nan, 1, "sigma: expected"), (1.0, [0], "n: expected")],
)
def test_bad_input_is_named(sigma: float, n: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        skill_compression.standard_error(sigma, n)  # type: ignore[arg-type]


def test_the_claims_have_the_verdicts_that_the_chapter_speaks_of() -> None:
    assert {row["id"]: row["verdict"] for row in table(CLAIMS, "skill_compression").rows} == {
        "love-spread": "reproduced"
    }


def test_the_first_figure_shows_the_equation() -> None:
    shown = spread_over_n(2.0, 16)
    assert shown["here"] == 0.5
    assert_allclose(shown["error"][15], 0.5)
    assert spread_explorer().scene.title == "How far a mean strays"
