"""Learned optimisers: models of ours for the concepts of a conceptual paper.

Hubinger, van Merwijk, Mikulik, Skalse and Garrabrant, *Risks from Learned Optimization in
Advanced Machine Learning Systems*, 2019, https://arxiv.org/abs/1906.01820.

The paper has definitions, two small formulas and one worked example, and no experiment. The
package turns them into six experiments that can be measured. Where to look:

- ``power``: how much optimisation to do in training and how much at run time; mazes.
- ``regression``: one layer of linear attention, which learns a step of gradient descent.
- ``bandits``: recurrent agents that learn to explore, beside exact optimal values.
- ``cleaning``: planners that all clean well in training and want four other things.
- ``coin_world``: agents trained on a coin that is always in the same corner.
- ``deception``: when it pays to look aligned.
- ``learning``: small networks with gradients by hand, which the others share.
- ``chapter``: what the book shows; nothing else imports it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
