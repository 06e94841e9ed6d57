r"""Eight modes on a ring: what the kernel's width does when points are no longer isolated.

Many runs from random starts, for a grid of widths and of the control number
:math:`G = \eta_g q p / (\eta_d \lambda^2 \sigma^2)`.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from workedpapers.checks import Floats, one_of, positive_int
from workedpapers.isolated_points.arguments import one_number, whole
from workedpapers.isolated_points.measurement.metrics import coverage
from workedpapers.isolated_points.rules import UpdateRule
from workedpapers.isolated_points.simulation.dynamics import simulate
from workedpapers.parallel import in_parallel
from workedpapers.stats import bootstrap

__all__ = ["STARTS", "Start", "ring", "ring_map", "ring_run", "start_points", "summary"]


class Start(StrEnum):
    """Where the generated points begin."""

    ON_ONE_MODE = "on one mode"
    IN_A_BOX = "in a box"


STARTS = tuple(Start)
MODES, MEMORY = 8, 0.1  # number of modes; lr_d * decay
#: The grid of `ring_map`. Neighbouring modes are 0.765 apart.
WIDTHS = np.round(np.geomspace(0.06, 0.6, 9), 3)
GAMMAS = np.round(0.1 * 2.0 ** np.arange(8), 1)
SEEDS, STEPS, FRAMES = 20, 2000, 41
REACH, LOST = 0.35, 1.0  # a mode nearer than this is covered; farther from all, a point is lost


def ring(modes: int = MODES, *, radius: float = 1.0) -> Floats:
    r"""Equally spaced points on a circle about 0.

    Parameters
    ----------
    modes : int
        How many, at least 1.
    radius : float
        Of the circle, above 0.

    Returns
    -------
    ndarray
        Shape (modes, 2).

    Raises
    ------
    TypeError
        If a number is none.
    ValueError
        If a number is too small.

    See Also
    --------
    ring_run : Trains on it.

    Notes
    -----
    :math:`x_k = r\,(\cos 2\pi k/n, \sin 2\pi k/n)`; eight of radius 1 are 0.765 apart. Chapter,
    section "When points are not isolated".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> ip.ring(4).round(6).tolist()[:2]
    [[1.0, 0.0], [0.0, 1.0]]
    """
    angle = 2 * np.pi * np.arange(positive_int(modes, "modes")) / modes
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    places: Floats = circle * one_number(radius, "radius")
    return places


def start_points(start: str, seed: int, count: int = MODES) -> Floats:
    """Random starting points: around the first mode, or in the square of side 2.4 about 0."""
    chosen = Start(one_of(start, "start", STARTS))
    rng = np.random.default_rng([STARTS.index(chosen), seed])
    if chosen == Start.IN_A_BOX:
        return rng.uniform(-1.2, 1.2, (count, 2))
    first: Floats = ring()[0]
    return first + 0.05 * rng.standard_normal((count, 2))


def ring_run(
    sigma: float,
    G: float,
    *,
    start: str = Start.IN_A_BOX,
    seeds: ArrayLike = 0,
    steps: int = STEPS,
    keep: int | str = "all",
    rule: str | UpdateRule = "gradient",
) -> tuple[Floats, pd.DataFrame]:
    r"""Train eight generated points on the ring of eight modes, once for each seed.

    Parameters
    ----------
    sigma : float
        Kernel width; the ring has radius 1.
    G : float
        Control number of a matched pair.
    start : {"on one mode", "in a box"}
        Where the generated points begin.
    seeds : array_like of int
        Whole numbers of at least 0, shape (s,), or one.
    steps : int
        As in `simulate`.
    keep : {"all", "last"} or int
        As in `simulate`.
    rule : str or UpdateRule
        As in `simulate`.

    Returns
    -------
    positions : ndarray
        Shape (s, kept, 8, 2).
    found : DataFrame
        A row for each seed: ``seed``; ``covered``, the number of modes within reach (1.2 sigma, at
        most 0.35) of a point; ``lost``, the number of points farther than 1 from every mode, in
        the end.

    Raises
    ------
    TypeError
        If an argument is not what it should be.
    ValueError
        If ``start`` is unknown or a number out of range.

    See Also
    --------
    ring_map : The same over a grid.

    Notes
    -----
    With a = 0.1 and equal masses :math:`q = p = 1/8`, :math:`\eta_g = G a\sigma^2/q^2`. Chapter,
    section "When points are not isolated".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> path, found = ip.ring_run(0.4, 0.5, seeds=[0, 1], steps=200, keep="last")
    >>> path.shape, found["lost"].tolist()
    ((2, 1, 8, 2), [0, 0])
    """
    chosen = np.atleast_1d(whole(seeds, "seeds", least=0))
    width, strength = one_number(sigma, "sigma"), one_number(G, "G")
    mass = 1 / MODES
    run = simulate(
        ring(),
        np.stack([start_points(start, int(seed)) for seed in chosen]),
        sigma=width,
        lr_d=MEMORY,
        lr_g=strength * MEMORY * width**2 / mass**2,
        decay=1.0,
        rule=rule,
        steps=steps,
        keep=keep,
        show=False,
    )
    found = coverage(ring(), run.generated[:, -1], min(1.2 * width, REACH), beyond=LOST)
    frame = pd.DataFrame({"seed": chosen, "covered": found.covered, "lost": found.diverged})
    return run.generated, frame


def _cell(at: tuple[str, float, float, int, int]) -> tuple[Floats, pd.DataFrame]:
    start, sigma, strength, seeds, steps = at
    path, frame = ring_run(
        sigma, strength, start=start, seeds=np.arange(seeds), steps=steps,
        keep=max(1, steps // (FRAMES - 1)),
    )  # fmt: skip
    return path[0], frame.assign(start=str(start), sigma=sigma, G=strength)


def ring_map(
    sigma: ArrayLike = WIDTHS,
    G: ArrayLike = GAMMAS,
    *,
    starts: tuple[str, ...] = STARTS,
    seeds: int = SEEDS,
    steps: int = STEPS,
    workers: int | None = None,
) -> tuple[Floats, pd.DataFrame]:
    r"""Train on the ring for every combination of width, G and kind of start.

    Several processes work on it.

    Parameters
    ----------
    sigma, G : array_like
        Kernel widths and control numbers.
    starts : tuple of str
        Kinds of start.
    seeds : int
        Number of seeds in each cell.
    steps : int
        As in `simulate`.
    workers : int or None
        Number of processes; None is one for each core.

    Returns
    -------
    positions : ndarray
        Of the first seed over time, shape (starts, widths, G, kept, 8, 2).
    found : DataFrame
        A row for each run: ``seed``, ``covered``, ``lost``, ``start``, ``sigma``, ``G``.

    Raises
    ------
    TypeError
        If an argument is not what it should be.
    ValueError
        If a start is unknown or a number out of range.

    See Also
    --------
    ring_run : One cell.

    Notes
    -----
    Chapter, section "When points are not isolated".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> one = {"starts": ("in a box",), "seeds": 2, "steps": 80, "workers": 1}
    >>> path, found = ip.ring_map([0.4], [0.5], **one)
    >>> path.shape, len(found)
    ((1, 1, 1, 41, 8, 2), 2)
    """
    widths, strengths = np.atleast_1d(sigma), np.atleast_1d(G)
    cells = [
        (start, float(s), float(g), positive_int(seeds, "seeds"), steps)
        for start in starts
        for s in widths
        for g in strengths
    ]
    done = in_parallel(_cell, cells, desc="Ring", unit="cell", workers=workers)
    paths, frames = zip(*done, strict=True)
    shape = (len(starts), len(widths), len(strengths))
    return np.reshape(paths, (*shape, *paths[0].shape)), pd.concat(frames, ignore_index=True)


def summary(runs: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Mean of modes covered and points lost in each cell, with 95% bootstrap intervals over seeds.

    Returns
    -------
    Data frame with a row for each `start`, `sigma`, `G`, and for both measures ``_low``, ``_high``.
    """
    rows = []
    for (start, sigma, strength), some in runs.groupby(["start", "sigma", "G"], sort=True):
        row = {"start": start, "sigma": sigma, "G": strength, "runs": len(some)}
        for name in ("covered", "lost"):
            interval = bootstrap(
                np.mean, some[name].to_numpy(float), method="percentile", seed=seed
            )
            row |= {name: some[name].mean(), f"{name}_low": interval.low}
            row[f"{name}_high"] = interval.high
        rows.append(row)
    return pd.DataFrame(rows)
