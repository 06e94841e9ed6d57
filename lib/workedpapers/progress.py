"""One progress bar for everything that may take longer than three seconds."""

import os
from collections.abc import Iterable
from typing import TypeVar

__all__ = ["progress_bar"]

Item = TypeVar("Item")


def progress_bar(
    items: Iterable[Item], *, desc: str, unit: str, total: int | None = None, show: bool = True
) -> Iterable[Item]:
    """Pass the items on, with a bar once three seconds have passed.

    While the book is built there is none, since a kernel would leave it on the page. Without tqdm
    there is none either: it is a courtesy.

    Parameters
    ----------
    items : iterable
        What is worked through.
    desc, unit : str
        What is done, and what one item is called.
    total : int or None
        Number of items, where ``items`` has no length.
    show : bool
        False for no bar at all.

    Returns
    -------
    iterable
        The same items.

    Examples
    --------
    >>> from workedpapers.progress import progress_bar
    >>> sum(progress_bar([1, 2, 3], desc="adding", unit="number"))
    6
    """
    if not show or os.environ.get("WORKEDPAPERS_BUILD") == "1":
        return items
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return items
    shown: Iterable[Item] = tqdm(items, desc=desc, unit=unit, total=total, delay=3, leave=False)
    return shown
