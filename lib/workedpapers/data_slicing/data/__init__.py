"""Tables to search.

- ``tables``: Adult, COMPAS, German credit and a table of credit cards, read inside packages.
- ``planted``: a generator whose bad slices are known.
"""
