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
# same job on the same input in one run. Where both compute the same thing, the benchmark first
# requires that they give the same result; where they do not, the row says how good each is. CPU
# seconds are the fair figure on a shared machine; a ratio above 1 means that the library of this
# book is faster.
#
# `make bench` runs the benchmarks again and records what it finds. The tables are made from
# those records when the book is built.

# %% tags=["remove-input"]
import json
from pathlib import Path

import pandas as pd
from IPython.display import Markdown, display

HEADS = {
    "task": "Task",
    "rows": "Rows",
    "ours_cpu_s": "Ours (CPU s)",
    "peer": "Peer",
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
MORE = {
    "streamed": "More rows than memory should hold, in batches:",
    "diagrams": "Without a peer, on one thread:",
}


def shown(value):
    """A number with three digits, and thousands separated."""
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def table(rows):
    """The columns of a record that have a heading, as people read them."""
    kept = [
        {HEADS[key]: shown(row[key]) for key in HEADS if key in row} for row in rows
    ]
    return pd.DataFrame(kept).style.hide(axis="index")


records = sorted(Path("../benchmarks/results").glob("*.json"))
if not records:
    print("No benchmark has been recorded in this copy. Run `make bench`.")
for path in records:
    record = json.loads(path.read_text("utf-8"))
    display(Markdown(f"## {record['title']}"), table(record["rows"]))
    same = [
        row["largest_difference"]
        for row in record["rows"]
        if "largest_difference" in row
    ]
    which = (
        "Both give"
        if len(same) == len(record["rows"])
        else "Where both compute the same, they give"
    )
    display(
        Markdown(
            f"{which} the same answers: they differ by at most {max(same):.0e}."
        )
    )
    for key, words in MORE.items():
        if record.get(key):
            display(Markdown(words), table(record[key]))
    versions = ", ".join(
        f"{name} {number}" for name, number in record["versions"].items()
    )
    display(Markdown(f"Measured on: {record['machine']}. Versions: {versions}."))
