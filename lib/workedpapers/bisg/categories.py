"""The groups of the paper, the groups of the Census, and the way from one to the other.

Five against six: "asian" is "api", Pacific Islanders included; "other" is "native" and "multiple",
American Indians, Alaska Natives and people of several races. The Census also lets people answer
"some other race". Its name lists and the tables of places of 2010 spread those answers over the
groups or leave them out; the tables of places of 2020 count "white and some other race" as white
(see `workedpapers.bisg.data`).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from workedpapers.checks import Floats, one_of

#: The five exclusive groups of Rosenman, Olivella and Imai (2022). Everybody except "hispanic"
#: is not Hispanic; "other" holds American Indian, Alaska Native, several and any other race.
FIVE = ("white", "black", "hispanic", "asian", "other")

#: The six groups of the Census Bureau's name files; "api" is Asian or Pacific Islander.
CENSUS6 = ("white", "black", "api", "native", "multiple", "hispanic")


class Scheme(StrEnum):
    """A set of exclusive groups."""

    FIVE = "five"
    CENSUS6 = "census6"


_GROUPS: dict[Scheme, tuple[str, ...]] = {Scheme.FIVE: FIVE, Scheme.CENSUS6: CENSUS6}

_FIVE_FROM_SIX = {
    "white": ("white",),
    "black": ("black",),
    "hispanic": ("hispanic",),
    "asian": ("api",),
    "other": ("native", "multiple"),
}


def groups_of(scheme: str) -> tuple[str, ...]:
    """Groups of a scheme, ``"five"`` or ``"census6"``; `ValueError` for any other name."""
    return _GROUPS[Scheme(one_of(scheme, "categories", Scheme))]


def convert(values: Floats, have: Sequence[str], want: Sequence[str], what: str) -> Floats:
    """Sum or reorder the last axis of `values` from the groups `have` to the groups `want`.

    Six groups collapse to five by sums; five cannot be split into six.

    Parameters
    ----------
    values : array of shape (..., len(have))
        Probabilities or counts.
    have, want : sequence of str
        The groups before and after.
    what : str
        Name of the table, for the message.

    Returns
    -------
    array of shape (..., len(want))
        The same people by the groups wanted.

    Raises
    ------
    ValueError
        If the groups wanted cannot be had from those given.
    """
    have, want = tuple(have), tuple(want)
    if have == want:
        return values
    column = {name: i for i, name in enumerate(have)}
    if set(have) == set(want):
        reordered: Floats = values[..., [column[name] for name in want]]
        return reordered
    if set(have) == set(CENSUS6) and set(want) == set(FIVE):
        parts = [[column[name] for name in _FIVE_FROM_SIX[group]] for group in want]
        return np.stack([values[..., part].sum(axis=-1) for part in parts], axis=-1)
    raise ValueError(f"{what}: expected groups that give {list(want)}, got {list(have)}")
