"""Have the chains of a sampler come together, and how many draws are they worth?"""

from __future__ import annotations

import numpy as np

from workedpapers.checks import Floats


def split_rhat(draws: Floats) -> float:
    """Split R-hat: chains are halved; variance between the halves is set against that within.

    Parameters
    ----------
    draws : array of shape (chains, draws)
        One quantity.

    Returns
    -------
    float
        At least about 1; 1 for a quantity that does not vary.

    Notes
    -----
    Gelman et al., Bayesian Data Analysis, 3rd edition (2013), section 11.4.
    """
    half = draws.shape[1] // 2
    parts = np.concatenate([draws[:, :half], draws[:, -half:]])
    within = parts.var(axis=1, ddof=1).mean()
    between = half * parts.mean(axis=1).var(ddof=1)
    if within == 0:
        return 1.0 if between == 0 else float("inf")
    return float(np.sqrt((within * (half - 1) / half + between / half) / within))


def effective_size(draws: Floats) -> float:
    """Effective sample size from autocorrelations, cut by Geyer's initial positive sequence.

    Parameters
    ----------
    draws : array of shape (chains, draws)
        One quantity.

    Returns
    -------
    float
        At most chains times draws times the log10 of that; the number of draws for a quantity
        that does not vary.

    Notes
    -----
    Bayesian Data Analysis, 3rd edition, section 11.5; Geyer 1992, doi:10.1214/ss/1177011137.
    """
    chains, n = draws.shape
    total = chains * n
    centred = draws - draws.mean(axis=1, keepdims=True)
    spectrum = np.abs(np.fft.rfft(centred, 2 * n, axis=1)) ** 2
    covariance = np.fft.irfft(spectrum, axis=1)[:, :n].mean(axis=0) / n
    within = covariance[0] * n / (n - 1)
    variance = covariance[0] + (draws.mean(axis=1).var(ddof=1) if chains > 1 else 0.0)
    if variance == 0:
        return float(total)
    rho = 1 - (within - covariance * n / (n - 1)) / variance
    rho[0] = 1.0
    pairs = rho[: n - n % 2].reshape(-1, 2).sum(axis=1)
    negative = np.flatnonzero(pairs < 0)
    pairs = pairs[: negative[0]] if len(negative) else pairs
    time = 2 * float(np.minimum.accumulate(pairs).sum()) - 1
    return float(min(total / max(time, 1e-12), total * np.log10(total)))
