"""Small networks with gradients by hand, many at once.

- ``adam``: the optimiser, with a clip for each agent.
- ``layers``: a policy and a value from a picture.
- ``gated``: a recurrent network with gates, and the way back through time.
"""
