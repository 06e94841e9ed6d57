"""The first state as a picture: for readers without JavaScript, and for print."""

import base64
import html
import io
from typing import TYPE_CHECKING

import numpy as np

from workedpapers.plotting import still_style

from .heights import reserved_heights
from .scene import Scene
from .views.view import Pen, Room, View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes as Plot
    from matplotlib.figure import Figure

__all__ = ["still_figure", "still_plots", "still_png"]

WIDTH = 7.4
DPI = 110


def still_figure(scene: Scene) -> str:
    """The figure as HTML: picture, words and caption, with room kept for the live one."""
    alt = scene.describe(scene.defaults, scene.outputs)
    room = Room(700, scene.known, lambda text: scene.words(
        text, scene.defaults, scene.outputs, scene.first_frame), lambda *_: 0)  # fmt: skip
    said = [part for view in scene.views for part in view.words(room)]
    words = "".join(_paragraph(*part) for part in said)
    png = still_png(scene)
    image = ""
    if png:
        data = base64.b64encode(png).decode()
        image = f'<img class="wp-still-img" src="data:image/png;base64,{data}" alt="{_safe(alt)}">'
    else:
        words = words or f"<p>{_safe(alt)}</p>"
    title = f'<p class="wp-still-title">{_safe(scene.title)}</p>' if scene.title else ""
    return (
        f'<figure class="wp-still" data-wp-still="{scene.key}">{_style(scene)}{title}{image}'
        f"{words}<figcaption>{_safe(scene.caption)}</figcaption></figure>"
    )


def _paragraph(label: str, strong: str, after: str) -> str:
    number = f"<strong>{_safe(strong)}</strong>" if strong else ""
    return f"<p>{_safe(label)}{number}{_safe(after)}</p>"


def _style(scene: Scene) -> str:
    """Rules that must hold before, and without, the figure's own style sheet."""
    key = f'[data-wp-still="{scene.key}"]'
    wide, narrow = reserved_heights(scene)
    dark = f"html[data-theme=dark] {key} img.wp-still-img"
    # Room is kept only where the live figure will come: no blank without JavaScript.
    kept = f"{key}{{min-height:{narrow}px}}@media(min-width:720px){{{key}{{min-height:{wide}px}}}}"
    return (
        "<style>"
        f"{key}{{margin:1.2rem 0;box-sizing:border-box}}@media(scripting:enabled){{{kept}}}"
        f"html[data-theme=dark] .bd-content div.cell_output .text_html:has({key})"
        "{background:none;color:inherit;padding:0}"
        f"{key}[hidden]{{display:none}}{key} img{{width:100%;height:auto}}"
        f"{key} .wp-still-title{{font-weight:600;margin:0 0 .5rem}}"
        f"{key} figcaption{{font-size:.9em;opacity:.85;text-align:left}}"
        f"{dark}{{background:none!important;border:0!important;"
        "filter:invert(1) hue-rotate(180deg)!important;mix-blend-mode:screen}"
        f"@media print{{{key},{key}[hidden]{{display:block!important;min-height:0!important}}"
        f"{dark}{{filter:none!important;mix-blend-mode:normal}}}}"
        "</style>"
    )


def _safe(text: str) -> str:
    return html.escape(text, quote=True)


def still_png(scene: Scene) -> bytes:
    """The plots of the first state, one under another; empty if there is none."""
    figure, _ = still_plots(scene)
    if figure is None:
        return b""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor="white")
    return _fewer_colours(buffer.getvalue())


def still_plots(scene: Scene) -> "tuple[Figure | None, list[Plot]]":
    """The same as a figure of matplotlib, with its plots."""
    rows = [[view for view in row.parts if view.drawn] for row in scene.rows]
    rows = [row[i : i + 2] for row in rows for i in range(0, len(row), 2)]
    if not rows:
        return None, []
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    pen = Pen(scene.known, scene.entities)
    heights = [max(view.still_height for view in row) / 100 for row in rows]
    with still_style():
        figure = Figure(figsize=(WIDTH, sum(heights)), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        parts = np.atleast_1d(figure.subfigures(len(rows), 1, height_ratios=heights, squeeze=False))
        plots: list[tuple[Plot, View]] = []
        for part, row in zip(parts[:, 0], rows, strict=True):
            plots += zip(part.subplots(1, len(row), squeeze=False)[0], row, strict=True)
        for plot, view in plots:
            view.draw(plot, pen)
            _legend(plot, WIDTH / sum(view in row for row in rows for _ in row))
        _equalise(figure, [plot for plot, view in plots if _equal(view)])
    return figure, [plot for plot, _ in plots]


def _legend(plot: "Plot", width: float) -> None:
    """A legend above the plot, where it hides no data; the title moves up for it."""
    handles, labels = plot.get_legend_handles_labels()
    if len(handles) < 2:
        return
    longest = max(len(label) for label in labels)
    columns = max(1, min(len(labels), int(width * 0.85 / (0.45 + 0.062 * longest))))
    rows = -(-len(labels) // columns)
    plot.legend(handles, labels, fontsize=8, loc="lower left", bbox_to_anchor=(0, 1.0),
                ncols=columns, borderaxespad=0.2, borderpad=0.1, columnspacing=1.2,
                handlelength=2.2)  # fmt: skip
    title = plot.get_title(loc="left")
    plot.set_title(title, loc="left", fontsize=9, pad=6 + 13 * rows)


def _equal(view: View) -> bool:
    return bool(view.to_json().get("equal"))


def _equalise(figure: "Figure", plots: "Sequence[Plot]") -> None:
    """Widen the limits until one unit of x is as long as one of y.

    Matplotlib's own `set_aspect` may cut limits that the author gave.
    """
    if not plots:
        return
    for _ in range(3):  # other limits have other tick labels, which move the frame a little
        figure.draw_without_rendering()
        for plot in plots:
            frame = plot.get_window_extent()
            ends = [plot.get_xlim(), plot.get_ylim()]
            sizes = [frame.width, frame.height]
            unit = max((b - a) / size for (a, b), size in zip(ends, sizes, strict=True))
            for axis, (a, b), size in zip("xy", ends, sizes, strict=True):
                more = (unit * size - (b - a)) / 2
                plot.set(**{f"{axis}lim": (a - more, b + more)})
    figure.set_layout_engine("none")


def _fewer_colours(png: bytes) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    image = Image.open(io.BytesIO(png)).convert("RGB").quantize(96, dither=Image.Dither.NONE)
    image.save(out, format="PNG", optimize=True)
    return min(out.getvalue(), png, key=len)
