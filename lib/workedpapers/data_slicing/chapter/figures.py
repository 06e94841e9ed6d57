"""Figures of the chapter. Those that move are in `explorers` and handed on here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workedpapers.data_slicing.chapter.engine_study import load_engines
from workedpapers.data_slicing.chapter.explorers import (
    alarms_explorer,
    compas_finder,
    map_explorer,
    planted_explorer,
)
from workedpapers.data_slicing.chapter.power import power_table
from workedpapers.data_slicing.chapter.recall import recall_of

if TYPE_CHECKING:
    import pandas as pd

    from workedpapers.plotting import Shown

__all__ = [
    "alarms_explorer",
    "compas_finder",
    "cost_figure",
    "map_explorer",
    "overlap_figure",
    "planted_explorer",
    "power_figure",
    "recall_figure",
]


def recall_figure(worlds: tuple[str, ...] = ("Adult", "generator")) -> Shown:
    """Share of anomalous slices found over share of the space inspected."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    with style(figure_figsize=(8.4, 3.4)):
        figure, axes = plt.subplots(1, len(worlds), layout="constrained", sharey=True)
        for plot, world in zip(np.atleast_1d(axes), worlds, strict=True):
            found = recall_of(world)
            percent = 100 * np.arange(1, found.anomalous + 1) / found.anomalous
            order = np.array([0.01, 100.0])
            plot.semilogx(order, order, ":", label="any order")
            plot.semilogx(100 * found.pruned / found.space, percent, "--", label="support")
            plot.semilogx(100 * found.first / found.space, percent, label="support and priority")
            plot.axhline(95, lw=1, color="0.5")
            plot.set(title=world, xlabel="Space inspected (%)", xlim=(0.01, 100), ylim=(0, 102))
        np.atleast_1d(axes)[0].set_ylabel("Anomalous slices found (%)")
        np.atleast_1d(axes)[0].legend(fontsize="small", loc="upper left")
    return show(
        figure,
        alt="Share of anomalous slices found over the share of the space inspected, on a "
        "logarithmic axis. Both prunings reach 95% before 10% of the space; priority comes first.",
        caption="How much must be inspected: first on Adult, then on the generator. Grey: 95% of "
        "the anomalous slices.",
        name="slice-recall",
    )


def power_figure() -> Shown:
    """Share of planted pairs found, by their error, and share of false discoveries."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    found = power_table()
    with style():
        figure, axes = plt.subplots()
        axes.errorbar(
            100 * found["error"], 100 * found["found"], 196 * found["found_error"], marker="o",
            capsize=3, label="planted pairs found",
        )  # fmt: skip
        axes.plot(
            100 * found["error"], 100 * found["false"], "s--", label="false among discoveries"
        )
        axes.axhline(5, lw=1, color="0.5")
        axes.set(xlabel="Error in the planted pairs (%), 10% elsewhere", ylabel="Share (%)",
                 ylim=(-3, 140), yticks=range(0, 101, 20))  # fmt: skip
        axes.legend(loc="upper left")
    return show(
        figure,
        alt="Share of planted pairs found over their error: near 0 at 15%, about a third at 20%, "
        "four fifths at 25%, nearly all at 30% and above; false discoveries stay below 5%.",
        caption="Power in 40 worlds of 10,000 rows with two planted pairs each, with 95% "
        "intervals. Grey: the rate of false discoveries that was asked for.",
        name="slice-power",
    )


def cost_figure() -> Shown:
    """Seconds of a search over rows, for each engine, and over columns in memory."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    found = load_engines()
    with style(figure_figsize=(8.4, 3.4)):
        figure, axes = plt.subplots(1, 2, layout="constrained")
        for (engine, part), mark in zip(
            found[found["columns"] == 8].groupby("engine", sort=False), ["o-", "s--", "^:"],
            strict=True,
        ):  # fmt: skip
            axes[0].loglog(part["rows"], part["seconds"], mark, label=str(engine))
        axes[0].set(xlabel="Rows (8 columns)", ylabel="Seconds")
        axes[0].legend(fontsize="small")
        part = found[(found["engine"] == "memory") & (found["columns"] != 8)]
        axes[1].loglog(part["columns"], part["seconds"], "o-", label="memory")
        ticks = part["columns"].tolist()
        axes[1].set_xticks(ticks, [str(tick) for tick in ticks])
        axes[1].minorticks_off()
        axes[1].set(xlabel="Columns (10,000 rows)", ylabel="Seconds")
    return show(
        figure,
        alt="Seconds of a search. First by rows: memory rises in proportion, DuckDB and Spark are "
        "nearly flat from a higher start. Then by columns: memory rises as their cube.",
        caption="What a search of order 3 costs: first by rows, on each engine; then by columns, "
        "in memory. One thread, wall seconds.",
        name="slice-cost",
    )


def overlap_figure(shared: pd.DataFrame, most: int = 10) -> Shown:
    """Rows that causes share, as shades."""
    import matplotlib.pyplot as plt
    from matplotlib.colors import ListedColormap

    from workedpapers.plotting import colormap, show, style

    shared = shared.iloc[:most, :most]
    table = ListedColormap(colormap("viridis", np.linspace(0, 1, 64)))
    with style(figure_figsize=(4.6, 3.6), axes_grid=False):
        figure, axes = plt.subplots(layout="constrained")
        image = axes.imshow(shared.to_numpy(float), cmap=table, vmin=0, vmax=1)
        names = [str(i + 1) for i in range(len(shared))]
        axes.set_xticks(range(len(shared)), names)
        axes.set_yticks(range(len(shared)), names)
        axes.set(xlabel="Cause", ylabel="Cause")
        figure.colorbar(image, label="Rows in both over rows in either")
    return show(
        figure,
        alt="A square of shades: the causes share few rows with each other; only the diagonal, "
        "each cause with itself, is bright.",
        caption="How much the causes share, from none (0) to all rows (1), in the order of the "
        "table.",
        name="slice-overlap",
    )
