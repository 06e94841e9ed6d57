"""Settings for every test, and the browser that some of them drive."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

from tests import browsers
from tools.house import ROOT

# Processes that run tests side by side would move each other's files away: each has a folder.
set_hypothesis_home_dir(ROOT / ".hypothesis" / os.environ.get("PYTEST_XDIST_WORKER", "alone"))

# The same examples on every run, and no limit on time: timings belong in benchmarks.
settings.register_profile("book", derandomize=True, deadline=None, database=None)
settings.load_profile("book")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once, loudly, where nothing was tested in a browser."""
    if browsers.find_chromium() is None:
        terminalreporter.write_sep("!", browsers.MISSING, red=True, bold=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium: one for all tests of a process, which can hold no second Playwright."""
    path = browsers.find_chromium()
    if path is None:
        pytest.skip(browsers.MISSING)
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=browsers.ARGUMENTS, timeout=browsers.PATIENCE
        )
        yield browsers.Patient(chromium)
        chromium.close()
