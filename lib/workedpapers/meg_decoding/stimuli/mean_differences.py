"""How far two conditions are apart in each low-level feature of their pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import Floats, Ints, as_float_array

__all__ = ["balance"]


def balance(features: pd.DataFrame, y: ArrayLike) -> pd.DataFrame:
    r"""Standardised mean difference of each feature between two conditions.

    .. math:: d = \frac{\bar x_1 - \bar x_0}{\sqrt{(s_1^2 + s_0^2) / 2}}

    Below 0.1 in size a difference is usually called negligible (Austin 2009,
    doi:10.1002/sim.3697). It describes these pictures; a test of it would answer a question about
    pictures that nobody has shown (Imai, King and Stuart 2008).

    Parameters
    ----------
    features : DataFrame
        One row for each picture, one column for each feature.
    y : array_like
        The condition of each row, two different values, shape (n,). Condition 1 of the formula is
        the last of the two when sorted, as in scikit-learn.

    Returns
    -------
    DataFrame
        Data frame, one row for each feature: the means of both conditions, ``difference``, ``sd``
        (the denominator), ``smd``, and ``variance_ratio``, :math:`s_1^2 / s_0^2`. A feature that
        does not vary inside either condition has no smd (NaN) unless its means agree, where it is
        0.

    Raises
    ------
    TypeError, ValueError
        If the features are no numbers, not finite, or do not fit ``y``, or if a condition has
        fewer than two rows.

    See Also
    --------
    match : Pairs that are alike.
    decode_features : All features at once.

    Notes
    -----
    Source: Austin 2009, doi:10.1002/sim.3697.

    Chapter: :ref:`meg-brighter`.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> features = pd.DataFrame(
    ...     {"luminance": rng.normal(size=40), "contrast": rng.normal(size=40)}
    ... )
    >>> y = np.repeat(["familiar", "unfamiliar"], 20)
    >>> features.loc[y == "familiar", "luminance"] += 1.5
    >>> meg.balance(features, y)["smd"].round(1).to_dict()
    {'luminance': -1.6, 'contrast': -0.1}
    """
    X, labels, one = two_conditions(features, y)
    return balance_table(X, list(features.columns), labels, one, pooled_sd(X, one))


def pooled_sd(X: Floats, one: NDArray[np.bool_]) -> Floats:
    """Root of the mean variance of the two conditions, for each column."""
    sd: Floats = np.sqrt((X[one].var(axis=0, ddof=1) + X[~one].var(axis=0, ddof=1)) / 2)
    return sd


def balance_table(
    X: Floats, names: list[Any], labels: tuple[Any, Any], one: NDArray[np.bool_], sd: Floats
) -> pd.DataFrame:
    """The result of `balance`, with a given denominator."""
    mean_0, mean_1 = X[~one].mean(axis=0), X[one].mean(axis=0)
    difference = mean_1 - mean_0
    with np.errstate(divide="ignore", invalid="ignore"):
        smd = np.where(sd > 0, difference / sd, np.where(difference == 0, 0.0, np.nan))
        ratio = X[one].var(axis=0, ddof=1) / X[~one].var(axis=0, ddof=1)
    columns = {
        f"mean {labels[0]}": mean_0,
        f"mean {labels[1]}": mean_1,
        "difference": difference,
        "sd": sd,
        "smd": smd,
        "variance_ratio": ratio,
    }
    return pd.DataFrame(columns, index=pd.Index(names, name="feature"))


def two_conditions(
    features: pd.DataFrame, y: ArrayLike
) -> tuple[Floats, tuple[Any, Any], NDArray[np.bool_]]:
    """Features as an array, the two labels, and which rows have the second, checked."""
    if not isinstance(features, pd.DataFrame):
        raise TypeError(f"features: expected a DataFrame, got {type(features).__name__}.")
    if features.shape[1] == 0:
        raise ValueError("features: expected at least one column, got none.")
    for name, kind in features.dtypes.items():
        if kind.kind not in "biuf":
            raise TypeError(f"features: expected numbers in column {name!r}, got {kind}.")
    X = as_float_array(features.to_numpy(dtype=float), "features", ndim=2)
    codes, labels = pd.factorize(np.asarray(y), sort=True)
    if np.ndim(y) != 1 or len(codes) != len(X):
        raise ValueError(
            f"y: expected one label for each of {len(X)} rows, got shape {np.shape(y)}."
        )
    if (codes < 0).any():
        raise ValueError(f"y: expected a label in each row, got {(codes < 0).sum()} missing.")
    if len(labels) != 2:
        raise ValueError(f"y: expected two conditions, got {len(labels)}: {list(labels)[:5]}.")
    counts = np.bincount(codes)
    if counts.min() < 2:
        raise ValueError(f"y: expected two rows or more of each condition, got {counts.min()}.")
    return X, (labels[0], labels[1]), codes == 1


def group_codes(groups: ArrayLike | None, n: int) -> Ints:
    """Groups as numbers from 0; each row is its own group without any."""
    if groups is None:
        return np.arange(n)
    codes, _ = pd.factorize(np.asarray(groups))
    if np.ndim(groups) != 1 or len(codes) != n:
        raise ValueError(f"groups: expected {n} labels, got shape {np.shape(groups)}.")
    if (codes < 0).any():
        raise ValueError(f"groups: expected a label in each row, got {(codes < 0).sum()} missing.")
    return codes
