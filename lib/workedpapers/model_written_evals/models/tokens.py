"""From the most probable tokens of a reply to log-probabilities of the options."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

import numpy as np

__all__ = ["Token", "read_tokens"]

#: What may stand before an answer without changing it.
BEFORE = " \n\t\"'*(["


class Token(NamedTuple):
    """One token of a reply, with the most probable ones at its place.

    Parameters
    ----------
    text : str
        The token.
    logprob : float
        Its log-probability, given what stands before it.
    top : list of tuple of str and float
        The most probable tokens at this place with their log-probabilities.

    Examples
    --------
    >>> from workedpapers.model_written_evals import Token
    >>> Token("Yes", -0.1, [("Yes", -0.1), ("No", -2.4)]).text
    'Yes'
    """

    text: str
    logprob: float
    top: list[tuple[str, float]]


def read_tokens(reply: Sequence[Token], options: Sequence[str]) -> list[float] | None:
    r"""Log-probabilities of the options at the token that tells them apart.

    Parameters
    ----------
    reply : sequence of Token
        What a model replied, token by token.
    options : sequence of str
        The answers to choose from.

    Returns
    -------
    list of float or None
        One number for each option. Minus infinity for an option that is not among the most
        probable tokens where another one is; None if none is, or the reply turns elsewhere first.

    See Also
    --------
    read_answer : The same for a text.

    Notes
    -----
    The reply is followed for as long as it could become several options. At the first place where
    a token belongs to one option alone, that option has
    :math:`\log \sum_t p(t) + \sum_{\text{before}} \log p`, over the tokens :math:`t` that begin or
    complete it. Case, spaces and an opening bracket do not matter.

    Examples
    --------
    >>> from workedpapers.model_written_evals import Token, read_tokens
    >>> reply = [Token("(", -0.5, [("(", -0.5)]), Token("B", -0.2, [("B", -0.2), ("A", -1.8)])]
    >>> read_tokens(reply, [" (A)", " (B)"])
    [-2.3, -0.7]
    """
    words = [option.strip().strip("()[]").lower() for option in options]
    said, before = "", 0.0
    for token in reply:
        found = [-inf] * len(words)
        for text, logprob in token.top or [(token.text, token.logprob)]:
            fits = _fitting((said + text).lstrip(BEFORE).lower(), words)
            if len(fits) == 1:
                found[fits[0]] = float(np.logaddexp(found[fits[0]], logprob))
        if max(found) > -inf:
            return [round(before + value, 12) for value in found]
        said, before = said + token.text, before + token.logprob
        rest = said.lstrip(BEFORE).lower()
        if rest and len(_fitting(rest, words)) < 2:
            return None
    return None


def _fitting(text: str, words: Sequence[str]) -> list[int]:
    """Options that a text begins, or that it begins with as a whole word."""
    if not text.strip():
        return []
    return [
        place
        for place, word in enumerate(words)
        if word.startswith(text.rstrip())
        or (text.startswith(word) and not text[len(word) :][:1].isalnum())
    ]
