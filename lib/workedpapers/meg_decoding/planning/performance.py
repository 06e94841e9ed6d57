"""How well does a method find an onset, and how many subjects does it take?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from workedpapers.checks import Floats, as_float_array, positive, positive_int
from workedpapers.progress import progress_bar
from workedpapers.stats import wilson

from ..group.courses import Scores, as_scores, as_times
from ..onsets.latency import Onset, onset
from ..onsets.settings import OnsetOptions

__all__ = ["onset_performance", "power"]


def onset_performance(
    groups: Callable[[np.random.Generator], npt.ArrayLike] | Sequence[Scores],
    truth: float,
    times: npt.ArrayLike,
    *,
    methods: Sequence[str] = ("hinge",),
    n_groups: int = 200,
    tolerance: float = 0.010,
    seed: int = 0,
    show_progress: bool = True,
    **options: Unpack[OnsetOptions],
) -> pd.DataFrame:
    """Errors of the onset and coverage of its interval, over groups whose true onset is known.

    Parameters
    ----------
    groups : callable or sequence of array_like
        Function of a random generator that returns the scores of one group, as `onset` takes them;
        or a sequence of groups.
    truth : float
        The true onset in seconds.
    times : array_like
        Seconds.
    methods : sequence of str
        Methods of `onset`, all applied to the same groups.
    n_groups : int
        Number of groups, if ``groups`` is a function.
    tolerance : float
        In seconds.
    seed : int
        Of the groups and of the bootstrap within each.
    show_progress : bool
        False for no bar.
    **options : Unpack[OnsetOptions]
        Passed to `onset`.

    Returns
    -------
    DataFrame
        Data frame, one row per method; times in seconds. ``groups``; ``found``: share of groups
        with an onset; ``bias``, ``median_error``, ``sd``, ``rmse`` of those; ``within``: share of
        all groups with an onset at most ``tolerance`` from the truth; ``coverage``: share of
        intervals that hold the truth, among groups with an onset; ``width``: median width of the
        interval. With them ``*_low`` and ``*_high``: 95 % Wilson intervals of the shares, and the
        normal interval of the bias.

    Raises
    ------
    TypeError, ValueError
        As `onset`; a tolerance that is not positive; fewer than two groups.

    See Also
    --------
    power : By the number of subjects.
    onset : Which is judged.

    Notes
    -----
    Source: the design is the chapter's.

    Chapter: :ref:`meg-onset`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> times = np.arange(-25, 75) / 250
    >>> rise = np.clip(times - 0.085, 0, 0.06)
    >>> def draw(rng):
    ...     return 0.5 + 3 * rise + 0.03 * rng.standard_normal((8, 100))
    ...
    >>> table = meg.onset_performance(
    ...     draw,
    ...     0.085,
    ...     times,
    ...     methods=["hinge", "max"],
    ...     n_groups=10,
    ...     interval="none",
    ...     show_progress=False,
    ... )
    >>> table[["method", "found", "within"]].round(1).to_dict("list")
    {'method': ['hinge', 'max'], 'found': [1.0, 1.0], 'within': [0.9, 0.1]}
    """
    x = as_times(times)
    truth = as_float_array(truth, "truth", ndim=0).item()
    tolerance = positive(tolerance, "tolerance")
    if not methods or isinstance(methods, str):
        raise ValueError(f"methods: expected a sequence of methods, got {methods!r}.")
    if callable(groups):
        total = positive_int(n_groups, "n_groups", least=2)
        seeds = np.random.SeedSequence(seed).spawn(total)
        drawn: Iterable[Scores] = (groups(np.random.default_rng(s)) for s in seeds)
    else:
        total, drawn = len(groups), groups
        if total < 2:
            raise ValueError(f"groups: expected at least 2 groups, got {total}.")
    results: dict[str, list[Onset]] = {method: [] for method in methods}
    bar = progress_bar(drawn, desc="onsets", unit="group", total=total, show=show_progress)
    for number, scores in enumerate(bar):
        for method in methods:
            results[method].append(onset(scores, x, method=method, seed=seed + number, **options))
    rows = [{"method": m, **_summary(r, truth, tolerance)} for m, r in results.items()]
    return pd.DataFrame(rows)


def power(
    pool: Scores | Mapping[Any, Scores],
    truth: float,
    times: npt.ArrayLike,
    *,
    subjects: Sequence[int] = (8, 16, 32),
    methods: Sequence[str] = ("hinge",),
    n_groups: int = 200,
    tolerance: float = 0.010,
    seed: int = 0,
    show_progress: bool = True,
    **options: Unpack[OnsetOptions],
) -> pd.DataFrame:
    """Subjects, and trials, that it takes to see an onset within a tolerance.

    Groups are drawn from a pool of simulated subjects, each subject at most once per group. The
    groups of a small pool share subjects, so that the intervals in the table, which take groups
    for independent, are too narrow: let the pool be several times the largest group.

    Parameters
    ----------
    pool : array_like or mapping
        Shape (pool subjects, times) or (pool subjects, repeats, times); or a mapping from a label,
        such as the number of trials, to such arrays.
    truth : float
        As in `onset_performance`.
    times : array_like
        As in `onset_performance`.
    subjects : sequence of int
        Sizes of the groups.
    methods : sequence of str
        As in `onset_performance`.
    n_groups : int
        As in `onset_performance`.
    tolerance : float
        As in `onset_performance`.
    seed : int
        As in `onset_performance`.
    show_progress : bool
        False for no bar.
    **options : Unpack[OnsetOptions]
        Passed to `onset`.

    Returns
    -------
    DataFrame
        The table of `onset_performance`, one row per label, size and method, with the columns
        ``pool`` and ``subjects`` in front.

    Raises
    ------
    ValueError
        A group larger than the pool; and as `onset_performance`.

    See Also
    --------
    onset_performance : Without a pool.
    plan : Which simulates the pool.

    Notes
    -----
    Source: the design is the chapter's.

    Chapter: :ref:`meg-power`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> times = np.arange(-25, 75) / 250
    >>> rng = np.random.default_rng(0)
    >>> rise = np.clip(times - 0.085, 0, 0.06)  # begins at 85 ms
    >>> rise = rise**2 / np.hypot(rise, 0.02)  # with the foot of a decoder's AUC
    >>> scores = 0.5 + 4 * rise + 0.03 * rng.standard_normal((12, 100))
    >>> table = meg.power(
    ...     scores,
    ...     0.085,
    ...     times,
    ...     subjects=[6, 10],
    ...     n_groups=10,
    ...     interval="none",
    ...     show_progress=False,
    ... )
    >>> table[["subjects", "found"]].to_dict("list")
    {'subjects': [6, 10], 'found': [1.0, 1.0]}
    """
    x = as_times(times)
    pools = dict(pool) if isinstance(pool, Mapping) else {"": pool}
    sizes = [positive_int(n, "subjects", least=2) for n in subjects]
    cases: list[tuple[Any, int, Floats]] = []
    for label, scores in pools.items():
        courses = as_scores(scores, x, "pool")
        for size in sizes:
            if size > len(courses):
                raise ValueError(
                    f"subjects: expected at most the {len(courses)} of the pool, got {size}."
                )
            cases.append((label, size, courses))
    tables = []
    for label, size, courses in progress_bar(cases, desc="power", unit="case", show=show_progress):

        def draw(rng: np.random.Generator, courses: Floats = courses, size: int = size) -> Floats:
            return courses[rng.choice(len(courses), size, replace=False)]

        table = onset_performance(
            draw, truth, x, methods=methods, n_groups=n_groups, tolerance=tolerance, seed=seed,
            show_progress=False, **options,
        )  # fmt: skip
        table.insert(0, "subjects", size)
        table.insert(0, "pool", [label] * len(table))
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _summary(results: list[Onset], truth: float, tolerance: float) -> dict[str, Any]:
    found = [r for r in results if np.isfinite(r.value)]
    error = np.array([r.value - truth for r in found])
    row: dict[str, Any] = {"groups": len(results)}

    def share(name: str, hits: int, trials: int) -> None:
        nan = float("nan")
        ends = wilson(hits, trials) if trials else (nan, nan, nan)
        row[name], row[f"{name}_low"], row[f"{name}_high"] = ends

    share("found", len(found), len(results))
    nan = float("nan")
    bias = error.mean() if len(error) else nan
    sd = error.std(ddof=1) if len(error) > 1 else nan
    half = 1.96 * sd / np.sqrt(len(error)) if len(error) else nan
    row.update(bias=bias, bias_low=bias - half, bias_high=bias + half)
    row["median_error"] = np.median(error) if len(error) else nan
    row.update(sd=sd, rmse=np.sqrt((error**2).mean()) if len(error) else nan)
    share("within", int((np.abs(error) <= tolerance + 1e-12).sum()), len(results))
    known = [r for r in found if not np.isnan(r.low)]
    share("coverage", sum(r.low <= truth <= r.high for r in known), len(known))
    row["width"] = float(np.median([r.high - r.low for r in known])) if known else nan
    return row
