from .episodes.colors import ColorEpisodes as ColorEpisodes
from .episodes.colors import conditional_colors as conditional_colors
from .episodes.colors import simple_colors as simple_colors
from .episodes.demonstrations import GridEpisodes as GridEpisodes
from .episodes.demonstrations import grid_demonstrations as grid_demonstrations
from .episodes.demonstrations import shortest_way as shortest_way
from .episodes.grid import GridWorld as GridWorld
from .episodes.grid import grid_world as grid_world
from .episodes.loading import episodes_from_frame as episodes_from_frame
from .measures.blocks import block_degeneracy as block_degeneracy
from .measures.pieces import TokenizerKind as TokenizerKind
from .measures.pieces import TokenizerSkills as TokenizerSkills
from .measures.pieces import tokenizer_baseline as tokenizer_baseline
from .measures.scores import BoundaryScores as BoundaryScores
from .measures.scores import boundary_scores as boundary_scores
from .measures.scores import purity as purity
from .neural.amortised import AmortisedModel as AmortisedModel
from .options.learning import LearningCurves as LearningCurves
from .options.learning import learn_tasks as learn_tasks
from .options.sets import OptionSet as OptionSet
from .options.sets import actions_alone as actions_alone
from .options.sets import options_of_model as options_of_model
from .options.sets import options_of_pieces as options_of_pieces
from .options.sets import options_of_things as options_of_things
from .options.tasks import GridTask as GridTask
from .segments.descriptions import Description as Description
from .segments.families import Emission as Emission
from .segments.model import SegmentModel as SegmentModel
from .segments.settings import Penalty as Penalty

__all__ = [
    "AmortisedModel",
    "BoundaryScores",
    "ColorEpisodes",
    "Description",
    "Emission",
    "GridEpisodes",
    "GridTask",
    "GridWorld",
    "LearningCurves",
    "OptionSet",
    "Penalty",
    "SegmentModel",
    "TokenizerKind",
    "TokenizerSkills",
    "actions_alone",
    "block_degeneracy",
    "boundary_scores",
    "conditional_colors",
    "episodes_from_frame",
    "grid_demonstrations",
    "grid_world",
    "learn_tasks",
    "options_of_model",
    "options_of_pieces",
    "options_of_things",
    "purity",
    "shortest_way",
    "simple_colors",
    "tokenizer_baseline",
]
