"""What a prediction multiplies: from the arguments of `predict` to tables of factors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import TypedDict

import numpy as np
import pandas as pd

from workedpapers.bisg.categories import Scheme, groups_of
from workedpapers.bisg.cells import Shares, as_shares, kind_of
from workedpapers.bisg.codes import Kind, Placeholders, UnknownZip, Unlisted
from workedpapers.bisg.data import FIRST_BESIDE, NAMES, load_geography, load_names, other_names
from workedpapers.bisg.geography import Geography
from workedpapers.bisg.model import likelihood_ratio
from workedpapers.bisg.name_table import NameTable
from workedpapers.bisg.places import Coding
from workedpapers.checks import Floats, one_of, positive

NamesArgument = (
    str | NameTable | pd.DataFrame | Path | Mapping[str, str | NameTable | pd.DataFrame | Path]
)
GeographyArgument = str | Geography | pd.DataFrame | Path
PriorArgument = str | Shares | None

#: The prior that `predict` estimates from the data.
ESTIMATE = "estimate"


class PredictionOptions(TypedDict, total=False):
    """The options of `predict`, told there, for the functions that hand them on."""

    names: NamesArgument
    geography: GeographyArgument
    prior: PriorArgument
    categories: str
    smoothing: float | None
    placeholders: str
    unlisted: str
    unknown_zip: str


def as_names(names: NamesArgument, kind: str) -> NameTable:
    """Return the names table of one kind that the argument `names` stands for.

    Parameters
    ----------
    names : str, NameTable, DataFrame, Path or mapping
        As in `predict`.
    kind : {"surname", "first", "middle"}
        Kind of the names.

    Returns
    -------
    NameTable
        The table.

    Raises
    ------
    ValueError
        No such table, or it has no names of this kind.
    TypeError
        Something else.
    """
    if isinstance(names, Mapping):
        unknown = set(names) - set(Kind)
        if unknown:
            raise ValueError(
                f"names: expected the keys {[k.value for k in Kind]}, got {sorted(unknown)}"
            )
        if kind not in names:
            raise ValueError(f"names: expected an entry for {kind!r}, got only {list(names)}")
        return as_names(names[kind], kind)
    if isinstance(names, NameTable):
        if names.kind != kind:
            raise ValueError(
                f"names: expected {kind} names, got {names.label!r} with {names.kind} names"
            )
        return names
    if isinstance(names, (pd.DataFrame, Path)):
        return NameTable.from_frame(names, kind=kind)
    if not isinstance(names, str):
        raise TypeError(
            f"names: expected a name, NameTable, DataFrame or path, got {kind_of(names)}"
        )
    if names not in NAMES and Path(names).suffix and Path(names).is_file():
        return NameTable.from_frame(names, kind=kind)
    if kind == Kind.FIRST:
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
            f"geography: expected a name, Geography, DataFrame or path, got {kind_of(geography)}"
        )
    if Path(geography).suffix and Path(geography).is_file():
        return Geography.from_frame(geography)
    return load_geography(geography)


@dataclass(frozen=True, eq=False)
class PredictionSettings:
    """What a prediction multiplies: one table of factors for each kind of evidence.

    Parameters
    ----------
    groups : tuple of k str
        The groups of the answer.
    prior : array of shape (k,)
        Shares of the groups in the reference population.
    reference : str
        That population, in words.
    kinds : tuple of str
        Kinds of names used, in the order first, middle, surname.
    tables : tuple of NameTable
        Their tables.
    geography : Geography or None
        The places.
    factors : tuple of arrays
        For each names table shape (n + 2, k), and at the end for the places (m + 1 + q, k), or
        for the prior (1, k). Row n or m stands for "not in the table", row n + 1 for the names
        that no list has, and the last q rows are the three-digit areas, if they are asked for.
    smoothing : float
        How many average people are added to each name and place.
    ignore_placeholders : bool
        Whether words such as UNKNOWN are passed over.
    unlisted : Unlisted
        What a surname in no list tells.
    unknown_zip : UnknownZip
        What a ZIP code that is no area tells.
    """

    groups: tuple[str, ...]
    prior: Floats
    reference: str
    kinds: tuple[str, ...]
    tables: tuple[NameTable, ...]
    geography: Geography | None
    factors: tuple[Floats, ...]
    smoothing: float
    ignore_placeholders: bool
    unlisted: Unlisted
    unknown_zip: UnknownZip

    @classmethod
    def checked(
        cls,
        kinds: Sequence[str],
        with_geo: bool,
        *,
        names: NamesArgument = "rosenman",
        geography: GeographyArgument = "zcta2010",
        prior: PriorArgument = None,
        categories: str = "five",
        smoothing: float | None = None,
        placeholders: str = "use",
        unlisted: str = "ignore",
        unknown_zip: str = "ignore",
    ) -> PredictionSettings:
        """Check every option, load the tables and turn them into factors.

        Parameters
        ----------
        kinds : sequence of str
            The names used: ``"surname"``, ``"first"``, ``"middle"``.
        with_geo : bool
            Whether places are used.
        names, geography, prior, categories, smoothing, placeholders, unlisted, unknown_zip : object
            As in `predict`.

        Returns
        -------
        PredictionSettings
            The settings.
        """
        groups = groups_of(categories)
        if smoothing is None:
            smoothing = 1.0 if categories == Scheme.FIVE else 0.0
        smoothing = positive(smoothing, "smoothing", zero=True)
        ignore = Placeholders(one_of(placeholders, "placeholders", Placeholders))
        other = Unlisted(one_of(unlisted, "unlisted", Unlisted))
        zips = UnknownZip(one_of(unknown_zip, "unknown_zip", UnknownZip))
        if isinstance(prior, str) and prior == ESTIMATE:
            raise ValueError(
                "prior: expected shares or the name of a table where rows come in parts, got "
                f"{ESTIMATE!r}, which needs all of them; see bisg.estimate_prior"
            )
        order = tuple(kind for kind in ("first", "middle", "surname") if kind in kinds)
        tables = tuple(as_names(names, kind) for kind in order)
        place = as_geography(geography) if with_geo else None
        if place is None or place.coding is not Coding.ZIP:
            zips = UnknownZip.IGNORE
        shares, reference = _reference(prior, tables, place, groups)
        factors = [_name_factors(table, place, groups, smoothing, other) for table in tables]
        factors.append(_place_factors(place, shares, groups, smoothing, zips))
        return cls(
            groups, shares, reference, order, tables, place, tuple(factors), smoothing,
            ignore is Placeholders.IGNORE, other, zips,
        )  # fmt: skip

    def with_prior(self, shares: Floats, reference: str) -> PredictionSettings:
        """Return the same settings for another reference population."""
        places = _place_factors(
            self.geography, shares, self.groups, self.smoothing, self.unknown_zip
        )
        factors = (*self.factors[:-1], places)
        return replace(self, prior=shares, reference=reference, factors=factors)

    @property
    def evidence_labels(self) -> list[str]:
        """Label of every set of evidence; the i-th source used adds 2**i to the position."""
        sources = [*self.kinds, *(["geo"] if self.geography is not None else [])]
        return [
            "+".join(s for s, used in zip(sources, reversed(flags), strict=True) if used) or "none"
            for flags in product((False, True), repeat=len(sources))
        ]


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


def _name_factors(
    table: NameTable,
    place: Geography | None,
    groups: tuple[str, ...],
    smoothing: float,
    unlisted: Unlisted,
) -> Floats:
    """Rows P(r|n) / pi(r) of the names, then of no name, then of the names that no list has."""
    marginal = name_marginal(table, place, groups)

    def computed() -> Floats:
        p = table.probabilities(groups, marginal, smoothing)
        factors = np.ones((len(table) + 2, len(groups)))
        factors[: len(table)] = likelihood_ratio(p, marginal)
        if unlisted is Unlisted.CENSUS and table.kind == Kind.SURNAME:
            factors[-1] = other_names(groups)
        return factors

    return _remembered(table._memo, (groups, smoothing, unlisted, marginal.tobytes()), computed)


def _place_factors(
    place: Geography | None,
    prior: Floats,
    groups: tuple[str, ...],
    smoothing: float,
    unknown_zip: UnknownZip,
) -> Floats:
    """Rows pi(r) P(r|g) / pi_G(r) of the places, then of no place, then of three-digit areas."""
    if place is None:
        return prior[None, :].copy()

    def computed() -> Floats:
        parts = [place, place.three_digit] if unknown_zip is UnknownZip.THREE_DIGIT else [place]
        shares = place.shares(groups)
        # pi(r) P(r|g) / pi_G(r)
        rows = [
            prior * likelihood_ratio(part.probabilities(groups, smoothing), shares)
            for part in parts
        ]
        return np.vstack([rows[0], prior, *rows[1:]])

    return _remembered(place._memo, (groups, smoothing, unknown_zip, prior.tobytes()), computed)


def _remembered(memo: dict[object, Floats], key: object, computed: Callable[[], Floats]) -> Floats:
    """Keep the factors of the two latest settings; tables are large."""
    if key not in memo:
        while len(memo) > 1:
            memo.pop(next(iter(memo)), None)
        memo[key] = computed()
    return memo[key]
