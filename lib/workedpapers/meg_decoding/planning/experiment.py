"""Whole experiments from picture to group: simulate subjects, decode each, ask the group.

These are the steps that the chapter's `study` repeats some thousand times. All take the settings
of a `Scenario`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from workedpapers.checks import Floats, Ints, one_of

from ..decoding.settings import DecodingOptions
from ..decoding.time_resolved import decode
from ..group.statistics import max_t_null, share_at_least, t_values
from ..onsets.latency import onset
from ..onsets.settings import Method, OnsetOptions
from ..permutation.over_times import permute
from ..simulation.scenario import ScenarioOptions
from ..simulation.simulate import Recording, simulate_arrays
from ..stimuli.matching import match

__all__ = [
    "Analysis",
    "Split",
    "auc_course",
    "controlled_courses",
    "estimates",
    "mean_difference",
    "recordings",
    "sensor_test",
    "subject_auc",
    "subject_test",
]

#: From 100 ms before the picture to 300 ms after it.
WINDOW: ScenarioOptions = {"tmin": -0.1, "tmax": 0.3}
#: How each subject is decoded.
DECODER: DecodingOptions = {"cv": 5, "whiten": True, "scale": None, "dtype": "float32"}


class Analysis(StrEnum):
    """What is done about the pictures' luminance and contrast, see `controlled_courses`."""

    NAIVE = "naive"
    REGRESSED = "regressed"
    MATCHED = "matched"


class Split(StrEnum):
    """What is kept together in a fold, see `auc_course`."""

    IMAGE = "image"
    TRIAL = "trial"


def recordings(
    subject: int,
    effects: Sequence[float],
    *,
    trials: int = 200,
    onset: float = 0.085,
    seed: int = 0,
    **settings: Unpack[ScenarioOptions],
) -> Iterator[Recording]:
    """One subject under several sizes of the effect, all else the same, noise included.

    The effect adds to the field in proportion to its size, so that two simulations serve for all
    sizes.

    Parameters
    ----------
    subject, trials, onset, seed, **settings : int or float or object
        As in `simulate_arrays`; see `WINDOW` for the times that are the default here.
    effects : sequence of float
        The sizes.

    Yields
    ------
    Recording
        For each size.
    """
    chosen = WINDOW | settings
    none = simulate_arrays(subject, trials, onset, 0.0, seed, **chosen)
    one = simulate_arrays(subject, trials, onset, 1.0, seed, **chosen)
    part = one.X - none.X
    for effect in effects:
        truth = none.truth | {"effect": effect * one.truth["effect"]}
        yield none._replace(X=none.X + np.float32(effect) * part, truth=truth)


def auc_course(
    recording: Recording,
    *,
    split: str = "image",
    keep: Ints | None = None,
    **options: Unpack[DecodingOptions],
) -> Floats:
    """AUC over time of one subject, shape (t,).

    Parameters
    ----------
    recording : Recording
        Of the subject.
    split : str
        "image": a picture is never in training and test; "trial": trials are split at random.
    keep : array of int or None
        Numbers of the trials that are decoded; None for all.
    **options : Unpack[DecodingOptions]
        Of `decode`, in place of those of `DECODER`.
    """
    rows = np.arange(len(recording.y)) if keep is None else keep
    chosen: DecodingOptions = {**DECODER, **options, "times": recording.times}
    if one_of(split, "split", Split) == Split.IMAGE:
        chosen["groups"] = recording.metadata["image"].to_numpy()[rows]
    confounds = chosen.get("confounds")
    if confounds is not None:
        chosen["confounds"] = np.asarray(confounds)[rows]
    return decode(recording.X[rows], recording.y[rows], **chosen).auc


def subject_auc(
    subject: int,
    effects: Sequence[float],
    *,
    trials: int = 200,
    onset: float = 0.085,
    seed: int = 0,
    **settings: Unpack[ScenarioOptions],
) -> Floats:
    """AUC over time of one subject under several sizes of the effect, shape (effects, t).

    The arguments are those of `recordings`.
    """
    each = recordings(subject, effects, trials=trials, onset=onset, seed=seed, **settings)
    return np.stack([auc_course(recording) for recording in each])


def mean_difference(recording: Recording) -> NDArray[np.float32]:
    """Mean field of familiar less that of unfamiliar faces, shape (306, t): the univariate view."""
    X, y = recording.X, recording.y
    difference: NDArray[np.float32] = X[y == 1].mean(axis=0) - X[y == 0].mean(axis=0)
    return difference


def controlled_courses(recording: Recording, *, caliper: float = 0.5) -> dict[Analysis, Floats]:
    """AUC over time in three ways that differ in what they do about luminance and contrast.

    "naive" does nothing; "regressed" takes both out of labels and sensors with coefficients of
    the training folds; "matched" decodes pairs of pictures that are alike in both alone.

    Parameters
    ----------
    recording : Recording
        Of one subject.
    caliper : float
        The largest difference of a pair, see `match`.

    Returns
    -------
    dict
        Mapping from `Analysis` to arrays of shape (t,). "matched" is missing if fewer than five
        pairs are left, too few for the folds.

    Raises
    ------
    ValueError
        If fewer than two pairs are left, see `match`.
    """
    features = recording.metadata[["luminance", "contrast"]]
    image = recording.metadata["image"].to_numpy()
    standard = ((features - features.mean()) / features.std()).to_numpy()
    courses = {
        Analysis.NAIVE: auc_course(recording),
        Analysis.REGRESSED: auc_course(recording, confounds=standard),
    }
    pairs = match(features, recording.y, groups=image, caliper=caliper)
    if len(pairs.pairs) >= DECODER["cv"]:
        courses[Analysis.MATCHED] = auc_course(recording, keep=pairs.keep)
    return courses


def sensor_test(
    differences: NDArray[Any], times: Floats, *, alpha: float = 0.05, n: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """When does any single sensor differ over the group? Largest t over sensors and times.

    Parameters
    ----------
    differences : array
        `mean_difference` of each subject, shape (subjects, sensors, t).
    times : array of float
        Seconds; those from 0 on are tested.
    alpha : float
        Family-wise error rate over all sensors and times, two-sided, by sign flips.
    n, seed : int
        Of the flips.

    Returns
    -------
    tuple of float
        The first significant time in seconds, NaN if there is none, and the smallest p.
    """
    after = times >= -1e-9
    # Fields are of the order of 1e-13, whose squares leave double precision no trouble, but
    # sensors differ in unit: t does not depend on it.
    effects = np.asarray(differences, dtype=np.float64)[:, :, after]
    null = np.zeros(1)
    for k in range(effects.shape[2]):  # the same flips at every time
        rng = np.random.default_rng(seed)
        here = max_t_null(effects[:, :, k], draws=n, tail="two-sided", rng=rng)
        null = np.maximum(null, here)
    observed = np.abs(t_values(effects.transpose(1, 0, 2))).max(axis=0)
    p = share_at_least(null, observed)
    found = p <= alpha
    first = float(times[after][found.argmax()]) if found.any() else float("nan")
    return first, float(p.min())


def subject_test(
    recording: Recording, *, alpha: float = 0.05, n: int = 200, seed: int = 0
) -> tuple[float, float]:
    """When do decoding and any single sensor tell the conditions apart in one subject?

    Both compare with the largest value, from time 0 on, under permuted labels of whole pictures:
    decoding its AUC over times, sensors the size of their correlation with the label over sensors
    and times. With 200 trials that correlation orders as Student's t does.

    Parameters
    ----------
    recording : Recording
        Of the subject.
    alpha : float
        Family-wise error rate of each.
    n, seed : int
        Number of permutations, and their seed.

    Returns
    -------
    tuple of float
        First significant time of decoding and of sensors, seconds; NaN if there is none.
    """
    image = recording.metadata["image"].to_numpy()
    after = recording.times >= -1e-9
    chosen: DecodingOptions = {**DECODER, "times": recording.times, "groups": image, "seed": seed}
    test = permute(recording.X, recording.y, n=n, **chosen)
    by_time = test.observed[after], test.null[:, after].max(axis=1)

    picture, which = np.unique(image, return_inverse=True)
    label = np.array([2.0 * recording.y[image == one][0] - 1 for one in picture])
    rng = np.random.default_rng([seed, 2])
    labels = np.stack([label] + [rng.permutation(label) for _ in range(n)])[:, which]
    labels = (labels - labels.mean(axis=1, keepdims=True)) / labels.std(axis=1, keepdims=True)
    X = recording.X[:, :, after]
    Z = ((X - X.mean(axis=0)) / X.std(axis=0)).reshape(len(X), -1)
    r = np.abs(labels.astype(np.float32) @ Z).reshape(n + 1, *X.shape[1:]).max(axis=1) / len(X)
    firsts = []
    for observed, largest in (by_time, (r[0], r[1:].max(axis=1))):
        p = ((largest >= observed[:, None]).sum(axis=1) + 1) / (n + 1)
        found = p <= alpha
        firsts.append(float(recording.times[after][found.argmax()]) if found.any() else np.nan)
    return firsts[0], firsts[1]


def estimates(
    courses: Floats,
    times: Floats,
    *,
    methods: Iterable[str] = Method,
    seed: int = 0,
    **options: Unpack[OnsetOptions],
) -> Floats:
    """Onset of a group by each method: value, low, high and p, shape (methods, 4).

    NaN where a method finds none. The other arguments are those of `onset`.
    """
    rows = []
    for method in methods:
        answer = onset(courses, times, method=method, seed=seed, **options)
        rows.append([answer.value, answer.low, answer.high, answer.p])
    return np.array(rows)
