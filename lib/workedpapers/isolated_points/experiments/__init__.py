"""Beyond isolated points: overlapping modes, and neural networks.

- ``ring_of_modes``: eight modes on a ring, from random starts, over kernel width and G.
- ``neural``: a small neural GAN, trained on the same ring or on own data. Needs PyTorch.
- ``training``: the settings of such a training; ``game``: its players and their steps.
"""
