"""Where does a model fail? A search over every slice of a table.

Liu, Rosen and Suganthan G. C., *AutoSlicer: Scalable Automated Data Slicing for ML Model Analysis*,
2022, https://arxiv.org/abs/2212.09032. Only the abstract could be read: what it claims is tested,
and search, tests and causes are our design.

A slice is the rows for which a few predicates hold, such as ``age 31 to 37 & sex = Female``.
`SliceFinder` looks at all of them that are large enough, tests each against chance, and reduces
thousands of overlapping discoveries to the few that explain them. Where to look:

- ``binning``: from columns to bins that print as a person would write them.
- ``engines``: the sums of a slice, in memory, DuckDB, Spark or another engine of Ibis.
- ``search``: all slices level by level, or the most promising first.
- ``significance``: p-values of draws without replacement, and false-discovery rates.
- ``causes``: which discoveries explain the others.
- ``reporting``: conditions for pandas and SQL, and a page of HTML. ``data``: tables to try it on.
- ``finder``, ``comparison``: what puts them together; ``settings``, ``preparation``, ``holdout``.
- ``chapter``: what the book shows; nothing else imports it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
