r"""P-values of a slice as a draw without replacement.

If losses have nothing to do with the columns, the n rows of a slice are n draws without
replacement from the N losses. Of residuals :math:`r_i` with mean zero, variance :math:`\sigma^2`
and skewness :math:`\gamma` their sum T has, with f = n/N,

.. math:: \operatorname{var} T = n (1 - f) \frac{N}{N - 1} \sigma^2, \qquad
   \operatorname{skew} T = \gamma \frac{N - 2n}{N - 2} \sqrt{\frac{N - 1}{n (N - n)}} .

The tail is that of a Pearson III distribution, a shifted gamma, with these moments. For a loss of
two values T is a count with a hypergeometric distribution, which is summed where counts are small.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from workedpapers.checks import Floats, Ints
from workedpapers.data_slicing.engines.population import Population, standardised

__all__ = ["finite_population_tail", "hypergeometric_tail", "pearson3_tail"]

#: Where the variance of a count is smaller, its distribution is summed and not approximated.
SMALL_COUNT = 50.0


def pearson3_tail(z: Floats, skewness: Floats) -> Floats:
    """P(Z >= z) of a Pearson III distribution with mean 0, variance 1 and some skewness."""
    g = np.where(np.abs(skewness) < 1e-4, 1.0, skewness)
    k = 4 / (g * g)
    # Z = (G - k) / sqrt(k) with G a gamma variable of shape k, mirrored for a negative skewness
    at = np.maximum(k + np.sign(g) * z * np.sqrt(k), 0)
    tail = np.where(g > 0, special.gammaincc(k, at), special.gammainc(k, at))
    return np.asarray(np.where(np.abs(skewness) < 1e-4, special.ndtr(-z), tail), dtype=np.float64)


def hypergeometric_tail(k: Ints, rows: int, ones: int, n: Ints) -> Floats:
    """P(K >= k) where K ones are among n rows drawn from ``rows`` that hold ``ones`` ones."""
    k = np.maximum(k, np.maximum(0, n - (rows - ones)))
    lg = special.gammaln

    def choose(a: Ints, b: Ints) -> Floats:
        logarithm: Floats = lg(a + 1.0) - lg(b + 1.0) - lg(a - b + 1.0)
        return logarithm

    possible = k <= np.minimum(n, ones)
    at = np.where(possible, k, np.minimum(n, ones))
    log_first = choose(np.array(ones), at) + choose(np.array(rows - ones), n - at)
    term = np.exp(log_first - choose(np.array(rows), n))
    tail = term.copy()
    while True:
        # P(K = j + 1) / P(K = j)
        term = term * (ones - at) * (n - at) / ((at + 1.0) * (rows - ones - n + at + 1.0))
        term = np.maximum(term, 0)
        at = at + 1
        tail += term
        if not (term > 1e-15 * tail).any():
            break
    return np.where(possible, np.minimum(tail, 1.0), 0.0)


def _upper(n: Ints, total: Floats, population: Population) -> Floats:
    """P(T >= total)."""
    if not population.two_valued:
        return pearson3_tail(*standardised(n, total, population))
    low, high = population.least - population.mean, population.most - population.mean
    step = high - low
    # A count moves in steps; half a step off corrects the smooth curve for that.
    p = pearson3_tail(*standardised(n, total - step / 2, population))
    share = population.ones / population.rows
    spread = n * share * (1 - share) * (1 - n / population.rows)
    small = np.flatnonzero(spread < SMALL_COUNT)
    if len(small):
        count = np.rint((total[small] - n[small] * low) / step).astype(np.intp)
        p[small] = hypergeometric_tail(count, population.rows, population.ones, n[small])
    return p


def _mirrored(population: Population) -> Population:
    """The population of minus the loss."""
    return Population(
        population.rows, population.weight, -population.mean, population.variance,
        -population.skewness, population.spread, -population.most, -population.least,
        population.rows - population.ones if population.two_valued else -1,
    )  # fmt: skip


def finite_population_tail(
    n: Ints, total: Floats, population: Population, side: str = "higher"
) -> Floats:
    """P-value of each slice: how likely a draw of n rows has a sum as far out.

    Parameters
    ----------
    n : ndarray
        Rows of each slice.
    total : ndarray
        Sum of residuals of each slice.
    population : Population
        Moments of all rows.
    side : {"higher", "lower", "both"}
        Which direction counts.
    """
    n = np.asarray(n)
    if population.variance == 0 or population.rows < 3:
        return np.ones(len(n))
    if side == "higher":
        return _upper(n, total, population)
    lower = _upper(n, -total, _mirrored(population))
    if side == "lower":
        return lower
    both: Floats = 2 * np.minimum(lower, _upper(n, total, population))
    return both.clip(max=1.0)
