"""One layer of linear self-attention, trained on the exact loss or on sampled tasks.

Tokens are e = (x, y), and the query is (x, 0). The layer adds P V sum_j e_j (e_j . K^T Q e) to a
token, and minus the last entry of the query's token is the prediction. Only two parts of the
four matrices matter for it: b = (K^T Q) restricted to inputs, and a = V^T P's last row. Then

    prediction = -a^T C b x,    C = sum_j e_j e_j^T .
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from workedpapers.checks import Floats, positive, positive_int
from workedpapers.mesa_optimization.learning.adam import Adam
from workedpapers.mesa_optimization.regression.moments import Inputs, TaskSettings

__all__ = ["LinearAttention", "sample_tasks", "train_linear_attention"]

#: Variance of the entries of K, Q, V and P at the start, times the number of rows.
_START = 0.002


@dataclass(frozen=True, eq=False)
class LinearAttention:
    """A trained layer of linear self-attention.

    Parameters
    ----------
    a : ndarray, shape (d + 1,)
        What is read off each example, from values and projection.
    b : ndarray, shape (d + 1, d)
        How examples are weighed for a query, from keys and queries.
    losses : ndarray, shape (steps,)
        Loss before each step: exact if it was trained so, otherwise of the batch.
    tasks : TaskSettings
        What it was trained on.

    See Also
    --------
    train_linear_attention : What makes one.
    compare_with_gd : How it differs from gradient descent.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> fit = mesa.train_linear_attention(dim=2, n_context=5, steps=3, seed=0, exact=True)
    >>> fit.a.shape, fit.b.shape, fit.losses.shape
    ((3,), (3, 2), (3,))
    """

    a: Floats
    b: Floats
    losses: Floats = field(repr=False)
    tasks: TaskSettings = field(repr=False)

    @property
    def matrix(self) -> Floats:
        """What multiplies the gradient: the layer predicts g^T Q x + a smaller rest.

        Returns
        -------
        ndarray, shape (d, d)
            Q, which is (eta / N) I for a plain step.
        """
        d = self.b.shape[1]
        q: Floats = -self.a[d] * self.b[:d] - np.outer(self.a[:d], self.b[d])
        return q

    @property
    def loss(self) -> float:
        """Exact loss over all tasks of the kind that it was trained on.

        Returns
        -------
        float
            Half the mean squared error of the query.
        """
        return population_loss(self.tasks, self.a, self.b)[0]

    def weights(self, x: Floats, y: Floats) -> Floats:
        """Weights of the linear predictor that the layer makes of examples.

        Parameters
        ----------
        x : ndarray, shape (tasks, n, d)
            Inputs of the examples.
        y : ndarray, shape (tasks, n)
            Their outputs.

        Returns
        -------
        ndarray, shape (tasks, d)
            The prediction for a query is their product with it.
        """
        e = np.concatenate([x, y[..., None]], -1)
        # -(C a)^T b, without forming C
        found: Floats = -((e @ self.a)[:, None] @ e)[:, 0] @ self.b
        return found


def population_loss(tasks: TaskSettings, a: Floats, b: Floats) -> tuple[float, Floats, Floats]:
    """Exact loss of a layer over all tasks, and its gradients by a and b.

    With prediction p = -a^T C b x:
    2 L = E (w.x)^2 + 2 E (w.x) a^T C b x + E (a^T C b x)^2, and each is a sum over known moments.
    """
    s = tasks.covariance
    quartic = tasks.pair_moments  # E C_ij C_kl
    # Second term: E w_i C_jk, weighed by (b S)_ki.
    bs = b @ s
    linear = np.einsum("ijk,ki->j", tasks.cross_moments, bs)  # by a_j
    cross_b = np.einsum("ijk,j->ki", tasks.cross_moments, a) @ s
    # Third: sum a_i a_k (b S b^T)_jl E C_ij C_kl.
    inner = np.tensordot(quartic, bs @ b.T, axes=([1, 3], [0, 1]))  # (i, k)
    outer = np.tensordot(quartic, np.outer(a, a), axes=([0, 2], [0, 1]))  # (j, l)
    square = a @ inner @ a
    loss = 0.5 * (np.sum(s * tasks.weights) + 2 * a @ linear + square)
    to_a = linear + 0.5 * (inner + inner.T) @ a
    to_b = cross_b + 0.5 * (outer + outer.T) @ bs
    return float(loss), to_a, to_b


def sample_tasks(
    tasks: TaskSettings, count: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats, Floats]:
    """Inputs (count, N, d), outputs (count, N), queries (count, d), their outputs (count,)."""
    d, n = tasks.dim, tasks.n_context
    shape = (count, n + 1, d)
    if tasks.inputs is Inputs.UNIFORM:
        x = rng.uniform(-1, 1, shape) * np.sqrt(3 * np.diag(tasks.covariance))
    else:
        x = rng.standard_normal(shape) @ _root(tasks.covariance)
    w = rng.standard_normal((count, d)) @ _root(tasks.weights)
    y = (x @ w[..., None])[..., 0]
    noisy = y[:, :n] + tasks.noise * rng.standard_normal((count, n)) if tasks.noise else y[:, :n]
    return x[:, :n], noisy, x[:, n], y[:, n]


def _root(s: Floats) -> Floats:
    """Symmetric root of a covariance."""
    values, vectors = np.linalg.eigh(s)
    root: Floats = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    return root


def sampled_loss(
    tasks: TaskSettings, a: Floats, b: Floats, batch: int, rng: np.random.Generator
) -> tuple[float, Floats, Floats]:
    """Loss of a layer on sampled tasks, and its gradients by a and b."""
    x, y, query, answer = sample_tasks(tasks, batch, rng)
    e = np.concatenate([x, y[..., None]], -1)
    near = e @ (query @ b.T)[..., None]  # e . b x
    cbx = (near.swapaxes(1, 2) @ e)[:, 0]  # C b x
    error = -(cbx @ a) - answer
    ca = ((e @ a)[:, None] @ e)[:, 0]  # C a
    to_a = -(error @ cbx) / batch
    to_b = -(ca * error[:, None]).T @ query / batch
    return float(0.5 * np.mean(error**2)), to_a, to_b


def train_linear_attention(
    *,
    dim: int = 10,
    n_context: int = 10,
    steps: int = 1000,
    seed: int = 0,
    exact: bool = True,
    input_range: float = 1.0,
    noise: float = 0.0,
    cov: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    batch: int = 2048,
    lr: float = 1e-3,
) -> LinearAttention:
    r"""Train one layer of linear self-attention to predict from examples in its context.

    Parameters
    ----------
    dim : int, default 10
        Number of inputs.
    n_context : int, default 10
        Number of examples.
    steps : int, default 1000
        Steps of Adam.
    seed : int, default 0
        Of the weights at the start, and of the tasks if they are sampled.
    exact : bool, default True
        Train on the exact loss over all tasks; otherwise on ``batch`` fresh tasks a step.
    input_range : float, default 1.0
        Inputs are uniform on an interval of this length about 0.
    noise : float, default 0.0
        Standard deviation of the noise of the outputs.
    cov : array_like, shape (d, d), optional
        Covariance of Gaussian inputs, in place of uniform ones; ``dim`` and ``input_range`` are
        not used then.
    weights : array_like, shape (d, d), optional
        Covariance of the tasks' weights; by default the identity.
    batch : int, default 2048
        Tasks of a step, if they are sampled.
    lr : float, default 0.001
        Step length of Adam.

    Returns
    -------
    LinearAttention
        The trained layer.

    Raises
    ------
    TypeError
        If a count is not a whole number.
    ValueError
        If a number is out of range or a matrix is no covariance.

    See Also
    --------
    gd_theory : What it should come to.
    compare_with_gd : How it differs from gradient descent.

    Notes
    -----
    The four matrices K, Q, V and P are trained as von Oswald et al. (2023) train them: Adam with
    memories 0.9 and 0.98, gradients clipped at length 0.001. The loss is a polynomial in the
    weights whose coefficients are moments of the tasks, so that it and its gradient are known
    exactly: no task need be drawn.

    Examples
    --------
    >>> from workedpapers import mesa_optimization as mesa
    >>> fit = mesa.train_linear_attention(dim=10, n_context=10, steps=600, seed=0, exact=True)
    >>> round(fit.loss, 6)
    0.206229
    """
    if cov is None:
        tasks = TaskSettings.cube(dim, n_context, input_range, noise)
        cov, inputs = tasks.covariance, Inputs.UNIFORM
    else:
        inputs = Inputs.GAUSSIAN
    tasks = TaskSettings.checked(cov, n_context, noise=noise, inputs=inputs, weights=weights)
    steps, batch = positive_int(steps, "steps"), positive_int(batch, "batch")
    lr, seed = positive(lr, "lr"), positive_int(seed, "seed", least=0)
    d = tasks.dim
    rng = np.random.default_rng(seed)
    # Stacked: each array has a leading axis of one agent, as Adam wants it.
    k, q, v, p = matrices = [
        rng.standard_normal((1, d + 1, d + 1)) * np.sqrt(_START / (d + 1)) for _ in range(4)
    ]
    adam = Adam(lr, clip=1e-3, betas=(0.9, 0.98))
    losses = np.empty(steps)
    for step in range(steps):
        a = v[0] @ p[0, :, d]
        b = k[0] @ q[0, :d].T
        if exact:
            losses[step], to_a, to_b = population_loss(tasks, a, b)
        else:
            losses[step], to_a, to_b = sampled_loss(tasks, a, b, batch, rng)
        to_p = np.zeros_like(p)
        to_p[0, :, d] = v[0].T @ to_a
        to_q = np.zeros_like(q)
        to_q[0, :d] = to_b.T @ k[0]
        gradients = [(to_b @ q[0, :d])[None], to_q, np.outer(to_a, p[0, :, d])[None], to_p]
        adam.step(matrices, gradients)
    return LinearAttention(v[0] @ p[0, :, d], k[0] @ q[0, :d].T, losses, tasks)
