"""From thousands of overlapping slices to the few that explain them.

- ``cover``: greedy choice of causes, each tested on what the others leave.
- ``overlap``: which causes share rows, and which cause explains a slice.
"""
