import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from workedpapers.meg_decoding.classifiers import ridge

sizes = st.tuples(st.integers(6, 14), st.integers(1, 20), st.integers(0, 2), st.integers(0, 99))


def problem(n, p, k, seed):
    """Weights, confounds, labels, and features projected on what the confounds leave."""
    rng = np.random.default_rng(seed)
    root = np.sqrt(rng.uniform(0.2, 2, n))
    F = rng.standard_normal((n, k)) if k else None
    Q = ridge.unpenalised_basis(root, F)
    X = rng.standard_normal((2, n, p))
    A = ridge.project_out(X * root[:, None], Q)
    return root, F, X, A, Q, rng.standard_normal((n, 3))


@settings(max_examples=40, deadline=None)
@given(sizes, st.floats(0.05, 50))
def test_predictions_for_epochs_left_out_solve_the_normal_equations_without_them(size, a):
    n, p, k, seed = size
    root, F, X, A, Q, Y = problem(n, p, k, seed)
    alpha = np.full(2, a)
    out = np.random.default_rng(seed).permutation(n)[: max(1, n // 4)]
    kept = np.setdiff1d(np.arange(n), out)
    both = [
        ridge.residuals_from_kernel(A @ A.transpose(0, 2, 1), alpha, Q),
        ridge.residuals_from_features(A, alpha, Q),
    ]
    assert_allclose(both[0].dense(), both[1].dense(), atol=1e-8)
    columns = np.ones((n, 1)) if F is None else np.hstack([np.ones((n, 1)), F])
    for t in range(2):
        D = np.hstack([columns, X[t]])
        penalty = np.diag(np.r_[np.zeros(columns.shape[1]), np.full(p, a)])
        W = D[kept].T * root[kept] ** 2
        direct = D[out] @ np.linalg.solve(W @ D[kept] + penalty, W @ Y[kept])
        for E in both:
            found = ridge.held_out(E, Y * root[:, None], out, root)
            assert_allclose(found[t], direct, atol=1e-6 * max(1, np.abs(direct).max()))


def test_two_limits_of_the_penalty():
    _, _, _, A, Q, Y = problem(10, 4, 0, 1)
    ordinary = ridge.residuals_from_features(A, np.full(2, 1e-10), Q).apply(Y)
    for t in range(2):
        D = np.hstack([Q, A[t]])
        assert_allclose(ordinary[t], Y - D @ np.linalg.lstsq(D, Y, rcond=None)[0], atol=1e-7)
    only_mean = ridge.residuals_from_features(A, np.full(2, 1e12), Q).apply(Y)
    assert_allclose(only_mean[0], Y - Q @ (Q.T @ Y), atol=1e-9)


def test_residuals_of_what_is_not_penalised_are_zero():
    root, F, _, A, Q, _ = problem(12, 30, 2, 2)
    E = ridge.residuals_from_kernel(A @ A.transpose(0, 2, 1), np.full(2, 3.0), Q)
    assert_allclose(E.apply(root[:, None] * np.column_stack([np.ones(12), F])), 0, atol=1e-10)
    eigenvalues = np.linalg.eigvalsh(E.dense())
    assert eigenvalues.min() > -1e-10
    assert eigenvalues.max() < 1 + 1e-10


def test_a_penalty_too_small_for_the_data_is_named():
    _, _, _, A, Q, _ = problem(8, 20, 0, 3)
    K = 1e20 * (A @ A.transpose(0, 2, 1))
    K[:, 0, 0] -= 1e21  # as rounding does to a singular kernel, only more
    with pytest.raises(ValueError, match="alpha: 1e-06 is too small"):
        ridge.residuals_from_kernel(K, np.full(2, 1e-6), Q)


@pytest.mark.parametrize("confounded", [False, True])
@pytest.mark.parametrize("alpha", [1e-3, 1e-6, 1e-10])
def test_a_tiny_penalty_costs_no_digits(alpha, confounded):
    rng = np.random.default_rng(0)
    n, p = 24, 40
    A, labels = rng.standard_normal((n, p)), rng.choice([-1.0, 1.0], n)
    confounds = rng.standard_normal((n, 1)) if confounded else None
    Q = ridge.unpenalised_basis(np.ones(n), confounds)
    A = ridge.project_out(A, Q)
    # From the singular values, with no cancellation: E y = a / (a + s^2) along each direction.
    U, s, _ = np.linalg.svd(A, full_matrices=False)
    U, s = U[:, : n - Q.shape[1]], s[: n - Q.shape[1]]
    expected = U @ (alpha / (alpha + s**2) * (U.T @ labels))
    E = ridge.residuals_from_kernel((A @ A.T)[None], np.array([alpha]), Q)
    assert_allclose(E.apply(labels[:, None])[0, :, 0], expected, rtol=1e-6, atol=1e-20)
