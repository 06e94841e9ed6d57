"""Race and ethnicity probabilities from names and places.

Rosenman, Olivella and Imai, *Race and ethnicity data for first, middle, and last names*, 2022,
https://arxiv.org/abs/2208.12443; published in Scientific Data 10:299, 2023.

The package looks names up in the paper's dictionaries and in those of the US Census, cleans them
in stated steps, and combines surname, first name and place by Bayes' rule (BISG, BIFSG). Every
row of a result says which evidence it rests on, why it abstains, and which population it is
tied to. It gives probabilities, never a label: they are meant for sums over many people.
"""

from .categories import CENSUS6, FIVE
from .data import load_geography, load_names, read_dictionary
from .names import clean_name
from .predict import UnknownNameError, lookup, predict
from .tables import Geography, NameTable

__all__ = [
    "CENSUS6",
    "FIVE",
    "Geography",
    "NameTable",
    "UnknownNameError",
    "clean_name",
    "load_geography",
    "load_names",
    "lookup",
    "predict",
    "read_dictionary",
]
