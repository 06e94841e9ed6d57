"""Figures that readers can move, in a notebook and on a page without a kernel.

Give `Explorer` a function, the controls that feed it and the views that draw what it returns.
With a kernel it calls the function; on a static page it reads stored results or runs a mirror of
the function in the browser, says which, and says how exact the result is.
See the page "How the figures work" of the book for an example of every part.

- ``scene``: what an author says of a figure; below it ``controls/``, ``views/``, ``template``,
  ``formats``, ``outputs`` and ``mirror``.
- ``storage/`` and ``freeze``: what a static page carries; ``report`` tells how exact it is.
- ``still`` and ``heights``: the picture for print, and for readers without JavaScript.
- ``quiz``: predict, then move. ``compare``: the test of a mirror. ``explorer``: the widget.
- ``frontend/``: the browser's side; ``static/``: what is built of it.
"""

from .compare import check_mirror
from .controls.choice import Choice, Toggle
from .controls.handles import Handles
from .controls.lookup import Lookup
from .controls.play import Play
from .controls.presets import Presets
from .controls.slider import Slider
from .errors import ExplorerError
from .explorer import Explorer
from .mirror import Mirror
from .page import bare_html
from .quiz import Estimate, Pick, Quiz, Sketch, answer_key
from .scene import Scene
from .template import Choose
from .views.axes import Overlay, Region, Rule
from .views.bars import Bars
from .views.columns import Columns
from .views.heatmap import HeatMap
from .views.lines import Lines
from .views.marker import Marker
from .views.picture import Picture
from .views.place import Controls
from .views.points import Points
from .views.words import Number, Sentence

__all__ = [
    "Bars",
    "Choice",
    "Choose",
    "Columns",
    "Controls",
    "Estimate",
    "Explorer",
    "ExplorerError",
    "Handles",
    "HeatMap",
    "Lines",
    "Lookup",
    "Marker",
    "Mirror",
    "Number",
    "Overlay",
    "Pick",
    "Picture",
    "Play",
    "Points",
    "Presets",
    "Quiz",
    "Region",
    "Rule",
    "Scene",
    "Sentence",
    "Sketch",
    "Slider",
    "Toggle",
    "answer_key",
    "bare_html",
    "check_mirror",
]
