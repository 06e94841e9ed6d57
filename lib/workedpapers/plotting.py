"""One style for every still figure: legible in light and dark, colour-blind safe, with alt text.

Figures are drawn with matplotlib inside ``with style():`` and shown by `show`, which embeds them
in the page as SVG. Text and axes take the colour of the page around them, so that one figure
serves a light and a dark page.
"""

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PALETTE", "PALETTE_DARK", "Shown", "show", "style"]

_SERIES = json.loads(
    (Path(__file__).parent / "explore" / "static" / "palette.json").read_text("utf-8")
)["series"]

#: Colours in the order in which series take them, those of the explorers: told apart by people
#: with any colour vision. They are the ones for a light page; on a dark page the book replaces
#: them by lighter ones of the same order, `PALETTE_DARK`.
PALETTE = tuple(_SERIES["light"])
PALETTE_DARK = tuple(_SERIES["dark"])

_INK = "#0a0b0c"  # stands for the colour of the page's text; replaced by currentColor
_LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))
_serial = count(1)


@contextmanager
def style(**changes: Any) -> Iterator[None]:
    """Context in which matplotlib draws in the style of the book.

    Parameters
    ----------
    changes : entries of `matplotlib.rcParams` to set besides, with ``_`` for ``.``, for example
        ``figure_figsize=(6, 3)``.

    Raises
    ------
    ValueError : if a name is not an entry of `matplotlib.rcParams`.
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
    ink = dict.fromkeys(
        ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), _INK
    )
    base: dict[Any, Any] = {
        **ink,
        "axes.prop_cycle": cycle,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.facecolor": "none",
        "axes.titlesize": "medium",
        "axes.titlelocation": "left",
        "figure.facecolor": "none",
        "figure.figsize": (7.2, 3.6),
        "figure.constrained_layout.use": True,
        "font.size": 11,
        "grid.color": _INK,
        "grid.alpha": 0.15,
        "axes.grid": True,
        "axes.axisbelow": True,
        "legend.frameon": False,
        "lines.linewidth": 2,
        "svg.fonttype": "path",
    }
    with mpl.rc_context({**base, **extra}):
        yield


@dataclass(frozen=True)
class Shown:
    """A figure ready for a page: inline SVG, alt text and caption."""

    svg: str
    alt: str
    caption: str
    name: str

    def _repr_html_(self) -> str:
        target = f' id="{escape(self.name)}"' if self.name else ""
        return (
            f'<figure class="wp-figure"{target}>'
            f'<div role="img" aria-label="{escape(self.alt)}">{self.svg}</div>'
            f"<figcaption>{escape(self.caption)}</figcaption></figure>"
        )

    def __repr__(self) -> str:
        return f"[Figure: {self.alt}]"


def show(figure: "Figure", *, alt: str, caption: str, name: str = "") -> Shown:
    """Turn a matplotlib figure into one that a page shows, and close it.

    Parameters
    ----------
    figure : drawn inside ``with style():``.
    alt : what a reader who cannot see the figure needs to know: what is drawn and what it shows.
        At least 20 characters.
    caption : printed below: what to see in it. At least 20 characters.
    name : anchor to link to, lower-case words joined by hyphens.

    Raises
    ------
    TypeError : if ``figure`` is not a matplotlib figure.
    ValueError : if ``alt`` or ``caption`` is missing or too short to say anything.
    """
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure

    if not isinstance(figure, Figure):
        raise TypeError(f"figure: expected a matplotlib Figure, got {type(figure).__name__}.")
    for argument, text in (("alt", alt), ("caption", caption)):
        if len(text.strip()) < 20:
            raise ValueError(
                f"{argument}: expected a sentence of 20 characters or more, got {text!r}."
            )
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    plt.close(figure)
    return Shown(_inline(buffer.getvalue()), alt.strip(), caption.strip(), name)


def _inline(svg: str) -> str:
    """SVG to put inside a page: page colours, its own ids, as wide as the column at most."""
    svg = svg[svg.index("<svg") :]
    svg = svg.replace(_INK, "currentColor")
    for i, colour in enumerate(PALETTE):
        svg = svg.replace(colour, f"var(--wp-series-{i}, {colour})")
    # Two figures on one page must not share ids, or one would use the other's clip paths.
    tag = f"f{next(_serial)}-"
    svg = re.sub(r'\bid="', f'id="{tag}', svg)
    svg = re.sub(r'href="#', f'href="#{tag}', svg)
    svg = svg.replace("url(#", f"url(#{tag}")
    svg = re.sub(
        r'<svg([^>]*?) width="([\d.]+)pt" height="[\d.]+pt"',
        r'<svg\1 width="\2pt" style="max-width:100%;height:auto;'
        r'stroke-linejoin:round;stroke-linecap:butt" aria-hidden="true"',
        svg,
        count=1,
    )
    # matplotlib's own style sheet would apply to the whole page; the root carries it instead.
    return re.sub(r"<(metadata|style)\b.*?</\1>\s*", "", svg, flags=re.DOTALL)
