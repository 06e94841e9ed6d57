import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from workedpapers import bisg
from workedpapers.bisg import CENSUS6, FIVE, Geography, NameTable
from workedpapers.bisg.categories import convert
from workedpapers.bisg.cells import as_shares
from workedpapers.bisg.places import CodeForm, Coding, area_code

COUNTS = pd.DataFrame(
    [[10, 5, 3, 1, 1], [0, 40, 0, 0, 0], [1, 1, 30, 5, 3]], columns=list(FIVE)
).assign(name=["Abbot", "Baker", "de la Cruz"])
AREAS = COUNTS.rename(columns={"name": "area"})


def shares_frame():
    p = COUNTS[list(FIVE)].div(COUNTS[list(FIVE)].sum(axis=1), axis=0)
    return p.assign(name=COUNTS["name"])


def test_counts_and_probabilities_give_the_same_table():
    by_count = NameTable.from_frame(COUNTS)
    sizes = COUNTS[list(FIVE)].sum(axis=1)
    by_share = NameTable.from_frame(shares_frame().assign(count=sizes))
    assert_allclose(by_count.p_race, by_share.p_race)
    assert_allclose(by_count.marginal, by_share.marginal)
    assert_allclose(by_count.counts, by_share.counts)
    assert by_count.names.tolist() == ["ABBOT", "BAKER", "DELACRUZ"]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_files_enter_by_the_same_door(tmp_path, suffix):
    path = tmp_path / f"own.{suffix}"
    table = pd.concat([COUNTS, COUNTS.assign(name=["NAN", "NULL", "NA"])], ignore_index=True)
    table.to_csv(path, index=False) if suffix == "csv" else table.to_parquet(path)
    loaded = NameTable.from_frame(path)
    assert loaded.names[3:].tolist() == ["NAN", "NULL", "NA"]
    people = pd.DataFrame({"last": ["Baker", "Nan"]})
    for names in (path, str(path), loaded, table):
        result = bisg.predict(people, surname="last", names=names, smoothing=0)
        assert_allclose(result["black"], [1, 5 / 20])


def test_own_geography_enters_by_the_same_door(tmp_path):
    path = tmp_path / "areas.csv"
    AREAS.assign(area=["01", "02", "x"]).to_csv(path, index=False)
    people = pd.DataFrame({"where": ["01", " 02 ", "3"]})
    for geography in (
        path,
        str(path),
        Geography.from_frame(path),
        AREAS.assign(area=["01", "02", "x"]),
    ):
        result = bisg.predict(people, geo="where", geography=geography, smoothing=0)
        assert_allclose(result["black"].iloc[:2], [5 / 20, 1])
        assert result["matched_geo"].tolist() == ["matched", "matched", "unknown area"]


def test_counts_of_names_that_clean_to_one_are_added():
    twice = pd.concat([COUNTS, COUNTS.assign(name=["ABBOT ", "O'Baker", "Cruz"])])
    table = NameTable.from_frame(twice)
    assert table.counts[table.row["ABBOT"]] == 40


def test_six_groups_are_known_by_their_columns():
    six = pd.DataFrame([[5, 4, 3, 2, 1, 9]] * 2, columns=list(CENSUS6)).assign(name=["A B", "CD"])
    table = NameTable.from_frame(six)
    assert table.categories == CENSUS6
    assert_allclose(table.shares(FIVE), np.array([5, 4, 9, 3, 3]) / 24)


BAD_NAMES = [
    (COUNTS.drop(columns="name"), {}, ValueError, "expected a column 'name'"),
    (COUNTS.drop(columns="asian"), {}, ValueError, "expected the columns"),
    (COUNTS.assign(black=[5, -1, 2]), {}, ValueError, "not negative, got .* in row 'Baker'"),
    (COUNTS.assign(black=[5, np.nan, 2]), {}, ValueError, "finite"),
    (COUNTS.assign(black=["a", "b", "c"]), {}, TypeError, "expected numbers"),
    (COUNTS.assign(name=["A", "B", ""]), {}, ValueError, "expected a name in A-Z in row 2"),
    (COUNTS.assign(name=["A", "B", 3]), {}, TypeError, "name: expected text, got 3"),
    (COUNTS.assign(asian=0), {}, ValueError, r"got nobody in \['asian'\]"),
    (COUNTS.iloc[:0], {}, ValueError, "no rows"),
    (COUNTS, {"values": "percent"}, ValueError, "values: expected one of .*'percent'"),
    (COUNTS, {"kind": "last"}, ValueError, "kind: expected one of .*'last'"),
    (shares_frame(), {}, ValueError, "expected counts or marginal="),
    (
        shares_frame().assign(white=0.9),
        {},
        ValueError,
        "expected rows that sum to 1 .*got 1.4 in row 'Abbot'",
    ),
    (COUNTS, {"values": "probabilities"}, ValueError, "For counts, say values='counts'"),
    (
        shares_frame().assign(count=[1, -2, 3]),
        {},
        ValueError,
        "finite numbers of at least 0 in column 'count'",
    ),
    (shares_frame().assign(count=["x"] * 3), {}, TypeError, "expected numbers in column 'count'"),
    (
        shares_frame().assign(name=["A B", "AB", "C"], count=1),
        {},
        ValueError,
        "got 'AB' more than once",
    ),
]


@pytest.mark.parametrize(("frame", "options", "error", "message"), BAD_NAMES)
def test_a_bad_dictionary_is_refused_by_name(frame, options, error, message):
    with pytest.raises(error, match=message):
        NameTable.from_frame(frame, **options)


BAD_AREAS = [
    (AREAS.drop(columns="area"), ValueError, "expected a column 'area'"),
    (AREAS.assign(area=["a", "a", "b"]), ValueError, "got 'a' more than once"),
    (
        AREAS.assign(area=["a", None, "b"]),
        ValueError,
        "expected a code in every row, got (nan|None) in row 1",
    ),
    (AREAS.assign(white=[-1, 2, 3]), ValueError, "not negative"),
    (AREAS.iloc[:0], ValueError, "no rows"),
    (shares_frame().rename(columns={"name": "area"}), ValueError, "column 'population'"),
]


@pytest.mark.parametrize(("frame", "error", "message"), BAD_AREAS)
def test_a_bad_geography_is_refused_by_name(frame, error, message):
    with pytest.raises(error, match=message):
        Geography.from_frame(frame)


def test_a_missing_file_is_named():
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv"):
        NameTable.from_frame("nowhere.csv")


def test_empty_places_may_stand_in_a_geography():
    frame = pd.concat([AREAS, AREAS.iloc[:1].assign(area="empty", **dict.fromkeys(FIVE, 0))])
    geography = Geography.from_frame(frame)
    assert geography.inhabited.tolist() == [True, True, True, False]


def test_codes_without_a_number_of_digits_are_taken_as_they_are():
    text = CodeForm.of(Coding.TEXT, None)
    assert area_code(" Wake County ", text) == ("Wake County", False)
    assert area_code(37.0, text) == ("37", False)
    assert area_code("037", text) == ("037", False)
    assert area_code(None, text) == ("", False)


def test_shares_are_taken_in_any_form():
    values = [0.5, 0.2, 0.2, 0.05, 0.05]
    by_name = dict(zip(FIVE, values, strict=True))
    backwards = pd.Series(by_name)[::-1]
    for form in (values, by_name, backwards):
        assert_allclose(as_shares(form, FIVE, "prior"), values)
    six = dict(zip(CENSUS6, [0.5, 0.2, 0.05, 0.02, 0.03, 0.2], strict=True))
    assert_allclose(as_shares(six, FIVE, "prior"), values)


def test_five_groups_cannot_be_split():
    with pytest.raises(ValueError, match="expected groups that give"):
        convert(np.ones(5), FIVE, CENSUS6, "table")
