r"""Training of generated points against a kernel discriminator, step by step.

The game is :math:`L = \sum_i p_i f(x_i) - \sum_j q_j f(y_j)`. The discriminator climbs L in the
function space of the kernel, with weight decay; the generated points climb :math:`q_j f(y_j)`:

.. math::
    f_{k+1}(x) &= (1 - \eta_d \lambda) f_k(x)
        + \eta_d \Big[ \sum_i p_i K(x, x_i) - \sum_j q_j K(x, y_j) \Big] \\
    y_j^{k+1} &= y_j^k + \eta_g q_j \nabla f(y_j^k)

The three orders of update differ in which f and which y stand on the right:

================= ========================= =======================
update            the discriminator sees    points follow
================= ========================= =======================
alternating       :math:`y^k`               :math:`f_{k+1}`
simultaneous      :math:`y^k`               :math:`f_k`
generator_first   :math:`y^{k+1}`           :math:`f_k`
================= ========================= =======================

Source: Becker, Pandit, Rangan and Fletcher 2022, arXiv 2208.09938, whose text was not at hand; the
equations are those of the code github.com/evbecker/Kernel-GAN-SMM. By its content that code belongs
to a later paper of the same authors, *GAN Training with Kernel Discriminators: What Parameters
Control Convergence Rates?*, IEEE Transactions on Signal Processing 73 (2025) 433.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import Floats, one_of, positive_int
from workedpapers.isolated_points.arguments import Update
from workedpapers.isolated_points.kernels import Kernel
from workedpapers.isolated_points.rules import UpdateRule
from workedpapers.isolated_points.simulation.cost import cost_of, weigh
from workedpapers.isolated_points.simulation.lattice import REACH, gaussian_parts
from workedpapers.isolated_points.simulation.players import discriminator, moves, remembered
from workedpapers.isolated_points.simulation.run import Run
from workedpapers.isolated_points.simulation.settings import SimulationSettings
from workedpapers.progress import progress_bar

__all__ = ["Method", "simulate"]

_CACHED = 1 << 15  # numbers in a temporary array that a core's cache can hold
_DRAWS = 256  # steps of noise drawn at once


class Method(StrEnum):
    """How the discriminator is kept; "auto" takes the lattice where it can be used."""

    AUTO = "auto"
    LATTICE = "lattice"
    HISTORY = "history"


def simulate(
    true: ArrayLike,
    generated: ArrayLike,
    *,
    steps: int,
    lr_d: ArrayLike,
    lr_g: ArrayLike,
    sigma: ArrayLike | None = None,
    decay: ArrayLike = 1.0,
    true_mass: ArrayLike | None = None,
    generated_mass: ArrayLike | None = None,
    kernel: str | Kernel = "gaussian",
    update: str = Update.ALTERNATING,
    rule: str | UpdateRule = "gradient",
    noise: ArrayLike = 0.0,
    warm_up: ArrayLike = 0,
    seed: int | None = None,
    method: str = Method.AUTO,
    keep: str | int = "all",
    show: bool = True,
) -> Run:
    r"""Train generated points against a kernel discriminator that starts at zero.

    Every argument marked (B) may carry a leading axis of length B: then B settings run side by
    side, and results have that axis too. What lacks it, or has length 1 there, is shared. The
    settings do not influence each other.

    Parameters
    ----------
    true : array_like
        (B) The data, shape (n, d), or (n,) in one dimension.
    generated : array_like
        (B) Starting points, shape (N, d), or (N,) in one dimension.
    steps : int
        Number of steps of the generator, at least 1.
    lr_d, lr_g : array_like
        (B) Learning rates of the discriminator and of the generator, at least 0.
    sigma : array_like or None
        (B) Width of a kernel given by name, in the units of the data; None is 1.
    decay : array_like
        (B) :math:`\lambda`, at least 0. Old evidence fades by 1 - lr_d decay in each step. With
        lr_d decay above 2 the discriminator itself diverges, which is allowed.
    true_mass : array_like or None
        (B) p, at least 0: a number for each point, one for all, shape (n,), or (B, n) or (B, 1).
        None is 1 / n.
    generated_mass : array_like or None
        (B) q, likewise; None is 1 / N. A point of mass 0 neither moves nor acts.
    kernel : str or Kernel
        "gaussian", "laplace", "inverse_multiquadric", or a `Kernel`, such as a `Sum`.
    update : {"alternating", "simultaneous", "generator_first"}
        Who moves first; see the notes.
    rule : str or UpdateRule
        How both players use their gradients: "gradient", "nesterov", "optimistic",
        "extragradient", or an `UpdateRule` with momentum, several discriminator steps, consensus
        or a penalty.
    noise : array_like
        (B) Standard deviation, in the units of the data, of the Gaussian noise added to every
        coordinate of every generated point after its move, in each step. It is not multiplied by
        the learning rate, nor by its root.
    warm_up : array_like
        (B) Rounds that the discriminator trains before the generated points begin to move; inf for
        one that has come to rest. They are not counted, and nothing of them is kept.
    seed : int or None
        Of the noise, at least 0. The noise of setting b depends on the seed and on b alone.
    method : {"auto", "lattice", "history"}
        "lattice" is for Gaussians and their sums in one dimension, "history" for everything;
        "auto" takes the lattice where it can be used. Both are exact to far below 1e-10 of the
        scale of f; their paths agree to about 1e-8 widths where no chaos magnifies the rest. A
        setting whose points spread over more than about 1,700 widths is computed by its history;
        under consensus, which has no history, its positions are NaN from there on.
    keep : {"all", "last"} or int
        All positions, the last alone, or each k-th and the last.
    show : bool
        Whether a progress bar appears when it takes longer than three seconds.

    Returns
    -------
    Run
        The paths. If a position stops being a finite number, as when f itself diverges, all
        positions of its setting are NaN from that step on; the other settings go on.

    Raises
    ------
    TypeError
        If an argument is not what it should be.
    ValueError
        If an argument is out of range or does not fit the others, or if the positions to be kept
        do not fit into the machine's memory.

    Warns
    -----
    RuntimeWarning
        Where the history will take more than half of the machine's memory or half an hour.

    See Also
    --------
    stability : What linear theory says beforehand.
    contraction_rate : How fast a run comes to rest.
    coverage : What became of the points.

    Notes
    -----
    .. math::
        f_{k+1} &= (1 - \eta_d \lambda) f_k
            + \eta_d \Big[ \sum_i p_i K(\cdot, x_i) - \sum_j q_j K(\cdot, y_j) \Big] \\
        y_j^{k+1} &= y_j^k + \eta_g q_j \nabla f(y_j^k)

    "alternating": the discriminator sees :math:`y^k` and the points follow :math:`f_{k+1}`;
    "simultaneous": they follow :math:`f_k`; "generator_first": they follow :math:`f_k` and the
    discriminator sees :math:`y^{k+1}`. Chapter, section "The idea in ten lines".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> run = ip.simulate([-5, 0, 5], [-4.2, 0.9, 5.8], lr_d=0.1, lr_g=0.18, steps=2000)
    >>> (run.final.ravel().round(3) + 0.0).tolist()
    [-5.0, 0.0, 5.0]
    """
    settings = SimulationSettings.checked(
        true, generated, sigma=sigma, lr_d=lr_d, lr_g=lr_g, decay=decay, true_mass=true_mass,
        generated_mass=generated_mass, kernel=kernel, update=update, rule=rule, noise=noise,
        warm_up=warm_up,
    )  # fmt: skip
    steps = positive_int(steps, "steps")
    seed = None if seed is None else positive_int(seed, "seed", least=0)
    chosen = _method(method, settings)
    every = _every(keep)
    positions = 2 if every == 0 else steps // every + 2
    length = remembered(settings, steps) if chosen == Method.HISTORY else 0
    weigh(cost_of(settings, chosen, steps, length, positions), steps)
    kept = np.array([steps]) if every == 0 else _each(every, steps)
    seeds = np.random.SeedSequence(seed).spawn(len(settings)) if settings.noise.any() else []
    path = np.empty((len(settings), len(kept), *settings.generated.shape[1:]))
    lost = _fill(path, settings, chosen, steps, kept, seeds, show)
    if lost.any() and not np.any(settings.rule.consensus):
        rows = np.flatnonzero(lost)
        again = np.empty((len(rows), *path.shape[1:]))
        their_seeds = [seeds[b] for b in rows] if seeds else []
        _fill(again, settings.at(rows), Method.HISTORY, steps, kept, their_seeds, show)
        path[rows] = again
    return Run(settings, path if settings.batched else path[0], kept, steps, chosen)


def _method(method: str, settings: SimulationSettings) -> Method:
    fits = settings.true.shape[2] == 1 and gaussian_parts(settings.kernel) is not None
    where = f"{settings.kernel} in {settings.true.shape[2]}-D"
    chosen = Method(one_of(method, "method", Method))
    if chosen == Method.AUTO:
        chosen = Method.LATTICE if fits else Method.HISTORY
    if chosen == Method.LATTICE and not fits:
        raise ValueError(
            f"method: 'lattice' expects Gaussian kernels in one dimension, got {where}. Use "
            "'history'."
        )
    if chosen == Method.HISTORY and np.any(settings.rule.consensus):
        raise ValueError(
            "rule: consensus expects Gaussian kernels in one dimension, on the lattice; got "
            f"{where}, method {method!r}."
        )
    if np.any(settings.rule.gradient_penalty):
        settings.kernel.curvature(np.zeros((len(settings), 1, 1)))  # or the kernel says no
    return chosen


def _every(keep: str | int) -> int:
    """Distance of the steps to keep; 0 for the last alone."""
    if isinstance(keep, str):
        return 1 if one_of(keep, "keep", ("all", "last")) == "all" else 0
    return positive_int(keep, "keep")


def _each(every: int, steps: int) -> NDArray[np.intp]:
    return np.unique(np.append(np.arange(0, steps + 1, every), steps))


def _fill(
    path: Floats,
    settings: SimulationSettings,
    method: Method,
    steps: int,
    kept: NDArray[np.intp],
    seeds: list[np.random.SeedSequence],
    show: bool,
) -> NDArray[np.bool_]:
    """Simulate as many settings at once as fit a core's cache; return which the lattice lost."""
    count = settings.generated.shape[1]
    length = remembered(settings, steps) if method == Method.HISTORY else 0
    each = count * (count * length if method == Method.HISTORY else 2 * REACH + 1)
    at_once = max(1, _CACHED // each)
    starts = range(0, len(settings), at_once)
    lost = np.zeros(len(settings), dtype=bool)
    ticks = iter(
        progress_bar(range(len(starts) * steps), desc="Simulating", unit="step", show=show)
    )
    agrees = np.any(settings.rule.consensus)  # it has the lattice alone: what that lost is gone
    with np.errstate(all="ignore"):  # what overflows is found by `moves`, and told as NaN
        for start in starts:
            rows = slice(start, start + at_once)
            some = settings.at(rows)
            field = discriminator(some, method, length)
            noise = _noise(some, seeds[rows], steps, ticks)
            wanted = iter([*kept.tolist(), -1])
            column, following = 0, next(wanted)
            for k, y in enumerate(moves(field, some, noise)):
                if k == following:
                    path[rows, column] = y
                    if agrees and field.lost.any():
                        path[rows, column][field.lost] = np.nan
                    column, following = column + 1, next(wanted)
            lost[rows] = field.lost
    next(ticks, None)  # closes the bar
    return lost


def _noise(
    settings: SimulationSettings,
    seeds: list[np.random.SeedSequence],
    steps: int,
    ticks: Iterator[int],
) -> Iterator[Floats | float]:
    """Noise for each step, shape (B, N, d), from one generator for each setting; or zeros."""
    rngs = [np.random.default_rng(seed) for seed in seeds]
    shape = settings.generated.shape[1:]
    scale = settings.noise[:, None, None, None]
    for start in range(0, steps, _DRAWS):
        count = min(_DRAWS, steps - start)
        if not rngs:
            for _ in range(count):
                next(ticks)
                yield 0.0
            continue
        drawn = scale * np.stack([rng.standard_normal((_DRAWS, *shape)) for rng in rngs])
        for shaken in np.moveaxis(drawn, 1, 0)[:count]:
            next(ticks)
            yield shaken
