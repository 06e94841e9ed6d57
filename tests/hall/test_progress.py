import sys

import pytest

from workedpapers.progress import progress_bar


def test_the_items_pass_through_in_order() -> None:
    assert list(progress_bar(iter("abc"), desc="letters", unit="letter", total=3)) == [
        "a",
        "b",
        "c",
    ]


def test_nothing_is_shown_when_nothing_is_wanted() -> None:
    items = [1, 2]
    assert progress_bar(items, desc="numbers", unit="number", show=False) is items


def test_a_build_leaves_no_bar_on_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKEDPAPERS_BUILD", "1")
    items = [1, 2]
    assert progress_bar(items, desc="numbers", unit="number") is items


def test_a_bar_appears_after_three_seconds_and_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKEDPAPERS_BUILD", raising=False)
    bar = progress_bar([1, 2], desc="numbers", unit="number")
    assert (bar.delay, bar.leave) == (3, False)  # type: ignore[attr-defined]
    assert list(bar) == [1, 2]


def test_without_tqdm_there_is_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    items = [1, 2]
    assert progress_bar(items, desc="numbers", unit="number") is items
