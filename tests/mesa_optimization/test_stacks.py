"""Several layers of linear attention against several steps of gradient descent."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from workedpapers import mesa_optimization as mesa
from workedpapers.mesa_optimization.chapter import stack_study
from workedpapers.mesa_optimization.regression.attention import sample_tasks
from workedpapers.mesa_optimization.regression.moments import TaskSettings
from workedpapers.mesa_optimization.regression.stacks import _sampled, constructed

TASKS = TaskSettings.cube(3, 5, 1.0)


@pytest.mark.parametrize("layers", [1, 2, 4])
def test_constructed_layers_are_steps_of_gradient_descent(layers: int) -> None:
    x, y, query, _ = sample_tasks(TASKS, 40, np.random.default_rng(0))
    eta, w = 2.5, np.zeros((40, 3))
    for _ in range(layers):
        residual = y - np.einsum("tnd,td->tn", x, w)
        w += eta / TASKS.n_context * np.einsum("tnd,tn->td", x, residual)
    found = constructed(TASKS, layers, eta).predict(x, y, query)
    assert_allclose(found, np.einsum("td,td->t", w, query), rtol=1e-10, atol=1e-12)


def test_inputs_made_alike_are_a_step_towards_the_inverse() -> None:
    # With X^T X = c I and gamma = 1 / c all inputs are gone after a layer: nothing is added.
    x = np.tile(np.eye(3), (1, 2, 1))
    y, query = np.ones((1, 6)), np.array([[1.0, 2.0, 3.0]])
    one = constructed(TASKS, 1, 1.0, 0.5).predict(x, y, query)
    assert_allclose(constructed(TASKS, 3, 1.0, 0.5).predict(x, y, query), one)


def test_a_trained_single_layer_is_a_stack_of_one() -> None:
    fit = mesa.train_linear_attention(dim=3, n_context=5, steps=50, seed=2)
    x, y, query, _ = sample_tasks(TASKS, 20, np.random.default_rng(1))
    b, w = np.zeros((4, 4)), np.zeros((4, 4))
    b[:, :3], w[3] = fit.b, fit.a
    found = mesa.AttentionStack(1, b, w, TASKS).predict(x, y, query)
    expected = np.einsum("td,td->t", fit.weights(x, y), query)
    assert_allclose(found, expected, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_the_gradient_through_all_layers_is_that_of_differences(layers: int) -> None:
    *shown, answer = drawn = sample_tasks(TASKS, 6, np.random.default_rng(2))
    b, w = 0.4 * np.random.default_rng(3).standard_normal((2, 4, 4))

    def loss(b: np.ndarray, w: np.ndarray) -> float:
        error = mesa.AttentionStack(layers, b, w, TASKS).predict(*shown) - answer
        return float(0.5 * np.mean(error**2))

    to_b, to_w = _sampled(layers, b, w, *drawn)
    for i, j in np.ndindex(4, 4):
        step = np.zeros((4, 4))
        step[i, j] = 1e-6
        assert_allclose(to_b[i, j], (loss(b + step, w) - loss(b - step, w)) / 2e-6, rtol=1e-5)
        assert_allclose(to_w[i, j], (loss(b, w + step) - loss(b, w - step)) / 2e-6, rtol=1e-5)


def test_the_order_of_examples_does_not_matter() -> None:
    x, y, query, _ = sample_tasks(TASKS, 5, np.random.default_rng(4))
    b, w = 0.4 * np.random.default_rng(5).standard_normal((2, 4, 4))
    stack = mesa.AttentionStack(3, b, w, TASKS)
    turned = stack.predict(x[:, ::-1], y[:, ::-1], query)
    assert_allclose(stack.predict(x, y, query), turned, rtol=1e-10)


def test_one_step_has_the_loss_of_its_closed_form() -> None:
    best = mesa.gd_theory(dim=10, n_context=10)
    found = mesa.steps_loss(steps=1, tasks=20_000)
    # The loss of a task has a standard deviation of about twice its mean.
    assert abs(found - best.loss) < 5 * 2 * best.loss / np.sqrt(20_000)


def test_more_steps_and_inputs_made_alike_help() -> None:
    plain = [mesa.steps_loss(steps=k, dim=4, n_context=8, tasks=1000) for k in (1, 2, 3)]
    alike = [
        mesa.steps_loss(steps=k, dim=4, n_context=8, tasks=1000, preconditioned=True)
        for k in (1, 2, 3)
    ]
    assert plain[0] > plain[1] > plain[2]
    # After the last step nothing is left to be made alike.
    assert_allclose(alike[0], plain[0], rtol=1e-4)
    assert all(a < b for a, b in zip(alike[1:], plain[1:], strict=True))


@pytest.mark.parametrize("layers", [1, 2])
def test_a_short_run_is_as_stored(layers: int) -> None:
    kept = stack_study.load_stacks().query(
        "kind == 'layer' and number == @layers and seed == 0 and steps == 100"
    )
    assert_allclose(stack_study.stack_loss(layers, 0, 100), kept["loss"].item(), rtol=1e-6)


@pytest.mark.parametrize(
    ("argument", "value"), [("layers", 0), ("steps", 1.5), ("batch", -1), ("lr", 0.0), ("seed", -1)]
)
def test_training_names_what_it_cannot_take(argument: str, value: float) -> None:
    options = {"layers": 2, "dim": 2, "n_context": 3, "steps": 1, argument: value}
    with pytest.raises((TypeError, ValueError), match=argument):
        mesa.train_attention_stack(**options)  # type: ignore[arg-type]
