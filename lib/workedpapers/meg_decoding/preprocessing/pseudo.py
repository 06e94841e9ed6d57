"""Pseudo-trials: averages of a few epochs of one class, which have less noise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from workedpapers.checks import as_seed, positive_int

from .epochs import Epoched, as_epoched

__all__ = ["pseudo_trials"]


def pseudo_trials(
    epochs: Any,
    y: str | ArrayLike | None = None,
    *,
    size: int,
    groups: str | ArrayLike | None = None,
    times: ArrayLike | None = None,
    picks: Any = None,
    seed: int | np.random.Generator = 0,
) -> Epoched:
    """Average epochs of the same class and group.

    Each epoch goes into exactly one average, so that cross-validation of the averages keeps
    training and test apart. A class (in a group) of m epochs gives ``m // size`` averages, at
    least one, of ``size`` epochs or more: what is left over is spread among them.

    Parameters
    ----------
    epochs : object
        As in `decode`.
    y : str or array_like, optional
        As in `decode`.
    size : int
        Number of epochs in an average, at least 1.
    groups : str or array_like, optional
        As in `decode`.
    times : array_like, optional
        As in `decode`.
    picks : object
        As in `decode`.
    seed : int or Generator
        Of the random assignment.

    Returns
    -------
    Epoched
        Which `decode` and the others take as it is.

    Raises
    ------
    TypeError, ValueError
        As `as_epoched`.

    See Also
    --------
    decode : Which takes the result.

    Notes
    -----
    Averages of m epochs have noise smaller by the root of m.

    Source: Grootswagers, Wardle and Carlson 2017, doi:10.1162/jocn_a_01068.

    Chapter: :ref:`meg-own-data`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((80, 6, 5))  # epochs, channels, times
    >>> y = np.repeat(["cat", "dog"], 40)
    >>> X[y == "dog", 0, 2:] += 2  # the first channel tells them apart from the third time on
    >>> meg.pseudo_trials(X, y, size=5)
    <Epoched: 16 epochs (cat: 8, dog: 8) x 6 channels x 5 times, 0 to 4 s>
    """
    data = as_epoched(epochs, y, groups=groups, times=times, picks=picks)
    size = positive_int(size, "size")
    rng = np.random.default_rng(as_seed(seed))
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
