r"""LDA of three or more classes with pairs of epochs left out together, in closed form.

With two classes the order of a pair's discriminants is that of ridge regression, for both epochs
share one training set. With more, the log odds of a class depend on all discriminants, and each
pair has a K by K matrix :math:`D` of its own; see `lda`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .lda import coding, discriminant, log_odds
from .model import Floats, Ints, Residuals

__all__ = ["pair_auc_lda"]


def pair_auc_lda(task: Any, E: Residuals, alone: Residuals) -> NDArray[np.float64]:
    """AUC of three or more classes from pairs of epochs that are left out together, shape (b,).

    Parameters
    ----------
    task : with K columns of targets.
    E : of all epochs at b times.
    alone : of the regression on the constant and the confounds.
    """
    codes, classes = task.data.codes, len(task.data.classes)
    member = [np.flatnonzero(codes == k) for k in range(classes)]
    sizes = np.array([len(rows) for rows in member])
    operators = [_Whole(operator, task) for operator in (E, alone)]
    wins = np.zeros((classes, classes, len(operators[0].products)))  # of a against b
    for a in range(classes):
        for b in range(a + 1, classes):
            for i in member[a].tolist():
                at_i, at_j = _pair_values(task, operators, i, member[b])
                gap = at_i - at_j
                for k, other, sign in ((a, b, 1), (b, a, -1)):
                    won = (sign * gap[..., k] > 0) + 0.5 * (gap[..., k] == 0)
                    wins[k, other] += won.sum(axis=1)
    pairs = np.outer(sizes, sizes) * (1 - np.eye(classes, dtype=int))
    if task.multiclass == "ovr":
        return np.asarray((wins.sum(axis=1) / pairs.sum(axis=1)[:, None]).mean(axis=0))
    shares = wins[pairs > 0] / pairs[pairs > 0][:, None]
    return np.asarray(shares.mean(axis=0))


class _Whole:
    """An operator E of all epochs with E Y and Y'E Y, Y being targets times root weights."""

    def __init__(self, E: Residuals, task: Any) -> None:
        self.targets = task.targets * task.root_weights[:, None]
        self.matrix = E.dense()
        self.errors = E.apply(self.targets)
        self.products = self.targets.T @ self.errors  # (b, K, K)

    def without(self, i: int, others: Ints) -> tuple[Floats, Floats, Floats]:
        """Errors at i and at each other epoch j, (b, m, K), and Y'EY without i and j."""
        E, v = self.matrix, self.errors
        eij = E[:, i, others, None]
        ei, ej = E[:, i, i, None, None], E[:, others, others, None]
        vi, vj = v[:, i, None], v[:, others]
        determinant = ei * ej - eij**2
        at_i, at_j = (ej * vi - eij * vj) / determinant, (ei * vj - eij * vi) / determinant
        less = vi[..., None] * at_i[..., None, :] + vj[..., None] * at_j[..., None, :]
        return at_i, at_j, self.products[:, None] - less


def _pair_values(task: Any, operators: list[_Whole], i: int, others: Ints) -> tuple[Floats, Floats]:
    """Log odds of epoch i and of each other epoch, both left out, shape (b, m, K) each."""
    J, weights = coding(task.targets.shape[1]), task.root_weights
    (ui, uj, products), (ui_alone, uj_alone, products_alone) = (
        operator.without(i, others) for operator in operators
    )
    indicators = (task.targets > 0) * weights[:, None] ** 2
    N = (indicators.sum(axis=0) - indicators[i] - indicators[others]).astype(float)  # (m, K)
    # Z'QQ'Z = N - Z'EZ, with E of the constant and the confounds alone.
    D = J @ (products - products_alone) @ J + N[:, :, None] * np.eye(len(J))
    slopes, offsets = discriminant(D, N, task.equal_priors)
    # The channels' share of the predictions, as a difference of errors.
    gains = (ui_alone - ui) / weights[i], (uj_alone - uj) / weights[others, None]
    at_i, at_j = (((gain @ J)[..., None, :] @ slopes)[..., 0, :] + offsets for gain in gains)
    return log_odds(at_i), log_odds(at_j)
