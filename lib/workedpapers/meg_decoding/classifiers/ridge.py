r"""The equations: ridge regression on labels, cross-validated without refitting.

One time point. :math:`X` (n, p) holds the epochs, :math:`y` (n,) the labels as -1 and +1. The
model :math:`y \approx F\delta + X\beta` has a penalty :math:`a|\beta|^2` and none on
:math:`F = [1, f_1, \dots]`, the constant and the confounds. With weights
:math:`w_i`, every row is multiplied by :math:`\sqrt{w_i}`. Let :math:`QQ'` project on the columns
of :math:`F`, and :math:`A = (I - QQ')X`, :math:`K = AA'`. By the theorem of Frisch, Waugh and
Lovell the residuals of the fit are linear in the labels,

.. math:: y - \hat y = E y, \qquad E = I - H = a (K + aI)^{-1} - QQ' .

Leave out the epochs :math:`\tau`, fit the others and predict: the error of these predictions is

.. math:: y_\tau - \hat y_\tau^{(-\tau)} = E_{\tau\tau}^{-1} (E y)_\tau ,

for the full fit would not change if :math:`y_\tau` were replaced by the predictions made without
them. :math:`E` does not depend on the labels, so thousands of permutations of them cost one
:math:`E`. With two classes the direction :math:`\beta` is that of linear discriminant analysis
with the within-class scatter shrunk to :math:`S_W + aI` (Sherman and Morrison), and the AUC of
each fold is the same.

Where the penalty is chosen by the leave-one-out error inside the training set, it depends on the
labels, and each of many label vectors chooses its own. One eigendecomposition
:math:`K = U \Lambda U'` serves all: their errors under a penalty a are columns of

.. math:: \operatorname{diag}(E)^{-1} E Y, \qquad E = U a(\Lambda + aI)^{-1} U' - QQ',

and the dual coefficients of those that choose it are :math:`U (\Lambda + aI)^{-1} U' Y`.

Sources: Cook 1977, doi:10.2307/1268249 (one epoch); Treder 2018, arXiv:1803.10016 (k-fold,
permutations, several classes); Hastie, Tibshirani and Friedman 2009, ISBN 978-0-387-84857-0,
sections 3.2.3 (successive orthogonalisation) and 18.3.5 (p > n).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from workedpapers.checks import Ints, Reals

TOO_SMALL = "alpha: {:g} is too small for data of this scale; K + alpha I is singular."


def unpenalised_basis(root_weights: Reals, confounds: Reals | None) -> Reals:
    r"""Orthonormal columns that span :math:`\sqrt{w} [1, F]`.

    Parameters
    ----------
    root_weights : array of float
        Shape (n,), square roots of the epochs' weights.
    confounds : array of float or None
        Shape (n, k), or None.

    Returns
    -------
    array of float
        Q, shape (n, k + 1).
    """
    columns = np.ones((len(root_weights), 1), root_weights.dtype)
    if confounds is not None:
        centred = confounds - confounds.mean(axis=0)
        spread = centred.std(axis=0)
        columns = np.hstack([columns, centred / np.where(spread > 0, spread, 1)])
    return np.linalg.qr(root_weights[:, None] * columns)[0].astype(root_weights.dtype)


def project_out(A: Reals, Q: Reals) -> Reals:
    """Return (I - QQ') A for a stack of matrices, shape (..., n, p)."""
    return A - Q @ (Q.T @ A)


class Residuals(ABC):
    """The operator :math:`E = I - H` at b time points, however it is held."""

    @abstractmethod
    def apply(self, Y: Reals, rows: Ints | slice = slice(None)) -> Reals:
        """Rows of E Y, shape (b, m, c), for Y of shape (n, c)."""

    @abstractmethod
    def block(self, rows: Ints) -> Reals:
        """E at these rows and columns, shape (b, m, m)."""

    @abstractmethod
    def dense(self) -> Reals:
        """E, shape (b, n, n)."""


@dataclass(frozen=True)
class DenseResiduals(Residuals):
    """E as a matrix.

    Parameters
    ----------
    matrix : array of float
        E, shape (b, n, n).
    """

    matrix: Reals

    def apply(self, Y: Reals, rows: Ints | slice = slice(None)) -> Reals:
        """Rows of E Y."""
        return self.matrix[:, rows] @ Y

    def block(self, rows: Ints) -> Reals:
        """E at these rows and columns."""
        return self.matrix[:, rows[:, None], rows]

    def dense(self) -> Reals:
        """E."""
        return self.matrix


@dataclass(frozen=True)
class FactoredResiduals(Residuals):
    """E as :math:`I - ZZ'`, for fewer channels than epochs.

    Parameters
    ----------
    factor : array of float
        Z, shape (b, n, r).
    """

    factor: Reals

    def apply(self, Y: Reals, rows: Ints | slice = slice(None)) -> Reals:
        """Rows of E Y."""
        Z = self.factor
        # (EY)_rows = Y_rows - Z_rows (Z'Y)
        return Y[rows] - Z[:, rows] @ (Z.transpose(0, 2, 1) @ Y)

    def block(self, rows: Ints) -> Reals:
        """E at these rows and columns."""
        return _identity_less(self.factor[:, rows])

    def dense(self) -> Reals:
        """E."""
        return _identity_less(self.factor)


def _identity_less(Z: Reals) -> Reals:
    """I - ZZ', shape (b, n, n)."""
    return np.eye(Z.shape[1], dtype=Z.dtype) - Z @ Z.transpose(0, 2, 1)


def residuals_from_kernel(K: Reals, alpha: Reals, Q: Reals) -> Residuals:
    r"""E from the kernel: :math:`E = a (K + aI)^{-1} - QQ'`.

    The two terms share the eigenvalue 1 on the columns of Q, which would drown the others where a
    is tiny. So that they stay small, K is lifted there by any :math:`c > 0`:

    .. math:: E = a (K + cQQ' + aI)^{-1} - \frac{a}{a + c} QQ' .

    Parameters
    ----------
    K : array of float
        AA', shape (b, n, n), symmetric, with KQ = 0. It is overwritten.
    alpha : array of float
        a, shape (b,), positive.
    Q : array of float
        Orthonormal, shape (n, k).
    """
    from scipy.linalg.lapack import get_lapack_funcs

    factorise, invert = get_lapack_funcs(("potrf", "potri"), (K,))
    diagonal = np.arange(K.shape[1])
    lift = np.trace(K, axis1=1, axis2=2) / K.shape[1]
    lift = np.where(lift > 0, lift, alpha)
    K[:, diagonal, diagonal] += alpha[:, None]
    plane = Q @ Q.T
    if np.ptp(plane) <= 8 * np.finfo(plane.dtype).eps * plane.max():
        plane = plane[:1, :1]  # without weights and confounds it is 1/n everywhere
    E = np.empty_like(K)
    # E = a (K + c QQ' + aI)^-1 - a / (a + c) QQ'
    for t, (a, c) in enumerate(zip(alpha, lift, strict=True)):
        K[t] += c * plane
        # LAPACK counts along columns: of the transposed view it may overwrite the memory itself.
        half, failed = factorise(K[t].T, lower=0, clean=1, overwrite_a=1)
        if failed:
            raise ValueError(TOO_SMALL.format(a))
        half = a * invert(half, lower=0, overwrite_c=1)[0]  # upper triangle, zero below
        np.add(half, half.T, out=E[t])
        E[t, diagonal, diagonal] = half[diagonal, diagonal]
        E[t] -= a / (a + c) * plane
    return DenseResiduals(E)


def residuals_from_features(A: Reals, alpha: Reals, Q: Reals) -> Residuals:
    r"""E from the features, for p < n: :math:`E = I - QQ' - A (A'A + aI)^{-1} A'`.

    Parameters
    ----------
    A : array of float
        Shape (b, n, p), with Q'A = 0.
    alpha : array of float
        a, shape (b,), positive.
    Q : array of float
        Orthonormal, shape (n, k).
    """
    G = A.transpose(0, 2, 1) @ A
    diagonal = np.arange(G.shape[1])
    G[:, diagonal, diagonal] += alpha[:, None]
    # G = A'A + aI = LL', so that A G^-1 A' = ZZ' with Z' = L^-1 A'
    L = np.linalg.cholesky(G)
    Z = np.linalg.solve(L, A.transpose(0, 2, 1)).transpose(0, 2, 1)
    return FactoredResiduals(np.concatenate([Z, np.broadcast_to(Q, (len(A), *Q.shape))], axis=2))


def held_out(E: Residuals, Y: Reals, left_out: Ints, root_weights: Reals) -> Reals:
    r"""Predictions for the epochs left out, by a fit of all the others.

    .. math:: \hat y_\tau^{(-\tau)} = y_\tau - E_{\tau\tau}^{-1} (E y)_\tau

    Parameters
    ----------
    E : Residuals
        Of n epochs at b times.
    Y : array of float
        Shape (n, c), labels times ``root_weights``; one column for each problem.
    left_out : array of int
        :math:`\tau`, m numbers of epochs.
    root_weights : array of float
        Shape (n,).

    Returns
    -------
    array of float
        Shape (b, m, c), in the units of the labels.
    """
    # y_t - y^_t = E_tt^-1 (E y)_t
    errors = np.linalg.solve(E.block(left_out), E.apply(Y, left_out))
    return (Y[left_out] - errors) / root_weights[left_out, None]


def leave_pair_out(E: Residuals, y: Reals, first: Ints, second: Ints, root_weights: Reals) -> Reals:
    r"""Differences of scores between two epochs that are left out together, for all pairs.

    The error of the pair is :math:`E_{\tau\tau}^{-1} (Ey)_\tau` with a two by two matrix.

    Parameters
    ----------
    E : Residuals
        Of n epochs at b times.
    y : array of float
        Shape (n,), labels times ``root_weights``.
    first, second : array of int
        Numbers of epochs, without a common one.
    root_weights : array of float
        Shape (n,).

    Returns
    -------
    array of float
        Score of the first minus score of the second, shape (b, len(first), len(second)).
    """
    matrix = E.dense()
    r = E.apply(y[:, None])[..., 0]
    d = np.diagonal(matrix, axis1=1, axis2=2)
    di, dj = d[:, first, None], d[:, None, second]
    ri, rj = r[:, first, None], r[:, None, second]
    eij = matrix[:, first[:, None], second]
    # E_tt^-1 (E y)_t with the two by two matrix of each pair
    determinant = di * dj - eij**2
    at_first = (y[first, None] - (dj * ri - eij * rj) / determinant) / root_weights[first, None]
    at_second = (y[None, second] - (di * rj - eij * ri) / determinant) / root_weights[None, second]
    return at_first - at_second


def solve_ridge(gram: Reals, right: Reals, alpha: Reals) -> Reals:
    r"""Solve :math:`(G + aI) x = r` at b times.

    With :math:`G = AA'` and r the labels, x are dual coefficients and :math:`\beta = A'x`; with
    :math:`G = A'A` and :math:`r = A'y`, x is :math:`\beta` itself.

    Parameters
    ----------
    gram : array of float
        Shape (b, r, r). It is overwritten.
    right : array of float
        Shape (r, c) or (b, r, c).
    alpha : array of float
        Shape (b,), positive.
    """
    from scipy.linalg.lapack import get_lapack_funcs

    (solve,) = get_lapack_funcs(("posv",), (gram,))
    diagonal = np.arange(gram.shape[1])
    gram[:, diagonal, diagonal] += alpha[:, None]
    x = np.empty((len(gram), *right.shape[-2:]), gram.dtype)
    for t, r in enumerate(np.broadcast_to(right, x.shape)):
        # The matrix is symmetric, so that its transposed view is in the order that LAPACK expects.
        _, x[t], failed = solve(gram[t].T, r, overwrite_a=1)
        if failed:
            raise ValueError(TOO_SMALL.format(alpha[t]))
    return x


def solve_each(K: Reals, Y: Reals, Q: Reals, alphas: Reals, problems: int) -> tuple[Reals, Reals]:
    r"""Choose the penalty of each problem by its leave-one-out error, and solve with it.

    Parameters
    ----------
    K : array of float
        Kernel of the training epochs, shape (b, n, n), with KQ = 0.
    Y : array of float
        Labels with Q'Y = 0, shape (n, problems * c), c neighbouring columns to each problem.
    Q : array of float
        Orthonormal, shape (n, k).
    alphas : array of float
        Penalties to choose from, shape (b, g), positive.
    problems : int
        Their number; the squared error is summed over the c columns of one.

    Returns
    -------
    alpha : array of float
        Shape (b, problems).
    solution : array of float
        Dual coefficients :math:`(K + aI)^{-1} Y`, shape (b, n, problems * c).
    """
    values, U = np.linalg.eigh(K)
    values = np.maximum(values, 0)
    rotated = U.transpose(0, 2, 1) @ Y
    leverage = (Q**2).sum(axis=1)
    least = np.full((len(K), problems), np.inf, Y.dtype)
    alpha = np.empty_like(least)
    for a in alphas.T[..., None].astype(Y.dtype):
        keep = a / (values + a)
        # diag(E) and diag(E)^-1 E Y, with E = U a(L + aI)^-1 U' - QQ'
        diagonal = (U**2 @ keep[..., None])[..., 0] - leverage
        errors = (U * keep[:, None] / diagonal[..., None]) @ rotated
        total = np.einsum("bnc,bnc->bc", errors, errors).reshape(len(K), problems, -1).sum(axis=2)
        better = total < least
        least[better] = total[better]
        alpha = np.where(better, a, alpha)
    shift = np.repeat(alpha, Y.shape[1] // problems, axis=1)
    # U (L + aI)^-1 U'Y
    return alpha, U @ (rotated / (values[..., None] + shift[:, None]))
