"""The chapter's experiments: some thousand simulated subjects, decoded, and asked for the onset.

They take half an hour of computing, so what comes of them is kept in ``study.npz``;
``python -m workedpapers.meg_decoding.study`` makes it again, or a part of it if parts are named
behind. Each part is a function here that takes other settings as well. Tests make some of the
stored subjects again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workedpapers.progress import progress

from .experiment import (
    ANALYSES,
    DECODER,
    WINDOW,
    auc_course,
    controlled_courses,
    estimates,
    mean_difference,
    recordings,
    sensor_test,
    subject_auc,
)
from .generalise import generalise
from .landmarks import METHODS
from .patterns import patterns
from .permute import permute
from .power import power
from .scenario import Scenario
from .simulate import simulate_arrays

__all__ = [
    "EFFECTS",
    "confound",
    "generalisation",
    "grid",
    "leakage",
    "load_study",
    "maps",
    "null",
    "power_map",
    "replicates",
    "seeds",
]

Floats = NDArray[np.float64]

RESULTS = Path(__file__).with_name("study.npz")

#: When the effect begins in all parts that do not vary it, in seconds.
ONSET = 0.085
#: Sizes of the effect. Groups peak at AUC of about 0.57, 0.65 and 0.80.
EFFECTS = {"weak": 0.8, "medium": 1.25, "strong": 2.3}
#: Settings of the `grid`.
GRID = {
    "onset": (0.060, 0.085, 0.120, 0.170),
    "effect": (0.5, *EFFECTS.values()),
    "trials": (100, 200, 400),
    "subjects": (8, 16, 32),
}
POWER_TRIALS, POWER_SUBJECTS = (50, 100, 200, 400), (8, 16, 32)
#: Exactly the same distribution of both conditions: no effect, and no picture differs.
NOTHING = {"effect": 0.0, "luminance_gain": 0.0, "image_sd": 0.0}
#: Standard deviations by which familiar pictures are brighter, and effects, in `confound`.
CONFOUNDS, TRUTHS = (0.0, 2.0), (0.0, EFFECTS["medium"])
LATENCIES = (0.104, 0.128, 0.176, 0.304)  # of `maps`, seconds
LATE = {"tmin": -0.1, "tmax": 0.5, "sfreq": 125.0}  # times of `generalisation` and `maps`


def seeds(part: int, count: int) -> list[int]:
    """Seeds of the groups of a part, all different and none shared between parts."""
    return [int(s) for s in np.random.SeedSequence([220800352, part]).generate_state(count)]


def _each(
    function: Callable[..., Any], cases: Iterable[Any], desc: str, workers: int | None
) -> list[Any]:
    """The function's answer to every case, in several processes, in order."""
    listed = list(cases)
    with ProcessPoolExecutor(workers or os.cpu_count()) as pool:
        done = pool.map(function, listed)
        return list(progress(done, desc=desc, unit="case", total=len(listed)))


def _times(**settings: Any) -> Floats:
    return Scenario(**(WINDOW | settings)).times


def _stack(answers: Sequence[Mapping[str, Any]], axis: int = 0) -> dict[str, NDArray[Any]]:
    return {key: np.stack([a[key] for a in answers], axis=axis) for key in answers[0]}


def _replicate(
    seed: int, effects: Sequence[float], subjects: int, settings: Mapping[str, Any]
) -> dict[str, Floats]:
    """One group under every effect: courses, onsets, and what decoding and sensors detect."""
    times = _times()
    auc: list[list[Floats]] = [[] for _ in effects]
    fields: list[list[Any]] = [[] for _ in effects]
    for subject in range(subjects):
        for k, recording in enumerate(recordings(subject, effects, seed=seed, **settings)):
            auc[k].append(auc_course(recording))
            fields[k].append(mean_difference(recording))
    courses = np.array(auc)
    return {
        "auc": courses,
        "onset": np.stack([estimates(c, times, seed=seed % 1000) for c in courses]),
        "sensors": np.array([sensor_test(np.array(f), times) for f in fields]),
    }


def replicates(
    effects: Sequence[float] = tuple(EFFECTS.values()),
    *,
    groups: int = 50,
    subjects: int = 16,
    workers: int | None = None,
    **settings: Any,
) -> dict[str, Floats]:
    """Groups whose onset is known, each under every effect with the same noise.

    Parameters
    ----------
    effects : sizes of the effect.
    groups, subjects : number of groups, and of subjects in each. A group sees the same pictures.
    workers : processes; by default as many as processors.
    settings : of `experiment.recordings`.

    Returns
    -------
    ``auc``: courses, shape (effects, groups, subjects, t); ``onset``: value, low, high and p for
    each of `METHODS`, shape (effects, groups, methods, 4); ``sensors``: first significant time
    over single sensors and smallest p, shape (effects, groups, 2).
    """
    run = partial(_replicate, effects=effects, subjects=subjects, settings=settings)
    return _stack(_each(run, seeds(1, groups), "Replicates", workers), axis=1)


def _labellings(seed: int, labellings: int, trials: int) -> Floats:
    recording = simulate_arrays(0, trials, seed=seed, **(WINDOW | NOTHING))
    test = permute(
        recording.X, recording.y, times=recording.times, n=labellings, seed=seed % 1000, **DECODER
    )
    return test.null


def null(
    *,
    subjects: int = 16,
    pool: int = 32,
    groups: int = 200,
    trials: int = 200,
    workers: int | None = None,
) -> dict[str, Floats]:
    """Groups without any effect: how often does each method find one?

    Every subject of a pool is decoded under as many random labellings as there are groups. A
    group takes one labelling of some subjects, and no labelling is taken twice.

    Returns
    -------
    ``onset``: as in `replicates`, without intervals, shape (groups, methods, 4); ``example``:
    the first subject's courses, shape (groups, t).
    """
    run = partial(_labellings, labellings=groups, trials=trials)
    courses = np.stack(_each(run, seeds(2, pool), "Labellings", workers))
    rng = np.random.default_rng(0)
    found = []
    for group in progress(range(groups), desc="Null groups", unit="group"):
        members = rng.choice(pool, subjects, replace=False)
        found.append(estimates(courses[members, group], _times(), seed=group, interval="none"))
    return {"onset": np.array(found), "example": courses[0]}


def _confounded(seed: int, subjects: int, settings: Mapping[str, Any]) -> dict[str, Floats]:
    """One group in each of the four worlds: means, errors and onsets of each analysis."""
    times = _times()
    mean = np.full((len(TRUTHS), len(CONFOUNDS), len(ANALYSES), len(times)), np.nan)
    answer = np.full((*mean.shape[:3], 4), np.nan)
    for c, difference in enumerate(CONFOUNDS):
        found: list[list[dict[str, Floats]]] = [[] for _ in TRUTHS]
        for subject in range(subjects):
            words = {"seed": seed, "luminance_confound": difference, "images": 80} | settings
            for e, recording in enumerate(recordings(subject, TRUTHS, **words)):
                found[e].append(controlled_courses(recording))
        for e, each in enumerate(found):
            for a, name in enumerate(ANALYSES):
                if name in each[0]:  # the pictures are the group's, so all subjects have it
                    courses = np.stack([one[name] for one in each])
                    mean[e, c, a] = courses.mean(axis=0)
                    answer[e, c, a] = estimates(courses, times, methods=("hinge",))[0]
    return {"mean": mean, "onset": answer}


def confound(
    *, groups: int = 20, subjects: int = 12, workers: int | None = None, **settings: Any
) -> dict[str, Floats]:
    """Four worlds, with and without an effect and brighter familiar pictures, in three analyses.

    There are 80 pictures, so that enough of them can be matched.

    Returns
    -------
    ``mean``: mean course of each group, shape (groups, effect, confound, analyses, t), in the
    order of `TRUTHS`, `CONFOUNDS` and `ANALYSES`; ``onset``: value, low, high and p of the hinge,
    shape (groups, effect, confound, analyses, 4). A group without enough matched pairs has NaN in
    both; one whose test finds nothing has NaN but for p.
    """
    run = partial(_confounded, subjects=subjects, settings=settings)
    return _stack(_each(run, seeds(3, groups), "Confounds", workers))


def _leaky(seed: int, images: int, settings: Mapping[str, Any]) -> Floats:
    words = WINDOW | NOTHING | {"images": images, "identities": 4, "image_sd": 1.0} | settings
    recording = simulate_arrays(0, seed=seed, **words)
    return np.stack([auc_course(recording, split=s, cv=4) for s in ("trial", "image")])


def leakage(
    *, images: int = 8, subjects: int = 32, workers: int | None = None, **settings: Any
) -> dict[str, Floats]:
    """Few pictures, often repeated, and no effect: the same trials split at random and by picture.

    Each subject sees pictures of its own, so that subjects differ by all that is random.

    Returns
    -------
    ``auc``: shape (2, subjects, t); split at random first, then by picture.
    """
    run = partial(_leaky, images=images, settings=settings)
    return {"auc": np.stack(_each(run, seeds(4, subjects), "Leakage", workers), axis=1)}


def _grid_subject(case: tuple[int, int], onsets: Sequence[float], effects: Sequence[float]) -> Any:
    trials, subject = case
    (seed,) = seeds(5, 1)
    return [subject_auc(subject, effects, trials=trials, onset=o, seed=seed) for o in onsets]


def grid(
    onset: Sequence[float] = GRID["onset"],
    effect: Sequence[float] = GRID["effect"],
    trials: Sequence[int] = GRID["trials"],  # type: ignore[assignment]
    subjects: Sequence[int] = GRID["subjects"],  # type: ignore[assignment]
    *,
    workers: int | None = None,
) -> dict[str, Floats]:
    """One group for every combination of settings, for a reader to compare.

    A smaller group is the first subjects of the largest, and subjects keep their noise under all
    onsets and effects.

    Returns
    -------
    ``mean`` and ``error`` (standard error) of the group's AUC, shape (onsets, effects, trials,
    subjects, t); ``onset``: as in `replicates`, shape (onsets, effects, trials, subjects,
    methods, 4).
    """
    cases = [(n, s) for n in trials for s in range(max(subjects))]
    run = partial(_grid_subject, onsets=tuple(onset), effects=tuple(effect))
    found = np.array(_each(run, cases, "Grid", workers))
    auc = found.reshape(len(trials), max(subjects), len(onset), len(effect), -1)
    auc = auc.transpose(2, 3, 0, 1, 4)  # (onsets, effects, trials, subjects, t)
    answer = np.empty((*auc.shape[:3], len(subjects), len(METHODS), 4))
    mean, error = (np.empty((*auc.shape[:3], len(subjects), auc.shape[-1])) for _ in range(2))
    for k, size in enumerate(subjects):
        some = auc[..., :size, :]
        mean[..., k, :] = some.mean(axis=-2)
        error[..., k, :] = some.std(axis=-2, ddof=1) / np.sqrt(size)
        for at in np.ndindex(some.shape[:3]):
            answer[(*at, k)] = estimates(some[at], _times())
    return {"mean": mean, "error": error, "onset": answer}


def _pool_subject(case: tuple[int, int], effect: float) -> Floats:
    trials, subject = case
    seed = seeds(6, 8)[subject % 8]  # eight sets of pictures
    return subject_auc(subject, (effect,), trials=trials, onset=ONSET, seed=seed)[0]


def power_map(
    pools: Mapping[int, Floats],
    *,
    effect: float = EFFECTS["medium"],
    trials: Sequence[int] = POWER_TRIALS,
    subjects: Sequence[int] = POWER_SUBJECTS,
    pool: int = 128,
    groups: int = 200,
    tolerance: float = 0.010,
    workers: int | None = None,
) -> dict[str, Floats]:
    """Share of groups whose hinge is within a tolerance of the truth, by trials and subjects.

    Parameters
    ----------
    pools : courses of subjects that are there already, for some numbers of trials.
    effect, trials, subjects, groups, tolerance : see `power`.
    pool : subjects simulated for each other number of trials.

    Returns
    -------
    ``within`` and ``found``: share with a 95% Wilson interval, shape (trials, subjects, 3). Groups
    share subjects of the pool, so that the intervals are somewhat too narrow.
    """
    cases = [(n, s) for n in trials if n not in pools for s in range(pool)]
    found = iter(_each(partial(_pool_subject, effect=effect), cases, "Pools", workers))
    held = {n: pools[n] if n in pools else [next(found) for _ in range(pool)] for n in trials}
    table = power(
        held, ONSET, _times(), subjects=subjects, n_groups=groups, tolerance=tolerance,
        interval="none",
    )  # fmt: skip
    shape = (len(trials), len(subjects), 3)
    names = ("within", "found")
    ends = ("", "_low", "_high")
    return {n: table[[n + end for end in ends]].to_numpy(float).reshape(shape) for n in names}


def _generalised(case: tuple[float, int], effects: Sequence[float]) -> Floats:
    onset, subject = case
    (seed,) = seeds(7, 1)
    return np.stack(
        [
            generalise(
                r.X, r.y, times=r.times, groups=r.metadata["image"].to_numpy(), **DECODER
            ).auc
            for r in recordings(subject, effects, onset=onset, seed=seed, **LATE)
        ]
    )


def generalisation(
    onset: Sequence[float] = (ONSET, 0.170),
    effects: Sequence[float] = tuple(EFFECTS.values()),
    *,
    subjects: int = 8,
    workers: int | None = None,
) -> dict[str, Floats]:
    """Train at one time, test at all others, at 125 samples per second from -0.1 to 0.5 s.

    Returns
    -------
    ``auc``: group means, shape (onsets, effects, training times, test times).
    """
    cases = [(o, s) for o in onset for s in range(subjects)]
    found = np.array(_each(partial(_generalised, effects=effects), cases, "Times", workers))
    return {"auc": found.reshape(len(onset), subjects, *found.shape[1:]).mean(axis=1)}


def _mapped(subject: int, effect: float) -> Floats:
    (seed,) = seeds(8, 1)
    recording = next(recordings(subject, (effect,), onset=ONSET, seed=seed, **LATE))
    found = patterns(recording.X, recording.y, times=recording.times, **DECODER)
    at = [int(np.abs(found.times - moment).argmin()) for moment in LATENCIES]
    return np.asarray(found.values[:, at], dtype=float).T


def maps(
    effect: float = EFFECTS["strong"], *, subjects: int = 16, workers: int | None = None
) -> dict[str, Floats]:
    """What decoders of the group saw, and what was put there: one map for each of `LATENCIES`.

    Returns
    -------
    ``pattern``: mean Haufe pattern over subjects, in T or T/m for a unit of decision value, shape
    (latencies, 306); ``truth``: field of familiar less that of unfamiliar faces without noise, in
    T and T/m, same shape.
    """
    found = np.stack(_each(partial(_mapped, effect=effect), range(subjects), "Maps", workers))
    quiet = {"noise": 0.0, "subject_sd": 0.0, "gain_jitter": 0.0, "latency_jitter": 0.0}
    words = LATE | quiet | {"luminance_gain": 0.0}
    clean = simulate_arrays(0, 40, ONSET, effect, 0, **words)
    at = [int(np.abs(clean.times - moment).argmin()) for moment in LATENCIES]
    return {"pattern": found.mean(axis=0), "truth": mean_difference(clean)[:, at].T.astype(float)}


def _mid_pool() -> dict[int, Floats]:
    auc = load_study()["replicates_auc"][list(EFFECTS).index("medium")]
    return {200: auc.reshape(-1, auc.shape[-1])}


PARTS: dict[str, Callable[[], dict[str, Floats]]] = {
    "replicates": replicates,
    "grid": grid,
    "confound": confound,
    "null": null,
    "leakage": leakage,
    "power": lambda: power_map(_mid_pool()),
    "generalisation": generalisation,
    "maps": maps,
}
# An AUC of folds of 20 and 20 trials is a multiple of 1 / 2000, if means of five folds are taken.
_STEPS = {"auc": 2000, "example": 2000, "mean": 50_000, "error": 50_000}


@cache
def load_study() -> dict[str, Floats]:
    """The chapter's results, as they were computed once.

    Returns
    -------
    Mapping from the name of a part, an underline and the name of an array to the array, for
    example ``"replicates_auc"``; and ``"times"`` in seconds. The functions of this module tell
    what each is.
    """
    with np.load(RESULTS) as held:
        return {"times": _times()} | {key: _unpacked(key, held[key]) for key in held.files}


def _packed(key: str, values: Floats) -> NDArray[Any]:
    """Areas as whole steps, all else in single precision."""
    steps = _STEPS.get(key.rpartition("_")[2])
    if steps is None or np.isnan(values).any():
        return values.astype(np.float32)
    return np.round(values * steps).astype(np.uint16)


def _unpacked(key: str, values: NDArray[Any]) -> Floats:
    whole = values.dtype == np.uint16
    return values / _STEPS[key.rpartition("_")[2]] if whole else values.astype(float)


def main(names: Sequence[str]) -> None:
    """Compute the parts that are named, or all, and keep them."""
    held: dict[str, NDArray[Any]] = {}
    if names and RESULTS.exists():
        with np.load(RESULTS) as before:
            held = {key: before[key] for key in before.files}
    for part in names or PARTS:
        held |= {f"{part}_{key}": _packed(key, value) for key, value in PARTS[part]().items()}
        np.savez_compressed(RESULTS, **held)
        load_study.cache_clear()


if __name__ == "__main__":
    main(sys.argv[1:])
