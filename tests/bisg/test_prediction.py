from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal

from workedpapers import bisg
from workedpapers.bisg import CENSUS6, FIVE, Abstention, Match, matching

MESSY_NAMES = ["Garcia", "O'Neil, Jr.", "SMITH IV", "Zzqx", "", None, float("nan"), "NAN", 7,
               "Nguyen-Tran", "de la Cruz", "李", "Washington"]  # fmt: skip
MESSY_ZIPS = ["94110", 94110, 94110.0, "94110-1234", "2138", 2138, "0", "941101", "abc", None,
              float("nan"), "00000", 94110.5, True, "99999", "10001"]  # fmt: skip


def people(n=200, seed=0):
    rng = np.random.default_rng(seed)
    pick = lambda values: [values[i] for i in rng.integers(len(values), size=n)]  # noqa: E731
    return pd.DataFrame(
        {"last": pick(MESSY_NAMES), "first": pick(["Maria", "John", "Xq", None]),
         "zip": pick(MESSY_ZIPS)}
    )  # fmt: skip


USE = {"surname": "last", "first": "first", "geo": "zip"}


def test_as_written_in_the_readme():
    garcia = bisg.lookup("Garcia")
    assert garcia.index.tolist() == ["white", "black", "hispanic", "asian", "other"]
    assert garcia.sum() == pytest.approx(1)
    assert garcia.idxmax() == "hispanic"
    frame = pd.DataFrame({"surname": ["Garcia", "Smith"], "zcta": ["94110", "02138"]})
    result = bisg.predict(frame, surname="surname", geo="zcta")
    assert result.columns[:5].tolist() == list(FIVE)
    frame = frame.assign(last=["Garcia", "Lee"], first=["Maria", "Bruce"], zip=[94110, 2138])
    assert len(bisg.predict(frame, surname="last", first="first", geo="zip",
                            names="rosenman", geography="zcta2010")) == 2  # fmt: skip


def test_the_contract_of_a_result_on_messy_rows():
    frame = people(500)
    result = bisg.predict(frame, **USE)
    assert result.index.equals(frame.index)
    p = result[list(FIVE)].to_numpy()
    abstains = result["abstention"].ne("").to_numpy()
    assert_allclose(p[~abstains].sum(axis=1), 1, rtol=1e-12)
    assert (p[~abstains] > 0).all()
    assert np.isnan(p[abstains]).all()
    assert (result["evidence"].eq("none") == abstains).all()
    assert len(set(result["reference_population"])) == 1
    assert set(result["matched_surname"].cat.categories) == set(Match)
    assert set(result["abstention"]) <= set(Abstention)
    no_label = result.columns.difference(
        [*FIVE, "evidence", "matched_surname", "matched_first", "matched_geo", "abstention",
         "reference_population"]
    )  # fmt: skip
    assert no_label.empty


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 60))
def test_a_row_depends_on_itself_alone(seed, n):
    frame = people(n, seed)
    whole = bisg.predict(frame, **USE)
    order = np.random.default_rng(seed).permutation(n)
    assert_frame_equal(bisg.predict(frame.iloc[order], **USE), whole.iloc[order])
    half = n // 2
    parts = [bisg.predict(frame.iloc[:half], **USE), bisg.predict(frame.iloc[half:], **USE)]
    together = pd.concat(parts)
    for column in FIVE:
        assert_allclose(together[column], whole[column], rtol=0, atol=0)
    assert together["evidence"].astype(str).tolist() == whole["evidence"].astype(str).tolist()


@pytest.mark.parametrize("dtype", ["object", "str"])
def test_long_columns_take_another_way_to_the_same_rows(monkeypatch, dtype):
    frame = people(2000)
    clean = {c: frame[c].map(lambda v: v if isinstance(v, str) else None) for c in frame}
    frame = pd.DataFrame(clean).astype(dtype)
    short = bisg.predict(frame, **USE)
    monkeypatch.setattr(matching, "LONG", 0)
    assert matching.arrow_text(frame["last"]) is not None
    assert_frame_equal(bisg.predict(frame, **USE), short)
    whole = bisg.predict(frame.iloc[::-1], **USE).iloc[::-1]
    assert_frame_equal(whole, short)


def test_long_columns_of_mixed_types_are_read_value_by_value(monkeypatch):
    frame = people(500)
    short = bisg.predict(frame, **USE)
    monkeypatch.setattr(matching, "LONG", 0)
    assert matching.arrow_text(frame["last"]) is None
    assert_frame_equal(bisg.predict(frame, **USE), short)


def test_any_index_survives_even_a_repeated_one():
    frame = people(6)
    frame.index = pd.Index([3, 3, 1, 1, 2, 3], name="who")
    result = bisg.predict(frame, **USE)
    assert result.index.equals(frame.index)
    assert result.index.name == "who"
    plain = bisg.predict(frame.reset_index(drop=True), **USE)
    assert_allclose(result[list(FIVE)], plain[list(FIVE)])


def test_no_rows_give_no_rows_of_the_same_kind():
    some, none = bisg.predict(people(3), **USE), bisg.predict(people(3).iloc[:0], **USE)
    assert len(none) == 0
    assert none.columns.equals(some.columns)
    assert (none.dtypes == some.dtypes).all()


@pytest.mark.parametrize("kind", ["object", "string", "str", "category", "string[pyarrow]"])
def test_any_text_dtype_gives_the_same(kind):
    frame = pd.DataFrame({"last": ["Garcia", None, "Smith", "NAN"], "zip": ["94110"] * 4})
    plain = bisg.predict(frame.astype(object), surname="last", geo="zip")
    typed = frame.astype(kind)
    assert_frame_equal(bisg.predict(typed, surname="last", geo="zip"), plain)


def test_the_surname_nan_is_a_name_and_a_missing_one_is_not():
    frame = pd.DataFrame({"last": ["NAN", "nan", None, np.nan, pd.NA]})
    result = bisg.predict(frame, surname="last")
    assert result["matched_surname"].tolist() == ["exact", "exact", *["missing"] * 3]
    assert_allclose(result[list(FIVE)].iloc[0], result[list(FIVE)].iloc[1])


@pytest.mark.parametrize(
    ("zip_code", "same_as", "what"),
    [
        (94110, "94110", "matched"), (94110.0, "94110", "matched"),
        ("94110-1234", "94110", "matched"), ("941101234", "94110", "matched"),
        (" 94110 ", "94110", "matched"), ("94110.0", "94110", "matched"),
        ("2138", "02138", "padded"), (2138, "02138", "padded"), (2138.0, "02138", "padded"),
        (np.int32(601), "00601", "padded"), ("2138-1234", "02138", "padded"),
        (21381234, "02138", "padded"), ("21381234", "02138", "padded"),
        (6011234, "00601", "padded"), ("94110-", "94110", "matched"),
        ("94110 1234", "94110", "matched"), ("94110–1234", "94110", "matched"),
        ("860Z200US94110", "94110", "matched"), ("ZCTA5 94110", "94110", "matched"),
        (Decimal(94110), "94110", "matched"), (Decimal("2138.0"), "02138", "padded"),
        (Decimal("94110.5"), None, "malformed"), (Decimal("NaN"), None, "missing"),
        (1e20, None, "malformed"), (10**20, None, "malformed"),
        ("09012", None, "military"), ("34001", None, "military"), ("96201", None, "military"),
        ("9411", None, "unknown area"), ("99999", None, "unknown area"),
        ("94", None, "malformed"), ("941100", None, "malformed"), ("9411O", None, "malformed"),
        ("94110-12", None, "malformed"), (94110.5, None, "malformed"), (True, None, "malformed"),
        (-94110, None, "malformed"), ("٩٤١١٠", None, "malformed"), ([94110], None, "malformed"),
        (None, None, "missing"), ("", None, "missing"), (float("nan"), None, "missing"),
    ],
)  # fmt: skip
def test_zip_codes(zip_code, same_as, what):
    frame = pd.DataFrame(
        {"last": ["Garcia", "Garcia"], "zip": pd.Series([zip_code, 1], dtype=object)}
    )
    row = bisg.predict(frame, surname="last", geo="zip").iloc[0]
    assert row["matched_geo"] == what
    expected = pd.DataFrame({"last": ["Garcia"], "zip": [same_as]})
    assert_allclose(
        row[list(FIVE)].astype(float),
        bisg.predict(expected, surname="last", geo="zip")[list(FIVE)].iloc[0],
    )
    assert row["evidence"] == ("surname+geo" if same_as else "surname")


def test_an_area_without_residents_is_said_to_be_one():
    geography = bisg.load_geography("zcta2010")
    empty = geography.areas[~geography.inhabited][0]
    frame = pd.DataFrame({"last": ["Garcia", "Xqzz"], "zip": [empty, empty]})
    result = bisg.predict(frame, surname="last", geo="zip")
    assert result["matched_geo"].tolist() == ["no residents"] * 2
    assert result["evidence"].tolist() == ["surname", "none"]
    assert result["abstention"].tolist() == ["", "no evidence"]


def test_tracts_are_known_by_their_eleven_digits_or_ten():
    codes = ["01001020100", "1001020100", 1001020100, "001020100"]
    frame = pd.DataFrame({"last": ["Smith"] * 4, "tract": codes})
    result = bisg.predict(frame, surname="last", geo="tract", geography="tract2010")
    assert result["matched_geo"].tolist() == ["matched", "padded", "padded", "malformed"]
    assert len(set(result["white"].iloc[:3])) == 1


def test_unmatched_name_leaves_the_answer_to_the_place():
    geography = bisg.load_geography("zcta2010")
    frame = pd.DataFrame({"last": ["Xqzz"], "zip": ["94110"]})
    result = bisg.predict(frame, surname="last", geo="zip", smoothing=0)
    row = geography.probabilities(FIVE)[geography.row["94110"]]
    assert_allclose(result[list(FIVE)].iloc[0], row)


def test_unknown_place_leaves_the_country_as_prior():
    frame = pd.DataFrame({"last": ["Garcia"], "zip": ["99999"]})
    result = bisg.predict(frame, surname="last", geo="zip")
    country = bisg.load_geography("zcta2010")
    alone = bisg.predict(frame, surname="last", prior="zcta2010")
    assert_allclose(result[list(FIVE)], alone[list(FIVE)])
    assert result["reference_population"].iloc[0] == country.population


def test_surname_alone_is_the_table_itself():
    result = bisg.predict(pd.DataFrame({"n": ["Garcia"]}), surname="n", smoothing=0)
    assert_allclose(result[list(FIVE)].iloc[0], bisg.lookup("Garcia"))
    assert result["reference_population"].iloc[0].startswith("registered voters")


def test_six_groups_add_up_to_five():
    frame = pd.DataFrame({"n": ["Garcia", "Lee", "Begay"]})
    five = bisg.predict(frame, surname="n", names="census2020", smoothing=0)
    six = bisg.predict(frame, surname="n", names="census2020", smoothing=0, categories="census6")
    assert_allclose(five["other"], six["native"] + six["multiple"])
    assert_allclose(five["asian"], six["api"])
    assert set(CENSUS6) <= set(six.columns)


def test_contradictory_names_abstain_without_smoothing_only():
    last, first = (bisg.load_names("rosenman", kind) for kind in ("surname", "first"))
    only = lambda table, j: table.names[table.p_race[:, j] == 1][0]  # noqa: E731
    frame = pd.DataFrame({"last": [only(last, 0)], "first": [only(first, 1)]})
    raw = bisg.predict(frame, surname="last", first="first", smoothing=0)
    assert raw["abstention"].tolist() == ["contradictory evidence"]
    assert raw["evidence"].tolist() == ["first+surname"]
    smooth = bisg.predict(frame, surname="last", first="first")
    assert smooth["abstention"].tolist() == [""]
    assert smooth[list(FIVE)].to_numpy().min() > 0


def test_five_groups_are_smoothed_unless_told_otherwise_and_six_are_not():
    frame = pd.DataFrame({"n": ["Garcia"]})
    use = {"surname": "n", "names": "census2020"}
    for scheme, pseudo in (("five", 1), ("census6", 0)):
        assert_frame_equal(
            bisg.predict(frame, **use, categories=scheme),
            bisg.predict(frame, **use, categories=scheme, smoothing=pseudo),
        )


def test_smoothing_is_continuous_at_zero():
    frame = pd.DataFrame({"last": ["Garcia", "Smith"], "zip": ["94110", "10001"]})
    raw = bisg.predict(frame, surname="last", geo="zip", smoothing=0)[list(FIVE)]
    near = bisg.predict(frame, surname="last", geo="zip", smoothing=1e-9)[list(FIVE)]
    assert_allclose(near, raw, atol=1e-9)


GOOD = pd.DataFrame({"last": ["Garcia"], "zip": ["94110"]})


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, ValueError, "surname, first, middle, geo: expected"),
        ({"surname": "lst"}, ValueError, "surname: expected a column of the frame, got 'lst'"),
        ({"surname": "last", "geo": "zipcode"}, ValueError, "geo: .* got 'zipcode'"),
        ({"surname": ["last"]}, ValueError, r"surname: expected one column"),
        ({"surname": "last", "names": "wiki"}, ValueError, "names: expected one of .*'wiki'"),
        ({"surname": "last", "names": 3}, TypeError, "names: expected"),
        ({"surname": "last", "names": {"sur": "rosenman"}}, ValueError, "names: expected the keys"),
        ({"surname": "last", "names": {"first": "rosenman"}}, ValueError, "an entry for 'surname'"),
        ({"middle": "last", "names": "census2020"}, ValueError, "names: .*'middle'"),
        ({"geo": "zip", "geography": "county"}, ValueError, "geography: .*'county'"),
        ({"geo": "zip", "geography": 5}, TypeError, "geography: expected"),
        ({"surname": "last", "categories": "seven"}, ValueError, "categories: .*'seven'"),
        ({"surname": "last", "categories": "census6"}, ValueError, "expected groups that give"),
        ({"surname": "last", "smoothing": -1}, ValueError, "smoothing: .*-1"),
        ({"surname": "last", "smoothing": float("nan")}, ValueError, "smoothing: .*nan"),
        ({"surname": "last", "smoothing": "1"}, TypeError, "smoothing: .*'1'"),
        ({"surname": "last", "prior": [0.5, 0.5]}, ValueError, "prior: expected 5 shares"),
        ({"surname": "last", "prior": [0.5, 0.5, 0, 0, 0]}, ValueError, "positive shares"),
        ({"surname": "last", "prior": [0.5, 0.5, 0.5, 0.5, 0.5]}, ValueError, "that sum to 1"),
        ({"surname": "last", "prior": {"white": 1.0}}, ValueError, "expected groups that give"),
        ({"surname": "last", "prior": "mars"}, ValueError, "mars"),
    ],
)  # fmt: skip
def test_bad_requests_are_refused_by_name(options, error, message):
    with pytest.raises(error, match=message):
        bisg.predict(GOOD, **options)


def test_a_repeated_column_and_a_thing_that_is_no_frame():
    twice = pd.concat([GOOD, GOOD], axis=1)
    with pytest.raises(ValueError, match="expected one column, got 2"):
        bisg.predict(twice, surname="last")
    with pytest.raises(TypeError, match="expected a pandas DataFrame, got dict"):
        bisg.predict({"last": ["Garcia"]}, surname="last")


def test_lookup_says_what_it_looked_for():
    with pytest.raises(KeyError, match=r"'Garciaxx' \(as 'GARCIAXX'\).*close to it: GARCI"):
        bisg.lookup("Garciaxx")
    with pytest.raises(bisg.UnknownNameError):
        bisg.lookup("")
    with pytest.raises(TypeError, match="name: expected text, got 7"):
        bisg.lookup(7)
    with pytest.raises(ValueError, match=r"kind: expected one of .*'last'"):
        bisg.lookup("Garcia", kind="last")


def test_lookup_of_first_names_and_of_other_tables():
    assert bisg.lookup("Latisha", kind="first").idxmax() == "black"
    assert bisg.lookup("Garcia-Lopez").name == "GARCIALOPEZ"
    six = bisg.lookup("Begay", names="census2010", categories="census6")
    assert six.idxmax() == "native"
    assert_allclose(six.sum(), 1)
