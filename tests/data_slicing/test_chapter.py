"""The chapter's figures, studies and claims."""

import numpy as np
import pytest

from workedpapers import data_slicing as ds
from workedpapers.claims import table
from workedpapers.data_slicing.chapter import claims, figures
from workedpapers.data_slicing.chapter.early_study import early_runs, load_early_runs
from workedpapers.data_slicing.chapter.engine_study import load_engines
from workedpapers.data_slicing.chapter.null_study import LOSSES, load_null_runs, null_runs
from workedpapers.data_slicing.chapter.power import kinds_of, small_world
from workedpapers.data_slicing.chapter.recall import recall_of


def test_the_null_study_is_whole_and_can_be_made_again() -> None:
    stored = load_null_runs()
    assert stored.groupby(["loss", "test", "support", "order"], observed=True).size().eq(500).all()
    assert set(stored["loss"]) == set(LOSSES)
    again = null_runs(range(3, 4), order=3)
    kept = stored[stored["run"] == 3].reset_index(drop=True)
    for column in ("loss", "test", "support", "order", "false"):
        assert again[column].astype(str).tolist() == kept[column].astype(str).tolist()


def test_no_cell_of_the_null_study_is_above_its_limit() -> None:
    stored = load_null_runs()
    exact = stored[stored["test"] == "exact"]
    share = exact.assign(any=exact["false"] > 0).groupby(
        ["loss", "support", "order"], observed=True
    )["any"].mean()  # fmt: skip
    assert len(share) == 16
    assert (share <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 500)).all()


def test_a_search_that_stops_early_counts_what_it_passed_over() -> None:
    stored = load_early_runs()
    assert stored.groupby("counted", observed=True).size().eq(500).all()
    share = stored.assign(any=stored["false"] > 0).groupby("counted", observed=True)["any"].mean()
    limit = 0.05 + 2 * np.sqrt(0.05 * 0.95 / 500)
    assert share["passed over, too"] <= limit
    assert share["LORD"] <= limit
    assert share["tested"] > 0.2
    again = early_runs(range(5, 8))
    kept = stored[stored["run"].isin([5, 6, 7])]
    assert again["false"].tolist() == kept["false"].tolist()


def test_engines_were_all_run_and_agree() -> None:
    stored = load_engines()
    assert set(stored["engine"]) == {"memory", "DuckDB", "Spark"}
    assert stored["difference"].max() < 1e-9


def test_recall_is_that_of_the_search_itself() -> None:
    # The replay inspects one at a time; the search itself must have found as much by then.
    found = recall_of("generator")
    assert found.anomalous > 50
    assert (np.diff(found.first) > 0).all()
    assert found.pruned.max() <= found.space
    assert found.gain > 1.3


def test_kinds_of_discoveries() -> None:
    world = small_world()
    finder = ds.SliceFinder(3, 0.005).fit(world.X, world.loss)
    kinds = kinds_of(finder, world, 5)
    assert kinds.count("planted") == 3
    names = [name for name, kind in zip(finder.slices_["slice"], kinds, strict=True)
             if kind == "false"]  # fmt: skip
    for one in world.slices:
        whole = " & ".join(f"{column} {value}" for column, value in one.items())
        assert not [name for name in names if set(whole.split(" & ")) <= set(name.split(" & "))]


@pytest.mark.parametrize(
    "make", [figures.alarms_explorer, figures.planted_explorer, figures.map_explorer]
)
def test_explorers_are_small(make) -> None:
    assert make(static=True).static_report.total < 400_000


@pytest.mark.parametrize("name", figures.__all__)
def test_every_listed_figure_exists(name: str) -> None:
    assert callable(getattr(figures, name))


def test_still_figures_say_what_they_show() -> None:
    shown = [figures.cost_figure(), figures.overlap_figure(figures.compas_finder().overlap()),
             figures.recall_figure(("generator",))]  # fmt: skip
    for one in shown:
        assert len(one.alt) > 60
        assert "<svg" in one.svg


@pytest.mark.slow
def test_the_verdicts_are_those_that_the_chapter_tells() -> None:
    # Planted worlds take longest, and the build measures them with all others.
    some = [claim for claim in claims.CLAIMS if claim.id != "slice-found"]
    rows = {row["id"]: row["verdict"] for row in table(some, "data_slicing").rows}
    assert rows == {
        claim.id: "in part" if claim.id == "slice-priority" else "reproduced" for claim in some
    }
