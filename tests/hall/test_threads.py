import inspect

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from workedpapers.meg_decoding import decode
from workedpapers.threads import one_thread


def blas_threads():
    return [lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"]


def test_linear_algebra_runs_on_one_thread_and_then_on_as_many_as_before():
    np.ones((2, 2)) @ np.ones((2, 2))
    with threadpool_limits(limits=2, user_api="blas"):
        before = blas_threads()
        assert set(one_thread(blas_threads)()) == {1}
        assert blas_threads() == before
        with pytest.raises(ZeroDivisionError):
            one_thread(lambda: 1 / 0)()
        assert blas_threads() == before


def test_signatures_and_names_stay():
    assert "cv" in inspect.signature(decode).parameters
    assert decode.__name__ == "decode"
