import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workedpapers.claims import (
    All,
    AtLeast,
    AtMost,
    Claim,
    ClaimError,
    Expectation,
    Holds,
    Measured,
    NotTestable,
    Ordered,
    Verdict,
    Within,
    measure,
    scoreboard,
    table,
)

WHY = "the reason is part of this test"


def claim(expect: Expectation, measured: object = 1.0, **changes: object) -> Claim:
    fields = {
        "id": "test-claim",
        "says": "Something is so.",
        "where": "abstract",
        "basis": "reconstruction",
        "expect": expect,
        "measure": None if isinstance(expect, NotTestable) else lambda: measured,
    }
    return Claim(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("expect", "measured", "verdict"),
    [
        (Within(0.1, of=1, why=WHY), 1.1, Verdict.REPRODUCED),
        (Within(0.1, of=1, why=WHY), 1.2, Verdict.NOT_REPRODUCED),
        (Within(0.1, of=1, why=WHY), Measured(1.0, 0.95, 1.05), Verdict.REPRODUCED),
        (Within(0.1, of=1, why=WHY), Measured(1.0, 0.8, 1.05), Verdict.IN_PART),
        (Within(0.1, of=1, why=WHY), Measured(0.8, 0.7, 0.95), Verdict.NOT_REPRODUCED),
        (AtLeast(0.9, why=WHY), 0.9, Verdict.REPRODUCED),
        (AtLeast(0.9, why=WHY), Measured(0.91, 0.89, 0.93), Verdict.IN_PART),
        (AtMost(0.003, why=WHY), Measured(0.004, 0.001, 0.005), Verdict.NOT_REPRODUCED),
        (Holds("sums are one", why=WHY), True, Verdict.REPRODUCED),
        (Holds("sums are one", why=WHY), False, Verdict.NOT_REPRODUCED),
        (
            Ordered(("a", "b"), why=WHY),
            {"a": Measured(2, 1.8, 2.2), "b": Measured(1, 0.5, 1.5)},
            Verdict.REPRODUCED,
        ),
        (
            Ordered(("a", "b"), why=WHY),
            {"a": Measured(2, 1.4, 2.2), "b": Measured(1, 0.5, 1.5)},
            Verdict.IN_PART,
        ),
        (Ordered(("a", "b"), why=WHY), {"a": 1, "b": 2}, Verdict.NOT_REPRODUCED),
        (
            All({"a": AtLeast(1, why=WHY), "b": AtLeast(1, why=WHY)}, why=WHY),
            {"a": 1, "b": 0},
            Verdict.IN_PART,
        ),
        (
            All({"a": AtLeast(1, why=WHY), "b": Holds("so", why=WHY)}, why=WHY),
            {"a": 1, "b": True},
            Verdict.REPRODUCED,
        ),
    ],
)
def test_the_verdict_follows_from_the_measurement(
    expect: Expectation, measured: object, verdict: Verdict
) -> None:
    assert measure(claim(expect, measured)).verdict is verdict


@given(st.floats(-5, 5), st.floats(0, 2), st.floats(0, 2), st.floats(0, 3))
def test_a_wider_tolerance_never_worsens_a_verdict(
    value: float, below: float, above: float, tolerance: float
) -> None:
    rank = [Verdict.NOT_REPRODUCED, Verdict.IN_PART, Verdict.REPRODUCED]
    measured = Measured(value, value - below, value + above)
    tight, wide = (
        measure(claim(Within(width, why=WHY), measured)).verdict
        for width in (tolerance, tolerance + 1)
    )
    assert rank.index(tight) <= rank.index(wide)


def test_a_wrong_measurement_stops_the_chapter() -> None:
    wrong = claim(Within(0.01, of=0.95, why=WHY), 0.97)
    with pytest.raises(
        ClaimError, match=r"test-claim measured 0\.97; expected within 0\.01 of 0\.95"
    ):
        table([wrong], "bisg")


def test_a_claim_that_fell_short_is_a_result_when_the_chapter_says_so() -> None:
    told = claim(Within(0.01, of=0.95, why=WHY), 0.97, finding="Tried three seeds; all gave 0.97.")
    assert table([told], "bisg").rows[0]["verdict"] == "not reproduced"


def test_a_finding_that_no_longer_holds_stops_the_chapter() -> None:
    outdated = claim(Within(0.05, of=0.95, why=WHY), 0.97, finding="Did not reproduce.")
    with pytest.raises(ClaimError, match="Remove the finding"):
        table([outdated], "bisg")


def test_a_claim_that_cannot_be_measured_says_why() -> None:
    shown = table([claim(NotTestable("it needs the voter files of six states"))], "bisg")
    assert shown.rows[0]["verdict"] == "not testable here"
    assert "voter files" in shown._repr_html_()


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"measure": None}, TypeError, "expected a function that measures"),
        ({"measure": 0.97}, TypeError, "expected a function that measures"),
        ({"expect": 0.01}, TypeError, "expected an expectation"),
        ({"basis": "guess"}, ValueError, "basis: expected one of"),
        ({"id": "No Hyphen"}, ValueError, "id: expected lower-case words"),
        ({"says": " "}, ValueError, "says: expected a text"),
        ({"expect": NotTestable(WHY)}, TypeError, "takes none"),
    ],
)
def test_a_bad_claim_is_refused(
    changes: dict[str, object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        claim(**{"expect": Within(1, why=WHY), "measure": lambda: 1.0, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: Within(0.1, why="so"), "why: expected the reason"),
        (lambda: Within(-0.1, why=WHY), "tolerance: expected at least 0"),
        (lambda: Ordered(("a",), why=WHY), "two or more different names"),
        (lambda: All({}, why=WHY), "at least one expectation"),
        (lambda: Measured(float("nan")), "finite number, got nan"),
        (lambda: Measured(1, 2, 0), "low <= high"),
        (lambda: Measured(1, low=0), "both or neither"),
    ],
)
def test_bad_parts_are_refused(build: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        build()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("expect", "measured", "error"),
    [
        (Within(1, why=WHY), "much", ValueError),
        (Within(1, why=WHY), None, TypeError),
        (Within(1, why=WHY), True, TypeError),
        (Within(1, why=WHY), float("nan"), ValueError),
        (Holds("so", why=WHY), 1.0, TypeError),
        (Ordered(("a", "b"), why=WHY), {"a": 1.0}, ValueError),
    ],
)
def test_a_measurement_of_the_wrong_kind_names_the_claim(
    expect: Expectation, measured: object, error: type[Exception]
) -> None:
    with pytest.raises(error, match="test-claim: "):
        measure(claim(expect, measured))


def test_two_claims_with_one_id_are_refused() -> None:
    one = claim(AtLeast(0, why=WHY))
    with pytest.raises(ValueError, match="different ids"):
        table([one, one], "bisg")
    with pytest.raises(ValueError, match="one or more claims"):
        table([], "bisg")


def test_the_table_escapes_and_heads_its_cells() -> None:
    html = table([claim(AtLeast(0, why=WHY), 1.0, says="a < b & c")], "bisg")._repr_html_()
    assert "a &lt; b &amp; c" in html
    assert html.count('scope="col"') == 4
    assert html.count('scope="row"') == 1
    assert "<caption>" in html


def test_reason_and_finding_span_the_row_and_only_what_is_known_is_shown() -> None:
    told = claim(Within(0.01, of=0.95, why=WHY), 0.97, finding="Tried three seeds.")
    html = table([told, claim(AtLeast(0, why=WHY), id="a-b", paper="97%")], "bisg")._repr_html_()
    spanning = re.findall(r'<td colspan="4">(.*?)</td>', html)
    assert len(spanning) == 2
    assert WHY in spanning[0]
    assert "Tried three seeds." in spanning[0]
    assert "Finding" not in spanning[1]
    assert html.count("figure: ") == html.count("figure: 97%") == 1


def test_the_paper_heads_the_table_and_the_scoreboard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKEDPAPERS_RECORDS", str(tmp_path))
    shown = table([claim(AtLeast(0, why=WHY))], "bisg", paper="Names & places")
    assert "Claims of “Names &amp; places”: 1 reproduced." in shown._repr_html_()
    heading = re.search(r"<h2 id=\"bisg\">(.*?)</h2>", scoreboard()._repr_html_())
    assert heading
    assert heading[1] == '<a href="bisg.html">Names &amp; places</a>'


@pytest.mark.parametrize(
    ("measured", "text"),
    [
        (Measured(0.12345), "0.123"),
        (Measured(338_167), "338,167"),
        (Measured(0.99164, unit="%"), "99.2%"),
        (
            Measured(1.5, 1, 2, unit="s", interval="95% bootstrap"),
            "1.5 s (1 s to 2 s, 95% bootstrap)",
        ),
        (Measured(True), "yes"),
        (Measured(1_234_567.8), "1,234,568"),
    ],
)
def test_numbers_are_written_for_people(measured: Measured, text: str) -> None:
    assert str(measured) == text


def test_rows_are_recorded_for_the_scoreboard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKEDPAPERS_RECORDS", str(tmp_path))
    shown = table([claim(AtLeast(0, why=WHY))], "bisg")
    board = scoreboard()
    assert board.rows == [{"chapter": "bisg", **shown.rows[0]}]
    assert repr(board) == "1 claims: 1 reproduced"
    (tmp_path / "other.json").write_text(json.dumps([{"id": "x"}]))
    with pytest.raises(ValueError, match=r"other\.json: expected rows of a claims table"):
        scoreboard()


def test_without_a_record_the_scoreboard_says_how_to_make_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("WORKEDPAPERS_RECORDS", raising=False)
    assert "make book" in scoreboard()._repr_html_()
