"""How alike a trained layer and a step of gradient descent are, on the same tasks."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from workedpapers.checks import Floats, positive, positive_int
from workedpapers.mesa_optimization.regression.attention import LinearAttention, sample_tasks
from workedpapers.mesa_optimization.regression.moments import TaskSettings
from workedpapers.mesa_optimization.regression.theory import best_matrix, best_step

__all__ = ["Agreement", "compare_with_gd"]


class Agreement(NamedTuple):
    """Measures of von Oswald et al. (2023) for how alike a model and gradient descent are.

    Parameters
    ----------
    loss_model, loss_gd : float
        Half the mean squared error of both on the same tasks.
    prediction_diff : float
        Mean distance of the two predictions.
    sensitivity_diff : float
        Mean distance of the two gradients by the query.
    sensitivity_cosine : float
        Mean cosine of the two.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> mesa.Agreement(0.21, 0.21, 0.02, 0.1, 0.999).loss_gd
    0.21
    """

    loss_model: float
    loss_gd: float
    prediction_diff: float
    sensitivity_diff: float
    sensitivity_cosine: float


def compare_with_gd(
    fit: LinearAttention,
    *,
    tasks: int = 10_000,
    seed: int = 1,
    scale: float = 1.0,
    blend: float = 1.0,
    preconditioned: bool = False,
) -> Agreement:
    """Hold a trained layer against the best step of gradient descent, on the same fresh tasks.

    Parameters
    ----------
    fit : LinearAttention
        The trained layer.
    tasks : int, default 10000
        Number of tasks.
    seed : int, default 1
        Of the tasks.
    scale : float, default 1.0
        Inputs of the tasks are larger than those in training by this factor; model and step stay
        what they are.
    blend : float, default 1.0
        Share of the trained layer in a mixture of its weights with those of the step: 0 is the
        step itself, written as a layer.
    preconditioned : bool, default False
        Compare with the best matrix in place of the best plain step.

    Returns
    -------
    Agreement
        Losses and differences.

    Raises
    ------
    TypeError
        If ``tasks`` is not a whole number.
    ValueError
        If a number is out of range.

    See Also
    --------
    gd_theory : The step, in closed form.

    Notes
    -----
    The prediction is linear in the query, so its gradient by the query is the vector of weights
    that model or step have made of the examples. The measures are those of von Oswald et al.
    (2023), section 3.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> fit = mesa.train_linear_attention(steps=800, seed=0, exact=True)
    >>> found = mesa.compare_with_gd(fit, tasks=1000, seed=1)
    >>> found.sensitivity_cosine > 0.999
    True
    """
    count = positive_int(tasks, "tasks")
    factor = positive(scale, "scale")
    share = positive(blend, "blend", zero=True)
    wider = replace(fit.tasks, covariance=fit.tasks.covariance * factor**2)
    x, y, query, answer = sample_tasks(wider, count, np.random.default_rng(seed))
    q = step_matrix(fit.tasks, preconditioned)
    step = np.einsum("tn,tnd->td", y, x) @ q
    model = blended(fit, q, share).weights(x, y)
    predicted, by_step = (np.einsum("td,td->t", one, query) for one in (model, step))
    lengths = np.linalg.norm(model, axis=1) * np.linalg.norm(step, axis=1)
    cosine = np.einsum("td,td->t", model, step) / np.maximum(lengths, 1e-300)
    return Agreement(
        float(0.5 * np.mean((predicted - answer) ** 2)),
        float(0.5 * np.mean((by_step - answer) ** 2)),
        float(np.mean(np.abs(predicted - by_step))),
        float(np.mean(np.linalg.norm(model - step, axis=1))),
        float(np.mean(cosine)),
    )


def blended(fit: LinearAttention, q: Floats, share: float) -> LinearAttention:
    """A layer whose weights are a mixture of the trained ones and of those that make the step q.

    The layer does not change if b is multiplied and a divided by a number: the trained one is
    first brought to the scale of the step.
    """
    d = fit.tasks.dim
    scale = -fit.a[d]
    a = share * fit.a / scale - (1 - share) * np.eye(d + 1)[d]
    b = share * fit.b * scale
    b[:d] += (1 - share) * q
    return replace(fit, a=a, b=b)


def step_matrix(tasks: TaskSettings, preconditioned: bool) -> Floats:
    """The matrix of the best step for tasks: a multiple of I, or the best matrix."""
    if preconditioned:
        return best_matrix(tasks)
    q: Floats = best_step(tasks).eta / tasks.n_context * np.eye(tasks.dim)
    return q
