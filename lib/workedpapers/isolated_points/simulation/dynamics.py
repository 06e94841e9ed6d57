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
equations are those of the authors' later code, github.com/evbecker/Kernel-GAN-SMM.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import one_of, positive_int
from workedpapers.isolated_points.kernels import Floats, Kernel
from workedpapers.isolated_points.simulation.history import History, memory
from workedpapers.isolated_points.simulation.lattice import REACH, Lattice, gaussian_parts
from workedpapers.isolated_points.simulation.run import Run
from workedpapers.isolated_points.simulation.settings import Settings, read_settings
from workedpapers.progress import progress

__all__ = ["simulate"]

_CACHED = 1 << 15  # numbers in a temporary array that a core's cache can hold
_DRAWS = 256  # steps of noise drawn at once


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
    update: str = "alternating",
    noise: ArrayLike = 0.0,
    warm_up: ArrayLike = 0,
    seed: int | None = None,
    method: str = "auto",
    keep: str | int = "all",
    show: bool = True,
) -> Run:
    r"""Train generated points against a kernel discriminator that starts at zero.

    Every argument marked (B) may carry a leading axis of length B: then B settings run side by
    side, and results have that axis too. What lacks it, or has length 1 there, is shared. The
    settings do not influence each other.

    Parameters
    ----------
    true : (B) the data, shape (n, d), or (n,) in one dimension.
    generated : (B) starting points, shape (N, d), or (N,) in one dimension.
    steps : number of steps, at least 1.
    lr_d, lr_g : (B) learning rates of the discriminator and of the generator, at least 0.
    sigma : (B) width of a kernel given by name, in the units of the data; 1 by default.
    decay : (B) λ, at least 0. Old evidence fades by 1 - lr_d decay in each step. With
        lr_d decay above 2 the discriminator itself diverges, which is allowed.
    true_mass : (B) p, at least 0: a number for each point, one for all, shape (n,), or (B, n) or
        (B, 1). By default 1 / n.
    generated_mass : (B) q, likewise; by default 1 / N. A point of mass 0 neither moves nor acts.
    kernel : "gaussian", "laplace", "inverse_multiquadric", or a `Kernel`, such as a `Sum`.
    update : "alternating" (default), "simultaneous" or "generator_first"; see the module.
    noise : (B) standard deviation, in the units of the data, of the Gaussian noise added to every
        coordinate of every generated point after its move, in each step. It is not multiplied by
        the learning rate, nor by its root.
    warm_up : (B) steps that the discriminator makes before the generated points begin to move; inf
        for one that has settled. These steps are not counted, and nothing of them is kept.
    seed : of the noise. The noise of setting b depends on the seed and on b alone.
    method : "lattice" (Gaussians and their sums in one dimension), "history" (everything), or
        "auto", the lattice where it can be used. Both are exact to far below 1e-10 of the scale of
        f; see the modules of these names for the bounds. A setting whose points spread over more
        than about 1,700 σ is always computed by its history.
    keep : "all" positions, the "last" alone, or a number k for each k-th and the last.
    show : whether a progress bar appears when it takes longer than three seconds.

    Returns
    -------
    `Run`. If a position stops being a finite number, as when f itself diverges, all positions of
    its setting are NaN from that step on; the other settings go on.

    Raises
    ------
    TypeError, ValueError : naming the argument, what was expected and what came.

    Examples
    --------
    >>> run = simulate([-5, 0, 5], [-4.2, 0.9, 5.8], lr_d=0.1, lr_g=0.18, steps=2000)
    >>> run.final.ravel().round(3)
    array([-5.,  0.,  5.])
    """
    settings = read_settings(
        true, generated, sigma=sigma, lr_d=lr_d, lr_g=lr_g, decay=decay, true_mass=true_mass,
        generated_mass=generated_mass, kernel=kernel, update=update, noise=noise, warm_up=warm_up,
    )  # fmt: skip
    steps = positive_int(steps, "steps")
    method = _method(method, settings)
    kept = _kept(keep, steps)
    seeds = np.random.SeedSequence(seed).spawn(len(settings)) if settings.noise.any() else []
    path = np.empty((len(settings), len(kept), *settings.generated.shape[1:]))
    lost = _fill(path, settings, method, steps, kept, seeds, show)
    if lost.any():
        rows = np.flatnonzero(lost)
        again = np.empty((len(rows), *path.shape[1:]))
        their_seeds = [seeds[b] for b in rows] if seeds else []
        _fill(again, settings.at(rows), "history", steps, kept, their_seeds, show)
        path[rows] = again
    return Run(settings, path if settings.batched else path[0], kept, steps, method)


def _method(method: str, settings: Settings) -> str:
    fits = settings.true.shape[2] == 1 and gaussian_parts(settings.kernel) is not None
    if one_of(method, "method", ("auto", "lattice", "history")) == "auto":
        return "lattice" if fits else "history"
    if method == "lattice" and not fits:
        raise ValueError(
            "method: 'lattice' expects Gaussian kernels in one dimension, got "
            f"{settings.kernel} in {settings.true.shape[2]}-D. Use 'history'."
        )
    return method


def _kept(keep: str | int, steps: int) -> NDArray[np.intp]:
    if isinstance(keep, str):
        every = 1 if one_of(keep, "keep", ("all", "last")) == "all" else 0
    else:
        every = positive_int(keep, "keep")
    if not every:
        return np.array([steps])
    return np.unique(np.append(np.arange(0, steps + 1, every), steps))


def _fill(
    path: Floats,
    settings: Settings,
    method: str,
    steps: int,
    kept: NDArray[np.intp],
    seeds: list[np.random.SeedSequence],
    show: bool,
) -> NDArray[np.bool_]:
    """Simulate as many settings at once as fit a core's cache; return which the lattice lost."""
    count = settings.generated.shape[1]
    length = memory(settings, steps)
    each = count * (count * length if method == "history" else 2 * REACH + 1)
    at_once = max(1, _CACHED // each)
    starts = range(0, len(settings), at_once)
    lost = np.zeros(len(settings), dtype=bool)
    ticks = iter(progress(range(len(starts) * steps), desc="Simulating", unit="step", show=show))
    with np.errstate(all="ignore"):  # what overflows is found by `_steps`, and told as NaN
        for start in starts:
            rows = slice(start, start + at_once)
            some = settings.at(rows)
            parts = gaussian_parts(some.kernel) if method == "lattice" else None
            field = Lattice(some, parts) if parts else History(some, length)
            noise = _noise(some, seeds[rows])
            wanted = iter([*kept.tolist(), -1])
            column, following = 0, next(wanted)
            for k, y in enumerate(_steps(field, some, steps, noise, ticks)):
                if k == following:
                    path[rows, column] = y
                    column, following = column + 1, next(wanted)
            lost[rows] = field.lost
    next(ticks, None)  # closes the bar
    return lost


def _noise(settings: Settings, seeds: Iterable[np.random.SeedSequence]) -> Iterator[Any]:
    """Noise for each step, shape (B, N, d), from one generator for each setting; or zeros."""
    rngs = [np.random.default_rng(seed) for seed in seeds]
    shape = settings.generated.shape[1:]
    scale = settings.noise[:, None, None, None]
    while rngs:
        drawn = scale * np.stack([rng.standard_normal((_DRAWS, *shape)) for rng in rngs])
        yield from np.moveaxis(drawn, 1, 0)
    while True:
        yield 0.0


def _steps(
    field: Lattice | History,
    settings: Settings,
    steps: int,
    noise: Iterator[Any],
    ticks: Iterator[int],
) -> Iterator[Floats]:
    """The dynamics: positions of shape (B, N, d) after 0, 1, ..., ``steps`` steps."""
    y = settings.generated
    rate = (settings.lr_g[:, None] * settings.generated_mass)[..., None]
    broken = np.zeros(len(settings), dtype=bool)
    yield y
    for _ in range(steps):
        next(ticks)
        if settings.update == "alternating":
            field.see(y)
            moved = y + rate * field.gradient(y) + next(noise)
        else:
            moved = y + rate * field.gradient(y) + next(noise)
            field.see(y if settings.update == "simultaneous" else moved)
        if not np.isfinite(moved).all() or broken.any():
            broken |= ~np.isfinite(moved).all(axis=(1, 2))
            moved = np.where(broken[:, None, None], settings.generated, moved)
            y = moved
            yield np.where(broken[:, None, None], np.nan, moved)
        else:
            y = moved
            yield y
