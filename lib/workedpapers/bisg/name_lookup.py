"""One name in a dictionary."""

from __future__ import annotations

import difflib

import pandas as pd

from workedpapers.bisg.categories import groups_of
from workedpapers.bisg.cells import kind_of
from workedpapers.bisg.cleaning import clean_name, find
from workedpapers.bisg.codes import Kind
from workedpapers.bisg.settings import NamesArgument, as_names
from workedpapers.checks import one_of


class UnknownNameError(KeyError):
    """The name is not in the table.

    Parameters
    ----------
    message : str
        What was looked for, and names close to it.

    Notes
    -----
    Raised by `lookup`. In a data frame an unknown name is no error; see the chapter, section
    "What is not known".

    Examples
    --------
    >>> from workedpapers import bisg
    >>> try:
    ...     bisg.lookup("Garciaxx")
    ... except bisg.UnknownNameError as error:
    ...     print(error)
    'Garciaxx' (as 'GARCIAXX') is not in <NameTable rosenman: ...; close to it: GARCI...
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message


def lookup(
    name: str,
    *,
    kind: str = "surname",
    names: NamesArgument = "rosenman",
    categories: str = "five",
) -> pd.Series:
    """P(race | name) as the table has it, without smoothing.

    Parameters
    ----------
    name : str
        A name, as people write it; cleaned as in `predict`.
    kind : {"surname", "first", "middle"}
        Kind of the name.
    names : str, NameTable, DataFrame, Path or mapping
        As in `predict`.
    categories : {"five", "census6"}
        As in `predict`.

    Returns
    -------
    Series
        Shares by group, which sum to 1; its name is the key found.

    Raises
    ------
    UnknownNameError
        A `KeyError` that says what was looked for and names close to it.
    TypeError
        If `name` is not text.
    ValueError
        For an unknown kind, table or scheme of groups.

    See Also
    --------
    predict : For many people, and with places.

    Notes
    -----
    A row of the table; Rosenman, Olivella and Imai 2022. See the chapter, section "The idea in
    ten lines".

    Examples
    --------
    >>> from workedpapers import bisg
    >>> bisg.lookup("Garcia").round(3)
    white       0.172
    black       0.017
    hispanic    0.779
    asian       0.010
    other       0.022
    Name: GARCIA, dtype: float64
    """
    one_of(kind, "kind", Kind)
    if not isinstance(name, str):
        raise TypeError(f"name: expected text, got {name!r} of type {kind_of(name)}")
    groups = groups_of(categories)
    table = as_names(names, kind)
    row, _ = find(name, table.row)
    if row is None:
        key = clean_name(name)
        near = [k for k in table.row if k[:1] == key[:1] and abs(len(k) - len(key)) <= 1]
        close = difflib.get_close_matches(key, near, n=3, cutoff=0.8) if len(key) > 2 else []
        hint = f"; close to it: {', '.join(close)}" if close else ""
        raise UnknownNameError(f"{name!r} (as {key!r}) is not in {table!r}{hint}")
    values = table.probabilities(groups, table.shares(groups))[row]
    return pd.Series(values, index=list(groups), name=table.names[row])
