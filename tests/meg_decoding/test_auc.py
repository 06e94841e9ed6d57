import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.metrics import roc_auc_score

from workedpapers.meg_decoding.auc import auc, class_auc

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
