"""How good are the probabilities, where the truth is known, and how sure are we of that?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workedpapers.bisg.cells import Floats, columns_of
from workedpapers.checks import positive_int, probability
from workedpapers.stats import wilson

_SMALLEST = 1e-15  # a probability of zero that came true costs -log of this


def _aligned(
    proba: pd.DataFrame, truth: pd.Series | Sequence[object] | NDArray[np.generic]
) -> tuple[tuple[str, ...], Floats, NDArray[np.intp]]:
    """Groups, probabilities and true groups as numbers, for rows whose truth is known."""
    if not isinstance(proba, pd.DataFrame):
        raise TypeError(f"proba: expected a DataFrame, came {type(proba).__name__}")
    groups = columns_of(proba, "proba")
    if isinstance(truth, pd.Series):
        if not truth.index.equals(proba.index):
            raise ValueError("truth: its index differs from that of proba")
        labels = truth.reset_index(drop=True)
    else:
        labels = pd.Series(truth)
    if len(labels) != len(proba):
        raise ValueError(f"truth: has {len(labels)} rows, proba has {len(proba)}")
    known = labels.notna().to_numpy()
    strange = sorted(set(labels[known].astype(str)) - set(groups))
    if strange:
        raise ValueError(f"truth: the groups are {list(groups)}; it also holds {strange[:5]}")
    if not known.any():
        raise ValueError("truth: no row has a known group")
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
    """Measure coverage, calibration, ranking, errors and sums, each with an interval.

    Parameters
    ----------
    proba : result of `predict`; rows that abstain (NaN) count against coverage and in nothing
        else.
    truth : the true group of each row; rows without one are left out. A Series must have the
        index of `proba`.
    bins : number of equal bins of probability in the calibration error.
    confidence : of the intervals.
    draws, seed : of the bootstrap for the calibration error.

    Returns
    -------
    Data frame with the columns metric, group, value, low, high. The metrics, per group unless
    the group is ``"all"``:

    - ``coverage``: share of rows with an answer (Wilson interval); by true group.
    - ``log_loss``, ``brier``: mean of -log p(truth), and of the squared distance ("all").
    - ``accuracy``: share whose largest probability is the true group ("all"; Wilson).
    - ``ece``: expected calibration error, the mean distance between probability and frequency
      over the bins, weighted by their size (bootstrap over people). It is above zero by chance
      alone, the more so the fewer people.
    - ``auc``: probability that a member of the group gets more than a non-member (DeLong).
    - ``tpr``, ``fpr``: share of members, and of others, for whom the group has the largest
      probability (Wilson).
    - ``share_truth``, ``share_sum``, ``share_argmax``: the group's share by truth, by the mean
      probability, by counting largest probabilities; ``error_sum``, ``error_argmax``: the
      difference of the latter two from the truth (normal interval over people).

    Raises
    ------
    ValueError : lengths or indexes that differ, unknown groups, no row with both an answer and a
        known truth.
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
        raise ValueError("proba: no row has both an answer and a known truth")
    best = p.argmax(axis=1)
    own = p[np.arange(len(y)), y]
    add("log_loss", "all", _mean(-np.log(np.maximum(own, _SMALLEST)), confidence))
    add("brier", "all", _mean((p**2).sum(axis=1) - 2 * own + 1, confidence))
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
        add("share_sum", group, _mean(p[:, j], confidence))
        rate("share_argmax", group, claimed)
        add("error_sum", group, _mean(p[:, j] - member, confidence))
        add("error_argmax", group, _mean(claimed.astype(float) - member, confidence))
    return pd.DataFrame(rows, columns=["metric", "group", "value", "low", "high"])


def _quantile(confidence: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(0.5 + confidence / 2))


def _mean(values: Floats, confidence: float) -> tuple[float, float, float]:
    mean = float(values.mean())
    spread = float(values.std(ddof=1)) if len(values) > 1 else float("nan")
    half = _quantile(confidence) * spread / np.sqrt(len(values))
    return mean, mean - half, mean + half


def calibration_error(
    p: Floats,
    member: NDArray[np.bool_],
    bins: int,
    confidence: float,
    draws: int,
    rng: np.random.Generator,
) -> tuple[float, float, float]:
    r"""Expected calibration error of one group and its bootstrap interval.

    .. math:: \mathrm{ECE} = \sum_b \frac{n_b}{n} \left| \bar p_b - \bar y_b \right|

    People are resampled within the cells (bin, member or not), whose mean probability is held
    fixed; with narrow bins this is the bootstrap over people.
    """
    n = len(p)
    cell = 2 * np.minimum((p * bins).astype(int), bins - 1) + member
    size = np.bincount(cell, minlength=2 * bins).astype(float)
    total = np.bincount(cell, weights=p, minlength=2 * bins)
    mean = np.divide(total, size, out=np.zeros_like(total), where=size > 0)

    def gap(counts: Floats) -> Floats:
        surplus = counts * mean
        surplus[..., 1::2] -= counts[..., 1::2]  # sum of p minus number of members, by cell
        by_bin = surplus.reshape(*counts.shape[:-1], bins, 2).sum(axis=-1)
        return np.asarray(np.abs(by_bin).sum(axis=-1) / n)

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
    half = _quantile(confidence) * np.sqrt(variance) / (value * (1 - value))
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
    """Points of a reliability curve: how often do probabilities near p come true?

    Parameters
    ----------
    proba, truth : as in `evaluate`.
    group : the group whose probabilities are judged.
    bins : number of bins.
    equal : ``"width"`` for bins of equal width, ``"size"`` for bins of about as many people.
    confidence : of the Wilson intervals.

    Returns
    -------
    Data frame, one row for each bin with people: ``left``, ``right`` (its ends), ``n``,
    ``probability`` (mean), ``frequency`` (share of members), ``low``, ``high``.

    Raises
    ------
    ValueError : unknown group, bad `equal`, lengths that differ.
    """
    groups, p, y = _aligned(proba, truth)
    if group not in groups:
        raise ValueError(f"group={group!r}: expected one of {list(groups)}")
    if equal not in ("width", "size"):
        raise ValueError(f"equal={equal!r}: expected 'width' or 'size'")
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
