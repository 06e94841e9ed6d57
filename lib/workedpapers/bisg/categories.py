"""The groups of the paper, the groups of the Census, and the way from one to the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: The five exclusive groups of Rosenman, Olivella and Imai (2022). Everybody except "hispanic"
#: is not Hispanic; "other" holds American Indian, Alaska Native, several and any other race.
FIVE = ("white", "black", "hispanic", "asian", "other")

#: The six groups of the Census Bureau's name files; "api" is Asian or Pacific Islander.
CENSUS6 = ("white", "black", "api", "native", "multiple", "hispanic")

SCHEMES: dict[str, tuple[str, ...]] = {"five": FIVE, "census6": CENSUS6}

_FIVE_FROM_SIX = {
    "white": ("white",),
    "black": ("black",),
    "hispanic": ("hispanic",),
    "asian": ("api",),
    "other": ("native", "multiple"),
}


def resolve(scheme: str) -> tuple[str, ...]:
    """Return the groups of a scheme, ``"five"`` or ``"census6"``.

    Raises
    ------
    ValueError : for any other name.
    """
    if scheme not in SCHEMES:
        raise ValueError(f"categories={scheme!r}: expected one of {sorted(SCHEMES)}")
    return SCHEMES[scheme]


def convert(
    values: NDArray[np.float64], have: Sequence[str], want: Sequence[str], what: str
) -> NDArray[np.float64]:
    """Sum or reorder the last axis of `values` from the groups `have` to the groups `want`.

    Six groups collapse to five by sums; five cannot be split into six.

    Parameters
    ----------
    values : array, shape (..., len(have)), probabilities or counts.
    have, want : the groups before and after.
    what : name of the table, for the message.

    Raises
    ------
    ValueError : if the groups wanted cannot be had from those given.
    """
    have, want = tuple(have), tuple(want)
    if have == want:
        return values
    column = {name: i for i, name in enumerate(have)}
    if set(have) == set(want):
        return values[..., [column[name] for name in want]]
    if set(have) == set(CENSUS6) and set(want) == set(FIVE):
        parts = [[column[name] for name in _FIVE_FROM_SIX[group]] for group in want]
        return np.stack([values[..., part].sum(axis=-1) for part in parts], axis=-1)
    raise ValueError(f"{what} has the groups {list(have)}, which do not give {list(want)}")
