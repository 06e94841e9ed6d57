"""The browser that tests drive: Debian's Chromium, or any Chromium that is installed."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

#: No background traffic: what a page requests is all that the browser requests.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

_PLACES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)

MISSING = (
    "NO CHROMIUM FOUND: the pages of the book were not tested in a browser. "
    "On Debian: apt-get install chromium"
)


#: Milliseconds that a page may take for anything: a guard against waiting for ever, and no limit
#: that a slow machine could reach.
PATIENCE = 20 * 60 * 1000


class Patient:
    """A browser whose pages wait as long as a slow machine needs."""

    def __init__(self, browser: "Browser") -> None:
        self._browser = browser

    def new_context(self, **options: Any) -> "BrowserContext":
        """Open a context of the browser."""
        context = self._browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        return context

    def new_page(self, **options: Any) -> "Page":
        """Open a page in a context of its own."""
        page = self._browser.new_page(**options)
        page.set_default_timeout(PATIENCE)
        return page


def find_chromium() -> str | None:
    """Path of an installed Chromium, None if there is none."""
    found = (shutil.which(place) or (place if Path(place).exists() else None) for place in _PLACES)
    return next((place for place in found if place), None)
