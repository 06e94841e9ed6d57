"""Race and ethnicity probabilities from names and places.

Rosenman, Olivella and Imai, *Race and ethnicity data for first, middle, and last names*, 2022,
https://arxiv.org/abs/2208.12443; published in Scientific Data 10:299, 2023.

The package looks names up in the paper's dictionaries and in those of the US Census, cleans them
in stated steps, and combines surname, first name and place by Bayes' rule (BISG, BIFSG). Every
row of a result says which evidence it rests on, why it abstains, and which population it is
tied to. It gives probabilities, never a label: they are meant for sums over many people.

Where to look:

- ``prediction`` (one data frame), ``batches`` (files and streams), ``database`` (Ibis): the same
  answers in three places; ``settings`` checks what they are asked for, ``matching`` finds names
  and places in the tables.
- ``model``: the equations. ``normalise``: from one conditional form to another. ``fbisg``: counts
  of small places as uncertain.
- ``cleaning``: names as people write them; ``geography``: codes of places, and their shares.
- ``name_table``, ``geography``: the two kinds of table; ``cells``, ``categories``: their columns.
- ``data``, ``sources``, ``rosenman``, ``florida``: where tables and test data come from.
- ``evaluation``: how good probabilities are; ``disparity``: what becomes of differences between
  groups; ``simulate``: people whose group is known.
- ``chapter``: what the book shows; nothing else imports it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
