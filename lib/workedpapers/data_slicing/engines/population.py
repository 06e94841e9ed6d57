"""Moments of the loss over all rows, which every test of a slice is measured against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workedpapers.checks import Floats, Ints

__all__ = ["Population", "standardised"]


@dataclass(frozen=True)
class Population:
    """The rows as a population that a slice is drawn from.

    Parameters
    ----------
    rows : int
        Number of rows N.
    weight : float
        Sum of their weights; N without weights.
    mean : float
        Weighted mean of the loss.
    variance, skewness : float
        Of the residuals w (loss - mean), with divisor N.
    spread : float
        Standard deviation of the loss, weighted.
    least, most : float
        Smallest and largest loss.
    ones : int
        Rows with the larger loss, if there are only two values and no weights; else -1.
    """

    rows: int
    weight: float
    mean: float
    variance: float
    skewness: float
    spread: float
    least: float
    most: float
    ones: int

    @property
    def two_valued(self) -> bool:
        """Whether the loss has two values, so that a sum is a count."""
        return self.ones >= 0

    @classmethod
    def of(cls, loss: Floats, weights: Floats | None = None) -> Population:
        """Moments of losses in memory."""
        rows = len(loss)
        weight = float(rows if weights is None else weights.sum())
        mean = float(np.average(loss, weights=weights))
        least, most = float(loss.min()), float(loss.max())
        deviation = loss - mean
        residual = deviation if weights is None else weights * deviation
        variance = float(np.mean(residual * residual))
        if least == most:
            variance = 0.0  # a constant whose mean is not exact leaves rounding errors
        third = float(np.mean(residual**3))
        skewness = third / variance**1.5 if variance > 0 else 0.0
        spread = float(np.sqrt(np.average(deviation * deviation, weights=weights)))
        ones = -1
        if weights is None and bool(((loss == least) | (loss == most)).all()) and least < most:
            ones = int((loss == most).sum())
        return cls(rows, weight, mean, variance, skewness, spread, least, most, ones)


def standardised(n: Ints, total: Floats, population: Population) -> tuple[Floats, Floats]:
    """Sum of a slice in standard deviations of a draw without replacement, and its skewness."""
    big = float(population.rows)
    n = np.asarray(n, dtype=float)
    variance = n * (1 - n / big) * population.variance * big / max(big - 1, 1)
    z = np.zeros(len(n))
    np.divide(total, np.sqrt(variance), out=z, where=variance > 0)
    inner = (big - 1) / np.maximum(n * (big - n), 1)
    skewness = population.skewness * (big - 2 * n) / max(big - 2, 1) * np.sqrt(inner)
    return z, np.asarray(skewness, dtype=np.float64)
