"""What a simulation returns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import Floats, positive_int
from workedpapers.isolated_points.arguments import Update, as_points
from workedpapers.isolated_points.simulation.history import memory
from workedpapers.isolated_points.simulation.players import Discriminator, replayed
from workedpapers.isolated_points.simulation.settings import SimulationSettings

__all__ = ["Run"]


@dataclass(frozen=True, repr=False)
class Run:
    """Trajectories of the generated points, and the discriminator at any step.

    Parameters
    ----------
    settings : SimulationSettings
        What was simulated, each array with a leading batch axis.
    generated : ndarray
        Positions in the units of the data, shape (K, N, d), or (B, K, N, d) for a batch; K is
        steps + 1 unless less was kept. NaN from the step on at which a position of the setting was
        no longer a finite number.
    kept : ndarray of int
        The numbers of the steps kept, shape (K,); 0 is the start.
    steps : int
        Number of steps made.
    method : str
        "lattice" or "history".

    See Also
    --------
    simulate : Makes it.

    Notes
    -----
    The discriminator is computed anew from the kept positions, as the sum over all that it has
    seen. Chapter, section "The idea in ten lines".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> run = ip.simulate([0.0], [0.5], lr_d=0.1, lr_g=0.05, steps=300)
    >>> run
    Run(1 true and 1 generated points in 1-D, 300 steps (301 positions kept), Gaussian(1), \
update='alternating', method='lattice')
    >>> run.generated.shape, run.discriminator([0.0, 1.0]).shape
    ((301, 1, 1), (2,))
    """

    settings: SimulationSettings
    generated: Floats
    kept: NDArray[np.intp]
    steps: int
    method: str

    def __repr__(self) -> str:
        s = self.settings
        settings = f"{len(s)} settings, " if s.batched else ""
        bad = int(np.sum(self.diverged))
        return (
            f"Run({settings}{s.true.shape[1]} true and {s.generated.shape[1]} generated points in "
            f"{s.true.shape[2]}-D, {self.steps:,} steps ({len(self.kept):,} positions kept), "
            f"{s.kernel}, update={s.update.value!r}, method={str(self.method)!r}"
            f"{f', {bad} not finite' if bad else ''})"
        )

    @property
    def true(self) -> Floats:
        """True points, shape (n, d), or (B, n, d) for a batch."""
        return self.settings.true if self.settings.batched else self.settings.true[0]

    @property
    def final(self) -> Floats:
        """Generated points after the last step, shape (N, d), or (B, N, d)."""
        return self.generated[..., -1, :, :]

    @property
    def diverged(self) -> NDArray[np.bool_]:
        """Whether positions stopped being finite numbers: one flag, shape () or (B,).

        A point that runs away but is finite counts in `coverage`, beyond a distance of choice.
        """
        return np.asarray(~np.isfinite(self.final).all(axis=(-2, -1)))

    @property
    def value(self) -> Floats:
        r"""The game's value after each step, shape (steps + 1,), or (B, steps + 1).

        :math:`L(f_k, y^k) = \sum_i p_i f_k(x_i) - \sum_j q_j f_k(y_j^k)`: how well the
        discriminator tells the two sets apart, up to its scale. At rest it is the squared maximum
        mean discrepancy of the two over the decay. Every position must have been kept.
        """
        return self._losses[0]

    @property
    def generator_loss(self) -> Floats:
        r"""The generator's loss after each step, :math:`-\sum_j q_j f_k(y_j^k)`.

        Shape and condition are those of `value`.
        """
        return self._losses[1]

    def setting(self, index: int) -> Run:
        """Return the run of one setting of a batch, without the batch axis.

        Parameters
        ----------
        index : int
            Number of the setting, from 0; negative ones count from the end.

        Returns
        -------
        Run
            The run of that setting alone.

        Raises
        ------
        ValueError
            If there is no batch axis, or no such setting.
        """
        if not self.settings.batched:
            raise ValueError("setting: this run has one setting and no batch axis.")
        if not -len(self.settings) <= index < len(self.settings):
            raise ValueError(f"index: expected less than {len(self.settings)}, got {index}.")
        row = np.array([index])
        alone = replace(self.settings.at(row), batched=False)
        return replace(self, settings=alone, generated=self.generated[index])

    def discriminator(self, x: ArrayLike, step: int | None = None) -> Floats:
        """Value of the discriminator at any points after any number of steps.

        Parameters
        ----------
        x : array_like
            Points, shape (m, d), or (B, m, d) with points for each setting, or (m,) in 1-D.
        step : int or None
            0 to ``steps``; None is the last. f_0 is zero unless there was a warm-up.

        Returns
        -------
        ndarray
            Shape (m,), or (B, m) for a batch; NaN where a setting had diverged by then.

        Raises
        ------
        TypeError
            If the step is not a whole number.
        ValueError
            If points have another number of dimensions, if the step is out of range, or if not
            every step was kept.
        """
        points, k = self._points(x), self._step(step)
        s = self.settings
        if not s.rule.is_plain:
            return self._unbatched(self._replayed_to(k).value(points), k)
        true_weight, centres, weights = self._expansion(k)
        value = s.kernel.expansion(points, s.true, true_weight)
        value -= s.kernel.expansion(points, centres, weights)
        return value if s.batched else value[0]

    def gradient(self, x: ArrayLike, step: int | None = None) -> Floats:
        """Gradient of the discriminator by the place, at any points after any number of steps.

        Parameters
        ----------
        x : array_like
            Points, as for `discriminator`.
        step : int or None
            As for `discriminator`.

        Returns
        -------
        ndarray
            Shape (m, d), or (B, m, d) for a batch.

        Raises
        ------
        TypeError
            As for `discriminator`.
        ValueError
            As for `discriminator`.
        """
        points, k = self._points(x), self._step(step)
        s = self.settings
        if not s.rule.is_plain:
            return self._unbatched(self._replayed_to(k).gradient(points), k)
        true_weight, centres, weights = self._expansion(k)
        value = s.kernel.expansion_gradient(points, s.true, true_weight)
        value -= s.kernel.expansion_gradient(points, centres, weights)
        return value if s.batched else value[0]

    def _points(self, x: ArrayLike) -> Floats:
        """Points for each setting, shape (B, m, d)."""
        s = self.settings
        size, _, dimension = s.generated.shape
        points = as_points(x, "x")
        if points.shape[-1] != dimension:
            raise ValueError(f"x: expected points in {dimension}-D, got shape {np.shape(x)}.")
        if points.ndim > 2 + s.batched or (points.ndim == 3 and len(points) not in (1, size)):
            raise ValueError(
                f"x: expected shape (m, {dimension})"
                f"{f' or ({size}, m, {dimension})' if s.batched else ''}, got {np.shape(x)}."
            )
        return np.broadcast_to(points, (size, *points.shape[-2:]))

    def _step(self, step: int | None) -> int:
        k = self.steps if step is None else positive_int(step, "step", least=0)
        if k > self.steps:
            raise ValueError(f"step: expected at most {self.steps}, got {k}.")
        if k > 0:
            self._whole(f"step: the discriminator after {k} steps")
        return k

    def _whole(self, what: str) -> None:
        if len(self.kept) <= self.steps:
            raise ValueError(
                f"{what} needs every position before; simulate with keep='all' (kept: "
                f"{len(self.kept)} of {self.steps + 1})."
            )

    @property
    def _path(self) -> Floats:
        return self.generated if self.settings.batched else self.generated[None]

    def _expansion(self, k: int) -> tuple[Floats, Floats, Floats]:
        """Weights of the true points, and what the discriminator has seen, with its weights."""
        s = self.settings
        size, _, dimension = s.generated.shape
        start = s.training(s.warm_up)
        true_weight = s.training(k) + start * s.keep**k
        oldest = max(0, k - memory(s, self.steps))
        first = 1 if s.update == Update.GENERATOR_FIRST else 0
        seen = self._path[:, oldest + first : k + first]
        ages = np.arange(k - oldest - 1, -1, -1)
        weight = s.round_rate[:, None] * s.keep[:, None] ** ages
        if oldest == 0 and start.any():
            seen = np.concatenate([s.generated[:, None], seen], axis=1)
            weight = np.concatenate([(start * s.keep**k)[:, None], weight], axis=1)
        masses = weight[:, :, None] * s.generated_mass[:, None, :]
        centres = seen.reshape(size, -1, dimension)
        return true_weight[:, None] * s.true_mass, centres, masses.reshape(size, -1)

    def _replayed_to(self, k: int) -> Discriminator:
        path = self._path[:, : k + 1] if k else self.settings.generated[:, None]
        with np.errstate(all="ignore"):
            *_, field = replayed(self.settings, path, self.method)
        return field

    def _unbatched(self, value: Floats, k: int) -> Floats:
        """Without the batch axis of a single setting; NaN where it had diverged by then."""
        if k:
            gone = ~np.isfinite(self._path[:, k]).all(axis=(1, 2))
            value[gone] = np.nan
        return value if self.settings.batched else value[0]

    @cached_property
    def _losses(self) -> tuple[Floats, Floats]:
        """The game's value and the generator's loss after each step, from one replay."""
        self._whole("value: each step")
        s, path = self.settings, self._path
        sound = np.where(np.isfinite(path), path, s.generated[:, None])
        loss, value = np.empty((2, *path.shape[:2]))
        masses = np.concatenate([s.true_mass, -s.generated_mass], axis=1)
        first = s.true.shape[1]  # of the generated points
        with np.errstate(all="ignore"):
            for k, field in enumerate(replayed(s, path, self.method)):
                terms = masses * field.value(np.concatenate([s.true, sound[:, k]], axis=1))
                value[:, k] = terms.sum(axis=1)
                loss[:, k] = terms[:, first:].sum(axis=1)
        gone = ~np.isfinite(path).all(axis=(2, 3))
        for total in (value, loss):
            total[gone] = np.nan
            total.flags.writeable = False  # it is kept, and handed out more than once
        return (value, loss) if s.batched else (value[0], loss[0])
