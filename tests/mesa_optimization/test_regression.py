"""In-context regression: moments, closed forms, exact and sampled training."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from workedpapers import mesa_optimization as mesa
from workedpapers.mesa_optimization.regression.attention import (
    population_loss,
    sample_tasks,
    sampled_loss,
)
from workedpapers.mesa_optimization.regression.moments import TaskSettings
from workedpapers.mesa_optimization.regression.theory import best_matrix, exact_loss

COV = np.array([[0.5, 0.2, 0.0], [0.2, 0.3, -0.1], [0.0, -0.1, 0.8]])
OMEGA = np.array([[1.0, 0.3, 0.0], [0.3, 0.5, 0.0], [0.0, 0.0, 2.0]])
KINDS = [
    TaskSettings.checked(COV, 4),
    TaskSettings.checked(COV, 4, noise=0.7, weights=OMEGA),
    TaskSettings.checked(np.diag([0.2, 1.0, 0.5]), 5, noise=0.3, inputs="uniform"),
]


@pytest.mark.parametrize("tasks", KINDS)
def test_moments_are_those_of_sampled_tasks(tasks: TaskSettings) -> None:
    x, y, _, _ = sample_tasks(tasks, 300_000, np.random.default_rng(0))
    e = np.concatenate([x, y[..., None]], -1)
    c = np.einsum("tni,tnj->tij", e, e)
    d = tasks.dim
    for at in [(0, 0, 0, 0), (0, 1, 2, 2), (d, d, d, d), (0, 1, d, d), (0, d, 1, d), (0, d, d, 1)]:
        i, j, k, m = at
        product = c[:, i, j] * c[:, k, m]
        error = product.std() / np.sqrt(len(product))
        assert abs(product.mean() - tasks.pair_moments[at]) < 5 * error + 1e-12
    g = np.einsum("tn,tnd->td", y, x)
    products = g[:, :, None] * g[:, None]
    error = products.std(0) / np.sqrt(len(g))
    assert (np.abs(products.mean(0) - tasks.gradient_moments) < 5 * error).all()


@pytest.mark.parametrize("tasks", KINDS)
def test_the_exact_loss_has_its_gradient_and_is_the_mean_of_samples(tasks: TaskSettings) -> None:
    rng = np.random.default_rng(1)
    a, b = 0.3 * rng.normal(size=4), 0.3 * rng.normal(size=(4, 3))
    loss, to_a, to_b = population_loss(tasks, a, b)
    for i in range(4):
        step = 1e-6 * np.eye(4)[i]
        change = population_loss(tasks, a + step, b)[0] - population_loss(tasks, a - step, b)[0]
        assert_allclose(change / 2e-6, to_a[i], rtol=1e-5, atol=1e-7)
        for j in range(3):
            step = np.zeros((4, 3))
            step[i, j] = 1e-6
            change = population_loss(tasks, a, b + step)[0] - population_loss(tasks, a, b - step)[0]
            assert_allclose(change / 2e-6, to_b[i, j], rtol=1e-5, atol=1e-7)
    drawn = [sampled_loss(tasks, a, b, 20_000, rng) for _ in range(20)]
    losses = np.array([one[0] for one in drawn])
    assert abs(losses.mean() - loss) < 5 * losses.std() / np.sqrt(20)
    assert_allclose(np.mean([one[1] for one in drawn], axis=0), to_a, rtol=0.1, atol=0.1)
    assert_allclose(np.mean([one[2] for one in drawn], axis=0), to_b, rtol=0.1, atol=0.1)


@pytest.mark.parametrize("tasks", KINDS)
def test_a_layer_that_is_a_matrix_has_the_loss_of_the_matrix(tasks: TaskSettings) -> None:
    q = np.random.default_rng(2).normal(size=(3, 3))
    a = -np.eye(4)[3]
    b = np.vstack([q, np.zeros(3)])
    assert_allclose(population_loss(tasks, a, b)[0], exact_loss(tasks, q))


@pytest.mark.parametrize("tasks", KINDS)
def test_no_matrix_near_the_best_is_better(tasks: TaskSettings) -> None:
    best = best_matrix(tasks)
    rng = np.random.default_rng(3)
    for _ in range(20):
        other = best + 0.05 * rng.normal(size=best.shape)
        assert exact_loss(tasks, other) > exact_loss(tasks, best)


def test_the_closed_form_for_gaussian_inputs() -> None:
    q = mesa.optimal_layer(COV, 4, noise=0.7)
    assert_allclose(q, np.linalg.inv(5 * COV + (np.trace(COV) + 0.49) * np.eye(3)))
    assert_allclose(
        mesa.layer_loss(q, COV, 4, noise=0.7),
        exact_loss(TaskSettings.checked(COV, 4, noise=0.7), q),
    )


def test_the_anchor_of_the_literature() -> None:
    best = mesa.gd_theory(dim=10, n_context=10, input_range=1.0)
    assert_allclose(best.eta, 6.0606, atol=5e-5)
    assert_allclose(best.loss, 0.206229, atol=5e-7)
    wide = mesa.gd_theory(dim=10, n_context=10, input_range=2.0)
    assert_allclose([wide.eta, wide.loss], [1.5152, 0.824916], atol=5e-5)
    d, n, s, m = 10, 10, 1 / 12, 1 / 80
    a = (d * m + d * (d - 1) * s**2) / n + (1 - 1 / n) * d * s**2
    assert_allclose(best, [d * s / a, (d * s - (d * s**2) ** 2 / (s * a)) / 2, d * s / 2])
    # With no bound on the examples the step is that of the population: eta = 1 / s, loss 0.
    many = mesa.gd_theory(dim=3, n_context=10**7)
    assert_allclose([many.eta, many.loss], [12, 0], atol=1e-4)


def test_for_inputs_that_are_alike_the_best_matrix_is_the_best_step() -> None:
    step = mesa.plain_step(np.eye(4) * 0.3, 7)
    assert_allclose(mesa.optimal_layer(np.eye(4) * 0.3, 7), step.eta / 7 * np.eye(4))


def test_exact_training_finds_the_step() -> None:
    fit = mesa.train_linear_attention(dim=10, n_context=10, steps=1000, seed=3, exact=True)
    best = mesa.gd_theory(dim=10, n_context=10)
    assert abs(fit.loss - best.loss) < 1e-6
    assert np.abs(fit.matrix - best.eta / 10 * np.eye(10)).max() < 1e-3
    found = mesa.compare_with_gd(fit, tasks=2000, seed=1)
    assert found.sensitivity_cosine > 0.9999
    assert abs(found.loss_model - found.loss_gd) < 1e-4


def test_sampled_training_comes_near_it() -> None:
    fit = mesa.train_linear_attention(
        dim=3, n_context=6, steps=800, seed=0, exact=False, batch=256, lr=3e-3
    )
    best = mesa.gd_theory(dim=3, n_context=6)
    assert best.loss <= fit.loss < 1.03 * best.loss


def test_unequal_inputs_are_preconditioned() -> None:
    cov = np.diag([0.1, 0.4, 1.6])
    fit = mesa.train_linear_attention(cov=cov, n_context=5, steps=2500, seed=0, lr=2e-3)
    q = mesa.optimal_layer(cov, 5)
    assert np.linalg.norm(fit.matrix - q) < 0.01 * np.linalg.norm(q)
    assert fit.loss < mesa.plain_step(cov, 5).loss


def test_tasks_that_share_a_direction_teach_that_direction() -> None:
    direction = np.array([[1.0], [0.0], [0.0]])
    shared = direction @ direction.T
    q = mesa.optimal_layer(np.eye(3), 5, weights=shared)
    assert_allclose(q[1:], 0, atol=1e-12)
    assert mesa.layer_loss(q, np.eye(3), 5, weights=shared) < 0.2
    assert mesa.layer_loss(q, np.eye(3), 5) > 1.0  # of 1.5 for a prediction of zero


def test_the_mixture_goes_from_the_step_to_the_layer() -> None:
    fit = mesa.train_linear_attention(dim=4, n_context=6, steps=150, seed=0)
    none = mesa.compare_with_gd(fit, tasks=500, blend=0.0)
    assert_allclose(none.loss_model, none.loss_gd)
    assert none.prediction_diff < 1e-12
    whole = mesa.compare_with_gd(fit, tasks=500, blend=1.0)
    x, y, query, answer = sample_tasks(fit.tasks, 500, np.random.default_rng(1))
    predicted = np.einsum("td,td->t", fit.weights(x, y), query)
    assert_allclose(whole.loss_model, 0.5 * np.mean((predicted - answer) ** 2))


def test_the_layer_is_attention_written_out() -> None:
    """K, Q, V, P and sums over tokens, as the definition has them."""
    rng = np.random.default_rng(5)
    d, n = 3, 4
    k, q, v, p = rng.normal(size=(4, d + 1, d + 1))
    x, y, query = rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d)
    tokens = np.column_stack([x, y])
    asked = np.append(query, 0.0)
    out = sum((token @ v) * ((token @ k) @ (asked @ q)) for token in tokens) @ p
    fit = mesa.LinearAttention(
        v @ p[:, d], k @ q[:d].T, np.zeros(1), TaskSettings.checked(np.eye(d), n)
    )
    assert_allclose(fit.weights(x[None], y[None])[0] @ query, -out[d])


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="cov: expected a square"):
        mesa.optimal_layer(np.ones((2, 3)), 4)
    with pytest.raises(ValueError, match="symmetric"):
        mesa.optimal_layer([[1, 0.5], [0, 1]], 4)
    with pytest.raises(ValueError, match="no negative eigenvalue"):
        mesa.optimal_layer([[1, 2], [2, 1]], 4)
    with pytest.raises(ValueError, match="diagonal"):
        mesa.optimal_layer(COV, 4, inputs="uniform")
    with pytest.raises(ValueError, match="inputs: expected one of"):
        mesa.optimal_layer(COV, 4, inputs="cauchy")
    with pytest.raises(ValueError, match="weights: expected shape"):
        mesa.optimal_layer(COV, 4, weights=np.eye(2))
    with pytest.raises(ValueError, match="q: expected shape"):
        mesa.layer_loss(np.eye(2), COV, 4)
    with pytest.raises(TypeError, match="n_context"):
        mesa.gd_theory(dim=3, n_context=2.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="steps"):
        mesa.train_linear_attention(steps=0)
    fit = mesa.train_linear_attention(dim=2, n_context=3, steps=1)
    with pytest.raises(ValueError, match="scale"):
        mesa.compare_with_gd(fit, tasks=10, scale=0)
