"""The exact segmental model.

- ``lattice``: all segments that episodes can be cut into, each distinct one numbered once.
- ``passes``: forward filtering, backward smoothing and the best path over a lattice.
- ``families``: how a skill emits a segment; every family is statistics times parameters.
- ``skills``: shares, durations and emissions of skills; EM.
- ``descriptions``: likelihood, length of the code, length of the codebook.
- ``pruning``: the two-part description: delete and refit, cut, align.
- ``dual``: a bound in the place of a price.
- ``streaming``: EM over batches of episodes.
- ``settings``, ``model``: what a user asks for, and the estimator.
"""
