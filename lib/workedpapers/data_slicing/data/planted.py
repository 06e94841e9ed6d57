"""A table whose bad slices are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workedpapers.checks import Floats, positive_int, probability

__all__ = ["Planted", "planted_slices"]


@dataclass(frozen=True)
class Planted:
    """A table with planted slices.

    Parameters
    ----------
    X : DataFrame
        Columns x0, x1, ... of whole numbers from 1 on, which have nothing to do with each other.
    loss : ndarray
        1 for an error, else 0.
    slices : tuple of mapping
        Value of each column that defines a planted slice.
    inside : ndarray of bool, shape (rows, slices)
        Which rows are in which slice.

    See Also
    --------
    planted_slices : Draws one.

    Examples
    --------
    >>> from workedpapers import data_slicing as ds
    >>> world = ds.planted_slices(rows=1000, columns=5, seed=0)
    >>> world.X.shape, len(world.slices)
    ((1000, 5), 3)
    """

    X: pd.DataFrame
    loss: Floats
    slices: tuple[Mapping[str, int], ...]
    inside: np.ndarray


def planted_slices(
    rows: int = 10_000,
    columns: int = 10,
    values: int = 8,
    *,
    slices: Sequence[Mapping[str, int]] | Sequence[int] = (1, 2, 2),
    base: float = 0.1,
    error: float = 0.4,
    seed: int = 0,
) -> Planted:
    """Draw a table of independent columns in which some slices err more often.

    Parameters
    ----------
    rows, columns, values : int
        Size of the table, and values of each column, all as likely.
    slices : sequence of mapping or of int
        The planted slices: column to value; or the order of each, and they are drawn.
    base, error : float
        Probability of an error outside of all slices, and inside of any.
    seed : int
        Of all that is drawn.

    Returns
    -------
    Planted
        The table, the losses and the truth.

    Raises
    ------
    ValueError
        If a number is out of range, or there are too few columns for the slices.

    See Also
    --------
    SliceFinder : What is to find them.

    Notes
    -----
    A planted slice of order k holds a share of about values^-k of the rows. Drawn slices share no
    column as long as there are enough. Used in the chapter, section "Are problematic slices
    found?".

    Examples
    --------
    >>> from workedpapers import data_slicing as ds
    >>> world = ds.planted_slices(slices=[{"x0": 3, "x4": 5}], error=0.9)
    >>> round(world.loss[world.inside[:, 0]].mean(), 1)
    np.float64(0.9)
    """
    rows, columns = positive_int(rows, "rows"), positive_int(columns, "columns")
    values = positive_int(values, "values", least=2)
    base, error = probability(base, "base"), probability(error, "error")
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {f"x{j}": rng.integers(1, values + 1, rows, dtype=np.int64) for j in range(columns)}
    )
    chosen = _chosen(slices, columns, values, rng)
    inside = np.zeros((rows, len(chosen)), dtype=bool)
    for j, one in enumerate(chosen):
        inside[:, j] = np.logical_and.reduce([X[name] == value for name, value in one.items()])
    chance = np.where(inside.any(axis=1), error, base)
    return Planted(X, (rng.random(rows) < chance).astype(float), chosen, inside)


def _chosen(
    slices: Sequence[Mapping[str, int]] | Sequence[int], columns: int, values: int,
    rng: np.random.Generator,
) -> tuple[Mapping[str, int], ...]:  # fmt: skip
    order = rng.permutation(columns).tolist()
    made: list[Mapping[str, int]] = []
    for one in slices:
        if isinstance(one, Mapping):
            made.append(dict(one))
            continue
        size = positive_int(one, "slices")
        if size > columns:
            raise ValueError(f"slices: expected at most {columns} predicates, got {size}.")
        if len(order) < size:
            order = rng.permutation(columns).tolist()
        names = sorted(order.pop() for _ in range(size))
        made.append({f"x{j}": int(rng.integers(1, values + 1)) for j in names})
    return tuple(made)
