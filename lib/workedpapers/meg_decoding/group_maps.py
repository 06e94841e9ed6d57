"""In which cells does a group's temporal generalisation exceed chance?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from workedpapers.checks import as_float_array

from .courses import as_times
from .inference import table_of

__all__ = ["group_test_maps"]


def group_test_maps(
    maps: ArrayLike,
    times: ArrayLike,
    test_times: ArrayLike | None = None,
    *,
    chance: float = 0.5,
    correction: str = "max",
    tail: str = "greater",
    alpha: float = 0.05,
    level: float = 0.95,
    n: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Test a group's maps of temporal generalisation against chance in each cell.

    Subjects are the units, so that a decoder that one subject's noise has turned above chance is
    outweighed by those that noise has turned below.

    Parameters
    ----------
    maps : ``auc`` of `Generalisation` for each subject, shape (subjects, times, test times).
    times : training times, seconds.
    test_times : test times, seconds; by default the training times.
    chance, correction, tail, alpha, level, n, seed : as in `group_test`, over all cells.
        "cluster" and "tfce" join cells that are neighbours along either axis.

    Returns
    -------
    Data frame, one row per cell, training times in the outer order: ``train``, ``test``,
    ``mean``, ``low``, ``high``, ``t``, ``p`` (corrected), ``significant``. For a map of p take
    ``table["p"].to_numpy().reshape(len(times), -1)``. Its ``attrs`` hold correction,
    tail, alpha, subjects and ``least_p``, as those of `group_test`.

    Raises
    ------
    TypeError, ValueError : shapes that do not fit, missing values, fewer than two subjects, an
        unknown correction or tail.
    """
    x = as_times(times, least=1)
    u = x if test_times is None else as_times(test_times, least=1)
    array = as_float_array(maps, "maps", ndim=3)
    if array.shape[1:] != (len(x), len(u)):
        raise ValueError(
            f"maps: expected shape (subjects, {len(x)}, {len(u)}), one row per training time and "
            f"one column per test time, got {array.shape}."
        )
    if len(array) < 2:
        raise ValueError(f"maps: expected at least 2 subjects, got {len(array)}.")
    return table_of(
        {"train": np.repeat(x, len(u)), "test": np.tile(u, len(x))}, array, chance=chance,
        correction=correction, tail=tail, alpha=alpha, level=level, n=n, seed=seed,
    )  # fmt: skip
