"""How good are the probabilities, where the truth is known, and how sure are we of that?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workedpapers.bisg.cells import columns_of, kind_of
from workedpapers.checks import Floats, one_of, positive_int, probability
from workedpapers.stats import wilson

_SMALLEST = 1e-15  # a probability of zero that came true costs -log of this


def _aligned(
    proba: pd.DataFrame, truth: pd.Series | Sequence[object] | NDArray[np.generic]
) -> tuple[tuple[str, ...], Floats, NDArray[np.intp]]:
    """Groups, probabilities and true groups as numbers, for rows whose truth is known."""
    if not isinstance(proba, pd.DataFrame):
        raise TypeError(f"proba: expected a DataFrame, got {kind_of(proba)}")
    groups = columns_of(proba, "proba")
    if isinstance(truth, pd.Series):
        if not truth.index.equals(proba.index):
            raise ValueError("truth: expected the index of proba, got another index")
        labels = truth.reset_index(drop=True)
    else:
        labels = pd.Series(truth)
    if len(labels) != len(proba):
        raise ValueError(f"truth: expected {len(proba)} rows as proba has, got {len(labels)}")
    known = labels.notna().to_numpy()
    strange = sorted(set(labels[known].astype(str)) - set(groups))
    if strange:
        raise ValueError(f"truth: expected the groups {list(groups)}, got {strange[:5]} too")
    if not known.any():
        raise ValueError("truth: expected a row with a known group, got none")
    p = proba[list(groups)].to_numpy(dtype=float)[known]
    y = pd.Index(groups).get_indexer(pd.Index(labels[known].astype(str)))
    return groups, p, y


def evaluate(
    proba: pd.DataFrame,
    truth: pd.Series | Sequence[object] | NDArray[np.generic],
    *,
    bins: int = 15,
    confidence: float = 0.95,
    draws: int = 400,
    seed: int = 0,
) -> pd.DataFrame:
    r"""Measure coverage, calibration, ranking, errors and sums, each with an interval.

    Parameters
    ----------
    proba : DataFrame
        Result of `predict`; rows that abstain (NaN) count against coverage and in nothing else.
    truth : Series or sequence
        The true group of each row; rows without one are left out. A Series must have the index of
        `proba`.
    bins : int
        Number of equal bins of probability in the calibration error.
    confidence : float
        Coverage of the intervals.
    draws, seed : int
        Number of draws, and seed, of the bootstrap for the calibration error.

    Returns
    -------
    DataFrame
        Columns metric, group, value, low, high. The metrics, per group unless the group is
        ``"all"``:

        - ``coverage``: share of rows with an answer (Wilson interval); by true group.
        - ``log_loss``, ``brier``: mean of -log p(truth), and of the squared distance ("all").
        - ``accuracy``: share whose largest probability is the true group ("all"; Wilson).
        - ``ece``: expected calibration error, the mean distance between probability and frequency
          over bins, weighted by their people (bootstrap over people).
        - ``auc``: probability that a member of the group gets more than a non-member (DeLong).
        - ``tpr``, ``fpr``: share of members, and of others, for whom the group has the largest
          probability (Wilson).
        - ``share_truth``, ``share_sum``, ``share_argmax``: the group's share by truth, by the mean
          probability, by counting largest probabilities; ``error_sum``, ``error_argmax``: the
          difference of the latter two from the truth (normal interval over people).

    Raises
    ------
    ValueError
        Lengths or indexes that differ, unknown groups, no row with both an answer and a known
        truth.
    TypeError
        If `proba` is no data frame.

    See Also
    --------
    reliability : The curve behind the calibration error.

    Notes
    -----
    .. math:: \mathrm{ECE}_r = \sum_b \frac{n_b}{n} \left| \bar p_b - \bar y_b \right|

    See the chapter, section "Are the probabilities right?". AUC: DeLong et al. 1988.

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> proba = pd.DataFrame([[0.7, 0.1, 0.1, 0.05, 0.05], [0.2, 0.6, 0.1, 0.05, 0.05]],
    ...                      columns=list(bisg.FIVE))
    >>> metrics = bisg.evaluate(proba, ["white", "black"]).set_index(["metric", "group"])
    >>> metrics.loc[("log_loss", "all"), "value"].round(3)
    np.float64(0.434)
    """
    groups, p, y = _aligned(proba, truth)
    probability(confidence, "confidence", open_interval=True)
    positive_int(bins, "bins", least=2)
    positive_int(draws, "draws", least=50)
    answered = np.isfinite(p).all(axis=1)
    rows: list[tuple[str, str, float, float, float]] = []

    def add(metric: str, group: str, interval: tuple[float, float, float]) -> None:
        rows.append((metric, group, *interval))

    def rate(metric: str, group: str, hits: Any) -> None:
        if len(hits):
            add(metric, group, wilson(int(hits.sum()), len(hits), confidence=confidence))

    rate("coverage", "all", answered)
    for j, group in enumerate(groups):
        rate("coverage", group, np.extract(y == j, answered))
    p, y = p[answered], y[answered]
    if len(y) == 0:
        raise ValueError("proba: expected a row with an answer and a known truth, got none")
    best = p.argmax(axis=1)
    own = p[np.arange(len(y)), y]
    add("log_loss", "all", mean_interval(-np.log(np.maximum(own, _SMALLEST)), confidence))
    add("brier", "all", mean_interval((p**2).sum(axis=1) - 2 * own + 1, confidence))
    rate("accuracy", "all", best == y)
    rng = np.random.default_rng(seed)
    for j, group in enumerate(groups):
        member, claimed = y == j, best == j
        add("ece", group, calibration_error(p[:, j], member, bins, confidence, draws, rng))
        if 0 < member.sum() < len(y):
            add("auc", group, auc(p[:, j], member, confidence))
        rate("tpr", group, claimed[member])
        rate("fpr", group, claimed[~member])
        rate("share_truth", group, member)
        add("share_sum", group, mean_interval(p[:, j], confidence))
        rate("share_argmax", group, claimed)
        add("error_sum", group, mean_interval(p[:, j] - member, confidence))
        add("error_argmax", group, mean_interval(claimed.astype(float) - member, confidence))
    return pd.DataFrame(rows, columns=["metric", "group", "value", "low", "high"])


def normal_quantile(confidence: float) -> float:
    """Half-width of a normal interval in standard errors."""
    from scipy.special import ndtri

    return float(ndtri(0.5 + confidence / 2))


def mean_interval(values: Floats, confidence: float) -> tuple[float, float, float]:
    """Mean and the ends of its normal interval."""
    mean = float(values.mean())
    spread = float(values.std(ddof=1)) if len(values) > 1 else float("nan")
    half = normal_quantile(confidence) * spread / np.sqrt(len(values))
    return mean, mean - half, mean + half


def calibration_error(
    p: Floats,
    member: NDArray[np.bool_],
    bins: int,
    confidence: float,
    draws: int,
    rng: np.random.Generator,
) -> tuple[float, float, float]:
    """Expected calibration error of one group and its bootstrap interval.

    People are resampled within the cells (bin, member or not), whose mean probability is held
    fixed; with narrow bins this is the bootstrap over people.
    """
    n = len(p)
    cell = 2 * np.minimum((p * bins).astype(int), bins - 1) + member
    size = np.bincount(cell, minlength=2 * bins).astype(float)
    total = np.bincount(cell, weights=p, minlength=2 * bins)
    mean = np.divide(total, size, out=np.zeros_like(total), where=size > 0)

    def gap(counts: Floats) -> Floats:
        # sum_b |sum of p - members| / n = sum_b (n_b / n) |mean p - mean y|
        surplus = counts * mean
        surplus[..., 1::2] -= counts[..., 1::2]  # sum of p minus number of members, by cell
        by_bin = surplus.reshape(*counts.shape[:-1], bins, 2).sum(axis=-1)
        error: Floats = np.abs(by_bin).sum(axis=-1) / n
        return error

    again = gap(rng.multinomial(n, size / n, size=draws).astype(float))
    low, high = np.quantile(again, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return float(gap(size)), float(low), float(high)


def auc(p: Floats, member: NDArray[np.bool_], confidence: float) -> tuple[float, float, float]:
    """Area under the ROC curve with the interval of DeLong et al. (1988), on the logit scale.

    Ties count one half. Source: Biometrics 44:837, computed from mid-ranks as in Sun and Xu
    2014, doi:10.1109/LSP.2014.2337313.
    """
    from scipy.stats import rankdata

    inside, outside = p[member], p[~member]
    m, n = len(inside), len(outside)
    ranks = rankdata(np.concatenate([inside, outside]))
    above = (ranks[:m] - rankdata(inside)) / n  # share of others below each member
    below = 1 - (ranks[m:] - rankdata(outside)) / m
    value = float(above.mean())
    variance = (above.var(ddof=1) / m if m > 1 else 0.0) + (below.var(ddof=1) / n if n > 1 else 0.0)
    if not 0 < value < 1:
        return value, value, value
    logit = np.log(value / (1 - value))
    half = normal_quantile(confidence) * np.sqrt(variance) / (value * (1 - value))
    low, high = (1 / (1 + np.exp(-(logit + sign * half))) for sign in (-1, 1))
    return value, float(low), float(high)


def reliability(
    proba: pd.DataFrame,
    truth: pd.Series | Sequence[object] | NDArray[np.generic],
    group: str,
    *,
    bins: int = 10,
    equal: str = "width",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Points of a reliability curve: how often probabilities near p come true.

    Parameters
    ----------
    proba : DataFrame
        As in `evaluate`.
    truth : Series or sequence
        As in `evaluate`.
    group : str
        The group whose probabilities are judged.
    bins : int
        Number of bins.
    equal : {"width", "size"}
        Bins of equal width, or of about as many people.
    confidence : float
        Coverage of the Wilson intervals.

    Returns
    -------
    DataFrame
        One row for each bin with people: ``left``, ``right`` (its ends), ``n``, ``probability``
        (mean), ``frequency`` (share of members), ``low``, ``high``.

    Raises
    ------
    ValueError
        Unknown group, bad `equal`, lengths that differ.
    TypeError
        If `proba` is no data frame.

    See Also
    --------
    evaluate : Sums the curve up in one number.

    Notes
    -----
    In a bin, the mean of :math:`p_i` against the share of members; see the chapter, section "Are
    the probabilities right?".

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> p = pd.DataFrame(0.2, index=range(10), columns=list(bisg.FIVE))
    >>> truth = ["white"] * 3 + ["black"] * 7
    >>> bisg.reliability(p, truth, "white")[["n", "probability", "frequency"]].round(2)
        n  probability  frequency
    0  10          0.2        0.3
    """
    groups, p, y = _aligned(proba, truth)
    one_of(group, "group", groups)
    one_of(equal, "equal", ("width", "size"))
    positive_int(bins, "bins")
    j = groups.index(group)
    answered = ~np.isnan(p[:, j])
    q, member = p[answered, j], y[answered] == j
    edges = np.linspace(0, 1, bins + 1)
    if equal == "size" and len(q):
        edges = np.unique(np.quantile(q, edges))
        if len(edges) == 1:
            edges = np.repeat(edges, 2)
    where = np.clip(np.searchsorted(edges, q, side="right") - 1, 0, len(edges) - 2)
    rows = []
    for b in range(len(edges) - 1):
        inside = where == b
        if inside.any():
            n = int(inside.sum())
            frequency = wilson(int(member[inside].sum()), n, confidence=confidence)
            rows.append((edges[b], edges[b + 1], n, float(q[inside].mean()), *frequency))
    columns = ["left", "right", "n", "probability", "frequency", "low", "high"]
    return pd.DataFrame(rows, columns=columns)
