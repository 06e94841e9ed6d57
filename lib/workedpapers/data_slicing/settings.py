"""What a search is asked to do, checked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from workedpapers.checks import one_of, positive, positive_int, probability
from workedpapers.data_slicing.significance.testing import Control, Side, Test

__all__ = ["FinderSettings"]

SEARCHES = ("auto", "enumerate", "best-first")


@dataclass(frozen=True)
class FinderSettings:
    """The arguments of `SliceFinder`, checked; they mean what they mean there."""

    max_order: int
    min_support: float
    alpha: float
    test: Test
    side: Side
    control: Control
    bins: int
    edges: Mapping[Any, Any]
    tree: bool
    heavy: float
    pool: bool
    search: str
    budget: int | None
    seconds: float | None
    holdout: float
    permutations: int
    max_causes: int
    engine: Any
    seed: int

    @classmethod
    def checked(cls, **given: Any) -> FinderSettings:
        """Check every argument."""
        bins = given["bins"]
        tree = isinstance(bins, str)
        if tree:
            one_of(bins, "bins", ("tree",))
        edges = bins if isinstance(bins, Mapping) else {}
        number = 10 if tree or isinstance(bins, Mapping) else positive_int(bins, "bins", least=2)
        support = given["min_support"]
        if isinstance(support, (int, np.integer)) and not isinstance(support, bool):
            support = positive_int(int(support), "min_support")
        else:
            support = positive(support, "min_support")
            if support >= 1:
                raise ValueError(
                    f"min_support: expected a share below 1 or a whole number of rows, "
                    f"got {support!r}."
                )
        budget, seconds = given["budget"], given["seconds"]
        return cls(
            max_order=positive_int(given["max_order"], "max_order"),
            min_support=support,
            alpha=probability(given["alpha"], "alpha", open_interval=True),
            test=Test(one_of(given["test"], "test", [t.value for t in Test])),
            side=Side(one_of(given["side"], "side", [s.value for s in Side])),
            control=Control(one_of(given["control"], "control", [c.value for c in Control])),
            bins=number,
            edges=edges,
            tree=tree,
            heavy=probability(given["heavy"], "heavy", open_interval=True),
            pool=bool(given["pool"]),
            search=one_of(given["search"], "search", SEARCHES),
            budget=None if budget is None else positive_int(budget, "budget"),
            seconds=None if seconds is None else positive(seconds, "seconds"),
            holdout=_share(given["holdout"], "holdout"),
            permutations=positive_int(given["permutations"], "permutations", least=19),
            max_causes=positive_int(given["max_causes"], "max_causes"),
            engine=given["engine"],
            seed=positive_int(given["seed"], "seed", least=0),
        )

    def least(self, rows: int) -> int:
        """Fewest rows of a slice."""
        if isinstance(self.min_support, int):
            return self.min_support
        # .01 of 32,561 rows is 326; a product such as .07 * 100 is rounded before it is raised
        return max(1, int(np.ceil(round(self.min_support * rows, 9))))


def _share(value: float, name: str) -> float:
    share = probability(value, name)
    if share >= 1:
        raise ValueError(f"{name}: expected a share of at least 0 and below 1, got {value!r}.")
    return share
