"""What shows the outputs. A new view is one class here and one file of ``frontend/src``.

- ``view``: what every view tells of itself; ``columns``: views side by side.
- ``axes``: plots, which hold marks: ``lines``, ``points``, ``marker``, ``heatmap``.
- ``bars``, ``picture``, ``words`` (numbers and sentences), ``place`` (controls among the views).
"""
