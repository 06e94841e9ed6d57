"""How many conjunctions there are, and what a search looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Inspection", "conjunctions"]


def conjunctions(sizes: Sequence[int], order: int) -> int:
    """Conjunctions of at most ``order`` predicates on different columns.

    The number with k predicates is the elementary symmetric polynomial of the numbers of bins.
    """
    counts = [1] + [0] * order
    for size in sizes:
        for k in range(order, 0, -1):
            counts[k] += counts[k - 1] * size
    return sum(counts[1:])


@dataclass(frozen=True)
class Inspection:
    """What a search looked at.

    Parameters
    ----------
    method : str
        "enumerate" or "best-first".
    space : int
        Conjunctions up to the chosen order.
    inspected : int
        Conjunctions whose rows were counted one by one: all their parts are large enough.
    complete : bool
        Whether every slice that is large enough was seen.
    bound : float
        No slice that is large enough and was not seen has a mean loss, away from the mean in the
        direction asked for, beyond this one; NaN if all were seen.
    unseen : int
        Conjunctions of large enough predicates that were not looked at. A rate of false
        discoveries counts each as a test that found nothing, since a search that looks where
        losses are high has in effect passed them over.

    Examples
    --------
    >>> from workedpapers.data_slicing import Inspection
    >>> Inspection("enumerate", space=1000, inspected=50, complete=True, bound=float("nan")).share
    0.05
    """

    method: str
    space: int
    inspected: int
    complete: bool
    bound: float
    unseen: int = 0

    @property
    def share(self) -> float:
        """Share of the space that was inspected."""
        return self.inspected / self.space if self.space else 0.0
