"""Figures on the tricks of training: maps of update rules, losses, and neural GANs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workedpapers.isolated_points.chapter.tricks import RULES, A
from workedpapers.isolated_points.simulation.run import Run
from workedpapers.isolated_points.theory.linear import stability

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workedpapers.plotting import Shown

__all__ = ["losses_figure", "rule_maps_figure", "tricks_figure"]

#: The rules whose maps are drawn, and the strengths of the points on each.
MAPS = (
    "plain", "5 discriminator steps", "momentum 0.9", "generator's momentum -0.5", "optimistic",
    "gradient penalty 1",
)  # fmt: skip
POINTS = (0.15, 1.0, 4.0)
SHOWN = ("monotone", "oscillating", "diverging")


def rule_maps_figure(cells: int = 120) -> Shown:
    """Regimes over G and the mass ratio, by theory, one map for each of six rules."""
    import matplotlib.pyplot as plt
    from matplotlib.colors import ListedColormap

    from workedpapers.plotting import PALETTE, show, style

    strengths, ratios = np.geomspace(0.02, 100, cells), np.linspace(0.05, 2, cells)
    G, rho = np.meshgrid(strengths, ratios)
    codes = {name: k for k, name in enumerate(SHOWN)} | {"neutral": 0}
    at: dict[str, Any] = {
        "p": 1.0, "q": rho, "sigma": 1.0, "lr_d": A, "lr_g": G * A / rho, "decay": 1.0,
    }  # fmt: skip
    colours = ListedColormap([PALETTE[0], PALETTE[2], PALETTE[1]])
    with style(axes_grid=False, figure_figsize=(7.2, 5.2)):
        figure, axes = plt.subplots(2, 3, sharex=True, sharey=True)
        for plot, name in zip(axes.flat, MAPS, strict=True):
            found = np.vectorize(codes.get)(stability(**at, rule=RULES[name]).regime)
            plot.pcolormesh(
                strengths, ratios, found.astype(float), cmap=colours, vmin=-0.5, vmax=2.5,
                alpha=0.45, rasterized=True,
            )  # fmt: skip
            ink = plt.rcParams["text.color"]
            plot.contour(strengths, ratios, found, [0.5, 1.5], colors=ink, linewidths=0.8)
            plot.plot(POINTS, [1.0] * 3, "o", color=ink, ms=4)
            plot.set(xscale="log", xticks=[0.1, 1, 10], xticklabels=["0.1", "1", "10"])
            plot.set_title(name, fontsize="small")
            plot.minorticks_off()
        for plot in axes[-1]:
            plot.set_xlabel("G")
        for plot in axes[:, 0]:
            plot.set_ylabel("Mass ratio ρ")
        for k, name in enumerate(SHOWN):
            axes[0, 0].plot([], [], "s", color=colours(k), alpha=0.45, label=name)
        figure.legend(loc="outside upper center", ncols=3)
    return show(
        figure,
        alt=(
            "Six maps of regimes over G and the mass ratio. Against the plain rule, momentum 0.9 "
            "brings the diverging region far to the left; five discriminator steps and the "
            "gradient penalty enlarge the monotone region; negative momentum and optimism change "
            "little."
        ),
        caption=(
            f"Where one point on a true point ends, by theory, for six rules and a = {A:g}. The "
            "dots are the same three settings on every map, G = 0.15, 1 and 4 at equal masses."
        ),
        name="rule-maps",
    )


def losses_figure(runs: Mapping[str, Run]) -> Shown:
    """The generator's loss over the steps, one line for each run."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    with style():
        figure, axes = plt.subplots()
        for name, run in runs.items():
            axes.semilogx(np.arange(1, run.steps + 1), run.generator_loss[1:], label=name)
        axes.axhline(0, lw=1, color="0.5")
        axes.set_xlabel("Step")
        axes.set_ylabel("Loss of the generator")
        figure.legend(loc="outside upper center", ncols=3)  # on a phone there is no room inside
    return show(
        figure,
        alt=(
            "Loss of the generator over the steps for runs that find all modes, collapse, or lose "
            "a point. All rise alike for about ten steps; only that of the run that finds all "
            "modes comes back to zero, the others stay high."
        ),
        caption=(
            "The generator's loss, from the first step on. All three rise while the discriminator "
            "learns; what tells them apart is whether the loss comes back to 0."
        ),
        name="losses",
    )


def tricks_figure(table: pd.DataFrame) -> Shown:
    """Modes covered by neural GANs under each trick, in both orders of play.

    ``table`` is from `coverage_by_trick`.
    """
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    names = list(dict.fromkeys(table["trick"]))
    place = np.arange(len(names))[::-1]
    with style(figure_figsize=(7.2, 0.36 * len(names) + 1.3)):
        figure, axes = plt.subplots()
        for (update, marker), shift in zip(
            (("alternating", "o"), ("simultaneous", "s")), (0.13, -0.13), strict=True
        ):
            some = table[table["update"] == update].set_index("trick").loc[names]
            error = [some["coverage"] - some["low"], some["high"] - some["coverage"]]
            axes.errorbar(
                some["coverage"], place + shift, xerr=error, fmt=marker, ms=5, capsize=2,
                label=update,
            )  # fmt: skip
        axes.set_yticks(place, names)
        axes.set(xlim=(-0.02, 1.02), xlabel="Share of the eight modes covered")
        axes.grid(axis="y", visible=False)
        axes.legend(loc="lower left", fontsize="small")
    return show(
        figure,
        alt="Share of modes covered by trick, alternating and simultaneous: "
        + "; ".join(
            f"{name} " + " and ".join(f"{c:.2f}" for c in table[table["trick"] == name]["coverage"])
            for name in names
        ),
        caption="Neural GANs on a ring of eight Gaussians with each trick: share of modes covered "
        "over the last third of training, mean over 20 seeds with 95% bootstrap interval.",
        name="tricks",
    )
