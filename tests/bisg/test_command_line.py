"""The same predictions from the command line."""

import subprocess
import sys

import pandas as pd
import pytest
from numpy.testing import assert_allclose

from workedpapers import bisg
from workedpapers.bisg import FIVE
from workedpapers.bisg.__main__ import main

PEOPLE = pd.DataFrame(
    {"id": [1, 2, 3, 4], "last": ["Garcia", "NULL", "UNKNOWN", "O'Neil, Jr."],
     "zip": ["94110", "02138", "10001", "99999"], "tract": ["06075022801"] * 4}
)  # fmt: skip
OPTIONS = {"surname": "last", "names": "census2020", "placeholders": "ignore"}


@pytest.fixture(params=["csv", "parquet", "csv.gz"])
def source(request, tmp_path):
    path = tmp_path / f"people.{request.param}"
    PEOPLE.to_parquet(path) if request.param == "parquet" else PEOPLE.to_csv(path, index=False)
    return path


def test_a_file_becomes_a_file(source, tmp_path, capsys):
    target = tmp_path / "out.parquet"
    assert (
        main([str(source), str(target), "--surname", "last", "--zip", "zip", "--keep", "id"]) == 0
    )
    written = pd.read_parquet(target)
    assert written["id"].astype(int).tolist() == [1, 2, 3, 4]
    expected = bisg.predict(PEOPLE, geo="zip", geography="zcta2020", **OPTIONS)
    assert_allclose(written[list(FIVE)], expected[list(FIVE)])
    assert written["matched_surname"].tolist()[:3] == ["exact", "placeholder", "placeholder"]
    assert "4 rows written" in capsys.readouterr().out


def test_csv_out_in_several_batches_in_single_precision(source, tmp_path):
    for name in ("out.csv", "out.csv.gz"):
        target = tmp_path / name
        arguments = [str(source), str(target), "--surname", "last", "--tract", "tract", "--rows",
                     "3", "--float32", "--quiet"]  # fmt: skip
        assert main(arguments) == 0
        written = pd.read_csv(target)
        expected = bisg.predict(PEOPLE, geo="tract", geography="tract2020", **OPTIONS)
        assert_allclose(written[list(FIVE)], expected[list(FIVE)], rtol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--surname", "lst"], "expected a column"),
        ([], "surname, first, middle, geo: expected"),
        (["--surname", "last", "--names", "wiki"], "names: expected one of"),
        (["--zip", "zip", "--tract", "tract"], "expected one column of places"),
    ],
)
def test_what_does_not_serve_ends_with_one_and_a_word(tmp_path, capsys, arguments, message):
    source = tmp_path / "people.parquet"
    PEOPLE.to_parquet(source)
    assert main([str(source), str(tmp_path / "out.parquet"), *arguments]) == 1
    assert message in capsys.readouterr().err
    assert main([str(tmp_path / "nowhere.csv"), "out.parquet", "--surname", "last"]) == 1
    assert main([str(source), str(source), "--surname", "last"]) == 1


def test_help_and_wrong_requests_as_a_program(tmp_path):
    run = [sys.executable, "-m", "workedpapers.bisg"]
    told = subprocess.run([*run, "--help"], capture_output=True, text=True, check=True)
    for word in ("--surname", "--zip", "--block-group", "--unlisted", "Exit codes"):
        assert word in told.stdout
    wrong = subprocess.run([*run, "--nonsense"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2


def test_float32_and_compression_make_files_smaller(tmp_path):
    people = pd.concat([PEOPLE] * 3000, ignore_index=True)
    sizes = {}
    for name, options in (("large", {}), ("small", {"float32": True, "compression": "zstd"})):
        path = tmp_path / f"{name}.parquet"
        bisg.predict_parquet([people], path, surname="last", **options)
        sizes[name] = path.stat().st_size
    assert sizes["small"] < 0.7 * sizes["large"]
    with pytest.raises(ValueError, match="compression: expected one of"):
        bisg.predict_parquet([people], tmp_path / "x", surname="last", compression="zip")
