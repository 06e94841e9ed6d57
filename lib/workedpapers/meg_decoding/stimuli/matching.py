r"""Pairs of pictures that are alike in their low-level features, one of each condition.

Pairs are chosen all at once (optimal matching without replacement, Rosenbaum 1989,
doi:10.1080/01621459.1989.10478868), not one after the other: first as many as the caliper allows,
then those with the smallest sum of distances.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from workedpapers.checks import Floats, Ints

from .mean_differences import balance_table, group_codes, pooled_sd, two_conditions

__all__ = ["Matched", "match"]


class Matched(NamedTuple):
    """The result of `match`.

    Parameters
    ----------
    keep : array of int
        Numbers of the rows that are kept, rising.
    pairs : DataFrame
        One row for each pair: the unit of each condition (its group, or the number of its row) and
        their distance.
    before, after : DataFrame
        Tables as of `balance` over the units, both with the standard deviations of all units, so
        that a difference does not seem to grow because the spread shrank.
    """

    keep: Ints
    pairs: pd.DataFrame
    before: pd.DataFrame
    after: pd.DataFrame


def match(
    features: pd.DataFrame,
    y: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    caliper: float = 0.25,
) -> Matched:
    """Keep the pictures of two conditions that can be paired.

    The distance of two units is Euclidean after each feature is divided by its pooled standard
    deviation, as in `balance`.

    Parameters
    ----------
    features : DataFrame
        One row for each picture or trial, one column for each feature. Match on few: with many,
        hardly any two pictures are alike.
    y : array_like
        The condition of each row, two different values, shape (n,).
    groups : array_like or None
        Label of each row; a group is kept or left out as a whole and stands with the mean of its
        features. Give the image where rows are trials, or the identity.
    caliper : float
        The largest difference of a pair in any feature, in pooled standard deviations; ``inf`` for
        none. Without one, nothing is left out unless the conditions differ in size.

    Returns
    -------
    Matched
        Look at ``after`` before you go on.

    Raises
    ------
    TypeError, ValueError
        As `balance`; if a group has rows of both conditions; or if fewer than two pairs lie within
        the caliper.

    See Also
    --------
    balance : Before and after.
    decode_features : Whether anything is left.

    Notes
    -----
    Source: Rosenbaum 1989, doi:10.1080/01621459.1989.10478868.

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
    >>> found = meg.match(features, y, caliper=0.5)
    >>> len(found.pairs)
    7
    >>> found.before["smd"].round(1).to_dict(), found.after["smd"].round(1).to_dict()
    ({'luminance': -1.6, 'contrast': -0.1}, {'luminance': -0.1, 'contrast': 0.1})
    """
    from scipy.optimize import linear_sum_assignment

    X, labels, one = two_conditions(features, y)
    if not caliper > 0:
        raise ValueError(f"caliper: expected more than 0, got {caliper!r}.")
    codes = group_codes(groups, len(X))
    size = np.bincount(codes)
    share = np.bincount(codes, weights=one) / size
    if not np.isin(share, (0, 1)).all():
        mixed = int(np.flatnonzero(~np.isin(share, (0, 1)))[0])
        name = np.asarray(groups)[codes == mixed][0]
        raise ValueError(f"groups: expected one condition in each group, got both in {name!r}.")
    units: Floats = np.column_stack([np.bincount(codes, weights=column) / size for column in X.T])
    is_one = share == 1
    if min(is_one.sum(), (~is_one).sum()) < 2:
        raise ValueError("groups: expected two groups or more of each condition.")
    sd = pooled_sd(units, is_one)
    of_0, of_1 = np.flatnonzero(~is_one), np.flatnonzero(is_one)
    apart = (units[of_0][:, None, :] - units[of_1][None, :, :]) / np.where(sd > 0, sd, 1)
    distance = np.sqrt((apart**2).sum(axis=-1))
    allowed = np.abs(apart).max(axis=-1) <= caliper
    # A forbidden pair costs more than all allowed ones together: as few of them as possible.
    cost = np.where(allowed, distance, 1 + distance[allowed].sum())
    rows, columns = linear_sum_assignment(cost)
    good = allowed[rows, columns]
    rows, columns = rows[good], columns[good]
    if len(rows) < 2:
        raise ValueError(
            f"caliper: expected two pairs or more within {caliper} sd in every feature, got "
            f"{len(rows)}. Match on fewer features, or allow a larger difference."
        )
    first = pd.Series(np.arange(len(X))).groupby(codes).first().to_numpy()
    names = first if groups is None else np.asarray(groups)[first]
    pairs = pd.DataFrame(
        {
            str(labels[0]): names[of_0[rows]],
            str(labels[1]): names[of_1[columns]],
            "distance": distance[rows, columns],
        }
    )
    kept = np.zeros(len(units), dtype=bool)
    kept[np.concatenate([of_0[rows], of_1[columns]])] = True
    feature_names = list(features.columns)
    return Matched(
        np.flatnonzero(kept[codes]),
        pairs,
        balance_table(units, feature_names, labels, is_one, sd),
        balance_table(units[kept], feature_names, labels, is_one[kept], sd),
    )
