"""What trajectories show: rates, regimes, coverage, phase diagrams.

- ``rates``: dominant mode, contraction rate and regime of a trajectory.
- ``metrics``: mode coverage, precision, and maximum mean discrepancy.
- ``phase``: regimes of displaced points over a grid of settings.
- ``trials``: random settings on which theory and simulation are compared.
"""
