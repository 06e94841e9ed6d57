"""Parts of the study that vary a setting: onset, signal, trials, subjects, times.

Each part is a function that takes other settings as well; `study` keeps what the chapter's gave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from workedpapers.checks import Floats
from workedpapers.parallel import in_parallel

from ..decoding.activation import patterns
from ..decoding.generalisation import generalise
from ..decoding.settings import DecodingOptions
from ..onsets.settings import Method
from ..planning.experiment import DECODER, estimates, mean_difference, recordings, subject_auc
from ..planning.performance import power
from ..simulation.head import sensors
from ..simulation.scenario import ScenarioOptions
from ..simulation.simulate import simulate_arrays
from .results import ANSWER, named
from .study_groups import EFFECTS, ONSET, sample_times, seeds

__all__ = ["GRID", "LATE", "LATENCIES", "generalisation", "grid", "maps", "power_map"]

#: Settings of the `grid`.
GRID = {
    "onset": (0.060, 0.085, 0.120, 0.170),
    "effect": (0.5, *EFFECTS.values()),
    "trials": (100, 200, 400),
    "subjects": (8, 16, 32),
}
POWER_TRIALS, POWER_SUBJECTS = (50, 100, 200, 400), (8, 16, 32)
LATENCIES = (0.104, 0.128, 0.176, 0.304)  # of `maps`, seconds
LATE: ScenarioOptions = {
    "tmin": -0.1,
    "tmax": 0.5,
    "sfreq": 125.0,
}  # times of `generalisation` and `maps`


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
) -> dict[str, xr.DataArray]:
    """One group for every combination of settings, for a reader to compare.

    A smaller group is the first subjects of the largest, and subjects keep their noise under all
    onsets and effects.

    Returns
    -------
    dict
        ``mean`` and ``error`` (standard error) of the group's AUC, with the axes onset, effect,
        trials, subjects, time; ``onset``: as in `replicates`, with the axes onset, effect, trials,
        subjects, estimator, quantity.
    """
    cases = [(n, s) for n in trials for s in range(max(subjects))]
    run = partial(_grid_subject, onsets=tuple(onset), effects=tuple(effect))
    found = np.array(in_parallel(run, cases, desc="Grid", workers=workers))
    auc = found.reshape(len(trials), max(subjects), len(onset), len(effect), -1)
    auc = auc.transpose(2, 3, 0, 1, 4)  # (onsets, effects, trials, subjects, t)
    answer = np.empty((*auc.shape[:3], len(subjects), len(Method), 4))
    mean, error = (np.empty((*auc.shape[:3], len(subjects), auc.shape[-1])) for _ in range(2))
    for k, size in enumerate(subjects):
        some = auc[..., :size, :]
        mean[..., k, :] = some.mean(axis=-2)
        error[..., k, :] = some.std(axis=-2, ddof=1) / np.sqrt(size)
        for at in np.ndindex(some.shape[:3]):
            answer[(*at, k)] = estimates(some[at], sample_times())
    axes: dict[str, Any] = {
        "onset": onset, "effect": effect, "trials": trials, "subjects": subjects,
    }  # fmt: skip
    return {
        "mean": named(mean, **axes, time=sample_times()),
        "error": named(error, **axes, time=sample_times()),
        "onset": named(answer, **axes, estimator=Method, quantity=ANSWER),
    }


def _pool_subject(case: tuple[int, int], effect: float) -> Floats:
    trials, subject = case
    seed = seeds(6, 8)[subject % 8]  # eight sets of pictures
    course: Floats = subject_auc(subject, (effect,), trials=trials, onset=ONSET, seed=seed)[0]
    return course


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
) -> dict[str, xr.DataArray]:
    """Share of groups whose hinge is within a tolerance of the truth, by trials and subjects.

    Parameters
    ----------
    pools : mapping
        Courses of subjects that are there already, for some numbers of trials.
    effect, trials, subjects, groups, tolerance : float or sequence of int or int
        See `power`.
    pool : int
        Subjects simulated for each other number of trials.

    Returns
    -------
    dict
        ``within`` and ``found``: share with a 95% Wilson interval, with the axes trials, subjects,
        quantity. Groups share subjects of the pool, so that the intervals are somewhat too narrow.
    """
    cases = [(n, s) for n in trials if n not in pools for s in range(pool)]
    found = iter(
        in_parallel(partial(_pool_subject, effect=effect), cases, desc="Pools", workers=workers)
    )
    held = {n: pools[n] if n in pools else [next(found) for _ in range(pool)] for n in trials}
    table = power(
        held, ONSET, sample_times(), subjects=subjects, n_groups=groups, tolerance=tolerance,
        interval="none",
    )  # fmt: skip
    shape = (len(trials), len(subjects), 3)
    return {
        name: named(
            table[[name, f"{name}_low", f"{name}_high"]].to_numpy(float).reshape(shape),
            trials=trials, subjects=subjects, quantity=("share", "low", "high"),
        )
        for name in ("within", "found")
    }  # fmt: skip


def _generalised(case: tuple[float, int], effects: Sequence[float]) -> Floats:
    onset, subject = case
    (seed,) = seeds(7, 1)
    maps = []
    for r in recordings(subject, effects, onset=onset, seed=seed, **LATE):
        image = r.metadata["image"].to_numpy()
        chosen: DecodingOptions = {**DECODER, "times": r.times, "groups": image}
        maps.append(generalise(r.X, r.y, **chosen).auc)
    return np.stack(maps)


def generalisation(
    onset: Sequence[float] = (ONSET, 0.170),
    effects: Sequence[float] = tuple(EFFECTS.values()),
    *,
    subjects: int = 8,
    workers: int | None = None,
) -> dict[str, xr.DataArray]:
    """Train at one time, test at all others, at 125 samples per second from -0.1 to 0.5 s.

    Returns
    -------
    dict
        ``auc``: group means, with the axes onset, effect, train, test.
    """
    cases = [(o, s) for o in onset for s in range(subjects)]
    found = np.array(
        in_parallel(partial(_generalised, effects=effects), cases, desc="Times", workers=workers)
    )
    auc = found.reshape(len(onset), subjects, *found.shape[1:]).mean(axis=1)
    times = sample_times(**LATE)
    return {"auc": named(auc, onset=onset, effect=effects, train=times, test=times)}


def _mapped(subject: int, effect: float) -> Floats:
    (seed,) = seeds(8, 1)
    recording = next(recordings(subject, (effect,), onset=ONSET, seed=seed, **LATE))
    chosen: DecodingOptions = {**DECODER, "times": recording.times}
    found = patterns(recording.X, recording.y, **chosen)
    at = [int(np.abs(found.times - moment).argmin()) for moment in LATENCIES]
    return np.asarray(found.values[:, at], dtype=float).T


def maps(
    effect: float = EFFECTS["strong"], *, subjects: int = 16, workers: int | None = None
) -> dict[str, xr.DataArray]:
    """What decoders of the group saw, and what was put there: one map for each of `LATENCIES`.

    Returns
    -------
    dict
        ``pattern``: mean Haufe pattern over subjects, in T or T/m for a unit of decision value;
        ``truth``: field of familiar less that of unfamiliar faces without noise, in T and T/m;
        both with the axes latency, channel.
    """
    found = np.stack(
        in_parallel(partial(_mapped, effect=effect), range(subjects), desc="Maps", workers=workers)
    )
    quiet: ScenarioOptions = {
        **LATE, "noise": 0.0, "subject_sd": 0.0, "gain_jitter": 0.0, "latency_jitter": 0.0,
        "luminance_gain": 0.0,
    }  # fmt: skip
    clean = simulate_arrays(0, 40, ONSET, effect, 0, **quiet)
    at = [int(np.abs(clean.times - moment).argmin()) for moment in LATENCIES]
    truth = mean_difference(clean)[:, at].T
    axes: dict[str, Any] = {"latency": LATENCIES, "channel": sensors().names}
    return {"pattern": named(found.mean(axis=0), **axes), "truth": named(truth, **axes)}
