import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from workedpapers.meg_decoding.classifiers import ridge
from workedpapers.meg_decoding.classifiers.ridge import solve_each

sizes = st.tuples(st.integers(6, 14), st.integers(1, 20), st.integers(0, 2), st.integers(0, 99))


@settings(max_examples=30, deadline=None)
@given(sizes, st.integers(1, 2))
def test_each_problem_has_the_penalty_with_the_least_error_of_epochs_left_out(size, c):
    n, p, k, seed = size
    rng = np.random.default_rng(seed)
    root = np.sqrt(rng.uniform(0.2, 2, n))
    Q = ridge.unpenalised_basis(root, rng.standard_normal((n, k)) if k else None)
    A = ridge.project_out(rng.standard_normal((2, n, p)), Q)
    Y = ridge.project_out(rng.standard_normal((n, 3 * c)), Q)
    grid = np.array([[0.3, 2.0, 40.0], [0.1, 5.0, 90.0]])
    K = A @ A.transpose(0, 2, 1)
    alpha, solution = solve_each(K, Y, Q, grid, 3)
    errors = np.empty((3, 2, 3))  # penalties, times, problems
    for g in range(3):
        E = ridge.residuals_from_features(A, grid[:, g], Q)
        left = [Y[[i]] - ridge.held_out(E, Y, np.array([i]), np.ones(n)) for i in range(n)]
        squares = np.concatenate(left, axis=1) ** 2
        errors[g] = squares.reshape(2, n, 3, c).sum(axis=(1, 3))
    for t in range(2):
        for number in range(3):
            assert_allclose(alpha[t, number], grid[t, errors[:, t, number].argmin()])
            columns = slice(number * c, number * c + c)
            shifted = K[t] + alpha[t, number] * np.eye(n)
            assert_allclose(shifted @ solution[t][:, columns], Y[:, columns], atol=1e-10)
