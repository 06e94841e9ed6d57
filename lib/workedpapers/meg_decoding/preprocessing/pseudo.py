"""Pseudo-trials: averages of a few epochs of one class, which have less noise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from workedpapers.checks import positive_int

from .epochs import Epoched, as_epoched

__all__ = ["pseudo_trials"]


def pseudo_trials(
    epochs: Any,
    y: str | ArrayLike | None = None,
    *,
    size: int,
    groups: str | ArrayLike | None = None,
    times: ArrayLike | None = None,
    seed: int = 0,
) -> Epoched:
    """Average epochs of the same class and group.

    Each epoch goes into exactly one average, so that cross-validation of the averages keeps
    training and test apart. A class (in a group) of m epochs gives ``m // size`` averages, at
    least one, of ``size`` epochs or more: what is left over is spread among them.

    Parameters
    ----------
    epochs, y, groups, times : object or str or array_like or None or array_like or None
        As in `decode`.
    size : int
        Number of epochs in an average, at least 1.
    seed : int
        Of the random assignment.

    Returns
    -------
    Epoched
        Which `decode` and the others take as it is.

    Raises
    ------
    TypeError, ValueError
        As `as_epoched`.
    """
    data = as_epoched(epochs, y, groups=groups, times=times)
    size = positive_int(size, "size")
    rng = np.random.default_rng(seed)
    members = np.zeros_like(data.codes) if data.groups is None else data.groups
    cells = np.unique(np.stack([data.codes, members]), axis=1, return_inverse=True)[1].ravel()
    parts = []
    for cell in range(cells.max() + 1):
        shuffled = rng.permutation(np.flatnonzero(cells == cell))
        parts += np.array_split(shuffled, max(1, len(shuffled) // size))
    first = np.array([part[0] for part in parts])
    return replace(
        data,
        X=np.stack([data.X[part].mean(axis=0) for part in parts]),
        codes=data.codes[first],
        groups=None if data.groups is None else data.groups[first],
    )
