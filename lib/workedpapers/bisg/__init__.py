"""Race and ethnicity probabilities from names and places.

Rosenman, Olivella and Imai, *Race and ethnicity data for first, middle, and last names*, 2022,
https://arxiv.org/abs/2208.12443; published in Scientific Data 10:299, 2023.

The package looks names up in the paper's dictionaries and in those of the US Census, cleans them
in stated steps, and combines surname, first name and place by Bayes' rule (BISG, BIFSG). Every
row of a result says which evidence it rests on, why it abstains, and which population it is
tied to. It gives probabilities, never a label: they are meant for sums over many people.
"""

from .batches import predict_batches, predict_parquet
from .categories import CENSUS6, FIVE
from .data import load_geography, load_names
from .disparity import expected_means, simulate_outcomes, threshold_means, weighted_means
from .evaluate import evaluate, reliability
from .fbisg import FBISG, fit_fbisg
from .florida import FloridaVoters, load_florida_voters
from .geography import Geography
from .model import recover_counts
from .names import clean_name
from .normalise import p_name_given_race, p_race_given_name, shift_prior
from .predict import UnknownNameError, lookup, predict
from .rosenman import read_dictionary
from .simulate import simulate_people
from .table import predict_table
from .tables import NameTable

__all__ = [
    "CENSUS6",
    "FBISG",
    "FIVE",
    "FloridaVoters",
    "Geography",
    "NameTable",
    "UnknownNameError",
    "clean_name",
    "evaluate",
    "expected_means",
    "fit_fbisg",
    "load_florida_voters",
    "load_geography",
    "load_names",
    "lookup",
    "p_name_given_race",
    "p_race_given_name",
    "predict",
    "predict_batches",
    "predict_parquet",
    "predict_table",
    "read_dictionary",
    "recover_counts",
    "reliability",
    "shift_prior",
    "simulate_outcomes",
    "simulate_people",
    "threshold_means",
    "weighted_means",
]
