"""Intervals used in several chapters, as thin layers over scipy and statsmodels.

Every function returns an `Interval`, so that a number never travels without its uncertainty.
"""

import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workedpapers.checks import as_float_array, one_of, positive_int, probability

__all__ = ["Interval", "bootstrap", "clustered_mean", "wilson"]


class Interval(NamedTuple):
    """A point estimate and the two ends of its interval.

    Parameters
    ----------
    value : float
        The estimate.
    low, high : float
        The ends.

    Examples
    --------
    >>> from workedpapers.stats import Interval
    >>> Interval(0.5, 0.4, 0.6).high
    0.6
    """

    value: float
    low: float
    high: float


def wilson(successes: int, trials: int, *, confidence: float = 0.95) -> Interval:
    """Wilson score interval of a proportion.

    Unlike the normal approximation it stays inside [0, 1] and does not collapse at 0 and 1.

    Parameters
    ----------
    successes : int
        From 0 to ``trials``.
    trials : int
        At least 1.
    confidence : float
        Coverage, strictly between 0 and 1.

    Returns
    -------
    Interval
        The share of successes and the ends of its interval.

    Raises
    ------
    TypeError
        If a count is not a whole number.
    ValueError
        If a count or the confidence is out of range.

    Notes
    -----
    Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209; `statsmodels` computes it.

    Examples
    --------
    >>> from workedpapers.stats import wilson
    >>> [round(end, 3) for end in wilson(0, 10)]
    [0.0, 0.0, 0.278]
    """
    from statsmodels.stats.proportion import proportion_confint

    trials = positive_int(trials, "trials")
    successes = positive_int(successes, "successes", least=0)
    if successes > trials:
        raise ValueError(f"successes: expected at most trials = {trials}, got {successes}.")
    alpha = 1 - probability(confidence, "confidence", open_interval=True)
    low, high = proportion_confint(successes, trials, alpha=alpha, method="wilson")
    share = successes / trials
    # Rounding may put an end a hair beyond the estimate when the estimate is 0 or 1.
    return Interval(share, min(float(low), share), max(float(high), share))


def bootstrap(
    statistic: Callable[..., npt.ArrayLike],
    *samples: npt.ArrayLike,
    paired: bool = False,
    confidence: float = 0.95,
    resamples: int = 2000,
    method: str = "BCa",
    seed: int | np.random.Generator = 0,
) -> Interval:
    """Bootstrap interval of a statistic of one or several samples.

    Parameters
    ----------
    statistic : callable
        Function of the samples, each an array of shape (n,), and of ``axis``; it must reduce that
        axis, as `numpy.mean` does.
    *samples : array_like
        Arrays of shape (n,), at least two values each.
    paired : bool
        Whether the samples are resampled together, row by row.
    confidence : float
        Coverage, strictly between 0 and 1.
    resamples : int
        Number of resamples, at least 100.
    method : str
        "BCa" (default), "percentile" or "basic", as in `scipy.stats.bootstrap`.
    seed : int or numpy.random.Generator
        Seed or generator of the resampling.

    Returns
    -------
    Interval
        The statistic of the samples and the ends of its interval.

    Raises
    ------
    ValueError
        If a sample is empty, holds NaN, or varies too little for the BCa correction.

    Notes
    -----
    `scipy.stats.bootstrap` computes it.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers.stats import bootstrap
    >>> mean = bootstrap(np.mean, np.arange(10.0), seed=0)
    >>> mean.value, round(mean.low, 1), round(mean.high, 1)
    (4.5, 2.7, 6.3)
    """
    from scipy import stats

    if not samples:
        raise ValueError("samples: expected at least one sample, got none.")
    data = tuple(as_float_array(s, f"samples[{i}]", ndim=1) for i, s in enumerate(samples))
    for i, sample in enumerate(data):
        if len(sample) < 2:
            raise ValueError(f"samples[{i}]: expected at least 2 values, got {len(sample)}.")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)  # raised as an error below
        result = stats.bootstrap(
            data,
            statistic,
            paired=paired,
            confidence_level=probability(confidence, "confidence", open_interval=True),
            n_resamples=positive_int(resamples, "resamples", least=100),
            method=one_of(method, "method", ("BCa", "percentile", "basic")),
            rng=np.random.default_rng(seed),
            vectorized=True,
        )
    low, high = (float(end) for end in result.confidence_interval)
    if np.isnan(low) or np.isnan(high):
        raise ValueError(
            f"samples: the {method} interval is not defined, since the statistic does not vary "
            f"over the resamples. Use method='percentile'."
        )
    return Interval(float(np.asarray(statistic(*data, axis=-1))), low, high)


def clustered_mean(
    values: npt.ArrayLike, clusters: npt.ArrayLike, *, confidence: float = 0.95
) -> Interval:
    """Mean with an interval that allows for correlation inside clusters.

    A regression on a constant with cluster-robust standard errors and the t distribution with
    (clusters - 1) degrees of freedom; `statsmodels` computes it.

    Parameters
    ----------
    values : array_like
        Shape (n,).
    clusters : array_like
        Labels of any kind, shape (n,); values with one label may depend on each other.
    confidence : float
        Coverage, strictly between 0 and 1.

    Returns
    -------
    Interval
        The mean and the ends of its interval.

    Raises
    ------
    ValueError
        If the lengths differ, a label is missing, or there are fewer than two clusters.

    Examples
    --------
    >>> from workedpapers.stats import clustered_mean
    >>> answers, questions = [1.0, 1.0, 0.0, 0.0, 1.0, 1.0], ["a", "a", "b", "b", "c", "c"]
    >>> [round(end, 2) for end in clustered_mean(answers, questions)]
    [0.67, -0.77, 2.1]
    """
    import pandas as pd
    import statsmodels.api as sm

    y = as_float_array(values, "values", ndim=1)
    codes, labels = pd.factorize(np.asarray(clusters), use_na_sentinel=True)
    if len(codes) != len(y):
        raise ValueError(f"clusters: expected {len(y)} labels, got {len(codes)}.")
    if (codes < 0).any():
        raise ValueError(f"clusters: expected a label for each value, got {(codes < 0).sum()} NaN.")
    if len(labels) < 2:
        raise ValueError(f"clusters: expected at least 2 clusters, got {len(labels)}.")
    alpha = 1 - probability(confidence, "confidence", open_interval=True)
    fitted = sm.OLS(y, np.ones(len(y))).fit(
        cov_type="cluster", cov_kwds={"groups": codes}, use_t=True
    )
    (low, high) = fitted.conf_int(alpha=alpha)[0]
    return Interval(float(fitted.params[0]), float(low), float(high))
