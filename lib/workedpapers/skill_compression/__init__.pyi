from .episodes.colors import ColorEpisodes as ColorEpisodes
from .episodes.colors import conditional_colors as conditional_colors
from .episodes.colors import simple_colors as simple_colors
from .episodes.loading import episodes_from_frame as episodes_from_frame
from .measures.blocks import block_degeneracy as block_degeneracy
from .measures.pieces import TokenizerKind as TokenizerKind
from .measures.pieces import TokenizerSkills as TokenizerSkills
from .measures.pieces import tokenizer_baseline as tokenizer_baseline
from .measures.scores import BoundaryScores as BoundaryScores
from .measures.scores import boundary_scores as boundary_scores
from .measures.scores import purity as purity
from .segments.descriptions import Description as Description
from .segments.families import Emission as Emission
from .segments.model import SegmentModel as SegmentModel
from .segments.settings import Penalty as Penalty

__all__ = [
    "BoundaryScores",
    "ColorEpisodes",
    "Description",
    "Emission",
    "Penalty",
    "SegmentModel",
    "TokenizerKind",
    "TokenizerSkills",
    "block_degeneracy",
    "boundary_scores",
    "conditional_colors",
    "episodes_from_frame",
    "purity",
    "simple_colors",
    "tokenizer_baseline",
]
