"""Which causes share rows, and which cause explains a slice."""

from __future__ import annotations

from typing import Any

import numpy as np

from workedpapers.checks import Floats, Ints
from workedpapers.data_slicing.causes.cover import Cover, shared_with
from workedpapers.data_slicing.search.slice_table import SliceTable

__all__ = ["explained_by", "jaccard"]


def jaccard(engine: Any, causes: SliceTable) -> Floats:
    """Weight of the rows in both of two causes over the weight of those in either."""
    parts = [engine.within(causes.terms(i)) for i in range(len(causes))]
    shared = np.array([shared_with(engine, causes, part)[0] for part in parts])
    shared = shared.reshape(len(causes), len(causes))
    union = causes.weight[:, None] + causes.weight[None, :] - shared
    ratio: Floats = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return ratio


def explained_by(cover: Cover, table: SliceTable) -> tuple[Ints, Floats]:
    """Cause that contributes most to the excess of each discovery, and the share of it in that.

    -1 where no row of it belongs to a cause.
    """
    if not len(cover.places):
        return np.full(len(table), -1, dtype=np.intp), np.zeros(len(table))
    parts = np.abs(cover.effect) * cover.shared
    best = parts.argmax(axis=1)
    at = np.arange(len(table))
    excess = np.abs(table.total)
    share = np.divide(parts[at, best], excess, out=np.zeros(len(table)), where=excess > 0)
    return np.where(cover.shared[at, best] > 0, best, -1).astype(np.intp), share
