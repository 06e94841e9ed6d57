"""The slice finder: from a table and a loss to the slices in which the loss is high, and why."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workedpapers.checks import Floats
from workedpapers.data_slicing.causes.cover import Cover, greedy_cover
from workedpapers.data_slicing.causes.overlap import explained_by, jaccard
from workedpapers.data_slicing.engines.population import Population
from workedpapers.data_slicing.holdout import confirmed
from workedpapers.data_slicing.preparation import prepared
from workedpapers.data_slicing.reporting.conditions import (
    Slice,
    pandas_condition,
    slice_text,
    sql_condition,
)
from workedpapers.data_slicing.reporting.page import page_of
from workedpapers.data_slicing.search.best_first import best_first_slices
from workedpapers.data_slicing.search.enumeration import (
    cells_to_visit,
    enumerate_slices,
    frequent_bins,
)
from workedpapers.data_slicing.search.slice_table import SliceTable
from workedpapers.data_slicing.search.space import Inspection
from workedpapers.data_slicing.settings import FinderSettings
from workedpapers.data_slicing.significance.permuted import squares_of
from workedpapers.data_slicing.significance.testing import p_values, q_values
from workedpapers.data_slicing.significance.welch import contrast

__all__ = ["SliceFinder"]

#: Rows and cells that "auto" still enumerates; above, it searches the best first.
FITS = 2e10
#: Conjunctions that "auto" inspects where it cannot enumerate.
AUTO_BUDGET = 200_000


class SliceFinder:
    r"""Find the slices of a table in which a loss is high, with false discoveries under control.

    Parameters
    ----------
    max_order : int
        Most predicates of a slice.
    min_support : float or int
        Fewest rows of a slice: a share below 1, or a number of rows.
    alpha : float
        Rate of false discoveries.
    test : {"exact", "welch", "permutation"}
        A draw without replacement; Welch's test against the rest, as other tools do; or
        Westfall and Young's shuffles, which bound the chance of any false alarm.
    side : {"higher", "lower", "both"}
        Slices of a higher loss than the rest, of a lower one, or both.
    control : {"bh", "lord"}
        Benjamini-Hochberg over everything tested and all that a budget left untested, or LORD in
        the order of the search.
    bins : int, "tree" or mapping
        Bins of a number: how many quantiles; cut by a tree that predicts the loss, learned on
        30% of the rows, which are then not searched; or for some columns a number or edges.
    heavy : float
        A value that holds a larger share of the rows than this gets a bin of its own.
    pool : bool
        Whether categories below the support are pooled into one.
    search : {"auto", "enumerate", "best-first"}
        All slices; the most promising first; or all if that is feasible.
    budget : int, optional
        Most conjunctions that a best-first search inspects.
    seconds : float, optional
        Most seconds that it takes.
    holdout : float
        Share of the rows (of the clusters) that is set aside to confirm what is found.
    permutations : int
        Shuffles of the permutation test.
    max_causes : int
        Most causes.
    engine : "memory", "duckdb" or a connection of Ibis
        Where sums are computed.
    seed : int
        Of splits and shuffles.

    Attributes
    ----------
    slices_ : DataFrame
        The discoveries, the surest first: ``slice``, ``n``, ``share`` of rows, ``mean`` loss,
        ``effect`` (mean less that of all other rows), its interval ``low`` and ``high``, ``p``,
        ``q`` and ``level``. With a holdout also ``holdout_effect``, ``holdout_p`` and
        ``confirmed``.
    tested_ : SliceTable
        Everything that was tested, with ``p_`` and ``q_``.
    causes_ : DataFrame
        The few discoveries that explain the others, the strongest first; here ``effect`` is that
        beside the other causes, ``explains`` the number of discoveries that it explains most of,
        and ``covered`` the share of all loss that lies in this and the causes above.
    inspected_ : float
        Share of the space of conjunctions that was inspected.
    inspection_ : Inspection
        The same with numbers, and a bound on what was not seen.

    See Also
    --------
    compare : Slices in which a new model is worse than an old one.

    Notes
    -----
    The sum T of a slice's residuals is held against draws of n of N rows without replacement,

    .. math:: z = T \Big/ \sqrt{n (1 - n/N) \sigma^2 N / (N - 1)} ,

    with the skewness of such a sum (Pearson III), or the hypergeometric distribution for small
    counts. The interval of an effect is as wide as R discoveries among M tests ask for: its level
    is :math:`1 - \alpha R / M` (Benjamini and Yekutieli 2005). Only the abstract of the paper
    could be read, so search, tests and causes are our design; see the chapter.

    Examples
    --------
    >>> from workedpapers import data_slicing as ds
    >>> world = ds.planted_slices(slices=[{"x0": 3, "x4": 5}], error=0.5, seed=1)
    >>> finder = ds.SliceFinder(max_order=2).fit(world.X, world.loss)
    >>> finder.causes_[["slice", "n"]].values.tolist()
    [['x0 3 & x4 5', 164]]
    >>> finder.slice(0).query
    'x0 == 3 and x4 == 5'
    """

    def __init__(
        self,
        max_order: int = 3,
        min_support: float = 0.01,
        alpha: float = 0.05,
        test: str = "exact",
        *,
        side: str = "higher",
        control: str = "bh",
        bins: Any = 10,
        heavy: float = 0.3,
        pool: bool = True,
        search: str = "auto",
        budget: int | None = None,
        seconds: float | None = None,
        holdout: float = 0.0,
        permutations: int = 199,
        max_causes: int = 30,
        engine: Any = "memory",
        seed: int = 0,
    ) -> None:
        self.max_order = max_order
        self.min_support = min_support
        self.alpha = alpha
        self.test = test
        self.side = side
        self.control = control
        self.bins = bins
        self.heavy = heavy
        self.pool = pool
        self.search = search
        self.budget = budget
        self.seconds = seconds
        self.holdout = holdout
        self.permutations = permutations
        self.max_causes = max_causes
        self.engine = engine
        self.seed = seed

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Arguments by name, as scikit-learn asks for them.

        Parameters
        ----------
        deep : bool
            Without effect.

        Returns
        -------
        dict
            Name to value.
        """
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **params: Any) -> SliceFinder:
        """Set arguments by name.

        Parameters
        ----------
        **params : dict
            Name to value.

        Returns
        -------
        SliceFinder
            The same finder.

        Raises
        ------
        ValueError
            If there is no argument of the name.
        """
        known = self.get_params()
        for name, value in params.items():
            if name not in known:
                raise ValueError(f"{name}: expected one of {', '.join(known)}.")
            setattr(self, name, value)
        return self

    def fit(self, X: Any, loss: Any, *, weights: Any = None, clusters: Any = None) -> SliceFinder:
        """Search a table.

        Parameters
        ----------
        X : DataFrame, str or ibis.Table
            The rows: a pandas, polars or Arrow table, a path of a Parquet or CSV file, or, for an
            engine, a table's name. Missing values are a value.
        loss : array_like or str
            Any number for each row, such as a log-loss or 1 for an error; or its column.
        weights : array_like or str, optional
            Weight of each row, at least 0.
        clusters : array_like or str, optional
            What rows belong together, such as a patient; only in memory.

        Returns
        -------
        SliceFinder
            The same finder, fitted.

        Raises
        ------
        TypeError
            If a column mixes types, or the loss holds no numbers.
        ValueError
            If losses are not finite or of another length, there is no row, names come twice, or
            an option does not fit another one.
        """
        settings = FinderSettings.checked(**self.get_params())
        ready = prepared(settings, X, loss, weights, clusters)
        self._settings, self._ready = settings, ready
        self.tested_, self.inspection_ = self._search()
        self.inspected_ = self.inspection_.share
        self.p_ = p_values(ready.engine, self.tested_, settings.test, settings.side, ready.clusters)
        self.q_ = q_values(
            ready.engine, self.tested_, self.p_, test=settings.test, side=settings.side,
            control=settings.control, alpha=settings.alpha, permutations=settings.permutations,
            seed=settings.seed, unseen=self.inspection_.unseen,
        )  # fmt: skip
        found = np.flatnonzero(self.q_ <= settings.alpha)
        order = np.lexsort((self.tested_.level[found], self.p_[found]))
        self._found = found[order]
        self._discoveries = self.tested_.take(self._found)
        self._cover: Cover | None = None
        self._causes: pd.DataFrame | None = None
        self.slices_ = self._described()
        return self

    # The search ---------------------------------------------------------------------------

    def _search(self) -> tuple[SliceTable, Inspection]:
        settings, engine = self._settings, self._ready.engine
        rows = engine.population.rows
        least = settings.least(rows)
        kept = frequent_bins(engine, least)
        method = settings.search
        if method == "auto":
            sizes = [len(bins) + 1 for bins in kept]
            fits = cells_to_visit(rows, sizes, settings.max_order) <= FITS
            limited = settings.budget is not None or settings.seconds is not None
            method = "enumerate" if fits and not limited else "best-first"
        if method == "enumerate" or not self._ready.in_memory:
            self._narrow = engine.narrowed(kept)
            return enumerate_slices(self._narrow, settings.max_order, least)
        self._narrow = engine
        budget = settings.budget
        if budget is None and settings.seconds is None and settings.search == "auto":
            budget = AUTO_BUDGET
        return best_first_slices(
            engine, kept, settings.max_order, least, side=settings.side, budget=budget,
            seconds=settings.seconds,
        )  # fmt: skip

    @property
    def _tests(self) -> int:
        """Tests done, and those passed over for looking harmless."""
        return max(len(self.tested_) + self.inspection_.unseen, 1)

    # What is told of a slice ----------------------------------------------------------------

    def _texts(self, table: SliceTable) -> list[str]:
        columns = self._ready.engine.columns
        return [slice_text(columns, table.terms(i)) for i in range(len(table))]

    def _described(self) -> pd.DataFrame:
        table, everybody = self._discoveries, self._ready.engine.population
        effect, half = self._intervals(table, everybody)
        frame = pd.DataFrame(
            {
                "slice": pd.Series(self._texts(table), dtype=object),
                "n": table.n,
                "share": table.n / everybody.rows,
                "mean": everybody.mean + _ratio(table.total, table.weight),
                "effect": effect,
                "low": effect - half,
                "high": effect + half,
                "p": self.p_[self._found],
                "q": self.q_[self._found],
                "level": table.level,
            }
        )
        if self._ready.holdout is not None:
            frame = frame.assign(
                **confirmed(self._ready.holdout, table, self._settings.side, self._settings.alpha)
            )
        return frame

    def _intervals(self, table: SliceTable, everybody: Population) -> tuple[Floats, Floats]:
        """Effects, and half the width of an interval that allows for having been selected."""
        if not len(table):
            return np.zeros(0), np.zeros(0)
        from scipy import special

        square = squares_of(self._ready.engine, table)
        found = contrast(table.n, table.weight, table.total, square, everybody)
        level = self._settings.alpha * len(table) / self._tests
        return found.effect, -special.stdtrit(found.freedom, level / 2) * found.error

    def slice(self, place: int = 0) -> Slice:
        """One discovery with its conditions.

        Parameters
        ----------
        place : int
            Its row in ``slices_``.

        Returns
        -------
        Slice
            The slice, with ``query`` for pandas and ``sql`` for a database.

        Raises
        ------
        IndexError
            If there is no such row.
        """
        if not 0 <= place < len(self._found):
            raise IndexError(
                f"place: expected a row of slices_, which has {len(self._found)}, got {place}."
            )
        terms = self._discoveries.terms(place)
        columns = self._ready.engine.columns
        row = self.slices_.iloc[place]
        return Slice(
            str(row["slice"]), int(row["n"]), float(row["mean"]), float(row["effect"]),
            float(row["p"]), float(row["q"]),
            " and ".join(pandas_condition(columns[f], b) for f, b in terms),
            " AND ".join(sql_condition(columns[f], b) for f, b in terms),
        )  # fmt: skip

    # Causes -----------------------------------------------------------------------------------

    def _covering(self) -> Cover:
        if self._cover is None:
            self._cover = greedy_cover(
                self._narrow, self._discoveries, alpha=self._settings.alpha,
                tested=self._tests, side=self._settings.side,
                most=self._settings.max_causes,
            )  # fmt: skip
        return self._cover

    @property
    def causes_(self) -> pd.DataFrame:
        """The few discoveries that explain the others.

        Returns
        -------
        DataFrame
            A row for each, the strongest first.
        """
        if self._causes is None:
            self._causes = self._described_causes()
        return self._causes

    def _described_causes(self) -> pd.DataFrame:
        cover, everybody = self._covering(), self._ready.engine.population
        frame = self.slices_.iloc[cover.places].reset_index(drop=True)
        which, _ = explained_by(cover, self._discoveries)
        terms = [self._discoveries.terms(int(i)) for i in cover.places]
        inside = self._narrow.covered(terms)
        whole = everybody.mean * everybody.weight
        covered = [(r + everybody.mean * w) / whole if whole else np.nan for w, r in inside]
        half = 1.959964 * cover.error
        return frame.assign(
            effect=cover.effect, low=cover.effect - half, high=cover.effect + half,
            explains=np.bincount(which[which >= 0], minlength=len(frame))[: len(frame)],
            covered=np.array(covered, dtype=float),
        )  # fmt: skip

    def overlap(self) -> pd.DataFrame:
        """How much causes share: rows in both over rows in either.

        Returns
        -------
        DataFrame
            A square table of the causes, from 0 (no row) to 1 (the same rows).
        """
        names = self.causes_["slice"].tolist()
        causes = self._discoveries.take(self._covering().places)
        return pd.DataFrame(jaccard(self._narrow, causes), names, names)

    def explained(self) -> pd.DataFrame:
        """Which cause explains most of each discovery.

        Returns
        -------
        DataFrame
            For each row of ``slices_`` the row of ``causes_`` (-1 for none) and the share of the
            discovery's excess loss that it explains.
        """
        which, share = explained_by(self._covering(), self._discoveries)
        return pd.DataFrame({"cause": which, "share": share})

    def report(self, path: str | Path) -> Path:
        """Write one HTML file with what was found.

        Parameters
        ----------
        path : str or pathlib.Path
            Where to.

        Returns
        -------
        pathlib.Path
            The file.
        """
        path = Path(path)
        path.write_text(page_of(self), "utf-8")
        return path

    @property
    def population_(self) -> Population:
        """Moments of the loss over all rows that were searched.

        Returns
        -------
        Population
            Number of rows, mean, spread and more.
        """
        return self._ready.engine.population  # type: ignore[no-any-return]

    @property
    def columns_(self) -> tuple[Any, ...]:
        """The bins of each column.

        Returns
        -------
        tuple of Bins
            In the order of the columns.
        """
        return tuple(self._ready.engine.columns)


def _ratio(a: Floats, b: Floats) -> Floats:
    return np.divide(a, b, out=np.zeros(len(a)), where=b > 0)
