"""The built book, served on this machine, and a browser that reaches nothing else."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Route,
)

from tools import serve

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    f"book/{name}.html"
    for name in re.findall(
        r"\b(?:root|file):\s*book/([\w/]+)", (ROOT / "_toc.yml").read_text("utf-8")
    )
]
ALSO = ["index.html", "search.html", "genindex.html", "404.html"]
WIDTHS = {"desktop": 1280, "phone": 390}


def has(page: str, what: str) -> bool:
    """Whether the text of a built page holds something; False where there is no book yet."""
    path = serve.HTML / page
    return path.exists() and what in path.read_text("utf-8")


@pytest.fixture(scope="session")
def book() -> Iterator[str]:
    """Address of the built book."""
    if not (serve.HTML / "index.html").exists():
        pytest.fail("The book is not built: run `make book` first.")
    with serve.server() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}{serve.PREFIX}"
        running.shutdown()


@dataclass
class Visit:
    """An open page, with what it asked for elsewhere and what it complained of."""

    page: Page
    elsewhere: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Block and note every request that leaves this machine; note every error."""
        context.route("**/*", self._route)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(f"error: {error}"))
        self.page.on("requestfailed", lambda r: self.errors.append(f"failed: {r.url}"))
        self.page.on(
            "response",
            lambda r: self.errors.append(f"{r.status} {r.url}") if r.status >= 400 else None,
        )

    def _route(self, route: Route) -> None:
        url = route.request.url
        if re.match(r"http://127\.0\.0\.1|file:|data:|blob:", url):
            route.continue_()
        else:
            self.elsewhere.append(url)
            route.abort()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"console: {message.text}")

    def wait_until_drawn(self) -> None:
        """Wait until every explorer of the page is alive."""
        self.page.wait_for_function(
            "() => document.querySelectorAll('.wp-x[data-drawn]').length"
            " === document.querySelectorAll('[data-wp-still]').length",
        )

    def open(self, url: str) -> Page:
        """Open an address and wait until its explorers are alive."""
        self.page.goto(url)
        self.wait_until_drawn()
        # Sliders for the keyboard that are folded away can be neither focused nor clicked.
        self.page.eval_on_selector_all(
            ".wp-handles details, .wp-more", "all => all.map(d => d.open = true)"
        )
        self.page.wait_for_timeout(300)
        return self.page


@contextmanager
def visiting(browser: Browser, width: str = "desktop", scheme: str = "light") -> Iterator[Visit]:
    """A page in a context of its own."""
    context = browser.new_context(
        viewport={"width": WIDTHS[width], "height": 900}, color_scheme=scheme
    )
    opened = Visit(context.new_page())
    opened.watch(context)
    yield opened
    context.close()


@pytest.fixture
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A fresh page; parametrize ``visit`` indirectly with (width, colour scheme)."""
    with visiting(browser, *getattr(request, "param", ())) as opened:
        yield opened
