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

from workedpapers.bisg.cells import columns_of
from workedpapers.bisg.evaluation import mean_interval, normal_quantile
from workedpapers.checks import Floats, as_float_array, one_of, positive_int, probability


def _inputs(
    outcome: pd.Series | Sequence[float] | Floats, proba: pd.DataFrame
) -> tuple[tuple[str, ...], Floats, Floats]:
    groups = columns_of(proba, "proba")
    if isinstance(outcome, pd.Series) and not outcome.index.equals(proba.index):
        raise ValueError("outcome: expected the index of proba, got another index")
    y = as_float_array(np.asarray(outcome), "outcome", ndim=1)
    if len(y) != len(proba):
        raise ValueError(f"outcome: expected {len(proba)} rows as proba has, got {len(y)}")
    p = proba[list(groups)].to_numpy(dtype=float)
    answered = ~np.isnan(p).any(axis=1)
    if not answered.any():
        raise ValueError("proba: expected a row with an answer, got only rows that abstain")
    return groups, y[answered], p[answered]


def weighted_means(
    outcome: pd.Series | Sequence[float] | Floats,
    proba: pd.DataFrame,
    *,
    confidence: float = 0.95,
) -> pd.DataFrame:
    r"""Mean outcome of each group, everybody weighted by their probability.

    Parameters
    ----------
    outcome : Series or sequence of float
        A number for each row of `proba`; a Series must have its index.
    proba : DataFrame
        Result of `predict`; rows that abstain are left out.
    confidence : float
        Coverage of the interval, from the linearised variance of the ratio. It tells sampling
        error, not the bias described in the notes.

    Returns
    -------
    DataFrame
        Columns group, value, low, high, people (the sum of the weights).

    Raises
    ------
    ValueError
        Lengths or indexes that differ, missing outcomes, no row with an answer.
    TypeError
        Outcomes that are no numbers.

    See Also
    --------
    threshold_means : Those above a threshold in place of everybody.
    birdie : Another assumption.
    expected_means : What the estimator tends to.

    Notes
    -----
    .. math:: \bar Y^w_r = \frac{\sum_i p_{ir} y_i}{\sum_i p_{ir}}

    It hides what the group does beyond what the names and the place tell; see
    `workedpapers.bisg.disparity` and the chapter, section "What the method can and cannot support".
    Chen et al. 2019.

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> proba = pd.DataFrame([[0.80, 0.05, 0.05, 0.05, 0.05], [0.30, 0.55, 0.05, 0.05, 0.05]],
    ...                      columns=list(bisg.FIVE))
    >>> bisg.weighted_means([0, 1], proba)[["group", "value"]].round(3).head(2)
       group  value
    0  white  0.273
    1  black  0.917
    """
    groups, y, p = _inputs(outcome, proba)
    z = normal_quantile(probability(confidence, "confidence", open_interval=True))
    # sum_i p_ir y_i / sum_i p_ir
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
    r"""Mean outcome of those whose probability of the group reaches a threshold.

    Parameters
    ----------
    outcome : Series or sequence of float
        A number for each row of `proba`; a Series must have its index.
    proba : DataFrame
        Result of `predict`; rows that abstain are left out.
    threshold : float
        From 0 to 1.
    confidence : float
        Coverage of the interval.

    Returns
    -------
    DataFrame
        Columns group, value, low, high, people (their number). A group that nobody reaches has
        NaN.

    Raises
    ------
    ValueError
        As `weighted_means`; also for a threshold out of range.
    TypeError
        Outcomes that are no numbers.

    See Also
    --------
    weighted_means : Needs no threshold.

    Notes
    -----
    .. math:: \bar Y^t_r = \frac{\sum_i \mathbb 1[p_{ir} \ge t] \, y_i}
        {\sum_i \mathbb 1[p_{ir} \ge t]}

    Chen et al. 2019; the chapter, section "Labels, and what they cost".

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> proba = pd.DataFrame([[0.80, 0.05, 0.05, 0.05, 0.05], [0.30, 0.55, 0.05, 0.05, 0.05]],
    ...                      columns=list(bisg.FIVE))
    >>> bisg.threshold_means([0, 1], proba)[["group", "value", "people"]].head(2)
       group  value  people
    0  white    0.0     1.0
    1  black    1.0     1.0
    """
    groups, y, p = _inputs(outcome, proba)
    probability(threshold, "threshold")
    probability(confidence, "confidence", open_interval=True)
    rows = []
    for j, group in enumerate(groups):
        taken = y[p[:, j] >= threshold]
        mean = mean_interval(taken, confidence) if len(taken) else (np.nan,) * 3
        rows.append((group, *mean, float(len(taken))))
    return pd.DataFrame(rows, columns=["group", "value", "low", "high", "people"])


def expected_means(
    proba: pd.DataFrame, mean_outcome: Floats | pd.DataFrame, *, threshold: float = 0.5
) -> pd.DataFrame:
    r"""What both estimators tend to, and the truth, if the probabilities are calibrated.

    Parameters
    ----------
    proba : DataFrame
        Calibrated probabilities, n rows and k groups, without abstentions.
    mean_outcome : array of shape (n, k)
        Mean outcome of person i if they belong to group r.
    threshold : float
        As in `threshold_means`.

    Returns
    -------
    DataFrame
        Columns group, truth, weighted, threshold, weighted_bias, threshold_bias.

    Raises
    ------
    ValueError
        If the shapes differ or something is not finite.
    TypeError
        If something is no number.

    See Also
    --------
    simulate_outcomes : Makes outcomes of such means.

    Notes
    -----
    With :math:`m_{ir} = \mathbb E[Y \mid i, r]` and :math:`\bar m_i = \sum_{r'} p_{ir'} m_{ir'}`,

    .. math:: \text{truth}_r = \frac{\sum_i p_{ir} m_{ir}}{\sum_i p_{ir}}, \qquad
        \bar Y^w_r \to \frac{\sum_i p_{ir} \bar m_i}{\sum_i p_{ir}},

    and the threshold mean tends to the mean of :math:`\bar m_i` over those above the threshold.
    Derived in the chapter, section "What the method can and cannot support".

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> proba = pd.DataFrame([[0.80, 0.05, 0.05, 0.05, 0.05], [0.30, 0.55, 0.05, 0.05, 0.05]],
    ...                      columns=list(bisg.FIVE))
    >>> means = bisg.expected_means(proba, [[0.5, 0.3, 0.5, 0.5, 0.5]] * 2)
    >>> means[["group", "truth", "weighted"]].round(3).head(2)
       group  truth  weighted
    0  white    0.5     0.463
    1  black    0.3     0.398
    """
    groups = columns_of(proba, "proba")
    p = as_float_array(proba[list(groups)].to_numpy(), "proba", ndim=2)
    m = as_float_array(np.asarray(mean_outcome), "mean_outcome", ndim=2)
    if m.shape != p.shape:
        raise ValueError(f"mean_outcome: expected shape {p.shape}, got {m.shape}")
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

    Parameters
    ----------
    proba : DataFrame
        Calibrated probabilities without abstentions; the groups are drawn from them.
    direct, through_place : float
        Differences of probability, delta and gamma in the equation.
    group : str
        The group g.
    base : float
        The probability b.
    seed : int
        Seed of the generator.

    Returns
    -------
    tuple of array of shape (n,), array of shape (n,), array of shape (n, k)
        True groups; outcomes; P(Y = 1 | i, r), to be handed to `expected_means`.

    Raises
    ------
    ValueError
        If some probability of the outcome leaves [0, 1].
    TypeError
        If something is no number.

    See Also
    --------
    expected_means : What the estimators make of such a world.

    Notes
    -----
    .. math:: P(Y = 1 \mid i, r) = b + \delta \, \mathbb 1[r = g] + \gamma \,
        (p_{ig} - \bar p_g)

    :math:`\delta` acts through the group itself (people treated differently), :math:`\gamma`
    through what the probabilities are made of (places that differ). The weighted estimator
    recovers the second entirely and loses part of the first. Derived in the chapter, section
    "What the method can and cannot support".

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> proba = pd.DataFrame(0.2, index=range(1000), columns=list(bisg.FIVE))
    >>> race, outcome, chances = bisg.simulate_outcomes(proba, direct=0.3, through_place=0.0)
    >>> outcome[race == "black"].mean() > outcome[race == "white"].mean() + 0.2
    np.True_
    """
    groups = columns_of(proba, "proba")
    one_of(group, "group", groups)
    p = as_float_array(proba[list(groups)].to_numpy(), "proba", ndim=2)
    positive_int(len(p), "len(proba)")
    j = groups.index(group)
    # b + delta 1[r = g] + gamma (p_ig - mean of p_g)
    m = np.repeat((base + through_place * (p[:, j] - p[:, j].mean()))[:, None], len(groups), 1)
    m[:, j] += direct
    if m.min() < 0 or m.max() > 1:
        raise ValueError(
            f"base, direct, through_place: expected probabilities of the outcome from 0 to 1, got "
            f"{m.min():.3f} to {m.max():.3f}"
        )
    rng = np.random.default_rng(seed)
    race = (rng.random(len(p))[:, None] > np.cumsum(p, axis=1)).sum(axis=1).clip(0, p.shape[1] - 1)
    y = (rng.random(len(p)) < m[np.arange(len(p)), race]).astype(float)
    return np.array(groups)[race], y, m
