"""The same objective with a network in the place of exact sums.

- ``network``: boundaries and codes guessed from the frames around; one pass over episodes.
- ``amortised``: training, and the estimator.
"""
