"""What the book's chapter shows. No other room imports this one.

- ``claims``: the claims, each with the function that measures it.
- ``figures``: the still figures.
- ``explorers``: the figures that move; ``walks`` has the one of the coin world.
- ``coin_study``, ``diversity_study``, ``stack_study``: studies that take minutes; their results.
"""
