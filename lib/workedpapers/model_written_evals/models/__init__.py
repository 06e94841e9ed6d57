"""Models that give log-probabilities of answers.

- ``protocol``: the one method that a model has, and models of functions.
- ``cached``: answers kept on disk.
- ``sampling``: models that only write text.
- ``tokens``: log-probabilities of the options from the most probable tokens of a reply.
- ``language``: a language model from a file, such as the one that the book ships with.
"""
