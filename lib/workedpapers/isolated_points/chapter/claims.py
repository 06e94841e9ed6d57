"""The paper's claims, each with the function that measures it.

The paper's text was not at hand beyond its abstract and the opening of its introduction: the
theory that is tested is derived in the chapter, so every basis is *reconstruction*.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from workedpapers.checks import Floats
from workedpapers.claims import All, AtLeast, AtMost, Claim, Measured
from workedpapers.isolated_points.measurement.trials import (
    UPDATES,
    random_settings,
    simulated_threshold,
    trial,
)
from workedpapers.isolated_points.simulation.dynamics import simulate
from workedpapers.isolated_points.theory.closed_forms import collapse_radius, critical_lr_g
from workedpapers.isolated_points.theory.propulsion import self_propulsion_speed
from workedpapers.isolated_points.theory.separation import influence
from workedpapers.stats import wilson

#: Distance between the true points of the chapter's examples, in kernel widths.
SEPARATION = 5.0


def strongest_influence(separation: float = SEPARATION, *, closest: float = 0.1) -> float:
    """Largest pull of all other true points, as a share of the own one's, within a width of it.

    Seven true points stand on a line, and the places are 0.1 to 1 width from the middle one.
    """
    true = separation * np.arange(-3, 4)
    at = np.linspace(closest, 1, 91)
    return float(influence(true, at, 1.0).ratio.max())


@cache
def trials(count: int = 2000, seed: int = 0) -> pd.DataFrame:
    """Predicted and simulated regimes and rates of random settings; see `trial`."""
    return trial(random_settings(count, seed=seed), steps=600)


def share_of_regimes_predicted() -> Measured:
    """Share of random settings whose simulation is in the regime that theory names."""
    runs = trials()
    right = int((runs["predicted"] == runs["simulated"]).sum())
    return Measured(*wilson(right, len(runs)), unit="%", digits=2, interval="95% Wilson")


def rate_errors() -> Floats:
    """Relative errors of the predicted contraction rate where theory says that points come back."""
    runs = trials()
    stable = runs[runs["predicted"].isin(["monotone", "oscillating"])]
    simulated, predicted = (
        stable[f"rate_{name}"].to_numpy(float) for name in ("simulated", "predicted")
    )
    errors: Floats = np.abs(simulated / predicted - 1)
    return errors


@cache
def threshold_errors(count: int = 40, seed: int = 1) -> Floats:
    """Relative errors of the generator's critical rate, against bisections of simulations."""
    drawn = random_settings(12 * count, seed=seed)
    errors = []
    for update in UPDATES:
        some = drawn[(drawn["update"] == update) & (drawn["n"] == 1)].head(count)
        at = {name: some[name].to_numpy() for name in ("p", "q", "sigma", "lr_d", "decay")}
        found = simulated_threshold(some, steps=1000, rounds=12)
        errors.append(np.abs(found / critical_lr_g(**at, update=update) - 1))
    return np.concatenate(errors)


@cache
def collapse() -> pd.DataFrame:
    """Radius at which surplus points hold around a true point: closed form and simulation."""
    ratios = np.array([1.2, 1.6, 2.0, 2.5, 3.0])
    parts = []
    for n in (2, 3, 4):
        corners = np.eye(n) - 1 / n  # a regular simplex, in n dimensions of which it needs n - 1
        rngs = [np.random.default_rng([n, int(10 * ratio)]) for ratio in ratios]
        shaken = np.stack([rng.standard_normal((n, n)) for rng in rngs])
        start = 0.9 * corners / np.linalg.norm(corners[0]) + 0.05 * shaken @ corners
        run = simulate(
            np.zeros((1, n)), start, true_mass=1.0, generated_mass=ratios[:, None] / n, sigma=1.0,
            lr_d=0.1, lr_g=0.05, decay=1.0, steps=3000, keep="last", show=False,
        )  # fmt: skip
        radius = np.linalg.norm(run.final, axis=2)
        parts.append(
            pd.DataFrame(
                {
                    "n": n,
                    "mass_ratio": ratios,
                    "theory": collapse_radius(n, ratios, 1.0),
                    "simulated": radius.mean(axis=1),
                    "spread": np.ptp(radius, axis=1),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def collapse_error() -> float:
    """Largest relative error of the closed form of the radius."""
    frame = collapse()
    return float(np.abs(frame["simulated"] / frame["theory"] - 1).max())


@cache
def outcasts(seed: int = 0) -> pd.DataFrame:
    """Speed of a lone generated point that is jostled: closed form and simulation.

    A noise of a millionth of the width starts the motion; the speed is the mean over the last 500
    of 4,000 steps, in units of sigma lr_d decay.
    """
    strengths = np.array([0.5, 0.8, 1.0, 1.3, 1.6, 2.0, 3.0, 4.0, 6.0, 8.0])
    fixed: dict[str, Any] = {"sigma": 1.0, "lr_d": 0.1, "decay": 1.0}
    run = simulate(
        [0.0], [0.0], true_mass=0.0, generated_mass=1.0, lr_g=0.1 * strengths, noise=1e-6,
        seed=seed, steps=4000, show=False, **fixed,
    )  # fmt: skip
    path = run.generated[:, -501:, 0, 0]
    unit = fixed["sigma"] * fixed["lr_d"] * fixed["decay"]
    speeds = [
        [self_propulsion_speed(q=1.0, lr_g=0.1 * g, time=time, **fixed) / unit for g in strengths]
        for time in ("discrete", "continuous")
    ]
    return pd.DataFrame(
        {
            "G": strengths,
            "theory": speeds[0],
            "continuous": speeds[1],
            "simulated": np.abs(path[:, -1] - path[:, 0]) / 500 / unit,
        }
    )


def outcast_errors() -> dict[str, Measured]:
    """How far a point below the threshold gets, and the largest relative error above it."""
    frame = outcasts()
    moving = frame["theory"] > 0
    error = np.abs(frame["simulated"] / frame["theory"] - 1)[moving].max()
    return {
        "speed above the threshold": Measured(float(error), unit="%", digits=2),
        "speed below it": Measured(float(frame.loc[~moving, "simulated"].max()), digits=1),
    }


_LINEAR = "theory is exact to first order, and points start within a millionth of a width"

CLAIMS = [
    Claim(
        id="ip-isolation",
        says="Each generated point is influenced by at most one true point.",
        where="abstract",
        basis="reconstruction",
        expect=AtMost(
            0.01,
            unit="%",
            why=(
                "pull of all others over the pull of the own true point, 0.1 to 1 width from it, "
                "with true points 5 widths apart; below 1% it cannot move the rates below by more"
            ),
        ),
        measure=lambda: Measured(strongest_influence(), unit="%", digits=2),
    ),
    Claim(
        id="ip-conditions",
        says="Conditions for convergence can be stated precisely.",
        where="abstract",
        basis="reconstruction",
        expect=AtMost(
            0.01,
            unit="%",
            why="largest error of the generator's critical rate over 80 random settings, which "
            "bisection of simulations of 1,000 steps resolves to better than 1%",
        ),
        measure=lambda: Measured(float(threshold_errors().max()), unit="%", digits=2),
    ),
    Claim(
        id="ip-regimes",
        says="Simulations predictably replicate the behaviours.",
        where="abstract",
        basis="reconstruction",
        expect=AtLeast(
            0.98,
            unit="%",
            why="regimes of 2,000 random settings; about one in a hundred lies so near a boundary "
            "that a finite run cannot tell",
        ),
        measure=share_of_regimes_predicted,
    ),
    Claim(
        id="ip-rate",
        says="The analysis predicts how fast points converge.",
        where="abstract of the authors' paper of 2023, arXiv 2305.08277",
        basis="reconstruction",
        expect=AtMost(
            0.01,
            unit="%",
            why=f"largest relative error of the contraction per step; {_LINEAR}",
        ),
        measure=lambda: Measured(float(rate_errors().max()), unit="%", digits=1),
    ),
    Claim(
        id="ip-collapse",
        says="The analysis explains an approximate mode collapse: convergence to a bad minimum.",
        where="abstract",
        basis="reconstruction",
        expect=AtMost(
            0.01,
            unit="%",
            why="largest error of the closed form of the radius at which 2, 3 and 4 surplus points "
            "hold around a true point; it is exact at rest, and the runs have come to rest",
        ),
        measure=lambda: Measured(collapse_error(), unit="%", digits=1),
    ),
    Claim(
        id="ip-divergence",
        says="The analysis explains divergence.",
        where="abstract",
        basis="reconstruction",
        expect=All(
            {
                "speed above the threshold": AtMost(
                    0.01, unit="%", why="the equation for the speed is exact for a steady motion"
                ),
                "speed below it": AtMost(
                    1e-3, why="noise of a millionth of a width moves a resting point by less"
                ),
            },
            why="a lone generated point must run away at the predicted speed, and below the "
            "threshold stay where it is",
        ),
        measure=outcast_errors,
    ),
]
