"""What a kernel GAN does, worked out by hand; no simulation.

- ``linear``: stability of generated points that sit on one isolated true point.
- ``closed_forms``: critical rates of the generator, radius and threshold of a collapse.
- ``configurations``: equilibria of any arrangement of points, and their stability.
- ``assignments``: which ways of sharing true points among generated points can last.
- ``separation``: what a point feels of true points that are not its own.
- ``propulsion``: the speed of a lone point that runs away.
- ``dirac``: the Dirac-GAN, to which a very wide kernel leads.
"""
