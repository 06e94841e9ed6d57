"""The paper's dictionaries: how they are read, and how a download is recognised.

The authors' Dataverse (doi:10.7910/DVN/YL2OXB, CC0 1.0) has P(race | name) for names with at least
25 bearers. ethnicolr packages first names and surnames; middle names are in the Dataverse alone.
The counts that the paper's abstract announced were never released.
"""

from __future__ import annotations

import hashlib
import zipfile
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from workedpapers.bisg.categories import FIVE
from workedpapers.bisg.codes import Kind
from workedpapers.bisg.model import recover_counts
from workedpapers.bisg.name_table import NameTable
from workedpapers.checks import one_of
from workedpapers.datasets import Dataset, fetch

_REST = "ALL OTHER NAMES"  # the row of those with fewer than 25 bearers
_MIN_BEARERS = 25  # the threshold of the release; see the chapter for how it shows in the data

# ethnicolr's copy went through a text file on the way, in which the surnames NA and NULL (and the
# first name NA) were read as missing. They are left out here too, so that the answers do not
# depend on where the table came from.
_LOST = ("NA", "NULL")

#: Shares among the voters, from rosenman_stats.json of ethnicolr, which has them from P(race |
#: name) and P(name | race) as `model.marginal_from_both` does; a test compares.
VOTER_SHARES = {
    "white": 0.656992573371927,
    "black": 0.22749949687834053,
    "hispanic": 0.08256726400593056,
    "asian": 0.01714192362841555,
    "other": 0.0157987421153866,
}
STEMS = {
    "first": "first_nameRaceProbs",
    "middle": "middle_nameRaceProbs",
    "surname": "last_nameRaceProbs",
}
# Digests of the packaged tables. What could not be compared when this was written are the bytes
# in the Dataverse; so the content is checked, names and probabilities to 1e-9.
DIGESTS = {
    "first": "5e77b3cd311677ee967cffcc8468b02936486af550979d836c1ffc1a4943e705",
    "surname": "c98aaa76b5bc9d850316c1c6207d0aa8175bc1414198248ddd48b1d880f5767c",
}


def canonical(frame: pd.DataFrame) -> pd.DataFrame:
    """Reduce a dictionary to a form that does not depend on the file it came in.

    Upper-case names without outer spaces, first of duplicates, sorted; the five probabilities
    under the group names in the order of `FIVE`.
    """
    short = {"whi": "white", "bla": "black", "his": "hispanic", "asi": "asian", "oth": "other"}
    frame = frame.rename(columns=lambda c: short.get(str(c).split(".")[0], c))
    frame = frame.assign(name=frame["name"].astype(str).str.upper().str.strip())
    frame = frame.drop_duplicates("name").sort_values("name", kind="stable")
    return frame.loc[:, ["name", *FIVE]].reset_index(drop=True)


def packaged_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the canonical rows that the packaged copy has too."""
    frame = canonical(frame)
    return frame[~frame["name"].isin(_LOST)]


def table_digest(frame: pd.DataFrame) -> str:
    """SHA-256 of the names and of the probabilities rounded to 1e-9, in canonical form."""
    frame = packaged_rows(frame)
    digest = hashlib.sha256("\n".join(frame["name"]).encode())
    cells = np.rint(frame[list(FIVE)].to_numpy(dtype=float) * 1e9).astype("<i8")
    digest.update(np.ascontiguousarray(cells).tobytes())
    return digest.hexdigest()


def read_rdata(source: str | Path | BytesIO) -> pd.DataFrame:
    """Read one of the authors' rData files as a data frame (needs the package rdata)."""
    import rdata

    (frame,) = rdata.read_rda(source).values()
    return pd.DataFrame(frame)


@lru_cache(maxsize=2)
def _parsed(path: Path, modified: int) -> pd.DataFrame:
    return read_rdata(path)


def downloaded(path: Path) -> pd.DataFrame:
    """Return a downloaded dictionary, read once for checking and using: it takes seconds."""
    return _parsed(path, path.stat().st_mtime_ns)


def _one(kind: str, file_id: int) -> Dataset:
    return Dataset(
        name=f"{STEMS[kind]} of Rosenman, Olivella and Imai",
        url=f"https://dataverse.harvard.edu/api/access/datafile/{file_id}",
        filename=f"{STEMS[kind]}.rData",
        sha256=DIGESTS[kind],
        size=None,
        licence="CC0 1.0",
        source="https://doi.org/10.7910/DVN/YL2OXB",
        digest=lambda path: table_digest(downloaded(path)),
    )


DATAVERSE = {"first": _one("first", 7084378), "surname": _one("surname", 7084373)}


def _inside(bundle: Path, kind: str) -> pd.DataFrame:
    """One dictionary out of the archive of the whole data set."""
    with zipfile.ZipFile(bundle) as archive:
        inside = next(n for n in archive.namelist() if n.endswith(f"{STEMS[kind]}.rData"))
        return read_rdata(BytesIO(archive.read(inside)))


def _both_digests(digests: dict[str, str]) -> str:
    return hashlib.sha256("".join(digests[kind] for kind in sorted(DIGESTS)).encode()).hexdigest()


# Nothing is known here about the file of middle names by itself. The archive of the whole data set
# is taken for what it should be if the first names and surnames in it are those we know.
BUNDLE = Dataset(
    name="all dictionaries of Rosenman, Olivella and Imai, for the middle names",
    url="https://dataverse.harvard.edu/api/access/dataset/:persistentId/"
    "?persistentId=doi:10.7910/DVN/YL2OXB",
    filename="rosenman_dataverse.zip",
    sha256=_both_digests(DIGESTS),
    size=None,
    licence="CC0 1.0",
    source="https://doi.org/10.7910/DVN/YL2OXB",
    digest=lambda path: _both_digests(
        {kind: table_digest(_inside(path, kind)) for kind in DIGESTS}
    ),
)


def middle_names() -> NameTable:
    """Middle names of the paper, from the archive of the Dataverse."""
    return read_dictionary(_inside(fetch(BUNDLE), "middle"), "middle")


def read_dictionary(source: pd.DataFrame | str | Path, kind: str) -> NameTable:
    """Read a dictionary of the paper: a data frame, or a file as the Dataverse has it.

    Parameters
    ----------
    source : DataFrame, str or Path
        Columns name, whi, bla, his, asi, oth; a path may be rData, CSV or Parquet.
    kind : {"surname", "first", "middle"}
        Kind of the names.

    Returns
    -------
    NameTable
        The dictionary, tied to the voters of the six states.

    Raises
    ------
    ValueError
        For another kind, or a source without these columns.

    See Also
    --------
    load_names : The dictionaries that are built in.

    Notes
    -----
    Rosenman, Olivella and Imai 2023, doi:10.7910/DVN/YL2OXB; the chapter, section "The
    dictionaries".

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> middle = pd.DataFrame({"name": ["ANN", "LEE"], "whi": [0.5, 0.25], "bla": 0.25,
    ...                        "his": [0, 0.25], "asi": 0.25, "oth": 0})
    >>> bisg.read_dictionary(middle, "middle").names.tolist()
    ['ANN', 'LEE']
    """
    one_of(kind, "kind", Kind)
    if isinstance(source, pd.DataFrame):
        frame = source
    elif str(source).lower().endswith((".rdata", ".rda")):
        frame = read_rdata(source)
    elif str(source).lower().endswith(".parquet"):
        frame = pd.read_parquet(source)
    else:
        frame = pd.read_csv(source, keep_default_na=False, na_values=[""])
    try:
        frame = canonical(frame)
    except KeyError as error:
        raise ValueError(
            f"source: expected the columns name, whi, bla, his, asi, oth, "
            f"got {[str(c) for c in frame.columns]}"
        ) from error
    frame = frame[frame["name"] != _REST]
    p = frame[list(FIVE)].to_numpy(dtype=float)
    p = p / p.sum(axis=1, keepdims=True)
    return NameTable(
        label="rosenman",
        kind=kind,
        names=np.array(frame["name"].tolist(), dtype=object),
        p_race=p,
        categories=FIVE,
        marginal=np.array([VOTER_SHARES[group] for group in FIVE]),
        population="registered voters of AL, FL, GA, LA, NC and SC (Rosenman et al.)",
        bearers=np.maximum(recover_counts(p), _MIN_BEARERS).astype(float),
    )
