"""Explorers of the chapter: a name and a place, and what labels cost."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workedpapers.bisg.categories import FIVE
from workedpapers.bisg.data import load_geography, load_names
from workedpapers.bisg.model import posterior
from workedpapers.bisg.prediction import predict
from workedpapers.bisg.simulate import simulate_people

if TYPE_CHECKING:
    from workedpapers.explore import Explorer

#: Lists of names that the paper's dictionaries were not made from.
CENSUS_LISTS = {"surname": "census2010", "first": "census2020"}

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
    return {
        "groups": SHOWN,
        "prior": 100 * prior,
        "with_surname": 100 * (_shares(named) if knows_name else prior),
        "with_place": 100 * (_shares(both) if knows_name or knows_place else prior),
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
    from workedpapers.explore import Bars, Choose, Controls, Explorer, Lookup, Mirror, Sentence

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
            Controls(["surname", "place"]),
            Bars("groups", ["prior", "with_surname", "with_place"],
                 labels=["before: share of the population", "after the surname",
                         "after the surname and the place"],
                 ylabel="Probability (%)", ylim=(0, 108), horizontal=True, digits=0, height=370),
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
        name="name-and-place",
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


def labels_at(proba: pd.DataFrame, truth: pd.Series, threshold: float) -> dict[str, Any]:
    """What labels do: who gets one when the largest probability must reach a threshold.

    Parameters
    ----------
    proba : result of `predict`, n rows.
    truth : the true group of each row.
    threshold : from 0 to 1.

    Returns
    -------
    Mapping with, for each of the five groups in percent: ``labelled``, the share of its people who
    get a label; ``wrong``, the share of those whose label is another group; ``counted``, its
    share among the labels; ``summed``, its mean probability; ``true``, its share in truth; and
    ``everybody``, the share of all people who get a label; ``fewest``, the group of whose people
    the smallest share does.
    """
    p = proba[list(FIVE)].to_numpy(dtype=float)
    group = pd.Categorical(truth, categories=list(FIVE)).codes
    best, has_label = p.argmax(axis=1), p.max(axis=1) >= threshold
    members = np.bincount(group, minlength=len(FIVE))
    labelled = np.bincount(group[has_label], minlength=len(FIVE))
    wrong = np.bincount(group[has_label & (best != group)], minlength=len(FIVE))
    counted = np.bincount(best[has_label], minlength=len(FIVE))
    return {
        "groups": SHOWN,
        "labelled": 100 * labelled / members,
        "wrong": 100 * wrong / np.maximum(labelled, 1),
        "counted": 100 * counted / max(counted.sum(), 1),
        "summed": 100 * p.mean(axis=0),
        "true": 100 * members / members.sum(),
        "everybody": 100 * float(has_label.mean()),
        "fewest": SHOWN[int((labelled / members).argmin())],
    }


def threshold_explorer(people: int = 100_000, seed: int = 0, **options: Any) -> Explorer:
    """Explorer of what happens when probabilities are turned into labels.

    Parameters
    ----------
    people : number of people simulated from the real tables, whose group is known.
    seed : seed of the simulation.
    options : passed on to `workedpapers.explore.Explorer`.
    """
    from workedpapers.explore import Bars, Choice, Controls, Explorer, Number, Sentence, Slider

    everybody = simulate_people(people, seed=seed, names=CENSUS_LISTS, first=True)
    evidence: dict[str, dict[str, Any]] = {
        "surname": {"surname": "surname", "prior": "zcta2010"},
        "surname and place": {"surname": "surname", "geo": "area"},
        "both names and place": {"surname": "surname", "first": "first", "geo": "area"},
    }
    answers = {
        label: predict(everybody, **words).fillna(dict(zip(FIVE, _national(), strict=True)))
        for label, words in evidence.items()
    }

    def compute(threshold: float, evidence: str) -> dict[str, Any]:
        return labels_at(answers[evidence], everybody["race"], threshold)

    return Explorer(
        compute=compute,
        controls=[
            Slider("threshold", 0.3, 0.99, value=0.8, step=0.01,
                   label="Smallest probability that gives a label"),
            Choice("evidence", list(evidence), value="surname and place", label="Evidence"),
        ],
        view=[
            [
                Bars("groups", ["labelled", "wrong"], ylim=(0, 108), horizontal=True, digits=0,
                     labels=["of the group: get a label", "of these: a wrong one"],
                     ylabel="Share of people (%)", height=320),
                Bars("groups", ["true", "summed", "counted"], ylim=(0, 108), horizontal=True,
                     digits=0, labels=["truth", "sum of probabilities", "count of labels"],
                     ylabel="Share of the population (%)", height=320),
            ],
            Controls(["threshold", "evidence"]),
            Number("everybody", label="People with a label", unit="%", digits=1),
            Sentence(
                "Of white people {labelled[0]:.0f}% get a label, of Black people "
                "{labelled[1]:.0f}%, of Hispanic people {labelled[2]:.0f}%."
            ),
        ],
        grid={"threshold": 70},
        title="What labels cost",
        name="labels",
        caption=(
            f"{people:,} people drawn from the Census tables, whose group is known. Left: who "
            "gets a label at all, and how often it is wrong, by true group. Right: what "
            "the labels add up to. Raise the threshold: fewer labels are wrong, and the groups "
            "that names tell apart least disappear from the count. The sum of probabilities stays."
        ),
        alt=(
            "At a threshold of {threshold} with {evidence}, {labelled[0]:.0f}% of white, "
            "{labelled[1]:.0f}% of Black, {labelled[2]:.0f}% of Hispanic, {labelled[3]:.0f}% of "
            "Asian and {labelled[4]:.0f}% of other people get a label; of these, {wrong[0]:.0f}%, "
            "{wrong[1]:.0f}%, {wrong[2]:.0f}%, {wrong[3]:.0f}% and {wrong[4]:.0f}% a wrong one."
        ),
        **options,
    )  # fmt: skip


def _national() -> np.ndarray:
    return load_geography("zcta2010").shares(FIVE)
