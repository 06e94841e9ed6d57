"""How many subjects and trials will an experiment need? Simulate it before it is run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from workedpapers.checks import Floats, positive_int
from workedpapers.progress import progress_bar

from ..simulation.scenario import ScenarioOptions
from ..simulation.simulate import simulate_arrays
from .experiment import WINDOW, auc_course
from .performance import power

__all__ = ["plan"]


def plan(
    *,
    trials: Sequence[int] = (100, 200),
    subjects: Sequence[int] = (8, 16, 32),
    onset: float = 0.085,
    effect: float = 1.0,
    pool: int = 96,
    n_groups: int = 200,
    tolerance: float = 0.010,
    seed: int = 0,
    show_progress: bool = True,
    **settings: Unpack[ScenarioOptions],
) -> pd.DataFrame:
    """How well will an experiment find its onset? Simulate a pool of subjects and draw groups.

    Parameters
    ----------
    trials : sequence of int
        Trials of a subject, one pool for each.
    subjects : sequence of int
        Sizes of the groups.
    onset, effect : float
        What is there to be found; see `Scenario`.
    pool : int
        Subjects simulated for each number of trials, at least as many as the largest group;
        several times as many, for groups of a small pool share subjects. Each takes about 0.3 s
        with 200 trials.
    n_groups, tolerance : int or float
        As in `power`.
    seed : int
        Of subjects and groups.
    show_progress : bool
        False for no bar.
    **settings : Unpack[ScenarioOptions]
        Other fields of `Scenario`.

    Returns
    -------
    DataFrame
        The table of `power` for the hinge, with ``pool`` as the number of trials.

    Raises
    ------
    TypeError, ValueError
        As `simulate_arrays` and `power`.

    See Also
    --------
    power : For recordings that are there.
    simulate_arrays : One subject of the pool.

    Notes
    -----
    Source: the design is the chapter's.

    Chapter: :ref:`meg-power`.

    Examples
    --------
    >>> from workedpapers import meg_decoding as meg
    >>> table = meg.plan(
    ...     trials=[40],
    ...     subjects=[5],
    ...     effect=4.0,
    ...     pool=6,
    ...     n_groups=4,
    ...     show_progress=False,
    ... )
    >>> table[["pool", "subjects", "groups"]].to_dict("list")
    {'pool': [40], 'subjects': [5], 'groups': [4]}
    """
    count = positive_int(pool, "pool", least=2)
    pools: dict[int, list[Floats]] = {}
    times = np.empty(0)
    cases = [(n, s) for n in trials for s in range(count)]
    shown = progress_bar(cases, desc="Simulating", unit="subject", show=show_progress)
    for n, subject in shown:
        recording = simulate_arrays(subject, n, onset, effect, seed, **(WINDOW | settings))
        pools.setdefault(n, []).append(auc_course(recording))
        times = recording.times
    return power(
        pools, onset, times, subjects=subjects, n_groups=n_groups, tolerance=tolerance, seed=seed,
        interval="none", show_progress=show_progress,
    )  # fmt: skip
