"""From log-probabilities to numbers with intervals.

- ``answers``: one row for each item, from its options' log-probabilities: choice, match, ties.
- ``shares``: share of answers that match, with intervals for independent and clustered items.
- ``effects``: the paired effect of the user, and differences between two models.
- ``position``: what the order of the options does.
- ``many_sets``: many data sets at once, and the false discoveries among them.
- ``occupations``: pronouns against statistics of occupations.
- ``planning``: how many clusters a difference needs.
"""
