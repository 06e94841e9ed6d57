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
# same work on the same input in one run, and the benchmark first requires that both give the same
# result. CPU seconds are the fair figure on a shared machine; a ratio above 1 means that the
# library of this book is faster.
#
# `make bench` runs the benchmarks again and records what it finds. The tables are made from
# those records when the book is built.

# %% tags=["remove-input"]
import json
from pathlib import Path

import pandas as pd
from IPython.display import Markdown, display

records = sorted(Path("../benchmarks/results").glob("*.json"))
if not records:
    print("No benchmark has been recorded in this copy. Run `make bench`.")
for path in records:
    record = json.loads(path.read_text("utf-8"))
    display(Markdown(f"## {record['title']}"))
    display(
        pd.DataFrame(record["rows"])
        .style.hide(axis="index")
        .format(precision=3, thousands=",")
    )
    versions = ", ".join(
        f"{name} {number}" for name, number in record["versions"].items()
    )
    display(Markdown(f"Measured on: {record['machine']}. Versions: {versions}."))
