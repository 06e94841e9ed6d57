import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score

from workedpapers.meg_decoding.classifiers.roc import auc, auc_of_each, class_auc

columns = st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=2, max_size=14)


@given(columns)
def test_auc_is_the_share_of_pairs_won_ties_counting_half(pairs):
    scores = np.array([s for s, _ in pairs], dtype=float)
    positive = np.array([b for _, b in pairs])
    gaps = scores[positive][:, None] - scores[~positive]
    if gaps.size == 0:
        assert np.isnan(auc(scores, positive))
    else:
        assert_allclose(auc(scores, positive), ((gaps > 0) + 0.5 * (gaps == 0)).mean())


@given(columns, st.floats(0.1, 10), st.floats(-5, 5))
def test_auc_turns_over_with_the_labels_and_ignores_scale(pairs, scale, shift):
    scores = np.array([s for s, _ in pairs], dtype=float)
    positive = np.array([b for _, b in pairs])
    if positive.all() or not positive.any():
        return
    assert_allclose(auc(scores, positive) + auc(scores, ~positive), 1)
    # Halves keep ties ties.
    moved = auc(scores * 2.0 ** round(scale) + round(shift), positive)
    assert_allclose(moved, auc(scores, positive))


def test_many_columns_with_and_without_ties_agree_with_scikit_learn():
    rng = np.random.default_rng(0)
    scores = np.round(rng.standard_normal((3, 4, 21)), 1)
    scores[0] = rng.standard_normal((4, 21))
    positive = rng.permutation(np.arange(21) < 8)
    expected = [[roc_auc_score(positive, column) for column in block] for block in scores]
    assert_allclose(auc(scores, positive), expected, atol=1e-14)


@pytest.mark.parametrize("multiclass", ["ovo", "ovr"])
def test_several_classes_agree_with_scikit_learn(multiclass):
    rng = np.random.default_rng(1)
    codes = rng.permutation(np.r_[np.zeros(5, int), np.ones(9, int), np.full(11, 2)])
    share = rng.dirichlet(np.ones(3), size=25)
    ours = class_auc(share.T, codes, 3, multiclass)
    assert_allclose(ours, roc_auc_score(codes, share, multi_class=multiclass), atol=1e-14)


@pytest.mark.parametrize("multiclass", ["ovo", "ovr"])
def test_labels_that_differ_from_row_to_row_give_the_rows_own_values(multiclass):
    rng = np.random.default_rng(2)
    codes = np.array([rng.permutation(np.arange(18) % 3) for _ in range(6)])
    scores = rng.standard_normal((3, 2, 6, 18))
    found = class_auc(scores, codes, 3, multiclass)
    for row in range(6):
        alone = class_auc(scores[:, :, row], codes[row], 3, multiclass)
        assert_allclose(found[:, row], alone, atol=1e-14)


extremes = [0.0, -0.0, 5e-324, -5e-324, 1e-310, 1e300, -1e300, np.inf, -np.inf]
neighbours = [1.0, *np.nextafter(1.0, [0, 2]), 1 + 2**-50, -1.0, *np.nextafter(-1.0, [0, -2])]


@given(
    st.lists(
        st.tuples(st.sampled_from(extremes + neighbours), st.booleans()), min_size=2, max_size=20
    )
)
def test_scores_that_only_the_last_bits_tell_apart_keep_their_order(pairs):
    scores, positive = np.array([s for s, _ in pairs]), np.array([b for _, b in pairs])
    mine, others = scores[positive][:, None], scores[~positive]
    if mine.size and others.size:
        expected = ((mine > others) + 0.5 * (mine == others)).mean()
        assert_allclose(auc(scores, positive), expected)


@pytest.mark.parametrize("shape", [(3000, 40), (2, 5000, 30), (70, 3, 700), (2, 100_000)])
def test_arrays_larger_than_a_block_agree_with_their_rows(shape):
    rng = np.random.default_rng(3)
    scores = rng.standard_normal(shape)
    scores[:, ..., :2] = 0.25  # a tie in every column
    positive = rng.random(shape[-2:]) < 0.4
    positive[:, 0], positive[:, 1] = True, False
    found = auc(scores, positive)
    for at in [tuple(rng.integers(shape[:-1])) for _ in range(20)]:
        labels = positive[at[-1]]
        ranks = rankdata(scores[at])[labels]
        n1 = labels.sum()
        wins = ranks.sum() - n1 * (n1 + 1) / 2
        assert_allclose(found[at], wins / (n1 * (shape[-1] - n1)), atol=1e-13)


def test_single_precision_gives_the_areas_of_its_own_values():
    rng = np.random.default_rng(4)
    scores = rng.standard_normal((50, 33)).astype(np.float32)
    positive = np.arange(33) % 3 == 0
    assert_allclose(auc(scores, positive), auc(scores.astype(float), positive))


@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans(), st.booleans(), st.booleans())))
def test_several_sets_of_labels_in_one_sort(rows):
    scores = np.array([1.0, 2.0] + [s for s, *_ in rows])
    sets = [np.array([True, False] + [row[k] for row in rows]) for k in (1, 2, 3)]
    for found, positive in zip(auc_of_each(scores, sets), sets, strict=True):
        assert_allclose(found, auc(scores, positive))
    columns = np.stack([scores, np.random.default_rng(0).standard_normal(len(scores))])
    found = auc_of_each(columns, [sets[0], np.stack([sets[1], sets[2]])])
    assert_allclose(found[0], auc(columns, sets[0]))
    assert_allclose(found[1], [auc(columns[0], sets[1]), auc(columns[1], sets[2])])
