"""Settings for every test."""

from hypothesis import settings

# The same examples on every run, and no limit on time: timings belong in benchmarks.
settings.register_profile("book", derandomize=True, deadline=None)
settings.load_profile("book")
