"""The browser that tests drive: Debian's Chromium, or any Chromium that is installed."""

import shutil
from pathlib import Path

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


def find_chromium() -> str | None:
    """Path of an installed Chromium, None if there is none."""
    found = (shutil.which(place) or (place if Path(place).exists() else None) for place in _PLACES)
    return next((place for place in found if place), None)
