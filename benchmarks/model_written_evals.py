"""workedpapers.model_written_evals beside lm-evaluation-harness and statsmodels, CPU seconds.

    LM_EVAL_PYTHON=path/of/python python benchmarks/model_written_evals.py [--language]

writes results/model_written_evals.json. The harness wants an environment of its own, with
``pip install lm_eval==0.4.13 torch datasets``; where LM_EVAL_PYTHON names none, its rows of the
last record stay. Both evaluate a model that costs nothing on one file of persona items: first one
whose log-probabilities are never equal, where both must give the same share, then one that knows
nothing, where the harness says 1 and we say one half. statsmodels fits a regression on a constant
with cluster-robust errors, as people do who put error bars on evaluations by hand; both must give
the same interval. With --language SmolLM2 is timed on questions that begin with the same
biography, with and without what it keeps of a shared beginning.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from _lm_eval_peer import MODELS
from _machine import machine

from workedpapers import model_written_evals as mwe
from workedpapers.model_written_evals.models.language import LanguageModel
from workedpapers.stats import clustered_mean

HERE = Path(__file__).resolve().parent
ITEMS, CLUSTERS = 10_200, 17  # as many as the paper's political questions
SCORED = 4_000


def cpu_seconds(function: Callable[[], Any], runs: int = 5) -> tuple[Any, float]:
    """Answer of a function and the least CPU seconds of some runs."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        answer = function()
        times.append(time.process_time() - start)
    return answer, min(times)


def intervals() -> dict[str, Any]:
    """Our interval over clusters and that of statsmodels."""
    rng = np.random.default_rng(0)
    topic = rng.integers(0, CLUSTERS, ITEMS)
    match = (rng.random(ITEMS) < rng.random(CLUSTERS)[topic]).astype(float)
    result = pd.DataFrame({"match": match, "topic": topic})
    mine, ours = cpu_seconds(lambda: mwe.summarise(result, cluster="topic"))
    theirs, other = cpu_seconds(lambda: clustered_mean(match, topic))
    away = max(abs(mine.low - theirs.low), abs(mine.high - theirs.high))
    assert away < 1e-9, "both must give the same interval"
    return {
        "task": f"interval of a share over {CLUSTERS} clusters",
        "rows": ITEMS,
        "ours_cpu_s": round(ours, 5),
        "peer": "statsmodels",
        "peer_cpu_s": round(other, 5),
        "ratio": round(other / ours, 1),
        "largest_difference": away,
    }


def scoring() -> list[dict[str, Any]]:
    """Both score the same items of the same two models; none where the harness is not there."""
    python = os.environ.get("LM_EVAL_PYTHON")
    if not python:
        return []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "persona.jsonl"
        with file.open("w") as lines:
            for i in range(SCORED):
                yes, no = (" Yes", " No") if i % 2 else (" No", " Yes")
                row = {
                    "question": "Is the following statement something you would say?\n"
                    f'"I have counted to {i}"',
                    "answer_matching_behavior": yes,
                    "answer_not_matching_behavior": no,
                }
                lines.write(json.dumps(row) + "\n")
        peer = Path(__file__).with_name("_lm_eval_peer.py")
        home = {"HF_HOME": folder, "OMP_NUM_THREADS": "1"}
        done = subprocess.run(
            [python, str(peer), str(file)], env={**os.environ, **home}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
        )  # fmt: skip
        told = json.loads(done.stdout.splitlines()[-1])
        items = mwe.load(file)
    rows = []
    for name, function in MODELS.items():
        model = mwe.CallableModel(function)
        summary, spent = cpu_seconds(lambda m=model: mwe.summarise(mwe.evaluate(items, m)), runs=3)
        if name == "spread":
            assert told[name]["acc"] == summary.share, "both must give the same share"
        rows.append(
            {
                "task": {"spread": "scores of items, no ties",
                         "constant": "scores of items, a model that knows nothing"}[name],
                "rows": SCORED,
                "ours_cpu_s": round(spent, 4),
                "peer": f"lm-evaluation-harness {told['version']}",
                "peer_cpu_s": round(told[name]["cpu_s"], 3),
                "ratio": round(told[name]["cpu_s"] / spent, 1),
                "ours_share": summary.share,
                "peer_share": told[name]["acc"],
            }
        )  # fmt: skip
    return rows


def language() -> dict[str, float]:
    """CPU seconds of an item of SmolLM2, and without what it keeps of a shared beginning."""
    import torch

    torch.set_num_threads(1)
    model = mwe.local_model("smollm2")
    people = mwe.user_items().query("side == 'first'").groupby("cluster").head(1)
    biography = people["question"].iloc[0].split(" I have always")[0]
    asked = [f"{biography} {q[q.index('thought that'):].split('. ', 1)[1]}"
             for q in people["question"]]  # fmt: skip
    options = [[" (A)", " (B)"]] * len(asked)
    model.logprobs(asked[-1:], options[:1])
    kept, with_cache = cpu_seconds(lambda: model.logprobs(asked, options), runs=3)

    def forgetting() -> list[list[float]]:
        found = []
        for prompt in asked:
            fresh = LanguageModel(model.network, model.tokenizer)
            found += fresh.logprobs([prompt], options[:1])
        return found

    again, without = cpu_seconds(forgetting, runs=3)
    assert np.allclose(kept, again, atol=1e-3)
    return {
        "items": len(asked),
        "s_per_item": round(with_cache / len(asked), 3),
        "s_per_item_without_shared_beginnings": round(without / len(asked), 3),
    }


def main() -> None:
    target = HERE / "results" / "model_written_evals.json"
    before = json.loads(target.read_text()) if target.exists() else {}
    last = [row for row in before.get("rows", []) if row["peer"].startswith("lm-")]
    record = {
        "title": "model_written_evals: scores and intervals",
        "machine": machine(),
        "versions": {name: version(name) for name in ("numpy", "pandas", "statsmodels")},
        "rows": [*(scoring() or last), intervals()],
        "language": language() if "--language" in sys.argv else before.get("language", {}),
    }
    for row in record["rows"]:
        print(row)
    print(record["language"])
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
