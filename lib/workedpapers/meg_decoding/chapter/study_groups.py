"""Parts of the study that ask many groups: how well is an onset found, and what misleads?

Each part is a function that takes other settings as well; `study` keeps what the chapter's gave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from workedpapers.checks import Floats
from workedpapers.parallel import in_parallel
from workedpapers.progress import progress_bar

from ..decoding.settings import DecodingOptions
from ..onsets.settings import Method
from ..permutation.over_times import permute
from ..planning.experiment import (
    DECODER,
    WINDOW,
    Analysis,
    Split,
    auc_course,
    controlled_courses,
    estimates,
    mean_difference,
    recordings,
    sensor_test,
    subject_test,
)
from ..simulation.scenario import Scenario
from ..simulation.simulate import simulate_arrays
from .results import ANSWER, named

__all__ = [
    "CONFOUNDS",
    "EFFECTS",
    "NOTHING",
    "ONSET",
    "SPLITS",
    "TRUTHS",
    "VIEWS",
    "confound",
    "diverse",
    "leakage",
    "null",
    "replicates",
    "sample_times",
    "seeds",
    "single",
]

#: When the effect begins in all parts that do not vary it, in seconds.
ONSET = 0.085
#: Sizes of the effect. Groups peak at AUC of about 0.58, 0.67 and 0.83.
EFFECTS = {"weak": 0.8, "medium": 1.25, "strong": 2.3}
#: Exactly the same distribution of both conditions: no effect, and no picture differs.
NOTHING: dict[str, Any] = {"effect": 0.0, "luminance_gain": 0.0, "image_sd": 0.0}
#: Standard deviations by which familiar pictures are brighter, and effects, in `confound`.
CONFOUNDS, TRUTHS = (0.0, 2.0), (0.0, EFFECTS["medium"])
#: The two ways to see a difference, in `single`.
VIEWS = ("decoding", "single sensors")
#: The two ways to split trials, in `leakage`.
SPLITS = (Split.TRIAL, Split.IMAGE)


def seeds(part: int, count: int) -> list[int]:
    """Seeds of the groups of a part, all different and none shared between parts."""
    return [int(s) for s in np.random.SeedSequence([220800352, part]).generate_state(count)]


def sample_times(**settings: Any) -> Floats:
    """Seconds of the samples in `WINDOW`, or with other settings of `Scenario`."""
    return Scenario(**{**WINDOW, **settings}).times


def _stack(answers: Sequence[Mapping[str, Any]], axis: int = 0) -> dict[str, NDArray[Any]]:
    return {key: np.stack([a[key] for a in answers], axis=axis) for key in answers[0]}


def _replicate(
    seed: int, effects: Sequence[float], subjects: int, settings: dict[str, Any]
) -> dict[str, Floats]:
    """One group under every effect: courses, onsets, and what decoding and sensors detect."""
    times = sample_times()
    auc: list[list[Floats]] = [[] for _ in effects]
    fields: list[list[Any]] = [[] for _ in effects]
    for subject in range(subjects):
        for k, recording in enumerate(recordings(subject, effects, seed=seed, **settings)):
            auc[k].append(auc_course(recording))
            fields[k].append(mean_difference(recording))
    courses = np.array(auc)
    onset = np.stack([estimates(c, times, seed=seed % 1000) for c in courses])
    sensors = np.array([sensor_test(np.array(f), times) for f in fields])
    return {"auc": courses, "onset": onset, "sensors": sensors}


def replicates(
    effects: Sequence[float] = tuple(EFFECTS.values()),
    *,
    groups: int = 50,
    subjects: int = 16,
    workers: int | None = None,
    **settings: Any,
) -> dict[str, xr.DataArray]:
    """Groups whose onset is known, each under every effect with the same noise.

    Parameters
    ----------
    effects : sequence of float
        Sizes of the effect.
    groups, subjects : int
        Number of groups, and of subjects in each. A group sees the same pictures.
    workers : int or None
        Processes; by default as many as processors.
    **settings : object
        Of `recordings`.

    Returns
    -------
    dict
        ``auc``: courses, with the axes effect, group, subject, time; ``onset``: value, low, high
        and p of each method, with the axes effect, group, estimator, quantity; ``sensors``: first
        significant time over single sensors and smallest p: effect, group, quantity.
    """
    run = partial(_replicate, effects=effects, subjects=subjects, settings=settings)
    answers = in_parallel(run, seeds(1, groups), desc="Replicates", workers=workers)
    found = _stack(answers, axis=1)
    cases: dict[str, Any] = {"effect": effects, "group": range(groups)}
    return {
        "auc": named(found["auc"], **cases, subject=range(subjects), time=sample_times()),
        "onset": named(found["onset"], **cases, estimator=Method, quantity=ANSWER),
        "sensors": named(found["sensors"], **cases, quantity=("first", "p")),
    }


def diverse(
    *, subject_sd: float = 3.0, groups: int = 20, **settings: Any
) -> dict[str, xr.DataArray]:
    """`replicates` at the weak effect in subjects who differ more: in their maps, above all.

    Returns
    -------
    dict
        ``onset`` and ``sensors`` as of `replicates`.
    """
    weak = (EFFECTS["weak"],)
    found = replicates(weak, groups=groups, subject_sd=subject_sd, **settings)
    return {"onset": found["onset"], "sensors": found["sensors"]}


def _single(seed: int, effects: Sequence[float], settings: dict[str, Any]) -> Floats:
    each_effect = recordings(0, effects, seed=seed, **settings)
    return np.array([subject_test(recording, seed=seed % 1000) for recording in each_effect])


def single(
    effects: Sequence[float] = tuple(EFFECTS.values()),
    *,
    subjects: int = 60,
    workers: int | None = None,
    **settings: Any,
) -> dict[str, xr.DataArray]:
    """Single subjects: first significant time of decoding and of single sensors.

    Returns
    -------
    dict
        ``first``: see `subject_test`, with the axes effect, subject, view.
    """
    run = partial(_single, effects=effects, settings=settings)
    first = in_parallel(run, seeds(9, subjects), desc="Single subjects", workers=workers)
    axes: dict[str, Any] = {"effect": effects, "subject": range(subjects), "view": VIEWS}
    return {"first": named(np.stack(first, axis=1), **axes)}


def _labellings(seed: int, labellings: int, trials: int) -> Floats:
    recording = simulate_arrays(0, trials, seed=seed, **{**WINDOW, **NOTHING})
    chosen: DecodingOptions = {**DECODER, "times": recording.times, "seed": seed % 1000}
    return permute(recording.X, recording.y, n=labellings, **chosen).null


def null(
    *,
    subjects: int = 16,
    pool: int = 32,
    groups: int = 200,
    trials: int = 200,
    workers: int | None = None,
) -> dict[str, xr.DataArray]:
    """Groups without any effect: how often does each method find one?

    Every subject of a pool is decoded under as many random labellings as there are groups. A
    group takes one labelling of some subjects, and no labelling is taken twice.

    Returns
    -------
    dict
        ``onset``: as in `replicates`, without intervals, shape (groups, methods, 4); ``example``:
        the first subject's courses, shape (groups, t).
    """
    run = partial(_labellings, labellings=groups, trials=trials)
    courses = np.stack(in_parallel(run, seeds(2, pool), desc="Labellings", workers=workers))
    rng = np.random.default_rng(0)
    found = []
    for group in progress_bar(range(groups), desc="Null groups", unit="group"):
        members = rng.choice(pool, subjects, replace=False)
        found.append(
            estimates(courses[members, group], sample_times(), seed=group, interval="none")
        )
    return {
        "onset": named(found, group=range(groups), estimator=Method, quantity=ANSWER),
        "example": named(courses[0], group=range(groups), time=sample_times()),
    }


def _confounded(seed: int, subjects: int, settings: dict[str, Any]) -> dict[str, Floats]:
    """One group in each of the four worlds: means, errors and onsets of each analysis."""
    times = sample_times()
    mean = np.full((len(TRUTHS), len(CONFOUNDS), len(Analysis), len(times)), np.nan)
    answer = np.full((*mean.shape[:3], 4), np.nan)
    for c, difference in enumerate(CONFOUNDS):
        found: list[list[dict[Analysis, Floats]]] = [[] for _ in TRUTHS]
        for subject in range(subjects):
            chosen = {"seed": seed, "luminance_confound": difference, "images": 80} | settings
            for e, recording in enumerate(recordings(subject, TRUTHS, **chosen)):
                found[e].append(controlled_courses(recording))
        for e, each in enumerate(found):
            for a, name in enumerate(Analysis):
                if name in each[0]:  # the pictures are the group's, so all subjects have it
                    courses = np.stack([one[name] for one in each])
                    mean[e, c, a] = courses.mean(axis=0)
                    answer[e, c, a] = estimates(courses, times, methods=(Method.HINGE,))[0]
    return {"mean": mean, "onset": answer}


def confound(
    *, groups: int = 20, subjects: int = 12, workers: int | None = None, **settings: Any
) -> dict[str, xr.DataArray]:
    """Four worlds, with and without an effect and brighter familiar pictures, in three analyses.

    There are 80 pictures, so that enough of them can be matched.

    Returns
    -------
    dict
        ``mean``: mean course of each group, with the axes group, effect, brighter, analysis,
        time; ``onset``: value, low, high and p of the hinge: group, effect, brighter, analysis,
        quantity. A group without enough matched pairs has NaN in both; one whose test finds
        nothing has NaN but for p.
    """
    run = partial(_confounded, subjects=subjects, settings=settings)
    found = _stack(in_parallel(run, seeds(3, groups), desc="Confounds", workers=workers))
    cases: dict[str, Any] = {
        "group": range(groups), "effect": TRUTHS, "brighter": CONFOUNDS, "analysis": Analysis,
    }  # fmt: skip
    return {
        "mean": named(found["mean"], **cases, time=sample_times()),
        "onset": named(found["onset"], **cases, quantity=ANSWER),
    }


def _leaky(seed: int, images: int, settings: dict[str, Any]) -> Floats:
    few: dict[str, Any] = {"images": images, "identities": 4, "image_sd": 1.0}
    recording = simulate_arrays(0, seed=seed, **{**WINDOW, **NOTHING, **few, **settings})
    return np.stack([auc_course(recording, split=s, cv=4) for s in SPLITS])


def leakage(
    *, images: int = 8, subjects: int = 32, workers: int | None = None, **settings: Any
) -> dict[str, xr.DataArray]:
    """Few pictures, often repeated, and no effect: the same trials split at random and by picture.

    Each subject sees pictures of its own, so that subjects differ by all that is random.

    Returns
    -------
    dict
        ``auc``: with the axes split, subject, time.
    """
    run = partial(_leaky, images=images, settings=settings)
    auc = np.stack(in_parallel(run, seeds(4, subjects), desc="Leakage", workers=workers), axis=1)
    return {"auc": named(auc, split=SPLITS, subject=range(subjects), time=sample_times())}
