"""Welch's t-test of a slice against the rest, from sums: what other tools use."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import special

from workedpapers.checks import Floats, Ints
from workedpapers.data_slicing.engines.population import Population

__all__ = ["Contrast", "contrast", "welch_tail"]


class Contrast(NamedTuple):
    """A slice against the rest.

    Parameters
    ----------
    effect : ndarray
        Mean of the slice less mean of the rest.
    error : ndarray
        Standard error of the effect, with a variance for each side.
    freedom : ndarray
        Degrees of freedom after Welch and Satterthwaite.
    """

    effect: Floats
    error: Floats
    freedom: Floats


def _parts(n: Floats, weight: Floats, total: Floats, square: Floats) -> tuple[Floats, Floats]:
    """Mean of some rows, and the variance of that mean."""
    mean = total / np.maximum(weight, 1e-300)
    spread = np.maximum(square - weight * mean * mean, 0) / np.maximum(weight, 1e-300)
    return mean, spread / np.maximum(n - 1, 1)


def contrast(
    n: Ints, weight: Floats, total: Floats, square: Floats, population: Population
) -> Contrast:
    """Difference of means between slices and their rests, and how well it is known.

    Weights enter means and variances; the number of rows enters as it is.
    """
    rows = np.asarray(n, dtype=float)
    everything = population.spread**2 * population.weight
    m, a = _parts(rows, weight, total, square)
    rest, b = _parts(
        population.rows - rows, population.weight - weight, -total, everything - square
    )
    error = np.sqrt(a + b)
    bottom = a * a / np.maximum(rows - 1, 1) + b * b / np.maximum(population.rows - rows - 1, 1)
    freedom = np.divide((a + b) ** 2, bottom, out=np.ones(len(rows)), where=bottom > 0)
    return Contrast(m - rest, error, np.maximum(freedom, 1))


def welch_tail(found: Contrast, side: str = "higher") -> Floats:
    """P-values of Welch's test; 1 where neither side varies."""
    t = np.divide(found.effect, found.error, out=np.zeros(len(found.effect)), where=found.error > 0)
    p = special.stdtr(found.freedom, -t if side == "higher" else t)
    if side == "both":
        p = np.minimum(1.0, 2 * special.stdtr(found.freedom, -np.abs(t)))
    return np.where(found.error > 0, p, 1.0)
