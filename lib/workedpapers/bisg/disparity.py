r"""Differences between groups, estimated with probabilities in place of the group.

Two estimators are common: weight everybody by their probability, or take those whose
probability exceeds a threshold for members. Both are biased in known ways.

With probabilities :math:`p_i` that are calibrated given what is known, :math:`Z`, the weighted
mean of an outcome :math:`Y` misses the mean of the group by

.. math:: \bar Y^w_r - \mathbb E[Y \mid r] =
    -\frac{\mathbb E[\operatorname{Cov}(\mathbb 1_r, Y \mid Z)]}{P(r)},

which vanishes only if, among people with the same names and place, the outcome does not depend
on the group. If within them members do worse, the weighted estimator hides part of it.

Source: Chen, Kallus, Mao, Svacha and Udell 2019, doi:10.1145/3287560.3287594 (1811.11154).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workedpapers.bisg.cells import Floats, columns_of
from workedpapers.bisg.evaluation import _mean, _quantile
from workedpapers.checks import as_float_array, positive_int, probability


def _inputs(
    outcome: pd.Series | Sequence[float] | Floats, proba: pd.DataFrame
) -> tuple[tuple[str, ...], Floats, Floats]:
    groups = columns_of(proba, "proba")
    if isinstance(outcome, pd.Series) and not outcome.index.equals(proba.index):
        raise ValueError("outcome: its index differs from that of proba")
    y = as_float_array(np.asarray(outcome), "outcome", ndim=1)
    if len(y) != len(proba):
        raise ValueError(f"outcome: has {len(y)} rows, proba has {len(proba)}")
    p = proba[list(groups)].to_numpy(dtype=float)
    answered = ~np.isnan(p).any(axis=1)
    if not answered.any():
        raise ValueError("proba: every row abstains")
    return groups, y[answered], p[answered]


def weighted_means(
    outcome: pd.Series | Sequence[float] | Floats,
    proba: pd.DataFrame,
    *,
    confidence: float = 0.95,
) -> pd.DataFrame:
    r"""Mean outcome of each group, everybody weighted by their probability.

    .. math:: \bar Y^w_r = \sum_i p_{ir} y_i / \sum_i p_{ir}

    Parameters
    ----------
    outcome : a number for each row of `proba`; a Series must have its index.
    proba : result of `predict`; rows that abstain are left out.
    confidence : of the interval, from the linearised variance of the ratio. It tells sampling
        error, not the bias described at the head of the module.

    Returns
    -------
    Data frame: group, value, low, high, people (the sum of the weights).
    """
    groups, y, p = _inputs(outcome, proba)
    z = _quantile(probability(confidence, "confidence", open_interval=True))
    weight = p.sum(axis=0)
    mean = p.T @ y / weight
    residual = p * (y[:, None] - mean) / weight
    half = z * np.sqrt((residual**2).sum(axis=0))
    return pd.DataFrame(
        {"group": groups, "value": mean, "low": mean - half, "high": mean + half, "people": weight}
    )


def threshold_means(
    outcome: pd.Series | Sequence[float] | Floats,
    proba: pd.DataFrame,
    *,
    threshold: float = 0.5,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Mean outcome of those whose probability of the group is at least `threshold`.

    Parameters and result as in `weighted_means`; ``people`` is their number. A group that nobody
    reaches has NaN.
    """
    groups, y, p = _inputs(outcome, proba)
    probability(threshold, "threshold")
    probability(confidence, "confidence", open_interval=True)
    rows = []
    for j, group in enumerate(groups):
        taken = y[p[:, j] >= threshold]
        mean = _mean(taken, confidence) if len(taken) else (np.nan,) * 3
        rows.append((group, *mean, float(len(taken))))
    return pd.DataFrame(rows, columns=["group", "value", "low", "high", "people"])


def expected_means(
    proba: pd.DataFrame, mean_outcome: Floats | pd.DataFrame, *, threshold: float = 0.5
) -> pd.DataFrame:
    r"""What both estimators tend to, and the truth, if the probabilities are calibrated.

    With :math:`m_{ir} = \mathbb E[Y \mid i, r]`: the truth is :math:`\sum_i p_{ir} m_{ir} / \sum_i
    p_{ir}`; the weighted mean tends to :math:`\sum_i p_{ir} \bar m_i / \sum_i p_{ir}` with
    :math:`\bar m_i = \sum_{r'} p_{ir'} m_{ir'}`; the threshold mean to the mean of
    :math:`\bar m_i` over those above the threshold.

    Parameters
    ----------
    proba : calibrated probabilities, n rows and k groups, without abstentions.
    mean_outcome : array, shape (n, k), mean outcome of person i if they belong to group r.
    threshold : as in `threshold_means`.

    Returns
    -------
    Data frame: group, truth, weighted, threshold, weighted_bias, threshold_bias.
    """
    groups = columns_of(proba, "proba")
    p = as_float_array(proba[list(groups)].to_numpy(), "proba", ndim=2)
    m = as_float_array(np.asarray(mean_outcome), "mean_outcome", ndim=2)
    if m.shape != p.shape:
        raise ValueError(f"mean_outcome: expected shape {p.shape}, came {m.shape}")
    total = p.sum(axis=0)
    mixed = (p * m).sum(axis=1)
    truth = (p * m).sum(axis=0) / total
    weighted = p.T @ mixed / total
    above = p >= probability(threshold, "threshold")
    with np.errstate(invalid="ignore"):
        cut = above.T @ mixed / above.sum(axis=0)
    return pd.DataFrame(
        {
            "group": groups,
            "truth": truth,
            "weighted": weighted,
            "threshold": cut,
            "weighted_bias": weighted - truth,
            "threshold_bias": cut - truth,
        }
    )


def simulate_outcomes(
    proba: pd.DataFrame,
    *,
    direct: float,
    through_place: float,
    group: str = "black",
    base: float = 0.3,
    seed: int = 0,
) -> tuple[NDArray[np.str_], NDArray[np.float64], Floats]:
    r"""Draw true groups and a yes-or-no outcome from a world in which the bias is known.

    .. math:: P(Y = 1 \mid i, r) = b + \delta \, \mathbb 1[r = g] + \gamma \,
        (p_{ig} - \bar p_g)

    :math:`\delta` acts through the group itself (people treated differently), :math:`\gamma`
    through what the probabilities are made of (places that differ). The weighted estimator
    recovers the second entirely and loses part of the first.

    Parameters
    ----------
    proba : calibrated probabilities without abstentions; the groups are drawn from them.
    direct, through_place : delta and gamma, differences of probability.
    group : g.
    base : b.
    seed : seed of the generator.

    Returns
    -------
    True groups, shape (n,); outcomes, shape (n,); P(Y = 1 | i, r), shape (n, k), to be handed to
    `expected_means`.

    Raises
    ------
    ValueError : if some probability of the outcome leaves [0, 1].
    """
    groups = columns_of(proba, "proba")
    if group not in groups:
        raise ValueError(f"group={group!r}: expected one of {list(groups)}")
    p = as_float_array(proba[list(groups)].to_numpy(), "proba", ndim=2)
    positive_int(len(p), "len(proba)")
    j = groups.index(group)
    m = np.repeat((base + through_place * (p[:, j] - p[:, j].mean()))[:, None], len(groups), 1)
    m[:, j] += direct
    if m.min() < 0 or m.max() > 1:
        raise ValueError(
            f"base, direct, through_place: the outcome's probability would run from {m.min():.3f} "
            f"to {m.max():.3f}"
        )
    rng = np.random.default_rng(seed)
    race = (rng.random(len(p))[:, None] > np.cumsum(p, axis=1)).sum(axis=1).clip(0, p.shape[1] - 1)
    y = (rng.random(len(p)) < m[np.arange(len(p)), race]).astype(float)
    return np.array(groups)[race], y, m
