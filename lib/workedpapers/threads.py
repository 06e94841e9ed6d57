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

    The matrices of one time point are so small that the threads of BLAS spend their time waiting:
    on two cores they cost over ten times the CPU time. The limit holds for the whole process
    until the function returns.
    """

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with threadpool_limits(limits=1, user_api="blas"):
            return function(*args, **kwargs)

    return limited
