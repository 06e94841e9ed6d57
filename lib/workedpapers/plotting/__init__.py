"""One palette and one style for every figure: legible in light and dark, colour-blind safe.

Still figures are drawn with matplotlib inside ``with style():`` and shown by `show`, which embeds
them in the page as SVG. Text and axes take the colour of the page around them, so that one figure
serves a light and a dark page. The figures that readers move take the same colours, dashes and
markers, in Python and in the browser, from ``palette.json``, which lies here and nowhere else.

- ``colours``: the palette, the colour maps, and the hue that an entity has in every view.
- ``matplotlib_style``: the settings of matplotlib, for a page and for the still of a figure.
- ``inline_svg``: a figure of matplotlib as a part of a page.
- ``narrow``: the same figure laid out for a phone.
"""

from .colours import PALETTE, PALETTE_DARK, Hue, colormap, hue, palette
from .inline_svg import Shown, show
from .matplotlib_style import still_style, style

__all__ = [
    "PALETTE",
    "PALETTE_DARK",
    "Hue",
    "Shown",
    "colormap",
    "hue",
    "palette",
    "show",
    "still_style",
    "style",
]
