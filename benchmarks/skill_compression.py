"""workedpapers.skill_compression beside tokenizers: Simple Colors, CPU seconds.

    python benchmarks/skill_compression.py       # prints a table and writes the record

The peer is the unigram trainer of the tokenizers library, which fits a list of strings by EM and
prunes it; told that pieces have at most three frames it finds the same three skills. It returns
pieces; the model here returns posteriors, takes emissions that condition on the past, and prices
its codebook. hmmlearn's categorical hidden Markov model is a second peer where it is installed
(``pip install hmmlearn``), with nine states. The library's own network, which guesses segmentations
instead of summing over them, is held against the exact sums by the objective that it reaches. Last
come batches of episodes, up to a million frames, each size in a process of its own, so that
its peak of memory is its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("RAYON_NUM_THREADS", "1")

import numpy as np
from _machine import machine, peak_mb

from workedpapers import skill_compression as sc

HERE = Path(__file__).resolve().parent
DATA = sc.simple_colors(episodes=500, seed=0)
FRAMES = DATA.observations


def least(run: Callable[[], Any], times: int = 5) -> tuple[float, Any]:
    """Least CPU seconds of some runs, and the last answer."""
    spent = []
    for _ in range(times):
        begin = time.process_time()
        answer = run()
        spent.append(time.process_time() - begin)
    return min(spent), answer


def f1(boundaries: Any) -> float:
    return sc.boundary_scores(boundaries, DATA.boundaries).f1


def unigram() -> sc.TokenizerSkills:
    return sc.tokenizer_baseline(DATA, kind="unigram", max_length=3)


def ours(**options: Any) -> sc.SegmentModel:
    return sc.SegmentModel(**options).fit(FRAMES)


def hidden_markov() -> tuple[float, float] | None:
    """CPU seconds and F1 of hmmlearn, where a change of state is a boundary."""
    try:
        from hmmlearn.hmm import CategoricalHMM
    except ImportError:
        return None
    flat, lengths = FRAMES.reshape(-1, 1), np.full(len(FRAMES), FRAMES.shape[1])
    begin = time.process_time()
    model = CategoricalHMM(9, n_iter=200, random_state=0).fit(flat, lengths)
    spent = time.process_time() - begin
    states = model.predict(flat, lengths).reshape(FRAMES.shape)
    changed = np.ones(FRAMES.shape, bool)
    changed[:, 1:] = np.diff(states, axis=1) != 0
    return spent, f1(changed)


def network(exact: sc.SegmentModel) -> dict[str, Any]:
    """The network beside the exact model: CPU seconds and the objective of each."""
    seconds, found = least(lambda: sc.AmortisedModel(10, 8, 0.1, seed=0).fit(FRAMES), 1)
    reached = exact.nll_ + 0.1 * exact.code_length_
    print(f"network: {seconds:.1f} s, objective {found.objective_:.3f}, with exact sums "
          f"{found.exact_objective_:.3f}; exact model {reached:.3f}")  # fmt: skip
    return {
        "task": "price 0.1, one start", "peer": "our network, 2,000 steps of Adam",
        "peer_cpu_s": seconds, "ours_f1": f1(exact.boundaries(FRAMES)),
        "peer_f1": f1(found.boundaries(FRAMES)), "ours_objective": reached,
        "peer_objective": found.objective_, "peer_objective_exact_sums": found.exact_objective_,
    }  # fmt: skip


def stream(frames: int) -> dict[str, Any]:
    """One pass over batches of 500 episodes, drawn as they are needed."""
    count = frames // FRAMES.size
    batches = (sc.simple_colors(500, seed=seed).observations for seed in range(max(count, 1)))
    begin, clock = time.process_time(), time.perf_counter()
    model = sc.SegmentModel(10, 8, 0.1, seed=0).fit_batches(batches)
    said = model.describe(FRAMES)
    return {
        "task": "price 0.1, batches of 500 episodes", "rows": max(count, 1) * FRAMES.size,
        "cpu_s": time.process_time() - begin, "wall_s": time.perf_counter() - clock,
        "peak_mb": peak_mb(),
        "objective": said.nll + 0.1 * said.code_length, "skills": said.skills_used,
    }  # fmt: skip


def streamed() -> list[dict[str, Any]]:
    """Each size in a process of its own."""
    rows = []
    for frames in (9_000, 99_000, 999_000):
        command = [sys.executable, __file__, "--stream", str(frames)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        rows.append(json.loads(told))
        print(f"{rows[-1]['rows']:9,d} frames in batches: {rows[-1]['cpu_s']:6.2f} s, peak "
              f"{rows[-1]['peak_mb']:.0f} MB, objective {rows[-1]['objective']:.3f}")  # fmt: skip
    return rows


def main() -> None:
    if "--stream" in sys.argv:
        print(json.dumps(stream(int(sys.argv[-1]))))
        return
    peer, pieces = least(unigram)
    rows = []
    tasks = {
        "price 0.1, one start": {"n_skills": 10, "max_duration": 8, "penalty": 0.1},
        "two-part, one start": {"n_skills": 30, "max_duration": 9, "penalty": "two-part"},
    }
    print(f"{'task':30}{'ours s':>9}{'peer s':>9}{'ours/peer':>11}{'F1':>7}{'peer F1':>9}")
    for task, options in tasks.items():
        spent, model = least(lambda options=options: ours(**options), 3)
        score = f1(model.boundaries(FRAMES))
        rows.append(
            {
                "task": task, "ours_cpu_s": spent, "peer": "tokenizers, unigram to 3 frames",
                "peer_cpu_s": peer, "ratio": peer / spent, "ours_f1": score,
                "peer_f1": f1(pieces.boundaries), "ours_skills": model.n_skills_used_,
            }
        )  # fmt: skip
        print(f"{task:30}{spent:9.3f}{peer:9.3f}{spent / peer:11.1f}{score:7.3f}"
              f"{rows[-1]['peer_f1']:9.3f}")  # fmt: skip
        if task.startswith("price"):
            exact = model
    beside = network(exact)
    rows.append(
        {
            **beside, "ours_cpu_s": rows[0]["ours_cpu_s"],
            "ratio": beside["peer_cpu_s"] / rows[0]["ours_cpu_s"],
            "ours_skills": exact.n_skills_used_,
        }
    )  # fmt: skip
    markov = hidden_markov()
    if markov:
        rows.append(
            {
                "task": "price 0.1, one start", "ours_cpu_s": rows[0]["ours_cpu_s"],
                "peer": "hmmlearn, 9 states", "peer_cpu_s": markov[0],
                "ratio": markov[0] / rows[0]["ours_cpu_s"], "ours_f1": rows[0]["ours_f1"],
                "peer_f1": markov[1], "ours_skills": rows[0]["ours_skills"],
            }
        )  # fmt: skip
        print(f"hmmlearn: {markov[0]:.2f} s, F1 {markov[1]:.3f}")
    versions = {}
    for package in ("numpy", "tokenizers", "torch", "hmmlearn"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    record = {
        "title": "skill_compression: Simple Colors, beside a unigram tokenizer",
        "machine": machine(),
        "versions": versions,
        "rows": rows,
        "streamed": streamed(),
    }
    target = HERE / "results" / "skill_compression.json"
    target.write_text(json.dumps(record, indent=2) + "\n")
    print(f"wrote {target.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main()
