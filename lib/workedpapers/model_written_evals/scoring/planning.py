"""How many clusters it takes to see a difference."""

from __future__ import annotations

from math import sqrt

import numpy as np

from workedpapers.checks import positive, positive_int, probability

__all__ = ["clusters_needed", "design_effect", "power_of"]


def power_of(clusters: int, difference: float, sd: float, *, level: float = 0.05) -> float:
    r"""Probability that Student's test over clusters finds a difference that is there.

    Parameters
    ----------
    clusters : int
        How many clusters, at least 2.
    difference : float
        The mean effect, above 0.
    sd : float
        Standard deviation of the effect between clusters, above 0.
    level : float, default 0.05
        Two-sided level of the test.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    TypeError
        If the number of clusters is not whole.
    ValueError
        If a number is out of its range.

    See Also
    --------
    clusters_needed

    Notes
    -----
    The statistic follows the noncentral t distribution with :math:`C - 1` degrees of freedom and
    noncentrality :math:`\sqrt C\, d / \sigma`.

    Examples
    --------
    >>> from workedpapers.model_written_evals import power_of
    >>> round(power_of(34, 0.5, 1.0), 2)
    0.81
    """
    from scipy.special import ndtr
    from scipy.stats import chi2, t

    count = positive_int(clusters, "clusters", least=2)
    shift = sqrt(count) * positive(difference, "difference") / positive(sd, "sd")
    bound = t.isf(probability(level, "level", open_interval=True) / 2, count - 1)
    # The noncentral t as a mixture over the estimated spread; scipy's own gives NaN far out.
    nodes, weights = np.polynomial.legendre.leggauss(600)
    spread = bound * np.sqrt(chi2.ppf((nodes + 1) / 2, count - 1) / (count - 1))
    return float(weights @ (ndtr(shift - spread) + ndtr(-shift - spread)) / 2)


def clusters_needed(
    difference: float, sd: float, *, power: float = 0.8, level: float = 0.05
) -> int:
    """Smallest number of clusters with which a difference is found often enough.

    Parameters
    ----------
    difference : float
        The mean effect, above 0, for example in nats of `user_effect`.
    sd : float
        Its standard deviation between clusters, above 0.
    power : float, default 0.8
        How often it is to be found.
    level : float, default 0.05
        Two-sided level of the test.

    Returns
    -------
    int
        At least 2.

    Raises
    ------
    ValueError
        If a number is out of its range, or a million clusters are not enough.

    See Also
    --------
    power_of, design_effect

    Notes
    -----
    The smallest number for which `power_of` reaches ``power``, by bisection: power grows with the
    number of clusters. More items per cluster help only as far as they make ``sd`` smaller.

    Examples
    --------
    >>> from workedpapers.model_written_evals import clusters_needed
    >>> clusters_needed(0.5, 1.0)
    34
    """
    target = probability(power, "power", open_interval=True)

    def enough(count: int) -> bool:
        return power_of(count, difference, sd, level=level) >= target

    low, high = 1, 2
    while not enough(high):
        low, high = high, 2 * high
        if high > 1_000_000:
            raise ValueError("difference: expected one that a million clusters show, got less.")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def design_effect(per_cluster: int, correlation: float) -> float:
    r"""How many times larger clusters make the variance of a mean.

    Parameters
    ----------
    per_cluster : int
        Items of each cluster.
    correlation : float
        Correlation of two items of one cluster. Below 0 where they balance each other, down to
        -1 / (per_cluster - 1).

    Returns
    -------
    float
        Variance over that of as many independent items. Below 1 where items balance each other.

    Raises
    ------
    ValueError
        If the correlation is not possible.

    Notes
    -----
    :math:`1 + (m - 1)\rho` (Kish, 1965).

    Examples
    --------
    >>> from workedpapers.model_written_evals import design_effect
    >>> design_effect(21, 0.25), design_effect(2, -1.0)
    (6.0, 0.0)
    """
    m = positive_int(per_cluster, "per_cluster")
    least = -1.0 if m == 1 else -1 / (m - 1)
    if not least <= correlation <= 1:
        raise ValueError(f"correlation: expected from {least:.3f} to 1, got {correlation}.")
    return 1 + (m - 1) * correlation
