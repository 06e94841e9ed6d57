r"""A ridge penalty of its own for each of many label vectors, from one eigendecomposition.

Where the penalty is chosen by the leave-one-out error inside the training set, it depends on the
labels, and a permutation of them has to choose again. With :math:`K = U \Lambda U'` the errors of
all permutations under a penalty a are columns of

.. math:: \operatorname{diag}(E)^{-1} E Y, \qquad E = U a(\Lambda + aI)^{-1} U' - QQ',

and the dual coefficients of those that choose it are :math:`U (\Lambda + aI)^{-1} U' Y`.
"""

from __future__ import annotations

import numpy as np

from .model import Floats

__all__ = ["solve_each"]


def solve_each(
    K: Floats, Y: Floats, Q: Floats, alphas: Floats, problems: int
) -> tuple[Floats, Floats]:
    r"""Choose the penalty of each problem by its leave-one-out error, and solve with it.

    Parameters
    ----------
    K : kernel of the training epochs, shape (b, n, n), with KQ = 0.
    Y : labels with Q'Y = 0, shape (n, problems * c), c neighbouring columns to each problem.
    Q : orthonormal, shape (n, k).
    alphas : penalties to choose from, shape (b, g), positive.
    problems : their number; the squared error is summed over the c columns of one.

    Returns
    -------
    alpha : shape (b, problems).
    solution : dual coefficients :math:`(K + aI)^{-1} Y`, shape (b, n, problems * c).
    """
    values, U = np.linalg.eigh(K)
    values = np.maximum(values, 0)
    rotated = U.transpose(0, 2, 1) @ Y
    leverage = (Q**2).sum(axis=1)
    least = np.full((len(K), problems), np.inf, Y.dtype)
    alpha = np.empty_like(least)
    for a in alphas.T[..., None].astype(Y.dtype):
        keep = a / (values + a)
        diagonal = (U**2 @ keep[..., None])[..., 0] - leverage
        errors = (U * keep[:, None] / diagonal[..., None]) @ rotated
        total = np.einsum("bnc,bnc->bc", errors, errors).reshape(len(K), problems, -1).sum(axis=2)
        better = total < least
        least[better] = total[better]
        alpha = np.where(better, a, alpha)
    shift = np.repeat(alpha, Y.shape[1] // problems, axis=1)
    return alpha, U @ (rotated / (values[..., None] + shift[:, None]))
