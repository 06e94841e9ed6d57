"""The explorer: its JavaScript and the library agree."""

import pytest

from workedpapers.bisg.chapter import explorers
from workedpapers.explore import check_mirror

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_the_page_without_a_kernel_agrees_with_the_library() -> None:
    explorer = explorers.name_explorer(stored_only=True)
    # Percentage points: the page stores shares in 16 bits.
    assert check_mirror(explorer, samples=300, seed=1) < 0.05


def test_the_explorer_fits_into_a_page() -> None:
    explorer = explorers.name_explorer(static=True)
    assert explorer.static_report is not None
    assert explorer.static_report.total < 400_000


def test_each_step_is_a_distribution_and_says_what_it_used() -> None:
    steps = explorers.build_up("  o'neil ", "94110")
    for name in ("prior", "with_surname", "with_place"):
        assert steps[name].sum() == pytest.approx(100)
    assert steps["surname_found"] == "ONEIL"
    assert steps["place_found"] == "94110"


def test_unknown_evidence_changes_nothing_and_is_told() -> None:
    steps = explorers.build_up("Xqzzt", "00000")
    assert steps["with_place"] == pytest.approx(steps["prior"])
    assert not steps["name_known"]
    assert not steps["place_known"]
    assert explorers.build_up("", "")["name_known"]


def test_the_commonest_names_and_largest_areas_come_first() -> None:
    assert explorers.commonest_surnames(3) == ("SMITH", "JOHNSON", "WILLIAMS")
    assert len(set(explorers.largest_areas(500))) == 500


@pytest.mark.parametrize(("typed", "key"), [("García", "GARCIA"), ("O’Neil", "ONEIL"), ("", "")])
def test_typed_names_are_reduced_to_letters(typed: str, key: str) -> None:
    assert explorers.page_key(typed) == key
