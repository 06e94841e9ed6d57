"""The one error that building an explorer raises."""

__all__ = ["ExplorerError"]


class ExplorerError(ValueError):
    """An explorer cannot be built as asked; the message names what is wrong and where."""
