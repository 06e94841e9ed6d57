"""Labels that change places: only inside folds, and only where the groups allow it."""

from __future__ import annotations

from math import exp, lgamma

import numpy as np

from workedpapers.checks import Ints, one_of

from ..decoding.settings import Task
from ..preprocessing.epochs import Epoched

EXCHANGES = ("auto", "epochs", "groups", "within")


def permuted_codes(task: Task, n: int, exchange: str, rng: np.random.Generator) -> Ints:
    """Class numbers under n permutations, shape (n, epochs).

    Parameters
    ----------
    task : epochs and folds.
    n : number of permutations.
    exchange : one of `EXCHANGES`; see `permute`.
    rng : where the permutations come from.

    Raises
    ------
    ValueError : if the groups do not allow it, an epoch is tested twice, or there are fewer than
        n arrangements.
    """
    data = task.data
    fold_of = _folds_of(task)
    exchange = resolved(data, exchange)
    if exchange == "groups":
        assert data.groups is not None
        first = np.unique(data.groups, return_index=True)[1]
        labels, strata = data.codes[first], fold_of[first]
    else:
        labels = data.codes
        strata = fold_of
        if exchange == "within":
            assert data.groups is not None
            strata = np.unique(np.stack([fold_of, data.groups]), axis=1, return_inverse=True)[1]
    _require_arrangements(labels, strata, n)
    out = np.tile(labels, (n, 1))
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        out[:, members] = rng.permuted(out[:, members], axis=1)
    return out[:, data.groups] if exchange == "groups" else out


def _folds_of(task: Task) -> Ints:
    """The fold that tests each epoch; all are one where each fold tests a single epoch."""
    if task.one_out:
        return np.zeros(len(task.targets), dtype=np.intp)
    fold_of = np.full(len(task.targets), -1, dtype=np.intp)
    for number, (_, test) in enumerate(task.folds):
        if (fold_of[test] >= 0).any():
            raise ValueError("cv: permutations need folds that test each epoch at most once.")
        fold_of[test] = number
    return fold_of


def resolved(data: Epoched, exchange: str) -> str:
    """What "auto" stands for with these groups; another choice is checked."""
    one_of(exchange, "exchange", EXCHANGES)
    if exchange in ("groups", "within") and data.groups is None:
        raise ValueError(f"exchange={exchange!r}: expected groups.")
    if data.groups is None or exchange == "epochs":
        return "epochs"
    pairs = np.unique(np.stack([data.groups, data.codes]), axis=1).shape[1]
    pure = pairs == data.groups.max() + 1
    if exchange == "groups" and not pure:
        raise ValueError("exchange='groups': expected groups that each hold one class.")
    if exchange == "within" and pure:
        raise ValueError("exchange='within': every group holds one class; nothing can change.")
    return exchange if exchange != "auto" else ("groups" if pure else "within")


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
