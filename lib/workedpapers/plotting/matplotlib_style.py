"""The settings of matplotlib: for a figure inside a page, and for the still of one that moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .colours import PALETTE

__all__ = ["INK", "PRINT_INK", "still_style", "style"]

#: Stands for the colour of the page's text in a figure inside a page.
INK = "#0a0b0c"
#: Text, and lines behind the data, of a still, which has a white ground of its own.
PRINT_INK, PRINT_QUIET = "#20262e", "#d9dde2"
_LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))


def _settings(ink: str) -> dict[Any, Any]:
    """What the two kinds of figures share."""
    coloured = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    return {
        **dict.fromkeys(coloured, ink),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.unicode_minus": True,
        "font.family": "sans-serif",
        "legend.frameon": False,
    }


@contextmanager
def style(**changes: Any) -> Iterator[None]:
    """Context in which matplotlib draws in the style of the book.

    Parameters
    ----------
    **changes
        Entries of `matplotlib.rcParams` to set besides, with ``_`` for ``.``, for example
        ``figure_figsize=(6, 3)``.

    Yields
    ------
    None
        Nothing: draw in the context, and hand the figure to `show`.

    Raises
    ------
    ValueError
        If a name is not an entry of `matplotlib.rcParams`.

    See Also
    --------
    show : Put the figure on the page.

    Examples
    --------
    >>> from workedpapers.plotting import style
    >>> import matplotlib as mpl
    >>> with style(font_size=8):
    ...     mpl.rcParams["font.size"]
    8.0
    """
    import matplotlib as mpl
    from cycler import cycler

    extra: dict[Any, Any] = {}
    for name, value in changes.items():
        key = name if name in mpl.rcParams else name.replace("_", ".", 1)
        if key not in mpl.rcParams:
            raise ValueError(f"{name}: expected the name of a matplotlib setting, got {name!r}.")
        extra[key] = value
    # Colour is never the only cue: the dash pattern changes with it.
    cycle = cycler(color=PALETTE) + cycler(linestyle=_LINE_STYLES)
    base: dict[Any, Any] = {
        **_settings(INK),
        "axes.prop_cycle": cycle,
        "axes.facecolor": "none",
        "axes.titlesize": "medium",
        "axes.titlelocation": "left",
        "figure.facecolor": "none",
        "figure.figsize": (7.2, 3.6),
        "figure.constrained_layout.use": True,
        "font.size": 11,
        "grid.color": INK,
        "grid.alpha": 0.15,
        "axes.grid": True,
        "lines.linewidth": 2,
        "svg.fonttype": "path",
    }
    with mpl.rc_context({**base, **extra}):
        yield


@contextmanager
def still_style() -> Iterator[None]:
    """Context in which the still of a figure that moves is drawn: smaller, dark on white.

    Yields
    ------
    None
        Nothing: draw in the context.

    See Also
    --------
    style : The style of figures that do not move.

    Examples
    --------
    >>> from workedpapers.plotting import still_style
    >>> import matplotlib as mpl
    >>> with still_style():
    ...     mpl.rcParams["font.size"]
    9.0
    """
    import matplotlib as mpl

    base: dict[Any, Any] = {
        **_settings(PRINT_INK),
        "axes.edgecolor": PRINT_QUIET,
        "font.size": 9,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "grid.color": PRINT_QUIET,
        "grid.linewidth": 0.6,
    }
    with mpl.rc_context(base):
        yield
