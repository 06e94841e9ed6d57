import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from workedpapers import bisg
from workedpapers.bisg import FIVE
from workedpapers.bisg.evaluation import auc


def world(n=2000, seed=0, sharpness=0.5):
    """Calibrated probabilities and truths drawn from them."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.full(5, sharpness), size=n)
    y = (rng.random(n)[:, None] > np.cumsum(p, axis=1)).sum(axis=1).clip(0, 4)
    return pd.DataFrame(p, columns=list(FIVE)), pd.Series(np.array(FIVE)[y])


def table(proba, truth, **options):
    return bisg.evaluate(proba, truth, draws=50, **options).set_index(["metric", "group"])


def test_metrics_by_hand():
    p = pd.DataFrame(
        [[0.7, 0.1, 0.1, 0.05, 0.05], [0.2, 0.6, 0.1, 0.05, 0.05], [0.5, 0.3, 0.1, 0.05, 0.05],
         [np.nan] * 5],
        columns=list(FIVE),
    )  # fmt: skip
    truth = pd.Series(["white", "black", "black", "asian"])
    value = table(p, truth)["value"]
    assert value["coverage", "all"] == 0.75
    assert value["coverage", "asian"] == 0
    assert_allclose(value["log_loss", "all"], -np.log([0.7, 0.6, 0.3]).mean())
    assert_allclose(value["accuracy", "all"], 2 / 3)
    y = np.array([[1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 1, 0, 0, 0]])
    assert_allclose(value["brier", "all"], ((p.iloc[:3] - y) ** 2).sum(axis=1).mean())
    assert value["auc", "white"] == 1
    assert value["tpr", "black"] == 0.5
    assert value["fpr", "white"] == 0.5
    assert_allclose(value["share_sum", "black"], 1 / 3)
    assert_allclose(value["share_argmax", "white"], 2 / 3)
    assert_allclose(value["error_argmax", "white"], 1 / 3)
    # 15 bins: 0.7, 0.2 and 0.5 lie in three of them
    assert_allclose(value["ece", "white"], (0.3 + 0.2 + 0.5) / 3)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=3, max_size=40))
def test_auc_is_the_share_of_pairs_in_the_right_order(rows):
    p = np.array([score for score, _ in rows]) / 5
    member = np.array([flag for _, flag in rows])
    if not 0 < member.sum() < len(member):
        return
    pairs = p[member][:, None] - p[~member][None, :]
    value, low, high = auc(p, member, 0.95)
    assert_allclose(value, ((pairs > 0) + 0.5 * (pairs == 0)).mean())
    assert low <= value <= high


def test_auc_interval_is_that_of_delong_by_pairs():
    rng = np.random.default_rng(8)
    member = np.arange(90) < 25
    score = np.round(rng.normal(size=90) + member, 1)  # with ties
    pairs = score[member][:, None] - score[~member][None, :]
    psi = (pairs > 0) + 0.5 * (pairs == 0)
    variance = psi.mean(axis=1).var(ddof=1) / 25 + psi.mean(axis=0).var(ddof=1) / 65
    value, low, high = auc(score, member, 0.95)
    centre = np.log(value / (1 - value))
    half = 1.959963984540054 * np.sqrt(variance) / (value * (1 - value))
    assert_allclose([low, high], 1 / (1 + np.exp(-np.array([centre - half, centre + half]))))


def test_auc_interval_covers():
    hits = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        member = np.arange(120) < 50
        score = rng.normal(size=120) + member
        _, low, high = auc(score, member, 0.95)
        hits += low <= 0.7602499389065233 <= high  # Phi(1 / sqrt 2)
    assert hits >= 180


def test_calibrated_probabilities_look_calibrated_and_distorted_ones_do_not():
    proba, truth = world(20_000)
    good = table(proba, truth)
    assert good.loc["ece", "value"].max() < 0.02
    distorted = proba**3
    distorted = distorted.div(distorted.sum(axis=1), axis=0)
    bad = table(distorted, truth)
    assert (bad.loc["ece", "value"] > good.loc["ece", "value"]).all()
    assert bad["value"]["log_loss", "all"] > good["value"]["log_loss", "all"]


def test_intervals_of_the_error_of_sums_cover():
    hits = []
    for seed in range(100):
        error = table(*world(400, seed=1000 + seed)).loc["error_sum"]
        hits.append((error["low"] <= 0) & (error["high"] >= 0))
    assert_allclose(np.mean(hits), 0.95, atol=0.03)  # 500 intervals, correlated by fives


def test_every_interval_holds_its_value_except_the_calibration_error():
    metrics = table(*world())
    others = metrics.drop("ece", level="metric")
    assert (others["low"] <= others["value"] + 1e-12).all()
    assert (others["value"] <= others["high"] + 1e-12).all()


def test_rows_without_truth_are_left_out_and_order_does_not_matter():
    proba, truth = world(500)
    part = truth.copy()
    part.iloc[400:] = None
    expected = bisg.evaluate(proba.iloc[:400], truth.iloc[:400], seed=1)
    pd.testing.assert_frame_equal(bisg.evaluate(proba, part, seed=1), expected)
    order = np.random.default_rng(0).permutation(400)
    shuffled = bisg.evaluate(proba.iloc[order], truth.iloc[order], seed=1)
    assert_allclose(shuffled["value"], expected["value"], rtol=1e-9)


def test_truth_may_be_text_a_list_or_categories():
    proba, truth = world(300)
    expected = bisg.evaluate(proba, truth)
    for form in (truth.tolist(), truth.to_numpy(), truth.astype("category"), truth.astype(object)):
        pd.testing.assert_frame_equal(bisg.evaluate(proba, form), expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda p, y: (p, y.iloc[:-1].tolist()),
            "truth: expected 2000 rows as proba has, got 1999",
        ),
        (lambda p, y: (p, y.set_axis(range(1, 2001))), "expected the index of proba"),
        (lambda p, y: (p, y.replace("white", "purple")), "purple"),
        (lambda p, y: (p.drop(columns="asian"), y), "expected the columns"),
        (lambda p, y: (p * np.nan, y), "expected a row with an answer and a known truth"),
        (lambda p, y: (p, [None] * 2000), "expected a row with a known group"),
    ],
)
def test_bad_input_is_refused_by_name(change, message):
    with pytest.raises(ValueError, match=message):
        bisg.evaluate(*change(*world()))


@pytest.mark.parametrize("equal", ["width", "size"])
def test_reliability_counts_everybody_once_and_lies_on_the_diagonal(equal):
    proba, truth = world(20_000, seed=3)
    curve = bisg.reliability(proba, truth, "black", equal=equal, confidence=0.999)
    assert curve["n"].sum() == len(proba)
    assert curve["probability"].between(curve["left"], curve["right"]).all()
    assert curve["probability"].between(curve["low"], curve["high"]).all()
    frequency = (curve["frequency"] * curve["n"]).sum() / curve["n"].sum()
    assert_allclose(frequency, (truth == "black").mean())


def test_reliability_of_one_value_and_bad_requests():
    proba, truth = world(50)
    flat = pd.DataFrame(np.full((50, 5), 0.2), columns=list(FIVE))
    assert len(bisg.reliability(flat, truth, "white", equal="size")) == 1
    with pytest.raises(ValueError, match=r"group: expected one of .*'green'"):
        bisg.reliability(proba, truth, "green")
    with pytest.raises(ValueError, match=r"equal: expected one of .*'area'"):
        bisg.reliability(proba, truth, "white", equal="area")
