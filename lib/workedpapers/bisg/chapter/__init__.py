"""What the book's chapter shows. Nothing outside this room imports it.

- ``claims``: the paper's claims, each with the function that measures it.
- ``explorers``, ``name_explorer.js``: the figures that move, and the copy of one for the browser.
- ``figures``: the still figures.
"""
