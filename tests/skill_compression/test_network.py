"""The network's cost against all segmentations written out, and batches against the whole."""

import itertools

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from workedpapers import skill_compression as sc
from workedpapers.skill_compression.episodes.padded import symbol_episodes
from workedpapers.skill_compression.neural.network import SegmentNetwork
from workedpapers.skill_compression.segments.families import Categorical, Emission
from workedpapers.skill_compression.segments.lattice import distinct_segments
from workedpapers.skill_compression.segments.skills import Evidence, objective_of

STEPS, SKILLS, LONGEST, PRICE = 4, 2, 4, 0.3


def written_out(network, model, frames):
    """Mean over the network's guesses of log q - log p, all segmentations and skills in turn."""
    with torch.no_grad():
        shown = torch.nn.functional.one_hot(torch.tensor(frames), network.emission.shape[1])
        seen = network.look(shown.float().T[None])
        begins = torch.sigmoid(network.boundary(seen))[0, 0].double().numpy()
        guess = torch.softmax(network.code(seen), 1)[0].T.double().numpy()
    skills, total = model.skills_, 0.0
    for marks in itertools.product([0, 1], repeat=STEPS - 1):
        starts = [0, *(t + 1 for t, mark in enumerate(marks) if mark)]
        chance = np.prod([begins[t] if t in starts else 1 - begins[t] for t in range(1, STEPS)])
        for named in itertools.product(range(SKILLS), repeat=len(starts)):
            q = chance * np.prod([guess[t, z] for t, z in zip(starts, named, strict=True)])
            joint = 0.0
            for start, stop, z in zip(starts, [*starts[1:], STEPS], named, strict=True):
                joint += (1 + PRICE) * np.log(skills.share[z])
                joint += np.log(skills.duration[z, stop - start - 1])
                joint += np.log(skills.table[z, frames[start:stop]]).sum()
            total += q * (np.log(q) - joint)
    return total


@pytest.fixture(scope="module")
def untrained():
    model = sc.AmortisedModel(SKILLS, LONGEST, PRICE, seed=0)
    torch.manual_seed(0)
    model.network_ = SegmentNetwork(2, SKILLS, LONGEST)
    with torch.no_grad():
        model.network_.share.copy_(torch.tensor([0.5, -0.5]))
        model.network_.hazard.copy_(torch.randn(SKILLS, LONGEST))
    return model


def test_the_mean_cost_is_that_of_all_segmentations(untrained):
    frames = np.array([0, 1, 1, 0])
    with torch.no_grad():
        many = torch.from_numpy(np.tile(frames, (20_000, 1)))
        costs = untrained.network_(many, PRICE, hard=True).cost.double().numpy()
    exact = written_out(untrained.network_, untrained, frames)
    assert abs(costs.mean() - exact) < 4 * costs.std() / np.sqrt(len(costs))


def test_exact_sums_are_a_lower_bound(untrained):
    for frames in itertools.product([0, 1], repeat=STEPS):
        lattice = distinct_segments(symbol_episodes([frames]), LONGEST, with_context=False)
        family = Categorical(Emission.FRAME, 2, 2, LONGEST)
        least = objective_of(untrained.skills_, Evidence(lattice, family))
        assert least <= written_out(untrained.network_, untrained, np.array(frames)) + 1e-6


def test_learning_lowers_the_cost():
    frames = sc.simple_colors(60, seed=0).observations
    model = sc.AmortisedModel(4, 6, seed=0, iterations=201).fit(frames)
    # The first weight of what is not frames is small, so the first cost is nearly that of frames.
    assert model.history_[-1] < model.history_[0]
    assert model.objective_ > model.exact_objective_
    assert model.boundaries(frames)[:, 0].all()


def test_a_network_wants_episodes_of_one_length():
    with pytest.raises(ValueError, match=r"^observations: expected episodes of one length"):
        sc.AmortisedModel(2, 2, iterations=1).fit([[0, 1], [0]])
    with pytest.raises(ValueError, match="fitted"):
        sc.AmortisedModel(2, 2).boundaries([[0, 1]])


def test_one_batch_is_the_whole():
    frames = sc.simple_colors(100, seed=0).observations
    whole = sc.SegmentModel(5, 4, 0.1, seed=0).fit(frames)
    batch = sc.SegmentModel(5, 4, 0.1, seed=0).fit_batches([frames])
    assert_allclose(batch.nll_, whole.nll_)


def test_batches_come_to_what_the_whole_comes_to():
    parts = [sc.simple_colors(100, seed=seed).observations for seed in range(10)]
    whole = sc.SegmentModel(6, 5, 0.1, seed=1).fit(np.concatenate(parts))
    model = sc.SegmentModel(6, 5, 0.1, seed=1).fit_batches(iter(parts))
    fresh = sc.simple_colors(500, seed=50)
    one, other = (m.describe(fresh.observations) for m in (whole, model))
    assert abs(one.nll - other.nll) < 0.02
    assert other.skills_used == 3
    found = model.boundaries(fresh.observations)
    assert sc.boundary_scores(found, fresh.boundaries).f1 == 1.0


def test_a_symbol_may_come_late():
    model = sc.SegmentModel(3, 2, 0.1, seed=0)
    model.fit_batches([[[0, 1, 0]], [[2, 2, 1, 1], [0]]], n_symbols=3)
    assert np.isfinite(model.describe([[2, 0]]).nll)
    with pytest.raises(ValueError, match="symbols below 2"):
        sc.SegmentModel(3, 2, 0.1).fit_batches([[[0, 1]], [[2]]])


@pytest.mark.parametrize(
    ("options", "batches", "decay", "name"),
    [
        ({"penalty": "two-part"}, [[[0]]], 0.7, "penalty"),
        ({}, [[[0]]], 0.5, "decay"),
        ({}, [[[0]]], 1.5, "decay"),
        ({}, [], 0.7, "batches"),
    ],
)
def test_wrong_batches_are_named(options, batches, decay, name):
    with pytest.raises(ValueError, match=f"^{name}: expected"):
        sc.SegmentModel(2, 2, **options).fit_batches(batches, decay=decay)
