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

from workedpapers.checks import Floats, columns_present, positive_int
from workedpapers.isolated_points.arguments import Update
from workedpapers.isolated_points.measurement.phase import displaced_modes
from workedpapers.isolated_points.measurement.rates import name_regime
from workedpapers.isolated_points.rules import UpdateRule, as_rule
from workedpapers.isolated_points.theory.closed_forms import critical_lr_g
from workedpapers.isolated_points.theory.linear import stability

__all__ = ["random_settings", "simulated_threshold", "trial"]

#: The orders of play that are drawn.
UPDATES = (Update.ALTERNATING.value, Update.SIMULTANEOUS.value)
_COLUMNS = ("p", "q", "n", "sigma", "lr_d", "lr_g", "decay", "update")


def random_settings(count: int, *, seed: int = 0) -> pd.DataFrame:
    r"""Draw settings of n generated points on one isolated true point.

    Parameters
    ----------
    count : int
        Number of settings, at least 1.
    seed : int
        Of the draw, at least 0.

    Returns
    -------
    DataFrame
        Columns `a` (0.02 to 0.6), `G` (0.02 to 40), `rho` (0.4 to 2.5; exactly 1 in a third of the
        settings), `n` (1 to 3), `sigma` and `decay` (1/3 to 3), `p` (0.1 to 1), all but the first
        on a logarithmic scale; `update`; and what follows from them: `q`, `lr_d`, `lr_g`.

    Raises
    ------
    TypeError
        If ``count`` or ``seed`` is not a whole number.
    ValueError
        If one is too small.

    See Also
    --------
    trial : Holds theory against simulation on them.

    Notes
    -----
    With :math:`\eta_d = a/\lambda`, :math:`q = \rho p/n` and
    :math:`\eta_g = G \eta_d \lambda^2\sigma^2/(qp)`. Chapter, section "Is it right?".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> drawn = ip.random_settings(500, seed=1)
    >>> bool(drawn["G"].between(0.02, 40).all()), sorted(drawn["n"].unique().tolist())
    (True, [1, 2, 3])
    """
    size = positive_int(count, "count")
    rng = np.random.default_rng(positive_int(seed, "seed", least=0))

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
    settings: pd.DataFrame,
    *,
    rule: str | UpdateRule = "gradient",
    steps: int = 1500,
    displacement: float = 1e-6,
    seed: int = 0,
) -> pd.DataFrame:
    r"""Hold the regime and the rate that linear theory predicts against a simulation.

    The discriminator has come to rest with the points in place; the points are then displaced, and
    the modes of their trajectory are measured.

    Parameters
    ----------
    settings : DataFrame
        As from `random_settings`.
    rule : str or UpdateRule
        How both players use their gradients; its numbers may be arrays with one entry for each
        row of the settings.
    steps : int
        As in `phase_diagram`.
    displacement : float
        As in `phase_diagram`.
    seed : int
        As in `phase_diagram`.

    Returns
    -------
    DataFrame
        The settings with `predicted` and `simulated` (regimes), `rate_predicted` and
        `rate_simulated` (factor per step).

    Raises
    ------
    TypeError
        If the rule is none.
    ValueError
        If a column is missing, or the rule has numbers for another number of settings.

    See Also
    --------
    random_settings : Draws them.

    Notes
    -----
    `stability` against `displaced_modes`. Chapter, sections "Is it right?" and "Which tricks move
    the dot?".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> tried = ip.trial(ip.random_settings(10, seed=2), steps=300)
    >>> bool((tried["predicted"] == tried["simulated"]).all())
    True
    """
    columns_present(settings, "settings", _COLUMNS)
    how = as_rule(rule)
    if how.settings not in (None, 1, len(settings)):
        raise ValueError(
            f"rule: expected numbers for {len(settings)} settings, got {how.settings}."
        )
    parts = []
    number = np.arange(len(settings))
    for update, group in settings.groupby("update", sort=False):
        at = number[(settings["update"] == update).to_numpy()]
        given: dict[str, Any] = {
            name: group[name].to_numpy()
            for name in ("p", "q", "n", "sigma", "lr_d", "lr_g", "decay")
        }
        theory = stability(**given, update=str(update), rule=how.at(at))
        seen = np.full(len(group), np.nan, dtype=complex)
        for count in np.unique(group["n"]):
            rows = np.flatnonzero((group["n"] == count).to_numpy())
            cells: dict[str, Any] = {
                k: group[k].to_numpy(float)[rows] for k in ("sigma", "lr_d", "lr_g", "decay")
            }
            seen[rows] = displaced_modes(
                **cells, true_mass=group["p"].to_numpy()[rows],
                generated_mass=group["q"].to_numpy()[rows], number=int(count), steps=steps,
                update=str(update), rule=how.at(at[rows]), displacement=displacement, seed=seed,
                show=False,
            )  # fmt: skip
        parts.append(
            group.assign(
                predicted=theory.regime,
                simulated=name_regime(seen),
                rate_predicted=theory.rate,
                rate_simulated=np.abs(seen),
            )
        )
    return pd.concat(parts).sort_index()


def simulated_threshold(settings: pd.DataFrame, *, steps: int = 3000, rounds: int = 14) -> Floats:
    r"""Find by bisection the generator's rate at which a simulated point stops coming back.

    Parameters
    ----------
    settings : DataFrame
        As from `random_settings`, all with one `n` and one `update`.
    steps : int
        Of each simulation; the boundary is blurred by about 10 / steps.
    rounds : int
        Bisections in the logarithm of the rate, from a quarter to four times `critical_lr_g`; each
        halves the interval.

    Returns
    -------
    ndarray
        One rate for each setting, in the units of `lr_g`; NaN where the boundary is not inside
        that interval.

    Raises
    ------
    ValueError
        If a column is missing, or the settings differ in `n` or `update`.

    See Also
    --------
    critical_lr_g : The same by theory.

    Notes
    -----
    A point comes back where :math:`|\mu| < 1` of `displaced_modes`. Chapter, section "Is it
    right?".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> drawn = ip.random_settings(40, seed=3).query("n == 1 and update == 'simultaneous'")[:2]
    >>> found = ip.simulated_threshold(drawn, steps=400, rounds=8)
    >>> rates = {k: drawn[k].to_numpy() for k in ("p", "q", "sigma", "lr_d", "decay")}
    >>> bool((abs(found / ip.critical_lr_g(**rates, update="simultaneous") - 1) < 0.02).all())
    True
    """
    columns_present(settings, "settings", _COLUMNS)
    if len(settings[["n", "update"]].drop_duplicates()) != 1:
        raise ValueError("settings: expected one value of n and one of update.")
    number, update = int(settings["n"].iloc[0]), str(settings["update"].iloc[0])
    fixed: dict[str, Any] = {
        k: settings[k].to_numpy(float) for k in ("sigma", "lr_d", "decay", "p", "q")
    }
    guess = critical_lr_g(**fixed, n=number, update=update)
    masses = {"true_mass": fixed.pop("p"), "generated_mass": fixed.pop("q")}

    def returns(*logs: Floats) -> NDArray[np.bool_]:
        """Whether points come back at some rates, all simulated side by side; a row for each."""
        given: dict[str, Any] = {k: np.tile(v, len(logs)) for k, v in (fixed | masses).items()}
        mode = displaced_modes(
            **given, lr_g=np.exp(np.concatenate(logs)), number=number, steps=steps, update=update
        )
        return (np.abs(mode) < 1).reshape(len(logs), -1)

    low, high = np.log(guess / 4), np.log(guess * 4)
    at_low, at_high = returns(low, high)
    for done in range(0, rounds, 2):  # two bisections from one batch: the second has two places
        middle = (low + high) / 2
        at_first, back, at_third = returns((low + middle) / 2, middle, (middle + high) / 2)
        low, high = np.where(back, middle, low), np.where(back, high, middle)
        if done + 1 < rounds:
            middle, back = (low + high) / 2, np.where(back, at_third, at_first)
            low, high = np.where(back, middle, low), np.where(back, high, middle)
    return np.where(at_low & ~at_high, np.exp((low + high) / 2), np.nan)
