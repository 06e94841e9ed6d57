"""Items that language models write.

- ``pipeline``: a model writes statements, a scorer ranks them, the surest are kept.
"""
