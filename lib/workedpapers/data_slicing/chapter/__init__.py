"""What the book shows; no other room imports it.

- ``predictions``: out-of-fold predictions for tables without a deployed score.
- ``null_study``: false alarms on shuffled losses; ``early_study``: of searches that stop early.
- ``engine_study``: what each engine costs.
- ``recall``: how much of the space must be inspected. ``power``: planted slices, found or not.
- ``claims``, ``figures``, ``explorers``.
"""
