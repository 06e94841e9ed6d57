"""Every model that Inspect reaches, as a model of `evaluate`."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from workedpapers.checks import positive_int
from workedpapers.model_written_evals.models.sampling import UNREAD, count_answers, read_answer
from workedpapers.model_written_evals.models.tokens import Token, read_tokens

__all__ = ["InspectModel", "asked_with", "tokens_of"]

#: Tokens of a reply that are looked at, and the most probable ones at each place.
TOKENS, TOP = 8, 20


def asked_with(question: str, options: Sequence[str]) -> str:
    """A question with the request to answer with an option; their order tells nothing."""
    listed = sorted(option.strip() for option in options)
    return f"{question}\n\nAnswer with {', '.join(listed[:-1])} or {listed[-1]} only."


def tokens_of(output: Any) -> list[Token] | None:
    """The tokens of an output of Inspect; None if the model gives no log-probabilities."""
    choice = output.choices[0] if output.choices else None
    if choice is None or choice.logprobs is None:
        return None
    return [
        Token(one.token, one.logprob, [(t.token, t.logprob) for t in one.top_logprobs or []])
        for one in choice.logprobs.content
    ]


@dataclass
class InspectModel:
    """A model that Inspect AI reaches: its providers, retries and many requests at once.

    Parameters
    ----------
    name : str
        Name of the model in Inspect, such as "openai/gpt-4o", "openai-api/local/name" for a server
        of one's own, or "workedpapers/smollm2" for the model of the book.
    samples : int, default 0
        0 asks for log-probabilities. For models that give none, how often each question is asked;
        the answers are counted as `SampledModel` counts them.
    connections : int, default 8
        Most requests at the same time.
    timeout : int, default 60
        Seconds until a request is given up.
    retries : int, default 2
        How often a request that failed is sent again.
    cache : bool, default False
        Whether Inspect keeps replies; see also `CachedModel`.

    Raises
    ------
    TypeError
        If a number is not whole.
    ValueError
        If a number is out of its range.

    See Also
    --------
    SampledModel, CachedModel, read_tokens

    Notes
    -----
    A question is sent with the request to answer with one of the options, listed by their labels
    whichever matches. Of a reply the token that tells the options apart is read. An option that is
    not among the most probable tokens has log-probability minus infinity where another is found;
    a reply in which none is found is a tie of hardly any mass, and is counted in ``unread_share``.

    Examples
    --------
    >>> from workedpapers.model_written_evals import InspectModel
    >>> InspectModel("workedpapers/smollm2").unread_share
    nan
    """

    name: str
    samples: int = 0
    connections: int = 8
    timeout: int = 60
    retries: int = 2
    cache: bool = False
    asked: int = field(default=0, init=False)
    unread: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        for name, least in (("samples", 0), ("connections", 1), ("timeout", 1), ("retries", 0)):
            positive_int(getattr(self, name), name, least=least)

    @property
    def unread_share(self) -> float:
        """Share of the replies so far that were no answer; NaN before the first."""
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

        Raises
        ------
        ConnectionError
            If the model does not reply in time, or with something that is no reply.
        ValueError
            If the model gives no log-probabilities and ``samples`` is 0.
        """
        texts = [asked_with(p, answers) for p, answers in zip(prompts, options, strict=True)]
        replies = in_thread(self._replies(texts))
        return [
            self._counted(one, answers) if self.samples else self._read(one[0], answers)
            for one, answers in zip(replies, options, strict=True)
        ]

    async def _replies(self, texts: Sequence[str]) -> list[list[Any]]:
        from inspect_ai.model import GenerateConfig, get_model

        common = {
            "max_tokens": TOKENS,
            "max_connections": self.connections,
            "timeout": self.timeout,
            "attempt_timeout": self.timeout,
            "max_retries": self.retries,
        }
        if self.samples:
            configs = [GenerateConfig(**common, temperature=1.0, seed=i)
                       for i in range(self.samples)]  # fmt: skip
        else:
            configs = [GenerateConfig(**common, temperature=0.0, logprobs=True, top_logprobs=TOP)]
        async with get_model(self.name, memoize=False) as model:

            async def replies(text: str) -> list[Any]:
                asked = (model.generate(text, config=c, cache=self.cache) for c in configs)
                return await asyncio.gather(*asked)

            try:
                return await asyncio.gather(*(replies(text) for text in texts))
            except Exception as error:
                raise ConnectionError(
                    f"model: expected a reply of {self.name}, got {type(error).__name__}: {error}"
                ) from error

    def _read(self, output: Any, options: Sequence[str]) -> list[float]:
        reply = tokens_of(output)
        if reply is None:
            raise ValueError(
                f"samples: expected a number above 0, since {self.name} gives no "
                "log-probabilities; got 0."
            )
        found = read_tokens(reply, options)
        self.asked += 1
        self.unread += found is None
        return [UNREAD] * len(options) if found is None else found

    def _counted(self, outputs: Sequence[Any], options: Sequence[str]) -> list[float]:
        read = [read_answer(output.completion, options) for output in outputs]
        self.asked += len(read)
        self.unread += read.count(None)
        return count_answers(read, len(options))


def in_thread(work: Coroutine[Any, Any, Any]) -> Any:
    """Result of asynchronous work, also where a notebook's loop is running already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
