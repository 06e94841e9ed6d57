"""What a model is: something that gives log-probabilities of candidate answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

__all__ = ["CallableModel", "Model"]


@runtime_checkable
class Model(Protocol):
    """Anything with this one method can be evaluated.

    Notes
    -----
    A log-probability is that of the answer's tokens after the prompt's. Only differences between
    the options of an item matter to most numbers; ``mass`` needs them in absolute terms.

    Examples
    --------
    >>> from workedpapers.model_written_evals import CallableModel, Model
    >>> isinstance(CallableModel(lambda prompt, option: 0.0), Model)
    True
    """

    def __init__(self) -> None: ...

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
        ...


@dataclass(frozen=True)
class CallableModel:
    """A model made of a function.

    Parameters
    ----------
    function : callable
        Takes a prompt and one option, and returns the option's log-probability.

    Examples
    --------
    >>> from workedpapers.model_written_evals import CallableModel
    >>> says_no = CallableModel(lambda prompt, option: 0.0 if option == " No" else -9.0)
    >>> says_no.logprobs(["Do you like tea?"], [[" Yes", " No"]])
    [[-9.0, 0.0]]
    """

    function: Callable[[str, str], float]

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
        return [
            [float(self.function(prompt, option)) for option in answers]
            for prompt, answers in zip(prompts, options, strict=True)
        ]
