"""From counts to P(race | name) and P(name | race), from one to the other, and to other priors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from workedpapers.bisg.cells import (
    ROW_TOLERANCE,
    Shares,
    as_shares,
    columns_of,
    kind_of,
    values_of,
)
from workedpapers.bisg.model import likelihood_ratio, posterior
from workedpapers.bisg.name_table import NameTable
from workedpapers.checks import Floats


def _cells(table: pd.DataFrame, what: str) -> tuple[tuple[str, ...], pd.Index, Floats, bool]:
    """Groups, names and cells of a table, and whether these are counts."""
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"table: expected a DataFrame or NameTable, got {kind_of(table)}")
    groups = columns_of(table, what)
    index = pd.Index(table["name"]) if "name" in table.columns else table.index
    if len(table) == 0:
        raise ValueError(f"{what}: expected at least one row, got no rows")
    cells = values_of(table, groups, what, index.tolist())
    whole = bool((cells == np.round(cells)).all()) and bool((cells.sum(axis=1) > 1).any())
    return groups, index, cells, whole


def _divide_columns(cells: Floats, groups: Sequence[str], what: str) -> Floats:
    total = cells.sum(axis=0)
    if (total == 0).any():
        none = [group for group, amount in zip(groups, total, strict=True) if amount == 0]
        raise ValueError(f"{what}: expected people in every group, got nobody in {none}")
    # c_nr / sum_n c_nr
    by_column: Floats = cells / total
    return by_column


def p_name_given_race(
    table: pd.DataFrame | NameTable, prior: Shares | None = None, *, count: str = "count"
) -> pd.DataFrame:
    r"""P(name | race): how common each name is within each group.

    Parameters
    ----------
    table : DataFrame or NameTable
        Counts of people by name and group, a data frame whose index (or column ``name``) has the
        names; or P(race | name), a data frame whose rows sum to 1 and which has a column of
        bearers; or a `NameTable` with counts.
    prior : mapping, Series or sequence of float, optional
        Shares of the groups in the population that the table describes. Default: those that the
        table adds up to, so that each column of the result sums to 1. If people with other names
        are to count too, give the shares of the whole population; columns then sum to what the
        listed names are of each group, relative to their share of everybody.
    count : str
        The column of bearers beside probabilities.

    Returns
    -------
    DataFrame
        Names by groups.

    Raises
    ------
    ValueError
        Probabilities without a column of bearers, rows that do not sum to 1, negative cells, a
        group without anybody, a bad prior, or one that contradicts the table.
    TypeError
        A table that is no data frame, cells that are not numbers.

    See Also
    --------
    p_race_given_name : The way back.

    Notes
    -----
    .. math:: P(n \mid r) = \frac{c_{nr}}{\sum_{n'} c_{n'r}}
        \qquad\text{or}\qquad P(n \mid r) = \frac{P(r \mid n) \, P(n)}{\pi(r)}

    Rosenman, Olivella and Imai 2022, abstract; the chapter, section "Two ways to normalise".

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> counts = pd.DataFrame({"white": [60, 20], "black": [20, 60], "hispanic": 10, "asian": 5,
    ...                        "other": 5}, index=["ABBOT", "BAKER"])
    >>> bisg.p_name_given_race(counts)[["white", "black"]]
           white  black
    ABBOT   0.75   0.25
    BAKER   0.25   0.75
    """
    what = "table"
    index: pd.Index
    if isinstance(table, NameTable):
        if table.counts is None:
            raise ValueError(f"table: expected a table with counts, got {table.label!r} without")
        groups, index = table.categories, pd.Index(table.names)
        cells = table.p_race * table.counts[:, None]
    else:
        groups, index, cells, whole = _cells(table, what)
        if not whole:
            off = np.abs(cells.sum(axis=1) - 1) > ROW_TOLERANCE
            if off.any():
                at = int(np.flatnonzero(off)[0])
                raise ValueError(
                    f"table: expected counts, or P(race | name) with rows that sum to 1, got "
                    f"{cells[at].sum():.6g} in row {index[at]!r}"
                )
            if count not in table.columns:
                raise ValueError(
                    f"table: expected a column {count!r} of bearers beside P(race | name), got none"
                )
            size = values_of(table, [count], what, index.tolist())
            cells = cells / cells.sum(axis=1, keepdims=True) * size
    if prior is None:
        result = _divide_columns(cells, groups, what)
    else:
        result = cells / cells.sum() / as_shares(prior, groups, "prior")
        if (result > 1).any():
            at, j = (int(i) for i in np.argwhere(result > 1)[0])
            raise ValueError(
                f"prior: expected the shares of the people that the table counts, got some under "
                f"which P({index[at]!r} | {groups[j]}) would be {result[at, j]:.3g}"
            )
    return pd.DataFrame(result, index=index, columns=list(groups))


def p_race_given_name(table: pd.DataFrame | NameTable, prior: Shares | None = None) -> pd.DataFrame:
    r"""P(race | name): the groups among the bearers of each name.

    Parameters
    ----------
    table : DataFrame or NameTable
        Counts of people by name and group, or P(name | race), as data frames whose index (or
        column ``name``) has the names; or a `NameTable`.
    prior : mapping, Series or sequence of float, optional
        Shares of the groups in the population that the answer is about. Default: those of the
        table's own counts, which gives each row divided by its sum. Another prior shifts the
        answer to another population. P(name | race) needs one.

    Returns
    -------
    DataFrame
        Names by groups, rows that sum to 1 (NaN for a name that nobody bears).

    Raises
    ------
    ValueError
        P(name | race) without a prior, a column of it that sums to more than 1, negative cells, a
        group without anybody, a bad prior.
    TypeError
        A table that is no data frame, cells that are not numbers.

    See Also
    --------
    p_name_given_race : The way back.
    shift_prior : From one population to another.

    Notes
    -----
    .. math:: P(r \mid n) = \frac{P(n \mid r) \, \pi(r)}{\sum_{r'} P(n \mid r') \, \pi(r')}

    Rosenman, Olivella and Imai 2022, abstract; the chapter, section "Two ways to normalise".

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> counts = pd.DataFrame({"white": [60, 20], "black": [20, 60], "hispanic": 10, "asian": 5,
    ...                        "other": 5}, index=["ABBOT", "BAKER"])
    >>> bisg.p_race_given_name(counts)[["white", "black"]]
           white  black
    ABBOT    0.6    0.2
    BAKER    0.2    0.6
    """
    if isinstance(table, NameTable):
        frame = pd.DataFrame(table.p_race, index=table.names, columns=list(table.categories))
        return frame if prior is None else shift_prior(frame, table.marginal, prior)
    groups, index, cells, whole = _cells(table, "table")
    if whole and prior is None:
        shares = np.ones(len(groups))
    elif prior is None:
        raise ValueError("prior: expected shares of the groups beside P(name | race), got none")
    else:
        shares = as_shares(prior, groups, "prior")
        if whole:
            cells = _divide_columns(cells, groups, "table")
        elif (cells.sum(axis=0) > 1 + ROW_TOLERANCE).any():
            raise ValueError(
                "table: expected counts, or P(name | race) with columns that sum to at most 1, "
                f"got sums {cells.sum(axis=0).round(4).tolist()}"
            )
    return pd.DataFrame(posterior(shares, [cells]), index=index, columns=list(groups))


def shift_prior(proba: pd.DataFrame, source: Shares, target: Shares) -> pd.DataFrame:
    r"""Carry probabilities from one population to another.

    Parameters
    ----------
    proba : DataFrame
        P(race | name), columns of the five or the six groups; other columns are kept.
    source, target : mapping, Series or sequence of float
        Shares of the groups where the probabilities were measured, and where they are wanted.

    Returns
    -------
    DataFrame
        The same rows in the other population.

    Raises
    ------
    ValueError
        If a column is missing or shares are bad.
    TypeError
        If shares are no numbers.

    See Also
    --------
    predict : Does it with ``prior=``.

    Notes
    -----
    .. math:: P^*(r \mid n) \propto P(r \mid n) \, \frac{\pi^*(r)}{\pi(r)}

    It is right where P(name | race) is the same in both populations. Derived in the chapter,
    section "Voters are not residents".

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> here = pd.DataFrame([[0.5, 0.5, 0, 0, 0]], columns=list(bisg.FIVE))
    >>> even, whiter = [0.2] * 5, [0.4, 0.1, 0.2, 0.2, 0.1]
    >>> bisg.shift_prior(here, even, whiter)[["white", "black"]]
       white  black
    0    0.8    0.2
    """
    groups = columns_of(proba, "proba")
    p = proba[list(groups)].to_numpy(dtype=float)
    shifted = posterior(
        as_shares(target, groups, "target"),
        [likelihood_ratio(p, as_shares(source, groups, "source"))],
    )
    return proba.assign(**dict(zip(groups, shifted.T, strict=True)))
