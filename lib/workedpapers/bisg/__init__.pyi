from .batches import predict_batches as predict_batches
from .batches import predict_parquet as predict_parquet
from .categories import CENSUS6 as CENSUS6
from .categories import FIVE as FIVE
from .cleaning import clean_name as clean_name
from .codes import Abstention as Abstention
from .codes import Match as Match
from .codes import Place as Place
from .data import load_geography as load_geography
from .data import load_names as load_names
from .database import predict_table as predict_table
from .disparity import expected_means as expected_means
from .disparity import simulate_outcomes as simulate_outcomes
from .disparity import threshold_means as threshold_means
from .disparity import weighted_means as weighted_means
from .evaluation import evaluate as evaluate
from .evaluation import reliability as reliability
from .fbisg import FBISG as FBISG
from .fbisg import fit_fbisg as fit_fbisg
from .florida import FloridaVoters as FloridaVoters
from .florida import load_florida_voters as load_florida_voters
from .geography import Geography as Geography
from .instrumental import Birdie as Birdie
from .instrumental import birdie as birdie
from .model import recover_counts as recover_counts
from .name_lookup import UnknownNameError as UnknownNameError
from .name_lookup import lookup as lookup
from .name_table import NameTable as NameTable
from .normalise import p_name_given_race as p_name_given_race
from .normalise import p_race_given_name as p_race_given_name
from .normalise import shift_prior as shift_prior
from .places import geoid as geoid
from .population import PriorEstimate as PriorEstimate
from .prediction import estimate_prior as estimate_prior
from .prediction import predict as predict
from .rosenman import read_dictionary as read_dictionary
from .simulate import simulate_people as simulate_people

__all__ = [
    "CENSUS6",
    "FBISG",
    "FIVE",
    "Abstention",
    "Birdie",
    "FloridaVoters",
    "Geography",
    "Match",
    "NameTable",
    "Place",
    "PriorEstimate",
    "UnknownNameError",
    "birdie",
    "clean_name",
    "estimate_prior",
    "evaluate",
    "expected_means",
    "fit_fbisg",
    "geoid",
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
