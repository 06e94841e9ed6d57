from .comparison import compare as compare
from .data.planted import Planted as Planted
from .data.planted import planted_slices as planted_slices
from .data.tables import load_adult as load_adult
from .data.tables import load_compas as load_compas
from .data.tables import load_credit_cards as load_credit_cards
from .data.tables import load_german as load_german
from .finder import SliceFinder as SliceFinder
from .reporting.conditions import Slice as Slice
from .search.space import Inspection as Inspection
from .significance.multiplicity import benjamini_hochberg as benjamini_hochberg
from .significance.multiplicity import lord as lord
from .significance.testing import Control as Control
from .significance.testing import Side as Side
from .significance.testing import Test as Test

__all__ = [
    "Control",
    "Inspection",
    "Planted",
    "Side",
    "Slice",
    "SliceFinder",
    "Test",
    "benjamini_hochberg",
    "compare",
    "load_adult",
    "load_compas",
    "load_credit_cards",
    "load_german",
    "lord",
    "planted_slices",
]
