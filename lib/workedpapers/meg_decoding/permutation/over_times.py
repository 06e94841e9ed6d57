r"""Permutation test of time-resolved decoding, corrected over times by the largest AUC.

Labels are exchanged within folds, so that every permutation keeps the sizes of the classes in
each training and test set: it is decoded under the very design of the data. With folds drawn at
random given the labels, this is an exact test. The operator of the ridge regression does not
depend on labels, so that all permutations share it; a penalty chosen inside the training set is
chosen anew for each. With confounds the test is approximate: permuted labels lose their relation
to the confounds as well.

Sources: Ojala and Garriga 2010 (permutation tests for classifiers), JMLR 11:1833; Nichols and
Holmes 2002, doi:10.1002/hbm.1058 (the largest statistic).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from workedpapers.checks import Floats, Ints, positive_int, probability
from workedpapers.progress import progress_bar
from workedpapers.threads import one_thread

from ..decoding.engine import operator, predict_chunks, time_chunks
from ..decoding.scores import fold_auc, pair_auc
from ..decoding.settings import Classifier, DecodingOptions, DecodingSettings, targets_of
from ..decoding.time_resolved import decode_checked
from .exchangeability import chosen_scheme, permuted_codes

__all__ = ["PermutationTest", "permute"]

#: AUCs are sums of fractions, which rounding tells apart in the 16th digit though they are equal.
DIGITS = 12


@dataclass(frozen=True, eq=False)
class PermutationTest:
    """AUC over time and what it would be without any relation to the labels.

    Parameters
    ----------
    times : array of float
        Shape (t,), seconds.
    observed : array of float
        Shape (t,), AUC as of `decode`.
    null : array of float
        Shape (n, t), AUC under n permutations; permutations are rows, so that the maximum over
        times can be taken.
    settings : dict
        DecodingOptions.

    See Also
    --------
    permute : Which makes it.

    Notes
    -----
    The family-wise error is that of the largest value over times (Nichols and Holmes 2002,
    doi:10.1002/hbm.1058).

    Chapter: :ref:`meg-one-person`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((80, 6, 5))  # epochs, channels, times
    >>> y = np.repeat(["cat", "dog"], 40)
    >>> X[y == "dog", 0, 2:] += 2  # the first channel tells them apart from the third time on
    >>> test = meg.permute(X, y, n=99)
    >>> test.null.shape
    (99, 5)
    >>> 0.5 < test.threshold(0.05) < 1
    True
    >>> test.to_frame().columns.tolist()
    ['time', 'auc', 'p', 'p_corrected']
    """

    times: Floats
    observed: Floats
    null: Floats = field(repr=False)
    settings: dict[str, Any] = field(repr=False)

    @property
    def pvalues(self) -> Floats:
        """One-sided p of each time by itself, (b + 1) / (n + 1), shape (t,)."""
        return as_p((self.null >= self.observed).sum(axis=0), len(self.null))

    @property
    def pvalues_corrected(self) -> Floats:
        """One-sided p with the family-wise error over times controlled, shape (t,)."""
        return corrected_p(self.null.max(axis=1), self.observed)

    def threshold(self, level: float = 0.05) -> float:
        """Smallest AUC of the null maxima that an AUC must exceed to be significant anywhere.

        Parameters
        ----------
        level : float
            Family-wise error rate; with n permutations at least 1 / (n + 1).

        Returns
        -------
        float
            An AUC.
        """
        return threshold_of(self.null.max(axis=1), level)

    def to_frame(self) -> pd.DataFrame:
        """One row a time: time, auc, p, p_corrected.

        Returns
        -------
        DataFrame
            Times in seconds.
        """
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


def as_p(reached: Ints, n: int) -> Floats:
    """p of values that so many of n permutations reach; the data are one arrangement more."""
    return (reached + 1) / (n + 1)


def corrected_p(largest: Floats, observed: Floats) -> Floats:
    """p of each observed value, of any shape, by the largest of each permutation, shape (n,)."""
    below = np.searchsorted(np.sort(largest), observed, side="left")
    return as_p(len(largest) - below, len(largest))


def threshold_of(largest: Floats, level: float) -> float:
    """The value that an observed one must exceed for a corrected p of at most ``level``."""
    probability(level, "level", open_interval=True)
    allowed = int(np.floor(level * (len(largest) + 1) + 1e-9)) - 1
    if allowed < 0:
        raise ValueError(
            f"level: expected at least {1 / (len(largest) + 1):.2g} with {len(largest)} "
            f"permutations, got {level}."
        )
    return float(np.sort(largest)[::-1][allowed])


@one_thread
def permute(
    epochs: Any,
    y: str | ArrayLike | None = None,
    *,
    n: int = 1000,
    exchange: str = "auto",
    **options: Unpack[DecodingOptions],
) -> PermutationTest:
    """Decode under permuted labels.

    Parameters
    ----------
    epochs : object
        As in `decode`.
    y : str or array_like, optional
        As in `decode`.
    n : int
        Number of permutations.
    exchange : str
        What may change places: "epochs" inside each fold; "groups" exchanges the labels of whole
        groups, for images that each belong to one class; "within" exchanges epochs inside each
        group, for sessions or blocks. "auto" takes "epochs" without groups, "groups" if each group
        has one class, else "within". With ``cv="loo"`` all epochs count as one fold.
    **options : Unpack[DecodingOptions]
        The keyword arguments of `decode`; ``seed`` is that of the folds and of the permutations.
        Most cost little, since permutations share one operator. With ``alpha="auto"`` they share
        an eigendecomposition, and with ``cv="loo"`` the operator, but each takes some fifteen to
        twenty-five times as long; time grows as the square of the number of epochs.
        ``class_weight`` makes the operator depend on labels: it takes as long as n calls of
        `decode`, and so does ``cv="loo"`` with LDA of three or more classes.

    Returns
    -------
    PermutationTest
        The AUC as of `decode`, and under each permutation.

    Raises
    ------
    ValueError
        As `decode`; if an epoch is tested twice; if there are fewer than n arrangements of the
        labels.

    See Also
    --------
    decode : Without a test.
    permute_generalise : The test of temporal generalisation.
    group_test : The test of a group.

    Notes
    -----
    With b of n permutations at least as large as the AUC, :math:`p = (b + 1) / (n + 1)`; corrected
    over times, b counts permutations whose largest AUC is. All permutations share the operator E
    of `decode`, which does not depend on labels.

    Sources: Ojala and Garriga 2010, JMLR 11:1833; Nichols and Holmes 2002, doi:10.1002/hbm.1058;
    Treder 2018, arXiv:1803.10016.

    Chapter: :ref:`meg-one-person`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((80, 6, 5))  # epochs, channels, times
    >>> y = np.repeat(["cat", "dog"], 40)
    >>> X[y == "dog", 0, 2:] += 2  # the first channel tells them apart from the third time on
    >>> test = meg.permute(X, y, n=99)
    >>> (test.pvalues_corrected <= 0.05).tolist()
    [False, False, True, True, True]
    """
    n = positive_int(n, "n")
    settings = DecodingSettings.checked(epochs, y, **options)
    scheme = chosen_scheme(settings.data, exchange)
    codes = permuted_codes(settings, n, scheme, np.random.default_rng([settings.record["seed"], 1]))
    observed = decode_checked(settings, show=False).auc
    courses: Callable[[DecodingSettings, Ints], Floats] = _in_folds
    if options.get("class_weight") is not None:
        courses = _one_by_one
    elif settings.leave_one_out:
        courses = _in_pairs
    null = np.round(courses(settings, codes), DIGITS)
    record = settings.record | {"exchange": str(scheme)}
    return PermutationTest(settings.times, np.round(observed, DIGITS), null, record)


def _in_folds(settings: DecodingSettings, codes: Ints) -> Floats:
    """AUC under each row of labels, shape (n, t): they are columns of one problem."""
    n, classes = len(codes), len(settings.data.classes)
    Y = targets_of(codes.T.ravel(), classes, settings.targets.dtype)
    Y = Y.reshape(len(settings.targets), -1)  # (epochs, permutations * columns)
    null = np.empty((n, len(settings.times)))
    # Of two classes LDA has the AUC of ridge regression, under any labels.
    drawn = replace(settings, classifier=Classifier.RIDGE) if classes == 2 else settings
    for chunk in predict_chunks(drawn, Y, desc="permuting"):
        found = [
            fold_auc(settings, scores, codes[:, test])
            for scores, (_, test) in zip(chunk.predictions, settings.folds, strict=True)
        ]
        null[:, chunk.times] = np.mean(found, axis=0).T
    return null


def _in_pairs(settings: DecodingSettings, codes: Ints) -> Floats:
    """AUC under each row of labels, of pairs of epochs left out together, from one operator."""
    null = np.empty((len(codes), len(settings.times)))
    steps = list(product(time_chunks(settings, 1, "", False), range(len(codes))))
    for times, number in progress_bar(steps, desc="permuting", unit="permutation"):
        if number == 0:
            E, _ = operator(settings, times)
        null[number, times] = pair_auc(_relabelled(settings, codes[number]), E)
    null[:, settings.constant_times] = 0.5
    return null


def _one_by_one(settings: DecodingSettings, codes: Ints) -> Floats:
    """AUC under each row of labels, each decoded by itself."""
    shown = progress_bar(codes, desc="permuting", unit="permutation")
    return np.stack(
        [decode_checked(_relabelled(settings, drawn), show=False).auc for drawn in shown]
    )


def _relabelled(settings: DecodingSettings, codes: Ints) -> DecodingSettings:
    """The same settings with other labels; weights of classes go with the labels."""
    weights = settings.root_weights
    if settings.record["class_weight"] is not None:
        weights = weights[np.unique(settings.data.codes, return_index=True)[1]][codes]
    targets = targets_of(codes, len(settings.data.classes), settings.targets.dtype)
    return replace(
        settings, data=replace(settings.data, codes=codes), targets=targets, root_weights=weights
    )
