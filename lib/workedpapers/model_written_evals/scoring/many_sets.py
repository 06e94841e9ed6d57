"""Many data sets at once: which scores differ from chance, and how many of them by luck."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workedpapers.checks import Floats, as_float_array, columns_present, probability
from workedpapers.model_written_evals.scoring.shares import summarise

__all__ = ["benjamini_hochberg", "by_set"]


def benjamini_hochberg(p_values: npt.ArrayLike) -> Floats:
    r"""Adjusted p values that bound the share of false discoveries.

    Parameters
    ----------
    p_values : array_like
        Shape (n,), from 0 to 1.

    Returns
    -------
    ndarray
        Shape (n,): rejecting all below a level keeps the expected share of false ones below it.

    Raises
    ------
    ValueError
        If a value is outside [0, 1], NaN, or there is none.

    Notes
    -----
    With the sorted :math:`p_{(i)}`, the adjusted value is
    :math:`\min_{j \ge i} n\,p_{(j)} / j` (Benjamini and Hochberg, 1995).

    Examples
    --------
    >>> from workedpapers.model_written_evals import benjamini_hochberg
    >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.5]).round(3).tolist()
    [0.04, 0.053, 0.053, 0.5]
    """
    p = as_float_array(p_values, "p_values", ndim=1)
    if p.min() < 0 or p.max() > 1:
        raise ValueError(f"p_values: expected from 0 to 1, got {p.min()} to {p.max()}.")
    order = np.argsort(p)
    stepped = p[order] * len(p) / np.arange(1, len(p) + 1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1, np.minimum.accumulate(stepped[::-1])[::-1])
    return adjusted


def by_set(
    result: pd.DataFrame,
    *,
    column: str = "source",
    cluster: str | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Share of matching answers of each data set, and which differ from chance.

    Parameters
    ----------
    result : pandas.DataFrame
        What `evaluate` returns, of items of several sets.
    column : str, default "source"
        Which set an item belongs to.
    cluster : str, optional
        Column of what belongs together within a set.
    confidence : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    pandas.DataFrame
        One row for each set, by its name: ``share``, ``low``, ``high``, ``n``, ``constant``,
        ``p`` against one half and ``q``, the same adjusted for the number of sets.

    Raises
    ------
    ValueError
        If a column is missing or the confidence is not between 0 and 1.

    See Also
    --------
    benjamini_hochberg

    Notes
    -----
    Without clusters ``p`` is that of the score test that the Wilson interval inverts; with them
    that of Student's t. Ties and constant answers are in `summarise`.

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers.model_written_evals import by_set
    >>> result = pd.DataFrame({"match": [1.0] * 9 + [0.0, 1.0] * 5 + [1.0],
    ...                        "source": ["tea"] * 9 + ["coffee"] * 11})
    >>> by_set(result)[["n", "q"]].round(3).values.tolist()
    [[11.0, 0.763], [9.0, 0.005]]
    """
    from scipy.special import ndtr, stdtr

    from workedpapers.model_written_evals.scoring.shares import clustered_error

    columns_present(result, "result", ["match", column])
    probability(confidence, "confidence", open_interval=True)
    rows = {}
    for name, part in result.groupby(column):
        found = summarise(part, cluster=cluster, confidence=confidence)
        away = found.share - 0.5
        if cluster is None:
            p = 2 * ndtr(-abs(away) / np.sqrt(0.25 / found.n))
        else:
            error, count = clustered_error(part["match"].to_numpy(float), part[cluster].to_numpy())
            if error > 0:
                p = 2 * stdtr(count - 1, -abs(away) / error)
            else:
                p = 2 * ndtr(-abs(away) / np.sqrt(0.25 / count))
        rows[name] = {
            "share": found.share, "low": found.low, "high": found.high, "n": found.n,
            "constant": found.constant, "p": float(p),
        }  # fmt: skip
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis(column)
    table["q"] = benjamini_hochberg(table["p"].to_numpy())
    return table
