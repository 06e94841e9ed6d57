"""workedpapers.data_slicing beside sliceline, DivExplorer and pysubgroup: CPU seconds and memory.

    python -m venv peers && peers/bin/pip install sliceline==0.3.0 divexplorer==0.2.6 \
        pysubgroup==0.8.0 pyarrow
    python benchmarks/data_slicing.py --peers peers/bin/python    # writes the record

The peers do not go into the project's environment: they live in one of their own, whose interpreter
is given. Each job runs in a process of its own on one thread, and is measured as a whole process:
CPU seconds with imports and reading, and peak memory; the CPU seconds of the job alone stand beside
it. The tools do different work, and each row says which: ours enumerates and tests *all* slices, of
raw columns that it bins; DivExplorer enumerates all orders (it has no limit), of columns that are
binned already; sliceline and pysubgroup keep the best 50. The slices of ours and of DivExplorer up
to order 3 must be the same, and the best slice of sliceline must be among ours.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _machine import machine, peak_mb

HERE = Path(__file__).resolve().parent
THREADS = ("OMP", "OPENBLAS", "MKL", "NUMBA")
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in THREADS}
PATIENCE = 240  # seconds of a job before it is stopped
MEMORY = 10_500_000_000  # bytes of address space that a job may ask for
MISS = (10, 16, 17, 18, 19, 20, 21, 24, 30)


# Jobs, each in a process of its own ----------------------------------------------------------


def job_ours(folder: Path, world: str) -> dict:
    import pandas as pd

    from workedpapers import data_slicing as ds

    if world == "adult":
        X, _ = ds.load_adult()
        loss = pd.read_parquet(folder / "adult.parquet", columns=["loss"])["loss"].to_numpy()
        finder, begin = ds.SliceFinder(3, 0.01, pool=False), time.process_time()
    else:
        # from the file, which is read inside of fit
        X, loss = folder / "synth.parquet", "loss"
        finder, begin = ds.SliceFinder(3, 0.001), time.process_time()
    finder.fit(X, loss)
    whole = time.process_time()
    spent = whole - begin
    tested = finder.tested_
    names = [[sorted(f"c{f}={b}" for f, b in tested.terms(i)), int(tested.n[i])]
             for i in range(len(tested))] if world == "adult" else []  # fmt: skip
    return {"cpu_s": spent, "process_cpu_s": whole, "slices": len(tested),
            "discoveries": len(finder.slices_), "names": names}  # fmt: skip


def _read(folder: Path, world: str):
    import pandas as pd

    frame = pd.read_parquet(folder / f"{world}.parquet")
    return frame.drop(columns="loss"), frame["loss"].to_numpy()


def job_sliceline(folder: Path, world: str) -> dict:
    import warnings

    from sliceline.slicefinder import Slicefinder

    warnings.simplefilter("ignore")
    X, loss = _read(folder, world)
    begin = time.process_time()
    found = Slicefinder(
        alpha=0.95,
        k=50,
        max_l=3,
        min_sup=326 if world == "adult" else len(X) // 1000,
        verbose=False,
    ).fit(X.to_numpy(), loss)
    best = [f"c{f}={v - 1}" for f, v in enumerate(found.top_slices_[0]) if v is not None]
    return {"cpu_s": time.process_time() - begin, "slices": len(found.top_slices_), "best": best}


def job_divexplorer(folder: Path, world: str) -> dict:
    from divexplorer import DivergenceExplorer

    X, loss = _read(folder, world)
    names = list(X)
    X = X.assign(loss=loss)
    begin = time.process_time()
    found = DivergenceExplorer(X).get_pattern_divergence(
        min_support=326 / len(X) if world == "adult" else 0.001, attributes=names,
        quantitative_outcomes=["loss"],
    )  # fmt: skip
    whole = time.process_time()
    spent = whole - begin
    few = found[found["itemset"].map(len).between(1, 3)]
    slices = [[sorted(f"{item.split('=')[0]}={int(float(item.split('=')[1])) - 1}" for item in one),
               round(support * len(X))]
              for one, support in few[["itemset", "support"]].itertuples(index=False)]  # fmt: skip
    return {"cpu_s": spent, "process_cpu_s": whole, "slices": len(found), "names": slices}


def job_pysubgroup(folder: Path, world: str) -> dict:
    import pysubgroup as ps

    X, loss = _read(folder, world)
    X = X.astype(str).assign(loss=loss)
    begin = time.process_time()
    space = ps.create_nominal_selectors(X, ignore=["loss"])
    task = ps.SubgroupDiscoveryTask(
        X, ps.NumericTarget("loss"), space, result_set_size=50, depth=2,
        qf=ps.StandardQFNumeric(0.5),
    )  # fmt: skip
    found = ps.BeamSearch(beam_width=50).execute(task)
    return {"cpu_s": time.process_time() - begin, "slices": len(found.to_dataframe())}


def job_miss(folder: Path, world: str) -> dict:
    """At which numbers of columns sliceline finds a slice of error 1, on columns 0 and p - 1."""
    import warnings

    import numpy as np
    from sliceline.slicefinder import Slicefinder

    warnings.simplefilter("ignore")
    found = {}
    for p in MISS:
        rng = np.random.default_rng(1)
        X = rng.integers(1, 9, (5000, p))
        inside = (X[:, 0] == 3) & (X[:, p - 1] == 5)
        error = np.where(inside, 1.0, (rng.random(5000) < 0.05) * 1.0)
        top = Slicefinder(alpha=0.95, k=1, max_l=2, min_sup=25, verbose=False).fit(X, error)
        best = [(f, v) for f, v in enumerate(top.top_slices_[0]) if v is not None] if len(
            top.top_slices_) else []  # fmt: skip
        found[p] = best == [(0, 3), (p - 1, 5)]
    return {"cpu_s": time.process_time(), "found": found}


JOBS = {name.removeprefix("job_"): job for name, job in list(globals().items())
        if name.startswith("job_")}  # fmt: skip


def run_job(name: str, folder: Path, world: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    found = JOBS[name](folder, world)
    # A job that goes on to list its slices for the comparison says when the search was done.
    found = {"process_cpu_s": time.process_time(), "peak_mb": peak_mb(), **found}
    (folder / f"{name}-{world}.json").write_text(json.dumps(found))


# The comparison ---------------------------------------------------------------------------------


def make_inputs(folder: Path) -> None:
    """Adult with the log-loss of a model, binned; and a million rows with six planted slices."""
    from workedpapers import data_slicing as ds
    from workedpapers.data_slicing.chapter.predictions import load_losses

    X, loss, _ = load_losses("Adult")
    finder = ds.SliceFinder(1, 0.01, pool=False).fit(X, loss)
    codes = finder._ready.engine.codes
    import pandas as pd

    binned = pd.DataFrame({f"c{f}": codes[f].astype("int64") + 1 for f in range(len(codes))})
    binned.assign(loss=loss).to_parquet(folder / "adult.parquet")
    world = ds.planted_slices(1_000_000, 15, 8, slices=(1, 2, 2, 3, 3, 3), error=0.4, seed=0)
    world.X.assign(loss=world.loss).to_parquet(folder / "synth.parquet")


def measured(python: str, name: str, folder: Path, world: str) -> dict:
    """What a job in a process of its own says, or why it says nothing."""
    command = [python, __file__, "--job", name, "--world", world, "--folder", str(folder)]
    out = folder / f"{name}-{world}.json"
    begin = time.monotonic()
    try:
        done = subprocess.run(
            command, env={**os.environ, **ONE_THREAD}, timeout=PATIENCE, check=False, text=True,
            capture_output=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"failed": f"not done in {PATIENCE} s", "wall_s": time.monotonic() - begin}
    if not out.exists():
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return {"failed": last[:160], "wall_s": time.monotonic() - begin}
    return {**json.loads(out.read_text()), "wall_s": time.monotonic() - begin}


def row(task: str, rows: int, ours: dict, peer: str, theirs: dict) -> dict:
    """One row of the record."""
    made = {
        "task": task, "rows": rows, "ours_cpu_s": round(ours["process_cpu_s"], 3),
        "ours_job_cpu_s": round(ours["cpu_s"], 3), "ours_peak_mb": round(ours["peak_mb"]),
        "ours_slices": ours["slices"], "peer": peer,
    }  # fmt: skip
    ratio = theirs["process_cpu_s"] / ours["process_cpu_s"]
    jobs = theirs["cpu_s"] / ours["cpu_s"]
    print(
        f"{task:44}{peer:12} ours {ours['process_cpu_s']:6.2f} s ({ours['cpu_s']:.2f} s the job) "
        f"{ours['peak_mb']:5.0f} MB   peer {theirs['process_cpu_s']:7.2f} s "
        f"{theirs['peak_mb']:6.0f} MB   {ratio:.1f}x, job {jobs:.1f}x"
    )
    return {
        **made, "peer_cpu_s": round(theirs["process_cpu_s"], 3),
        "peer_job_cpu_s": round(theirs["cpu_s"], 3), "peer_peak_mb": round(theirs["peak_mb"]),
        "peer_slices": theirs["slices"], "ratio": round(ratio, 1), "job_ratio": round(jobs, 1),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", default=sys.executable, help="interpreter that has the peers")
    parser.add_argument("--job", choices=list(JOBS))
    parser.add_argument("--world", default="adult")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.job:
        run_job(given.job, given.folder, given.world)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_inputs(folder)
        ours = {}
        for world in ("adult", "synth"):  # the shortest job by far: the middle one of three
            three = [measured(sys.executable, "ours", folder, world) for _ in range(3)]
            ours[world] = sorted(three, key=lambda one: one["process_cpu_s"])[1]
        rows: list[dict] = []
        failed: list[str] = []
        for world, size, task in (
            ("adult", 32_561, "Adult, 14 columns"), ("synth", 1_000_000, "1M rows, 15 columns"),
        ):  # fmt: skip
            peers = {"sliceline": ", best 50 up to order 3", "divexplorer": ", all orders"}
            if world == "adult":
                peers["pysubgroup"] = ", beam of order 2, best 50"
            for peer, what in peers.items():
                theirs = measured(given.peers, peer, folder, world)
                if "failed" in theirs:
                    why = theirs["failed"]
                    short = "out of memory" if "MemoryError" in why else why
                    failed.append(f"{peer}: {short}")
                    print(f"{task + what:44}{peer:12} {why}")
                else:
                    rows.append(row(task + what, size, ours[world], peer, theirs))
                if peer == "divexplorer" and "names" in theirs:
                    mine = {(*names, n) for names, n in ours[world]["names"]}
                    other = {(*names, n) for names, n in theirs["names"]}
                    assert mine == other, f"other slices: {len(mine)}, {len(other)}"
                    print(f"  the same {len(mine):,} slices up to order 3")
                if peer == "sliceline" and "best" in theirs and world == "adult":
                    assert sorted(theirs["best"]) in [names for names, _ in ours[world]["names"]]
        miss = measured(given.peers, "miss", folder, "adult")
    print("sliceline finds a pair on columns 0 and p - 1:", miss.get("found", miss))
    record = {
        "title": "data_slicing: every slice of a table, beside sliceline, DivExplorer, pysubgroup",
        "machine": machine(),
        "versions": {"sliceline": "0.3.0", "divexplorer": "0.2.6", "pysubgroup": "0.8.0"},
        "rows": rows,
        "unmatched": [
            {
                "task": f"1M rows, 15 columns ({'; '.join(failed)})",
                "rows": 1_000_000,
                "cpu_s": round(ours["synth"]["process_cpu_s"], 2),
                "peak_mb": round(ours["synth"]["peak_mb"]),
            }
        ]
        if failed
        else [],
        "discoveries": {world: one["discoveries"] for world, one in ours.items()},
        "sliceline_finds_pair_on_first_and_last_column": miss.get("found"),
    }
    target = HERE / "results" / "data_slicing.json"
    target.write_text(json.dumps(record, indent=2) + "\n")
    print(f"wrote {target.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main()
