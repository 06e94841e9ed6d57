"""At which times does a group score above chance? Tests that allow for the number of times."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import false_discovery_control
from scipy.stats import t as student_t

from workedpapers.checks import Floats, as_float_array, as_seed, one_of, positive_int, probability

from .courses import Scores, as_scores, as_times
from .resample import subject_courses
from .statistics import Tail, cluster_test, max_t_null, p_values, share_at_least, t_values

__all__ = ["Correction", "GroupTestSettings", "group_test", "group_test_maps"]


class Correction(StrEnum):
    """Corrections for the number of times or cells, see `group_test`."""

    MAX = "max"
    CLUSTER = "cluster"
    TFCE = "tfce"
    FDR = "fdr"
    NONE = "none"


@dataclass(frozen=True)
class GroupTestSettings:
    """Arguments of `group_test`, which documents them, made by `checked`."""

    chance: float
    correction: Correction
    tail: Tail
    alpha: float
    level: float
    n: int
    seed: int

    @classmethod
    def checked(
        cls,
        *,
        chance: float = 0.5,
        correction: str = "max",
        tail: str = "greater",
        alpha: float = 0.05,
        level: float = 0.95,
        n: int = 2000,
        seed: int | np.random.Generator = 0,
    ) -> Self:
        """Check the arguments."""
        return cls(
            chance=as_float_array(chance, "chance", ndim=0).item(),
            correction=Correction(one_of(correction, "correction", Correction)),
            tail=Tail(one_of(tail, "tail", Tail)),
            alpha=probability(alpha, "alpha", open_interval=True),
            level=probability(level, "level", open_interval=True),
            n=positive_int(n, "n", least=100),
            seed=as_seed(seed),
        )


def group_test(
    scores: Scores,
    times: Floats,
    *,
    chance: float = 0.5,
    correction: str = "max",
    tail: str = "greater",
    alpha: float = 0.05,
    level: float = 0.95,
    n: int = 2000,
    seed: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Test the group's scores against chance at each time; see `group_test_maps` for maps.

    Parameters
    ----------
    scores : array_like
        Shape (subjects, times), or (subjects, repeats, times), whose repeats are averaged.
    times : array of float
        Seconds, shape (times,).
    chance : float
        Level without an effect.
    correction : str
        For the number of times. ``"max"`` (default): sign flips of the subjects and the largest t
        over time; the chance of any false time is alpha. ``"cluster"``: see `cluster_test`; the
        chance of any false cluster is alpha. ``"tfce"``: clusters without a threshold (Smith and
        Nichols 2009). ``"fdr"``: Benjamini and Hochberg; of the times found, a share of alpha is
        false on average. ``"none"``: Student's t at each time.
    tail : str
        ``"greater"`` (default), ``"less"`` or ``"two-sided"``.
    alpha : float
        Of the column ``significant``.
    level : float
        Coverage of the pointwise interval of the mean, by Student's t.
    n : int
        Number of sign flips; all 2^subjects are taken if they are no more.
    seed : int or Generator
        Of the flips.

    Returns
    -------
    DataFrame
        Data frame, one row per time: ``time``, ``mean``, ``low``, ``high``, ``t``, ``p``
        (corrected), ``significant`` (p at most alpha). Its ``attrs`` hold correction, tail, alpha,
        subjects, ``first``: the first significant time or NaN, and ``least_p``: the smallest p
        that the number of subjects allows.

    Raises
    ------
    TypeError, ValueError
        Shapes that do not fit, missing values, fewer than two subjects, an unknown correction or
        tail.

    See Also
    --------
    group_test_maps : Of temporal generalisation.
    bayes_factor : Evidence for an effect, or against one.
    onset : When the effect begins.

    Notes
    -----
    Sources: Nichols and Holmes 2002, doi:10.1002/hbm.1058 (the largest t); Maris and Oostenveld
    2007, doi:10.1016/j.jneumeth.2007.03.024 (clusters); Smith and Nichols 2009,
    doi:10.1016/j.neuroimage.2008.03.061 (without a threshold); Benjamini and Hochberg 1995, J. R.
    Stat. Soc. B 57:289.

    Chapter: :ref:`meg-onset` and :ref:`meg-nothing`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> times = np.arange(-25, 75) / 250
    >>> rng = np.random.default_rng(0)
    >>> rise = np.clip(times - 0.085, 0, 0.06)  # begins at 85 ms
    >>> rise = rise**2 / np.hypot(rise, 0.02)  # with the foot of a decoder's AUC
    >>> scores = 0.5 + 4 * rise + 0.03 * rng.standard_normal((12, 100))
    >>> table = meg.group_test(scores, times)
    >>> table.columns.tolist()
    ['time', 'mean', 'low', 'high', 't', 'p', 'significant']
    >>> bool(table.loc[table["time"] > 0.12, "significant"].all())
    True
    """
    x = as_times(times, least=1)
    courses = subject_courses(as_scores(scores, x, least=2))
    settings = GroupTestSettings.checked(
        chance=chance, correction=correction, tail=tail, alpha=alpha, level=level, n=n, seed=seed
    )
    table = table_of({"time": x}, courses, settings)
    found = table["significant"].to_numpy()
    table.attrs["first"] = float(x[found.argmax()]) if found.any() else float("nan")
    return table


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
    seed: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Test a group's maps of temporal generalisation against chance in each cell.

    Subjects are the units, so that a decoder that one subject's noise has turned above chance is
    outweighed by those that noise has turned below.

    Parameters
    ----------
    maps : array_like
        ``auc`` of `Generalisation` for each subject, shape (subjects, times, test times).
    times : array_like
        Training times, seconds.
    test_times : array_like or None
        Test times, seconds; by default the training times.
    chance, correction, tail, alpha, level, n, seed : float or str or int or Generator
        As in `group_test`, over all cells. "cluster" and "tfce" join cells that are neighbours
        along either axis.

    Returns
    -------
    DataFrame
        Data frame, one row per cell, training times in the outer order: ``train``, ``test``,
        ``mean``, ``low``, ``high``, ``t``, ``p`` (corrected), ``significant``. For a map of p take
        ``table["p"].to_numpy().reshape(len(times), -1)``. Its ``attrs`` hold correction, tail,
        alpha, subjects and ``least_p``, as those of `group_test`.

    Raises
    ------
    TypeError, ValueError
        Shapes that do not fit, missing values, fewer than two subjects, an unknown correction or
        tail.

    See Also
    --------
    group_test : Of courses.
    permute_generalise : The test of one recording.

    Notes
    -----
    Sources: Nichols and Holmes 2002, doi:10.1002/hbm.1058; King and Dehaene 2014,
    doi:10.1016/j.tics.2014.01.002.

    Chapter: :ref:`meg-generalise`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> maps = 0.5 + 0.02 * np.random.default_rng(0).standard_normal((10, 3, 3))
    >>> maps[:, 1:, 1:] += 0.1
    >>> table = meg.group_test_maps(maps, [0.0, 0.1, 0.2])
    >>> (table["p"] <= 0.05).to_numpy().reshape(3, 3).astype(int).tolist()
    [[0, 0, 0], [0, 1, 1], [0, 1, 1]]
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
    settings = GroupTestSettings.checked(
        chance=chance, correction=correction, tail=tail, alpha=alpha, level=level, n=n, seed=seed
    )
    return table_of({"train": np.repeat(x, len(u)), "test": np.tile(u, len(x))}, array, settings)


def table_of(
    where: dict[str, Floats], courses: Floats, settings: GroupTestSettings
) -> pd.DataFrame:
    """The table of `group_test`, or that of `group_test_maps`.

    Parameters
    ----------
    where : dict
        Columns that say which time or cell a row is.
    courses : array of float
        One of each subject, shape (subjects, times) or (subjects, times, times).
    settings : GroupTestSettings
        What is tested, and how.
    """
    effects = courses - settings.chance
    p, least = corrected(effects, settings)
    table = pd.DataFrame(where | columns_of(courses, effects, settings.level))
    table["p"], table["significant"] = p, p <= settings.alpha
    table.attrs = {
        "correction": str(settings.correction),
        "tail": str(settings.tail),
        "alpha": settings.alpha,
        "subjects": len(effects),
        "least_p": least,
    }
    return table


def columns_of(courses: Floats, effects: Floats, level: float) -> dict[str, Floats]:
    """Mean, ends of its interval by Student's t, and t, of each time or cell in turn."""
    subjects = len(courses)
    mean = courses.mean(axis=0).ravel()
    half = courses.std(axis=0, ddof=1).ravel() / np.sqrt(subjects)
    half = half * student_t.ppf(0.5 + level / 2, subjects - 1)
    t = t_values(effects.reshape(subjects, -1))
    return {"mean": mean, "low": mean - half, "high": mean + half, "t": t}


def corrected(effects: Floats, settings: GroupTestSettings) -> tuple[Floats, float]:
    """p of each time or cell, corrected for their number, and the least p possible.

    Parameters
    ----------
    effects : array of float
        Score minus chance, shape (subjects, times) or (subjects, times, times).
    settings : GroupTestSettings
        The correction, the tail and the sign flips.

    Returns
    -------
    tuple
        Shape (times,) or (times * times,); and a number.
    """
    correction, tail = settings.correction, settings.tail
    flat = effects.reshape(len(effects), -1)
    t = t_values(flat)
    if correction is Correction.MAX:
        rng = np.random.default_rng(settings.seed)
        null = max_t_null(flat, draws=settings.n, tail=tail, rng=rng)
        p = share_at_least(null, tail.turned(t))
        return p, (2 if tail is Tail.TWO_SIDED else 1) / len(null)
    if correction in (Correction.CLUSTER, Correction.TFCE):
        tfce = correction is Correction.TFCE
        p, null = cluster_test(effects, draws=settings.n, tail=tail, tfce=tfce, seed=settings.seed)
        # MNE returns no null distribution if it met no cluster to flip.
        return p.ravel(), 1 / len(null) if len(null) else float("nan")
    p = p_values(t, len(effects), tail)
    return np.asarray(false_discovery_control(p) if correction is Correction.FDR else p), 0.0
