"""Skills as options of an agent that learns new tasks.

- ``tasks``: things to pick up in order, one agent at a time, with gymnasium's interface.
- ``sets``: sets of options, from a fitted model, a tokenizer, or the truth.
- ``learning``: Q-learning over options, many agents at once.
"""
