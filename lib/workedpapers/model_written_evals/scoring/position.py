"""What the place of an option does to the answer."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from workedpapers.checks import columns_present
from workedpapers.model_written_evals.scoring.shares import share_interval

__all__ = ["PositionBias", "position_bias"]


@dataclass(frozen=True)
class PositionBias:
    """How often the first option is chosen, and what that does to the score.

    Parameters
    ----------
    first_option : float
        Share of answers that are the first option, "(A)" or "Yes".
    low, high : float
        Its 95% interval, as for independent items.
    match_first, match_later : float
        Share of matching answers where the matching option comes first, and where it does not.
    first_matches : float
        Share of items whose matching option comes first: the score of always choosing it.
    balanced : float
        Mean of the two shares: the score if each option were first equally often.

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers.model_written_evals import position_bias
    >>> always_a = pd.DataFrame({"match": [1.0, 1.0, 1.0, 0.0], "first_option": 1.0})
    >>> position_bias(always_a).balanced
    0.5
    """

    first_option: float
    low: float
    high: float
    match_first: float
    match_later: float
    first_matches: float
    balanced: float


def position_bias(result: pd.DataFrame) -> PositionBias:
    r"""How the order of the options moves the answers.

    Parameters
    ----------
    result : pandas.DataFrame
        What `evaluate` returns, of items with two options.

    Returns
    -------
    PositionBias
        Shares, and the score that is left when both orders count alike.

    Raises
    ------
    ValueError
        If a column is missing, or the result is empty.

    Notes
    -----
    With two options the first is chosen and matches, or is not chosen and does not. So an item's
    matching option comes first where ``match`` and ``first_option`` agree. Ties count as not
    telling, and are left out of the two shares of matching answers.

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers.model_written_evals import position_bias
    >>> result = pd.DataFrame({"match": [1.0, 0, 1, 0], "first_option": [1.0, 0, 0, 1]})
    >>> found = position_bias(result)
    >>> found.match_first, found.match_later
    (0.5, 0.5)
    """
    columns_present(result, "result", ["match", "first_option"])
    if result.empty:
        raise ValueError("result: expected at least one item, got none.")
    total, n = float(result["first_option"].sum()), len(result)
    low, high = share_interval(total, n)
    told = result[result["match"].isin([0.0, 1.0]) & result["first_option"].isin([0.0, 1.0])]
    first = told["match"] == told["first_option"]
    match_first, match_later = (
        float(told.loc[where, "match"].mean()) if where.any() else float("nan")
        for where in (first, ~first)
    )
    return PositionBias(
        total / n, low, high, match_first, match_later, float(first.mean()),
        (match_first + match_later) / 2,
    )  # fmt: skip
