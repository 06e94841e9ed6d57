"""Real data sets: fetched once, checked by hash, kept in one folder.

A paper describes each of its files by a `Dataset` and asks `fetch` for the path. `pooch` does
the downloading. A file that lies inside an installed package is read in place by `package_file`.

The folder is the operating system's cache folder for ``workedpapers``; the environment variable
``WORKEDPAPERS_DATA`` moves it. ``python -m workedpapers.datasets`` prints where it is and what
is in it.
"""

import hashlib
import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Dataset", "DatasetError", "cache_folder", "fetch", "package_file", "sha256"]

RETRIES = 3


class DatasetError(OSError):
    """A data file could not be had, or is not the file that was expected.

    Examples
    --------
    >>> from workedpapers.datasets import DatasetError
    >>> issubclass(DatasetError, OSError)
    True
    """


def sha256(path: str | Path) -> str:
    """SHA-256 of a file's bytes.

    Parameters
    ----------
    path : str or pathlib.Path
        The file.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> import os
    >>> from workedpapers.datasets import sha256
    >>> sha256(os.devnull)[:16]  # of no bytes at all
    'e3b0c44298fc1c14'
    """
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_of_bytes = sha256  # the field below takes the name


@dataclass(frozen=True)
class Dataset:
    """One file of a published data set.

    Parameters
    ----------
    name : str
        What it is, in a few words, for messages.
    url : str
        Where the file is downloaded from.
    filename : str
        Its name in the cache folder.
    sha256 : str
        The digest that the file must have, 64 hexadecimal digits.
    size : int or None
        Size in bytes, None if unknown.
    licence : str
        The licence that it is published under.
    source : str
        The page that a person would read about it.
    digest : callable
        How the digest is computed from the file's path. Default: SHA-256 of the bytes. A reader
        of the content may be given where a publisher re-packs files, so that bytes differ though
        the data are the same.

    Examples
    --------
    >>> from workedpapers.datasets import Dataset
    >>> names = Dataset(
    ...     name="names of a town", url="https://example.org/names.csv", filename="names.csv",
    ...     sha256=64 * "0", size=4_200_000, licence="CC0", source="https://example.org",
    ... )
    >>> names.size_text
    '4.2 MB'
    """

    name: str
    url: str
    filename: str
    sha256: str
    size: int | None
    licence: str
    source: str
    digest: Callable[[Path], str] = _of_bytes

    def __post_init__(self) -> None:
        if len(self.sha256) != 64 or not set(self.sha256) <= set("0123456789abcdef"):
            raise ValueError(
                f"sha256: expected 64 lower-case hexadecimal digits, got {self.sha256!r}."
            )
        if Path(self.filename).name != self.filename or not self.filename:
            raise ValueError(f"filename: expected a bare file name, got {self.filename!r}.")

    @property
    def size_text(self) -> str:
        """The size for people: '4.2 MB', or 'size not published'."""
        return "size not published" if self.size is None else _megabytes(self.size)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"


def cache_folder() -> Path:
    """Folder that downloaded files are kept in.

    Returns
    -------
    pathlib.Path
        The folder that ``WORKEDPAPERS_DATA`` names, else the operating system's cache folder.

    Examples
    --------
    >>> import os
    >>> from workedpapers.datasets import cache_folder
    >>> cache_folder().name == os.environ.get("WORKEDPAPERS_DATA", "workedpapers").split(os.sep)[-1]
    True
    """
    chosen = os.environ.get("WORKEDPAPERS_DATA")
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("workedpapers"))


def fetch(dataset: Dataset, *, progress: bool = True) -> Path:
    r"""Path of the data set's file, downloaded on the first call and checked on every call.

    Parameters
    ----------
    dataset : Dataset
        The file that is wanted.
    progress : bool
        Whether a download shows a progress bar.

    Returns
    -------
    pathlib.Path
        A file whose digest is ``dataset.sha256``.

    Raises
    ------
    DatasetError
        If it cannot be downloaded (the message says which file, from where, how big and where to
        put it by hand), or if its digest differs (the file is kept aside under another name and
        both digests are shown).

    See Also
    --------
    package_file : A file inside an installed package.

    Examples
    --------
    >>> import os, tempfile
    >>> from pathlib import Path
    >>> from workedpapers.datasets import Dataset, fetch, sha256
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     os.environ["WORKEDPAPERS_DATA"] = folder
    ...     by_hand = Path(folder, "names.csv")
    ...     _ = by_hand.write_text("name\nGarcia\n")
    ...     known = Dataset("names", "https://example.org/names.csv", "names.csv",
    ...                     sha256(by_hand), None, "CC0", "https://example.org")
    ...     print(fetch(known).read_text().split())  # it lies there, so nothing is downloaded
    ...     del os.environ["WORKEDPAPERS_DATA"]
    ['name', 'Garcia']
    """
    path = cache_folder() / dataset.filename
    if not path.exists():
        _download(dataset, path, progress)
    _require_digest(dataset, path)
    return path


def _download(dataset: Dataset, path: Path, progress: bool) -> None:
    import pooch

    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel("ERROR")  # what it would report is in our own messages
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        pooch.create(
            path=path.parent,
            base_url="",
            registry={dataset.filename: None},  # the digest is checked by the caller
            urls={dataset.filename: dataset.url},
            retry_if_failed=RETRIES,
        ).fetch(dataset.filename, progressbar=progress)
    except Exception as error:  # every transport has errors of its own; all mean the same here
        raise DatasetError(
            f"Could not download {dataset.name} ({dataset.filename}, {dataset.size_text}).\n"
            f"  from      {dataset.url}\n"
            f"  about it  {dataset.source}\n"
            f"  licence   {dataset.licence}\n"
            f"  because   {type(error).__name__}: {error}\n"
            f"To do it by hand, put the file at {path}, or point WORKEDPAPERS_DATA at a folder "
            f"that holds {dataset.filename}."
        ) from error
    finally:
        logger.setLevel(level)


def _require_digest(dataset: Dataset, path: Path) -> None:
    try:
        found = dataset.digest(path)
    except Exception as error:
        found = f"none, it could not be read ({type(error).__name__}: {error})"
    if found == dataset.sha256:
        return
    aside = path.with_name(path.name + ".refused")
    path.replace(aside)
    raise DatasetError(
        f"{dataset.name}: the file is not the one that this version was written for.\n"
        f"  expected  {dataset.sha256}\n"
        f"  found     {found}\n"
        f"It was kept at {aside}. Delete it and call again to download it anew. If the digest "
        f"still differs, the publisher has changed the file: see {dataset.source}."
    )


def package_file(
    package: str, path: str, expected: str, *, digest: Callable[[Path], str] = sha256
) -> Path | None:
    """Path of a data file inside an installed package, which is not imported.

    Parameters
    ----------
    package : str
        Import name of a top-level package.
    path : str
        The file's path inside it, with forward slashes.
    expected : str
        The digest that the file must have.
    digest : callable
        How the digest is computed from the file's path. Default: SHA-256 of the bytes.

    Returns
    -------
    pathlib.Path or None
        The file; None where the package is not installed.

    Raises
    ------
    DatasetError
        If the package is there but the file is missing or has another digest.

    See Also
    --------
    fetch : A file that is downloaded.

    Examples
    --------
    >>> from workedpapers.datasets import package_file
    >>> package_file("no_such_package", "data/names.csv", 64 * "0") is None
    True
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    file = Path(spec.submodule_search_locations[0], *path.split("/"))
    if not file.is_file():
        raise DatasetError(
            f"{package} is installed, but has no file {path}. Another version than expected?"
        )
    found = digest(file)
    if found != expected:
        raise DatasetError(
            f"{path} of the installed package {package} is not the file expected.\n"
            f"  expected  {expected}\n  found     {found}\n"
            f"Install the version of {package} that constraints.txt names."
        )
    return file


def _main() -> None:
    folder = cache_folder()
    print(f"data folder: {folder}")
    files = sorted(p for p in folder.glob("*") if p.is_file()) if folder.is_dir() else []
    for file in files:
        print(f"  {_megabytes(file.stat().st_size):>10}  {file.name}")
    if not files:
        print("  (nothing has been downloaded yet)")


if __name__ == "__main__":
    _main()
