"""Models that only write text: their answers are counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf, log

from workedpapers.checks import positive_int

__all__ = ["UNREAD", "SampledModel", "count_answers", "read_answer"]

#: Log-probability of every option of a question without a readable answer.
UNREAD = -30.0


def read_answer(text: str, options: Sequence[str]) -> int | None:
    """Which option a text begins with, if it is one.

    Parameters
    ----------
    text : str
        What a model wrote.
    options : sequence of str
        The answers to choose from.

    Returns
    -------
    int or None
        The option's place; None if the text begins with none of them, or with two.

    Notes
    -----
    Case, spaces and brackets do not matter: "a) because" is " (A)". A word must end where the
    option does, so that "Nothing" is not " No".

    Examples
    --------
    >>> from workedpapers.model_written_evals import read_answer
    >>> read_answer("no, I would not", [" Yes", " No"]), read_answer("Nothing", [" Yes", " No"])
    (1, None)
    """
    begin = re.sub(r"^[\s\"'*(\[]+", "", text).lower()
    found = []
    for place, option in enumerate(options):
        word = option.strip().strip("()[]").lower()
        if word and begin.startswith(word) and not begin[len(word) :][:1].isalnum():
            found.append(place)
    return found[0] if len(found) == 1 else None


def count_answers(read: Sequence[int | None], options: int) -> list[float]:
    """Logarithm of each option's share among all samples; of unread ones a tie of hardly any."""
    counts = [read.count(place) for place in range(options)]
    if not any(counts):
        return [UNREAD] * options
    return [log(count / len(read)) if count else -inf for count in counts]


@dataclass
class SampledModel:
    """A model without log-probabilities: it is asked several times, and its answers are counted.

    Parameters
    ----------
    generate : callable
        Takes a prompt and the number of the sample, and returns a text.
    samples : int, default 10
        How often each prompt is asked.

    Raises
    ------
    ValueError
        If the number of samples is below 1.

    See Also
    --------
    read_answer

    Notes
    -----
    An option's log-probability is that of its share among all samples, so that the options' mass
    is the share of answers that could be read. Of a prompt without a readable answer all options
    have the same small share, which `evaluate` counts as a tie.

    Examples
    --------
    >>> from workedpapers.model_written_evals import SampledModel
    >>> model = SampledModel(lambda prompt, i: ["Yes.", "No", "Hm"][i % 3], samples=6)
    >>> [round(x, 2) for x in model.logprobs(["Tea?"], [[" Yes", " No"]])[0]], model.unread_share
    ([-1.1, -1.1], 0.3333333333333333)
    """

    generate: Callable[[str, int], str]
    samples: int = 10
    asked: int = field(default=0, init=False)
    unread: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        positive_int(self.samples, "samples")

    @property
    def unread_share(self) -> float:
        """Share of the texts so far that were no answer; NaN before the first."""
        return self.unread / self.asked if self.asked else float("nan")

    def logprobs(
        self, prompts: Sequence[str], options: Sequence[Sequence[str]]
    ) -> list[list[float]]:
        """Log-probabilities of each prompt's options.

        Parameters
        ----------
        prompts : sequence of str
            The questions.
        options : sequence of sequence of str
            The answers to each.

        Returns
        -------
        list of list of float
            One number for each option.
        """
        found = []
        for prompt, answers in zip(prompts, options, strict=True):
            read = [read_answer(self.generate(prompt, i), answers) for i in range(self.samples)]
            self.asked += len(read)
            self.unread += read.count(None)
            found.append(count_answers(read, len(answers)))
        return found
