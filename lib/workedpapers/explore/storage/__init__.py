"""What a static page carries of a function, and how exact it is.

- ``grid``: the function on a grid of its parameters; ``interpolation``: between the nodes.
- ``quantise``: arrays as few bytes; ``precision``: errors measured, and sizes counted.
"""
