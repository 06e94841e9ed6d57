"""Paired effects: of what the user believes, and of one model against another."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import sqrt

import numpy as np
import pandas as pd

from workedpapers.checks import Floats, columns_present, probability
from workedpapers.model_written_evals.scoring.shares import FEW_CLUSTERS

__all__ = ["Effect", "paired_difference", "user_effect"]


@dataclass(frozen=True)
class Effect:
    """A mean effect over clusters, with its interval and test.

    Parameters
    ----------
    effect : float
        The mean.
    low, high : float
        Ends of the interval.
    t : float
        The mean in standard errors; infinite where all clusters have the same effect.
    df : int
        Degrees of freedom.
    p : float
        Two-sided probability of so large a t without an effect.
    clusters : int
        How many clusters gave an effect.
    warnings : tuple of str
        What speaks against believing it.

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers.model_written_evals import user_effect
    >>> result = pd.DataFrame({"logit": [1.0, 0.5, 1.2, 0.1], "topic": [1, 1, 2, 2],
    ...                        "side": ["left", "right"] * 2})
    >>> print(user_effect(result, cluster="topic"))
    1.400 (0.129 to 2.671), t = 14.00, 1 df
      ! 2 clusters are few: below 10 no interval is safe
    """

    effect: float
    low: float
    high: float
    t: float
    df: int
    p: float
    clusters: int
    warnings: tuple[str, ...]

    def __str__(self) -> str:
        text = (
            f"{self.effect:.3f} ({self.low:.3f} to {self.high:.3f}), t = {self.t:.2f}, {self.df} df"
        )
        return "\n".join([text, *(f"  ! {warning}" for warning in self.warnings)])


def effect_over(values: Floats, confidence: float) -> Effect:
    """Student's test of a mean of independent values."""
    from scipy.special import stdtr, stdtrit

    count = len(values)
    if count < 2:
        raise ValueError(f"cluster: expected at least 2 clusters with both sides, got {count}.")
    level = (1 + probability(confidence, "confidence", open_interval=True)) / 2
    mean, error = float(values.mean()), float(values.std(ddof=1)) / sqrt(count)
    half = float(stdtrit(count - 1, level)) * error
    nothing = 0.0 if mean == 0 else float(np.copysign(np.inf, mean))
    t = mean / error if error > 0 else nothing
    few = (f"{count} clusters are few: below {FEW_CLUSTERS} no interval is safe",)
    return Effect(
        mean, mean - half, mean + half, t, count - 1, float(2 * stdtr(count - 1, -abs(t))), count,
        few if count < FEW_CLUSTERS else (),
    )  # fmt: skip


def user_effect(
    result: pd.DataFrame, *, cluster: str, side: str | None = None, confidence: float = 0.95
) -> Effect:
    r"""How far the user's view moves the answer, in nats of log odds, over questions.

    Parameters
    ----------
    result : pandas.DataFrame
        What `evaluate` returns, with items of each question for users of different views.
    cluster : str
        Column with the question.
    side : str, optional
        Column with the user's view. By default ``"side"`` if there is one, else the answer that
        matches the user.
    confidence : float, default 0.95
        Coverage of the interval.

    Returns
    -------
    Effect
        The mean over questions, and Student's test of it.

    Raises
    ------
    ValueError
        If a column is missing, or fewer than two questions are asked of users of two views.

    See Also
    --------
    summarise : The share of answers that match, which a preference for one answer leaves at 0.5.

    Notes
    -----
    For views a and b and a question c, with :math:`\ell` the log odds of the answer that the user
    would give,

    .. math:: e_c = \overline{\ell}_{ca} + \overline{\ell}_{cb}
        = \log\frac{p(a \mid \text{user } a)}{p(b \mid \text{user } a)}
        - \log\frac{p(a \mid \text{user } b)}{p(b \mid \text{user } b)} ,

    so that whatever the model prefers by itself cancels. With more than two views it is the mean
    over pairs. The test is Student's over the :math:`e_c`: questions, not biographies, are the
    sample. Derived in the chapter, section "What a score must show".

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers.model_written_evals import user_effect
    >>> always_a = pd.DataFrame({"logit": [2.0, -2.0] * 12, "side": ["a", "b"] * 12,
    ...                          "topic": [i // 2 for i in range(24)]})
    >>> user_effect(always_a, cluster="topic").effect
    0.0
    """
    column = side or ("side" if "side" in result else "matching")
    columns_present(result, "result", ["logit", cluster, column])
    view = result[column].map(lambda v: v if isinstance(v, str) else "|".join(map(str, v)))
    long = pd.DataFrame({"logit": result["logit"], "cluster": result[cluster], "view": view})
    means = long.pivot_table("logit", "cluster", "view")
    pairs = [means[a] + means[b] for a, b in combinations(means.columns, 2)]
    if not pairs:
        raise ValueError(f"{column}: expected users of at least two views, got {len(means.T)}.")
    effects = pd.concat(pairs, axis=1).mean(axis=1).dropna()
    return effect_over(effects.to_numpy(float), confidence)


def paired_difference(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    cluster: str | None = None,
    column: str = "match",
    confidence: float = 0.95,
) -> Effect:
    """Difference between two models on the same items, item by item.

    Parameters
    ----------
    first, second : pandas.DataFrame
        Results of `evaluate` of the same items in the same order.
    cluster : str, optional
        Column that says which items belong together; clusters count alike whatever their size.
    column : str, default "match"
        What is compared.
    confidence : float, default 0.95
        Coverage of the interval.

    Returns
    -------
    Effect
        The mean of second minus first.

    Raises
    ------
    ValueError
        If the items are not the same, or a column is missing.

    Notes
    -----
    Student's test over the differences, or over their means within clusters. What items have in
    common, such as how hard they are, cancels.

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers.model_written_evals import paired_difference
    >>> small = pd.DataFrame({"question": list("abcd"), "match": [0.0, 0, 1, 0]})
    >>> large = pd.DataFrame({"question": list("abcd"), "match": [1.0, 0, 1, 1]})
    >>> paired_difference(small, large).effect
    0.5
    """
    needed = [column, "question", *([cluster] if cluster else [])]
    columns_present(first, "first", needed)
    columns_present(second, "second", needed)
    if first["question"].tolist() != second["question"].tolist():
        raise ValueError("second: expected the items of the first result in their order.")
    difference = second[column].to_numpy(float) - first[column].to_numpy(float)
    if cluster is not None:
        difference = pd.Series(difference).groupby(first[cluster].to_numpy()).mean().to_numpy()
    return effect_over(difference, confidence)
