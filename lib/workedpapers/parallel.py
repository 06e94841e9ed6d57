"""The same work on many items in several processes, with one progress bar."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from .checks import positive_int
from .progress import progress_bar

__all__ = ["in_parallel"]

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def in_parallel(
    function: Callable[[Item], Answer],
    items: Iterable[Item],
    *,
    desc: str,
    unit: str = "case",
    workers: int | None = None,
) -> list[Answer]:
    """The function's answer to every item, in their order, computed in several processes.

    Parameters
    ----------
    function : callable
        Takes one item. It must be such as can be pickled: a function of a module, not a lambda.
    items : iterable
        What is worked through; such as can be pickled too.
    desc, unit : str
        What is done, and what one item is called, for the progress bar.
    workers : int or None
        Number of processes; by default as many as there are processors.

    Returns
    -------
    list
        The answers.

    Raises
    ------
    TypeError, ValueError
        If ``workers`` is not a positive whole number; and whatever the function raises.

    Examples
    --------
    >>> from math import factorial
    >>> from workedpapers.parallel import in_parallel
    >>> in_parallel(factorial, [3, 4], desc="multiplying", workers=1)
    [6, 24]
    """
    listed = list(items)
    processes = os.cpu_count() if workers is None else positive_int(workers, "workers")
    with ProcessPoolExecutor(processes) as pool:
        answers = pool.map(function, listed)
        return list(progress_bar(answers, desc=desc, unit=unit, total=len(listed)))
