"""Figures that readers can move, in a notebook and on a page without a kernel.

Give `Explorer` a function, the controls that feed it and the views that draw what it returns.
With a kernel it calls the function; on a static page it reads stored results or runs a mirror of
the function in the browser, says which, and says how exact the result is.
See the page "How the figures work" of the book for an example of every part.
"""

from .controls import Choice, Lookup, Play, Slider, Toggle
from .errors import ExplorerError
from .explorer import Explorer
from .handles import Handles
from .mirror import Mirror, check_mirror
from .plots import HeatMap, Lines, Overlay, Points, Rule
from .presets import Presets
from .template import Choose
from .views import Bars, Controls, Number, Picture, Sentence

__all__ = [
    "Bars",
    "Choice",
    "Choose",
    "Controls",
    "Explorer",
    "ExplorerError",
    "Handles",
    "HeatMap",
    "Lines",
    "Lookup",
    "Mirror",
    "Number",
    "Overlay",
    "Picture",
    "Play",
    "Points",
    "Presets",
    "Rule",
    "Sentence",
    "Slider",
    "Toggle",
    "check_mirror",
]
