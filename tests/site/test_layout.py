"""What a page shows fits its place on a desktop and on paper; its code can be shown."""

import re

import pytest

from tools import serve

from .conftest import PAGES, Visit, has

pytestmark = pytest.mark.site

WITH_CODE = [page for page in PAGES if has(page, "cell_input")]


def test_there_are_pages_with_code() -> None:
    assert "book/meg_decoding.html" in WITH_CODE


@pytest.mark.parametrize("page", [page for page in WITH_CODE if has(page, "above-input")])
def test_one_switch_shows_all_code_and_is_remembered(visit: Visit, book: str, page: str) -> None:
    opened = visit.open(book + page)
    boxes = "all => all.map(box => box.open)"
    switch = opened.locator(".wp-all-code")
    assert not any(opened.eval_on_selector_all("details.hide.above-input", boxes))
    switch.click()
    assert all(opened.eval_on_selector_all("details.hide.above-input", boxes))
    assert switch.get_attribute("aria-pressed") == "true"
    opened = visit.open(book + page)
    assert all(opened.eval_on_selector_all("details.hide.above-input", boxes))
    opened.locator(".wp-all-code").click()
    assert not any(opened.eval_on_selector_all("details.hide.above-input", boxes))


@pytest.mark.parametrize("page", WITH_CODE)
def test_exercises_are_numbered_within_the_chapter(page: str) -> None:
    text = (serve.HTML / page).read_text("utf-8")
    headings = re.findall(r'<p class="admonition-title">Exercise ([a-z]+)-(\d+)<span', text)
    assert [int(number) for _, number in headings] == list(range(1, len(headings) + 1))
    assert len({word for word, _ in headings}) <= 1
    assert text.count('<p class="admonition-title">Solution to ') == len(headings)
