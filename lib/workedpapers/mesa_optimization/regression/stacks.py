"""Several layers of linear attention, beside several steps of gradient descent.

A layer changes every token by e <- e + W M B e, where M = sum of e e^T over the examples as they
are by now. W stands for values and projection, B for keys and queries. With W = -(eta / N) on the
output and B the identity on the inputs the outputs become residuals of one more step of gradient
descent in each layer; minus the query's output after the last layer is the prediction.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from workedpapers.checks import Floats, Reals, positive, positive_int
from workedpapers.mesa_optimization.learning.adam import Adam
from workedpapers.mesa_optimization.regression.attention import sample_tasks
from workedpapers.mesa_optimization.regression.moments import TaskSettings

__all__ = ["AttentionStack", "steps_loss", "train_attention_stack"]

#: Spread of the entries of B and W at the start.
_START = 0.03


@dataclass(frozen=True, eq=False)
class AttentionStack:
    """Layers of linear attention that share their weights.

    Parameters
    ----------
    layers : int
        How often the layer is applied.
    b : ndarray, shape (d + 1, d + 1)
        B, from keys and queries.
    w : ndarray, shape (d + 1, d + 1)
        W, from values and projection.
    tasks : TaskSettings
        What it was trained on.

    See Also
    --------
    train_attention_stack : What makes one.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> mesa.train_attention_stack(layers=2, dim=2, n_context=4, steps=1).layers
    2
    """

    layers: int
    b: Floats
    w: Floats
    tasks: TaskSettings = field(repr=False)

    def loss(self, *, tasks: int = 20_000, seed: int = 1) -> float:
        """Half the mean squared error on fresh tasks.

        Parameters
        ----------
        tasks : int, default 20000
            Number of tasks.
        seed : int, default 1
            Of the tasks.

        Returns
        -------
        float
            The loss.
        """
        x, y, query, answer = sample_tasks(self.tasks, tasks, np.random.default_rng(seed))
        return float(0.5 * np.mean((self.predict(x, y, query) - answer) ** 2))

    def predict(self, x: Floats, y: Floats, query: Floats) -> Floats:
        """Predictions for a query of each task.

        Parameters
        ----------
        x : ndarray, shape (tasks, n, d)
            Inputs of the examples.
        y : ndarray, shape (tasks, n)
            Their outputs.
        query : ndarray, shape (tasks, d)
            The input to predict at.

        Returns
        -------
        ndarray, shape (tasks,)
            The predictions.
        """
        tokens, _ = _through(self.layers, self.b, self.w, x, y, query)[-1]
        predicted: Floats = -tokens[:, -1, -1]
        return predicted


def _through(
    layers: int, b: Floats, w: Floats, x: Floats, y: Floats, query: Floats
) -> list[tuple[Floats, Floats]]:
    """Tokens before each layer and after the last, with M of the examples among them."""
    count, n, d = x.shape
    tokens = np.zeros((count, n + 1, d + 1))
    tokens[:, :n, :d], tokens[:, :n, d], tokens[:, n, :d] = x, y, query
    kept = []
    for _ in range(layers):
        m = tokens[:, :n].swapaxes(1, 2) @ tokens[:, :n]
        kept.append((tokens, m))
        tokens = tokens + tokens @ (b.T @ m @ w.T)  # rows are tokens: E <- E + E B^T M W^T
    return [*kept, (tokens, np.zeros(0))]


def _sampled(
    layers: int, b: Floats, w: Floats, x: Floats, y: Floats, query: Floats, answer: Floats
) -> tuple[Floats, Floats]:
    """Gradients of the loss on some tasks by B and W, by hand through all layers."""
    *kept, (tokens, _) = _through(layers, b, w, x, y, query)
    count, n, d = x.shape
    left, right = b.T, w.T
    slope = np.zeros_like(tokens)
    slope[:, n, d] = (tokens[:, n, d] + answer) / count
    to_left, to_right = np.zeros_like(left), np.zeros_like(right)
    for tokens, m in reversed(kept):
        outer = tokens.swapaxes(1, 2) @ slope  # E^T dL/dE', of each task
        to_left += np.einsum("tij,tkj->ik", outer, m @ right, optimize=True)
        to_right += np.einsum("tji,tjk->ik", left @ m, outer, optimize=True)
        to_m = left.T @ outer @ right.T
        slope = slope + slope @ (left @ m @ right).swapaxes(1, 2)
        slope[:, :n] += tokens[:, :n] @ (to_m + to_m.swapaxes(1, 2))
    return to_left.T, to_right.T


def train_attention_stack(
    *,
    layers: int,
    dim: int = 10,
    n_context: int = 10,
    steps: int = 4000,
    seed: int = 0,
    batch: int = 512,
    lr: float = 1e-2,
) -> AttentionStack:
    """Train layers of linear attention that share their weights, on sampled tasks.

    Parameters
    ----------
    layers : int
        How often the layer is applied.
    dim : int, default 10
        Number of inputs.
    n_context : int, default 10
        Number of examples.
    steps : int, default 4000
        Steps of Adam.
    seed : int, default 0
        Of weights and tasks.
    batch : int, default 512
        Tasks of a step.
    lr : float, default 0.01
        Step length of Adam, which falls to 0 along a line.

    Returns
    -------
    AttentionStack
        The trained layers.

    Raises
    ------
    TypeError
        If a count is not a whole number.
    ValueError
        If a number is out of range.

    See Also
    --------
    steps_loss : Plain gradient descent with as many steps.
    train_linear_attention : One layer, with its closed form.

    Notes
    -----
    The recurrent model of von Oswald et al. (2023), with the products of its matrices as
    parameters. The gradient goes through all layers by hand.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> stack = mesa.train_attention_stack(layers=1, dim=2, n_context=6, steps=300)
    >>> stack.loss(tasks=2000) < 0.05
    True
    """
    layers, steps = positive_int(layers, "layers"), positive_int(steps, "steps")
    batch, lr = positive_int(batch, "batch"), positive(lr, "lr")
    rng = np.random.default_rng(positive_int(seed, "seed", least=0))
    tasks = TaskSettings.cube(dim, n_context, 1.0)
    weights: list[Reals] = [
        _START * rng.standard_normal((1, tasks.dim + 1, tasks.dim + 1)) for _ in range(2)
    ]
    adam = Adam(lr, clip=0.1)
    for step in range(steps):
        drawn = sample_tasks(tasks, batch, rng)
        to_b, to_w = _sampled(layers, weights[0][0], weights[1][0], *drawn)
        adam.step(weights, [to_b[None], to_w[None]], 1 - step / steps)
    return AttentionStack(layers, weights[0][0], weights[1][0], tasks)


def constructed(tasks: TaskSettings, layers: int, eta: float, gamma: float = 0.0) -> AttentionStack:
    """Layers that are steps of gradient descent, with inputs made alike by gamma in between."""
    d = tasks.dim
    b, w = np.eye(d + 1), -gamma * np.eye(d + 1)
    b[d, d] = 0
    w[d, d] = -eta / tasks.n_context
    return AttentionStack(layers, b, w, tasks)


def steps_loss(
    *, steps: int, dim: int = 10, n_context: int = 10, tasks: int = 20_000, seed: int = 1,
    preconditioned: bool = False,
) -> float:  # fmt: skip
    r"""Loss after several steps of gradient descent of one length, the best one.

    Parameters
    ----------
    steps : int
        Number of steps from zero.
    dim : int, default 10
        Number of inputs.
    n_context : int, default 10
        Number of examples.
    tasks : int, default 20000
        Number of sampled tasks.
    seed : int, default 1
        Of the tasks.
    preconditioned : bool, default False
        Between steps, also replace inputs by x - gamma X^T X x, with the best gamma.

    Returns
    -------
    float
        Half the mean squared error of the query.

    Raises
    ------
    TypeError
        If a count is not a whole number.
    ValueError
        If a count is below 1.

    See Also
    --------
    train_attention_stack : What as many layers learn.

    Notes
    -----
    The second variant is called GD++ by von Oswald et al. (2023). Length and gamma are found by
    Nelder and Mead's method on the sampled tasks.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> one, two = (mesa.steps_loss(steps=k, dim=3, tasks=2000) for k in (1, 2))
    >>> two < one
    True
    """
    from scipy.optimize import minimize

    steps, count = positive_int(steps, "steps"), positive_int(tasks, "tasks")
    settings = TaskSettings.cube(dim, n_context, 1.0)
    *shown, answer = sample_tasks(settings, count, np.random.default_rng(seed))

    def loss(at: Floats) -> float:
        gamma = float(at[1]) if preconditioned else 0.0
        stack = constructed(settings, steps, float(at[0]), gamma)
        with np.errstate(over="ignore", invalid="ignore"):
            found = float(0.5 * np.mean((stack.predict(*shown) - answer) ** 2))
        return found if np.isfinite(found) else 1e9

    start = [6.0, 0.1] if preconditioned else [6.0]
    options = {"xatol": 1e-2, "fatol": 1e-6}
    return float(minimize(loss, start, method="Nelder-Mead", options=options).fun)
