"""A figure laid out once more for a phone, where a wide one would shrink until nobody reads it."""

from textwrap import fill
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["make_narrow"]

#: Width in inches. On a phone of 390 px letters of 8 points are then still 9 px high.
NARROW = 4.2
#: Height in inches of each of several panels, one below the other.
PANEL = 2.9


def make_narrow(figure: "Figure") -> bool:
    """Lay a figure out in the width of a phone; False if it is no wider than that.

    Panels that stand in one row come below each other; legends take as many columns as fit, and
    titles as many lines as they need. The size of letters stays.
    """
    width, height = figure.get_size_inches()
    if width <= NARROW:
        return False
    row = panels_of_one_row(figure)
    if row:
        grid = figure.add_gridspec(len(row), 1)
        for k, axes in enumerate(row):
            axes.set_subplotspec(grid[k])
            axes.tick_params(labelleft=True)
            if axes.get_ylabel() == "" and axes.get_shared_y_axes().joined(axes, row[0]):
                axes.set_ylabel(row[0].get_ylabel())
        height = PANEL * len(row) + (0.4 if figure.legends else 0)
    figure.set_size_inches(NARROW, height)
    fit_legends(figure)
    wrap_titles(figure)
    wrap_labels(figure)
    return True


def panels_of_one_row(figure: "Figure") -> list["Axes"]:
    """The panels of a figure of one row and several columns; none if there is anything else."""
    specs = [axes.get_subplotspec() for axes in figure.axes]
    if len(specs) < 2 or None in specs:
        return []
    grids = {spec.get_gridspec() for spec in specs if spec is not None}
    (grid, *others) = grids
    one_row = not others and grid.nrows == 1 and grid.ncols == len(specs)
    return list(figure.axes) if one_row else []


def fit_legends(figure: "Figure") -> None:
    """Give each legend above a figure as few columns as there is room for."""
    handles: dict[Any, Any] = {}
    for axes in figure.axes:
        drawn, labels = axes.get_legend_handles_labels()
        handles |= dict(zip(labels, drawn, strict=True))
    for legend in list(figure.legends):
        labels = [text.get_text() for text in legend.get_texts()]
        for columns in range(len(labels) - 1, 0, -1):
            figure.draw_without_rendering()
            if legend.get_window_extent().width <= figure.bbox.width:
                break
            legend.remove()
            legend = figure.legend(
                [handles[label] for label in labels],
                labels,
                loc="outside upper center",
                ncols=columns,
                frameon=legend.get_frame_on(),
                fontsize=legend.get_texts()[0].get_fontsize(),
            )


def wrap_titles(figure: "Figure") -> None:
    """Break the titles of panels that are wider than their panels, between words."""
    figure.draw_without_rendering()
    for axes in figure.axes:
        for title in (axes.title, axes._left_title, axes._right_title):  # type: ignore[attr-defined]
            words = title.get_text()
            for letters in range(len(words) - 1, 0, -1):
                if title.get_window_extent().width <= axes.bbox.width:
                    break
                title.set_text(fill(words, letters, break_long_words=False))


def wrap_labels(figure: "Figure") -> None:
    """Break the labels of axes that are longer than the figure has room for."""
    for axes in figure.axes:
        axes.xaxis.label.set_wrap(True)
        axes.yaxis.label.set_wrap(True)
