"""The bins of one column: what each is called, which values it holds, and as what condition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from workedpapers.checks import Floats, Ints
from workedpapers.data_slicing.binning.cutting import heavy_values, quantile_cuts
from workedpapers.data_slicing.binning.frames import Kind

__all__ = ["Bin", "Bins", "category_bins", "number_bins"]

MISSING = "missing"


@dataclass(frozen=True)
class Bin:
    """One bin of a column.

    Parameters
    ----------
    label : str
        As a person would write it, without the column's name.
    low, high : float or None
        Bounds of an interval: above ``low``, up to and with ``high``; None where it is open.
    holes : tuple of float
        Values inside the interval that have bins of their own.
    values : tuple
        The values that it holds, if it is no interval.
    rest : tuple
        The values that it does not hold, for a pool of rare ones.
    missing : bool
        Whether it holds the missing values, and nothing else.
    """

    label: str
    low: float | None = None
    high: float | None = None
    holes: tuple[float, ...] = ()
    values: tuple[Any, ...] = ()
    rest: tuple[Any, ...] = ()
    missing: bool = False


@dataclass(frozen=True)
class Bins:
    """The bins of a column, in the order of their codes.

    Parameters
    ----------
    name : str
        The column.
    kind : Kind
        What it holds.
    bins : tuple of Bin
        The bins.
    """

    name: Any
    kind: Kind
    bins: tuple[Bin, ...]

    def __len__(self) -> int:
        return len(self.bins)

    def text(self, code: int) -> str:
        """A bin with its column: 'age 31 to 37'."""
        between = " = " if self.kind is Kind.CATEGORY else " "
        return f"{self.name}{between}{self.bins[code].label}"

    def assign(self, values: Any) -> Ints:
        """Code of each of some distinct values that are not missing.

        A category that was never seen goes to the pool of rare ones, and to no bin (-1) if there
        is no pool.
        """
        if self.kind in (Kind.NUMBER, Kind.DATE):
            return self._assign_numbers(np.asarray(values, dtype=float))
        known = {value: i for i, one in enumerate(self.bins) for value in one.values}
        pool = next((i for i, one in enumerate(self.bins) if one.rest), -1)
        return np.array([known.get(value, pool) for value in values], dtype=np.intp)

    def _assign_numbers(self, values: Floats) -> Ints:
        codes = np.full(len(values), -1, dtype=np.intp)
        for i, one in enumerate(self.bins):
            if one.missing:
                continue
            if one.values:
                inside = np.isin(values, one.values)
            else:
                inside = ~np.isin(values, one.holes) if one.holes else np.ones(len(values), bool)
                inside &= values > one.low if one.low is not None else True
                inside &= values <= one.high if one.high is not None else True
            codes[inside] = i
        return codes

    @property
    def missing_code(self) -> int:
        """Code of the missing values; -1 if there were none."""
        return next((i for i, one in enumerate(self.bins) if one.missing), -1)


def _plain(value: float, digits: int) -> str:
    """A number as a person would write it."""
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}" if abs(value) >= 10_000 else str(int(value))
    return f"{value:.{digits}g}"


def _names(values: Floats, kind: Kind) -> list[str]:
    """Numbers or dates as texts that stay apart from each other."""
    if kind is Kind.DATE:
        stamps = pd.to_datetime(pd.Series(values.astype("int64")), unit="us")
        days = bool((stamps == stamps.dt.normalize()).all())
        return stamps.dt.strftime("%Y-%m-%d" if days else "%Y-%m-%d %H:%M").tolist()
    for digits in (3, 4, 5, 6, 8, 12, 17):
        texts = [_plain(value, digits) for value in values.tolist()]
        if len(set(texts)) == len(set(values.tolist())):
            return texts
    return texts


def _interval(first: str, last: str, below: bool, above: bool, holes: list[str]) -> str:
    """Words of an interval: 'up to 25', '26 to 37', 'from 60 on'."""
    if first == last:
        words = first
    elif below and not above:
        words = f"up to {last}"
    elif above and not below:
        words = f"from {first} on"
    else:
        words = f"{first} to {last}"
    return f"{words} but {', '.join(holes)}" if holes else words


def number_bins(
    name: Any,
    kind: Kind,
    values: Floats,
    counts: Ints,
    missing: int,
    *,
    bins: int = 10,
    heavy: float = 0.3,
    edges: Sequence[float] | None = None,
) -> Bins:
    """Bins of a number or date, from its distinct values in order and how often each comes.

    Parameters
    ----------
    name : hashable
        The column.
    kind : Kind
        Number or date; a date is in microseconds.
    values, counts : ndarray
        Distinct values in order, and rows of each.
    missing : int
        Rows without a value.
    bins : int
        How many bins the values get that have none of their own.
    heavy : float
        A value that holds more than this share of all rows gets a bin of its own.
    edges : sequence of float, optional
        Inner edges, the upper end of each bin included, in place of quantiles.
    """
    rows = int(counts.sum()) + missing
    apart = heavy_values(counts, rows, heavy) if edges is None else np.array([], dtype=int)
    rest = np.setdiff1d(np.arange(len(values)), apart)
    if edges is not None:
        cuts = np.unique(np.asarray(edges, dtype=float))
    else:
        cuts = quantile_cuts(values[rest], counts[rest], bins) if len(rest) else values[:0]
    group = np.searchsorted(cuts, values[rest], side="left")
    # What an interval is told by are values that come, so that nothing is rounded away.
    shown = dict(zip(values.tolist(), _names(values, kind) if len(values) <= 5000 else
                     _names_of_some(values, rest, group, apart, kind), strict=True))  # fmt: skip
    made: list[tuple[float, Bin]] = []
    each = edges is None and len(rest) <= bins  # every value has a bin
    for place in apart:
        value = float(values[place])
        made.append((value, Bin(shown[value], values=(value,))))
    groups = np.unique(group)
    for g in groups:
        inside = rest[group == g]
        low = float(cuts[g - 1]) if g > 0 else None
        high = float(cuts[g]) if g < len(cuts) else None
        first, last = float(values[inside[0]]), float(values[inside[-1]])
        holes = tuple(float(values[p]) for p in apart if inside[0] < p < inside[-1])
        every = tuple(
            float(values[p]) for p in apart
            if (low is None or values[p] > low) and (high is None or values[p] <= high)
        )  # fmt: skip
        label = _interval(
            shown[first], shown[last], bool(inside[0] == 0), bool(inside[-1] == len(values) - 1),
            [shown[h] for h in holes],
        )  # fmt: skip
        if each:
            made.append((first, Bin(label, values=(first,))))
        else:
            made.append((first, Bin(label, low=low, high=high, holes=every)))
    made.sort(key=lambda pair: pair[0])
    all_bins = [one for _, one in made]
    if missing:
        all_bins.append(Bin(MISSING, missing=True))
    return Bins(name, kind, tuple(all_bins))


def _names_of_some(values: Floats, rest: Ints, group: Ints, apart: Ints, kind: Kind) -> list[str]:
    """Texts of the values that labels need, and nothing for the many others."""
    ends = np.flatnonzero(np.diff(group)) if len(group) else np.array([], dtype=int)
    needed = np.unique(np.concatenate([rest[:1], rest[-1:], rest[ends], rest[ends + 1], apart]))
    texts = [""] * len(values)
    for place, text in zip(needed, _names(values[needed], kind), strict=True):
        texts[place] = text
    return texts


def category_bins(
    name: Any, kind: Kind, values: Sequence[Any], counts: Ints, missing: int, *,
    least: int = 0, pool: bool = True,
) -> Bins:  # fmt: skip
    """Bins of categories or booleans: one for each, with the rare ones in a pool.

    Parameters
    ----------
    name : hashable
        The column.
    kind : Kind
        Category or boolean.
    values, counts : sequence
        Distinct values, and rows of each.
    missing : int
        Rows without a value.
    least : int
        A category with fewer rows is rare.
    pool : bool
        Whether rare categories are pooled, if there are two or more.
    """
    order = sorted(range(len(values)), key=lambda i: str(values[i]))
    rare = [i for i in order if counts[i] < least] if pool else []
    if len(rare) < 2:
        rare = []
    kept = [i for i in order if i not in set(rare)]
    made = [Bin(_word(values[i], kind), values=(values[i],)) for i in kept]
    if rare:
        made.append(
            Bin(f"other ({len(rare):,} values)", rest=tuple(values[i] for i in kept) or ("",))
        )
    if missing:
        made.append(Bin(MISSING, missing=True))
    return Bins(name, kind, tuple(made))


def _word(value: Any, kind: Kind) -> str:
    if kind is Kind.BOOLEAN:
        return "is true" if value else "is false"
    return value.isoformat() if isinstance(value, datetime) else str(value)
