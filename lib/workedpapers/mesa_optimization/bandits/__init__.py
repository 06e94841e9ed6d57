"""Bandits with uniform priors: exact values of rules, and recurrent agents that learn one.

- ``exact_values``: values by dynamic programming, of the best rule and of others.
- ``agents``: recurrent agents, with and without a cue that tells the task.
- ``tree``: the exact value of an agent, by walking all that can happen to it.
"""
