r"""Random settings on which theory and simulation are held against each other.

Nothing is chosen by hand: settings are drawn from wide ranges before anything is simulated, in the
dimensionless numbers that decide (a, G, rho, the number of points) and in the units that should
not matter (width, decay, mass).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workedpapers.checks import positive_int
from workedpapers.isolated_points.kernels import Floats
from workedpapers.isolated_points.measurement.phase import displaced_modes
from workedpapers.isolated_points.measurement.rates import name_regime
from workedpapers.isolated_points.theory.closed_forms import critical_lr_g
from workedpapers.isolated_points.theory.linear import stability

__all__ = ["random_settings", "simulated_threshold", "trial"]

UPDATES = ("alternating", "simultaneous")


def random_settings(count: int, *, seed: int = 0) -> pd.DataFrame:
    """Draw settings of n generated points on one isolated true point.

    Parameters
    ----------
    count : number of settings, at least 1.
    seed : of the draw.

    Returns
    -------
    Data frame with the columns `a` (0.02 to 0.6), `G` (0.02 to 40), `rho` (0.4 to 2.5; exactly 1 in
    a third of the settings), `n` (1 to 3), `sigma` and `decay` (1/3 to 3), `p` (0.1 to 1), all
    but the first on a logarithmic scale; `update`; and what follows from them: `q`, `lr_d`, `lr_g`.

    Raises
    ------
    TypeError, ValueError : if ``count`` is not a whole number of at least 1.
    """
    size = positive_int(count, "count")
    rng = np.random.default_rng(seed)

    def spread(low: float, high: float) -> Floats:
        return np.exp(rng.uniform(np.log(low), np.log(high), size))

    frame = pd.DataFrame(
        {
            "a": rng.uniform(0.02, 0.6, size),
            "G": spread(0.02, 40),
            "rho": np.where(rng.random(size) < 1 / 3, 1.0, spread(0.4, 2.5)),
            "n": rng.integers(1, 4, size),
            "sigma": spread(1 / 3, 3),
            "decay": spread(1 / 3, 3),
            "p": spread(0.1, 1),
            "update": rng.choice(UPDATES, size),
        }
    )
    q = frame["rho"] * frame["p"] / frame["n"]
    lr_d = frame["a"] / frame["decay"]
    lr_g = frame["G"] * lr_d * frame["decay"] ** 2 * frame["sigma"] ** 2 / (q * frame["p"])
    return frame.assign(q=q, lr_d=lr_d, lr_g=lr_g)


def trial(
    settings: pd.DataFrame, *, steps: int = 1500, displacement: float = 1e-6, seed: int = 0
) -> pd.DataFrame:
    """Hold the regime and the rate that linear theory predicts against a simulation.

    The discriminator has settled with the points in place; the points are then displaced, and
    the modes of their trajectory are measured.

    Parameters
    ----------
    settings : data frame as from `random_settings`.
    steps, displacement, seed : as in `phase_diagram`.

    Returns
    -------
    The settings with `predicted` and `simulated` (regimes), `rate_predicted` and `rate_simulated`
    (factor per step).
    """
    parts = []
    for update, some in settings.groupby("update", sort=False):
        given: dict[str, Any] = {
            name: some[name].to_numpy()
            for name in ("p", "q", "n", "sigma", "lr_d", "lr_g", "decay")
        }
        theory = stability(**given, update=str(update))
        seen = np.full(len(some), np.nan, dtype=complex)
        for number in np.unique(some["n"]):
            rows = some.reset_index(drop=True)[(some["n"] == number).to_numpy()]
            cells: dict[str, Any] = {
                k: rows[k].to_numpy(float) for k in ("sigma", "lr_d", "lr_g", "decay")
            }
            seen[rows.index] = displaced_modes(
                **cells, true_mass=rows["p"].to_numpy(), generated_mass=rows["q"].to_numpy(),
                number=int(number), steps=steps, update=str(update), displacement=displacement,
                seed=seed,
            )  # fmt: skip
        parts.append(
            some.assign(
                predicted=theory.regime,
                simulated=name_regime(seen),
                rate_predicted=theory.rate,
                rate_simulated=np.abs(seen),
            )
        )
    return pd.concat(parts).sort_index()


def simulated_threshold(settings: pd.DataFrame, *, steps: int = 3000, rounds: int = 14) -> Floats:
    """Find by bisection the generator's rate at which a simulated point stops coming back.

    Parameters
    ----------
    settings : data frame as from `random_settings`, all with one `n` and one `update`.
    steps : of each simulation; the boundary is blurred by about 10 / steps.
    rounds : bisections in the logarithm of the rate, from a quarter to four times
        `critical_lr_g`; each halves the interval.

    Returns
    -------
    Array, one rate for each setting, in the units of `lr_g`; NaN where the boundary is not
    inside that interval.

    Raises
    ------
    ValueError : if the settings differ in `n` or `update`.
    """
    if len(settings[["n", "update"]].drop_duplicates()) != 1:
        raise ValueError("settings: expected one value of n and one of update.")
    number, update = int(settings["n"].iloc[0]), str(settings["update"].iloc[0])
    fixed: dict[str, Any] = {
        k: settings[k].to_numpy(float) for k in ("sigma", "lr_d", "decay", "p", "q")
    }
    guess = critical_lr_g(**fixed, n=number, update=update)
    true_mass, generated_mass = fixed.pop("p"), fixed.pop("q")

    def returns(rate: Floats) -> NDArray[np.bool_]:
        mode = displaced_modes(
            **fixed, lr_g=rate, true_mass=true_mass, generated_mass=generated_mass, number=number,
            steps=steps, update=update,
        )  # fmt: skip
        return np.abs(mode) < 1

    low, high = np.log(guess / 4), np.log(guess * 4)
    bracketed = returns(np.exp(low)) & ~returns(np.exp(high))
    for _ in range(rounds):
        middle = (low + high) / 2
        back = returns(np.exp(middle))
        low, high = np.where(back, middle, low), np.where(back, high, middle)
    return np.where(bracketed, np.exp((low + high) / 2), np.nan)
