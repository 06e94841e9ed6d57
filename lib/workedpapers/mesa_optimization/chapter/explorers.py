"""Figures that move: the split of power, attention against gradient descent, deception."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workedpapers.mesa_optimization.chapter.claims import sampled_fit, unequal_fit
from workedpapers.mesa_optimization.deception.episodes import deception_optimal
from workedpapers.mesa_optimization.power.split import optimal_runtime_power
from workedpapers.mesa_optimization.regression.agreement import blended, step_matrix
from workedpapers.mesa_optimization.regression.attention import LinearAttention

if TYPE_CHECKING:
    from workedpapers.explore import Explorer, Mirror

__all__ = ["attention_explorer", "deception_explorer", "power_explorer"]

POWER = 100.0


def _mirror(name: str) -> Mirror:
    """A copy of a function for the browser; a test compares both."""
    from workedpapers.explore import Mirror

    return Mirror(Path(__file__).with_name(name).read_text("utf-8"))


def power_split(instances: float, cost: float, shape: str) -> dict[str, Any]:
    """What the first figure draws, for a cost of an optimiser that is linear or quadratic."""
    bits = np.linspace(0, 100, 101)
    power = 1 if shape == "linear" else 2
    best = optimal_runtime_power(POWER, instances, lambda x: cost * x**power)
    costs = cost * bits**power
    gain = np.where(costs <= POWER, (POWER - costs) / instances + bits, np.nan)
    return {
        "bits": bits,
        "gain": gain,
        "run_time": best.run_time,
        "left": best.base,
        "each": best.base / instances,
        "gained": best.run_time + best.base / instances,
    }


def power_explorer(**options: Any) -> Explorer:
    """First figure of the chapter: where optimisation power goes."""
    from workedpapers.explore import Choice, Explorer, Lines, Points, Sentence, Slider

    return Explorer(
        power_split,
        controls=[
            Slider("instances", 1, 100, value=2, log=True, label="Instances N"),
            Slider("cost", 1, 20, value=4, log=True, label="Bits to build a bit, c"),
            Choice("shape", ["linear", "quadratic"], label="Cost"),
        ],
        view=[
            Lines(
                "bits", "gain", labels=["all splits"], xlabel="Bits of optimisation at run time",
                ylabel="Bits for one instance", ylim=(0, 110), xlim=(0, 105),
            )
            + Points("run_time", "gained", label="best split", size=13),
            Sentence(
                "Best: {run_time:.0f} bits at run time; the other {left:.0f} bits are spent on "
                "policies, {each:.1f} for each of the {instances} instances."
            ),
        ],
        mirror=_mirror("power.js"),
        gaps=["gain"],
        title="Where does optimisation power go?",
        name="power",
        caption="100 bits of training must serve N instances. They can pick a policy for each, or "
        "build an optimiser of x bits that finds one at run time.",
        alt="With {instances} instances and a cost of {cost} the best split has {run_time:.0f} "
        "bits at run time.",
        **options,
    )  # fmt: skip


@cache
def _tasks(examples: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Forty tasks with inputs of variance 1, the same for every setting of the sliders."""
    rng = np.random.default_rng(8)
    x = rng.uniform(-1, 1, (40, 41, 10)) * np.sqrt(3)
    w = rng.standard_normal((40, 10))
    noise = rng.standard_normal((40, 40))
    return x[:, :examples], x[:, 40], w, noise[:, :examples]


def _fit(spread: float) -> LinearAttention:
    return sampled_fit() if spread == 1 else unequal_fit(spread)


def attention_beside_step(
    share: float, examples: int, scale: float, noise: float, spread: float
) -> dict[str, Any]:
    """Predictions of a layer and of the best plain step on forty tasks, and the layer's matrix.

    The layer was trained with ten examples, without noise, at scale 1; only the tasks change.
    """
    fit = _fit(spread)
    variance = np.diag(fit.tasks.covariance)
    x, query, w, luck = _tasks(int(examples))
    root = scale * np.sqrt(variance)
    x, query = x * root, query * root
    y = np.einsum("tnd,td->tn", x, w) + noise * luck
    q = step_matrix(fit.tasks, False)
    layer = blended(fit, q, share)
    # Both were made for ten examples; with n of them a step of the mean has 10 / n of the sum.
    step = np.einsum("tn,tnd->td", y, x) @ q * 10 / examples
    model = layer.weights(x, y) * 10 / examples
    by_step, by_layer = (np.einsum("td,td->t", one, query) for one in (step, model))
    answer = np.einsum("td,td->t", w, query)
    rim = 3.0
    return {
        "by_step": by_step.clip(-rim, rim),
        "by_layer": by_layer.clip(-rim, rim),
        "line": np.array([-rim, rim]),
        "matrix": layer.matrix[::-1],
        "rows": np.arange(10)[::-1] + 1.0,
        # The picture is as wide as the way from constructed to trained, along which one drags.
        "columns": np.linspace(0.05, 0.95, 10),
        "middle": 5.5,
        "loss_step": float(0.5 * np.mean((by_step - answer) ** 2)),
        "loss_layer": float(0.5 * np.mean((by_layer - answer) ** 2)),
        "apart": float(np.mean(np.abs(by_step - by_layer))),
    }


def attention_explorer(**options: Any) -> Explorer:
    """The layer's predictions over those of a step, and its weights as a picture."""
    from workedpapers.explore import (
        Columns,
        Controls,
        Explorer,
        HeatMap,
        Lines,
        Marker,
        Points,
        Sentence,
        Slider,
    )

    return Explorer(
        attention_beside_step,
        controls=[
            Slider("share", 0, 1, value=1, step=0.05, label="From constructed (0) to trained (1)"),
            Slider.at("examples", [2, 5, 10, 20, 40], value=10, label="Examples in the context"),
            Slider.at("scale", [0.5, 0.75, 1.0, 1.5, 2.0], value=1.0, label="Scale of the inputs"),
            Slider.at("noise", [0.0, 0.5, 1.0], value=0.0, label="Noise of the outputs"),
            Slider.at(
                "spread", [1, 5, 25], value=1, label="Largest over smallest variance of an input"
            ),
        ],
        view=[
            Columns(
                Lines(
                    "line", "line", labels=["equal"], xlabel="Prediction of the best plain step",
                    ylabel="Prediction of the layer", xlim=(-3, 3), ylim=(-3, 3), equal=True,
                    height=330,
                )
                + Points("by_step", "by_layer", label="tasks", size=8),
                HeatMap(
                    "matrix", "columns", "rows", zlabel="Entry of Q", zlim=(-0.65, 0.65),
                    colormap="diverging", xlabel="Drag: 0 constructed, 1 trained", xlim=(0, 1),
                    ylabel="Row", height=330,
                )
                + Marker("share", "middle"),
            ),
            Controls(["share", "examples", "scale", "noise", "spread"]),
            Sentence(
                "Loss on these 40 tasks: layer {loss_layer:.3f}, step {loss_step:.3f}. Their "
                "predictions differ by {apart:.3f} in the mean."
            ),
        ],
        grid={"share": 5, "examples": 5, "scale": 5, "noise": 3},
        # Losses range over three orders of magnitude, and are read as numbers.
        bits={"by_step": 8, "by_layer": 8, "matrix": 8, "loss_step": 32, "loss_layer": 32},
        title="A layer of attention beside a step of gradient descent",
        name="attention",
        caption="Each dot is a task. The layer was trained with ten examples, scale 1, no noise. "
        "Second picture: what multiplies the gradient; drag across it.",
        alt="With {examples} examples at scale {scale} and variances {spread} times apart the "
        "predictions differ by {apart:.3f}; the layer's loss is {loss_layer:.3f}, the step's "
        "{loss_step:.3f}.",
        **options,
    )  # fmt: skip


def deception_map(
    training: int, deployment: int, discount: float, detection: float
) -> dict[str, Any]:
    """The best plan, and a map of plans over discount and detection."""
    found = deception_optimal(
        training=training, deployment=deployment, discount=discount, detection=detection
    )
    axis = np.linspace(0, 1, 21)
    plans = {"defect": 0.0, "mixed": 0.5, "deceive": 1.0}
    cells = [
        [
            plans[
                deception_optimal(
                    training=training, deployment=deployment, discount=d, detection=p
                ).plan
            ]
            for d in axis
        ]
        for p in axis
    ]
    return {
        "axis": axis,
        "cells": np.array(cells),
        "plan": found.plan.value,
        "deceive": found.payoffs["deceive"],
        "defect": found.payoffs["defect"],
        "best": found.value,
    }


def deception_explorer(**options: Any) -> Explorer:
    """The planner of section 4, over episodes, discount and detection."""
    from workedpapers.explore import Controls, Explorer, HeatMap, Marker, Sentence, Slider

    return Explorer(
        deception_map,
        controls=[
            Slider("training", 1, 5, value=2, step=1, label="Training episodes"),
            Slider("deployment", 0, 6, value=3, step=1, label="Deployment episodes"),
            Slider("discount", 0, 1, value=1, step=0.05, label="Worth of a later episode"),
            Slider("detection", 0, 1, value=1, step=0.05, label="Probability of detection"),
        ],
        view=[
            HeatMap(
                "cells", "axis", "axis", zlabel="0 defect, 0.5 mixed, 1 deceive", zlim=(0, 1),
                xlabel="Worth of a later episode", ylabel="Probability of detection", height=340,
            )
            + Marker("discount", "detection"),
            Controls(["training", "deployment", "discount", "detection"]),
            Sentence(
                "Best plan: {plan}. Cooperating through training gains {deceive:.2f}, defecting "
                "throughout {defect:.2f}, the best plan {best:.2f}."
            ),
        ],
        mirror=_mirror("deception.js"),
        title="When is deception optimal?",
        name="deception",
        caption="The best plan of an agent whose objective is not the one that it is trained for, "
        "by dynamic programming. Drag the mark.",
        alt="With {training} training and {deployment} deployment episodes, a later one worth "
        "{discount} and detection {detection}, the best plan is to {plan}.",
        **options,
    )  # fmt: skip
