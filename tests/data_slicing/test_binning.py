"""Bins hold what their labels and conditions say."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workedpapers import data_slicing as ds
from workedpapers.data_slicing.binning.cutting import quantile_cuts, tree_cuts


def bins_of(values, **options):
    """The bins that a finder makes of one column, and each row's label."""
    frame = pd.DataFrame({"a b": values})
    finder = ds.SliceFinder(1, 1, **options).fit(frame, np.arange(len(frame)) % 2)
    bins = finder.columns_[0]
    codes = finder._ready.engine.codes[0]
    return [one.label for one in bins.bins], codes, finder, frame


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([0, 0, 0, 0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89]), min_size=1,
                max_size=80), st.integers(2, 12))  # fmt: skip
def test_quantile_edges_are_those_of_numpy(values, bins) -> None:
    distinct, counts = np.unique(np.array(values, dtype=float), return_counts=True)
    found = np.searchsorted(quantile_cuts(distinct, counts, bins), values, side="left")
    if len(distinct) <= bins:
        assert len(set(found)) == len(distinct)
        return
    edges = np.quantile(values, np.arange(1, bins) / bins) + 1e-9
    expected = np.searchsorted(np.unique(edges), values, side="left")
    assert (pd.factorize(found)[0] == pd.factorize(expected)[0]).all()


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_every_condition_selects_the_rows_of_its_slice(data) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**31)))
    rows = 120
    frame = pd.DataFrame({
        "number": np.where(rng.random(rows) < 0.4, 0.0, rng.normal(size=rows).round(2)),
        "whole number": rng.integers(0, 50, rows),
        "gap": np.where(rng.random(rows) < 0.2, np.nan, rng.integers(0, 3, rows)),
        "word": rng.choice(["it's", 'a "b"', "c", None], rows),
        "flag": rng.random(rows) < 0.3,
        "rare": rng.choice([f"v{i}" for i in range(60)], rows),
        "day": pd.Timestamp("2024-02-27") + pd.to_timedelta(rng.integers(0, 40, rows), unit="D"),
    })  # fmt: skip
    loss = rng.random(rows)
    finder = ds.SliceFinder(2, 10, alpha=0.999).fit(frame, loss)
    import duckdb

    connection = duckdb.connect()
    connection.register("t", frame)
    places = range(0, len(finder.slices_), max(1, len(finder.slices_) // 12))
    for place in places:
        one = finder.slice(place)
        assert len(frame.query(one.query)) == one.n, one
        assert abs(loss[frame.query(one.query).index].mean() - one.mean) < 1e-9
        assert connection.execute(f"select count(*) from t where {one.sql}").fetchone()[0] == one.n


def test_a_heavy_value_gets_a_bin_of_its_own() -> None:
    X, _ = ds.load_adult()
    labels, codes, *_ = bins_of(X["capital_gain"])
    assert labels[0] == "0"
    assert len(labels) == 10
    labels, codes, *_ = bins_of(X["hours_per_week"])
    assert {"40", "37 to 45 but 40"} <= set(labels)
    assert set(X["hours_per_week"][codes == labels.index("40")]) == {40}
    inside = set(X["hours_per_week"][codes == labels.index("37 to 45 but 40")])
    assert min(inside) == 37
    assert max(inside) == 45
    assert 40 not in inside


def test_intervals_are_written_as_a_person_would() -> None:
    labels, *_ = bins_of(np.arange(1, 101), bins=4)
    assert labels == ["up to 25", "26 to 50", "51 to 75", "from 76 on"]
    labels, *_ = bins_of(np.linspace(0, 1, 101), bins=2)
    assert labels == ["up to 0.5", "from 0.51 on"]
    labels, *_ = bins_of(np.arange(0, 200_000, 1000), bins=2)
    assert labels == ["up to 99,000", "from 100,000 on"]
    labels, *_ = bins_of(pd.date_range("2024-01-01", periods=30), bins=2)
    assert labels == ["up to 2024-01-15", "from 2024-01-16 on"]


def test_missing_is_a_value_and_booleans_are_told_plainly() -> None:
    labels, codes, *_ = bins_of([1.0, np.nan, 2.0, np.nan])
    assert labels == ["1", "2", "missing"]
    assert codes.tolist() == [0, 2, 1, 2]
    assert bins_of([True, False, True])[0] == ["is false", "is true"]
    assert bins_of(pd.array([True, None, False], dtype="boolean"))[0][-1] == "missing"


def test_rare_categories_are_pooled_and_counted() -> None:
    values = ["a"] * 50 + ["b"] * 40 + [f"r{i}" for i in range(10)]
    frame = pd.DataFrame({"c": values})
    finder = ds.SliceFinder(1, 20).fit(frame, np.arange(100) % 2)
    assert [one.label for one in finder.columns_[0].bins] == ["a", "b", "other (10 values)"]
    finder = ds.SliceFinder(1, 20, pool=False).fit(frame, np.arange(100) % 2)
    assert len(finder.columns_[0].bins) == 12


def test_edges_of_the_readers_own() -> None:
    labels, codes, *_ = bins_of(np.arange(10), bins={"a b": [3, 6]})
    assert labels == ["up to 3", "4 to 6", "from 7 on"]
    assert codes.tolist() == [0] * 4 + [1] * 3 + [2] * 3
    labels, *_ = bins_of(pd.date_range("2024-01-01", periods=30), bins={"a b": ["2024-01-10"]})
    assert labels == ["up to 2024-01-10", "from 2024-01-11 on"]
    with pytest.raises(ValueError, match="bins: expected columns of X"):
        bins_of(np.arange(10), bins={"c": [1]})
    with pytest.raises(ValueError, match="bins: expected edges for numbers"):
        bins_of(["x", "y"], bins={"a b": [1]})


def test_a_tree_cuts_where_the_loss_changes() -> None:
    values = np.arange(100.0)
    totals = (values >= 37) * 1.0
    assert tree_cuts(values, np.ones(100, int), totals, 2, 5).tolist() == [36.0]
    assert len(tree_cuts(values, np.ones(100, int), np.zeros(100), 4, 5)) == 0


def test_rows_that_a_tree_learned_from_are_not_tested() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.random(2000)})
    loss = (rng.random(2000) < 0.1 + 0.4 * (frame["x"].between(0.3, 0.45))).astype(float)
    finder = ds.SliceFinder(1, bins="tree").fit(frame, loss)
    assert 1300 < finder.population_.rows < 1500
    low, high = finder.slice(0).query.replace("x > ", "").split(" and x <= ")
    assert 0.25 < float(low) < float(high) < 0.5
    empty = [
        ds.SliceFinder(2, bins="tree", seed=k).fit(frame, rng.permutation(loss)).slices_.empty
        for k in range(20)
    ]
    assert sum(empty) >= 16
