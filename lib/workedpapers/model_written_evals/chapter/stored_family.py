"""The networks that the chapter asks: a family at homophily 0.9, and a writer of biographies.

python -m workedpapers.model_written_evals.chapter.stored_family

trains them again and writes ``family.npz``; it takes about a minute. A test trains the smallest.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from workedpapers.model_written_evals.family.models import Family, toy_family, toy_items
from workedpapers.model_written_evals.family.transformer import Transformers
from workedpapers.model_written_evals.family.world import World
from workedpapers.model_written_evals.family.writer import Writer, toy_writer, write_items
from workedpapers.model_written_evals.scoring.answers import evaluate

STORED = "family.npz"
SIZES, HOMOPHILY, SEEDS = (2, 4, 8, 16), 0.9, 5

#: The network that judges what the writer wrote: the largest, of the first seed.
JUDGE = (16, 0)


@cache
def family() -> Family:
    """Return the stored family."""
    kept = _kept()
    networks = {
        width: Transformers({name: torch.from_numpy(w) for name, w in kept[str(width)].items()})
        for width in SIZES
    }
    return Family(World(), HOMOPHILY, networks)


@cache
def writer() -> Writer:
    """Return the stored writer."""
    weights = {name: torch.from_numpy(w) for name, w in _kept()["writer"].items()}
    return Writer(Transformers(weights), World())


@cache
def _kept() -> dict[str, dict[str, np.ndarray]]:
    found: dict[str, dict[str, np.ndarray]] = {}
    with np.load(str(resources.files(__package__).joinpath(STORED))) as file:
        for key in file.files:
            part, _, name = key.partition(".")
            found.setdefault(part, {})[name] = file[key]
    return found


@cache
def written(judged: bool = True) -> pd.DataFrame:
    """Items that the stored writer wrote, filtered by the judge or not."""
    judge = family().model(*JUDGE) if judged else None
    return write_items(writer(), judge=judge, samples=2000, keep=250, seed=3)


@cache
def scores() -> pd.DataFrame:
    """Share of matching answers of each network, on items from the world and on written ones.

    The judge is left out, since it has chosen the written ones.
    """
    sets = {"by hand": toy_items(1000, "stated", seed=11), "written": written()}
    rows = []
    for width in SIZES:
        for seed in range(SEEDS):
            if (width, seed) == JUDGE:
                continue
            model = family().model(width, seed)
            found = {name: float(evaluate(items, model)["match"].mean())
                     for name, items in sets.items()}  # fmt: skip
            rows.append({"width": width, "seed": seed, **found})
    return pd.DataFrame(rows)


def main() -> None:
    """Train and keep."""
    torch.set_num_threads(1)
    made = toy_family(SIZES, HOMOPHILY, SEEDS)
    parts = {str(width): networks for width, networks in made.networks.items()}
    parts["writer"] = toy_writer().network
    arrays = {
        f"{part}.{name}": weight.numpy().astype(np.float32)
        for part, networks in parts.items()
        for name, weight in networks.weights.items()
    }
    np.savez_compressed(Path(__file__).with_name(STORED), **arrays)
    print(made.curves().groupby("width").mean().round(3))


if __name__ == "__main__":
    main()
