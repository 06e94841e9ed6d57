"""The best layer of linear attention and the best plain step of gradient descent, exactly."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workedpapers.checks import Floats, as_float_array
from workedpapers.mesa_optimization.regression.moments import Inputs, TaskSettings

__all__ = ["StepTheory", "gd_theory", "layer_loss", "optimal_layer", "plain_step"]


class StepTheory(NamedTuple):
    """The best step of gradient descent from zero.

    Parameters
    ----------
    eta : float
        Its length, for the mean of the squared errors over the examples.
    loss : float
        Half the mean squared error of the query after it.
    zero_loss : float
        The same without a step, for a prediction of zero.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> mesa.StepTheory(6.0, 0.2, 0.4).zero_loss
    0.4
    """

    eta: float
    loss: float
    zero_loss: float


def exact_loss(tasks: TaskSettings, q: Floats) -> float:
    """Half the mean squared error of the prediction g^T Q x, g = sum y x, over all tasks.

    L = (tr Omega S - 2 N tr(Omega S Q S) + tr(E[g g^T] Q S Q^T)) / 2.
    """
    s, omega = tasks.covariance, tasks.weights
    linear = tasks.n_context * np.trace(omega @ s @ q @ s)
    square = np.trace(tasks.gradient_moments @ q @ s @ q.T)
    return float((np.trace(omega @ s) - 2 * linear + square) / 2)


def best_step(tasks: TaskSettings) -> StepTheory:
    """The best multiple of the gradient: Q = (eta / N) I."""
    s, omega, n = tasks.covariance, tasks.weights, tasks.n_context
    signal = np.trace(omega @ s)
    # L(a) = (signal - 2 a N tr(Omega S S) + a^2 tr(E[g g^T] S)) / 2 is a parabola in a = eta / N.
    slope = n * np.trace(omega @ s @ s)
    a = slope / np.trace(tasks.gradient_moments @ s)
    return StepTheory(float(n * a), float((signal - a * slope) / 2), float(signal / 2))


def gd_theory(
    *, dim: int, n_context: int, input_range: float = 1.0, noise: float = 0.0
) -> StepTheory:
    r"""Best single step of gradient descent on in-context regression, in closed form.

    Parameters
    ----------
    dim : int
        Number of inputs d, at least 1.
    n_context : int
        Number of examples N, at least 1.
    input_range : float, default 1.0
        Inputs are uniform on an interval of this length about 0.
    noise : float, default 0.0
        Standard deviation of the noise of the outputs.

    Returns
    -------
    StepTheory
        Length of the step, loss after it, loss of a prediction of zero.

    Raises
    ------
    TypeError
        If a count is not a whole number.
    ValueError
        If a number is out of range.

    See Also
    --------
    optimal_layer : The best linear layer, which need not be a plain step.
    train_linear_attention : What training finds.

    Notes
    -----
    With s the variance of an input and m its fourth moment, weights of variance 1 and no noise,

    .. math:: \eta^* = \frac{d s}{A}, \quad
        L^* = \tfrac12\Big(d s - \frac{(d s^2)^2}{s A}\Big), \quad
        A = \frac{d m + d (d-1) s^2}{N} + \Big(1 - \frac1N\Big) d s^2 .

    Derived in the chapter, section "A learned optimiser that can be opened". The setting is that
    of von Oswald et al. (2023).

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> best = mesa.gd_theory(dim=10, n_context=10, input_range=1.0)
    >>> round(best.eta, 4), round(best.loss, 6), round(best.zero_loss, 4)
    (6.0606, 0.206229, 0.4167)
    """
    return best_step(TaskSettings.cube(dim, n_context, input_range, noise))


def optimal_layer(
    cov: npt.ArrayLike,
    n_context: int,
    *,
    noise: float = 0.0,
    inputs: Inputs | str = "gaussian",
    weights: npt.ArrayLike | None = None,
) -> Floats:
    r"""Best matrix Q of a layer that predicts g^T Q x from the gradient g = sum of y x.

    Parameters
    ----------
    cov : array_like, shape (d, d)
        Covariance S of the inputs.
    n_context : int
        Number of examples N.
    noise : float, default 0.0
        Standard deviation of the noise of the outputs.
    inputs : {"gaussian", "uniform"}
        Distribution of the inputs; uniform ones are independent.
    weights : array_like, shape (d, d), optional
        Covariance of the tasks' weights; by default the identity.

    Returns
    -------
    ndarray, shape (d, d)
        The matrix, which multiplies the query.

    Raises
    ------
    TypeError
        If a number is of the wrong type.
    ValueError
        If a matrix is no covariance, or shapes or numbers do not fit.

    See Also
    --------
    layer_loss : The loss of this or any other matrix.
    plain_step : The best multiple of the identity, which is plain gradient descent.

    Notes
    -----
    For Gaussian inputs and weights of covariance I, with noise of variance v,

    .. math:: Q^* = \big((N + 1) S + (\operatorname{tr} S + v) I\big)^{-1} .

    In general :math:`Q^* = N\,(E\,g g^T)^{-1} S \Omega`. Derived in the chapter, section "Where it
    breaks: inputs that are not alike"; Ahn et al. (2023) and Mahankali et al. (2024) show that it
    is a minimum for the whole layer.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import mesa_optimization as mesa
    >>> mesa.optimal_layer(np.diag([1.0, 3.0]), 9).round(4).tolist()
    [[0.0714, 0.0], [0.0, 0.0294]]
    """
    tasks = TaskSettings.checked(cov, n_context, noise=noise, inputs=inputs, weights=weights)
    return best_matrix(tasks)


def best_matrix(tasks: TaskSettings) -> Floats:
    """The matrix of `optimal_layer`; directions without any input are left alone."""
    right = tasks.n_context * tasks.covariance @ tasks.weights
    solution: Floats = np.linalg.pinv(tasks.gradient_moments, hermitian=True) @ right
    return solution


def plain_step(
    cov: npt.ArrayLike, n_context: int, *, noise: float = 0.0, inputs: Inputs | str = "gaussian"
) -> StepTheory:
    r"""Best step of plain gradient descent for inputs of any covariance.

    Parameters
    ----------
    cov : array_like, shape (d, d)
        Covariance of the inputs.
    n_context : int
        Number of examples.
    noise : float, default 0.0
        Standard deviation of the noise of the outputs.
    inputs : {"gaussian", "uniform"}
        Distribution of the inputs.

    Returns
    -------
    StepTheory
        Length of the step, loss after it, loss of a prediction of zero.

    Raises
    ------
    TypeError
        If a number is of the wrong type.
    ValueError
        If the matrix is no covariance or a number is out of range.

    See Also
    --------
    gd_theory : The same for inputs that are alike.
    optimal_layer : The best matrix in place of a multiple of the identity.

    Notes
    -----
    The loss is a parabola in the step; derived in the chapter, section "Where it breaks: inputs
    that are not alike".

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import mesa_optimization as mesa
    >>> round(mesa.plain_step(np.eye(10) / 12, 10, inputs="uniform").eta, 4)
    6.0606
    """
    return best_step(TaskSettings.checked(cov, n_context, noise=noise, inputs=inputs))


def layer_loss(
    q: npt.ArrayLike,
    cov: npt.ArrayLike,
    n_context: int,
    *,
    noise: float = 0.0,
    inputs: Inputs | str = "gaussian",
    weights: npt.ArrayLike | None = None,
) -> float:
    r"""Exact loss of a layer that predicts g^T Q x, over all tasks.

    Parameters
    ----------
    q : array_like, shape (d, d)
        The matrix.
    cov : array_like, shape (d, d)
        Covariance of the inputs.
    n_context : int
        Number of examples.
    noise : float, default 0.0
        Standard deviation of the noise of the outputs in the context.
    inputs : {"gaussian", "uniform"}
        Distribution of the inputs.
    weights : array_like, shape (d, d), optional
        Covariance of the tasks' weights; by default the identity.

    Returns
    -------
    float
        Half the mean squared error of the query, whose own noise does not count.

    Raises
    ------
    TypeError
        If numbers are not real.
    ValueError
        If shapes do not fit or a matrix is no covariance.

    See Also
    --------
    optimal_layer : Where this loss is smallest.

    Notes
    -----
    .. math:: L = \tfrac12\big(\operatorname{tr}\Omega S - 2N\operatorname{tr}\Omega S Q S
        + \operatorname{tr} E[g g^T]\, Q S Q^T\big) .

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import mesa_optimization as mesa
    >>> cov = np.diag([1.0, 3.0])
    >>> round(mesa.layer_loss(mesa.optimal_layer(cov, 9), cov, 9), 4)
    0.4874
    """
    tasks = TaskSettings.checked(cov, n_context, noise=noise, inputs=inputs, weights=weights)
    matrix = as_float_array(q, "q", ndim=2)
    if matrix.shape != tasks.covariance.shape:
        raise ValueError(f"q: expected shape {tasks.covariance.shape}, got {matrix.shape}.")
    return exact_loss(tasks, matrix)
