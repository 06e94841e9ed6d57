"""Ten thousand voters of Florida who reported their race: a check on real people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from workedpapers.bisg.geography import Geography
from workedpapers.bisg.sources import text_digest
from workedpapers.checks import columns_present
from workedpapers.datasets import Dataset, fetch

_COMMIT = "26de5955e9df759546c1484c4e4e743c1365024d"
_URL = f"https://raw.githubusercontent.com/kosukeimai/qss/{_COMMIT}/PROBABILITY"

# Line ends are those of Windows in one file and of Unix in the other, and change on the way
# through some tools; digests are of the text with the line ends of Unix.
# file -> (SHA-256, bytes as published)
_PUBLISHED = {
    "FLVoters.csv": (
        "bc88af417c77c97c8c44eacce5abebcd7a44d6048a1184a725b7ed306929dd9d",
        322_800,
    ),
    "FLCensusVTD.csv": (
        "bd5cf209dacc31ee2c98b8c61fafd2b7a6557db5836438a747596e1cf19bcb0f",
        871_267,
    ),
}


def _file(name: str) -> Dataset:
    digest, size = _PUBLISHED[name]
    return Dataset(
        name=f"{name} of Imai, Quantitative Social Science",
        url=f"{_URL}/{name}",
        filename=name,
        sha256=digest,
        size=size,
        licence="GPL-2",
        source="https://github.com/kosukeimai/qss",
        digest=text_digest,
    )


FILES = {name: _file(name) for name in _PUBLISHED}


@dataclass(frozen=True)
class FloridaVoters:
    """Voters and the precincts they live in.

    Parameters
    ----------
    voters : DataFrame
        Columns surname, precinct (county-VTD), race (one of the five groups, missing if not
        reported), age, gender.
    precincts : Geography
        The voting tabulation districts, for ``geography=``.

    See Also
    --------
    load_florida_voters : Reads them.

    Notes
    -----
    Imai and Khanna 2016, doi:10.1093/pan/mpw001; the chapter, section "Voters are not residents".

    Examples
    --------
    >>> from workedpapers import bisg
    >>> [field for field in bisg.FloridaVoters.__dataclass_fields__]
    ['voters', 'precincts']
    """

    voters: pd.DataFrame
    precincts: Geography


def load_florida_voters(path: str | Path | None = None) -> FloridaVoters:
    """Read a sample of Florida's voter file with self-reported race, and its precincts.

    Florida is one of the six states that the paper's dictionaries were counted in, so for those
    this is no test on fresh people.

    Parameters
    ----------
    path : str or Path, optional
        Folder that holds FLVoters.csv and FLCensusVTD.csv of the repository kosukeimai/qss,
        folder PROBABILITY. Default: they are downloaded once.

    Returns
    -------
    FloridaVoters
        10,000 voters, of whom 9,126 reported a race, and 8,871 precincts.

    Raises
    ------
    FileNotFoundError
        If the folder lacks one of the files.
    ValueError
        If a file lacks a column.
    DatasetError
        If a download fails or brings another file.

    See Also
    --------
    evaluate : Judges answers by the reported race.

    Notes
    -----
    The voters are those of Imai and Khanna (2016), doi:10.1093/pan/mpw001, as published for
    teaching under GPL-2. See the chapter, section "Voters are not residents".

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from workedpapers import bisg
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "FLVoters.csv").write_text(
    ...         "surname,county,VTD,age,gender,race\\r\\nLEE,1,7,50,f,asian\\r\\n")
    ...     _ = Path(folder, "FLCensusVTD.csv").write_text(
    ...         "county,VTD,total.pop,white,black,hispanic,api,others\\n1,7,9,.6,.1,.1,.1,.1\\n")
    ...     florida = bisg.load_florida_voters(folder)
    >>> florida.voters["precinct"].tolist(), florida.precincts.areas.tolist()
    (['1-7'], ['1-7'])
    """
    files = {}
    for name, dataset in FILES.items():
        files[name] = fetch(dataset) if path is None else Path(path, name)
        if not files[name].is_file():
            raise FileNotFoundError(f"path: expected a folder with {name}, got {str(path)!r}")
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
