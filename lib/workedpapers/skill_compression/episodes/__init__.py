"""Episodes of behaviour, and where they come from.

- ``colors``: the paper's two sets of coloured frames, drawn from their published frequencies.
- ``grid``, ``demonstrations``: grids with things to pick up, and a planner's ways through them.
- ``loading``: a reader's own trajectories, as a list of arrays or a table.
- ``padded``: episodes of any length as one array, equal ones counted once.
"""
