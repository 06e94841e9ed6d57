"""A reader's own trajectories, as a table with a column for episodes and one for steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workedpapers.checks import columns_present

__all__ = ["episodes_from_frame"]


def episodes_from_frame(
    frame: pd.DataFrame, values: str | list[str], *, episode: str = "episode", step: str = "step"
) -> tuple[list[npt.NDArray[Any]], list[Any]]:
    """Cut a table into episodes, steps in order.

    Parameters
    ----------
    frame : pandas.DataFrame
        A row for each step.
    values : str or list of str
        Column of symbols, of numbers or of words; or columns of features.
    episode, step : str
        Columns that tell the episode and the order within it.

    Returns
    -------
    episodes : list of ndarray
        One array an episode, for `SegmentModel.fit`.
    names : list
        What each symbol stands for; the columns where there are several.

    Raises
    ------
    ValueError
        If a column is missing, a value is missing, or a step occurs twice in an episode.

    See Also
    --------
    SegmentModel : Takes the episodes.

    Notes
    -----
    Symbols are numbered in sorted order. Several columns are features for emission "gaussian".

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import skill_compression as sc
    >>> table = pd.DataFrame(
    ...     {"episode": [1, 1, 2], "step": [2, 1, 1], "action": ["left", "up", "up"]}
    ... )
    >>> episodes, names = sc.episodes_from_frame(table, "action")
    >>> [one.tolist() for one in episodes], names
    ([[1, 0], [1]], ['left', 'up'])
    """
    columns = [values] if isinstance(values, str) else list(values)
    columns_present(frame, "frame", [episode, step, *columns])
    if frame[[episode, step, *columns]].isna().any().any():
        raise ValueError("frame: expected no missing values, got some.")
    twice = frame.duplicated([episode, step])
    if twice.any():
        first = frame.loc[twice, [episode, step]].iloc[0].to_dict()
        raise ValueError(f"frame: expected each step once in an episode, got {first} twice.")
    ordered = frame.sort_values([episode, step])
    if isinstance(values, str):
        kinds, codes = np.unique(ordered[values].to_numpy(), return_inverse=True)
        found, names = codes, list(kinds)
    else:
        found, names = ordered[columns].to_numpy(float), columns
    cuts = np.flatnonzero(np.diff(pd.factorize(ordered[episode])[0])) + 1
    return np.split(found, cuts), names
