"""Codes of places: of 2010 and 2020, of any length, in one column or in several."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from workedpapers import bisg
from workedpapers.bisg import FIVE
from workedpapers.bisg.places import STATE_DIGITS, CodeForm, Coding, area_code

SIZES_2020 = {
    "zcta2020": 33_774,
    "tract2020": 85_395,
    "block_group2020": 242_335,
    "county2020": 3_221,
}


@pytest.mark.parametrize(("which", "size"), SIZES_2020.items())
def test_geographies_of_2020_hold_whole_adults(which, size):
    geography = bisg.load_geography(which)
    assert len(geography) == size
    # ZIP areas leave out places where nobody gets mail
    assert geography.residents.sum() == pytest.approx(ADULTS, rel=1e-4 if "zcta" in which else 0)
    assert_allclose(geography.residents, np.round(geography.residents), atol=1e-3)
    lived_in = geography.inhabited
    assert_allclose(geography.p_race[lived_in].sum(axis=1), 1, rtol=1e-9)
    assert "adults" in geography.population
    assert "white and other race" in geography.population


# 2020 Census, residents of 18 years and over: 258,343,281 in the states, the rest in Puerto Rico
ADULTS = 261_068_184


def test_counties_are_sums_of_their_tracts():
    for year in (2010, 2020):
        county, tract = (bisg.load_geography(f"{level}{year}") for level in ("county", "tract"))
        assert_allclose(county.residents.sum(), tract.residents.sum())
        people = tract.p_race * tract.residents[:, None]
        inside = np.array([code.startswith("06037") for code in tract.areas])
        row = county.row["06037"]
        assert_allclose(county.p_race[row] * county.residents[row], people[inside].sum(axis=0))
    assert len(bisg.load_geography("county2010")) == 3_221


def test_tracts_of_2020_are_many_unknown_to_2010():
    old, new = bisg.load_geography("tract2010"), bisg.load_geography("tract2020")
    unknown = np.array([code not in old.row for code in new.areas])
    assert unknown.sum() == 22_891
    assert new.residents[unknown].sum() / new.residents.sum() == pytest.approx(0.253, abs=0.0005)


def test_as_written_in_the_issue():
    frame = pd.DataFrame({"last": ["Garcia", "Smith"], "tract": ["06075022801", "01001020100"]})
    result = bisg.predict(frame, surname="last", geo="tract", names="census2020",
                          geography="tract2020")  # fmt: skip
    assert result["evidence"].tolist() == ["surname+geo"] * 2
    assert_allclose(result[list(FIVE)].sum(axis=1), 1)


TRACT, GROUP = CodeForm.of(Coding.GEOID, 11), CodeForm.of(Coding.GEOID, 12)
COUNTY = CodeForm.of(Coding.GEOID, 5)


@pytest.mark.parametrize(
    ("code", "tract", "group", "county"),
    [
        ("010010201001000", "01001020100", "010010201001", "01001"),  # block
        ("10010201001000", "01001020100", "010010201001", "01001"),  # ... less its zero
        ("010010201001", "01001020100", "010010201001", "01001"),
        ("01001020100", "01001020100", "001001020100", "01001"),  # a group less its zero
        ("1001020100", "01001020100", None, "01001"),
        (1001020100, "01001020100", None, "01001"),
        (Decimal(1001020100), "01001020100", None, "01001"),
        (1001020100.0, "01001020100", None, "01001"),
        ("1400000US01001020100", "01001020100", "001001020100", "01001"),
        ("1500000US010010201001", "01001020100", "010010201001", "01001"),
        ("0500000US01001", None, None, "01001"),
        ("01001", None, None, "01001"),
        (1001, None, None, "01001"),
        ("0100102010", "00100102010", None, "00100"),
        ("0100102010012345", None, None, None),
        ("Autauga", None, None, None),
    ],
)
def test_codes_are_cut_to_the_level_of_the_table(code, tract, group, county):
    for form, expected in ((TRACT, tract), (GROUP, group), (COUNTY, county)):
        assert area_code(code, form)[0] == expected


def test_separate_columns_make_one_code():
    frame = pd.DataFrame(
        {"st": ["AL", "01", 1, "ca", None, "XX", 48], "cty": [1, "001", 1.0, "37", 1, 1, "1234"],
         "trt": ["020100", 20100, 20100.0, "9800", "1", "1", "1"]}, index=list("abcdefg")
    )  # fmt: skip
    code = bisg.geoid(frame, state="st", county="cty", tract="trt")
    assert code.index.equals(frame.index)
    assert code.tolist()[:4] == ["01001020100"] * 3 + ["06037009800"]
    assert code.iloc[4:].isna().all()
    assert bisg.geoid(frame, state="st", county="cty").tolist()[:4] == ["01001"] * 3 + ["06037"]


def test_names_of_tracts_are_told_by_their_decimals():
    frame = pd.DataFrame({"st": 1, "cty": 1, "trt": [201.02, 201.0, 9803.0, 0.05]})
    code = bisg.geoid(frame, state="st", county="cty", tract="trt")
    assert [c[5:] for c in code] == ["020102", "020100", "980300", "000005"]
    frame["blk"] = ["1001", 17, "2", None]
    longer = bisg.geoid(frame, state="st", county="cty", tract="trt", block="blk")
    assert longer.tolist()[:3] == [
        "010010201021001", "010010201000017", "010019803000002",
    ]  # fmt: skip
    assert pd.isna(longer.iloc[3])
    result = bisg.predict(frame.assign(g=longer), geo="g", geography="tract2020")
    assert result["matched_geo"].tolist()[-1] == "missing"


def test_every_state_has_its_digits():
    assert len(STATE_DIGITS) == 56
    tracts = {code[:2] for code in bisg.load_geography("tract2010").areas}
    assert tracts <= set(STATE_DIGITS.values())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"state": "St", "county": "cty"}, "state: expected a column.*did you mean 'st'"),
        ({"state": "st", "county": "cty", "block": "b"}, "tract: expected a column"),
        ({"state": "st", "county": "cty", "tract": "t", "block": "b", "block_group": "b"}, "both"),
    ],
)
def test_bad_requests_are_refused_by_name(options, message):
    with pytest.raises(ValueError, match=message):
        bisg.geoid(pd.DataFrame({"st": [1], "cty": [1], "t": [1], "b": [1]}), **options)


def test_a_zip_code_that_is_no_area_falls_to_three_digits_when_asked():
    places = bisg.load_geography("zcta2010")
    empty = places.areas[~places.inhabited][0]
    frame = pd.DataFrame({"zip": ["10116", "94110", "09012", "00000", empty, 10116]})
    usual = bisg.predict(frame, geo="zip")["matched_geo"].tolist()
    assert usual == ["unknown area", "matched", "military", "unknown area", "no residents",
                     "unknown area"]  # fmt: skip
    asked = bisg.predict(frame, geo="zip", unknown_zip="three-digit", smoothing=0)
    assert asked["matched_geo"].tolist() == [
        "three-digit area", "matched", "military", "unknown area", "three-digit area",
        "three-digit area",
    ]  # fmt: skip
    near = np.array([code.startswith("101") for code in places.areas])
    people = (places.probabilities(FIVE) * places.residents[:, None])[near].sum(axis=0)
    assert_allclose(asked[list(FIVE)].iloc[0], people / people.sum())
    assert_allclose(asked[list(FIVE)].iloc[1], bisg.predict(frame, geo="zip", smoothing=0)
                    [list(FIVE)].iloc[1])  # fmt: skip


def test_codes_of_another_vintage_are_told_what_to_take():
    new = bisg.load_geography("tract2020")
    old = bisg.load_geography("tract2010")
    unknown = [code for code in new.areas if code not in old.row][:50]
    frame = pd.DataFrame({"tract": unknown})
    with pytest.raises(ValueError, match=r"50 of 50 codes unknown.*newer ones take tract2020"):
        bisg.predict(frame, geo="tract", geography="tract2010")
    mixed = pd.DataFrame({"tract": [*unknown, *old.areas[:50]]})
    with pytest.warns(UserWarning, match=r"50 of 100 codes unknown.*take tract2020"):
        bisg.predict(mixed, geo="tract", geography="tract2010")
    few = pd.DataFrame({"tract": [*unknown[:3], *old.areas[:50]]})
    bisg.predict(few, geo="tract", geography="tract2010")
