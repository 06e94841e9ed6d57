"""The coin world: a grid where the coin nearly always lies in the corner.

- ``levels``: random levels, in training and for the test.
- ``world``: moves and what an agent sees.
- ``training``: proximal policy optimisation, many seeds at once.
- ``outcomes``: where trained agents go when the coin has moved.
"""
