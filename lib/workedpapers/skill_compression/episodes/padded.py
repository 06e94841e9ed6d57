"""Episodes of any length as one padded array, equal ones counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workedpapers.checks import Floats, Ints

__all__ = ["Padded", "listed", "symbol_episodes", "vector_episodes"]


@dataclass(frozen=True)
class Padded:
    """Distinct episodes, padded to the longest.

    Parameters
    ----------
    values : ndarray
        Symbols, of shape (episodes, steps), or vectors, of shape (episodes, steps, features).
    lengths : ndarray
        Number of steps of each.
    context : ndarray
        Symbol before the first step of each; 0 where there is none.
    weight : ndarray
        How often each occurs.
    inverse : ndarray
        For each given episode the row that holds it.
    """

    values: npt.NDArray[Any]
    lengths: Ints
    context: Ints
    weight: Floats
    inverse: Ints

    @property
    def total(self) -> float:
        """Number of episodes that were given."""
        return float(self.weight.sum())


def listed(observations: Any, name: str = "observations") -> list[npt.NDArray[Any]]:
    """A list of arrays, one an episode; refuses what has no episode or an empty one."""
    if isinstance(observations, np.ndarray) and observations.dtype != object:
        if observations.ndim < 2:
            raise ValueError(
                f"{name}: expected a list of episodes or an array of at least 2 dimensions, got "
                f"shape {observations.shape}."
            )
        episodes: list[npt.NDArray[Any]] = list(observations)
    elif isinstance(observations, (Sequence, np.ndarray)):
        episodes = [np.asarray(one) for one in observations]
    else:
        raise TypeError(f"{name}: expected a list of arrays, got {type(observations).__name__}.")
    if not episodes:
        raise ValueError(f"{name}: expected at least one episode, got none.")
    for number, one in enumerate(episodes):
        if one.ndim == 0:
            raise ValueError(f"{name}: expected episodes, got a single value at {number}.")
        if len(one) == 0:
            raise ValueError(f"{name}: expected no empty episode, got one at index {number}.")
        if one.dtype.kind not in "biuf":
            raise TypeError(f"{name}: expected numbers, got dtype {one.dtype} in episode {number}.")
        if one.dtype.kind == "f" and not np.isfinite(one).all():
            raise ValueError(
                f"{name}: expected finite numbers, got nan or inf in episode {number}."
            )
    return episodes


def _pad(episodes: list[npt.NDArray[Any]], dtype: type) -> tuple[npt.NDArray[Any], Ints]:
    lengths = np.array([len(one) for one in episodes])
    values = np.zeros((len(episodes), lengths.max(), *episodes[0].shape[1:]), dtype)
    for row, one in zip(values, episodes, strict=True):
        row[: len(one)] = one
    return values, lengths


def symbol_episodes(observations: Any, context: Any = None, *, merge: bool = True) -> Padded:
    """Episodes of symbols, numbered from 0; equal ones become one row with a weight."""
    episodes = listed(observations)
    for number, one in enumerate(episodes):
        whole = one.dtype.kind in "iub" or bool((one == np.floor(one)).all())
        if one.ndim != 1 or not whole:
            raise ValueError(
                f"observations: expected whole numbers in one dimension, got shape {one.shape} and "
                f"dtype {one.dtype} in episode {number}."
            )
        if one.min() < 0:
            raise ValueError(f"observations: expected symbols from 0 on, got {one.min()}.")
    values, lengths = _pad(episodes, np.int64)
    before = np.zeros(len(episodes), np.int64) if context is None else np.asarray(context)
    if before.shape != (len(episodes),) or before.dtype.kind not in "iub":
        raise ValueError(
            f"context: expected a symbol for each of {len(episodes)} episodes, got shape "
            f"{before.shape} and dtype {before.dtype}."
        )
    if not merge:
        ones = np.ones(len(episodes))
        return Padded(values, lengths, before, ones, np.arange(len(episodes)))
    keyed = np.column_stack([lengths, before, values])
    distinct, inverse, counts = np.unique(keyed, axis=0, return_inverse=True, return_counts=True)
    return Padded(
        distinct[:, 2:], distinct[:, 0], distinct[:, 1], counts.astype(float), inverse.ravel()
    )


def vector_episodes(observations: Any) -> Padded:
    """Episodes of vectors, of shape (steps, features) each, or of numbers."""
    episodes = [one[:, None] if one.ndim == 1 else one for one in listed(observations)]
    shapes = {one.shape[1:] for one in episodes}
    if len(shapes) > 1 or episodes[0].ndim != 2:
        raise ValueError(f"observations: expected steps by features, got shapes {sorted(shapes)}.")
    values, lengths = _pad(episodes, np.float64)
    count = len(episodes)
    return Padded(values, lengths, np.zeros(count, np.int64), np.ones(count), np.arange(count))
