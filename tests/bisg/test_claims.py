"""The claims measure what they say."""

import numpy as np

from workedpapers import bisg
from workedpapers.bisg.chapter import claims
from workedpapers.claims import table


def small(names: list[str], counts: list[float] | None = None) -> bisg.NameTable:
    shares = np.full((len(names), 5), 0.2)
    found = None if counts is None else np.array(counts)
    return bisg.NameTable(
        "small", "first", np.array(names, object), shares, bisg.FIVE, shares[0], "-", found
    )


def test_coverage_counts_people_not_names() -> None:
    people = small(["A", "B", "C"], [70, 20, 10])
    assert claims.share_covered(small(["A", "X"]), people) == 0.7
    assert claims.share_covered(small(["B", "C"]), people) == 0.3


def test_coverage_by_group_adds_up_to_the_whole() -> None:
    people = small(["A", "B"], [30, 70])
    people.p_race[:] = [[1, 0, 0, 0, 0], [0.2, 0.2, 0.2, 0.2, 0.2]]
    found = claims.share_covered_by_group(small(["A"]), people)
    np.testing.assert_allclose(found["white"], 30 / 44)
    assert found["black"] == 0
    weight = (people.p_race * people.counts[:, None]).sum(axis=0)  # type: ignore[index]
    whole = claims.share_covered(small(["A"]), people)
    np.testing.assert_allclose(np.average(found, weights=weight), whole)


def test_every_claim_has_the_verdict_that_the_chapter_speaks_of() -> None:
    verdicts = {row["id"]: row["verdict"] for row in table(claims.CLAIMS, "bisg").rows}
    assert verdicts.pop("bisg-announced-size") == "not reproduced"
    assert verdicts.pop("bisg-middle-names") == "not testable here"
    assert set(verdicts.values()) == {"reproduced"}
