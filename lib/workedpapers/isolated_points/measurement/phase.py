"""Phase diagrams: what a slightly displaced point does, measured over a grid of settings."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from workedpapers.checks import Floats, as_float_array, positive_int
from workedpapers.isolated_points.arguments import Update
from workedpapers.isolated_points.measurement.rates import (
    Complexes,
    fitted_mode,
    linear_window,
    name_regime,
)
from workedpapers.isolated_points.rules import UpdateRule, as_rule
from workedpapers.isolated_points.simulation.dynamics import simulate
from workedpapers.progress import progress_bar

__all__ = ["displaced_modes", "phase_diagram"]

_CELLS = 1024  # settings simulated together: at most 8 MB of positions per point and 1,000 steps
_NEAR, _FLOOR = 1e-3, 1e-12  # in units of sigma; see `linear_window`


def phase_diagram(
    *,
    G: ArrayLike | None = None,
    rho: ArrayLike | None = None,
    a: ArrayLike | None = None,
    lr_g: ArrayLike | None = None,
    generated_mass: ArrayLike | None = None,
    lr_d: ArrayLike | None = None,
    decay: ArrayLike = 1.0,
    sigma: ArrayLike = 1.0,
    true_mass: ArrayLike = 1.0,
    number: int = 1,
    steps: int = 1000,
    update: str = Update.ALTERNATING,
    rule: str | UpdateRule = "gradient",
    displacement: float = 1e-6,
    seed: int = 0,
    show: bool = True,
) -> pd.DataFrame:
    r"""Simulate one true point with N generated points on it, for a grid of two parameters.

    In every cell the discriminator has come to rest with the points in place (``warm_up=inf``),
    these are off by up to ``displacement``, and the dominant mode of the simulated trajectory is
    measured: that of the points' mean and that of their distances from the mean, whichever is
    larger in modulus. The cell says whether the matched position is kept, not where points go
    that leave it. Two of the parameters are lists of values, the others numbers.

    Parameters
    ----------
    G, rho, a : array_like or None
        Control numbers, G at least 0, rho above 0, a strictly between 0 and 2. Where one is None
        its other name counts; where both are, G = 1, rho = 1 and a = 0.1.
    lr_g, generated_mass, lr_d : array_like or None
        Rate of the generator, q of each point, and rate of the discriminator, in place of these.
    decay, sigma, true_mass : array_like
        :math:`\lambda`, :math:`\sigma` (units of the data) and p, above 0.
    number : int
        N, at least 1.
    steps : int
        At least 8. The rate needs a visible decay: where :math:`|\mu|` is within 1 / steps of 1,
        take more. Where it is above 5 or below 0.2 few steps lie in the linear range, and the
        rate is good to some per cent only; elsewhere to about 1e-5.
    update : {"alternating", "simultaneous", "generator_first"}
        Who moves first.
    rule : str or UpdateRule
        As in `simulate`.
    displacement : float
        Largest initial distance from the true point in units of :math:`\sigma`, between 1e-10
        and 1e-4.
    seed : int
        Of the displacements, the same in every cell.
    show : bool
        Whether a progress bar appears when it takes longer than three seconds.

    Returns
    -------
    DataFrame
        One row for each cell: the two parameters; ``rate``, the factor per step, :math:`|\mu|`;
        ``angle``, the argument of :math:`\mu` in radians, 0 to pi; ``regime``, as in `regime_of`.

    Raises
    ------
    TypeError
        If an argument is not what it should be.
    ValueError
        If an argument is out of range, or not two of the parameters are lists.

    See Also
    --------
    stability : The same map by theory.

    Notes
    -----
    .. math:: a = \eta_d \lambda, \qquad \rho = N q / p, \qquad
        G = \frac{\eta_g q p}{\eta_d \lambda^2 \sigma^2}.

    Chapter, section "The map".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> cells = ip.phase_diagram(G=[0.1, 4.0], rho=[1.0, 2.0], a=0.1, steps=200, show=False)
    >>> cells["regime"].tolist()
    ['monotone', 'monotone', 'oscillating', 'diverging']
    """
    given = {
        "G": G, "rho": rho, "a": a, "lr_g": lr_g, "generated_mass": generated_mass, "lr_d": lr_d,
        "decay": decay, "sigma": sigma, "true_mass": true_mass,
    }  # fmt: skip
    for control, raw in (("G", "lr_g"), ("rho", "generated_mass"), ("a", "lr_d")):
        if given[control] is not None and given[raw] is not None:
            raise ValueError(f"{raw}: expected None, since {control} is given; got {given[raw]!r}.")
        if given[raw] is None and given[control] is None:
            given[control] = {"G": 1.0, "rho": 1.0, "a": 0.1}[control]
    number = positive_int(number, "number")
    varied, cells = _grid({name: v for name, v in given.items() if v is not None})
    _resolve(cells, number)
    mode = displaced_modes(
        sigma=cells["sigma"], lr_d=cells["lr_d"], lr_g=cells["lr_g"], decay=cells["decay"],
        true_mass=cells["true_mass"], generated_mass=cells["generated_mass"], number=number,
        steps=steps, update=update, rule=rule, displacement=displacement, seed=seed, show=show,
    )  # fmt: skip
    frame = pd.DataFrame({name: cells[name] for name in varied})
    return frame.assign(rate=np.abs(mode), angle=np.abs(np.angle(mode)), regime=name_regime(mode))


def displaced_modes(
    *,
    sigma: ArrayLike,
    lr_d: ArrayLike,
    lr_g: ArrayLike,
    decay: ArrayLike,
    true_mass: ArrayLike,
    generated_mass: ArrayLike,
    number: int = 1,
    steps: int = 1000,
    update: str = Update.ALTERNATING,
    rule: str | UpdateRule = "gradient",
    displacement: float = 1e-6,
    seed: int = 0,
    show: bool = True,
) -> Complexes:
    r"""Displace N points that sit on one true point, simulate, and measure the dominant mode.

    Parameters
    ----------
    sigma, lr_d, lr_g, decay, true_mass, generated_mass : array_like
        Numbers, or shape (B,), as in `simulate`.
    number, steps : int
        As in `phase_diagram`.
    update : {"alternating", "simultaneous", "generator_first"}
        Who moves first.
    rule : str or UpdateRule
        As in `simulate`; its numbers may have shape (B,).
    displacement : float
        As in `phase_diagram`.
    seed : int
        As in `phase_diagram`.
    show : bool
        As in `phase_diagram`.

    Returns
    -------
    ndarray of complex
        Shape (B,): the mode of larger modulus of the points' mean and of their distances from the
        mean; its modulus is the factor per step. NaN where nothing could be measured.

    Raises
    ------
    TypeError
        If an argument is not what it should be.
    ValueError
        If an argument is out of range.

    See Also
    --------
    phase_diagram : The same over a grid.

    Notes
    -----
    Prony's method on the simulated path, see `dominant_mode`. Chapter, section "Is it right?".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> rates = {"sigma": 1.0, "lr_d": 0.1, "lr_g": 0.4, "decay": 1.0}
    >>> mode = ip.displaced_modes(**rates, true_mass=1.0, generated_mass=1.0, steps=200)
    >>> abs(mode).round(4).tolist()
    [0.9487]
    """
    steps = positive_int(steps, "steps", least=8)
    if not 1e-10 <= displacement <= 1e-4:
        raise ValueError(f"displacement: expected 1e-10 to 1e-4, got {displacement}.")
    given = {
        "sigma": sigma, "lr_d": lr_d, "lr_g": lr_g, "decay": decay, "true_mass": true_mass,
        "generated_mass": generated_mass,
    }  # fmt: skip
    how = as_rule(rule)
    cells = {name: np.atleast_1d(as_float_array(value, name)) for name, value in given.items()}
    count = max(how.settings or 1, *(len(value) for value in cells.values()))
    cells = {name: np.broadcast_to(value, count) for name, value in cells.items()}
    offset = np.random.default_rng(seed).uniform(-1, 1, positive_int(number, "number"))
    offset *= displacement / np.abs(offset).max()
    mode = np.empty(count, dtype=complex)
    starts = range(0, count, _CELLS)
    for start in progress_bar(starts, desc="Displaced points", unit="block", show=show):
        rows = slice(start, start + _CELLS)
        some = {name: value[rows] for name, value in cells.items()}
        width = some["sigma"]
        run = simulate(
            [0.0], (width[:, None] * offset)[..., None], steps=steps, sigma=width,
            lr_d=some["lr_d"], lr_g=some["lr_g"], decay=some["decay"], warm_up=np.inf,
            true_mass=some["true_mass"][:, None], update=update, rule=how.at(rows), show=False,
            generated_mass=some["generated_mass"][:, None],
        )  # fmt: skip
        path = run.generated[..., 0] / width[:, None, None]
        mode[rows] = _slowest(path, (2, 1) if how.is_plain else (4, 2))
    return mode


def _grid(given: dict[str, ArrayLike]) -> tuple[list[str], dict[str, Floats]]:
    """Name the two parameters that vary, and give every parameter a value in each cell."""
    values = {name: as_float_array(value, name) for name, value in given.items()}
    for name, value in values.items():
        if value.ndim > 1:
            raise ValueError(f"{name}: expected a number or a list, got shape {value.shape}.")
        least = "at least 0" if name in ("G", "lr_g") else "above 0"
        if (value < 0).any() or (least == "above 0" and (value == 0).any()):
            raise ValueError(f"{name}: expected values {least}, got {value.min()}.")
    varied = [name for name, value in values.items() if value.ndim == 1]
    if len(varied) != 2:
        raise ValueError(
            "parameters: expected lists of values for exactly two of them, got "
            f"{', '.join(varied) or 'none'}."
        )
    first, second = np.meshgrid(values[varied[0]], values[varied[1]], indexing="ij")
    cells = {name: np.full(first.size, value) for name, value in values.items() if value.ndim == 0}
    cells |= {varied[0]: first.ravel(), varied[1]: second.ravel()}
    return varied, cells


def _resolve(cells: dict[str, Floats], number: int) -> None:
    """Fill in the rates and the mass that a control number stands for."""
    if "lr_d" not in cells:
        cells["lr_d"] = cells["a"] / cells["decay"]
    if "generated_mass" not in cells:
        cells["generated_mass"] = cells["rho"] * cells["true_mass"] / number
    a = cells["lr_d"] * cells["decay"]
    if (a >= 2).any():
        raise ValueError(f"a: expected lr_d * decay below 2, where f comes to rest; got {a.max()}.")
    if "lr_g" not in cells:
        unit = a * cells["decay"] * cells["sigma"] ** 2
        cells["lr_g"] = cells["G"] * unit / (cells["generated_mass"] * cells["true_mass"])


def _slowest(path: Floats, counts: tuple[int, int]) -> Complexes:
    """Dominant mode of paths of shape (B, T, N) around 0, in units of sigma.

    ``counts`` says how many modes the points' mean and their differences have at most: with plain
    steps two, with the discriminator's slope, and one; each player's memory adds one.
    """
    together = path.mean(axis=2, keepdims=True)
    apart = path - together
    distance = np.abs(path).max(axis=2)
    linear = linear_window(distance, _NEAR, _FLOOR)
    both = [(together, counts[0]), (apart, counts[1])]
    parts = both if path.shape[2] > 1 else both[:1]
    modes = []
    for series, count in parts:
        # Each drives the other in the third order of the distance. Use it where that is 1e-6 of it.
        floor = np.maximum(_FLOOR, 1e6 * distance**3)
        heard = linear_window(np.abs(series).max(axis=2), _NEAR, floor)
        modes.append(fitted_mode(np.nan_to_num(series), linear & heard, _FLOOR, modes=count))
    found = np.stack(modes)
    pick = np.nan_to_num(np.abs(found)).argmax(axis=0)
    slowest: Complexes = found[pick, np.arange(found.shape[1])]
    return slowest
