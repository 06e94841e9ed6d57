"""What is called the onset of an effect, and how sure it must be: options, checked once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self, TypedDict, Unpack

import numpy as np

from workedpapers.checks import as_float_array, as_seed, one_of, positive_int, probability

from ..group.courses import Window
from ..group.resample import IntervalKind

__all__ = ["FitOptions", "Method", "OnsetOptions", "OnsetSettings"]


class Method(StrEnum):
    """What is called the onset, see `onset`."""

    HINGE = "hinge"
    PEAK50 = "peak50"
    CLUSTER = "cluster"
    FDR = "fdr"
    MAX = "max"

    @property
    def options(self) -> tuple[str, ...]:
        """Names of the `FitOptions` that it takes."""
        if self is Method.HINGE:
            return ("shape", "baseline", "fraction", "smoothing")
        return ("fraction", "smoothing") if self is Method.PEAK50 else ()


class FitOptions(TypedDict, total=False):
    """Keyword arguments of `onset` that belong to the methods "hinge" and "peak50" alone."""

    shape: str
    baseline: str
    fraction: float
    smoothing: float


class OnsetOptions(FitOptions, total=False):
    """Keyword arguments of `onset`, which documents them, but for the method and the seed."""

    chance: float
    window: Window
    interval: str
    level: float
    n_boot: int
    alpha: float
    permutations: int


@dataclass(frozen=True)
class OnsetSettings:
    """Arguments of `onset`, which documents them, made by `checked`."""

    method: Method
    chance: float
    window: Window
    interval: IntervalKind
    level: float
    n_boot: int
    alpha: float
    permutations: int
    seed: int
    fit: FitOptions

    @classmethod
    def checked(
        cls,
        *,
        method: str = "hinge",
        chance: float = 0.5,
        window: Window = (0.0, None),
        interval: str = "percentile",
        level: float = 0.95,
        n_boot: int = 1000,
        alpha: float = 0.05,
        permutations: int = 2000,
        seed: int | np.random.Generator = 0,
        **options: Unpack[FitOptions],
    ) -> Self:
        """Check the arguments; those of the fit itself are checked by `fit_change_point`."""
        chosen = Method(one_of(method, "method", Method))
        unknown = sorted(set(options) - set(chosen.options))
        if unknown:
            raise TypeError(
                f"{unknown[0]}: no option of method={method!r}, which takes "
                f"{', '.join(chosen.options) or 'none'}."
            )
        return cls(
            method=chosen,
            chance=as_float_array(chance, "chance", ndim=0).item(),
            window=window,
            interval=IntervalKind(one_of(interval, "interval", IntervalKind)),
            level=probability(level, "level", open_interval=True),
            n_boot=positive_int(n_boot, "n_boot", least=100),
            alpha=probability(alpha, "alpha", open_interval=True),
            permutations=positive_int(permutations, "permutations", least=100),
            seed=as_seed(seed),
            fit=options,
        )
