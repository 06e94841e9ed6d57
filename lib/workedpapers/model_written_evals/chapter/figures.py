"""Still figures of the chapter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

__all__ = ["effects_figure", "sets_figure"]


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
    """Shares of several sets as dots with their intervals, of `by_set`."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    ordered = table.sort_values("share")
    places = np.arange(len(ordered))
    ends = np.abs(ordered[["low", "high"]].to_numpy().T - ordered["share"].to_numpy())
    with style():
        figure, axes = plt.subplots()
        axes.errorbar(ordered["share"], places, xerr=ends, fmt="o")
        axes.axvline(0.5, color="0.5", linestyle=":")
        axes.set_yticks(places, ordered.index)
        axes.set_xlim(0, 1)
        axes.set_xlabel("Share of answers that match")
    told = "; ".join(f"{name} {row.share:.2f}" for name, row in ordered.iterrows())
    return show(
        figure,
        alt=f"Share of matching answers by set: {told}.",
        caption="Share of answers that match the behaviour of each set, with 95% intervals.",
        name="sets",
    )
