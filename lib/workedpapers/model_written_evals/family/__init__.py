"""A family of small transformers in a world where the right answer is known.

- ``world``: users with views, topics with true answers, interlocutors; the answer of Bayes' rule.
- ``transformer``: the networks, many models of one size at once.
- ``training``: pretraining of a family; ``reinforcement``: rewards, and their optimum.
- ``curves``: what is measured on a family, item by item and as curves.
- ``writer``: a model of the family's world that writes biographies, as the paper's models do.
"""
