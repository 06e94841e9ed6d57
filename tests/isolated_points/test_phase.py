import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from workedpapers.isolated_points.measurement.phase import phase_diagram
from workedpapers.isolated_points.measurement.rates import (
    contraction_rate,
    dominant_mode,
    fitted_mode,
    linear_window,
    measured_rate,
    name_regime,
    regime_of,
)
from workedpapers.isolated_points.simulation.dynamics import simulate

t = np.arange(400)


def slowest_mode(G, rho, a, number, update="alternating"):
    """Linear theory around the matched point, from the matrix of one step.

    State: the slope b of f at the true point, and the mean offset x of the generated points. f has
    curvature -(p - m) / (decay sigma^2) there. p = decay = sigma = 1, m = rho.
    """
    beta, kappa = G * a * (1 - rho), G * a * a * rho  # b in units where x takes lr_g q b
    see = np.array([[1 - a, -kappa], [0, 1]])  # b <- (1 - a) b - kappa x
    move = np.array([[1, 0], [1, 1 - beta]])  # x <- x + b - beta x
    if update == "simultaneous":
        step = np.array([see[0], move[1]])
    else:
        step = move @ see if update == "alternating" else see @ move
    modes = [*np.linalg.eigvals(step)] + [1 - beta] * (number > 1)
    return max(modes, key=abs)


@pytest.mark.parametrize("update", ["alternating", "simultaneous", "generator_first"])
@pytest.mark.parametrize(("number", "a"), [(1, 0.1), (2, 0.1), (3, 0.4), (1, 1.3)])
def test_every_cell_agrees_with_linear_theory(update, number, a):
    found = phase_diagram(
        G=np.geomspace(0.1, 20, 7), rho=np.linspace(0.35, 2.2, 6), a=a, number=number,
        update=update, steps=400,
    )  # fmt: skip
    assert len(found) == 42
    for cell in found.itertuples():
        mode = slowest_mode(cell.G, cell.rho, a, number, update)
        if 0.2 < abs(mode) < 5:
            assert cell.rate == pytest.approx(abs(mode), rel=1e-4)
            assert cell.angle == pytest.approx(abs(np.angle(mode)), abs=1e-4)
        overshoots = abs(np.imag(mode)) > 0 or np.real(mode) < 0
        regime = "diverging" if abs(mode) > 1 else "oscillating" if overshoots else "monotone"
        assert cell.regime == regime
    assert {"diverging", "monotone"} <= set(found.regime)


def test_the_two_ways_to_name_the_parameters_agree():
    by_control = phase_diagram(G=[0.3, 3], rho=[0.5, 0.9], a=0.2, decay=2, sigma=3, steps=200)
    q, lr_d = np.array([0.5, 0.9]), 0.1
    raw = phase_diagram(lr_g=[0.72, 7.2], generated_mass=q, lr_d=lr_d, decay=2, sigma=3, steps=200)
    # G = lr_g q p / (lr_d decay^2 sigma^2), so these lr_g belong to G = lr_g q / 3.6
    for cell in raw.itertuples():
        G = cell.lr_g * cell.generated_mass / 3.6
        mode = slowest_mode(G, cell.generated_mass, 0.2, 1)
        assert cell.rate == pytest.approx(abs(mode), rel=1e-4)
    assert list(raw.columns) == ["lr_g", "generated_mass", "rate", "angle", "regime"]
    assert by_control.pivot(index="rho", columns="G", values="rate").shape == (2, 2)


def test_widths_and_masses_do_not_matter_beside_the_control_numbers():
    one = phase_diagram(G=[0.2, 2], rho=[0.5, 1.5], steps=150)
    other = phase_diagram(G=[0.2, 2], rho=[0.5, 1.5], steps=150, sigma=7, true_mass=0.3, decay=0.05)
    assert_allclose(one.rate, other.rate, rtol=1e-5)
    assert one.regime.tolist() == other.regime.tolist()


def test_the_size_of_the_blocks_changes_nothing(monkeypatch):
    game = {"G": [0.2, 1, 3], "a": [0.05, 0.3], "number": 2, "rho": 0.7, "steps": 60, "seed": 3}
    whole = phase_diagram(**game)
    monkeypatch.setattr("workedpapers.isolated_points.measurement.phase._CELLS", 2)
    assert whole.equals(phase_diagram(**game))


@given(st.floats(0.3, 1.3), st.floats(0, np.pi), st.floats(0.1, 0.9), st.integers(0, 10**6))
def test_a_pair_of_modes_is_recovered(size, angle, faster, seed):
    rng = np.random.default_rng(seed)
    if angle < 0.05:  # two real modes
        series = size**t * rng.uniform(0.5, 1) + (faster * size) ** t
        mode = size
    else:
        mode = size * np.exp(1j * angle)
        series = (np.exp(2j * np.pi * rng.random()) * mode**t).real
        mode = mode if angle < 3.1 else size * np.exp(1j * angle)
    path = 1e-7 * series[:, None] * rng.uniform(0.5, 1, 3)
    found = dominant_mode(path)
    assert abs(found) == pytest.approx(size, rel=1e-3)
    assert abs(np.angle(found)) == pytest.approx(abs(np.angle(mode)), abs=2e-2)


def test_a_single_mode_is_not_given_a_second():
    noise = 1e-13 * np.random.default_rng(0).normal(size=t.size)
    assert measured_rate(1e-6 * 0.9**t + noise) == pytest.approx(0.9, rel=1e-4)
    assert dominant_mode(1e-6 * (-0.8) ** t) == pytest.approx(-0.8)


def test_regimes_by_name():
    paths = {
        "monotone": 1e-4 * 0.97**t,
        "oscillating": 1e-4 * 0.97**t * np.cos(0.3 * t),
        "diverging": 1e-9 * 1.05**t * np.cos(0.3 * t),
        "neutral": 1e-4 * np.cos(0.3 * t),
    }
    for name, path in paths.items():
        assert regime_of(path) == name
        assert regime_of(5 + path, 5) == name
    assert regime_of(1e-4 * (-0.9) ** t) == "oscillating"
    assert name_regime([np.nan, 0, 1, -1, 0.5j]).tolist() == [
        "unknown", "monotone", "neutral", "neutral", "oscillating"]  # fmt: skip


def test_windows_by_hand():
    near = [1.0, 0.5, 0.05, 0.04, 0.001, 0.002, 0.0, 0.0]  # arrives, fades at the sixth
    away = [0.01, 0.02, 0.05, 0.2, 3.0, 0.05, 0.01, np.nan]  # leaves after the third
    never = [1.0, 1, 1, 1, 1, 1, 1, 1]
    found = linear_window(np.array([near, away, never]), 0.1, 1e-6)
    assert found.astype(int).tolist() == [
        [0, 0, 1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0]]  # fmt: skip


def test_very_few_samples_give_their_ratio_and_one_gives_nothing():
    series = np.array([[[1.0], [3.0], [9.0], [9.0]]])
    two, one = np.array([[True, True, False, False]]), np.array([[True, False, False, False]])
    assert fitted_mode(series, two)[0] == 3
    assert np.isnan(fitted_mode(series, one)[0])


@pytest.mark.parametrize("G", [0.05, 0.2, 0.3, 1, 5, 20])
def test_contraction_of_a_run_from_afar_is_that_of_linear_theory(G):
    run = simulate([0.0], [0.8], lr_d=0.1, lr_g=0.1 * G, steps=1500)
    assert contraction_rate(run) == pytest.approx(abs(slowest_mode(G, 1, 0.1, 1)), rel=0.01)


def test_contraction_needs_no_equilibrium_and_works_on_a_batch():
    G = np.array([0.15, 2.0])
    run = simulate(
        [0.0], np.full((2, 2, 1), [[0.2], [0.5]]), lr_d=0.1, lr_g=0.1 * G / 0.25,
        generated_mass=0.25, steps=2000,
    )  # fmt: skip
    # m = p / 2, and q p in G is a quarter of what it is for one point.
    theory = [abs(slowest_mode(g, 0.5, 0.1, 2)) for g in G]
    assert_allclose(contraction_rate(run), theory, rtol=0.01)
    apart = simulate([0.0], [-0.1, 0.12], lr_d=0.1, lr_g=0.1, generated_mass=0.75, steps=3000)
    assert 0.9 < contraction_rate(apart) < 1  # to the two places beside the true point


def test_a_run_that_never_moves_has_no_rate():
    assert np.isnan(contraction_rate(simulate([0.0], [0.5], lr_d=0.1, lr_g=0, steps=20)))


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: phase_diagram(G=[1, 2]), ValueError, "parameters"),
        (lambda: phase_diagram(G=[1, 2], rho=[1, 2], a=[0.1, 0.2]), ValueError, "parameters"),
        (lambda: phase_diagram(G=[1, 2], rho=[[1, 2]]), ValueError, "rho"),
        (lambda: phase_diagram(G=[1, 2], rho=[0, 1]), ValueError, "rho"),
        (lambda: phase_diagram(G=[-1, 2], rho=[1, 2]), ValueError, "G"),
        (lambda: phase_diagram(G=[1, 2], rho=[1, 2], lr_g=1), ValueError, "lr_g"),
        (lambda: phase_diagram(G=[1, 2], rho=[1, 2], a=0.1, lr_d=1), ValueError, "lr_d"),
        (lambda: phase_diagram(G=[1, 2], a=[1, 2]), ValueError, "a"),
        (lambda: phase_diagram(G=[1, 2], rho=[1, 2], decay=0), ValueError, "decay"),
        (lambda: phase_diagram(G=[1, 2], rho=[1, 2], displacement=1), ValueError, "displacement"),
        (lambda: phase_diagram(G=[1, 2], rho=[1, 2], number=0), ValueError, "number"),
        (lambda: phase_diagram(G=[1, 2], rho=[1, 2], update="x"), ValueError, "update"),
        (lambda: phase_diagram(G=["a", "b"], rho=[1, 2]), TypeError, "G"),
        (lambda: regime_of([1.0, 2]), ValueError, "trajectory"),
        (lambda: regime_of([1.0, 2, 3, 4]), ValueError, "trajectory"),
        (lambda: measured_rate(t, near=1, floor=2), ValueError, "near"),
        (lambda: measured_rate(t, np.nan), ValueError, "equilibrium"),
        (
            lambda: contraction_rate(simulate([0], [1], lr_d=1, lr_g=1, steps=9, keep=2)),
            ValueError,
            "run",
        ),
    ],
)
def test_bad_input_is_named(make, error, says):
    with pytest.raises(error, match=f"^{says}"):
        make()
