"""Files of ds000117 from OpenNeuro, by openneuro-py."""

from __future__ import annotations

import shutil
from pathlib import Path

from workedpapers.datasets import DatasetError

__all__ = ["DATASET", "VERSION", "fetch_files"]

DATASET = "ds000117"
#: All readers of the book get the same files.
VERSION = "1.1.0"


def fetch_files(root: Path, files: list[str], name: str, size: str) -> None:
    """Download those of the files that are not there.

    openneuro-py checks the size of each file and, below 1 GiB, its MD5 digest. What it has not
    finished stays in a folder of its own, where the next call resumes; so a file in its place is
    whole. A name without wild cards stands for just that file in all versions of openneuro-py;
    it adds the description of the data set, README and CHANGES.

    Parameters
    ----------
    root : folder of the data set.
    files : paths inside it, with forward slashes and no wild cards.
    name : what they are, for messages and the folder.
    size : how large they are, for messages.

    Raises
    ------
    ImportError : if openneuro-py is not installed.
    DatasetError : if the download fails or leaves a file out.
    """
    missing = [file for file in files if not (root / file).is_file()]
    if not missing:
        return
    try:
        import openneuro
    except ImportError as error:
        raise ImportError(
            f"Downloading {DATASET} needs openneuro-py, which is not installed: "
            "pip install 'workedpapers[meg_decoding-openneuro]'"
        ) from error
    by_hand = f"To do it by hand, put {missing[0]} and so on into {root}."
    unfinished = root / f"unfinished-{name}"
    try:
        unfinished.mkdir(parents=True, exist_ok=True)
        openneuro.download(dataset=DATASET, tag=VERSION, target_dir=unfinished, include=missing)
    except Exception as error:  # every transport has errors of its own; all mean the same here
        raise DatasetError(
            f"Could not download {DATASET} {VERSION} from OpenNeuro ({name}, "
            f"{len(missing)} file(s), {size}; CC0, doi:10.1038/sdata.2015.1).\n"
            f"  because   {type(error).__name__}: {error}\n"
            f"Call again to resume. {by_hand}"
        ) from error
    left = [file for file in missing if not (unfinished / file).is_file()]
    if left:
        raise DatasetError(
            f"The download of {DATASET} ended without {len(left)} file(s), the first of which is "
            f"{left[0]}. In a notebook openneuro-py before 2026.7.1 returns too early. {by_hand}"
        )
    for file in [path for path in unfinished.rglob("*") if path.is_file()]:
        place = root / file.relative_to(unfinished)
        place.parent.mkdir(parents=True, exist_ok=True)
        file.replace(place)
    shutil.rmtree(unfinished)
