"""False discoveries among many tests."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workedpapers.checks import Floats

__all__ = ["benjamini_hochberg", "lord"]


def benjamini_hochberg(p: npt.ArrayLike, tests: int | None = None) -> Floats:
    r"""Smallest false-discovery rate at which each test is a discovery.

    Parameters
    ----------
    p : array_like
        P-values of everything that was tested.
    tests : int, optional
        How many tests M there were, if more: the others count as p-values of 1. What was passed
        over for looking harmless belongs to them.

    Returns
    -------
    ndarray
        The q-values.

    Raises
    ------
    ValueError
        If there are fewer tests than p-values.

    Notes
    -----
    With p-values in order, :math:`q_{(i)} = \min_{j \ge i} p_{(j)} M / j` (Benjamini and Hochberg
    1995). It holds for independent tests and many that depend positively, as overlapping slices
    do; the chapter measures it, in the section on false alarms.

    Examples
    --------
    >>> from workedpapers.data_slicing import benjamini_hochberg
    >>> benjamini_hochberg([0.01, 0.02, 0.9]).round(3).tolist()
    [0.03, 0.03, 0.9]
    """
    values = np.asarray(p, dtype=float)
    many = len(values) if tests is None else tests
    if many < len(values):
        raise ValueError(f"tests: expected at least {len(values)}, one for each p, got {tests}.")
    order = np.argsort(values, kind="stable")
    steps = values[order] * many / np.arange(1, len(values) + 1)
    q = np.empty(len(values))
    q[order] = np.minimum.accumulate(steps[::-1])[::-1]
    return q.clip(max=1.0)


def lord(p: npt.ArrayLike, alpha: float = 0.05) -> Floats:
    r"""Level at which each test of a sequence is done, so that the rate of false ones stays.

    Parameters
    ----------
    p : array_like
        P-values in the order in which tests are done.
    alpha : float
        False-discovery rate.

    Returns
    -------
    ndarray
        Levels; a test is a discovery if its p-value is at most its level.

    Notes
    -----
    LORD++ (Ramdas, Yang, Wainwright and Jordan 2017): with discoveries at :math:`\tau_1 < \tau_2 <
    \dots` and :math:`W_0 = \alpha / 2` the level of test t is
    :math:`\gamma_t W_0 + (\alpha - W_0) \gamma_{t - \tau_1} + \alpha \sum_{j \ge 2}
    \gamma_{t - \tau_j}`, with :math:`\gamma_t \propto \log(\max(t, 2)) / (t e^{\sqrt{\log t}})`.

    Examples
    --------
    >>> from workedpapers.data_slicing import lord
    >>> levels = lord([0.001, 0.04, 0.0002, 0.5])
    >>> (levels > 0).all()
    np.True_
    """
    values = np.asarray(p, dtype=float)
    t = np.arange(1, len(values) + 1, dtype=float)
    gamma = np.log(np.maximum(t, 2)) / (t * np.exp(np.sqrt(np.log(t))))
    gamma *= 0.0772  # so that the whole sequence sums to less than 1
    start = alpha / 2
    levels = gamma * start
    found = 0
    for i, one in enumerate(values):
        if one <= levels[i]:
            earned = alpha - start if found == 0 else alpha
            levels[i + 1 :] += earned * gamma[: len(values) - i - 1]
            found += 1
    return np.asarray(levels, dtype=np.float64)
