"""What a page shows fits its place: on a desktop, on a phone and on paper."""

import re

import pytest

from tools import serve

from .conftest import PAGES, Visit

pytestmark = pytest.mark.site

#: Boxes of code that are seen, and those behind "code", that do not hold their lines.
CLIPPED = """() => [...document.querySelectorAll('.cell_input pre')]
  .filter(box => box.offsetParent !== null && box.scrollWidth > box.clientWidth)
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

WITH_CODE = [
    page for page in PAGES if "cell_input" in (serve.HTML / page).read_text("utf-8")
    ] if (serve.HTML / PAGES[0]).exists() else []  # fmt: skip


def test_there_are_pages_with_code() -> None:
    assert "book/meg_decoding.html" in WITH_CODE


@pytest.mark.parametrize("page", WITH_CODE)
def test_no_code_is_clipped_on_a_desktop(visit: Visit, book: str, page: str) -> None:
    opened = visit.open(book + page)
    assert not opened.evaluate(CLIPPED)
    opened.eval_on_selector_all("details.hide", "all => all.forEach(d => d.open = true)")
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


@pytest.mark.parametrize("page", WITH_CODE)
def test_exercises_are_numbered_within_the_chapter(page: str) -> None:
    text = (serve.HTML / page).read_text("utf-8")
    headings = re.findall(r'<p class="admonition-title">Exercise ([a-z]+)-(\d+)<span', text)
    assert [int(number) for _, number in headings] == list(range(1, len(headings) + 1))
    assert len({word for word, _ in headings}) <= 1
    assert text.count('<p class="admonition-title">Solution to ') == len(headings)
