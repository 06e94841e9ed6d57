"""What is shown of a search.

- ``conditions``: a slice as words, as a pandas expression and as SQL.
- ``page``: one HTML file with tables, a tree and the overlaps.
"""
