"""Would you believe this score? Evaluations that language models write, and how to read them.

Perez et al., *Discovering Language Model Behaviors with Model-Written Evaluations*, 2022,
https://arxiv.org/abs/2212.09251.

The package reads the published items, asks a model for the log-probabilities of the answers, and
turns them into shares and effects with intervals that fit how the items depend on each other. A
family of small transformers, trained in a world where the true answers are known, shows what the
paper's curves look like beside the best prediction and beside the optimum of reinforcement
learning, both in closed form.

Where to look:

- ``items``: one form for all published layouts; what is wrong with a set.
- ``models``: what a model is here; functions, language models from a file, models that only write.
- ``engine``: Inspect AI: its models here, our items and models there.
- ``generation``: statements that a model writes and a scorer ranks, in steps that can be resumed.
- ``scoring``: from log-probabilities to numbers with intervals; power; many sets.
- ``family``: the world, the transformers, reinforcement learning, and a model that writes items.
- ``chapter``: what the book shows; nothing else imports it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
