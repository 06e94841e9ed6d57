# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Benchmarks
#
# How fast is each module, next to the tool that people use for the same job today? Both do the
# same job on the same input, one after the other on the same machine. Where both compute the same
# thing, the benchmark first requires that they give the same result; where they do not, the row
# says how good each is. A ratio above 1 means that the library of this book is faster.
#
# Some jobs are too long for the peer. Then a part of the job was run and its time multiplied.
# Those rows stand in tables of their own, which say what was run. The curves are never continued
# in this way: each ends where a side took longer than 15 seconds.
#
# CPU seconds are the fair figure on a shared machine. `make bench` runs everything again and
# records what it finds; tables and figures are made from those records when the book is built.

# %% tags=["remove-input"]
import json
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display

from workedpapers.plotting import show, style
from workedpapers.tables import show_table

HEADS = {  # of a record -> of a table
    "rows": "Cases",
    "peer": "Peer",
    "ours_cpu_s": "Ours (CPU s)",
    "peer_cpu_s": "Peer (CPU s)",
    "ratio": "Times as fast",
    "ours_peak_auc": "Ours, peak AUC",
    "peer_peak_auc": "Peer, peak AUC",
    "ours_peak_mb": "Ours, peak (MB)",
    "peer_peak_mb": "Peer, peak (MB)",
    "cpu_s": "CPU (s)",
    "wall_s": "Clock (s)",
    "peak_mb": "Peak (MB)",
}
ALONE = {
    "streamed": "Without a peer: more rows than memory should hold, in batches.",
    "diagrams": "Without a peer: phase diagrams, on one thread.",
    "unmatched": "Without a peer: those that were tried did not finish.",
}


def cost_table(rows, caption):
    """The columns of a record that have a head."""
    frame = pd.DataFrame(rows).set_index("task").rename_axis("Task")
    frame = frame[[key for key in HEADS if key in frame]].dropna(axis=1, how="all")
    quickest = frame["ratio"].max() if "ratio" in frame else 1.0
    return show_table(
        frame.rename(columns=HEADS),
        caption=caption,
        alt=f"Costs of {len(frame)} tasks, at most {quickest:,.3g} times as fast.",
        digits=",.3g",
        missing="no AUC",
    )


def parts_run(row):
    """What was run of the peer's job; empty if all of it."""
    if "peer_settings_measured" in row:
        few = row["peer_settings_measured"]
        times = row["rows"] // few
        return f"the peer's time is that of {few} settings, times {times:,}"
    return row.get("extrapolated", "")


def growth_figure(growth):
    """Cost by the size of the job, on logarithmic axes."""
    with style(figure_figsize=(7.2, 3.4)):
        figure, axes = plt.subplots()
        sides = (("ours", growth["ours_cpu_s"]), ("peer", growth["peer_cpu_s"]))
        for (label, seconds), marker in zip(sides, "os", strict=True):
            axes.loglog(
                growth["sizes"][: len(seconds)], seconds, label=label, marker=marker
            )
        axes.set_xticks(growth["sizes"], [f"{size:,}" for size in growth["sizes"]])
        axes.minorticks_off()
        axes.set(xlabel=growth["quantity"], ylabel="CPU (s)")
        axes.legend()
    said = [
        f"{label} {seconds[0]:.3g} s at {growth['sizes'][0]:,}, {seconds[-1]:.3g} s"
        f" at {growth['sizes'][len(seconds) - 1]:,} {growth['quantity'].lower()}"
        for label, seconds in sides
    ]
    return show(
        figure,
        alt=f"{growth['title']}: {'; '.join(said)}.",
        caption=f"{growth['title']}: how the cost grows. The peer is "
        f"{growth['peer']}. Measured on: {growth['machine']}.",
    )


# %% tags=["remove-input"]
records = sorted(Path("../benchmarks/results").glob("*.json"))
if not records:
    print("No benchmark has been recorded in this copy. Run `make bench`.")
for path in records:
    record = json.loads(path.read_text("utf-8"))
    display(Markdown(f"## {record['title']}"))
    whole = [row for row in record["rows"] if not parts_run(row)]
    parts = [row for row in record["rows"] if parts_run(row)]
    if whole:
        display(
            cost_table(whole, "Measured side by side, the whole job on both sides.")
        )
    if parts:
        how = "; ".join(dict.fromkeys(map(parts_run, parts)))
        display(cost_table(parts, f"Extrapolated, not measured: {how}."))
    gaps = [
        row["largest_difference"] for row in whole if "largest_difference" in row
    ]
    if gaps:
        which = (
            "Both"
            if len(gaps) == len(whole)
            else "Where both compute the same, they"
        )
        display(Markdown(f"{which} give the same answers, to {max(gaps):.0e}."))
    for key, words in ALONE.items():
        if record.get(key):
            display(cost_table(record[key], words))
    if "growth" in record:
        display(growth_figure(record["growth"]))
    versions = ", ".join(
        f"{name} {number}" for name, number in record["versions"].items()
    )
    display(
        Markdown(f"Tables measured on: {record['machine']}. Versions: {versions}.")
    )
