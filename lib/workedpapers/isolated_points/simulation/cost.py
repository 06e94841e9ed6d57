r"""What a simulation will cost, so that nobody finds out by waiting.

By its history a step sums the kernel over all that is remembered: M sets of N points, so T steps
cost :math:`N^2 \sum_{k<T} \min(k, M)` kernels, which without decay is :math:`N^2T^2/2`. On the
lattice a step costs the same however long the past. Times are rough, of one core of 2 GHz.
"""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass

from workedpapers.isolated_points.simulation.settings import SimulationSettings

__all__ = ["Cost", "cost_of", "machine_memory", "weigh"]

_PAIR = 6e-9  # seconds for a kernel and its pull between two points ...
_COORDINATE = 3e-9  # ... and for each coordinate of the two
_ROUND = 2e-4  # overhead of a round of a chunk of settings
_NODE_VISIT = 4e-7  # a point on the lattice, both looks
_LONG, _LARGE = 1800.0, 0.5  # seconds, and share of the machine's memory, that are worth a warning


@dataclass(frozen=True)
class Cost:
    """Estimated seconds, and bytes of the discriminator's history and of the kept positions."""

    seconds: float
    history: float
    path: float


def machine_memory() -> float:
    """Bytes of memory of this machine, or infinity where it does not say."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):
        return float("inf")


def cost_of(
    settings: SimulationSettings, method: str, steps: int, remembered: int, kept: int
) -> Cost:
    """Estimate the cost of ``steps`` steps of which ``kept`` positions are returned."""
    size, count, dim = settings.generated.shape
    path = 8.0 * size * kept * count * dim
    if method == "lattice":
        return Cost(steps * (_ROUND + size * count * _NODE_VISIT), 0.0, path)
    length = min(remembered, steps)
    terms = steps * length - length * length / 2.0  # sum of min(k, M)
    pairs = size * count * (count * terms + steps * settings.true.shape[1])
    seconds = steps * _ROUND + pairs * (_PAIR + _COORDINATE * dim)
    return Cost(seconds, 8.0 * size * remembered * count * dim, path)


def weigh(cost: Cost, steps: int) -> None:
    """Refuse what cannot be kept, and warn of what will take long or much memory.

    Raises `ValueError` if the positions to return would not fit into the machine's memory.
    """
    memory = machine_memory()
    if cost.path > memory:
        raise ValueError(
            f"steps: {steps:,} steps give {cost.path / 1e9:,.0f} GB of positions, and this machine "
            f"has {memory / 1e9:,.0f} GB; keep fewer (keep='last', or each k-th)."
        )
    if cost.history > memory:
        raise ValueError(
            f"steps: the discriminator's history of {steps:,} steps holds "
            f"{cost.history / 1e9:,.0f} GB, and this machine has {memory / 1e9:,.0f} GB. With "
            "more decay less is remembered, and the lattice remembers nothing."
        )
    if cost.history > _LARGE * memory or cost.seconds > _LONG:
        warnings.warn(
            f"simulate: {steps:,} steps will take about {_duration(cost.seconds)} on one core and "
            f"hold {cost.history / 1e9:,.1f} GB of the discriminator's history. Its cost grows "
            "with the square of the steps where nothing is forgotten; more decay, fewer steps or "
            "the lattice (Gaussians in one dimension) are cheaper.",
            RuntimeWarning,
            stacklevel=3,
        )


def _duration(seconds: float) -> str:
    if seconds < 5400:
        return f"{seconds / 60:,.0f} minutes"
    return f"{seconds / 3600:,.0f} hours"
