"""The chapter's two explorers, over the stored study: every setting was computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..onsets.settings import Method
from .results import load_study
from .study_grids import GRID
from .study_groups import EFFECTS, ONSET

if TYPE_CHECKING:
    from workedpapers.explore import Explorer

__all__ = ["NAMES", "generalisation_explorer", "grid_cell", "onset_explorer", "square"]

#: Methods of `onset`, and what a page calls them.
METHODS = tuple(map(str, Method))
NAMES = ("hinge", "half of the peak", "cluster", "FDR", "largest t")
#: Onsets of the temporal generalisation, in ms.
LATE_ONSETS = (1e3 * ONSET, 170.0)
#: Training times whose rows are drawn, in ms.
TRAINED = (128, 304)


def grid_cell(onset: float, effect: float, trials: float, subjects: float) -> dict[str, Any]:
    """Outputs of `onset_explorer` at one setting of the stored `grid`; times in ms.

    An answer that does not exist is NaN, an interval without an upper end ends with the epoch.
    """
    study = load_study()
    setting = {"onset": onset / 1e3, "effect": effect, "trials": trials, "subjects": subjects}
    cell = {
        name: study[f"grid_{name}"].sel(setting, method="nearest")
        for name in ("mean", "error", "onset")
    }
    times = 1e3 * cell["mean"]["time"].to_numpy()
    mean, error = cell["mean"].to_numpy(), cell["error"].to_numpy()
    answers = 1e3 * cell["onset"].to_numpy()[:, :3]
    answers[:, 1:] = np.where(np.isinf(answers[:, 1:]), times[-1], answers[:, 1:])
    value, low, high = answers.T
    rims = mean - 2 * error, mean + 2 * error
    # The answers lie under the course, one below the other, so that they share its time axis.
    step = 0.085 * float(rims[1].max() - rims[0].min())
    rows = float(rims[0].min()) - step * np.arange(1, len(METHODS) + 1)
    outputs: dict[str, Any] = {
        "times": times,
        "mean": mean,
        "low": rims[0],
        "high": rims[1],
        "peak": float(mean.max()),
        "value": np.where(np.isfinite(value), value, times[0]),
        "row": np.where(np.isfinite(value), rows, np.nan),
        "found": bool(np.isfinite(value[0])),
    }
    for name, ends, row in zip(METHODS, answers[:, 1:], rows, strict=True):
        known = bool(np.isfinite(ends).all())
        outputs[f"{name}_bar"] = ends if known else times[[0, 0]]
        outputs[f"{name}_row"] = np.full(2, row if known else np.nan)
    for name, one, start, end in zip(METHODS, value, low, high, strict=True):
        ends = f"{start:.0f} to {end:.0f}" if np.isfinite(start) else "no interval"
        outputs[name] = float(one)
        outputs[f"{name}_text"] = f"{one:.0f} ({ends})" if np.isfinite(one) else "none"
    return outputs


def onset_explorer(**options: Any) -> Explorer:
    """Explorer of one group: onset, effect, trials and subjects against five answers.

    Parameters
    ----------
    **options : object
        Passed on to `workedpapers.explore.Explorer`.
    """
    from workedpapers.explore import (
        Choose,
        Controls,
        Explorer,
        Lines,
        Number,
        Points,
        Rule,
        Sentence,
        Slider,
    )

    milliseconds = [1e3 * onset for onset in GRID["onset"]]
    settings: dict[str, Any] = {
        "title": "When does the effect begin, and when is it found?",
        "name": "onset",
        "entities": ["mean AUC", *NAMES],
        "caption": (
            "AUC of one simulated group, with a band of twice the standard error; the dashed line "
            "is the true onset. Under the curve, what five methods answer, with 95% intervals from "
            "a bootstrap over subjects. Smaller groups are the first subjects of the largest; "
            "noise stays the same when the onset or the effect moves."
        ),
        "alt": [
            "True onset {onset} ms, effect {effect}, {trials} trials, {subjects} subjects: the "
            "mean AUC peaks at {peak:.2f}. Onset in ms with 95% interval: ",
            *(f"{name} {{{method}_text}}; " for name, method in zip(NAMES, METHODS, strict=True)),
            Choose("found", {True: "the group shows an effect.", False: "no effect is found."}),
        ],
        "gaps": ["row", *METHODS, *(f"{method}_row" for method in METHODS)],
    }
    course = Lines(
        "times", "mean", labels=["mean AUC"], hues=["mean AUC"], bands=[("low", "high")],
        ylim="float", xlim=(-100, 300), xlabel="Time after the picture (ms)", ylabel="AUC",
        height=320, rules=[Rule(x="onset", label="true onset", drag=True), Rule(y=0.5)],
    )  # fmt: skip
    intervals = [
        Lines(f"{method}_bar", f"{method}_row", labels=[""], hues=[name])
        for name, method in zip(NAMES, METHODS, strict=True)
    ]
    return Explorer(
        grid_cell,
        controls=[
            Slider.at("onset", milliseconds, value=85.0, label="True onset", unit="ms"),
            Slider.at("effect", GRID["effect"], value=EFFECTS["medium"],
                      label="Size of the effect"),
            Slider.at("trials", GRID["trials"], value=200, label="Trials per subject", more=True,
                      hint="More of them make each subject's curve steadier."),
            Slider.at("subjects", GRID["subjects"], value=16, label="Subjects", more=True,
                      hint="More of them narrow the band, not the bias."),
        ],
        view=[
            sum(intervals, course)
            + Points("value", "row", label="answer", labels=NAMES, hues=NAMES, size=9),
            Controls(["onset", "effect", "trials", "subjects"]),
            [Number(m, label=n, unit="ms", digits=0, hue=n)
             for n, m in zip(NAMES, METHODS, strict=True)],
            Sentence([
                "The mean AUC peaks at {peak:.2f}. ",
                Choose("found", {
                    True: "Hinge, with its 95% interval: {hinge_text} ms. ",
                    False: "The test for an effect does not find one, so that there is no onset. ",
                }),
                "The true onset is {onset} ms.",
            ]),
        ],
        **{**settings, **options},
    )  # fmt: skip


def square(onset: float, effect: float) -> dict[str, Any]:
    """Outputs of `generalisation_explorer`; ``onset`` in ms."""
    stored = load_study()["generalisation_auc"]
    cell = stored.sel(onset=onset / 1e3, effect=effect, method="nearest")
    auc, times = cell.to_numpy(), 1e3 * cell["train"].to_numpy()
    rows = [int(np.abs(times - moment).argmin()) for moment in TRAINED]
    diagonal = np.diagonal(auc)
    i = int(diagonal.argmax())
    return {
        "times": times,
        "auc": auc - 0.5,
        "diagonal": diagonal,
        "early": auc[rows[0]],
        "late": auc[rows[1]],
        "peak": float(diagonal[i]),
        "peak_time": float(times[i]),
        "early_at_late": float(auc[rows[0], rows[1]]),
        "late_at_early": float(auc[rows[1], rows[0]]),
    }


def generalisation_explorer(**options: Any) -> Explorer:
    """Explorer of temporal generalisation: train at one time, test at another.

    Parameters
    ----------
    **options : object
        Passed on to `workedpapers.explore.Explorer`.
    """
    from workedpapers.explore import (
        Controls,
        Explorer,
        HeatMap,
        Lines,
        Number,
        Rule,
        Sentence,
        Slider,
    )

    first, second = TRAINED
    early, late = f"trained at {first} ms", f"trained at {second} ms"
    settings: dict[str, Any] = {
        "title": "A decoder trained at one time, tested at another",
        "name": "square",
        "entities": ["trained where tested", early, late],
        "caption": (
            "Mean of 8 simulated subjects with 200 trials. The map: AUC less chance; its diagonal "
            "is what decoders trained and tested at one time do. The curves: the diagonal, and "
            f"decoders trained at {first} and at {second} ms. A square says that a pattern lasts. "
            "With the onset at 85 ms the early source goes on while a late one joins it: early and "
            "late decoders serve each other, less well than their own time. With the onset at "
            f"170 ms there is nothing yet to learn at {first} ms."
        ),
        "alt": (
            "Onset {onset} ms, effect {effect}: the diagonal peaks at AUC {peak:.2f}, at "
            f"{{peak_time:.0f}} ms. Trained at {first} and tested at {second} ms: "
            f"{{early_at_late:.2f}}; trained at {second} and tested at {first} ms: "
            "{late_at_early:.2f}."
        ),
    }
    rules = [Rule(x="onset", label="onset", drag=True)]
    return Explorer(
        square,
        controls=[
            Slider.at("onset", LATE_ONSETS, value=85.0, label="True onset", unit="ms"),
            Slider.at("effect", list(EFFECTS.values()), value=EFFECTS["strong"],
                      label="Size of the effect"),
        ],
        view=[
            [
                HeatMap("auc", "times", "times", zlabel="AUC − 0.5", colormap="diverging",
                        zlim=(-0.4, 0.4), xlabel="Tested at (ms)", ylabel="Trained at (ms)",
                        equal=True, height=310,
                        rules=[Rule(x="onset", label="onset"), Rule(y="onset"),
                               Rule(y=first, hue=early), Rule(y=second, hue=late)]),
                Lines("times", ["diagonal", "early", "late"], xlabel="Tested at (ms)",
                      labels=["trained where tested", early, late],
                      hues=["trained where tested", early, late],
                      ylabel="AUC", height=310, rules=[*rules, Rule(y=0.5)]),
            ],
            Controls(["onset", "effect"]),
            Number("peak", label="Peak of the diagonal", digits=2, hue="trained where tested"),
            Number("early_at_late", label=f"Trained {first}, tested {second} ms", digits=2,
                   hue=early),
            Number("late_at_early", label=f"Trained {second}, tested {first} ms", digits=2,
                   hue=late),
            Sentence("The diagonal peaks {peak_time:.0f} ms after the picture."),
        ],
        **{**settings, **options},
    )  # fmt: skip
