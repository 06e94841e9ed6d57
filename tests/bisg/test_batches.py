import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.testing import assert_allclose

from tests.bisg.test_prediction import people
from workedpapers import bisg
from workedpapers.bisg import FIVE

USE = {"surname": "last", "first": "first", "geo": "zip"}


@pytest.fixture
def frame():
    messy = people(700)
    text = {column: messy[column].map(lambda v: None if v is None or v != v else str(v))
            for column in messy}  # fmt: skip
    return pd.DataFrame(text).assign(id=range(700))


@pytest.fixture
def file(frame, tmp_path):
    path = tmp_path / "people.parquet"
    frame.to_parquet(path, row_group_size=130)
    return path


def test_batches_of_a_file_are_the_prediction_of_the_whole(frame, file):
    batches = list(bisg.predict_batches(file, rows=150, keep=["id"], **USE))
    assert len(batches) > 3
    together = pa.Table.from_batches(batches).to_pandas()
    whole = bisg.predict(frame, **USE)
    assert together["id"].tolist() == frame["id"].tolist()
    for column in FIVE:
        assert_allclose(together[column], whole[column], rtol=0, atol=0)
    for column in ("evidence", "matched_surname", "abstention", "reference_population"):
        assert together[column].astype(str).tolist() == whole[column].astype(str).tolist()


def test_streams_of_arrow_and_of_frames_give_the_same(frame):
    parts = [frame.iloc[:300], frame.iloc[300:]]
    arrow = [pa.Table.from_pandas(part) for part in parts]
    records = [batch for table in arrow for batch in table.to_batches()]
    results = [
        pa.Table.from_batches(bisg.predict_batches(iter(stream), **USE)).to_pandas()
        for stream in (parts, arrow, records)
    ]
    pd.testing.assert_frame_equal(results[0], results[1])
    pd.testing.assert_frame_equal(results[0], results[2])


def test_results_are_written_to_a_file(frame, file, tmp_path):
    target = tmp_path / "out.parquet"
    assert bisg.predict_parquet(file, target, rows=200, keep=["id"], **USE) == 700
    written = pq.read_table(target).to_pandas()
    assert written["id"].tolist() == frame["id"].tolist()
    assert_allclose(written["white"], bisg.predict(frame, **USE)["white"])


def test_bad_sources_are_refused_by_name(file, tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        list(bisg.predict_batches(tmp_path / "nowhere", surname="last"))
    with pytest.raises(ValueError, match="surname: expected a column of the source, got 'lst'"):
        list(bisg.predict_batches(file, surname="lst"))
    with pytest.raises(ValueError, match="rows"):
        list(bisg.predict_batches(file, surname="last", rows=0))
    with pytest.raises(ValueError, match="target: expected another file than the source"):
        bisg.predict_parquet(file, file, surname="last")
    with pytest.raises(ValueError, match="source: expected at least one batch"):
        bisg.predict_parquet([], tmp_path / "none.parquet", surname="last")
