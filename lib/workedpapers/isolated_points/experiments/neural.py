r"""The same two players as neural networks, to see which predictions outlive the kernel.

The discriminator is a small network :math:`f`, the generator a small network on latent noise, or
free points as in the paper's model. Both take plain gradient steps unless told otherwise, so that
the learning rates mean what they mean in the theory:

.. math:: \max_f\ \mathbb E\,\varphi(f(x)) + \mathbb E\,\varphi(-f(y)) - \tfrac\lambda2 R(f),
    \qquad \max_y\ \mathbb E\,\varphi(f(y)),

with :math:`\varphi(t) = t` (loss "linear", the theory's) or :math:`-\log(1 + e^{-t})`
("non-saturating", the usual one). R is the mean square of f at data and samples ("output", the
closest to the theory's decay, which is the square of f's norm), of f's gradient at the data
("gradient", the R1 penalty of Mescheder et al. 2018) or of the weights ("weights").

What the theory says about G cannot be carried over as a number, because a network has no one
kernel. What can be compared are orderings: see the chapter's section on networks.

PyTorch is needed for this module alone, and is imported when `train_ring` is called.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import Floats, as_float_array, positive, positive_int
from workedpapers.isolated_points.arguments import Update
from workedpapers.isolated_points.experiments.ring_of_modes import ring
from workedpapers.isolated_points.experiments.training import (
    Generator,
    Loss,
    Regulariser,
    TrainingSettings,
)
from workedpapers.isolated_points.rules import UpdateRule
from workedpapers.progress import progress_bar

__all__ = ["RingRun", "coverage_and_precision", "train_ring", "train_rings"]

_FAR = 20.0  # beyond this many data radii, or not finite, a run counts as diverged
_COLUMNS = ["step", "coverage", "precision", "movement", "margin", "generator_loss"]


@dataclass(frozen=True)
class RingRun:
    """One training of a small neural GAN.

    Parameters
    ----------
    history : DataFrame
        One row for each time of evaluation: ``step``; ``coverage`` (share of the modes that have
        at least a tenth of their due samples near them); ``precision`` (share of the samples near
        a mode); ``movement`` (root mean square distance that a sample of fixed noise moved since
        the last row, over the data's radius, NaN in the first); ``margin`` (mean of f at data minus
        mean at samples); ``generator_loss``.
    samples : ndarray
        Shape (n, d), what the generator makes at the end, of fixed noise.
    snapshots : ndarray
        Shape (times, n, d), the same at each row of `history`, float32.
    data : ndarray
        Shape (m, d), the data.
    modes : ndarray
        Shape (k, d), the places that coverage is about.
    near : float
        Distance that counts as near.
    diverged : int
        Step at which a sample left 20 data radii or became NaN, or -1.

    See Also
    --------
    train_ring : Makes it.

    Notes
    -----
    Chapter, section "Does a neural GAN care?".

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import isolated_points as ip
    >>> rows = pd.DataFrame({"coverage": [0.0, 0.5, 1.0], "precision": 1.0, "movement": 0.1})
    >>> none = ip.ring(1)
    >>> run = ip.RingRun(rows, none, none, none, none, near=0.2, diverged=-1)
    >>> float(run.final["coverage"])
    1.0
    """

    history: pd.DataFrame
    samples: Floats
    snapshots: NDArray[np.float32]
    data: Floats
    modes: Floats
    near: float
    diverged: int

    @property
    def final(self) -> pd.Series[float]:
        """Means over the last third of the rows; coverage and precision are 0 once diverged."""
        kept = self.history.iloc[len(self.history) * 2 // 3 :]
        means = kept[["coverage", "precision", "movement"]].mean()
        if self.diverged >= 0:
            means[["coverage", "precision"]], means["movement"] = 0.0, np.inf
        means["diverged"] = float(self.diverged >= 0)
        return means


def coverage_and_precision(
    samples: ArrayLike, modes: ArrayLike, near: float
) -> tuple[float, float]:
    """Share of modes with a tenth of their due samples near them; share of samples near a mode.

    ``samples`` has shape (n, d), ``modes`` (k, d), each due n / k samples; ``near`` is above 0.
    Raises `ValueError` if shapes do not fit, a value is NaN, or ``near`` is not positive.
    """
    y, c = as_float_array(samples, "samples", ndim=2), as_float_array(modes, "modes", ndim=2)
    if y.shape[1] != c.shape[1]:
        raise ValueError(f"modes: expected dimension {y.shape[1]}, got {c.shape[1]}.")
    close = np.linalg.norm(y[:, None] - c[None], axis=-1) <= positive(near, "near")
    enough = close.sum(axis=0) >= max(1.0, 0.1 * len(y) / len(c))
    return float(enough.mean()), float(close.any(axis=1).mean())


def train_ring(
    *,
    lr_d: float,
    lr_g: float,
    decay: float = 0.0,
    update: str = Update.ALTERNATING,
    rule: str | UpdateRule = "gradient",
    adaptive: bool = False,
    ema: float = 0.0,
    loss: str = Loss.NON_SATURATING,
    regulariser: str = Regulariser.OUTPUT,
    generator: str = Generator.NETWORK,
    modes: int = 8,
    spread: float = 0.05,
    data: ArrayLike | None = None,
    near: float | None = None,
    hidden: int = 48,
    batch: int = 128,
    steps: int = 1500,
    every: int = 25,
    seed: int = 0,
    show_progress: bool = True,
) -> RingRun:
    r"""Train a small GAN on a ring of Gaussians, or on your own points.

    Parameters
    ----------
    lr_d, lr_g : float
        Learning rates, above 0.
    decay : float
        Strength of the regularisation of the discriminator, at least 0.
    update : {"alternating", "simultaneous"}
        Who moves first; "alternating" is the discriminator.
    rule : str or UpdateRule
        How both players use their gradients, as in `simulate`. The gradient penalty of a rule is
        added to the regularisation.
    adaptive : bool
        Whether to use Adam, with the rule's momentum as beta1 and beta2 = 0.999; not with
        "nesterov", "extragradient" or consensus.
    ema : float
        Factor of an exponential moving average of the generator's parameters, at least 0 and below
        1; what is looked at is then the average, and training does not notice.
    loss : {"non-saturating", "linear"}
        See the notes.
    regulariser : {"output", "gradient", "weights"}
        See the notes.
    generator : {"network", "points"}
        A network, or ``batch`` free points of mass 1 / batch, each a parameter; they take ``lr_g``
        times their mass times the slope, as in the theory.
    modes : int
        Number of Gaussians on a ring of radius 1.
    spread : float
        Their standard deviation.
    data : array_like or None
        Your own points instead, shape (n, d). Coverage is then about the data points themselves.
        They are centred and scaled for training to a root mean square radius of 1, and everything
        returned is in your units.
    near : float or None
        Distance that counts as near a mode, in the data's units. None is four spreads, or for own
        data a fifth of their root mean square radius.
    hidden : int
        Width of the two hidden layers of each network.
    batch : int
        Real and generated points for each step.
    steps : int
        Steps of the generator, a multiple of ``every``.
    every : int
        Steps between two evaluations.
    seed : int
        Of everything random; the same seed gives the same run on the same machine.
    show_progress : bool
        Whether a bar appears after three seconds.

    Returns
    -------
    RingRun
        History, samples, snapshots, and whether it diverged.

    Raises
    ------
    ImportError
        If PyTorch is not installed.
    TypeError
        If an argument has the wrong type.
    ValueError
        If an argument is out of range.

    See Also
    --------
    simulate : The same game with a kernel.

    Notes
    -----
    .. math:: \max_f\ \mathbb E\,\varphi(f(x)) + \mathbb E\,\varphi(-f(y)) - \tfrac\lambda2 R(f),
        \qquad \max_y\ \mathbb E\,\varphi(f(y)),

    with :math:`\varphi(t) = t` for loss "linear" and :math:`-\log(1 + e^{-t})` for
    "non-saturating"; R is the mean square of f at data and samples ("output"), of its gradient at
    the data ("gradient") or the sum of squares of the weights ("weights"). Chapter, section "Does a
    neural GAN care?".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> short = {"steps": 20, "every": 10, "hidden": 8, "batch": 16, "show_progress": False}
    >>> run = ip.train_ring(lr_d=0.3, lr_g=0.3, decay=0.1, **short)
    >>> run.history["step"].tolist(), run.samples.shape
    ([0, 10, 20], (512, 2))
    """
    (run,) = train_rings(
        positive_int(seed, "seed", least=0), lr_d=lr_d, lr_g=lr_g, decay=decay, update=update,
        rule=rule, adaptive=adaptive, ema=ema, loss=loss, regulariser=regulariser,
        generator=generator, modes=modes, spread=spread, data=data, near=near, hidden=hidden,
        batch=batch, steps=steps, every=every, show_progress=show_progress,
    )  # fmt: skip
    return run


def train_rings(
    seeds: ArrayLike,
    *,
    lr_d: float,
    lr_g: float,
    decay: float = 0.0,
    update: str = Update.ALTERNATING,
    rule: str | UpdateRule = "gradient",
    adaptive: bool = False,
    ema: float = 0.0,
    loss: str = Loss.NON_SATURATING,
    regulariser: str = Regulariser.OUTPUT,
    generator: str = Generator.NETWORK,
    modes: int = 8,
    spread: float = 0.05,
    data: ArrayLike | None = None,
    near: float | None = None,
    hidden: int = 48,
    batch: int = 128,
    steps: int = 1500,
    every: int = 25,
    show_progress: bool = True,
) -> list[RingRun]:
    """Train for several seeds at once, in less time than one after the other; see `train_ring`.

    A seed's run is the one that `train_ring` gives, up to rounding.
    """
    settings = TrainingSettings.checked(
        lr_d=lr_d, lr_g=lr_g, decay=decay, update=update, rule=rule, adaptive=adaptive, ema=ema,
        loss=loss, regulariser=regulariser, generator=generator, hidden=hidden, batch=batch,
        steps=steps, every=every, seeds=seeds,
    )  # fmt: skip
    if data is None:
        places = ring(modes)
        real = np.stack([_on_the_ring(places, spread, seed) for seed in settings.seeds])
        centre, scale = np.zeros(2), 1.0
        within = 4 * spread if near is None else positive(near, "near")
    else:
        places = as_float_array(data, "data", ndim=2)
        real = np.broadcast_to(places, (len(settings.seeds), *places.shape))
        centre = places.mean(axis=0)
        scale = float(np.sqrt(((places - centre) ** 2).sum(axis=1).mean()))
        if scale == 0:
            raise ValueError("data: expected at least two distinct points.")
        within = scale / 5 if near is None else positive(near, "near")

    import torch

    from workedpapers.isolated_points.experiments.game import Game

    game = Game(torch, (real - centre) / scale, settings)
    logs = [_Log(places, within, centre, scale) for _ in settings.seeds]
    marks = range(0, settings.steps + 1, settings.every)
    for mark in progress_bar(marks, desc="training", unit="evaluation", show=show_progress):
        if mark:
            game.play(settings.every)
        for log, *seen in zip(logs, *game.look(), strict=True):
            log.enter(mark, *seen)
        if all(log.diverged >= 0 for log in logs):
            break
    return [log.run(own) for log, own in zip(logs, real, strict=True)]


def _on_the_ring(places: Floats, spread: float, seed: int) -> Floats:
    """4,096 draws from the Gaussians at these places."""
    rng = np.random.default_rng(seed)
    chosen = places[rng.integers(len(places), size=4096)]
    return chosen + positive(spread, "spread") * rng.normal(size=chosen.shape)


class _Log:
    """What is kept of one seed's run."""

    def __init__(self, modes: Floats, near: float, centre: Floats, scale: float) -> None:
        self.modes, self.near, self.centre, self.scale = modes, near, centre, scale
        self.rows: list[tuple[float, ...]] = []
        self.shots: list[Floats] = []
        self.diverged = -1

    def enter(self, mark: int, samples: Floats, margin: float, loss: float) -> None:
        """Write down an evaluation, unless the run has diverged by now."""
        if self.diverged >= 0:
            return
        if not np.isfinite(samples).all() or np.abs(samples).max() > _FAR:
            self.diverged = mark
            return
        moved = np.nan
        if self.shots:
            moved = float(np.sqrt(((samples - self.shots[-1]) ** 2).sum(axis=1).mean()))
        shares = coverage_and_precision(samples * self.scale + self.centre, self.modes, self.near)
        self.rows.append((mark, *shares, moved, float(margin), float(loss)))
        self.shots.append(samples)

    def run(self, data: Floats) -> RingRun:
        """The run, in the units of the data."""
        snapshots = np.array(self.shots) * self.scale + self.centre
        return RingRun(
            history=pd.DataFrame(self.rows, columns=_COLUMNS).astype({"step": int}),
            samples=snapshots[-1],
            snapshots=snapshots.astype(np.float32),
            data=data,
            modes=self.modes,
            near=self.near,
            diverged=self.diverged,
        )
