"""Ten thousand voters of Florida who reported their race: a check on real people."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from workedpapers.bisg.geography import Geography
from workedpapers.checks import columns_present
from workedpapers.datasets import Dataset, fetch

_COMMIT = "26de5955e9df759546c1484c4e4e743c1365024d"
_URL = f"https://raw.githubusercontent.com/kosukeimai/qss/{_COMMIT}/PROBABILITY"

# The address names a commit, so git itself vouches for the content. What we could read of the
# files when this was written is their length and their end; that is what is checked here:
# file -> (characters, how many of them at the end, SHA-256 of those).
_ENDS = {
    "FLVoters.csv": (
        322_800,
        93,
        "ffb6215794f82647f446357d348d31017607f0b9a5892e7ba7864840e0ef639d",
    ),
    "FLCensusVTD.csv": (
        871_267,
        107,
        "d1ef79bce9eb6f46f1ede1ebc8ddc053e346d16485e638eda023c02f941a4b88",
    ),
}


def _digest(length: int, end_digest: str) -> str:
    return hashlib.sha256(f"{length}\n{end_digest}".encode()).hexdigest()


def _file(name: str) -> Dataset:
    length, tail, end_digest = _ENDS[name]

    def digest(path: Path) -> str:
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
        return _digest(len(text), hashlib.sha256(text[-tail:].encode()).hexdigest())

    return Dataset(
        name=f"{name} of Imai, Quantitative Social Science",
        url=f"{_URL}/{name}",
        filename=name,
        sha256=_digest(length, end_digest),
        size=length,
        licence="GPL-2",
        source="https://github.com/kosukeimai/qss",
        digest=digest,
    )


FILES = {name: _file(name) for name in _ENDS}


@dataclass(frozen=True)
class FloridaVoters:
    """Voters and the precincts they live in.

    Parameters
    ----------
    voters : data frame with the columns surname, precinct (county-VTD), race (one of the five
        groups, missing if not reported), age, gender.
    precincts : the voting tabulation districts as a `Geography`, for ``geography=``.
    """

    voters: pd.DataFrame
    precincts: Geography


def load_florida_voters(path: str | Path | None = None) -> FloridaVoters:
    """Read a sample of Florida's voter file with self-reported race, and its precincts.

    The voters are those of Imai and Khanna (2016), doi:10.1093/pan/mpw001, as published for
    teaching. Florida is one of the six states that the paper's dictionaries were counted in, so
    for those this is no test on fresh people.

    Parameters
    ----------
    path : folder that holds FLVoters.csv and FLCensusVTD.csv of the repository kosukeimai/qss,
        folder PROBABILITY. Default: they are downloaded once.

    Raises
    ------
    FileNotFoundError : if the folder lacks one of the files.
    ValueError : if a file lacks a column.
    DatasetError : if a download fails or brings another file.

    Examples
    --------
    >>> florida = load_florida_voters("some/folder")           # doctest: +SKIP
    >>> predict(florida.voters, surname="surname", geo="precinct",
    ...         geography=florida.precincts)                   # doctest: +SKIP
    """
    files = {}
    for name, dataset in FILES.items():
        files[name] = fetch(dataset) if path is None else Path(path, name)
        if not files[name].is_file():
            raise FileNotFoundError(f"path={str(path)!r}: the folder has no {name}")
    # "NULL" and "NA" are surnames; only the race column uses NA for "not reported".
    voters = pd.read_csv(
        files["FLVoters.csv"],
        dtype={"surname": str},
        keep_default_na=False,
        na_values={"race": ["NA"], "gender": ["NA"], "age": ["NA"], "VTD": ["NA"]},
    )
    columns_present(voters, "FLVoters.csv", ["surname", "county", "VTD", "race"])
    census = pd.read_csv(files["FLCensusVTD.csv"])
    columns_present(
        census,
        "FLCensusVTD.csv",
        ["county", "VTD", "total.pop", "white", "black", "hispanic", "api", "others"],
    )
    race = voters["race"].replace({"native": "other", "api": "asian", "others": "other"})
    rest = [column for column in ("age", "gender") if column in voters]
    people = pd.DataFrame({"surname": voters["surname"], "precinct": _code(voters), "race": race})
    return FloridaVoters(pd.concat([people, voters[rest]], axis=1), _precincts(census))


def _code(frame: pd.DataFrame) -> pd.Series:
    return frame["county"].astype(str) + "-" + frame["VTD"].astype(str)


def _precincts(census: pd.DataFrame) -> Geography:
    shares = census.rename(columns={"api": "asian", "others": "other"})
    people = census["total.pop"].to_numpy(dtype=float)
    groups = ["white", "black", "hispanic", "asian", "other"]
    # Shares of one precinct may occur in several rows; adding people up is right for those too.
    counts = shares[groups].fillna(0).mul(people, axis=0)
    counts = counts.groupby(_code(census).to_numpy(), sort=False).sum()
    table = counts.rename_axis("area").reset_index()
    return Geography.from_frame(
        table,
        values="counts",
        label="florida_vtd",
        population="residents of Florida, 2010 Census",
    )
