"""Training dynamics of GANs whose discriminator is a kernel expansion.

Becker, Pandit, Rangan and Fletcher, *Instability and Local Minima in GAN Training with Kernel
Discriminators*, NeurIPS 2022, https://arxiv.org/abs/2208.09938.

The package trains generated points against a kernel discriminator, exactly and for many settings
at once; says from three numbers whether they converge, swing, collapse or run away; measures the
same from trajectories; and holds both against a small neural GAN. Where to look:

- ``kernels``: kernels of the discriminator.
- ``simulation``: the training itself.
- ``theory``: linear stability, closed forms, equilibria.
- ``measurement``: rates, regimes and coverage from trajectories.
- ``experiments``: modes that overlap, and neural networks.
- ``arguments``: checks that these share.
- ``chapter``: what the book shows; nothing else imports it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
