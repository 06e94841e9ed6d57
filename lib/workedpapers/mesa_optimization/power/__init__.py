"""How much optimisation to do in training and how much at run time.

- ``split``: the paper's formula, solved.
- ``mazes``: random mazes with start and goal.
- ``solvers``: programs from a bare table to a full search, with their length in bits.
- ``envelope``: which program is the shortest way to solve N mazes, predicted and measured.
"""
