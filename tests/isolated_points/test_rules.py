"""Update rules: simulation against an independent one, theory against simulation."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tests.isolated_points import naive_rules
from workedpapers import isolated_points as ip
from workedpapers.isolated_points.arguments import UPDATES
from workedpapers.isolated_points.rules import as_rule

RULES = {
    "plain": {},
    "several discriminator steps": {"discriminator_steps": 3},
    "heavy ball": {"momentum_d": 0.5, "momentum_g": -0.3},
    "heavy ball, several steps": {"momentum_d": 0.4, "momentum_g": 0.2, "discriminator_steps": 2},
    "nesterov": {"optimiser": "nesterov", "momentum_d": 0.3, "momentum_g": 0.6},
    "optimistic": {"optimiser": "optimistic"},
    "extragradient": {"optimiser": "extragradient"},
    "penalty": {"gradient_penalty": 0.8},
    "penalty and momentum": {"gradient_penalty": 0.8, "momentum_g": 0.5},
    "penalty and extragradient": {"gradient_penalty": 0.8, "optimiser": "extragradient"},
    "consensus": {"consensus": 0.4},
    "consensus and momentum": {"consensus": 0.4, "momentum_d": 0.3},
}
GAME = {"p": [0.6, 0.4], "q": [0.5, 0.3, 0.2], "sigma": 0.8, "lr_d": 0.2, "lr_g": 0.4}
TRUE, START = [-1.5, 1.2], [-1.0, 0.3, 1.9]


def library(rule, update="alternating", method="lattice", **more):
    given = {k: GAME[k] for k in ("sigma", "lr_d", "lr_g")} | {"decay": 0.6, "steps": 12} | more
    return ip.simulate(
        TRUE, START, true_mass=GAME["p"], generated_mass=GAME["q"], update=update, method=method,
        rule=ip.UpdateRule(**rule), **given,
    )  # fmt: skip


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_what_it_is_defined_to_be(name, update):
    game = naive_rules.Game(TRUE, START, **GAME, decay=0.6, update=update, **RULES[name])
    path = game.run(12)
    run = library(RULES[name], update)
    assert_allclose(run.generated[:, :, 0], path, atol=2e-8)
    probe = np.linspace(-3, 3, 7)
    assert_allclose(run.discriminator(probe), game.f(probe), atol=1e-7)
    assert_allclose(run.gradient(probe)[:, 0], game.f.slope(probe), atol=1e-7)


@pytest.mark.parametrize("name", [name for name in RULES if "consensus" not in name])
def test_lattice_and_history_agree_under_every_rule_and_warm_up(name):
    for warm_up in (0, 4, np.inf):
        runs = [library(RULES[name], method=m, warm_up=warm_up) for m in ("lattice", "history")]
        assert_allclose(runs[0].generated, runs[1].generated, atol=1e-9)
        assert_allclose(runs[0].value, runs[1].value, atol=1e-9)
        for step in (0, 7):
            shown = [run.discriminator([0.3, -2.0], step) for run in runs]
            assert_allclose(*shown, atol=1e-9)


@pytest.mark.parametrize("name", ["penalty", "consensus"])
def test_a_discriminator_that_has_come_to_rest_stays(name):
    """In front of points that cannot move, one more step changes nothing."""
    run = library(RULES[name], warm_up=np.inf, lr_g=0.0, steps=40)
    before, after = (run.discriminator([0.3, -2.0, 1.0], k) for k in (0, 40))
    assert_allclose(before, after, atol=1e-11)
    slow = library(RULES[name], lr_g=0.0, steps=400)  # and it is where training leads
    assert_allclose(slow.discriminator([0.3, -2.0, 1.0]), before, atol=1e-8)


def test_warm_ups_of_different_length_side_by_side():
    rule = RULES["heavy ball"]
    together = library(rule, warm_up=[0, 3, 7])
    for b, warm_up in enumerate((0, 3, 7)):
        alone = library(rule, warm_up=warm_up)
        assert_allclose(together.generated[b], alone.generated, atol=1e-12)
        assert_allclose(together.setting(b).value, alone.value, atol=1e-12)


@pytest.mark.parametrize("method", ["lattice", "history"])
def test_a_batch_of_rules_is_its_rules_one_by_one(method):
    momenta = np.array([-0.5, 0.0, 0.7])
    rule = {"momentum_d": momenta, "momentum_g": momenta[::-1]}
    together = library(rule, method=method)
    assert together.generated.shape[0] == 3
    for b in range(3):
        own = {"momentum_d": momenta[b], "momentum_g": momenta[2 - b]}
        alone = library(own, method=method)
        assert_allclose(together.generated[b], alone.generated, atol=1e-11)
    assert ip.UpdateRule(**rule).at(np.array([2])).momentum_d == [0.7]


def test_rules_hold_in_the_plane_and_for_other_kernels():
    """Rotating a line into the plane changes nothing but the coordinates."""
    turn = np.array([[0.6, 0.8]])
    for name in ("heavy ball", "extragradient", "penalty", "several discriminator steps"):
        for kernel in (ip.InverseMultiquadric(0.7), ip.Gaussian(0.8)):
            given = {
                "true_mass": GAME["p"], "generated_mass": GAME["q"], "kernel": kernel, "lr_d": 0.2,
                "lr_g": 0.4, "decay": 0.6, "steps": 10, "rule": ip.UpdateRule(**RULES[name]),
            }  # fmt: skip
            line = ip.simulate(TRUE, START, method="history", **given)
            plane = ip.simulate(np.outer(TRUE, turn), np.outer(START, turn), **given)
            assert_allclose(plane.generated @ turn[0], line.generated[:, :, 0], atol=1e-10)


def test_several_discriminator_steps_are_one_longer_step():
    """m steps of eta are one of (1 - (1 - eta lambda)^m) / lambda, in every order of play."""
    for decay in (0.7, 0.0):
        longer = (1 - (1 - 0.2 * decay) ** 4) / decay if decay else 0.8
        for update in UPDATES:
            many = library({"discriminator_steps": 4}, update, decay=decay)
            one = library({}, update, decay=decay, lr_d=longer)
            assert_allclose(many.generated, one.generated, atol=1e-12)
        rates = {"p": 1.0, "q": 1.0, "sigma": 1.0, "lr_g": 0.3, "decay": decay}
        many = ip.stability(**rates, lr_d=0.2, rule=ip.UpdateRule(discriminator_steps=4))
        assert_allclose(many.eigenvalues, ip.stability(**rates, lr_d=longer).eigenvalues)
        assert_allclose(many.discriminator, (1 - 0.2 * decay) ** 4)


def random_rule(kind, settings, rng):
    """Numbers of a rule for each setting, from ranges fixed beforehand."""
    n = len(settings)
    momenta = {"momentum_d": rng.uniform(-0.9, 0.9, n), "momentum_g": rng.uniform(-0.9, 0.9, n)}
    strength = np.exp(rng.uniform(np.log(0.03), np.log(3), n)) * settings["sigma"] ** 2
    return {
        "heavy ball": lambda: ip.UpdateRule(**momenta),
        "nesterov": lambda: ip.UpdateRule("nesterov", **momenta),
        "optimistic": lambda: ip.UpdateRule("optimistic"),
        "extragradient": lambda: ip.UpdateRule("extragradient"),
        "steps": lambda: ip.UpdateRule(discriminator_steps=int(rng.integers(2, 6))),
        "penalty": lambda: ip.UpdateRule(
            gradient_penalty=(strength * settings["decay"] / settings["p"]).to_numpy()
        ),
        "consensus": lambda: ip.UpdateRule(consensus=(strength / settings["lr_g"] / 10).to_numpy()),
    }[kind]()


@pytest.mark.parametrize(
    "kind",
    ["heavy ball", "nesterov", "optimistic", "extragradient", "steps", "penalty", "consensus"],
)
def test_theory_names_the_regime_and_the_rate_that_the_simulation_shows(kind):
    settings = ip.random_settings(60, seed=11)
    rule = random_rule(kind, settings, np.random.default_rng(3))
    tried = ip.trial(settings, rule=rule, steps=400, displacement=1e-5)
    assert (tried["predicted"] == tried["simulated"]).mean() >= 0.95
    stable = tried[tried["predicted"].isin(["monotone", "oscillating"])]
    assert len(stable) > 10
    error = np.abs(stable["rate_simulated"] / stable["rate_predicted"] - 1)
    assert error.max() < 0.01


def test_momentum_and_optimism_have_their_known_limits():
    rates = {"p": 1.0, "q": 1.0, "sigma": 1.0, "lr_d": 0.1, "lr_g": [0.015, 0.1, 0.4, 2.0],
             "decay": 1.0}  # fmt: skip
    plain = ip.stability(**rates)
    none = ip.stability(**rates, rule=ip.UpdateRule("nesterov"))
    assert_allclose(none.rate, plain.rate, rtol=1e-6)
    # The companion matrix of three numbers, for a generator with momentum.
    kappa = 0.1 * np.array(rates["lr_g"])
    for mu in (0.9, -0.5):
        found = ip.stability(**rates, rule=ip.UpdateRule(momentum_g=mu))
        for k, rate in zip(kappa, found.rate, strict=True):
            step = np.array([[0.9, -k, 0.0], [0.9, 1 - k, mu], [0.9, -k, mu]])
            assert_allclose(rate, np.abs(np.linalg.eigvals(step)).max(), rtol=1e-9)
    assert_allclose(
        ip.stability(**rates, rule=ip.UpdateRule(momentum_g=0.9)).rate,
        [0.992, 1.039, 1.101, 1.223], atol=6e-4,
    )  # fmt: skip


def test_a_penalty_is_friction_for_the_slope_alone():
    """With matched masses it acts as decay that leaves the height of f as it is."""
    rates = {"p": 0.5, "q": 0.5, "sigma": 1.3, "lr_d": 0.2, "lr_g": 0.9}
    penalised = ip.stability(**rates, decay=0.4, rule=ip.UpdateRule(gradient_penalty=0.7))
    more_decay = 0.4 + 0.7 * 0.5 / 1.3**2
    moduli = np.sort(np.abs(penalised.eigenvalues))[-2:]
    assert_allclose(moduli[::-1], np.abs(ip.stability(**rates, decay=more_decay).eigenvalues))
    assert_allclose(np.abs(penalised.discriminator), 1 - 0.2 * 0.4)


def test_names_and_numbers_of_rules():
    assert as_rule("optimistic").optimiser == "optimistic"
    assert as_rule("gradient").is_plain
    assert not ip.UpdateRule(momentum_g=0.1).is_plain
    assert_array_equal(ip.UpdateRule().filters[0], [1, 0, 0])


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: ip.UpdateRule("newton"), ValueError, "optimiser"),
        (lambda: ip.UpdateRule(momentum_d=1.0), ValueError, "momentum_d"),
        (lambda: ip.UpdateRule(momentum_g="much"), TypeError, "momentum_g"),
        (lambda: ip.UpdateRule("optimistic", momentum_g=0.1), ValueError, "momentum"),
        (lambda: ip.UpdateRule(discriminator_steps=0), ValueError, "discriminator_steps"),
        (lambda: ip.UpdateRule(discriminator_steps=1.5), TypeError, "discriminator_steps"),
        (lambda: ip.UpdateRule("extragradient", discriminator_steps=2), ValueError, "discrim"),
        (lambda: ip.UpdateRule(consensus=-1), ValueError, "consensus"),
        (lambda: ip.UpdateRule("extragradient", consensus=1), ValueError, "consensus"),
        (lambda: ip.UpdateRule(consensus=1, gradient_penalty=1), ValueError, "consensus"),
        (lambda: ip.UpdateRule(gradient_penalty=np.ones((2, 2))), ValueError, "gradient_penalty"),
        (lambda: as_rule(3), TypeError, "rule"),
        (lambda: as_rule("newton"), ValueError, "rule"),
        (lambda: library({"momentum_d": [0.1, 0.2]}, decay=[1.0, 1, 1]), ValueError, "rule|decay"),
        (lambda: library({"consensus": 1.0}, method="history"), ValueError, "rule"),
        (
            lambda: ip.simulate([0.0], [0.5], kernel=ip.Laplace(1.0), lr_d=0.1, lr_g=0.1, steps=3,
                                rule=ip.UpdateRule(gradient_penalty=1.0)),
            ValueError, "kernel",
        ),
        (
            lambda: ip.trial(ip.random_settings(5), rule=ip.UpdateRule(momentum_g=[0.1, 0.2])),
            ValueError, "rule",
        ),
    ],
)  # fmt: skip
def test_bad_rules_are_named(make, error, says):
    with pytest.raises(error, match=f"^({says})"):
        make()


def test_under_consensus_what_leaves_the_lattice_is_gone_from_there_on(monkeypatch):
    monkeypatch.setattr("workedpapers.isolated_points.simulation.lattice.MAX_NODES", 80)
    rule = ip.UpdateRule(consensus=0.1)
    run = ip.simulate([0.0], [[[0.5]], [[0.2]]], lr_d=0.3, lr_g=[40.0, 0.1], generated_mass=1.5,
                      steps=120, rule=rule)  # fmt: skip
    gone = np.isnan(run.generated[0, :, 0, 0])
    assert not gone[:2].any()
    assert gone[-1]
    assert (np.diff(gone.astype(int)) >= 0).all()
    assert np.isfinite(run.generated[1]).all()
