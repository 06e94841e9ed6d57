r"""Permutation test of time-resolved decoding, corrected over times by the largest AUC.

Labels are exchanged within folds, so that every permutation keeps the sizes of the classes in
each training and test set: it is decoded under the very design of the data. With folds drawn at
random given the labels, this is an exact test. The operator of the ridge regression does not
depend on labels, so that all permutations share it. With confounds the test is
approximate: permuted labels lose their relation to the confounds as well.

Sources: Ojala and Garriga 2010 (permutation tests for classifiers), JMLR 11:1833; Nichols and
Holmes 2002, doi:10.1002/hbm.1058 (the largest statistic).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import exp, lgamma
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import one_of, positive_int, probability

from .auc import class_auc
from .decode import decode_task
from .engine import predict_chunks
from .epochs import Epoched
from .task import Options, Task, prepare, targets_of
from .threads import one_thread

__all__ = ["PermutationTest", "permute"]


@dataclass(frozen=True)
class PermutationTest:
    """AUC over time and what it would be without any relation to the labels.

    Parameters
    ----------
    times : shape (t,), seconds.
    observed : shape (t,), AUC as of `decode`.
    null : shape (n, t), AUC under n permutations; permutations are rows, so that the maximum over
        times can be taken.
    settings : options.
    """

    times: NDArray[np.float64]
    observed: NDArray[np.float64]
    null: NDArray[np.float64] = field(repr=False)
    settings: dict[str, Any] = field(repr=False)

    @property
    def pvalues(self) -> NDArray[np.float64]:
        """One-sided p of each time by itself, (b + 1) / (n + 1), shape (t,)."""
        return ((self.null >= self.observed).sum(axis=0) + 1) / (len(self.null) + 1)

    @property
    def pvalues_corrected(self) -> NDArray[np.float64]:
        """One-sided p with the family-wise error over times controlled, shape (t,)."""
        largest = self.null.max(axis=1)[:, None]
        return ((largest >= self.observed).sum(axis=0) + 1) / (len(self.null) + 1)

    def threshold(self, level: float = 0.05) -> float:
        """Smallest AUC of the null maxima that an AUC must exceed to be significant anywhere.

        Parameters
        ----------
        level : family-wise error rate; with n permutations at least 1 / (n + 1).
        """
        probability(level, "level", open_interval=True)
        largest = np.sort(self.null.max(axis=1))[::-1]
        allowed = int(np.floor(level * (len(largest) + 1) + 1e-9)) - 1
        if allowed < 0:
            raise ValueError(
                f"level: expected at least {1 / (len(largest) + 1):.2g} with {len(largest)} "
                f"permutations, got {level}."
            )
        return float(largest[allowed])

    def to_frame(self) -> pd.DataFrame:
        """One row a time: time, auc, p, p_corrected."""
        return pd.DataFrame(
            {
                "time": self.times,
                "auc": self.observed,
                "p": self.pvalues,
                "p_corrected": self.pvalues_corrected,
            }
        )

    def __repr__(self) -> str:
        significant = np.flatnonzero(self.pvalues_corrected <= 0.05)
        first = f"first at {self.times[significant[0]]:g} s" if len(significant) else "none"
        return (
            f"<PermutationTest: {len(self.null)} permutations, {len(self.times)} times; "
            f"{len(significant)} with corrected p <= 0.05, {first}>"
        )


@one_thread
def permute(
    epochs: Any,
    y: str | ArrayLike | None = None,
    *,
    n: int = 1000,
    exchange: str = "auto",
    **options: Unpack[Options],
) -> PermutationTest:
    """Decode under permuted labels.

    Parameters
    ----------
    epochs, y : as in `decode`.
    n : number of permutations.
    exchange : what may change places: "epochs" inside each fold; "groups" exchanges the labels of
        whole groups, for images that each belong to one class; "within" exchanges epochs inside
        each group, for sessions or blocks. "auto" takes "epochs" without groups, "groups" if each
        group has one class, else "within".
    options : the keyword arguments of `decode`; ``seed`` is that of the folds and of the
        permutations. Not ``class_weight`` nor ``alpha="auto"``,
        which make the operator depend on labels, nor ``cv="loo"``.

    Raises
    ------
    ValueError : as `decode`; if an option is not allowed here; if there are fewer than n
        arrangements of the labels.
    """
    n = positive_int(n, "n")
    one_of(exchange, "exchange", ("auto", "epochs", "groups", "within"))
    if options.get("class_weight") is not None or options.get("alpha") == "auto":
        raise ValueError(
            "permute: class_weight and alpha='auto' depend on the labels, so that no operator "
            "serves all permutations. Use sample_weight, and alpha or penalty as numbers."
        )
    task = prepare(epochs, y, **options)
    if task.one_out:
        raise ValueError("cv='loo': permutations need folds with both classes; give a number.")
    exchange = _resolved(task.data, exchange)
    codes = permuted_codes(task, n, exchange, np.random.default_rng([options.get("seed", 0), 1]))
    classes = len(task.data.classes)
    Y = targets_of(codes.T.ravel(), classes, task.targets.dtype)
    Y = Y.reshape(len(task.targets), -1)  # (epochs, permutations * columns)
    null = np.empty((n, len(task.times)))
    # Of two classes LDA has the AUC of ridge regression, under any labels.
    drawn = replace(task, classifier="ridge") if classes == 2 else task
    for chunk in predict_chunks(drawn, Y, desc="permuting"):
        found = []
        for scores, (_, test) in zip(chunk.predictions, task.folds, strict=True):
            b, m, _ = scores.shape
            by_column = np.ascontiguousarray(scores.reshape(b, m, n, -1).transpose(3, 0, 2, 1))
            found.append(class_auc(by_column, codes[:, test], classes, task.multiclass))
        null[:, chunk.times] = np.mean(found, axis=0).T
    observed = decode_task(task, show=False).auc
    return PermutationTest(task.times, observed, null, task.settings | {"exchange": exchange})


def permuted_codes(task: Task, n: int, exchange: str, rng: np.random.Generator) -> NDArray[np.intp]:
    """Class numbers under n permutations, shape (n, epochs)."""
    data = task.data
    fold_of = _folds_of(task)
    exchange = _resolved(data, exchange)
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


def _folds_of(task: Task) -> NDArray[np.intp]:
    """The fold that tests each epoch."""
    fold_of = np.full(len(task.targets), -1, dtype=np.intp)
    for number, (_, test) in enumerate(task.folds):
        if (fold_of[test] >= 0).any():
            raise ValueError("cv: permutations need folds that test each epoch at most once.")
        fold_of[test] = number
    return fold_of


def _resolved(data: Epoched, exchange: str) -> str:
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


def _require_arrangements(labels: NDArray[np.intp], strata: NDArray[np.intp], n: int) -> None:
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
