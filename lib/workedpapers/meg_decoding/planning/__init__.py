"""Whole experiments, simulated before they are run.

- `experiment`: the steps from a picture to the answer of a group
- `performance`: errors of an onset and coverage of its interval, where the truth is known
- `sample_size`: how many subjects and trials
"""
