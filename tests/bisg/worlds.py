"""Small worlds in which everything can be counted."""

from itertools import product

import numpy as np
import pandas as pd

from workedpapers.bisg import FIVE, Geography, NameTable

K = len(FIVE)


def enumerated_world(seed=0, surnames=("ABBOT", "BAKER", "COOK"), firsts=("ANN", "BEN"),
                     areas=("north", "south", "east")):  # fmt: skip
    """Return P(race, surname, first, area) of a world where the model holds, as an array."""
    rng = np.random.default_rng(seed)
    race = rng.dirichlet(np.full(K, 3.0))
    s = rng.dirichlet(np.ones(len(surnames)), size=K)
    f = rng.dirichlet(np.ones(len(firsts)), size=K)
    g = rng.dirichlet(np.ones(len(areas)), size=K)
    joint = np.einsum("r,rs,rf,rg->rsfg", race, s, f, g)
    return joint, surnames, firsts, areas


def tables_of(joint, surnames, firsts, areas, people=1e6):
    """Return the name tables and the geography that somebody who counted would publish."""

    def name_table(axis, keys, kind):
        others = tuple(a for a in (1, 2, 3) if a != axis)
        table = joint.sum(axis=others).T
        frame = pd.DataFrame(table * people, columns=list(FIVE)).assign(name=list(keys))
        return NameTable.from_frame(frame, kind=kind, values="counts", label="world")

    counts = pd.DataFrame(joint.sum(axis=(1, 2)).T * people, columns=list(FIVE))
    geography = Geography.from_frame(counts.assign(area=list(areas)), values="counts")
    return name_table(1, surnames, "surname"), name_table(2, firsts, "first"), geography


def everybody(surnames, firsts, areas):
    """One row for each combination of names and area."""
    rows = list(product(surnames, firsts, areas))
    return pd.DataFrame(rows, columns=["last", "first", "area"])
