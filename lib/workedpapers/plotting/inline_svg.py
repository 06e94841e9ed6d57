"""A figure of matplotlib as a part of a page: SVG that takes the colours of what is around it."""

import io
import re
from dataclasses import dataclass
from html import escape
from itertools import count
from typing import TYPE_CHECKING

from .colours import PALETTE
from .matplotlib_style import INK, style
from .narrow import make_narrow

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Shown", "show"]

_serial = count(1)


@dataclass(frozen=True)
class Shown:
    """A figure ready for a page; `show` makes it.

    Parameters
    ----------
    svg : str
        The picture, to stand inside a page.
    narrow : str
        The same for a phone; "" if there is no need.
    alt, caption : str
        What is drawn, for those who cannot see it; what to see in it.
    name : str
        Anchor to link to, or "".

    See Also
    --------
    show : Makes one of a figure of matplotlib.

    Examples
    --------
    >>> from workedpapers.plotting import Shown
    >>> Shown("<svg></svg>", "", "A dot.", "One dot.", "dot")
    [Figure: A dot.]
    """

    svg: str
    narrow: str
    alt: str
    caption: str
    name: str

    def _repr_html_(self) -> str:
        target = f' id="{escape(self.name)}"' if self.name else ""
        # The book's style sheet shows the one that fits; a notebook shows the wide one alone.
        narrow = f'<div class="wp-narrow" style="display:none">{self.narrow}</div>'
        pictures = f'<div class="wp-wide">{self.svg}</div>{narrow}' if self.narrow else self.svg
        return (
            f'<figure class="wp-figure"{target}>'
            f'<div role="img" aria-label="{escape(self.alt)}">{pictures}</div>'
            f"<figcaption>{escape(self.caption)}</figcaption></figure>"
        )

    def __repr__(self) -> str:
        return f"[Figure: {self.alt}]"


def show(figure: "Figure", *, alt: str, caption: str, name: str = "") -> Shown:
    """Turn a matplotlib figure into one that a page shows, and close it.

    The page has it twice where it is wide: as it was drawn, and laid out once more for a phone,
    with letters of the same size and the panels of one row below each other.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Drawn inside ``with style():``.
    alt : str
        What a reader who cannot see the figure needs to know: what is drawn and what it shows.
        At least 20 characters.
    caption : str
        Printed below: what to see in it. At least 20 characters.
    name : str, default ""
        Anchor to link to, lower-case words joined by hyphens.

    Returns
    -------
    Shown
        The figure as HTML, for the end of a notebook's cell.

    Raises
    ------
    TypeError
        If ``figure`` is not a matplotlib figure.
    ValueError
        If ``alt`` or ``caption`` is missing or too short to say anything.

    See Also
    --------
    style : The context to draw in.

    Examples
    --------
    >>> from workedpapers.plotting import show
    >>> import matplotlib.pyplot as plt
    >>> from workedpapers.plotting import style
    >>> with style():
    ...     figure, axes = plt.subplots()
    ...     _ = axes.plot([0, 1], [0, 1])
    >>> show(figure, alt="A line that rises from 0 to 1.", caption="The line rises evenly.")
    [Figure: A line that rises from 0 to 1.]
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
    wide = _svg(figure)
    with style():
        narrow = _svg(figure) if make_narrow(figure) else ""
    plt.close(figure)
    return Shown(wide, narrow, alt.strip(), caption.strip(), name)


def _svg(figure: "Figure") -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    return _inline(buffer.getvalue())


def _inline(svg: str) -> str:
    """SVG to put inside a page: page colours, its own ids, as wide as the column at most."""
    svg = svg[svg.index("<svg") :]
    svg = svg.replace(INK, "currentColor")
    for i, colour in enumerate(PALETTE):
        svg = svg.replace(colour, f"var(--wp-series-{i}, {colour})")
    # Two figures on one page must not share ids, or one would use the other's clip paths.
    tag = f"f{next(_serial)}-"
    short = {name: f"{tag}{i:x}" for i, name in enumerate(re.findall(r'\bid="([^"]+)"', svg))}
    svg = re.sub(
        r'(\bid="|href="#|url\(#)([^")]+)', lambda m: m[1] + short.get(m[2], tag + m[2]), svg
    )
    # The ratio gives a picture its place while the browser leaves out what is off the screen.
    svg = re.sub(
        r'<svg([^>]*?) width="([\d.]+)pt" height="([\d.]+)pt"',
        r'<svg\1 width="\2pt" style="max-width:100%;height:auto;aspect-ratio:\2/\3;'
        r'stroke-linejoin:round;stroke-linecap:butt" aria-hidden="true"',
        svg,
        count=1,
    )
    # matplotlib's own style sheet would apply to the whole page; the root carries it instead.
    svg = re.sub(r"<(metadata|style)\b.*?</\1>\s*", "", svg, flags=re.DOTALL)
    return _light(svg)


_MARK = r'<use xlink:href="[^"]*" x="[^"]*" y="[^"]*" style="'
_MARKS = re.compile(rf'{_MARK}([^"]*)"/>(?:\s*{_MARK}\1"/>)+')


def _light(svg: str) -> str:
    """The same picture in fewer bytes.

    Coordinates in hundredths of a point, marks of one look in a group that bears their style, no
    blanks between tags (letters are outlines, so no text is lost).
    """
    svg = re.sub(r' (?:d|x|y|points)="[^"]*"', lambda m: re.sub(r"(\.\d\d)\d+", r"\1", m[0]), svg)

    def grouped(run: re.Match[str]) -> str:
        bare = run[0].replace(f' style="{run[1]}"', "")
        return f'<g style="{run[1]}">{bare}</g>'

    return re.sub(r">\s+<", "><", _MARKS.sub(grouped, svg))
