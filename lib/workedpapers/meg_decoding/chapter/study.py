"""The chapter's experiments: some thousand simulated subjects, decoded, and asked for the onset.

They take half an hour of computing, so what comes of them is kept in ``study.npz``;
``python -m workedpapers.meg_decoding.study`` makes it again, or a part of it if parts are named
behind. The parts are functions of `study_groups` and `study_grids`, which take other settings as
well. Tests make some of the stored subjects again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workedpapers.checks import Floats

from .study_grids import GRID, LATE, LATENCIES, generalisation, grid, maps, power_map
from .study_groups import (
    CONFOUNDS,
    EFFECTS,
    ONSET,
    TRUTHS,
    confound,
    diverse,
    leakage,
    null,
    replicates,
    sample_times,
    seeds,
    single,
)

__all__ = [
    "CONFOUNDS",
    "EFFECTS",
    "GRID",
    "LATE",
    "LATENCIES",
    "ONSET",
    "PARTS",
    "TRUTHS",
    "confound",
    "diverse",
    "generalisation",
    "grid",
    "leakage",
    "load_study",
    "maps",
    "null",
    "power_map",
    "replicates",
    "seeds",
    "single",
]

RESULTS = Path(__file__).with_name("study.npz")


def _mid_pool() -> dict[int, Floats]:
    auc = load_study()["replicates_auc"][list(EFFECTS).index("medium")]
    return {200: auc.reshape(-1, auc.shape[-1])}


PARTS: dict[str, Callable[[], dict[str, Floats]]] = {
    "replicates": replicates,
    "diverse": diverse,
    "single": single,
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
    dict
        Mapping from the name of a part, an underline and the name of an array to the array, for
        example ``"replicates_auc"``; and ``"times"`` in seconds. The functions of this module tell
        what each is.
    """
    with np.load(RESULTS) as held:
        return {"times": sample_times()} | {key: _unpacked(key, held[key]) for key in held.files}


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
    held: dict[str, Any] = {}
    if names and RESULTS.exists():
        with np.load(RESULTS) as before:
            held = {key: before[key] for key in before.files}
    for part in names or PARTS:
        held |= {f"{part}_{key}": _packed(key, value) for key, value in PARTS[part]().items()}
        np.savez_compressed(RESULTS, **held)
        load_study.cache_clear()


if __name__ == "__main__":
    main(sys.argv[1:])
