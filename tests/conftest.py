"""Settings for every test."""

import pytest
from hypothesis import settings

import browsers

# The same examples on every run, and no limit on time: timings belong in benchmarks.
settings.register_profile("book", derandomize=True, deadline=None)
settings.load_profile("book")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once, loudly, where nothing was tested in a browser."""
    if browsers.find_chromium() is None:
        terminalreporter.write_sep("!", browsers.MISSING, red=True, bold=True)
