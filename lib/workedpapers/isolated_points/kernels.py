r"""Kernels of the discriminator: functions of the distance between two points.

Each is :math:`K(x, y) = \phi(\lVert x - y \rVert^2)`, so that

.. math:: \nabla_x K(x, y) = 2 \phi'(\lVert x - y \rVert^2) \, (x - y),

and a kernel is known from its `value` :math:`\phi` and its `slope` :math:`\phi'`. All are positive
definite, hence :math:`|K(x, y)| \le K(x, x) = \phi(0)`. A width may differ from setting to setting
of a batch: then it has shape (B,), and points have a leading axis of length B.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import as_float_array, one_of

__all__ = ["Gaussian", "InverseMultiquadric", "Kernel", "Laplace", "Sum", "as_kernel"]

Floats = NDArray[np.float64]
Rows = slice | NDArray[np.intp]
_BLOCK = 1 << 18  # pairs of points that are looked at together: 2 MB for each temporary array


def squared_distances(x: Floats, y: Floats) -> Floats:
    """Squared distances between points, shapes (..., n, d) and (..., m, d) to (..., n, m).

    From the differences, not from the expanded square, which loses digits far from the origin.
    """
    total = np.square(x[..., :, None, 0] - y[..., None, :, 0])
    for axis in range(1, x.shape[-1]):
        total += np.square(x[..., :, None, axis] - y[..., None, :, axis])
    return np.asarray(total)


class Kernel(ABC):
    """A kernel that depends on distance alone. Subclasses give `value` and `slope`."""

    @abstractmethod
    def value(self, squared_distance: Floats) -> Floats:
        r"""Return :math:`\phi`, of the shape of the squared distances."""

    @abstractmethod
    def slope(self, squared_distance: Floats) -> Floats:
        r"""Return :math:`\phi'`, the derivative by the squared distance, of the same shape."""

    @property
    def settings(self) -> int | None:
        """Number of settings that have a width of their own, or None when all share one."""
        return None

    def at(self, rows: Rows) -> Kernel:
        """Return the kernel of some settings of a batch."""
        return self

    def matrix(self, x: ArrayLike, y: ArrayLike) -> Floats:
        """Kernel between points: shapes (..., n, d) and (..., m, d) to (..., n, m)."""
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
        x : shape (B, n, d). centres : shape (B, m, d). weights : shape (B, m).

        Returns
        -------
        Array, shape (B, n).
        """
        total = np.zeros(x.shape[:-1])
        for part in _blocks(x, centres):
            pull = self.value(squared_distances(x, centres[:, part]))
            total += np.einsum("bnm,bm->bn", pull, weights[:, part])
        return total

    def expansion_gradient(self, x: Floats, centres: Floats, weights: Floats) -> Floats:
        r"""Gradient of `expansion` by x, shape (B, n, d)."""
        total = np.zeros(x.shape)
        for part in _blocks(x, centres):
            c = centres[:, part]
            pull = self.slope(squared_distances(x, c))
            pull *= 2 * weights[:, None, part]
            for axis in range(x.shape[-1]):
                gap = x[:, :, None, axis] - c[:, None, :, axis]
                total[..., axis] += np.einsum("bnm,bnm->bn", pull, gap)
        return total


def _blocks(x: Floats, centres: Floats) -> list[slice]:
    size = max(1, _BLOCK // max(1, x.shape[0] * x.shape[1]))
    return [slice(i, i + size) for i in range(0, centres.shape[1], size)]


class _OfWidth(Kernel):
    def __init__(self, sigma: ArrayLike = 1.0) -> None:
        self.sigma = as_float_array(sigma, "sigma")
        if self.sigma.ndim > 1:
            raise ValueError(
                f"sigma: expected a number or one for each setting, got shape {self.sigma.shape}."
            )
        if (self.sigma <= 0).any():
            raise ValueError(f"sigma: expected positive widths, got {self.sigma.min()}.")

    def __repr__(self) -> str:
        width = f"{self.sigma:g}" if self.sigma.ndim == 0 else f"<{len(self.sigma)} widths>"
        return f"{type(self).__name__}({width})"

    @property
    def settings(self) -> int | None:
        return None if self.sigma.ndim == 0 else len(self.sigma)

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
    sigma : width in the units of the data, positive; a number or, for a batch, shape (B,).
    """

    def value(self, squared_distance: Floats) -> Floats:  # noqa: D102
        return np.asarray(np.exp(squared_distance * (-0.5 / self._width(squared_distance) ** 2)))

    def slope(self, squared_distance: Floats) -> Floats:  # noqa: D102
        half = -0.5 / self._width(squared_distance) ** 2
        return np.asarray(half * np.exp(squared_distance * half))


class Laplace(_OfWidth):
    r"""Kernel :math:`\exp(-r / \sigma)`.

    It has a kink at r = 0, where no gradient exists. There the gradient is taken to be zero, the
    mean over all directions, so that a point does not push itself. Next to a kink the force has
    full size :math:`1/\sigma`, however near: a point attracted by one does not come to rest on
    it, but keeps stepping over it. Points closer than 1e-154, whose squared distance is not a
    number above 0, count as being at the kink.

    Parameters
    ----------
    sigma : width in the units of the data, positive; a number or, for a batch, shape (B,).
    """

    def value(self, squared_distance: Floats) -> Floats:  # noqa: D102
        return np.asarray(np.exp(-np.sqrt(squared_distance) / self._width(squared_distance)))

    def slope(self, squared_distance: Floats) -> Floats:  # noqa: D102
        r, width = np.sqrt(squared_distance), self._width(squared_distance)
        with np.errstate(divide="ignore"):
            rate = np.where(r > 0, -0.5 / (r * width), 0.0)
        return np.asarray(rate * np.exp(-r / width))


class InverseMultiquadric(_OfWidth):
    r"""Kernel :math:`(1 + r^2 / \sigma^2)^{-1/2}`, whose force reaches far.

    Parameters
    ----------
    sigma : width in the units of the data, positive; a number or, for a batch, shape (B,).
    """

    def value(self, squared_distance: Floats) -> Floats:  # noqa: D102
        return np.asarray(1 / np.sqrt(1 + squared_distance / self._width(squared_distance) ** 2))

    def slope(self, squared_distance: Floats) -> Floats:  # noqa: D102
        square = self._width(squared_distance) ** 2
        return np.asarray(-0.5 / square * (1 + squared_distance / square) ** -1.5)


class Sum(Kernel):
    r"""Weighted sum of kernels, :math:`\sum_s w_s K_s`: for example, several widths at once.

    Parameters
    ----------
    kernels : at least one kernel.
    weights : as many positive numbers; by default each is 1.

    Raises
    ------
    TypeError : if something is not a kernel.
    ValueError : if there is none, or if the weights do not match or are not positive.
    """

    def __init__(self, kernels: Sequence[Kernel], weights: ArrayLike | None = None) -> None:
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
        sizes = {kernel.settings for kernel in self.kernels} - {None}
        if len(sizes) > 1:
            raise ValueError(
                "kernels: expected widths for equally many settings, got "
                f"{', '.join(sorted(map(str, sizes)))}."
            )

    def __repr__(self) -> str:
        return f"Sum({list(self.kernels)}, {self.weights.tolist()})"

    @property
    def settings(self) -> int | None:  # noqa: D102
        return next((k.settings for k in self.kernels if k.settings is not None), None)

    def at(self, rows: Rows) -> Kernel:  # noqa: D102
        return Sum([kernel.at(rows) for kernel in self.kernels], self.weights)

    def value(self, squared_distance: Floats) -> Floats:  # noqa: D102
        parts = zip(self.weights, self.kernels, strict=True)
        return np.asarray(sum(w * kernel.value(squared_distance) for w, kernel in parts))

    def slope(self, squared_distance: Floats) -> Floats:  # noqa: D102
        parts = zip(self.weights, self.kernels, strict=True)
        return np.asarray(sum(w * kernel.slope(squared_distance) for w, kernel in parts))


_BY_NAME: dict[str, Callable[[ArrayLike], Kernel]] = {
    "gaussian": Gaussian,
    "laplace": Laplace,
    "inverse_multiquadric": InverseMultiquadric,
}


def as_kernel(kernel: str | Kernel, sigma: ArrayLike | None = None) -> Kernel:
    """Return the kernel of that name and width, or the kernel itself.

    Parameters
    ----------
    kernel : "gaussian", "laplace", "inverse_multiquadric" or a `Kernel`.
    sigma : width of a kernel given by name, 1 by default; a `Kernel` has its own.

    Raises
    ------
    TypeError : if ``kernel`` is neither a name nor a `Kernel`.
    ValueError : if the name is unknown, or if both a `Kernel` and ``sigma`` are given.
    """
    if isinstance(kernel, Kernel):
        if sigma is not None:
            raise ValueError(f"sigma: expected None, since {kernel!r} has its own; got {sigma!r}.")
        return kernel
    if not isinstance(kernel, str):
        raise TypeError(f"kernel: expected a name or a Kernel, got {kernel!r}.")
    return _BY_NAME[one_of(kernel, "kernel", _BY_NAME)](1.0 if sigma is None else sigma)
