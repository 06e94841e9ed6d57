"""Every slice that is large enough is found, with the right sums, whatever the search."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from tests.data_slicing.plain import as_mapping, every_slice
from workedpapers import data_slicing as ds
from workedpapers.data_slicing.engines.tallies import merge, partials
from workedpapers.data_slicing.reporting.page import page_of
from workedpapers.data_slicing.search.space import conjunctions


@st.composite
def tables(draw):
    """A small random table of categories, with a loss, a support and an order."""
    rows = draw(st.integers(1, 60))
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=5))
    seed = draw(st.integers(0, 2**31))
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({f"c{j}": rng.integers(0, k, rows).astype(str) for j, k in
                          enumerate(sizes)})  # fmt: skip
    kind = draw(st.sampled_from(["number", "error", "constant"]))
    loss = {"number": rng.exponential(size=rows), "error": rng.integers(0, 2, rows) * 1.0,
            "constant": np.ones(rows)}[kind]  # fmt: skip
    weights = draw(st.sampled_from([None, rng.random(rows) + 0.1]))
    return frame, loss, weights, draw(st.integers(1, 12)), draw(st.integers(1, 4))


def coded(finder, frame):
    """Codes of the rows by the finder's bins, worked out value by value."""
    codes = []
    for bins in finder.columns_:
        words = [one.label for one in bins.bins]
        codes.append(frame[bins.name].map(words.index).to_numpy())
    return [len(bins) for bins in finder.columns_], codes


@settings(max_examples=60, deadline=None)
@given(tables())
def test_enumeration_equals_brute_force(case) -> None:
    frame, loss, weights, least, order = case
    finder = ds.SliceFinder(order, least, pool=False, search="enumerate")
    finder.fit(frame, loss, weights=weights)
    expected = every_slice(*coded(finder, frame), loss, order, least, weights)
    found = as_mapping(finder.tested_)
    assert found.keys() == expected.keys()
    for key, sums in expected.items():
        assert_allclose(found[key], sums, atol=1e-9)
    assert finder.inspection_.complete
    assert len(found) <= finder.inspection_.inspected <= finder.inspection_.space


@settings(max_examples=40, deadline=None)
@given(tables())
def test_best_first_without_a_budget_finds_the_same(case) -> None:
    frame, loss, weights, least, order = case
    options = {"max_order": order, "min_support": least, "pool": False}
    one = ds.SliceFinder(**options, search="enumerate").fit(frame, loss, weights=weights)
    other = ds.SliceFinder(**options, search="best-first").fit(frame, loss, weights=weights)
    a, b = as_mapping(one.tested_), as_mapping(other.tested_)
    assert a.keys() == b.keys()
    for key in a:
        assert_allclose(a[key], b[key], atol=1e-9)
    assert one.inspection_.inspected == other.inspection_.inspected


def test_a_column_with_one_large_value_still_takes_part() -> None:
    # Where such a column is dropped from crosses, slices are lost without a word.
    X, _ = ds.load_adult()
    finder = ds.SliceFinder(pool=False).fit(X, np.arange(len(X)) % 2)
    assert np.bincount(finder.tested_.level)[1:].tolist() == [95, 1460, 6849]


def test_the_support_of_a_share_is_rounded_up() -> None:
    X, _ = ds.load_adult()
    finder = ds.SliceFinder(1, 0.01).fit(X[["age"]], np.arange(len(X)) % 2)
    assert finder._settings.least(32_561) == 326
    assert finder._settings.least(100) == 1
    assert ds.SliceFinder(1, 7).fit(X[["age"]].head(100), np.arange(100) % 3).tested_.n.min() >= 7


def test_parts_of_the_rows_merge_to_the_whole() -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 4, (5, 1000)).astype(np.uint8)
    loss = rng.normal(size=1000)
    crosses, sizes = [(0,), (1, 3), (0, 2, 4)], [4] * 5
    whole = partials(codes, loss, crosses, sizes)
    parts = merge(
        partials(codes[:, :301], loss[:301], crosses, sizes),
        partials(codes[:, 301:], loss[301:], crosses, sizes),
    )
    assert (whole.n == parts.n).all()
    assert_allclose(whole.total, parts.total, atol=1e-10)
    with pytest.raises(ValueError, match="other: expected"):
        merge(whole, partials(codes, loss, [(1,)], sizes))


def test_the_size_of_the_space_is_counted_in_full() -> None:
    assert conjunctions([2, 3, 4], 2) == 2 + 3 + 4 + 6 + 8 + 12
    assert conjunctions([2, 3, 4], 5) == 2 + 3 + 4 + 6 + 8 + 12 + 24


def test_a_budget_ends_the_search_with_a_bound_that_holds() -> None:
    world = ds.planted_slices(4000, 8, 5, slices=(2, 3), base=0.2, error=0.6, seed=3)
    everything = ds.SliceFinder(3, 20).fit(world.X, world.loss)
    finder = ds.SliceFinder(3, 20, search="best-first", budget=300).fit(world.X, world.loss)
    seen = finder.inspection_
    assert not seen.complete
    assert seen.inspected == 300
    assert f"mean loss beyond {seen.bound:.4g}" in page_of(finder)
    large = [len(bins) for bins in finder.columns_]
    assert seen.unseen == conjunctions(large, 3) - 300
    assert_allclose(finder.q_, ds.benjamini_hochberg(finder.p_, len(finder.p_) + seen.unseen))
    assert everything.inspection_.unseen == 0
    known = set(as_mapping(finder.tested_))
    rest = [
        total / n for key, (n, _, total) in as_mapping(everything.tested_).items()
        if key not in known
    ]  # fmt: skip
    assert max(rest) + world.loss.mean() <= seen.bound <= 1


def test_seconds_end_the_search_as_well() -> None:
    world = ds.planted_slices(2000, 8, 5, slices=(1,), error=0.6, seed=3)
    finder = ds.SliceFinder(3, 20, search="best-first", seconds=1e-9).fit(world.X, world.loss)
    assert set(finder.tested_.level) == {1}
    assert not finder.inspection_.complete
    assert finder.inspection_.inspected == 40


def test_what_is_too_large_to_enumerate_is_searched_best_first(monkeypatch) -> None:
    world = ds.planted_slices(500, 8, 5, slices=(1,), error=0.6, seed=3)
    finder = ds.SliceFinder(3, 20)
    assert finder.fit(world.X, world.loss).inspection_.method == "enumerate"
    monkeypatch.setattr("workedpapers.data_slicing.finder.FITS", 1e3)
    monkeypatch.setattr("workedpapers.data_slicing.finder.AUTO_BUDGET", 100)
    found = finder.fit(world.X, world.loss).inspection_
    assert (found.method, found.inspected) == ("best-first", 100)


def test_shuffles_ask_for_a_search_that_sees_all() -> None:
    world = ds.planted_slices(500, 5, 4, slices=(1,), error=0.6, seed=3)
    finder = ds.SliceFinder(2, 20, test="permutation", search="best-first", budget=50)
    with pytest.raises(ValueError, match="test: expected 'exact' or 'welch'"):
        finder.fit(world.X, world.loss)


def test_best_first_finds_the_planted_slice_early() -> None:
    # 300 columns: a full enumeration of order 3 would count 2.3 billion conjunctions.
    rng = np.random.default_rng(1)
    X = pd.DataFrame(rng.integers(0, 8, (3000, 120)), columns=[f"x{j}" for j in range(120)])
    bad = (X["x3"] == 1) & (X["x110"] == 2)
    loss = np.where(bad, 1.0, (rng.random(3000) < 0.05))
    finder = ds.SliceFinder(2, search="best-first", budget=3000).fit(X, loss)
    assert finder.slices_["slice"].tolist()[0] == "x3 1 & x110 2"
    assert not finder.inspection_.complete


@pytest.mark.parametrize("columns", [5, 17, 18, 30, 60])
@pytest.mark.parametrize("where", ["ends", "middle", "neighbours"])
def test_a_planted_pair_is_found_wherever_its_columns_stand(columns, where) -> None:
    a, b = {"ends": (0, columns - 1), "middle": (columns // 2 - 1, columns // 2 + 1),
            "neighbours": (0, 1)}[where]  # fmt: skip
    world = ds.planted_slices(
        5000, columns, slices=[{f"x{a}": 3, f"x{b}": 5}], base=0.05, error=1.0, seed=columns
    )
    finder = ds.SliceFinder(2, 25).fit(world.X, world.loss)
    assert finder.slices_["slice"][0] == f"x{a} 3 & x{b} 5"
    assert finder.causes_["slice"].tolist() == [f"x{a} 3 & x{b} 5"]
