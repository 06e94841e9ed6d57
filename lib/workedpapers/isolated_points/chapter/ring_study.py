"""The map of the ring of eight modes that the chapter shows, as it was computed once.

It takes a quarter of an hour, so its results are kept in ``ring.npz``;
``python -m workedpapers.isolated_points.chapter.ring_study`` makes them again, and a test makes
some of its cells again.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from workedpapers.isolated_points.experiments.ring_of_modes import (
    GAMMAS,
    SEEDS,
    STARTS,
    WIDTHS,
    ring_map,
)
from workedpapers.isolated_points.kernels import Floats

__all__ = ["load_ring_map"]

RESULTS = Path(__file__).with_name("ring.npz")


@cache
def load_ring_map() -> tuple[Floats, pd.DataFrame]:
    """The chapter's `ring_map`, as it was computed once."""
    with np.load(RESULTS) as held:
        runs = pd.DataFrame({name: held[name] for name in ("seed", "covered", "lost")})
        index = held["cell"]
        starts, widths, strengths = np.unravel_index(index, (len(STARTS), len(WIDTHS), len(GAMMAS)))
        runs = runs.assign(
            start=np.array(STARTS)[starts], sigma=WIDTHS[widths], G=GAMMAS[strengths]
        )
        return held["paths"].astype(float), runs


def main() -> None:
    """Compute the chapter's map and keep it."""
    paths, runs = ring_map()
    np.savez_compressed(
        RESULTS,
        paths=paths.astype(np.float32),
        cell=np.repeat(np.arange(len(runs) // SEEDS), SEEDS).astype(np.uint16),
        seed=runs["seed"].to_numpy(np.uint8),
        covered=runs["covered"].to_numpy(np.uint8),
        lost=runs["lost"].to_numpy(np.uint8),
    )


if __name__ == "__main__":
    main()
