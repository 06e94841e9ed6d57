r"""The same two players as neural networks, to see which predictions outlive the kernel.

The discriminator is a small network :math:`f`, the generator a small network on latent noise, or
free points as in the paper's model. Both take plain gradient steps, so that the learning rates
mean what they mean in the theory:

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
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from workedpapers.checks import as_float_array, one_of, positive_int
from workedpapers.isolated_points.arguments import Floats, positive
from workedpapers.isolated_points.experiments.ring_of_modes import ring
from workedpapers.progress import progress

#: Values of ``loss``, ``regulariser`` and ``generator``.
LOSSES = ("non-saturating", "linear")
REGULARISERS = ("output", "gradient", "weights")
GENERATORS = ("network", "points")

_LATENT = 2
_FAR = 20.0  # beyond this many data radii, or not finite, a run counts as diverged


@dataclass(frozen=True)
class RingRun:
    """One training; see `train_ring`.

    Attributes
    ----------
    history : one row for each time of evaluation: ``step``; ``coverage`` (share of the modes that
        have at least a tenth of their due samples near them); ``precision`` (share of the samples
        near a mode); ``movement`` (root mean square distance that a sample of fixed noise moved
        since the last row, over the data's radius, NaN in the first); ``margin`` (mean of f at
        data minus mean at samples).
    samples : shape (n, d), what the generator makes at the end, of fixed noise.
    snapshots : shape (times, n, d), the same at each row of `history`, float32.
    data : shape (m, d), the data. modes : shape (k, d), the places that coverage is about.
    near : distance that counts as near.
    diverged : step at which a sample left 20 data radii or became NaN, or -1.
    """

    history: pd.DataFrame
    samples: Floats
    snapshots: Any
    data: Floats
    modes: Floats
    near: float
    diverged: int

    @property
    def final(self) -> pd.Series:
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

    Parameters
    ----------
    samples : shape (n, d). modes : shape (k, d), each due n / k samples.
    near : distance that counts as near, above 0.

    Raises
    ------
    ValueError : if shapes do not fit, a value is NaN, or `near` is not positive.
    """
    y, c = as_float_array(samples, "samples", ndim=2), as_float_array(modes, "modes", ndim=2)
    if y.shape[1] != c.shape[1]:
        raise ValueError(f"modes: expected dimension {y.shape[1]}, got {c.shape[1]}.")
    close = np.linalg.norm(y[:, None] - c[None], axis=-1) <= positive(near, "near")
    enough = close.sum(axis=0) >= max(1.0, 0.1 * len(y) / len(c))
    return float(enough.mean()), float(close.any(axis=1).mean())


def _network(torch: Any, width: int, inputs: int, outputs: int) -> Any:
    nn = torch.nn
    return nn.Sequential(
        nn.Linear(inputs, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(),
        nn.Linear(width, outputs),
    )  # fmt: skip


def train_ring(
    *,
    lr_d: float,
    lr_g: float,
    decay: float = 0.0,
    update: str = "alternating",
    loss: str = "non-saturating",
    regulariser: str = "output",
    generator: str = "network",
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
    """Train a small GAN on a ring of Gaussians, or on your own points.

    Parameters
    ----------
    lr_d, lr_g : rates of plain gradient descent, above 0.
    decay : strength of the regularisation of the discriminator, at least 0.
    update : "alternating" (discriminator first) or "simultaneous".
    loss, regulariser : see the module's docstring.
    generator : "network", or "points": ``batch`` free points of mass 1 / batch, each a parameter;
        they take ``lr_g`` times their mass times the slope, as in the theory.
    modes, spread : number of Gaussians on a ring of radius 1, and their standard deviation.
    data : your own points instead, shape (n, d). Coverage is then about the data points
        themselves. They are centred and scaled for training to a root mean square radius of 1,
        and everything returned is in your units.
    near : distance that counts as near a mode, in the data's units. None is four spreads, or for
        own data a fifth of their root mean square radius.
    hidden : width of the two hidden layers of each network.
    batch : real and generated points for each step.
    steps : steps of each player, a multiple of `every`.
    every : steps between two evaluations.
    seed : of everything random; the same seed gives the same run on the same machine.
    show_progress : whether a bar appears after three seconds.

    Raises
    ------
    ImportError : if PyTorch is not installed.
    TypeError, ValueError : if an argument has the wrong type or is out of range.
    """
    positive(lr_d, "lr_d"), positive(lr_g, "lr_g"), positive(decay, "decay", zero=True)
    one_of(update, "update", ("alternating", "simultaneous"))
    one_of(loss, "loss", LOSSES)
    one_of(regulariser, "regulariser", REGULARISERS)
    one_of(generator, "generator", GENERATORS)
    for name, count in {"hidden": hidden, "batch": batch, "steps": steps, "every": every}.items():
        positive_int(count, name)
    if steps % every:
        raise ValueError(f"steps: expected a multiple of every = {every}, got {steps}.")
    seed = positive_int(seed, "seed", least=0)
    rng = np.random.default_rng(seed)
    if data is None:
        places = ring(modes)
        real = places[rng.integers(modes, size=4096)]
        real = real + positive(spread, "spread") * rng.normal(size=real.shape)
        centre, scale = np.zeros(2), 1.0
        within = 4 * spread if near is None else float(positive(near, "near"))
    else:
        places = real = as_float_array(data, "data", ndim=2)
        centre = real.mean(axis=0)
        scale = float(np.sqrt(((real - centre) ** 2).sum(axis=1).mean()))
        if scale == 0:
            raise ValueError("data: expected at least two distinct points.")
        within = scale / 5 if near is None else float(positive(near, "near"))

    import torch

    with torch.random.fork_rng(devices=[]):  # the caller's random state stays as it was
        torch.manual_seed(seed)
        game = _Game(torch, (real - centre) / scale, lr_d, lr_g, decay, update)
        game.loss, game.regulariser = loss, regulariser
        game.build(generator, hidden, batch)
        rows: list[tuple[float, ...]] = []
        shots: list[Floats] = []
        diverged = -1
        marks = range(0, steps + 1, every)
        bar = progress(marks, desc="training", unit="evaluation", show=show_progress)
        for mark in bar:
            if mark:
                game.play(every, batch)
            made, margin = game.look()
            if not np.isfinite(made).all() or np.abs(made).max() > _FAR:
                diverged = mark
                break
            moved = np.nan
            if shots:
                moved = float(np.sqrt(((made - shots[-1]) ** 2).sum(axis=1).mean()))
            here = made * scale + centre
            rows.append((mark, *coverage_and_precision(here, places, within), moved, margin))
            shots.append(made)
    snapshots = np.array(shots) * scale + centre
    return RingRun(
        history=pd.DataFrame(
            rows, columns=["step", "coverage", "precision", "movement", "margin"]
        ).astype({"step": int}),
        samples=snapshots[-1],
        snapshots=snapshots.astype(np.float32),
        data=real,
        modes=places,
        near=within,
        diverged=diverged,
    )


class _Game:
    """Both networks and one step of each."""

    loss: str
    regulariser: str

    def __init__(
        self, torch: Any, real: Floats, lr_d: float, lr_g: float, decay: float, update: str
    ) -> None:
        self.torch, self.update = torch, update
        self.real = torch.tensor(real, dtype=torch.float32)
        self.lr_d, self.lr_g, self.decay = lr_d, lr_g, decay

    def build(self, generator: str, hidden: int, batch: int) -> None:
        torch, d = self.torch, self.real.shape[1]
        self.critic = _network(torch, hidden, d, 1)
        if generator == "network":
            self.maker = _network(torch, hidden, _LATENT, d)
            self.moving = list(self.maker.parameters())
            self.noise = torch.randn(512, _LATENT)
        else:
            self.maker, self.noise = None, None
            # Of mass 1 / batch each, as in the theory: a mean has that share of a gradient.
            self.moving = [(0.5 * torch.randn(batch, d)).requires_grad_()]
        self.judging = list(self.critic.parameters())

    def make(self, count: int) -> Any:
        if self.maker is None:
            return self.moving[0]
        return self.maker(self.torch.randn(count, _LATENT))

    def gain(self, output: Any) -> Any:
        """Return the mean of phi."""
        if self.loss == "linear":
            return output.mean()
        return self.torch.nn.functional.logsigmoid(output).mean()

    def penalty(self, x: Any, at_data: Any, at_samples: Any) -> Any:
        if self.regulariser == "output":
            return 0.5 * ((at_data**2).mean() + (at_samples**2).mean())
        if self.regulariser == "weights":
            return sum((w**2).sum() for w in self.judging)
        slope = self.torch.autograd.grad(at_data.sum(), x, create_graph=True)[0]
        return (slope**2).sum(dim=1).mean()

    def judge(self, y: Any, batch: int) -> Any:
        """Return the gradient of the discriminator's objective, on new data and these samples."""
        x = self.real[self.torch.randint(len(self.real), (batch,))]
        bent = self.decay > 0 and self.regulariser == "gradient"
        x.requires_grad_(bent)
        at_data, at_samples = self.critic(x), self.critic(y.detach())
        value = self.gain(at_data) + self.gain(-at_samples)
        if self.decay > 0:
            value = value - 0.5 * self.decay * self.penalty(x, at_data, at_samples)
        return self.torch.autograd.grad(value, self.judging)

    def step(self, parameters: list[Any], gradients: Any, rate: float) -> None:
        with self.torch.no_grad():
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.add_(gradient, alpha=rate)

    def play(self, rounds: int, batch: int) -> None:
        for _ in range(rounds):
            y = self.make(batch)
            judged = self.judge(y, batch)
            if self.update == "alternating":
                self.step(self.judging, judged, self.lr_d)
            moved = self.torch.autograd.grad(self.gain(self.critic(y)), self.moving)
            if self.update == "simultaneous":
                self.step(self.judging, judged, self.lr_d)
            self.step(self.moving, moved, self.lr_g)

    def look(self) -> tuple[Floats, float]:
        """Return the samples of fixed noise, and the mean of f at data minus that at samples."""
        with self.torch.no_grad():
            y = self.moving[0] if self.maker is None else self.maker(self.noise)
            margin = self.critic(self.real).mean() - self.critic(y).mean()
        return y.detach().numpy().astype(np.float64), float(margin)
