"""Inspect AI as the engine: its models here, our items and local models there.

- ``remote``: every model that Inspect reaches, as a model of `evaluate`.
- ``provider``: models from this machine, as ``workedpapers/NAME`` in Inspect.
- ``tasks``: our items as tasks of Inspect.
- ``logs``: logs of these tasks, as what `evaluate` returns.
- ``registry``: what Inspect loads, by the entry point of the package.
"""
