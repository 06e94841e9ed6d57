"""What a page shows fits its place: on a desktop, on a phone and on paper."""

import re

import pytest

from tools import serve

from .conftest import PAGES, Visit

pytestmark = pytest.mark.site

#: Boxes of code that are seen, and those behind "code", that do not hold their lines.
CLIPPED = """() => [...document.querySelectorAll('.cell_input pre')]
  .filter(box => box.checkVisibility({contentVisibilityAuto: true}))
  .filter(box => box.scrollWidth > box.clientWidth)
  .map(box => box.innerText.split('\\n').sort((a, b) => b.length - a.length)[0])"""
#: What on paper cannot be scrolled to: code, printed text, tables and equations.
CUT = """() => [...document.querySelectorAll(
    '.cell_input pre, .cell_output pre, .wp-scroll, table, mjx-container[display="true"]')]
  .filter(box => box.offsetParent !== null)
  .filter(box => box.scrollWidth > box.clientWidth + 1
              || box.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(box => `${box.tagName} ${box.className}: ${box.innerText.slice(0, 80)}`)"""
#: Whether something wider than its place can be scrolled to, by touch and by key.
LOST = """() => {
  const lost = [];
  const wide = document.documentElement.clientWidth;
  for (const thing of document.querySelectorAll(
      '.bd-article table, .bd-article mjx-container[display="true"], .bd-article pre')) {
    if (thing.offsetParent === null) continue;
    if (thing.getBoundingClientRect().right <= wide && thing.scrollWidth <= thing.clientWidth + 1)
      continue;
    let box = thing;
    while (box && !(['auto', 'scroll'].includes(getComputedStyle(box).overflowX)
                    && box.scrollWidth > box.clientWidth)) box = box.parentElement;
    if (!box || box.getBoundingClientRect().right > wide || box.tabIndex < 0)
      lost.push(`${thing.tagName} ${thing.className}: ${thing.innerText.slice(0, 80)}`);
  }
  return lost;
}"""

#: Heights of letters, in px, of the still figures that are seen.
LETTERS = """() => [...document.querySelectorAll('.wp-figure svg')]
  .filter(svg => svg.getBoundingClientRect().width > 0)
  .flatMap(svg => [...svg.querySelectorAll('[id*="text_"] > g[transform*="scale"]')].map(text => {
    const points = 100 * /scale\\(([\\d.]+)/.exec(text.getAttribute('transform'))[1];
    return points * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  }))"""


def has(page: str, what: str) -> bool:
    """Whether the text of a built page holds something; False where there is no book yet."""
    path = serve.HTML / page
    return path.exists() and what in path.read_text("utf-8")


WITH_CODE = [page for page in PAGES if has(page, "cell_input")]


def test_there_are_pages_with_code() -> None:
    assert "book/meg_decoding.html" in WITH_CODE


@pytest.mark.parametrize("page", WITH_CODE)
def test_no_code_is_clipped_on_a_desktop(visit: Visit, book: str, page: str) -> None:
    opened = visit.open(book + page)
    assert not opened.evaluate(CLIPPED)
    opened.eval_on_selector_all("details", "all => all.forEach(d => d.open = true)")
    assert not opened.evaluate(CLIPPED)


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_cut_in_print(visit: Visit, book: str, page: str) -> None:
    opened = visit.open(book + page)
    opened.emulate_media(media="print")
    opened.set_viewport_size({"width": 718, "height": 1000})  # A4 with margins of 1 cm
    opened.wait_for_timeout(300)
    assert not opened.evaluate(CUT)


@pytest.mark.parametrize("visit", [("phone", "light")], indirect=True, ids="-".join)
@pytest.mark.parametrize("page", [*PAGES, "genindex.html"])
def test_what_is_wider_than_a_phone_can_be_scrolled(visit: Visit, book: str, page: str) -> None:
    opened = visit.open(book + page)
    assert opened.evaluate("document.documentElement.scrollWidth") <= 390
    assert not opened.evaluate(LOST)


@pytest.mark.parametrize("visit", [("phone", "light")], indirect=True, ids="-".join)
@pytest.mark.parametrize("page", [page for page in WITH_CODE if has(page, "wp-figure")])
def test_letters_of_still_figures_can_be_read_on_a_phone(
    visit: Visit, book: str, page: str
) -> None:
    heights = visit.open(book + page).evaluate(LETTERS)
    assert len(heights) > 10
    assert min(heights) >= 9


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
