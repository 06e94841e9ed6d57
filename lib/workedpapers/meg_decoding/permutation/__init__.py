"""Permutation tests of one recording.

- `exchangeability`: which labels may change places
- `over_times`: the test of `decode`, corrected over times
- `over_cells`: the tests of `generalise`, corrected over cells of training and test time
"""
