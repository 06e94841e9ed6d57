# ruff: noqa: PD003, PD004 (Ibis calls them isnull and notnull)
"""The same prediction where the data are: an Ibis expression for DuckDB, Spark, BigQuery, ...

Nothing is pulled out of the database. The steps of name cleaning are regular expressions that
all these engines understand (see `cleaning`), the dictionaries become tables, and a prediction is a
chain of joins and a quotient. Only distinct names are cleaned.
"""

from __future__ import annotations

from functools import reduce
from importlib import import_module
from typing import Any, Unpack

import pandas as pd

from workedpapers.bisg import cleaning
from workedpapers.bisg.cells import column_hint, kind_of
from workedpapers.bisg.cleaning import FOLD, MOJIBAKE_PATTERNS
from workedpapers.bisg.codes import Abstention, Match, Place, UnknownZip, Unlisted
from workedpapers.bisg.evidence import columns_asked
from workedpapers.bisg.places import MILITARY, Coding
from workedpapers.bisg.settings import PredictionOptions, PredictionSettings


def predict_table(
    table: Any,
    *,
    surname: str | None = None,
    first: str | None = None,
    middle: str | None = None,
    geo: str | None = None,
    **options: Unpack[PredictionOptions],
) -> Any:
    """P(race | names, place) as an expression that the table's own engine computes.

    Parameters
    ----------
    table : ibis.Table
        A table of any backend that can join an in-memory table to its own.
    surname, first, middle, geo : str, optional
        Columns to use; at least one. Names must be text; places text or numbers.
    **options : dict
        The options of `predict`. A prior must be given, not estimated.

    Returns
    -------
    ibis.Table
        The columns of `table`, then those of `predict`; the columns of words are text, and a row
        that abstains has NULL for probabilities. As always in a database, rows have no order;
        keep a key.

    Raises
    ------
    ImportError
        If ibis-framework is not installed.
    TypeError
        If `table` is no Ibis table, or a column has another type.
    ValueError
        As `predict`; also if the table already has a column of the result.

    See Also
    --------
    predict : The same for a data frame.

    Notes
    -----
    The equation is that of `predict`. What `predict` warns of, frequent placeholders and many
    unknown places, is not counted here. See the chapter, section "At scale".

    Examples
    --------
    >>> import ibis
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> people = pd.DataFrame({"last": ["Garcia"], "zip": ["94110"]})
    >>> table = ibis.duckdb.connect().create_table("people", people)
    >>> answer = bisg.predict_table(table, surname="last", geo="zip").to_pandas()
    >>> answer[["last", "hispanic", "evidence"]].round(2)
         last  hispanic     evidence
    0  Garcia      0.94  surname+geo
    """
    try:
        ibis = import_module("ibis")
    except ImportError as error:
        raise ImportError("predict_table needs ibis-framework with a backend, for example "
                          "`pip install 'ibis-framework[duckdb]'`") from error  # fmt: skip
    if not isinstance(table, ibis.expr.types.Table):
        raise TypeError(f"table: expected an Ibis table, got {kind_of(table)}")
    columns = columns_asked(surname, first, middle, geo)
    for key, value in columns.items():
        if value not in table.columns:
            raise ValueError(
                f"{key}: expected a column of the table, got {value!r}; "
                f"it has {column_hint(value, table.columns)}"
            )
    settings = PredictionSettings.checked(tuple(columns), "geo" in columns, **options)
    new = [*settings.groups, "evidence", "abstention", "reference_population",
           *(f"matched_{key}" for key in columns)]  # fmt: skip
    taken = [name for name in new if name in table.columns]
    if taken:
        raise ValueError(f"table: expected none of the result's columns, got {taken}")
    kept = list(table.columns)
    for position, kind in enumerate(settings.kinds):
        table = _join_names(ibis, table, columns[kind], kind, settings, position)
    if settings.geography is not None:
        table = _join_places(ibis, table, columns["geo"], settings)
    return _combine(ibis, table, settings, kept)


# Names ----------------------------------------------------------------------------------------


def fold(ibis: Any, text: Any) -> Any:
    """Step 1 of name cleaning as an expression: accents fall, letters become capitals."""
    single = {letter: plain for letter, plain in FOLD.items() if len(plain) == 1}
    vanish = [letter for letter, plain in FOLD.items() if not plain]
    # translate drops the characters for which the second text has no counterpart
    plain = text.translate("".join([*single, *vanish]), "".join(single.values()))
    several = {letter: plain for letter, plain in FOLD.items() if len(plain) > 1}
    folded = reduce(lambda t, pair: t.replace(*pair), several.items(), plain)
    # Most names are ASCII, of which only a few characters vanish; engines are slow at the above.
    ascii_only = reduce(
        lambda t, letter: t.replace(letter, ""), (v for v in vanish if v.isascii()), text
    )
    return ibis.ifelse(text.re_search("[^ -~]"), folded, ascii_only).upper()


def words(ibis: Any, text: Any) -> Any:
    """Steps 0 to 5 of name cleaning as an expression."""
    right = reduce(lambda t, pair: t.re_replace(pair[1], pair[0]), MOJIBAKE_PATTERNS.items(), text)
    right = ibis.ifelse(text.re_search("[^ -~]"), right, text)
    t = _trim(fold(ibis, right).re_replace(cleaning.NOT_WORD, " "))
    t = t.re_replace(cleaning.SUFFIX, "").re_replace(cleaning.DIGITS, "")
    t = _trim(t.re_replace(cleaning.SPACES, " "))
    initials = t.re_search(cleaning.HAS_INITIALS) & ~t.re_search(cleaning.PARTICLE_INITIAL)
    cleaned = ibis.ifelse(initials, t.re_replace(cleaning.INITIALS, ""), t)
    return ibis.ifelse(text.re_search(cleaning.GARBLED), "", cleaned)


def _trim(text: Any) -> Any:
    return text.re_replace("^ +| +$", "")


def _joined(text: Any) -> Any:
    return text.replace(" ", "")


def _join_names(
    ibis: Any, table: Any, column: str, kind: str, settings: PredictionSettings, position: int
) -> Any:
    """Add the factors of the name, NULL if it tells nothing, and how it matched."""
    if not table[column].type().is_string():
        raise TypeError(f"{kind}: expected text, got {table[column].type()} in column {column!r}")
    raw, how = f"__{kind}_raw", f"matched_{kind}"
    unlisted = kind == "surname" and settings.unlisted is Unlisted.CENSUS
    names = table.select(raw=column).distinct()
    dictionary = _memtable(ibis, settings, position)
    found = _match_distinct(ibis, names, dictionary, settings.ignore_placeholders, unlisted)
    renamed = {raw: "raw", how: "how", f"__{kind}_seen": "seen"}
    found = found.rename(**renamed, **{_factor(kind, g): g for g in settings.groups})
    if unlisted:
        other = found[how] == Match.OTHER_NAMES.value
        columns = [_factor(kind, g) for g in settings.groups]
        rest = dict(zip(columns, settings.factors[position][-1].tolist(), strict=True))
        found = found.mutate(
            **{name: ibis.ifelse(other, value, found[name]) for name, value in rest.items()}
        )
    table = table.left_join(found, table[column] == found[raw])
    return table.mutate(**{how: table[how].fill_null(Match.MISSING.value)})


def _match_distinct(
    ibis: Any, names: Any, dictionary: Any, ignore_placeholders: bool, unlisted: bool
) -> Any:
    """Find each distinct name: columns raw, how, seen, and the factors."""
    names = names.filter(names["raw"].notnull())
    names = names.mutate(words=words(ibis, names["raw"]))
    names = names.mutate(try0=_joined(names["words"]))
    aside = set(cleaning.PLACEHOLDER_PHRASES)
    aside |= cleaning.PLACEHOLDER_WORDS if ignore_placeholders else set()
    names = names.mutate(aside=names["try0"].isin(sorted(aside)))
    tried = {"try0": ibis.ifelse(names["aside"], ibis.null(str), names["try0"])}
    for i, pattern in enumerate((cleaning.FIRST, cleaning.LAST, cleaning.WORD), start=1):
        part = _joined(names["words"].re_extract(pattern, 0))
        tried[f"try{i}"] = ibis.ifelse((part.length() > 1) & ~names["aside"], part, ibis.null(str))
    names = names.mutate(**tried, key=names["try0"])
    hits = []
    for candidate in tried:
        hit = f"{candidate}_hit"
        keys = dictionary.select(**{hit: dictionary["__key"]})
        names = names.left_join(keys, names[candidate] == keys[hit])
        hits.append(hit)
    plain = names["raw"].re_search("^[A-Za-z]+$")
    first = ibis.ifelse(plain, Match.EXACT.value, Match.CLEANED.value)
    how = ibis.cases(
        (names[hits[0]].notnull(), first),
        (names[hits[1]].notnull(), Match.FIRST_PART.value),
        (names[hits[2]].notnull(), Match.LAST_PART.value),
        (names[hits[3]].notnull(), Match.LAST_WORD.value),
        (names["raw"].re_search(f"^[{cleaning.BLANK}]*$"), Match.MISSING.value),
        (names["raw"].re_search(cleaning.GARBLED), Match.GARBLED.value),
        (names["key"] == "", Match.NO_LETTERS.value),
        (names["aside"], Match.PLACEHOLDER.value),
        else_=(Match.OTHER_NAMES if unlisted else Match.NOT_IN_TABLE).value,
    )
    found = ibis.coalesce(*(names[hit] for hit in hits))
    names = names.mutate(how=how, found=found)
    seen = names["found"].notnull() | (names["how"] == Match.OTHER_NAMES.value)
    names = names.mutate(seen=seen).select("raw", "how", "seen", "found")
    return names.left_join(dictionary, names["found"] == dictionary["__key"]).drop("__key", "found")


def _factor(kind: str, group: str) -> str:
    return f"__{kind}_{group}"


def _memtable(ibis: Any, settings: PredictionSettings, position: int) -> Any:
    """Return the dictionary of names as a table: key and one factor per group."""
    table = settings.tables[position]
    frame = pd.DataFrame(settings.factors[position][: len(table)], columns=list(settings.groups))
    frame.insert(0, "__key", pd.Series(table.names.tolist(), dtype=object))
    return ibis.memtable(frame)


# Places ---------------------------------------------------------------------------------------


def _text(ibis: Any, value: Any) -> tuple[Any, Any]:
    """Text of a code, and whether it is missing."""
    kind = value.type()
    missing = value.isnull()
    if kind.is_decimal():
        value, kind = value.cast("float64"), ibis.dtype("float64")
    if kind.is_floating():
        missing = missing | value.isnan()
        usual = (value.abs() < 1e17).fill_null(False)  # longer numbers are no code
        whole = ibis.ifelse(usual, value, 0.5)
        digits = ibis.ifelse(usual, value, 0.0).floor().cast("int64").cast(str)
        return ibis.ifelse(whole == whole.floor(), digits, value.cast(str)), missing
    if kind.is_integer():
        return value.cast(str), missing
    if kind.is_string():
        text = value.re_replace(f"^[{cleaning.BLANK}]+|[{cleaning.BLANK}]+$", "")
        return text, missing | (text == "")
    raise TypeError(f"geo: expected text or numbers, got {kind} in column {value.get_name()!r}")


def _join_places(ibis: Any, table: Any, column: str, settings: PredictionSettings) -> Any:
    """Add the factors of the place, prior included, and what became of it."""
    geography = settings.geography
    if geography is None:
        return table
    text, missing = _text(ibis, table[column])
    code, padded = text, ibis.literal(False)
    if geography.form.digits is not None:
        text = text.re_replace("[.]0$", "")
        forms = [(text.re_search(r.pattern), text.re_extract(r.pattern, 1), r.width)
                 for r in geography.form.rules]  # fmt: skip
        digits = geography.form.digits
        code = ibis.cases(
            *((valid, part.lpad(width, "0").left(digits)) for valid, part, width in forms),
            else_=ibis.null(str),
        )
        padded = ibis.cases(
            *((valid, part.length() < width) for valid, part, width in forms), else_=False
        )
    table = table.mutate(
        __geo_code=code, __geo_missing=missing.fill_null(True), __geo_padded=padded
    )
    places = pd.DataFrame(settings.factors[-1][: len(geography)], columns=list(settings.groups))
    places = places.rename(columns={g: _factor("geo", g) for g in settings.groups})
    places.insert(0, "__geo_key", pd.Series(geography.areas.tolist(), dtype=object))
    places["__inhabited"] = geography.inhabited
    stored = ibis.memtable(places)
    table = table.left_join(stored, table["__geo_code"] == stored["__geo_key"])
    wider = ibis.literal(False)
    if settings.unknown_zip is UnknownZip.THREE_DIGIT:
        table, wider = _join_three_digit(ibis, table, settings)
    lived_in = table["__inhabited"].fill_null(False)
    military = ibis.literal(False)
    if geography.coding is Coding.ZIP:
        military = table["__geo_code"].re_search(MILITARY) & ~table["__geo_padded"]
    how = ibis.cases(
        (table["__geo_missing"], Place.MISSING.value),
        (table["__geo_code"].isnull(), Place.MALFORMED.value),
        (lived_in & table["__geo_padded"], Place.PADDED.value),
        (lived_in, Place.MATCHED.value),
        (military, Place.MILITARY.value),
        (wider, Place.THREE_DIGIT.value),
        (table["__geo_key"].isnull(), Place.UNKNOWN.value),
        else_=Place.EMPTY.value,
    )
    return table.mutate(matched_geo=how)


def _join_three_digit(ibis: Any, table: Any, settings: PredictionSettings) -> tuple[Any, Any]:
    """Take the three-digit area for a ZIP code that is no area; say for which rows there is one."""
    assert settings.geography is not None
    areas = settings.geography.three_digit
    rows = settings.factors[-1][len(settings.geography) + 1 :]
    frame = pd.DataFrame(rows, columns=[f"__wide_{g}" for g in settings.groups])
    frame.insert(0, "__wide", pd.Series(areas.areas.tolist(), dtype=object))
    stored = ibis.memtable(frame[areas.inhabited])
    table = table.left_join(stored, table["__geo_code"].left(3) == stored["__wide"])
    near = table["__inhabited"].fill_null(False)
    factors = {
        _factor("geo", g): ibis.ifelse(near, table[_factor("geo", g)], table[f"__wide_{g}"])
        for g in settings.groups
    }
    return table.mutate(**factors), table["__wide"].notnull()


# The quotient ---------------------------------------------------------------------------------


def _combine(ibis: Any, table: Any, settings: PredictionSettings, kept: list[str]) -> Any:
    """Multiply the factors, divide by the sum, and say on what the answer rests."""
    placed = None
    if settings.geography is not None:
        evidence = [place.value for place in Place if place.number <= Place.THREE_DIGIT.number]
        placed = table["matched_geo"].isin(evidence)
    products = {}
    for j, group in enumerate(settings.groups):
        p = ibis.literal(1.0)
        for kind in settings.kinds:
            p = p * table[_factor(kind, group)].fill_null(1.0)
        here = ibis.literal(float(settings.prior[j]))
        if placed is not None:
            here = ibis.ifelse(placed, table[_factor("geo", group)], here)
        products[f"__p_{group}"] = p * here
    flags = [table[f"__{kind}_seen"].fill_null(False) for kind in settings.kinds]
    flags += [placed] if placed is not None else []
    bits = sum((flag.cast("int64") * 2**i for i, flag in enumerate(flags)), ibis.literal(0))
    table = table.mutate(**products, __bits=bits)
    total = reduce(lambda a, b: a + b, (table[name] for name in products))
    table = table.mutate(__total=total)
    some, sound = table["__bits"] > 0, table["__total"] > 0
    answers = {
        group: ibis.ifelse(some & sound, table[f"__p_{group}"] / table["__total"], ibis.null(float))
        for group in settings.groups
    }
    labels = settings.evidence_labels
    answers["evidence"] = table["__bits"].cases(*enumerate(labels), else_="none")
    reason = ibis.cases(
        (~some, Abstention.NO_EVIDENCE.value),
        (~sound, Abstention.CONTRADICTION.value),
        else_=Abstention.NONE.value,
    )
    order = [f"matched_{kind}" for kind in settings.kinds]
    order += ["matched_geo"] if placed is not None else []
    return table.select(
        *kept,
        **answers,
        **{name: table[name] for name in order},
        abstention=reason,
        reference_population=ibis.literal(settings.reference),
    )
