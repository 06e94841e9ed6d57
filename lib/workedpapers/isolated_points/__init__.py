"""Training dynamics of GANs whose discriminator is a kernel expansion.

Becker, Pandit, Rangan and Fletcher, *Instability and Local Minima in GAN Training with Kernel
Discriminators*, 2022, https://arxiv.org/abs/2208.09938.
"""
