"""Time-resolved decoding of M/EEG: when does the brain tell two conditions apart?

Ehrenberg, Tsourides, Nejati, Cheung and Sinha, *Neural Correlates of Face Familiarity
Perception*, 2022, https://arxiv.org/abs/2208.00352.

The package decodes two or more conditions from every sample of `mne.Epochs` or of an array, with
cross-validation in closed form; tests and dates the result over a group; keeps features of the
images out of it; and simulates groups of subjects in whom an effect begins at a known time.

Where to look:

- the equations: ``model`` (ridge regression left out and back in), ``lda``, ``lda_pairs``, ``auc``
- decoding: ``task`` and ``folds`` (what is asked), ``engine`` and ``refit`` (how it is computed),
  ``decode``, ``scores``, ``generalise``, ``searchlight``, ``patterns``, ``estimators``
- before it: ``epochs``, ``scaling``, ``whiten``, ``pseudo``, ``balance``
- permutations: ``exchange``, ``permute``, ``permute_generalise``, ``each_penalty``
- groups and onsets: ``courses``, ``inference``, ``group_maps``, ``bayes``, ``hinge``,
  ``landmarks``, ``onset``, ``difference``, ``resample``, ``power``, ``planning``
- confounds: ``images``, ``confounds``, ``matching``
- simulated people: ``head``, ``sources``, ``noise``, ``scenario``, ``simulate``
- recorded people: ``events``, ``maxwell``, ``runs``, ``bids``, ``download``, ``openneuro``
- the chapter: ``experiment``, ``study``, ``tables``, ``topography``, ``figures``, ``explorers``,
  ``claims``
"""

from typing import TYPE_CHECKING, Any

from .balance import balance
from .bayes import bayes_factor
from .bids import load_bids
from .confounds import decode_features
from .decode import decode
from .difference import OnsetDifference, onset_difference
from .epochs import Epoched
from .events import trigger_onsets
from .generalise import Generalisation, generalise
from .group_maps import group_test_maps
from .images import image_features
from .inference import group_test
from .matching import match
from .maxwell import Maxwell
from .onset import Onset, onset
from .openneuro import ds000117_images, load_ds000117
from .patterns import Patterns, patterns
from .permute import PermutationTest, permute
from .permute_generalise import GeneralisationTest, permute_generalise
from .planning import plan
from .power import onset_performance, power
from .pseudo import pseudo_trials
from .scenario import Scenario
from .scores import Scores
from .searchlight import searchlight
from .simulate import simulate_arrays, simulate_group, simulate_subject, to_epochs
from .sources import true_course
from .whiten import Whitener, fit_whitener

if TYPE_CHECKING:
    from .estimators import (
        GeneralizingLDA,
        GeneralizingRidge,
        TimeResolvedLDA,
        TimeResolvedRidge,
    )

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


_ESTIMATORS = ("GeneralizingLDA", "GeneralizingRidge", "TimeResolvedLDA", "TimeResolvedRidge")


def __getattr__(name: str) -> Any:
    # These derive from scikit-learn's base classes, which take a second to import.
    if name in _ESTIMATORS:
        from . import estimators

        return getattr(estimators, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
