"""The claims measure what they say, and have the verdicts that the chapter speaks of."""

import numpy as np
import pytest

from workedpapers.claims import Verdict, table
from workedpapers.claims.claim import measure
from workedpapers.meg_decoding.chapter import claims, study
from workedpapers.meg_decoding.chapter.tables import control_table, detection_table

VERDICTS = {
    "meg-recovery": "reproduced",
    "meg-false-alarms": "reproduced",
    "meg-control": "in part",
    "meg-univariate": "in part",
    "meg-85ms-real": "not testable here",
}


def test_every_claim_has_a_verdict_that_its_finding_fits():
    verdicts = {row["id"]: row["verdict"] for row in table(claims.CLAIMS, "meg_decoding").rows}
    assert verdicts == VERDICTS


def with_answers(monkeypatch, **changes):
    held = study.load_study() | changes
    monkeypatch.setattr(claims, "load_study", lambda: held)


def claim(name):
    return next(c for c in claims.CLAIMS if c.id == name)


@pytest.mark.parametrize(
    ("shift", "stretch"), [(0.012, 1.0), (0.0, 0.05)], ids=["late", "too sure"]
)
def test_recovery_fails_for_a_late_or_a_too_sure_method(monkeypatch, shift, stretch):
    answers = study.load_study()["replicates_onset"].copy()
    value = answers[..., :1].to_numpy()
    answers[..., 1:3] = value + stretch * (answers[..., 1:3] - value)
    answers[..., :3] += shift
    with_answers(monkeypatch, replicates_onset=answers)
    assert measure(claim("meg-recovery")).verdict is not Verdict.REPRODUCED


@pytest.mark.parametrize(("found", "verdict"), [(10, "reproduced"), (20, "in part"), (30, "not")])
def test_false_alarms_fail_at_one_in_ten(monkeypatch, found, verdict):
    answers = study.load_study()["null_onset"].copy()
    answers[:] = np.nan
    answers[:found, :, 0] = 0.1
    with_answers(monkeypatch, null_onset=answers)
    assert measure(claim("meg-false-alarms")).verdict.value.startswith(verdict)


def test_control_fails_if_it_takes_the_effect_as_well(monkeypatch):
    answers = study.load_study()["confound_onset"].copy()
    answers[:, 1, 1, 1, :3] = np.nan
    answers[0, 1, 1, 1, :3] = 0.085
    with_answers(monkeypatch, confound_onset=answers)
    assert measure(claim("meg-control")).verdict is not Verdict.REPRODUCED


def test_detection_before_the_onset_does_not_count(monkeypatch):
    first = study.load_study()["replicates_sensors"].copy()
    first[:] = 0.05
    with_answers(monkeypatch, replicates_sensors=first)
    assert claims.detected_soon()["single sensors"].value == 0
    first[:, :5, 0] = 0.088
    assert claims.detected_soon()["single sensors"].value == pytest.approx(0.1)


def test_the_finding_on_control_tells_the_stored_numbers():
    table = control_table().query("effect > 0 and analysis == 'regressed'").set_index("brighter")
    assert round(table.loc[2.0, "width"]) == 61
    assert round(table.loc[0.0, "width"]) == 13
    assert round(20 * table.loc[2.0, "found"]) == 20
    assert round(20 * table.loc[2.0, "early"]) == 3
    told = claim("meg-control").finding
    assert "is 61 ms wide against 13 ms" in told
    assert "3 of 20 answers" in told


def test_the_finding_tells_the_stored_numbers():
    table = detection_table().set_index(["who", "view"])["detected"]
    assert round(20 * table["diverse groups of 16", "decoding"]) == 13
    assert round(20 * table["diverse groups of 16", "single sensors"]) == 3
    assert "in 13 of 20 groups, single sensors in 3." in claim("meg-univariate").finding
