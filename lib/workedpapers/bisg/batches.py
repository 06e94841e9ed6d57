"""More rows than memory holds: one batch after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Unpack

import pandas as pd

from workedpapers.bisg.cells import column_hint
from workedpapers.bisg.evidence import Evidence, as_frame, column_of, columns_asked
from workedpapers.bisg.prediction import answer
from workedpapers.bisg.settings import PredictionOptions, PredictionSettings
from workedpapers.checks import one_of, positive_int

COMPRESSIONS = ("snappy", "zstd", "gzip", "none")
_DECIMALS = ("doubl", "float")  # how the names of Arrow's types of probabilities begin


def predict_batches(
    source: str | Path | Iterable[Any],
    *,
    surname: str | None = None,
    first: str | None = None,
    middle: str | None = None,
    geo: str | None = None,
    keep: Sequence[str] = (),
    rows: int = 500_000,
    float32: bool = False,
    **options: Unpack[PredictionOptions],
) -> Iterator[Any]:
    """Predict for a file or a stream of Arrow batches, holding one batch at a time.

    Parameters
    ----------
    source : str, Path or iterable
        Path of a CSV or Parquet file or of a folder of Parquet files; or an iterable of Arrow
        record batches, Arrow tables or data frames. CSV is read as text, so that ZIP codes keep
        their zeros and the surname NULL is a name.
    surname, first, middle, geo : str, optional
        Columns to use; at least one.
    keep : sequence of str
        Columns of the source to put before the predictions.
    rows : int
        Rows of a batch, when `source` is a path.
    float32 : bool
        Whether probabilities are stored in single precision, seven digits.
    **options : dict
        The options of `predict`. A prior must be given, not estimated.

    Yields
    ------
    pyarrow.RecordBatch
        In the order of the source, the columns of `predict` after those kept.

    Raises
    ------
    FileNotFoundError
        If there is nothing at the path.
    ValueError
        As `predict`.
    TypeError
        As `predict`.

    See Also
    --------
    predict_parquet : Writes the batches to a file.

    Notes
    -----
    The equation is that of `predict`. See the chapter, section "At scale".

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> parts = [pd.DataFrame({"id": [1], "last": ["Garcia"]}),
    ...          pd.DataFrame({"id": [2], "last": ["Nguyen"]})]
    >>> for batch in bisg.predict_batches(parts, surname="last", keep=["id"]):
    ...     print(batch.to_pandas()[["id", "hispanic", "asian"]].round(2).to_string(header=False))
    0  1  0.78  0.01
    0  2  0.0  0.89
    """
    import pyarrow as pa

    columns = columns_asked(surname, first, middle, geo)
    needed = {**{f"keep[{i}]": name for i, name in enumerate(keep)}, **columns}
    positive_int(rows, "rows")
    settings = None
    for part in _parts(source, needed, rows):
        frame = as_frame(part, needed)
        series = {key: column_of(frame, key, value) for key, value in columns.items()}
        settings = settings or PredictionSettings.checked(
            tuple(columns), "geo" in columns, **options
        )
        result = answer(Evidence.of(series, settings), settings, frame.index)
        if float32:
            result[list(settings.groups)] = result[list(settings.groups)].astype("float32")
        for position, column in enumerate(keep):
            result.insert(position, column, column_of(frame, f"keep[{position}]", column))
        yield pa.RecordBatch.from_pandas(result, preserve_index=False)


def count_rows(source: str | Path) -> int | None:
    """Rows of a Parquet file or folder; None for a CSV file, of which only reading tells."""
    import pyarrow.dataset as ds

    return None if _is_csv(Path(source)) else int(ds.dataset(source, format="parquet").count_rows())


def _is_csv(path: Path) -> bool:
    return ".csv" in [suffix.lower() for suffix in path.suffixes]


def _parts(source: str | Path | Iterable[Any], needed: dict[str, str], rows: int) -> Iterator[Any]:
    """Give the batches of a path, or the parts of a stream, as data frames."""
    if not isinstance(source, (str, Path)):
        stream: Iterable[Any] = source
        for part in stream:
            yield part if isinstance(part, pd.DataFrame) else part.to_pandas()
        return
    path = Path(source)
    if not path.exists():
        raise FileNotFoundError(f"source: expected a file or folder, got nothing at {str(path)!r}")
    names = list(dict.fromkeys(needed.values()))
    if _is_csv(path):
        # chunks of pandas: Arrow's reader cannot be told to read every column as text
        yield from pd.read_csv(
            path, usecols=lambda name: name in names, dtype=str, chunksize=rows,
            keep_default_na=False, na_values=[""],
        )  # fmt: skip
        return
    import pyarrow.dataset as ds

    data = ds.dataset(path, format="parquet")
    for key, name in needed.items():
        if name not in data.schema.names:
            raise ValueError(
                f"{key}: expected a column of the source, got {name!r}; "
                f"it has {column_hint(name, data.schema.names)}"
            )
    # Little is read ahead, so that memory holds about one batch and not sixteen.
    batches = data.to_batches(
        columns=names, batch_size=rows, batch_readahead=1, fragment_readahead=1
    )
    for batch in batches:
        yield batch.to_pandas()


def predict_parquet(
    source: str | Path | Iterable[Any],
    target: str | Path,
    *,
    compression: str = "snappy",
    **options: Any,
) -> int:
    """Write the predictions for a source to a Parquet file.

    Parameters
    ----------
    source : str, Path or iterable
        As in `predict_batches`.
    target : str or Path
        Path of the file to write. It must not be the source.
    compression : {"snappy", "zstd", "gzip", "none"}
        How the file is compressed. Probabilities compress little; most of a file's size goes
        with ``float32=True``.
    **options : dict
        The columns and options of `predict_batches`.

    Returns
    -------
    int
        Number of rows written.

    Raises
    ------
    ValueError
        If target and source are the same, or the source has no batch at all.

    See Also
    --------
    predict_batches : The batches themselves.

    Notes
    -----
    The equation is that of `predict`. ``python -m workedpapers.bisg`` does the same from the
    command line. See the chapter, section "At scale".

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> people = pd.DataFrame({"last": ["Garcia", "Nguyen"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     bisg.predict_parquet([people], Path(folder, "out.parquet"), surname="last")
    2
    """
    one_of(compression, "compression", COMPRESSIONS)
    check_target(source, target)
    return write_parquet(predict_batches(source, **options), target, compression)


def check_target(source: object, target: str | Path) -> None:
    """Check that the file to write is not the one to read."""
    if isinstance(source, (str, Path)) and Path(source).resolve() == Path(target).resolve():
        raise ValueError(f"target: expected another file than the source, got {str(target)!r}")


def write_parquet(batches: Iterable[Any], target: str | Path, compression: str) -> int:
    """Write batches to a Parquet file; return the number of rows."""
    import pyarrow.parquet as pq

    writer, written = None, 0
    try:
        for batch in batches:
            if writer is None:
                # Probabilities hardly repeat: a dictionary of them would only cost time.
                repeating = [
                    column.name for column in batch.schema if str(column.type)[:5] not in _DECIMALS
                ]
                writer = pq.ParquetWriter(
                    target, batch.schema, compression=compression, use_dictionary=repeating
                )
            writer.write_batch(batch)
            written += batch.num_rows
    finally:
        if writer is not None:
            writer.close()
    if writer is None:
        raise ValueError("source: expected at least one batch, got none")
    return written


def write_csv(batches: Iterable[Any], target: str | Path) -> int:
    """Write batches to a CSV file, compressed if its name ends so; return the number of rows."""
    written = 0
    for batch in batches:
        first = written == 0
        batch.to_pandas().to_csv(target, index=False, mode="w" if first else "a", header=first)
        written += batch.num_rows
    if not written:
        raise ValueError("source: expected at least one row, got none")
    return written
