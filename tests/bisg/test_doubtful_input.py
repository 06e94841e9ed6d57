"""What files really hold: placeholders, lost letters, rounded shares, other libraries' tables."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal

from workedpapers import bisg
from workedpapers.bisg import CENSUS6, FIVE, NameTable, cleaning, data, matching

# Names that are none -------------------------------------------------------------------------

WORDS = ["UNKNOWN", "None", "FNU", "TEST", "nan", "NULL", "null", "Unknown.", "true"]
PHRASES = ["NOT PROVIDED", "No name", "NO LAST NAME", "ALL OTHER NAMES", "not known"]


@pytest.mark.parametrize("long", [False, True])
def test_placeholders_tell_nothing_when_they_are_passed_over(monkeypatch, long):
    frame = pd.DataFrame({"last": [*WORDS, *PHRASES, "Garcia", "Smith-Jones"]})
    if long:
        monkeypatch.setattr(matching, "LONG", 0)
    with pytest.warns(UserWarning, match="surname: .* seldom a name .*placeholders='ignore'"):
        used = bisg.predict(frame, surname="last")
    passed = bisg.predict(frame, surname="last", placeholders="ignore")
    n = len(WORDS)
    assert set(passed["matched_surname"].iloc[:n]) == {"placeholder"}
    assert set(passed["evidence"].iloc[:n]) == {"none"}
    assert "exact" in set(used["matched_surname"].iloc[:n])
    for answer in (used, passed):
        phrases = answer.iloc[n : n + len(PHRASES)]
        assert set(phrases["matched_surname"]) == {"placeholder"}
        assert phrases["white"].isna().all()
    assert_frame_equal(used.iloc[-2:], passed.iloc[-2:])


def test_rare_words_bring_no_warning(recwarn):
    frame = pd.DataFrame({"last": ["Null", "True"] + ["Smith"] * 3000})
    assert bisg.predict(frame, surname="last", names="census2010")["evidence"].eq("surname").all()
    assert not [w for w in recwarn if issubclass(w.category, UserWarning)]


def test_no_phrase_is_a_name_in_any_table():
    found = {
        phrase
        for names, kinds in data.NAMES.items()
        for kind in set(kinds) - {"middle"}
        for phrase in cleaning.PLACEHOLDER_PHRASES & set(bisg.load_names(names, kind).row)
    }
    assert found == {"NONAME", "NOFIRSTNAME"}  # two lists hold them as if they were names


@pytest.mark.parametrize("long", [0, 10**6])
def test_a_phrase_in_the_table_is_no_name_either(monkeypatch, long):
    monkeypatch.setattr(matching, "LONG", long)
    frame = pd.DataFrame({"last": ["NONAME", "No Name", "Smith"]})
    answer = bisg.predict(frame, surname="last", names="census2000")
    assert answer["matched_surname"].tolist() == ["placeholder", "placeholder", "exact"]


def test_the_surname_null_is_in_every_list_of_the_census():
    for year, bearers in (("2000", 7072), ("2010", 7164), ("2020", 6736)):
        table = bisg.load_names(f"census{year}")
        row = table.row["NULL"]
        assert table.counts[row] == bearers
        assert_allclose(table.p_race[row, 0], 0.936, atol=0.001)


# Letters lost on the way -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "plain"),
    [("Núñez", "NUNEZ"), ("García", "GARCIA"), ("Großmann", "GROSSMANN"), ("O’Brien", "OBRIEN"),
     ("Šarić", "SARIC"), ("Çelik", "CELIK"), ("Ørsted", "ORSTED"), ("Íñigo", "INIGO"),
     ("D´Angelo", "DANGELO")],
)  # fmt: skip
def test_a_wrong_encoding_is_put_right(right, plain):
    assert bisg.clean_name(right) == plain
    for encoding in ("cp1252", "latin-1"):
        try:
            wrong = right.encode().decode(encoding)
        except UnicodeDecodeError:
            continue
        assert bisg.clean_name(wrong) == plain
        assert bisg.clean_name(wrong.upper() if encoding == "latin-1" else wrong)


@pytest.mark.parametrize("name", ["Nu?ez", "Nu??ez", "Nu\ufffdez", "\ufffd"])
def test_a_lost_letter_is_not_guessed(name):
    answer = bisg.predict(pd.DataFrame({"last": [name]}), surname="last", unlisted="census")
    assert answer["matched_surname"].tolist() == ["garbled"]
    assert answer["evidence"].tolist() == ["none"]
    assert bisg.clean_name(name) == ""


def test_question_marks_elsewhere_are_no_loss():
    assert bisg.clean_name("Smith?") == "SMITH"
    assert bisg.clean_name("? Smith") == "SMITH"


# Names in no list ------------------------------------------------------------------------------


@pytest.mark.parametrize("categories", ["five", "census6"])
def test_unlisted_surnames_take_what_the_census_says_of_them(categories):
    frame = pd.DataFrame({"last": ["Xqzzt", "Garcia", None, "123"]})
    use = {"surname": "last", "names": "census2010", "categories": categories}
    asked = bisg.predict(frame, **use, unlisted="census")
    assert asked["matched_surname"].tolist() == [
        "all other names",
        "exact",
        "missing",
        "no letters",
    ]
    assert asked["evidence"].tolist() == ["surname", "surname", "none", "none"]
    assert_frame_equal(asked.iloc[1:2], bisg.predict(frame, **use).iloc[1:2])
    # The row of the 2010 list, as printed by the Census Bureau.
    printed = dict(zip(CENSUS6, [66.65, 8.53, 7.97, 0.86, 2.32, 13.67], strict=True))
    groups = CENSUS6 if categories == "census6" else FIVE
    printed |= {"asian": printed["api"], "other": printed["native"] + printed["multiple"]}
    row = np.array([printed[group] for group in groups]) / 100
    assert_allclose(asked[list(groups)].iloc[0], row, atol=1e-3)


def test_what_the_census_says_is_carried_by_bayes():
    frame = pd.DataFrame({"last": ["Xqzzt"], "zip": ["94110"]})
    asked = bisg.predict(frame, surname="last", geo="zip", unlisted="census", smoothing=0)
    place = bisg.predict(frame, geo="zip", smoothing=0)[list(FIVE)].iloc[0]
    ratio = data.other_names(FIVE)
    assert_allclose(ratio[1], 0.71, atol=0.01)
    assert_allclose(ratio[3], 1.63, atol=0.02)
    assert_allclose(asked[list(FIVE)].iloc[0], place * ratio / (place * ratio).sum())


# Tables of other kinds ---------------------------------------------------------------------------


class Polars:
    """A table that speaks Arrow and is no data frame of pandas."""

    def __init__(self, frame):
        self.table = pa.Table.from_pandas(frame)

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


FRAME = pd.DataFrame({"last": ["Garcia", None, "Smith"], "zip": ["94110", "2138", None], "x": 1})


@pytest.mark.parametrize("form", [Polars, pa.Table.from_pandas])
def test_tables_that_speak_arrow_are_accepted(form):
    expected = bisg.predict(FRAME, surname="last", geo="zip")
    assert_frame_equal(bisg.predict(form(FRAME), surname="last", geo="zip"), expected)
    with pytest.raises(ValueError, match=r"surname: expected a column .*'LAST'.*mean 'last'"):
        bisg.predict(form(FRAME), surname="LAST")


def test_others_are_refused_by_their_real_name():
    class DataFrame:
        """Not the one that is meant."""

    with pytest.raises(TypeError, match=r"got tests\.bisg\..*DataFrame"):
        bisg.predict(DataFrame(), surname="last")


def test_a_column_that_differs_in_case_is_pointed_at():
    with pytest.raises(ValueError, match="did you mean 'last'"):
        bisg.predict(FRAME, surname="Last")
    with pytest.raises(ValueError, match="did you mean 'name'"):
        NameTable.from_frame(pd.DataFrame({"name": ["A"]}), name="NAME")


def test_categories_are_looked_up_once_and_give_the_same(monkeypatch):
    rng = np.random.default_rng(0)
    names = ["Garcia", "O'Neil, Jr.", "SMITH IV", "Xq", "UNKNOWN", None, "de la Cruz"]
    zips = ["94110", "2138", "99999", "abc", None, "10116", "09012"]
    frame = pd.DataFrame({"last": rng.choice(np.array(names, object), 500),
                          "zip": rng.choice(np.array(zips, object), 500)})  # fmt: skip
    use = {"surname": "last", "geo": "zip", "unknown_zip": "three-digit", "unlisted": "census",
           "placeholders": "ignore"}  # fmt: skip
    plain = bisg.predict(frame, **use)
    assert_frame_equal(bisg.predict(frame.astype("category"), **use), plain)
    asked = []
    find = matching.find
    monkeypatch.setattr(
        matching, "find", lambda name, *a, **k: asked.append(name) or find(name, *a, **k)
    )
    bisg.predict(frame.astype("category"), surname="last")
    assert len(asked) == len(names) - 1


# Shares as they are printed ----------------------------------------------------------------------

PRINTED = pd.DataFrame(
    {"name": ["SMITH", "NGUYEN", "ALL OTHER NAMES"], "count": [2442977, 437645, 1000],
     "pctwhite": ["70.9", "1.0", "66.65"], "pctblack": ["23.11", "(S)", "8.53"],
     "pctapi": [".5", "96.5", "7.97"], "pctaian": [".89", "(S)", ".86"],
     "pct2prace": ["2.19", "1.5", "2.32"], "pcthispanic": ["2.4", "0.6", "13.67"]}
)  # fmt: skip


def test_the_columns_of_the_census_are_accepted():
    table = NameTable.from_frame(PRINTED)
    assert table.categories == CENSUS6
    assert_allclose(table.p_race.sum(axis=1), 1)
    smith, nguyen = (table.p_race[table.row[name]] for name in ("SMITH", "NGUYEN"))
    ours = bisg.load_names("census2010")
    assert_allclose(smith, ours.p_race[ours.row["SMITH"]], atol=2e-4)
    # What is secret shares what is left: 100 - 1.0 - 96.5 - 1.5 - 0.6 = 0.4
    assert_allclose(nguyen[[1, 3]], 0.002, atol=1e-12)


def test_the_columns_of_the_census_are_read_from_a_file(tmp_path):
    PRINTED.to_csv(tmp_path / "names.csv", index=False)
    from_file = NameTable.from_frame(tmp_path / "names.csv")
    assert_allclose(from_file.p_race, NameTable.from_frame(PRINTED).p_race)


@pytest.mark.parametrize("total", [0.99, 0.994, 1.006, 1.01])
def test_rounded_shares_are_rescaled_with_a_warning(total):
    rows = pd.DataFrame([[0.5, 0.2, 0.15, 0.1, 0.05]] * 2, columns=list(FIVE))
    rows.iloc[0] *= total
    table = rows.assign(name=["A B", "C D"], count=5)
    with pytest.warns(UserWarning, match=r"1 row.* were rescaled"):
        made = NameTable.from_frame(table)
    assert_allclose(made.p_race[0], made.p_race[1])
    places = rows.assign(area=["x", "y"], population=7)
    with pytest.warns(UserWarning, match="were rescaled"):
        bisg.Geography.from_frame(places)


def test_small_rounding_is_quiet_and_a_larger_gap_refused(recwarn):
    rows = pd.DataFrame([[0.5, 0.2, 0.15, 0.1, 0.05]], columns=list(FIVE))
    NameTable.from_frame((rows * 1.004).assign(name="A", count=5))
    assert not [w for w in recwarn if issubclass(w.category, UserWarning)]
    with pytest.raises(ValueError, match="expected rows that sum to 1"):
        NameTable.from_frame((rows * 1.02).assign(name="A", count=5))


def test_as_written_in_the_issue():
    frame = pd.DataFrame({"last": ["UNKNOWN", "Xqzzt", "Garcia"], "zip": ["94110"] * 3})
    answer = bisg.predict(frame, surname="last", geo="zip", placeholders="ignore",
                          unlisted="census")  # fmt: skip
    assert answer["matched_surname"].tolist() == ["placeholder", "all other names", "exact"]
    assert answer["evidence"].tolist() == ["geo", "surname+geo", "surname+geo"]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"placeholders": "drop"}, "placeholders: expected one of use, ignore"),
        ({"unlisted": "guess"}, "unlisted: expected one of ignore, census"),
        ({"unknown_zip": "city"}, "unknown_zip: expected one of ignore, three-digit"),
    ],
)
def test_unknown_options_are_refused_by_name(option, message):
    with pytest.raises(ValueError, match=message):
        bisg.predict(FRAME, surname="last", geo="zip", **option)
