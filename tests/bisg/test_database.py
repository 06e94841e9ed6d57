"""The same rows from a database as from `predict`."""

import shutil

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from workedpapers import bisg
from workedpapers.bisg import FIVE, cleaning

ibis = pytest.importorskip("ibis")

NAMES = [
    "Garcia", "garcia", " Smith ", "O'Neil, Jr.", "O’Brien", "SMITH, II", "SMITH IV", "AVIV",
    "NASR", "Garcia-Lopez", "de la Cruz", "de la Fuentes", "Xq-de la Cruz", "Núñez", "NAN",
    "Nun\u0303ez", "Großmann", "Ærø", "Zzqx", "", "  ", "\t", "---", "李", None, "Mary J",
    "de la O", "Dav 3idson", "Smith 3rd", "St. John", "J R", "x9", "\xa0", "ŁUKASZ", "Jr",
    "Nguyen Van Tran III", "Washington", "NuÃ±ez", "Oâ€™Brien", "Nu?ez", "Nu\ufffdez", "UNKNOWN",
    "Not Provided", "no name", "ALL OTHER NAMES", "test",
]  # fmt: skip
ZIPS = ["94110", "94110-1234", "941101234", "2138", " 2138 ", "94110.0", "501", "94", "941100",
        "9411O", "94110-12", "99999", "00000", "", None, "10001", "2138-1234",
        "94110-", "94110 1234", "21381234", "10116", "09012", "9012", "860Z200US94110",
        "1e20"]  # fmt: skip


def people(n=600, seed=0):
    rng = np.random.default_rng(seed)
    empty = bisg.load_geography("zcta2010")
    zips = [*ZIPS, empty.areas[~empty.inhabited][0]]
    pick = lambda values: [values[i] for i in rng.integers(len(values), size=n)]  # noqa: E731
    frame = pd.DataFrame({"last": pick(NAMES), "first": pick(NAMES), "zip": pick(zips)})
    known = min(n, len(NAMES))
    frame["last"] = NAMES[:known] + frame["last"].tolist()[known:]
    return frame.assign(id=range(n))


def same_rows(result, frame, groups=FIVE, **options):
    expected = bisg.predict(frame, **options)
    result = result.sort_values("id").reset_index(drop=True)
    words = [c for c in expected.columns if c not in groups]
    for column in words:
        ours, theirs = result[column].tolist(), expected[column].astype(str).tolist()
        wrong = [(frame.iloc[i].tolist(), a, b)
                 for i, (a, b) in enumerate(zip(ours, theirs, strict=True)) if a != b]  # fmt: skip
        assert wrong == [], column
    assert_allclose(result[list(groups)].astype(float), expected[list(groups)], rtol=0, atol=1e-12)
    assert result.columns.tolist() == [*frame.columns, *expected.columns]


@pytest.fixture(scope="module")
def duck():
    return ibis.duckdb.connect()


USES = [
    {"surname": "last"},
    {"geo": "zip"},
    {"surname": "last", "geo": "zip"},
    {"surname": "last", "first": "first", "geo": "zip"},
    {"surname": "last", "first": "first", "prior": [0.5, 0.2, 0.1, 0.1, 0.1]},
    {"surname": "last", "geo": "zip", "names": "census2010", "smoothing": 0},
    {
        "surname": "last",
        "geo": "zip",
        "names": "census2010",
        "placeholders": "ignore",
        "unlisted": "census",
        "unknown_zip": "three-digit",
    },
]


@pytest.mark.parametrize("use", USES)
def test_duckdb_gives_the_same_rows(duck, use):
    frame = people()
    table = duck.create_table("people", frame, overwrite=True)
    same_rows(bisg.predict_table(table, **use).to_pandas(), frame, **use)


def test_six_groups_as_well(duck):
    frame = people(100)
    use = {"surname": "last", "geo": "zip", "names": "census2010", "categories": "census6"}
    table = duck.create_table("people", frame, overwrite=True)
    same_rows(bisg.predict_table(table, **use).to_pandas(), frame, groups=bisg.CENSUS6, **use)


@pytest.mark.parametrize(
    "codes",
    [pd.array([94110, 2138, 501, 94, 99999, None], dtype="Int64"),
     np.array([94110.0, 2138.0, 94110.5, np.nan, 99999.0, 501.0]),
     np.array([94110.0, 21381234.0, 1e20, -1e20, np.inf, 501.0])],
)  # fmt: skip
def test_places_may_be_numbers(duck, codes):
    frame = pd.DataFrame({"last": ["Garcia"] * 6, "zip": codes, "id": range(6)})
    table = duck.create_table("people", frame, overwrite=True)
    use = {"surname": "last", "geo": "zip"}
    same_rows(bisg.predict_table(table, **use).to_pandas(), frame, **use)


@pytest.mark.parametrize("kind", ["HUGEINT", "DECIMAL(20, 2)", "DECIMAL(9, 0)", "BIGINT"])
def test_places_may_be_numbers_of_any_kind(duck, kind):
    duck.raw_sql(
        f"create or replace table numbers as select 'Garcia' as last, cast(zip as {kind}) as zip, "
        "id from (values (94110, 0), (2138, 1), (21381234, 2), (99999, 3)) as t(zip, id)"
    )
    table = duck.table("numbers")
    frame = pd.DataFrame({"last": ["Garcia"] * 4, "zip": [94110, 2138, 21381234, 99999]})
    result = bisg.predict_table(table, surname="last", geo="zip").to_pandas()
    result = result.sort_values("id").reset_index(drop=True)
    expected = bisg.predict(frame, surname="last", geo="zip")
    assert result["matched_geo"].tolist() == expected["matched_geo"].tolist()
    assert_allclose(result[list(FIVE)], expected[list(FIVE)])


def test_tracts_and_blocks_inside_the_database(duck):
    codes = ["06075022801", "060750228011000", "1400000US06075022801", "6075022801", "6", None]
    frame = pd.DataFrame({"last": "Lee", "tract": codes, "id": range(len(codes))})
    use = {"surname": "last", "geo": "tract", "names": "census2020", "geography": "tract2020"}
    table = duck.create_table("people", frame, overwrite=True)
    same_rows(bisg.predict_table(table, **use).to_pandas(), frame, **use)


def test_own_tables_come_along(duck):
    counts = pd.DataFrame([[9, 1, 1, 1, 1], [1, 9, 1, 1, 1]], columns=list(FIVE))
    frame = pd.DataFrame({"last": ["Abc", "Def", "Ghi"], "area": [" x", "y", "z"], "id": range(3)})
    use = {"surname": "last", "geo": "area", "names": counts.assign(name=["Abc", "Def"]),
           "geography": counts.assign(area=["x", "y"])}  # fmt: skip
    table = duck.create_table("people", frame, overwrite=True)
    same_rows(bisg.predict_table(table, **use).to_pandas(), frame, **use)


def test_it_is_an_expression_that_nothing_has_computed_yet(duck):
    table = duck.create_table("people", people(10), overwrite=True)
    expression = bisg.predict_table(table, surname="last")
    assert isinstance(expression, ibis.Table)
    count = expression.filter(expression["black"] > 0.5).count()
    frame = bisg.predict(people(10), surname="last")
    assert count.execute() == (frame["black"] > 0.5).sum()


@pytest.fixture(scope="module")
def clean_in_duckdb(duck):
    from workedpapers.bisg.database import words

    def clean(texts):
        frame = pd.DataFrame({"name": pd.Series(texts, dtype=object), "id": range(len(texts))})
        table = duck.create_table("names", frame, overwrite=True)
        return table.mutate(words=words(ibis, table["name"])).order_by("id").to_pandas()["words"]

    return clean


NAMELIKE = st.text(alphabet="abJRSIV2 3.,'-éØß`\u0301 deLAoŁıſ", max_size=18) | st.lists(
    st.sampled_from(["Smith", "JR", "II", "2nd", "de", "la", "O", "J", "x9", "Núñez", "III", "4"]),
    max_size=5,
).map(" ".join)


@settings(max_examples=15, deadline=None)
@given(st.lists(NAMELIKE | st.text(st.characters(codec="utf-8", exclude_characters="\0"),
                                   max_size=12), min_size=40, max_size=80))  # fmt: skip
def test_names_are_cleaned_alike_inside_the_database(clean_in_duckdb, texts):
    assert clean_in_duckdb(texts).tolist() == [cleaning.words_by_pattern(text) for text in texts]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("java") is None, reason="Java is not installed")
def test_spark_gives_the_same_rows():
    sql = pytest.importorskip("pyspark.sql")
    spark = (
        sql.SparkSession.builder.master("local[2]").appName("bisg")
        .config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "2")
        .config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate()
    )  # fmt: skip
    try:
        backend = ibis.pyspark.connect(spark)
        frame = people(200)
        clean = frame.astype(object).where(frame.notna(), None)
        table = backend.create_view("people", ibis.memtable(clean), overwrite=True)
        for use in (USES[3], USES[5]):
            same_rows(bisg.predict_table(table, **use).to_pandas(), frame, **use)
    finally:
        spark.stop()


@pytest.mark.parametrize(
    ("use", "error", "message"),
    [
        ({}, ValueError, "surname, first, middle, geo: expected"),
        ({"surname": "lst"}, ValueError, "surname: expected a column of the table, got 'lst'"),
        ({"surname": "id"}, TypeError, "surname: expected text, got .* in column 'id'"),
        ({"geo": "when"}, TypeError, "geo: expected text or numbers, got .* in column 'when'"),
        ({"surname": "last", "names": "wiki"}, ValueError, "names: expected one of .*'wiki'"),
    ],
)
def test_bad_requests_are_refused_by_name(duck, use, error, message):
    frame = people(3).assign(when=pd.Timestamp("2020-01-01"))
    table = duck.create_table("people", frame, overwrite=True)
    with pytest.raises(error, match=message):
        bisg.predict_table(table, **use)


def test_a_column_in_the_way_and_a_thing_that_is_no_table(duck):
    table = duck.create_table("people", people(3).assign(white=1.0), overwrite=True)
    with pytest.raises(ValueError, match=r"expected none of the result's columns, got \['white'\]"):
        bisg.predict_table(table, surname="last")
    with pytest.raises(TypeError, match=r"expected an Ibis table, got pandas.*DataFrame"):
        bisg.predict_table(people(3), surname="last")
