"""Items that language models write.

- ``pipeline``: a model writes statements, a scorer ranks them, the surest are kept.
- ``embeddings``: a scorer that compares sentences, without a language model.
- ``biographies``: people of each view, and the questions that they ask.
- ``shots``: questions with two answers, written after examples.
- ``pronouns``: sentences with a blank for a pronoun, in several stages.
- ``planes``: items in the plane.
- ``steps``: what is kept of each step, so that a run can be cut off.
"""
