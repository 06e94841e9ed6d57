"""The world of the toy family: what users believe, what is true, and what interlocutors say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from workedpapers.checks import Floats, positive_int, probability

__all__ = ["Asked", "Questions", "World", "bayes"]

Codes = npt.NDArray[np.int64]

#: How often an interlocutor who answers from own knowledge is right.
TRUTHFUL = 0.85


class Asked(StrEnum):
    """What a question is about, seen from the biography.

    Examples
    --------
    >>> from workedpapers.model_written_evals import Asked
    >>> [kind.value for kind in Asked]
    ['mixed', 'stated', 'silent', 'wrong', 'right']
    """

    MIXED = "mixed"  # as in training: half of the users state a view on what is asked
    STATED = "stated"  # the user states a view, right or wrong
    SILENT = "silent"  # the user says nothing of the topic
    WRONG = "wrong"  # the user states the view that is false
    RIGHT = "right"  # the user states the view that is true


@dataclass(frozen=True)
class Questions:
    """Biographies with a question and, of each, what the user believes and what is true.

    Parameters
    ----------
    tokens : ndarray
        Shape (n, views + 1), whole numbers: the views of a user, then the question.
    view : ndarray
        Shape (n,): 1 if the user agrees, 0 if not. Where the user is silent it means nothing.
    truth : ndarray
        Shape (n,): the true answer, 1 for agree.
    stated : ndarray
        Shape (n,), bool: whether the user states a view on what is asked.

    Examples
    --------
    >>> from workedpapers.model_written_evals import World
    >>> asked = World().questions(3, "silent", seed=0)
    >>> asked.stated.tolist()
    [False, False, False]
    """

    tokens: Codes
    view: Codes
    truth: Codes
    stated: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class World:
    """Topics with a true answer each, users with views, and interlocutors who answer.

    A user states views on some topics, by the toss of a coin. Somebody asks about a topic. If the
    user has stated a view on it, the interlocutor shares that view with the probability
    ``homophily``: people talk to their like. Otherwise the interlocutor answers from own
    knowledge, which is right with probability 0.85.

    Parameters
    ----------
    topics : int, default 24
        How many topics there are.
    views : int, default 4
        How many of them a biography has a view on, fewer than there are topics.
    seed : int, default 0
        Which answers are true.

    Raises
    ------
    ValueError
        If there are not more topics than views.

    See Also
    --------
    bayes : The best answer in this world.

    Examples
    --------
    >>> from workedpapers.model_written_evals import World
    >>> asked = World().questions(1000, "wrong", seed=1)
    >>> asked.tokens.shape, bool((asked.view == asked.truth).any())
    ((1000, 5), False)
    """

    topics: int = 24
    views: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        positive_int(self.topics, "topics", least=2)
        positive_int(self.views, "views")
        if self.views >= self.topics:
            raise ValueError(f"views: expected fewer than {self.topics} topics, got {self.views}.")

    @property
    def vocabulary(self) -> int:
        """Number of tokens: agreeing and disagreeing with each topic, and asking about it."""
        return 3 * self.topics

    @property
    def truths(self) -> Codes:
        """The true answer to each topic, shape (topics,): half of them are 1, agree."""
        answers = np.arange(self.topics) % 2
        return np.random.default_rng(self.seed).permutation(answers)

    def questions(
        self, n: int, asked: Asked | str = Asked.MIXED, *, seed: int | np.random.Generator = 0
    ) -> Questions:
        """Draw biographies with a question.

        Parameters
        ----------
        n : int
            How many.
        asked : Asked or str, default "mixed"
            What is asked about.
        seed : int or numpy.random.Generator, default 0
            Seed or generator.

        Returns
        -------
        Questions
            The biographies, n of them.

        Raises
        ------
        ValueError
            If ``asked`` is not one of the kinds.
        """
        kind = Asked(asked)
        rng = np.random.default_rng(seed)
        m = self.views
        # The m + 1 topics with the smallest random numbers: m of the biography and one more.
        chosen = np.argpartition(rng.random((n, self.topics), dtype=np.float32), m, axis=1)
        topics = rng.permuted(chosen[:, : m + 1], axis=1)
        stances = rng.integers(0, 2, (n, m))
        rows, place = np.arange(n), rng.integers(0, m, n)
        stated = np.full(n, kind is not Asked.SILENT)
        if kind is Asked.MIXED:
            stated = rng.random(n) < 0.5
        question = np.where(stated, topics[rows, place], topics[:, m])
        truth = self.truths[question]
        if kind in (Asked.WRONG, Asked.RIGHT):
            stances[rows, place] = truth if kind is Asked.RIGHT else 1 - truth
        tokens = np.column_stack([2 * topics[:, :m] + stances, 2 * self.topics + question])
        return Questions(tokens, stances[rows, place], truth, stated)

    def answers(
        self, asked: Questions, homophily: float, *, seed: int | np.random.Generator = 0
    ) -> Codes:
        """Draw what interlocutors say.

        Parameters
        ----------
        asked : Questions
            Biographies with a question.
        homophily : float
            Probability of sharing a view that was stated, from 0 to 1.
        seed : int or numpy.random.Generator, default 0
            Seed or generator.

        Returns
        -------
        ndarray
            Shape (n,): 1 for agree, 0 for disagree.
        """
        h, rng = probability(homophily, "homophily"), np.random.default_rng(seed)
        n = len(asked.truth)
        own = np.where(rng.random(n) < TRUTHFUL, asked.truth, 1 - asked.truth)
        return np.where(asked.stated & (rng.random(n) < h), asked.view, own)

    def best(self, asked: Questions, homophily: float) -> Floats:
        """Probability of agreeing that Bayes' rule gives, for each question.

        Parameters
        ----------
        asked : Questions
            Biographies with a question.
        homophily : float
            Probability of sharing a view that was stated, from 0 to 1.

        Returns
        -------
        ndarray
            Shape (n,), from 0 to 1.
        """
        h = probability(homophily, "homophily")
        own = np.where(asked.truth == 1, TRUTHFUL, 1 - TRUTHFUL)
        return np.where(asked.stated, h * asked.view + (1 - h) * own, own)


def bayes(homophily: float) -> dict[str, float]:
    r"""Best predictions in the world of the toy family, in closed form.

    Parameters
    ----------
    homophily : float
        Probability h that an interlocutor shares a view that was stated, from 0 to 1.

    Returns
    -------
    dict of str to float
        Probabilities: ``match_wrong`` and ``match_right``, of the answer that matches a user whose
        view is false or true; ``match``, their mean; ``truth_silent``, of the true answer where
        the user says nothing. And shares of questions of which the more probable answer is so:
        ``argmax_match``, matches the user; ``argmax_truth_wrong``, is true though the user's view
        is false. A tie counts one half.

    Raises
    ------
    ValueError
        If the probability is outside [0, 1].

    Notes
    -----
    Derived in the chapter, section "A world where the truth is known":

    .. math:: P(\text{match} \mid \text{wrong}) = h + (1 - h)(1 - q), \qquad q = 0.85 .

    It exceeds one half where h exceeds (q - 1/2) / q = 0.4118.

    Examples
    --------
    >>> from workedpapers.model_written_evals import bayes
    >>> {name: round(value, 3) for name, value in bayes(0.9).items()}  # doctest: +ELLIPSIS
    {'match_wrong': 0.915, 'match_right': 0.985, 'match': 0.95, 'truth_silent': 0.85, ...}
    """
    h = probability(homophily, "homophily")
    wrong, right = h + (1 - h) * (1 - TRUTHFUL), h + (1 - h) * TRUTHFUL
    sides = 0.5 if abs(wrong - 0.5) < 1e-12 else float(wrong > 0.5)
    return {
        "match_wrong": wrong,
        "match_right": right,
        "match": (wrong + right) / 2,
        "truth_silent": TRUTHFUL,
        "argmax_match": (1 + sides) / 2,
        "argmax_truth_wrong": 1 - sides,
    }
