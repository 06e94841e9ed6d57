"""More rows than memory holds: one batch after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from workedpapers.bisg.prediction import check_request, column_of, predict_planned
from workedpapers.bisg.settings import GeographyArgument, NamesArgument, PriorArgument, plan
from workedpapers.checks import positive_int


def predict_batches(
    source: str | Path | Iterable[Any],
    *,
    surname: str | None = None,
    first: str | None = None,
    middle: str | None = None,
    geo: str | None = None,
    keep: Sequence[str] = (),
    rows: int = 500_000,
    names: NamesArgument = "rosenman",
    geography: GeographyArgument = "zcta2010",
    prior: PriorArgument = None,
    categories: str = "five",
    smoothing: float | None = None,
) -> Iterator[Any]:
    """Predict for a Parquet file or a stream of Arrow batches, holding one batch at a time.

    Parameters
    ----------
    source : path of a Parquet file or of a folder of them; or an iterable of Arrow record
        batches, Arrow tables or data frames.
    keep : columns of the source to put before the predictions.
    rows : rows of a batch, when `source` is a path.
    surname, first, middle, geo, names, geography, prior, categories, smoothing : as in `predict`.

    Yields
    ------
    Arrow record batches, in the order of the source, the columns of `predict` after those kept.

    Raises
    ------
    FileNotFoundError : if there is nothing at the path.
    ValueError, TypeError : as `predict`.
    """
    import pyarrow as pa

    given = {"surname": surname, "first": first, "middle": middle, "geo": geo}
    columns = {key: value for key, value in given.items() if value is not None}
    needed = list(dict.fromkeys([*keep, *columns.values()]))
    positive_int(rows, "rows")
    made = None
    for frame in _frames(source, needed, rows):
        check_request(frame, columns)
        series = {key: column_of(frame, key, value) for key, value in columns.items()}
        made = made or plan(
            tuple(columns), "geo" in columns, names, geography, prior, categories, smoothing
        )
        result = predict_planned(series, made, frame.index)
        for position, column in enumerate(keep):
            result.insert(position, column, column_of(frame, "keep", column))
        yield pa.RecordBatch.from_pandas(result, preserve_index=False)


def _frames(source: str | Path | Iterable[Any], needed: list[str], rows: int) -> Iterator[Any]:
    import pandas as pd

    if isinstance(source, (str, Path)):
        import pyarrow.dataset as ds

        path = Path(source)
        if not path.exists():
            raise FileNotFoundError(f"source: nothing at {str(path)!r}")
        data = ds.dataset(path, format="parquet")
        missing = [column for column in needed if column not in data.schema.names]
        if missing:
            raise ValueError(f"source: no column(s) {missing}; it has {data.schema.names}")
        # Little is read ahead, so that memory holds about one batch and not sixteen.
        batches = data.to_batches(
            columns=needed, batch_size=rows, batch_readahead=1, fragment_readahead=1
        )
        for batch in batches:
            yield batch.to_pandas()
        return
    parts: Iterable[Any] = source
    for part in parts:
        yield part if isinstance(part, pd.DataFrame) else part.to_pandas()


def predict_parquet(source: str | Path | Iterable[Any], target: str | Path, **options: Any) -> int:
    """Write the predictions for `source` to a Parquet file; return the number of rows.

    Parameters
    ----------
    source, options : as in `predict_batches`.
    target : path of the file to write. It must not be the source.

    Raises
    ------
    ValueError : if target and source are the same, or the source has no batch at all.
    """
    import pyarrow.parquet as pq

    if isinstance(source, (str, Path)) and Path(source).resolve() == Path(target).resolve():
        raise ValueError("target: must not be the source")
    writer, written = None, 0
    try:
        for batch in predict_batches(source, **options):
            if writer is None:
                writer = pq.ParquetWriter(target, batch.schema)
            writer.write_batch(batch)
            written += batch.num_rows
    finally:
        if writer is not None:
            writer.close()
    if writer is None:
        raise ValueError("source: it holds no batch")
    return written
