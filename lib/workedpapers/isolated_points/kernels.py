r"""Kernels of the discriminator: functions of the distance between two points.

Each is :math:`K(x, y) = \phi(\lVert x - y \rVert^2)`, so that

.. math:: \nabla_x K(x, y) = 2 \phi'(\lVert x - y \rVert^2) \, (x - y),

and a kernel is known from its `value` :math:`\phi` and its `slope` :math:`\phi'`. All are positive
definite, hence :math:`|K(x, y)| \le K(x, x) = \phi(0)`. A width may differ from setting to setting
of a batch: then it has shape (B,), and points have a leading axis of length B.

Sums of kernels cost time. In up to seven dimensions distances are taken from differences, exactly.
In more, the square is expanded about the mean of the places and matrix products do the work, as
long as the error that this brings is below `EXPANDED`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import Floats, as_float_array, one_of, positive_array

__all__ = ["Gaussian", "InverseMultiquadric", "Kernel", "Laplace", "Sum", "as_kernel"]

Rows = slice | NDArray[np.intp]
_BLOCK = 1 << 15  # pairs of points looked at together: 256 kB, a core's cache, for each array
_MANY_DIMENSIONS = 8  # from here on a matrix product beats a loop over coordinates
#: Largest error of a squared distance, in units of the width's square, that is let pass.
EXPANDED = 1e-12


def squared_distances(x: Floats, y: Floats) -> Floats:
    """Squared distances between points, shapes (..., n, d) and (..., m, d) to (..., n, m).

    From the differences, not from the expanded square, which loses digits far from the origin.
    """
    return _summed_squares(_gaps(x, y))


def _gaps(x: Floats, y: Floats) -> Iterator[Floats]:
    """Differences x - y in one coordinate after the other, each of shape (..., n, m)."""
    return (x[..., :, None, axis] - y[..., None, :, axis] for axis in range(x.shape[-1]))


def _summed_squares(gaps: Iterable[Floats]) -> Floats:
    squares = (gap * gap for gap in gaps)
    total = next(squares)
    for square in squares:
        total += square
    return total


class Kernel(ABC):
    r"""A kernel that depends on distance alone.

    Subclasses give `value` and `slope`, and `curvature` if a penalty on gradients is to be used.

    See Also
    --------
    Gaussian, Laplace, InverseMultiquadric, Sum : The kernels at hand.

    Notes
    -----
    :math:`K(x, y) = \phi(\lVert x - y \rVert^2)` with :math:`\phi` from `value`. It should be
    positive definite in the dimension of the data. Chapter, section "Other kernels".

    Examples
    --------
    A kernel of one's own, and the discriminator's pull on a point under it:

    >>> import numpy as np
    >>> from workedpapers import isolated_points as ip
    >>> class Cauchy(ip.Kernel):
    ...     def value(self, squared_distance):
    ...         return 1 / (1 + squared_distance)
    ...     def slope(self, squared_distance):
    ...         return -1 / (1 + squared_distance) ** 2
    >>> run = ip.simulate([0.0], [1.5], kernel=Cauchy(), lr_d=0.1, lr_g=0.1, steps=400)
    >>> bool(abs(run.final[0, 0]) < 0.01)
    True
    """

    def __init_subclass__(cls) -> None:
        """What a method does is told once, here."""
        for name in ("value", "slope", "curvature", "at"):
            method = cls.__dict__.get(name)
            if method is not None and not method.__doc__:
                method.__doc__ = getattr(Kernel, name).__doc__

    @abstractmethod
    def value(self, squared_distance: Floats) -> Floats:
        r"""Return :math:`\phi` at squared distances.

        Parameters
        ----------
        squared_distance : ndarray
            Any shape; with a width for each setting, the first axis is that of the settings.

        Returns
        -------
        ndarray
            The kernel, of the same shape.
        """

    @abstractmethod
    def slope(self, squared_distance: Floats) -> Floats:
        r"""Return :math:`\phi'`, the derivative by the squared distance.

        Parameters
        ----------
        squared_distance : ndarray
            As for `value`.

        Returns
        -------
        ndarray
            The derivative, of the same shape.
        """

    def curvature(self, squared_distance: Floats) -> Floats:
        r"""Return :math:`\phi''`, the second derivative by the squared distance.

        Needed by a gradient penalty alone.

        Parameters
        ----------
        squared_distance : ndarray
            As for `value`.

        Returns
        -------
        ndarray
            The second derivative, of the same shape.

        Raises
        ------
        ValueError
            If the kernel has none.
        """
        raise ValueError(f"kernel: {self!r} has no second derivative, which a penalty needs.")

    @property
    def settings(self) -> int | None:
        """Number of settings that have a width of their own, or None when all share one."""
        return None

    @property
    def finest(self) -> float:
        """The smallest distance on which the kernel varies; 0 if unknown."""
        return 0.0

    def at(self, rows: Rows) -> Kernel:
        """Return the kernel of some settings of a batch.

        Parameters
        ----------
        rows : slice or ndarray of int
            Which settings.

        Returns
        -------
        Kernel
            The same kernel, with the widths of these settings.
        """
        return self

    def matrix(self, x: ArrayLike, y: ArrayLike) -> Floats:
        """Kernel between points.

        Parameters
        ----------
        x, y : array_like
            Points, shapes (..., n, d) and (..., m, d).

        Returns
        -------
        ndarray
            Shape (..., n, m).

        Raises
        ------
        ValueError
            If the points differ in their number of coordinates.
        """
        x, y = as_float_array(x, "x"), as_float_array(y, "y")
        if x.ndim < 2 or y.ndim < 2 or x.shape[-1] != y.shape[-1]:
            raise ValueError(
                f"y: expected points with as many coordinates as x; x has shape {x.shape}, "
                f"y has shape {y.shape}."
            )
        return self.value(squared_distances(x, y))

    def expansion(self, x: Floats, centres: Floats, weights: Floats) -> Floats:
        r"""Sum of kernels, :math:`\sum_h w_h K(x, c_h)`.

        Parameters
        ----------
        x : ndarray
            Places, shape (B, n, d).
        centres : ndarray
            Shape (B, m, d).
        weights : ndarray
            Shape (B, m).

        Returns
        -------
        ndarray
            Shape (B, n).
        """
        total = np.zeros(x.shape[:-1])
        for part, r2, _ in self._pairs(x, centres):
            total += np.einsum("bnm,bm->bn", self.value(r2), weights[:, part])
        return total

    def expansion_gradient(self, x: Floats, centres: Floats, weights: Floats) -> Floats:
        r"""Gradient of `expansion` by the place, :math:`\sum_h 2 w_h \phi'_h (x - c_h)`.

        Parameters
        ----------
        x, centres, weights : ndarray
            As for `expansion`.

        Returns
        -------
        ndarray
            Shape (B, n, d).
        """
        total = np.zeros(x.shape)
        for part, r2, gaps in self._pairs(x, centres):
            pull = self.slope(r2)
            pull *= 2 * weights[:, None, part]
            total += _weighted_gaps(x, centres[:, part], pull, gaps)
        return total

    def dipole_gradient(self, x: Floats, centres: Floats, moments: Floats) -> Floats:
        r"""Gradient by x of :math:`\sum_h m_h \cdot \nabla_{c} K(x, c_h)`, a sum of dipoles.

        With :math:`z = x - c` it is :math:`-\sum_h [2 \phi' m_h + 4 \phi'' (m_h \cdot z) z]`.

        Parameters
        ----------
        x, centres : ndarray
            As for `expansion`.
        moments : ndarray
            Shape (B, m, d).

        Returns
        -------
        ndarray
            Shape (B, n, d).
        """
        total = np.zeros(x.shape)
        for part, r2, gaps in self._pairs(x, centres):
            c, m = centres[:, part], moments[:, part]
            total -= 2 * np.matmul(self.slope(r2), m)
            bend = 4 * self.curvature(r2) * _along(x, c, m)
            total -= _weighted_gaps(x, c, bend, gaps)
        return total

    def dipoles(self, x: Floats, centres: Floats, moments: Floats) -> Floats:
        r"""Sum of dipoles itself, :math:`-\sum_h 2 \phi' \, m_h \cdot (x - c_h)`, shape (B, n).

        Parameters
        ----------
        x, centres, moments : ndarray
            As for `dipole_gradient`.

        Returns
        -------
        ndarray
            Shape (B, n).
        """
        total = np.zeros(x.shape[:-1])
        for part, r2, _ in self._pairs(x, centres):
            along = _along(x, centres[:, part], moments[:, part])
            total -= 2 * (self.slope(r2) * along).sum(axis=-1)
        return total

    def _pairs(
        self, x: Floats, centres: Floats
    ) -> Iterator[tuple[slice, Floats, Iterable[Floats] | None]]:
        """Blocks of centres, squared distances of all places from them, and the differences.

        In few dimensions these are kept, in more they are taken anew; None where the square was
        expanded.
        """
        size = max(1, _BLOCK // max(1, x.shape[0] * x.shape[1]))
        blocks = [slice(i, i + size) for i in range(0, centres.shape[1], size)]
        if x.shape[-1] < _MANY_DIMENSIONS:
            for part in blocks:
                gaps = list(_gaps(x, centres[:, part]))
                yield part, _summed_squares(gaps), gaps
            return
        if self.finest == 0:
            for part in blocks:
                c = centres[:, part]
                yield part, squared_distances(x, c), _gaps(x, c)
            return
        middle = x.mean(axis=1, keepdims=True)
        X = x - middle
        X2 = np.square(X).sum(axis=-1)[..., None]
        for part in blocks:
            C = centres[:, part] - middle
            C2 = np.square(C).sum(axis=-1)[:, None, :]
            # |X - C|^2 = |X|^2 + |C|^2 - 2 X.C rounds at a few eps of the largest |X|^2 + |C|^2.
            error = 4 * np.finfo(float).eps * (X2.max() + C2.max())
            if not error <= EXPANDED * self.finest**2:
                c = centres[:, part]
                yield part, squared_distances(x, c), _gaps(x, c)
                continue
            r2 = np.matmul(X, C.swapaxes(1, 2))
            r2 *= -2
            r2 += X2
            r2 += C2
            yield part, np.maximum(r2, 0.0, out=r2), None


def _along(x: Floats, centres: Floats, moments: Floats) -> Floats:
    """Component of x - c along the moment at c, shape (B, n, m)."""
    total: Floats = (x[..., :, None, 0] - centres[..., None, :, 0]) * moments[..., None, :, 0]
    for axis in range(1, x.shape[-1]):
        gap = x[..., :, None, axis] - centres[..., None, :, axis]
        total += gap * moments[..., None, :, axis]
    return total


def _weighted_gaps(
    x: Floats, centres: Floats, pull: Floats, gaps: Iterable[Floats] | None
) -> Floats:
    r"""Sum :math:`\sum_h s_h (x - c_h)` for weights s of shape (B, n, m), shape (B, n, d)."""
    if gaps is not None:
        total = np.empty(x.shape)
        for axis, gap in enumerate(gaps):
            np.vecdot(pull, gap, out=total[..., axis])
        return total
    middle = x.mean(axis=1, keepdims=True)  # the two sums are small where all points are near it
    out: Floats = pull.sum(axis=-1)[..., None] * (x - middle)
    out -= np.matmul(pull, centres - middle)
    return out


class _OfWidth(Kernel):
    """What kernels with one width share."""

    def __init__(self, sigma: ArrayLike = 1.0) -> None:
        self.sigma = positive_array(sigma, "sigma")
        if self.sigma.ndim > 1:
            raise ValueError(
                f"sigma: expected a number or one for each setting, got shape {self.sigma.shape}."
            )

    def __repr__(self) -> str:
        width = f"{self.sigma:g}" if self.sigma.ndim == 0 else f"<{len(self.sigma)} widths>"
        return f"{type(self).__name__}({width})"

    @property
    def settings(self) -> int | None:
        return None if self.sigma.ndim == 0 else len(self.sigma)

    @property
    def finest(self) -> float:
        return float(self.sigma.min())

    def at(self, rows: Rows) -> Kernel:
        return self if self.sigma.ndim == 0 else type(self)(self.sigma[rows])

    def _width(self, squared_distance: Floats) -> Floats:
        if self.sigma.ndim == 0:
            return self.sigma
        return self.sigma.reshape(-1, *(1,) * (np.ndim(squared_distance) - 1))


class Gaussian(_OfWidth):
    r"""Kernel :math:`\exp(-r^2 / 2\sigma^2)`.

    Parameters
    ----------
    sigma : array_like
        Width in the units of the data, positive; a number or, for a batch, shape (B,).

    Raises
    ------
    ValueError
        If a width is not positive or has another shape.

    See Also
    --------
    Sum : Several widths at once.
    effective_sigma : The width that linear theory sees of a sum of Gaussians.

    Notes
    -----
    Becker et al. 2022 speak of true points that are far apart compared with this width. Chapter,
    section "The idea in ten lines".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> ip.Gaussian(2.0).matrix([[0.0]], [[0.0], [2.0]]).round(4).tolist()
    [[1.0, 0.6065]]
    """

    def value(self, squared_distance: Floats) -> Floats:  # noqa: D102
        # phi(s) = exp(-s / 2 sigma^2)
        out: Floats = np.exp(squared_distance * (-0.5 / self._width(squared_distance) ** 2))
        return out

    def slope(self, squared_distance: Floats) -> Floats:  # noqa: D102
        # phi'(s) = -phi(s) / 2 sigma^2
        half = -0.5 / self._width(squared_distance) ** 2
        out: Floats = np.exp(squared_distance * half)
        out *= half
        return out

    def curvature(self, squared_distance: Floats) -> Floats:  # noqa: D102
        # phi''(s) = phi(s) / 4 sigma^4
        half = -0.5 / self._width(squared_distance) ** 2
        out: Floats = half**2 * np.exp(squared_distance * half)
        return out


class Laplace(_OfWidth):
    r"""Kernel :math:`\exp(-r / \sigma)`, which has a kink where it peaks.

    At r = 0 no gradient exists. There the gradient is taken to be zero, the mean over all
    directions, so that a point does not push itself. Next to a kink the force has full size
    :math:`1/\sigma`, however near: a point attracted by one does not come to rest on it, but keeps
    stepping over it. Points closer than 1e-154, whose squared distance is not a number above 0,
    count as being at the kink.

    Parameters
    ----------
    sigma : array_like
        Width in the units of the data, positive; a number or, for a batch, shape (B,).

    Raises
    ------
    ValueError
        If a width is not positive or has another shape.

    See Also
    --------
    Gaussian : Without a kink.

    Notes
    -----
    Steps over a kink are chaotic: starts that differ by rounding part. Print no more than one
    digit of where such a run ends. Chapter, section "Other kernels".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> ip.Laplace(2.0).matrix([[0.0]], [[0.0], [2.0]]).round(4).tolist()
    [[1.0, 0.3679]]
    """

    @property
    def finest(self) -> float:
        """0: next to the kink every digit of a distance counts."""
        return 0.0

    def value(self, squared_distance: Floats) -> Floats:  # noqa: D102
        out: Floats = np.exp(-np.sqrt(squared_distance) / self._width(squared_distance))
        return out

    def slope(self, squared_distance: Floats) -> Floats:  # noqa: D102
        # phi'(s) = -exp(-r / sigma) / 2 r sigma, with r = sqrt(s)
        r, width = np.sqrt(squared_distance), self._width(squared_distance)
        with np.errstate(divide="ignore"):
            rate = np.where(r > 0, -0.5 / (r * width), 0.0)
        return rate * np.exp(-r / width)


class InverseMultiquadric(_OfWidth):
    r"""Kernel :math:`(1 + r^2 / \sigma^2)^{-1/2}`, whose force reaches far.

    Parameters
    ----------
    sigma : array_like
        Width in the units of the data, positive; a number or, for a batch, shape (B,).

    Raises
    ------
    ValueError
        If a width is not positive or has another shape.

    See Also
    --------
    Gaussian : Whose force ends after a few widths.

    Notes
    -----
    No two true points are isolated under it. Chapter, section "Other kernels".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> ip.InverseMultiquadric(2.0).matrix([[0.0]], [[0.0], [2.0]]).round(4).tolist()
    [[1.0, 0.7071]]
    """

    def value(self, squared_distance: Floats) -> Floats:  # noqa: D102
        out: Floats = 1 / np.sqrt(1 + squared_distance / self._width(squared_distance) ** 2)
        return out

    def slope(self, squared_distance: Floats) -> Floats:  # noqa: D102
        # phi'(s) = -(1 + s / sigma^2)^(-3/2) / 2 sigma^2
        square = self._width(squared_distance) ** 2
        return -0.5 / square * (1 + squared_distance / square) ** -1.5

    def curvature(self, squared_distance: Floats) -> Floats:  # noqa: D102
        # phi''(s) = 3 (1 + s / sigma^2)^(-5/2) / 4 sigma^4
        square = self._width(squared_distance) ** 2
        return 0.75 / square**2 * (1 + squared_distance / square) ** -2.5


class Sum(Kernel):
    r"""Weighted sum of kernels, :math:`\sum_s w_s K_s`: for example, several widths at once.

    Parameters
    ----------
    kernels : sequence of Kernel
        At least one.
    weights : array_like or None
        As many positive numbers; None is 1 each.
    normalised : bool
        Whether the weights are divided by their sum. Then f keeps its height when a kernel is
        added, and the learning rates their meaning.

    Raises
    ------
    TypeError
        If something is not a kernel.
    ValueError
        If there is none, or if the weights do not match or are not positive.

    See Also
    --------
    effective_sigma : The width that linear theory sees of a sum of Gaussians.

    Notes
    -----
    The authors' code for their paper of 2025 normalises the weights of its multi-scale kernels;
    here the default is the plain sum. Chapter, section "Other kernels".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> both = [ip.Gaussian(1.0), ip.Gaussian(4.0)]
    >>> ip.Sum(both).matrix([[0.0]], [[0.0]]).tolist()
    [[2.0]]
    >>> ip.Sum(both, normalised=True)
    Sum([Gaussian(1), Gaussian(4)], [0.5, 0.5])
    """

    def __init__(
        self,
        kernels: Sequence[Kernel],
        weights: ArrayLike | None = None,
        *,
        normalised: bool = False,
    ) -> None:
        self.kernels = tuple(kernels)
        if not self.kernels:
            raise ValueError("kernels: expected at least one kernel, got none.")
        for kernel in self.kernels:
            if not isinstance(kernel, Kernel):
                raise TypeError(f"kernels: expected Kernel objects, got {kernel!r}.")
        given = np.ones(len(self.kernels)) if weights is None else weights
        self.weights = as_float_array(given, "weights", ndim=1)
        if len(self.weights) != len(self.kernels) or (self.weights <= 0).any():
            raise ValueError(
                f"weights: expected {len(self.kernels)} positive numbers, got {self.weights}."
            )
        if normalised:
            self.weights = self.weights / self.weights.sum()
        sizes = {kernel.settings for kernel in self.kernels} - {None}
        if len(sizes) > 1:
            raise ValueError(
                "kernels: expected widths for equally many settings, got "
                f"{', '.join(sorted(map(str, sizes)))}."
            )

    def __repr__(self) -> str:
        return f"Sum({list(self.kernels)}, {self.weights.tolist()})"

    @property
    def settings(self) -> int | None:
        """Number of settings that have a width of their own, or None when all share theirs."""
        return next((k.settings for k in self.kernels if k.settings is not None), None)

    @property
    def finest(self) -> float:
        """The smallest distance on which one of the kernels varies."""
        return min(kernel.finest for kernel in self.kernels)

    def at(self, rows: Rows) -> Kernel:  # noqa: D102
        return Sum([kernel.at(rows) for kernel in self.kernels], self.weights)

    def value(self, squared_distance: Floats) -> Floats:  # noqa: D102
        return self._total([kernel.value(squared_distance) for kernel in self.kernels])

    def slope(self, squared_distance: Floats) -> Floats:  # noqa: D102
        return self._total([kernel.slope(squared_distance) for kernel in self.kernels])

    def curvature(self, squared_distance: Floats) -> Floats:  # noqa: D102
        return self._total([kernel.curvature(squared_distance) for kernel in self.kernels])

    def _total(self, parts: list[Floats]) -> Floats:
        total: Floats = self.weights[0] * parts[0]
        for weight, part in zip(self.weights[1:], parts[1:], strict=True):
            total += weight * part
        return total


_BY_NAME: dict[str, Callable[[ArrayLike], Kernel]] = {
    "gaussian": Gaussian,
    "laplace": Laplace,
    "inverse_multiquadric": InverseMultiquadric,
}


def as_kernel(kernel: str | Kernel, sigma: ArrayLike | None = None) -> Kernel:
    """Return the kernel of that name and width, or the kernel itself.

    ``kernel`` is "gaussian", "laplace", "inverse_multiquadric" or a `Kernel`; ``sigma`` the width
    of a kernel given by name, 1 by default. Raises `TypeError` if ``kernel`` is neither, and
    `ValueError` if the name is unknown or a `Kernel` comes with a ``sigma``.
    """
    if isinstance(kernel, Kernel):
        if sigma is not None:
            raise ValueError(f"sigma: expected None, since {kernel!r} has its own; got {sigma!r}.")
        return kernel
    if not isinstance(kernel, str):
        raise TypeError(f"kernel: expected a name or a Kernel, got {kernel!r}.")
    return _BY_NAME[one_of(kernel, "kernel", _BY_NAME)](1.0 if sigma is None else sigma)
