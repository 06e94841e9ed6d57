"""What a reader can move.

- ``control``: what every control has; ``slider``, ``choice`` (and toggles), ``lookup``.
- ``play``: time; ``handles``: points that are dragged; ``presets``: named sets of values.
"""
