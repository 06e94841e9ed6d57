"""The exact model against sums written out, its EM, its prices, and what it refuses."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from workedpapers import skill_compression as sc
from workedpapers.skill_compression.episodes.padded import symbol_episodes
from workedpapers.skill_compression.segments import passes
from workedpapers.skill_compression.segments.families import Categorical, Emission
from workedpapers.skill_compression.segments.lattice import distinct_segments
from workedpapers.skill_compression.segments.passes import best_path, log_sums, posterior

KINDS = ("frame", "position", "context", "previous")


def cuts(length, longest):
    """All ways to cut, as lists of (start, stop)."""
    for marks in itertools.product([0, 1], repeat=length - 1):
        edges = [0, *(i + 1 for i, mark in enumerate(marks) if mark), length]
        parts = list(itertools.pairwise(edges))
        if max(b - a for a, b in parts) <= longest:
            yield parts


def all_weights(lattice, log_weight, n):
    """Weight, and segments, of every way to cut episode n."""
    length, found = int(lattice.episodes.lengths[n]), []
    for parts in cuts(length, lattice.longest):
        numbers = [lattice.index[b - 1, b - a - 1, n] for a, b in parts]
        found.append((float(log_weight[numbers].sum()), parts, numbers))
    return found


@given(
    st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=8), min_size=1, max_size=4),
    st.integers(1, 5),
    st.integers(0, 10**6),
)
@settings(max_examples=60, deadline=None)
def test_passes_equal_the_sum_over_all_cuts(episodes, longest, seed):
    lattice = distinct_segments(symbol_episodes(episodes), longest, with_context=False)
    weight = np.random.default_rng(seed).normal(0, 3, lattice.count)
    passed, paths = posterior(lattice, weight), best_path(lattice, weight)
    uses = np.zeros(lattice.count)
    for n, times in enumerate(lattice.episodes.weight):
        found = all_weights(lattice, weight, n)
        exact = np.logaddexp.reduce([w for w, _, _ in found])
        assert_allclose(passed.log_sum[n], exact, rtol=1e-10, atol=1e-10)
        starts = np.zeros(lattice.episodes.values.shape[1])
        for w, parts, numbers in found:
            share = np.exp(w - exact)
            np.add.at(uses, numbers, times * share)
            starts[[a for a, _ in parts]] += share
        assert_allclose(passed.starts[n], starts, atol=1e-9)
        assert_allclose(weight[paths[n]].sum(), max(w for w, _, _ in found))
    assert_allclose(passed.uses, uses, atol=1e-9)
    assert_allclose(log_sums(lattice, np.stack([weight, weight]))[1], passed.log_sum)


def test_passes_equal_the_sum_on_every_sequence_up_to_length_8():
    for length in range(1, 9):
        every = np.array(list(itertools.product([0, 1], repeat=length)))
        lattice = distinct_segments(symbol_episodes(every), 8, with_context=False)
        weight = np.random.default_rng(length).normal(0, 2, lattice.count)
        sums = log_sums(lattice, weight)
        for n in range(len(sums)):
            exact = np.logaddexp.reduce([w for w, _, _ in all_weights(lattice, weight, n)])
            assert_allclose(sums[n], exact, rtol=1e-10)


@given(
    st.integers(0, 10**6), st.sampled_from(KINDS), st.floats(0, 2), st.floats(0.5, 5),
    st.integers(1, 5), st.integers(1, 5),
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_the_objective_never_rises(seed, kind, price, power, skills, longest):
    rng = np.random.default_rng(seed)
    episodes = [rng.integers(0, 3, rng.integers(1, 9)) for _ in range(rng.integers(1, 8))]
    model = sc.SegmentModel(skills, longest, price, kind, seed=seed, power=power, max_iter=15)
    history = np.array(model.fit(episodes).history_)
    assert (np.diff(history) <= 1e-9 * (1 + np.abs(history[:-1]))).all()


@pytest.mark.parametrize("kind", KINDS)
def test_statistics_give_the_probability_of_a_segment(kind):
    rng = np.random.default_rng(0)
    lattice = distinct_segments(
        symbol_episodes(rng.integers(0, 3, (4, 6)), np.array([0, 1, 2, 1])), 3,
        with_context=kind in ("context", "previous"),
    )  # fmt: skip
    contexts = 3 if kind in ("context", "previous") else 1
    family = Categorical(Emission(kind), 3, contexts, 3)
    table = family.draw(rng, 1)
    found = family.log_likelihood(family.statistics(lattice), table)[:, 0]
    for g in range(lattice.count):
        frames = lattice.symbols()[g, : lattice.length[g]]
        before, exact = lattice.before()[g], 0.0
        for j, symbol in enumerate(frames):
            row = {
                "frame": 0,
                "position": j,
                "context": 3 * j + before,
                "previous": before if j == 0 else 3 + frames[j - 1],
            }[kind]
            exact += np.log(table[0, 3 * row + symbol])
        assert_allclose(found[g], exact)


def test_both_ways_to_sum_agree(monkeypatch):
    frames = np.random.default_rng(0).integers(0, 3, (6, 12))
    lattice = distinct_segments(symbol_episodes(frames), 5, with_context=False)
    weight = np.random.default_rng(1).normal(-3, 2, lattice.count)
    plain = posterior(lattice, weight)
    monkeypatch.setattr(passes, "_plain", lambda *_: False)
    by_logarithms = posterior(lattice, weight)
    assert_allclose(plain.log_sum, by_logarithms.log_sum, rtol=1e-12)
    assert_allclose(plain.uses, by_logarithms.uses, atol=1e-12)
    assert_allclose(plain.starts, by_logarithms.starts, atol=1e-12)


def test_long_episodes_neither_over_nor_underflow():
    model = sc.SegmentModel(3, 5, 0.1, seed=0, max_iter=8, power=20.0)
    frames = np.random.default_rng(0).integers(0, 3, (2, 3000))
    assert np.isfinite(model.fit(frames).nll_)


def test_gaussian_skills_find_levels():
    rng = np.random.default_rng(0)
    levels = rng.integers(0, 2, (40, 4)).repeat(5, axis=1)
    seen = [row + 0.1 * rng.standard_normal(len(row)) for row in 3.0 * levels]
    model = sc.SegmentModel(2, 20, 0.1, "gaussian", seed=0, restarts=3).fit(seen)
    labels = np.zeros(levels.shape, int)
    for row in model.segments(seen).itertuples():
        labels[row.episode, row.start : row.stop] = row.skill
    assert sc.purity(labels, levels) == 1.0


def test_a_log_likelihood_of_the_users_own():
    def log_of(segment):
        return [-len(np.flatnonzero(segment != k)) * 5.0 for k in (0, 1)]

    model = sc.SegmentModel(2, 3, 0.1, log_of, seed=0).fit([[0, 0, 0, 1, 1, 1], [1, 1, 1]])
    assert model.segments([[0.0, 0.0, 0.0, 1.0, 1.0, 1.0]])["skill"].tolist()[-1] == 1


@pytest.mark.parametrize(
    ("maker", "emission"), [(sc.simple_colors, "position"), (sc.conditional_colors, "context")]
)
def test_the_two_part_description_has_three_skills(maker, emission):
    data = maker(200, seed=7)
    model = sc.SegmentModel(15, 6, "two-part", emission, seed=1)
    model.fit(data.observations, data.context)
    assert model.n_skills_used_ == 3
    found = model.boundaries(data.observations, data.context)
    assert sc.boundary_scores(found, data.boundaries).f1 == 1.0


def test_the_dual_keeps_its_bound():
    data = sc.simple_colors(100, seed=0)
    model = sc.SegmentModel(5, 4, "dual", reconstruction=0.02, seed=0).fit(data.observations)
    assert model.bound_kept_
    assert model.description_.reconstruction <= 0.02
    model = sc.SegmentModel(5, 4, "dual", nll=6.6, seed=0).fit(data.observations)
    assert model.bound_kept_
    assert model.nll_ <= 6.6
    assert model.penalty_ > 0.005


def test_lengths_may_differ_and_durations_may_be_long():
    model = sc.SegmentModel(3, 50, 0.1, seed=0).fit([[0, 0, 1], [1], [0, 1, 1, 1]])
    found = model.boundaries([[0, 0, 1], [1]])
    assert [len(one) for one in found] == [3, 1]
    assert all(one[0] for one in found)


def test_one_symbol_and_more_skills_than_data():
    model = sc.SegmentModel(20, 4, 0.1, seed=0).fit([[0, 0, 0, 0]])
    assert model.code_length_ < 3.0
    assert np.isfinite(model.nll_)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"n_skills": 0}, "n_skills"),
        ({"max_duration": 0}, "max_duration"),
        ({"penalty": -1.0}, "penalty"),
        ({"penalty": "triple"}, "penalty"),
        ({"penalty": "dual"}, "reconstruction"),
        ({"reconstruction": 0.1}, "reconstruction"),
        ({"emission": "sound"}, "emission"),
        ({"emission": "option"}, "n_actions"),
    ],
)
def test_a_wrong_request_is_named(change, name):
    with pytest.raises(ValueError, match=f"^{name}"):
        sc.SegmentModel(**change)


@pytest.mark.parametrize(
    "episodes", [[], [[0, 1], []], [[0, float("nan")]], [[0.5, 1.0]], [[-1, 0]], np.array([0, 1])]
)
def test_wrong_episodes_are_named(episodes):
    with pytest.raises(ValueError, match=r"^observations: expected"):
        sc.SegmentModel(2, 2).fit(episodes)


def test_use_asks_for_what_was_fitted():
    with pytest.raises(ValueError, match="fitted"):
        sc.SegmentModel(2, 2).describe([[0]])
    model = sc.SegmentModel(2, 2).fit([[0, 1]])
    with pytest.raises(ValueError, match="symbols below 2"):
        model.boundaries([[2]])
    with pytest.raises(ValueError, match="context"):
        model.boundaries([[0]], context=[0])


def test_an_option_ends_by_its_state():
    # States 0 to 3 on a line; actions are left, right. Skill: go right until state 3, then left.
    walk = np.array([2 * s + 1 for s in (0, 1, 2, 3)] + [2 * s for s in (3, 2, 1, 0)])
    episodes = [np.tile(walk, 3) for _ in range(5)]
    model = sc.SegmentModel(3, 8, 0.1, "option", n_actions=2, seed=0, restarts=3).fit(episodes)
    assert np.isfinite(model.nll_)
    assert model.describe(episodes).reconstruction < 0.3
