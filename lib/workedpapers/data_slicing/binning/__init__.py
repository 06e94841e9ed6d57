"""From columns to bins.

- ``frames``: any table as a pandas frame, its columns checked and told by kind.
- ``bins``: the bins of one column: labels, codes, and each bin as a condition.
- ``distinct``: the distinct values of a column, which bins are made of.
- ``cutting``: where bins begin and end: quantiles with heavy values apart, trees, a reader's own.
"""
