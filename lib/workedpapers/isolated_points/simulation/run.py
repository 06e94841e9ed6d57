"""What a simulation returns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import positive_int
from workedpapers.isolated_points.arguments import as_points
from workedpapers.isolated_points.kernels import Floats
from workedpapers.isolated_points.simulation.history import memory
from workedpapers.isolated_points.simulation.settings import Settings

__all__ = ["Run"]


@dataclass(frozen=True, repr=False)
class Run:
    """Trajectories of the generated points, and the discriminator at any step.

    Attributes
    ----------
    settings : what was simulated, each array with a leading batch axis.
    generated : positions in the units of the data, shape (K, N, d), or (B, K, N, d) for a batch;
        K is steps + 1 unless less was kept. NaN from the step on at which a position of the
        setting was no longer a finite number.
    kept : the numbers of the steps kept, shape (K,); 0 is the start.
    steps : number of steps made.
    method : "lattice" or "history".
    """

    settings: Settings
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
            f"{s.kernel}, update={s.update!r}, method={self.method!r}"
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

    def setting(self, index: int) -> Run:
        """Return the run of one setting of a batch, without the batch axis."""
        if not self.settings.batched:
            raise ValueError("setting: this run has one setting and no batch axis.")
        if not -len(self.settings) <= index < len(self.settings):
            raise ValueError(f"index: expected less than {len(self.settings)}, got {index}.")
        row = np.array([index])
        alone = replace(self.settings.at(row), batched=False)
        return replace(self, settings=alone, generated=self.generated[index])

    def discriminator(self, x: ArrayLike, step: int | None = None) -> Floats:
        """Value of the discriminator at any points after any number of steps.

        Computed anew from the kept positions, by the sum over the history; see `history`.

        Parameters
        ----------
        x : points, shape (m, d), or (B, m, d) with points for each setting, or (m,) in 1-D.
        step : 0 to ``steps``, the last by default. f_0 is zero unless there was a warm-up.

        Returns
        -------
        Array, shape (m,), or (B, m) for a batch; NaN where a setting had diverged by then.

        Raises
        ------
        ValueError : if points have another number of dimensions, if the step is out of range, or
            if not every step was kept.
        """
        points, true_weight, centres, weights = self._expansion(x, step)
        s = self.settings
        value = s.kernel.expansion(points, s.true, true_weight) - s.kernel.expansion(
            points, centres, weights
        )
        return value if s.batched else value[0]

    def gradient(self, x: ArrayLike, step: int | None = None) -> Floats:
        """Gradient of the discriminator by x, as `discriminator`, with a last axis of length d."""
        points, true_weight, centres, weights = self._expansion(x, step)
        s = self.settings
        value = s.kernel.expansion_gradient(points, s.true, true_weight)
        value -= s.kernel.expansion_gradient(points, centres, weights)
        return value if s.batched else value[0]

    def _expansion(self, x: ArrayLike, step: int | None) -> tuple[Floats, Floats, Floats, Floats]:
        """Points, weights of the true points, and what the discriminator has seen, with weights."""
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
        points = np.broadcast_to(points, (size, *points.shape[-2:]))
        k = self.steps if step is None else positive_int(step, "step", least=0)
        if k > self.steps:
            raise ValueError(f"step: expected at most {self.steps}, got {k}.")
        if k > 0 and len(self.kept) <= self.steps:
            raise ValueError(
                f"step: the discriminator after {k} steps needs every position before; "
                f"simulate with keep='all' (kept: {len(self.kept)} of {self.steps + 1})."
            )
        start = s.training(s.warm_up)
        true_weight = s.training(k) + start * s.keep**k
        oldest = max(0, k - memory(s, self.steps))
        first = 1 if s.update == "generator_first" else 0
        path = self.generated if s.batched else self.generated[None]
        seen = path[:, oldest + first : k + first]
        ages = np.arange(k - oldest - 1, -1, -1)
        weight = s.lr_d[:, None] * s.keep[:, None] ** ages
        if oldest == 0 and start.any():
            seen = np.concatenate([s.generated[:, None], seen], axis=1)
            weight = np.concatenate([(start * s.keep**k)[:, None], weight], axis=1)
        masses = weight[:, :, None] * s.generated_mass[:, None, :]
        centres = seen.reshape(size, -1, dimension)
        return points, true_weight[:, None] * s.true_mass, centres, masses.reshape(size, -1)
