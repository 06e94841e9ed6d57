from .decoding.activation import Patterns as Patterns
from .decoding.activation import patterns as patterns
from .decoding.estimators import GeneralizingLDA as GeneralizingLDA
from .decoding.estimators import GeneralizingRidge as GeneralizingRidge
from .decoding.estimators import TimeResolvedLDA as TimeResolvedLDA
from .decoding.estimators import TimeResolvedRidge as TimeResolvedRidge
from .decoding.generalisation import Generalisation as Generalisation
from .decoding.generalisation import generalise as generalise
from .decoding.neighbourhoods import searchlight as searchlight
from .decoding.scores import Scores as Scores
from .decoding.time_resolved import decode as decode
from .group.bayes import bayes_factor as bayes_factor
from .group.inference import group_test as group_test
from .group.inference import group_test_maps as group_test_maps
from .onsets.difference import OnsetDifference as OnsetDifference
from .onsets.difference import onset_difference as onset_difference
from .onsets.latency import Onset as Onset
from .onsets.latency import onset as onset
from .permutation.over_cells import GeneralisationTest as GeneralisationTest
from .permutation.over_cells import permute_generalise as permute_generalise
from .permutation.over_times import PermutationTest as PermutationTest
from .permutation.over_times import permute as permute
from .planning.performance import onset_performance as onset_performance
from .planning.performance import power as power
from .planning.sample_size import plan as plan
from .preprocessing.epochs import Epoched as Epoched
from .preprocessing.pseudo import pseudo_trials as pseudo_trials
from .preprocessing.whitening import Whitener as Whitener
from .preprocessing.whitening import fit_whitener as fit_whitener
from .recordings.bids import load_bids as load_bids
from .recordings.events import trigger_onsets as trigger_onsets
from .recordings.maxwell import Maxwell as Maxwell
from .recordings.openneuro import ds000117_images as ds000117_images
from .recordings.openneuro import load_ds000117 as load_ds000117
from .simulation.scenario import Scenario as Scenario
from .simulation.simulate import simulate_arrays as simulate_arrays
from .simulation.simulate import simulate_group as simulate_group
from .simulation.simulate import simulate_subject as simulate_subject
from .simulation.simulate import to_epochs as to_epochs
from .simulation.sources import true_course as true_course
from .stimuli.feature_decoding import decode_features as decode_features
from .stimuli.images import image_features as image_features
from .stimuli.matching import match as match
from .stimuli.mean_differences import balance as balance

__all__ = [
    "Epoched",
    "Generalisation",
    "GeneralisationTest",
    "GeneralizingLDA",
    "GeneralizingRidge",
    "Maxwell",
    "Onset",
    "OnsetDifference",
    "Patterns",
    "PermutationTest",
    "Scenario",
    "Scores",
    "TimeResolvedLDA",
    "TimeResolvedRidge",
    "Whitener",
    "balance",
    "bayes_factor",
    "decode",
    "decode_features",
    "ds000117_images",
    "fit_whitener",
    "generalise",
    "group_test",
    "group_test_maps",
    "image_features",
    "load_bids",
    "load_ds000117",
    "match",
    "onset",
    "onset_difference",
    "onset_performance",
    "patterns",
    "permute",
    "permute_generalise",
    "plan",
    "power",
    "pseudo_trials",
    "searchlight",
    "simulate_arrays",
    "simulate_group",
    "simulate_subject",
    "to_epochs",
    "trigger_onsets",
    "true_course",
]
