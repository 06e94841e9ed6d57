"""What a prediction multiplies: from the arguments of `predict` to tables of factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workedpapers.bisg.categories import resolve
from workedpapers.bisg.cells import Floats, as_shares
from workedpapers.bisg.data import FIRST_BESIDE, NAMES, load_geography, load_names
from workedpapers.bisg.geography import Geography
from workedpapers.bisg.model import likelihood_ratio
from workedpapers.bisg.name_table import KINDS, NameTable

NamesArgument = (
    str | NameTable | pd.DataFrame | Path | Mapping[str, str | NameTable | pd.DataFrame | Path]
)
GeographyArgument = str | Geography | pd.DataFrame | Path
PriorArgument = str | Mapping[str, float] | pd.Series | Sequence[float] | None


def as_names(names: NamesArgument, kind: str) -> NameTable:
    """Return the names table of one kind that the argument `names` stands for.

    Raises
    ------
    ValueError : no such table, or it has no names of this kind.
    TypeError : something else than a name, a `NameTable`, a data frame, a path, or a mapping
        from kinds to these.
    """
    if isinstance(names, Mapping):
        unknown = set(names) - set(KINDS)
        if unknown:
            raise ValueError(f"names: expected the keys {list(KINDS)}, came {sorted(unknown)}")
        if kind not in names:
            raise ValueError(f"names: has no entry for {kind!r}, only {list(names)}")
        return as_names(names[kind], kind)
    if isinstance(names, NameTable):
        if names.kind != kind:
            raise ValueError(f"names: {names.label!r} holds {names.kind} names, not {kind} names")
        return names
    if isinstance(names, (pd.DataFrame, Path)):
        return NameTable.from_frame(names, kind=kind)
    if not isinstance(names, str):
        raise TypeError(f"names: expected a name, NameTable, DataFrame or path, came {names!r}")
    if names not in NAMES and Path(names).suffix and Path(names).is_file():
        return NameTable.from_frame(names, kind=kind)
    if kind == "first":
        names = FIRST_BESIDE.get(names, names)
    return load_names(names, kind)


def as_geography(geography: GeographyArgument) -> Geography:
    """Return the geography that the argument stands for; errors as in `as_names`."""
    if isinstance(geography, Geography):
        return geography
    if isinstance(geography, (pd.DataFrame, Path)):
        return Geography.from_frame(geography)
    if not isinstance(geography, str):
        raise TypeError(
            f"geography: expected a name, Geography, DataFrame or path, came {geography!r}"
        )
    if Path(geography).suffix and Path(geography).is_file():
        return Geography.from_frame(geography)
    return load_geography(geography)


@dataclass(frozen=True, eq=False)
class Plan:
    """What a prediction multiplies: one table of factors for each kind of evidence.

    Parameters
    ----------
    groups : the k groups of the answer.
    prior : shares of the groups in the reference population.
    reference : that population, in words.
    kinds : kinds of names used, in the order first, middle, surname.
    tables : the names tables.
    geography : the places, or None.
    factors : one array (n + 1, k) for each names table and at the end one for places or the
        prior. The last row stands for "not in the table".
    """

    groups: tuple[str, ...]
    prior: Floats
    reference: str
    kinds: tuple[str, ...]
    tables: tuple[NameTable, ...]
    geography: Geography | None
    factors: tuple[Floats, ...]


def plan(
    kinds: Sequence[str],
    with_geo: bool,
    names: NamesArgument,
    geography: GeographyArgument,
    prior: PriorArgument,
    categories: str,
    smoothing: float | None,
) -> Plan:
    """Load the tables and turn them into factors; see `model` for the equation."""
    groups = resolve(categories)
    if smoothing is None:
        smoothing = 1.0 if categories == "five" else 0.0
    if isinstance(smoothing, bool) or not isinstance(smoothing, (int, float)):
        raise TypeError(f"smoothing={smoothing!r}: expected a number of people")
    if not 0 <= smoothing < float("inf"):
        raise ValueError(f"smoothing={smoothing!r}: expected a finite number of at least 0")
    order = [kind for kind in ("first", "middle", "surname") if kind in kinds]
    tables = tuple(as_names(names, kind) for kind in order)
    place = as_geography(geography) if with_geo else None
    shares, reference = _reference(prior, tables, place, groups)
    factors = [_name_factors(table, place, groups, float(smoothing)) for table in tables]
    factors.append(_place_factors(place, shares, groups, float(smoothing)))
    return Plan(groups, shares, reference, tuple(order), tables, place, tuple(factors))


def _reference(
    prior: PriorArgument,
    tables: Sequence[NameTable],
    place: Geography | None,
    groups: tuple[str, ...],
) -> tuple[Floats, str]:
    """Shares of the groups in the population that the answer is about, and its description."""
    if isinstance(prior, str):
        if prior in NAMES:
            source: NameTable | Geography = load_names(prior, NAMES[prior][0])
        else:
            source = load_geography(prior)
        return source.shares(groups), source.population
    if prior is not None:
        return as_shares(prior, groups, "prior"), "population with the given prior"
    source = place if place is not None else tables[-1]
    return source.shares(groups), source.population


def name_marginal(table: NameTable, place: Geography | None, groups: Sequence[str]) -> Floats:
    """Shares that turn the table's P(race | name) into a likelihood.

    Those of the geography if it counts the same people (it counts all of them, the names table
    only those with a listed name), else those of the table.
    """
    if place is not None and table.same_people and table.same_people == place.same_people:
        return place.shares(groups)
    return table.shares(groups)


def _padded(ratio: Floats, last: Floats | float) -> Floats:
    """Add a last row for those who are not in the table; shape (n + 1, k)."""
    rows = np.empty((ratio.shape[0] + 1, ratio.shape[1]))
    rows[:-1], rows[-1] = ratio, last
    return rows


def _name_factors(
    table: NameTable, place: Geography | None, groups: tuple[str, ...], smoothing: float
) -> Floats:
    marginal = name_marginal(table, place, groups)
    key = (groups, smoothing, marginal.tobytes())
    factors = table._memo.get(key)
    if factors is None:
        p = table.probabilities(groups, marginal, smoothing)
        factors = _padded(likelihood_ratio(p, marginal), 1.0)
        _remember(table._memo, key, factors)
    return np.asarray(factors)


def _place_factors(
    place: Geography | None, prior: Floats, groups: tuple[str, ...], smoothing: float
) -> Floats:
    if place is None:
        return prior[None, :].copy()
    key = (groups, smoothing, prior.tobytes())
    factors = place._memo.get(key)
    if factors is None:
        ratio = likelihood_ratio(place.probabilities(groups, smoothing), place.shares(groups))
        factors = _padded(prior * ratio, prior)
        _remember(place._memo, key, factors)
    return np.asarray(factors)


def _remember(memo: dict[Any, Any], key: Any, factors: Floats) -> None:
    """Keep the factors of the two latest settings; tables are large."""
    while len(memo) > 1:
        memo.pop(next(iter(memo)), None)
    memo[key] = factors


def label_list(made: Plan) -> list[str]:
    """Label of every set of evidence; the i-th source used adds 2**i to the position."""
    sources = [*made.kinds, *(["geo"] if made.geography is not None else [])]
    return [
        "+".join(s for s, used in zip(sources, reversed(flags), strict=True) if used) or "none"
        for flags in product((False, True), repeat=len(sources))
    ]
