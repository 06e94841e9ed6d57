"""P-values and q-values of a table of slices, by the test and the control that were chosen."""

from __future__ import annotations

import enum
from typing import Any

import numpy as np

from workedpapers.checks import Floats, Ints
from workedpapers.data_slicing.search.slice_table import SliceTable
from workedpapers.data_slicing.significance.clusters import clustered_tail
from workedpapers.data_slicing.significance.multiplicity import benjamini_hochberg, lord
from workedpapers.data_slicing.significance.permuted import squares_of, westfall_young
from workedpapers.data_slicing.significance.tails import finite_population_tail
from workedpapers.data_slicing.significance.welch import contrast, welch_tail

__all__ = ["Control", "Side", "Test", "p_values", "q_values"]


class Test(enum.StrEnum):
    """How a slice is tested.

    Examples
    --------
    >>> from workedpapers.data_slicing import Test
    >>> Test("welch").value
    'welch'
    """

    EXACT = "exact"
    WELCH = "welch"
    PERMUTATION = "permutation"


class Side(enum.StrEnum):
    """Which slices are looked for: of a higher or a lower loss, or both.

    Examples
    --------
    >>> from workedpapers.data_slicing import Side
    >>> [side.value for side in Side]
    ['higher', 'lower', 'both']
    """

    HIGHER = "higher"
    LOWER = "lower"
    BOTH = "both"


class Control(enum.StrEnum):
    """How the rate of false discoveries is held.

    Examples
    --------
    >>> from workedpapers.data_slicing import Control
    >>> Control("lord").value
    'lord'
    """

    BH = "bh"
    LORD = "lord"


def p_values(
    engine: Any, table: SliceTable, test: Test, side: Side, clusters: Ints | None = None
) -> Floats:
    """P-value of each slice."""
    if not len(table):
        return np.zeros(0)
    if clusters is not None:
        return clustered_tail(engine, table, clusters, side)
    if test is Test.WELCH:
        square = squares_of(engine, table)
        found = contrast(table.n, table.weight, table.total, square, engine.population)
        return welch_tail(found, side)
    return finite_population_tail(table.n, table.total, engine.population, side)


def q_values(
    engine: Any, table: SliceTable, p: Floats, *, test: Test, side: Side, control: Control,
    alpha: float, permutations: int, seed: int, unseen: int = 0,
) -> Floats:  # fmt: skip
    """What is held against alpha: a slice is a discovery if it is at most that.

    Raises
    ------
    ValueError
        If a search that did not see all slices is to be tested by permutation: a shuffle would
        have led it to other slices.
    """
    if unseen and test is Test.PERMUTATION:
        raise ValueError(
            "test: expected 'exact' or 'welch' for a search that does not see all slices, "
            "got 'permutation'."
        )
    if not len(table):
        return np.zeros(0)
    if test is Test.PERMUTATION:
        return westfall_young(engine, table, p, side=side, permutations=permutations, seed=seed)
    if control is Control.LORD:
        levels = lord(p, alpha)
        # A test at its own level, told on the scale of alpha
        return np.minimum(1.0, np.where(p <= 0, 0.0, alpha * p / levels))
    return benjamini_hochberg(p, len(table) + unseen)
