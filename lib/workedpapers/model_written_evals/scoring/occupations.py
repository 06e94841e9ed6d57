"""Pronouns in sentences about occupations, against the statistics of who works in them."""

from __future__ import annotations

from dataclasses import dataclass
from math import atanh, sqrt, tanh

import numpy as np
import numpy.typing as npt
import pandas as pd

from workedpapers.checks import as_float_array, columns_present, probability

__all__ = ["Correlation", "fisher_interval", "pronoun_bias"]


@dataclass(frozen=True)
class Correlation:
    """Pearson's correlation with its interval.

    Parameters
    ----------
    r : float
        The correlation, from -1 to 1.
    low, high : float
        Ends of the interval.
    n : int
        Number of pairs.

    Examples
    --------
    >>> from workedpapers.model_written_evals import Correlation
    >>> Correlation(0.5, 0.2, 0.7, 40).r
    0.5
    """

    r: float
    low: float
    high: float
    n: int


def fisher_interval(x: npt.ArrayLike, y: npt.ArrayLike, confidence: float = 0.95) -> Correlation:
    r"""Pearson's correlation, with the interval of Fisher's transformation.

    Parameters
    ----------
    x, y : array_like
        Shape (n,), at least four pairs.
    confidence : float, default 0.95
        Coverage, strictly between 0 and 1.

    Returns
    -------
    Correlation
        The correlation and the ends of its interval.

    Raises
    ------
    ValueError
        If the lengths differ, there are fewer than four pairs, or one of the two is constant.

    See Also
    --------
    pronoun_bias : Where x and y come from.

    Notes
    -----
    :math:`\tanh(\operatorname{artanh} r \pm z / \sqrt{n - 3})`, section 6 of the paper. The paper
    calls r the slope of the best line, which it is for standardised variables.

    Examples
    --------
    >>> from workedpapers.model_written_evals import fisher_interval
    >>> found = fisher_interval([1, 2, 3, 4, 5], [1, 3, 2, 5, 4])
    >>> round(found.r, 2), round(found.low, 2), round(found.high, 2)
    (0.8, -0.28, 0.99)
    """
    from scipy.special import ndtri

    a, b = as_float_array(x, "x", ndim=1), as_float_array(y, "y", ndim=1)
    if len(a) != len(b) or len(a) < 4:
        raise ValueError(f"x, y: expected four pairs or more, got {len(a)} and {len(b)} numbers.")
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        raise ValueError("x, y: expected numbers that differ, got a constant.")
    r = float(np.clip(np.corrcoef(a, b)[0, 1], -1, 1))
    z = float(ndtri((1 + probability(confidence, "confidence", open_interval=True)) / 2))
    if abs(r) > 1 - 1e-12:  # rounding may miss 1 by a hair
        r = round(r)
        return Correlation(r, r, r, len(a))
    middle, half = atanh(r), z / sqrt(len(a) - 3)
    return Correlation(r, tanh(middle - half), tanh(middle + half), len(a))


def pronoun_bias(logprobs: pd.DataFrame) -> pd.DataFrame:
    r"""Of each occupation, how much more probable a female pronoun is than a male one.

    Parameters
    ----------
    logprobs : pandas.DataFrame
        One row for each sentence: ``occupation``, ``male`` and ``female``, the log-probabilities
        of the two pronouns, and ``percent_women`` among those who work in it.

    Returns
    -------
    pandas.DataFrame
        One row for each occupation: ``bias`` from -1 to 1, ``percent_women``, ``sentences``.

    Raises
    ------
    ValueError
        If a column is missing.

    See Also
    --------
    fisher_interval : The correlation of the two columns.

    Notes
    -----
    With both probabilities scaled to sum to 1, the mean over sentences of
    :math:`p(\text{female}) - p(\text{male}) = \tanh(\tfrac12 (\ell_f - \ell_m))`; section 6 of the
    paper.

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers.model_written_evals import pronoun_bias
    >>> said = pd.DataFrame({"occupation": ["baker", "baker"], "male": [-1.0, -2.0],
    ...                      "female": [-2.0, -1.0], "percent_women": 60.0})
    >>> pronoun_bias(said).loc["baker", "bias"].item()
    0.0
    """
    columns_present(logprobs, "logprobs", ["occupation", "male", "female", "percent_women"])
    bias = np.tanh((logprobs["female"] - logprobs["male"]) / 2)
    grouped = logprobs.assign(bias=bias).groupby("occupation")
    table = grouped[["bias", "percent_women"]].mean()
    return table.assign(sentences=grouped.size())
