"""The same slices from DuckDB and Spark as from memory."""

import shutil

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from tests.data_slicing.plain import as_mapping
from workedpapers import data_slicing as ds

ibis = pytest.importorskip("ibis")


def people(rows=3000, seed=0):
    """A table of every kind of column, with what makes trouble: gaps, quotes, heavy values."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({
        "number": np.where(rng.random(rows) < 0.4, 0.0, rng.normal(size=rows).round(3)),
        "whole": rng.integers(0, 60, rows),
        "gap": np.where(rng.random(rows) < 0.2, np.nan, rng.integers(0, 3, rows)),
        "word": rng.choice(["it's", "b", None], rows),
        "flag": rng.random(rows) < 0.3,
        "rare": rng.choice(["x", "y", *(f"v{i}" for i in range(30))], rows,
                           p=[0.4, 0.3] + [0.01] * 30),
    })  # fmt: skip
    bad = (frame["word"] == "b") & frame["flag"]
    frame["loss"] = (rng.random(rows) < np.where(bad, 0.6, 0.1)).astype(float)
    frame["amount"] = rng.exponential(size=rows) + bad
    frame["weight"] = rng.random(rows) + 0.5
    return frame


def same(found, expected) -> None:
    """All slices tested, discovered and chosen as causes are the same."""
    a, b = as_mapping(found.tested_), as_mapping(expected.tested_)
    names = [[one.label for one in bins.bins] for bins in found.columns_]
    assert names == [[one.label for one in bins.bins] for bins in expected.columns_]
    assert a.keys() == b.keys()
    for key in a:
        assert_allclose(a[key], b[key], atol=1e-9)
    pd.testing.assert_frame_equal(
        found.slices_.sort_values("slice", ignore_index=True),
        expected.slices_.sort_values("slice", ignore_index=True), rtol=1e-9, atol=1e-9,
    )  # fmt: skip
    pd.testing.assert_frame_equal(found.causes_, expected.causes_, rtol=1e-9, atol=1e-9)
    assert_allclose(found.overlap(), expected.overlap(), atol=1e-12)
    assert found.inspection_.inspected == expected.inspection_.inspected


@pytest.mark.parametrize("loss", ["loss", "amount"])
@pytest.mark.parametrize("weights", [None, "weight"])
def test_duckdb_finds_the_same_in_a_file(tmp_path, loss, weights) -> None:
    frame = people()
    dropped = [name for name in ("loss", "amount", "weight") if name not in (loss, weights)]
    frame = frame.drop(columns=dropped)
    frame.to_parquet(tmp_path / "rows.parquet")
    path = str(tmp_path / "rows.parquet")
    found = ds.SliceFinder(2, engine="duckdb").fit(path, loss=loss, weights=weights)
    same(found, ds.SliceFinder(2).fit(path, loss=loss, weights=weights))
    assert "flag is true & word = b" in set(found.causes_["slice"]) | {
        " & ".join(sorted(name.split(" & "))) for name in found.causes_["slice"]
    }


def test_a_connection_and_a_table_with_dates() -> None:
    connection = ibis.duckdb.connect()
    connection.raw_sql(
        "create table visits as select timestamp '2024-01-01' + to_days(cast(i % 50 as integer)) "
        "as day, cast(i % 7 as decimal(9, 2)) as price, i % 3 as site, "
        "case when i % 3 = 1 and i % 50 < 10 then 1e0 else 1e-1 end as loss "
        "from range(3000) as t(i)"
    )
    found = ds.SliceFinder(2, engine=connection).fit("visits", loss="loss")
    frame = connection.table("visits").to_pandas()
    same(found, ds.SliceFinder(2).fit(frame, loss="loss"))
    assert (
        found.causes_["slice"].tolist() == ["day up to 2024-01-10 & site 1"]
        or len(found.causes_) == 2
    )


def test_a_file_larger_than_the_memory_it_may_use(tmp_path) -> None:
    world = ds.planted_slices(1_200_000, 6, 4, slices=(2,), error=0.5, seed=1)
    path = tmp_path / "rows.parquet"
    world.X.assign(loss=world.loss).to_parquet(path)
    spill = tmp_path / "spill"
    connection = ibis.duckdb.connect(memory_limit="40MB", threads=1, temp_directory=str(spill))
    finder = ds.SliceFinder(2, engine=connection)
    found = finder.fit(connection.read_parquet(path), loss="loss")
    # codes, losses and weights of all rows, as the database keeps them, and did not fit
    assert 1_200_000 * (6 * 4 + 3 * 8) > 40_000_000
    assert sum(file.stat().st_size for file in spill.iterdir()) > 0
    expected = ds.SliceFinder(2).fit(world.X, world.loss)
    a, b = as_mapping(found.tested_), as_mapping(expected.tested_)
    assert a.keys() == b.keys()
    for key in a:
        assert_allclose(a[key], b[key], rtol=1e-9, atol=1e-7)
    assert found.causes_["slice"].tolist() == expected.causes_["slice"].tolist()


def test_welch_in_a_database(tmp_path) -> None:
    frame = people(1000)[["word", "flag", "amount"]]
    frame.to_parquet(tmp_path / "rows.parquet")
    path = str(tmp_path / "rows.parquet")
    options = {"max_order": 2, "test": "welch", "side": "both", "control": "lord"}
    found = ds.SliceFinder(**options, engine="duckdb").fit(path, loss="amount")
    same(found, ds.SliceFinder(**options).fit(path, loss="amount"))


@pytest.mark.parametrize("weights", [None, "weight"])
def test_another_backend_of_ibis_finds_the_same(weights) -> None:
    # SQLite knows neither NaN nor infinity, and has no types of dates
    frame = people(800)[["number", "gap", "whole", "word", "flag", "rare", "amount", "weight"]]
    if weights is None:
        frame = frame.drop(columns="weight")
    connection = ibis.sqlite.connect()
    connection.create_table("people", frame)
    found = ds.SliceFinder(2, engine=connection).fit("people", loss="amount", weights=weights)
    same(found, ds.SliceFinder(2).fit(frame, loss="amount", weights=weights))


@pytest.mark.slow
def test_spark_finds_the_same() -> None:
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    pyspark = pytest.importorskip("pyspark.sql")
    session = (
        pyspark.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        # compiled queries and new plans pay off in hours and cost seconds
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.adaptive.enabled", "false").getOrCreate()
    )  # fmt: skip
    try:
        connection = ibis.pyspark.connect(session)
        frame = people(800)[["whole", "word", "amount"]]
        rows = session.createDataFrame(frame.astype(object).where(frame.notna(), None))
        rows.createOrReplaceTempView("people")
        found = ds.SliceFinder(2, engine=connection).fit("people", loss="amount")
        same(found, ds.SliceFinder(2).fit(frame, loss="amount"))
    finally:
        session.stop()


@pytest.mark.parametrize(("options", "fit", "message"), [
    ({}, {"clusters": "word"}, "clusters: expected"),
    ({"holdout": 0.5}, {}, "holdout: expected"),
    ({"bins": "tree"}, {}, "bins: expected"),
    ({"test": "permutation"}, {}, "test: expected"),
    ({"search": "best-first"}, {}, "search: expected"),
])  # fmt: skip
def test_what_a_database_cannot_do_is_said(tmp_path, options, fit, message) -> None:
    people(100).to_parquet(tmp_path / "rows.parquet")
    finder = ds.SliceFinder(engine="duckdb", **options)
    with pytest.raises(ValueError, match=message):
        finder.fit(str(tmp_path / "rows.parquet"), loss="loss", **fit)


def test_bad_input_in_a_database(tmp_path) -> None:
    frame = people(100).drop(columns=["amount", "weight"])
    path = str(tmp_path / "rows.parquet")
    finder = ds.SliceFinder(engine="duckdb")
    for wrong in (np.nan, np.inf, -np.inf):
        frame.assign(loss=np.where(np.arange(100) == 7, wrong, 1.0)).to_parquet(path)
        with pytest.raises(ValueError, match="loss: expected finite numbers, got 1 others"):
            finder.fit(path, loss="loss")
    with pytest.raises(ValueError, match="loss: expected a column"):
        finder.fit(path, loss="none")
    with pytest.raises(TypeError, match="loss: expected the name"):
        finder.fit(path, loss=np.ones(100))
    frame.head(0).to_parquet(path)
    with pytest.raises(ValueError, match="at least one row"):
        finder.fit(path, loss="loss")
    with pytest.raises(TypeError, match="engine: expected"):
        ds.SliceFinder(engine=3).fit(path, loss="loss")
    frame.assign(loss=0.5).to_parquet(path)
    assert ds.SliceFinder(2, engine="duckdb").fit(path, loss="loss").causes_.empty
