"""Real voters: published rates, and the stored study made again, where the files are at hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from workedpapers import bisg
from workedpapers.bisg import FIVE
from workedpapers.bisg.categories import convert
from workedpapers.bisg.chapter import florida_study as study

needs_files = pytest.mark.skipif(
    not study.present(), reason="FLVoters.csv and FLCensusVTD.csv are not in WORKEDPAPERS_DATA"
)

# Imai, Quantitative Social Science, section 6.2.4, as printed by the package of the book's data
# (kosukeimai/qss-package, docs/articles/probability.html, commit 780291b): of the members of a
# group, how many get it as the most probable one; of those who get it, how many are others.
PUBLISHED = pd.DataFrame(
    {
        "white": [0.950218, 0.1973603, 0.9371366, 0.1187425],
        "black": [0.1604824, 0.3294574, 0.6474954, 0.2346491],
        "hispanic": [0.8465298, 0.2274755, 0.85826, 0.2153709],
        "asian": [0.5642857, 0.3416667, 0.6071429, 0.3461538],
    },
    index=["surname, found", "surname, false", "precinct, found", "precinct, false"],
)
#: The shares of the groups that the page divides by: the mean over precincts.
PAGE_SHARES = [0.60451586, 0.13941679, 0.21279972, 0.02186662, 0.02140101]


@pytest.fixture(scope="module")
def florida():
    return bisg.load_florida_voters()


def rates(answer, race):
    best = answer[list(FIVE)].idxmax(axis=1)
    groups = PUBLISHED.columns
    found = [(best[race == group] == group).mean() for group in groups]
    false = [(race[best == group] != group).mean() for group in groups]
    return pd.DataFrame([found, false], columns=groups)


@needs_files
def test_the_files_are_those_that_were_published(florida):
    assert len(florida.voters) == 10_000
    assert len(florida.precincts) == 8_871
    assert florida.voters["race"].notna().sum() == 9_126
    answer = bisg.predict(florida.voters, geo="precinct", geography=florida.precincts)
    assert set(answer["matched_geo"]) == {"matched"}


@needs_files
def test_sixteen_published_rates_are_met_to_four_digits(florida):
    voters = florida.voters.dropna()  # the page leaves out who did not tell age or gender too
    names = bisg.load_names("census2000")
    listed = voters["surname"].isin(set(names.names))
    voters = voters[listed].reset_index(drop=True)
    assert len(voters) == 8_022
    by_name = bisg.predict(voters, surname="surname", names=names, smoothing=0)
    page = np.array(PAGE_SHARES)
    assert_allclose(florida.precincts.p_race.mean(axis=0), page, atol=1e-8)
    here = replace(
        names, p_race=convert(names.p_race, names.categories, FIVE, "names"), categories=FIVE,
        marginal=page,
    )  # fmt: skip
    by_both = bisg.predict(
        voters, surname="surname", names=here, geo="precinct", geography=florida.precincts,
        smoothing=0,
    )  # fmt: skip
    ours = pd.concat([rates(by_name, voters["race"]), rates(by_both, voters["race"])])
    assert_allclose(ours, PUBLISHED, rtol=0, atol=5e-5)


@needs_files
@pytest.mark.parametrize("part", [study.accuracy, study.shares, study.unlisted])
def test_the_stored_study_is_made_again(florida, part):
    again = part(florida).reset_index(drop=True)
    kept = study.stored()
    kept = kept[kept["part"] == again["part"].iloc[0]].reset_index(drop=True)
    pd.testing.assert_frame_equal(again[study.KEYS], kept[study.KEYS], check_dtype=False)
    assert_allclose(again[["value", "low", "high"]].astype(float), kept[["value", "low", "high"]],
                    rtol=0, atol=2e-6)  # fmt: skip


@needs_files
def test_the_differences_are_made_again_but_for_the_sampler(florida):
    again = study.differences(florida, draws=4)
    kept = study.stored().query("part == 'differences'")
    for estimator in ("truth", "weighted", "threshold"):
        ours, stored = (t[t["prior"] == estimator]["value"] for t in (again, kept))
        assert_allclose(ours.astype(float), stored, rtol=0, atol=2e-6)


def test_the_study_holds_no_rows_about_persons():
    kept = study.stored()
    assert set(kept["group"]) == {*FIVE, "all"}
    assert kept.columns.tolist() == study.COLUMNS
    assert not kept.duplicated(study.KEYS).any()
