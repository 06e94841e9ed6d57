"""Cross-validation folds, checked: every epoch's image stays on one side of each split."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

import numpy as np

from workedpapers.checks import Ints, positive_int

Fold = tuple[Ints, Ints]


class Labelled(Protocol):
    """What is known of epochs, or pictures, before they are divided; `Epoched` knows it."""

    @property
    def codes(self) -> Ints:
        """Class numbers, shape (n,)."""

    @property
    def classes(self) -> Any:
        """Labels of the classes."""

    @property
    def groups(self) -> Ints | None:
        """Group numbers, shape (n,), or None."""


class Labels(NamedTuple):
    """Labels without a recording, see `Labelled`."""

    codes: Ints
    classes: Any
    groups: Ints | None


def make_folds(data: Labelled, cv: Any, seed: int, *, test_all: bool = True) -> list[Fold]:
    """Pairs of training and test epochs.

    Parameters
    ----------
    data : Labelled
        Labels and groups, such as checked epochs.
    cv : object
        a number of folds (shuffled and stratified by class; with groups, whole groups), "loo" for
        one epoch at a time, a splitter of scikit-learn, or pairs (train, test) of numbers.
    seed : int
        Of the shuffle, for a number of folds.
    test_all : bool
        Whether a test set must hold every class, if it is more than one epoch.

    Raises
    ------
    ValueError
        Too few epochs or groups of a class for the folds, a class absent from a training or test
        set, a group on both sides, numbers out of range.
    TypeError
        A ``cv`` of another kind.
    """
    n = len(data.codes)
    if isinstance(cv, str):
        if cv != "loo":
            raise ValueError(f"cv: expected a number of folds, 'loo' or a splitter, got {cv!r}.")
        if data.groups is not None:
            raise ValueError(
                "cv='loo' leaves out single epochs and would split groups; give a number of folds."
            )
        splits: Iterable[Any] = ((np.delete(np.arange(n), i), [i]) for i in range(n))
    elif hasattr(cv, "split"):
        splits = cv.split(np.zeros((n, 1)), data.codes, data.groups)
    elif isinstance(cv, (int, np.integer)) and not isinstance(cv, bool):
        splits = _stratified(data, positive_int(int(cv), "cv", least=2), seed, test_all)
    elif isinstance(cv, Iterable):
        splits = cv
    else:
        raise TypeError(f"cv: expected an int, 'loo', a splitter or pairs, got {cv!r}.")
    folds = [_checked(data, split, number) for number, split in enumerate(splits)]
    if not folds:
        raise ValueError("cv: expected at least one split, that is at least one fold, got none.")
    if test_all and not leaves_one_out(folds):
        then = ", so that its AUC is not defined. Use fewer folds, or folds stratified by class"
        for number, (_, test) in enumerate(folds):
            _require_classes(data, test, f"the test set of fold {number}", then)
    return folds


def leaves_one_out(folds: list[Fold]) -> bool:
    """Whether every test set is a single epoch."""
    return all(len(test) == 1 for _, test in folds)


def are_complements(folds: list[Fold], n: int) -> bool:
    """Whether every training set holds all the epochs that are not tested."""
    return all(len(train) + len(test) == n for train, test in folds)


def _stratified(data: Labelled, k: int, seed: int, test_all: bool) -> Any:
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    n = len(data.codes)
    counts = np.bincount(data.codes)
    for label, count in zip(data.classes, counts, strict=True):
        if test_all and count < k:
            raise ValueError(f"cv: class {label!s} has {count} epoch(s), fewer than the {k} folds.")
    if data.groups is None:
        return StratifiedKFold(k, shuffle=True, random_state=seed).split(np.zeros(n), data.codes)
    for code, label in enumerate(data.classes):
        held = len(np.unique(data.groups[data.codes == code]))
        if test_all and held < k:
            raise ValueError(
                f"groups: class {label!s} occurs in {held} group(s), fewer than the {k} folds; "
                f"groups and classes cannot be told apart in the folds without it."
            )
    return StratifiedGroupKFold(k, shuffle=True, random_state=seed).split(
        np.zeros(n), data.codes, data.groups
    )


def _checked(data: Labelled, split: Any, number: int) -> Fold:
    n = len(data.codes)
    try:
        train, test = (np.asarray(part) for part in split)
    except (TypeError, ValueError):
        raise TypeError(f"cv: expected pairs (train, test), got {split!r}.") from None
    for part in (train, test):
        if part.ndim != 1 or part.dtype.kind not in "iu" or not len(part):
            raise TypeError(f"cv: fold {number} needs non-empty arrays of epoch numbers.")
        if part.min() < 0 or part.max() >= n or len(np.unique(part)) != len(part):
            raise ValueError(
                f"cv: fold {number} repeats an epoch or leaves the range 0 to {n - 1}."
            )
    both = np.intersect1d(train, test)
    if len(both):
        raise ValueError(
            f"cv: expected training and test without common rows, got fold {number}, which trains "
            f"and tests on epoch {both[0]}."
        )
    if data.groups is not None and np.isin(data.groups[train], data.groups[test]).any():
        raise ValueError(f"cv: fold {number} trains and tests on epochs of one group.")
    _require_classes(data, train, f"the training set of fold {number}", "")
    return train.astype(np.intp), test.astype(np.intp)


def _require_classes(data: Labelled, part: Ints, where: str, then: str) -> None:
    absent = np.flatnonzero(np.bincount(data.codes[part], minlength=len(data.classes)) == 0)
    if len(absent):
        every = "both conditions" if len(data.classes) == 2 else "every class"
        raise ValueError(
            f"cv: expected {every} in each set; {where} has no epoch of class "
            f"{data.classes[absent[0]]!s}{then}."
        )
