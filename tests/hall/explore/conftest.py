"""A browser, a page with every sample, and a watch over what the page does."""

import pytest

from tests.hall.explore.explore_pages import page_of
from tests.hall.explore.explore_samples import ALL


@pytest.fixture(scope="module")
def explorers():
    return {name: make() for name, make in ALL.items()}


@pytest.fixture(scope="module")
def address(explorers, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(page_of(explorers), encoding="utf8")
    return path.as_uri()


class Watched:
    """A page that notes what must not happen: errors, and requests that leave the machine."""

    def __init__(self, page):
        self.page, self.bad = page, []
        page.on("pageerror", lambda error: self.bad.append(str(error)))
        page.on("console", lambda m: self.bad.append(m.text) if m.type == "error" else None)
        page.on("request", self.request)

    def request(self, request):
        if not request.url.startswith(("file:", "data:", "blob:")):
            self.bad.append(request.url)


@pytest.fixture
def open_page(browser, address):
    contexts, watched = [], []

    def open_at(width=1280, address=address, ready="html[data-ready=yes]", **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        watched.append(Watched(page))
        page.goto(address)
        if ready:
            page.wait_for_selector(ready, state="attached")
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert [bad for one in watched for bad in one.bad] == []
