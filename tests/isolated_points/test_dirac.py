import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from tests.isolated_points.naive import Naive
from workedpapers.isolated_points.arguments import UPDATES
from workedpapers.isolated_points.theory.dirac import (
    LOSSES,
    dirac_eigenvalues,
    dirac_gan,
    kernel_settings,
)
from workedpapers.isolated_points.theory.linear import mean_mode, stability

rates = st.floats(0.01, 1.5)


def jacobian(settings, h=1e-6):
    """One step of the program itself, differentiated at (0, 0)."""
    columns = []
    for direction in np.eye(2):
        ends = [dirac_gan(*(s * h * direction), steps=1, **settings) for s in (1, -1)]
        columns.append([(ends[0][i][1] - ends[1][i][1]) / (2 * h) for i in (0, 1)])
    return np.array(columns).T


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("loss", LOSSES)
def test_eigenvalues_are_those_of_the_numerical_jacobian(update, loss):
    settings = {"lr_d": 0.7, "lr_g": 0.4, "decay": 0.3, "update": update, "loss": loss}
    found = dirac_eigenvalues(**settings)
    assert_allclose(
        np.sort_complex(found), np.sort_complex(np.linalg.eigvals(jacobian(settings))), atol=1e-8
    )


@given(rates, rates)
def test_without_decay_simultaneous_steps_spiral_out_and_alternating_ones_circle(lr_d, lr_g):
    together = dirac_eigenvalues(lr_d=lr_d, lr_g=lr_g, update="simultaneous")
    assert_allclose(np.abs(together), np.sqrt(1 + lr_d * lr_g), rtol=1e-12)
    in_turn = dirac_eigenvalues(lr_d=lr_d, lr_g=lr_g)
    assert_allclose(np.abs(in_turn), 1, rtol=1e-12)


def test_alternating_steps_circle_up_to_a_product_of_four():
    below, above = (np.abs(dirac_eigenvalues(lr_d=2, lr_g=x)[0]) for x in (1.999, 2.001))
    assert_allclose(below, 1, rtol=1e-12)
    assert above > 1.01


def test_trajectories_do_what_the_eigenvalues_say():
    out = dirac_gan(1, 0, lr_d=0.2, lr_g=0.2, update="simultaneous", steps=200)
    radius = np.hypot(out.theta, out.psi)
    assert_allclose(radius[1:] / radius[:-1], np.sqrt(1.04), rtol=1e-10)
    # Alternating steps keep this quadratic form, so that the orbit is an ellipse for ever.
    for lr_d, lr_g in [(0.2, 0.2), (0.9, 0.3)]:
        run = dirac_gan(1, 0.4, lr_d=lr_d, lr_g=lr_g, steps=3000)
        form = run.theta**2 / lr_g + run.psi**2 / lr_d - run.theta * run.psi
        assert_allclose(form, form[0], rtol=1e-9)


def test_decay_damps_at_the_rate_of_the_eigenvalue():
    run = dirac_gan(0.1, 0, lr_d=0.1, lr_g=0.1, decay=1.0, steps=400)
    mu = dirac_eigenvalues(lr_d=0.1, lr_g=0.1, decay=1.0)[0]
    form = run.theta[1:] * run.theta[:-1].max()
    assert np.abs(mu) == pytest.approx(np.sqrt(0.9))
    # A sequence of a complex pair obeys its own recurrence.
    assert_allclose(form[2:], 2 * mu.real * form[1:-1] - np.abs(mu) ** 2 * form[:-2], atol=1e-14)
    assert np.abs(run.theta[-1]) < 1e-8


def test_critical_damping_is_where_mescheder_et_al_have_it():
    # Their gradient flow is critically damped at a strength of 2 phi'(0); small steps approach it.
    h = 1e-4
    for loss, critical in [("linear", 2.0), ("minimax", 1.0)]:
        under = dirac_eigenvalues(lr_d=h, lr_g=h, decay=0.999 * critical, loss=loss)
        over = dirac_eigenvalues(lr_d=h, lr_g=h, decay=1.001 * critical, loss=loss)
        assert np.all(under.imag != 0)
        assert np.all(over.imag == 0)


@pytest.mark.parametrize("loss", ["minimax", "non-saturating"])
def test_saturating_slopes_are_finite_far_away(loss):
    run = dirac_gan(50.0, 50.0, lr_d=0.5, lr_g=0.5, loss=loss, steps=50)
    assert np.isfinite(run.theta).all()
    small = dirac_gan(1e-4, 2e-4, lr_d=0.4, lr_g=0.2, loss=loss, steps=50)
    linear = dirac_gan(1e-4, 2e-4, lr_d=0.2, lr_g=0.1, steps=50)  # slope 1/2 in both rates
    assert_allclose(small.theta, linear.theta, rtol=1e-5, atol=1e-9)


def test_a_linear_kernel_gives_the_dirac_gan_exactly():
    # f = sum of w c x over its centres c: written out, not through psi.
    lr_d, lr_g, decay, y = 0.3, 0.2, 0.4, 0.7
    weights, centres, path = np.zeros(0), np.zeros(0), [y]
    for _ in range(60):
        weights = np.append((1 - lr_d * decay) * weights, [lr_d, -lr_d])
        centres = np.append(centres, [0.0, y])
        y = y + lr_g * weights @ centres
        path.append(y)
    run = dirac_gan(0.7, 0.0, lr_d=lr_d, lr_g=lr_g, decay=decay, steps=60)
    assert_allclose(run.theta, path, atol=1e-13)


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("decay", [0.0, 0.5])
def test_the_gaussian_kernel_approaches_it_as_one_over_sigma_squared(update, decay):
    rule = {"lr_d": 0.3, "lr_g": 0.2, "decay": decay}
    run = dirac_gan(0.5, 0.0, update=update, steps=40, **rule)
    errors = []
    for sigma in (40.0, 80.0, 160.0):
        settings = kernel_settings(sigma=sigma, mass=0.4, **rule)
        path = Naive([0.0], [0.5], update=update, **settings).run(40)[:, 0, 0]
        errors.append(np.abs(path - run.theta).max())
    assert errors[0] < 0.02 * np.abs(run.theta).max()
    assert_allclose(np.divide(errors[:-1], errors[1:]), 4, rtol=0.03)


@pytest.mark.parametrize("update", UPDATES)
@given(rates, rates, st.floats(0, 1), st.floats(0.1, 9), st.floats(0.1, 3))
def test_linear_theory_agrees_at_every_width(update, lr_d, lr_g, decay, sigma, mass):
    rule = {"lr_d": lr_d, "lr_g": lr_g, "decay": decay}
    kernel = stability(update=update, **kernel_settings(sigma=sigma, mass=mass, **rule))
    dirac = dirac_eigenvalues(update=update, **rule)
    assert_allclose(kernel.eigenvalues, dirac, atol=1e-7)


def test_eigenvalues_broadcast():
    many = dirac_eigenvalues(lr_d=np.full((3, 1), 0.2), lr_g=np.linspace(0.1, 1, 4), decay=0.1)
    assert many.shape == (3, 4, 2)
    assert_allclose(many[1, 2], dirac_eigenvalues(lr_d=0.2, lr_g=0.7, decay=0.1))
    assert_allclose(many[0, 0], mean_mode(0.02, 0, 0.02))


def test_a_diverged_run_is_infinite_to_the_end():
    run = dirac_gan(1, 0, lr_d=9, lr_g=9, steps=400)
    assert np.isinf(run.theta[-1])
    assert not np.isnan(run.theta).any()


@pytest.mark.parametrize(
    ("change", "error", "word"),
    [
        ({"lr_d": -1}, ValueError, "lr_d"),
        ({"lr_g": 0}, ValueError, "lr_g"),
        ({"decay": -0.1}, ValueError, "decay"),
        ({"steps": 0}, ValueError, "steps"),
        ({"steps": 1.5}, TypeError, "steps"),
        ({"update": "both"}, ValueError, "update"),
        ({"loss": "hinge"}, ValueError, "loss"),
        ({"theta0": np.nan}, ValueError, "theta0"),
    ],
)
def test_bad_input_is_named(change, error, word):
    settings = {"theta0": 1.0, "psi0": 0.0, "lr_d": 0.1, "lr_g": 0.1} | change
    with pytest.raises(error, match=word):
        dirac_gan(**settings)


def test_bad_kernel_settings_are_named():
    with pytest.raises(ValueError, match="sigma"):
        kernel_settings(lr_d=0.1, lr_g=0.1, sigma=0.0)
