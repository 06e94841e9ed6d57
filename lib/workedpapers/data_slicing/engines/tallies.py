"""The state of a slice is a tuple of sums, so that parts of a table can be summed apart.

For a *cross*, a tuple of columns, every combination of their codes is a cell of one flat array,
with the last column running fastest. `partials` sums a part of the rows; `merge` adds two parts.
Code 0 of a column is "none of the bins that are looked at": its cells are summed and not used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from workedpapers.checks import Floats, Ints

__all__ = ["Codes", "Cross", "Tally", "batches", "cells_of", "merge", "partials"]

Cross = tuple[int, ...]
Codes = npt.NDArray[np.uint8] | npt.NDArray[np.uint16] | npt.NDArray[np.int32]

#: Cells that are summed in one pass over the rows.
MOST_CELLS = 4_000_000
#: Rows whose codes are widened at a time, so that they stay in the processor's cache.
BLOCK = 16_384


@dataclass
class Tally:
    """Sums of every cell of several crosses, one after the other.

    Parameters
    ----------
    crosses : tuple of tuple of int
        The crosses, in the order of their cells.
    shapes : tuple of tuple of int
        Numbers of codes of the columns of each.
    n : ndarray
        Rows of each cell.
    total : ndarray
        Sum of w (loss - mean).
    weight : ndarray or None
        Sum of weights; None where every row weighs 1.
    square : ndarray or None
        Sum of w (loss - mean)^2; None where it was not asked for.
    """

    crosses: tuple[Cross, ...]
    shapes: tuple[tuple[int, ...], ...]
    n: Ints
    total: Floats
    weight: Floats | None = None
    square: Floats | None = None

    def parts(self) -> Iterator[tuple[Cross, tuple[int, ...], slice]]:
        """Each cross with its shape and the place of its cells."""
        start = 0
        for cross, shape in zip(self.crosses, self.shapes, strict=True):
            stop = start + cells_of(shape)
            yield cross, shape, slice(start, stop)
            start = stop

    @classmethod
    def empty(
        cls, crosses: Sequence[Cross], sizes: Sequence[int], weighted: bool, squares: bool
    ) -> Tally:
        """Sums of no rows."""
        shapes = tuple(tuple(sizes[f] for f in cross) for cross in crosses)
        cells = sum(cells_of(shape) for shape in shapes)
        return cls(
            tuple(crosses), shapes, np.zeros(cells, np.intp), np.zeros(cells),
            np.zeros(cells) if weighted else None, np.zeros(cells) if squares else None,
        )  # fmt: skip


def cells_of(shape: Sequence[int]) -> int:
    """Cells of a cross."""
    product = 1
    for size in shape:
        product *= size
    return product


def batches(
    crosses: Sequence[Cross], sizes: Sequence[int], most: int = MOST_CELLS
) -> Iterator[list[Cross]]:
    """Crosses in groups whose cells fit together."""
    batch: list[Cross] = []
    cells = 0
    for cross in crosses:
        here = cells_of([sizes[f] for f in cross])
        if batch and cells + here > most:
            yield batch
            batch, cells = [], 0
        batch.append(cross)
        cells += here
    if batch:
        yield batch


def partials(
    codes: Codes,
    residual: Floats,
    crosses: Sequence[Cross],
    sizes: Sequence[int],
    weights: Floats | None = None,
    squares: Floats | None = None,
) -> Tally:
    """Sums of some rows, for every cell of the crosses.

    Parameters
    ----------
    codes : ndarray, shape (columns, rows)
        Code of each row in each column.
    residual : ndarray
        w (loss - mean) of each row.
    crosses : sequence of tuple of int
        Columns of each cross.
    sizes : sequence of int
        Number of codes of each column.
    weights, squares : ndarray, optional
        Weight, and w (loss - mean)^2, of each row, if they are to be summed.
    """
    tally = Tally.empty(crosses, sizes, weights is not None, squares is not None)
    used = sorted({f for cross in crosses for f in cross})
    parts = list(tally.parts())
    summed = [
        (values, into)
        for values, into in (
            (residual, tally.total), (weights, tally.weight), (squares, tally.square)
        )
        if values is not None and into is not None
    ]  # fmt: skip
    for start in range(0, len(residual), BLOCK):
        rows = slice(start, start + BLOCK)
        # bincount counts machine words: widening a block at a time keeps them in the cache
        wide = {f: codes[f, rows].astype(np.intp) for f in used}
        values = [(one[rows], into) for one, into in summed]
        # crosses that begin with the same columns share the key of these
        for prefix, group in groupby(parts, key=lambda part: part[0][:-1]):
            key = _key(prefix, wide, sizes)
            for cross, shape, place in group:
                last = wide[cross[-1]]
                cell = last if key is None else key * shape[-1] + last
                size = place.stop - place.start
                tally.n[place] += np.bincount(cell, minlength=size)
                for one, into in values:
                    into[place] += np.bincount(cell, one, size)
    return tally


def _key(prefix: Cross, wide: dict[int, Ints], sizes: Sequence[int]) -> Ints | None:
    """Number of the combination of codes of some columns."""
    if not prefix:
        return None
    key = wide[prefix[0]]
    for f in prefix[1:]:
        key = key * sizes[f] + wide[f]
    return key


def merge(one: Tally, other: Tally) -> Tally:
    """Sums of two parts of the rows together.

    Raises
    ------
    ValueError
        If they are not of the same crosses.
    """
    if one.crosses != other.crosses or one.shapes != other.shapes:
        raise ValueError("other: expected sums of the same crosses, got others.")

    def add(a: Floats | None, b: Floats | None) -> Floats | None:
        return None if a is None or b is None else a + b

    return Tally(
        one.crosses, one.shapes, one.n + other.n, one.total + other.total,
        add(one.weight, other.weight), add(one.square, other.square),
    )  # fmt: skip
