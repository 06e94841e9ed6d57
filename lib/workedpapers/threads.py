"""Many small matrices are solved faster on one thread than on several that wait for each other."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import threadpool_limits

__all__ = ["one_thread"]

P = ParamSpec("P")
R = TypeVar("R")


def one_thread(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function so that linear algebra uses one thread while it runs.

    Small matrices leave the threads of BLAS waiting for each other: on two cores they cost over
    ten times the CPU time. The limit holds for the whole process until the function returns.

    Parameters
    ----------
    function : callable
        What is to run on one thread.

    Returns
    -------
    callable
        The same function, with its name and signature.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers.threads import one_thread
    >>> inverse = one_thread(np.linalg.inv)
    >>> inverse(2 * np.eye(2)).tolist()
    [[0.5, 0.0], [0.0, 0.5]]
    """

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with threadpool_limits(limits=1, user_api="blas"):
            return function(*args, **kwargs)

    return limited
