"""Random trials, and the claims that rest on them."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose

from workedpapers.claims import table
from workedpapers.isolated_points import stability
from workedpapers.isolated_points.chapter import claims
from workedpapers.isolated_points.measurement.trials import (
    random_settings,
    simulated_threshold,
    trial,
)


def test_settings_are_what_their_control_numbers_say() -> None:
    drawn = random_settings(300, seed=4)
    theory = stability(**{k: drawn[k] for k in ("p", "q", "n", "sigma", "lr_d", "lr_g", "decay")})
    for name in ("a", "G", "rho"):
        assert_allclose(getattr(theory, name), drawn[name], rtol=1e-12)
    assert drawn["a"].between(0.02, 0.6).all()
    assert 0.2 < (drawn["rho"] == 1).mean() < 0.45
    assert set(drawn["n"]) == {1, 2, 3}
    assert drawn.equals(random_settings(300, seed=4))
    assert not drawn.equals(random_settings(300, seed=5))
    with pytest.raises(ValueError, match="count"):
        random_settings(0)


def test_a_trial_keeps_the_rows_and_their_order() -> None:
    drawn = random_settings(30, seed=2)
    tried = trial(drawn, steps=200)
    assert tried.index.equals(drawn.index)
    assert tried[list(drawn.columns)].equals(drawn)
    assert (tried["predicted"] == tried["simulated"]).all()


def test_a_wrong_theory_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from workedpapers.isolated_points.measurement import trials

    def wrong(**settings):
        return stability(**{**settings, "lr_g": 2 * np.asarray(settings["lr_g"])})

    monkeypatch.setattr(trials, "stability", wrong)
    tried = trials.trial(random_settings(60, seed=2), steps=200)
    assert (tried["predicted"] == tried["simulated"]).mean() < 0.95


def test_bisection_finds_the_hopf_boundary() -> None:
    drawn = random_settings(200, seed=3)
    some = drawn[(drawn["n"] == 1) & (drawn["update"] == "simultaneous")].head(5)
    found = simulated_threshold(some, steps=600, rounds=10)
    # Simultaneous and one point: the determinant reaches 1 at G = 1 / (rho - 1 + a).
    inverse = some["rho"] - 1 + some["a"]
    reached = inverse > 0
    strength = found * some["q"] * some["p"] / (some["lr_d"] * (some["decay"] * some["sigma"]) ** 2)
    assert_allclose(strength[reached], 1 / inverse[reached], rtol=5e-3)
    assert reached.any()
    with pytest.raises(ValueError, match="one value of n"):
        simulated_threshold(drawn)


def test_influence_falls_with_separation() -> None:
    shares = [claims.strongest_influence(d) for d in (2.5, 3.0, 4.0, 5.0, 6.0)]
    assert all(a > b for a, b in itertools.pairwise(shares))


def test_every_claim_is_reproduced() -> None:
    rows = table(claims.CLAIMS, "isolated_points").rows
    assert {row["id"]: row["verdict"] for row in rows} == {
        claim.id: "reproduced" for claim in claims.CLAIMS
    }
