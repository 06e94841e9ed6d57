"""The paper's formula for the split of optimisation power, solved for any cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from workedpapers.checks import positive

__all__ = ["PowerSplit", "optimal_runtime_power"]


class PowerSplit(NamedTuple):
    """Where optimisation power goes.

    Parameters
    ----------
    run_time : float
        Bits that the learned algorithm finds by itself at run time, on each instance.
    base : float
        Bits of the base optimiser that are left for policies after the optimiser was built.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> mesa.PowerSplit(run_time=50.0, base=0.0).run_time
    50.0
    """

    run_time: float
    base: float


def optimal_runtime_power(
    P: float,
    N: float,
    cost: Callable[[float], float],
    *,
    limit: float | None = None,
) -> PowerSplit:
    r"""Best number of bits of optimisation to do at run time, by the paper's formula.

    Parameters
    ----------
    P : float
        Bits of optimisation power of the base optimiser, above 0.
    N : float
        Number of instances that need different policies, at least 1.
    cost : callable
        Bits that it takes to build an optimiser of x bits. It must not fall with x, and begin at
        no more than ``P``.
    limit : float, optional
        Most bits at run time, because computing costs time.

    Returns
    -------
    PowerSplit
        Bits at run time, and what is left in the base. Of several maxima the smallest.

    Raises
    ------
    TypeError
        If ``cost`` cannot be called or a number is not real.
    ValueError
        If a number is out of range, or the cost falls, is not finite, or begins above ``P``.

    See Also
    --------
    maze_envelope : The same question, measured.

    Notes
    -----
    .. math:: x^* = \arg\max_x \frac{P - f(x)}{N} + x, \qquad f(x) \le P .

    Hubinger et al. (2019), section 2.1. Where the cost is smooth, :math:`f'(x^*) = N`. For
    :math:`f = cx` all of it goes to run time if N exceeds c and none if it does not; for
    :math:`f = cx^2`, :math:`x^* = \min(N / 2c, \sqrt{P / c})`.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> split = mesa.optimal_runtime_power(P=100.0, N=50, cost=lambda x: 2 * x)
    >>> round(split.run_time, 6), round(split.base, 6)
    (50.0, 0.0)
    >>> mesa.optimal_runtime_power(P=100.0, N=1, cost=lambda x: 2 * x)
    PowerSplit(run_time=0.0, base=100.0)
    """
    power, instances = positive(P, "P"), positive(N, "N")
    if instances < 1:
        raise ValueError(f"N: expected at least 1, got {N}.")
    if not callable(cost):
        raise TypeError(f"cost: expected a function of one number, got {cost!r}.")
    most = np.inf if limit is None else positive(limit, "limit", zero=True)

    def f(x: float) -> float:
        value = float(cost(x))
        if not np.isfinite(value):
            raise ValueError(f"cost: expected a finite number, got {value} at {x:.6g}.")
        return value

    if f(0.0) > power:
        raise ValueError(f"cost: expected at most P = {power} at 0, got {f(0.0)}.")
    end = _last_affordable(f, power, most)
    grid = np.linspace(0, end, 513)
    costs = np.array([f(x) for x in grid])
    if (np.diff(costs) < -1e-9 * max(1.0, power)).any():
        raise ValueError("cost: expected a cost that does not fall with x, got one that does.")
    gain = (power - costs) / instances + grid
    best = int(np.argmax(gain > gain.max() - 1e-12 * max(1.0, abs(gain.max()))))
    x = _refined(lambda x: (power - f(x)) / instances + x, grid, best)
    return PowerSplit(x, max(power - f(x), 0.0))


def _last_affordable(f: Callable[[float], float], power: float, most: float) -> float:
    """Largest x with f(x) <= power and x <= most, by doubling and halving."""
    if np.isfinite(most) and f(most) <= power:
        return most
    low, high = 0.0, 1.0
    while f(high) <= power:
        low, high = high, 2 * high
        if high > 1e12:
            raise ValueError("cost: expected a cost that exceeds P in the end, got one that stays.")
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if f(middle) <= power else (low, middle)
    return low


def _refined(gain: Callable[[float], float], grid: np.ndarray, best: int) -> float:
    """The maximum between the neighbours of the best node, by golden sections."""
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    at = grid[best]
    ratio = (np.sqrt(5) - 1) / 2
    for _ in range(80):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if gain(left) >= gain(right):
            high = right
        else:
            low = left
    inner = (low + high) / 2
    # A corner is kept where the inside is no better than rounding makes it.
    return float(inner if gain(inner) > gain(at) + 1e-12 * max(1.0, abs(gain(at))) else at)
