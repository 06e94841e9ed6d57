"""The finder as a whole: causes, options, and what it refuses."""

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from workedpapers import data_slicing as ds
from workedpapers.data_slicing.__main__ import main


@pytest.fixture(scope="module")
def world():
    return ds.planted_slices(20_000, 8, 5, slices=(1, 2, 2), base=0.1, error=0.4, seed=1)


@pytest.fixture(scope="module")
def finder(world):
    return ds.SliceFinder(3, 0.005).fit(world.X, world.loss)


def planted_names(world):
    return {" & ".join(f"{c} {v}" for c, v in one.items()) for one in world.slices}


def test_thousands_of_discoveries_are_three_causes(world, finder) -> None:
    assert len(finder.slices_) > 100
    assert set(finder.causes_["slice"]) == planted_names(world)
    assert (finder.causes_["low"] < 0.3).all()
    assert (finder.causes_["high"] > 0.3).all()
    which = finder.explained()
    assert (which["cause"] >= 0).mean() > 0.95
    assert finder.causes_["explains"].sum() == (which["cause"] >= 0).sum()


def test_covered_is_the_share_of_loss_in_the_union(world, finder) -> None:
    union = np.zeros(len(world.loss), dtype=bool)
    for place, covered in zip(finder._covering().places, finder.causes_["covered"], strict=True):
        union[world.X.query(finder.slice(int(place)).query).index] = True
        assert abs(world.loss[union].sum() / world.loss.sum() - covered) < 1e-9


def test_overlap_is_jaccards(world, finder) -> None:
    found = finder.overlap()
    rows = [set(world.X.query(finder.slice(int(i)).query).index)
            for i in finder._covering().places]  # fmt: skip
    for i, a in enumerate(rows):
        for j, b in enumerate(rows):
            assert abs(found.iloc[i, j] - len(a & b) / len(a | b)) < 1e-9


def test_a_child_that_is_worse_than_its_parent_is_a_cause_beside_it() -> None:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.integers(0, 4, (20_000, 5)), columns=list("abcde"))
    chance = np.where(X["a"] == 1, 0.3, 0.1)
    chance = np.where((X["a"] == 1) & (X["b"] == 2), 0.8, chance)
    finder = ds.SliceFinder(3).fit(X, (rng.random(20_000) < chance).astype(float))
    assert finder.causes_["slice"].tolist()[:2] in (["a 1 & b 2", "a 1"], ["a 1", "a 1 & b 2"])
    assert len(finder.causes_) == 2
    effect = finder.causes_.set_index("slice")["effect"]
    assert abs(effect["a 1"] - 0.2) < 0.03
    assert abs(effect["a 1 & b 2"] - 0.7) < 0.04


def test_effect_and_interval_are_against_all_other_rows(world, finder) -> None:
    row = finder.slices_.iloc[5]
    inside = world.X.index.isin(world.X.query(finder.slice(5).query).index)
    assert abs(row["effect"] - (world.loss[inside].mean() - world.loss[~inside].mean())) < 1e-12
    assert row["low"] < row["effect"] < row["high"]
    assert list(finder.slices_) == ["slice", "n", "share", "mean", "effect", "low", "high", "p",
                                    "q", "level"]  # fmt: skip


def test_two_sides(world) -> None:
    lower = ds.SliceFinder(1, side="lower").fit(world.X, -world.loss)
    higher = ds.SliceFinder(1).fit(world.X, world.loss)
    assert lower.slices_["slice"].tolist() == higher.slices_["slice"].tolist()
    assert (lower.causes_["effect"] < 0).all()
    both = ds.SliceFinder(1, side="both").fit(world.X, world.loss)
    assert set(higher.slices_["slice"]) <= set(both.slices_["slice"])
    assert "both" not in both.causes_


def test_a_holdout_shrinks_what_was_chosen_for_being_large() -> None:
    rng = np.random.default_rng(3)
    X = pd.DataFrame(rng.integers(0, 5, (6000, 8)), columns=list("abcdefgh"))
    weak = (X["a"] == 1) & (X["b"] == 1)
    loss = (rng.random(6000) < 0.2 + 0.2 * weak).astype(float)
    found = ds.SliceFinder(2, holdout=0.5, seed=1).fit(X, loss).slices_
    assert found["slice"][0] == "a 1 & b 1"
    assert bool(found["confirmed"][0])
    false = ~found["slice"].str.contains("a 1|b 1")
    assert not found["confirmed"][false].any()


def test_comparing_two_models() -> None:
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"site": rng.choice(list("ABCD"), 4000), "age": rng.integers(20, 60, 4000)})
    old = rng.exponential(size=4000)
    new = old + np.where(X["site"] == "C", 0.4, 0.0) + rng.normal(scale=0.2, size=4000)
    finder = ds.compare(X, new, old, max_order=2)
    assert finder.causes_["slice"].tolist() == ["site = C"]
    with pytest.raises(ValueError, match="loss_old: expected 4000"):
        ds.compare(X, new, old[:-1])


def test_lord_finds_what_is_planted(world) -> None:
    finder = ds.SliceFinder(2, control="lord", search="best-first", budget=600)
    finder.fit(world.X, world.loss)
    assert planted_names(world) <= set(finder.slices_["slice"])


def test_no_discovery_is_an_empty_result(tmp_path) -> None:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.integers(0, 3, (300, 3)), columns=list("abc"))
    for loss in (rng.random(300), np.ones(300)):
        finder = ds.SliceFinder().fit(X, loss)
        assert finder.slices_.empty
        assert finder.causes_.empty
        assert finder.overlap().empty
        assert "No slice differs" in finder.report(tmp_path / "r.html").read_text()
    with pytest.raises(IndexError, match="place: expected"):
        finder.slice(0)


def test_the_report_tells_causes_with_their_queries(finder, tmp_path) -> None:
    text = finder.report(tmp_path / "out.html").read_text("utf-8")
    for name in finder.causes_["slice"]:
        assert name.replace("&", "&amp;") in text
    assert "http" not in text
    assert "<svg" in text


class Streamed:
    """A table that is only an Arrow stream, as those of polars and others are."""

    def __init__(self, frame) -> None:
        self.table = pa.Table.from_pandas(frame)

    def __arrow_c_stream__(self, schema=None):
        return self.table.__arrow_c_stream__(schema)


@pytest.mark.parametrize("make", [
    lambda frame: frame,
    pa.Table.from_pandas,
    Streamed,
    lambda frame: {name: frame[name].to_numpy() for name in frame},
    lambda frame: frame.convert_dtypes(),
])  # fmt: skip
def test_any_table(make) -> None:
    frame = pd.DataFrame({"a": [1, 2] * 100, "b": ["x", "y", "z", "x"] * 50})
    loss = (frame["b"] == "z").astype(float).to_numpy()
    finder = ds.SliceFinder(2).fit(make(frame), loss)
    assert finder.causes_["slice"].tolist() == ["b = z"]


@pytest.mark.parametrize(("loss", "message"), [
    ([0.0, np.nan, 1.0], "loss: expected finite"), ([0.0, np.inf, 1.0], "loss: expected finite"),
    ([0.0, 1.0], "loss: expected 3 values"), ([], "loss: expected at least one"),
    ([[1.0], [2.0], [0.0]], "loss: expected 1 dimension"), ("c", "loss: expected a column"),
])  # fmt: skip
def test_a_bad_loss_is_refused(loss, message) -> None:
    with pytest.raises(ValueError, match=message):
        ds.SliceFinder().fit(pd.DataFrame({"a": [1, 2, 3]}), loss)


def test_bad_tables_are_refused() -> None:
    fit = ds.SliceFinder().fit
    twice = pd.DataFrame([[1, 2]], columns=["a", "a"])
    with pytest.raises(ValueError, match=r"twice \['a'\]"):
        fit(twice, [1.0])
    with pytest.raises(ValueError, match="at least one row"):
        fit(pd.DataFrame({"a": []}), [])
    with pytest.raises(ValueError, match="at least one column"):
        fit(pd.DataFrame(index=[0, 1]), [0.0, 1.0])
    with pytest.raises(TypeError, match="one type in column 'a', got int, str"):
        fit(pd.DataFrame({"a": [1, "b", 2]}), [0.0, 1.0, 2.0])
    with pytest.raises(TypeError, match="one type in column 'a', got list"):
        fit(pd.DataFrame({"a": [[1], [2]]}), [0.0, 1.0])
    with pytest.raises(TypeError, match="X: expected a pandas"):
        fit(3, [1.0])


@pytest.mark.parametrize(("option", "value"), [
    ("max_order", 0), ("min_support", 0.0), ("min_support", 1.5), ("alpha", 0), ("test", "t"),
    ("side", "up"), ("control", "none"), ("bins", 1), ("bins", "forest"), ("search", "all"),
    ("budget", 0), ("holdout", 1.0), ("permutations", 3), ("heavy", 0), ("seed", -1),
])  # fmt: skip
def test_bad_options_name_themselves(option, value) -> None:
    with pytest.raises((TypeError, ValueError), match=f"{option}: expected"):
        ds.SliceFinder(**{option: value}).fit(pd.DataFrame({"a": [1, 2]}), [0.0, 1.0])


def test_weights_and_clusters_are_checked() -> None:
    X, loss = pd.DataFrame({"a": [1, 2, 1, 2]}), [0.0, 1.0, 0.0, 1.0]
    with pytest.raises(ValueError, match="weights: expected 4"):
        ds.SliceFinder().fit(X, loss, weights=[1.0])
    with pytest.raises(ValueError, match="weights: expected a sum"):
        ds.SliceFinder().fit(X, loss, weights=[0, 0, 0, 0])
    with pytest.raises(ValueError, match="clusters: expected a value for each row"):
        ds.SliceFinder().fit(X, loss, clusters=["a", None, "b", "b"])
    with pytest.raises(ValueError, match="clusters: expected none"):
        ds.SliceFinder(test="permutation").fit(X, loss, clusters=[1, 1, 2, 2])


def test_a_value_per_row_is_no_slice_and_numbers_are_cut() -> None:
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"id": [f"u{i}" for i in range(500)], "number": rng.random(500)})
    finder = ds.SliceFinder(2).fit(X, rng.random(500))
    assert [len(bins) for bins in finder.columns_] == [1, 10]


def test_two_hundred_columns() -> None:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.integers(0, 3, (400, 200))).rename(columns=lambda j: f"x{j}")
    loss = np.where((X["x5"] == 1) & (X["x190"] == 2), 1.0, 0.0)
    finder = ds.SliceFinder(2).fit(X, loss)
    assert finder.causes_["slice"].tolist() == ["x5 1 & x190 2"]
    # 35 million conjunctions: best first, and it says how much it saw
    finder = ds.SliceFinder(3, search="best-first", budget=3000).fit(X, loss)
    assert finder.slices_["slice"][0] == "x5 1 & x190 2"
    assert finder.inspected_ < 0.001


def test_parameters_as_in_scikit_learn() -> None:
    finder = ds.SliceFinder(alpha=0.1)
    assert finder.get_params()["alpha"] == 0.1
    assert ds.SliceFinder(**finder.get_params()).get_params() == finder.get_params()
    assert finder.set_params(max_order=2).max_order == 2
    with pytest.raises(ValueError, match="depth: expected one of"):
        finder.set_params(depth=3)
    from sklearn.base import clone

    assert clone(finder).get_params() == finder.get_params()


def test_the_command_line(tmp_path, capsys) -> None:
    world = ds.planted_slices(3000, 4, 4, slices=(2,), error=0.9, seed=0)
    world.X.assign(loss=world.loss).to_parquet(tmp_path / "rows.parquet")
    name = next(iter(planted_names(world)))
    out = tmp_path / "out.html"
    assert main([str(tmp_path / "rows.parquet"), "--loss", "loss", "--report", str(out)]) == 0
    assert name in capsys.readouterr().out
    assert out.exists()
    assert main([str(tmp_path / "rows.parquet"), "--loss", "loss", "--seconds", "1e-9"]) == 0
    assert "no slice that was not seen has a mean loss beyond 1" in capsys.readouterr().out
    with pytest.raises(SystemExit) as stop:
        main([str(tmp_path / "rows.parquet"), "--loss", "none"])
    assert stop.value.code == 2


def test_it_runs_as_a_module() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "workedpapers.data_slicing", "--help"], check=True, text=True,
        capture_output=True, env=os.environ,
    ).stdout  # fmt: skip
    assert "--loss" in shown


def test_importing_it_loads_no_engine() -> None:
    code = ("import sys, json, workedpapers.data_slicing as ds; ds.SliceFinder; "
            "print(json.dumps([m.split('.')[0] for m in sys.modules]))")  # fmt: skip
    shown = subprocess.run(
        [sys.executable, "-c", code], check=True, text=True, capture_output=True
    ).stdout
    assert not {"ibis", "duckdb", "sklearn", "matplotlib"} & set(json.loads(shown))
