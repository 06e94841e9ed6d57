r"""Eight modes on a ring: what the kernel's width does when points are no longer isolated.

Many runs from random starts, for a grid of widths and of the control number
:math:`G = \eta_g q p / (\eta_d \lambda^2 \sigma^2)`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from workedpapers.checks import as_float_array, one_of, positive_int
from workedpapers.isolated_points.kernels import Floats
from workedpapers.isolated_points.measurement.metrics import coverage
from workedpapers.isolated_points.simulation.dynamics import simulate
from workedpapers.parallel import in_parallel
from workedpapers.stats import bootstrap

__all__ = ["STARTS", "ring", "ring_map", "ring_run", "start_points", "summary"]

MODES, MEMORY = 8, 0.1  # number of modes; lr_d * decay
STARTS = ("on one mode", "in a box")
#: The grid of `ring_map`. Neighbouring modes are 0.765 apart.
WIDTHS = np.round(np.geomspace(0.06, 0.6, 9), 3)
GAMMAS = np.round(0.1 * 2.0 ** np.arange(8), 1)
SEEDS, STEPS, FRAMES = 20, 2000, 41
REACH, LOST = 0.35, 1.0  # a mode nearer than this is covered; farther from all, a point is lost


def ring(modes: int = MODES, *, radius: float = 1.0) -> Floats:
    """Equally spaced points on a circle about 0, shape (modes, 2)."""
    angle = 2 * np.pi * np.arange(positive_int(modes, "modes")) / modes
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def start_points(start: str, seed: int, count: int = MODES) -> Floats:
    """Random starting points: around the first mode, or in the square of side 2.4 about 0."""
    rng = np.random.default_rng([STARTS.index(one_of(start, "start", STARTS)), seed])
    if start == "in a box":
        return rng.uniform(-1.2, 1.2, (count, 2))
    return ring()[0] + 0.05 * rng.standard_normal((count, 2))


def ring_run(
    sigma: float,
    G: float,
    *,
    start: str = "in a box",
    seeds: ArrayLike = 0,
    steps: int = STEPS,
    keep: int | str = "all",
) -> tuple[Floats, pd.DataFrame]:
    """Train eight generated points on the ring of eight modes, once for each seed.

    Parameters
    ----------
    sigma : kernel width; the ring has radius 1.
    G : control number of a matched pair.
    start : "on one mode" or "in a box".
    seeds : whole numbers, shape (s,), or one.
    steps, keep : as in `simulate`.

    Returns
    -------
    Positions, shape (s, kept, 8, 2), and a data frame with a row for each seed: `covered`, the
    number of modes within reach (1.2 sigma, at most 0.35) of a point; `lost`, the number of points
    farther than 1 from every mode, in the end.

    Raises
    ------
    TypeError, ValueError : as `simulate`, or if ``start`` is unknown or ``G`` is not positive.
    """
    chosen = np.atleast_1d(np.asarray(seeds, dtype=int))
    strength = float(as_float_array(G, "G", ndim=0))
    if strength <= 0:
        raise ValueError(f"G: expected a positive number, got {G!r}.")
    mass = 1 / MODES
    run = simulate(
        ring(),
        np.stack([start_points(start, int(seed)) for seed in chosen]),
        sigma=sigma,
        lr_d=MEMORY,
        lr_g=strength * MEMORY * sigma**2 / mass**2,
        decay=1.0,
        steps=steps,
        keep=keep,
        show=False,
    )
    found = coverage(ring(), run.generated[:, -1], min(1.2 * sigma, REACH), beyond=LOST)
    frame = pd.DataFrame({"seed": chosen, "covered": found.covered, "lost": found.diverged})
    return run.generated, frame


def _cell(at: tuple[str, float, float, int, int]) -> tuple[Floats, pd.DataFrame]:
    start, sigma, strength, seeds, steps = at
    path, frame = ring_run(
        sigma, strength, start=start, seeds=np.arange(seeds), steps=steps,
        keep=max(1, steps // (FRAMES - 1)),
    )  # fmt: skip
    return path[0], frame.assign(start=start, sigma=sigma, G=strength)


def ring_map(
    sigma: ArrayLike = WIDTHS,
    G: ArrayLike = GAMMAS,
    *,
    starts: tuple[str, ...] = STARTS,
    seeds: int = SEEDS,
    steps: int = STEPS,
    workers: int | None = None,
) -> tuple[Floats, pd.DataFrame]:
    """`ring_run` for every combination of width, G and kind of start, in several processes.

    Returns
    -------
    Positions of the first seed over time, shape (starts, widths, G, kept, 8, 2), and a data frame
    with a row for each run: `seed`, `covered`, `lost`, `start`, `sigma`, `G`.
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
