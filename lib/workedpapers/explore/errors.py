"""The one error that building an explorer raises."""

__all__ = ["ExplorerError"]


class ExplorerError(ValueError):
    """An explorer cannot be built as asked; the message names what is wrong and where.

    Examples
    --------
    >>> from workedpapers.explore import ExplorerError, Slider
    >>> try:
    ...     Slider("rate", 1, 0)
    ... except ExplorerError as error:
    ...     print(error)
    slider rate: low 1 is not below high 0
    """
