"""The first state as a picture: for readers without JavaScript, and for print."""

import base64
import html
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from .formats import format_value
from .heights import reserved_heights
from .palette import colormap, palette
from .plots import HeatMap, Lines, Overlay, Points
from .view import View
from .views import Bars, Controls, Number, Picture, Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes as Plot
    from matplotlib.figure import Figure

    from .explorer import Explorer

__all__ = ["still_figure", "still_plots", "still_png"]

WIDTH = 7.4
DPI = 110
INK, QUIET = "#20262e", "#d9dde2"
STYLE: Any = {
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "grid.color": QUIET,
    "grid.linewidth": 0.6,
    "axes.unicode_minus": True,
}
MARKERS = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D"}
Known = dict[str, Any]


def still_figure(explorer: "Explorer") -> str:
    """The figure as HTML: picture, words and caption, with room kept for the widget."""
    alt = explorer.describe(explorer.defaults, explorer.outputs)
    known = _known(explorer)
    words = "".join(_words(view, explorer, known) for view in explorer.views)
    png = still_png(explorer)
    image = ""
    if png:
        data = base64.b64encode(png).decode()
        image = f'<img class="wp-still-img" src="data:image/png;base64,{data}" alt="{_safe(alt)}">'
    else:
        words = words or f"<p>{_safe(alt)}</p>"
    title = f'<p class="wp-still-title">{_safe(explorer.title)}</p>' if explorer.title else ""
    style = _style(explorer)
    return (
        f'<figure class="wp-still" data-wp-still="{explorer._key}">{style}{title}{image}{words}'
        f"<figcaption>{_safe(explorer.caption)}</figcaption></figure>"
    )


def _style(explorer: "Explorer") -> str:
    """Rules that must hold before, and without, the widget's own style sheet."""
    key = f'[data-wp-still="{explorer._key}"]'
    wide, narrow = reserved_heights(explorer)
    dark = f"html[data-theme=dark] {key} img.wp-still-img"
    return (
        "<style>"
        f"{key}{{margin:1.2rem 0;min-height:{narrow}px;box-sizing:border-box}}"
        f"@media(min-width:720px){{{key}{{min-height:{wide}px}}}}"
        f"html[data-theme=dark] .bd-content div.cell_output .text_html:has({key})"
        "{background:none;color:inherit;padding:0}"
        f"{key}[hidden]{{display:none}}{key} img{{width:100%;height:auto}}"
        f"{key} .wp-still-title{{font-weight:600;margin:0 0 .5rem}}"
        f"{key} figcaption{{font-size:.9em;opacity:.85;text-align:left}}"
        f"{dark}{{background:none!important;border:0!important;"
        "filter:invert(1) hue-rotate(180deg)!important;mix-blend-mode:screen}"
        f"@media print{{{key}[hidden]{{display:block!important;min-height:0}}"
        f"{dark}{{filter:none!important;mix-blend-mode:normal}}}}"
        "</style>"
    )


def _panel_height(view: View) -> int:
    """Height in the picture of the first state, in hundredths of an inch."""
    if isinstance(view, Picture):
        return min(view.width, 340)
    if isinstance(view, Overlay):
        return int(view.stated("height")) + 30
    return int(getattr(view, "height", 280)) + 30


def _known(explorer: "Explorer") -> Known:
    frame = explorer.play.default if explorer.play else 0
    return {**explorer.defaults, **explorer.at_frame(explorer.outputs, frame)}


def _words(view: View, explorer: "Explorer", known: Known) -> str:
    if isinstance(view, Number):
        label = view.label or view.name.replace("_", " ").capitalize()
        number = "–" if _is_nan(known[view.name]) else format_value(known[view.name], view.format)
        return f"<p>{_safe(label)}: <strong>{_safe(number)}</strong> {_safe(view.unit)}</p>"
    if isinstance(view, Sentence):
        frame = explorer.play.default if explorer.play else 0
        text = explorer.words(view.text, explorer.defaults, explorer.outputs, frame)
        return f"<p>{_safe(text)}</p>"
    return ""


def _is_nan(value: Any) -> bool:
    return np.asarray(value).dtype.kind == "f" and bool(np.isnan(value))


def _safe(text: str) -> str:
    return html.escape(text, quote=True)


def still_png(explorer: "Explorer") -> bytes:
    """The plots of the first state, one under another; empty if there is none."""
    figure, _ = still_plots(explorer)
    if figure is None:
        return b""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor="white")
    return _fewer_colours(buffer.getvalue())


def still_plots(explorer: "Explorer") -> "tuple[Figure | None, list[Plot]]":
    """The same as a figure of matplotlib, with its plots."""
    wordy = Number | Sentence | Controls
    rows = [[v for v in row if not isinstance(v, wordy)] for row in explorer.rows]
    rows = [row for row in rows if row]
    if not rows:
        return None, []
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    known = _known(explorer)
    heights = [max(_panel_height(view) for view in row) / 100 for row in rows]
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, sum(heights)), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        parts = np.atleast_1d(figure.subfigures(len(rows), 1, height_ratios=heights, squeeze=False))
        plots: list[tuple[Plot, View]] = []
        for part, row in zip(parts[:, 0], rows, strict=True):
            plots += zip(part.subplots(1, len(row), squeeze=False)[0], row, strict=True)
        for plot, view in plots:
            _draw(plot, view, known)
        _equalise(figure, [plot for plot, view in plots if _equal(view)])
    return figure, [plot for plot, _ in plots]


def _equal(view: View) -> bool:
    return bool(view.stated("equal") if isinstance(view, Overlay) else getattr(view, "equal", 0))


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


def _draw(plot: "Plot", view: View, known: Known) -> None:
    if isinstance(view, Bars):
        _bars(plot, view, known)
    elif isinstance(view, Picture):
        _picture(plot, view, known)
    else:
        marks = view.marks if isinstance(view, Overlay) else [view]
        _axes(plot, Overlay(marks), known)  # type: ignore[arg-type]


def _axes(plot: "Plot", view: Overlay, known: Known) -> None:
    plot.grid(not any(isinstance(mark, HeatMap) for mark in view.marks))
    plot.set_axisbelow(True)
    if all(isinstance(mark, Lines) for mark in view.marks):
        plot.margins(x=0)
    number = 0
    for mark in view.marks:
        if isinstance(mark, Lines):
            number = _lines(plot, mark, known, number)
        elif isinstance(mark, Points):
            number = _points(plot, mark, known, number)
        elif isinstance(mark, HeatMap):
            _heatmap(plot, mark, known, view.stated("xlog"), view.stated("ylog"))
        for rule in mark.rules:
            draw, at = (plot.axvline, rule.x) if rule.x is not None else (plot.axhline, rule.y)
            draw(
                float(known[at] if isinstance(at, str) else at or 0.0),
                color=INK,
                lw=1,
                ls=(0, (2, 2)),
            )
    plot.set_xlabel(view.stated("xlabel"))
    plot.set_title(view.stated("ylabel"), loc="left", fontsize=9)
    for axis in ("x", "y"):
        if view.stated(f"{axis}log"):
            getattr(plot, f"set_{axis}scale")("log")
        limits = view.stated(f"{axis}lim")
        if limits not in (None, "float"):
            getattr(plot, f"set_{axis}lim")(*limits)
    if number > 1:
        plot.legend(frameon=False, fontsize=8, loc="best")


def _colour(number: int) -> str:
    colours = palette()["series"]["light"]
    return colours[number % len(colours)]


def _lines(plot: "Plot", mark: Lines, known: Known, number: int) -> int:
    x = known[mark.x]
    steps = mark.y if mark.steps is True else mark.steps or ()
    for k, (low, high) in enumerate(mark.bands):
        colour = _colour(number + min(k, len(mark.y) - 1))
        plot.fill_between(x, known[low], known[high], color=colour, alpha=0.18, lw=0)
    for name, label in zip(mark.y, mark.labels or (), strict=True):
        dash = palette()["dash"][number % len(palette()["dash"])]
        style = (0, tuple(d / 2 for d in dash)) if dash else "-"
        draw = "steps-post" if name in steps else "default"
        plot.plot(
            x, known[name], color=_colour(number), ls=style, lw=1.8, label=label, drawstyle=draw
        )
        number += 1
    return number


def _points(plot: "Plot", mark: Points, known: Known, number: int) -> int:
    x, y = np.atleast_1d(known[mark.x]), np.atleast_1d(known[mark.y])
    size = np.asarray(known[mark.size] if isinstance(mark.size, str) else mark.size, dtype=float)
    shape = MARKERS[palette()["marker"][number % len(palette()["marker"])]]
    colour: Any = _colour(number)
    if mark.color:
        values = np.atleast_1d(np.asarray(known[mark.color], dtype=float))
        colour = colormap("viridis", (values - values.min()) / (np.ptp(values) or 1))
    if mark.handles is not None:
        shape = "o"
    if mark.handles is not None and not mark.hollow:
        plot.scatter(x, y, s=((size + 6) * 0.72) ** 2, c=colour, zorder=3, clip_on=False)
        plot.scatter(x, y, s=((size + 3) * 0.72) ** 2, c="white", zorder=3, clip_on=False)
    if mark.hollow:
        ring = {"facecolors": "none", "edgecolors": colour, "linewidths": 1.6}
    else:
        ring = {"c": colour, "edgecolors": "white", "linewidths": 0.7}
    plot.scatter(x, y, s=(size * 0.72) ** 2, marker=shape, label=mark.label or None, zorder=3,
                 clip_on=False, **ring)  # fmt: skip
    for word, at_x, at_y in zip(mark.labels or (), x, y, strict=False):
        plot.annotate(word, (at_x, at_y), (5, 4), textcoords="offset points", fontsize=8)
    return number + bool(mark.label)


def _heatmap(plot: "Plot", mark: HeatMap, known: Known, xlog: bool, ylog: bool) -> None:
    from matplotlib.colors import ListedColormap

    z = np.asarray(known[mark.z], dtype=float)
    low, high = mark.zlim if isinstance(mark.zlim, tuple) else (np.nanmin(z), np.nanmax(z))
    if mark.colormap == "diverging" and not isinstance(mark.zlim, tuple):
        high = max(abs(low), abs(high))
        low = -high
    edges = [_edges(known[p] if isinstance(p, str) else p, n, log)
             for p, n, log in ((mark.x, z.shape[1], xlog), (mark.y, z.shape[0], ylog))]  # fmt: skip
    table = ListedColormap(colormap(mark.colormap, np.linspace(0, 1, 64)))
    image = plot.pcolormesh(*edges, z, cmap=table, vmin=low, vmax=high, rasterized=True)
    plot.figure.colorbar(image, ax=plot, label=mark.zlabel, pad=0.02)
    if mark.marker:
        x, y = (known[name] for name in mark.marker)
        plot.plot([x], [y], "o", ms=9, mfc="none", mec="white", mew=3)
        plot.plot([x], [y], "o", ms=9, mfc="none", mec="black", mew=1.4)


def _edges(places: Any, n: int, log: bool) -> np.ndarray:
    """Edges of n cells whose middles lie evenly, if `log` in the logarithm, between two places."""
    first, last = np.log([places[0], places[-1]]) if log else (places[0], places[-1])
    half = (last - first) / max(n - 1, 1) / 2
    edges = np.linspace(first - half, last + half, n + 1)
    return np.exp(edges) if log else edges


def _bars(plot: "Plot", view: Bars, known: Known) -> None:
    named = isinstance(view.categories, str)
    words = [str(w) for w in (known[view.categories] if named else view.categories)]  # type: ignore[index]
    places, wide = np.arange(len(words)), 0.8 / len(view.y)
    for k, (name, label) in enumerate(zip(view.y, view.labels or (), strict=True)):
        at = places + (k - (len(view.y) - 1) / 2) * wide
        if view.horizontal:
            plot.barh(at, known[name], wide * 0.9, color=_colour(k), label=label, **_stripes(k))
        else:
            plot.bar(at, known[name], wide * 0.9, color=_colour(k), label=label, **_stripes(k))
    if view.horizontal:
        plot.set_yticks(places, words)
        plot.invert_yaxis()
    else:
        plot.set_xticks(places, words)
    if isinstance(view.ylim, tuple):
        (plot.set_xlim if view.horizontal else plot.set_ylim)(*view.ylim)
    plot.set_title(view.ylabel, loc="left", fontsize=9)
    if len(view.y) > 1:
        plot.legend(frameon=False, fontsize=8)


def _stripes(number: int) -> dict[str, Any]:
    """Stripes over the bars of every series but the first."""
    return {"hatch": "/\\"[1 - number % 2] * 3, "edgecolor": "white", "lw": 0} if number else {}


def _picture(plot: "Plot", view: Picture, known: Known) -> None:
    image = np.asarray(known[view.image])
    low, high = view.limits or ((0, 255) if image.dtype.kind == "i" else (0, 1))
    scaled = np.clip((image.astype(float) - low) / (high - low), 0, 1)
    plot.imshow(scaled if image.ndim == 3 else colormap(view.colormap, scaled),
                interpolation="bilinear" if view.smooth else "nearest")  # fmt: skip
    plot.set_axis_off()
    plot.set_title(view.label, loc="left", fontsize=9)
