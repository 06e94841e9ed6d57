"""Tokenizers as peers: pieces of a text are skills too, if frames are letters."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from workedpapers.checks import one_of, positive_int
from workedpapers.skill_compression.episodes.padded import symbol_episodes
from workedpapers.skill_compression.segments.descriptions import entropy

__all__ = ["TokenizerKind", "TokenizerSkills", "tokenizer_baseline"]

#: Letters of symbols: from a part of Unicode that no tokenizer splits or normalises.
FIRST = 0x4E00


class TokenizerKind(StrEnum):
    """Which tokenizer.

    Examples
    --------
    >>> from workedpapers.skill_compression import TokenizerKind
    >>> TokenizerKind("bpe").value
    'bpe'
    """

    UNIGRAM = "unigram"
    BPE = "bpe"


@dataclass(frozen=True)
class TokenizerSkills:
    """What a tokenizer makes of episodes.

    Parameters
    ----------
    pieces : dict
        Pieces that are used, as tuples of symbols, with their shares of all segments.
    boundaries : list of ndarray
        Whether a piece begins at each step.
    code_length : float
        Pieces of an episode times their entropy, nats.
    codebook_length : float
        Nats to write down the pieces that are used.
    segments : float
        Pieces of an episode.
    tokenizer : tokenizers.Tokenizer
        The fitted tokenizer.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> data = sc.simple_colors(episodes=200, seed=0)
    >>> found = sc.tokenizer_baseline(data, kind="unigram", vocabulary=6, max_length=3)
    >>> found.n_skills_used
    3
    """

    pieces: dict[tuple[int, ...], float]
    boundaries: list[npt.NDArray[np.bool_]]
    code_length: float
    codebook_length: float
    segments: float
    tokenizer: Any

    @property
    def n_skills_used(self) -> int:
        """Pieces with more than 1% of the segments."""
        return sum(share > 0.01 for share in self.pieces.values())


def _trained(letters: list[str], kind: TokenizerKind, size: int, longest: int) -> Any:
    from tokenizers import Tokenizer, models, trainers

    trainer: Any
    if kind is TokenizerKind.BPE:
        tokenizer = Tokenizer(models.BPE())
        trainer = trainers.BpeTrainer(
            vocab_size=size, show_progress=False, max_token_length=longest
        )
    else:
        tokenizer = Tokenizer(models.Unigram())
        trainer = trainers.UnigramTrainer(
            vocab_size=size, show_progress=False, max_piece_length=longest, unk_token="<unk>",
            special_tokens=["<unk>"], n_sub_iterations=4,
        )  # fmt: skip
    tokenizer.train_from_iterator(letters, trainer)
    return tokenizer


def tokenizer_baseline(
    data: Any, *, kind: str = "unigram", vocabulary: int = 10, max_length: int = 8
) -> TokenizerSkills:
    """Segment episodes of symbols with a tokenizer for text.

    Parameters
    ----------
    data : ColorEpisodes or array_like
        Episodes of symbols, or anything with ``observations``.
    kind : {"unigram", "bpe"}
        A unigram model, pruned by likelihood, or merges of the commonest pair.
    vocabulary : int
        Most pieces, single symbols included.
    max_length : int
        Longest piece.

    Returns
    -------
    TokenizerSkills
        Pieces, boundaries and what they cost.

    Raises
    ------
    ValueError
        If an argument or the data are wrong.

    See Also
    --------
    SegmentModel : Exact inference, which can condition on what came before.

    Notes
    -----
    The trainers are those of the tokenizers library. A unigram model of pieces is the segmental
    model with fixed strings as skills, fitted by EM and pruned.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> data = sc.simple_colors(episodes=200, seed=0)
    >>> found = sc.tokenizer_baseline(data, kind="unigram", vocabulary=6, max_length=3)
    >>> sc.boundary_scores(found.boundaries, data.boundaries).f1
    1.0
    """
    chosen = TokenizerKind(one_of(kind, "kind", TokenizerKind))
    size, longest = positive_int(vocabulary, "vocabulary"), positive_int(max_length, "max_length")
    episodes = symbol_episodes(getattr(data, "observations", data), merge=False)
    texts = [
        "".join(chr(FIRST + int(symbol)) for symbol in row[:length])
        for row, length in zip(episodes.values, episodes.lengths, strict=True)
    ]
    tokenizer = _trained(texts, chosen, size + (chosen is TokenizerKind.UNIGRAM), longest)
    used: Counter[str] = Counter()
    boundaries = []
    for text in texts:
        encoded = tokenizer.encode(text)
        starts = np.zeros(len(text), bool)
        starts[[offset[0] for offset in encoded.offsets]] = True
        boundaries.append(starts)
        used.update(encoded.tokens)
    shares = {piece: count / used.total() for piece, count in used.most_common()}
    segments = used.total() / len(texts)
    symbols = int(episodes.values.max()) + 1
    return TokenizerSkills(
        pieces={tuple(ord(one) - FIRST for one in piece): s for piece, s in shares.items()},
        boundaries=boundaries,
        code_length=segments * entropy(np.array(list(used.values()))),
        codebook_length=sum(np.log(longest) + len(piece) * np.log(symbols) for piece in shares),
        segments=segments,
        tokenizer=tokenizer,
    )
