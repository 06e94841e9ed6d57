r"""People whose group is known, drawn from the real tables.

The simulated country obeys the model exactly: a group :math:`r \sim \pi`, then a place from
:math:`P(g \mid r)`, a surname from :math:`P(s \mid r)`, a first name from :math:`P(f \mid r)`,
each on its own. Whoever computes the right posterior is calibrated on it; whoever is not, has
made a mistake in the formula.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workedpapers.bisg.categories import groups_of
from workedpapers.bisg.name_table import NameTable
from workedpapers.bisg.settings import (
    GeographyArgument,
    NamesArgument,
    as_geography,
    as_names,
    name_marginal,
)
from workedpapers.checks import Floats, positive_int

#: The name of those whose name is in no list.
UNLISTED = "QQQQ"


def simulate_people(
    n: int,
    *,
    seed: int = 0,
    names: NamesArgument = "census2010",
    geography: GeographyArgument = "zcta2010",
    first: bool = False,
    categories: str = "five",
) -> pd.DataFrame:
    r"""Draw people with known group, surname, place and, if wanted, first name.

    Parameters
    ----------
    n : int
        Number of people, at least 1.
    seed : int
        Seed of the generator.
    names : str, NameTable, DataFrame, Path or mapping
        As in `predict`. Names without counts take the lower bounds that the probabilities reveal,
        as `recover_counts` finds them.
    geography : str, Geography, DataFrame or Path
        As in `predict`.
    first : bool
        Whether to draw first names too.
    categories : {"five", "census6"}
        As in `predict`.

    Returns
    -------
    DataFrame
        Columns race, surname, (first,) area. People with an unlisted name are called QQQQ.

    Raises
    ------
    ValueError
        Nobody to draw, or an unknown table.
    TypeError
        If `n` is no whole number.

    See Also
    --------
    evaluate : Judges answers by the known group.

    Notes
    -----
    The share of a group with the listed name s is

    .. math:: P(s \mid r) = \frac{n_s P(r \mid s)}{N \pi(r)} ,

    where N is the whole population, if its size is known, and otherwise the smallest number for
    which no share exceeds one. Derived in the chapter, section "Are the probabilities right?".

    Examples
    --------
    >>> from workedpapers import bisg
    >>> people = bisg.simulate_people(3, seed=0)
    >>> people.columns.tolist(), len(people)
    (['race', 'surname', 'area'], 3)
    """
    n = positive_int(n, "n")
    rng = np.random.default_rng(seed)
    groups = groups_of(categories)
    place = as_geography(geography)
    race = rng.choice(len(groups), size=n, p=place.shares(groups))
    people: dict[str, Any] = {"race": pd.Categorical.from_codes(race, pd.Index(list(groups)))}
    for kind in ("surname", "first") if first else ("surname",):
        table = as_names(names, kind)
        p = name_given_race(table, name_marginal(table, place, groups), groups)
        rows = _draw(rng, race, np.vstack([p, 1 - p.sum(axis=0)]))
        people[kind] = np.append(table.names, UNLISTED)[rows]
    weight = place.probabilities(groups) * place.residents[:, None]
    people["area"] = place.areas[_draw(rng, race, weight / weight.sum(axis=0))]
    return pd.DataFrame(people)


def name_given_race(table: NameTable, marginal: Floats, groups: tuple[str, ...]) -> Floats:
    """P(name | race) of the listed names, shape (n, k); columns sum to at most 1."""
    bearers = table.weights()[:, None] * table.probabilities(groups, marginal)
    totals = bearers.sum(axis=0) / marginal
    people = max(table.people or 0.0, float(totals.max()))
    # n_s P(r|s) / (N pi(r))
    p: Floats = bearers / (people * marginal)
    return p


def _draw(rng: np.random.Generator, race: NDArray[np.intp], p: Floats) -> NDArray[np.intp]:
    """For each person a row, drawn from the column of P(row | race) of their group."""
    rows = np.empty(len(race), dtype=np.intp)
    for group in range(p.shape[1]):
        who = np.flatnonzero(race == group)
        steps = np.cumsum(np.maximum(p[:, group], 0.0))
        drawn = np.searchsorted(steps, rng.random(len(who)) * steps[-1], side="right")
        rows[who] = np.minimum(drawn, len(p) - 1)
    return rows
