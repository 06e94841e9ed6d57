"""Logs of our tasks, as what `evaluate` returns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from workedpapers.model_written_evals.items.table import as_items
from workedpapers.model_written_evals.models.sampling import UNREAD
from workedpapers.model_written_evals.scoring.answers import evaluate

__all__ = ["read_log"]


class _Told:
    """A model that says what stands in a log, in its order."""

    def __init__(self, told: list[list[float]]) -> None:
        self.left = iter(told)

    def logprobs(
        self, prompts: Sequence[str], options: Sequence[Sequence[str]]
    ) -> list[list[float]]:
        return [next(self.left) for _ in prompts]


def read_log(path: str | Path) -> pd.DataFrame:
    """Results of the task ``workedpapers/matching`` from a log of Inspect.

    Parameters
    ----------
    path : str or pathlib.Path
        A log, or a folder of which the newest log is taken.

    Returns
    -------
    pandas.DataFrame
        As `evaluate` returns, for `summarise`, `user_effect` and `position_bias`. Replies that
        were no answer are ties of hardly any mass.

    Raises
    ------
    FileNotFoundError
        If there is no log.
    ValueError
        If the log holds no sample with a score of this task.

    See Also
    --------
    evaluate, InspectModel

    Notes
    -----
    A log of an evaluation that was cut off gives the samples that were done.

    Examples
    --------
    >>> from workedpapers.model_written_evals import read_log
    >>> read_log("no_such_folder")
    Traceback (most recent call last):
    FileNotFoundError: path: expected a log of Inspect, found none at no_such_folder.
    """
    place = Path(path)
    logs = sorted(place.glob("*.eval")) if place.is_dir() else [place]
    if not logs or not logs[-1].exists():
        raise FileNotFoundError(f"path: expected a log of Inspect, found none at {path}.")
    from inspect_ai.log import read_eval_log

    rows, told = [], []
    for sample in read_eval_log(str(logs[-1])).samples or []:
        score = (sample.scores or {}).get("matches")
        if score is None or "logprobs" not in (score.metadata or {}):
            continue
        rows.append(sample.metadata)
        options = len(sample.metadata["matching"]) + len(sample.metadata["not_matching"])
        found = score.metadata["logprobs"]
        told.append([UNREAD] * options if found is None else [
            float("-inf") if value is None else float(value) for value in found
        ])  # fmt: skip
    if not rows:
        raise ValueError(f"path: expected scores of workedpapers/matching, found none in {path}.")
    return evaluate(as_items(rows), _Told(told))
