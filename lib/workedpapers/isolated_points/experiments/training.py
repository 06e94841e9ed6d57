"""The settings of a training of a small neural GAN, checked once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from workedpapers.checks import one_of, positive, positive_int
from workedpapers.isolated_points.arguments import Update, whole
from workedpapers.isolated_points.rules import Optimiser, UpdateRule, as_rule

__all__ = ["Generator", "Loss", "Regulariser", "TrainingSettings"]


class Loss(StrEnum):
    """What both players make of the discriminator's output."""

    NON_SATURATING = "non-saturating"
    LINEAR = "linear"


class Regulariser(StrEnum):
    """What the discriminator pays for."""

    OUTPUT = "output"
    GRADIENT = "gradient"
    WEIGHTS = "weights"


class Generator(StrEnum):
    """What makes the samples."""

    NETWORK = "network"
    POINTS = "points"


@dataclass(frozen=True)
class TrainingSettings:
    """Settings of some trainings; what each means is told by `train_ring`."""

    lr_d: float
    lr_g: float
    decay: float
    update: Update
    rule: UpdateRule
    adaptive: bool
    ema: float
    loss: Loss
    regulariser: Regulariser
    generator: Generator
    hidden: int
    batch: int
    steps: int
    every: int
    seeds: tuple[int, ...]

    @classmethod
    def checked(
        cls,
        *,
        lr_d: float,
        lr_g: float,
        decay: float,
        update: str,
        rule: str | UpdateRule,
        adaptive: bool,
        ema: float,
        loss: str,
        regulariser: str,
        generator: str,
        hidden: int,
        batch: int,
        steps: int,
        every: int,
        seeds: ArrayLike,
    ) -> TrainingSettings:
        """Check the arguments of `train_ring`; `TypeError` or `ValueError` names the wrong one."""
        how = as_rule(rule)
        if how.settings is not None:
            raise ValueError(f"rule: expected one number each, got {how}.")
        if adaptive and (
            np.any(how.consensus) or how.optimiser in (Optimiser.NESTEROV, Optimiser.EXTRAGRADIENT)
        ):
            raise ValueError(f"adaptive: expected False with {how}.")
        if not 0 <= ema < 1:
            raise ValueError(f"ema: expected at least 0 and below 1, got {ema}.")
        counts = {
            name: positive_int(count, name)
            for name, count in (
                ("hidden", hidden), ("batch", batch), ("steps", steps), ("every", every)
            )
        }  # fmt: skip
        if steps % every:
            raise ValueError(f"steps: expected a multiple of every = {every}, got {steps}.")
        orders = (Update.ALTERNATING, Update.SIMULTANEOUS)
        return cls(
            lr_d=positive(lr_d, "lr_d"),
            lr_g=positive(lr_g, "lr_g"),
            decay=positive(decay, "decay", zero=True),
            update=Update(one_of(update, "update", orders)),
            rule=how,
            adaptive=bool(adaptive),
            ema=float(ema),
            loss=Loss(one_of(loss, "loss", Loss)),
            regulariser=Regulariser(one_of(regulariser, "regulariser", Regulariser)),
            generator=Generator(one_of(generator, "generator", Generator)),
            seeds=tuple(np.atleast_1d(whole(seeds, "seed", least=0)).tolist()),
            **counts,
        )
