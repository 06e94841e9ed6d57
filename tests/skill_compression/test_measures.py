"""Scores against their definitions, blocks against closed forms, loading, tokenizers, the study."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from workedpapers import skill_compression as sc
from workedpapers.skill_compression.chapter import figures
from workedpapers.skill_compression.chapter.study import load_colors, one_cell


def test_scores_match_each_boundary_once():
    assert sc.boundary_scores([[1, 1, 0, 0]], [[0, 1, 0, 1]], tolerance=1) == (0.5, 0.5, 0.5)
    assert sc.boundary_scores([[1, 1, 1, 0]], [[0, 1, 0, 0]], tolerance=1).precision == 1 / 3
    assert sc.boundary_scores([[0, 0]], [[1, 0]]).f1 == 0.0
    with pytest.raises(ValueError, match="found"):
        sc.boundary_scores([[1]], [[1, 0]])


def test_blocks_have_their_closed_forms():
    data = sc.simple_colors(400, seed=3)
    table = sc.block_degeneracy(data)
    shares = np.bincount(data.observations.ravel()) / data.observations.size
    entropy = -(shares @ np.log(shares))
    assert_allclose(table.loc["1 colour", "nll"], 6 * entropy)
    assert_allclose(table.loc["1 frame, Markov", "code_length"], 18 * (entropy + np.log(3)))
    with pytest.raises(ValueError, match="blocks"):
        sc.block_degeneracy(sc.simple_colors(5, noise=0.5))


def test_the_model_prices_blocks_as_the_table_does():
    data = sc.simple_colors(200, seed=4)
    model = sc.SegmentModel(15, 9, "two-part", seed=0).fit(data.observations)
    row = sc.block_degeneracy(data).loc["1 colour"]
    # A duration or a symbol of less than a hundredth is not paid for, and may shorten the data.
    assert -1e-3 < model.nll_ - row["nll"] < 1e-5
    assert_allclose(model.codebook_length_, row["codebook"], atol=1e-6)


def test_conditional_colours_have_three_successors():
    data = sc.conditional_colors(2000, seed=0)
    blocks = np.column_stack([data.context, data.observations[:, ::3]])
    pairs = np.unique(np.stack([blocks[:, :-1].ravel(), blocks[:, 1:].ravel()]), axis=1)
    assert pairs.shape[1] == 12


def test_a_table_becomes_episodes():
    frame = pd.DataFrame({"run": [2, 1, 1], "t": [0, 1, 0], "x": [1.0, 2.0, 3.0], "a": list("bba")})
    episodes, names = sc.episodes_from_frame(frame, ["x"], episode="run", step="t")
    assert [one.ravel().tolist() for one in episodes] == [[3.0, 2.0], [1.0]]
    assert names == ["x"]
    with pytest.raises(ValueError, match="twice"):
        sc.episodes_from_frame(frame.assign(t=0), "a", episode="run", step="t")
    with pytest.raises(ValueError, match="step"):
        sc.episodes_from_frame(frame, "a", episode="run")


@pytest.mark.parametrize("kind", ["unigram", "bpe"])
def test_a_tokenizers_shares_are_those_of_its_boundaries(kind):
    data = sc.simple_colors(100, seed=0)
    found = sc.tokenizer_baseline(data, kind=kind)
    assert_allclose(sum(found.pieces.values()), 1)
    assert_allclose(found.segments, sum(map(np.sum, found.boundaries)) / 100)


@pytest.mark.parametrize(("kind", "method"), [("simple", "price 0.1"), ("conditional", "two-part")])
def test_a_part_of_the_study_comes_out_again(kind, method):
    again = one_cell(kind, method, 3)
    cells = load_colors()
    stored = cells[(cells["set"] == kind) & (cells["method"] == method) & (cells["seed"] == 3)]
    for column in ("nll", "code_length", "skills", "codebook", "f1"):
        assert_allclose(again[column], stored[column].item(), atol=1e-4)


def test_the_first_figure_moves_with_the_price():
    low, high = (figures.segmentation(price, "equal neighbours") for price in (0.1, 1.0))
    assert low["recall"] == 1.0 > high["recall"]
    assert low["used"] == 3
