"""Still figures of the chapter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workedpapers.mesa_optimization.chapter.coin_study import (
    LENGTHS,
    OUTCOMES,
    by_share,
    load_outcomes,
)
from workedpapers.mesa_optimization.chapter.diversity_study import load_diversity
from workedpapers.mesa_optimization.chapter.explorers import (
    attention_explorer,
    deception_explorer,
    power_explorer,
)
from workedpapers.mesa_optimization.chapter.walks import coin_explorer
from workedpapers.mesa_optimization.deception.absent import absent_minded, absent_minded_value
from workedpapers.mesa_optimization.power.envelope import MazeEnvelope
from workedpapers.mesa_optimization.regression.attention import LinearAttention

if TYPE_CHECKING:
    from workedpapers.plotting import Shown

__all__ = [
    "absent_figure",
    "attention_explorer",
    "coin_explorer",
    "coin_figure",
    "deception_explorer",
    "diversity_figure",
    "envelope_figure",
    "length_figure",
    "matrix_figure",
    "power_explorer",
    "scale_figure",
]

#: What an agent goes to, in words.
WORDS = {"coin": "the coin", "corner": "the corner", "neither": "neither"}


def envelope_figure(found: MazeEnvelope, most: int = 300) -> Shown:
    """Bits for one maze over the number of mazes, a line for each program."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    numbers = np.geomspace(1, most, 200)
    with style():
        figure, axes = plt.subplots()
        for (name, row), dash in zip(
            found.programs.iterrows(), ["-", "--", ":", "-.", (0, (1, 2)), (0, (6, 2))], strict=True
        ):
            axes.semilogx(numbers, row["code"] / numbers + row["left"], ls=dash, label=str(name))
        for number in found.switches["predicted"].dropna().iloc[1:]:
            axes.axvline(float(number), lw=1, color="0.5")
        axes.set(ylim=(0, 25), xlabel="Number of mazes N", ylabel="Bits for one maze")
        axes.legend(fontsize="small")
    return show(
        figure,
        alt="Bits for one maze over the number of mazes, six programs. The lowest is the table at "
        "first, then simple rules, and the search beyond about 160 mazes.",
        caption="Bits of program and table for one maze, code shared by all N. Grey: where the "
        "lowest program changes.",
        name="mesa-envelope",
    )


def matrix_figure(exact: LinearAttention, sampled: LinearAttention, eta_over_n: float) -> Shown:
    """The constructed matrix beside those that were trained."""
    import matplotlib.pyplot as plt
    from matplotlib.colors import ListedColormap

    from workedpapers.plotting import colormap, show, style

    table = ListedColormap(colormap("diverging", np.linspace(0, 1, 64)))
    panels = {
        "constructed": eta_over_n * np.eye(len(exact.matrix)),
        "exact training": exact.matrix,
        "sampled training": sampled.matrix,
    }
    with style(figure_figsize=(8.4, 3.0), axes_grid=False):
        figure, axes = plt.subplots(1, 3, layout="constrained")
        for plot, (name, matrix) in zip(axes, panels.items(), strict=True):
            image = plot.imshow(matrix, cmap=table, vmin=-0.65, vmax=0.65)
            plot.set(title=name, xticks=[], yticks=[])
        figure.colorbar(image, ax=list(axes), label="Entry of Q", shrink=0.8)
    return show(
        figure,
        alt="Three matrices of ten by ten entries, all alike: 0.6 on the diagonal and nearly 0 "
        "elsewhere; the last has faint noise.",
        caption="What multiplies the gradient: first as a step of gradient descent has it, then as "
        "training on the exact loss finds it, then as training on samples does.",
        name="mesa-matrix",
    )


def scale_figure(found: pd.DataFrame) -> Shown:
    """Losses of layer and step over the scale of the inputs, where neither was tuned."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    with style():
        figure, axes = plt.subplots()
        axes.semilogy(found["scale"], found["loss_gd"], label="best step of training's scale")
        axes.semilogy(found["scale"], found["loss_model"], "o", ms=5, label="trained layer")
        # Without a step the loss grows as the square of the scale: d s / 2 = 10 / 24 at 1.
        axes.semilogy(found["scale"], found["scale"] ** 2 * 10 / 24, ":", label="no step")
        axes.axvline(1, lw=1, color="0.5")
        axes.set(xlabel="Scale of the inputs (1: as in training)", ylabel="Loss")
        axes.legend()
    return show(
        figure,
        alt="Loss over the scale of the inputs: layer and step lie on one curve, which rises "
        "steeply beyond 1 and crosses that of no step at about 1.4.",
        caption="Outside of training: the layer fails just where a step of fixed length fails.",
        name="mesa-scale",
    )


def diversity_figure() -> Shown:
    """Exact values by the number of training tasks, every seed a point."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    found = load_diversity()
    lines = {
        "training": ("training tasks", "o"),
        "foreign": ("training tasks, foreign cues", "s"),
        "fresh": ("fresh tasks and cues", "^"),
    }
    with style():
        figure, axes = plt.subplots()
        for column, (words, marker) in lines.items():
            mean = found.groupby("tasks")[column].mean()
            (line,) = axes.semilogx(mean.index, mean, label=words)
            axes.plot(
                found["tasks"], found[column], marker, ls="none", ms=4, alpha=0.6,
                color=line.get_color(),
            )  # fmt: skip
        axes.axhline(6.0218, lw=1, ls=":", color="0.5")
        axes.axhline(5, lw=1, ls=":", color="0.5")
        axes.set(xlabel="Number of training tasks", ylabel="Payments in ten pulls", ylim=(3, 8.5))
        axes.legend()
    means = found.groupby("tasks")["fresh"].mean()
    return show(
        figure,
        alt="Payments over the number of training tasks. On fresh tasks they stay near 5 and then "
        f"rise to {means.iloc[-1]:.2f}; on training tasks they fall to about the same.",
        caption="Exact value of agents that see a cue for their task, five seeds. Dotted: the best "
        "that a learner can have on fresh tasks, and chance.",
        name="mesa-diversity",
    )


def coin_figure(updates: int = 150) -> Shown:
    """Where the agents go by the share of moved coins: every seed, and means with intervals."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    cells = load_outcomes()
    cells = cells[cells["updates"] == updates]
    shares = np.sort(cells["share"].unique())
    jitter = np.random.default_rng(0).uniform(-0.12, 0.12, len(cells))
    place = np.searchsorted(shares, cells["share"])
    told = []
    with style():
        figure, axes = plt.subplots()
        for shift, (outcome, marker) in zip((-0.25, 0, 0.25), zip(OUTCOMES, "o^s", strict=True),
                                            strict=True):  # fmt: skip
            mean = by_share(outcome, updates)
            line = axes.errorbar(
                np.arange(len(shares)) + shift, mean["mean"],
                yerr=[mean["mean"] - mean["low"], mean["high"] - mean["mean"]],
                marker=marker, capsize=3, label=WORDS[outcome],
            )  # fmt: skip
            axes.plot(
                place + shift + 0.5 * jitter, cells[outcome], ".", ms=3, alpha=0.5,
                color=line[0].get_color(),
            )  # fmt: skip
            told.append(f"{WORDS[outcome]} from {mean['mean'].iloc[0]:.2f} to "
                        f"{mean['mean'].iloc[-1]:.2f}")  # fmt: skip
        axes.set_xticks(np.arange(len(shares)), [f"{100 * s:g}%" for s in shares])
        axes.set(xlabel="Training levels with the coin moved", ylabel="Share of test levels",
                 ylim=(-0.02, 1.02))  # fmt: skip
        axes.legend(title="What is met first")
    return show(
        figure,
        alt="Share of test levels by what is met first, over the share of moved coins in training: "
        + "; ".join(told)
        + ".",
        caption="Test levels with the coin moved, 20 agents for each share. Dots: agents; lines: "
        "means with 95% bootstrap intervals over agents.",
        name="mesa-coin",
    )


def length_figure() -> Shown:
    """Coin rate over the length of training, a line for each share."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    tables = {updates: by_share("coin", updates).set_index("share") for updates in LENGTHS}
    shares = tables[LENGTHS[0]].index
    with style():
        figure, axes = plt.subplots()
        for share, marker in zip(shares, "ov^sD", strict=True):
            rows = [tables[updates].loc[share] for updates in LENGTHS]
            mean = np.array([row["mean"] for row in rows])
            error = [[row["mean"] - row["low"] for row in rows],
                     [row["high"] - row["mean"] for row in rows]]  # fmt: skip
            axes.errorbar(
                512 * np.array(LENGTHS) / 1000, mean, yerr=error, marker=marker, capsize=3,
                label=f"{100 * share:g}%",
            )  # fmt: skip
        axes.set(xlabel="Steps of training (thousands)", ylabel="Coin met first", ylim=(-0.02, 1))
        axes.set_xticks([0.512 * n for n in LENGTHS])
        axes.legend(title="Coin moved")
    return show(
        figure,
        alt="Share of test levels where the coin is met first over the length of training, one "
        "line for each share of moved coins. With moved coins the lines rise; with none it stays "
        "near 0.",
        caption="The same test for agents trained for shorter and longer; means of 20 agents with "
        "95% bootstrap intervals.",
        name="mesa-length",
    )


def absent_figure() -> Shown:
    """Gain of an absent-minded agent over its probability of defecting."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    p = np.linspace(0, 1, 201)
    best = absent_minded(training=2, deployment=3)
    with style():
        figure, axes = plt.subplots()
        axes.plot(p, [absent_minded_value(float(one)) for one in p])
        axes.plot(best.probability, best.value, "o", ms=7)
        axes.annotate("5/9", (best.probability, best.value), xytext=(0, 8),
                      textcoords="offset points", ha="center")  # fmt: skip
        axes.axvline(0.61, lw=1, ls=":", color="0.5")
        axes.annotate("0.61", (0.62, 0.1))
        axes.set(xlabel="Probability of defecting", ylabel="Expected gain", ylim=(0, 1.3))
    return show(
        figure,
        alt="Expected gain over the probability of defecting: it rises from 0 to 1.13 at five "
        "ninths and falls to 1. A dotted line at 0.61 lies to the right of the top.",
        caption="An agent that cannot tell training from deployment. Dotted: the probability that "
        "the paper prints.",
        name="mesa-absent",
    )
