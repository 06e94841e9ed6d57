"""Decoder-only transformers, many of one size at once: a leading axis holds the models.

The networks are so small that calling the library takes longer than computing. With five seeds,
or five seeds in each of five worlds, on one axis the calls are the same and do more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch.nn import functional

__all__ = ["Transformers", "parameters_of"]

Weights = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Transformers:
    """Networks of one size, each of one block; ``weights`` have the networks on their first axis.

    Parameters
    ----------
    weights : dict of str to torch.Tensor
        The parameters.
    """

    weights: Weights

    @classmethod
    def random(
        cls, width: int, seeds: list[int], vocabulary: int, *, outputs: int = 2, length: int = 0
    ) -> Transformers:
        """Networks at the start of training, one for each seed; ``length`` adds places."""
        made = [_random_weights(width, seed, vocabulary, outputs, length) for seed in seeds]
        return cls({name: torch.stack([one[name] for one in made]) for name in made[0]})

    def frozen(self) -> Transformers:
        """A copy that is not trained."""
        return Transformers({name: w.detach().clone() for name, w in self.weights.items()})

    def trainable(self) -> list[torch.Tensor]:
        """The parameters, for an optimiser."""
        return [weight.requires_grad_() for weight in self.weights.values()]

    def take(self, models: list[int]) -> Transformers:
        """Some of the networks."""
        return Transformers({name: w[models] for name, w in self.weights.items()})

    def __call__(self, tokens: torch.Tensor, *, every_place: bool = False) -> torch.Tensor:
        """Logits at the last place, or at every one.

        ``tokens`` has shape (models, batch, length), or (batch, length) for the same tokens to
        all; the answer (models, batch, outputs), or (models, batch, length, outputs).
        """
        w = self.weights
        models, vocabulary, width = w["embed"].shape
        if tokens.ndim == 2:
            tokens = tokens.expand(models, *tokens.shape)
        shift = (torch.arange(models) * vocabulary).view(-1, 1, 1)
        x = functional.embedding(tokens + shift, w["embed"].reshape(-1, width))
        if "place" in w:
            x = x + w["place"][:, None, : tokens.shape[2]]
        seen = _normed(x)
        asks, x = (seen, x) if every_place else (seen[:, :, -1:], x[:, :, -1:])
        x = x + self._attention(asks, seen, causal=every_place)
        hidden = torch.relu(_linear(_normed(x), w["up"]))
        x = x + _linear(hidden, w["down"])
        out = _linear(_normed(x), w["out"])
        return out if every_place else out[:, :, 0]

    def _attention(self, asks: torch.Tensor, seen: torch.Tensor, *, causal: bool) -> torch.Tensor:
        """What each asking place takes from the places up to it."""
        w = self.weights
        models, batch, _, width = seen.shape
        heads = max(1, width // 8)

        def by_head(x: torch.Tensor) -> torch.Tensor:
            return x.reshape(models * batch, -1, heads, width // heads).transpose(1, 2)

        keys, values = _linear(seen, w["keys_values"]).chunk(2, dim=-1)
        taken = functional.scaled_dot_product_attention(
            by_head(_linear(asks, w["queries"])), by_head(keys), by_head(values), is_causal=causal
        )
        return _linear(taken.transpose(1, 2).reshape(asks.shape), w["mix"])


def _random_weights(width: int, seed: int, vocabulary: int, outputs: int, length: int) -> Weights:
    g = torch.Generator().manual_seed(seed)

    def normal(*shape: int, scale: float) -> torch.Tensor:
        return scale * torch.randn(*shape, generator=g)

    small = 1 / math.sqrt(width)
    weights = {
        "embed": normal(vocabulary, width, scale=0.5),
        "queries": normal(width, width, scale=small),
        "keys_values": normal(width, 2 * width, scale=small),
        "mix": normal(width, width, scale=small),
        "up": normal(width, 4 * width, scale=small),
        "down": normal(4 * width, width, scale=small / 2),
        "out": normal(width, outputs, scale=small / 2),
    }
    if length:
        weights["place"] = normal(length, width, scale=0.5)
    return weights


def _linear(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Each network's matrix on each of its places."""
    models, *between, width = x.shape
    return torch.bmm(x.reshape(models, -1, width), weight).reshape(models, *between, -1)


def _normed(x: torch.Tensor) -> torch.Tensor:
    """The vector at each place with a mean square of 1."""
    return x * (x.square().mean(-1, keepdim=True) + 1e-5).rsqrt()


def parameters_of(width: int, vocabulary: int, outputs: int = 2) -> int:
    """Number of parameters of one network."""
    return width * (vocabulary + outputs) + 12 * width**2
