"""Figures of the chapter. Nothing else in the package plots, save `live`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workedpapers.isolated_points.chapter.live import training_live
from workedpapers.isolated_points.chapter.live_theory import borders
from workedpapers.isolated_points.chapter.width import width_explorer
from workedpapers.isolated_points.simulation.dynamics import simulate
from workedpapers.isolated_points.simulation.run import Run
from workedpapers.isolated_points.theory.closed_forms import collapse_radius, expulsion_threshold
from workedpapers.isolated_points.theory.linear import REGIMES
from workedpapers.isolated_points.theory.separation import influence_bound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workedpapers.plotting import Shown

__all__ = [
    "collapse_figure",
    "cost_figure",
    "decay_figure",
    "influence_figure",
    "network_figure",
    "outcast_figure",
    "phase_figure",
    "rates_figure",
    "training_live",
    "width_explorer",
]


#: Regimes in the order of the map's colours; none of its cells is neutral.
SHOWN = REGIMES[:3]


def decay_figure(runs: Mapping[float, Run], width: float = 1.0) -> Shown:
    """Distance from the true point, in widths, over the steps of one run for each G."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    with style():
        figure, axes = plt.subplots()
        for strength, run in runs.items():
            distance = np.abs(run.generated[:, 0, 0]) / width
            axes.semilogy(np.maximum(distance, 1e-12), label=f"G = {strength:g}")
        left = float(run.settings.keep[0])  # 1 - a
        steps = np.arange(run.steps + 1)
        axes.semilogy(0.04 * np.sqrt(left) ** steps, color="0.5", ls=":", lw=1.5)
        axes.set_xlabel("Step")
        axes.set_ylabel("Distance (kernel widths)")
        axes.set_ylim(1e-11, 0.1)
        axes.legend()
    return show(
        figure,
        alt=(
            "Distance of a generated point from its true point on a logarithmic scale. For "
            f"G = {min(runs):g} it falls on a straight line; for larger G it swings under one "
            "common envelope, drawn dotted."
        ),
        caption=(
            "Distance from the true point for three values of G. Dotted: a factor of the root of "
            "1 - a per step, the envelope of every swing."
        ),
        name="decay",
    )


def rates_figure(trials: pd.DataFrame) -> Shown:
    """Contraction per step in simulation against theory, one point for each random setting."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    with style(figure_figsize=(5.2, 4.6)):
        figure, axes = plt.subplots()
        for regime, marker in zip(SHOWN, "o^s", strict=True):
            some = trials[trials["predicted"] == regime]
            axes.plot(
                some["rate_predicted"], some["rate_simulated"], ls="none", marker=marker, ms=3.5,
                alpha=0.6, label=f"{regime} ({len(some)})",
            )  # fmt: skip
        axes.axline((1, 1), slope=1, lw=1, color="0.5")
        axes.axhline(1, lw=1, ls=":", color="0.5")
        axes.set(xlim=(0.35, 1.6), ylim=(0.35, 1.6), aspect="equal")
        axes.set_xlabel("Change of the distance per step, theory (factor)")
        axes.set_ylabel("The same, simulation (factor)")
        axes.legend(loc="upper left", title="Regime in theory")
    return show(
        figure,
        alt=(
            f"Simulated against predicted change per step for {len(trials):,} random settings; "
            "all points lie on the diagonal."
        ),
        caption=(
            "Factor by which the distance from the true point changes per step, for random "
            "settings. Below 1 points come back. Every setting lies on the diagonal."
        ),
        name="rates",
    )


def phase_figure(diagram: pd.DataFrame, a: float) -> Shown:
    """Simulated regimes over G and rho, with the borders that theory draws.

    Parameters
    ----------
    diagram : from `phase_diagram` with lists of G and of rho, one generated point.
    a : lr_d decay of all settings.
    """
    import matplotlib.pyplot as plt
    from matplotlib.colors import ListedColormap

    from workedpapers.plotting import PALETTE, show, style

    codes = diagram["regime"].map({name: k for k, name in enumerate(SHOWN)})
    cells = codes.to_numpy(float).reshape(diagram["G"].nunique(), -1).T
    strengths, ratios = diagram["G"].unique(), diagram["rho"].unique()
    fine = np.geomspace(strengths.min(), strengths.max(), 400)
    with style(axes_grid=False):
        figure, axes = plt.subplots()
        colours = ListedColormap([PALETTE[0], PALETTE[2], PALETTE[1]])
        axes.pcolormesh(
            strengths, ratios, cells, cmap=colours, vmin=-0.5, vmax=2.5, alpha=0.45,
            rasterized=True,
        )  # fmt: skip
        ink = plt.rcParams["text.color"]
        for name, border in borders(fine, a, simultaneous=False).items():
            axes.plot(fine, border, color=ink, ls="--" if name.startswith("stable") else ":")
        axes.axhline(1, lw=1, color="0.5")
        axes.set(xscale="log", xlim=(strengths.min(), strengths.max()), xlabel="G")
        axes.set(ylim=(ratios.min(), ratios.max()), ylabel="Mass ratio ρ = q / p")
        for at, word in (((0.03, 0.12), "monotone"), ((0.42, 0.35), "oscillating"),
                         ((0.72, 0.8), "diverging")):  # fmt: skip
            axes.text(*at, word, transform=axes.transAxes)
    return show(
        figure,
        alt=(
            "Map of the simulated regimes over G and the mass ratio. Monotone to the left, "
            "oscillating in the middle, diverging above a falling curve at the right. The curves "
            "of the theory run along the borders."
        ),
        caption=(
            f"Colours: what {len(diagram):,} simulations did, with a = {a:g}. Curves: what theory "
            "says, drawn on top. Dashed, the ends of stability; dotted, the ends of swinging."
        ),
        name="phases",
    )


def influence_figure(separations: tuple[float, ...] = (2, 3, 4, 5, 6)) -> Shown:
    """Pull of a neighbour, as a share of the own true point's, over the distance from it."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    offset = np.linspace(0.05, 1.0, 120)
    with style():
        figure, axes = plt.subplots()
        for separation in separations:
            share = influence_bound(separation, offset, 1.0)
            axes.semilogy(offset, share, label=f"{separation:g} widths apart")
        axes.axhline(0.01, lw=1, color="0.5")
        axes.annotate("1 %", (1.0, 0.011), ha="right", va="bottom")
        axes.set_xlabel("Distance from the own true point (kernel widths)")
        axes.set_ylabel("Neighbour's pull / own pull")
        axes.legend(fontsize="small")
    return show(
        figure,
        alt=(
            "Share of a neighbour's pull over the distance, one curve for each separation. At 3 "
            "widths it is above a tenth, at 5 widths well below one per cent."
        ),
        caption=(
            "How strongly a neighbouring true point pulls, compared with the own one. Isolation "
            "sets in within one width of separation."
        ),
        name="influence",
    )


def collapse_figure(found: pd.DataFrame) -> Shown:
    """Radius at which surplus points hold, theory and simulation; see `claims.collapse`."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    with style():
        figure, axes = plt.subplots()
        for n in np.unique(found["n"]):
            some = found[found["n"] == n]
            end = float(expulsion_threshold(n))
            ratio = np.linspace(1.001, end, 200)
            (line,) = axes.plot(ratio, collapse_radius(n, ratio, 1.0), label=f"{n} points")
            axes.plot(some["mass_ratio"], some["simulated"], "o", color=line.get_color(), ms=6)
            axes.plot(end, collapse_radius(n, end, 1.0), "x", color=line.get_color(), ms=8)
        axes.set_xlabel("Generated mass over true mass")
        axes.set_ylabel("Distance from the true point (widths)")
        axes.legend()
    return show(
        figure,
        alt=(
            "Distance from the true point against mass ratio for 2, 3 and 4 points: three rising "
            "curves with the simulated points on them, each ending in a cross."
        ),
        caption=(
            "Where surplus points hold around one true point. Lines: closed form; dots: "
            "simulation; crosses: where theory says that they slide off."
        ),
        name="collapse",
    )


def outcast_figure(found: pd.DataFrame) -> Shown:
    """Speed of a lone point over G; see `claims.outcasts`."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    with style():
        figure, axes = plt.subplots()
        axes.plot(found["G"], found["theory"], label="theory, exact")
        axes.plot(found["G"], found["continuous"], label="theory, continuous time")
        axes.plot(found["G"], found["simulated"], "o", color="0.5", label="simulation")
        axes.set_xlabel("G")
        axes.set_ylabel("Speed (widths per forgetting time)")
        axes.set_ylim(0)
        axes.legend()
    return show(
        figure,
        alt=(
            "Speed of a lone generated point against G: zero up to about 1.1, then rising; the "
            "simulated points lie on the curve of the theory."
        ),
        caption=(
            "A generated point with no true point near it, jostled by a millionth of a width. "
            "Below the threshold it stays; above, its own trail drives it away."
        ),
        name="outcast",
    )


def cost_figure(settings: int = 32, decay: float = 0.2) -> Shown:
    """Processor time of a batch against its length, by history and on the lattice."""
    import time

    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    rates = np.linspace(0.05, 0.5, settings)
    lengths = [100, 200, 400, 800]
    seconds: dict[str, list[float]] = {"history": [], "lattice": []}
    for method, spent in seconds.items():
        for steps in lengths:
            begin = time.process_time()
            simulate(
                [-5.0, 0.0, 5.0], [-4.2, 0.9, 5.8], lr_d=0.1, lr_g=rates, decay=decay, steps=steps,
                method=method, keep="last", show=False,
            )  # fmt: skip
            spent.append(time.process_time() - begin)
    with style():
        figure, axes = plt.subplots()
        for (method, spent), marker in zip(seconds.items(), "os", strict=True):
            axes.loglog(lengths, spent, marker=marker, label=f"by {method}")
        axes.set_xticks(lengths, [str(n) for n in lengths])
        axes.minorticks_off()
        axes.set_xlabel("Steps")
        axes.set_ylabel("Processor time (s)")
        axes.legend()
    first, last = (seconds["history"][k] / seconds["lattice"][k] for k in (0, -1))
    return show(
        figure,
        alt=(
            f"Processor time against steps for {settings} settings on logarithmic axes. The "
            f"history costs {first:.1f} times as much as the lattice at {lengths[0]} steps and "
            f"{last:.1f} times at {lengths[-1]}."
        ),
        caption=(
            f"Cost of {settings} settings of three points on the machine that built this page. The "
            "lattice's grows with the steps, the history's with their square until old terms may "
            "be dropped."
        ),
        name="cost",
    )


def network_figure(table: pd.DataFrame) -> Shown:
    """Modes covered by small neural GANs, mean and interval for each setting.

    Parameters
    ----------
    table : columns `setting`, `coverage`, `low`, `high`, shares.
    """
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    place = np.arange(len(table))[::-1]
    with style(figure_figsize=(7.2, 0.45 * len(table) + 1.1)):
        figure, axes = plt.subplots()
        error = [table["coverage"] - table["low"], table["high"] - table["coverage"]]
        axes.errorbar(table["coverage"], place, xerr=error, fmt="o", capsize=3)
        axes.set_yticks(place, table["setting"])
        axes.set(xlim=(-0.02, 1.02), xlabel="Share of the eight modes covered")
        axes.grid(axis="y", visible=False)
    return show(
        figure,
        alt="Share of modes covered by setting: "
        + "; ".join(
            f"{s} {c:.2f}" for s, c in zip(table["setting"], table["coverage"], strict=True)
        ),
        caption="Neural GANs on a ring of eight Gaussians: share of modes covered over the last "
        "third of training, mean over seeds with 95% bootstrap interval.",
        name="networks",
    )
