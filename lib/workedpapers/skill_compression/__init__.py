"""Skills as the shortest description of behaviour, by exact inference.

Jiang, Liu, Eysenbach, Kolter and Finn, *Learning Options via Compression*, NeurIPS 2022,
https://arxiv.org/abs/2212.04590.

The paper cuts episodes into segments, each with a skill, and prices the length of the code for the
skills. Here the sums over all segmentations are exact. Where to look:

- ``segments``: the segmental model, its EM, prices, bounds and the two-part description.
- ``episodes``: coloured frames and ways through grids, with a known truth; a reader's own
  trajectories.
- ``options``: skills as options of agents that learn new tasks by Q-learning.
- ``neural``: the same objective with a network in the place of exact sums.
- ``measures``: boundary scores, purity, what degenerate solutions cost, tokenizers as peers.
- ``chapter``: what the book shows; nothing else imports it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
