"""Which conjunctions are looked at.

- ``slice_table``: the slices found, as arrays. ``space``: how many conjunctions there are.
- ``enumeration``: level by level, all of them. ``best_first``: by priority, with a budget.
"""
