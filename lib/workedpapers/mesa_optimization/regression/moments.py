"""Expectations over tasks of in-context regression, in closed form.

A task draws weights w with covariance Omega, then N inputs x with covariance S, and a query.
Examples are tokens e = (x, y) with y = w . x + noise, and all that a layer of linear attention
sees of them is C = sum e e^T. Inputs and weights are symmetric about 0. What is needed of them:
their second and fourth moments.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from workedpapers.checks import Floats, as_float_array, one_of, positive, positive_int

__all__ = ["Inputs", "TaskSettings"]


class Inputs(StrEnum):
    """Distributions of the inputs.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> [kind.value for kind in mesa.Inputs]
    ['gaussian', 'uniform']
    """

    GAUSSIAN = "gaussian"
    UNIFORM = "uniform"


def pairings(s: Floats) -> Floats:
    """Fourth moments of a Gaussian with covariance s: the sum over the three pairings."""
    total: Floats = (
        np.einsum("ab,cd->abcd", s, s)
        + np.einsum("ac,bd->abcd", s, s)
        + np.einsum("ad,bc->abcd", s, s)
    )
    return total


def covariance(value: npt.ArrayLike, name: str) -> Floats:
    """A covariance matrix, checked."""
    s = as_float_array(value, name, ndim=2)
    if s.shape[0] != s.shape[1]:
        raise ValueError(f"{name}: expected a square matrix, got shape {s.shape}.")
    if not np.allclose(s, s.T, atol=1e-10 * np.abs(s).max()):
        raise ValueError(f"{name}: expected a symmetric matrix, got one that is not.")
    least = float(np.linalg.eigvalsh(s).min())
    if least < -1e-10 * np.abs(s).max():
        raise ValueError(f"{name}: expected no negative eigenvalue, got {least:.3g}.")
    return s


@dataclass(frozen=True, eq=False)
class TaskSettings:
    """A distribution of regression tasks, checked once.

    Parameters
    ----------
    covariance : ndarray, shape (d, d)
        S, of the inputs.
    n_context : int
        N, the number of examples.
    noise : float
        Standard deviation of the noise of y.
    inputs : Inputs
        Distribution of the inputs; uniform ones are independent.
    weights : ndarray, shape (d, d)
        Omega, of the weights, which are Gaussian.
    """

    covariance: Floats
    n_context: int
    noise: float
    inputs: Inputs
    weights: Floats

    @classmethod
    def checked(
        cls,
        covariance_: npt.ArrayLike,
        n_context: int,
        *,
        noise: float = 0.0,
        inputs: Inputs | str = "gaussian",
        weights: npt.ArrayLike | None = None,
    ) -> TaskSettings:
        """Check every argument.

        Raises
        ------
        TypeError
            If a number is of the wrong type.
        ValueError
            If a matrix is no covariance, shapes differ, or uniform inputs are correlated.
        """
        s = covariance(covariance_, "cov")
        omega = np.eye(len(s)) if weights is None else covariance(weights, "weights")
        if omega.shape != s.shape:
            raise ValueError(f"weights: expected shape {s.shape}, got {omega.shape}.")
        kind = Inputs(one_of(inputs, "inputs", Inputs))
        if kind is Inputs.UNIFORM and np.abs(s - np.diag(np.diag(s))).max() > 0:
            raise ValueError("cov: expected a diagonal matrix for uniform inputs, got another one.")
        return cls(
            s,
            positive_int(n_context, "n_context"),
            positive(noise, "noise", zero=True),
            kind,
            omega,
        )

    @classmethod
    def cube(cls, dim: int, n_context: int, input_range: float, noise: float = 0) -> TaskSettings:
        """Independent inputs, uniform on an interval of length ``input_range`` about 0."""
        dim = positive_int(dim, "dim")
        length = positive(input_range, "input_range")
        return cls.checked(
            np.eye(dim) * length**2 / 12, n_context, noise=noise, inputs=Inputs.UNIFORM
        )

    @property
    def dim(self) -> int:
        """Number of inputs, d."""
        return len(self.covariance)

    @cached_property
    def fourth(self) -> Floats:
        """E x_a x_b x_c x_d."""
        s = self.covariance
        moments = pairings(s)
        if self.inputs is Inputs.UNIFORM:
            # A uniform variable has E x^4 = 9/5 (E x^2)^2, a Gaussian one 3 (E x^2)^2.
            i = np.arange(self.dim)
            moments[i, i, i, i] -= 1.2 * np.diag(s) ** 2
        return moments

    @cached_property
    def gradient_moments(self) -> Floats:
        """E g g^T for g = sum y x: N (F + noise^2 S) + N (N - 1) S Omega S."""
        n, s = self.n_context, self.covariance
        # F = E (w . x)^2 x x^T
        f = np.einsum("abcd,ab->cd", self.fourth, self.weights)
        moments: Floats = n * (f + self.noise**2 * s) + n * (n - 1) * s @ self.weights @ s
        return moments

    @cached_property
    def pair_moments(self) -> Floats:
        """E C_ij C_kl over examples and weights, shape (d + 1,) * 4."""
        n, s = self.n_context, self.covariance
        same = self._with_outputs(self.fourth)
        if self.noise:
            same += self._noise_of_one_example()
        other = self._with_outputs(np.einsum("ab,cd->abcd", s, s))
        if self.noise:
            other += self._noise_of_two_examples()
        moments: Floats = n * same + n * (n - 1) * other
        return moments

    @cached_property
    def cross_moments(self) -> Floats:
        """E w_i C_jk, shape (d, d + 1, d + 1): an output and an input, N (Omega S)_ik."""
        d = self.dim
        moments = np.zeros((d, d + 1, d + 1))
        moments[:, d, :d] = self.n_context * self.weights @ self.covariance
        moments[:, :d, d] = moments[:, d, :d]
        return moments

    def _with_outputs(self, t: Floats) -> Floats:
        """Put the outputs w . x in as a further coordinate, and average over w."""
        d = self.dim
        moments = np.zeros((d + 1,) * 4)
        moments[:d, :d, :d, :d] = t
        for i in range(4):
            for j in range(i + 1, 4):
                place: list[slice | int] = [slice(0, d)] * 4
                place[i] = place[j] = d
                moved = np.moveaxis(t, (i, j), (0, 1))
                moments[tuple(place)] = np.einsum("ab...,ab->...", moved, self.weights)
        moments[d, d, d, d] = np.einsum("abcd,abcd", t, pairings(self.weights))
        return moments

    def _noise_of_one_example(self) -> Floats:
        """What noise adds where all four coordinates are one example's."""
        d, s, v = self.dim, self.covariance, self.noise**2
        moments = np.zeros((d + 1,) * 4)
        for i in range(4):
            for j in range(i + 1, 4):
                place: list[slice | int] = [slice(0, d)] * 4
                place[i] = place[j] = d
                moments[tuple(place)] = v * s
        # E y^4 = E f^4 + 6 v E f^2 + 3 v^2
        moments[d, d, d, d] = 6 * v * np.sum(s * self.weights) + 3 * v**2
        return moments

    def _noise_of_two_examples(self) -> Floats:
        """... and where ij are one example's and kl another's: E y^2 is larger by the noise."""
        d, s, v = self.dim, self.covariance, self.noise**2
        moments = np.zeros((d + 1,) * 4)
        moments[d, d, :d, :d] = v * s
        moments[:d, :d, d, d] = v * s
        signal = np.sum(s * self.weights)
        moments[d, d, d, d] = 2 * v * signal + v**2
        return moments
