import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from tests.isolated_points import plain
from workedpapers.isolated_points.arguments import UPDATES
from workedpapers.isolated_points.kernels import Gaussian, InverseMultiquadric, Laplace, Sum
from workedpapers.isolated_points.simulation import dynamics, lattice
from workedpapers.isolated_points.simulation.dynamics import simulate
from workedpapers.isolated_points.simulation.history import TOLERANCE, memory

seeds = st.integers(0, 10**6)
KINDS = {"gaussian": Gaussian, "laplace": Laplace, "inverse_multiquadric": InverseMultiquadric}


def a_game(seed, dimension=1, batch=()):
    """A random game; the rates are small enough that nothing chaotic magnifies rounding."""
    rng = np.random.default_rng(seed)
    n, count = rng.integers(1, 4, 2)
    return {
        "true": rng.normal(size=(n, dimension)) * 2,
        "generated": rng.normal(size=(*batch, count, dimension)) * 2,
        "true_mass": rng.uniform(0, 1, (*batch, n)),
        "generated_mass": rng.uniform(0, 1, (*batch, count)),
        "lr_d": rng.uniform(0.05, 0.3, batch),
        "lr_g": rng.uniform(0.05, 0.3, batch),
        "decay": rng.choice([0.0, 0.3, 1.0], batch),
        "sigma": rng.uniform(0.6, 1.5, batch),
    }


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("name", [*KINDS, "sum"])
@pytest.mark.parametrize("dimension", [1, 2, 3])
@pytest.mark.parametrize("decay", [0.0, 0.7, 14.0])
def test_every_method_equals_the_plain_loop(update, name, dimension, decay):
    game = a_game(dimension, dimension) | {"decay": decay}  # with 14, lr_d * decay is above 1
    sigma = float(game.pop("sigma"))
    parts = [(1.0, name, sigma)] if name != "sum" else [
        (0.5, "gaussian", sigma), (2.0, "gaussian", 2 * sigma)]  # fmt: skip
    kernel = Sum([KINDS[kind](s) for _, kind, s in parts], [w for w, _, _ in parts])
    path, f = plain.train(
        game["true"].tolist(), game["generated"].tolist(), game["true_mass"].tolist(),
        game["generated_mass"].tolist(), kernels=parts, lr_d=float(game["lr_d"]),
        lr_g=float(game["lr_g"]), decay=decay, steps=40, update=update, warm_up=3,
    )  # fmt: skip
    on_lattice = dimension == 1 and name in ("gaussian", "sum")
    probes = np.random.default_rng(9).normal(size=(5, dimension))
    for method in ("history", "lattice") if on_lattice else ("history",):
        run = simulate(**game, kernel=kernel, steps=40, update=update, method=method, warm_up=3)
        assert run.method == method
        assert_allclose(run.generated, path, atol=1e-9)
        assert_allclose(run.discriminator(probes), [f.value(x) for x in probes], atol=1e-9)
        assert_allclose(run.gradient(probes), [f.gradient(x) for x in probes], atol=1e-9)


@settings(max_examples=30)
@given(seeds, st.sampled_from(UPDATES))
def test_lattice_equals_history_in_stable_games(seed, update):
    game = a_game(seed, batch=(4,)) | {"update": update, "steps": 400, "decay": 1.0, "keep": 10}
    game["lr_g"] = game["lr_g"] / 5
    one, other = (simulate(**game, method=m).generated for m in ("lattice", "history"))
    assert_allclose(one, other, atol=1e-9)


@settings(max_examples=15)
@given(seeds, st.sampled_from(UPDATES))
def test_each_move_on_the_lattice_is_that_of_the_history_of_the_same_path(seed, update):
    """Over long runs unstable games magnify any difference; the force on one path does not."""
    game = a_game(seed, batch=(4,)) | {"update": update, "steps": 400}
    run = simulate(**game, method="lattice")
    rate = (game["lr_g"][:, None] * game["generated_mass"])[..., None]
    scale = game["true_mass"].sum(axis=1) + game["generated_mass"].sum(axis=1)
    for k in (0, 1, 57, 200, 399):
        seen = k + 1 if update == "alternating" else k
        move = rate * run.gradient(run.generated[:, k], seen)
        error = np.abs(run.generated[:, k + 1] - run.generated[:, k] - move)
        weight = run.settings.training(seen) * scale  # of the discriminator at that step
        rounding = 1e-15 * np.abs(run.generated[:, k]) * 4
        allowed = rate[..., 0] * (5e-12 * weight / game["sigma"])[:, None] + rounding[..., 0]
        assert (error[..., 0] <= allowed).all()


def test_the_force_of_the_lattice_is_within_its_bound():
    rng = np.random.default_rng(0)
    y = rng.uniform(-4, 4, (200, 1, 1))
    run = {  # two steps of the discriminator in front of points that hardly move
        m: simulate([0.3], y, lr_d=1.0, lr_g=1.0, decay=0, steps=1, generated_mass=1, method=m)
        for m in ("lattice", "history")
    }
    gap = run["lattice"].generated - run["history"].generated
    assert np.abs(gap).max() < 2 * 3.7e-12  # p + m = 2; a point that has moved shows the force


def test_the_bound_of_the_window_and_of_the_sum_hold_and_are_not_idle():
    """One pair of points, at all distances and positions in a cell."""
    x = np.linspace(-0.5, 0.5, 21)[:, None] * lattice.SPACING
    y = x + np.linspace(-8, 8, 161)
    ends = np.stack([x + 0 * y, y])  # in units of sigma
    node = np.rint(ends / lattice.SPACING)
    bells = [lattice.bell(e) for e in (ends - node * lattice.SPACING).reshape(2, -1)]
    shift = (node[1] - node[0]).astype(int).ravel()
    total = np.zeros(x.size * 161)
    for k in range(-lattice.REACH, lattice.REACH + 1):
        other = k - shift
        inside = np.abs(other) <= lattice.REACH
        column = np.clip(other + lattice.REACH, 0, 2 * lattice.REACH)
        product = bells[0][:, k + lattice.REACH] * bells[1][np.arange(len(column)), column]
        total += np.where(inside, product, 0)
    error = lattice.UNIT * total - np.exp(-((ends[0] - ends[1]).ravel() ** 2) / 2)
    assert 1e-13 < np.abs(error).max() < 5.0e-13


@given(st.lists(st.floats(-0.205, 0.205), min_size=1, max_size=5))
def test_bells_are_exponentials(offsets):
    t = np.array(offsets)
    k = np.arange(-lattice.REACH, lattice.REACH + 1)
    direct = np.exp(-((t[:, None] - k * lattice.SPACING) ** 2))
    assert_allclose(lattice.bell(t), direct, rtol=1e-13)


@given(st.floats(0.001, 1.999), st.integers(1, 5000))
def test_what_memory_drops_is_below_the_tolerance(a, steps):
    run = simulate([0.0], [1.0], lr_d=a, lr_g=0, steps=1)
    length = memory(run.settings, steps)
    assert length == steps + 1 or abs(1 - a) ** length <= TOLERANCE
    assert length == 1 or abs(1 - a) ** (length - 1) > TOLERANCE


@pytest.mark.parametrize("method", ["history", "lattice"])
def test_a_rate_of_one_over_the_decay_remembers_only_the_last_step(method):
    run = simulate([0.0], [0.4], lr_d=0.5, decay=2, lr_g=0.3, steps=50, method=method)
    y = 0.4
    for k in range(50):
        y += 0.3 * 0.5 * -y * np.exp(-y * y / 2)  # it never sees a point away from itself
        assert_allclose(run.generated[k + 1, 0, 0], y, atol=1e-12)


@pytest.mark.parametrize("method", ["history", "lattice"])
@pytest.mark.parametrize("update", UPDATES)
def test_a_batch_is_its_settings_one_by_one(method, update):
    game = a_game(3, batch=(7,)) | {"update": update, "method": method, "steps": 60}
    run = simulate(**game)
    assert run.generated.shape[:2] == (7, 61)
    for b in range(7):
        own = {k: v[b] if np.ndim(v) and k != "true" else v for k, v in game.items()}
        alone = simulate(**own)
        assert_allclose(run.generated[b], alone.generated, rtol=1e-11, atol=1e-12)
        probe = [[0.3], [-1.0]]
        assert_allclose(run.discriminator(probe, 30)[b], alone.discriminator(probe, 30), atol=1e-12)
        assert_allclose(run.setting(b).gradient(probe, 9), alone.gradient(probe, 9), atol=1e-12)


@pytest.mark.parametrize("method", ["history", "lattice"])
def test_the_size_of_the_chunks_changes_no_bit(method, monkeypatch):
    game = a_game(5, batch=(23,)) | {"method": method, "steps": 80, "noise": 0.01, "seed": 4}
    runs = []
    for size in (1, 400, 1 << 20):
        monkeypatch.setattr(dynamics, "_CACHED", size)
        runs.append(simulate(**game).generated)
    assert_array_equal(runs[0], runs[1])
    assert_array_equal(runs[0], runs[2])


def test_true_points_may_differ_between_settings():
    true = np.array([[[0.0]], [[3.0]]])
    run = simulate(true, [[1.0]], lr_d=0.1, lr_g=0.1, steps=400)
    for b in range(2):
        alone = simulate(true[b], [[1.0]], lr_d=0.1, lr_g=0.1, steps=400)
        assert_allclose(run.generated[b], alone.generated, atol=1e-12)
        assert_array_equal(run.true[b], true[b])


@settings(max_examples=25)
@given(seeds, st.integers(1, 3), st.sampled_from(list(KINDS)))
def test_motion_scale_and_order(seed, dimension, kernel):
    rng = np.random.default_rng(seed)
    game = a_game(seed, dimension) | {"kernel": kernel, "steps": 30}
    if kernel == "laplace":
        game["lr_g"] *= 0.01  # keep off the kinks, where rounding decides
    path = simulate(**game).generated
    shift = rng.normal(size=dimension)
    rotation = np.linalg.qr(rng.normal(size=(dimension, dimension)))[0]

    def moved(points):
        return points @ rotation + shift

    ends = {k: moved(game[k]) for k in ("true", "generated")}
    assert_allclose(simulate(**game | ends).generated, moved(path), atol=1e-8)
    # Lengths times 3: forces shrink by 3 and lengths grow by 3, so lr_g takes a factor of 9.
    longer = {k: 3 * game[k] for k in ("true", "generated", "sigma")}
    stretched = simulate(**game | longer | {"lr_g": 9 * game["lr_g"]}).generated
    assert_allclose(stretched, 3 * path, atol=1e-8)
    order = rng.permutation(path.shape[1])
    turned = {k: game[k][order] for k in ("generated", "generated_mass")}
    turned |= {k: game[k][::-1] for k in ("true", "true_mass")}
    assert_allclose(simulate(**game | turned).generated, path[:, order], atol=1e-8)


@given(seeds)
def test_points_without_mass_neither_act_nor_move(seed):
    game = a_game(seed) | {"steps": 40}
    path = simulate(**game).generated
    ghost = {"generated": np.append(game["generated"], [[0.7]], axis=0)}
    ghost |= {"true": np.append(game["true"], [[-0.2]], axis=0)}
    ghost |= {k: np.append(game[k], 0) for k in ("true_mass", "generated_mass")}
    with_ghost = simulate(**game | ghost).generated
    assert_allclose(with_ghost[:, :-1], path, atol=1e-9)
    assert (with_ghost[:, -1] == 0.7).all()


@pytest.mark.parametrize(
    ("kernel", "method"), [("gaussian", "lattice"), *((kind, "history") for kind in KINDS)]
)
def test_a_point_on_its_only_true_point_stays(kernel, method):
    run = simulate([1.3], [1.3], lr_d=0.2, lr_g=0.5, steps=200, kernel=kernel, method=method)
    assert_allclose(run.generated, 1.3, atol=1e-13)


def test_without_a_generator_rate_nothing_moves_and_f_fills_up_geometrically():
    run = simulate([0.0], [2.0], lr_d=0.1, lr_g=0, decay=0.5, steps=300)
    assert (run.generated == 2).all()
    unit = 1 - np.exp(-2)  # K(0, 0) - K(0, 2)
    for k in (0, 1, 7, 300):
        assert_allclose(run.discriminator([0], k), [unit * (1 - 0.95**k) / 0.5], rtol=1e-11)
    settled = simulate([0.0], [2.0], lr_d=0.1, lr_g=0, decay=0.5, steps=3, warm_up=np.inf)
    assert_allclose([settled.discriminator([0], k) for k in range(4)], unit / 0.5, rtol=1e-12)


def test_a_warm_up_is_the_discriminator_trained_in_front_of_points_that_wait():
    """Waiting is what points without a rate do: their last f is where the others start."""
    game = {"true": [0.0, 2], "generated": [0.5, 3], "lr_d": 0.1}
    waited = simulate(**game, lr_g=0, steps=25)
    for method in ("history", "lattice"):
        run = simulate(**game, lr_g=0.2, steps=30, warm_up=25, method=method)
        x = np.linspace(-1, 4, 7)
        assert_allclose(run.discriminator(x, 0), waited.discriminator(x, 25), atol=1e-12)
        first = 0.5 + 0.2 * 0.5 * waited.gradient([0.5])[0, 0]
        simultaneous = simulate(
            **game, lr_g=0.2, steps=1, warm_up=25, update="simultaneous", method=method
        )
        assert_allclose(simultaneous.final[0, 0], first, atol=1e-12)


@pytest.mark.parametrize("update", UPDATES)
def test_the_discriminator_at_each_step_gives_the_next_move(update):
    game = a_game(8) | {"update": update, "steps": 30}
    run = simulate(**game)
    rate = (game["lr_g"] * game["generated_mass"])[:, None]
    for k in range(30):
        then = k + 1 if update == "alternating" else k
        move = rate * run.gradient(run.generated[k], then)
        assert_allclose(run.generated[k + 1] - run.generated[k], move, atol=1e-10)


def test_keep_picks_from_the_same_path():
    game = a_game(2) | {"steps": 25}
    whole = simulate(**game)
    some, last = simulate(**game, keep=10), simulate(**game, keep="last")
    assert some.kept.tolist() == [0, 10, 20, 25]
    assert_array_equal(some.generated, whole.generated[some.kept])
    assert last.generated.shape == (1, *whole.generated.shape[1:])
    assert_array_equal(last.final, whole.final)
    with pytest.raises(ValueError, match="keep='all'"):
        some.discriminator([0.0], 10)
    assert (some.discriminator([0.0], 0) == 0).all()


def test_a_point_that_outgrows_the_lattice_is_computed_by_history(monkeypatch):
    game = {"true": [0.0], "generated": [[[0.5]], [[0.2]]], "lr_d": 0.3, "steps": 120,
            "lr_g": [40.0, 0.1], "generated_mass": 1.5}  # fmt: skip
    exact = simulate(**game, method="history").generated
    assert np.abs(exact[0]).max() > 25 > 1 > np.abs(exact[1]).max()
    on_lattice = simulate(**game, method="lattice").generated
    monkeypatch.setattr(lattice, "MAX_NODES", 80)
    run = simulate(**game, method="lattice")
    assert_array_equal(run.generated[0], exact[0])
    assert_array_equal(run.generated[1], on_lattice[1])
    # 7 sigma from everything the force is below the bound, and so is only found to that.
    assert_allclose(on_lattice[0, :5], exact[0, :5], atol=1e-7)


def test_a_lattice_grows_to_both_sides_without_a_trace():
    # Wild moves to and fro, over a discriminator that remembers everything.
    game = {"true": [0.0], "generated": [0.5, 1.0], "lr_d": 0.5, "lr_g": 1e-9, "decay": 0.0,
            "noise": 40.0, "seed": 5, "steps": 60}  # fmt: skip
    run = simulate(**game, method="lattice")
    assert run.generated.min() < -100
    assert run.generated.max() > 100
    probes = np.append(run.generated[::7].ravel(), [0.1, 0.7])
    state = simulate(**game | {"lr_g": 1.0}, method="lattice").generated
    other = simulate(**game | {"lr_g": 1.0}, method="history").generated
    assert_allclose(state, other, atol=1e-9)
    assert np.abs(run.gradient(probes)).max() > 0.1


def test_far_apart_points_do_not_need_a_lattice_between_them():
    run = simulate([0.0, 1e7], [0.3, 1e7 + 0.3], lr_d=0.1, lr_g=0.2, steps=50)
    alone = simulate([0.0], [0.3], lr_d=0.1, lr_g=0.2, steps=50, true_mass=0.5, generated_mass=0.5)
    assert_allclose(run.generated[:, 0], alone.generated[:, 0], atol=1e-9)
    assert_allclose(run.generated[:, 1] - 1e7, alone.generated[:, 0], atol=1e-7)


@pytest.mark.parametrize("method", ["history", "lattice"])
def test_what_overflows_is_nan_from_there_on_and_touches_no_other_setting(method):
    game = {"true": [0.0], "lr_g": 0.1, "lr_d": 1.0, "steps": 900, "method": method}
    run = simulate(**game, generated=[[[0.5]], [[0.5]]], decay=[4.0, 1.0])
    assert run.diverged.tolist() == [True, False]
    bad = np.isnan(run.generated[0, :, 0])
    assert bad.any()
    assert_array_equal(np.sort(bad[:, 0]), bad[:, 0])  # once NaN, always NaN
    alone = simulate(**game, generated=[0.5], decay=1.0)
    assert_allclose(run.generated[1], alone.generated, atol=1e-12)
    assert "1 not finite" in repr(run)


def test_noise_has_its_standard_deviation_and_depends_on_seed_and_setting_alone():
    game = {"true": [0.0], "generated": np.zeros((50, 4, 1)), "lr_d": 0.1, "lr_g": 0, "steps": 300}
    run = simulate(**game, noise=0.3, seed=1)
    jumps = np.diff(run.generated, axis=1)
    assert_allclose(jumps.std(), 0.3, rtol=0.02)
    assert abs(np.corrcoef(jumps[0].ravel(), jumps[1].ravel())[0, 1]) < 0.1
    assert_array_equal(simulate(**game, noise=0.3, seed=1).generated, run.generated)
    assert not np.array_equal(simulate(**game, noise=0.3, seed=2).generated, run.generated)
    fewer = game | {"generated": np.zeros((2, 4, 1))}
    assert_array_equal(simulate(**fewer, noise=0.3, seed=1).generated, run.generated[:2])
    single = game | {"generated": np.zeros((4, 1))}
    assert_array_equal(simulate(**single, noise=0.3, seed=1).generated, run.generated[0])


def test_the_example_of_three_modes_finds_them_all():
    run = simulate(
        true=[[-5.0], [0.0], [5.0]], generated=[[-4.2], [0.9], [5.8]], sigma=1.0, lr_d=0.1,
        lr_g=0.18, decay=1.0, steps=2000,
    )  # fmt: skip
    assert run.generated.shape == (2001, 3, 1)
    assert run.discriminator([[0.5]], step=100).shape == (1,)
    assert_allclose(run.final, run.true, atol=1e-9)
    assert "3 true and 3 generated points in 1-D, 2,000 steps" in repr(run)


def test_two_points_too_heavy_for_one_mode_rest_beside_it():
    """Surplus mass rho: a pair holds at sigma sqrt(2/3 ln rho) from the true point."""
    run = simulate([0.0], [-0.1, 0.12], lr_d=0.1, lr_g=0.1, generated_mass=0.75, steps=3000)
    radius = np.sqrt(2 / 3 * np.log(1.5))
    assert_allclose(np.sort(run.final.ravel()), [-radius, radius], rtol=1e-6)


BASE = {"true": [0.0, 1.0], "generated": [0.5, 2.0, 3.0], "lr_d": 0.1, "lr_g": 0.1, "steps": 3}


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"true": []}, ValueError, "true"),
        ({"true": [np.nan]}, ValueError, "true"),
        ({"true": ["a"]}, TypeError, "true"),
        ({"true": 3.0}, ValueError, "true"),
        ({"true": np.zeros((1, 1, 1, 1))}, ValueError, "true"),
        ({"generated": [[0.0, 1.0]]}, ValueError, "generated"),
        ({"generated": [np.inf]}, ValueError, "generated"),
        ({"steps": 0}, ValueError, "steps"),
        ({"steps": 2.0}, TypeError, "steps"),
        ({"lr_d": -0.1}, ValueError, "lr_d"),
        ({"lr_g": np.ones((2, 2))}, ValueError, "lr_g"),
        ({"decay": "no"}, TypeError, "decay"),
        ({"lr_d": [0.1, 0.2], "lr_g": [0.1, 0.2, 0.3]}, ValueError, "lr_d"),
        ({"sigma": 0}, ValueError, "sigma"),
        ({"sigma": [1, 2], "decay": [1, 2, 3]}, ValueError, "sigma"),
        ({"sigma": 1.0, "kernel": Gaussian(2.0)}, ValueError, "sigma"),
        ({"kernel": "cubic"}, ValueError, "kernel"),
        ({"true_mass": [1, 2, 3]}, ValueError, "true_mass"),
        ({"true_mass": [1]}, ValueError, "true_mass"),
        ({"generated_mass": [1, 1, -1]}, ValueError, "generated_mass"),
        ({"generated_mass": np.ones((2, 2))}, ValueError, "generated_mass"),
        ({"update": "both"}, ValueError, "update"),
        ({"noise": -1}, ValueError, "noise"),
        ({"warm_up": -1}, ValueError, "warm_up"),
        ({"warm_up": 1.5}, ValueError, "warm_up"),
        ({"warm_up": np.nan}, ValueError, "warm_up"),
        ({"warm_up": "long"}, TypeError, "warm_up"),
        ({"warm_up": np.inf, "decay": 0}, ValueError, "warm_up"),
        ({"keep": "some"}, ValueError, "keep"),
        ({"keep": 0}, ValueError, "keep"),
        ({"method": "fast"}, ValueError, "method"),
        ({"method": "lattice", "kernel": "laplace"}, ValueError, "method"),
        ({"method": "lattice", "true": [[0, 0]], "generated": [[1, 1]]}, ValueError, "method"),
    ],
)
def test_bad_input_is_named(change, error, says):
    with pytest.raises(error, match=f"^{says}"):
        simulate(**BASE | change)


@pytest.mark.parametrize(
    ("ask", "error", "says"),
    [
        (lambda run: run.discriminator([[0.0, 1.0]]), ValueError, "x"),
        (lambda run: run.discriminator(np.zeros((2, 1, 1))), ValueError, "x"),
        (lambda run: run.discriminator([np.nan]), ValueError, "x"),
        (lambda run: run.gradient([0.0], 4), ValueError, "step"),
        (lambda run: run.gradient([0.0], -1), ValueError, "step"),
        (lambda run: run.gradient([0.0], 1.0), TypeError, "step"),
        (lambda run: run.setting(0), ValueError, "setting"),
    ],
)
def test_bad_questions_are_named(ask, error, says):
    with pytest.raises(error, match=f"^{says}"):
        ask(simulate(**BASE))
