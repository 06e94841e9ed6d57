"""Figures that move: false alarms, planted slices, a map of slices."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from workedpapers.checks import Floats
from workedpapers.data_slicing.chapter.null_study import LOSSES, load_null_runs
from workedpapers.data_slicing.chapter.power import fit_small, shares_and_effects
from workedpapers.data_slicing.chapter.recall import compas_features
from workedpapers.data_slicing.finder import SliceFinder

if TYPE_CHECKING:
    from workedpapers.explore import Explorer

__all__ = ["alarms_explorer", "compas_finder", "map_explorer", "planted_explorer"]

GROUPS = {"none": (0, 0), "1": (1, 1), "2 to 10": (2, 10), "11 to 100": (11, 100),
          "over 100": (101, 10**9)}  # fmt: skip
KINDS = ("planted", "overlapping", "false")


def alarm_shares(loss: str, support: str, order: float) -> dict[str, Any]:
    """Shares of 500 runs by how many slices they discovered, all of them false."""
    runs = load_null_runs()
    share = float(support.rstrip("%")) / 100
    runs = runs[
        (runs["loss"] == loss) & np.isclose(runs["support"], share) & (runs["order"] == int(order))
    ]
    found: dict[str, Any] = {}
    for test in ("exact", "welch"):
        false = runs.loc[runs["test"] == test, "false"].to_numpy()
        found[test] = np.array(
            [100 * ((false >= low) & (false <= high)).mean() for low, high in GROUPS.values()]
        )
        found[f"{test}_any"] = float(100 * (false > 0).mean())
        found[f"{test}_most"] = float(false.max())
    return found


def alarms_explorer(**options: Any) -> Explorer:
    """First figure of the chapter: how often a search raises a false alarm."""
    from workedpapers.explore import Bars, Choice, Controls, Explorer, Sentence, Slider

    return Explorer(
        alarm_shares,
        controls=[
            Choice("loss", list(LOSSES), value="log-loss", label="Loss"),
            Choice("support", ["1%", "0.2%"], label="Smallest slice"),
            Slider.at("order", [2, 3], value=2, label="Most predicates"),
        ],
        view=[
            Bars(
                list(GROUPS), ["welch", "exact"], labels=["usual test", "corrected test"],
                hues=["usual test", "corrected test"], ylabel="Share of 500 runs (%)",
                ylim=(0, 110), digits=0,
            ),
            Controls(["loss", "support", "order"]),
            Sentence(
                "Runs with a false alarm: {welch_any:.1f}% with the usual test, {exact_any:.1f}% "
                "with the corrected one; 5% were asked for. At most {welch_most:.0f} and "
                "{exact_most:.0f} false discoveries in one run."
            ),
        ],
        entities=["usual test", "corrected test"],
        title="How many slices does a search discover where there is nothing?",
        name="alarms",
        caption="Adult's losses, dealt to its rows at random 500 times: whatever is discovered is "
        "false. Bars: share of the runs, by how many slices were discovered at a rate of 5%.",
        alt="With the loss {loss}, slices of at least {support} and up to {order} predicates, "
        "{welch_any:.1f}% of runs have a false alarm with the usual test and {exact_any:.1f}% with "
        "the corrected one.",
        **options,
    )  # fmt: skip


#: Most discoveries of a kind on the map of planted slices; the surest are shown.
SHOWN = 150


def _padded(values: Floats, length: int) -> Floats:
    return np.pad(values[:length], (0, max(length - len(values), 0)), constant_values=np.nan)


@cache
def planted_map(support: float, order: float, alpha: float) -> dict[str, Any]:
    """Discoveries in the small world, by what they are."""
    finder, kinds = fit_small(float(support) / 100, int(order), float(alpha))
    share, effect = shares_and_effects(finder)
    kind = np.array(kinds, dtype=object)
    found: dict[str, Any] = {"tested": float(len(finder.tested_)), "causes": float(
        len(finder.causes_))}  # fmt: skip
    for name in KINDS:
        at = kind == name
        found[f"{name}_x"] = _padded(100 * share[at], SHOWN)
        found[f"{name}_y"] = _padded(100 * effect[at], SHOWN)
        found[f"{name}_n"] = float(at.sum())
    return found


def planted_explorer(**options: Any) -> Explorer:
    """What a search finds in a world whose truth is known."""
    from workedpapers.explore import Controls, Explorer, Lines, Points, Sentence, Slider

    marks: Any = Lines(
        "zero_x", "zero_y", labels=["no effect"], xlabel="Share of rows (%)",
        ylabel="Effect (percentage points)", xlim=(0.3, 30), xlog=True, ylim=(-5, 35), height=330,
    )  # fmt: skip
    marks = marks + Points(
        "overlapping_x", "overlapping_y", hue="overlapping", label="overlapping", size=6
    )
    marks = marks + Points("false_x", "false_y", hue="false", label="false", size=10)
    marks = marks + Points("planted_x", "planted_y", hue="planted", label="planted", size=14)

    def compute(support: float, order: float, alpha: float) -> dict[str, Any]:
        return {
            "zero_x": np.array([0.3, 30.0]), "zero_y": np.zeros(2),
            **planted_map(support, order, alpha),
        }  # fmt: skip

    return Explorer(
        compute,
        controls=[
            Slider.at("support", [0.5, 1, 2, 5], value=1, label="Smallest slice", unit="%"),
            Slider.at("order", [1, 2, 3], value=2, label="Most predicates"),
            Slider.at("alpha", [0.001, 0.01, 0.05, 0.2], value=0.05, label="Rate asked for"),
        ],
        view=[
            marks,
            Controls(["support", "order", "alpha"]),
            Sentence(
                "{planted_n:.0f} of 3 planted slices found, {overlapping_n:.0f} that overlap with "
                "them, {false_n:.0f} false, of {tested:.0f} tested. Reduced to {causes:.0f} causes."
            ),
        ],
        entities=["planted", "overlapping", "false"],
        gaps=[f"{kind}_{axis}" for kind in KINDS for axis in "xy"],
        bits=16,
        title="Three planted slices, and what a search makes of them",
        name="planted",
        caption="Discoveries in 6,000 rows with three planted slices, by size and by how far their "
        "error lies above that of all other rows. Up to 150 of a kind are drawn.",
        alt="With slices of at least {support}% and up to {order} predicates at a rate of {alpha}, "
        "{planted_n:.0f} of 3 planted slices are found, {overlapping_n:.0f} overlap with them and "
        "{false_n:.0f} are false.",
        **options,
    )  # fmt: skip


@cache
def compas_finder() -> SliceFinder:
    """The search of the COMPAS table that the chapter shows."""
    X, error = compas_features()
    return SliceFinder(max_order=3, min_support=0.01).fit(X, error)


def map_explorer(**options: Any) -> Explorer:
    """Discoveries on the COMPAS table; pick a cause to see what it explains."""
    from workedpapers.explore import Choice, Controls, Explorer, Lines, Points, Sentence

    finder = compas_finder()
    causes = finder.causes_["slice"].tolist()
    which = finder.explained()["cause"].to_numpy()
    share, effect = (100 * values for values in shares_and_effects(finder))
    places = finder._covering().places

    def compute(cause: str) -> dict[str, Any]:
        k = causes.index(cause)
        here = which == k
        row = finder.causes_.iloc[k]
        nothing = np.full(len(share), np.nan)
        return {
            "zero_x": np.array([0.8, 100.0]), "zero_y": np.zeros(2),
            "other_x": np.where(here, nothing, share), "other_y": np.where(here, nothing, effect),
            "own_x": np.where(here, share, nothing), "own_y": np.where(here, effect, nothing),
            "cause_x": share[places[k]], "cause_y": effect[places[k]],
            "explained": float(here.sum()), "all": float(len(share)), "n": float(row["n"]),
            "mean": float(100 * row["mean"]),
        }  # fmt: skip

    marks: Any = Lines(
        "zero_x", "zero_y", labels=["no effect"], xlabel="Share of rows (%)",
        ylabel="Effect (percentage points)", xlim=(0.8, 100), xlog=True, ylim=(-2, 40), height=330,
    )  # fmt: skip
    marks = marks + Points("other_x", "other_y", label="other discoveries", size=6)
    marks = marks + Points("own_x", "own_y", hue="explained by it", label="explained by it", size=7)
    marks = marks + Points("cause_x", "cause_y", hue="the cause", label="the cause", size=15)
    return Explorer(
        compute,
        controls=[Choice("cause", causes, label="Cause")],
        view=[
            marks,
            Controls(["cause"]),
            Sentence(
                "{n:.0f} people, for {mean:.0f}% of whom the score was wrong. It explains most of "
                "{explained:.0f} of {all:.0f} discoveries."
            ),
        ],
        entities=["explained by it", "the cause"],
        gaps=["other_x", "other_y", "own_x", "own_y"],
        bits=16,
        title="Where the COMPAS score errs",
        name="map",
        caption="Each dot is a slice in which the score errs more often than elsewhere, by size "
        "and by how much more often. Pick a cause, and what it explains takes its colour.",
        alt="The cause {cause} holds {n:.0f} people, {mean:.0f}% of them misjudged, and explains "
        "{explained:.0f} of {all:.0f} discoveries.",
        **options,
    )  # fmt: skip
