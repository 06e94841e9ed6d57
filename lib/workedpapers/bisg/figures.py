"""Figures of the chapter. Nothing else in the package plots."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .categories import FIVE
from .data import load_geography, load_names
from .model import posterior
from .predict import predict

if TYPE_CHECKING:
    from workedpapers.explore import Explorer

SHOWN = [group.capitalize() for group in FIVE]


def page_key(name: str) -> str:
    """A typed surname as the page without a kernel looks it up: its letters, A to Z."""
    upper = unicodedata.normalize("NFKD", name).upper()
    return "".join(letter for letter in upper if "A" <= letter <= "Z")


@lru_cache
def commonest_surnames(number: int) -> tuple[str, ...]:
    """Surnames of the paper's dictionary with the most bearers in the 2010 Census, descending."""
    census, ours = load_names("census2010"), load_names("rosenman").row
    assert census.counts is not None
    order = np.argsort(-census.counts, kind="stable")
    return tuple(name for name in census.names[order] if name in ours)[:number]


@lru_cache
def largest_areas(number: int) -> tuple[str, ...]:
    """ZIP areas with the most residents in the 2010 Census, descending."""
    geography = load_geography("zcta2010")
    order = np.argsort(-geography.residents, kind="stable")[:number]
    return tuple(geography.areas[order])


def build_up(surname: str, place: str) -> dict[str, Any]:
    """Posterior of one person as evidence comes in: the outputs of `name_explorer`.

    Parameters
    ----------
    surname : as a person would type it; "" for none.
    place : ZIP code of five digits; "" for none.

    Returns
    -------
    Mapping with ``prior``, ``with_surname`` and ``with_place``, percentages of the five groups,
    and with what was found.
    """
    geography = load_geography("zcta2010")
    prior = geography.shares(FIVE)
    person = pd.DataFrame({"surname": [surname], "place": [place]})
    named = predict(person, surname="surname", prior="zcta2010").iloc[0]
    both = predict(person, surname="surname", geo="place").iloc[0]
    knows_name, knows_place = "surname" in both["evidence"], "geo" in both["evidence"]
    steps = (
        prior,
        _shares(named) if knows_name else prior,
        _shares(both) if knows_name or knows_place else prior,
    )
    return {
        "groups": SHOWN,
        **{
            name: 100 * step
            for name, step in zip(("prior", "with_surname", "with_place"), steps, strict=True)
        },
        "surname_found": page_key(surname) if knows_name else "no surname",
        "place_found": place.strip() if knows_place else "no place",
        "name_known": knows_name or not page_key(surname),
        "place_known": knows_place or not place.strip(),
    }


def _shares(row: pd.Series) -> np.ndarray:
    return row[list(FIVE)].to_numpy(dtype=float)


def name_explorer(
    surnames: int = 4000, areas: int = 7000, *, stored_only: bool = False, **options: Any
) -> Explorer:
    """Explorer in which a surname and a ZIP area build up a posterior.

    Parameters
    ----------
    surnames, areas : how many of the commonest surnames and the largest ZIP areas a page without
        a kernel stores. With a kernel the whole dictionary and all areas answer.
    stored_only : answer from the stored names and areas with a kernel too; for comparing the two.
    options : passed on to `workedpapers.explore.Explorer`.
    """
    from workedpapers.explore import Bars, Choose, Explorer, Lookup, Mirror, Sentence

    names, codes = commonest_surnames(surnames), largest_areas(areas)
    table, geography = load_names("rosenman"), load_geography("zcta2010")
    prior = geography.shares(FIVE)
    known = table.probabilities(FIVE, table.shares(FIVE), 1.0)[[table.row[n] for n in names]]
    in_country = posterior(prior, [known / table.shares(FIVE)])
    by_area = geography.probabilities(FIVE, 1.0)[[geography.row[code] for code in codes]]
    stored_names, stored_areas = frozenset(names), frozenset(codes)

    def compute(surname: str, place: str) -> dict[str, Any]:
        if not stored_only:
            return build_up(surname, place)
        name, area = page_key(surname), place.strip()
        answer = build_up(name * (name in stored_names), area * (area in stored_areas))
        answer["name_known"] = not name or name in stored_names
        answer["place_known"] = not area or area in stored_areas
        return answer

    source = resources.files(__package__).joinpath("name_explorer.js").read_text("utf-8")
    shown = ", ".join(f"{group} {{with_place[{i}]:.0f}}%" for i, group in enumerate(SHOWN))
    where_to_look = (
        f"This page stores the {surnames:,} commonest of {len(table):,} surnames and the "
        f"{areas:,} largest of {len(geography):,} ZIP areas; run the chapter for all of them."
    )
    return Explorer(
        compute=compute,
        controls=[
            Lookup("surname", names, value="JACKSON", label="Surname", free=True,
                   placeholder="type a surname"),
            Lookup("place", codes, value="30349", label="ZIP area", free=True,
                   placeholder="type five digits"),
        ],
        view=[
            Bars("groups", ["prior", "with_surname", "with_place"],
                 labels=["before: share of the population", "after the surname",
                         "after the surname and the place"],
                 ylabel="Probability (%)", ylim=(0, 100), horizontal=True, digits=0, height=380),
            Sentence([
                Choose("name_known", {True: "", False:
                    "This surname is not known here: it changes nothing. "}),
                Choose("place_known", {True: "", False:
                    "This ZIP area is not known here: it changes nothing. "}),
            ]),
        ],
        mirror=Mirror(
            source,
            data={
                "names": list(names),
                "areas": list(codes),
                "prior": np.sqrt(prior),
                "byName": np.sqrt(in_country),
                "byArea": np.sqrt(by_area),
            },
            bits={"prior": 64, "byName": 16, "byArea": 16},
        ),
        title="A surname, then a place",
        caption=(
            "Each group starts at its share of the population. The surname moves the estimate, "
            "and the place moves it again: three bars for each group, in the order in which the "
            "evidence came. Clear a box to take its evidence away. " + where_to_look
        ),
        alt=(
            "Estimate for {surname_found} and {place_found} from the two together: " + shown + "."
        ),
        **options,
    )  # fmt: skip
