import hashlib

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from workedpapers import bisg, datasets
from workedpapers.bisg import FIVE, florida

VOTERS = """"surname","county","VTD","age","gender","race"
"Abcson",115,66,40,"f","white"
"SMITH",115,103,41,"m",NA
"NULL",5,14,42,"f","white"
"GARCIA",9,97,43,"f","native"
"NA",115,66,44,"m","asian"
"LEE QQZZ",1,1,45,"f","hispanic"
"""
CENSUS = """"county","VTD","total.pop","white","black","hispanic","api","others"
115,66,1000,0.8,0.1,0.05,0.03,0.02
115,103,0,0,0,0,0,0
5,14,200,0.5,0.25,0.15,0.05,0.05
9,97,100,0.25,0.25,0.25,0.15,0.1
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "FLVoters.csv").write_text(VOTERS)
    (tmp_path / "FLCensusVTD.csv").write_text(CENSUS)
    return tmp_path


def test_voters_and_precincts_are_read(folder):
    data = bisg.load_florida_voters(str(folder))
    assert data.voters["surname"].tolist()[2] == "NULL"
    assert data.voters["surname"].tolist()[4] == "NA"
    assert data.voters["race"].isna().tolist() == [False, True, *[False] * 4]
    assert data.voters["race"].tolist()[3:] == ["other", "asian", "hispanic"]
    assert len(data.precincts) == 4
    row = data.precincts.row["115-66"]
    assert_allclose(data.precincts.p_race[row], [0.8, 0.1, 0.05, 0.03, 0.02])
    assert_allclose(data.precincts.residents, [1000, 0, 200, 100])


def test_they_go_through_prediction_and_evaluation(folder):
    data = bisg.load_florida_voters(folder)
    result = bisg.predict(data.voters, surname="surname", geo="precinct", geography=data.precincts)
    assert result["matched_geo"].tolist() == [
        "matched", "no residents", "matched", "matched", "matched", "unknown area",
    ]  # fmt: skip
    assert set(result["matched_surname"]) <= {"exact", "cleaned", "first part", "not in table"}
    metrics = bisg.evaluate(result, data.voters["race"]).set_index(["metric", "group"])["value"]
    assert metrics["coverage", "all"] == np.mean(
        result["abstention"].eq("")[data.voters["race"].notna()]
    )
    assert_allclose(result[list(FIVE)].dropna().sum(axis=1), 1)


def test_a_folder_without_the_files_and_a_file_without_a_column(folder, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"FLVoters\.csv"):
        bisg.load_florida_voters(tmp_path / "nowhere")
    (folder / "FLVoters.csv").write_text("surname,county\nA,1\n")
    with pytest.raises(ValueError, match=r"FLVoters\.csv.*'VTD'"):
        bisg.load_florida_voters(folder)


def test_a_download_is_checked_by_its_digest_whatever_its_line_ends(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKEDPAPERS_DATA", str(tmp_path))
    path, text = tmp_path / "FLVoters.csv", VOTERS * 30
    digest = hashlib.sha256(text.encode()).hexdigest()
    monkeypatch.setitem(florida._PUBLISHED, "FLVoters.csv", (digest, len(text)))
    dataset = florida._file("FLVoters.csv")
    for content in (text.encode(), text.replace("\n", "\r\n").encode()):
        path.write_bytes(content)
        assert datasets.fetch(dataset) == path
    for content in (text[1:], text[:-2] + "x\n", "x" + text):
        path.write_bytes(content.encode())
        with pytest.raises(datasets.DatasetError, match="not the one"):
            datasets.fetch(dataset)


def test_line_ends_of_windows_are_read(folder):
    unix = bisg.load_florida_voters(folder)
    for name in ("FLVoters.csv", "FLCensusVTD.csv"):
        path = folder / name
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    windows = bisg.load_florida_voters(folder)
    pd.testing.assert_frame_equal(windows.voters, unix.voters)
    assert windows.precincts.areas.tolist() == unix.precincts.areas.tolist()


def test_the_digests_are_those_of_whole_files():
    assert all(len(digest) == 64 for digest, _ in florida._PUBLISHED.values())
    assert florida.FILES["FLVoters.csv"].size == 322_800


def test_the_addresses_name_a_commit():
    for dataset in florida.FILES.values():
        assert florida._COMMIT in dataset.url
        assert len(florida._COMMIT) == 40


def test_frame_of_voters_keeps_age_and_gender(folder):
    voters = bisg.load_florida_voters(folder).voters
    assert voters.columns.tolist() == ["surname", "precinct", "race", "age", "gender"]
    assert isinstance(voters, pd.DataFrame)
