"""Still figures of the chapter, drawn from the stored study. The explorers are in `explorers`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..onsets.settings import Method
from ..planning.experiment import Analysis
from .explorers import NAMES, generalisation_explorer, onset_explorer
from .results import load_study
from .study_grids import LATENCIES, POWER_SUBJECTS, POWER_TRIALS
from .study_groups import CONFOUNDS, EFFECTS, ONSET, SPLITS, TRUTHS, VIEWS
from .tables import ANALYSIS_NAMES, control_table, detection_table, method_table, power_table

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

    from workedpapers.plotting import Shown

__all__ = [
    "confound_figure",
    "cost_figure",
    "course_figure",
    "detection_figure",
    "generalisation_explorer",
    "leakage_figure",
    "method_figure",
    "onset_explorer",
    "pattern_figure",
    "power_figure",
]


def _band(axes: Axes, courses: xr.DataArray, **line: Any) -> None:
    """Mean over the first axis with twice its standard error, over time."""
    milliseconds, values = 1e3 * courses["time"].to_numpy(), courses.to_numpy()
    mean = values.mean(axis=0)
    half = 2 * values.std(axis=0, ddof=1) / np.sqrt(len(values))
    (drawn,) = axes.plot(milliseconds, mean, **line)
    axes.fill_between(
        milliseconds, mean - half, mean + half, color=drawn.get_color(), alpha=0.2, linewidth=0
    )


def _truth(axes: Axes) -> None:
    axes.axvline(1e3 * ONSET, color="grey", linestyle=":", linewidth=1.5)
    axes.axhline(0.5, color="grey", linewidth=1)


def course_figure(level: str = "medium", group: int = 0) -> Shown:
    """AUC of one simulated group over time, and when each method says that it leaves chance.

    Parameters
    ----------
    level : str
        One of `EFFECTS`.
    group : int
        Number of the replicate, below 50.
    """
    import matplotlib.pyplot as plt

    from workedpapers.plotting import PALETTE, show, style

    study = load_study()
    shown = {"effect": EFFECTS[level], "group": group}
    answers = 1e3 * study["replicates_onset"].sel(shown).to_numpy()[:, :3]
    with style(figure_figsize=(7.2, 4.8)):
        figure, (above, below) = plt.subplots(2, sharex=True, height_ratios=(2, 1))
        _truth(above)
        _band(above, study["replicates_auc"].sel(shown))
        above.set(ylabel="AUC", xlim=(-100, 300))
        for row, (value, low, high) in enumerate(answers):
            if np.isfinite(value):
                ends = [[value - low], [min(high, 300.0) - value]]
                color = PALETTE[row % len(PALETTE)]
                below.errorbar(value, row, xerr=ends, fmt="o", capsize=3, color=color)
        below.axvline(1e3 * ONSET, color="grey", linestyle=":", linewidth=1.5)
        below.set_yticks(range(len(Method)), NAMES)
        below.set(ylim=(len(Method) - 0.5, -0.5), xlabel="Time after the picture (ms)")
        below.grid(axis="y", visible=False)
    said = "; ".join(
        f"{name} {value:.0f} ms ({low:.0f} to {high:.0f})" if np.isfinite(value) else f"{name} none"
        for name, (value, low, high) in zip(NAMES, answers, strict=True)
    )
    return show(
        figure,
        alt=f"AUC of a group of 16 over time: at chance up to about 85 ms, then rising. {said}.",
        caption=(
            "One group of 16 simulated subjects with 200 trials each; the band is twice the "
            "standard error. Below, five answers to the question when the effect begins, with 95% "
            "intervals. The dotted line is the truth, 85 ms."
        ),
        name="course",
    )


def method_figure() -> Shown:
    """Bias and coverage of the methods at three sizes of the effect, over 50 groups each."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import PALETTE, show, style

    table = method_table()
    with style(figure_figsize=(7.2, 3.9)):
        figure, (left, right) = plt.subplots(1, 2, sharey=True)
        for k, (name, marker) in enumerate(zip(EFFECTS, "osD", strict=True)):
            some = table[table["effect"] == name]
            place = np.arange(len(some)) + 0.22 * (k - 1)
            label = f"{name}, peak AUC {some['peak'].iloc[0]:.2f}"
            dots: dict[str, Any] = {"fmt": marker, "capsize": 2, "color": PALETTE[k], "ms": 5}
            left.errorbar(some["bias"], place, xerr=some["sd"], label=label, **dots)
            ends = (
                some["coverage"] - some["coverage_low"],
                some["coverage_high"] - some["coverage"],
            )
            right.errorbar(
                100 * some["coverage"], place, xerr=100 * np.array(ends), label=label, **dots
            )  # fmt: skip
        left.axvline(0, color="grey", linewidth=1)
        right.axvline(95, color="grey", linewidth=1)
        left.set_yticks(range(len(Method)), NAMES)
        left.set(xlabel="Error: mean ± SD over groups (ms)", ylim=(len(Method) - 0.5, -0.5))
        right.set(xlabel="Intervals that hold the truth (%)", xlim=(-4, 104))
        figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    said = "; ".join(
        f"{name} at the {row['effect']} effect: {row['bias']:+.0f} ms, {100 * row['coverage']:.0f}%"
        for name, method in zip(NAMES, Method, strict=True)
        for _, row in table[table["method"] == method].iterrows()
    )
    return show(
        figure,
        alt=f"Mean error of the onset and coverage of its 95% interval, by method. {said}.",
        caption=(
            "Five ways to date an onset, over 50 groups of 16 subjects whose effect begins at "
            "85 ms. First the mean error, with the standard deviation over groups; then the share "
            "of 95% intervals that hold the truth, with 95% Wilson intervals and a line at 95%."
        ),
        name="methods",
    )


def confound_figure() -> Shown:
    """Three analyses where familiar pictures are brighter, without and with an effect."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    study, table = load_study(), control_table()
    labels = ANALYSIS_NAMES
    brighter = CONFOUNDS[1]
    with style(figure_figsize=(7.2, 3.7)):
        figure, panels = plt.subplots(1, 2, sharey=True)
        titles = ("No effect, brighter pictures", "An effect, brighter pictures")
        for e, (axes, title) in enumerate(zip(panels, titles, strict=True)):
            _truth(axes)
            world = study["confound_mean"].sel(effect=TRUTHS[e], brighter=brighter)
            for analysis, label in zip(map(str, Analysis), labels, strict=True):
                _band(axes, world.sel(analysis=analysis).dropna("group"), label=label)
            axes.set(title=title, xlabel="Time after the picture (ms)", xlim=(-100, 300))
        panels[0].set_ylabel("AUC, mean over groups")
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    some = table[table["brighter"] == brighter]
    names = dict(zip(Analysis, ANALYSIS_NAMES, strict=True))
    said = "; ".join(
        f"{'effect' if row['effect'] else 'no effect'}, {names[row['analysis']]}: found in "
        f"{100 * row['found']:.0f}% of groups"
        + (f", median onset {row['onset']:.0f} ms" if np.isfinite(row["onset"]) else "")
        for _, row in some.iterrows()
    )
    return show(
        figure,
        alt=f"AUC over time where familiar pictures are brighter. {said}.",
        caption=(
            f"Familiar pictures are brighter by {brighter:g} standard deviations. First without "
            "an effect of familiarity, then with one from 85 ms on (dotted). Mean over 20 "
            "groups of 12 subjects, bands of twice the standard error over groups."
        ),
        name="confound",
    )


def leakage_figure() -> Shown:
    """Few pictures, often repeated: AUC of trials split at random and split by picture."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    auc = load_study()["leakage_auc"]
    with style(figure_figsize=(7.2, 3.2)):
        figure, axes = plt.subplots()
        axes.axhline(0.5, color="grey", linewidth=1)
        labels = ("split at random", "split by picture")
        for split, label in zip(map(str, SPLITS), labels, strict=True):
            _band(axes, auc.sel(split=split), label=label)
        axes.set(xlabel="Time after the picture (ms)", ylabel="AUC", xlim=(-100, 300))
        axes.legend()
    largest = auc.to_numpy().mean(axis=1).max(axis=1)
    return show(
        figure,
        alt=(
            f"AUC over time without any effect of familiarity. Split at random it rises to "
            f"{largest[0]:.2f}; split by picture it stays near chance, at most {largest[1]:.2f}."
        ),
        caption=(
            "No effect of familiarity, and eight pictures shown 25 times each, which the brain "
            "tells apart. Trials split at random: the decoder knows the pictures from training. "
            "Split by picture: chance. 32 subjects with pictures of their own; bands of twice the "
            "standard error."
        ),
        name="leakage",
    )


def power_figure() -> Shown:
    """Share of groups whose onset is within 10 ms of the truth, by trials and subjects."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    table = power_table()
    shares = table["within"].to_numpy().reshape(len(POWER_TRIALS), len(POWER_SUBJECTS))
    with style(figure_figsize=(5.4, 3.6), axes_grid=False):
        figure, axes = plt.subplots()
        picture = axes.imshow(100 * shares, cmap="viridis", vmin=0, vmax=100, aspect="auto")
        for (i, j), share in np.ndenumerate(shares):
            ink = "black" if share > 0.6 else "white"
            axes.text(j, i, f"{100 * share:.0f}%", ha="center", va="center", color=ink)
        axes.set_xticks(range(len(POWER_SUBJECTS)), [str(n) for n in POWER_SUBJECTS])
        axes.set_yticks(range(len(POWER_TRIALS)), [str(n) for n in POWER_TRIALS])
        axes.set(xlabel="Subjects", ylabel="Trials per subject")
        figure.colorbar(picture, label="Groups within 10 ms (%)")
    said = "; ".join(
        f"{r['trials']} trials, {r['subjects']} subjects: {100 * r['within']:.0f}%"
        for _, r in table.astype({"trials": object, "subjects": object}).iterrows()
    )
    return show(
        figure,
        alt=f"Share of groups whose onset is within 10 ms of 85 ms. {said}.",
        caption=(
            "How often the hinge comes within 10 ms of the true onset at the medium effect, over "
            "200 groups drawn from a pool for each number of trials: 800 subjects for 200 trials, "
            "128 for the others. Groups share subjects of their pool."
        ),
        name="power",
    )


def detection_figure() -> Shown:
    """Decoding against single sensors: how often each is significant soon after the onset."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import PALETTE, show, style

    table = detection_table()
    cases = list(dict.fromkeys(zip(table["who"], table["effect"], strict=True)))
    with style(figure_figsize=(7.2, 3.8)):
        figure, axes = plt.subplots()
        for k, view in enumerate(VIEWS):
            some = table[table["view"] == view]
            place = np.arange(len(some)) + 0.2 * (k - 0.5)
            ends = (
                some["detected"] - some["detected_low"],
                some["detected_high"] - some["detected"],
            )
            axes.errorbar(
                100 * some["detected"], place, xerr=100 * np.array(ends), fmt="os"[k], capsize=3,
                color=PALETTE[k], label=view,
            )  # fmt: skip
        axes.set_yticks(range(len(cases)), [f"{who}, {effect}" for who, effect in cases])
        axes.set(ylim=(len(cases) - 0.5, -0.5), xlim=(-3, 103))
        axes.set_xlabel("First significant time from 85 to 120 ms (%)")
        axes.grid(axis="y", visible=False)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    said = "; ".join(
        f"{r['who']}, {r['effect']} effect, {r['view']}: {100 * r['detected']:.0f}%"
        for _, r in table.iterrows()
    )
    return show(
        figure,
        alt=f"Share of cases with a first significant time from 85 to 120 ms. {said}.",
        caption=(
            "How often the first significant time lies within 35 ms after the true onset, family-"
            "wise error 5%, for the AUC over times and for the largest t over 306 sensors and "
            "times. Diverse groups: subjects who differ three times as much. 95% Wilson intervals."
        ),
        name="detection",
    )


def cost_figure(trials: tuple[int, ...] = (50, 100, 200)) -> Shown:
    """Processor time of decoding one person, alone and with 1,000 permutations, by trials."""
    import time

    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    from ..decoding.time_resolved import decode
    from ..permutation.over_times import permute
    from ..simulation.simulate import simulate_arrays

    spent: dict[str, list[float]] = {"decode": [], "decode and 1,000 permutations": []}
    for count in trials:
        person = simulate_arrays(0, trials=count, tmax=0.3)
        begin = time.process_time()
        decode(person.X, person.y, times=person.times)
        middle = time.process_time()
        permute(person.X, person.y, times=person.times, n=1000)
        spent["decode"].append(middle - begin)
        spent["decode and 1,000 permutations"].append(time.process_time() - middle)
    with style():
        figure, axes = plt.subplots()
        for (task, seconds), marker in zip(spent.items(), "os", strict=True):
            axes.loglog(trials, seconds, marker=marker, label=task)
        axes.set_xticks(trials, [str(n) for n in trials])
        axes.minorticks_off()
        axes.set_xlabel("Trials")
        axes.set_ylabel("Processor time (s)")
        axes.legend()
    most = [seconds[-1] for seconds in spent.values()]
    return show(
        figure,
        alt=(
            f"Processor time against trials, two rising lines. With {trials[-1]} trials decoding "
            f"takes {most[0]:.1f} s, with 1,000 permutations {most[1]:.1f} s."
        ),
        caption=(
            f"Cost of one person with 306 sensors and {len(person.times)} moments on the machine "
            "that built this page. A thousand permutations cost a few times one decoding."
        ),
        name="cost",
    )


def pattern_figure(kind: str = "grad") -> Shown:
    """Maps over the helmet: what familiarity adds, and the decoders' patterns.

    Parameters
    ----------
    kind : str
        "grad": root mean square of the two gradiometers at each place; "mag": magnetometers, with
        their sign.
    """
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    from .topography import draw_map, map_values

    study = load_study()
    rows = (("What was put there", "maps_truth"), ("Decoders' pattern", "maps_pattern"))
    places = []
    with style(figure_figsize=(7.2, 4.0), axes_grid=False):
        figure, panels = plt.subplots(2, len(LATENCIES))
        for k, moment in enumerate(LATENCIES):
            panels[0, k].set_title(f"{1e3 * moment:.0f} ms", loc="center")
        for line, (label, key) in zip(panels, rows, strict=True):
            for axes, moment in zip(line, LATENCIES, strict=True):
                shown = map_values(study[key].sel(latency=moment).to_numpy(), kind)
                largest = draw_map(axes, shown, signed=kind == "mag")
                places.append(f"{label.lower()} at {1e3 * moment:.0f} ms: {largest}")
            line[0].set_ylabel(label)
    what = "gradiometers, root mean square of each pair" if kind == "grad" else "magnetometers"
    return show(
        figure,
        alt="Maps over the helmet, where each is largest. " + "; ".join(places) + ".",
        caption=(
            f"The helmet from above, nose up; {what}. Above: the field that familiarity adds, "
            "without noise, in an average head. Below: mean Haufe pattern of the decoders of 16 "
            "subjects. Each map has its own scale, from none to its largest value."
        ),
        name="patterns",
    )
