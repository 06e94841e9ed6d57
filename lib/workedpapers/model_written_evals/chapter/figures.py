"""Still figures of the chapter."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["effects_figure", "item_map", "sets_figure"]


def effects_figure(by_topic: pd.Series, mean: float, low: float, high: float) -> Any:
    """Effect of each question as a dot, and their mean with its interval."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    ordered = by_topic.sort_values()
    with style():
        figure, axes = plt.subplots()
        axes.axvspan(low, high, alpha=0.2, label="95% interval of the mean")
        axes.axvline(mean, label="mean")
        axes.plot(ordered, np.arange(len(ordered)), "o", label="one question")
        axes.axvline(0, color="0.5", linestyle=":")
        axes.set_xlabel("User effect (nats)")
        axes.set_ylabel("Question, by its effect")
        axes.set_yticks([])
        axes.legend(loc="best")
    return show(
        figure,
        alt=(
            f"Effects of {len(ordered)} questions from {ordered.iloc[0]:.2f} to "
            f"{ordered.iloc[-1]:.2f} nats; their mean is {mean:.2f} ({low:.2f} to {high:.2f})."
        ),
        caption=(
            "How far the user's view moves the answer of SmolLM2, question by question, and the "
            "mean over questions with its interval."
        ),
        name="effects",
    )


def sets_figure(table: pd.DataFrame) -> Any:
    """Shares of several sets as dots with their intervals, of `by_set`; hollow where constant."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    ordered = table.sort_values("share", kind="stable")
    places = np.arange(len(ordered))
    constant = (ordered["constant"] > 0.95).to_numpy()
    ends = np.abs(ordered[["low", "high"]].to_numpy().T - ordered["share"].to_numpy())
    with style():
        figure, axes = plt.subplots()
        for chosen, face in ((~constant, None), (constant, "none")):
            axes.errorbar(ordered["share"][chosen], places[chosen], xerr=ends[:, chosen], fmt="o",
                          markerfacecolor=face)  # fmt: skip
        axes.axvline(0.5, color="0.5", linestyle=":")
        axes.set_yticks(places, [name.replace(", ", ",\n", 1) for name in ordered.index])
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.6, len(ordered) - 0.4)
        axes.set_xlabel("Share of answers that match")
    told = "; ".join(f"{name} {row.share:.2f}" for name, row in ordered.iterrows())
    return show(
        figure,
        alt=f"Share of matching answers by set: {told}.",
        caption=(
            "Share of answers of SmolLM2 that match, by set, with 95% intervals over clusters. "
            "Hollow dots: more than 95% of the answers are the same."
        ),
        name="sets",
    )


def item_map(items: pd.DataFrame, kept: pd.DataFrame) -> Any:
    """Statements in the plane, by whom they fit; pointing at one tells it."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import PALETTE, show, style

    kinds = {"neither": ("fits neither", "o"), "order": ("fits order", "s"),
             "whim": ("fits the opposite", "^")}  # fmt: skip
    told = []
    with style():
        figure, axes = plt.subplots(figsize=(6.4, 4.8))
        for number, (kind, (label, marker)) in enumerate(kinds.items()):
            part = items[items["fits"] == kind]
            axes.plot(part["x"], part["y"], marker, color=PALETTE[(number + 2) % 3], alpha=0.8,
                      label=f"{label} ({len(part)})")  # fmt: skip
            told += [
                f"{row.statement}. Written for {'order' if row.matches else 'the opposite'}, "
                f"{label}; filter {row.minilm:.2f}"
                for row in part.itertuples()
            ]
        axes.plot(kept["x"], kept["y"], "o", markersize=13, markerfacecolor="none", color="0.5",
                  label=f"kept by the filter ({len(kept)})")  # fmt: skip
        told += [""] * len(kept)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_xlabel("First principal component")
        axes.set_ylabel("Second")
        low, high = items["y"].min(), items["y"].max()
        axes.set_ylim(low - 0.05, high + 0.5 * (high - low))  # room for the legend on a phone
        axes.legend(loc="upper left")
    shown = show(
        figure,
        alt=(
            f"{len(items)} statements in the plane. Those that fit order and those that fit the "
            "opposite lie on the same side, apart from most that fit neither."
        ),
        caption=(
            "What SmolLM2 wrote, placed by its embedding. Colour and form: whom it fits, as we "
            "judged. Rings: the surest 20 of each label. Pointing at a mark shows its words."
        ),
        name="map",
    )
    return with_words(shown, told)


def pronoun_figure(bias: pd.DataFrame) -> Any:
    """Pronoun that is expected of an occupation, over who works in it."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    with style():
        figure, axes = plt.subplots()
        axes.plot(bias["percent_women"], bias["bias"], "o")
        axes.axhline(0, color="0.5", linestyle=":")
        axes.set_xlabel("Women in the occupation (%)")
        axes.set_ylabel("she less he, from -1 to 1")
        axes.set_ylim(-1, 1)
    ends = bias["bias"].agg(["idxmin", "idxmax"])
    shown = show(
        figure,
        alt=(
            f"{len(bias)} occupations: the more women work in one, the more probable is she, from "
            f"{ends['idxmin']} to {ends['idxmax']}."
        ),
        caption=(
            "Probability of she less that of he, scaled to sum to one, mean of two sentences for "
            "each occupation. Pointing at a mark names it."
        ),
        name="pronouns",
    )
    return with_words(shown, bias.index.tolist())


def with_words(shown: Any, words: list[str]) -> Any:
    """The same figure, wide and narrow, whose marks tell words when pointed at."""
    return replace(shown, svg=titled(shown.svg, words), narrow=titled(shown.narrow, words))


def titled(svg: str, words: list[str]) -> str:
    """The same picture with words for its marks, in the order in which they were drawn."""
    left = iter(words)

    def told(mark: re.Match[str]) -> str:
        text = next(left, "")
        if not text:
            return mark[0]
        return f"{mark[0][:-2]}><title>{escape(text)}</title></use>"

    # Marks have coordinates, the letters of labels are moved by a transformation.
    return re.sub(r'<use [^>]* x="[^"]*" y="[^"]*"[^>]*/>', told, svg)
