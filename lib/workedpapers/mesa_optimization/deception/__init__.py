"""When does it pay to look aligned? Planners with training and deployment.

- ``episodes``: the best plan of an agent that is in training first and deployed later.
- ``conditions``: the same with one or more of the paper's three conditions missing.
- ``absent``: an agent that cannot tell training from deployment.
"""
