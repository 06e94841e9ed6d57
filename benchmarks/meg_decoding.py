"""workedpapers.meg_decoding beside MNE-Python and scikit-learn: same data, same folds, CPU seconds.

    python benchmarks/meg_decoding.py            # prints a table, writes results/meg_decoding.json
    python benchmarks/meg_decoding.py --quick    # the same on a small recording, writes nothing
    python benchmarks/meg_decoding.py --growth   # only how the cost grows with the permutations

200 epochs x 306 channels x 151 times in 5 folds. Each measurement runs in a process of its own on
one thread, since many small matrices gain nothing from several; two rows are measured again with
as many threads as the libraries choose by themselves. CPU seconds are the best of three runs (of
one run where it takes longer than a minute). A thousand permutations of the peer are not run: one
is, and its time is multiplied by a thousand; the row says so.
"""

from __future__ import annotations

import argparse
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
from _growth import grow, write
from _machine import machine

HERE = Path(__file__).resolve().parent
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
ALPHA = 10.0
SHRINKAGE = 0.1
SHAPES = {"full": (200, 306, 151), "quick": (60, 40, 12)}
FOLDS = 5
# task: what is done, ours, the peer, whether threads are left alone
TASKS = {
    "ridge, scaled in each fold": ("ours_fold", "sliding_ridge", False),
    "ridge, scaled once, closed form": ("ours_fixed", "sliding_ridge_fixed", False),
    "ridge, scaled once in closed form; the peer scales in each fold": (
        "ours_fixed", "sliding_ridge", False),
    "the same in single precision": ("ours_single", "sliding_ridge", False),
    "ridge, scaled in each fold, threads as installed": ("ours_fold", "sliding_ridge", True),
    "ridge, scaled once, closed form, threads as installed": (
        "ours_fixed", "sliding_ridge_fixed", True),
    "default settings; the peer is logistic regression": ("ours", "sliding_logistic", False),
    "whitened; the peer is logistic regression": ("ours_white", "sliding_logistic", False),
    "LDA, scaled in each fold": ("ours_lda", "sliding_lda", False),
    "LDA of four classes, scaled once; the peer scales in each fold": (
        "ours_lda_four", "sliding_lda_four", False),
    "temporal generalisation": ("ours_generalise", "generalizing_ridge", False),
    "1,000 permutations": ("ours_permute", "one_permutation", False),
    "1,000 permutations of temporal generalisation": (
        "ours_permute_generalise", "one_generalisation", False),
}  # fmt: skip
PEERS = {
    "sliding_ridge": "SlidingEstimator(StandardScaler, RidgeClassifier)",
    "sliding_ridge_fixed": "SlidingEstimator(RidgeClassifier), data scaled beforehand",
    "sliding_logistic": "SlidingEstimator(StandardScaler, LogisticRegression liblinear)",
    "sliding_lda": "SlidingEstimator(StandardScaler, LinearDiscriminantAnalysis lsqr)",
    "sliding_lda_four": "SlidingEstimator(StandardScaler, LinearDiscriminantAnalysis lsqr)",
    "generalizing_ridge": "GeneralizingEstimator(StandardScaler, RidgeClassifier)",
    "one_permutation": "SlidingEstimator(StandardScaler, RidgeClassifier), one x 1,000",
    "one_generalisation": "GeneralizingEstimator(StandardScaler, RidgeClassifier), one x 1,000",
}
# The answers must agree to this, where both sides compute the same thing.
SAME = {"ridge, scaled in each fold", "ridge, scaled once, closed form", "temporal generalisation",
        "ridge, scaled in each fold, threads as installed", "LDA, scaled in each fold",
        "ridge, scaled once, closed form, threads as installed"}  # fmt: skip


def make_recording(shape: tuple[int, int, int], seed: int = 0) -> dict[str, np.ndarray]:
    """One simulated person; a small recording has every k-th channel and sample of it."""
    from workedpapers.meg_decoding.simulation.simulate import simulate_arrays

    n, p, t = shape
    person = simulate_arrays(0, trials=n, seed=seed)
    channels, samples = (
        np.linspace(0, size - 1, wanted).astype(int)
        for size, wanted in zip(person.X.shape[1:], (p, t), strict=True)
    )
    X = 1e12 * person.X[:, channels][:, :, samples].astype(float)
    return {"X": X, "y": (person.y == person.y[0]).astype(int), "times": person.times[samples]}


def four_classes(y: np.ndarray) -> np.ndarray:
    """Each of two classes cut into halves that nothing tells apart, for the time it takes."""
    return 2 * y + np.arange(len(y)) // 2 % 2


def our_runs(X: Any, y: Any, times: Any, folds: Any) -> dict[str, Callable[[], Any]]:
    from mne.decoding import cross_val_multiscore

    from workedpapers.meg_decoding.decoding.estimators import TimeResolvedLDA
    from workedpapers.meg_decoding.decoding.generalisation import generalise
    from workedpapers.meg_decoding.decoding.time_resolved import decode
    from workedpapers.meg_decoding.permutation.over_cells import permute_generalise
    from workedpapers.meg_decoding.permutation.over_times import permute

    use = {"cv": folds, "times": times}
    ridge = {**use, "alpha": ALPHA}
    return {
        "ours_fold": lambda: decode(X, y, scale="fold", **ridge).auc,
        "ours_fixed": lambda: decode(X, y, **ridge).auc,
        "ours_single": lambda: decode(X, y, dtype="float32", **ridge).auc,
        "ours": lambda: decode(X, y, **use).auc,
        "ours_white": lambda: decode(X, y, whiten=True, **use).auc,
        "ours_lda": lambda: cross_val_multiscore(TimeResolvedLDA(SHRINKAGE), X, y, cv=folds).mean(
            axis=0
        ),
        "ours_lda_four": lambda: decode(X, y, classifier="lda", **use).auc,
        "ours_generalise": lambda: generalise(X, y, scale="fold", **ridge).auc,
        "ours_permute": lambda: permute(X, y, n=1000, **ridge).null.mean(axis=0),
        "ours_permute_generalise": lambda: permute_generalise(X, y, n=1000, **ridge).observed,
    }


def their_runs(X: Any, y: Any, folds: Any) -> dict[str, Callable[[], Any]]:
    import mne
    from mne.decoding import GeneralizingEstimator, SlidingEstimator, cross_val_multiscore
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.linear_model import LogisticRegression, RidgeClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    mne.set_log_level("ERROR")
    once = (X - X.mean(axis=0)) / X.std(axis=0)

    def run(over: Any, data: Any, labels: Any, *steps: Any, scoring: str = "roc_auc") -> Any:
        model = over(make_pipeline(*steps), scoring=scoring, verbose=False)
        return cross_val_multiscore(model, data, labels, cv=folds).mean(axis=0)

    ridge, scale = RidgeClassifier(alpha=ALPHA), StandardScaler()
    lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=SHRINKAGE)
    shuffled = np.random.default_rng(0).permutation(y)
    return {
        "sliding_ridge": lambda: run(SlidingEstimator, X, y, scale, ridge),
        "sliding_ridge_fixed": lambda: run(SlidingEstimator, once, y, ridge),
        "sliding_logistic": lambda: run(
            SlidingEstimator, X, y, scale, LogisticRegression(solver="liblinear")
        ),
        "sliding_lda": lambda: run(SlidingEstimator, X, y, scale, lda),
        "sliding_lda_four": lambda: run(SlidingEstimator, X, y, scale, lda, scoring="roc_auc_ovo"),
        "generalizing_ridge": lambda: run(GeneralizingEstimator, X, y, scale, ridge),
        "one_permutation": lambda: run(SlidingEstimator, X, shuffled, scale, ridge),
        "one_generalisation": lambda: run(GeneralizingEstimator, X, shuffled, scale, ridge),
    }


def measure(who: str, path: str, out: str) -> float:
    """Smallest CPU seconds of up to three runs after a warm-up; saves the answer."""
    from sklearn.model_selection import StratifiedKFold

    stored = np.load(path)
    X, y, times = stored["X"], stored["y"], stored["times"]
    y = four_classes(y) if who.endswith("_four") else y
    folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(X[:, :, 0], y))

    def runs(X: Any, times: Any) -> dict[str, Callable[[], Any]]:
        return our_runs(X, y, times, folds) if who.startswith("ours") else their_runs(X, y, folds)

    few = np.r_[np.arange(2), len(times) - 1]  # with a baseline
    runs(np.ascontiguousarray(X[:, :, few]), times[few])[who]()
    work, seconds = runs(X, times)[who], []
    while len(seconds) < 3 and (not seconds or seconds[0] < 60):
        start = time.process_time()
        answer = work()
        seconds.append(time.process_time() - start)
    np.save(out, answer)
    return min(seconds)


def in_process(who: str, path: str, out: str, free: bool) -> float:
    """Run `measure` in a fresh interpreter, on one thread unless ``free``."""
    env = {name: value for name, value in os.environ.items() if name not in THREADS}
    if not free:
        env |= dict.fromkeys(THREADS, "1")
    done = subprocess.run(
        [sys.executable, __file__, "--measure", who, path, out],
        check=True, capture_output=True, text=True, env=env,
    )  # fmt: skip
    return float(done.stdout.splitlines()[-1])


def compare(task: str, path: str, folder: str, known: dict[Any, Any], late: Any) -> dict[str, Any]:
    """One row of the record; a run that several tasks share is measured once."""
    mine, peer, free = TASKS[task]
    for who in (mine, peer):
        if (who, free) not in known:
            out = str(Path(folder, f"{who}.npy"))
            known[who, free] = in_process(who, path, out, free), np.load(out)
    (ours_s, ours), (peer_s, theirs) = known[mine, free], known[peer, free]
    extrapolated = peer.startswith("one_")
    if extrapolated:
        peer_s *= 1000
    row = {
        "task": task,
        "rows": len(late),
        "ours_cpu_s": ours_s,
        "peer": PEERS[peer],
        "peer_cpu_s": peer_s,
        "ratio": peer_s / ours_s,
    }
    if extrapolated:
        return row | {"extrapolated": "the peer's time is that of one permutation times 1,000"}
    if task in SAME:
        row |= {"largest_difference": float(np.abs(ours - theirs).max())}
        if row["largest_difference"] > 1e-12:
            raise SystemExit(f"{task}: the answers differ, so the times mean nothing")
    if ours.ndim == 1:
        row |= {
            "ours_peak_auc": float(ours.max()),
            "peer_peak_auc": float(theirs.max()),
            "ours_auc_after_onset": float(ours[late].mean()),
            "peer_auc_after_onset": float(theirs[late].mean()),
        }
    return row


def growth() -> dict[str, Any]:
    """Cost of a permutation test by the number of permutations, with the unshuffled labels."""
    from sklearn.model_selection import StratifiedKFold
    from threadpoolctl import threadpool_limits

    from workedpapers.meg_decoding.permutation.over_times import permute

    stored = make_recording(SHAPES["full"])
    X, y, times = stored["X"], stored["y"], stored["times"]
    folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(X[:, :, 0], y))
    one = their_runs(X, y, folds)["one_permutation"]

    def refit(count: int) -> None:
        for _ in range(count):
            one()

    with threadpool_limits(1):
        return grow(
            "Permutation test of a decoding curve", "Permutations", (1, 10, 100, 1000),
            lambda count: permute(X, y, n=count, cv=folds, times=times, alpha=ALPHA), refit,
            PEERS["sliding_ridge"],
        )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a small recording, nothing written")
    parser.add_argument("--growth", action="store_true", help="only how the cost grows")
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(measure(*options.measure))
        return
    target = HERE / "results" / "meg_decoding.json"
    if options.growth:
        write(target, growth())
        return
    shape = SHAPES["quick" if options.quick else "full"]
    packages = ("numpy", "scipy", "scikit-learn", "mne")
    record: dict[str, Any] = {
        "title": "meg_decoding: time-resolved decoding, beside MNE-Python and scikit-learn",
        "machine": machine(),
        "versions": {package: version(package) for package in packages},
        "shape": dict(zip(("epochs", "channels", "times"), shape, strict=True)) | {"folds": FOLDS},
        "rows": [],
    }
    known: dict[Any, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        recording = make_recording(shape)
        path = str(Path(folder, "recording.npz"))
        np.savez(path, **recording)
        late = (recording["times"] > 0.085) & (recording["times"] < 0.3)
        for task in TASKS:
            row = compare(task, path, folder, known, late) | {"rows": shape[0]}
            record["rows"].append(row)
            shown = f"{task:64} ours {row['ours_cpu_s']:8.2f} s  peer {row['peer_cpu_s']:9.2f} s"
            print(f"{shown}  ratio {row['ratio']:8.1f}", end="")
            if "largest_difference" in row:
                print(f"  difference {row['largest_difference']:.1e}", end="")
            if "ours_peak_auc" in row:
                print(f"  peak AUC {row['ours_peak_auc']:.3f} {row['peer_peak_auc']:.3f}"
                      f"  after onset {row['ours_auc_after_onset']:.3f}"
                      f" {row['peer_auc_after_onset']:.3f}", end="")  # fmt: skip
            print(flush=True)
    if not options.quick:
        record["growth"] = growth()
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps(record, indent=2) + "\n")
        print(f"wrote {target.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main()
