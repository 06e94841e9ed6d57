"""The chapter's experiments: some thousand simulated subjects, decoded, and asked for the onset.

They take half an hour of computing, so what comes of them is stored, see `results`;
``python -m workedpapers.meg_decoding.chapter.study`` makes it again, or a part of it if parts are
named behind. The parts are functions of `study_groups` and `study_grids`, which take other
settings as well. Tests make some of the stored subjects again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import xarray as xr

from workedpapers.checks import Floats

from .results import load_study, store
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


def _mid_pool() -> dict[int, Floats]:
    """Courses of all subjects at the medium effect, by their number of trials."""
    auc = load_study()["replicates_auc"].sel(effect=EFFECTS["medium"])
    return {200: auc.to_numpy().reshape(-1, auc.sizes["time"])}


PARTS: dict[str, Callable[[], dict[str, xr.DataArray]]] = {
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


def main(names: Sequence[str]) -> None:
    """Compute the parts that are named, or all, and keep them."""
    for part in names or PARTS:
        store(part, PARTS[part]())


if __name__ == "__main__":
    main(sys.argv[1:])
