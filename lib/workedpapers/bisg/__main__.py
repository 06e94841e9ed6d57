"""Predictions for a file, from the command line.

python -m workedpapers.bisg people.parquet out.parquet --surname last --zip zip
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workedpapers.bisg.batches import (
    COMPRESSIONS,
    check_target,
    count_rows,
    predict_batches,
    write_csv,
    write_parquet,
)
from workedpapers.bisg.codes import Placeholders, UnknownZip, Unlisted
from workedpapers.progress import progress_bar

#: Options that name a column of places, and the kind of table that each needs.
PLACES = ("zip", "tract", "block_group", "county")
_COLUMNS = {
    "surname": "surnames",
    "first": "first names",
    "middle": "middle names",
    "zip": "ZIP codes",
    "tract": "codes of tracts, or longer ones",
    "block-group": "codes of block groups, or blocks",
    "county": "codes of counties, or longer ones",
}
DONE, FAILED = 0, 1  # argparse ends with 2 where the request cannot be read


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m workedpapers.bisg",
        description="Add P(race | names, place) to a file of people, batch by batch.",
        epilog="The estimates are for sums over many people, not for statements about one. "
        "Exit codes: 0 done, 1 the file or its columns do not serve, 2 the request is wrong.",
    )
    parser.add_argument("source", help="CSV or Parquet file, or a folder of Parquet files")
    parser.add_argument("target", help="file to write: .parquet, .csv or .csv.gz")
    columns = parser.add_argument_group("columns of the file")
    for name, what in _COLUMNS.items():
        columns.add_argument(f"--{name}", metavar="COLUMN", help=f"column of {what}")
    columns.add_argument("--keep", nargs="*", default=[], metavar="COLUMN",
                         help="columns to copy to the output, such as a key")  # fmt: skip
    tables = parser.add_argument_group("tables")
    tables.add_argument("--names", default="census2020", help="census2020 (default), census2010, "
                        "census2000, rosenman, or a file with a table")  # fmt: skip
    tables.add_argument("--year", type=int, choices=(2010, 2020), default=2020,
                        help="Census of the places; default: 2020")  # fmt: skip
    tables.add_argument("--geography", help="file with a table of places of your own")
    tables.add_argument("--prior", help="name of a table whose population the answers are about")
    tables.add_argument("--categories", choices=("five", "census6"), default="five")
    tables.add_argument("--smoothing", type=float, help="average people added to names and places")
    doubt = parser.add_argument_group("doubtful values")
    doubt.add_argument("--placeholders", choices=[p.value for p in Placeholders], default="ignore",
                       help="words such as UNKNOWN; default: ignore")  # fmt: skip
    doubt.add_argument("--unlisted", choices=[u.value for u in Unlisted], default="ignore",
                       help="surnames in no list")  # fmt: skip
    doubt.add_argument("--unknown-zip", choices=[z.value for z in UnknownZip], default="ignore",
                       help="ZIP codes that are no area")  # fmt: skip
    output = parser.add_argument_group("output")
    output.add_argument("--float32", action="store_true", help="probabilities in seven digits")
    output.add_argument("--compression", default="zstd", choices=COMPRESSIONS,
                        help="of a Parquet file; default: zstd")  # fmt: skip
    output.add_argument("--rows", type=int, default=500_000, help="rows of a batch")
    output.add_argument("--quiet", action="store_true", help="no progress bar and no summary")
    return parser


def request(options: argparse.Namespace) -> dict[str, Any]:
    """Turn the command line into arguments of `predict_batches`.

    Parameters
    ----------
    options : argparse.Namespace
        What `parser` made of the command line.

    Returns
    -------
    dict
        Arguments.
    """
    given = [place for place in PLACES if getattr(options, place)]
    if len(given) > 1:
        raise ValueError(f"{given[1]}: expected one column of places, got {len(given)}")
    words: dict[str, Any] = {
        name: getattr(options, name)
        for name in ("surname", "first", "middle", "keep", "rows", "float32", "names", "prior",
                     "categories", "smoothing", "placeholders", "unlisted", "unknown_zip")
    }  # fmt: skip
    if given:
        level = "zcta" if given[0] == "zip" else given[0]
        words["geo"] = getattr(options, given[0])
        words["geography"] = options.geography or f"{level}{options.year}"
    return words


def write(options: argparse.Namespace) -> int:
    """Do what is asked for.

    Parameters
    ----------
    options : argparse.Namespace
        What `parser` made of the command line.

    Returns
    -------
    int
        Number of rows written.
    """
    words = request(options)
    source, target = Path(options.source), Path(options.target)
    check_target(source, target)
    total = count_rows(source) if source.exists() else None
    batches = progress_bar(
        predict_batches(source, **words),
        total=None if total is None else -(-total // options.rows),
        desc="predicting",
        unit="batch",
        show=not options.quiet,
    )
    if ".csv" in target.suffixes:
        return write_csv(batches, target)
    return write_parquet(batches, target, options.compression)


def _warn(message: Warning | str, *_: object, **__: object) -> None:
    print(f"warning: {message}", file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line; default: that of the process.

    Returns
    -------
    int
        0 if done, 1 if the file or its columns do not serve.
    """
    options = parser().parse_args(arguments)
    warnings.showwarning = _warn
    try:
        rows = write(options)
    except (ValueError, TypeError, OSError, ImportError) as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    if not options.quiet:
        print(f"{rows:,} rows written to {options.target}")
    return DONE


if __name__ == "__main__":
    sys.exit(main())
