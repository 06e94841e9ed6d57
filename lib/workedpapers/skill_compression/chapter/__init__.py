"""The book's chapter.

- ``claims``: what the paper says, measured. ``figures``, ``tables``: what the book shows.
- ``study``, ``options_study``: stored results and the scripts that make them.
"""
