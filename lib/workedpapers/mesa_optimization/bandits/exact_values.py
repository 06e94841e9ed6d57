"""Exact values of rules for Bernoulli bandits whose arms have uniform priors.

What is known of an arm is how often it paid and how often it did not, (s, f). It pays next with
probability (s + 1) / (s + f + 2).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import cache
from math import comb, log, sqrt

from workedpapers.checks import one_of, positive, positive_int

__all__ = ["BanditRule", "bandit_rule_value", "bayes_bandit_value"]

#: Successes and failures of each arm.
Counts = tuple[tuple[int, int], ...]
_TIE = 1e-12


class BanditRule(StrEnum):
    """Rules that choose an arm from what is known of both.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> [rule.value for rule in mesa.BanditRule]
    ['random', 'greedy', 'thompson', 'ucb']
    """

    RANDOM = "random"
    GREEDY = "greedy"
    THOMPSON = "thompson"
    UCB = "ucb"


def _mean(arm: tuple[int, int]) -> float:
    return (arm[0] + 1) / (arm[0] + arm[1] + 2)


def _pulled(known: Counts, arm: int, paid: bool) -> Counts:
    s, f = known[arm]
    return (*known[:arm], (s + paid, f + (not paid)), *known[arm + 1 :])


def bayes_bandit_value(*, arms: int = 2, pulls: int = 10) -> float:
    r"""Largest expected number of payments in a Bernoulli bandit with uniform priors.

    Parameters
    ----------
    arms : int, default 2
        Number of arms, 1 to 5.
    pulls : int, default 10
        Number of pulls, 1 to 60.

    Returns
    -------
    float
        Value of the best rule, from 0 to ``pulls``.

    Raises
    ------
    TypeError
        If a count is not a whole number.
    ValueError
        If a count is out of range.

    See Also
    --------
    bandit_rule_value : Values of rules that are not the best.

    Notes
    -----
    Dynamic programming over what is known of each arm, :math:`(s_i, f_i)`, in any order of the
    arms, which are alike:

    .. math:: V_n = \max_i\; p_i (1 + V_{n-1}^{s_i + 1}) + (1 - p_i) V_{n-1}^{f_i + 1},
        \qquad p_i = \frac{s_i + 1}{s_i + f_i + 2}.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> round(mesa.bayes_bandit_value(arms=2, pulls=10), 6)
    6.021786
    """
    arms, pulls = _in_range(arms, pulls)

    @cache
    def value(known: Counts, left: int) -> float:
        if not left:
            return 0.0
        best = 0.0
        for i in {arm: i for i, arm in enumerate(known)}.values():  # equal arms once
            p = _mean(known[i])
            after = [
                value(tuple(sorted(_pulled(known, i, paid))), left - 1) for paid in (True, False)
            ]
            best = max(best, p * (1 + after[0]) + (1 - p) * after[1])
        return best

    return value(((0, 0),) * arms, pulls)


def _in_range(arms: int, pulls: int) -> tuple[int, int]:
    arms, pulls = positive_int(arms, "arms"), positive_int(pulls, "pulls")
    if arms > 5:
        raise ValueError(f"arms: expected at most 5, got {arms}.")
    if pulls > 60:
        raise ValueError(f"pulls: expected at most 60, got {pulls}.")
    return arms, pulls


@cache
def _first_is_larger(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Probability that a draw from the first arm's posterior exceeds one from the second's.

    For whole numbers it is a finite sum: with a = s + 1 and b = f + 1, x ~ Beta(a, b) exceeds y
    iff, of n = a + b - 1 uniform numbers, a or more are... written out in terms of binomials.
    """
    a, b = one[0] + 1, one[1] + 1
    c, d = other[0] + 1, other[1] + 1

    def beta(p: int, q: int) -> float:
        return 1 / (p * comb(p + q - 1, p))

    # P(x > y) = sum_{i < a} B(c + i, b + d) / ((b + i) B(1 + i, b) B(c, d))
    return sum(beta(c + i, b + d) / ((b + i) * beta(1 + i, b) * beta(c, d)) for i in range(a))


def _choice(rule: BanditRule, bonus: float) -> Callable[[Counts], float]:
    """Probability that a rule takes the first arm, as a function of what is known."""

    def prefer(first: float, second: float) -> float:
        return 0.5 if abs(first - second) < _TIE else float(first > second)

    def ucb(known: Counts) -> float:
        pulled = [s + f for s, f in known]
        if 0 in pulled:
            return prefer(-pulled[0], -pulled[1])
        total = log(sum(pulled))
        return prefer(
            *(s / n + bonus * sqrt(total / n) for (s, _), n in zip(known, pulled, strict=True))
        )

    rules: dict[BanditRule, Callable[[Counts], float]] = {
        BanditRule.RANDOM: lambda known: 0.5,
        BanditRule.GREEDY: lambda known: prefer(_mean(known[0]), _mean(known[1])),
        BanditRule.THOMPSON: lambda known: _first_is_larger(known[0], known[1]),
        BanditRule.UCB: ucb,
    }
    return rules[rule]


def bandit_rule_value(rule: BanditRule | str, *, pulls: int = 10, bonus: float = 0.4) -> float:
    r"""Exact expected number of payments of a known rule for two arms with uniform priors.

    Parameters
    ----------
    rule : BanditRule or str
        ``"random"``; ``"greedy"``, the arm with the larger posterior mean; ``"thompson"``, the
        arm whose draw from the posterior is larger; or ``"ucb"``, the arm with the larger mean
        plus bonus. Ties go to either arm with probability one half.
    pulls : int, default 10
        Number of pulls, 1 to 60.
    bonus : float, default 0.4
        Factor c of UCB's bonus, at least 0. Of 0, 0.2, 0.4, 0.6, 1 and 1.4 it is the best at 10
        pulls.

    Returns
    -------
    float
        Expected number of payments.

    Raises
    ------
    TypeError
        If ``pulls`` is not a whole number.
    ValueError
        If the rule is unknown or a number is out of range.

    See Also
    --------
    bayes_bandit_value : The best that can be had.

    Notes
    -----
    The recursion of `bayes_bandit_value` with the rule's probabilities in place of the maximum.
    The bonus is :math:`c\sqrt{\ln n / n_i}` after n pulls, n_i of them of this arm.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> round(mesa.bandit_rule_value("greedy"), 4), mesa.bandit_rule_value("random")
    (6.0058, 5.0)
    """
    chosen = BanditRule(one_of(rule, "rule", BanditRule))
    _, pulls = _in_range(2, pulls)
    choose = _choice(chosen, positive(bonus, "bonus", zero=True))

    @cache
    def value(known: Counts, left: int) -> float:
        if not left:
            return 0.0
        first = choose(known)
        total = 0.0
        for i, weight in enumerate((first, 1 - first)):
            if weight:
                p = _mean(known[i])
                paid = value(_pulled(known, i, True), left - 1)
                not_paid = value(_pulled(known, i, False), left - 1)
                total += weight * (p * (1 + paid) + (1 - p) * not_paid)
        return total

    return value(((0, 0), (0, 0)), pulls)
