"""What the method does on voters of Florida who reported their race: a stored study.

python -m workedpapers.bisg.chapter.florida_study

makes ``florida_study.csv`` anew. It needs FLVoters.csv and FLCensusVTD.csv of the repository
kosukeimai/qss in the folder of the environment variable ``WORKEDPAPERS_DATA``, or a network. What
is stored are sums and means over thousands of voters.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd

from workedpapers.bisg.categories import FIVE
from workedpapers.bisg.disparity import threshold_means, weighted_means
from workedpapers.bisg.evaluation import evaluate
from workedpapers.bisg.florida import FILES, FloridaVoters, load_florida_voters
from workedpapers.bisg.instrumental import birdie
from workedpapers.bisg.population import PriorEstimate
from workedpapers.bisg.prediction import estimate_prior, predict
from workedpapers.datasets import cache_folder
from workedpapers.progress import progress_bar

STORED = "florida_study.csv"
KEYS = ["part", "evidence", "prior", "metric", "group"]
COLUMNS = [*KEYS, "value", "low", "high"]
#: Priors that are compared; ``"residents"`` is the default where there is a place.
PRIORS = ("residents", "census2010", "estimate", "voters")
EVIDENCE = (
    "census2010, surname",
    "census2010, surname and precinct",
    "rosenman, surname",
    "rosenman, surname and precinct",
)
OUTCOMES = {"over 60": (61, 200), "under 40": (0, 39)}


def present() -> bool:
    """Whether the two files lie in the folder of data sets."""
    return all((cache_folder() / name).is_file() for name in FILES)


def stored() -> pd.DataFrame:
    """Return the stored study, columns part, evidence, prior, metric, group, value, low, high."""
    with resources.files(__package__).joinpath(STORED).open("r", encoding="utf-8") as file:
        return pd.read_csv(file, keep_default_na=False, na_values={"value": [""], "low": [""],
                                                                  "high": [""]})  # fmt: skip


def reporting(florida: FloridaVoters) -> pd.DataFrame:
    """Return the voters who reported a race."""
    voters = florida.voters
    return voters[voters["race"].notna()].reset_index(drop=True)


def _answer(
    florida: FloridaVoters, voters: pd.DataFrame, evidence: str, prior: str, **options: str
) -> pd.DataFrame:
    names, _, kinds = evidence.partition(", ")
    shares = voters["race"].value_counts(normalize=True)[list(FIVE)]
    asked = {"residents": None, "voters": shares}.get(prior, prior)
    place = {"geo": "precinct", "geography": florida.precincts} if "precinct" in kinds else {}
    return predict(voters, surname="surname", names=names, prior=asked, **place, **options)  # type: ignore[arg-type]


def _rows(part: str, evidence: str, prior: str, metrics: pd.DataFrame) -> pd.DataFrame:
    told = metrics.assign(part=part, evidence=evidence, prior=prior)
    return told[COLUMNS]


def accuracy(florida: FloridaVoters) -> pd.DataFrame:
    """Every metric of `evaluate`, for each set of evidence and each prior."""
    voters = reporting(florida)
    return pd.concat(
        _rows("accuracy", evidence, prior,
              evaluate(_answer(florida, voters, evidence, prior), voters["race"]))
        for evidence in EVIDENCE
        for prior in PRIORS
    )  # fmt: skip


def shares(florida: FloridaVoters) -> pd.DataFrame:
    """Shares of the groups by report, among residents, and as EM estimates them."""
    voters = reporting(florida)
    estimate: PriorEstimate = estimate_prior(
        voters, surname="surname", names="census2010", geo="precinct", geography=florida.precincts
    )
    truth = voters["race"].value_counts(normalize=True)[list(FIVE)]
    error = pd.Series(np.sqrt(truth * (1 - truth) / len(voters)))
    residents = pd.Series(florida.precincts.shares(FIVE), list(FIVE))
    columns = {
        "voters": (truth, error),
        "residents": (residents, residents.mul(0.0)),
        "estimate": (estimate.shares, estimate.standard_error),
    }
    tables = [
        pd.DataFrame({
            "metric": "share", "group": list(FIVE), "value": value.to_numpy(),
            "low": value.sub(error.mul(1.96)).to_numpy(),
            "high": value.add(error.mul(1.96)).to_numpy(),
        })
        for value, error in columns.values()
    ]  # fmt: skip
    return pd.concat(
        [_rows("shares", EVIDENCE[1], prior, t) for prior, t in zip(columns, tables, strict=True)]
    )


def unlisted(florida: FloridaVoters) -> pd.DataFrame:
    """Log loss on voters whose surname is in no list, with and without what the Census tells."""
    voters = reporting(florida)
    parts = []
    for evidence in (EVIDENCE[1], EVIDENCE[3]):
        names = evidence.partition(",")[0]
        found = predict(voters, surname="surname", names=names)["matched_surname"]
        who = voters[(found == "not in table").to_numpy()].reset_index(drop=True)
        for option in ("ignore", "census"):
            answer = _answer(florida, who, evidence, "residents", unlisted=option)
            metrics = evaluate(answer, who["race"]).query("metric == 'log_loss'")
            count = {"metric": "people", "group": "all", "value": float(len(who))}
            metrics = pd.concat([metrics, pd.DataFrame([count])])
            parts.append(_rows("unlisted", evidence, option, metrics))
    return pd.concat(parts)


def differences(florida: FloridaVoters, *, draws: int = 1000) -> pd.DataFrame:
    """Share of each group that is old or young, in truth and by each estimator."""
    voters = reporting(florida)
    voters = voters[voters["age"].notna()].reset_index(drop=True)
    proba = _answer(florida, voters, EVIDENCE[3], "residents")
    county = voters["precinct"].str.partition("-")[0]
    parts = []
    for label, (low, high) in OUTCOMES.items():
        outcome = voters["age"].between(low, high)
        words = outcome.map({True: "yes", False: "no"})
        truth = outcome.astype(float).groupby(voters["race"]).mean()[list(FIVE)]
        tables = {
            "truth": pd.DataFrame({"group": list(FIVE), "value": truth.to_numpy()}),
            "weighted": weighted_means(outcome.astype(float), proba),
            "threshold": threshold_means(outcome.astype(float), proba),
        }
        for name, by in (("BIRDiE", None), ("BIRDiE by county", county)):
            fit = birdie(proba, words, by=by, draws=draws, seed=0)
            tables[name] = fit.estimates[fit.estimates["outcome"] == "yes"]
        parts += [
            _rows("differences", label, name, table.reindex(
                columns=["group", "value", "low", "high"]).assign(metric="share"))
            for name, table in tables.items()
        ]  # fmt: skip
    return pd.concat(parts)


def main() -> None:
    """Make the study anew."""
    florida = load_florida_voters()
    parts = [accuracy, shares, unlisted, differences]
    tables = [part(florida) for part in progress_bar(parts, desc="Florida", unit="part")]
    table = pd.concat(tables, ignore_index=True)
    path = Path(str(resources.files(__package__).joinpath(STORED)))
    table.to_csv(path, index=False, float_format="%.6f", lineterminator="\n")
    print(f"{len(table)} rows written to {path.name}")


if __name__ == "__main__":
    main()
