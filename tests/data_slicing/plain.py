"""The same by brute force: every conjunction, row by row, without a trick."""

from itertools import combinations, product

import numpy as np


def every_slice(columns, codes, loss, order, least, weights=None):
    """{((column, bin), ...): (rows, sum of weights, sum of w (loss - mean))}.

    A bin that holds all rows is no predicate.
    """
    weights = np.ones(len(loss)) if weights is None else weights
    mean = np.average(loss, weights=weights)
    found = {}
    for k in range(1, order + 1):
        for chosen in combinations(range(len(columns)), k):
            for bins in product(*(range(columns[f]) for f in chosen)):
                rows = np.ones(len(loss), dtype=bool)
                for f, b in zip(chosen, bins, strict=True):
                    rows &= (codes[f] == b) & (codes[f] != b).any()
                if least <= rows.sum() < len(loss):
                    found[tuple(zip(chosen, bins, strict=True))] = (
                        int(rows.sum()),
                        weights[rows].sum(),
                        (weights[rows] * (loss[rows] - mean)).sum(),
                    )
    return found


def as_mapping(table):
    """A table of slices in the same form."""
    return {
        tuple(table.terms(i)): (int(table.n[i]), table.weight[i], table.total[i])
        for i in range(len(table))
    }
