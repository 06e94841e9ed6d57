"""What the book's chapter shows. No other room imports this one.

- ``claims``: the paper's claims, each with the function that measures it.
- ``figures``: the still figures.
- ``live``, ``live_run``, ``live_theory``, ``live.js``: the explorer "Training live" and its copy
  for the browser.
- ``width``: the explorer "Points that are not isolated".
- ``ring_study``, ``networks``: studies that take minutes, with their stored results.
"""
