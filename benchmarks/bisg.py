"""workedpapers.bisg beside surgeo 1.1.2: the same rows, the same answers, CPU seconds and memory.

    python benchmarks/bisg.py            # prints a table, writes benchmarks/results/bisg.json
    python benchmarks/bisg.py --rows 100000 --stream 0
    python benchmarks/bisg.py --growth   # only how the cost grows with the number of rows

CPU seconds come from one process in which both sides take turns, one thread each, after a warm-up
on ten rows, so that whatever else the machine does meets both alike; loading of tables is not
counted on either side. The ratio is the median over the rounds. Peak memory comes from a process
of its own for each side. surgeo needs pandas and its own package; nothing else is compared.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from _growth import grow, write
from _machine import machine, peak_mb

HERE = Path(__file__).resolve().parent
GROUPS = ["white", "black", "api", "native", "multiple", "hispanic"]
SAME = {
    "names": "census2010",
    "geography": "zcta2010",
    "categories": "census6",
}
TASKS = {"BISG": ("surname", "geo"), "BIFSG": ("first", "surname", "geo")}
ROUNDS = 5
COLUMN = {"first": "first", "surname": "last", "geo": "zip"}


def make_people(rows: int, seed: int = 1) -> pd.DataFrame:
    """Names and ZIP areas as frequent as in the real tables, typed as messily as people do."""
    from workedpapers import bisg

    rng = np.random.default_rng(seed)

    def draw(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
        steps = np.cumsum(weight / weight.sum())
        return values[np.minimum(np.searchsorted(steps, rng.random(rows)), len(values) - 1)]

    last = bisg.load_names("census2010")
    first = bisg.load_names("census2020", "first")
    place = bisg.load_geography("zcta2010")
    people = pd.DataFrame(
        {
            "last": draw(last.names, last.counts),
            "first": draw(first.names, first.counts),
            "zip": draw(place.areas, place.residents),
        }
    )
    dice, names = rng.random(rows), people["last"].to_numpy(dtype=object)
    messes = [
        (0.03, lambda s: s + " JR"),
        (0.05, str.lower),
        (0.01, lambda s: s + ", III"),
        (0.02, lambda s: s[:2] + "'" + s[2:]),
        (0.05, lambda s: s + "XQ"),  # in no table
    ]
    start = 0.0
    for share, mess in messes:
        at = np.flatnonzero((dice >= start) & (dice < start + share))
        names[at] = [mess(name) for name in names[at]]
        start += share
    return people.assign(last=pd.Series(names, dtype="str"))


def seconds(run) -> dict[str, float]:
    """CPU and wall seconds of one run."""
    cpu, wall = time.process_time(), time.perf_counter()
    run()
    return {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}


def one_thread() -> None:
    """Let Arrow, the only library here with threads of its own, use one."""
    import pyarrow as pa

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)


def take_turns(task: str, path: str) -> dict[str, list[float]]:
    """CPU seconds of both sides, one after the other, in several rounds."""
    one_thread()
    people = pd.read_parquet(path)
    model = surgeo_model(task)
    runs = {"ours": lambda: ours(people, task), "surgeo": lambda: theirs(model, people, task)}
    ours(people.head(10), task)
    theirs(model, people.head(10), task)
    found: dict[str, list[float]] = {who: [] for who in runs}
    for _ in range(ROUNDS):
        for who, run in runs.items():
            found[who].append(seconds(run)["cpu_s"])
    return found


def ours(people: pd.DataFrame, task: str) -> pd.DataFrame:
    from workedpapers import bisg

    return bisg.predict(people, **{kind: COLUMN[kind] for kind in TASKS[task]}, **SAME)


def surgeo_model(task: str):
    import surgeo

    return surgeo.SurgeoModel() if task == "BISG" else surgeo.BIFSGModel()


def theirs(model, people: pd.DataFrame, task: str) -> pd.DataFrame:
    return model.get_probabilities(*(people[COLUMN[kind]] for kind in TASKS[task]))


def measure(who: str, task: str, path: str, out: str) -> dict[str, Any]:
    """One measurement, in its own process."""
    if who == "stream":
        from workedpapers import bisg

        use = {kind: COLUMN[kind] for kind in TASKS[task]}
        cpu, wall = time.process_time(), time.perf_counter()
        rows = bisg.predict_parquet(path, out, **use, **SAME, float32=True, compression="zstd")
        return {
            "rows": rows,
            "cpu_s": time.process_time() - cpu,
            "wall_s": time.perf_counter() - wall,
            "peak_mb": peak_mb(),
        }
    if who == "turns":
        return take_turns(task, path)
    one_thread()
    people = pd.read_parquet(path)
    if who == "ours":
        ours(people.head(10), task)
        base = peak_mb()
        answer = ours(people, task)
    else:
        model = surgeo_model(task)
        theirs(model, people.head(10), task)
        base = peak_mb()
        answer = theirs(model, people, task)
    result = {"peak_mb": peak_mb(), "loaded_mb": base}
    np.save(out, answer[GROUPS].to_numpy())
    return result


def in_process(*arguments: str) -> dict[str, Any]:
    """Run `measure` in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, __file__, "--measure", *arguments],
        check=True, capture_output=True, text=True, env=os.environ,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def surgeo_key(names: pd.Series) -> pd.Series:
    """What surgeo looks up: letters only, less a JR, SR, III or IV at the end, suffix or not."""
    key = names.str.upper().str.replace(r"[^A-Z]", "", regex=True)
    for tail in ("JR$", "SR$", "III$", "IV$"):
        key = key.str.replace(tail, "", regex=True)
    return key


def agreement(
    people: pd.DataFrame, task: str, mine: np.ndarray, other: np.ndarray
) -> dict[str, float]:
    """Largest difference where surgeo looks up the name as it is, and how often it does not."""
    from workedpapers import bisg

    answered = ~np.isnan(other).any(axis=1)
    right = answered.copy()
    for kind in TASKS[task]:
        if kind != "geo":
            names = people[COLUMN[kind]]
            keys = {name: bisg.clean_name(name) for name in names.unique()}
            right &= (surgeo_key(names) == names.map(keys)).to_numpy()
    return {
        "rows_compared": int(right.sum()),
        "largest_difference": float(np.abs(mine[right] - other[right]).max()),
        "rows_surgeo_answers_for_a_name_cut_short": int((answered & ~right).sum()),
        "rows_surgeo_leaves_empty": int((~answered).sum()),
        "rows_we_leave_empty": int(np.isnan(mine).any(axis=1).sum()),
    }


def growth() -> dict:
    """Cost of BISG by the number of rows."""
    people, model = make_people(1_000_000), surgeo_model("BISG")
    return grow(
        "BISG", "Rows", (1_000, 10_000, 100_000, 1_000_000),
        lambda rows: ours(people.head(rows), "BISG"),
        lambda rows: theirs(model, people.head(rows), "BISG"), "surgeo",
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--stream", type=int, default=10_000_000, help="rows streamed; 0 for none")
    parser.add_argument("--growth", action="store_true", help="only how the cost grows")
    parser.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(*options.measure)))
        return
    target = HERE / "results" / "bisg.json"
    if options.growth:
        write(target, growth())
        return
    packages = ("numpy", "pandas", "pyarrow", "surgeo")
    record = {
        "title": "bisg: race and ethnicity from names and places, beside surgeo",
        "machine": machine(),
        "versions": {package: version(package) for package in packages},
        "rows": [],
        "streamed": [],
    }
    with tempfile.TemporaryDirectory() as folder:
        print(f"drawing {options.rows:,} people")
        people = make_people(options.rows)
        path = str(Path(folder, "people.parquet"))
        people.to_parquet(path)
        print(f"{'task':8}{'who':10}{'CPU s':>9}{'rows/CPU s':>13}{'peak MB':>9}")
        for task in TASKS:
            figures, answers = {}, {}
            turns = in_process("turns", task, path, "")
            for who in ("ours", "surgeo"):
                out = str(Path(folder, f"{who}.npy"))
                figures[who] = f = in_process(who, task, path, out)
                answers[who] = np.load(out)
                f["cpu_s"] = min(turns[who])
                speed = options.rows / f["cpu_s"]
                print(f"{task:8}{who:10}{f['cpu_s']:9.3f}{speed:13,.0f}{f['peak_mb']:9.0f}")
            ratios = [b / a for a, b in zip(turns["ours"], turns["surgeo"], strict=True)]
            ratio = float(np.median(ratios))
            same = agreement(people, task, answers["ours"], answers["surgeo"])
            print(f"{task:8}ratio of CPU seconds {ratio:.1f} "
                  f"({min(ratios):.1f} to {max(ratios):.1f}); "
                  f"{same['rows_compared']:,} rows agree to "
                  f"{same['largest_difference']:.1e}")  # fmt: skip
            if same["largest_difference"] > 1e-12:
                raise SystemExit(f"{task}: the answers differ, so the times mean nothing")
            record["rows"].append(
                {
                    "task": task,
                    "rows": options.rows,
                    "ours_cpu_s": figures["ours"]["cpu_s"],
                    "peer": "surgeo",
                    "peer_cpu_s": figures["surgeo"]["cpu_s"],
                    "ratio": ratio,
                    "ratio_low": min(ratios),
                    "ratio_high": max(ratios),
                    "rounds": ROUNDS,
                    "ours_peak_mb": figures["ours"]["peak_mb"],
                    "peer_peak_mb": figures["surgeo"]["peak_mb"],
                    **same,
                }
            )
        if options.stream:
            big = str(Path(folder, "big.parquet"))
            write_big(big, options.stream)
            for task in TASKS:
                out = str(Path(folder, "out.parquet"))
                f = in_process("stream", task, big, out)
                record["streamed"].append({"task": task, **f})
                print(f"{task:8}{'stream':10}{f['cpu_s']:9.3f}{f['wall_s']:9.3f}"
                      f"{f['rows'] / f['cpu_s']:13,.0f}{f['peak_mb']:9.0f}   {f['rows']:,} rows, "
                      "Parquet to Parquet")  # fmt: skip
    record["growth"] = growth()
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(record, indent=2) + "\n")
    print(f"wrote {target.relative_to(HERE.parent)}")


def write_big(path: str, rows: int) -> None:
    """Write many people, a million at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer = None
    for seed, start in enumerate(range(0, rows, 1_000_000)):
        table = pa.Table.from_pandas(
            make_people(min(1_000_000, rows - start), seed), preserve_index=False
        )
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table, row_group_size=250_000)
    writer.close()


if __name__ == "__main__":
    main()
