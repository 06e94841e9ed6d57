"""Where sums are computed.

- ``tallies``: the state of a slice as a tuple of sums; partial sums and how they merge.
- ``population``: moments of the loss over all rows.
- ``memory``: the default, numpy on one core. ``database``: the same sums as an Ibis expression.
"""
