"""Views side by side."""

from collections.abc import Sequence
from typing import Any

from ..errors import ExplorerError
from .view import Outputs, Room, View

__all__ = ["Columns"]

GAP = 24  # between columns, in pixels


class Columns(View):
    """Views side by side where there is room; one below the other on a phone.

    Parameters
    ----------
    *columns : view, or list of views
        From left to right; a list is a column from top to bottom. A list of lists of views, as
        the `view` of an explorer holds it, is a row of columns of one view each.
    widths : sequence of float, optional
        Shares of the width; by default equal.

    Raises
    ------
    ExplorerError
        If a column is empty or holds something else, or there are not as many widths.

    See Also
    --------
    Controls : Controls among the views.

    Examples
    --------
    >>> from workedpapers.explore import Columns
    >>> from workedpapers.explore import Lines, Number
    >>> row = Columns(Lines("t", "x"), [Lines("t", "v"), Number("energy")], widths=(3, 2))
    >>> len(row.parts)
    3
    """

    def __init__(
        self, *columns: View | Sequence[View], widths: Sequence[float] | None = None
    ) -> None:
        self.columns = [[c] if isinstance(c, View) else list(c) for c in columns]
        self.widths = [1.0] * len(self.columns) if widths is None else [float(w) for w in widths]
        if not self.columns or not all(c and all(isinstance(v, View) for v in c)
                                       for c in self.columns):  # fmt: skip
            raise ExplorerError("Columns: each column must be a view or a list of views")
        if len(self.widths) != len(self.columns) or min(self.widths) <= 0:
            raise ExplorerError(f"Columns: {widths!r} are not {len(self.columns)} widths above 0")

    @property
    def parts(self) -> list[View]:
        return [part for column in self.columns for view in column for part in view.parts]

    def names(self) -> set[str]:
        return set().union(*(part.names() for part in self.parts))

    def check(self, outputs: Outputs) -> None:
        for part in self.parts:
            part.check(outputs)

    @property
    def placed(self) -> list[str]:
        return [name for part in self.parts for name in part.placed]

    @property
    def entities(self) -> set[str]:
        return set().union(*(part.entities for part in self.parts))

    @property
    def all_numbers(self) -> bool:
        """Whether there is nothing but one number in each column."""
        return all(len(c) == 1 and c[0].to_json()["type"] == "number" for c in self.columns)

    def to_json(self) -> dict[str, Any]:
        columns = [[view.to_json() for view in column] for column in self.columns]
        return {"type": "columns", "columns": columns, "widths": self.widths}

    def height_in(self, room: Room) -> int:
        if self.all_numbers:
            return 46
        stacked = room.width < 560
        heights = []
        for column, share in zip(self.columns, self.widths, strict=True):
            across = (room.width - GAP * (len(self.columns) - 1)) * share / sum(self.widths)
            inside = room if stacked else room._replace(width=int(across))
            heights.append(stack_height([view.height_in(inside) for view in column]))
        return stack_height(heights) if stacked else max(heights)


def stack_height(heights: Sequence[int]) -> int:
    """Height of views below each other, with the gaps between them."""
    return sum(heights) + 17 * (len(heights) - 1)
