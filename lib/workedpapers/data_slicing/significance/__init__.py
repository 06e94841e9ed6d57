"""Which slices are more than chance.

- ``tails``: p-values of a draw without replacement. ``welch``: the usual test, for comparison.
- ``clusters``: rows that belong together. ``permuted``: the smallest p-value under shuffled losses.
- ``multiplicity``: Benjamini-Hochberg, and LORD for tests in an order.
- ``testing``: the choice among them, for a table of slices.
"""
