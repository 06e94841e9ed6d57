"""Every explorer of the book, on the built page: what is drawn follows its controls."""

import http.server
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ElementHandle, Page, Response

from tools import serve

from .conftest import PAGES, Visit, visiting

pytestmark = pytest.mark.site

WITH_EXPLORERS = [
    page for page in PAGES if "data-wp-still" in (serve.HTML / page).read_text("utf-8")
    ] if (serve.HTML / PAGES[0]).exists() else []  # fmt: skip

DRAWN = """figure => JSON.stringify([
  [...figure.querySelectorAll('canvas')].map(c => c.toDataURL()),
  figure.querySelector('.wp-views').innerText,
  [...figure.querySelectorAll('[role=img]')].map(e => e.getAttribute('aria-label')),
])"""


def drawn(figure: ElementHandle) -> str:
    """Pixels, texts and labels of an explorer."""
    return str(figure.evaluate(DRAWN))


def explorers(page: Page) -> list[ElementHandle]:
    """The figures that can be moved; a quiz waits for its answer."""
    return page.query_selector_all(".wp-x:not(.wp-waiting)")


CHANGED = f"""async ([figure, before]) => {{
  const drawn = {DRAWN};
  for (let i = 0; i < 40; i++) {{
    for (let k = 0; k < 6; k++) await new Promise(requestAnimationFrame);
    if (drawn(figure) !== before) return true;
  }}
  return false;
}}"""


def wait_for_change(page: Page, figure: ElementHandle, before: str) -> bool:
    """Whether the explorer changed within 240 frames, however long a machine takes for one."""
    return bool(page.evaluate(CHANGED, [figure, before]))


@dataclass
class Read:
    """A page that several tests look at and leave as it is; opening it is most of their cost."""

    name: str
    page: Page
    weights: dict[str, int]


@pytest.fixture(scope="module", params=WITH_EXPLORERS)
def read(browser: Browser, book: str, request: pytest.FixtureRequest) -> Iterator[Read]:
    """A page to look at, with the bytes of each file that it loaded."""
    responses: list[Response] = []
    with visiting(browser) as visit:
        visit.page.on("response", lambda response: responses.append(response))
        visit.open(book + request.param)
        visit.page.wait_for_load_state("networkidle")
        weights = {
            re.sub(r"[?#].*", "", r.url): len(r.body()) for r in responses if "http" in r.url
        }
        yield Read(request.param, visit.page, weights)


@pytest.fixture(scope="module", params=WITH_EXPLORERS)
def used(browser: Browser, book: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page whose explorers several tests move; see ``moving``."""
    with visiting(browser) as visit:
        yield visit.open(book + request.param)


@pytest.fixture
def moving(used: Page) -> Page:
    """A page whose explorers stand as they were opened."""
    for figure in explorers(used):
        if reset := figure.query_selector(".wp-reset:not([disabled])"):
            reset.click()
    used.wait_for_timeout(300)
    return used


def test_there_are_explorers() -> None:
    assert "book/bisg.html" in WITH_EXPLORERS
    assert "book/explorers.html" in WITH_EXPLORERS


def test_a_static_page_says_where_its_numbers_come_from(read: Read) -> None:
    kinds = read.page.eval_on_selector_all(".wp-x .wp-badge", "all => all.map(b => b.dataset.kind)")
    assert kinds
    assert set(kinds) <= {"grid", "mirror"}


def test_every_slider_moves_by_keyboard(moving: Page) -> None:
    opened = moving
    for figure in explorers(opened):
        for slider in figure.query_selector_all("input[type=range]"):
            before = drawn(figure)
            slider.focus()
            opened.keyboard.press("End")
            if not wait_for_change(opened, figure, before):
                opened.keyboard.press("Home")
                assert wait_for_change(opened, figure, before)


def test_every_slider_moves_by_mouse(moving: Page) -> None:
    opened = moving
    for figure in explorers(opened):
        for slider in figure.query_selector_all("input[type=range]"):
            slider.scroll_into_view_if_needed()
            box = slider.bounding_box()
            assert box
            before = drawn(figure)
            for share in (0.15, 0.85):
                opened.mouse.click(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
                if wait_for_change(opened, figure, before):
                    break
            else:
                pytest.fail("the slider moved and nothing else did")


def makes_a_difference(page: Page, figure: ElementHandle, act: Callable[[], None]) -> bool:
    """Whether an act changes the figure, wherever its sliders stand: at a limit it need not."""
    for place in ("", "End", "Home"):
        for slider in figure.query_selector_all("input[type=range]") if place else ():
            slider.focus()
            page.keyboard.press(place)
        page.wait_for_timeout(300)
        before = drawn(figure)
        act()
        if wait_for_change(page, figure, before):
            return True
    return False


def test_every_choice_and_toggle_changes_the_figure(moving: Page) -> None:
    opened = moving

    def press(handle: ElementHandle, selector: str, key: str) -> None:
        (handle.query_selector(selector) or handle).focus()
        opened.keyboard.press(key)

    for figure in explorers(opened):
        for toggle in figure.query_selector_all("input[role=switch]"):
            act = partial(press, toggle, "input", "Space")
            assert makes_a_difference(opened, figure, act)
        for group in figure.query_selector_all("fieldset"):
            act = partial(press, group, "input:checked", "ArrowRight")
            assert makes_a_difference(opened, figure, act)
        for menu in figure.query_selector_all(".wp-menu select"):
            assert makes_a_difference(opened, figure, partial(press, menu, "select", "ArrowDown"))


@pytest.mark.parametrize(
    "visit", [("desktop", "light"), ("phone", "dark")], indirect=True, ids="-".join
)
def test_a_reader_types_a_name_and_a_place(visit: Visit, book: str) -> None:
    opened = visit.open(book + "book/bisg.html")
    figure = explorers(opened)[0]
    label = "[role=img]"

    def spoken() -> str:
        return str(figure.query_selector(label).get_attribute("aria-label"))  # type: ignore[union-attr]

    name, place = figure.query_selector_all("input[role=combobox]")
    before = drawn(figure)
    name.fill("nguy")
    opened.keyboard.press("ArrowDown")
    opened.keyboard.press("Enter")
    assert wait_for_change(opened, figure, before)
    assert "NGUYEN" in spoken()
    before = drawn(figure)
    place.fill("60629")
    opened.keyboard.press("Enter")
    assert wait_for_change(opened, figure, before)
    assert "60629" in spoken()
    before = drawn(figure)
    name.fill("Xqzztt")
    opened.keyboard.press("Enter")
    assert wait_for_change(opened, figure, before)
    assert "not known here" in figure.query_selector(".wp-views").inner_text()  # type: ignore[union-attr]


def test_colours_follow_the_theme(read: Read) -> None:
    for figure in explorers(read.page):
        if not figure.query_selector(".uplot"):
            continue  # a picture keeps its colours
        for theme in ("dark", "light"):
            before = drawn(figure)
            read.page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
            assert wait_for_change(read.page, figure, before)
            # Samples of the legend stand on the figure's own ground in either.
            grounds = figure.eval_on_selector_all(
                ".wp-sample", "all => all.map(e => getComputedStyle(e).backgroundColor)"
            )
            assert set(grounds) <= {"rgba(0, 0, 0, 0)"}


def test_the_still_gives_way_to_the_figure(read: Read) -> None:
    shown = read.page.eval_on_selector_all(
        "[data-wp-still]", "all => all.filter(e => e.offsetParent !== null).length"
    )
    assert shown == 0


@pytest.mark.parametrize("page", WITH_EXPLORERS)
def test_without_scripts_a_picture_remains(browser: Browser, book: str, page: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(book + page)
    stills = opened.locator("[data-wp-still]")
    assert stills.count() > 0
    assert all(still.is_visible() for still in stills.all())
    context.close()


@pytest.mark.parametrize("page", WITH_EXPLORERS)
def test_explorers_live_on_a_page_opened_from_a_file(visit: Visit, page: str) -> None:
    opened = visit.open((serve.HTML / page).as_uri())
    figures = explorers(opened)
    assert figures
    sliders = [(f, s) for f in figures for s in f.query_selector_all("input[type=range]")]
    for figure, slider in sliders[:1]:
        before = drawn(figure)
        slider.focus()
        opened.keyboard.press("End")
        if not wait_for_change(opened, figure, before):  # it stood there
            opened.keyboard.press("Home")
            assert wait_for_change(opened, figure, before)
    assert not visit.elsewhere


@pytest.mark.parametrize("page", WITH_EXPLORERS)
def test_every_quiz_is_answered_by_keyboard(visit: Visit, book: str, page: str) -> None:
    opened = visit.open(book + page)
    quizzes = opened.query_selector_all(".wp-waiting")
    assert len(quizzes) >= (1 if page == "book/explorers.html" else 2)
    for figure in quizzes:
        before = drawn(figure)
        figure.scroll_into_view_if_needed()
        board = figure.query_selector(".wp-board")
        field = figure.query_selector(".wp-estimate input")
        if board:
            board.focus()
            for _ in range(12):
                opened.keyboard.press("ArrowUp")
                opened.keyboard.press("ArrowRight")
            figure.query_selector(".wp-show").focus()  # type: ignore[union-attr]
        elif field:
            field.focus()
            opened.keyboard.type("1")
        else:
            figure.query_selector(".wp-ask input[type=radio]").focus()  # type: ignore[union-attr]
            opened.keyboard.press("Space")
        opened.keyboard.press("Enter")
        verdict = figure.wait_for_selector(".wp-verdict")
        assert re.match(r"Right\.|Not so\.", verdict.inner_text())  # type: ignore[union-attr]
        assert not opened.query_selector_all(".wp-verdict:empty:visible")
        assert wait_for_change(opened, figure, before)
        assert "wp-waiting" not in str(figure.get_attribute("class"))


def test_sentences_that_set_a_state_do(moving: Page) -> None:
    opened = moving
    links = opened.query_selector_all("a.wp-set")
    assert links
    for link in links:
        name = str(link.get_attribute("href")).removeprefix("#").split("?")[0]
        figure = opened.query_selector(f"[id='{name}'] .wp-x")
        assert figure
        reset = figure.query_selector(".wp-reset")
        assert reset
        reset.click()
        opened.wait_for_timeout(300)
        at_start = drawn(figure)
        link.click()
        figure.scroll_into_view_if_needed()
        changed = wait_for_change(opened, figure, at_start)
        # A link may name the state in which the figure starts, and then the address names none.
        assert changed or opened.evaluate("location.hash") in ("", f"#{name}")


FIRST_VIEW = """figure => {
  const top = figure.getBoundingClientRect().top;
  const first = figure.querySelector('.wp-first').getBoundingClientRect().bottom;
  const sentence = figure.querySelector('.wp-sentence')?.getBoundingClientRect().bottom ?? first;
  const control = Math.min(...[...figure.querySelectorAll('.wp-controls .wp-control')]
    .filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect().bottom));
  return Math.max(first, sentence, control) - top;
}"""


def fold(page: Page) -> None:
    """Close what is folded away until it is asked for."""
    page.eval_on_selector_all(
        ".wp-handles details, .wp-more", "all => all.map(d => d.open = false)"
    )


def test_picture_control_and_answer_are_in_one_view(read: Read) -> None:
    if read.name == "book/explorers.html":
        pytest.skip("a page of examples, some of which are large on purpose")
    read.page.set_viewport_size({"width": 1280, "height": 800})
    fold(read.page)
    read.page.wait_for_timeout(300)
    for figure in explorers(read.page):
        assert figure.evaluate(FIRST_VIEW) <= 700


def test_few_tab_stops_and_labels_that_differ(read: Read) -> None:
    fold(read.page)
    for figure in read.page.query_selector_all(".wp-x"):
        stops = figure.evaluate(
            "f => [...f.querySelectorAll('a, button, input, select, summary, [tabindex]')].filter("
            "e => e.tabIndex >= 0 && !e.disabled && e.checkVisibility()).length"
        )
        assert stops <= 12
        labels = figure.eval_on_selector_all("[role=img]", "all => all.map(e => e.ariaLabel)")
        assert len(set(labels)) == len(labels)


def test_a_page_is_light_and_carries_no_widgets(read: Read) -> None:
    weights = read.weights
    assert sum(n for url, n in weights.items() if "mathjax" not in url) <= 2_500_000
    names = " ".join(weights)
    assert not re.search(r"require|html-manager|anywidget|fontawesome\.js", names)
    assert len([url for url in weights if url.endswith(("figures.js", "explorer.css"))]) == 2
    text = (serve.HTML / read.name).read_text("utf-8")
    assert "widget-state" not in text
    if read.name == "book/explorers.html":
        assert len(text.encode()) <= 900_000
        assert text.count('class="wp-spec"') >= 12


class HeldBack(serve.Handler):
    """Sends a page but for its end, which waits until it is asked for."""

    release: threading.Event

    def do_GET(self) -> None:  # noqa: N802 (the name that http.server calls)
        path = Path(self.translate_path(self.path.split("?")[0]))
        if path.suffix != ".html":
            super().do_GET()
            return
        body = path.read_bytes()
        end = body.rindex(b"</article>")
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:end])
        self.wfile.flush()
        self.release.wait()
        self.wfile.write(body[end:])


@pytest.mark.parametrize("page", WITH_EXPLORERS)
def test_the_first_figure_does_not_wait_for_the_end_of_the_page(visit: Visit, page: str) -> None:
    release = threading.Event()
    held = type("Held", (HeldBack,), {"release": release})
    handler = partial(held, directory=str(serve.HTML))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        try:
            visit.page.goto(
                f"http://127.0.0.1:{running.server_port}{serve.PREFIX}{page}", wait_until="commit"
            )
            visit.page.wait_for_selector(".wp-x[data-drawn]", state="attached")
            state = visit.page.evaluate(
                "() => [document.readyState, document.querySelectorAll('.wp-x[data-drawn]').length]"
            )
        finally:
            release.set()
        assert state == ["loading", 1]
        visit.wait_until_drawn()
        running.shutdown()
    assert not visit.errors


def test_two_figures_of_one_function_share_their_data(book: str) -> None:
    text = (serve.HTML / "book" / "bisg.html").read_text("utf-8")
    blocks = re.findall(r'class="wp-store" data-digest="(\w+)">(.{0,40})', text)
    assert len({digest for digest, _ in blocks}) < len(blocks)
    full = [digest for digest, start in blocks if not start.startswith("</script>")]
    assert len(full) == len(set(full))
