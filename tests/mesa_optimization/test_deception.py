"""When deception pays: exact planners against lists of all plans."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from workedpapers import mesa_optimization as mesa

SHARES = st.floats(0, 1)


def by_listing(training, deployment, discount, detection, cooperation) -> float:
    """Best of all plans that fix beforehand what to do in each training episode."""
    free = sum(discount**i for i in range(deployment))
    best = -1.0
    for plan in product((True, False), repeat=training):
        alive, gain = 1.0, 0.0
        for t, defects in enumerate(plan):
            gain += alive * discount**t * (1 if defects else cooperation)
            alive *= 1 - detection if defects else 1
        best = max(best, gain + alive * discount**training * free)
    return best


@given(st.integers(1, 5), st.integers(0, 5), SHARES, SHARES, st.floats(0, 0.9))
def test_the_plan_is_the_best_of_all(training, deployment, discount, detection, cooperation):
    found = mesa.deception_optimal(
        training=training, deployment=deployment, discount=discount, detection=detection,
        cooperation=cooperation,
    )  # fmt: skip
    best = by_listing(training, deployment, discount, detection, cooperation)
    assert_allclose(found.value, best, atol=1e-12)
    assert found.value >= max(found.payoffs.values()) - 1e-12
    assert len(found.defects) == training


def test_the_example_of_the_paper() -> None:
    found = mesa.deception_optimal(training=2, deployment=3)
    assert found.plan == "deceive"
    assert found.payoffs == {"deceive": 3.0, "defect": 1.0}
    assert mesa.deception_optimal(training=2, deployment=0).plan == "defect"
    assert mesa.deception_optimal(training=2, deployment=3, detection=0.0).plan == "defect"
    assert mesa.deception_optimal(training=2, deployment=3, discount=0.0).plan == "defect"


def test_detection_has_a_threshold() -> None:
    # With one training episode the agent deceives if 1 < gamma delta k.
    for detection, plan in ((0.33, "defect"), (0.34, "deceive")):
        assert mesa.deception_optimal(training=1, deployment=3, detection=detection).plan == plan


def test_the_eight_rows() -> None:
    table = mesa.deception_conditions()
    assert len(table) == 8
    conditions = table.iloc[:, :3].all(axis=1)
    assert (table["reading"] == "deceives").tolist() == conditions.tolist()
    # Without an end it is always or never, by what cooperation is worth: never above 1 - gamma.
    for worth, reading in ((0.04, "always defects"), (0.06, "never defects")):
        row = mesa.deception_conditions(discount=0.95, cooperation=worth).iloc[1]
        assert row["reading"] == reading
    # Without the first two it always defects, whatever cooperation is worth.
    rich = mesa.deception_conditions(cooperation=0.5)
    assert (rich["reading"][2:] == "always defects").all()


def outcomes(p: float, training: int, deployment: int) -> float:
    """Gain of an absent-minded agent, by listing what it does in every episode."""
    total = 0.0
    for acts in product((True, False), repeat=training + deployment):
        chance = 1.0
        for defects in acts:
            chance *= p if defects else 1 - p
        caught = any(acts[:training])
        total += chance * (1 if caught else sum(acts[training:]))
    return total


@given(SHARES, st.integers(1, 4), st.integers(0, 4))
def test_the_absent_minded_gain_is_that_of_all_outcomes(p, training, deployment):
    found = mesa.absent_minded_value(p, training=training, deployment=deployment)
    assert_allclose(found, outcomes(p, training, deployment), atol=1e-12)


@pytest.mark.parametrize(("training", "deployment"), list(product((1, 2, 3), (0, 1, 2, 3, 6))))
def test_no_other_probability_is_better(training: int, deployment: int) -> None:
    best = mesa.absent_minded(training=training, deployment=deployment)
    others = [
        mesa.absent_minded_value(i / 1000, training=training, deployment=deployment)
        for i in range(1001)
    ]
    assert best.value >= max(others) - 1e-12
    assert best.value <= max(others) + 1e-5


def test_five_ninths() -> None:
    best = mesa.absent_minded(training=2, deployment=3)
    assert best.probability == pytest.approx(5 / 9)
    assert best.value == pytest.approx(275 / 243)


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="training: expected at least 1"):
        mesa.deception_optimal(training=0)
    with pytest.raises(ValueError, match="detection"):
        mesa.deception_optimal(detection=1.5)
    with pytest.raises(ValueError, match="cooperation: expected a number below 1"):
        mesa.deception_optimal(cooperation=1.0)
    with pytest.raises(ValueError, match="p: expected"):
        mesa.absent_minded_value(-0.1)
    with pytest.raises(TypeError, match="deployment"):
        mesa.absent_minded(deployment=2.5)  # type: ignore[arg-type]
