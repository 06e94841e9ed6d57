"""Labels that change places: only inside folds, and only where the groups allow it."""

from __future__ import annotations

from enum import StrEnum
from math import exp, lgamma

import numpy as np

from workedpapers.checks import Ints, one_of

from ..decoding.settings import DecodingSettings
from ..preprocessing.epochs import Epoched


class PermutationScheme(StrEnum):
    """What may change places, see `permute`."""

    AUTO = "auto"
    EPOCHS = "epochs"
    GROUPS = "groups"
    WITHIN = "within"


def permuted_codes(
    settings: DecodingSettings, n: int, scheme: str, rng: np.random.Generator
) -> Ints:
    """Class numbers under n permutations, shape (n, epochs).

    Parameters
    ----------
    settings : DecodingSettings
        Epochs and folds.
    n : int
        Number of permutations.
    scheme : str
        One of `PermutationScheme`; see `permute`.
    rng : numpy.random.Generator
        Where the permutations come from.

    Raises
    ------
    ValueError
        If the groups do not allow it, an epoch is tested twice, or there are fewer than n
        arrangements.
    """
    data = settings.data
    groups = np.arange(len(data.codes)) if data.groups is None else data.groups
    fold_of = _folds_of(settings)
    chosen = chosen_scheme(data, scheme)
    labels, strata = data.codes, fold_of
    if chosen is PermutationScheme.GROUPS:
        first = np.unique(groups, return_index=True)[1]
        labels, strata = labels[first], strata[first]
    elif chosen is PermutationScheme.WITHIN:
        strata = np.unique(np.stack([fold_of, groups]), axis=1, return_inverse=True)[1]
    _require_arrangements(labels, strata, n)
    out = np.tile(labels, (n, 1))
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        out[:, members] = rng.permuted(out[:, members], axis=1)
    return out[:, groups] if chosen is PermutationScheme.GROUPS else out


def _folds_of(settings: DecodingSettings) -> Ints:
    """The fold that tests each epoch; all are one where each fold tests a single epoch."""
    if settings.leave_one_out:
        return np.zeros(len(settings.targets), dtype=np.intp)
    fold_of = np.full(len(settings.targets), -1, dtype=np.intp)
    for number, (_, test) in enumerate(settings.folds):
        if (fold_of[test] >= 0).any():
            raise ValueError("cv: permutations need folds that test each epoch at most once.")
        fold_of[test] = number
    return fold_of


def chosen_scheme(data: Epoched, exchange: str) -> PermutationScheme:
    """What "auto" stands for with these groups; another choice is checked."""
    scheme = PermutationScheme(one_of(exchange, "exchange", PermutationScheme))
    by_group = (PermutationScheme.GROUPS, PermutationScheme.WITHIN)
    if scheme in by_group and data.groups is None:
        raise ValueError(f"exchange={exchange!r}: expected groups.")
    if data.groups is None or scheme is PermutationScheme.EPOCHS:
        return PermutationScheme.EPOCHS
    pairs = np.unique(np.stack([data.groups, data.codes]), axis=1).shape[1]
    pure = pairs == data.groups.max() + 1
    if scheme is PermutationScheme.GROUPS and not pure:
        raise ValueError("exchange='groups': expected groups that each hold one class.")
    if scheme is PermutationScheme.WITHIN and pure:
        raise ValueError("exchange='within': every group holds one class; nothing can change.")
    if scheme is PermutationScheme.AUTO:
        return by_group[0] if pure else by_group[1]
    return scheme


def _require_arrangements(labels: Ints, strata: Ints, n: int) -> None:
    """Refuse more permutations than there are different ones."""
    log = 0.0
    for stratum in np.unique(strata):
        counts = np.bincount(labels[strata == stratum])
        log += lgamma(counts.sum() + 1) - sum(lgamma(count + 1) for count in counts)
    if log < 30 and round(exp(log)) < n:
        raise ValueError(
            f"n: expected at most {round(exp(log))}, the number of different arrangements of the "
            f"labels inside the folds, got {n}. Use fewer folds or more groups."
        )
