"""A cleaning robot with four wrong objectives, which in training are all one.

- ``room``: a small room with dust, and what can change in it.
- ``planners``: exact plans for five objectives.
- ``inference``: which objective a walk tells of.
"""
