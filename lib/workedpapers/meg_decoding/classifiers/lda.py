r"""Linear discriminant analysis (LDA) from ridge regression on labels, without refitting.

In a training set with weights :math:`w_i`, take the constant and the confounds out of the
channels; the rows times :math:`\sqrt{w_i}` are :math:`A`. :math:`Z` (n, K) holds
:math:`\sqrt{w_i}` in the column of each epoch's class, :math:`N = Z'Z` is diagonal with the
weights of the classes, and the columns of :math:`C = A'Z N^{-1}` are the class means. The
within-class scatter, shrunk, is :math:`S = A'A - C N C' + aI`. Ridge regression on :math:`Z` has
the coefficients :math:`R = (A'A + aI)^{-1} A'Z`. By Woodbury's identity

.. math:: S^{-1} C = R D^{-1}, \qquad C' S^{-1} C = D^{-1} - N^{-1}, \qquad
    D = Z'EZ + Z'QQ'Z,

with :math:`E` and :math:`Q` of `ridge`. So the discriminant of class k, with the covariance
:math:`S / n` within classes, prior :math:`\pi_k`, and :math:`n = \sum_i w_i`,

.. math:: \delta_k(x) = n \bigl[x' S^{-1} c_k - \tfrac12 c_k' S^{-1} c_k\bigr] + \log \pi_k
    = n \bigl[(R'x)' D^{-1} e_k - \tfrac12 (D^{-1} - N^{-1})_{kk}\bigr] + \log \pi_k,

needs the predictions :math:`R'x` of ridge regression and a K by K matrix. Without the epochs
:math:`\tau` that matrix is a Schur complement: with the errors
:math:`u = E_{\tau\tau}^{-1} (EZ)_\tau` of the predictions for them,

.. math:: Z' E^{(-\tau)} Z = Z'EZ - (EZ)_\tau' u .

All :math:`\delta_k` lack one quadratic function of x, the same for every class. What does not
depend on it are log odds, so these are the decision values:

.. math:: \log \frac{P(k \mid x)}{1 - P(k \mid x)}
    = \delta_k - \log \sum_{j \ne k} e^{\delta_j} .

For two classes that is :math:`\delta_1 - \delta_0`, a rising linear function of the ridge's value.

Pairs of epochs that are left out together share one training set. With two classes their
discriminants are in the order of ridge regression. With more, the log odds of a class depend on
all discriminants, and each pair has a K by K matrix :math:`D` of its own.

Sources: Hastie, Buja and Tibshirani 1995, doi:10.1214/aos/1176324456 (discriminant analysis by
regression, with a penalty); Treder 2018, arXiv:1803.10016 (cross-validation).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from workedpapers.checks import Floats, Ints, Reals

from .ridge import Residuals
from .roc import over_classes

TOO_SMALL = (
    "alpha: too small for data of this scale; the within-class scatter S + alpha I is singular."
)


def discriminant(
    D: Reals, N: Reals, equal_priors: bool = False, keep: float = 1.0
) -> tuple[Reals, Reals]:
    r"""What turns predictions of ridge regression on indicators into discriminants.

    Parameters
    ----------
    D : array of float
        :math:`Z'EZ + Z'QQ'Z` of the training set, shape (..., K, K).
    N : array of float
        Weights of the classes in it, shape (..., K).
    equal_priors : bool
        Whether :math:`\pi_k` are equal, else they are shares of the weights.
    keep : float
        What the covariance is times :math:`S / n`; :math:`1 - s` for the shrinkage s of
        scikit-learn.

    Returns
    -------
    slopes : array of float
        :math:`n D^{-1}`, shape (..., K, K), over ``keep``.
    offsets : array of float
        :math:`-\tfrac{n}{2} (D^{-1} - N^{-1})_{kk}` over ``keep``, plus :math:`\log \pi_k`, shape
        (..., K).

    Raises
    ------
    ValueError
        If D is not positive definite to rounding; in exact arithmetic it always is.
    """
    try:
        # D = LL', D^-1 = L'^-1 L^-1
        half = np.linalg.inv(np.linalg.cholesky(D))
    except np.linalg.LinAlgError:
        raise ValueError(TOO_SMALL) from None
    inverse = half.swapaxes(-1, -2) @ half
    n = N.sum(axis=-1, keepdims=True)
    shares = np.full_like(N, 1 / N.shape[-1]) if equal_priors else N / n
    own = np.diagonal(inverse, axis1=-2, axis2=-1)
    # n D^-1, and -n/2 (D^-1 - N^-1)_kk + log pi_k
    return n[..., None] / keep * inverse, -n / keep / 2 * (own - 1 / N) + np.log(shares)


def log_odds(values: Reals, axis: int = -1) -> Reals:
    r"""Log odds of each class against all others, from discriminants of three or more.

    A single value along the axis, :math:`\delta_1 - \delta_0` of two classes, is that already.
    They are kept instead of the posterior probabilities, which they order alike, because these
    reach 1 in floating-point numbers and would tie.

    Parameters
    ----------
    values : array of float
        Discriminants along ``axis``, in any unit-free common offset.
    axis : int
        Of the classes.
    """
    if values.shape[axis] == 1:
        return values
    delta = np.moveaxis(values, axis, 0)
    out = np.empty_like(delta)
    for k in range(len(delta)):
        others = np.delete(delta, k, axis=0)
        top = others.max(axis=0)
        # delta_k - log sum_{j != k} exp(delta_j)
        out[k] = delta[k] - top - np.log(np.exp(others - top).sum(axis=0))
    return np.moveaxis(out, 0, axis)


def coding(columns: int) -> Reals:
    r"""J, for which :math:`Z = \sqrt{w}(YJ + \tfrac12)`; Y has one column for two classes.

    Returns
    -------
    array of float
        Shape (columns, K), for targets of -1 and +1 as of `task.targets_of`.
    """
    J = np.array([[-1.0, 1.0]]) if columns == 1 else np.eye(columns)
    return J / 2


def products(left: Reals, right: Reals, columns: int) -> Reals:
    """Sums over epochs of products of the columns of each problem.

    Parameters
    ----------
    left, right : array of float
        Shape (n, P * columns) or (b, n, P * columns), P problems side by side.
    columns : int
        Of one problem.

    Returns
    -------
    array of float
        Shape (b, P, columns, columns).
    """
    left, right = np.broadcast_arrays(left, right)
    if left.shape[-1] == columns:
        return np.asarray(left.swapaxes(-1, -2) @ right)[..., None, :, :]
    first, second = (A.reshape(*A.shape[:-1], -1, columns) for A in (left, right))
    sums: Reals = np.einsum("...npc,...npd->...pcd", first, second)
    return sums


@dataclass(frozen=True)
class Rule:
    """A linear map from ridge regression to discriminants for each of b times and P problems.

    Parameters
    ----------
    slopes : array of float
        Shape (b, P, c, d); c = d = 1 for two classes, whose difference it gives, else K.
    offsets : array of float
        Shape (b, P, d).
    """

    slopes: Reals
    offsets: Reals

    def discriminants(self, columns: Reals) -> Reals:
        """Coefficients or centred predictions, shape (b, r, P * c), to those of discriminants."""
        c = self.slopes.shape[2]
        values = columns.reshape(*columns.shape[:2], -1, c)
        out = values[..., :1] * self.slopes[:, None, :, 0]
        for k in range(1, c):
            out += values[..., k : k + 1] * self.slopes[:, None, :, k]
        return out.reshape(columns.shape)

    @property
    def constant(self) -> Reals:
        """Shape (b, P * d)."""
        return self.offsets.reshape(len(self.offsets), -1)


def training_rule(
    residual: Reals,
    Y: Reals,
    root_weights: Reals,
    Q: Reals,
    *,
    equal_priors: bool = False,
    keep: float = 1.0,
) -> Rule:
    r"""The rule of one training set.

    Parameters
    ----------
    residual : array of float
        :math:`\tilde Y'E\tilde Y` of the targets times ``root_weights``, shape (b, P, c, c), with
        E of the training set alone.
    Y : array of float
        Its targets, -1 and +1, shape (n, P * c).
    root_weights : array of float
        Shape (n,).
    Q : array of float
        Orthonormal basis of the constant and confounds, times ``root_weights``, shape (n, k).
    equal_priors, keep : bool or float
        See `discriminant`.
    """
    c = residual.shape[-1]
    J = coding(c)

    def of_indicators(rows: Reals) -> Reals:
        """Products of rows, shape (r, n), with the indicators (YJ + 1/2), shape (r, P, K)."""
        half = rows.sum(axis=1)[:, None, None] / 2
        sums: Reals = (rows @ Y).reshape(len(rows), -1, c) @ J + half
        return sums

    N = of_indicators(root_weights[None].astype(float) ** 2)[0]
    in_plane = of_indicators(Q.T * root_weights)  # Q'Z
    # D = Z'EZ + Z'QQ'Z, with Z = YJ + 1/2 and E 1 = 0
    D = J.T @ residual @ J + np.einsum("qpj,qpk->pjk", in_plane, in_plane)
    slopes, offsets = discriminant(D, N, equal_priors, keep)
    slopes = J @ slopes
    if c == 1:
        slopes, offsets = np.diff(slopes), np.diff(offsets)
    return Rule(slopes.astype(Y.dtype), offsets.astype(Y.dtype))


def pair_auc_lda(
    E: Residuals,
    alone: Residuals,
    targets: Reals,
    root_weights: Reals,
    *,
    multiclass: str,
    equal_priors: bool,
) -> Floats:
    """AUC of three or more classes from pairs of epochs that are left out together, shape (b,).

    Parameters
    ----------
    E : Residuals
        Of all epochs at b times.
    alone : Residuals
        Of the regression on the constant and the confounds.
    targets : array of float
        -1 and +1, shape (n, K), one column a class.
    root_weights : array of float
        Shape (n,).
    multiclass : str
        "ovo" or "ovr", see `over_classes`.
    equal_priors : bool
        See `discriminant`.
    """
    codes, classes = targets.argmax(axis=1), targets.shape[1]
    member = [np.flatnonzero(codes == k) for k in range(classes)]
    sizes = np.array([len(rows) for rows in member])
    pairs = _Pairs(_Whole(E, targets, root_weights), _Whole(alone, targets, root_weights),
                   targets, root_weights, equal_priors)  # fmt: skip
    wins = np.zeros((classes, classes, len(pairs.whole.products)))  # of a against b
    for a, b in combinations(range(classes), 2):
        for i in member[a].tolist():
            at_i, at_j = pairs.log_odds(i, member[b])
            gap = at_i - at_j
            for k, other, sign in ((a, b, 1), (b, a, -1)):
                won = (sign * gap[..., k] > 0) + 0.5 * (gap[..., k] == 0)
                wins[k, other] += won.sum(axis=1)

    def area(a: int, others: list[int]) -> Floats:
        share: Floats = wins[a, others].sum(axis=0) / (sizes[a] * sizes[others].sum())
        return share

    return over_classes(area, classes, multiclass)


class _Whole:
    """An operator E of all epochs with E Y and Y'E Y, Y being targets times root weights."""

    def __init__(self, E: Residuals, targets: Reals, root_weights: Reals) -> None:
        Y = targets * root_weights[:, None]
        self.matrix = E.dense()
        self.errors = E.apply(Y)
        self.products = Y.T @ self.errors  # (b, K, K)

    def without(self, i: int, others: Ints) -> tuple[Reals, Reals, Reals]:
        """Errors at i and at each other epoch j, (b, m, K), and Y'EY without i and j."""
        E, v = self.matrix, self.errors
        eij = E[:, i, others, None]
        ei, ej = E[:, i, i, None, None], E[:, others, others, None]
        vi, vj = v[:, i, None], v[:, others]
        # u = E_tt^-1 (EZ)_t with the two by two matrix of i and j
        determinant = ei * ej - eij**2
        at_i, at_j = (ej * vi - eij * vj) / determinant, (ei * vj - eij * vi) / determinant
        # Y'E^(-t)Y = Y'EY - (EY)_t' u
        less = vi[..., None] * at_i[..., None, :] + vj[..., None] * at_j[..., None, :]
        return at_i, at_j, self.products[:, None] - less


@dataclass(frozen=True)
class _Pairs:
    """Pairs of epochs, both left out: with the channels, and with the confounds alone."""

    whole: _Whole
    alone: _Whole
    targets: Reals
    root_weights: Reals
    equal_priors: bool

    def log_odds(self, i: int, others: Ints) -> tuple[Reals, Reals]:
        """Log odds of epoch i and of each other epoch, shape (b, m, K) each."""
        J, weights = coding(self.targets.shape[1]), self.root_weights
        ui, uj, products = self.whole.without(i, others)
        ui_alone, uj_alone, products_alone = self.alone.without(i, others)
        indicators = (self.targets > 0) * weights[:, None] ** 2
        N = (indicators.sum(axis=0) - indicators[i] - indicators[others]).astype(float)  # (m, K)
        # Z'QQ'Z = N - Z'EZ, with E of the constant and the confounds alone.
        D = J @ (products - products_alone) @ J + N[:, :, None] * np.eye(len(J))
        slopes, offsets = discriminant(D, N, self.equal_priors)
        # The channels' share of the predictions, as a difference of errors.
        gains = (ui_alone - ui) / weights[i], (uj_alone - uj) / weights[others, None]
        at_i, at_j = (((gain @ J)[..., None, :] @ slopes)[..., 0, :] + offsets for gain in gains)
        return log_odds(at_i), log_odds(at_j)
