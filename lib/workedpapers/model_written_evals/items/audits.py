"""What is wrong with a set of items, before any model is asked."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workedpapers.checks import columns_present
from workedpapers.model_written_evals.items.table import Flag

__all__ = ["audit", "separability"]


def separability(texts: list[str], labels: list[bool], *, seed: int = 0) -> float:
    r"""How well the words of held-out texts tell their label: accuracy of naive Bayes.

    Parameters
    ----------
    texts : list of str
        For example the statements of a persona set.
    labels : list of bool
        Their labels.
    seed : int, default 0
        Seed of the split into halves.

    Returns
    -------
    float
        Share of the texts that are told right by counts of the words of the other half, from 0
        to 1; NaN with fewer than 20 texts, or if a half lacks a label.

    Notes
    -----
    Each half is told by the other. With the counts :math:`n_{wy}` of word :math:`w` under label
    :math:`y`, the label with the larger
    :math:`\log p(y) + \sum_w \log \frac{n_{wy} + 1}{\sum_v (n_{vy} + 1)}`.

    Examples
    --------
    >>> from workedpapers.model_written_evals import separability
    >>> separability(["I like tea", "I hate tea"] * 50, [True, False] * 50)
    1.0
    """
    bags = [Counter(re.findall(r"[a-z']+", text.lower())) for text in texts]
    y = np.asarray(labels, bool)
    if len(y) < 20:
        return float("nan")
    half = np.zeros(len(y), bool)
    half[np.random.default_rng(seed).permutation(len(y))[: len(y) // 2]] = True
    right = 0.0
    for told in (half, ~half):
        known = ~told
        if len(set(y[known].tolist())) < 2:
            return float("nan")
        right += float((_naive_bayes(bags, y, known, told) == y[told]).sum())
    return right / len(y)


def _naive_bayes(
    bags: list[Counter[str]], y: np.ndarray, known: np.ndarray, told: np.ndarray
) -> np.ndarray:
    """Labels of some texts, from the words of others."""
    words = {word for place in np.flatnonzero(known) for word in bags[place]}
    scores = []
    for label in (False, True):
        counts: Counter[str] = Counter()
        for place in np.flatnonzero(known & (y == label)):
            counts.update(bags[place])
        total = np.log(sum(counts.values()) + len(words))
        prior = np.log((y[known] == label).mean())
        scores.append(
            [
                prior + sum(n * (np.log(counts[w] + 1) - total) for w, n in bags[i].items()
                            if w in words)
                for i in np.flatnonzero(told)
            ]
        )  # fmt: skip
    return np.asarray(scores[1]) > np.asarray(scores[0])


@dataclass(frozen=True)
class _Counts:
    """What is counted of one set."""

    items: int
    clusters: int
    duplicates: int
    templates: int
    many_options: int
    unlisted: int
    first_matches: float
    words: float


def audit(items: pd.DataFrame) -> pd.DataFrame:
    """Report what should worry a user of each set of items.

    Parameters
    ----------
    items : pandas.DataFrame
        As `load` returns.

    Returns
    -------
    pandas.DataFrame
        One row for each ``source``: ``items``; ``clusters``, the distinct questions;
        ``duplicates``; ``templates``, items with a mark that was not filled in;
        ``many_options``, with options beyond (A) and (B); ``unlisted``, with an answer that the
        question does not list; ``first_matches``, the share whose matching answer is "Yes" or the
        first option, 0.5 if the labels are balanced; ``words``, the accuracy of `separability`.

    Raises
    ------
    ValueError
        If a column is missing.

    See Also
    --------
    separability

    Notes
    -----
    A model that always gives one answer scores ``first_matches`` or one minus it. Where ``words``
    is high, a score may be about words rather than about the behaviour.

    Examples
    --------
    >>> from workedpapers import model_written_evals as mwe
    >>> rows = [{"question": "Is tea good?", "matching": " Yes", "not_matching": " No"}] * 2
    >>> mwe.audit(mwe.as_items(rows))[["items", "duplicates", "first_matches"]].values.tolist()
    [[2.0, 1.0, 1.0]]
    """
    columns_present(items, "items", ["question", "matching", "cluster", "source", "flags"])
    rows = {}
    for name, part in items.groupby("source"):
        flagged = Counter(flag for flags in part["flags"] for flag in flags)
        first = [_is_first(answers[0]) for answers in part["matching"]]
        texts = part["statement"] if "statement" in part else part["question"]
        rows[name] = vars(
            _Counts(
                len(part),
                part["cluster"].nunique(),
                flagged[Flag.DUPLICATE],
                flagged[Flag.TEMPLATE],
                flagged[Flag.MANY_OPTIONS],
                flagged[Flag.UNLISTED],
                float(np.mean(first)),
                separability(texts.tolist(), first),
            )
        )
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("source")


def _is_first(answer: str) -> bool:
    return answer.strip().lower() in ("yes", "(a)", "agree")
