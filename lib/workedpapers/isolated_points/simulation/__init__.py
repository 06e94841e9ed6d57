"""Training of generated points against a kernel discriminator, step by step.

- ``settings``: the arguments of a simulation, checked once and brought to one shape.
- ``history``: the discriminator as a sum over what it has seen; any kernel, any dimension.
- ``lattice``: the discriminator as numbers on a lattice; Gaussians on a line, constant work a step.
- ``dynamics``: the players' steps, and `simulate`.
- ``run``: what a simulation returns.
"""
